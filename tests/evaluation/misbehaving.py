"""Models that do wrong, each in one way, as real ones do now and then. What is wrong is remembered.

A claim in `bad` must never reach a caller; where a model cannot do its wrong with the evidence at hand (there
is no number to change), it says that it has no answer, which counts as nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from scripts.local_cloud.model.answers import Sentence, answer, read
from tests.evaluation.models import Messages, Said, as_json

Claim = dict[str, str]
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UNITS = {"mg": "mcg", "MG": "MCG", "g": "kg", "mmol": "mol", "%": "mmol/L", "fL": "pL", "weeks": "days"}
_REPHRASED: dict[str, Callable[[str], str]] = {
    "Continue ": lambda text: f"The patient should continue {text.removeprefix('Continue ')}",
    "Stop ": lambda text: f"{text.removeprefix('Stop ').rstrip('.')} should be stopped.",
    "Allergic to ": lambda text: f"The patient is allergic to {text.removeprefix('Allergic to ')}",
    "Follow up ": lambda text: f"The patient is to follow up {text.removeprefix('Follow up ')}",
}
_NEGATIONS = {"No known": "Known", "Do not ": "", "Stop ": "Do not stop ", "Continue ": "Do not continue "}
ANOTHERS = "Continue quetiapine 50 mg at night for the voices that Berta Quandtmeier hears."
"""A line of a patient's record of whom nobody asks here."""


def honest(messages: Messages) -> Said:
    """The stand-in."""
    return as_json(answer(messages))


def rephrasing(messages: Messages) -> Said:
    """Says in words of its own what is true: of these claims as many as possible are to stand."""
    claims = [claim | {"text": _in_other_words(claim["text"])} for claim in answer(messages)["claims"]]
    return as_json({"supported": bool(claims), "claims": claims})


def _in_other_words(text: str) -> str:
    """The text said otherwise; "The hemoglobin was 15.4 g/dL" for "Hemoglobin: 15.4 g/dL"."""
    for start, say in _REPHRASED.items():
        if text.startswith(start):
            return say(text)
    name, colon, value = text.partition(": ")
    return f"The {name.lower()} was {value}" if colon else text


@dataclass
class Misbehaving:
    """`change` makes a claim of a true one, None where it cannot. `bad` holds what it has said so far."""

    change: Callable[[Claim, Sequence[Sentence]], Claim | None]
    keeps_the_true: bool = False
    bad: list[str] = field(default_factory=list)

    def __call__(self, messages: Messages) -> Said:
        _, sentences = read(messages)
        true: list[Claim] = answer(messages)["claims"]
        if not true and sentences:  # who makes things up does not wait for evidence
            first = sentences[0]
            true = [{"text": first.quote, "chunk_id": first.number, "quote": first.quote}]
        made = [changed for claim in true if (changed := self.change(dict(claim), sentences)) is not None]
        self.bad += [claim["text"] for claim in made]
        claims = [*true, *made] if self.keeps_the_true else made
        return as_json({"supported": bool(claims), "claims": claims})


def hallucinated_drug(claim: Claim, sentences: Sequence[Sentence]) -> Claim:
    return claim | {"text": "Continue dabigatran 150 mg twice daily."}


def added_drug(claim: Claim, sentences: Sequence[Sentence]) -> Claim:
    return claim | {"text": f"{claim['text'].rstrip('.')} and rivaroxaban."}


def wrong_dose(claim: Claim, sentences: Sequence[Sentence]) -> Claim | None:
    return _replaced(claim, r"\d+", lambda found: str(int(found.group()) * 2 + 1))


def tenfold(claim: Claim, sentences: Sequence[Sentence]) -> Claim | None:
    return _replaced(claim, r"\d+(?:\.\d+)?", lambda found: f"{float(found.group()) * 10:g}")


def wrong_unit(claim: Claim, sentences: Sequence[Sentence]) -> Claim | None:
    units = "|".join(_UNITS)
    return _replaced(claim, rf"(?<=\d )({units})(?![a-z])", lambda found: _UNITS[found.group()])


def flipped_negation(claim: Claim, sentences: Sequence[Sentence]) -> Claim:
    text = claim["text"]
    for said, flipped in _NEGATIONS.items():
        if text.startswith(said):
            return claim | {"text": flipped + text[len(said) :]}
    return claim | {"text": f"It is not true that {text[0].lower()}{text[1:]}"}


