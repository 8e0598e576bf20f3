"""VPC configuration: the way out, where there is one."""

from __future__ import annotations

from collections.abc import Iterator

from hipaa_policies.catalogue import control
from hipaa_policies.checklist import Line
from hipaa_policies.egress import firewall_of, function_subnets, inspected_routes
from hipaa_policies.facts import Account, Unreadable
from hipaa_policies.facts.egress import FirewallPolicy, NameRule, NetworkFirewall, RuleGroup
from hipaa_policies.facts.network import Route, Vpc
from hipaa_policies.joins import first_names, in_function_vpcs, ways_out
from hipaa_policies.settings import Settings
from hipaa_policies.suricata import NotUnderstoodError, passing_rules
from hipaa_policies.verdicts import ADDRESSABLE, Status, Verdict, failed, not_applicable, passed, unknown

# https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
_DROPS = frozenset({"aws:drop_established", "aws:drop_strict"})
_HARMLESS_STATELESS = frozenset({"aws:drop", "aws:forward_to_sfe"})
# Kinds of domain lists that pass nothing; none at all is a group of rules.
_PASSING_NOTHING = frozenset({"", "ALERTLIST", "DENYLIST", "REJECTLIST"})
# A name in one of these is given by AWS, and leads to nobody's name server.
_AWS_ZONES = ("amazonaws.com", "amazonaws.com.cn", "api.aws")


@control(
    "NET-09",
    "The way out of a VPC with functions is an exact allow-list",
    of=lambda account: in_function_vpcs(account.vpcs, account, by="id"),
    cite="164.312(e)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.NO_EGRESS,
    blind="What the named hosts do with what they get, and whether a host is behind the name that a client "
    "says in its handshake. Names that VPCs without a way out resolve.",
    satisfied_by="modules/network",
    remedy="Route functions' subnets to a network firewall in strict order that drops by default "
    "(aws:drop_established) and passes TLS by exact names alone; let a DNS firewall resolve those and AWS's, "
    "and block all else.",
)
def way_out_is_an_allow_list(vpc: Vpc, account: Account, _: Settings) -> Verdict:
    subnets = function_subnets(vpc.id, account)
    past = [f"{subnet.id} to {route.target}" for subnet in subnets for route in ways_out(subnet, account)]
    if past:
        return failed(f"leads past every firewall: {first_names(past)}")
    routes = [route for subnet in subnets for route in inspected_routes(subnet, account)]
    firewalls = {f.arn: f for f in account.network_firewalls.items if f.vpc_id == vpc.id}
    if not routes and not firewalls:
        account.network_firewalls.complete()
        return not_applicable("functions have no way out of it")
    found = [firewall_of(route, account) for route in routes]
    firewalls |= {firewall.arn: firewall for firewall in found if firewall is not None}
    verdicts = [
        *(verdict for firewall in firewalls.values() for verdict in _openings(firewall)),
        *_open_names(vpc, account),
        *(_unseen(route) for route, firewall in zip(routes, found, strict=True) if firewall is None),
    ]
    verdicts.sort(key=lambda verdict: verdict.status is not Status.FAIL)
    if not verdicts or verdicts[0].status is not Status.FAIL:
        account.network_firewalls.complete()
    names = first_names([firewall.name for firewall in firewalls.values()])
    return verdicts[0] if verdicts else passed(f"{names} passes TLS to exact names alone")


def _unseen(route: Route) -> Verdict:
    return unknown(f"{route.destination} goes to {route.target}: what passes there cannot be seen from here")


def _openings(firewall: NetworkFirewall) -> Iterator[Verdict]:
    """What a firewall lets through besides exact names, and what of it is not known."""
    policy = firewall.policy
    if isinstance(policy, Unreadable):
        yield unknown(str(policy))
        return
    if isinstance(policy.stateless, Unreadable):
        yield unknown(str(policy.stateless))
    elif others := sorted(
        a for a in policy.stateless if a.startswith("aws:") and a not in _HARMLESS_STATELESS
    ):
        yield failed(f"{firewall.name} does not hand all to its rules: {first_names(others)}")
    yield from _default(firewall.name, policy)
    for group in policy.groups:
        if isinstance(group, Unreadable):
            yield unknown(str(group))
        else:
            yield from _group(group)


def _default(name: str, policy: FirewallPolicy) -> Iterator[Verdict]:
    actions = first_names(policy.defaults) or "no default action"
    if not policy.strict_order:
        yield failed(f"{name} has no strict order: what no rule drops passes")
    elif not _DROPS & set(policy.defaults):
        drops = any(action.startswith("aws:drop") for action in policy.defaults)
        what = f"{name} does not drop all that no rule passes: it has {actions}"
        yield unknown(f"{what}, which is not judged") if drops else failed(what)


def _group(group: RuleGroup) -> Iterator[Verdict]:
    if group.kind == "ALLOWLIST":
        if other := sorted(set(group.targets) - {"TLS_SNI"}):
            yield failed(f"{group.name} passes by {first_names(other)}, which is not TLS's name")
        if wide := sorted(name for name in group.domains if name.startswith(".") or "*" in name):
            yield failed(f"{group.name} passes every name below {first_names(wide)}")
    elif group.kind not in _PASSING_NOTHING:
        yield unknown(f"{group.name} is a list of the kind {group.kind}, which is not judged")
    try:
        for rule in passing_rules(group.rules):
            if not rule.exact:
                yield failed(f"{group.name} passes more than one exact name of TLS: {rule.name}")
    except NotUnderstoodError as error:
        yield unknown(f"{group.name}: {error}")


def _open_names(vpc: Vpc, account: Account) -> Iterator[Verdict]:
    """Which names the VPC's resolver answers besides exact ones and AWS's, and what of it is not known."""
    if account.name_firewalls.problem:
        yield unknown(str(account.name_firewalls.problem))
    for config in account.name_firewalls.items:
        if config.vpc_id == vpc.id and config.fail_open == "ENABLED":
            yield failed("its DNS firewall fails open")
        elif config.vpc_id == vpc.id and config.fail_open != "DISABLED":
            yield unknown(f"whether its DNS firewall fails open is decided elsewhere ({config.fail_open})")
    groups = sorted((g for g in account.name_rules.items if g.vpc_id == vpc.id), key=lambda g: g.priority)
    if account.name_rules.problem:  # a group that was not read may come before those that were
        yield unknown(str(account.name_rules.problem))
        return
    for group in groups:
        if isinstance(group.rules, Unreadable):
            yield unknown(str(group.rules))
            return
        for rule in group.rules:
            if _blocks_all(rule):
                return
            yield from _resolved(rule)
    yield failed(
        "its resolver answers for every name that no rule blocks" if groups else "it has no DNS firewall"
    )


def _blocks_all(rule: NameRule) -> bool:
    every = not isinstance(rule.domains, Unreadable) and any(_plain(n) == "*" for n in rule.domains)
    return rule.action == "BLOCK" and rule.query_type is None and every


def _resolved(rule: NameRule) -> Iterator[Verdict]:
    if rule.action == "BLOCK":
        return
    if isinstance(rule.domains, Unreadable):
        yield unknown(str(rule.domains))
    elif wide := sorted(name for name in rule.domains if "*" in name and not _is_of_aws(name)):
        yield failed(f"its DNS firewall's rule {rule.name} resolves {first_names(wide)}")


def _is_of_aws(name: str) -> bool:
    return _plain(name).endswith(tuple(f".{zone}" for zone in _AWS_ZONES))


def _plain(name: str) -> str:
    """A name without the dot at its end, which AWS adds."""
    return name.removesuffix(".").lower()
