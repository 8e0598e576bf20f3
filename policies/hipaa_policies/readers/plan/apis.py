"""REST APIs, their stages and domains, and web ACLs, as planned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.apis import DomainName, Method, RestApi, Stage, WebAcl
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.model import Block, NotDecided, Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, reader
from hipaa_policies.readers.shared import STOPPING, can_stop

_API = ("aws_api_gateway_rest_api",)
_STAGE = ("aws_api_gateway_stage",)
_ACL = ("aws_wafv2_web_acl",)
_VERBS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_ANY = "x-amazon-apigateway-any-method"


@reader(
    "rest_apis",
    "stages",
    "domain_names",
    types=(
        *_API,
        *_STAGE,
        "aws_api_gateway_authorizer",
        "aws_api_gateway_domain_name",
        "aws_api_gateway_integration",
        "aws_api_gateway_method",
        "aws_api_gateway_method_settings",
        "aws_api_gateway_resource",
    ),
)
def read_apis(plan: Plan) -> Facts:
    domains = tuple(
        partial(
            DomainName,
            arn=planned.arn,
            name=planned.name,
            security_policy=_policy(planned),
        )
        for planned in plan.of("aws_api_gateway_domain_name")
    )
    return {
        "rest_apis": Listing(tuple(_api(planned, plan) for planned in plan.of(*_API))),
        "stages": Listing(tuple(_stage(planned, plan) for planned in plan.of(*_STAGE))),
        "domain_names": Listing(domains),
    }


def _policy(planned: Planned) -> Any:
    value = planned.get("security_policy")
    if value is None and planned.unknown.get("security_policy"):
        return "TLS_1_2"  # what API Gateway gives a new domain
    return value or ""


def _api(planned: Planned, plan: Plan) -> RestApi:
    methods, authorizers = _written(planned, plan)
    body = planned.text("body")
    if isinstance(body, Unreadable):
        methods = authorizers = body
    elif isinstance(body, str):
        more, named = _from_body(planned, body)
        if isinstance(methods, tuple):
            methods = more if isinstance(more, Unreadable) else (*methods, *more)
        authorizers = (*authorizers, *named)
    return partial(
        RestApi,
        arn=planned.arn,
        id=planned.id,
        name=planned.name,
        private=_private(planned),
        methods=methods,
        authorizer_ids=authorizers,
        own_host=_own_host(planned),
        security_policy=_api_policy(planned, body),
    )


def _own_host(planned: Planned) -> Any:
    # Computed: what is not configured is on.
    disabled = planned.flag("disable_execute_api_endpoint")
    return disabled if isinstance(disabled, Unreadable) else not disabled


def _api_policy(planned: Planned, body: Any) -> Any:
    """The attribute of newer providers, else the document's; else what API Gateway gives a new API."""
    if attribute := planned.text("security_policy"):
        return attribute
    if isinstance(body, Unreadable):
        return body
    try:
        written = json.loads(body or "{}").get("x-amazon-apigateway-security-policy")
    except (ValueError, AttributeError):
        return planned.undecided("body", "it is no OpenAPI document in JSON")
    return written or ("TLS_1_0" if planned.created else None)


def _private(planned: Planned) -> Any:
    types = planned.inside("endpoint_configuration", "types", computed=True)
    return types if isinstance(types, Unreadable) else "PRIVATE" in (types or ())


def _written(planned: Planned, plan: Plan) -> tuple[Any, Any]:
    """Methods and authorizers that are resources of their own."""

    def mine(kind: str) -> list[Planned]:
        return [p for p in plan.of(kind) if p.reference("rest_api_id", _API, "id") == planned.id]

    # A method whose API is not decided may be of this one.
    owners = ((p, p.reference("rest_api_id", _API, "id")) for p in plan.of("aws_api_gateway_method"))
    unplaced = next((p.undecided("rest_api_id") for p, api in owners if isinstance(api, Unreadable)), None)
    integrations = {
        (_resource(p), p.values.get("http_method")): p.values.get("type")
        for p in mine("aws_api_gateway_integration")
    }
    methods = tuple(
        partial(
            Method,
            path=_resource(p),
            verb=str(p.values.get("http_method") or ""),
            authorization=str(p.values.get("authorization") or "NONE"),
            authorizer_id=_authorizer(p),
            integration=integrations.get((_resource(p), p.values.get("http_method"))),
        )
        for p in mine("aws_api_gateway_method")
    )
    return unplaced or methods, tuple(sorted(p.id for p in mine("aws_api_gateway_authorizer")))


