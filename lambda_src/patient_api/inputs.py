"""What each operation is asked for, checked against openapi.yaml.

API Gateway checks no pattern, enum or range of a parameter, and lets unknown and repeated ones through.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from healthcare import tokens
from healthcare.problems import FieldError, malformed
from healthcare.requests import Request, break_glass_reason, json_body, query_of
from healthcare.schemas import check_body

DEFAULT_LIMIT: Final = 50
_LIMIT: Final = re.compile(r"[1-9][0-9]?|100", re.ASCII)


@dataclass(frozen=True, slots=True)
class Read:
    """Read a record; `reason` is why the glass is broken."""

    with_ssn: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Update:
    """Change a record that was read as `version`, or create it (0). None keeps what is there."""

    version: int
    demographics: dict[str, Any]
    clinical: dict[str, Any] | None
    ssn: str | None


@dataclass(frozen=True, slots=True)
class List:
    """One page of the accounting; `after` is the event_id where the page before ended."""

    limit: int
    after: str | None


def read(request: Request) -> Read:
    query = query_of(request, {"include"})
    include = query.get("include")
    if include not in (None, "ssn"):
        raise malformed(FieldError("query.include", "enum"))
    return Read(with_ssn=include == "ssn", reason=break_glass_reason(request))


def update(request: Request) -> Update:
    query_of(request, set())
    body = check_body(json_body(request), "PatientUpdate")
    return Update(
        version=int(body["version"]),  # JSON Schema takes 3.0 for an integer
        demographics=body["demographics"],
        clinical=body.get("clinical"),
        ssn=body.get("ssn"),
    )


def disclosures(request: Request) -> List:
    query = query_of(request, {"limit", "next_token"})
    limit = query.get("limit", str(DEFAULT_LIMIT))
    if not _LIMIT.fullmatch(limit):
        raise malformed(FieldError("query.limit", "range"))
    token = query.get("next_token")
    if token is not None and not tokens.is_token(token):
        raise malformed(FieldError("query.next_token", "pattern"))
    return List(int(limit), None if token is None else tokens.event_id_of(token))
