"""The one event that rag_retrieval takes, from rag_orchestrator: each field of the right type, no other."""

import re
from dataclasses import dataclass
from typing import Final

from healthcare.callers import ANONYMOUS_SUBJECT, ROLES, SUBJECT, Caller
from healthcare.patient_identity import PATIENT_ID
from healthcare.problems import FieldError, malformed
from healthcare.requests import UUID

DEFAULT_TOP_K: Final = 5
MOST_TOP_K: Final = 20
LONGEST_QUERY: Final = 8_000
"""Characters. A question has 2,000 at most, and redaction writes [NAME] where a shorter word was."""

# Control characters but tab and line feed; halves of surrogate pairs, which no store and no model can take.
_UNUSABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_REQUIRED: Final = frozenset({"query", "patient_id", "caller", "request_id"})
_KNOWN: Final = _REQUIRED | {"top_k"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, redacted, about one patient, and who asks it."""

    query: str
    patient_id: str
    top_k: int
    caller: Caller
    request_id: str


def asked_of(event: object) -> Asked:
    """The request in an event; Problem 400, naming the field and the rule, where it is anything else."""
    if not isinstance(event, dict):
        raise malformed(FieldError("event", "type"))
    if not _REQUIRED.issubset(event):
        raise malformed(FieldError("event", "required"))
    if not _KNOWN.issuperset(event):
        raise malformed(FieldError("event", "unknown"))
    return Asked(
        query=_query(event["query"]),
        patient_id=_matching("patient_id", event["patient_id"], PATIENT_ID),
        top_k=_top_k(event.get("top_k", DEFAULT_TOP_K)),
        caller=_caller(event["caller"]),
        request_id=_matching("request_id", event["request_id"], UUID),
    )


def _query(value: object) -> str:
    if not isinstance(value, str):
        raise malformed(FieldError("query", "type"))
    if not value.strip() or len(value) > LONGEST_QUERY:
        raise malformed(FieldError("query", "length"))
    if _UNUSABLE.search(value):
        raise malformed(FieldError("query", "characters"))
    return value


def _top_k(value: object) -> int:
    # True is an int to Python.
    if not isinstance(value, int) or isinstance(value, bool):
        raise malformed(FieldError("top_k", "type"))
    if not 1 <= value <= MOST_TOP_K:
        raise malformed(FieldError("top_k", "range"))
    return value


def _caller(value: object) -> Caller:
    if not isinstance(value, dict) or set(value) != {"subject", "roles"}:
        raise malformed(FieldError("caller", "type"))
    roles = value["roles"]
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise malformed(FieldError("caller.roles", "type"))
    subject = _matching("caller.subject", value["subject"], SUBJECT)
    if subject == ANONYMOUS_SUBJECT:
        raise malformed(FieldError("caller.subject", "pattern"))
    return Caller(subject, frozenset(roles) & ROLES)


def _matching(name: str, value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise malformed(FieldError(name, "pattern"))
    return value
