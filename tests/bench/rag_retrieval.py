"""Hybrid search within one patient's scope, among 100,000 chunks: beside a bare round trip and other ways.

Run as ``python -m tests.bench.rag_retrieval run`` it measures; ``make bench`` does so in a process that finds
lambda_src. Milliseconds are this machine's. The ratios are what counts.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from scripts.local_deployment import ROOT

PATIENTS = 2_000
CHUNKS = 50
SEARCHES = 300
SLOW_SEARCHES = 15
TOP = 8
FILL = """
INSERT INTO rag.chunk (document_id, chunk_id, version_id, patient_id, access_label, kind, place, source,
  span_start, span_end, text, model, embedding)
SELECT 'd-' || patient, 'c-' || n, 'v-1', 'patient-' || patient, (ARRAY['N', 'N', 'N', 'R'])[1 + mod(n, 4)],
  'text', 'page 1', 'Note', 0, 1500,
  (SELECT string_agg((ARRAY['metoprolol', 'warfarin', 'discharge', 'continue', 'stop', 'daily', 'mg', 'chest',
     'pain', 'glucose', 'wound', 'follow-up', 'allergy', 'denies', 'renal', 'function'])
     [1 + floor(random() * 16)::int], ' ')
   FROM generate_series(1, 200 + 0 * (n + patient))),
  'm', (SELECT array_agg(random() - 0.5) FROM generate_series(1, 1024 + 0 * (n + patient)))::public.vector
FROM generate_series(%s::int, %s::int) AS patient, generate_series(1, %s::int) AS n
"""
NEAREST = """
SELECT document_id, chunk_id FROM rag.chunk ORDER BY embedding OPERATOR(public.<=>) %s::public.vector LIMIT %s
"""


def main() -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "lambda_src")])
    command = [sys.executable, "-m", "tests.bench.rag_retrieval", "run"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, check=True)


def run() -> None:
    from scripts.local_cloud.postgresql import PostgreSQL
    from tests.postgresql import make_database, migrated, prepare

    server = PostgreSQL({"shared_buffers": "1GB", "maintenance_work_mem": "1GB", "max_wal_size": "8GB"})
    try:
        prepare(server)
        database = migrated(server, make_database(server))
        print(f"Retrieval: {PATIENTS * CHUNKS:,} chunks of {PATIENTS:,} patients, 1,024 dimensions")
        _fill(server, database)
        _measure(server, database)
    finally:
        server.close()


def _fill(server: Any, database: str) -> None:
    with server.connect(database) as session:
        documents = "INSERT INTO rag.document SELECT 'd-' || n, 1, false FROM generate_series(1, %s::int) n"
        session.execute(documents, (PATIENTS,))
        for first in range(1, PATIENTS + 1, 250):
            session.execute(FILL, (first, first + 249, CHUNKS))
        session.execute("VACUUM ANALYZE rag.chunk")


def _measure(server: Any, database: str) -> None:
    from rag_retrieval.postgresql import PostgreSQLStore
    from rag_retrieval.postgresql_session import Session
    from rag_retrieval.store import Scope

    reader = server.connect(database, "rag_reader")
    store = PostgreSQLStore(Session(lambda: reader), "m")
    labels = frozenset("N")
    chance = random.Random(5)  # noqa: S311 - questions, no secrets

    def vector() -> tuple[float, ...]:
        return tuple(chance.random() - 0.5 for _ in range(1024))

    asked = [(f"patient-{chance.randint(1, PATIENTS)}", vector()) for _ in range(SEARCHES)]
    question = "Which dose of metoprolol was continued at discharge?"

    def search(patient_id: str, embedding: tuple[float, ...]) -> None:
        assert len(store.search(Scope(patient_id, labels), question, embedding, TOP)) == TOP

    def nearest(patient_id: str, embedding: tuple[float, ...]) -> set[tuple[str, str]]:
        """By cosine distance alone, within the policy: what an index of vectors could answer."""
        text = "[" + ",".join(map(str, embedding)) + "]"
        with reader.transaction():
            reader.execute(
                "SELECT set_config('rag.patient_id', %s, true), set_config('rag.access_labels', 'N', true)",
                (patient_id,),
            )
            return set(reader.execute(NEAREST, (text, TOP)).fetchall())

    search(*asked[0])
    bare = _times(lambda *_: reader.execute("SELECT 1").fetchone(), asked)
    _show("SELECT 1", bare, bare)
    _show("hybrid search in scope, as it is", _times(search, asked), bare)
    _show("  the same, nearest neighbours alone", _times(nearest, asked), bare)
    right = [nearest(*each) for each in asked]

    for setting in ("enable_indexscan", "enable_bitmapscan"):
        reader.execute(f"SET {setting} = off".encode())
    reader.execute("DISCARD PLANS")
    _show("hybrid search without the index on patients", _times(search, asked[:SLOW_SEARCHES]), bare)
    reader.execute("RESET enable_indexscan")

    began = time.perf_counter()
    with server.connect(database) as session:
        session.execute("CREATE INDEX near ON rag.chunk USING hnsw (embedding public.vector_cosine_ops)")
        session.execute("DROP INDEX rag.chunk_by_patient")
    print(f"  (an HNSW index in place of it took {time.perf_counter() - began:.0f} s to build)")
    for setting in ("enable_seqscan", "enable_sort"):
        reader.execute(f"SET {setting} = off".encode())
    reader.execute("DISCARD PLANS")
    for name, scan in (("filtered afterwards", "off"), ("with hnsw.iterative_scan", "strict_order")):
        reader.execute(f"SET hnsw.iterative_scan = {scan}".encode())
        some = asked if scan == "off" else asked[:SLOW_SEARCHES]
        found = [nearest(*each) for each in some]
        recall = statistics.mean(len(a & b) / TOP for a, b in zip(found, right, strict=False))
        empty = sum(not each for each in found)
        note = f"  recall {recall:.2f}, {empty} of {len(some)} answers empty"
        _show(f"nearest neighbours by HNSW, {name}", _times(nearest, some), bare, note)


def _times(work: Callable[..., object], asked: Iterable[tuple[str, tuple[float, ...]]]) -> list[float]:
    """Milliseconds of each."""
    times = []
    for patient_id, embedding in asked:
        began = time.perf_counter()
        work(patient_id, embedding)
        times.append((time.perf_counter() - began) * 1000)
    return times


def _show(name: str, times: list[float], bare: list[float], note: str = "") -> None:
    middle, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    ratio = middle / statistics.median(bare)
    print(f"  {name:<52} p50 {middle:>8.2f} ms  p95 {high:>8.2f} ms  {ratio:>8.1f} x{note}", flush=True)


if __name__ == "__main__":
    run()
