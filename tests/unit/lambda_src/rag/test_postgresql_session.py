"""Connections that die, locks that are held, revisions at once: a clear answer, and never half a change."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from healthcare.problems import RETRY_LATER, RETRY_SOON, Problem
from rag_retrieval.postgresql import PostgreSQLStore
from rag_retrieval.postgresql_session import Session
from rag_retrieval.store import Scope

from scripts.local_cloud.postgresql import PostgreSQL
from tests.postgresql import rows
from tests.unit.lambda_src.rag.store_contract import ALL, JANE, axis, embedded, texts
from tests.unit.lambda_src.rag.test_postgresql import store_as

CANARY = "CANARYZEBULON"


def kill_sessions(server: PostgreSQL, database: str) -> None:
    """End every other session of the database, and wait until they have gone."""
    with server.connect(database) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def impatient(server: PostgreSQL, database: str, user: str, limit: str) -> psycopg.Connection[Any]:
    session = server.connect(database, user)
    session.execute(f"SET {limit} = '50ms'".encode())
    return session


def test_a_connection_is_kept(postgresql: PostgreSQL, rag_database: str) -> None:
    store = store_as(postgresql, rag_database, "rag_reader")
    pids = {
        store.session.run({}, lambda session: rows(session, "SELECT pg_backend_pid()")[0][0])
        for _ in range(5)
    }
    assert len(pids) == 1


def test_a_connection_that_rested_is_not_trusted(
    postgresql: PostgreSQL, rag_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What tracks connections between a function and its database may forget one after 350 s, without a word:
    the first statement then waits for `tcp_user_timeout`, and the question with it.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
    """
    store = store_as(postgresql, rag_database, "rag_reader")

    def pid() -> object:
        return store.session.run({}, lambda session: rows(session, "SELECT pg_backend_pid()")[0][0])

    first, then = pid(), time.time()
    monkeypatch.setattr(time, "time", lambda: then + 300)
    second = pid()
    assert second != first
    monkeypatch.setattr(time, "time", lambda: then + 300 + 200)
    assert pid() == second
    monkeypatch.setattr(time, "time", lambda: then + 300 + 400)
    assert pid() == second, "it was used 200 s ago"


def test_a_dead_connection_is_made_anew(postgresql: PostgreSQL, rag_database: str) -> None:
    writer = store_as(postgresql, rag_database, "rag_writer")
    reader = store_as(postgresql, rag_database, "rag_reader")
    writer.replace("d-1", 1, JANE, [embedded("Old.")])
    assert texts(reader.search(Scope(JANE, ALL), "old", axis(0), 5)) == ["Old."]
    kill_sessions(postgresql, rag_database)
    assert writer.replace("d-1", 2, JANE, [embedded("New.")])
    assert texts(reader.search(Scope(JANE, ALL), "new", axis(0), 5)) == ["New."]


def test_a_connection_that_dies_twice_is_unavailable(postgresql: PostgreSQL, rag_database: str) -> None:
    store = store_as(postgresql, rag_database, "rag_writer")
    tries = 0

    def die(session: psycopg.Connection[Any]) -> None:
        nonlocal tries
        tries += 1
        kill_sessions(postgresql, rag_database)
        session.execute("SELECT 1")

    store.session.run({}, lambda session: None)
    with pytest.raises(Problem) as caught:
        store.session.run({}, die)
    assert (caught.value.status, caught.value.retry_after, tries) == (503, RETRY_LATER, 2)
    assert store.replace("d-1", 1, JANE, [embedded("Line.")]), "the next call has a connection again"


def test_work_that_was_cut_off_leaves_nothing(postgresql: PostgreSQL, rag_database: str) -> None:
    writer = store_as(postgresql, rag_database, "rag_writer")
    writer.replace("d-1", 1, JANE, [embedded("Old.")])

    def die(session: psycopg.Connection[Any]) -> None:
        session.execute("DELETE FROM rag.chunk")
        kill_sessions(postgresql, rag_database)
        session.execute("SELECT 1")

    with pytest.raises(Problem):
        writer.session.run({"rag.document_id": "d-1"}, die)
    reader = store_as(postgresql, rag_database, "rag_reader")
    assert texts(reader.search(Scope(JANE, ALL), "", axis(0), 5)) == ["Old."]


