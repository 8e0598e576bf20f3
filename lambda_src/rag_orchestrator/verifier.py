"""Checks, without a model, that each claim of an answer stands in the evidence that it names.

It reads words, numbers and marks, not meaning: where it cannot tell, it fails the claim. What a failed claim
costs is an answer that says less; what a false one costs is a patient's harm. docs/redaction.md has its limits.
"""
# ruff: noqa: E501 - a pattern is one line, as it is read

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from rag_orchestrator import verifier_headings as headings
from rag_orchestrator import verifier_history as history
from rag_orchestrator import verifier_numbers as numbers
from rag_orchestrator import verifier_quotes as quotes
from rag_orchestrator import verifier_words as words
from rag_orchestrator.redaction_words import MONTHS
from rag_orchestrator.verifier_quotes import Span

SHORTEST_QUOTE: Final = 8
"""Letters and digits; and two words at least: "daily" stands in every discharge summary."""
LONGEST_CLAIM: Final = 1_000
COVERED: Final = 0.6
"""The part of a claim's words that its quote must have: chosen; docs/redaction.md has what it lets through."""

_UNSAFE: Final = re.compile(
    r"https?:|ftp:|www\.|\b[\w.-]+@[\w-]+\.\w+|\b[a-z0-9-]+\.(?:com|org|net|io|info|ru|xyz|co)\b|\]\(|<[a-z/!]|```|javascript:|data:\w+/|\bdot \w+ slash\b|"
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|previous|above|prior|rules|prompt|guardrails?)\b|"
    r"\b(?:system|developer) (?:prompt|message|instructions?)\b|\bas an ai\b|\bi (?:am|will|have|can|cannot)\b|\byou (?:must|should|are now|will)\b|"
    r"\b(?:click|visit|download|e-?mail|forward|send|wire|transfer|paste|upload)\b.{0,30}\b(?:link|here|to|file|site|page|this)\b|"
    r"\b(?:act|respond|reply|answer|pretend) (?:as|with|only|that)\b|\bend (?:of )?evidence\b|\bpassword|\bapi key|\bsecret key",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(
    r"\b(?:other|another|different|second|previous|next|all) patients?\b|\bpatients?[-_ #]*(?:id[ :#]*)?[a-z]*-?\d{2,}|\bpatients\b|\broommate\b|\bmrn\b",
    re.IGNORECASE,
)
_HIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


class Verdict(NamedTuple):
    """`claim` as it was given. `reason` is a code ("" where `ok`), never a value; `span` is the quote's place
    in the chunk's text, and None unless `ok`.
    """

    claim: Mapping[str, Any]
    ok: bool
    reason: str
    span: Span | None


def verify(
    claims: Sequence[Mapping[str, Any]], contexts: Sequence[Mapping[str, Any]], today: date | None = None
) -> list[Verdict]:
    """One verdict for each claim {"text", "chunk_id", "quote"}, in order.

    `contexts` are those that the model was shown, each with "chunk_id", "text" and, where its list begins in
    another chunk, "heading". Never raises, whatever a model made of a claim. What ended before `today` (UTC's,
    where none is given) is over.
    """
    shown = {context["chunk_id"]: context for context in contexts}
    today = today or datetime.now(UTC).date()
    return [_verdict(claim, shown, today) for claim in claims]


def _verdict(claim: Mapping[str, Any], shown: Mapping[str, Mapping[str, Any]], today: date) -> Verdict:
    given = claim if isinstance(claim, Mapping) else {}
    text, chunk, quote = given.get("text"), given.get("chunk_id"), given.get("quote")
    if not (isinstance(text, str) and isinstance(chunk, str) and isinstance(quote, str)):
        return Verdict(claim, False, "malformed", None)
    if reason := _unfit(text):
        return Verdict(claim, False, reason, None)
    if chunk not in shown:
        return Verdict(claim, False, "unknown_chunk", None)
    evidence: str = shown[chunk]["text"]
    if sum(letter.isalnum() for letter in quote) < SHORTEST_QUOTE or len(quote.split()) < 2:
        return Verdict(claim, False, "quote_too_short", None)
    span, anywhere = quotes.locate(quote, evidence)
    if span is None:
        return Verdict(claim, False, "quote_cut" if anywhere else "quote_not_found", None)
    over = headings.over(evidence, span.start, shown[chunk].get("heading", ""))
    said = f"{over} {quotes.sentence(evidence, span)}"
    reason = _unsupported(quotes.same(text), quotes.same(quote), quotes.same(said), today)
    reason = reason or _apart(quotes.same(text), evidence[span.start : span.end])
    return Verdict(claim, not reason, reason, None if reason else span)


