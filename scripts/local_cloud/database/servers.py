"""The PostgreSQL behind a cluster: started at its first session, gone with the cluster."""

from __future__ import annotations

import threading
from typing import Any

from psycopg import sql

from scripts.local_cloud.administrator import REGION
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.postgresql import PostgreSQL

ENGINE = "aurora-postgresql"
# RDS's roles. Whoever has rds_iam signs in by IAM alone, and only the master user hands it on.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
PREPARE = (
    "CREATE ROLE rds_iam NOLOGIN",
    "CREATE ROLE rds_superuser NOLOGIN",
    "GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION",
    "CREATE ROLE {master} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser",
    "GRANT rds_iam TO {master} WITH ADMIN OPTION, INHERIT FALSE, SET FALSE",
)
# Of postgresql.conf; what RDS itself does about it is done by `front`.
SETTINGS = {"rds.force_ssl": "1"}
# The master user is a member only in so far as it may hand the role on.
# A superuser counts as a member of everything, and nobody is to sign in as RDS's own.
IS_IAM_USER = """
    SELECT NOT rolsuper AND pg_has_role(rolname, 'rds_iam', 'USAGE, SET') FROM pg_roles WHERE rolname = %s
"""


class Servers:
    """At most one cluster has a PostgreSQL behind it: the one that was made with the front's ``port``."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.lock = threading.Lock()
        self.cluster_id: str | None = None
        self.server: PostgreSQL | None = None

    def cluster(self) -> Any:
        """moto's cluster; None where there is none."""
        clusters = list(backend_of("rds", REGION).clusters.values())
        return next((c for c in clusters if c.engine == ENGINE and c.port == self.port), None)

    def of(self, cluster: Any) -> PostgreSQL:
        """Its server, started if it is not there yet. Raises ``PostgreSQLError``."""
        with self.lock:
            if self.server is None or self.cluster_id != cluster.db_cluster_resource_id:
                self._end()
                self.server = start(cluster)
                self.cluster_id = cluster.db_cluster_resource_id
            return self.server

    def close(self) -> None:
        with self.lock:
            self._end()

    def _end(self) -> None:
        if self.server is not None:
            self.server.close()
        self.server = self.cluster_id = None


def start(cluster: Any) -> PostgreSQL:
    """A server with what RDS makes for a new cluster: its master user, its database, its own roles."""
    server = PostgreSQL(SETTINGS)
    master = sql.Identifier(cluster.master_username)
    with server.connect() as session:
        for statement in PREPARE:
            session.execute(sql.SQL(statement).format(master=master))
        if cluster.database_name:
            name = sql.Identifier(cluster.database_name)
            session.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, master))
    return server


def signs_in_by_iam(server: PostgreSQL, user: str) -> bool:
    with server.connect() as session:
        found = session.execute(IS_IAM_USER, (user,)).fetchone()
    return bool(found and found[0])
