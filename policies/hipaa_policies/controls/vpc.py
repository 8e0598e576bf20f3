"""VPC configuration: functions in private subnets, minimal groups, endpoints, no way out."""

from __future__ import annotations

import re

from hipaa_policies.catalogue import control
from hipaa_policies.checklist import Line
from hipaa_policies.egress import firewall_of, inspected_routes
from hipaa_policies.facts import Account, Listing
from hipaa_policies.facts.functions import Function
from hipaa_policies.facts.network import SecurityGroup, Subnet, Vpc, VpcEndpoint
from hipaa_policies.iam import Statement, could_allow, statements
from hipaa_policies.iam.analysis import ResourceKind
from hipaa_policies.iam.evaluation import names_action
from hipaa_policies.joins import (
    Document,
    document,
    first_names,
    functions_with,
    in_function_vpcs,
    route_tables_of,
    subnets_of,
    to_world,
    ways_out,
)
from hipaa_policies.services import endpoint_services
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import (
    ADDRESSABLE,
    REQUIRED,
    Verdict,
    failed,
    judged,
    not_applicable,
    passed,
    unknown,
)

_STRANGER = "999999999999"
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
_ASKING_A_MODEL = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")


@control(
    "LAM-01",
    "Functions run in a VPC, in at least two private subnets of two zones",
    of=lambda account: account.functions,
    cite="164.312(e)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.PRIVATE_SUBNETS,
    blind="Whether PHI flows through the function.",
    satisfied_by="modules/network, modules/function",
    remedy="Give the function a VPC configuration with two private subnets in two zones.",
)
def runs_in_private_subnets(function: Function, account: Account, _: Settings) -> Verdict:
    if not function.subnet_ids:
        return failed("runs outside every VPC")
    subnets = subnets_of(function, account)
    zones = {subnet.zone for subnet in subnets}
    public = [s.id for s in subnets if any(r.target.startswith("igw-") for r in ways_out(s, account))]
    if public:
        return failed(f"{first_names(public)} is public: it has a route to an internet gateway")
    if len(subnets) < 2 or len(zones) < 2:
        return failed(f"has {len(subnets)} subnet(s) in {len(zones)} zone(s), not two of each")
    return passed(f"runs in {len(subnets)} private subnets of {len(zones)} zones")


def _function_subnets(account: Account) -> Listing[Subnet]:
    placed = functions_with("subnet_ids", account)
    used = {identifier for function in placed.items for identifier in function.subnet_ids}
    return account.subnets.where(lambda subnet: subnet.id in used).limited_by(placed.problem)


@control(
    "NET-05",
    "Subnets of functions have no way to the internet",
    of=_function_subnets,
    cite="164.312(e)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.NO_EGRESS,
    blind="What lies behind transit gateways, peerings and inspection endpoints.",
    satisfied_by="modules/network",
    remedy="Remove routes to internet and NAT gateways; reach AWS through endpoints, and named hosts "
    "through an inspecting firewall.",
)
def has_no_way_out(subnet: Subnet, account: Account, _: Settings) -> Verdict:
    routes = [f"{r.destination} to {r.target}" for r in ways_out(subnet, account)]
    return judged(not routes, "no route leads to the internet", f"routes {first_names(routes)}")


@control(
    "NET-01",
    "No security group is open to the world inbound",
    of=lambda account: account.security_groups,
    cite="164.312(e)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.SECURITY_GROUPS,
    blind="Network access lists, and load balancers in front.",
    satisfied_by="modules/network",
    remedy="Name the groups or networks that may connect instead of 0.0.0.0/0 or ::/0.",
)
def inbound_is_closed(group: SecurityGroup, account: Account, _: Settings) -> Verdict:
    open_to = to_world((rule.peer for rule in group.inbound), account)
    return judged(not open_to, "nothing is open to the world", f"lets in {first_names(open_to)}")


@control(
    "NET-02",
    "No security group where functions run is open to the world outbound",
    of=lambda account: in_function_vpcs(account.security_groups, account),
    cite="164.312(e)(1)",
    requirement=ADDRESSABLE,
    checklist=(Line.NO_EGRESS, Line.SECURITY_GROUPS),
    blind="What is sent to the peers that are allowed.",
    satisfied_by="modules/network, modules/function",
    remedy="Allow HTTPS to the endpoints' group and to the prefix lists of S3 and DynamoDB, nothing else.",
)
def outbound_is_closed(group: SecurityGroup, account: Account, _: Settings) -> Verdict:
    open_to = to_world((rule.peer for rule in group.outbound), account)
    if open_to and _meets_a_firewall(group, open_to, account):
        return passed("what it lets out meets a network firewall, which NET-09 judges")
    return judged(not open_to, "nothing may leave to the world", f"lets out to {first_names(open_to)}")


