"""The auditor on an in-process AWS: what it writes, measures, logs, and does where it cannot do its work."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import jsonschema
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from compliance_auditor.auditor import AuditNotDoneError, Auditor
from compliance_auditor.evidence import EvidenceBucket
from compliance_auditor.measures import Measures
from compliance_auditor.runs import EventRefusedError, Run
from compliance_auditor.settings import Settings
from healthcare.logs import function_logger
from healthcare.settings import SettingMissingError
from hipaa_policies.assessment import Assessment, assess
from hipaa_policies.decisions import DecisionFileError
from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.functions import Function
from hipaa_policies.problems import NotDoneError
from hipaa_policies.readers.live import UnreadableError
from hipaa_policies.reports.as_json import schema_text
from hipaa_policies.settings import Settings as CatalogueSettings
from hipaa_policies.verdicts import Status

from tests.unit.lambda_src.world import Stdout
from tests.unit.policies import compliant

BUCKET = "healthcare-evidence-123456789012"
EVENT = {
    "version": "0",
    "id": "53DC4D37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-11-22T23:59:58Z",
    "region": "us-east-1",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/healthcare-compliance-auditor-daily"],
    "detail": {},
}
REPORT = "123456789012/2026/11/22/53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa"
READ_AT = datetime(2026, 11, 23, 0, 0, 7, tzinfo=UTC)
CANARY = "Canary-Zebulon-Quist"


def judged(taken_at: datetime = READ_AT, **account: Any) -> Assessment:
    """A compliant account, with what a test changes."""
    return assess(
        compliant.account(**account), CatalogueSettings(taken_at.date()), lens="live", taken_at=taken_at
    )


def untraced() -> Listing[Function]:
    """The compliant account's functions, one of which LAM-09 fails."""
    functions = compliant.account().functions
    return replace(
        functions, items=(replace(functions.items[0], tracing="PassThrough"), *functions.items[1:])
    )


class World:
    """An auditor with a bucket, and what it has written."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self.s3 = boto3.client("s3")
        self.s3.create_bucket(Bucket=BUCKET)
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.capfd = capfd
        self.read: Callable[[], Assessment] = judged
        logger = function_logger()
        for handler in logger.handlers:
            assert isinstance(handler, logging.StreamHandler)
            handler.stream = Stdout()  # Powertools keeps the stdout of the first test
        self.auditor = Auditor(lambda: self.read(), EvidenceBucket(self.s3, BUCKET), Measures(), logger)

    def versions(self) -> list[str]:
        return [v["Key"] for v in self.s3.list_object_versions(Bucket=BUCKET).get("Versions", [])]

    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body("json"))
        return document

    def body(self, ending: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=BUCKET, Key=f"{REPORT}.{ending}")["Body"].read()
        return body

    def written(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The log's lines and the metrics since the last call."""
        lines = [json.loads(line) for line in self.capfd.readouterr().out.splitlines()]
        return [line for line in lines if "_aws" not in line], [line for line in lines if "_aws" in line]


