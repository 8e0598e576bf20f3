"""Connections to PostgreSQL: always TLS with the server's name verified, and nothing hangs for long."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from healthcare import aws

RDS_AUTHORITIES: Final = Path(__file__).with_name("rds_ca.pem")
"""Amazon's certificate authorities for RDS. The file says where it comes from."""

TOKEN_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds until a wait ends: for a connection, a statement, a lock, the next word of a transaction.

    https://www.postgresql.org/docs/current/runtime-config-client.html
    """

    connect_seconds: int = 5
    statement_seconds: int = 10
    lock_seconds: int = 3
    idle_seconds: int = 30


_OFTEN: Final = Limits()


@dataclass(frozen=True, slots=True)
class Server:
    """Where a database is, and whose certificates its server has."""

    host: str
    port: int
    database: str
    ca_file: Path

    @classmethod
    def of(cls, setting: Mapping[str, Any], database: str) -> "Server":
        """Of the settings "host", "port", "ca_file": a path, relative to the unpacked zip, or null for RDS's.

        KeyError, TypeError or ValueError where they can't be used.
        """
        given = setting.get("ca_file")
        file = Path(os.environ.get("LAMBDA_TASK_ROOT", ""), given) if given else RDS_AUTHORITIES
        return cls(str(setting["host"]), int(setting["port"]), database, file)

    def connect(self, user: str, password: str, limits: Limits = _OFTEN) -> psycopg.Connection[Any]:
        """A connection in autocommit mode. psycopg.OperationalError where there is none."""
        options = {
            "search_path": "pg_catalog",
            "statement_timeout": f"{limits.statement_seconds}s",
            "lock_timeout": f"{limits.lock_seconds}s",
            "idle_in_transaction_session_timeout": f"{limits.idle_seconds}s",
        }
        return psycopg.connect(
            host=self.host,
            port=self.port,
            dbname=self.database,
            user=user,
            password=password,
            autocommit=True,
            # Encrypts, and checks the certificate and the name in it before the password goes out:
            # https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS
            sslmode="verify-full",
            sslrootcert=str(self.ca_file),
            gssencmode="disable",  # would be tried first, without what is verified here
            connect_timeout=limits.connect_seconds,
            # A frozen function's connection may have died in its sleep: the kernel is to say so soon.
            keepalives_idle=30,
            tcp_user_timeout=10_000,  # ms
            application_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "rag"),
            options=" ".join(f"-c {name}={value}" for name, value in options.items()),
        )

    def accepts_plaintext(self, user: str) -> bool:
        """Whether the server would talk to a client without TLS. No password is sent to find out."""
        try:
            psycopg.connect(
                host=self.host,
                port=self.port,
                dbname=self.database,
                user=user,
                sslmode="disable",
                gssencmode="disable",
                connect_timeout=_OFTEN.connect_seconds,
                passfile=os.devnull,
            ).close()
        except psycopg.OperationalError as error:
            # It asked for a password, and so would have gone on. One that insists on TLS ends before.
            return bool(error.pgconn and error.pgconn.needs_password)
        return True


def token(server: Server, user: str) -> str:
    """A password for `user` that is good for 15 minutes, signed by the role. Problem where there is no role.

    What botocore's generate_db_auth_token gives, without its client of RDS, which takes 37 ms of CPU to make.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
    """
    url = f"https://{server.host}:{server.port}/"
    request = AWSRequest("GET", url, params={"Action": "connect", "DBUser": user})
    SigV4QueryAuth(aws.credentials(), "rds-db", os.environ["AWS_REGION"], TOKEN_SECONDS).add_auth(request)
    return str(request.url).removeprefix("https://")
