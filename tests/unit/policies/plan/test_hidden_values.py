"""What a plan hides must not become a PASS: unknown parts of values, owners that are not decided, resources
that are elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from hipaa_policies.readers.plan import read_plan
from hipaa_policies.readers.plan.model import Block, Planned

from tests.unit.policies import compliant as c
from tests.unit.policies.plan import compliant
from tests.unit.policies.plan.documents import Change, adding, changing, document, ref, without
from tests.unit.policies.plan.test_plan_controls import status, verdicts

LATE = ref("terraform_data.late.output")
READER = "aws_lambda_function.reader"
TABLE = "aws_dynamodb_table.patients"
GROUP = "aws_security_group.functions"
TRAIL = "aws_cloudtrail.audit"
ACCOUNT = "the account"
ANYBODY = c.policy(c.allow("*", "*", Principal="*"))


def _selector(**more: Any) -> list[dict[str, Any]]:
    fields = [
        {"field": "eventCategory", "equals": ["Data"]},
        {"field": "resources.type", "equals": ["AWS::S3::Object"]},
        {"field": "resources.ARN", **more},
    ]
    return [{"field_selector": fields}]


@pytest.mark.parametrize(
    ("control", "place", "change"),
    [
        # A policy whose owner is not decided may be anybody's.
        ("S3-02", "aws_s3_bucket.archive", changing("aws_s3_bucket_policy.archive", bucket=LATE)),
        (
            "SQS-02",
            "aws_sqs_queue.dead_letters",
            adding("aws_sqs_queue_policy.lost", queue_url=LATE, policy=ANYBODY),
        ),
        ("SNS-02", "aws_sns_topic.alerts", adding("aws_sns_topic_policy.lost", arn=LATE, policy=ANYBODY)),
        ("KMS-02", "aws_kms_key.phi", adding("aws_kms_key_policy.lost", key_id=LATE, policy=ANYBODY)),
        (
            "NET-07",
            "aws_vpc_endpoint.kms",
            adding("aws_vpc_endpoint_policy.lost", vpc_endpoint_id=LATE, policy=ANYBODY),
        ),
        (
            "API-01",
            "aws_api_gateway_rest_api.main",
            adding("aws_api_gateway_method.lost", rest_api_id=LATE, http_method="GET", authorization="NONE"),
        ),
        (
            "API-02",
            "aws_api_gateway_stage.live",
            adding(
                "aws_api_gateway_method_settings.lost",
                rest_api_id=LATE,
                stage_name="live",
                settings=[{"data_trace_enabled": True}],
            ),
        ),
        # Of which objects a trail records events is unknown, which is not "of all".
        ("TRL-01", ACCOUNT, changing(TRAIL, advanced_event_selector=_selector(starts_with=LATE))),
        ("TRL-01", ACCOUNT, changing(TRAIL, advanced_event_selector=_selector(not_starts_with=LATE))),
        (
            "TRL-01",
            ACCOUNT,
            changing(
                TRAIL,
                advanced_event_selector=[],
                event_selector=[{"data_resource": [{"type": "AWS::S3::Object", "values": LATE}]}],
            ),
        ),
        # Whether a table has replicas, and with which keys.
        ("DDB-01", TABLE, changing(TABLE, replica=LATE)),
        ("DDB-01", TABLE, changing(TABLE, replica=[{"region_name": "eu-west-1", "kms_key_arn": LATE}])),
        ("DDB-01", TABLE, adding("aws_dynamodb_table_replica.lost", global_table_arn=LATE, kms_key_arn="x")),
        # Which networks a prefix list holds, or which list it is.
        ("NET-02", GROUP, changing("aws_vpc_security_group_egress_rule.offices", prefix_list_id=LATE)),
        ("NET-02", GROUP, changing("aws_vpc_security_group_egress_rule.offices", prefix_list_id="pl-1234")),
        ("NET-02", GROUP, changing("aws_ec2_managed_prefix_list.offices", entry=LATE)),
        ("NET-02", GROUP, changing("aws_ec2_managed_prefix_list.offices", entry=[{"cidr": LATE}])),
        (
            "NET-02",
            GROUP,
            adding("aws_ec2_managed_prefix_list_entry.x", prefix_list_id=LATE, cidr="192.0.2.0/24"),
        ),
        # A list of which a part is known, and another is not.
        (
            "LAM-01",
            READER,
            changing(
                READER,
                vpc_config=[
                    {
                        "subnet_ids": ref("aws_subnet.a.id", "aws_subnet.b.id", "terraform_data.late.output"),
                        "security_group_ids": [],
                    }
                ],
            ),
        ),
        # The routes of a table that another plan makes.
        (
            "NET-05",
            "aws_subnet.a",
            changing("aws_route_table_association.a", route_table_id="rtb-of-others"),
        ),
        ("LAM-01", READER, changing("aws_route_table_association.a", route_table_id="rtb-of-others")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_hidden_is_unknown(control: str, place: str, change: Change) -> None:
    resources = compliant.resources()
    change(resources)
    assert status(resources, control, place) == {"UNKNOWN"}


def test_a_main_table_of_another_plan_is_unknown() -> None:
    resources = compliant.resources()
    without("aws_route_table_association.a")(resources)
    for address in ("aws_subnet.a", "aws_subnet.b"):
        resources[address]["vpc_id"] = "vpc-of-others"
    assert status(resources, "NET-05", "aws_subnet.a") == {"UNKNOWN"}


def test_a_gateway_serves_the_route_tables_that_it_is_associated_with() -> None:
    resources = compliant.resources()
    resources["aws_vpc_endpoint.dynamodb"]["route_table_ids"] = ref("aws_route_table.a.id")
    assert status(resources, "NET-04", READER) == {"FAIL"}
    adding(
        "aws_vpc_endpoint_route_table_association.b",
        vpc_endpoint_id=ref("aws_vpc_endpoint.dynamodb.id"),
        route_table_id=ref("aws_route_table.b.id"),
    )(resources)
    assert status(resources, "NET-04", READER) == {"PASS"}


def _with_document(expressions: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A plan whose bucket policy is a data source that is read during the apply."""
    resources = compliant.resources()
    resources["aws_s3_bucket_policy.archive"]["policy"] = ref("data.aws_iam_policy_document.p.json")
    plan = document(resources)
    item = {
        "address": "data.aws_iam_policy_document.p",
        "mode": "data",
        "type": "aws_iam_policy_document",
        "name": "p",
    }
    unknown = {name: True for name, expression in expressions.items() if "references" in expression}
    plan["planned_values"]["root_module"]["resources"].append(item | {"values": values})
    change = {"actions": ["read"], "after": values, "after_unknown": {"json": True} | unknown}
    plan["resource_changes"].append(item | {"change": change})
    plan["configuration"]["root_module"]["resources"].append(item | {"expressions": expressions})
    return plan


