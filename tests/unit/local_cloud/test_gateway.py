"""The gateway answers as API Gateway does: routes, tokens, validation, errors, events, logs."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from scripts.local_cloud.gateway.integrations import unmapped
from tests.unit.local_cloud.api import ORIGIN, STAGE, Api, deploy, make_pool
from tests.unit.local_cloud.support import Cloud

BODY = {"version": 1, "name": "Maria"}
PUT: dict[str, Any] = {"headers": {"If-Match": "1"}, "params": {"why": "moved"}}


@pytest.fixture(scope="module")
def api(cloud: Cloud) -> Api:
    return deploy(cloud)


@pytest.fixture(scope="module")
def pool_key() -> Any:
    """moto signs every pool's tokens with one key, which its package carries."""
    from moto.cognitoidp.models import CognitoIdpUserPool

    pool = CognitoIdpUserPool("123456789012", "us-east-1", "any", {})
    return jwt.PyJWK(pool.json_web_key.as_dict(private=True), algorithm="RS256").key


def test_the_event_is_the_one_of_api_gateway(api: Api) -> None:
    answer = api.request(
        "GET",
        "/patients/P%201?include=a&include=b&empty=",
        f"Bearer {api.token}",
        headers={"X-Twice": "1", "User-Agent": "test"},
    )
    assert answer.status_code == 201
    event = answer.json()
    assert event["resource"] == "/patients/{patient_id}"
    assert event["path"] == "/patients/P%201"
    assert event["pathParameters"] == {"patient_id": "P 1"}
    assert event["queryStringParameters"] == {"include": "b", "empty": ""}
    assert event["multiValueQueryStringParameters"] == {"include": ["a", "b"], "empty": [""]}
    assert event["headers"]["X-Twice"] == "1"
    assert event["multiValueHeaders"]["X-Twice"] == ["1"]
    assert event["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert (event["body"], event["isBase64Encoded"], event["stageVariables"]) == (None, False, None)
    context = event["requestContext"]
    assert context["requestId"] == answer.headers["x-amzn-RequestId"]
    assert (context["stage"], context["apiId"]) == (STAGE, api.api_id)
    assert context["path"] == f"/{STAGE}/patients/P%201"
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["identity"]["userAgent"] == "test"
    assert context["identity"]["accessKey"] is None
    claims = context["authorizer"]["claims"]
    assert sorted(claims["cognito:groups"].split(",")) == ["Admin", "Provider"]
    assert claims["token_use"] == "id"
    assert all(isinstance(value, str) for value in claims.values())
    assert time.strptime(claims["exp"], "%a %b %d %H:%M:%S UTC %Y")


def test_headers_come_back_as_api_gateway_passes_them(api: Api) -> None:
    answer = api.request("GET", "/patients/1")
    assert answer.headers["X-Number"] == "5"
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    assert answer.headers["x-amzn-Remapped-WWW-Authenticate"] == "x"
    assert "WWW-Authenticate" not in answer.headers


def test_a_literal_path_goes_before_a_parameter(api: Api) -> None:
    assert api.request("GET", "/patients/me").json()["resource"] == "/patients/me"
    assert api.request("GET", "/patients/you").json()["resource"] == "/patients/{patient_id}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/patients"),
        ("GET", "/patients/"),
        ("GET", "/patients/1/more"),
        ("DELETE", "/patients/1"),
        ("GET", "/PATIENTS/1"),
    ],
)
def test_what_is_not_in_the_document_is_not_there(api: Api, method: str, path: str) -> None:
    answer = api.request(method, path)
    assert answer.status_code == 403
    assert answer.json() == {"message": "Missing Authentication Token"}
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


def test_an_unknown_stage_is_forbidden(api: Api) -> None:
    answer = requests.get(f"{api.cloud.state.gateway_url}/nowhere/patients/1", timeout=30)
    assert answer.status_code == 403
    assert answer.json()["message"] == "Forbidden"


def refused_token(api: Api, token: str | None) -> None:
    answer = api.request("GET", "/patients/1", token)
    assert answer.status_code == 401, answer.text
    assert answer.headers["x-amzn-ErrorType"] == "UnauthorizedException"


@pytest.mark.parametrize("token", [None, "Bearer", "not.a.token", "Bearer a b", "Basic eDp5"])
def test_what_is_no_token_is_refused(api: Api, token: str | None) -> None:
    refused_token(api, token)


