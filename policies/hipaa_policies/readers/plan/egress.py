"""Network firewalls and the firewalls of resolvers, as planned."""

from __future__ import annotations

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
from hipaa_policies.readers.plan.model import Block, Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, reader
from hipaa_policies.readers.shared import suricata_rule

_VPCS = ("aws_vpc", "aws_default_vpc")
_FIREWALL = "aws_networkfirewall_firewall"
_POLICY = ("aws_networkfirewall_firewall_policy",)
_RULES = ("aws_networkfirewall_rule_group",)
_RESOLVER = "aws_route53_resolver_firewall"
_DOMAINS = (f"{_RESOLVER}_domain_list",)
_NAME_RULES = (f"{_RESOLVER}_rule_group",)


@reader("network_firewalls", types=(_FIREWALL, *_POLICY, *_RULES))
def read_network_firewalls(plan: Plan) -> Facts:
    return {"network_firewalls": Listing(tuple(map(_firewall, plan.of(_FIREWALL))))}


def _firewall(planned: Planned) -> NetworkFirewall:
    return partial(
        NetworkFirewall,
        arn=planned.arn,
        name=planned.name,
        vpc_id=planned.reference("vpc_id", _VPCS, "id"),
        # A route to what is not there yet names the firewall, in place of its endpoint in the zone.
        endpoints=tuple(sorted({planned.id, *_endpoints(planned)})),
        policy=_policy(planned),
    )


def _endpoints(planned: Planned) -> list[str]:
    states = [s for status in planned.values.get("firewall_status") or () for s in status["sync_states"]]
    found = [attached.get("endpoint_id") for state in states for attached in state.get("attachment") or ()]
    return [endpoint for endpoint in found if endpoint]


def _named(owner: Block, attribute: str, kinds: tuple[str, ...]) -> Any:
    """The resource that an attribute names by its ARN or id, or why it is not known."""
    plan = owner.owner.plan
    for form in ("arn", "id"):
        identity = owner.reference(attribute, kinds, form)
        if isinstance(identity, Unreadable):
            return identity
        found = next((p for p in plan.of(*kinds) if getattr(p, form) == identity), None)
        if found is not None:
            return found
    return owner.undecided(attribute, "a plan does not show what it does not make")


def _policy(firewall: Planned) -> Any:
    planned = _named(firewall, "firewall_policy_arn", _POLICY)
    block = planned if isinstance(planned, Unreadable) else planned.block("firewall_policy")
    if not isinstance(block, Block):
        return block or firewall.undecided("firewall_policy_arn")
    order = block.inside("stateful_engine_options", "rule_order")
    defaults, groups = _texts(block, "stateful_default_actions"), _groups(block)
    for value in (order, defaults, groups):
        if isinstance(value, Unreadable):
            return value
    return FirewallPolicy(order == "STRICT_ORDER", _stateless(block), defaults, groups)


def _texts(block: Block, name: str) -> Any:
    value = block.get(name)
    return value if isinstance(value, Unreadable) else tuple(value or ())


def _stateless(block: Block) -> Any:
    found: list[Any] = [
        _texts(block, name) for name in ("stateless_default_actions", "stateless_fragment_default_actions")
    ]
    references = block.blocks("stateless_rule_group_reference")
    if isinstance(references, Unreadable):
        return references
    found += [_actions(reference) for reference in references]
    hidden = next((actions for actions in found if isinstance(actions, Unreadable)), None)
    every = tuple(sorted({a for actions in found if isinstance(actions, tuple) for a in actions}))
    return hidden if hidden and "aws:pass" not in every else every


def _actions(reference: Block) -> Any:
    """What the rules of a stateless group do."""
    source = _source(reference)
    inner = source if isinstance(source, Unreadable) else source.block("stateless_rules_and_custom_actions")
    rules = inner.blocks("stateless_rule") if isinstance(inner, Block) else inner
    if rules is None or isinstance(rules, Unreadable):
        return rules or ()
    definitions = [rule.block("rule_definition") for rule in rules]
    found: list[Any] = [_texts(d, "actions") if isinstance(d, Block) else d or () for d in definitions]
    hidden = next((actions for actions in found if isinstance(actions, Unreadable)), None)
    return hidden or tuple(action for actions in found for action in actions)


