"""Of the compliant plan: the way out, as modules/network makes it."""

from __future__ import annotations

from tests.unit.policies.compliant import EXACT
from tests.unit.policies.plan.documents import Resources, ref

VPC = ref("aws_vpc.main.id")
GROUP = ref("aws_route53_resolver_firewall_rule_group.egress.id")


def egress() -> Resources:
    return {
        "aws_networkfirewall_rule_group.egress": {
            "name": "egress",
            "type": "STATEFUL",
            "rule_group": [
                {
                    "rules_source": [{"rules_string": EXACT}],
                    "stateful_rule_options": [{"rule_order": "STRICT_ORDER"}],
                }
            ],
        },
        "aws_networkfirewall_firewall_policy.egress": {
            "name": "egress",
            "firewall_policy": [
                {
                    "stateless_default_actions": ["aws:forward_to_sfe"],
                    "stateless_fragment_default_actions": ["aws:drop"],
                    "stateful_default_actions": ["aws:alert_established", "aws:drop_established"],
                    "stateful_engine_options": [{"rule_order": "STRICT_ORDER"}],
                    "stateful_rule_group_reference": [
                        {"priority": 1, "resource_arn": ref("aws_networkfirewall_rule_group.egress.arn")}
                    ],
                }
            ],
        },
        "aws_networkfirewall_firewall.egress": {
            "name": "egress",
            "vpc_id": VPC,
            "firewall_policy_arn": ref("aws_networkfirewall_firewall_policy.egress.arn"),
        },
        "aws_route53_resolver_firewall_domain_list.all": {"name": "all", "domains": ["*."]},
        "aws_route53_resolver_firewall_domain_list.resolved": {
            "name": "resolved",
            "domains": ["api.example.org.", "*.kms.us-east-1.amazonaws.com."],
        },
        "aws_route53_resolver_firewall_rule_group.egress": {"name": "egress"},
        "aws_route53_resolver_firewall_rule.block": {
            "name": "block",
            "action": "BLOCK",
            "priority": 200,
            "firewall_rule_group_id": GROUP,
            "firewall_domain_list_id": ref("aws_route53_resolver_firewall_domain_list.all.id"),
        },
        "aws_route53_resolver_firewall_rule.resolve": {
            "name": "resolve",
            "action": "ALLOW",
            "priority": 100,
            "firewall_rule_group_id": GROUP,
            "firewall_domain_list_id": ref("aws_route53_resolver_firewall_domain_list.resolved.id"),
        },
        "aws_route53_resolver_firewall_rule_group_association.egress": {
            "name": "egress",
            "priority": 101,
            "vpc_id": VPC,
            "firewall_rule_group_id": GROUP,
        },
        "aws_route53_resolver_firewall_config.egress": {"resource_id": VPC, "firewall_fail_open": "DISABLED"},
    }