def _meets_a_firewall(group: SecurityGroup, open_to: list[str], account: Account) -> bool:
    """Whether the group lets out port 443 alone, and functions that have it get to the world through a
    network firewall alone. A group can't name hosts: before a firewall it must be the world."""
    rules = [rule for rule in group.outbound if rule.peer in open_to]
    if any((rule.protocol, rule.from_port, rule.to_port) != ("tcp", 443, 443) for rule in rules):
        return False
    having = [f for f in account.functions.complete() if group.id in f.security_group_ids]
    subnets = {subnet.id: subnet for function in having for subnet in subnets_of(function, account)}
    if any(ways_out(subnet, account) for subnet in subnets.values()):
        return False
    routes = [route for subnet in subnets.values() for route in inspected_routes(subnet, account)]
    inspected = {route.destination for route in routes if firewall_of(route, account) is not None}
    return {route.destination for route in routes} == inspected and set(open_to) <= inspected


@control(
    "NET-06",
    "Default security groups where functions run are closed",
    of=lambda account: in_function_vpcs(account.security_groups, account).where(
        lambda g: g.name == "default"
    ),
    cite="164.312(e)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.SECURITY_GROUPS,
    blind="VPCs that hold no function.",
    satisfied_by="modules/network",
    remedy="Remove every rule of the VPC's default security group.",
)
def default_group_is_closed(group: SecurityGroup, _: Account, __: Settings) -> Verdict:
    rules = len(group.inbound) + len(group.outbound)
    return judged(rules == 0, "has no rules", f"has {rules} rule(s): whatever forgets its group gets them")


@control(
    "NET-03",
    "VPCs that hold functions have flow logs",
    of=lambda account: in_function_vpcs(account.vpcs, account, by="id"),
    cite="164.312(b)",
    requirement=REQUIRED,
    checklist=Line.SECURITY_GROUPS,
    blind="Whether anybody reviews them.",
    satisfied_by="modules/network",
    remedy="Create a flow log of all traffic for the VPC.",
)
def has_flow_logs(vpc: Vpc, account: Account, _: Settings) -> Verdict:
    logs = [log for log in account.flow_logs.complete() if log.resource_id == vpc.id]
    if not logs:
        return failed("has no flow log")
    whole = any(log.active and log.traffic == "ALL" for log in logs)
    return judged(whole, "logs all traffic", "its flow logs are inactive, or leave out part of the traffic")


@control(
    "NET-04",
    "Every service that a function uses has an endpoint in its VPC",
    of=lambda account: account.functions,
    cite="164.312(e)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.NO_EGRESS,
    blind="What is really called: the services are those that the function's role allows.",
    satisfied_by="modules/network",
    remedy="Add the endpoint, with private DNS where it is an interface.",
)
def services_have_endpoints(function: Function, account: Account, _: Settings) -> Verdict:
    if function.vpc_id is None:
        return not_applicable("runs outside every VPC, where LAM-01 fails it")
    there = [e for e in account.vpc_endpoints.complete() if e.vpc_id == function.vpc_id]
    tables = {t.id for s in subnets_of(function, account) for t in route_tables_of(s, account)}
    usable = {e.service for e in there if e.state == "available" and _is_reachable(e, tables)}
    services = endpoint_services(function, account)
    used, missing = services.needed, sorted(services.needed - usable)
    perhaps = sorted(services.perhaps - usable)
    if perhaps and not missing:
        return unknown(
            f"may call {', '.join(perhaps)}, which has no usable endpoint in {function.vpc_id}, unless that "
            "is for its dead letters, whose target is known only after apply"
        )
    return judged(
        not missing,
        f"its VPC has endpoints for {', '.join(sorted(used))}" if used else "needs no endpoint",
        f"may call {', '.join(missing)}, which has no usable endpoint in {function.vpc_id}",
    )


def _is_reachable(endpoint: VpcEndpoint, tables: set[str]) -> bool:
    """A gateway from every subnet's route table; an interface by the service's own name."""
    if endpoint.kind == "Gateway":
        return tables <= set(endpoint.route_table_ids)
    return endpoint.private_dns and bool(endpoint.subnet_ids)


