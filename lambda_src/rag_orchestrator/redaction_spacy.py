"""A spaCy model's persons, places and dates beside the patterns: for a zip, or an image, that carries one.

Neither spaCy nor a model is in the default zip: with both it passes Lambda's 250 MB (docs/decisions/0013).
"""

import importlib
import re
from typing import Any, Final

from rag_orchestrator.redaction_kinds import Finding, Layer

_KINDS: Final = {"PERSON": "NAME", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION"}
"""Its dates are left out: "daily" and "three days" are dates to it. The patterns have the dates."""
_WORD: Final = re.compile(r"\w")


def spacy_layer(model: str) -> Layer:
    """A layer with the model (the name of a package) loaded; ValueError where it is not installed."""
    try:
        spacy = importlib.import_module("spacy")
        nlp: Any = spacy.load(model)
    except (ImportError, OSError) as error:
        raise ValueError(
            f'REDACTION asks for the layer "spacy" with the model {model}, and this zip does not hold both. '
            "Package the function with spacy and the model (docs/redaction.md), or leave the layer out."
        ) from error

    def find(text: str) -> list[Finding]:
        return [
            Finding(_KINDS[entity.label_], entity.start_char, entity.end_char)
            for entity in nlp(text).ents
            if entity.label_ in _KINDS and _WORD.search(entity.text)
        ]

    return find
