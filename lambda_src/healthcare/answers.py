"""Answers in the shape of API Gateway's proxy integration, with the headers that every answer carries."""

import json
from collections.abc import Mapping
from typing import Any, Final

from healthcare.problems import Problem

SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}

Answer = dict[str, Any]
"""{"statusCode": int, "headers": {name: value}, "body": JSON text, "isBase64Encoded": False}"""


def answer(status: int, document: Mapping[str, object], headers: Mapping[str, str]) -> Answer:
    """A JSON document as an answer. `headers` are those of cors_headers()."""
    return _answer(status, document, {"Content-Type": "application/json", **headers})


def problem_answer(problem: Problem, request_id: str, headers: Mapping[str, str]) -> Answer:
    """A Problem as an answer, with Retry-After where trying again can help."""
    extra = {"Content-Type": "application/problem+json", **headers}
    if problem.retry_after is not None:
        extra["Retry-After"] = str(problem.retry_after)
    return _answer(problem.status, problem.document(request_id), extra)


def cors_headers(origin: str | None, allowed: frozenset[str]) -> dict[str, str]:
    """CORS for named origins. An origin is only ever repeated when it is one of `allowed`."""
    if not allowed:
        return {}
    headers = {"Vary": "Origin"}
    if origin in allowed:
        headers["Access-Control-Allow-Origin"] = str(origin)
    return headers


def _answer(status: int, document: Mapping[str, object], headers: Mapping[str, str]) -> Answer:
    return {
        "statusCode": status,
        "headers": {**SECURITY_HEADERS, **headers},
        "body": json.dumps(document, separators=(",", ":")),
        "isBase64Encoded": False,
    }