@pytest.fixture
def world(aws: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> World:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Healthcare/Compliance")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "healthcare-compliance-auditor")
    return World(capfd)


def test_a_run_leaves_both_reports_under_the_events_day_and_id(world: World) -> None:
    """The event's day, though it is past midnight when the account is read."""
    answer = world.auditor.run(EVENT)
    assert sorted(world.versions()) == [f"{REPORT}.html", f"{REPORT}.json"]
    jsonschema.validate(world.json(), json.loads(schema_text()))
    assert answer == {"report": f"{REPORT}.json", "written": True, "summary": world.json()["summary"]}
    page = world.body("html").decode()
    assert page.startswith("<!doctype html>")
    assert world.json()["facts_sha256"] in page
    types = {
        e: world.s3.head_object(Bucket=BUCKET, Key=f"{REPORT}.{e}")["ContentType"] for e in ("html", "json")
    }
    assert types == {"html": "text/html; charset=utf-8", "json": "application/json"}


def test_a_report_carries_its_sha256(world: World) -> None:
    world.auditor.run(EVENT)
    found = world.s3.head_object(Bucket=BUCKET, Key=f"{REPORT}.json", ChecksumMode="ENABLED")
    assert found["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(world.body("json")).digest()).decode()


def test_every_status_is_a_metric_and_so_is_the_run(world: World) -> None:
    world.auditor.run(EVENT)
    log, metrics = world.written()
    directives = [d for line in metrics for d in line["_aws"]["CloudWatchMetrics"]]
    assert {d["Namespace"] for d in directives} == {"Healthcare/Compliance"}
    assert all(d["Dimensions"] == [["service"]] for d in directives)
    assert {line["service"] for line in metrics} == {"healthcare-compliance-auditor"}
    named = [(m["Name"], line) for line in metrics for m in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
    values = {name: line[name] for name, line in named}
    summary = world.json()["summary"]
    assert values == {name: [float(count)] for name, count in summary.items()} | {"Run": [1.0]}
    assert [line["message"] for line in log] == ["audit done"]
    assert log[0]["report"] == f"{REPORT}.json"


def test_a_failure_is_counted(world: World) -> None:
    before = judged().counts()[Status.FAIL]
    world.read = lambda: judged(functions=untraced())
    assert summary_of(world.auditor.run(EVENT))["FAIL"] == before + 1


def test_a_second_delivery_of_the_event_writes_nothing(world: World) -> None:
    world.auditor.run(EVENT)
    before = world.body("html"), world.body("json")
    world.read = lambda: judged(READ_AT.replace(hour=5))
    world.written()
    again = world.auditor.run(EVENT)
    assert again["written"] is False
    assert len(world.versions()) == 2
    assert (world.body("html"), world.body("json")) == before
    log, metrics = world.written()
    assert [line["message"] for line in log] == ["audit known"]
    assert any("Run" in line for line in metrics), "a run whose metrics were lost is not missed"


def test_another_event_has_another_report(world: World) -> None:
    world.auditor.run(EVENT)
    world.auditor.run(EVENT | {"id": "63dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa"})
    assert len(world.versions()) == 4


def test_an_attempt_that_ended_between_the_reports_leaves_a_pair_of_one_reading(world: World) -> None:
    """Its HTML stays, as an older version: nothing is lost in that bucket, and nothing written over."""
    EvidenceBucket(world.s3, BUCKET).store(Run.of(EVENT), judged())
    world.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [json_version(world)]})
    later = READ_AT.replace(hour=5)
    world.read = lambda: judged(later)
    assert world.auditor.run(EVENT)["written"] is True
    assert world.json()["taken_at"] == later.isoformat(timespec="seconds")
    assert f"{later:%Y-%m-%d %H:%M}" in world.body("html").decode()
    assert sorted(world.versions()) == [f"{REPORT}.html", f"{REPORT}.html", f"{REPORT}.json"]


def json_version(world: World) -> Any:
    versions = world.s3.list_object_versions(Bucket=BUCKET)["Versions"]
    return next({"Key": v["Key"], "VersionId": v["VersionId"]} for v in versions if v["Key"].endswith("json"))


class Refusing:
    """An S3 that answers one put with an error."""

    def __init__(self, s3: Any, ending: str, error: Exception) -> None:
        self.s3, self.ending, self.error = s3, ending, error

    def put_object(self, **given: Any) -> Any:
        if given["Key"].endswith(self.ending):
            raise self.error
        return self.s3.put_object(**given)


@pytest.mark.parametrize("ending", ["html", "json"])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ClientError({"Error": {"Code": "AccessDenied", "Message": CANARY}}, "PutObject"), "AccessDenied"),
        (
            ClientError({"Error": {"Code": "ConditionalRequestConflict", "Message": ""}}, "PutObject"),
            "ConditionalRequestConflict",
        ),
        (EndpointConnectionError(endpoint_url=f"https://{CANARY}"), "EndpointConnectionError"),
    ],
)
def test_without_the_bucket_there_is_no_run_but_the_failures_are_told(
    world: World, ending: str, error: Exception, code: str
) -> None:
    evidence = EvidenceBucket(Refusing(world.s3, ending, error), BUCKET)  # type: ignore[arg-type]
    broken = Auditor(judged, evidence, Measures(), world.auditor._logger)
    with pytest.raises(AuditNotDoneError) as raised:
        broken.run(EVENT)
    assert_it_says_nothing(raised.value)
    log, metrics = world.written()
    assert not any(key.endswith("json") for key in world.versions())
    assert [(line["message"], line["aws_error"]) for line in log] == [("audit not done", code)]
    assert any("FAIL" in line for line in metrics)
    assert not any("Run" in line for line in metrics)
    assert world.auditor.run(EVENT)["written"] is True, "Lambda's retry does it"


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (NotDoneError(f"{CANARY} cannot be read"), {"error_type": "NotDoneError"}),
        (DecisionFileError(f"waivers.yaml names {CANARY}"), {"error_type": "DecisionFileError"}),
        (RuntimeError(CANARY), {"error_type": "RuntimeError"}),
    ],
)
def test_an_audit_that_cannot_be_done_writes_and_measures_nothing(
    world: World, error: Exception, logged: dict[str, str]
) -> None:
    def read() -> Assessment:
        raise error

    world.read = read
    with pytest.raises(AuditNotDoneError) as raised:
        world.auditor.run(EVENT)
    assert_it_says_nothing(raised.value)
    log, metrics = world.written()
    assert world.versions() == []
    assert metrics == []
    assert [line["message"] for line in log] == ["audit not done"]
    assert logged.items() <= log[0].items()
    assert CANARY not in json.dumps(log)


