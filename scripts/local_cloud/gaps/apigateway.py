"""API Gateway: what an imported OpenAPI document says beyond paths and integrations.

moto keeps neither authorizers nor request validators nor gateway responses of a document, fails on mock
integrations, takes models that AWS refuses, and exports a skeleton in place of what was imported.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from moto.apigateway.exceptions import BadRequestException, StageNotFoundException
from moto.apigateway.models import APIGatewayBackend, RestAPI
from moto.apigateway.responses import APIGatewayResponse
from moto.logs.models import logs_backends

from scripts.local_cloud.gaps.patching import Method, wrap

# JSON Schema draft 4, which API Gateway's models are written in.
KEYWORDS = frozenset(
    """
    $ref $schema additionalItems additionalProperties allOf anyOf default definitions dependencies description
    enum exclusiveMaximum exclusiveMinimum format id items maxItems maxLength maxProperties maximum minItems
    minLength minProperties minimum multipleOf not oneOf pattern patternProperties properties required title
    type uniqueItems
    """.split()  # noqa: SIM905
)
BY_NAME = ("definitions", "patternProperties", "properties")
METHODS = {"delete", "get", "head", "options", "patch", "post", "put", "x-amazon-apigateway-any-method"}


@wrap(APIGatewayBackend, "put_integration")
def put_integration(original: Method, backend: Any, *args: Any, **kwargs: Any) -> Any:
    """moto demands of a mock integration in a document that it has a URI and a method."""
    if "integration_type" in kwargs:
        kwargs["integration_type"] = str(kwargs["integration_type"]).upper()  # a document may say "mock"
    if len(args) < 5:
        kwargs.setdefault("uri", "")
        kwargs.setdefault("integration_method", None)
    return original(backend, *args, **kwargs)


@wrap(APIGatewayBackend, "put_rest_api")
def put_rest_api(
    original: Method,
    backend: Any,
    function_id: str,
    api_doc: dict[str, Any],
    fail_on_warnings: bool,
    mode: str = "merge",
) -> Any:
    """moto reads a document's paths and integrations only, and takes every key of a path for a method."""
    refuse_unknown_keywords(api_doc)
    paths = {path: methods_of(item) for path, item in api_doc["paths"].items()}
    api = original(backend, function_id, {**api_doc, "paths": paths}, fail_on_warnings, mode=mode)
    if mode == "overwrite":
        api.authorizers, api.request_validators, api.gateway_responses = {}, {}, {}
        api.disableExecuteApiEndpoint = closes_own_address(api_doc)
    api.name = api_doc.get("info", {}).get("title", api.name)
    api.local_cloud_document = copy.deepcopy(api_doc)
    validators = import_validators(api, api_doc)
    authorizers = import_authorizers(backend, api, api_doc)
    for kind, answer in api_doc.get("x-amazon-apigateway-gateway-responses", {}).items():
        api.put_gateway_response(
            kind, answer.get("statusCode"), answer.get("responseParameters"), answer.get("responseTemplates")
        )
    for path, operations in paths.items():
        resource = api.get_resource_for_path(path)
        for name, operation in operations.items():
            method = resource.resource_methods[name.upper()]
            describe_method(method, operation, api_doc, authorizers, validators)
    return api


@wrap(RestAPI, "to_dict")
def to_dict(original: Method, api: Any) -> dict[str, Any]:
    """moto does not tell the TLS policy of a document's API."""
    policy = getattr(api, "local_cloud_document", {}).get("x-amazon-apigateway-security-policy")
    return {**original(api), **({"securityPolicy": policy} if policy else {})}


@wrap(APIGatewayBackend, "update_account")
def update_account(original: Method, backend: Any, patch_operations: Any) -> Any:
    """moto does not try the role; AWS writes a greeting with it, and makes a log group for that."""
    account = original(backend, patch_operations)
    logs, name = logs_backends[backend.account_id][backend.region_name], "/aws/apigateway/welcome"
    if account.cloudwatch_role_arn and name not in logs.groups:
        logs.create_log_group(name, {})
    return account


