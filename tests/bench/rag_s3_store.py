"""What a search in the S3 store takes by itself: decoding a patient's object and both rankings, no GET.

Beside it, what is needed in any case: the products of the vectors alone.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZES = (50, 500, 5_000)
ROUNDS = 7
IN_A_DOCUMENT = 25
CHARACTERS = 1_500


def main() -> None:
    """Print the object's size, and CPU of a search, of decoding, of products, of encoding."""
    sys.path[:0] = [str(ROOT / "lambda_src"), str(ROOT)]
    from rag_retrieval.opaque_names import OpaqueNames
    from rag_retrieval.ranking import vector_scores
    from rag_retrieval.s3_objects import Objects, StoredObject
    from rag_retrieval.s3_shard import Held, Shard, decode, encode, vectors_of
    from rag_retrieval.s3_shards import Shards
    from rag_retrieval.s3_store import S3Store
    from rag_retrieval.store import DIMENSIONS, Chunk, EmbeddedChunk, Scope

    numbers = random.Random(7)  # noqa: S311 - no secret
    syllables = ["".join(numbers.choices("abcdefghijklmnopqrstuvwxyz", k=n % 8 + 3)) for n in range(8_000)]
    weights = [1 / (n + 1) for n in range(len(syllables))]  # as words are spread in texts

    def embedding() -> tuple[float, ...]:
        return tuple(numbers.gauss(0, 1) for _ in range(DIMENSIONS))

    def chunk(document_id: str, number: int) -> EmbeddedChunk:
        text = " ".join(numbers.choices(syllables, weights, k=CHARACTERS // 6))[:CHARACTERS]
        about: Any = {"kind": "pdf", "place": f"page {number}", "source": "Letter", "start": 0}
        names: Any = {"document_id": document_id, "version_id": "v", "patient_id": "p", "access_label": "N"}
        return EmbeddedChunk(
            Chunk(chunk_id=f"{document_id}/{number}", text=text, end=len(text), **names, **about), embedding()
        )

    class InMemory(Objects):
        def read(self, key: str) -> StoredObject:  # noqa: ARG002
            return StoredObject(content, "etag")

    print(f"S3 store: CPU of a search, Python {sys.version.split()[0]}, median of {ROUNDS} rounds")
    print(f"  {'chunks':>6} {'object':>10} {'search':>10} {'decoding':>10} {'products':>10} {'to write':>10}")
    question, vector = f"which {syllables[40]} and {syllables[900]} were given", embedding()
    for size in SIZES:
        documents = {}
        for number in range(size // IN_A_DOCUMENT):
            chunks = [chunk(f"d{number}", n) for n in range(IN_A_DOCUMENT)]
            documents[f"d{number}"] = Held(2, tuple(one for one, _ in chunks), "m", vectors_of(chunks))
        shard = Shard("p", documents)
        content = encode(shard)
        store = S3Store(Shards(InMemory(None, ""), OpaqueNames(b"k" * 32), size), "m")  # type: ignore[arg-type]
        vectors = {one.chunk_id: held.vector(n) for one, held, n in shard.visible("N")}
        columns: list[Callable[[], object]] = [
            lambda: store.search(Scope("p", frozenset("N")), question, vector, 8),  # noqa: B023 - called here
            lambda: decode(content, "p"),  # noqa: B023
            lambda: vector_scores(vector, vectors),  # noqa: B023
            lambda: encode(shard),  # noqa: B023
        ]
        cells = " ".join(f"{_milliseconds(column):>7.1f} ms" for column in columns)
        print(f"  {size:>6} {len(content) / 1e6:>7.1f} MB {cells}")


def _milliseconds(call: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return 1e3 * statistics.median(taken)


if __name__ == "__main__":
    main()
