"""What is asked, checked: by openapi.yaml from API Gateway, by the same rules from a direct invocation."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from healthcare.patient_identity import PATIENT_ID
from healthcare.problems import FieldError, malformed
from healthcare.requests import Request, json_body, query_of
from healthcare.schemas import check_body

DEFAULT_TOP_K: Final = 5
MOST_TOP_K: Final = 20
LONGEST_QUESTION: Final = 2000
"""In characters, as composed as they can be (NFC)."""

_DIRECT: Final = frozenset({"query", "patient_id", "top_k"})
_LINE_ENDS: Final = re.compile(r"\r\n?|[\u2028\u2029]")
# Nothing is seen of them, and word processors leave them behind.
_INVISIBLE: Final = dict.fromkeys([0x00AD, 0x200B, 0x2060, 0xFEFF])
_JOINERS: Final = frozenset("\u200c\u200d")  # part of the spelling in some scripts
_PLAIN: Final = frozenset("\n\t")


@dataclass(frozen=True, slots=True)
class Question:
    """A question about `patient_id`; `top_k` passages are read at most."""

    patient_id: str
    text: str
    top_k: int


def question(request: Request) -> Question:
    """The body of POST /patients/{patient_id}/questions."""
    query_of(request, set())
    body = check_body(json_body(request), "QuestionRequest")
    return Question(
        patient_id=request.path["patient_id"],
        text=_clean(body["question"], "body.question"),
        top_k=int(body.get("top_k", DEFAULT_TOP_K)),  # JSON Schema takes 5.0 for an integer
    )


def direct(request: Request) -> Question:
    """A direct invocation's payload: {query, patient_id, top_k?}, and nothing else."""
    body = json_body(request)
    if not isinstance(body, dict):
        raise malformed(FieldError("body", "type"))
    for name in ("patient_id", "query"):
        if not isinstance(body.get(name), str):
            raise malformed(FieldError(f"body.{name}", "type" if name in body else "required"))
    if not _DIRECT.issuperset(body):
        raise malformed(FieldError("body", "unknown"))
    if not PATIENT_ID.fullmatch(body["patient_id"]):
        raise malformed(FieldError("body.patient_id", "pattern"))
    top_k = body.get("top_k", DEFAULT_TOP_K)
    if not isinstance(top_k, int) or isinstance(top_k, bool) or not 1 <= top_k <= MOST_TOP_K:
        raise malformed(FieldError("body.top_k", "range"))
    return Question(body["patient_id"], _clean(body["query"], "body.query"), top_k)


def _clean(text: str, place: str) -> str:
    """The question as it is used from here on; Problem 400 where it hides something, or says nothing."""
    text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text).translate(_INVISIBLE)).strip()
    if not text:
        raise malformed(FieldError(place, "blank"))
    if len(text) > LONGEST_QUESTION:
        raise malformed(FieldError(place, "maxLength"))
    if any(_is_refused(character) for character in text):
        raise malformed(FieldError(place, "characters"))
    return text


def _is_refused(character: str) -> bool:
    """Control characters, and format characters, as those that turn text around or hide a second text."""
    if character in _PLAIN or character in _JOINERS:
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")
