"""Ways out as the live lens reads them (firewalls, rules, those of resolvers), and ways in by policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hipaa_policies.catalogue import catalogue
from hipaa_policies.facts import Account, FactUnreadableError, Listing, Unreadable, known
from hipaa_policies.facts.egress import FirewallPolicy, NameRule, RuleGroup
from hipaa_policies.facts.functions import ResourcePolicy
from hipaa_policies.judge import judge
from hipaa_policies.readers.live import Record
from hipaa_policies.readers.live.permissions import iam_action
from hipaa_policies.verdicts import Finding, Status
from moto import mock_aws

from tests.unit.policies import compliant, moto_account
from tests.unit.policies.replay import NOT_IN_MOTO, Recording, refusal
from tests.unit.policies.test_live_readers import LED_PAST, only

(NET_09,) = (control for control in catalogue() if control.id == "NET-09")
FUNCTION_VPC = "vpc-1"
EXACT = 'pass tls any any -> any any (tls.sni; content:"a.org"; startswith; endswith; sid:1;)'
ROUTES = [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vpce-a"}]
ANSWERS: dict[str, Any] = {
    # One VPC, in which the function's subnets go through the firewall.
    "DescribeVpcs": {"Vpcs": [{"VpcId": FUNCTION_VPC}]},
    "DescribeSubnets": {
        "Subnets": [{"SubnetId": "s", "VpcId": FUNCTION_VPC, "AvailabilityZone": "us-east-1a"}]
    },
    "DescribeRouteTables": {
        "RouteTables": [
            {
                "RouteTableId": "r",
                "VpcId": FUNCTION_VPC,
                "Associations": [{"SubnetId": "s"}],
                "Routes": ROUTES,
            }
        ]
    },
    "ListFunctions": {
        "Functions": [
            {
                "FunctionName": "reader",
                "FunctionArn": compliant.FUNCTION,
                "Role": compliant.ROLE,
                "VpcConfig": {"SubnetIds": ["s"], "VpcId": FUNCTION_VPC},
            }
        ]
    },
    "GetPolicy": refusal("ResourceNotFoundException", "GetPolicy"),
    "ListAliases": {"Aliases": []},
    "ListFunctionEventInvokeConfigs": {"FunctionEventInvokeConfigs": []},
    "GetFunctionConcurrency": {},
    "ListFirewallRules": {
        "FirewallRules": [
            {"Name": "block", "Action": "BLOCK", "Priority": 2, "FirewallDomainListId": "all"},
            {"Name": "threats", "Action": "BLOCK", "Priority": 1, "FirewallDomainListId": "aws"},
        ]
    },
}


@pytest.fixture(scope="module")
def recording() -> Recording:
    recording = Recording()
    with mock_aws():
        moto_account.create()
        recording.record()
    return recording


def read(recording: Recording, **answers: Any) -> tuple[Account, Record]:
    every = ANSWERS | answers
    return recording.replay(lambda _, operation: every.get(operation))


def finding(account: Account) -> Finding:
    (found,) = judge(account, compliant.settings(), [NET_09])
    return found


def policy(**changes: Any) -> dict[str, Any]:
    return {"FirewallPolicy": NOT_IN_MOTO["DescribeFirewallPolicy"]["FirewallPolicy"] | changes}


def group(**source: Any) -> dict[str, Any]:
    return {"RuleGroup": {"RulesSource": source}}


def test_a_firewall_is_read_with_its_policy_and_endpoints(recording: Recording) -> None:
    account, _ = read(recording)
    firewall = only(account.network_firewalls)
    assert (firewall.name, firewall.vpc_id, firewall.endpoints) == ("egress", FUNCTION_VPC, ("vpce-a",))
    assert firewall.policy == FirewallPolicy(
        strict_order=True,
        stateless=("aws:drop", "aws:forward_to_sfe"),
        defaults=("aws:drop_established",),
        groups=(RuleGroup("own", "drop udp any any -> any any (sid:1;)\n".rstrip()),),
    )
    names = only(account.name_rules)
    threats, block = known(names.rules)
    assert (names.vpc_id, names.priority, threats.name) == (FUNCTION_VPC, 101, "threats")
    assert isinstance(threats.domains, Unreadable)
    assert block == NameRule("block", "BLOCK", ("*.",))
    assert only(account.name_firewalls).fail_open == "DISABLED"
    assert finding(account).status is Status.PASS


@pytest.mark.parametrize("action", LED_PAST)
def test_what_is_refused_is_unknown(recording: Recording, action: str) -> None:
    service, _, operation = action.partition(":")
    account, record = read(recording, **{operation: refusal("AccessDeniedException", operation)})
    assert {problem.missing_action for problem in record.problems} == {iam_action(service, operation)}
    if operation == "ListFirewallDomainLists":  # which lists are AWS's own: they block, and are left aside
        assert finding(account).status is Status.PASS
    else:
        found = finding(account)
        assert found.status in (Status.UNKNOWN, Status.FAIL)
        assert found.status is Status.UNKNOWN or operation == "ListFirewallDomains"


@pytest.mark.parametrize(
    ("source", "passes"),
    [
        (
            {
                "RulesSourceList": {
                    "Targets": ["a.org"],
                    "TargetTypes": ["TLS_SNI"],
                    "GeneratedRulesType": "ALLOWLIST",
                }
            },
            True,
        ),
        (
            {
                "RulesSourceList": {
                    "Targets": [".a.org"],
                    "TargetTypes": ["TLS_SNI"],
                    "GeneratedRulesType": "ALLOWLIST",
                }
            },
            False,
        ),
        (
            {
                "RulesSourceList": {
                    "Targets": [".a.org"],
                    "TargetTypes": ["TLS_SNI"],
                    "GeneratedRulesType": "DENYLIST",
                }
            },
            True,
        ),
        (
            {"RulesString": EXACT},
            True,
        ),
        ({"RulesString": "pass tls any any -> any any (sid:1;)"}, False),
        (
            {
                "StatefulRules": [
                    {
                        "Action": "PASS",
                        "Header": {"Protocol": "TLS"},
                        "RuleOptions": [
                            {"Keyword": "tls.sni"},
                            {"Keyword": "content", "Settings": ['"a.org"']},
                            {"Keyword": "startswith"},
                            {"Keyword": "endswith"},
                            {"Keyword": "sid", "Settings": ["1"]},
                        ],
                    }
                ]
            },
            True,
        ),
        (
            {
                "StatefulRules": [
                    {
                        "Action": "PASS",
                        "Header": {"Protocol": "TCP"},
                        "RuleOptions": [{"Keyword": "sid", "Settings": ["1"]}],
                    }
                ]
            },
            False,
        ),
    ],
)
def test_rules_of_every_form(recording: Recording, source: dict[str, Any], passes: bool) -> None:
    account, _ = read(recording, DescribeRuleGroup=group(**source))
    assert finding(account).status is (Status.PASS if passes else Status.FAIL)


@pytest.mark.parametrize("actions", [["aws:drop"], ["aws:pass"]])
def test_stateless_rules_come_first(recording: Recording, actions: list[str]) -> None:
    rules = [{"RuleDefinition": {"Actions": actions}}]
    account, _ = read(
        recording,
        DescribeFirewallPolicy=policy(
            StatefulRuleGroupReferences=[], StatelessRuleGroupReferences=[{"ResourceArn": "arn:rules/fast"}]
        ),
        DescribeRuleGroup=group(StatelessRulesAndCustomActions={"StatelessRules": rules}),
    )
    assert finding(account).status is (Status.PASS if actions == ["aws:drop"] else Status.FAIL)


def test_rules_of_awss_own_are_unknown_and_not_asked_for(recording: Recording) -> None:
    managed = "arn:aws:network-firewall:us-east-1:aws-managed:stateful-rulegroup/BotNetStrictOrder"
    account, record = read(
        recording, DescribeFirewallPolicy=policy(StatefulRuleGroupReferences=[{"ResourceArn": managed}])
    )
    found = finding(account)
    assert found.status is Status.UNKNOWN
    assert "BotNetStrictOrder" in found.message
    assert record.asked["network-firewall:DescribeRuleGroup"] == 0


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"DescribeRuleGroup": group(RulesString="pass everything")}, "has a form that is not known"),
        (
            {"DescribeRuleGroup": group(RulesString="config tls any any -> any any (sid:1;)")},
            "action that is not",
        ),
        ({"DescribeFirewallPolicy": policy(StatefulDefaultActions=["aws:drop_some"])}, "aws:drop_some"),
        (
            {
                "ListFirewallConfigs": {
                    "FirewallConfigs": [
                        {
                            "Id": "1",
                            "ResourceId": FUNCTION_VPC,
                            "FirewallFailOpen": "USE_LOCAL_RESOURCE_SETTING",
                        }
                    ]
                }
            },
            "decided elsewhere",
        ),
        ({"DescribeFirewall": {"Firewall": {"VpcId": "vpc-2", "FirewallPolicyArn": "p"}}}, "cannot be seen"),
        ({"ListFirewalls": {"Firewalls": []}}, "cannot be seen"),
    ],
    ids=["rule", "action", "default", "profile", "another's", "shared"],
)
def test_what_is_not_understood_is_unknown(recording: Recording, answers: dict[str, Any], words: str) -> None:
    found = finding(read(recording, **answers)[0])
    assert found.status is Status.UNKNOWN
    assert words in found.message


def test_no_way_out_is_not_judged(recording: Recording) -> None:
    table = ANSWERS["DescribeRouteTables"]["RouteTables"][0] | {"Routes": []}
    account, _ = read(
        recording, DescribeRouteTables={"RouteTables": [table]}, ListFirewalls={"Firewalls": []}
    )
    assert finding(account).status is Status.NOT_APPLICABLE


def test_each_policy_and_list_is_read_once(recording: Recording) -> None:
    two = [{"FirewallArn": f"arn:{n}", "FirewallName": n} for n in "ab"]
    association = NOT_IN_MOTO["ListFirewallRuleGroupAssociations"]["FirewallRuleGroupAssociations"][0]
    _, record = read(
        recording,
        ListFirewalls={"Firewalls": two},
        ListFirewallRuleGroupAssociations={"FirewallRuleGroupAssociations": [association, association]},
    )
    assert record.asked["network-firewall:DescribeFirewall"] == 2
    for operation in ("DescribeFirewallPolicy", "DescribeRuleGroup"):
        assert record.asked[f"network-firewall:{operation}"] == 1
    for operation in ("ListFirewallRules", "ListFirewallDomains"):
        assert record.asked[f"route53resolver:{operation}"] == 1


def test_secrets_have_their_policy_and_keeper(recording: Recording) -> None:
    secrets = [{"ARN": f"arn:{name}", "Name": name} for name in ("own", "rds!cluster-1")]
    text = compliant.policy(compliant.allow("secretsmanager:GetSecretValue", "*", Principal="*"))
    account, record = read(
        recording, ListSecrets={"SecretList": secrets}, GetResourcePolicy={"ResourcePolicy": text}
    )
    own, kept = account.secrets.complete()
    assert (own.policy, own.keeper, kept.keeper) == (text, None, "rds")
    assert record.asked["secretsmanager:GetResourcePolicy"] == 2
    controls = [control for control in catalogue() if control.id in ("SEC-02", "SEC-03")]
    found = {(f.control_id, f.resource): f.status for f in judge(account, compliant.settings(), controls)}
    assert found["SEC-02", "arn:own"] is Status.FAIL
    assert found["SEC-02", "arn:rds!cluster-1"] is Status.PASS
    assert found["SEC-03", "arn:own"] is Status.FAIL


def test_what_aws_wrote_is_judged_where_a_user_or_a_group_has_it(recording: Recording) -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    text = compliant.policy(compliant.allow("*", "*"))
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": json.loads(text)}
    has = {"AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess", "PolicyArn": arn}]}
    answer: dict[str, Any] = {
        "RoleDetailList": [],
        "UserDetailList": [{"Arn": compliant.USER, "UserName": "jo", **has}],
        "GroupDetailList": [{"Arn": compliant.arn("iam", "group/admins", ""), "GroupName": "admins", **has}],
        "Policies": [{"Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [version]}],
    }

    def judged() -> dict[str, tuple[Status, str]]:
        asked = "GetAccountAuthorizationDetails"
        found, _ = recording.replay(lambda _, operation: answer if operation == asked else None)
        controls = [control for control in catalogue() if control.id == "IAM-01"]
        return {f.resource: (f.status, f.message) for f in judge(found, compliant.settings(), controls)}

    found = judged()
    assert {resource.partition(":iam::")[2] for resource in found} == {
        f"{compliant.ID}:{holder}/attached-policy/AdministratorAccess"
        for holder in ("user/jo", "group/admins")
    }
    assert {status for status, _ in found.values()} == {Status.FAIL}
    answer["Policies"] = []  # it is attached, and not listed
    ((status, message),) = judged().values()
    assert status is Status.UNKNOWN
    assert "PolicyNotListed" in message
    answer |= {"UserDetailList": [], "GroupDetailList": []}
    assert [status for status, _ in judged().values()] == [Status.NOT_APPLICABLE]


def test_policies_of_tables(recording: Recording) -> None:
    account, _ = recording.replay()
    assert only(account.tables).policies == Listing()
    answer = {"Policy": compliant.policy(compliant.allow("*", "*", Principal="*")), "RevisionId": "1"}
    other, _ = recording.replay(lambda _, operation: answer if operation == "GetResourcePolicy" else None)
    assert only(other.tables).policies == Listing((ResourcePolicy(answer["Policy"]),))


def test_grants(recording: Recording) -> None:
    account, _ = recording.replay()
    assert only(account.keys, aliases=("alias/phi",)).grantees == Listing()
    answers: list[dict[str, Any]] = [
        {
            "Grants": [{"GranteePrincipal": "rds.us-east-1.amazonaws.com"}],
            "Truncated": True,
            "NextMarker": "2",
        },
        {"Grants": [{"GranteePrincipal": compliant.ROLE}], "Truncated": False},
    ]

    def page(parameters: Mapping[str, Any]) -> dict[str, Any]:
        return answers[1 if "Marker" in parameters else 0]

    other, _ = recording.replay(lambda _, operation: page if operation == "ListGrants" else None)
    grantees = only(other.keys, aliases=("alias/phi",)).grantees
    assert grantees == Listing(("rds.us-east-1.amazonaws.com", compliant.ROLE))


def test_a_firewall_that_cannot_be_described_has_no_known_vpc(recording: Recording) -> None:
    account, _ = read(recording, DescribeFirewall=refusal("AccessDenied", "DescribeFirewall"))
    with pytest.raises(FactUnreadableError):
        assert only(account.network_firewalls).vpc_id
