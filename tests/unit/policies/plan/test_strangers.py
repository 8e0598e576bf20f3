"""What a plan changes and does not make: judged by what it gives, and left open in all else."""

from __future__ import annotations

from typing import Any

import pytest
from hipaa_policies.judge import judge
from hipaa_policies.readers.plan import read_plan
from hipaa_policies.verdicts import Status

from tests.unit.policies import compliant as c
from tests.unit.policies.plan import compliant
from tests.unit.policies.plan.documents import document, ref

PUBLIC = c.policy(c.allow("*", "*", Principal="*"))
NARROW = c.policy(c.allow("*", "*", Principal={"AWS": c.ACCOUNT}))
EVERYONE = {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 22, "to_port": 22}
URL = f"https://sqs.us-east-1.amazonaws.com/{c.ID}/existing"
# The control, whose the planned resource is, values that break it, others, and what it says of those.
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], Status]] = {
    "aws_vpc_security_group_ingress_rule": (
        "NET-01",
        {"security_group_id": "sg-existing"},
        EVERYONE,
        EVERYONE | {"cidr_ipv4": "10.0.0.0/8"},
        Status.UNKNOWN,
    ),
    "aws_s3_bucket_policy": (
        "S3-02",
        {"bucket": "existing"},
        {"policy": PUBLIC},
        {"policy": NARROW},
        Status.PASS,
    ),
    "aws_s3_bucket_public_access_block": (
        "S3-01",
        {"bucket": "existing"},
        {"block_public_acls": False},
        dict.fromkeys(
            ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"),
            True,
        ),
        Status.PASS,
    ),
    "aws_sqs_queue_policy": (
        "SQS-02",
        {"queue_url": URL},
        {"policy": PUBLIC},
        {"policy": NARROW},
        Status.PASS,
    ),
    "aws_sns_topic_policy": ("SNS-02", {"arn": c.TOPIC}, {"policy": PUBLIC}, {"policy": NARROW}, Status.PASS),
    "aws_kms_key_policy": (
        "KMS-02",
        {"key_id": c.KEY_ID},
        {"policy": PUBLIC},
        {"policy": NARROW},
        Status.PASS,
    ),
    "aws_dynamodb_resource_policy": (
        "DDB-04",
        {"resource_arn": c.arn("dynamodb", "table/existing")},
        {"policy": PUBLIC},
        {"policy": NARROW},
        Status.PASS,
    ),
    "aws_kms_grant": (
        "KMS-02",
        {"key_id": c.KEY},
        {"grantee_principal": f"arn:aws:iam::{c.FOREIGN}:role/x"},
        {"grantee_principal": c.ROLE},
        Status.UNKNOWN,
    ),
    "aws_secretsmanager_secret_policy": (
        "SEC-03",
        {"secret_arn": c.arn("secretsmanager", "secret:existing")},
        {"policy": PUBLIC},
        {"policy": NARROW},
        Status.PASS,
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_what_is_given_to_a_resource_of_another_plan_is_judged(kind: str) -> None:
    control, owner, bad, good, otherwise = CASES[kind]
    address = f"{kind}.given"
    for values, status in ((bad, Status.FAIL), (good, otherwise)):
        reading = read_plan(document({address: owner | values}), account=c.ID)
        findings = judge(reading.account, c.settings())
        told = [f for f in findings if reading.addresses.get(f.resource) == address]
        assert {f.status for f in told if f.control_id == control} == {status}
        # All else of it is decided elsewhere; a bucket's policy is judged for TLS as well.
        others = {f.status for f in told if f.control_id not in (control, "S3-03")}
        assert others <= {Status.UNKNOWN}


def test_the_accounts_own_block_counts_for_buckets_of_other_plans() -> None:
    switches = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
    given: dict[str, dict[str, Any]] = {
        "aws_s3_account_public_access_block.all": dict.fromkeys(switches, True),
        "aws_s3_bucket_public_access_block.given": {"bucket": "existing", "block_public_acls": True},
    }
    found = judge(read_plan(document(given), account=c.ID).account, c.settings())
    assert {f.status for f in found if f.control_id == "S3-01"} == {Status.PASS}


def test_a_group_whose_vpc_is_not_known_hides_no_other() -> None:
    resources = compliant.resources()
    group = "aws_security_group.functions"
    resources["aws_vpc_security_group_egress_rule.open"] = EVERYONE | {
        "security_group_id": ref(f"{group}.id")
    }
    resources["aws_vpc_security_group_egress_rule.other"] = EVERYONE | {"security_group_id": "sg-existing"}
    reading = read_plan(document(resources))
    found = [f for f in judge(reading.account, c.settings()) if f.control_id == "NET-02"]
    failing = {reading.addresses.get(f.resource) for f in found if f.status is Status.FAIL}
    assert failing == {group}
    assert Status.UNKNOWN in {f.status for f in found}


def test_a_topic_that_another_plan_makes_leaves_its_alarms_open() -> None:
    resources = compliant.resources()
    for address, values in resources.items():
        if address.startswith("aws_cloudwatch_metric_alarm."):
            values["alarm_actions"] = [c.arn("sns", "existing")]
    found = judge(read_plan(document(resources)).account, c.settings())
    for control in ("ALM-01", "ALM-03", "ALM-04"):
        statuses = {f.status for f in found if f.control_id == control}
        assert Status.FAIL not in statuses
        assert Status.UNKNOWN in statuses


# Parts that tell too little without the whole: named on standard error, instead of passed over.
PARTS: dict[str, dict[str, Any]] = {
    "aws_api_gateway_method": {"rest_api_id": "api1", "http_method": "GET", "authorization": "NONE"},
    "aws_iam_role_policy": {"role": "existing", "name": "more", "policy": PUBLIC},
    "aws_iam_role_policy_attachment": {"role": "existing", "policy_arn": "arn:aws:iam::aws:policy/x"},
    "aws_lambda_function_url": {"function_name": "existing", "authorization_type": "NONE"},
    "aws_lambda_permission": {"function_name": f"{c.FUNCTION}-2:live", "principal": "*"},
    "aws_route": {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"},
    "aws_vpc_endpoint_policy": {"vpc_endpoint_id": "vpce-1", "policy": PUBLIC},
}


@pytest.mark.parametrize("kind", PARTS)
def test_parts_of_what_another_plan_makes_are_named(kind: str) -> None:
    reading = read_plan(document(compliant.resources() | {f"{kind}.given": PARTS[kind]}))
    assert reading.unjudged == (f"{kind}.given",)


def test_parts_of_what_the_plan_makes_are_not() -> None:
    resources = compliant.resources()
    resources["aws_lambda_permission.by_arn"] = {"function_name": f"{c.FUNCTION}:live", "principal": c.ID}
    assert read_plan(document(resources)).unjudged == ()


DELETED = {
    "aws_cloudtrail": "TRL-04",
    "aws_guardduty_detector": "DET-01",
    "aws_accessanalyzer_analyzer": "IAM-09",
    "aws_backup_plan": "BKP-01",
}


@pytest.mark.parametrize("kind", DELETED)
def test_what_the_plan_deletes_is_not_left_to_another(kind: str) -> None:
    """Another plan may make the account's trail; not the one that this plan takes away."""
    plan = document({"aws_dynamodb_table.t": {"name": "t"}})
    for actions, status in ((["delete"], Status.FAIL), (["forget"], Status.UNKNOWN)):
        change = {"address": f"{kind}.gone", "type": kind, "mode": "managed", "change": {"actions": actions}}
        found = judge(read_plan(plan | {"resource_changes": [change]}).account, c.settings())
        assert status in {f.status for f in found if f.control_id == DELETED[kind]}
