"""The checks name each thing that would open the database, and nothing of a database as it is made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg import sql
from rag_retrieval.postgresql_checks import schema_deviations

from scripts.local_cloud.postgresql import PostgreSQL
from tests.postgresql import MASTER, make_database, migrated

BROKEN = {
    "ALTER TABLE rag.chunk DISABLE ROW LEVEL SECURITY": {"row-level security off: chunk"},
    "ALTER TABLE rag.chunk NO FORCE ROW LEVEL SECURITY": {"row-level security not forced: chunk"},
    "ALTER TABLE rag.document NO FORCE ROW LEVEL SECURITY": {"row-level security not forced: document"},
    "ALTER TABLE rag.chunk OWNER TO rag_writer": {"owner changed: chunk"},
    "DROP TABLE rag.chunk": {"table missing: chunk"},
    "DROP POLICY reader_sees_scope ON rag.chunk": {"policy missing: chunk reader_sees_scope"},
    "CREATE POLICY everything ON rag.chunk TO rag_reader USING (true)": {
        "policy not expected: chunk everything"
    },
    "ALTER POLICY reader_sees_scope ON rag.chunk USING (true)": {"policy changed: chunk reader_sees_scope"},
    "ALTER POLICY reader_sees_scope ON rag.chunk "
    "USING (patient_id = current_setting('rag.patient_id', true))": {
        "policy changed: chunk reader_sees_scope"
    },
    "ALTER POLICY reader_sees_scope ON rag.chunk TO PUBLIC": {
        "policy not expected: chunk reader_sees_scope", "policy missing: chunk reader_sees_scope",
    },
    "ALTER POLICY writer_adds_to_document ON rag.chunk WITH CHECK (true)": {
        "policy changed: chunk writer_adds_to_document"
    },
    "ALTER ROLE rag_reader BYPASSRLS": {"role has BYPASSRLS: rag_reader"},
    "ALTER ROLE rag_owner SUPERUSER": {"role has SUPERUSER: rag_owner"},
    "ALTER ROLE rag_writer CREATEROLE": {"role has CREATEROLE: rag_writer"},
    "ALTER ROLE rag_owner LOGIN": {"role may log in: rag_owner"},
    "ALTER ROLE rag_reader NOLOGIN": {"role may not log in: rag_reader"},
    "ALTER ROLE rag_reader RENAME TO rag_reader_of_old": {"role missing: rag_reader"},
    f"REVOKE rds_iam FROM rag_reader GRANTED BY {MASTER}": {"role without rds_iam: rag_reader"},
    "GRANT rag_owner TO rag_reader": {
        "role is a member of rag_owner: rag_reader", "role has a member rag_reader: rag_owner",
    },
    "GRANT pg_read_all_data TO rag_reader": {"role is a member of pg_read_all_data: rag_reader"},
    "GRANT rag_reader TO intern": {"role has a member intern: rag_reader"},
    "GRANT rag_reader TO intern WITH INHERIT FALSE, SET TRUE": {"role has a member intern: rag_reader"},
    "GRANT rag_reader TO intern WITH INHERIT TRUE, SET FALSE": {"role has a member intern: rag_reader"},
    f"GRANT rag_owner TO {MASTER} WITH INHERIT TRUE": {f"role has a member {MASTER}: rag_owner"},
    "GRANT SELECT ON rag.chunk TO PUBLIC": {"right not expected: SELECT on chunk to PUBLIC"},
    "GRANT SELECT ON rag.chunk TO intern": {"right not expected: SELECT on chunk to intern"},
    "GRANT SELECT (text) ON rag.chunk TO rag_writer": {
        "right not expected: SELECT on chunk.text to rag_writer"
    },
    "GRANT UPDATE ON rag.chunk TO rag_reader": {"right not expected: UPDATE on chunk to rag_reader"},
    "GRANT TRUNCATE ON rag.chunk TO rag_writer": {"right not expected: TRUNCATE on chunk to rag_writer"},
    "REVOKE SELECT ON rag.chunk FROM rag_reader": {"right missing: SELECT on chunk to rag_reader"},
    "GRANT USAGE ON SCHEMA rag TO PUBLIC": {"right not expected: USAGE on schema to PUBLIC"},
    "GRANT CREATE ON SCHEMA rag TO rag_writer": {"right not expected: CREATE on schema to rag_writer"},
    "GRANT CONNECT ON DATABASE {database} TO PUBLIC": {"right not expected: CONNECT on database to PUBLIC"},
    "GRANT TEMPORARY ON DATABASE {database} TO rag_reader": {
        "right not expected: TEMPORARY on database to rag_reader"
    },
    "CREATE INDEX near ON rag.chunk USING hnsw (embedding public.vector_cosine_ops)": {
        "index not expected: near (hnsw)"
    },
    "DROP INDEX rag.chunk_by_patient": {"index missing: chunk_by_patient"},
    "CREATE VIEW rag.everything AS SELECT * FROM rag.chunk": {"relation not expected: everything"},
    "CREATE TABLE rag.copy AS SELECT * FROM rag.chunk": {"relation not expected: copy"},
    "CREATE FUNCTION rag.all_of_it() RETURNS SETOF rag.chunk SECURITY DEFINER LANGUAGE sql "
    "AS 'SELECT * FROM rag.chunk'": {"function not expected: all_of_it"},
    "CREATE RULE copied AS ON INSERT TO rag.chunk DO ALSO NOTIFY chunk": {"trigger not expected: copied"},
    "ALTER EXTENSION vector SET SCHEMA rag": {"extension in another schema: vector"},
}  # fmt: skip


@pytest.fixture(scope="module")
def broken_server() -> Iterator[tuple[PostgreSQL, str]]:
    """A server of its own: roles are the same in all databases of one."""
    from tests.postgresql import prepare

    server = PostgreSQL()
    try:
        prepare(server)
        database = migrated(server, make_database(server))
        with server.connect() as session:
            session.execute("CREATE ROLE intern LOGIN")
        yield server, database
    finally:
        server.close()


def test_nothing_of_a_database_as_it_is_made(postgresql: PostgreSQL, migrated_database: str) -> None:
    with postgresql.connect(migrated_database, MASTER) as master:
        assert schema_deviations(master) == []


@pytest.mark.parametrize("statement", BROKEN)
def test_each_thing_by_its_name(broken_server: tuple[PostgreSQL, str], statement: str) -> None:
    server, database = broken_server
    with server.connect(database) as session:
        with session.transaction(force_rollback=True):
            session.execute(statement.replace("{database}", database).encode())
            session.execute(sql.SQL("SET LOCAL SESSION AUTHORIZATION {}").format(sql.Identifier(MASTER)))
            found = set(schema_deviations(session))
        assert BROKEN[statement] <= found, found
        # What follows from one change is told as well, and nothing of what it left alone.
        table = {"chunk", "document"} - {word for word in ("chunk", "document") if word in statement}
        assert not [name for name in found for other in table if name.endswith(f": {other}")], found


def test_who_only_administers_a_role_does_not_count(broken_server: tuple[PostgreSQL, str]) -> None:
    """As the server makes whoever creates a role, and whoever else is to manage it."""
    server, database = broken_server
    with server.connect(database) as session, session.transaction(force_rollback=True):
        session.execute("GRANT rag_reader TO intern WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
        session.execute(sql.SQL("SET LOCAL SESSION AUTHORIZATION {}").format(sql.Identifier(MASTER)))
        assert schema_deviations(session) == []


def test_an_extension_of_old(postgresql: PostgreSQL, migrated_database: str) -> None:
    with (
        postgresql.connect(migrated_database) as session,
        session.transaction(force_rollback=True),
    ):
        session.execute("UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'")
        assert "extension too old: vector" in schema_deviations(session)


def test_a_database_without_anything(postgresql: PostgreSQL) -> None:
    with postgresql.connect(make_database(postgresql), MASTER) as master:
        found = schema_deviations(master)
    assert {"table missing: chunk", "table missing: document", "extension missing: vector"} <= set(found)
    assert "policy missing: chunk reader_sees_scope" in found
