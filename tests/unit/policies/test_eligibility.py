"""Services behind Terraform's types: what is not known is told."""

from __future__ import annotations

from hipaa_policies.eligibility import services_of
from hipaa_policies.judge import judge
from hipaa_policies.readers.plan import read_plan
from hipaa_policies.verdicts import Status

from tests.unit.policies import compliant as c
from tests.unit.policies.plan import compliant
from tests.unit.policies.plan.documents import adding, document


def test_types_are_sorted_by_their_service() -> None:
    found = services_of(
        [
            "aws_sfn_state_machine",
            "aws_network_acl",
            "aws_lightsail_instance",
            "aws_devicefarm_project",
            "aws_iam_group_membership",
            "aws_sns",
            "aws_snsomething_new",
            "datadog_monitor",
            "random_id",
            "terraform_data",
        ]
    )
    assert found.eligible == ("aws_network_acl", "aws_sfn_state_machine", "aws_sns")
    assert found.not_eligible == ("Lightsail (aws_lightsail_instance)",)
    assert found.unknown == ("aws_devicefarm_project", "aws_snsomething_new", "datadog_monitor")


def test_a_service_that_is_not_in_the_table_is_unknown_by_name() -> None:
    resources = compliant.resources()
    adding("aws_new_thing.x", name="x")(resources)
    found = [
        f for f in judge(read_plan(document(resources)).account, c.settings()) if f.control_id == "ATT-03"
    ]
    assert [f.status for f in found] == [Status.UNKNOWN]
    assert "aws_new_thing" in found[0].message
