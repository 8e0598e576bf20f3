"""The way in, as deployed: verified TLS, IAM's tokens, the master's secret, at the local cloud's database.

What runs as a function does so in a process of its own, with a role's credentials and what Terraform sets.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import psycopg
import pytest
from healthcare.aws import credentials
from rag_retrieval.postgresql_connection import RDS_AUTHORITIES, Server, token

from scripts.local_cloud.processes import start, stop
from scripts.local_cloud.state import read_state
from tests.postgresql import MASTER
from tests.unit.local_cloud.support import Cloud, allow

ROOT = Path(__file__).resolve().parents[4]
MIGRATE = """
import json
from rag_retrieval import migrations_handler
print("ANSWER " + json.dumps(migrations_handler.handler({}, None)))
"""
STORE = """
import json, os
from healthcare.problems import Problem
from rag_retrieval.postgresql import store_of
from rag_retrieval.store import DIMENSIONS, Chunk, EmbeddedChunk, Scope
setting, vector = json.loads(os.environ["STORE"]), (1.0,) + (0.0,) * (DIMENSIONS - 1)
store = store_of(setting, "model-1")
try:
    if setting["user"] == "rag_writer":
        chunk = Chunk("c-1", "d-1", "v-1", "patient-0001", "N", "text", "page 1", "Note", 0, 5, "Line.")
        answer = store.replace("d-1", 1, "patient-0001", [EmbeddedChunk(chunk, vector)])
    else:
        found = store.search(Scope("patient-0001", frozenset("N")), "line", vector, 5)
        answer = [one.chunk.text for one in found]
except Problem as problem:
    answer = [problem.status, problem.aws_error]
print("ANSWER " + json.dumps(answer))
"""


@dataclass
class Deployed:
    """A cluster of a local cloud's, and processes with roles beside it."""

    cloud: Cloud
    server: Server
    secret_arn: str
    resource_id: str

    def run(self, program: str, role: str, user: str | None = None, **more: str) -> tuple[Any, str]:
        """What the program answers (None where it ended with an error), and all that it has written."""
        keys = self.cloud.session(role)
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "lambda_src"),
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
            "AWS_REGION": self.cloud.state.region,
            "AWS_ENDPOINT_URL": self.cloud.state.endpoint_url,
            "DATABASE_SECRET_ARN": self.secret_arn,
            "POWERTOOLS_METRICS_NAMESPACE": "Healthcare/Rag",
            "POWERTOOLS_SERVICE_NAME": "healthcare-rag-migrations",
            "STORE": self.setting(user=user),
        }
        ended = subprocess.run(
            [sys.executable, "-c", program],
            env=environment | more,
            capture_output=True,
            text=True,
            check=False,
        )
        answers = [line for line in ended.stdout.splitlines() if line.startswith("ANSWER ")]
        answer = json.loads(answers[0].removeprefix("ANSWER ")) if ended.returncode == 0 else None
        return answer, ended.stdout + ended.stderr

    def setting(self, **more: object) -> str:
        server = self.server
        setting = {
            "kind": "postgresql",
            "host": server.host,
            "port": server.port,
            "database": server.database,
            "ca_file": str(server.ca_file),
        }
        return json.dumps(setting | more)

    def master(self) -> psycopg.Connection[Any]:
        return self.server.connect(MASTER, self.password())

    def password(self) -> str:
        secret = self.cloud.client("secretsmanager").get_secret_value(SecretId=self.secret_arn)
        return str(json.loads(secret["SecretString"])["password"])

    def role(self, user: str) -> str:
        """A role that may sign in as one user."""
        return self.cloud.role(
            [allow("rds-db:connect", self.cloud.arn("rds-db", f"dbuser:{self.resource_id}/{user}"))]
        )


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("local-cloud")
    assert start(folder, port=0, gateway_port=0) == 0
    try:
        state = read_state(folder)
        assert state is not None
        cloud = Cloud(state)
        made = cloud.client("rds").create_db_cluster(
            DBClusterIdentifier="rag",
            DatabaseName="rag",
            EnableIAMDatabaseAuthentication=True,
            Engine="aurora-postgresql",
            EngineVersion="17.5",
            ManageMasterUserPassword=True,
            MasterUsername=MASTER,
            Port=state.database_port,
        )["DBCluster"]
        server = Server(made["Endpoint"], state.database_port, "rag", Path(state.database_ca_file))
        yield Deployed(cloud, server, made["MasterUserSecret"]["SecretArn"], made["DbClusterResourceId"])
    finally:
        assert stop(folder) == 0


@pytest.fixture(scope="module")
def migrations_role(deployed: Deployed) -> str:
    """The role of rag-migrations, once it has run."""
    role = deployed.cloud.role([allow("secretsmanager:GetSecretValue", deployed.secret_arn)])
    answer, written = deployed.run(MIGRATE, role)
    assert answer == {"applied": [1, 2, 3, 4], "deviations": []}, written
    return role


def metrics(written: str) -> list[tuple[str, float]]:
    found = []
    for line in written.splitlines():
        if line.startswith("{") and "_aws" in line:
            entry = json.loads(line)
            (metric,) = entry["_aws"]["CloudWatchMetrics"]
            assert (metric["Namespace"], metric["Dimensions"]) == ("Healthcare/Rag", [["service"]])
            found += [(one["Name"], entry[one["Name"]][0]) for one in metric["Metrics"]]
    return found


def test_a_second_run_finds_nothing_to_do_and_says_that_all_is_well(
    deployed: Deployed, migrations_role: str
) -> None:
    answer, written = deployed.run(MIGRATE, migrations_role)
    assert answer == {"applied": [], "deviations": []}
    assert metrics(written) == [("RowLevelSecurityForced", 1.0)]
    assert "schema checked" in written
    assert deployed.password() not in written