def _source(reference: Block) -> Any:
    """The rules of the group that a policy refers to: a ``Block``, or why they are not known."""
    group = _named(reference, "resource_arn", _RULES)
    block = group if isinstance(group, Unreadable) else group.block("rule_group")
    source = block.block("rules_source") if isinstance(block, Block) else block
    return reference.undecided("resource_arn") if source is None else source


def _groups(policy: Block) -> Any:
    references = policy.blocks("stateful_rule_group_reference")
    if isinstance(references, Unreadable):
        return references
    return tuple(map(_group, references))


def _group(reference: Block) -> Any:
    group = _named(reference, "resource_arn", _RULES)
    if isinstance(group, Unreadable):
        return group
    text = group.text("rules")
    if isinstance(text, str):
        return RuleGroup(group.name, text)
    source = _source(reference)
    if isinstance(source, Unreadable):
        return text if isinstance(text, Unreadable) else source
    rules, listed = source.text("rules_string"), source.block("rules_source_list")
    written = _written(source)
    for value in (rules, listed, written):
        if isinstance(value, Unreadable):
            return value
    if listed is None:
        return RuleGroup(group.name, "\n".join([rules or "", *written]))
    parts = {
        "domains": _texts(listed, "targets"),
        "kind": listed.text("generated_rules_type") or "",
        "targets": _texts(listed, "target_types"),
    }
    hidden = next((value for value in parts.values() if isinstance(value, Unreadable)), None)
    return hidden or RuleGroup(group.name, **parts)


def _written(source: Block) -> Any:
    """Rules that are given in parts, as text."""
    found = []
    rules = source.blocks("stateful_rule")
    if isinstance(rules, Unreadable):
        return rules
    for rule in rules:
        protocol, options = rule.inside("header", "protocol"), rule.blocks("rule_option")
        if isinstance(options, Unreadable):
            return options
        for value in (rule.get("action"), protocol):
            if isinstance(value, Unreadable):
                return value
        words = [(option.get("keyword"), _texts(option, "settings")) for option in options]
        for value in (value for pair in words for value in pair):
            if isinstance(value, Unreadable):
                return value
        found.append(suricata_rule(rule.get("action"), protocol, words))
    return found


@reader(
    "name_firewalls",
    "name_rules",
    types=(
        *_DOMAINS,
        *_NAME_RULES,
        f"{_RESOLVER}_config",
        f"{_RESOLVER}_rule",
        f"{_RESOLVER}_rule_group_association",
    ),
)
def read_name_firewalls(plan: Plan) -> Facts:
    return {
        "name_firewalls": Listing(tuple(map(_config, plan.of(f"{_RESOLVER}_config")))),
        "name_rules": Listing(tuple(map(_name_rules, plan.of(f"{_RESOLVER}_rule_group_association")))),
    }


def _config(planned: Planned) -> NameFirewall:
    return partial(
        NameFirewall,
        arn=planned.arn,
        vpc_id=planned.reference("resource_id", _VPCS, "id"),
        fail_open=planned.text("firewall_fail_open") or "DISABLED",
    )


def _name_rules(planned: Planned) -> NameRules:
    return partial(
        NameRules,
        arn=planned.arn,
        vpc_id=planned.reference("vpc_id", _VPCS, "id"),
        priority=planned.get("priority"),
        rules=_rules_of(planned),
    )


def _rules_of(association: Planned) -> Any:
    group = _named(association, "firewall_rule_group_id", _NAME_RULES)
    if isinstance(group, Unreadable):
        return group
    found = []
    for rule in association.plan.of(f"{_RESOLVER}_rule"):
        owner = rule.reference("firewall_rule_group_id", _NAME_RULES, "id")
        place = rule.get("priority")
        for value in (owner, place):
            if isinstance(value, Unreadable):
                return value
        if owner == group.id:
            found.append((place, _name_rule(rule)))
    return tuple(rule for _, rule in sorted(found, key=lambda pair: pair[0]))


def _name_rule(rule: Planned) -> NameRule:
    listed = _named(rule, "firewall_domain_list_id", _DOMAINS)
    return partial(
        NameRule,
        name=rule.name,
        action=rule.get("action"),
        domains=listed if isinstance(listed, Unreadable) else _texts(listed, "domains"),
        query_type=rule.text("q_type"),
    )
