"""A small API, deployed to the local cloud by its OpenAPI document, with people who sign in to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests

from tests.unit.local_cloud.support import Cloud, unique

STAGE = "live"
ORIGIN = "https://portal.example.org"
# What the function does is asked for in a header, so that one function serves all tests.
FUNCTION = """
import json, time
def handler(event, context):
    wanted = event["headers"].get("X-Answer", "event")
    if wanted == "raise": raise ValueError
    if wanted == "sleep": time.sleep(30)
    if wanted == "malformed": return {"status": 200}
    if wanted == "text": return "fine"
    if wanted == "number-body": return {"statusCode": 200, "body": 5}
    if wanted == "binary": return {"statusCode": 200, "body": "AAE=", "isBase64Encoded": True}
    headers = {"Content-Type": "application/json", "WWW-Authenticate": "x", "X-Number": 5}
    multiple = {"Set-Cookie": ["a=1", "b=2"]}
    return {"statusCode": 201, "headers": headers, "multiValueHeaders": multiple, "body": json.dumps(event)}
"""
TEMPLATE = f"""
#set($origins = ["https://other.example.org", "{ORIGIN}"])
#set($origin = $input.params().header.get("Origin"))
#if(!$origin || $origin == "")#set($origin = $input.params().header.get("origin"))#end
#if($origins.contains($origin))
#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
#end
"""
ACCESS_LOG = {
    "id": "$context.requestId",
    "path": "$context.resourcePath",
    "status": "$context.status",
    "sub": "$context.authorizer.claims.sub",
    "error": "$context.error.responseType",
}


@dataclass
class Api:
    """The deployed API. ``token`` is an identity token of a user in the groups Admin and Provider."""

    cloud: Cloud
    api_id: str
    pool: str
    client_id: str
    tokens: dict[str, str]
    log_group: str
    function: str

    @property
    def token(self) -> str:
        return self.tokens["IdToken"]

    def url(self, path: str) -> str:
        # Several APIs of these tests have a stage of this name, so the API is named as well.
        return f"{self.cloud.state.gateway_url}/{self.api_id}/{STAGE}{path}"

    def request(
        self, method: str, path: str, token: str | None = "", headers: Any = None, **options: Any
    ) -> requests.Response:
        """Without ``token`` the signed-in user's is sent; with None none is."""
        authorization = {} if token is None else {"Authorization": token or self.token}
        return requests.request(
            method, self.url(path), headers={**authorization, **(headers or {})}, timeout=60, **options
        )


def openapi(cloud: Cloud, pool_arn: str, function: str, **extensions: Any) -> dict[str, Any]:
    """``extensions``, such as gateway_responses, become x-amazon-apigateway-... of the document."""
    uri = (
        f"arn:aws:apigateway:{cloud.state.region}:lambda:path/2015-03-31/functions/"
        f"{cloud.arn('lambda', f'function:{function}')}/invocations"
    )
    operation = {
        "security": [{"Pool": []}],
        "parameters": [{"name": "patient_id", "in": "path", "required": True}],
        "responses": {"200": {"description": "The function's answer"}},
        "x-amazon-apigateway-request-validator": "all",
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": uri,
        },
    }
    # For a function that sleeps: any other may be a cold start on a busy machine.
    impatient = operation["x-amazon-apigateway-integration"] | {"timeoutInMillis": 1000}  # type: ignore[operator]
    slow = operation | {"parameters": [], "x-amazon-apigateway-integration": impatient}
    put = {
        **operation,
        "parameters": [
            *operation["parameters"],  # type: ignore[misc]
            {"name": "If-Match", "in": "header", "required": True},
            {"name": "why", "in": "query", "required": True},
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Patient"}}},
        },
    }
    preflight = {
        "security": [],
        "responses": {"204": {"description": "Allowed"}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 204}'},
            "responses": {
                "default": {
                    "statusCode": "204",
                    "responseParameters": {
                        "method.response.header.Access-Control-Allow-Methods": "'GET,PUT'"
                    },
                    "responseTemplates": {"application/json": TEMPLATE},
                }
            },
        },
    }
    schema = {
        "type": "object",
        "required": ["version", "name"],
        "additionalProperties": False,
        "properties": {
            "version": {"type": "integer", "minimum": 0},
            "name": {"$ref": "#/components/schemas/Name"},
        },
    }
    document = {
        "openapi": "3.0.3",
        "info": {"title": unique("api"), "version": "1"},
        "paths": {
            "/patients/{patient_id}": {"get": operation, "put": put, "options": preflight},
            "/patients/me": {"get": {**operation, "parameters": []}},
            "/slow": {"get": slow},
        },
        "components": {
            "schemas": {"Patient": schema, "Name": {"type": "string", "maxLength": 5}},
            "securitySchemes": {
                "Pool": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authtype": "cognito_user_pools",
                    "x-amazon-apigateway-authorizer": {
                        "type": "cognito_user_pools",
                        "providerARNs": [pool_arn],
                    },
                }
            },
        },
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
    }
    named = {f"x-amazon-apigateway-{name.replace('_', '-')}": value for name, value in extensions.items()}
    return document | named


def make_pool(cloud: Cloud) -> tuple[str, str, dict[str, str]]:
    """A user pool with one signed-in user: pool id, client id, tokens."""
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=unique("pool"))["UserPool"]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName=unique("client"), ExplicitAuthFlows=flows
    )["UserPoolClient"]["ClientId"]
    password = "Correct-Horse-9"
    cognito.admin_create_user(UserPoolId=pool, Username="dr.rivera", TemporaryPassword=password)
    cognito.admin_set_user_password(UserPoolId=pool, Username="dr.rivera", Password=password, Permanent=True)
    for group in ("Provider", "Admin"):
        cognito.create_group(UserPoolId=pool, GroupName=group)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username="dr.rivera", GroupName=group)
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "dr.rivera", "PASSWORD": password},
    )["AuthenticationResult"]
    return pool, client, tokens


def deploy(cloud: Cloud, permission: bool = True, **extensions: Any) -> Api:
    pool, client_id, tokens = make_pool(cloud)
    function = cloud.function(FUNCTION)
    pool_arn = cloud.arn("cognito-idp", f"userpool/{pool}")
    document = openapi(cloud, pool_arn, function, **extensions)
    apis, group = cloud.client("apigateway"), unique("/api/access")
    cloud.client("logs").create_log_group(logGroupName=group)
    api_id = apis.create_rest_api(name=unique("api"))["id"]
    apis.put_rest_api(restApiId=api_id, mode="overwrite", body=json.dumps(document).encode())
    deployment = apis.create_deployment(restApiId=api_id)["id"]
    apis.create_stage(restApiId=api_id, stageName=STAGE, deploymentId=deployment)
    settings = {"destinationArn": cloud.arn("logs", f"log-group:{group}"), "format": json.dumps(ACCESS_LOG)}
    changes = [
        {"op": "replace", "path": f"/accessLogSettings/{name}", "value": value}
        for name, value in settings.items()
    ]
    apis.update_stage(restApiId=api_id, stageName=STAGE, patchOperations=changes)
    if permission:
        cloud.client("lambda").add_permission(
            FunctionName=function,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=cloud.arn("execute-api", f"{api_id}/{STAGE}/*"),
        )
    return Api(cloud, api_id, pool, client_id, dict(tokens), group, function)