def test_what_deviates_is_told_counted_and_raised(deployed: Deployed, migrations_role: str) -> None:
    with deployed.master() as master:
        master.execute("SET ROLE rag_owner")
        master.execute("ALTER TABLE rag.chunk NO FORCE ROW LEVEL SECURITY")
        try:
            answer, written = deployed.run(MIGRATE, migrations_role)
        finally:
            master.execute("ALTER TABLE rag.chunk FORCE ROW LEVEL SECURITY")
    assert answer is None
    assert metrics(written) == [("RowLevelSecurityForced", 0.0)]
    assert "SchemaNotReadyError" in written
    assert '"code":"row-level security not forced: chunk"' in written


def test_a_role_that_may_not_read_the_secret_does_nothing(deployed: Deployed) -> None:
    answer, written = deployed.run(MIGRATE, deployed.cloud.role([allow("s3:ListAllMyBuckets")]))
    assert answer is None
    assert "AccessDeniedException" in written
    assert metrics(written) == []


def test_a_secret_that_is_none(deployed: Deployed) -> None:
    made = deployed.cloud.client("secretsmanager").create_secret(Name="other", SecretString="canary-secret")
    role = deployed.cloud.role([allow("secretsmanager:GetSecretValue", made["ARN"])])
    answer, written = deployed.run(MIGRATE, role, DATABASE_SECRET_ARN=made["ARN"])
    assert answer is None
    assert "must be JSON with username and password" in written
    assert "canary-secret" not in written


def test_a_database_that_does_not_let_the_master_in(deployed: Deployed) -> None:
    wrong = json.dumps({"username": MASTER, "password": "canary-password"})
    made = deployed.cloud.client("secretsmanager").create_secret(Name="wrong", SecretString=wrong)
    role = deployed.cloud.role([allow("secretsmanager:GetSecretValue", made["ARN"])])
    answer, written = deployed.run(MIGRATE, role, DATABASE_SECRET_ARN=made["ARN"])
    assert answer is None
    assert "the schema was not checked: OperationalError" in written
    assert "canary-password" not in written
    assert MASTER not in written


def test_each_function_by_a_token_of_its_own_role(deployed: Deployed, migrations_role: str) -> None:
    reader, writer = deployed.role("rag_reader"), deployed.role("rag_writer")
    assert deployed.run(STORE, writer, "rag_writer")[0] is True
    assert deployed.run(STORE, reader, "rag_reader")[0] == ["Line."]
    # A role is one user of the database, and no other.
    assert deployed.run(STORE, reader, "rag_writer")[0] == [503, "OperationalError"]
    assert deployed.run(STORE, writer, "rag_reader")[0] == [503, "OperationalError"]


def test_a_server_of_another_authority_gets_no_password(deployed: Deployed, migrations_role: str) -> None:
    setting = deployed.setting(user="rag_reader", ca_file=None)
    assert deployed.run(STORE, deployed.role("rag_reader"), STORE=setting)[0] == [503, "OperationalError"]
    rds = Server(deployed.server.host, deployed.server.port, "rag", RDS_AUTHORITIES)
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        rds.connect(MASTER, deployed.password())


def test_a_server_of_another_name_gets_no_password(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = deployed.server
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")  # what a forged answer of the DNS would come to
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        Server("db.example.org", given.port, given.database, given.ca_file).connect(
            MASTER, deployed.password()
        )


def test_a_connection_is_encrypted_and_cannot_hang(deployed: Deployed) -> None:
    with deployed.master() as master:
        assert master.pgconn.ssl_in_use
        for setting, value in (
            ("statement_timeout", "10s"), ("lock_timeout", "3s"),
            ("idle_in_transaction_session_timeout", "30s"), ("search_path", "pg_catalog"),
        ):  # fmt: skip
            assert master.execute(f"SHOW {setting}".encode()).fetchone() == (value,)


def test_a_server_that_insists_on_tls_is_known_from_one_that_does_not(deployed: Deployed) -> None:
    assert not deployed.server.accepts_plaintext(MASTER)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def ask_for_a_password() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"R\0\0\0\x08\0\0\0\x03")  # AuthenticationCleartextPassword
                assert connection.recv(4096) == b"", "no password is sent"

        thread = threading.Thread(target=ask_for_a_password)
        thread.start()
        lax = Server("127.0.0.1", listener.getsockname()[1], "rag", RDS_AUTHORITIES)
        assert lax.accepts_plaintext(MASTER)
        thread.join()


def test_a_token_is_what_botocore_makes(aws: None) -> None:
    server = Server("db.example.org", 5432, "rag", RDS_AUTHORITIES)
    # By name: the function's session keeps what it found first, the machine's variables or moto's.
    signer = credentials()
    session = boto3.Session(signer.access_key, signer.secret_key, signer.token)
    client = session.client("rds")
    theirs = client.generate_db_auth_token(DBHostname="db.example.org", Port=5432, DBUsername="rag_reader")
    mine = token(server, "rag_reader")
    read = [urlsplit(f"https://{each}") for each in (theirs, mine)]
    assert (read[0].netloc, read[0].path) == (read[1].netloc, read[1].path) == ("db.example.org:5432", "/")
    given: list[dict[str, Any]] = [dict(parse_qs(url.query)) for url in read]
    for each in given:
        del each["X-Amz-Date"], each["X-Amz-Signature"]  # of two moments
        each.pop("X-Amz-Security-Token", None)
    assert given[0] == given[1]
    assert given[1]["X-Amz-Expires"] == ["900"]