def stopped_for_continued(claim: Claim, sentences: Sequence[Sentence]) -> Claim | None:
    opposite = {"Continue ": "Stop ", "Stop ": "Continue "}
    return _replaced(claim, "Continue |Stop ", lambda found: opposite[found.group()])


def invented_quote(claim: Claim, sentences: Sequence[Sentence]) -> Claim:
    made = "The patient was started on edoxaban 60 mg once daily."
    return claim | {"text": made, "quote": made}


def paraphrased_quote(claim: Claim, sentences: Sequence[Sentence]) -> Claim:
    return claim | {"quote": f"as noted, {claim['quote']}"}


def anothers_text(claim: Claim, sentences: Sequence[Sentence]) -> Claim:
    return claim | {"text": ANOTHERS, "quote": ANOTHERS}


def wrong_claim(claim: Claim, sentences: Sequence[Sentence]) -> Claim:
    return claim | {"text": "The patient may stop all treatment and go home."}


def unknown_chunk(claim: Claim, sentences: Sequence[Sentence]) -> Claim:
    return claim | {"chunk_id": "99"}


def swapped_chunk(claim: Claim, sentences: Sequence[Sentence]) -> Claim | None:
    others = {one.number for one in sentences if one.number != claim["chunk_id"]}
    without = [
        number
        for number in sorted(others)
        if not any(claim["quote"] in one.quote for one in sentences if one.number == number)
    ]
    return claim | {"chunk_id": without[0]} if without else None


def mixed_up(claim: Claim, sentences: Sequence[Sentence]) -> Claim | None:
    """The number of the next line, said of this one; the quote holds both, letter for letter."""
    for one, following in pairwise(sentences):
        number, others = _NUMBER.search(one.quote), _NUMBER.search(following.quote)
        if one.quote != claim["quote"] or one.number != following.number or not number or not others:
            continue
        if number.group() != others.group():
            text = one.quote[: number.start()] + others.group() + one.quote[number.end() :]
            if any(text == other.quote for other in sentences):  # the same medicine in two strengths: true
                continue
            # Lists of these records have bullets but in the laboratory's reports.
            between = "\n" if ": " in one.quote else "\n- "
            return claim | {"text": text, "quote": f"{one.quote}{between}{following.quote}"}
    return None


def _replaced(claim: Claim, pattern: str, by: Callable[[re.Match[str]], str]) -> Claim | None:
    """The claim with the first match replaced; None where there is none."""
    text = re.sub(pattern, by, claim["text"], count=1)
    return claim | {"text": text} if text != claim["text"] else None


CHANGES = (
    hallucinated_drug, added_drug, wrong_dose, tenfold, wrong_unit, flipped_negation, stopped_for_continued,
    mixed_up, invented_quote, paraphrased_quote, anothers_text, wrong_claim, unknown_chunk, swapped_chunk,
)  # fmt: skip


def misbehaving() -> dict[str, Misbehaving]:
    """All that make wrong claims; the last says true ones as well."""
    models = {change.__name__.replace("_", " "): Misbehaving(change) for change in CHANGES}
    return models | {"half right": Misbehaving(hallucinated_drug, keeps_the_true=True)}


def _cut(messages: Messages) -> Said:
    whole = json.dumps(answer(messages))
    return Said(whole[: len(whole) // 2], finish_reason="length")


def _with(**more: Any) -> Callable[[Messages], Said]:
    return lambda messages: as_json({**answer(messages), **more})


BROKEN: dict[str, Callable[[Messages], Said]] = {
    "garbage": lambda messages: Said("Sure! The patient should continue dabigatran."),
    "refusal": lambda messages: Said(None, refusal="I can't help with dabigatran."),
    "cut off": _cut,
    "empty": lambda messages: Said(""),
    "nothing at all": lambda messages: Said(None),
    "filtered": lambda messages: Said("dabigatran", finish_reason="content_filter"),
    "calls a tool": lambda messages: Said(None, finish_reason="tool_calls", tool_call="dabigatran"),
    "another schema": _with(answer="Continue dabigatran."),
    "a list": lambda messages: Said(json.dumps([answer(messages)])),
    "numbers for strings": lambda messages: as_json(
        {"supported": True, "claims": [{"text": 1, "chunk_id": 1, "quote": 1}]}
    ),
}
"""Models whose output is no answer: an error for the caller, and no part of it."""
NEVER_OF_BROKEN = ("dabigatran", "i can't help")
