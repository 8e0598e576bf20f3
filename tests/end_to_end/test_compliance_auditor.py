"""The deployed auditor, under its own role: what it leaves in the bucket, and what it does where hindered."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from botocore.exceptions import ClientError
from hipaa_policies.auditing import audit
from hipaa_policies.reports.as_json import render_json, schema_text

from scripts.demo.scenes import wait_for_alarm
from scripts.local_deployment import LocalDeployment

pytestmark = pytest.mark.deployment
NEEDED_TO_WRITE = ("s3:PutObject", "kms:GenerateDataKey")
POLICIES = Path(__file__).resolve().parents[2] / "policies"


def scheduled_event() -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html"""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/healthcare-compliance-auditor-schedule"],
        "detail": {},
    }


class Runs:
    """Runs of the deployed function, and the reports that they leave."""

    def __init__(self, deployment: LocalDeployment) -> None:
        self.deployment = deployment
        self.s3 = deployment.client("s3")
        self.bucket = str(deployment.outputs["evidence_bucket"])
        self.role = str(deployment.outputs["compliance_auditor_role"])
        self.alarms = deployment.outputs["alarm_names"]

    def invoke(self, event: dict[str, Any] | None = None) -> dict[str, Any]:
        """The function's answer. The schedule calls the same alias, without waiting for one."""
        answer = self.deployment.client("lambda").invoke(
            FunctionName=self.deployment.outputs["compliance_auditor_function"],
            Qualifier="live",
            Payload=json.dumps(event or scheduled_event()).encode(),
        )
        payload: dict[str, Any] = json.loads(answer["Payload"].read())
        return payload

    def report(self, answer: dict[str, Any]) -> dict[str, Any]:
        body = self.s3.get_object(Bucket=self.bucket, Key=answer["report"])["Body"].read()
        report: dict[str, Any] = json.loads(body)
        return report

    def versions(self) -> list[dict[str, Any]]:
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket)
        return [version for page in pages for version in page.get("Versions", [])]

    def metrics(self) -> set[str]:
        """The names of the metrics that there are."""
        cloudwatch = self.deployment.client("cloudwatch")
        listed = cloudwatch.list_metrics(Namespace="Healthcare/Compliance")["Metrics"]
        return {metric["MetricName"] for metric in listed}

    @contextmanager
    def denied(self, action: str) -> Iterator[None]:
        iam = self.deployment.client("iam")
        statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=self.role, PolicyName="fault", PolicyDocument=document)
        try:
            yield
        finally:
            iam.delete_role_policy(RoleName=self.role, PolicyName="fault")


@pytest.fixture(scope="module")
def runs(deployment: LocalDeployment, second_plan: tuple[bool, str], aws_environment: None) -> Runs:
    return Runs(deployment)


@dataclass(frozen=True)
class Delivered:
    """What the function answered to deliveries, and the versions in the bucket before and after the last."""

    answers: list[dict[str, Any]]
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]


@pytest.fixture(scope="module")
def delivered_twice(runs: Runs) -> Delivered:
    """One event, as EventBridge may deliver it."""
    event = scheduled_event()
    first, before = runs.invoke(event), runs.versions()
    return Delivered([first, runs.invoke(event)], before, runs.versions())


@pytest.fixture(scope="module")
def hindered(runs: Runs) -> dict[str, Delivered]:
    """By what the role may not do: an event delivered then, and once more when it may."""
    found = {}
    for action in NEEDED_TO_WRITE:
        before, event = runs.versions(), scheduled_event()
        with runs.denied(action):
            answer = runs.invoke(event)
        after = runs.versions()
        found[action] = Delivered([answer, runs.invoke(event)], before, after)
    return found


@pytest.fixture(scope="module")
def refused(runs: Runs) -> Delivered:
    """Events of another form than the schedule's."""
    before = runs.versions()
    events: list[dict[str, Any]] = [{"id": "7", "time": "today"}, {"detail": {}}]
    answers = [runs.invoke(event) for event in events]
    return Delivered(answers, before, runs.versions())


def test_it_finds_what_the_administrator_finds(runs: Runs) -> None:
    report = runs.report(runs.invoke())
    jsonschema.validate(report, json.loads(schema_text()))
    outside = audit(waivers=POLICIES / "waivers.yaml", attestations=POLICIES / "attestations.yaml")
    expected = json.loads(render_json(outside))
    for part in ("findings", "summary", "waivers", "attestations", "assets"):
        assert report[part] == expected[part], part
    # How often is another matter: whoever comes second finds the credential report ready.
    assert report["asked"].keys() == expected["asked"].keys()
    assert sorted(map(str, report["unreadable"])) == sorted(map(str, expected["unreadable"]))
    assert report["facts_sha256"] == expected["facts_sha256"]
    assert report["summary"]["PASS"] > 100


