"""Comprehend Medical's DetectPHI beside the patterns: a setting, a price per question and an endpoint.

https://docs.aws.amazon.com/comprehend-medical/latest/dev/textanalysis-phi.html (read 2026-11). The service is
eligible under HIPAA. Where it cannot answer, the question is refused (503) and not asked with what the
patterns found: who set this layer decided that they are not enough.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from healthcare.aws import aws_errors, comprehend_medical

from rag_orchestrator.redaction_kinds import Finding, Layer

if TYPE_CHECKING:
    from mypy_boto3_comprehendmedical import ComprehendMedicalClient

_KINDS: Final = {
    "ADDRESS": "LOCATION",
    "AGE": "AGE",
    "DATE": "DATE",
    "EMAIL": "EMAIL",
    "ID": "ID",
    "NAME": "NAME",
    "PHONE_OR_FAX": "PHONE",
    "URL": "URL",
}
"""Its types as ours. PROFESSION is no identifier of HIPAA's 18."""
_OLDEST: Final = 89
SCORE: Final = 0.5
"""Below it more is wrong than right; a question is short, so that little is lost with a word too many."""


def comprehend_layer(client: "Callable[[], ComprehendMedicalClient] | None" = None) -> Layer:
    """A layer that asks the service of this region once for each text."""
    ask = client or comprehend_medical

    def find(text: str) -> list[Finding]:
        if not text.strip():
            return []
        with aws_errors():
            answer = ask().detect_phi(Text=text)
        return [finding for entity in answer["Entities"] for finding in _finding(entity, text)]

    return find


def _finding(entity: Any, text: str) -> list[Finding]:
    kind = _KINDS.get(entity.get("Type", ""))
    start, end = entity.get("BeginOffset", -1), entity.get("EndOffset", -1)
    if kind is None or entity.get("Score", 1.0) < SCORE or not 0 <= start < end <= len(text):
        return []
    return [] if kind == "AGE" and _is_young(text[start:end]) else [Finding(kind, start, end)]


def _is_young(text: str) -> bool:
    """45 CFR 164.514(b)(2)(i)(C): an age up to 89 is no identifier."""
    digits = "".join(letter for letter in text if letter.isdecimal())
    return bool(digits) and int(digits) <= _OLDEST
