"""Vectors for texts without a model: hashed words, pieces of words, and topics. Deterministic everywhere.

No embedding model: it knows spelling, and the few topics of words.py, but no meaning. Texts that share words,
or parts of words, are near each other; "kidney" and "renal" are not.
"""

from __future__ import annotations

import math
from typing import Final
from zlib import crc32

from scripts.local_cloud.model.words import stems, topics

_PIECE: Final = 4  # letters
_OF_PIECE, _OF_TOPIC = 0.3, 1.5


def embed(text: str, dimensions: int) -> list[float]:
    """`dimensions` numbers, of length 1 together. ValueError where there is no dimension.

    A text without a word gets the first axis, since a vector of zeros has no angle to any other.
    """
    if dimensions < 1:
        raise ValueError(f"an embedding has at least one dimension, not {dimensions}")
    vector = [0.0] * dimensions
    for feature, weight in _features(text).items():
        hashed = crc32(feature.encode())
        # The sign comes of another bit than the place, so that collisions cancel as often as they add up.
        vector[(hashed >> 1) % dimensions] += weight if hashed & 1 else -weight
    length = math.sqrt(sum(number * number for number in vector))
    if not length:
        return [1.0] + [0.0] * (dimensions - 1)
    return [number / length for number in vector]


def _features(text: str) -> dict[str, float]:
    counts: dict[str, float] = {}
    for word in stems(text):
        counts[word] = counts.get(word, 0.0) + 1.0
    features = {f"word {word}": 1.0 + math.log(count) for word, count in counts.items()}
    for word in counts:
        padded = f"^{word}$"
        for start in range(len(padded) - _PIECE + 1):
            features[f"piece {padded[start : start + _PIECE]}"] = _OF_PIECE
    return features | {f"topic {topic}": _OF_TOPIC for topic in topics(text)}
