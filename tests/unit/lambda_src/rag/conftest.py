"""One PostgreSQL for all tests of retrieval, and an empty database of its schema for each that asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.local_cloud.postgresql import PostgreSQL
from tests.postgresql import make_database, migrated, prepare, rows


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The server, with RDS's roles."""
    server = PostgreSQL()
    try:
        prepare(server)
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def migrated_database(postgresql: PostgreSQL) -> str:
    return migrated(postgresql, make_database(postgresql))


@pytest.fixture
def rag_database(postgresql: PostgreSQL, migrated_database: str) -> str:
    """The name of a database with the schema and no rows. The server's superuser empties it."""
    with postgresql.connect(migrated_database) as session:
        session.execute("TRUNCATE rag.document, rag.chunk")
        assert rows(session, "SELECT count(*) FROM rag.chunk") == [(0,)]
    return migrated_database
