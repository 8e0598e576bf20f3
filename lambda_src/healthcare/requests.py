"""Requests: what API Gateway's REST proxy event (payload version 1) says, and which other events are refused.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from healthcare.problems import FieldError, malformed, too_large, unsupported_media_type

MAX_BODY_BYTES: Final = (
    262_144  # above the largest body that the schemas allow, far below API Gateway's 10 MB
)

BREAK_GLASS_HEADER: Final = "x-break-glass-reason"

_REASON: Final = re.compile(r"[!-~][ -~]{8,254}[!-~]", re.ASCII)
UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_ADDRESS: Final = re.compile(r"[0-9A-Fa-f.:]{2,45}", re.ASCII)
_SOURCES: Final = {
    "aws:sqs": "sqs",
    "aws:sns": "sns",
    "aws:s3": "s3",
    "aws:dynamodb": "dynamodb_stream",
    "aws:kinesis": "kinesis",
}


class UnsupportedEventError(Exception):
    """The event comes from a trigger that takes a normal return as "handled": answering would lose it.

    Raised instead, so that it is tried again and ends in the dead-letter queue. Its text is a constant.
    """

    def __init__(self) -> None:
        super().__init__("this function serves API Gateway REST requests only")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are in lower case; a parameter sent twice, in whatever spelling, is in
    `repeated`.
    """

    method: str
    resource: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    repeated: frozenset[str]
    body: str | None
    body_is_base64: bool
    context: Mapping[str, Any]

    @property
    def source_ip(self) -> str:
        """The client's address, or "unknown"."""
        address = _mapping(self.context.get("identity")).get("sourceIp")
        return address if isinstance(address, str) and _ADDRESS.fullmatch(address) else "unknown"


def event_kind(event: object) -> str:
    """What sent the event, as one of a few fixed words: nothing of the event itself."""
    if not isinstance(event, dict):
        return "unknown"
    records = event.get("Records")
    if isinstance(records, list) and records and isinstance(records[0], dict):
        source = records[0].get("eventSource") or records[0].get("EventSource")
        return _SOURCES.get(source, "unknown_records") if isinstance(source, str) else "unknown_records"
    if "detail-type" in event and "source" in event:
        return "eventbridge"
    context = event.get("requestContext")
    if not isinstance(context, dict):
        return "unknown"
    if "elb" in context:
        return "load_balancer"
    if event.get("version") == "2.0" or "http" in context:
        return "http_api_v2"
    if isinstance(event.get("httpMethod"), str) and isinstance(event.get("resource"), str):
        return "rest_api"
    return "unknown"


def loses_events(kind: str) -> bool:
    """Whether this kind of trigger takes any return as success."""
    return kind not in {"rest_api", "http_api_v2", "load_balancer", "unknown"}


def request_of(event: Mapping[str, Any]) -> Request:
    """The request in an event of kind "rest_api". Values of a wrong type are left out, never converted."""
    query = _mapping(event.get("queryStringParameters"))
    headers = _texts(_mapping(event.get("headers")))
    body = event.get("body")
    return Request(
        method=event["httpMethod"],
        resource=event["resource"],
        path=_texts(_mapping(event.get("pathParameters"))),
        query=_texts(query),
        headers={name.lower(): value for name, value in headers.items()},
        repeated=_repeated(event.get("multiValueQueryStringParameters"))
        | frozenset(name.lower() for name in _repeated(event.get("multiValueHeaders")))
        | _in_two_spellings(headers),
        body=body if isinstance(body, str) else None,
        body_is_base64=event.get("isBase64Encoded") is True,
        context=_mapping(event.get("requestContext")),
    )


def request_id_of(event: object, context: object) -> str:
    """API Gateway's request id, or Lambda's: repeated in answers, audit rows and logs."""
    ours = _mapping(event.get("requestContext")) if isinstance(event, dict) else {}
    return _uuid(ours.get("requestId")) or lambda_request_id_of(context)


def lambda_request_id_of(context: object) -> str:
    """Lambda's own id of the invocation, as in its START and REPORT lines."""
    return _uuid(getattr(context, "aws_request_id", None)) or "00000000-0000-0000-0000-000000000000"


def query_of(request: Request, known: set[str]) -> dict[str, str]:
    """The query's parameters; Problem 400 where one is not among `known`, or is sent twice."""
    if not known.issuperset(request.query):
        raise malformed(FieldError("query", "unknown"))
    for name in known & request.repeated:
        raise malformed(FieldError(f"query.{name}", "repeated"))
    return dict(request.query)


def break_glass_reason(request: Request) -> str | None:
    """Why the glass is broken, None where it is not; Problem 400 where that is no reason."""
    reason = request.headers.get(BREAK_GLASS_HEADER)
    if BREAK_GLASS_HEADER in request.repeated or (reason is not None and not _REASON.fullmatch(reason)):
        raise malformed(FieldError("header.X-Break-Glass-Reason", "pattern"))
    return reason


def json_body(request: Request) -> object:
    """The JSON body; Problem 400, 413 or 415. Duplicate keys, NaN and lone surrogates are refused."""
    media_type, _, parameters = request.headers.get("content-type", "application/json").partition(";")
    if media_type.strip().lower() != "application/json":
        raise unsupported_media_type()
    if parameters.strip() and parameters.strip().lower().replace('"', "") != "charset=utf-8":
        raise unsupported_media_type()
    text = _body_text(request)
    try:
        document: object = json.loads(
            text, object_pairs_hook=_object_without_duplicates, parse_constant=_refuse_constant
        )
        # DynamoDB and KMS take UTF-8: a lone surrogate is no character at all.
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        # `from None`: a JSONDecodeError carries the document.
        raise malformed(FieldError("body", "json")) from None
    return document


def _body_text(request: Request) -> str:
    body = request.body or ""
    if len(body) > MAX_BODY_BYTES * 4 // 3 + 4:
        raise too_large()
    try:
        raw = base64.b64decode(body, validate=True) if request.body_is_base64 else body.encode("utf-8")
        if len(raw) > MAX_BODY_BYTES:
            raise too_large()
        if not raw.strip():
            raise malformed(FieldError("body", "required"))
        return raw.decode("utf-8")
    except ValueError:  # no base64, base64 outside of ASCII, no UTF-8
        raise malformed(FieldError("body", "encoding")) from None


def _object_without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Readers differ on which of two equal keys counts: what one check has seen, another might not store.
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate key")
    return members


def _refuse_constant(_name: str) -> object:
    raise ValueError("NaN and Infinity are not JSON")


def _uuid(value: object) -> str | None:
    # Nothing but a UUID will do: whatever else were repeated could be anything that a caller has put there.
    return value if isinstance(value, str) and UUID.fullmatch(value) else None


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: value for name, value in values.items() if isinstance(name, str) and isinstance(value, str)}


def _repeated(values: object) -> frozenset[str]:
    return frozenset(
        name
        for name, given in _mapping(values).items()
        if isinstance(name, str) and isinstance(given, list) and len(given) > 1
    )


def _in_two_spellings(names: Iterable[str]) -> frozenset[str]:
    # HTTP/1.1 lets one header come as "X-Reason" and "x-reason"; API Gateway passes both on.
    return frozenset(name for name, times in Counter(name.lower() for name in names).items() if times > 1)
