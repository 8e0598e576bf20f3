"""Turn an HTTP request into the AWS operation it asks for, with its parameters parsed."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import NotFound, get_service_router
from moto.core.utils import get_service_model

from scripts.local_cloud import routes  # noqa: F401  # importing it is what mends werkzeug
from scripts.local_cloud.protocol.signature import Signature, read_signature

# The name that a request is signed for, where botocore calls the service differently.
SERVICE_OF_SIGNING_NAME = {
    "access-analyzer": "accessanalyzer",
    "airflow": "mwaa",
    "aoss": "opensearchserverless",
    "cognito-idp": "cognito-idp",
    "email": "sesv2",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "elasticmapreduce": "emr",
    "es": "opensearch",
    "execute-api": "apigatewaymanagementapi",
    "inspector": "inspector2",
    "monitoring": "cloudwatch",
    "network-firewall": "network-firewall",
    "oam": "oam",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
# Bedrock's OpenAI-compatible API, of which botocore has no model: path -> a name for the operation.
OPENAI_OPERATIONS = {
    "/openai/v1/chat/completions": "CreateChatCompletion",
    "/openai/v1/responses": "CreateResponse",
}
# Operations that AWS answers without a signature, by the service that their X-Amz-Target names.
UNSIGNED_TARGETS = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
}


@dataclass
class AwsRequest:
    """One request for an AWS operation.

    ``service`` is botocore's name (``cloudwatch``), ``signing_name`` the one that IAM's action prefix
    nearly always equals (``monitoring`` is the exception). ``operation`` is None for a path that no
    operation of the service has.
    """

    http: Request
    body: bytes
    service: str
    signature: Signature | None
    operation: str | None
    model: Any = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def region(self) -> str:
        return self.signature.region if self.signature else "us-east-1"

    @property
    def protocol(self) -> str:
        return str(determine_request_protocol(get_service_model(self.service), self.http.content_type))

    @property
    def speaks_openai(self) -> bool:
        """Whether the answer, and any error, has OpenAI's shape and not the service's own."""
        return self.service == "bedrock-runtime" and self.http.path.startswith("/openai/")

    @property
    def needs_signature(self) -> bool:
        return self.model is None or self.model.auth_type != "none"


def read_request(environ: dict[str, Any]) -> AwsRequest | None:
    """Read the whole request, and leave its body in ``environ`` for moto to read again.

    Returns None where nothing says which service is meant: such a request is not AWS's API (the key set
    of a user pool, for one).
    """
    body = read_body(environ)
    http = Request(environ)
    signature = read_signature(http)
    service = service_of(http, signature)
    if service is None:
        return None
    call = AwsRequest(http=http, body=body, service=service, signature=signature, operation=None)
    if call.speaks_openai:
        call.operation = OPENAI_OPERATIONS.get(http.path) if http.method == "POST" else None
        call.parameters = json_object(body)
        return call
    try:
        call.model, path_parameters = get_service_router(service).match(http)
    except (NotFound, NotImplementedError):
        call.model, path_parameters = operation_of_target(http, service), {}
        if call.model is None:
            return call
    call.operation = str(call.model.name)
    call.parameters = parse_parameters(call, path_parameters)
    environ["wsgi.input"] = io.BytesIO(body)
    return call


def operation_of_target(http: Request, service: str) -> Any:
    """The operation that X-Amz-Target ends with, or None: AWS's SDKs do not agree on what stands before it.

    botocore writes CloudTrail's prefix with a package name in front, the SDK for Go without.
    """
    name = http.headers.get("X-Amz-Target", "").rpartition(".")[2]
    model = get_service_model(service)
    return model.operation_model(name) if name in model.operation_names else None


def read_body(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):  # chunked: the server's stream ends by itself
        body = stream.read()
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ.pop("wsgi.input_terminated")
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return bytes(body)


def json_object(body: bytes) -> Mapping[str, Any]:
    """Empty where the body is none: who answers it says what is wrong."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def service_of(http: Request, signature: Signature | None) -> str | None:
    """botocore's name of the service that a request is for."""
    target = http.headers.get("X-Amz-Target", "")
    if signature is None:
        if http.values.get("Action") == "AssumeRoleWithWebIdentity":  # the token in it is the signature
            return "sts"
        return UNSIGNED_TARGETS.get(target.partition(".")[0])
    name = signature.service
    if name == "s3" and http.path.startswith("/v20180820/"):
        return "s3control"
    if name == "dynamodb" and target.startswith("DynamoDBStreams"):
        return "dynamodbstreams"
    if name == "apigateway" and http.path.startswith("/v2/"):
        return "apigatewayv2"
    if name == "ses" and http.path.startswith("/v2/email/"):
        return "sesv2"
    if name == "bedrock" and http.path.startswith(("/model/", "/openai/")):
        return "bedrock-runtime"
    if name == "elasticloadbalancing" and http.values.get("Version") == "2012-06-01":
        return "elb"
    service = SERVICE_OF_SIGNING_NAME.get(name, name)
    return service if is_service(service) else None


@functools.cache
def is_service(name: str) -> bool:
    from botocore.exceptions import UnknownServiceError

    try:
        get_service_model(name)
    except UnknownServiceError:
        return False
    return True


def parse_parameters(call: AwsRequest, path_parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    parser = PROTOCOL_PARSERS[call.protocol](call.model)
    try:
        parsed: Mapping[str, Any] = parser.parse(
            {
                "method": call.http.method,
                "values": call.http.values,
                "headers": call.http.headers,
                "body": call.body,
                "url_path": call.http.path,
                "url_params": path_parameters,
            }
        )
    except Exception:  # noqa: BLE001
        # moto's parser raises many kinds for a body that is not what the operation takes. The request
        # goes on with what the path says, so that moto itself can answer what is wrong with it; it is
        # authorised for every resource ("*") meanwhile, which is stricter and never looser.
        return path_parameters
    return parsed