@control(
    "NET-07",
    "Endpoints where functions run are for this account's callers and resources alone",
    of=lambda account: in_function_vpcs(account.vpc_endpoints, account),
    cite="164.312(e)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.NO_EGRESS,
    blind="Which actions the callers' own policies allow.",
    satisfied_by="modules/network",
    remedy="Let the endpoint's policy name aws:PrincipalAccount and aws:ResourceAccount, or exact resources.",
)
def endpoint_is_for_own_account(endpoint: VpcEndpoint, account: Account, _: Settings) -> Verdict:
    open_to = _open_to(endpoint, account)
    return judged(open_to is None, "admits this account's callers and resources alone", f"{open_to}")


def _model_endpoints(account: Account) -> Listing[VpcEndpoint]:
    endpoints = in_function_vpcs(account.vpc_endpoints, account)
    return endpoints.where(lambda endpoint: endpoint.service.startswith("bedrock"))


@control(
    "NET-08",
    "Endpoints of models where functions run are for named models alone",
    of=_model_endpoints,
    cite="164.312(e)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.NO_EGRESS,
    blind="Which models may see PHI, and what they keep: that is the agreement's.",
    satisfied_by="modules/network, rag.tf",
    remedy="Let the endpoint's policy name the models (and inference profiles) that are used, by their ARNs.",
)
def endpoint_is_for_named_models(endpoint: VpcEndpoint, account: Account, _: Settings) -> Verdict:
    if endpoint.policy is None:
        return failed("has no policy, which is every model")
    open_for = [action for action in _ASKING_A_MODEL if _lets_any_model_be_asked(endpoint, action, account)]
    if open_for:
        return failed(f"lets {first_names(open_for)} through to any model")
    wide = _patterns_of_models(document(endpoint.policy))
    return judged(
        not wide, "admits named models alone", f"lets all models through that match {first_names(wide)}"
    )


def _patterns_of_models(policy: Document) -> list[str]:
    """Resources that name models by a pattern (all of a maker's). One model in every region is one model."""
    return sorted(
        pattern
        for statement in statements(policy)
        if statement.allows and any(names_action(statement, action) for action in _ASKING_A_MODEL)
        for pattern in statement.resources or ()
        if not statement.not_resources and re.search("[*?]", pattern.split(":", 5)[-1])
    )


def _lets_any_model_be_asked(endpoint: VpcEndpoint, action: str, account: Account) -> bool:
    model = f"arn:{account.partition}:bedrock:{account.region}::foundation-model/nobody.has-named-this"
    arn = f"arn:{account.partition}:iam::{account.id}:role/any"
    own = {"aws:PrincipalAccount": account.id, "aws:PrincipalArn": arn, "aws:SourceVpce": endpoint.id}
    return could_allow([document(endpoint.policy or "")], action, own, resource=model, principal=arn)


def _open_to(endpoint: VpcEndpoint, account: Account) -> str | None:
    """Asks the policy, for each action that it allows, about a stranger's credentials, and about a
    stranger's resource."""
    if endpoint.policy is None:
        return "has no policy, which is full access"
    policy = document(endpoint.policy)
    for statement in statements(policy):
        for action in _examples(statement) if statement.allows else ():
            if any(_lets_through(policy, action, _STRANGER, o, endpoint) for o in (_STRANGER, account.id)):
                return "lets the credentials of any account through"
            if _lets_through(policy, action, account.id, _STRANGER, endpoint):
                return "lets data through to the resources of any account"
    return None


def _examples(statement: Statement) -> list[str]:
    """An action for each pattern that a statement allows."""
    if statement.not_actions:
        return ["any:Action"]
    return [re.sub(r"[*?]+", "Any", a) if ":" in a else "any:Action" for a in statement.actions]


def _lets_through(policy: Document, action: str, caller: str, owner: str, endpoint: VpcEndpoint) -> bool:
    """Whether a call with the credentials of one account can be allowed, to a resource of another one.

    The resources that the policy names exactly are somebody's, and meant: AWS's own buckets, for one.
    """
    arn = f"arn:aws:iam::{caller}:role/any"
    known = {
        "aws:PrincipalAccount": caller,
        "aws:PrincipalArn": arn,
        "aws:ResourceAccount": owner,
        "aws:SourceVpc": endpoint.vpc_id,
        "aws:SourceVpce": endpoint.id,
    }
    for side, account in (("Principal", caller), ("Resource", owner)):
        if account == _STRANGER:
            known |= {f"aws:{side}OrgID": "o-strange", f"aws:{side}OrgPaths": "o-strange/r-1/"}
    return could_allow([policy], action, known, kinds=(ResourceKind(account=_STRANGER),), principal=arn)
