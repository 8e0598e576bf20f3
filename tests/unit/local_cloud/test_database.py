"""The database front, through a real driver that verifies the certificate and its name."""

from __future__ import annotations

import contextlib
import errno
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from psycopg.rows import scalar_row

from scripts.local_cloud.database import messages
from scripts.local_cloud.database.front import DatabaseFront
from tests.unit.local_cloud.support import Cloud, Eventually, allow, deny, unique

MASTER = "master"


@dataclass
class Database:
    """One cluster of the cloud's, with an IAM user ``reader``."""

    cloud: Cloud
    resource_id: str
    secret_arn: str

    def password(self) -> str:
        secret = self.cloud.client("secretsmanager").get_secret_value(SecretId=self.secret_arn)
        found = json.loads(secret["SecretString"])
        assert found["username"] == MASTER
        return str(found["password"])

    def user_arn(self, user: str) -> str:
        return self.cloud.arn("rds-db", f"dbuser:{self.resource_id}/{user}")

    def token(self, role: str, user: str = "reader", **options: Any) -> str:
        rds = self.cloud.client("rds", self.cloud.session(role))
        address = {"DBHostname": "localhost", "Port": self.cloud.state.database_port} | options
        return str(rds.generate_db_auth_token(DBUsername=user, **address))

    def connect(self, user: str, password: str, **options: Any) -> psycopg.Connection[Any]:
        settings: dict[str, Any] = {
            "host": "localhost",
            "port": self.cloud.state.database_port,
            "dbname": "rag",
            "sslmode": "verify-full",
            "sslrootcert": self.cloud.state.database_ca_file,
            "autocommit": True,
        }
        return psycopg.connect(user=user, password=password, **(settings | options))

    def refusal(self, user: str, password: str, **options: Any) -> str:
        with pytest.raises(psycopg.OperationalError) as caught:
            self.connect(user, password, **options)
        return str(caught.value)


@pytest.fixture(scope="module")
def database(cloud: Cloud) -> Iterator[Database]:
    rds = cloud.client("rds")
    name = unique("cluster")
    made = rds.create_db_cluster(
        DBClusterIdentifier=name,
        DatabaseName="rag",
        EnableIAMDatabaseAuthentication=True,
        Engine="aurora-postgresql",
        EngineVersion="17.5",
        ManageMasterUserPassword=True,
        MasterUsername=MASTER,
        Port=cloud.state.database_port,
    )["DBCluster"]
    assert made["Endpoint"] == "localhost"
    found = Database(cloud, made["DbClusterResourceId"], made["MasterUserSecret"]["SecretArn"])
    with found.connect(MASTER, found.password()) as session:
        session.execute("CREATE ROLE reader LOGIN")
        session.execute("GRANT rds_iam TO reader")
    yield found
    rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
    assert "RDS has no cluster with this port" in found.refusal(MASTER, "gone")


def test_the_master_user_signs_in_by_the_managed_secret(database: Database) -> None:
    with database.connect(MASTER, database.password(), row_factory=scalar_row) as session:
        assert session.execute("SELECT current_user || '@' || current_database()").fetchone() == "master@rag"
        assert session.execute("SHOW rds.force_ssl").fetchone() == "1"
        assert session.execute("SHOW is_superuser").fetchone() == "off"
        session.execute("CREATE EXTENSION vector")  # as RDS lets its master user
        assert session.execute("SELECT '[3,4]'::vector <-> '[0,0]'").fetchone() == 5


def test_a_role_that_iam_lets_in_is_who_the_token_says(database: Database) -> None:
    role = database.cloud.role([allow("rds-db:connect", database.user_arn("reader"))])
    with database.connect("reader", database.token(role), row_factory=scalar_row) as session:
        assert session.execute("SELECT session_user").fetchone() == "reader"


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [allow("rds-db:connect", "arn:aws:rds-db:us-east-1:123456789012:dbuser:*/writer")],
        [allow("rds-db:connect", "arn:aws:rds-db:us-east-1:123456789012:dbuser:cluster-OTHER/reader")],
        [allow("rds-db:*"), deny("rds-db:connect")],
        [allow("rds-db:connect", "*", StringEquals={"aws:PrincipalTag/team": "other"})],
    ],
    ids=["nothing", "another user", "another cluster", "denied", "condition"],
)
def test_a_role_that_iam_does_not_let_in(database: Database, statements: list[Any]) -> None:
    message = database.refusal("reader", database.token(database.cloud.role(statements)))
    assert 'PAM authentication failed for user "reader"' in message


