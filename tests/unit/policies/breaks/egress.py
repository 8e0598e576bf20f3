"""Breaks of the way out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hipaa_policies.facts.egress import NameRule, NameRules, RuleGroup
from hipaa_policies.facts.network import Route, Rule

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import RTB, SG, VPC, Break, Change, both, changed, listed

EXACT_NAMES = RuleGroup("hosts", domains=("api.example.org",), kind="ALLOWLIST", targets=("TLS_SNI",))


def firewall(name: str, words: str, *groups: RuleGroup, **changes: Any) -> Break:
    policy = c.rule_groups(*groups, **changes)
    return Break("NET-09", name, VPC, words, changed("network_firewalls", c.FIREWALL, policy=policy))


def rules(name: str, options: str, protocol: str = "tls") -> Break:
    text = f'{c.EXACT}pass {protocol} any any -> any any (msg:"wide"; {options} sid:7;)'
    return firewall(name, "more than one exact name of TLS: wide", RuleGroup("egress", text))


def names(name: str, words: str, *found: NameRule) -> Break:
    return Break("NET-09", name, VPC, words, changed("name_rules", c.NAMES, rules=found))


def group(name: str, words: str, rule: Rule, *changes: Change) -> Break:
    """What a group lets out, where a firewall does not look at it."""
    change = both(changed("security_groups", SG, outbound=(rule,)), *changes)
    return Break("NET-02", f"firewall: {name}", SG, words, change)


TLS_OUT = Rule("0.0.0.0/0", "tcp", 443, 443)
EGRESS = (
    group("another port", "0.0.0.0/0", Rule("0.0.0.0/0", "tcp", 443, 8443)),
    group("UDP", "0.0.0.0/0", Rule("0.0.0.0/0", "udp", 443, 443)),
    group("no such route", "::/0", Rule("::/0", "tcp", 443, 443)),
    group(
        "nobody has it",
        "0.0.0.0/0",
        TLS_OUT,
        listed("functions", c.function("reader", security_group_ids=("sg-2",))),
    ),
    group("no firewall", "0.0.0.0/0", TLS_OUT, listed("network_firewalls")),
    group(
        "a way past it",
        "0.0.0.0/0",
        TLS_OUT,
        changed("route_tables", RTB, routes=(Route("0.0.0.0/0", "vpce-firewall"), Route("::/0", "eigw-1"))),
    ),
    Break(
        "NET-09",
        "past the firewall",
        VPC,
        "subnet-a to nat-1",
        changed("route_tables", RTB, routes=(Route("0.0.0.0/0", "nat-1"),)),
    ),
    firewall("order of actions", "no strict order", strict_order=False),
    firewall("no default", "no default action", defaults=()),
    firewall("alerts by default", "aws:alert_strict", defaults=("aws:alert_strict",)),
    firewall("stateless pass", "hand all to its rules: aws:pass", stateless=("aws:drop", "aws:pass")),
    rules("any name", ""),
    rules("names below", 'tls.sni; content:".example.org"; endswith;'),
    rules("names that begin so", 'tls.sni; content:"api.example.org"; startswith;'),
    rules("every name but one", 'tls.sni; content:!"api.example.org"; startswith; endswith;'),
    rules("a transformed name", 'tls.sni; dotprefix; content:".example.org"; startswith; endswith;'),
    rules("a pattern", 'tls.sni; pcre:"/example/";'),
    rules("words within a text", 'metadata:"tls.sni; content"; flow:established;'),
    rules("plain HTTP", 'http.host; content:"api.example.org"; startswith; endswith;', "http"),
    rules(
        "another buffer's end", 'tls.sni; content:"a"; startswith; tls.cert_issuer; content:"b"; endswith;'
    ),
    rules("another protocol", 'tls.sni; content:"a"; startswith; endswith;', "tcp"),
    firewall("HTTP by a list", "HTTP_HOST", replace(EXACT_NAMES, targets=("HTTP_HOST", "TLS_SNI"))),
    firewall("all below by a list", "below .example.org", replace(EXACT_NAMES, domains=(".example.org",))),
    Break(
        "NET-09",
        "fails open",
        VPC,
        "fails open",
        changed("name_firewalls", c.NAME_FIREWALL, fail_open="ENABLED"),
    ),
    Break("NET-09", "no DNS firewall", VPC, "no DNS firewall", listed("name_rules")),
    Break(
        "NET-09",
        "a DNS firewall elsewhere",
        VPC,
        "no DNS firewall",
        listed("name_rules", NameRules(c.NAMES, "vpc-2", 101, (c.RESOLVED, c.BLOCKED))),
    ),
    names("blocks nothing", "no rule blocks", c.RESOLVED),
    names("blocks a type", "no rule blocks", c.RESOLVED, replace(c.BLOCKED, query_type="TXT")),
    names("blocks some", "no rule blocks", replace(c.BLOCKED, domains=("*.example.com.",))),
    names("alerts first", "all resolves *.", NameRule("all", "ALERT", ("*.",)), c.BLOCKED),
    names(
        "a wildcard",
        "resolve resolves *.example.org.",
        replace(c.RESOLVED, domains=("*.example.org.",)),
        c.BLOCKED,
    ),
    names(
        "not AWS's",
        "resolves *.amazonaws.com.example.org, *.notamazonaws.com",
        replace(c.RESOLVED, domains=("*.amazonaws.com.example.org", "*.notamazonaws.com")),
        c.BLOCKED,
    ),
)
