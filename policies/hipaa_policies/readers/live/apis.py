"""REST APIs with their stages, domains, and the web ACLs before them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.apis import DomainName, Method, RestApi, Stage, WebAcl
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader
from hipaa_policies.readers.shared import can_stop


@reader(
    "rest_apis",
    "stages",
    "domain_names",
    operations={
        "apigateway": ("GetAuthorizers", "GetDomainNames", "GetResources", "GetRestApis", "GetStages")
    },
)
def read_apis(aws: Aws, where: Where) -> Facts:
    listed = aws.pages("apigateway", "GetRestApis", "items")
    read = aws.each(listed.items, lambda answer: (_api(aws, answer, where), _stages(aws, answer, where)))
    problem = listed.problem or next((s.problem for _, s in read if s.problem), None)
    domains = aws.pages("apigateway", "GetDomainNames", "items")
    return {
        "rest_apis": Listing(tuple(api for api, _ in read), listed.problem),
        "stages": Listing(tuple(stage for _, stages in read for stage in stages.items), problem),
        "domain_names": Listing(tuple(_domain(d, where) for d in domains.items), domains.problem),
    }


def _is_private(answer: Mapping[str, Any]) -> bool:
    return "PRIVATE" in (answer.get("endpointConfiguration") or {}).get("types", ())


def _api(aws: Aws, answer: Mapping[str, Any], where: Where) -> RestApi:
    identifier = answer["id"]
    resources = aws.pages("apigateway", "GetResources", "items", restApiId=identifier, embed=["methods"])
    authorizers = aws.pages("apigateway", "GetAuthorizers", "items", restApiId=identifier)
    methods = tuple(
        Method(
            path=resource["path"],
            verb=verb,
            authorization=method.get("authorizationType") or "NONE",
            authorizer_id=method.get("authorizerId") or None,
            integration=(method.get("methodIntegration") or {}).get("type", "").upper() or None,
        )
        for resource in sorted(resources.items, key=lambda r: str(r["path"]))
        for verb, method in sorted((resource.get("resourceMethods") or {}).items())
    )
    return RestApi(
        arn=where.arn("apigateway", f"/restapis/{identifier}", account=""),
        id=identifier,
        name=answer.get("name", identifier),
        private=_is_private(answer),
        methods=resources.problem or methods,
        authorizer_ids=authorizers.problem or tuple(sorted(a["id"] for a in authorizers.items)),
        own_host=not answer.get("disableExecuteApiEndpoint"),
        security_policy=answer.get("securityPolicy"),
    )


def _stages(aws: Aws, api: Mapping[str, Any], where: Where) -> Listing[Stage]:
    listed = aws.pages("apigateway", "GetStages", "item", restApiId=api["id"])
    return Listing(tuple(_stage(answer, api, where) for answer in listed.items), listed.problem)


def _stage(answer: Mapping[str, Any], api: Mapping[str, Any], where: Where) -> Stage:
    access = answer.get("accessLogSettings") or {}
    settings = (answer.get("methodSettings") or {}).values()
    return Stage(
        arn=where.arn("apigateway", f"/restapis/{api['id']}/stages/{answer['stageName']}", account=""),
        api_id=api["id"],
        name=answer["stageName"],
        public=not _is_private(api),
        access_log_arn=access.get("destinationArn") or None,
        access_log_format=access.get("format") or None,
        tracing=bool(answer.get("tracingEnabled")),
        data_trace=any(setting.get("dataTraceEnabled") for setting in settings),
        web_acl_arn=answer.get("webAclArn") or None,
    )


def _domain(answer: Mapping[str, Any], where: Where) -> DomainName:
    name = answer["domainName"]
    return DomainName(
        arn=where.arn("apigateway", f"/domainnames/{name}", account=""),
        name=name,
        security_policy=answer.get("securityPolicy", ""),
    )


@reader(
    "web_acls",
    operations={"wafv2": ("GetLoggingConfiguration", "GetWebACL", "ListResourcesForWebACL", "ListWebACLs")},
)
def read_web_acls(aws: Aws, _: Where) -> Facts:
    found: list[Any] = []
    problem: Unreadable | None = None
    marker: dict[str, str] = {}
    while problem is None:  # boto3 has no paginator for WAF
        page = aws.optional("wafv2", "ListWebACLs", [], Scope="REGIONAL", **marker)
        if isinstance(page, Unreadable):
            problem = page
            break
        found += (page or {}).get("WebACLs", ())
        if not (page or {}).get("NextMarker"):
            break
        marker = {"NextMarker": (page or {})["NextMarker"]}
    return {"web_acls": Listing(aws.each(found, lambda answer: _web_acl(aws, answer)), problem)}


def _web_acl(aws: Aws, answer: Mapping[str, Any]) -> WebAcl:
    arn = answer["ARN"]
    protected = aws.optional("wafv2", "ListResourcesForWebACL", [], WebACLArn=arn, ResourceType="API_GATEWAY")
    logging = aws.optional(
        "wafv2", "GetLoggingConfiguration", ["WAFNonexistentItemException"], ResourceArn=arn
    )
    protects: Any = protected
    destinations: Any = logging
    headers: Any = logging
    if not isinstance(protected, Unreadable):
        protects = tuple(sorted((protected or {}).get("ResourceArns", ())))
    if not isinstance(logging, Unreadable):
        configuration = (logging or {}).get("LoggingConfiguration") or {}
        destinations = tuple(sorted(configuration.get("LogDestinationConfigs") or ()))
        headers = tuple(
            sorted(
                redacted["SingleHeader"]["Name"].lower()
                for redacted in configuration.get("RedactedFields") or ()
                if "SingleHeader" in redacted
            )
        )
    described = aws.optional("wafv2", "GetWebACL", [], Name=answer["Name"], Id=answer["Id"], Scope="REGIONAL")
    stops = described if isinstance(described, Unreadable) else can_stop((described or {})["WebACL"])
    return WebAcl(arn, answer["Name"], protects, destinations, headers, stops)
