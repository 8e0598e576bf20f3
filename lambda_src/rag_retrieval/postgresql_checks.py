"""Whether the database is as the migrations made it, by its catalogue: each deviation by a name of its own.

A name has those of tables, roles and rights in it, and nothing of any row. It is what the log tells.
What is looked for is what would let somebody see another patient's chunks: row-level security off or not
forced, a policy or a right too many, a role that passes by them, a view or a function that reads with its
owner's eyes, a connection without TLS, and an approximate index, which would leave out chunks without a word.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import psycopg

from rag_retrieval.postgresql_connection import Server

Connection = psycopg.Connection[Any]

OWNER: Final = "rag_owner"
READER: Final = "rag_reader"
WRITER: Final = "rag_writer"
ROLES: Final = (OWNER, READER, WRITER)
PROTECTED: Final = ("chunk", "document")
"""The tables with rows of patients. rag.migration has none."""

OLDEST_SERVER: Final = 160_000
"""Version 16: the first in which a role's member can be without its rights (GRANT ... INHERIT FALSE)."""

OLDEST_EXTENSION: Final = (0, 8, 0)
"""The tests run with 0.8.5. https://github.com/pgvector/pgvector/blob/master/CHANGELOG.md"""

_DOCUMENT: Final = "document_id = NULLIFcurrent_setting'rag.document_id', true, ''"
_PATIENT: Final = "patient_id = NULLIFcurrent_setting'rag.patient_id', true, ''"
_LABELS: Final = "access_label = ANY string_to_arrayNULLIFcurrent_setting'rag.access_labels', true, '', ','"
# Table, name, command, role: condition on rows that are there, condition on rows to come.
_POLICIES: Final = {
    ("chunk", "reader_sees_scope", "SELECT", READER): (f"{_PATIENT} AND {_LABELS}", None),
    ("chunk", "writer_sees_document", "SELECT", WRITER): (_DOCUMENT, None),
    ("chunk", "writer_deletes_document", "DELETE", WRITER): (_DOCUMENT, None),
    ("chunk", "writer_adds_to_document", "INSERT", WRITER): (None, f"{_DOCUMENT} AND {_PATIENT}"),
    ("document", "writer_handles_document", "ALL", WRITER): (_DOCUMENT, _DOCUMENT),
}
_GRANTS: Final = {
    ("schema", READER, "USAGE"),
    ("schema", WRITER, "USAGE"),
    ("chunk", READER, "SELECT"),
    ("chunk", WRITER, "INSERT"),
    ("chunk", WRITER, "DELETE"),
    ("chunk.document_id", WRITER, "SELECT"),
    ("document", WRITER, "SELECT"),
    ("document", WRITER, "INSERT"),
    ("document", WRITER, "UPDATE"),
    ("database", READER, "CONNECT"),
    ("database", WRITER, "CONNECT"),
}  # fmt: skip
_ATTRIBUTES: Final = ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION")


def schema_deviations(connection: Connection) -> list[str]:
    """What is not as it must be, sorted; empty where all is. psycopg.Error where it can't be read."""
    checks = (_versions, _tables, _policies, _roles, _memberships, _grants, _indexes, _others)
    return sorted({deviation for check in checks for deviation in check(connection)})


def transport_deviations(connection: Connection, server: Server, user: str) -> list[str]:
    """Whether this connection is encrypted, and whether the server would do without."""
    found = []
    if not connection.pgconn.ssl_in_use:
        found.append("connection not encrypted")
    if server.accepts_plaintext(user):
        found.append("plaintext accepted")
    return found


def _versions(connection: Connection) -> Iterator[str]:
    if connection.info.server_version < OLDEST_SERVER:
        yield "server too old"
    rows = _rows(
        connection,
        "SELECT extversion, nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace "
        "WHERE extname = 'vector'",
    )
    if not rows:
        yield "extension missing: vector"
    for version, schema in rows:
        if tuple(int(part) for part in re.findall(r"\d+", version)) < OLDEST_EXTENSION:
            yield "extension too old: vector"
        if schema != "public":
            yield "extension in another schema: vector"


def _tables(connection: Connection) -> Iterator[str]:
    rows = _rows(
        connection,
        "SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class "
        "WHERE relnamespace = to_regnamespace('rag') AND relkind IN ('r', 'p')",
    )
    tables = {name: (enabled, forced, owner) for name, enabled, forced, owner in rows}
    for name in PROTECTED:
        enabled, forced, owner = tables.get(name, (False, False, OWNER))
        if name not in tables:
            yield f"table missing: {name}"
        elif not enabled:
            yield f"row-level security off: {name}"
        elif not forced:
            yield f"row-level security not forced: {name}"
        if owner != OWNER:
            yield f"owner changed: {name}"


