"""Answers without a model: the sentences of the evidence that share most with the question, word for word.

No language model: it cannot infer, count, compare or summarise, and what it says is always a quotation. It
serves the local cloud and the tests, which need answers that are the same every time. Evidence is data to it:
a sentence that gives orders is at most quoted, and one that speaks to a model is passed over.

The prompt is that of lambda_src/rag_orchestrator/prompt.py: a line `QUESTION <nonce>`, the question, a line
`END <nonce>`, then for each chunk a line `EVIDENCE <nonce> [n] <source>`, its text, a line `END <nonce>`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scripts.local_cloud.model.words import opposed, stems, topic_of, topics

LONGEST_ANSWER: Final = 8
"""Claims. A list of medications rarely is longer than what a discharge summary tells to take."""

_ENOUGH: Final = 0.55  # of what the question asks about: a question of two words needs both
_NEAR_BEST: Final = (
    0.75  # a sentence that meets the question nearly as well as the best is part of the answer
)
_BY_HEADING, _BY_TOPIC, _BY_SOURCE = 0.8, 0.7, 0.4  # against 1 for the word itself

_QUESTION: Final = re.compile(
    r"^QUESTION (?P<nonce>\S+)\n(?P<text>.*?)\n?^END (?P=nonce)$", re.MULTILINE | re.DOTALL
)
_SENTENCE: Final = re.compile(r"\S.*?(?:[.!?](?=\s+[A-Z0-9\[(\"])|$)", re.DOTALL)
_BULLET: Final = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)])\s+")
_HEADING: Final = re.compile(r"^[A-Z][\w /,&()-]{2,60}:\s*$|^[A-Z][A-Z /,&()-]{3,60}$|^#{1,4} .{2,60}$")
_TO_A_MODEL: Final = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instruction|prompt|rule|above|previous)"
    r"|\b(?:system prompt|as an ai|you are (?:now|an?)\b|language model|assistant|respond with)"
    r"|\bsupported\W{1,4}true",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`quote` is text of chunk `number`, letter for letter; `heading` the one that it stands under."""

    number: str
    source: str
    heading: str
    quote: str


def answer(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """{"supported", "claims": [{"text", "chunk_id", "quote"}]} from the messages of a chat.

    Unsupported, without claims, where no sentence meets the question well enough or there is no question.
    """
    question, sentences = read(messages)
    chosen = _choose(question, sentences)
    claims = [
        {"text": " ".join(found.quote.split()), "chunk_id": found.number, "quote": found.quote}
        for found in chosen
    ]
    return {"supported": bool(claims), "claims": claims}


def read(messages: Sequence[Mapping[str, Any]]) -> tuple[str, list[Sentence]]:
    """The question, "" where there is none, and the sentences of the evidence, in order."""
    prompt = "\n".join(_text(message) for message in messages if message.get("role") == "user")
    asked = _QUESTION.search(prompt)
    if asked is None:
        return "", []
    return asked["text"], [*_sentences(prompt[asked.end() :], asked["nonce"])]


def _text(message: Mapping[str, Any]) -> str:
    """A message's text; content is a string or, as both APIs allow too, a list of parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content)


def _sentences(evidence: str, nonce: str) -> Iterator[Sentence]:
    mark = re.escape(nonce)
    chunks = re.compile(
        rf"^EVIDENCE {mark} \[(?P<number>[^\]\n]+)\] ?(?P<source>[^\n]*)\n(?P<text>.*?)\n?^END {mark}$",
        re.MULTILINE | re.DOTALL,
    )
    for chunk in chunks.finditer(evidence):
        heading = ""
        for paragraph in _paragraphs(chunk["text"]):
            if _HEADING.match(paragraph):
                heading = paragraph
                continue
            for found in _SENTENCE.finditer(paragraph):
                quote = found.group().strip()
                if not _TO_A_MODEL.search(quote):
                    yield Sentence(chunk["number"], chunk["source"], heading, quote)


def _paragraphs(text: str) -> Iterator[str]:
    """Lines, each with those that go on with it: a wrapped line goes on in lower case."""
    gathered = ""
    for line in text.split("\n"):
        if gathered and line[:1].islower() and not gathered.rstrip().endswith((".", ":", "!", "?", ";")):
            gathered += "\n" + line
            continue
        yield from _without_bullet(gathered)
        gathered = line
    yield from _without_bullet(gathered)


def _without_bullet(text: str) -> Iterator[str]:
    if stripped := _BULLET.sub("", text).strip():
        yield stripped


def _choose(question: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences that meet the question, in the order of the evidence: the best is enough, or none is."""
    asked = [*dict.fromkeys(stems(question))]
    if not asked or not sentences:
        return []
    weights = _weights(asked, sentences)
    met = [_met(asked, weights, sentence) for sentence in sentences]
    least = max(_ENOUGH, max(met) * _NEAR_BEST)
    best = sorted(range(len(sentences)), key=lambda place: -met[place])[:LONGEST_ANSWER]
    return [sentences[place] for place in sorted(best) if met[place] >= least]


def _weights(asked: Sequence[str], sentences: Sequence[Sentence]) -> dict[str, float]:
    """How much each word tells: a word of every sentence little, a word of none most."""
    bags = [set(stems(f"{sentence.heading} {sentence.quote}")) for sentence in sentences]
    counts = {word: sum(word in bag for bag in bags) for word in asked}
    return {word: 1.0 + math.log((1 + len(bags)) / (1 + count)) / 2 for word, count in counts.items()}


def _met(asked: Sequence[str], weights: Mapping[str, float], sentence: Sentence) -> float:
    """How much of the question the sentence meets, from 0 to 1."""
    own, heading = set(stems(sentence.quote)), set(stems(sentence.heading))
    source = set(stems(sentence.source))
    about = topics(sentence.quote)
    if opposed(asked, own):
        return 0.0
    met = 0.0
    for word in asked:
        if word in own:
            met += weights[word]
        elif word in heading:
            met += _BY_HEADING * weights[word]
        elif topic_of(word) in about:
            met += _BY_TOPIC * weights[word]
        elif word in source:
            met += _BY_SOURCE * weights[word]
    return met / sum(weights.values())
