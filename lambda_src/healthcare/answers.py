"""Answers in the shape of API Gateway's proxy integration, with the headers that every answer carries."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an API writes: its media type, and how it puts a Problem, given the request's id."""

    media_type: str
    problem_media_type: str
    problem_document: Callable[[Problem, str], Mapping[str, object]]


PLAIN: Final = Dialect("application/json", "application/problem+json", Problem.document)


def answer(
    status: int, document: Mapping[str, object] | str, headers: Mapping[str, str], dialect: Dialect = PLAIN
) -> Answer:
    """A document (or the JSON text of one) as an answer. `headers`: its own, and those of cors_headers()."""
    return _answer(status, document, {"Content-Type": dialect.media_type, **headers})


def problem_answer(
    problem: Problem, request_id: str, headers: Mapping[str, str], dialect: Dialect = PLAIN
) -> Answer:
    """A Problem as an answer, with Retry-After where trying again can help."""
    extra = {"Content-Type": dialect.problem_media_type, **headers}
    if problem.retry_after is not None:
        extra["Retry-After"] = str(problem.retry_after)
    return _answer(problem.status, dialect.problem_document(problem, request_id), extra)


def cors_headers(origin: str | None, allowed: frozenset[str]) -> dict[str, str]:
    """CORS for named origins. An origin is only ever repeated when it is one of `allowed`."""
    if not allowed:
        return {}
    headers = {"Vary": "Origin"}
    if origin in allowed:
        headers["Access-Control-Allow-Origin"] = str(origin)
    return headers


def _answer(status: int, document: Mapping[str, object] | str, headers: Mapping[str, str]) -> Answer:
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    return {
        "statusCode": status,
        "headers": {**SECURITY_HEADERS, **headers},
        "body": text,
        "isBase64Encoded": False,
    }