def test_forged_and_unsigned_tokens_are_refused(api: Api, pool_key: Any) -> None:
    claims = jwt.decode(api.token, options={"verify_signature": False})
    header = jwt.get_unverified_header(api.token)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    refused_token(api, jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": header["kid"]}))
    refused_token(api, jwt.encode(claims, "", algorithm="none", headers={"kid": header["kid"]}))
    refused_token(api, signed_with_the_public_key(api, claims, header["kid"]))
    refused_token(api, jwt.encode(claims, pool_key, algorithm="RS256", headers={"kid": "unknown"}))
    head, _, signature = api.token.split(".")
    changed = base64url(json.dumps(claims | {"sub": "x"}).encode())
    refused_token(api, f"{head}.{changed}.{signature}")


def signed_with_the_public_key(api: Api, claims: dict[str, Any], kid: str) -> str:
    """The pool's public key taken for a shared secret: pyjwt refuses to make such a token."""
    url = f"{api.cloud.state.endpoint_url}/{api.pool}/.well-known/jwks.json"
    public = json.dumps(requests.get(url, timeout=30).json()["keys"][0]).encode()
    parts = [{"alg": "HS256", "kid": kid}, claims]
    signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{base64url(hmac.digest(public, signed.encode(), 'sha256'))}"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other"},
        {"aud": "another-client"},
        {"token_use": "access"},
        {"aud": None},
        {"exp": None},
        {"sub": None},
        {"iat": 4102444800},
    ],
)
def test_claims_are_checked(api: Api, pool_key: Any, changed: dict[str, Any]) -> None:
    claims = jwt.decode(api.token, options={"verify_signature": False}) | changed
    kept = {name: value for name, value in claims.items() if value is not None}
    kid = jwt.get_unverified_header(api.token)["kid"]
    signed = jwt.encode(kept, pool_key, algorithm="RS256", headers={"kid": kid})
    refused_token(api, signed)


def test_the_pools_own_key_makes_a_good_token(api: Api, pool_key: Any) -> None:
    """So that the refusals above are known to be for what was changed."""
    claims = jwt.decode(api.token, options={"verify_signature": False})
    kid = jwt.get_unverified_header(api.token)["kid"]
    token = jwt.encode(claims, pool_key, algorithm="RS256", headers={"kid": kid})
    assert api.request("GET", "/patients/1", token).status_code == 201


def test_expired_access_and_foreign_tokens_are_refused(api: Api, pool_key: Any) -> None:
    claims = jwt.decode(api.token, options={"verify_signature": False})
    kid = jwt.get_unverified_header(api.token)["kid"]
    expired = jwt.encode(claims | {"exp": 1000}, pool_key, algorithm="RS256", headers={"kid": kid})
    answer = api.request("GET", "/patients/1", expired)
    assert (answer.status_code, answer.json()["message"]) == (401, "The incoming token has expired")
    refused_token(api, api.tokens["AccessToken"])
    _, _, foreign = make_pool(api.cloud)
    refused_token(api, foreign["IdToken"])


def test_parameters_and_body_are_validated(api: Api) -> None:
    def put(body: Any = BODY, **changed: Any) -> requests.Response:
        return api.request("PUT", "/patients/1", **{**PUT, "json": body, **changed})

    accepted = put()
    assert accepted.status_code == 201
    assert json.loads(accepted.json()["body"]) == BODY
    without: list[dict[str, Any]] = [{"headers": {}}, {"params": {}}, {"params": {"why": ""}}]
    for missing in without:
        answer = put(**missing)
        assert answer.status_code == 400
        assert answer.json()["message"].startswith("Missing required request parameters: [")
    wrong: list[Any] = [{}, BODY | {"version": "1"}, BODY | {"name": "too long"}, BODY | {"x": 1}, [], None]
    for body in wrong:
        answer = put(body)
        assert (answer.status_code, answer.json()) == (400, {"message": "Invalid request body"}), body
    assert put(None, data=b"{", headers=PUT["headers"]).status_code == 400
    assert put(None, data=b"", headers=PUT["headers"]).status_code == 400
    # A type that has no model is passed on: it is the function's to refuse.
    as_text = {**PUT["headers"], "Content-Type": "text/plain"}
    assert put(None, data=b"{", headers=as_text).status_code == 201


def test_the_token_is_looked_at_before_the_request(api: Api) -> None:
    assert api.request("PUT", "/patients/1", None, data=b"{").status_code == 401


@pytest.mark.parametrize("answer", ["raise", "malformed", "text", "number-body"])
def test_what_is_no_answer_is_a_502(api: Api, answer: str) -> None:
    got = api.request("GET", "/patients/1", headers={"X-Answer": answer})
    assert (got.status_code, got.json()) == (502, {"message": "Internal server error"})


def test_a_binary_answer_is_decoded(api: Api) -> None:
    answer = api.request("GET", "/patients/1", headers={"X-Answer": "binary"})
    assert answer.content == b"\x00\x01"
    assert answer.headers["Content-Type"] == "application/json"


def test_a_function_that_takes_too_long_is_a_504(api: Api) -> None:
    answer = api.request("GET", "/slow", headers={"X-Answer": "sleep"})
    assert (answer.status_code, answer.json()) == (504, {"message": "Endpoint request timed out"})


def test_more_than_ten_megabytes_are_refused(api: Api) -> None:
    answer = api.request("PUT", "/patients/1", **PUT, data=b"x" * (10 * 1024 * 1024 + 1))
    assert answer.status_code == 413


