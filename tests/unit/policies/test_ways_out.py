"""Ways out of VPCs: what is good, what nobody can tell, and who may be asked at their end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hipaa_policies.facts import Account, FactUnreadableError, Unreadable
from hipaa_policies.facts.egress import NameRule, NameRules, RuleGroup
from hipaa_policies.facts.network import Route, Rule, VpcEndpoint
from hipaa_policies.suricata import NotUnderstoodError, Passing, passing_rules
from hipaa_policies.verdicts import Finding, Status

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import RTB, SG, Change, added, alarm_with, both, changed, listed
from tests.unit.policies.test_controls import findings

HOSTS = RuleGroup("hosts", domains=("api.example.org",), kind="ALLOWLIST", targets=("TLS_SNI",))
NO_WAY = both(
    changed("route_tables", RTB, routes=(Route("10.0.0.0/16", "local"),)), listed("network_firewalls")
)
TRANSIT = (Route("0.0.0.0/0", "tgw-1"),)


def after(change: Change, control: str, **settings: Any) -> list[Finding]:
    account, told = change(c.account(), c.settings(**settings))
    return findings(account, told, control)


def one(change: Change, control: str = "NET-09", **settings: Any) -> Finding:
    (found,) = after(change, control, **settings)
    return found


def firewall(*groups: Any, **changes: Any) -> Change:
    return changed("network_firewalls", c.FIREWALL, policy=c.rule_groups(*groups, **changes))


def names(*rules: NameRule) -> Change:
    return changed("name_rules", c.NAMES, rules=rules)


@pytest.mark.parametrize(
    "change",
    [
        firewall(HOSTS),
        firewall(RuleGroup("lists", domains=(".example.com",), kind="DENYLIST", targets=("HTTP_HOST",))),
        firewall(RuleGroup("none")),
        firewall(defaults=("aws:drop_strict",)),
        firewall(stateless=("aws:drop", "aws:forward_to_sfe", "CountIt")),
        names(replace(c.BLOCKED, domains=("*",))),
        names(NameRule("threats", "BLOCK", Unreadable("x", "y", "z")), c.RESOLVED, c.BLOCKED),
        listed("name_firewalls"),  # without a configuration it fails closed
        added("name_rules", NameRules("arn:later", c.VPC, 200, (NameRule("all", "ALLOW", ("*.",)),))),
    ],
)
def test_exact_allow_lists_pass(change: Change) -> None:
    assert one(change).status is Status.PASS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (firewall(Unreadable("network-firewall:DescribeRuleGroup", "AccessDenied", "")), "DescribeRuleGroup"),
        (firewall(RuleGroup("odd", 'pass tls any any -> any any (content:"a)')), "form that is not known"),
        (firewall(RuleGroup("odd", kind="NEWLIST")), "NEWLIST"),
        (firewall(stateless=Unreadable("the stateless group", "Hidden", "")), "the stateless group"),
        (names(NameRule("lent", "ALLOW", Unreadable("the list", "Hidden", "")), c.BLOCKED), "the list"),
        (changed("route_tables", RTB, routes=TRANSIT), "tgw-1: what passes there"),
        (
            changed("network_firewalls", c.FIREWALL, endpoints=("vpce-other",)),
            "vpce-firewall: what passes there",
        ),
    ],
)
def test_what_cannot_be_told_is_unknown(change: Change, words: str) -> None:
    found = one(change)
    assert found.status is Status.UNKNOWN
    assert words in found.message


def test_what_is_known_to_be_open_fails_whatever_else_is_not_known() -> None:
    hidden = Unreadable("network-firewall:DescribeRuleGroup", "AccessDenied", "")
    found = one(firewall(hidden, RuleGroup("wide", "pass ip any any -> any any (sid:3;)")))
    assert (found.status, "sid 3" in found.message) == (Status.FAIL, True)


def test_without_a_way_out_nothing_is_judged() -> None:
    assert one(NO_WAY).status is Status.NOT_APPLICABLE


def test_groups_may_let_tls_out_where_a_firewall_looks_at_it() -> None:
    out = Rule("0.0.0.0/0", "tcp", 443, 443)
    found = {f.resource: f for f in after(changed("security_groups", SG, outbound=(out,)), "NET-02")}
    assert found[SG].status is Status.PASS
    assert "NET-09" in found[SG].message


def test_secrets_that_rds_keeps_are_rotated_by_it() -> None:
    secret = c.arn("secretsmanager", "secret:db")
    kept = one(changed("secrets", secret, rotation=False, keeper="rds"), "SEC-02")
    others = one(changed("secrets", secret, rotation=False, keeper="appflow"), "SEC-02")
    assert (kept.status, others.status) == (Status.PASS, Status.FAIL)


def endpoint(service: str, kind: str = "Interface") -> VpcEndpoint:
    return VpcEndpoint(
        c.arn("ec2", "vpc-endpoint/vpce-1"), "vpce-1", c.VPC, service, kind, "available", None, False, (), ()
    )


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (both(), "reader has a route from subnet-a to vpce-firewall"),
        (both(NO_WAY, changed("route_tables", RTB, routes=(Route("0.0.0.0/0", "nat-1"),))), "to nat-1"),
        (both(NO_WAY, changed("route_tables", RTB, routes=TRANSIT)), "to tgw-1"),
        (
            both(NO_WAY, added("vpc_endpoints", endpoint("com.amazonaws.vpce.us-east-1.vpce-svc-1"))),
            "vpce-svc-1",
        ),
        (both(NO_WAY, added("vpc_endpoints", endpoint("", "Resource"))), "vpce-1"),
        (both(NO_WAY, changed("functions", c.FUNCTION, subnet_ids=(), vpc_id=None)), "outside every VPC"),
    ],
)
def test_models_outside_want_an_attestation(way: Change, words: str) -> None:
    found = one(way, "ATT-04", attestations={})
    assert found.status is Status.UNKNOWN
    assert words in found.message
    assert "Enter ATT-04 in attestations.yaml" in found.message
    assert one(way, "ATT-04").status is Status.ATTESTED


@pytest.mark.parametrize(
    "way",
    [
        NO_WAY,
        both(
            NO_WAY, added("vpc_endpoints", endpoint("com.amazonaws.vpce.x.vpce-svc-1", "GatewayLoadBalancer"))
        ),
        both(NO_WAY, changed("route_tables", RTB, routes=(Route("10.0.0.0/8", "tgw-1"),))),
        listed("functions"),
    ],
)
def test_without_a_way_there_is_nothing_to_attest(way: Change) -> None:
    assert one(way, "ATT-04", attestations={}).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("changes", "watches"),
    [
        ({"threshold": 0.5}, True),
        ({"comparison": "LessThanOrEqualToThreshold", "threshold": 0.0}, True),
        ({"metrics": (replace(c.ROWS, statistic="Average"),)}, True),
        ({"metrics": (replace(c.ROWS, statistic="Average"),), "threshold": 0.5}, False),
        ({"metrics": (replace(c.ROWS, statistic="Sum"),)}, False),
        ({"metrics": (c.ROWS, c.ROWS), "expression": True}, False),
        ({"comparison": "LessThanOrEqualToThreshold", "threshold": 1.0}, False),
        ({"comparison": "LessThanThreshold", "threshold": 0.0}, False),
        ({"comparison": "GreaterThanThreshold"}, False),
    ],
)
def test_an_alarm_on_rows_goes_off_for_a_single_zero(changes: dict[str, Any], watches: bool) -> None:
    found = one(alarm_with("rows", **changes), "RDS-05")
    assert found.status is (Status.PASS if watches else Status.UNKNOWN)


def test_rules_over_several_lines_are_one() -> None:
    assert list(passing_rules(c.EXACT)) == [Passing("api.example.org", True)]


def test_words_in_quotes_are_no_options() -> None:
    text = 'pass tls any any -> any any (msg:"a; tls.sni; \\"b\\""; sid:1;)'
    assert [rule.exact for rule in passing_rules(text)] == [False]


@pytest.mark.parametrize(
    "text", ["pass", "pass tls (sid:1", "pass (sid:1;)", "include other.rules", "pass tls x (y)"]
)
def test_other_texts_are_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        list(passing_rules(text))


def test_an_account_tells_of_a_vpc_that_it_cannot_read() -> None:
    problem = Unreadable(
        "network-firewall:ListFirewalls", "AccessDenied", "", "network-firewall:ListFirewalls"
    )
    account: Account = replace(
        c.account(), network_firewalls=replace(c.account().network_firewalls, problem=problem)
    )
    (found,) = findings(account, control="NET-09")
    assert found.status is Status.UNKNOWN
    with pytest.raises(FactUnreadableError):
        account.network_firewalls.complete()