def refuse_unknown_keywords(document: dict[str, Any]) -> None:
    """AWS refuses a whole document for one such word in one of its schemas."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        unknown = sorted(unknown_keywords(schema))
        if unknown:
            errors = f"[Invalid model schema specified. Unsupported keyword(s): {json.dumps(unknown)}]"
            raise BadRequestException(
                f"Errors found during import:\n\tUnable to create model for '{name}': "
                f"Invalid model specified: Validation Result: warnings : [], errors : {errors}"
            )


def unknown_keywords(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return {word for inner in schema for word in unknown_keywords(inner)}
    if not isinstance(schema, dict):
        return set()
    unknown = {word for word in schema if word not in KEYWORDS and not word.startswith("x-")}
    for word, inner in schema.items():
        if word in BY_NAME:
            unknown |= unknown_keywords(list(inner.values()))
        elif word not in {"default", "enum", *unknown}:
            unknown |= unknown_keywords(inner)
    return unknown


def closes_own_address(document: dict[str, Any]) -> bool:
    configurations = [
        server.get("x-amazon-apigateway-endpoint-configuration", {}) for server in document.get("servers", [])
    ]
    return any(configuration.get("disableExecuteApiEndpoint") for configuration in configurations)


def methods_of(item: dict[str, Any]) -> dict[str, Any]:
    return {name: operation for name, operation in item.items() if name.lower() in METHODS}


def import_validators(api: Any, document: dict[str, Any]) -> dict[str, str]:
    """The validators' ids by their names in the document."""
    found = {}
    for name, rules in document.get("x-amazon-apigateway-request-validators", {}).items():
        body, parameters = rules.get("validateRequestBody"), rules.get("validateRequestParameters")
        found[name] = api.create_request_validator(name, body, parameters).id
    return found


def import_authorizers(backend: Any, api: Any, document: dict[str, Any]) -> dict[str, Any]:
    """The authorizers by the names of their security schemes."""
    found = {}
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        authorizer = scheme.get("x-amazon-apigateway-authorizer")
        if authorizer:
            found[name] = backend.create_authorizer(
                api.id,
                name,
                str(authorizer["type"]).upper(),
                provider_arns=authorizer.get("providerARNs"),
                auth_type=scheme.get("x-amazon-apigateway-authtype"),
                authorizer_uri=authorizer.get("authorizerUri"),
                authorizer_credentials=authorizer.get("authorizerCredentials"),
                identity_source=f"method.request.header.{scheme.get('name', 'Authorization')}",
                authorizer_result_ttl=authorizer.get("authorizerResultTtlInSeconds", 300),
            )
    return found


def describe_method(
    method: Any,
    operation: dict[str, Any],
    document: dict[str, Any],
    authorizers: dict[str, Any],
    validators: dict[str, str],
) -> None:
    security = operation.get("security", document.get("security", []))
    named = next((name for requirement in security for name in requirement if name in authorizers), None)
    method.authorization_type = authorizers[named].type if named else "NONE"
    method.authorizer_id = authorizers[named].id if named else None
    validator = operation.get(
        "x-amazon-apigateway-request-validator", document.get("x-amazon-apigateway-request-validator")
    )
    method.request_validator_id = validators.get(validator) if validator else None
    method.operation_name = operation.get("operationId")
    places = {"path": "path", "query": "querystring", "header": "header"}
    method.request_parameters = {
        f"method.request.{places[parameter['in']]}.{parameter['name']}": bool(parameter.get("required"))
        for parameter in operation.get("parameters", [])
        if parameter.get("in") in places
    }
    contents = operation.get("requestBody", {}).get("content", {})
    method.request_models = {
        kind: content["schema"]["$ref"].rpartition("/")[2]
        for kind, content in contents.items()
        if "$ref" in content.get("schema", {})
    }


@wrap(RestAPI, "create_deployment")
def create_deployment(original: Method, api: Any, *args: Any, **kwargs: Any) -> Any:
    """A deployment is the API as it was then."""
    deployment = original(api, *args, **kwargs)
    deployment.local_cloud_document = copy.deepcopy(getattr(api, "local_cloud_document", None))
    return deployment


@wrap(APIGatewayResponse, "get_export")
def get_export(original: Method, response: Any) -> Any:
    """moto exports paths without anything in them, whatever the stage and its deployment."""
    parts = response.path.split("/")
    api_id, stage_name, kind = parts[-5], parts[-3], parts[-1]
    api = response.backend.get_rest_api(api_id)
    stage = api.stages.get(stage_name)
    if stage is None:
        raise StageNotFoundException
    document = getattr(api.deployments.get(stage.deployment_id), "local_cloud_document", None)
    if document is None:
        return original(response)
    if kind != "oas30":
        raise BadRequestException(f"The local cloud exports oas30, not '{kind}'")
    extensions = response.querystring.get("extensions", [""])[0]
    body = document if extensions else without_extensions(document)
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="oas30_{api_id}.json"',
    }
    return 200, headers, json.dumps(body).encode()


def without_extensions(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if not str(k).startswith("x-amazon-")}
        return {name: without_extensions(inner) for name, inner in kept.items()}
    return [without_extensions(inner) for inner in value] if isinstance(value, list) else value
