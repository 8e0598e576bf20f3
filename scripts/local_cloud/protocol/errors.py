"""Answer errors in the protocol of the service that was asked, as AWS does."""

from __future__ import annotations

import json
import uuid
from xml.sax.saxutils import escape

from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

from scripts.local_cloud.protocol.requests import AwsRequest

# What services call a refusal. JSON protocols say AccessDeniedException, the XML ones AccessDenied:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
DENIED_CODES = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError", "sqs": "AccessDenied"}


class AwsError(Exception):
    """An error to answer with: AWS's ``code``, a message, the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def access_denied(call: AwsRequest, message: str) -> AwsError:
    json_protocol = call.protocol in {"json", "rest-json"}
    default = "AccessDeniedException" if json_protocol else "AccessDenied"
    return AwsError(DENIED_CODES.get(call.service, default), message, 400 if call.protocol == "json" else 403)


def not_implemented(call: AwsRequest, reason: str) -> AwsError:
    """Status 501, which neither Terraform's provider nor boto3 tries again."""
    name = f"{call.service}:{call.operation or f'{call.http.method} {call.http.path}'}"
    return AwsError("NotImplemented", f"The local cloud does not do {name}: {reason}", 501)


def error_response(call: AwsRequest, error: AwsError) -> Response:
    """The error in the service's protocol; https://smithy.io/2.0/aws/protocols/ describes each."""
    protocol = call.protocol
    if call.speaks_openai:
        response = Response(openai_error(error), status=error.status, content_type="application/json")
    elif protocol in ("json", "rest-json"):
        body = json.dumps({"__type": error.code, "message": error.message})
        response = Response(body, status=error.status, content_type="application/x-amz-json-1.1")
        response.headers["X-Amzn-ErrorType"] = error.code
        if "awsQueryCompatible" in get_service_model(call.service).metadata:
            response.headers["x-amzn-query-error"] = f"{error.code};Sender"
    else:
        response = Response(xml_error(call, error), status=error.status, content_type="text/xml")
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response


def openai_error(error: AwsError) -> str:
    """https://platform.openai.com/docs/guides/error-codes/api-errors"""
    kinds = {403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
    kind = kinds.get(error.status, "server_error" if error.status >= 500 else "invalid_request_error")
    return json.dumps({"error": {"message": error.message, "type": kind, "param": None, "code": error.code}})


def xml_error(call: AwsRequest, error: AwsError) -> str:
    fault = f"<Code>{error.code}</Code><Message>{escape(error.message)}</Message>"
    if call.service == "s3":
        return f"<Error>{fault}</Error>"
    if call.protocol == "ec2":
        return f"<Response><Errors><Error>{fault}</Error></Errors></Response>"
    return f"<ErrorResponse><Error><Type>Sender</Type>{fault}</Error></ErrorResponse>"
