"""Bad moments: Ctrl-C while AWS is asked, credentials that expire, and an account that holds nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hipaa_policies.catalogue import catalogue
from hipaa_policies.judge import judge
from hipaa_policies.verdicts import Status
from moto import mock_aws

from tests.unit.policies import compliant
from tests.unit.policies.replay import Recording

WHO = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/jo</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
EXPIRED_XML = """<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>
<Message>The security token included in the request is expired</Message></Error></ErrorResponse>"""
EXPIRED_JSON = json.dumps({"__type": "ExpiredTokenException", "message": "The security token has expired"})


@contextmanager
def _aws(*, lets_in: bool, answers: bool = True) -> Iterator[tuple[str, threading.Event]]:
    """An endpoint that says that the token has expired (to who ``lets_in`` asks who they are: not that), or
    that never answers. Yields its address, and what is set once it was asked."""
    asked, closing = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            asked.set()
            if not answers:
                closing.wait()
                return
            welcome = lets_in and "GetCallerIdentity" in body
            in_json = "json" in (self.headers.get("Content-Type") or "")
            text = WHO if welcome else EXPIRED_JSON if in_json else EXPIRED_XML
            self.send_response(200 if welcome else 400)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST  # noqa: N815 - the name that http.server asks for

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        closing.set()
        server.shutdown()
        serving.join()
        server.server_close()


def _audit(address: str, tmp_path: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "invented",
        "AWS_SESSION_TOKEN": "invented",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": address,
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
    }
    command = [sys.executable, "-m", "hipaa_policies.cli", "audit", "--output", "report.json"]
    return subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def test_ctrl_c_ends_an_audit_at_once(tmp_path: Path) -> None:
    with _aws(lets_in=True, answers=False) as (address, asked):
        running = _audit(address, tmp_path)
        asked.wait()
        running.send_signal(signal.SIGINT)
        # The endpoint answers nobody before the audit has ended: it was not waited for.
        printed, told = running.communicate()
    assert running.returncode == 130
    assert "hipaa: interrupted, nothing was written" in told
    assert "Traceback" not in told
    assert printed == ""
    assert not (tmp_path / "report.json").exists()


def test_expired_credentials_are_told_and_nothing_is_judged(tmp_path: Path) -> None:
    with _aws(lets_in=False) as (address, _):
        running = _audit(address, tmp_path)
        _, told = running.communicate()
    assert running.returncode == 2
    assert "sts:GetCallerIdentity answered ExpiredToken" in told
    assert "renew, the credentials" in told
    assert "Traceback" not in told
    assert not (tmp_path / "report.json").exists()


def test_credentials_that_expire_on_the_way_are_no_result(tmp_path: Path) -> None:
    with _aws(lets_in=True) as (address, _):
        running = _audit(address, tmp_path)
        _, told = running.communicate()
    assert running.returncode == 2
    assert "was read in part" in told
    assert "Renew the credentials, and run again" in told
    assert "Traceback" not in told
    report = json.loads((tmp_path / "report.json").read_text())
    statuses = {finding["status"] for finding in report["findings"]}
    assert "PASS" not in statuses
    assert "FAIL" not in statuses
    assert {finding["control_id"] for finding in report["findings"]} == {c.id for c in catalogue()}


@pytest.fixture(scope="module")
def empty() -> dict[str, set[Status]]:
    """The statuses of each control in an account that holds nothing."""
    with mock_aws():
        account, record = Recording().record()
    assert record.problems == []
    found: dict[str, set[Status]] = {}
    for finding in judge(account, compliant.settings()):
        found.setdefault(finding.control_id, set()).add(finding.status)
    return found


def test_an_empty_account_is_judged(empty: dict[str, set[Status]]) -> None:
    assert set(empty) == {control.id for control in catalogue()}
    for control in ("LAM-01", "DDB-01", "S3-01", "API-01", "COG-01", "SQS-01", "WAF-01", "RDS-01"):
        assert empty[control] == {Status.NOT_APPLICABLE}, control
    # What every account must have.
    for control in ("TRL-01", "TRL-04", "ALM-02", "ALM-03", "DET-01", "CST-01"):
        assert empty[control] == {Status.FAIL}, control