def test_a_token_counts_for_one_user_of_one_address(database: Database) -> None:
    role = database.cloud.role([allow("rds-db:connect")])
    wrong = {
        "user": database.token(role, user=MASTER),
        "port": database.token(role, Port=5432),
        "host": database.token(role, DBHostname="127.0.0.1"),
        "forged": database.token(role)[:-1] + "x",
        "user put in afterwards": database.token(role, user="writer").replace("writer", "reader"),
        "longer": database.token(role).replace("X-Amz-Expires=900", "X-Amz-Expires=90000"),
        "none": "secret",
        "empty": "x?",
    }
    for what, token in wrong.items():
        assert "PAM authentication failed" in database.refusal("reader", token), what
    assert "PAM" in database.refusal("reader", database.password()), "whoever has rds_iam has no password"


def test_a_token_expires(database: Database) -> None:
    session = database.cloud.session(
        database.cloud.role([allow("rds-db:connect", database.user_arn("reader"))])
    )
    database.connect("reader", token_made(database, session, minutes_ago=14)).close()
    late = token_made(database, session, minutes_ago=16)
    assert "PAM authentication failed" in database.refusal("reader", late)


def token_made(database: Database, session: Any, minutes_ago: int) -> str:
    moment = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    rds = database.cloud.client("rds", session)
    port = database.cloud.state.database_port
    with patch("botocore.auth.get_current_datetime", return_value=moment.replace(tzinfo=None)):
        return str(rds.generate_db_auth_token(DBHostname="localhost", Port=port, DBUsername="reader"))


@pytest.mark.parametrize("user", ["rdsadmin", "nobody-here", "rds_superuser"])
def test_nobody_else_signs_in(database: Database, user: str) -> None:
    role = database.cloud.role([allow("rds-db:connect")])
    for password in (database.password(), database.token(role, user=user), "x"):
        assert f'password authentication failed for user "{user}"' in database.refusal(user, password)


def test_a_wrong_password_is_postgresqls_own_error(database: Database) -> None:
    assert 'FATAL:  password authentication failed for user "master"' in database.refusal(MASTER, "wrong")


def test_clear_text_is_refused_before_any_password(database: Database) -> None:
    message = database.refusal(MASTER, database.password(), sslmode="disable")
    assert (
        'no pg_hba.conf entry for host "127.0.0.1", user "master", database "rag", no encryption' in message
    )


def test_the_certificate_is_verified(database: Database) -> None:
    password = database.password()
    assert "certificate verify failed" in database.refusal(MASTER, password, sslrootcert="system")
    database.connect(MASTER, password, host="127.0.0.1").close()
    message = database.refusal(MASTER, password, host="elsewhere.example", hostaddr="127.0.0.1")
    assert 'does not match host name "elsewhere.example"' in message


def test_what_is_sent_in_clear_behind_the_request_is_no_part_of_the_session(database: Database) -> None:
    """As CVE-2021-23222 of PostgreSQL had it: a man in the middle puts words before the client's."""
    with socket.create_connection(("127.0.0.1", database.cloud.state.database_port)) as raw:
        raw.sendall(struct.pack("!ii", 8, 80877103) + struct.pack("!ii", 20, 196608) + b"user\0reader\0\0")
        assert raw.recv(1) == b"S"
        assert raw.recv(1000)[:1] != b"R", "no password is asked for"


def test_nonsense_ends_the_connection_and_nothing_else(database: Database) -> None:
    for nonsense in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 8, struct.pack("!ii", 9, 196608) + b"x"):
        with socket.create_connection(("127.0.0.1", database.cloud.state.database_port)) as raw:
            raw.sendall(nonsense)
            assert raw.recv(1000).startswith(b"E")
    database.connect(MASTER, database.password()).close()


def test_a_statement_is_cancelled(database: Database) -> None:
    with database.connect(MASTER, database.password()) as session:
        over = threading.Event()

        def cancel() -> None:
            while not over.wait(0.3):  # one that comes before the statement has begun cancels nothing
                session.cancel_safe()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        try:
            with pytest.raises(psycopg.errors.QueryCanceled):
                session.execute("SELECT pg_sleep(600)")
        finally:
            over.set()
            canceller.join()


