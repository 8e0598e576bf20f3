"""Network firewalls with what they pass, and the rules of the firewalls of resolvers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.egress import (
    FirewallPolicy,
    NameFirewall,
    NameRule,
    NameRules,
    NetworkFirewall,
    RuleGroup,
)
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader
from hipaa_policies.readers.shared import suricata_rule

_SERVICE, _RESOLVER = "network-firewall", "route53resolver"


@reader(
    "network_firewalls",
    operations={
        _SERVICE: ("DescribeFirewall", "DescribeFirewallPolicy", "DescribeRuleGroup", "ListFirewalls")
    },
)
def read_network_firewalls(aws: Aws, _: Where) -> Facts:
    listed = aws.pages(_SERVICE, "ListFirewalls", "Firewalls")
    policies = _Policies(aws)
    found = aws.each(listed.items, lambda answer: _firewall(aws, answer, policies))
    return {"network_firewalls": Listing(found, listed.problem)}


def _firewall(aws: Aws, listed: Mapping[str, Any], policies: _Policies) -> NetworkFirewall:
    arn, name = listed["FirewallArn"], listed["FirewallName"]
    answer = aws.optional(_SERVICE, "DescribeFirewall", [], FirewallArn=arn) or {}
    if isinstance(answer, Unreadable):
        return partial(NetworkFirewall, arn=arn, name=name, vpc_id=answer, endpoints=answer, policy=answer)
    states = (answer.get("FirewallStatus") or {}).get("SyncStates") or {}
    attached = [(state.get("Attachment") or {}).get("EndpointId") for state in states.values()]
    return NetworkFirewall(
        arn=arn,
        name=name,
        vpc_id=answer["Firewall"]["VpcId"],
        endpoints=tuple(sorted(endpoint for endpoint in attached if endpoint)),
        policy=policies.read(answer["Firewall"]["FirewallPolicyArn"]),
    )


class _Policies:
    """Policies and rule groups, each read once: firewalls share them."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self.read = cache(self._read)
        self._group = cache(self._read_group)
        self._actions = cache(self._read_actions)

    def _read(self, arn: str) -> FirewallPolicy | Unreadable:
        answer = self._aws.optional(_SERVICE, "DescribeFirewallPolicy", [], FirewallPolicyArn=arn) or {}
        if isinstance(answer, Unreadable):
            return answer
        policy = answer["FirewallPolicy"]
        references = policy.get("StatelessRuleGroupReferences") or ()
        stateless = [self._actions(reference["ResourceArn"]) for reference in references]
        defaults = (*policy["StatelessDefaultActions"], *policy["StatelessFragmentDefaultActions"])
        hidden = next((actions for actions in stateless if isinstance(actions, Unreadable)), None)
        every = {*defaults, *(a for actions in stateless if isinstance(actions, tuple) for a in actions)}
        groups = policy.get("StatefulRuleGroupReferences") or ()
        return FirewallPolicy(
            strict_order=(policy.get("StatefulEngineOptions") or {}).get("RuleOrder") == "STRICT_ORDER",
            stateless=hidden if hidden and "aws:pass" not in every else tuple(sorted(every)),
            defaults=tuple(policy.get("StatefulDefaultActions") or ()),
            groups=tuple(self._group(reference["ResourceArn"]) for reference in groups),
        )

    def _described(self, arn: str) -> Mapping[str, Any] | Unreadable:
        if ":aws-managed:" in arn:  # AWS does not show what is in its own
            name = arn.rpartition("/")[2]
            return Unreadable(f"{_SERVICE}:DescribeRuleGroup of {name}", "no rules: they are AWS's own", "")
        answer = self._aws.optional(_SERVICE, "DescribeRuleGroup", [], RuleGroupArn=arn) or {}
        return answer if isinstance(answer, Unreadable) else answer["RuleGroup"]

    def _read_actions(self, arn: str) -> tuple[str, ...] | Unreadable:
        group = self._described(arn)
        if isinstance(group, Unreadable):
            return group
        rules = group["RulesSource"]["StatelessRulesAndCustomActions"]["StatelessRules"]
        return tuple(action for rule in rules for action in rule["RuleDefinition"]["Actions"])

    def _read_group(self, arn: str) -> RuleGroup | Unreadable:
        group = self._described(arn)
        if isinstance(group, Unreadable):
            return group
        source = group["RulesSource"]
        domains = source.get("RulesSourceList") or {}
        written = [_written(rule) for rule in source.get("StatefulRules") or ()]
        return RuleGroup(
            name=arn.rpartition("/")[2],
            rules="\n".join([source.get("RulesString") or "", *written]),
            domains=tuple(domains.get("Targets") or ()),
            kind=domains.get("GeneratedRulesType") or "",
            targets=tuple(domains.get("TargetTypes") or ()),
        )


