"""Builds what people come in by: APIs, their stages and web ACLs, user pools."""

from __future__ import annotations

from tests.bench.seeded.ground import REGION, Ground, arn

FORMAT = '{"id":"$context.requestId","route":"$context.resourcePath"}'


def api(ground: Ground, name: str, authorized: bool = True) -> str:
    return _build(ground, name, authorized=authorized)[0]


def stage(
    ground: Ground,
    name: str,
    log: str | None = FORMAT,
    data_trace: bool = False,
    tracing: bool = True,
    web_acl: bool = True,
) -> str:
    return _build(ground, name, log=log, data_trace=data_trace, tracing=tracing, guarded=web_acl)[1]


def _build(
    ground: Ground,
    name: str,
    *,
    authorized: bool = True,
    log: str | None = FORMAT,
    data_trace: bool = False,
    tracing: bool = True,
    guarded: bool = True,
) -> tuple[str, str]:
    """The API's ARN, and its stage's."""
    gateway = ground.client("apigateway")
    made = gateway.create_rest_api(name=name, endpointConfiguration={"types": ["REGIONAL"]})["id"]
    root = gateway.get_resources(restApiId=made)["items"][0]["id"]
    authorizer = gateway.create_authorizer(
        restApiId=made,
        name="people",
        type="COGNITO_USER_POOLS",
        providerARNs=[arn("cognito-idp", "userpool/people")],
        identitySource="method.request.header.Authorization",
    )["id"]
    given = {"authorizationType": "COGNITO_USER_POOLS", "authorizerId": authorizer}
    gateway.put_method(
        restApiId=made,
        resourceId=root,
        httpMethod="GET",
        **(given if authorized else {"authorizationType": "NONE"}),
    )
    gateway.put_integration(
        restApiId=made, resourceId=root, httpMethod="GET", type="MOCK", integrationHttpMethod="GET", uri=""
    )
    deployment = gateway.create_deployment(restApiId=made)["id"]
    gateway.create_stage(restApiId=made, stageName="live", deploymentId=deployment, tracingEnabled=tracing)
    patches = [("/*/*/logging/dataTrace", str(data_trace).lower())]
    if log:
        group = f"/api/{made}"
        ground.client("logs").create_log_group(logGroupName=group, kmsKeyId=ground.key)
        patches += [
            ("/accessLogSettings/destinationArn", arn("logs", f"log-group:{group}")),
            ("/accessLogSettings/format", log),
        ]
    gateway.update_stage(
        restApiId=made,
        stageName="live",
        patchOperations=[{"op": "replace", "path": path, "value": value} for path, value in patches],
    )
    stage_arn = f"arn:aws:apigateway:{REGION}::/restapis/{made}/stages/live"
    if guarded:
        acl = web_acl(ground, f"api-{made}")
        ground.client("wafv2").associate_web_acl(WebACLArn=acl, ResourceArn=stage_arn)
    return f"arn:aws:apigateway:{REGION}::/restapis/{made}", stage_arn


def domain(ground: Ground, name: str, security_policy: str = "TLS_1_2") -> str:
    full = f"{name}.example.org"
    ground.client("apigateway").create_domain_name(
        domainName=full,
        securityPolicy=security_policy,
        endpointConfiguration={"types": ["REGIONAL"]},
        regionalCertificateArn=arn("acm", f"certificate/{name}"),
    )
    return f"arn:aws:apigateway:{REGION}::/domainnames/{full}"


COMMON_RULES = {
    "Name": "common",
    "Priority": 0,
    "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}},
    "OverrideAction": {"None": {}},
    "VisibilityConfig": {
        "SampledRequestsEnabled": False,
        "CloudWatchMetricsEnabled": True,
        "MetricName": "common",
    },
}


def web_acl(ground: Ground, name: str, logs: bool = True, redacts: bool = True) -> str:
    waf = ground.client("wafv2")
    made: str = waf.create_web_acl(
        Name=name,
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        Rules=[COMMON_RULES],
        VisibilityConfig={
            "SampledRequestsEnabled": False,
            "CloudWatchMetricsEnabled": True,
            "MetricName": name,
        },
    )["Summary"]["ARN"]
    if logs:
        group = f"aws-waf-logs-{name}"
        ground.client("logs").create_log_group(logGroupName=group, kmsKeyId=ground.key)
        waf.put_logging_configuration(
            LoggingConfiguration={
                "ResourceArn": made,
                "LogDestinationConfigs": [arn("logs", f"log-group:{group}")],
                "RedactedFields": [{"SingleHeader": {"Name": "authorization"}}] if redacts else [],
            }
        )
    return made


def pool(
    ground: Ground,
    name: str,
    mfa: str = "ON",
    length: int = 14,
    access_hours: int = 1,
    groups: bool = True,
) -> str:
    cognito = ground.client("cognito-idp")
    kinds = dict.fromkeys(("RequireLowercase", "RequireUppercase", "RequireNumbers", "RequireSymbols"), True)
    made: str = cognito.create_user_pool(
        PoolName=name, Policies={"PasswordPolicy": {"MinimumLength": length, **kinds}}
    )["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=made, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration=mfa
    )
    cognito.create_user_pool_client(
        UserPoolId=made,
        ClientName="portal",
        AccessTokenValidity=access_hours,
        IdTokenValidity=1,
        RefreshTokenValidity=12,
        TokenValidityUnits=dict.fromkeys(("AccessToken", "IdToken", "RefreshToken"), "hours"),
    )
    if groups:
        cognito.create_group(UserPoolId=made, GroupName="Provider")
    return arn("cognito-idp", f"userpool/{made}")
