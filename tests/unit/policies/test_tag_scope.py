"""``--tag``: what is judged, what is left out, and that the report says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from hipaa_policies.assessment import Assessment, assess
from hipaa_policies.auditing import audit
from hipaa_policies.facts import Unreadable
from hipaa_policies.problems import NotDoneError
from hipaa_policies.readers.live import Record, UnreadableError, policy_document, read_tag_scope
from hipaa_policies.reports import FORMATS
from hipaa_policies.reports.as_json import schema_text
from hipaa_policies.scoping import TAGGED_KINDS, TagScope
from hipaa_policies.verdicts import Status
from jsonschema import Draft202012Validator
from moto import mock_aws

from tests.unit.policies import compliant as c
from tests.unit.policies.replay import refusal
from tests.unit.policies.test_reports import NOW

TAGS = (("workload", "patients"),)
OTHER = c.function("other", tracing="PassThrough")


@pytest.fixture(scope="module")
def scoped() -> Assessment:
    """Of two functions one has the tag; the other one would fail."""
    account = c.account(functions=(c.function(), OTHER))
    scope = TagScope(TAGS, frozenset({c.FUNCTION, c.PATIENTS}))
    return assess(account, c.settings(), lens="live", taken_at=NOW, scope=scope)


def test_findings_are_of_what_has_the_tag(scoped: Assessment) -> None:
    assert scoped.of(Status.FAIL) == ()
    traced = [f for f in scoped.findings if f.control_id == "LAM-09"]
    assert [(f.resource, f.status) for f in traced] == [(c.FUNCTION, Status.PASS)]
    judged = {f.resource for f in scoped.findings if f.resource_type in TAGGED_KINDS}
    assert judged == {c.FUNCTION, c.PATIENTS}


def test_joins_still_see_the_whole_account(scoped: Assessment) -> None:
    """The function is alarmed, logs and has endpoints by resources that have no tag themselves."""
    statuses = {f.control_id: f.status for f in scoped.findings if f.resource == c.FUNCTION}
    for control in ("ALM-01", "LOG-04", "NET-04", "LAM-01", "AUD-01"):
        assert statuses[control] is Status.PASS


def test_a_control_with_nothing_in_scope_says_so(scoped: Assessment) -> None:
    (bucket,) = [f for f in scoped.findings if f.control_id == "S3-01"]
    assert (bucket.status, bucket.message) == (Status.NOT_APPLICABLE, "nothing of this kind is in scope")
    assert {f.control_id for f in scoped.findings} == {control.id for control in scoped.controls}


def test_a_role_goes_with_the_functions_that_use_it(scoped: Assessment) -> None:
    roles = {f.resource for f in scoped.findings if f.resource_type == "AWS::IAM::Role"}
    # Nobody but people use the role for emergencies: it stays in.
    assert roles == {c.function().role_arn, c.BREAK_GLASS}
    assert OTHER.role_arn in {asset.arn for asset in scoped.out_of_scope}


def test_what_was_left_out_is_told(scoped: Assessment) -> None:
    arns = {asset.arn for asset in scoped.assets}
    outside = {asset.arn for asset in scoped.out_of_scope}
    assert OTHER.arn in outside
    assert not arns & outside
    whole = assess(c.account(), c.settings(), lens="live", taken_at=NOW)
    assert arns | outside == {asset.arn for asset in whole.assets}
    document = json.loads(FORMATS["json"](scoped))
    Draft202012Validator(json.loads(schema_text())).validate(document)
    assert document["tags"] == [{"key": "workload", "value": "patients"}]
    assert len(document["out_of_scope"]) == len(outside)
    for form in ("html", "table"):
        assert "workload=patients" in FORMATS[form](scoped)
        assert f"{len(outside)} resources are out of scope" in FORMATS[form](scoped)
    assert OTHER.arn in FORMATS["html"](scoped)


@pytest.fixture
def tagged() -> Iterator[boto3.Session]:
    with mock_aws():
        session = boto3.Session("testing", "testing", region_name="us-east-1")
        for name, tags in (("one", {"a": "1", "b": "x"}), ("two", {"a": "2"}), ("three", {"b": "x"})):
            queue = session.client("sqs").create_queue(QueueName=name, tags=tags)
            assert queue["QueueUrl"]
        yield session


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ([("a", "1")], {"one"}),
        ([("a", "1"), ("a", "2")], {"one", "two"}),
        ([("a", "1"), ("b", "x")], {"one"}),
        ([("a", "3")], set()),
    ],
)
def test_tags_are_read(tagged: boto3.Session, tags: list[tuple[str, str]], names: set[str]) -> None:
    record = Record()
    scope = read_tag_scope(tagged, "us-east-1", tags, record)
    assert {arn.rpartition(":")[2] for arn in scope.arns} == names
    assert record.asked == {"resourcegroupstaggingapi:GetResources": 1}


def test_the_policy_allows_reading_them() -> None:
    assert "tag:GetResources" in json.loads(policy_document())["Statement"][0]["Action"]


def test_a_scope_that_cannot_be_read_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(client: Any, operation: str, parameters: Any) -> Any:
        raise refusal("AccessDeniedException", operation)

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    with pytest.raises(UnreadableError) as caught:
        read_tag_scope(boto3.Session("testing", "testing"), "us-east-1", TAGS, Record())
    assert caught.value.problem == Unreadable(
        "resourcegroupstaggingapi:GetResources", "AccessDeniedException", "not allowed", "tag:GetResources"
    )


@pytest.mark.parametrize("tag", ["workload", "=patients", ""])
def test_a_tag_needs_a_key_and_a_value(tag: str) -> None:
    with pytest.raises(NotDoneError, match="must be KEY=VALUE"):
        audit(regions=["us-east-1"], tags=[tag])