def test_preflights_name_only_listed_origins(api: Api) -> None:
    allowed = api.request("OPTIONS", "/patients/1", None, headers={"Origin": ORIGIN})
    assert (allowed.status_code, allowed.content) == (204, b"")
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert allowed.headers["Access-Control-Allow-Methods"] == "GET,PUT"
    for origin in ({"Origin": "https://evil.example.org"}, {"Origin": "null"}, {}):
        answer = api.request("OPTIONS", "/patients/1", None, headers=origin)
        assert answer.status_code == 204
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("behaviour", "templates", "status"),
    [
        ("never", {}, 415),
        ("when_no_templates", {"application/json": "{}"}, 415),
        ("when_no_templates", {}, 500),
        ("when_no_match", {"application/json": "{}"}, 500),
    ],
)
def test_a_type_without_a_template_is_refused_or_passed_on(
    behaviour: str, templates: dict[str, str], status: int
) -> None:
    assert unmapped({"passthroughBehavior": behaviour, "requestTemplates": templates}).status == status


def test_the_access_log_has_the_stages_format(
    api: Api, eventually: Callable[[Callable[[], Any]], Any]
) -> None:
    told = api.request("GET", "/patients/secret-name")
    turned_away = api.request("GET", "/patients/secret-name", None)
    logs = api.cloud.client("logs")

    def lines() -> dict[str, Any]:
        events = logs.filter_log_events(logGroupName=api.log_group)["events"]
        found = [json.loads(event["message"]) for event in events]
        return {line["id"]: line for line in found}

    wanted = turned_away.headers["x-amzn-RequestId"]
    assert eventually(lambda: wanted in lines())
    first, second = lines()[told.headers["x-amzn-RequestId"]], lines()[wanted]
    sub = jwt.decode(api.token, options={"verify_signature": False})["sub"]
    assert (first["status"], first["sub"], first["error"]) == ("201", sub, "-")
    assert first["path"] == "/patients/{patient_id}"
    assert (second["status"], second["sub"], second["error"]) == ("401", "-", "UNAUTHORIZED")
    assert "secret-name" not in json.dumps(lines())


def test_metrics_of_the_api_are_kept(api: Api) -> None:
    api.request("GET", "/patients/1", None)
    cloudwatch = api.cloud.client("cloudwatch")
    metrics = cloudwatch.list_metrics(Namespace="AWS/ApiGateway", MetricName="4XXError")["Metrics"]
    assert any({"Name": "Stage", "Value": STAGE} in metric["Dimensions"] for metric in metrics)


def test_gateway_responses_are_those_of_the_document(cloud: Cloud) -> None:
    problem = {
        "statusCode": "404",
        "responseParameters": {
            "gatewayresponse.header.Cache-Control": "'no-store'",
            "gatewayresponse.header.Content-Type": "'application/problem+json'",
            "gatewayresponse.header.X-Origin": "method.request.header.Origin",
        },
        "responseTemplates": {
            "application/json": '{"id": "$context.requestId", "said": $context.error.messageString}'
        },
    }
    family = {"responseTemplates": {"application/json": '{"kind": "$context.error.responseType"}'}}
    api = deploy(cloud, gateway_responses={"MISSING_AUTHENTICATION_TOKEN": problem, "DEFAULT_4XX": family})
    answer = api.request("GET", "/nothing", headers={"Origin": "o"})
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Origin"] == "o"
    expected = {"id": answer.headers["x-amzn-RequestId"], "said": "Missing Authentication Token"}
    assert answer.json() == expected
    refused = api.request("GET", "/patients/1", None)
    assert (refused.status_code, refused.json()) == (401, {"kind": "UNAUTHORIZED"})


def test_without_the_functions_permission_nothing_is_invoked(cloud: Cloud) -> None:
    api = deploy(cloud, permission=False)
    assert api.request("GET", "/patients/1").status_code == 500
    elsewhere = cloud.arn("execute-api", f"another/{STAGE}/*")
    permission = {
        "FunctionName": api.function,
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
    }
    client = cloud.client("lambda")
    client.add_permission(**permission, StatementId="other", SourceArn=elsewhere)
    assert api.request("GET", "/patients/1").status_code == 500
    here = cloud.arn("execute-api", f"{api.api_id}/{STAGE}/GET/patients/*")
    client.add_permission(**permission, StatementId="here", SourceArn=here)
    assert api.request("GET", "/patients/1").status_code == 201


def test_a_change_is_served_once_it_is_deployed(cloud: Cloud) -> None:
    api, apis = deploy(cloud), cloud.client("apigateway")
    exported = apis.get_export(
        restApiId=api.api_id, stageName=STAGE, exportType="oas30", parameters={"extensions": "apigateway"}
    )
    document = json.loads(exported["body"].read())
    document["paths"]["/new"] = document["paths"]["/patients/me"]
    apis.put_rest_api(restApiId=api.api_id, mode="overwrite", body=json.dumps(document).encode())
    assert api.request("GET", "/new").status_code == 403
    deployment = apis.create_deployment(restApiId=api.api_id)["id"]
    change = [{"op": "replace", "path": "/deploymentId", "value": deployment}]
    apis.update_stage(restApiId=api.api_id, stageName=STAGE, patchOperations=change)
    assert api.request("GET", "/new").status_code == 201