def _said(plan: dict[str, Any], control: str) -> set[str]:
    return {s for s, _ in verdicts(read_plan(plan))[control, "aws_s3_bucket.archive"]}


STATEMENT = {"effect": "Allow", "actions": ["s3:GetObject"], "resources": ["*"]}


def test_documents_that_are_merged_in_and_not_known_leave_a_policy_open() -> None:
    own = {"type": "AWS", "identifiers": [f"arn:aws:iam::{c.ID}:root"]}
    plan = {"statement": [STATEMENT | {"principals": [own]}]}
    assert _said(_with_document({}, **plan), "S3-02") == {"PASS"}
    merged = {"source_policy_documents": {"references": ["terraform_data.late.output"]}}
    assert _said(_with_document(merged, **plan), "S3-02") == {"UNKNOWN"}


def test_everybody_but_somebody_is_public() -> None:
    but = {"type": "AWS", "identifiers": [f"arn:aws:iam::{c.ID}:root"]}
    plan = _with_document({}, statement=[STATEMENT | {"not_principals": [but]}])
    assert _said(plan, "S3-02") == {"FAIL"}


def test_blocks_of_a_set_are_told_apart_by_their_constants() -> None:
    """A plan lists them in another order than they are written in."""
    owner = Planned("", {}, {}, None, address="x.y", type="x")
    block = Block(
        owner,
        "",
        {"rule": [{"kind": "b", "port": 443}, {"kind": "a", "port": 80}, {"kind": "c"}]},
        {"rule": [{"key": True}, {"key": True}, {"key": True}]},
        {
            "rule": [
                {"kind": {"constant_value": "a"}, "key": {"references": ["aws_kms_key.a"]}},
                {
                    "kind": {"constant_value": "b"},
                    "port": {"constant_value": "443"},
                    "key": {"references": ["aws_kms_key.b"]},
                },
                {"key": {"references": ["aws_kms_key.c"]}},
                {"key": {"references": ["aws_kms_key.d"]}},
            ]
        },
    )
    found = block.blocks("rule")
    assert isinstance(found, tuple)
    assert [b.expressions and b.expressions["key"]["references"] for b in found] == [None, None, None]
    del block.expressions["rule"][2:]  # type: ignore[index]
    found = block.blocks("rule")
    assert isinstance(found, tuple)
    written = [b.expressions and b.expressions["key"]["references"] for b in found]
    assert written == [["aws_kms_key.b"], ["aws_kms_key.a"], None]


