"""Route 53 Resolver: its DNS firewall, which nobody has here."""

from __future__ import annotations

import json
from typing import Any

from moto.route53resolver.responses import Route53ResolverResponse

from scripts.local_cloud.gaps.patching import add


@add(Route53ResolverResponse, "list_firewall_configs")
def list_firewall_configs(_response: Any) -> str:
    """There are none: moto cannot make any."""
    return json.dumps({"FirewallConfigs": []})


@add(Route53ResolverResponse, "list_firewall_rule_group_associations")
def list_firewall_rule_group_associations(_response: Any) -> str:
    """There are none: moto cannot make any."""
    return json.dumps({"FirewallRuleGroupAssociations": []})
