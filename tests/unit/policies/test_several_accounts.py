"""Several accounts and regions in one run, regions that are off, and roles of other accounts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from hipaa_policies import auditing, cli
from hipaa_policies.assessment import assess
from hipaa_policies.decisions import Waiver
from hipaa_policies.facts import Account, Unreadable
from hipaa_policies.problems import NotDoneError
from hipaa_policies.readers.live import Record, UnreadableError, read_account
from hipaa_policies.reports import FORMATS
from hipaa_policies.reports.as_json import schema_text
from hipaa_policies.side_by_side import side_by_side
from hipaa_policies.verdicts import Status
from jsonschema import Draft202012Validator
from moto import mock_aws

from tests.unit.policies import compliant as c
from tests.unit.policies.replay import Recording, refusal
from tests.unit.policies.test_reports import NOW

OTHER = "210987654321"
ROLE = f"arn:aws:iam::{OTHER}:role/auditor"


@pytest.fixture(autouse=True)
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


def pretend(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Let every account be the compliant one, under the id that its credentials have."""
    read: list[tuple[str, str]] = []

    def read_account(session: boto3.Session, region: str, progress: Any) -> tuple[Account, Record]:
        identity = session.client("sts", region_name=region).get_caller_identity()["Account"]
        read.append((identity, region))
        return replace(c.account(), id=identity, region=region), Record()

    monkeypatch.setattr(auditing, "read_account", read_account)
    return read


def report(capsys: Any, *words: str) -> Any:
    assert cli.main(["audit", "--quiet", "--format", "json", *words]) in (0, 1)
    document = json.loads(capsys.readouterr().out)
    Draft202012Validator(json.loads(schema_text())).validate(document)
    return document


