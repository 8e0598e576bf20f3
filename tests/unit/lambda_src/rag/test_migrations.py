"""Migrations: each once, all or none, whoever comes at the same time, and only as they were written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from rag_retrieval.migrations import (
    FOLDER,
    Migration,
    MigrationChangedError,
    SchemaNewerError,
    migrate,
    read_migrations,
)
from rag_retrieval.postgresql_checks import schema_deviations

from scripts.local_cloud.postgresql import PostgreSQL
from tests.postgresql import MASTER, make_database, migrated, rows

ALL = [migration.number for migration in read_migrations()]


@pytest.fixture
def empty(postgresql: PostgreSQL) -> str:
    return make_database(postgresql)


def test_all_are_applied_once_and_on_record(postgresql: PostgreSQL, empty: str) -> None:
    with postgresql.connect(empty, MASTER) as master:
        assert migrate(master, read_migrations()) == ALL
        assert migrate(master, read_migrations()) == []
    with postgresql.connect(empty) as session:
        found = rows(session, "SELECT number, name, checksum FROM rag.migration ORDER BY number")
    assert found == [migration[:3] for migration in read_migrations()]


def test_two_invocations_at_once_apply_them_once(postgresql: PostgreSQL, empty: str) -> None:
    def invoke(_: int) -> list[int]:
        with postgresql.connect(empty, MASTER) as master:
            return migrate(master, read_migrations())

    with ThreadPoolExecutor(4) as pool:
        applied = sorted(pool.map(invoke, range(4)))
    assert applied == [[], [], [], ALL]
    with postgresql.connect(empty, MASTER) as master:
        assert schema_deviations(master) == []


def test_a_second_database_of_one_server_has_the_same_roles(postgresql: PostgreSQL, empty: str) -> None:
    migrated(postgresql, empty)
    other = migrated(postgresql, make_database(postgresql))
    with postgresql.connect(other, MASTER) as master:
        assert schema_deviations(master) == []


def test_a_migration_that_fails_leaves_nothing_of_itself_or_of_others(
    postgresql: PostgreSQL, empty: str
) -> None:
    broken = Migration(len(ALL) + 1, "broken", "x", "CREATE TABLE rag.half (); SELECT 1 / 0;")
    with postgresql.connect(empty, MASTER) as master:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # it did not say SET LOCAL ROLE
            migrate(master, [*read_migrations(), broken])
        assert rows(master, "SELECT FROM pg_namespace WHERE nspname = 'rag'") == []
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate(
                master, [*read_migrations(), broken._replace(sql="SET LOCAL ROLE rag_owner;" + broken.sql)]
            )
        assert rows(master, "SELECT FROM pg_namespace WHERE nspname = 'rag'") == []
        assert rows(master, "SELECT current_user") == [(MASTER,)]


def test_a_new_migration_is_added_to_a_schema_that_is_there(postgresql: PostgreSQL, empty: str) -> None:
    migrated(postgresql, empty)
    number = len(ALL) + 1
    more = Migration(number, "more", "x", "SET LOCAL ROLE rag_owner; ALTER TABLE rag.document ADD more text;")
    with postgresql.connect(empty, MASTER) as master:
        assert migrate(master, [*read_migrations(), more]) == [number]
        with pytest.raises(SchemaNewerError, match=f"migration {number} .* deploy a newer one"):
            migrate(master, read_migrations())


def test_chunks_of_before_there_were_headings_have_none(postgresql: PostgreSQL, empty: str) -> None:
    with postgresql.connect(empty, MASTER) as master:
        assert migrate(master, read_migrations()[:3]) == [1, 2, 3]
    with postgresql.connect(empty) as session:
        session.execute("INSERT INTO rag.document VALUES ('d-1', 1, false)")
        session.execute(
            "INSERT INTO rag.chunk VALUES ('d-1', 'c-1', 'v1', 'p', 'N', 'text', '', 'Note', 0, 5, 'Line.', "
            "'m', array_fill(1, ARRAY[1024])::public.vector)"
        )
    with postgresql.connect(empty, MASTER) as master:
        assert migrate(master, read_migrations()) == ALL[3:]
        assert schema_deviations(master) == []
    with postgresql.connect(empty) as session:
        assert rows(session, "SELECT text, heading FROM rag.chunk") == [("Line.", "")]


def test_a_migration_that_was_changed_afterwards_is_refused(postgresql: PostgreSQL, empty: str) -> None:
    migrated(postgresql, empty)
    first, *others = read_migrations()
    with (
        postgresql.connect(empty, MASTER) as master,
        pytest.raises(MigrationChangedError, match="migration 1 "),
    ):
        migrate(master, [first._replace(checksum="y"), *others])


def test_a_master_who_may_not_make_roles_is_told_and_nothing_is_made(
    postgresql: PostgreSQL, empty: str
) -> None:
    with postgresql.connect() as session:
        session.execute("DROP ROLE IF EXISTS nobody_much")
        session.execute("CREATE ROLE nobody_much LOGIN")
        session.execute(f"ALTER DATABASE {empty} OWNER TO nobody_much".encode())
    with postgresql.connect(empty, "nobody_much") as session:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            migrate(session, read_migrations())
        assert rows(session, "SELECT FROM pg_extension WHERE extname = 'vector'") == []
    with postgresql.connect() as session:
        session.execute(f"DROP DATABASE {empty}".encode())
        session.execute("DROP ROLE nobody_much")


def test_files_are_numbered_without_a_gap(tmp_path: Path) -> None:
    assert [migration.number for migration in read_migrations()] == list(range(1, len(ALL) + 1))
    assert len(list(FOLDER.glob("*.sql"))) == len(ALL)
    for name in ("0001_first.sql", "0003_third.sql"):
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(ValueError, match=r"0003_third\.sql"):
        read_migrations(tmp_path)


def test_a_checksum_is_of_the_text_not_of_its_line_ends(tmp_path: Path) -> None:
    (tmp_path / "unix").mkdir()
    (tmp_path / "windows").mkdir()
    (tmp_path / "unix" / "0001_a.sql").write_bytes(b"SELECT 1;\nSELECT 2;\n")
    (tmp_path / "windows" / "0001_a.sql").write_bytes(b"SELECT 1;\r\nSELECT 2;\r\n")
    assert read_migrations(tmp_path / "unix") == read_migrations(tmp_path / "windows")
