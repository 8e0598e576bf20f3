"""Rankings in plain Python, and their fusion: for stores whose server does not rank, or not all of it.

Full text is Okapi BM25 over the words as they stand, without stemming: https://doi.org/10.1561/1500000019
Only chunks that the caller may see are counted, so that no score tells of a word in a hidden one.
"""

import math
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from rag_retrieval.store import FUSION_K

if sys.version_info >= (3, 12):
    from math import sumprod
else:  # the tools' Python may be older than Lambda's

    def sumprod(one: Iterable[float], other: Iterable[float], /) -> float:
        return sum(left * right for left, right in zip(one, other, strict=True))


Key = TypeVar("Key")

_K1: Final = 1.2
_B: Final = 0.75
_MOST_WORDS: Final = 64
# Words of questions, not of answers. Not "no" and "not": what a patient does not have counts.
_COMMON: Final = frozenset(
    ["a", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can", "did", "do", "does", "for",
     "from", "had", "has", "have", "he", "her", "his", "how", "i", "in", "is", "it", "its", "me", "of",
     "on", "or", "our", "she", "that", "the", "their", "them", "there", "they", "this",
     "to", "us", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with"]
)  # fmt: skip


def words(text: str) -> list[str]:
    """The words that full text looks for, each once."""
    found = re.findall(r"\w+", _plain(text))
    return [word for word in dict.fromkeys(found) if word not in _COMMON][:_MOST_WORDS]


def word_scores(question: str, texts: Mapping[Key, str]) -> dict[Key, float]:
    """The scores of those texts that have a word of the question."""
    wanted = {word: re.compile(rf"\b{word}\b") for word in words(question)}
    if not wanted or not texts:
        return {}
    counts = {key: _counts(wanted, _plain(text)) for key, text in texts.items()}
    # Characters stand for words: the proportion is what counts.
    usual = sum(map(len, texts.values())) / len(texts) or 1.0
    spread = Counter(word for found in counts.values() for word in found)
    weight = {word: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for word, n in spread.items()}
    return {
        key: sum(
            weight[word] * n * (_K1 + 1) / (n + _K1 * (1 - _B + _B * len(texts[key]) / usual))
            for word, n in found.items()
        )
        for key, found in counts.items()
        if found
    }


def _counts(wanted: Mapping[str, re.Pattern[str]], text: str) -> dict[str, int]:
    # Most words are in few texts, and to look for a string is many times faster than to look for a word.
    counts = {word: len(pattern.findall(text)) for word, pattern in wanted.items() if word in text}
    return {word: count for word, count in counts.items() if count}


def vector_scores(question: Sequence[float], vectors: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The cosines. All vectors are of unit length."""
    return {key: sumprod(question, vector) for key, vector in vectors.items()}


def fused(rankings: Iterable[Sequence[str]], limit: int) -> list[tuple[str, float]]:
    """The best ids of several rankings, with their reciprocal rank scores.

    Of each ranking its first `limit` count. Vectors rank every chunk, and words only some: were all places
    to count, the nearest chunk without a word of the question would come behind any chunk with one.
    """
    scores: dict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, key in enumerate(list(dict.fromkeys(ranking))[:limit], start=1):
            scores[key] += 1 / (FUSION_K + rank)
    return [(key, scores[key]) for key in best_first(scores)[:limit]]


def best_first(scores: Mapping[str, float]) -> list[str]:
    """Ids by score, of equals the smaller id first."""
    return sorted(scores, key=lambda key: (-scores[key], key))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
