"""Breaks of a plan's way out, and of what is kept beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.unit.policies.compliant import EXACT
from tests.unit.policies.plan.breaking import PlanBreak
from tests.unit.policies.plan.compliant_egress import egress as compliant
from tests.unit.policies.plan.documents import adding, both, changing, ref, without

_VPC = "aws_vpc.main"
_RULES = "aws_networkfirewall_rule_group.egress"
_POLICY = "aws_networkfirewall_firewall_policy.egress"
_NAMES = "aws_route53_resolver_firewall"


def _policy(words: str, **values: Any) -> PlanBreak:
    (policy,) = compliant()[_POLICY]["firewall_policy"]
    return PlanBreak("NET-09", _VPC, words, changing(_POLICY, firewall_policy=[policy | values]))


def _rules(words: str, **source: Any) -> PlanBreak:
    return PlanBreak("NET-09", _VPC, words, changing(_RULES, rule_group=[{"rules_source": [source]}]))


def egress() -> Iterator[PlanBreak]:
    yield _policy("no strict order", stateful_engine_options=[])
    yield _policy("it has aws:alert_strict", stateful_default_actions=["aws:alert_strict"])
    yield _policy("aws:pass", stateless_default_actions=["aws:pass"])
    stateless = {"rule_definition": [{"actions": ["aws:pass"]}]}
    group = {"rules_source": [{"stateless_rules_and_custom_actions": [{"stateless_rule": [stateless]}]}]}
    yield PlanBreak(
        "NET-09",
        _VPC,
        "to its rules: aws:pass",
        both(
            adding("aws_networkfirewall_rule_group.fast", name="fast", type="STATELESS", rule_group=[group]),
            _policy(
                "",
                stateless_rule_group_reference=[
                    {"priority": 1, "resource_arn": ref("aws_networkfirewall_rule_group.fast.arn")}
                ],
            ).change,
        ),
    )
    yield _rules(
        "one exact name of TLS: all", rules_string=f'{EXACT}pass ip any any -> any any (msg:"all"; sid:9;)'
    )
    text = 'pass tls any any -> any any (msg:"below"; tls.sni; content:".org"; endswith; sid:9;)'
    yield PlanBreak(
        "NET-09", _VPC, "one exact name of TLS: below", changing(_RULES, rule_group=[], rules=text)
    )
    listed = {"generated_rules_type": "ALLOWLIST", "target_types": ["TLS_SNI"], "targets": [".example.org"]}
    yield _rules("every name below .example.org", rules_source_list=[listed])
    in_parts = {
        "action": "PASS",
        "header": [{"protocol": "TLS"}],
        "rule_option": [{"keyword": "sid", "settings": ["7"]}],
    }
    yield _rules("one exact name of TLS: sid 7", stateful_rule=[in_parts])
    yield PlanBreak("NET-09", _VPC, "no DNS firewall", without(f"{_NAMES}_rule_group_association.egress"))
    yield PlanBreak("NET-09", _VPC, "no rule blocks", without(f"{_NAMES}_rule.block"))
    yield PlanBreak("NET-09", _VPC, "no rule blocks", changing(f"{_NAMES}_rule.block", q_type="TXT"))
    wide = changing(f"{_NAMES}_domain_list.resolved", domains=["*.example.org."])
    yield PlanBreak("NET-09", _VPC, "rule resolve resolves *.example.org.", wide)
    first = changing(
        f"{_NAMES}_rule.resolve", action="ALERT", firewall_domain_list_id=ref(f"{_NAMES}_domain_list.all.id")
    )
    yield PlanBreak("NET-09", _VPC, "rule resolve resolves *.", first)
    opened = changing(f"{_NAMES}_config.egress", firewall_fail_open="ENABLED")
    yield PlanBreak("NET-09", _VPC, "fails open", opened)
