"""Redacts PHI from a question before it is searched with and before a model reads it.

The identifiers are those of 45 CFR 164.514(b)(2)(i). This lowers what a question discloses; it is no
de-identification of a record, and no finding of it proves that a text is free of PHI: docs/redaction.md.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rag_orchestrator import (
    redaction_contacts,
    redaction_dates,
    redaction_names,
    redaction_numbers,
    redaction_places,
)
from rag_orchestrator.redaction_kinds import KINDS, Finding, KnownValue, Layer, Redacted, Redactor
from rag_orchestrator.redaction_known import find as known_places
from rag_orchestrator.redaction_known import known_values
from rag_orchestrator.redaction_words import lists, medicines

__all__ = ["Finding", "KnownValue", "Redacted", "Redaction", "Redactor", "known_values", "redact", "redactor"]

LAYERS: Final = ("patterns", "comprehend", "spacy")
_PARTS: Final = (
    redaction_contacts.find,
    redaction_numbers.find,
    redaction_dates.find,
    redaction_places.find,
    redaction_names.find,
)


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is looked for, and with what.

    `layers`: "patterns" (this package alone), "comprehend" (Comprehend Medical), "spacy" (a model of the
    zip's maker). The patient's own values are always looked for. `keep`: kinds that stay in the question
    although they are found, since it loses its meaning without them; "DATE" is the one to think of. What the
    record knows of the patient is never kept.
    """

    layers: tuple[str, ...] = ("patterns",)
    keep: frozenset[str] = frozenset()
    spacy_model: str = "en_core_web_sm"

    @classmethod
    def from_json(cls, text: str) -> "Redaction":
        """The setting REDACTION, as {"layers": ["patterns"], "keep": ["DATE"]}; ValueError says how it is."""
        given = json.loads(text) if text.strip() else {}
        if not isinstance(given, dict) or given.keys() - {"layers", "keep", "spacy_model"}:
            raise ValueError("REDACTION is a JSON object of layers, keep and spacy_model")
        layers = tuple(given.get("layers", ("patterns",)))
        keep = frozenset(given.get("keep", ()))
        if not layers or set(layers) - set(LAYERS) or keep - KINDS:
            raise ValueError(
                f"REDACTION has layers of {', '.join(LAYERS)} and keeps of {', '.join(sorted(KINDS))}"
            )
        return cls(layers, keep, str(given.get("spacy_model", "en_core_web_sm")))


def redactor(redaction: Redaction) -> Redactor:
    """What redacts as `redaction` says, with its layers and lists loaded: call it when the function starts.

    ValueError where a layer is asked for that this zip does not hold. Its calls raise Problem (503) where a
    layer cannot answer: a question that cannot be redacted as asked is not asked at all.
    """
    layers = [_layer(name, redaction) for name in redaction.layers]

    def call(text: str, known: Sequence[KnownValue] = ()) -> Redacted:
        return redact(text, known, keep=redaction.keep, layers=layers)

    return call


def _layer(name: str, redaction: Redaction) -> Layer:
    if name == "comprehend":
        from rag_orchestrator.redaction_comprehend import comprehend_layer  # only where it is asked for

        return comprehend_layer()
    if name == "spacy":
        from rag_orchestrator.redaction_spacy import spacy_layer

        return spacy_layer(redaction.spacy_model)
    lists()
    medicines()
    return patterns


def patterns(text: str) -> list[Finding]:
    """What this package's own rules find in the text; findings may overlap."""
    return [finding for part in _PARTS for finding in part(text)]


def redact(
    text: str,
    known: Sequence[KnownValue] = (),
    *,
    keep: frozenset[str] = frozenset(),
    layers: Sequence[Layer] = (patterns,),
) -> Redacted:
    """The text with placeholders for `known` values and for what `layers` find of kinds not in `keep`."""
    found = [finding for layer in layers for finding in layer(text) if finding.kind not in keep]
    chosen = without_overlaps([*(known_places(text, known) if known else ()), *found])
    pieces, end = [], 0
    for finding in chosen:
        pieces += [text[end : finding.start], f"[{finding.kind}]"]
        end = finding.end
    return Redacted("".join([*pieces, text[end:]]), tuple(chosen))


def without_overlaps(found: Iterable[Finding]) -> list[Finding]:
    """The longest first, then the one that begins first, then the one that came first; in the text's order.

    What is left of a shorter one beyond a longer one's end is redacted as well: a part of PHI is PHI.
    """
    chosen: list[Finding] = []
    for finding in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        chosen += _outside(finding, chosen)
    return sorted(chosen, key=lambda each: each.start)


def _outside(finding: Finding, chosen: Sequence[Finding]) -> list[Finding]:
    start, end = finding.start, finding.end
    for other in chosen:
        if other.start <= start < other.end:
            start = other.end
        if other.start < end <= other.end:
            end = other.start
    return [Finding(finding.kind, start, end)] if start < end else []
