"""Ways out of VPCs: network firewalls, and the firewalls of their resolvers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hipaa_policies.facts.base import Unreadable


@dataclass(frozen=True)
class RuleGroup:
    """A group of a firewall's rules. ``rules`` is Suricata's text; ``domains`` are those of a domain list
    whose ``kind`` is ALLOWLIST, DENYLIST, ... and that looks at ``targets`` (TLS_SNI, HTTP_HOST)."""

    name: str
    rules: str = ""
    domains: tuple[str, ...] = ()
    kind: str = ""
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class FirewallPolicy:
    """``stateless`` are all actions that can come before the stateful engine: the defaults, those of
    fragments, and those of rules. ``defaults`` are the stateful engine's, ``groups`` its rule groups."""

    strict_order: bool
    stateless: tuple[str, ...] | Unreadable
    defaults: tuple[str, ...]
    groups: tuple[RuleGroup | Unreadable, ...]


@dataclass(frozen=True)
class NetworkFirewall:
    """``endpoints`` are the ids that routes lead to."""

    TYPE: ClassVar[str] = "AWS::NetworkFirewall::Firewall"

    arn: str
    name: str
    vpc_id: str
    endpoints: tuple[str, ...]
    policy: FirewallPolicy | Unreadable


@dataclass(frozen=True)
class NameRule:
    """A rule of a resolver's firewall. ``action`` is ALLOW, ALERT or BLOCK; ``query_type`` is set where it
    holds for one type of record alone."""

    name: str
    action: str
    domains: tuple[str, ...] | Unreadable
    query_type: str | None = None


@dataclass(frozen=True)
class NameRules:
    """Rules that a VPC's resolver asks, in their order; of several groups that of the lowest ``priority``
    first."""

    TYPE: ClassVar[str] = "AWS::Route53Resolver::FirewallRuleGroupAssociation"

    arn: str
    vpc_id: str
    priority: int
    rules: tuple[NameRule, ...] | Unreadable


@dataclass(frozen=True)
class NameFirewall:
    """Whether a VPC's resolver answers by itself where its firewall does not: ``fail_open`` is ENABLED or
    DISABLED, or says who else decides it."""

    TYPE: ClassVar[str] = "AWS::Route53Resolver::FirewallConfig"

    arn: str
    vpc_id: str
    fail_open: str