def _authorizer(method: Planned) -> Any:
    found = method.reference("authorizer_id", ("aws_api_gateway_authorizer",), "id")
    return None if isinstance(found, Unreadable) else found


def _resource(planned: Planned) -> str:
    """The path of a method's resource, as far as the plan knows it."""
    found = planned.targets("resource_id", ("aws_api_gateway_resource", *_API))
    if isinstance(found, Unreadable):
        return str(planned.values.get("resource_id") or "?")
    return (
        "/".join(["", *(str(p.values.get("path_part")) for p in found if p.values.get("path_part"))]) or "/"
    )


def _from_body(planned: Planned, body: str) -> tuple[Any, tuple[str, ...]]:
    """Methods of an OpenAPI document. Their authorizers are known by the names of its security schemes."""
    try:
        document = json.loads(body)
        schemes = (document.get("components") or {}).get("securitySchemes") or document.get(
            "securityDefinitions"
        )
        authorizers = {n for n, s in (schemes or {}).items() if "x-amazon-apigateway-authorizer" in s}
        methods = [
            _operation(path, verb, operation, document, schemes or {})
            for path, item in (document.get("paths") or {}).items()
            for verb, operation in item.items()
            if verb in _VERBS or verb == _ANY
        ]
    except (ValueError, AttributeError, TypeError):
        return planned.undecided("body", "it is no OpenAPI document in JSON"), ()
    return tuple(methods), tuple(sorted(authorizers))


def _operation(
    path: str,
    verb: str,
    operation: Mapping[str, Any],
    document: Mapping[str, Any],
    schemes: Mapping[str, Any],
) -> Method:
    security = operation.get("security", document.get("security")) or []
    # An empty alternative ({}) lets everybody in.
    names = [next(iter(s)) for s in security if s] if all(security) else []
    authorizer = next((n for n in names if "x-amazon-apigateway-authorizer" in (schemes.get(n) or {})), None)
    iam = any((schemes.get(n) or {}).get("x-amazon-apigateway-authtype") == "awsSigv4" for n in names)
    kind = (operation.get("x-amazon-apigateway-integration") or {}).get("type", "")
    return partial(
        Method,
        path=path,
        verb="ANY" if verb == _ANY else verb.upper(),
        authorization="CUSTOM" if authorizer else "AWS_IAM" if iam else "NONE",
        authorizer_id=authorizer,
        integration=kind.upper() or None,
    )


def _stage(planned: Planned, plan: Plan) -> Stage:
    api = planned.reference("rest_api_id", _API, "id")
    access = planned.block("access_log_settings")
    owner = next((p for p in plan.of(*_API) if p.id == api), None)
    private = False if owner is None else _private(owner)
    group: Any = access
    written: Any = access
    if access is not None and not isinstance(access, Unreadable):
        group = access.reference(
            "destination_arn", ("aws_cloudwatch_log_group", "aws_kinesis_firehose_delivery_stream")
        )
        written = access.text("format")
    return partial(
        Stage,
        arn=_stage_arn(planned, api),
        api_id=api,
        name=planned.name,
        public=private if isinstance(private, Unreadable) else not private,
        access_log_arn=group,
        access_log_format=written,
        tracing=planned.flag("xray_tracing_enabled"),
        data_trace=_data_trace(planned, api, plan),
        web_acl_arn=None,
    )


def _stage_arn(planned: Planned, api: Any) -> str:
    owner = api if isinstance(api, str) else f"({planned.address})"
    return planned.plan.arn("apigateway", f"/restapis/{owner}/stages/{planned.name}", account="")


def _data_trace(planned: Planned, api: Any, plan: Plan) -> Any:
    """Whether any of the stage's settings traces; not decided where settings may be this stage's."""
    found: Any = False
    for settings in plan.of("aws_api_gateway_method_settings"):
        stage = settings.reference("stage_name", _STAGE, "name")
        owner = settings.reference("rest_api_id", _API, "id")
        mine = owner == api and stage in (planned.name, planned.id)
        lost = next((value for value in (owner, stage) if isinstance(value, Unreadable)), None)
        if not mine and lost is None:
            continue
        traced = settings.inside("settings", "data_trace_enabled")
        traced = lost if lost is not None and traced else traced
        if traced is True:
            return True
        found = found or traced or False
    return found