def test_much_passes_both_ways_at_once(database: Database) -> None:
    """More than any buffer between: a pipeline of statements whose answers are large."""
    with database.connect(MASTER, database.password()) as session:
        with session.pipeline():
            cursors = [session.execute("SELECT repeat(%s, 100000)", ("x" * 10,)) for _ in range(40)]
        assert {len(cursor.fetchone()[0]) for cursor in cursors} == {1_000_000}  # type: ignore[index]


def test_sessions_end_with_their_clients(database: Database, eventually: Eventually) -> None:
    with database.connect(MASTER, database.password(), row_factory=scalar_row) as watcher:
        other = database.connect(MASTER, database.password())
        count = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'master'"
        assert eventually(lambda: watcher.execute(count).fetchone() == 2)  # those of earlier tests are going
        other.close()
        assert eventually(lambda: watcher.execute(count).fetchone() == 1)


def test_whoever_looks_after_it_learns_why_there_is_no_session(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, eventually: Eventually
) -> None:
    front = DatabaseFront(tmp_path)
    address: dict[str, Any] = {"host": "localhost", "port": front.port, "user": MASTER, "password": "x"}
    for option in ({"sslmode": "require"}, {"sslmode": "disable"}, {"sslrootcert": "system"}):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**(address | option))
    eventually(lambda: len(caplog.records) >= 3)  # a client hears of it first
    front.close()
    assert [record.getMessage() for record in caplog.records] == [
        "no database session: the database system is not there: RDS has no cluster with this port",
        'no database session: no pg_hba.conf entry for host "127.0.0.1", user "master", database "master", '
        "no encryption",
        "no database session: TLS failed: TLSV1_ALERT_UNKNOWN_CA",
    ]


def test_a_connection_that_cannot_be_taken_ends_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many files are open when one comes; the next is gone before it is looked at."""
    front = DatabaseFront(tmp_path)
    accept, attend = front.loop.sock_accept, front._attend
    gone, refusals = [True], [OSError(errno.EMFILE, "Too many open files")]

    async def attend_too_late(connection: socket.socket) -> None:
        if gone:
            gone.clear()
            connection.close()
        await attend(connection)

    async def accept_at_last(listener: socket.socket) -> Any:
        if refusals:
            raise refusals.pop()
        return await accept(listener)

    monkeypatch.setattr(front, "_attend", attend_too_late)
    monkeypatch.setattr(front.loop, "sock_accept", accept_at_last)
    for answer in (b"", b"S"):
        with socket.create_connection(("127.0.0.1", front.port)) as client:
            client.sendall(struct.pack("!ii", 8, messages.SSL_REQUEST))
            answered = b""
            with contextlib.suppress(ConnectionResetError):
                answered = client.recv(1)
            assert answered == answer
    assert not refusals
    front.close()


class Deaf:
    """A PostgreSQL that takes a session, and then not a byte of it."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "deaf"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.socket))
        self.listener.listen()


@pytest.mark.parametrize("sent_bytes", [0, 100_000, 600_000, 700_000, 5_000_000])
def test_it_ends_though_a_client_went_away_before_it_was_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eventually: Eventually, sent_bytes: int
) -> None:
    deaf = Deaf(tmp_path)

    async def let_in(_front: DatabaseFront, _client: Any, _user: str) -> Deaf:
        return deaf

    monkeypatch.setattr(DatabaseFront, "_sign_in", let_in)
    front = DatabaseFront(tmp_path)
    with socket.create_connection(("127.0.0.1", front.port)) as connection:
        connection.sendall(struct.pack("!ii", 8, messages.SSL_REQUEST))
        assert connection.recv(1) == b"S"
        tls = ssl.create_default_context(cafile=front.ca_file)
        with tls.wrap_socket(connection, server_hostname="localhost") as client:
            client.sendall(messages.startup_message(messages.PROTOCOL_3 << 16, {"user": MASTER}))
            session, _ = deaf.listener.accept()
            assert eventually(lambda: session.recv(1, socket.MSG_PEEK))
            client.setblocking(False)
            with contextlib.suppress(ssl.SSLWantWriteError):
                for _ in range(sent_bytes // 1000):
                    client.send(bytes(1000))
            client.shutdown(socket.SHUT_WR)
            time.sleep(0.5)  # nothing shows that the front has noticed: without it the test is easier
            front.close()
    deaf.listener.close()
    session.close()
