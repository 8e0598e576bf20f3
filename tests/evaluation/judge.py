"""What an answer is worth, by the records alone: no model judges, and nothing of the product's verifier.

A question has three lists. `all`: each must be in the answer. `any`: at least half of them. `none`: not one,
wherever in the response. Letters' case and white space do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.evaluation.pipeline import Answered

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DISTINCTIVE = 25
"""Characters. Shorter lines ("Next steps:") are in everybody's record."""


@dataclass(frozen=True)
class Question:
    """As in data/questions.json."""

    id: str
    patient_id: str
    use: str
    kind: str
    question: str
    all: Sequence[str]
    any: Sequence[str]
    none: Sequence[str]


def plain(text: str) -> str:
    return " ".join(text.casefold().split())


def holds(text: str, question: Question) -> bool:
    """Whether the text has what the answer needs, and nothing that it may not have."""
    said = plain(text)
    enough = sum(plain(one) in said for one in question.any) * 2 >= len(question.any)
    return all(plain(one) in said for one in question.all) and enough and not forbidden(text, question.none)


def forbidden(text: str, never: Iterable[str]) -> list[str]:
    """Which of `never` are in the text."""
    said = plain(text)
    return [one for one in never if plain(one) in said]


def correct(question: Question, answered: Answered) -> bool:
    return answered.supported and holds(str(answered.body["answer"]), question)


def found(question: Question, answered: Answered, within: int) -> bool:
    """Whether what the answer needs is in the first `within` passages that retrieval gave."""
    return holds("\n".join(context["text"] for context in answered.contexts[:within]), question)


def unverified(answered: Answered, texts: Mapping[str, str]) -> list[str]:
    """The claims whose citation does not hold: `texts` are the patient's documents, by id.

    The span must be inside a document of this patient that retrieval has given, and every number of the claim
    must stand in it.
    """
    given = {context["document_id"] for context in answered.contexts}
    wrong = []
    for citation in answered.body.get("citations", []):
        text, span = texts.get(citation["document_id"]), citation["span"]
        quote = (text or "")[span["start"] : span["end"]]
        numbers = set(_NUMBER.findall(citation["claim"]))
        if citation["document_id"] not in given or not quote or not numbers <= set(_NUMBER.findall(quote)):
            wrong.append(citation["claim"])
    return wrong


def leaks(patient_id: str, answered: Answered, everyone: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What of other patients is in the response, or was looked for. `everyone`: texts by patient and id."""
    own = everyone.get(patient_id, {})
    wrong = [
        f"retrieval was asked about {asked.get('patient_id')}"
        for asked in answered.asked_of_retrieval
        if asked.get("patient_id") != patient_id
    ]
    cited: list[Mapping[str, Any]] = [*answered.body.get("citations", []), *answered.contexts]
    wrong += [f"document {one['document_id']}" for one in cited if one["document_id"] not in own]
    response, mine = plain(answered.text), plain("\n".join(own.values()))
    for other, documents in everyone.items():
        if other == patient_id:
            continue
        lines = {plain(line) for text in documents.values() for line in text.splitlines()}
        wrong += [
            line for line in lines if len(line) >= _DISTINCTIVE and line not in mine and line in response
        ]
    return wrong
