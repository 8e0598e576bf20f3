"""Which web ACLs can stop a request, as the API describes them and as they are planned."""

from __future__ import annotations

from typing import Any

import pytest
from hipaa_policies.judge import judge
from hipaa_policies.readers.plan import read_plan
from hipaa_policies.readers.shared import can_stop
from hipaa_policies.verdicts import Status

from tests.unit.policies import compliant as c
from tests.unit.policies.plan import compliant
from tests.unit.policies.plan.documents import Change, adding, both, changing, document, ref
from tests.unit.policies.plan.test_plan_controls import status

ACL, STAGE = "aws_wafv2_web_acl.main", "aws_api_gateway_stage.live"
LATE = ref("terraform_data.late.output")
COUNTING: list[dict[str, Any]] = [{"name": "a", "action": [{"count": [{}]}]}]


def _group(**more: Any) -> Change:
    acl = ref("aws_wafv2_web_acl.main.arn")
    group = adding("aws_wafv2_web_acl_rule_group_association.g", **{"web_acl_arn": acl, **more})
    return both(changing(ACL, rule=[]), group)


@pytest.mark.parametrize(
    ("acl", "stops"),
    [
        ({"DefaultAction": {"Allow": {}}}, False),
        ({"DefaultAction": {"Allow": {}}, "Rules": [{"Action": {"Count": {}}}]}, False),
        ({"DefaultAction": {"Allow": {}}, "Rules": [{"Action": {"Allow": {}}}]}, False),
        ({"DefaultAction": {"Allow": {}}, "Rules": [{"OverrideAction": {"Count": {}}}]}, False),
        ({"DefaultAction": {"Block": {}}}, True),
        ({"DefaultAction": {"Allow": {}}, "Rules": [{"Action": {"Block": {}}}]}, True),
        ({"Rules": [{"Action": {"Count": {}}}, {"Action": {"Challenge": {}}}]}, True),
        ({"Rules": [{"OverrideAction": {"None": {}}}]}, True),
        ({"PreProcessFirewallManagerRuleGroups": [{"OverrideAction": {"None": {}}}]}, True),
        ({"PostProcessFirewallManagerRuleGroups": [{"OverrideAction": {"Count": {}}}]}, False),
    ],
)
def test_what_the_api_describes(acl: dict[str, Any], stops: bool) -> None:
    assert can_stop(acl) is stops


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (changing(ACL, rule=COUNTING, default_action=[{"block": [{}]}]), "PASS"),
        (changing(ACL, rule=[{"name": "a", "action": [{"captcha": [{}]}]}]), "PASS"),
        (changing(ACL, rule=[], rule_json='[{"Name": "a", "Action": {"Block": {}}}]'), "PASS"),
        (_group(override_action="none"), "PASS"),
        (_group(), "PASS"),
        (_group(override_action="count"), "FAIL"),
        (_group(override_action=LATE), "UNKNOWN"),
        (_group(web_acl_arn=LATE), "UNKNOWN"),
        (changing(ACL, rule=LATE), "UNKNOWN"),
        (changing(ACL, rule=[{"name": "a", "override_action": LATE}]), "UNKNOWN"),
        (changing(ACL, rule=[], default_action=LATE), "UNKNOWN"),
        (changing(ACL, rule=LATE, default_action=[{"block": [{}]}]), "PASS"),
        (changing(ACL, rule=[], rule_json=LATE), "UNKNOWN"),
        (changing(ACL, rule=[], rule_json="[no"), "UNKNOWN"),
    ],
)
def test_what_is_planned(change: Change, wanted: str) -> None:
    resources = compliant.resources()
    change(resources)
    assert status(resources, "WAF-01", STAGE) == {wanted}


def test_an_acl_of_elsewhere_may_hold_anything() -> None:
    resources = compliant.resources()
    elsewhere = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/1"
    changing("aws_wafv2_web_acl_association.main", web_acl_arn=elsewhere)(resources)
    judged = judge(read_plan(document(resources)).account, c.settings())
    (finding,) = [f for f in judged if f.control_id == "WAF-01"]
    assert finding.status is Status.UNKNOWN


def test_an_acl_that_is_not_listed_may_hold_anything() -> None:
    account = c.account(web_acls=())
    (finding,) = [f for f in judge(account, c.settings()) if f.control_id == "WAF-01"]
    assert finding.status is Status.UNKNOWN
    assert "wafv2:ListWebACLs answered NotHere" in finding.message
