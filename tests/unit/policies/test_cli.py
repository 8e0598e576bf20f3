"""The command line: exit statuses, and messages instead of tracebacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest
from hipaa_policies import auditing, cli
from hipaa_policies.facts import Account, Listing, Unreadable
from hipaa_policies.readers.live import Record, UnreadableError, policy_document

from tests.unit.policies import compliant as c
from tests.unit.policies.plan.documents import document

WAIVERS = """
waivers:
  - {control: LAM-09, resource: "*", reason: costs, owner: Jo, expires: 2099-01-31}
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No AWS variables, no repository below the current directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def pretend(monkeypatch: pytest.MonkeyPatch, account: Account | Unreadable) -> None:
    """Let reading give this account, on a day when every table is fresh."""

    def read_account(session: Any, region: str, progress: Any) -> tuple[Account, Record]:
        if isinstance(account, Unreadable):
            raise UnreadableError(account)
        progress("read 1/1: functions")
        return account, Record()

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            return cls(c.TODAY.year, c.TODAY.month, c.TODAY.day, tzinfo=tz)

    monkeypatch.setattr(auditing, "read_account", read_account)
    monkeypatch.setattr(auditing, "datetime", Clock)
    monkeypatch.setenv("AWS_REGION", "us-east-1")


UNTRACED = c.account(functions=(c.function(tracing="PassThrough"), c.function("other")))


def test_an_account_without_failures_is_0(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    pretend(monkeypatch, c.account())
    assert cli.main(["audit"]) == 0
    printed = capsys.readouterr()
    assert "PASS           LAM-01" in printed.out
    assert "read 1/1: functions" in printed.err
    assert "3 UNKNOWN" in printed.err  # the three attestations


def test_a_failure_is_1(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    pretend(monkeypatch, UNTRACED)
    assert cli.main(["audit", "--quiet"]) == 1
    printed = capsys.readouterr()
    assert "FAIL (1)" in printed.out
    assert printed.err == ""


def test_unknown_is_1_only_where_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(
        monkeypatch,
        c.account(keys=Listing((), Unreadable("kms:ListKeys", "AccessDenied", "", "kms:ListKeys"))),
    )
    assert cli.main(["audit", "--quiet"]) == 0
    assert cli.main(["audit", "--quiet", "--strict-unknown"]) == 1


def test_waivers_are_found_below_the_current_directory_or_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, UNTRACED)
    (tmp_path / "mine.yaml").write_text(WAIVERS)
    assert cli.main(["audit", "--quiet", "--waivers", "mine.yaml"]) == 0
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "waivers.yaml").write_text(WAIVERS)
    assert cli.main(["audit", "--quiet"]) == 0


def test_a_wrong_waiver_is_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    pretend(monkeypatch, c.account())
    (tmp_path / "w.yaml").write_text(WAIVERS.replace("LAM-09", "LAM-99"))
    assert cli.main(["audit", "--waivers", "w.yaml"]) == 2
    assert "'LAM-99', which does not exist" in capsys.readouterr().err


TWICE = WAIVERS + "  - {control: LAM-09, resource: 'arn:*', reason: a, owner: b, expires: 2099-01-31}\n"


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        (WAIVERS, 0, "WAIVED (1)"),
        (WAIVERS.replace("2099", "2020"), 1, "the waiver of Jo expired on 2020-01-31"),
        (TWICE, 2, "2 waivers cover LAM-09"),
        (WAIVERS.replace("LAM-09", "LAM-99"), 2, "'LAM-99', which does not exist"),
        ("waivers: [", 2, "w.yaml is not YAML"),
        ("waivers:\n  - {control: LAM-09}\n", 2, "waivers[0] must have exactly"),
        ("waivers: []\nwaiver: []\n", 2, "has waiver, which means nothing"),
    ],
)
def test_waivers_and_the_exit_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any, text: str, status: int, message: str
) -> None:
    pretend(monkeypatch, UNTRACED)
    (tmp_path / "w.yaml").write_text(text)
    assert cli.main(["audit", "--waivers", "w.yaml"]) == status
    printed = capsys.readouterr()
    assert message in (printed.err if status == 2 else printed.out)
    assert "Traceback" not in printed.err
    assert (printed.out == "") == (status == 2)