def test_what_terraform_calls_incomplete_is_no_whole() -> None:
    plan = document(compliant.resources())
    plan["complete"] = False
    found = verdicts(read_plan(plan))
    assert {s for s, _ in found["LAM-09", READER]} == {"PASS"}
    assert any("not complete" in message for _, message in found["LAM-09", ACCOUNT])
    assert {s for s, _ in found["LAM-09", ACCOUNT]} == {"UNKNOWN"}


def _with_replica() -> dict[str, Any]:
    """The function's log group is in another region."""
    plan = document(compliant.resources())
    root = plan["configuration"]["root_module"]
    plan["configuration"]["provider_config"]["aws.replica"] = {
        "name": "aws",
        "alias": "replica",
        "expressions": {"region": {"references": ["var.second"]}},
    }
    plan["variables"] = {"second": {"value": "eu-west-1"}}
    for resource in root["resources"]:
        of_reader = resource["address"] == "aws_cloudwatch_log_group.reader"
        resource["provider_config_key"] = "aws.replica" if of_reader else "aws"
    return plan


def test_what_is_in_another_region_serves_nothing_in_this_one() -> None:
    found = verdicts(read_plan(_with_replica()))
    assert {s for s, _ in found["LOG-04", READER]} == {"UNKNOWN"}
    assert any("eu-west-1" in m for _, m in found["LOG-01", ACCOUNT])
    assert ("LOG-01", "aws_cloudwatch_log_group.reader") not in found
    assert {s for s, _ in found["LOG-01", "aws_cloudwatch_log_group.trail"]} == {"PASS"}


def test_another_region_is_judged_by_name() -> None:
    reading = read_plan(_with_replica(), region="eu-west-1")
    assert reading.account.region == "eu-west-1"
    assert {g.name for g in reading.account.log_groups.items} == {"/aws/lambda/reader"}
    assert {f.name for f in reading.account.functions.items} == set()
    assert {"reader", "other"} <= {r.name for r in reading.account.roles.items}  # of no region


@pytest.mark.parametrize(
    ("action", "expected"), [("sqs:SendMessage", "UNKNOWN"), ("sqs:ReceiveMessage", "FAIL")]
)
def test_a_grant_that_may_be_for_hidden_dead_letters_is_unknown(action: str, expected: str) -> None:
    resources = compliant.resources()
    resources[READER]["dead_letter_config"] = [{"target_arn": LATE}]
    queue = f"arn:aws:sqs:us-east-1:{c.ID}:somewhere"
    adding("aws_iam_role_policy.more", name="more", role="reader", policy=c.policy(c.allow(action, queue)))(
        resources
    )
    assert status(resources, "NET-04", READER) == {expected}


def test_a_function_whose_vpc_is_not_known_hides_nothing_of_the_others() -> None:
    resources = compliant.resources()
    resources["aws_lambda_function.other"]["vpc_config"][0]["subnet_ids"] = LATE
    everyone = {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1"}
    adding("aws_vpc_security_group_egress_rule.open", security_group_id=ref(f"{GROUP}.id"), **everyone)(
        resources
    )
    without("aws_flow_log.main")(resources)
    found = verdicts(read_plan(document(resources)))
    for control, place in (("NET-02", GROUP), ("NET-03", "aws_vpc.main")):
        assert {status for status, _ in found[control, place]} == {"FAIL"}
        assert {status for status, _ in found[control, ACCOUNT]} == {"UNKNOWN"}


def test_a_function_whose_role_subnets_or_log_group_are_not_known_hides_nothing_of_the_others() -> None:
    resources = compliant.resources()
    resources["aws_lambda_function.other"] |= {"role": LATE}
    resources["aws_lambda_function.other"]["vpc_config"][0]["subnet_ids"] = LATE
    resources["aws_iam_role_policy.reader"]["policy"] = c.policy(c.allow("dynamodb:*", "*"))
    way_out = {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}
    resources["aws_route_table.a"]["route"] = [way_out]
    resources["aws_lambda_function.other"]["logging_config"] = [{"log_format": "Text", "log_group": LATE}]
    without("aws_cloudwatch_log_data_protection_policy.reader")(resources)
    found = verdicts(read_plan(document(resources)))
    for control, place in (
        ("IAM-03", "aws_iam_role.reader"),
        ("NET-05", "aws_subnet.a"),
        ("LOG-05", "aws_cloudwatch_log_group.reader"),
    ):
        assert {status for status, _ in found[control, place]} == {"FAIL"}
        assert {status for status, _ in found[control, ACCOUNT]} == {"UNKNOWN"}