def _written(rule: Mapping[str, Any]) -> str:
    options = [(option["Keyword"], option.get("Settings") or ()) for option in rule["RuleOptions"]]
    return suricata_rule(rule["Action"], rule["Header"]["Protocol"], options)


@reader(
    "name_firewalls",
    "name_rules",
    operations={
        _RESOLVER: (
            "ListFirewallConfigs",
            "ListFirewallDomainLists",
            "ListFirewallDomains",
            "ListFirewallRuleGroupAssociations",
            "ListFirewallRules",
        )
    },
)
def read_name_firewalls(aws: Aws, where: Where) -> Facts:
    configs = aws.pages(_RESOLVER, "ListFirewallConfigs", "FirewallConfigs")
    listed = aws.pages(_RESOLVER, "ListFirewallRuleGroupAssociations", "FirewallRuleGroupAssociations")
    groups = _NameRules(aws, bool(listed.items))
    return {
        "name_firewalls": Listing(tuple(_config(c, where) for c in configs.items), configs.problem),
        "name_rules": Listing(
            tuple(
                NameRules(a["Arn"], a["VpcId"], a["Priority"], groups.read(a["FirewallRuleGroupId"]))
                for a in listed.items
            ),
            listed.problem,
        ),
    }


def _config(answer: Mapping[str, Any], where: Where) -> NameFirewall:
    arn = where.arn("route53resolver", f"firewall-config/{answer['Id']}")
    return NameFirewall(arn, answer["ResourceId"], answer.get("FirewallFailOpen") or "DISABLED")


class _NameRules:
    """Rule groups and lists of domains, each read once: VPCs share them."""

    def __init__(self, aws: Aws, any_groups: bool) -> None:
        self._aws = aws
        self.read = cache(self._read)
        self._domains = cache(self._read_domains)
        lists: Listing[Any] = Listing()
        if any_groups:
            lists = aws.pages(_RESOLVER, "ListFirewallDomainLists", "FirewallDomainLists")
        # Of its own lists AWS does not tell what is in them.
        self._of_aws = {one["Id"] for one in lists.items if one.get("ManagedOwnerName")}

    def _read(self, group: str) -> tuple[NameRule, ...] | Unreadable:
        listed = self._aws.pages(_RESOLVER, "ListFirewallRules", "FirewallRules", FirewallRuleGroupId=group)
        found = sorted(listed.items, key=lambda rule: rule["Priority"])
        return listed.problem or tuple(self._rule(rule) for rule in found)

    def _rule(self, rule: Mapping[str, Any]) -> NameRule:
        identifier = rule.get("FirewallDomainListId")
        domains: tuple[str, ...] | Unreadable = Unreadable(
            f"the rule {rule['Name']}", "no list of domains", ""
        )
        if identifier:
            domains = self._domains(identifier)
        return NameRule(rule["Name"], rule["Action"], domains, rule.get("Qtype") or None)

    def _read_domains(self, identifier: str) -> tuple[str, ...] | Unreadable:
        if identifier in self._of_aws:
            asked = f"{_RESOLVER}:ListFirewallDomains of {identifier}"
            return Unreadable(asked, "no domains: the list is AWS's own", "")
        listed = self._aws.pages(_RESOLVER, "ListFirewallDomains", "Domains", FirewallDomainListId=identifier)
        return listed.problem or tuple(listed.items)