def test_a_database_that_cannot_be_reached() -> None:
    def connect() -> psycopg.Connection[Any]:
        return psycopg.connect(host="/nowhere", user=CANARY)

    with pytest.raises(Problem) as caught:
        PostgreSQLStore(Session(connect), "model-1").search(Scope(JANE, ALL), CANARY, axis(0), 5)
    assert (caught.value.status, caught.value.aws_error) == (503, "OperationalError")
    assert CANARY not in f"{caught.value!r} {vars(caught.value)}"
    assert caught.value.__cause__ is None


def test_a_lock_that_somebody_holds(postgresql: PostgreSQL, rag_database: str) -> None:
    session = Session(lambda: impatient(postgresql, rag_database, "rag_writer", "lock_timeout"))
    store = PostgreSQLStore(session, "model-1")
    store.replace("d-1", 1, JANE, [embedded("Old.")])
    with postgresql.connect(rag_database) as other, other.transaction():
        other.execute("SELECT FROM rag.document FOR UPDATE")
        with pytest.raises(Problem) as caught:
            store.replace("d-1", 2, JANE, [embedded("New.")])
    assert (caught.value.status, caught.value.retry_after) == (503, RETRY_SOON)
    assert store.replace("d-1", 2, JANE, [embedded("New.")])


def test_a_statement_that_takes_too_long(postgresql: PostgreSQL, rag_database: str) -> None:
    session = Session(lambda: impatient(postgresql, rag_database, "rag_reader", "statement_timeout"))
    with pytest.raises(Problem) as caught:
        session.run({}, lambda connection: connection.execute("SELECT pg_sleep(60)"))
    assert (caught.value.status, caught.value.aws_error) == (503, "QueryCanceled")
    assert session.run({}, lambda connection: rows(connection, "SELECT 1")) == [(1,)]


def test_the_older_of_two_revisions_at_once_waits_and_gives_up(
    postgresql: PostgreSQL, rag_database: str
) -> None:
    old, new = (store_as(postgresql, rag_database, "rag_writer") for _ in range(2))
    inside, go_on = threading.Event(), threading.Event()

    def newer(session: psycopg.Connection[Any]) -> None:
        session.execute("INSERT INTO rag.document VALUES ('d-1', 2, false)")
        inside.set()
        assert go_on.wait(30)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(new.session.run, {"rag.document_id": "d-1"}, newer)
        assert inside.wait(30)
        second = pool.submit(old.replace, "d-1", 1, JANE, [embedded("Old.")])
        with postgresql.connect(rag_database) as watcher:
            while not rows(watcher, "SELECT FROM pg_locks WHERE NOT granted"):
                assert not second.done(), "it must wait for the one that was first"
        go_on.set()
        first.result()
        assert second.result() is False


def test_many_revisions_at_once_end_as_the_newest_and_are_never_mixed(
    postgresql: PostgreSQL, rag_database: str
) -> None:
    revisions = list(range(1, 13))
    random.Random(5).shuffle(revisions)  # noqa: S311 - an order, no secret
    done = threading.Event()
    seen: list[set[str]] = []

    def write(revision: int) -> bool:
        store = store_as(postgresql, rag_database, "rag_writer")
        chunks = [embedded(f"Revision {revision}.", n, version_id=f"v-{revision}") for n in range(20)]
        return store.replace("d-1", revision, JANE, chunks)

    def read() -> None:
        store = store_as(postgresql, rag_database, "rag_reader")
        while not done.is_set():
            found = store.search(Scope(JANE, ALL), "revision", axis(0), 100)
            assert len(found) in (0, 20)
            seen.append({one.chunk.version_id for one in found})

    with ThreadPoolExecutor(5) as pool:
        reading = pool.submit(read)
        written = list(pool.map(write, revisions))
        done.set()
        reading.result()
    assert all(len(versions) <= 1 for versions in seen)
    assert written[revisions.index(12)]
    reader = store_as(postgresql, rag_database, "rag_reader")
    assert set(texts(reader.search(Scope(JANE, ALL), "revision", axis(0), 100))) == {"Revision 12."}