def _policies(connection: Connection) -> Iterator[str]:
    rows = _rows(
        connection,
        "SELECT tablename, policyname, cmd, roles::text[], permissive, qual, with_check FROM pg_policies "
        "WHERE schemaname = 'rag'",
    )
    found = {}
    for table, name, command, roles, permissive, condition, check in rows:
        key = (table, name, command, ",".join(roles))
        found[key] = (_plain(condition), _plain(check))
        if key not in _POLICIES or permissive != "PERMISSIVE":
            yield f"policy not expected: {table} {name}"
        elif found[key] != _POLICIES[key]:
            yield f"policy changed: {table} {name}"
    for table, name, *_ in _POLICIES.keys() - found.keys():
        yield f"policy missing: {table} {name}"


def _roles(connection: Connection) -> Iterator[str]:
    rows = _rows(
        connection,
        "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication "
        "FROM pg_roles WHERE rolname = ANY(%s)",
        list(ROLES),
    )
    for name, may_login, *may in rows:
        if may_login != (name != OWNER):
            yield f"role {'may' if may_login else 'may not'} log in: {name}"
        for attribute, has in zip(_ATTRIBUTES, may, strict=True):
            if has:
                yield f"role has {attribute}: {name}"
    for name in set(ROLES) - {row[0] for row in rows}:
        yield f"role missing: {name}"


def _memberships(connection: Connection) -> Iterator[str]:
    """Of the roles: rds_iam alone. In the roles: who is asking (who has made them), and never inheriting.

    Who only administers a role (neither INHERIT nor SET), as its maker does, can't act as it.
    """
    rows = _rows(
        connection,
        "SELECT pg_get_userbyid(roleid), pg_get_userbyid(member), "
        "inherit_option OR (set_option AND pg_get_userbyid(member) <> session_user) FROM pg_auth_members",
    )
    for role, member, acts in rows:
        if member in ROLES and not (role == "rds_iam" and member != OWNER):
            yield f"role is a member of {role}: {member}"
        if role in ROLES and acts:
            yield f"role has a member {member}: {role}"
    if _rows(connection, "SELECT FROM pg_roles WHERE rolname = 'rds_iam'"):
        for name in {READER, WRITER} - {member for role, member, *_ in rows if role == "rds_iam"}:
            yield f"role without rds_iam: {name}"


def _grants(connection: Connection) -> Iterator[str]:
    """Rights on the database, the schema, its tables and their columns, but those of their owners."""
    rows = _rows(
        connection,
        """
        WITH acl (place, owner, acl) AS (
          SELECT 'database', datdba, coalesce(datacl, acldefault('d', datdba)) FROM pg_database
            WHERE datname = current_database()
          UNION ALL SELECT 'schema', nspowner, nspacl FROM pg_namespace WHERE nspname = 'rag'
          UNION ALL SELECT relname, relowner, relacl FROM pg_class WHERE relnamespace = to_regnamespace('rag')
          UNION ALL SELECT relname || '.' || attname, relowner, attacl FROM pg_class
            JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = to_regnamespace('rag')
        )
        SELECT place, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END, privilege_type
        FROM acl, aclexplode(acl) WHERE grantee <> owner
        """,
    )
    found = set(rows)
    for place, role, right in found - _GRANTS:
        # Who else may come to the database is its owner's affair, as long as not everybody may.
        if place != "database" or role in (*ROLES, "PUBLIC"):
            yield f"right not expected: {right} on {place} to {role}"
    for place, role, right in _GRANTS - found:
        yield f"right missing: {right} on {place} to {role}"


def _indexes(connection: Connection) -> Iterator[str]:
    rows = _rows(
        connection,
        "SELECT i.relname, amname, indisvalid FROM pg_index JOIN pg_class i ON i.oid = indexrelid "
        "JOIN pg_am ON pg_am.oid = i.relam WHERE i.relnamespace = to_regnamespace('rag')",
    )
    for name, method, _ in rows:
        if method != "btree":
            yield f"index not expected: {name} ({method})"
    if ("chunk_by_patient", "btree", True) not in rows:
        yield "index missing: chunk_by_patient"


def _others(connection: Connection) -> Iterator[str]:
    """Views, functions, triggers and rules read and write with rights that are not the caller's."""
    for (name,) in _rows(
        connection,
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('rag') "
        "AND relkind NOT IN ('i', 't') AND relname NOT IN ('chunk', 'document', 'migration')",
    ):
        yield f"relation not expected: {name}"
    for (name,) in _rows(
        connection, "SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace('rag')"
    ):
        yield f"function not expected: {name}"
    for (name,) in _rows(
        connection,
        "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE relnamespace = to_regnamespace('rag') AND NOT tgisinternal "
        "UNION ALL SELECT rulename FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class "
        "WHERE relnamespace = to_regnamespace('rag') AND relkind = 'r'",
    ):
        yield f"trigger not expected: {name}"


def _plain(condition: str | None) -> str | None:
    """A condition as the server prints it, without brackets and types: those here are of ANDs alone."""
    return None if condition is None else re.sub(r"::text|[()]", "", condition)


def _rows(connection: Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode(), values or None).fetchall()