@pytest.mark.parametrize("form", ["json", "html"])
def test_reports_are_written_to_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str) -> None:
    pretend(monkeypatch, c.account())
    assert cli.main(["audit", "--quiet", "--format", form, "--output", "new/report"]) == 0
    text = (tmp_path / "new" / "report").read_text()
    assert text.startswith("{" if form == "json" else "<!doctype html>")


def test_a_file_that_cannot_be_written_is_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> None:
    pretend(monkeypatch, c.account())
    assert cli.main(["audit", "--quiet", "--output", str(tmp_path)]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (
            Unreadable("sts:GetCallerIdentity", "NoCredentialsError", ""),
            "no AWS credentials: set AWS_ACCESS_KEY_ID",
        ),
        (
            Unreadable("sts:GetCallerIdentity", "EndpointConnectionError", "x"),
            "does not answer in the region 'us-east-1'",
        ),
        (
            Unreadable("sts:GetCallerIdentity", "ExpiredToken", "expired."),
            "ExpiredToken: expired. Check, or renew",
        ),
    ],
)
def test_where_nobody_says_whose_account_it_is_the_message_helps(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, problem: Unreadable, message: str
) -> None:
    pretend(monkeypatch, problem)
    assert cli.main(["audit"]) == 2
    assert message in capsys.readouterr().err


def test_no_credentials_for_real(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert cli.main(["audit"]) == 2
    error = capsys.readouterr().err
    assert "no AWS credentials" in error
    assert "Traceback" not in error


def test_the_region_is_that_of_the_option_then_of_either_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def read_account(session: Any, region: str, progress: Any) -> tuple[Account, Record]:
        asked.append(region)
        return c.account(), Record()

    pretend(monkeypatch, c.account())
    monkeypatch.setattr(auditing, "read_account", read_account)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    cli.main(["audit", "--quiet", "--region", "ap-south-1"])
    cli.main(["audit", "--quiet"])
    monkeypatch.delenv("AWS_REGION")
    cli.main(["audit", "--quiet"])
    assert asked == ["ap-south-1", "us-east-1", "eu-west-1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no region is configured, so nothing was audited: set AWS_REGION=us-east-1"),
        (["--profile", "nobody"], "The config profile (nobody) could not be found"),
        (["--region", "not a region"], "AWS cannot be asked"),
        (["--waivers", "none.yaml"], "none.yaml cannot be read"),
    ],
)
def test_wrong_options_are_2(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, arguments: list[str], message: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    assert cli.main(["audit", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


@pytest.mark.parametrize("command", ["controls", "schema", "iam-policy"])
def test_a_reader_that_has_had_enough_sees_no_traceback(command: str) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        words = [sys.executable, "-m", "hipaa_policies.cli", command]
        finished = subprocess.run(words, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(write)
    assert (finished.returncode, finished.stderr) == (2, "")


def test_the_other_commands(capsys: Any) -> None:
    assert cli.main(["controls"]) == 0
    assert "LAM-01" in capsys.readouterr().out
    assert cli.main(["iam-policy"]) == 0
    assert capsys.readouterr().out == policy_document() + "\n"
    assert cli.main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "hipaa audit --format json"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize("words", [["controls"], ["schema"], ["plan", "--quiet", "plan.json"]])
def test_a_full_disk_below_standard_output_is_2_with_a_message(words: list[str]) -> None:
    Path("plan.json").write_text(json.dumps(document({"aws_sqs_queue.q": {"name": "q"}})))
    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(
            [sys.executable, "-m", "hipaa_policies.cli", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert finished.returncode == 2
    assert finished.stderr == "hipaa: standard output cannot be written: No space left on device\n"
