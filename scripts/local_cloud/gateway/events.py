"""The event of a Lambda proxy integration (payload format 1.0), as API Gateway makes it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from scripts.local_cloud.gateway.exchange import Exchange


def proxy_event(exchange: Exchange) -> dict[str, Any]:
    headers = [*forwarded_headers(exchange), *exchange.headers]
    multiple_headers = grouped(headers)
    query = grouped(exchange.query)
    return {
        "resource": exchange.context["resourcePath"],
        "path": exchange.path,
        "httpMethod": exchange.method,
        "headers": last_values(multiple_headers),
        "multiValueHeaders": multiple_headers,
        "queryStringParameters": last_values(query) or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": exchange.path_parameters or None,
        "stageVariables": dict(exchange.stage.variables) or None,
        "requestContext": request_context(exchange),
        "body": exchange.body.decode(errors="replace") if exchange.body else None,
        "isBase64Encoded": False,
    }


def forwarded_headers(exchange: Exchange) -> list[tuple[str, str]]:
    return [
        ("X-Amzn-Trace-Id", f"Root={exchange.context['xrayTraceId']}"),
        ("X-Forwarded-For", exchange.source_ip),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]


def request_context(exchange: Exchange) -> dict[str, Any]:
    context = exchange.context
    same = (
        "accountId",
        "apiId",
        "deploymentId",
        "domainName",
        "domainPrefix",
        "extendedRequestId",
        "httpMethod",
        "path",
        "protocol",
        "requestId",
        "requestTime",
        "resourceId",
        "resourcePath",
        "stage",
    )
    made: dict[str, Any] = {name: context[name] for name in same}
    made["requestTimeEpoch"] = int(context["requestTimeEpoch"])
    made["identity"] = identity(exchange)
    if exchange.claims is not None:
        made["authorizer"] = {"claims": dict(exchange.claims)}
    return made


def identity(exchange: Exchange) -> dict[str, str | None]:
    unknown = (
        "accessKey",
        "accountId",
        "caller",
        "cognitoAuthenticationProvider",
        "cognitoAuthenticationType",
        "cognitoIdentityId",
        "cognitoIdentityPoolId",
        "principalOrgId",
        "user",
        "userArn",
    )
    known = {"sourceIp": exchange.source_ip, "userAgent": exchange.header("user-agent")}
    return {**dict.fromkeys(unknown), **known}


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        found[name].append(value)
    return dict(found)


def last_values(values: dict[str, list[str]]) -> dict[str, str]:
    return {name: listed[-1] for name, listed in values.items()}