def _unfit(text: str) -> str:
    """Why the claim may not be shown, whatever its quote says."""
    if not text.strip():
        return "empty"
    if len(text) > LONGEST_CLAIM:
        return "too_long"
    if _UNSAFE.search(text) or _HIDDEN.search(text):
        return "unsafe"
    return "other_patient" if _OTHERS.search(text) else ""


def _unsupported(claim: str, quote: str, sentence: str, today: date) -> str:
    """The first reason for which the quote does not carry the claim; "" where it does."""
    said, written = numbers.numbers_of(claim), numbers.numbers_of(quote)
    if reason := numbers.missing(said, written):
        return reason
    terms, others = words.terms_of(claim), words.terms_of(quote) | frozenset(words.words_of(quote))
    months = {day.month for days in written.days for day in days}
    if not all(words.names_the_same(term, others) or MONTHS.get(term, 0) in months for term in terms):
        return "term_not_in_quote"
    if reason := _misplaced(claim, quote, said, written):
        return reason
    content = words.content_of(claim)
    covered = content & words.content_of(quote)
    same = {word for word in content - covered if words.names_the_same(word, others)}
    if content and (len(covered) + len(same)) / len(content) < COVERED:
        return "not_covered"
    return words.disagreement(history.told(claim, today), history.told(sentence, today))


def _misplaced(claim: str, quote: str, said: numbers.Numbers, written: numbers.Numbers) -> str:
    """Where the quote speaks of several medicines or tests, a number must belong to the one that the claim gives it."""
    places = _places(quote)
    if len({name for name, _ in places}) < 2:
        return ""
    for quantity in said.quantities:
        owner = _owner(quantity, claim, _places(claim))
        if owner is None:
            continue
        owners = {
            _owner(other, quote, places) for other in written.quantities if numbers.equal(quantity, other)
        } - {None}
        if owners and not words.names_the_same(owner, frozenset(name for name in owners if name)):
            return "number_of_another"
    return ""


def _apart(claim: str, quote: str) -> str:
    """Where the numbers of a clause do not stand together in the line or sentence of the quote that speaks most
    of what the clause does.
    """
    pieces = [quotes.same(piece) for piece in quotes.pieces(quote)]
    if len(pieces) < 2:
        return ""
    spoken, whole = [words.all_of(piece) for piece in pieces], words.all_of(claim)
    about, stood = whole, frozenset[int]()
    for clause in words.parts_of(claim):
        own = words.all_of(clause)
        about = own or about
        scores = [(words.in_common(about, others), words.in_common(whole, others)) for others in spoken]
        best = frozenset(at for at, score in enumerate(scores) if score == max(scores))
        if own and best & stood:  # what goes on about the same goes on in the same piece
            best &= stood
        said = numbers.numbers_of(clause)
        stood = frozenset(at for at in best if _stands(said, numbers.numbers_of(pieces[at])))
        if not stood:
            return "number_of_another"
    return ""


def _stands(said: numbers.Numbers, written: numbers.Numbers) -> bool:
    """Comparisons are judged by the whole quote, and so is a date where the piece has none: a report's is elsewhere."""
    days = said.days if written.days else ()
    plain = replace(said, days=days, compared=frozenset[str]())
    return not numbers.missing(plain, replace(written, compared=frozenset[str]()))


def _places(text: str) -> list[tuple[str, int]]:
    return [
        (term, found.start())
        for term in words.terms_of(text)
        if not any(letter.isdigit() for letter in term) and term not in MONTHS
        for found in re.finditer(rf"(?<!\w){re.escape(term)}(?!\w)", text, re.IGNORECASE)
    ]


def _owner(quantity: numbers.Quantity, text: str, places: list[tuple[str, int]]) -> str | None:
    """The term that a number is said of: "10 mg of X", else the last one before it, else the first after it."""
    if re.match(r" ?(?:of|daily of) ", text[quantity.end :]):
        after = [place for place in places if place[1] >= quantity.end]
        if after:
            return min(after, key=lambda place: place[1])[0]
    before = [place for place in places if place[1] < quantity.start]
    if before:
        return max(before, key=lambda place: place[1])[0]
    return min(places, key=lambda place: place[1])[0] if places else None
