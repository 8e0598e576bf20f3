"""The way out in plans: routes written as one expression, and what a plan does not show."""

from __future__ import annotations

from typing import Any

import pytest
from hipaa_policies.judge import judge
from hipaa_policies.readers.plan import read_plan
from hipaa_policies.verdicts import Status

from tests.unit.policies.compliant import settings
from tests.unit.policies.plan import compliant
from tests.unit.policies.plan.documents import Change, changing, document, ref, without
from tests.unit.policies.test_live_egress import NET_09

VPC = "aws_vpc.main"
FIREWALL = "aws_networkfirewall_firewall.egress"
POLICY = "aws_networkfirewall_firewall_policy.egress"


def judged(whole: dict[str, Any]) -> tuple[Status, str]:
    (found,) = judge(read_plan(whole).account, settings(), [NET_09])
    return found.status, found.message


def with_expression(*references: str) -> dict[str, Any]:
    """The compliant plan as Terraform shows ``route``: its blocks are one attribute, with its references."""
    whole = document(compliant.resources())
    for resource in whole["configuration"]["root_module"]["resources"]:
        if resource["address"] == "aws_route_table.a":
            resource["expressions"]["route"] = {"references": list(references)}
    return whole


def test_a_route_of_a_list_leads_to_the_one_firewall_that_it_can() -> None:
    status, message = judged(with_expression(f"{FIREWALL}.firewall_status", FIREWALL))
    assert (status, "egress passes TLS" in message) == (Status.PASS, True)


@pytest.mark.parametrize(
    "references", [(f"{FIREWALL}.arn", "aws_vpc_endpoint.kms.id"), ("local.endpoints",), ("aws_vpc.main.id",)]
)
def test_a_route_that_may_lead_elsewhere_is_unknown(references: tuple[str, ...]) -> None:
    status, message = judged(with_expression(*references))
    assert status is Status.UNKNOWN
    assert "vpc_endpoint_id" in message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changing(FIREWALL, firewall_policy_arn="arn:aws:network-firewall:x"), "does not make"),
        (changing(FIREWALL, firewall_policy_arn=ref("random_id.x.hex")), "firewall_policy_arn"),
        (without("aws_networkfirewall_rule_group.egress"), "resource_arn"),
        (
            changing("aws_networkfirewall_rule_group.egress", rule_group=[], rules=ref("random_id.x.hex")),
            "rules",
        ),
        (
            changing("aws_route53_resolver_firewall_domain_list.resolved", domains=ref("random_id.x.hex")),
            "domains",
        ),
        (
            changing(
                "aws_route53_resolver_firewall_config.egress", firewall_fail_open=ref("random_id.x.hex")
            ),
            "fail_open",
        ),
        (changing("aws_route53_resolver_firewall_rule.block", priority=ref("random_id.x.hex")), "priority"),
    ],
)
def test_what_the_plan_leaves_open_is_unknown(change: Change, words: str) -> None:
    resources = compliant.resources()
    change(resources)
    status, message = judged(document(resources))
    assert status is Status.UNKNOWN
    assert words in message


def test_a_firewall_that_is_there_already_is_found_by_its_endpoints() -> None:
    resources = compliant.resources()
    attached = [{"attachment": [{"endpoint_id": "vpce-1"}], "availability_zone": "us-east-1a"}]
    resources[FIREWALL]["firewall_status"] = [{"sync_states": attached}]
    resources["aws_route_table.a"]["route"] = [{"cidr_block": "0.0.0.0/0", "vpc_endpoint_id": "vpce-1"}]
    assert judged(document(resources))[0] is Status.PASS