def test_the_alias_is_what_the_schedule_calls(runs: Runs) -> None:
    """And the function lets EventBridge in for that rule alone."""
    events, lambda_ = runs.deployment.client("events"), runs.deployment.client("lambda")
    function = runs.deployment.outputs["compliance_auditor_function"]
    rule = events.describe_rule(Name=f"{function}-schedule")
    assert rule["State"] == "ENABLED"
    assert rule["ScheduleExpression"] == "cron(0 5 * * ? *)"
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"].endswith(f":function:{function}:live")
    assert "Input" not in target, "the event's own id is the run's"
    policy = json.loads(lambda_.get_policy(FunctionName=function, Qualifier="live")["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert rule["Arn"] in json.dumps(statement["Condition"])


def test_a_second_delivery_writes_nothing(delivered_twice: Delivered) -> None:
    first, second = delivered_twice.answers
    assert (first["written"], second["written"]) == (True, False)
    assert first["report"] == second["report"]
    assert delivered_twice.before == delivered_twice.after


def test_a_broken_thing_is_a_failure_and_an_alarm(runs: Runs) -> None:
    dynamodb, table = runs.deployment.client("dynamodb"), runs.deployment.outputs["audit_table"]
    before = failures(runs.report(runs.invoke()))

    def point_in_time_recovery(on: bool) -> None:
        specification = {"PointInTimeRecoveryEnabled": on}
        dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=specification)

    point_in_time_recovery(False)
    try:
        report = runs.report(runs.invoke())
    finally:
        point_in_time_recovery(True)
    assert failures(report) - before == {("DDB-02", runs.deployment.outputs["audit_table_arn"])}
    assert report["summary"]["FAIL"] == len(failures(report))
    assert {"FAIL", "PASS", "UNKNOWN", "WAIVED", "ATTESTED", "NOT_APPLICABLE", "Run"} <= runs.metrics()
    wait_for_alarm(runs.deployment, runs.alarms["compliance-auditor-failures"])
    assert failures(runs.report(runs.invoke())) == before


def failures(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(f["control_id"], f["resource"]) for f in report["findings"] if f["status"] == "FAIL"}


def test_what_it_may_not_read_is_unknown_and_names_the_action(runs: Runs) -> None:
    with runs.denied("kms:ListKeys"):
        answer = runs.invoke()
    report = runs.report(answer)
    assert {problem["missing_action"] for problem in report["unreadable"]} == {"kms:ListKeys"}
    unknown = [f for f in report["findings"] if "grant kms:ListKeys" in f["message"]]
    assert unknown
    assert {finding["status"] for finding in unknown} == {"UNKNOWN"}
    assert answer["summary"]["UNKNOWN"] >= len(unknown)
    wait_for_alarm(runs.deployment, runs.alarms["compliance-auditor-missed-run"], "OK")


@pytest.mark.parametrize("action", NEEDED_TO_WRITE)
def test_without_the_bucket_it_fails_and_says_nothing_of_what_it_read(
    hindered: dict[str, Delivered], action: str
) -> None:
    answer, again = hindered[action].answers
    assert answer["errorType"] == "AuditNotDoneError"
    assert answer["errorMessage"] == "no report was written: the function's log has the kind of error"
    assert hindered[action].before == hindered[action].after
    assert again["written"] is True, "the same event, tried again"


def test_an_event_of_another_form_is_refused(refused: Delivered) -> None:
    assert [answer["errorType"] for answer in refused.answers] == ["AuditNotDoneError"] * 2
    assert refused.before == refused.after


def test_every_report_is_locked_encrypted_and_stays(runs: Runs) -> None:
    runs.invoke()
    for version in runs.versions():
        named = {"Bucket": runs.bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
        head = runs.s3.head_object(**named, ChecksumMode="ENABLED")
        assert head["ObjectLockMode"] == "GOVERNANCE"
        assert head["ServerSideEncryption"] == "aws:kms"
        assert head["ChecksumSHA256"]
        with pytest.raises(ClientError, match="AccessDenied"):
            runs.s3.delete_object(**named)


def test_the_role_reads_neither_records_nor_reports(runs: Runs) -> None:
    """What the generated policy allows, and the function's own, is all there is."""
    iam = runs.deployment.client("iam")
    names = iam.list_role_policies(RoleName=runs.role)["PolicyNames"]
    own = [iam.get_role_policy(RoleName=runs.role, PolicyName=name)["PolicyDocument"] for name in names]
    (attached,) = iam.list_attached_role_policies(RoleName=runs.role)["AttachedPolicies"]
    assert attached["PolicyName"] == f"{runs.role}-read-only"
    allowed = {
        action
        for document in own
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }
    assert not {action for action in allowed if action.startswith(("dynamodb:", "ec2:", "secretsmanager:"))}
    assert {action for action in allowed if action.startswith("s3:")} == {"s3:PutObject"}


def test_the_log_holds_only_what_is_on_the_list(
    runs: Runs, delivered_twice: Delivered, hindered: dict[str, Delivered], refused: Delivered
) -> None:
    """Of runs that go well, of a delivery too many, and of those that fail."""
    logs = runs.deployment.client("logs")
    group = runs.deployment.outputs["log_group_names"]["compliance_auditor"]
    messages = [
        event["message"]
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        for event in page["events"]
    ]
    lines = [json.loads(message) for message in messages if message.startswith("{")]
    told = [line for line in lines if "_aws" not in line]
    assert {line["message"] for line in told} == {"audit done", "audit known", "audit not done"}
    assert "withheld" not in json.dumps(told)
    failed = [line for line in told if line["message"] == "audit not done"]
    assert {line.get("aws_error") for line in failed} == {"AccessDenied", None}
    assert {line["error_type"] for line in failed if "aws_error" not in line} == {"EventRefusedError"}