@reader(
    "web_acls",
    types=(
        *_ACL,
        "aws_wafv2_web_acl_association",
        "aws_wafv2_web_acl_logging_configuration",
        "aws_wafv2_web_acl_rule_group_association",
    ),
)
def read_web_acls(plan: Plan) -> Facts:
    protected, unplaced = _protected(plan)
    found = [_web_acl(planned, plan, protected.pop(planned.arn, []), unplaced) for planned in plan.of(*_ACL)]
    # An ACL from elsewhere that the plan puts before a stage.
    found += [
        partial(
            WebAcl,
            arn,
            arn,
            tuple(sorted(stages)),
            *(NotDecided(arn, name, "is not in the plan") for name in ("logging", "logging", "rule")),
        )
        for arn, stages in sorted(protected.items())
    ]
    return {"web_acls": Listing(tuple(found))}


def _protected(plan: Plan) -> tuple[dict[str, list[str]], NotDecided | None]:
    """The stages behind each web ACL."""
    stages = {p.address: _stage_arn(p, p.reference("rest_api_id", _API, "id")) for p in plan.of(*_STAGE)}
    found: dict[str, list[str]] = {}
    unplaced: NotDecided | None = None
    for planned in plan.of("aws_wafv2_web_acl_association"):
        acl = planned.reference("web_acl_arn", _ACL)
        value = planned.text("resource_arn")
        targets = planned.targets("resource_arn", _STAGE) if isinstance(value, Unreadable) else []
        if isinstance(acl, NotDecided) or isinstance(targets, NotDecided):
            unplaced = planned.undecided("resource_arn")
            continue
        if not isinstance(acl, str):
            continue  # no web ACL is named
        names = [stages[t.address] for t in targets] if isinstance(value, Unreadable) else [value]
        found.setdefault(acl, []).extend(names)
    return found, unplaced


def _web_acl(planned: Planned, plan: Plan, stages: list[str], unplaced: NotDecided | None) -> WebAcl:
    loggings = [
        p
        for p in plan.of("aws_wafv2_web_acl_logging_configuration")
        if p.reference("resource_arn", _ACL) == planned.arn
    ]
    destinations: Any = ()
    headers: Any = ()
    if loggings:
        kinds = ("aws_cloudwatch_log_group", "aws_kinesis_firehose_delivery_stream", "aws_s3_bucket")
        destinations = loggings[0].all_references("log_destination_configs", kinds)
        fields = loggings[0].blocks("redacted_fields")
        headers = (
            fields
            if isinstance(fields, Unreadable)
            else tuple(
                sorted(
                    str(header.get("name", "")).lower()
                    for field in fields
                    for header in field.values.get("single_header") or ()
                )
            )
        )
    return partial(
        WebAcl,
        arn=planned.arn,
        name=planned.name,
        protects=unplaced or tuple(sorted(stages)),
        log_destinations=destinations,
        redacted_headers=headers,
        stops=_stops(planned, plan),
    )


def _stops(planned: Planned, plan: Plan) -> Any:
    """Whether the default action blocks, or a rule does; not decided where one may."""
    default = planned.block("default_action")
    found: list[Any] = [default.blocks("block") if isinstance(default, Block) else default or ()]
    rules = planned.blocks("rule")
    found += [rules] if isinstance(rules, Unreadable) else [_acts(rule) for rule in rules]
    written = planned.text("rule_json")
    found.append(written if isinstance(written, Unreadable) else _in_json(planned, written))
    for group in plan.of("aws_wafv2_web_acl_rule_group_association"):
        acl, override = group.reference("web_acl_arn", _ACL), group.get("override_action")
        undecided = next((value for value in (acl, override) if isinstance(value, Unreadable)), None)
        if undecided is not None or acl == planned.arn:
            found.append(undecided or override != "count")
    undecided = next((value for value in found if isinstance(value, Unreadable)), None)
    return any(value and not isinstance(value, Unreadable) for value in found) or undecided or False


def _acts(rule: Block) -> Any:
    """Whether a rule stops what it matches, or leaves that to its group's rules."""
    for name, kinds in (("action", STOPPING), ("override_action", ("None",))):
        action: Any = rule.block(name)
        for kind in kinds if action is not None else ():
            acts = action if isinstance(action, Unreadable) else action.blocks(kind.lower())
            if acts:  # or that it is not decided
                return acts
    return False


def _in_json(planned: Planned, text: str | None) -> Any:
    """Rules in the form that the API takes."""
    try:
        return can_stop({"Rules": json.loads(text or "[]")})
    except (ValueError, AttributeError, TypeError):
        return planned.undecided("rule_json", "it is no list of rules")
