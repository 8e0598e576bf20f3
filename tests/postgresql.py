"""A PostgreSQL for tests, prepared as RDS prepares a cluster, and databases in it with the schema applied.

server = PostgreSQL()                 # scripts/local_cloud/postgresql.py
prepare(server)                       # RDS's roles and the master user
database = make_database(server)      # an empty database of the master's
migrated(server, database)            # with the schema
server.connect(database, "rag_reader")
"""

from __future__ import annotations

import itertools
from typing import Any

import psycopg
from psycopg import sql
from rag_retrieval.migrations import migrate, read_migrations

from scripts.local_cloud.postgresql import PostgreSQL

MASTER = "healthcare_master"
_numbers = itertools.count(1)


def prepare(server: PostgreSQL) -> None:
    """The roles of RDS, and a master user who is no superuser, as on RDS."""
    with server.connect() as session:
        session.execute("CREATE ROLE rds_iam NOLOGIN")
        session.execute("CREATE ROLE rds_superuser NOLOGIN")
        session.execute("GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION")
        master = sql.Identifier(MASTER)
        session.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser").format(master)
        )
        session.execute(
            sql.SQL("GRANT rds_iam TO {} WITH ADMIN OPTION, INHERIT FALSE, SET FALSE").format(master)
        )


def make_database(server: PostgreSQL, template: str = "template0") -> str:
    """A new database of the master's, and its name."""
    name = f"rag_{next(_numbers)}"
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
    with server.connect() as session:
        session.execute(
            statement.format(sql.Identifier(name), sql.Identifier(MASTER), sql.Identifier(template))
        )
    return name


def migrated(server: PostgreSQL, database: str) -> str:
    """Apply the schema as the master user; return the database's name."""
    with server.connect(database, MASTER) as session:
        migrate(session, read_migrations())
    return database


def rows(session: psycopg.Connection[Any], query: str, *values: object) -> list[tuple[Any, ...]]:
    """What a query gives."""
    return session.execute(query.encode(), values or None).fetchall()
