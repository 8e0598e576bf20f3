"""`hipaa plan` and `hipaa drift`: exit statuses, messages instead of tracebacks, addresses and lines."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hipaa_policies import cli
from hipaa_policies.assessment import Assessment, assess
from hipaa_policies.catalogue import catalogue
from hipaa_policies.commands import drift
from hipaa_policies.commands import plan as command
from hipaa_policies.facts import Unreadable
from hipaa_policies.reports.as_json import schema_text
from hipaa_policies.verdicts import Status

from tests.unit.policies import compliant as c
from tests.unit.policies.plan import compliant
from tests.unit.policies.plan.documents import Resources, changing, document

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def good() -> dict[str, Any]:
    return document(compliant.resources())


def untraced() -> dict[str, Any]:
    resources = compliant.resources()
    changing("aws_lambda_function.reader", tracing_config=[])(resources)
    return document(resources)


def write(plan: dict[str, Any], name: str = "plan.json") -> str:
    Path(name).write_text(json.dumps(plan))
    return name


def test_a_plan_without_failures_is_0(capsys: Any) -> None:
    assert cli.main(["plan", write(good())]) == 0
    printed = capsys.readouterr()
    assert "PASS           LAM-01" in printed.out
    assert "NOT_APPLICABLE KMS-03" in printed.out
    assert f"{len(compliant.resources())} resources" in printed.err


def test_what_belongs_to_another_plan_is_named(capsys: Any) -> None:
    part = {"function_name": "existing", "principal": "*"}
    plan = document(compliant.resources() | {"aws_lambda_permission.given": part})
    assert cli.main(["plan", write(plan)]) == 0
    told = "1 belong to what another plan makes, and were not judged: aws_lambda_permission.given"
    assert told in capsys.readouterr().err


def test_a_failure_is_1_with_its_address_and_line(capsys: Any) -> None:
    Path("main.tf").write_text('\nresource "aws_lambda_function" "reader" {\n}\n')
    assert cli.main(["plan", "--quiet", write(untraced())]) == 1
    printed = capsys.readouterr()
    assert "LAM-09  main.tf:2 aws_lambda_function.reader: tracing is PassThrough" in printed.out
    assert printed.err == ""


def test_json_has_addresses_files_and_lines_and_fits_its_schema(capsys: Any) -> None:
    Path("code").mkdir()
    Path("code/main.tf").write_text('resource "aws_lambda_function" "reader" {\n}\n')
    assert cli.main(["plan", "--quiet", "--format", "json", "--root", "code", write(untraced())]) == 1
    report = json.loads(capsys.readouterr().out)
    jsonschema.validate(report, json.loads(schema_text()))
    (failure,) = [f for f in report["findings"] if f["status"] == "FAIL"]
    assert failure["address"] == "aws_lambda_function.reader"
    assert (failure["file"], failure["line"]) == ("code/main.tf", 1)
    assert failure["resource"] == c.arn("lambda", "function:reader")
    assert report["lens"] == "plan"


def test_html_is_made_of_a_plan_with_unknown_values(capsys: Any) -> None:
    resources = compliant.resources()
    changing("aws_lambda_function.reader", runtime=compliant.VPC)(resources)
    assert cli.main(["plan", "--quiet", "--format", "html", write(document(resources))]) == 0
    assert "known only after apply" in capsys.readouterr().out


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(good()).encode("utf-16")))
    monkeypatch.setattr("sys.stdin", stdin)
    assert cli.main(["plan", "--quiet", "-"]) == 0


def test_unknown_is_1_only_where_asked_for() -> None:
    assert cli.main(["plan", "--quiet", "--strict-unknown", write(good())]) == 1  # the attestations


def test_a_failure_can_be_waived() -> None:
    Path("w.yaml").write_text(
        'waivers:\n  - {control: LAM-09, resource: "*", reason: costs, owner: Jo, expires: 2099-01-31}\n'
    )
    assert cli.main(["plan", "--quiet", "--waivers", "w.yaml", write(untraced())]) == 0


def test_types_that_nobody_looks_at_are_listed(capsys: Any) -> None:
    resources: Resources = compliant.resources() | {
        "random_id.x": {},
        "aws_new_thing.a": {},
        "aws_new_thing.b": {},
    }
    assert cli.main(["plan", write(document(resources))]) == 0
    assert "3 of them are of types that no control looks at: aws_new_thing (2), random_id (1)" in (
        capsys.readouterr().err
    )


TEXT = json.dumps(document({"aws_sqs_queue.q": {"name": "q"}}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"  \n", "it is empty"),
        (b"PK\x03\x04binary", "it is a binary plan file"),
        (b"\x80\x81", "it is not text"),
        (TEXT[: len(TEXT) // 2].encode(), "it is not JSON"),
        (TEXT[:-1].encode(), "seems to be cut off"),
        (b"[1, 2]", "but no plan"),
        (b'{"a": 1}', "but no plan"),
        (b'{"format_version": "2.0", "planned_values": {}}', "its format_version is 2.0"),
        (b'{"format_version": "1.0", "values": {}}', "it is a state"),
        (b'{"format_version": "1.0", "planned_values": {}}', "plans no resource"),
        (b'{"format_version": "1.0", "planned_values": 7}', "has not the form"),
        (
            b'{"format_version": "1.0", "planned_values": {"root_module": {"resources": [7]}}}',
            "have not the form",
        ),
        (b'{"format_version": "1.2", "planned_values": {}, "errored": true}', "could not finish"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_plan_is_2_with_a_message(content: bytes, message: str, capsys: Any) -> None:
    Path("plan.json").write_bytes(content)
    assert cli.main(["plan", "plan.json"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.json"], "none.json cannot be read"),
        (["."], ". cannot be read"),
        (["--root", "none", "plan.json"], "none is no folder"),
        (["--output", ".", "plan.json"], "cannot be written"),
    ],
)
def test_wrong_options_are_2(arguments: list[str], message: str, capsys: Any) -> None:
    write(good())
    assert cli.main(["plan", *arguments]) == 2
    assert message in capsys.readouterr().err


DAMAGES: tuple[Any, ...] = (7, {"x": None}, [[1]], "text", None, [{"x": None}], [])


@pytest.mark.parametrize("start", [0, 3])
def test_values_of_another_form_end_in_verdicts_and_not_in_a_traceback(start: int) -> None:
    """As another provider version would have them: every attribute in turn."""
    attributes = [(a, n) for a, values in compliant.resources().items() for n in values]
    for number, (address, name) in enumerate(attributes, start):
        resources = compliant.resources()
        resources[address][name] = DAMAGES[number % len(DAMAGES)]
        judged = command.judge_plan(json.dumps(document(resources)).encode(), taken_at=NOW)
        assert len({f.control_id for f in judged.assessment.findings}) == len(catalogue())


def test_deleted_resources_are_not_judged() -> None:
    plan = good()
    gone = {"address": "aws_sqs_queue.gone", "type": "aws_sqs_queue", "change": {"actions": ["delete"]}}
    plan["resource_changes"].append(gone)
    judged = command.judge_plan(json.dumps(plan).encode(), taken_at=NOW)
    assert not [f for f in judged.assessment.findings if "gone" in f.resource]


def live(account: Any = None) -> drift.Live:
    found = assess(account or c.account(), c.settings(), lens="live", taken_at=NOW)

    def read(region: str | None, profile: str | None, progress: bool) -> Assessment:
        return found

    return read


def run_drift(monkeypatch: pytest.MonkeyPatch, plan: dict[str, Any], reader: drift.Live) -> int:
    judged = command.judge_plan(json.dumps(plan).encode(), account=c.ID, taken_at=NOW)
    monkeypatch.setattr(drift, "judge_plan", lambda raw, **_: judged)
    monkeypatch.setattr(cli, "_live", reader)
    return cli.main(["drift", "--quiet", "--plan", write(plan)])


def test_where_both_agree_there_is_no_drift(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert run_drift(monkeypatch, good(), live()) == 0
    assert "0 differ; 0 resources are gone" in capsys.readouterr().out


def test_what_was_changed_by_hand_is_drift(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    account = c.account(functions=(c.function(tracing="PassThrough"), c.function("other")))
    assert run_drift(monkeypatch, good(), live(account)) == 1
    printed = capsys.readouterr().out
    assert "LAM-09  aws_lambda_function.reader" in printed
    assert "live: FAIL tracing is PassThrough" in printed
    assert "plan: PASS tracing is active" in printed


def test_what_the_plan_takes_for_existing_and_is_gone_is_drift(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    plan = document(compliant.resources(), actions="no-op")
    account = c.account(functions=(c.function(),))
    assert run_drift(monkeypatch, plan, live(account)) == 1
    assert "aws_lambda_function.other\n  live: is not there" in capsys.readouterr().out


def test_what_has_no_arn_to_be_found_by_is_not_taken_for_gone(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """Terraform itself reads whether it is there: `make drift` asks both."""
    filters = {"aws_cloudwatch_log_subscription_filter.archive": {"name": "archive", "log_group_name": "g"}}
    plan = document(compliant.resources() | filters, actions="no-op")
    judged = command.judge_plan(json.dumps(plan).encode(), account=c.ID, taken_at=NOW)
    assert [a for a in judged.assessment.assets if a.kind == "AWS::Logs::SubscriptionFilter"]
    run_drift(monkeypatch, plan, live())
    assert "subscription_filter" not in capsys.readouterr().out


def test_what_could_not_be_read_is_not_taken_for_gone_nor_for_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    plan = document({"aws_sqs_queue.q": {"name": "q", "kms_master_key_id": "k"}}, actions="no-op")
    refused = Unreadable("sqs:ListQueues", "AccessDenied", "no", "sqs:ListQueues")
    reader = live(c.account(queues=()))
    assert run_drift(monkeypatch, plan, reader) == 1
    unread = replace(reader(None, None, False), unreadable=(refused,))
    capsys.readouterr()
    assert run_drift(monkeypatch, plan, lambda *_: unread) == 2
    told = capsys.readouterr().out
    assert "did not answer:\n  sqs:ListQueues answered AccessDenied; grant sqs:ListQueues\n" in told


def test_another_account_is_2(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    other = replace(live()(None, None, False), account=c.FOREIGN)
    assert run_drift(monkeypatch, good(), lambda *_: other) == 2
    assert f"the credentials are for {c.FOREIGN}" in capsys.readouterr().err


def test_a_plan_that_does_not_tell_its_account_is_compared_with_the_one_at_hand(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    table = {"name": "patients", "deletion_protection_enabled": False}
    monkeypatch.setattr(cli, "_live", live())
    assert cli.main(["drift", "--quiet", "--plan", write(document({"aws_dynamodb_table.t": table}))]) == 1
    assert "DDB-03  aws_dynamodb_table.t" in capsys.readouterr().out


def test_statuses_that_are_not_decided_are_no_drift() -> None:
    found = live()(None, None, False).findings
    unknown = [replace(f, status=Status.UNKNOWN) for f in found]
    assert drift.differences(found, unknown) == []
