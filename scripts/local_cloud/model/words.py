"""What the stand-in knows of language: stems, words that say nothing, topics that clinicians ask about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+(?:[.'/-][a-z0-9]+)*")
_PLACEHOLDER: Final = re.compile(r"\[[A-Z_]+\]")  # what redaction leaves of a name or a date
_SUFFIXES: Final = ("izations", "ization", "ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "y", "e")
_SHORTEST_STEM: Final = 4
_DOUBLED: Final = re.compile(r"([bdgmnprt])\1$")  # stopped


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SAYING_NOTHING: Final = _words(
    """a about above after again all also am an and any are as at be because been before being below between
    both but by can could did do does doing down during each few for from further get give had has have having
    he her here hers him his how i if in into is it its just know last latest list may me might more most must
    my need needs now of off on once only or other our out over own patient patient's patients please record
    records said say same see shall she should show since so some such tell than that the their them then
    there these they this those through to too under until up us very was we were what when where which while
    who whom why will with within would you your current currently documented mention mentioned note noted
    chart anything something date day done time"""
)

TOPICS: Final[dict[str, frozenset[str]]] = {
    "medication": _words(
        """medication medicine meds med drug prescription prescribe pill tablet capsule dose dosage take
        taking continue resume stop discontinue regimen refill"""
    ),
    "laboratory": _words("lab laboratory result test level value measure measured specimen panel"),
    "allergy": _words("allergy allergic allergies anaphylaxis intolerance hypersensitivity"),
    "follow-up": _words("follow-up followup appointment visit return clinic schedule referral"),
    "diagnosis": _words("diagnosis diagnoses diagnosed condition problem disorder history"),
    "procedure": _words("procedure surgery operation performed surgical"),
    "imaging": _words("imaging radiograph x-ray xray ct mri ultrasound echocardiogram scan"),
    "immunization": _words("vaccine vaccinated vaccination immunization immunized immunised shot"),
}
"""A word of a topic in the question is met by a text on that topic, if less well than by the word itself."""

_GOING_ON, _ENDING = _words("continue resume keep"), _words("stop discontinue hold cease avoid not")

_SIGNS: Final[dict[str, re.Pattern[str]]] = {
    "medication": re.compile(
        r"\b\d[\d.,]*\s?(?:mg|mcg|ug|µg|g|units?|iu|ml|meq)\b(?!\s?/\s?d?l)", re.IGNORECASE
    ),
    "laboratory": re.compile(
        r"\b\d[\d.,]*\s?(?:%|(?:mg|g|ng|pg|mmol|umol|meq|iu|u|ml)\s?/\s?\w+)", re.IGNORECASE
    ),
}


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word without a common ending, where four letters are left: medications and medication are one."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            return _DOUBLED.sub(r"\1", word[: -len(suffix)])
    return word


_OPPOSITES: Final = tuple(frozenset(stem(word) for word in words) for words in (_GOING_ON, _ENDING))
_TOPIC_OF_STEM: Final = {stem(word): topic for topic, words in TOPICS.items() for word in words}


def stems(text: str) -> list[str]:
    """The stems of the words that say something, in order."""
    words = _WORD.findall(
        _PLACEHOLDER.sub(" ", text).lower().replace("\u2019", "'").replace("follow up", "follow-up")
    )
    return [stem(word.removesuffix("'s")) for word in words if word not in _SAYING_NOTHING]


def topic_of(word: str) -> str | None:
    """The topic that a stem belongs to."""
    return _TOPIC_OF_STEM.get(word)


def topics(text: str) -> set[str]:
    """The topics of a text: of its words, and of its doses and results."""
    named = {topic for word in stems(text) if (topic := topic_of(word))}
    return named | {topic for topic, sign in _SIGNS.items() if sign.search(text)}


def opposed(asked: Iterable[str], said: Iterable[str]) -> bool:
    """Whether the one is about going on with something, and the other about ending it. Both are stems."""
    going_on, ending = _OPPOSITES
    asked, said = set(asked), set(said)
    for these, others in ((going_on, ending), (ending, going_on)):
        if asked & these and not asked & others and said & others and not said & these:
            return True
    return False