def assert_it_says_nothing(error: BaseException) -> None:
    """What Lambda writes to the log and to the dead letter: the text, and the exceptions behind it."""
    assert str(error) == AuditNotDoneError.TEXT
    assert error.__suppress_context__
    assert error.__cause__ is None


def test_the_error_of_aws_behind_it_is_named(world: World) -> None:
    def read() -> Assessment:
        problem = Unreadable("sts:GetCallerIdentity", "ExpiredToken", CANARY, None)
        raise NotDoneError(CANARY) from UnreadableError(problem)

    world.read = read
    with pytest.raises(AuditNotDoneError):
        world.auditor.run(EVENT)
    log, _ = world.written()
    assert log[0]["aws_error"] == "ExpiredToken"


@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        [],
        "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        EVENT | {"id": f"../{CANARY}"},
        EVENT | {"id": 7},
        EVENT | {"id": EVENT["id"] + "\n"},  # type: ignore[operator]
        EVENT | {"time": CANARY},
        EVENT | {"time": "2026-11-22T23:59:58"},
        EVENT | {"time": None},
        {"id": EVENT["id"]},
    ],
)
def test_what_is_no_event_of_eventbridge_is_refused(world: World, event: object) -> None:
    """A run without an id of its own could not be told from its second delivery."""
    with pytest.raises(EventRefusedError):
        Run.of(event)
    with pytest.raises(AuditNotDoneError):
        world.auditor.run(event)
    assert world.versions() == []
    assert CANARY not in json.dumps(world.written())


def test_the_day_is_that_of_utc() -> None:
    run = Run.of(EVENT | {"time": "2026-11-22T23:59:58-05:00"})
    assert run.key("123456789012", "json").startswith("123456789012/2026/11/23/")


def test_settings_come_from_the_environment(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingMissingError, match="EVIDENCE_BUCKET"):
        Settings.from_environment()
    monkeypatch.setenv("EVIDENCE_BUCKET", BUCKET)
    monkeypatch.setenv("LAMBDA_TASK_ROOT", "/var/task")
    assert Settings.from_environment() == Settings(BUCKET, ("us-east-1",), None, None)
    monkeypatch.setenv("AUDITED_REGIONS", "us-west-2, us-east-1")
    monkeypatch.setenv("WAIVERS_FILE", "policies/waivers.yaml")
    monkeypatch.setenv("ATTESTATIONS_FILE", "/opt/attestations.yaml")
    assert Settings.from_environment() == Settings(
        BUCKET,
        ("us-east-1", "us-west-2"),
        Path("/var/task/policies/waivers.yaml"),
        Path("/opt/attestations.yaml"),
    )


def summary_of(answer: dict[str, object]) -> dict[str, int]:
    summary = answer["summary"]
    assert isinstance(summary, dict)
    return summary