def test_every_role_in_every_region(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    read = pretend(monkeypatch)
    roles = [f"arn:aws:iam::{account}:role/auditor" for account in ("111111111111", OTHER)]
    with mock_aws():
        words = ["--role-arn", roles[0], "--role-arn", roles[1], "--role-arn", roles[1]]
        document = report(capsys, *words, "--region", "us-east-1", "--region", "eu-west-1")
    both = [(a, r) for a in ("111111111111", OTHER) for r in ("us-east-1", "eu-west-1")]
    assert sorted(read) == sorted(both)
    assert [(s["account"], s["region"]) for s in document["scopes"]] == both
    assert (document["account"], document["region"]) == (f"111111111111, {OTHER}", "us-east-1, eu-west-1")
    assert {(f["account"], f["region"]) for f in document["findings"]} == set(both)


def test_a_role_that_cannot_be_assumed_is_2(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    class Sts:
        def assume_role(self, **_: Any) -> Any:
            raise refusal("AccessDenied", "AssumeRole")

    monkeypatch.setattr(boto3.Session, "client", lambda *_, **__: Sts())
    assert cli.main(["audit", "--region", "us-east-1", "--role-arn", ROLE]) == 2
    error = capsys.readouterr().err
    assert f"{ROLE} cannot be assumed: AccessDenied" in error
    assert "sts:AssumeRole" in error


def test_of_several_accounts_one_that_cannot_be_read_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    pretend(monkeypatch)

    def assumed(session: boto3.Session, role: str, *_: Any) -> boto3.Session:
        if OTHER in role:
            raise NotDoneError(f"{role} cannot be assumed: AccessDenied")
        return session

    monkeypatch.setattr(auditing, "assumed", assumed)
    readable = "arn:aws:iam::123456789012:role/auditor"
    with mock_aws():
        words = ["audit", "--region", "us-east-1", "--role-arn", ROLE, "--role-arn", readable]
        assert cli.main([*words, "--quiet", "--format", "json"]) == 2
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    Draft202012Validator(json.loads(schema_text())).validate(document)
    assert [scope["account"] for scope in document["scopes"]] == [OTHER, c.ID]
    statuses = {
        account: {
            f["status"]
            for f in document["findings"]
            if f["account"] == account and f["control_id"] != "INV-01"  # of a profile that is off
        }
        for account in (OTHER, c.ID)
    }
    assert statuses[OTHER] == {"UNKNOWN"}
    assert "PASS" in statuses[c.ID]
    assert f"hipaa: the account of {ROLE} in us-east-1 was not read: {ROLE} cannot be assumed" in printed.err
    assert any(problem["code"] == "NotRead" for problem in document["unreadable"])


@pytest.mark.parametrize("words", [[], ["--external-id", "clinic:7"]])
def test_the_external_id_goes_with_the_role(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    asked: list[dict[str, Any]] = []

    class Sts:
        def assume_role(self, **parameters: Any) -> Any:
            asked.append(parameters)
            raise refusal("AccessDenied", "AssumeRole")

    monkeypatch.setattr(boto3.Session, "client", lambda *_, **__: Sts())
    assert cli.main(["audit", "--region", "us-east-1", "--role-arn", ROLE, *words]) == 2
    assert [parameters.get("ExternalId") for parameters in asked] == [words[1] if words else None]
    assert "--external-id" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--external-id", "clinic"], "goes with --role-arn"),
        (["--external-id", "a b", "--role-arn", ROLE], "--external-id must have"),
        (["--external-id", "x", "--role-arn", ROLE], "--external-id must have"),
    ],
)
def test_an_external_id_that_cannot_be_used_is_2(words: list[str], message: str, capsys: Any) -> None:
    assert cli.main(["audit", "--region", "us-east-1", *words]) == 2
    assert message in capsys.readouterr().err


def test_without_credentials_no_role_is_assumed(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert cli.main(["audit", "--region", "us-east-1", "--role-arn", ROLE]) == 2
    assert "no AWS credentials" in capsys.readouterr().err


def test_what_is_no_role_is_2(capsys: Any) -> None:
    assert cli.main(["audit", "--region", "us-east-1", "--role-arn", "auditor"]) == 2
    assert "'auditor' is no role's ARN" in capsys.readouterr().err


def judged(region: str, **changes: Any) -> Any:
    account = replace(c.account(**changes), region=region)
    waiver = Waiver("LAM-09", c.FUNCTION, "costs", "Jo", c.TODAY)
    return assess(account, c.settings(), lens="live", taken_at=NOW, waivers=(waiver,), asked={"a:B": 2})


def test_what_is_the_same_in_two_regions_is_told_once_but_for_the_account_itself() -> None:
    one, two = judged("us-east-1"), judged("eu-west-1")
    both = side_by_side([one, two])
    of_account = [f for f in one.findings if f.resource_type == Account.TYPE]
    assert len(both.findings) == len(one.findings) + len(of_account)
    assert len(both.assets) == len(one.assets)
    assert both.asked == {"a:B": 4}
    assert both.facts_sha256 not in (one.facts_sha256, two.facts_sha256)
    assert [control.id for control in both.controls] == list(
        dict.fromkeys(f.control_id for f in both.findings)
    )


def test_what_differs_is_told_of_both() -> None:
    untraced = judged("eu-west-1", functions=(c.function(tracing="PassThrough"), c.function("other")))
    both = side_by_side([judged("us-east-1"), untraced])
    told = [
        (f.region, f.status) for f in both.findings if (f.control_id, f.resource) == ("LAM-09", c.FUNCTION)
    ]
    assert told == [("us-east-1", Status.PASS), ("eu-west-1", Status.WAIVED)]
    assert both.unused_waivers == ()  # it is used in one of them


def test_one_alone_stays_as_it_is() -> None:
    one = judged("us-east-1")
    assert side_by_side([one]) is one


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_report_names_all_accounts(form: str) -> None:
    other = replace(judged("us-east-1"), account=OTHER)
    text = FORMATS[form](side_by_side([judged("us-east-1"), other]))
    assert "123456789012" in text
    assert OTHER in text


@pytest.mark.parametrize("form", ["html", "table"])
def test_what_people_read_says_whose_each_failure_is(form: str) -> None:
    functions = (c.function(), c.function("other", tracing="PassThrough"))
    untraced = judged("eu-west-1", functions=functions)
    text = FORMATS[form](side_by_side([judged("us-east-1"), untraced]))
    place = f"[{c.ID} eu-west-1]" if form == "table" else f"{c.ID}, eu-west-1</span>"
    assert place in text
    assert place not in FORMATS[form](untraced)


REFUSED = "InvalidClientTokenId"


def reading(recording: Recording, monkeypatch: pytest.MonkeyPatch, region: str, works_in: set[str]) -> Any:
    """Read an account whose credentials hold in some regions only."""

    def answer(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if client.meta.region_name in works_in:
            return {"Account": c.ID, "Arn": f"arn:aws:iam::{c.ID}:user/jo"}
        raise refusal(REFUSED, operation)

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", answer)
    return read_account(boto3.Session("testing", "testing"), region, lambda text: None)


def test_a_region_that_is_off_is_unknown_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    account, record = reading(Recording(), monkeypatch, "me-south-1", {"us-east-1"})
    assert (account.id, account.region) == (c.ID, "me-south-1")
    assert [problem.code for problem in record.problems] == [REFUSED]
    found = assess(account, c.settings(), lens="live", taken_at=NOW).findings
    judged = [f for f in found if not f.control_id.startswith("ATT-0")]
    assert {f.status for f in judged} == {Status.UNKNOWN}
    assert all("the region me-south-1 is not enabled for this account" in f.message for f in judged)


@pytest.mark.parametrize("region", ["me-south-1", "us-east-1"])
def test_credentials_that_hold_nowhere_are_an_error(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        reading(Recording(), monkeypatch, region, set())
    assert caught.value.problem == Unreadable("sts:GetCallerIdentity", REFUSED, "not allowed")
