"""VPCs, subnets, routes, security groups, endpoints and flow logs, as planned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.network import (
    FlowLog,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.model import Block, NotDecided, Plan, Planned
from hipaa_policies.readers.plan.policies import Attached
from hipaa_policies.readers.plan.registry import Facts, reader
from hipaa_policies.readers.plan.strangers import named_elsewhere, stranger

_VPCS = ("aws_vpc", "aws_default_vpc")
_SUBNETS = ("aws_subnet", "aws_default_subnet")
_TABLES = ("aws_route_table", "aws_default_route_table")
_GROUPS = ("aws_security_group", "aws_default_security_group")
_ENDPOINT = ("aws_vpc_endpoint",)
_PEERS = (*_GROUPS, "aws_ec2_managed_prefix_list", "aws_prefix_list", "aws_vpc_endpoint")
_DESTINATIONS = (
    "destination_cidr_block",
    "cidr_block",
    "destination_ipv6_cidr_block",
    "ipv6_cidr_block",
    "destination_prefix_list_id",
)
_TARGETS = {
    "gateway_id": ("aws_internet_gateway", "aws_vpn_gateway"),
    "nat_gateway_id": ("aws_nat_gateway",),
    "egress_only_gateway_id": ("aws_egress_only_internet_gateway",),
    "transit_gateway_id": ("aws_ec2_transit_gateway",),
    "vpc_peering_connection_id": ("aws_vpc_peering_connection",),
    "network_interface_id": ("aws_network_interface", "aws_instance"),
    "vpc_endpoint_id": ("aws_networkfirewall_firewall", "aws_vpc_endpoint"),
    "carrier_gateway_id": ("aws_ec2_carrier_gateway",),
    "core_network_arn": ("aws_networkmanager_core_network",),
    "local_gateway_id": (),
}


@reader(
    "vpcs",
    "subnets",
    "security_groups",
    "vpc_endpoints",
    "flow_logs",
    types=(
        *_VPCS,
        *_SUBNETS,
        *_GROUPS,
        "aws_flow_log",
        "aws_security_group_rule",
        "aws_vpc_endpoint",
        "aws_vpc_endpoint_policy",
        "aws_vpc_endpoint_route_table_association",
        "aws_vpc_endpoint_subnet_association",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
    ),
)
def read_network(plan: Plan) -> Facts:
    rules, unplaced = _rules(plan)
    implied, undecided = _implied_groups(plan)
    policies = Attached(plan, "aws_vpc_endpoint_policy", "vpc_endpoint_id", _ENDPOINT, form="id")
    strangers = _other_groups(plan, rules)
    return {
        "vpcs": Listing(tuple(Vpc(p.arn, p.id) for p in plan.of(*_VPCS))),
        "subnets": Listing(tuple(map(_subnet, plan.of(*_SUBNETS)))),
        "security_groups": Listing(
            (*(_group(p, rules) for p in plan.of(*_GROUPS)), *implied, *strangers), unplaced or undecided
        ),
        "vpc_endpoints": Listing(tuple(_endpoint(p, plan, policies) for p in plan.of(*_ENDPOINT))),
        "flow_logs": Listing(tuple(map(_flow_log, plan.of("aws_flow_log")))),
    }


def _subnet(planned: Planned) -> Subnet:
    return partial(
        Subnet,
        arn=planned.arn,
        id=planned.id,
        vpc_id=planned.reference("vpc_id", _VPCS, "id"),
        zone=planned.get("availability_zone")
        or planned.get("availability_zone_id")
        or planned.undecided("availability_zone"),
        assigns_public_ip=planned.flag("map_public_ip_on_launch"),
    )


@reader(
    "route_tables",
    types=(*_TABLES, "aws_main_route_table_association", "aws_route", "aws_route_table_association"),
)
def read_route_tables(plan: Plan) -> Facts:
    routes: dict[str, list[Any]] = {}
    subnets: dict[str, list[Any]] = {}
    mains: set[Any] = set()
    problem: NotDecided | None = None
    for planned in plan.of("aws_route"):
        table = planned.reference("route_table_id", _TABLES, "id")
        problem = problem or (table if isinstance(table, NotDecided) else None)
        routes.setdefault(str(table), []).append(_route(planned))
    for planned in plan.of("aws_route_table_association"):
        table = planned.reference("route_table_id", _TABLES, "id")
        subnet = planned.reference("subnet_id", _SUBNETS, "id")
        problem = problem or next((v for v in (table, subnet) if isinstance(v, NotDecided)), None)
        if isinstance(subnet, str):
            subnets.setdefault(str(table), []).append(subnet)
    mains |= {
        p.reference("route_table_id", _TABLES, "id") for p in plan.of("aws_main_route_table_association")
    }
    tables = tuple(_route_table(p, routes, subnets, mains) for p in plan.of(*_TABLES))
    more = () if problem else _elsewhere(plan, subnets, tables)
    return {"route_tables": Listing((*tables, *_implied(plan, tables), *more), problem)}


def _route_table(
    planned: Planned, routes: dict[str, list[Any]], subnets: dict[str, list[Any]], mains: set[Any]
) -> RouteTable:
    inline = planned.blocks("route", computed=True)
    found: Any = [*routes.get(planned.id, ())]
    if isinstance(inline, Unreadable):
        found = [inline]
    else:
        found += [_route(block) for block in inline]
    default = planned.type == "aws_default_route_table"
    vpc = planned.reference("default_route_table_id" if default else "vpc_id", _VPCS, "id")
    if default:
        vpc = planned.text("vpc_id")
        vpc = (
            planned.targets("default_route_table_id", _VPCS)
            if isinstance(vpc, Unreadable) or not vpc
            else vpc
        )
        vpc = vpc[0].id if isinstance(vpc, list) else vpc
    return partial(
        RouteTable,
        arn=planned.arn,
        id=planned.id,
        vpc_id=vpc,
        subnet_ids=tuple(sorted(subnets.get(planned.id, ()))),
        main=default or planned.id in mains,
        routes=next((r for r in found if isinstance(r, Unreadable)), None) or tuple(found),
    )


def _implied(plan: Plan, tables: tuple[RouteTable, ...]) -> list[RouteTable]:
    """The main tables that AWS makes with a planned VPC: they hold the local route alone."""
    return [
        RouteTable(
            plan.arn("ec2", f"route-table/main({vpc.address})"),
            f"rtb-main({vpc.address})",
            vpc.id,
            (),
            True,
            (),
        )
        for vpc in plan.of("aws_vpc")
        if vpc.created and not any(t.main for t in tables)
    ]


def _elsewhere(plan: Plan, subnets: dict[str, list[Any]], tables: tuple[RouteTable, ...]) -> list[RouteTable]:
    """Tables that the plan associates with subnets, and does not make: their routes are not in it."""
    known = {table.id for table in tables}
    vpcs = {subnet.id: subnet.reference("vpc_id", _VPCS, "id") for subnet in plan.of(*_SUBNETS)}
    return [
        partial(
            RouteTable,
            arn=plan.arn("ec2", f"route-table/{table}"),
            id=table,
            vpc_id=vpcs.get(names[0], ""),
            subnet_ids=tuple(sorted(names)),
            main=False,
            routes=NotDecided(f"the route table {table}", "routes", "are not in the plan"),
        )
        for table, names in sorted(subnets.items())
        if table not in known
    ]


def _route(block: Block) -> Any:
    destination: Any = next(
        (block.values[n] for n in _DESTINATIONS if block.values.get(n)), "(known after apply)"
    )
    for name, kinds in _TARGETS.items():
        target = block.reference(name, kinds, "id")
        # In a list of routes every attribute may be marked unknown where one is.
        if isinstance(target, str):
            return partial(Route, destination, target)
    undecided = [n for n in _TARGETS if isinstance(block.get(n), Unreadable)]
    if not undecided:
        return partial(Route, destination, "")
    target = _of_the_list(block, *undecided)
    return partial(Route, destination, target) if target else block.undecided(undecided[0])


def _of_the_list(block: Block, name: str, *others: str) -> str | None:
    """The target of a route of a list that is one expression, where one resource alone can be it."""
    if others or block is block.owner:
        return None
    targets = block.owner.targets("route", _TARGETS[name])
    return targets[0].id if isinstance(targets, list) and len(targets) == 1 else None


_SEPARATE = (
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
    "aws_security_group_rule",
)


def _rules(plan: Plan) -> tuple[dict[tuple[str, str], list[Any]], NotDecided | None]:
    """Rules of their own, by group and direction; and the first whose group is not decided."""
    found: dict[tuple[str, str], list[Any]] = {}
    unplaced: NotDecided | None = None
    for planned in plan.of(*_SEPARATE):
        group = planned.reference("security_group_id", _GROUPS, "id")
        if isinstance(group, NotDecided):
            unplaced = unplaced or group
            continue
        inbound = planned.type == _SEPARATE[0] or planned.values.get("type") == "ingress"
        found.setdefault((group, "ingress" if inbound else "egress"), []).extend(_lines(planned))
    return found, unplaced


def _lines(block: Block) -> list[Any]:
    """A rule for each of its peers, whichever of the three forms it is written in."""
    peers: list[Any] = [block.text(name) for name in ("cidr_ipv4", "cidr_ipv6")]
    # Whichever group it is: it is none of the two networks that stand for the world.
    for name in ("referenced_security_group_id", "source_security_group_id"):
        found = block.reference(name, _PEERS, "id")
        peers.append(f"({block.owner.address})" if isinstance(found, Unreadable) else found)
    peers.append(_prefix_list_of(block))
    for name in ("cidr_blocks", "ipv6_cidr_blocks"):
        values = block.get(name)
        peers += values if isinstance(values, list) else [values]
    groups = block.all_references("security_groups", _PEERS, "id")
    peers += groups if isinstance(groups, tuple) else [f"({block.owner.address})"]
    lists = block.all_references("prefix_list_ids", _PEERS, "id")
    peers += lists if isinstance(lists, tuple) else [lists]
    peers.append("self" if block.values.get("self") else None)
    protocol = block.values.get("ip_protocol") or block.values.get("protocol") or "-1"
    ports = (block.values.get("from_port"), block.values.get("to_port"))
    return [p if isinstance(p, Unreadable) else partial(Rule, p, str(protocol), *ports) for p in peers if p]


def _prefix_list_of(block: Block) -> Any:
    """The list; AWS's own, whichever it is, where all that it can be are endpoints."""
    found = block.reference("prefix_list_id", _PEERS, "id")
    if isinstance(found, Unreadable):
        targets = block.targets("prefix_list_id", _PEERS)
        if isinstance(targets, list) and all(target.type == "aws_vpc_endpoint" for target in targets):
            return f"({block.owner.address})"
    return found


def _of_the_world(rules: Iterable[Any]) -> tuple[Rule, ...]:
    return tuple(r for r in rules if isinstance(r, Rule) and r.peer in ("0.0.0.0/0", "::/0"))


def _group(planned: Planned, separate: dict[tuple[str, str], list[Any]]) -> SecurityGroup:
    def rules(direction: str) -> Any:
        inline = planned.blocks(direction, computed=True)
        found = [*separate.get((planned.id, direction), ())]
        found += [inline] if isinstance(inline, Unreadable) else [r for b in inline for r in _lines(b)]
        # A rule whose peer is not decided is no reason to overlook one that is open.
        world = _of_the_world(found)
        undecided = next((r for r in found if isinstance(r, Unreadable)), None)
        return world if undecided and world else undecided or tuple(found)

    default = planned.type == "aws_default_security_group"
    return partial(
        SecurityGroup,
        arn=planned.arn,
        id=planned.id,
        name="default" if default else planned.values.get("name") or f"({planned.address})",
        vpc_id=planned.reference("vpc_id", _VPCS, "id") or "",
        inbound=rules("ingress"),
        outbound=rules("egress"),
    )


def _other_groups(plan: Plan, separate: dict[tuple[str, str], list[Any]]) -> list[SecurityGroup]:
    """Groups of other plans that this one gives rules."""
    made = {planned.id for planned in plan.of(*_GROUPS)}
    found: dict[str, SecurityGroup] = {}
    for kind in _SEPARATE:
        for name, planned in named_elsewhere(plan, kind, "security_group_id", _GROUPS, "id", made).items():
            world = {
                field: rules
                for field, way in (("inbound", "ingress"), ("outbound", "egress"))
                if (rules := _of_the_world(separate.get((name, way), ())))
            }
            arn = plan.arn("ec2", f"security-group/{name}")
            found[name] = stranger(SecurityGroup, planned, arn, id=name, **world)
    return list(found.values())


def _implied_groups(plan: Plan) -> tuple[list[SecurityGroup], NotDecided | None]:
    """The default groups that AWS makes with planned VPCs, where the plan does not take them over: open
    among themselves and to the world outbound. And why that cannot be told."""
    closed = [p.reference("vpc_id", _VPCS, "id") for p in plan.of("aws_default_security_group")]
    if lost := next((vpc for vpc in closed if isinstance(vpc, NotDecided)), None):
        return [], lost
    every = (partial(Rule, "0.0.0.0/0", "-1", None, None),)
    groups = [
        SecurityGroup(
            plan.arn("ec2", f"security-group/default({vpc.address})"),
            f"sg-default({vpc.address})",
            "default",
            vpc.id,
            (partial(Rule, "self", "-1", None, None),),
            every,
        )
        for vpc in plan.of("aws_vpc")
        if vpc.created and vpc.id not in closed
    ]
    return groups, None


def _associated(planned: Planned, plan: Plan, name: str, single: str, kinds: tuple[str, ...]) -> Any:
    """What the endpoint lists, and what resources of their own associate with it."""
    found = planned.all_references(name, kinds, "id")
    if isinstance(found, Unreadable):
        return found
    for association in plan.of(f"aws_vpc_endpoint_{single.removesuffix('_id')}_association"):
        endpoint = association.reference("vpc_endpoint_id", _ENDPOINT, "id")
        if isinstance(endpoint, Unreadable) or endpoint == planned.id:
            other = (
                endpoint if isinstance(endpoint, Unreadable) else association.reference(single, kinds, "id")
            )
            if isinstance(other, Unreadable):
                return other
            found = (*found, other)
    return tuple(sorted(set(found)))


def _endpoint(planned: Planned, plan: Plan, policies: Attached) -> VpcEndpoint:
    service = planned.get("service_name")
    kind = planned.values.get("vpc_endpoint_type") or "Gateway"
    return partial(
        VpcEndpoint,
        arn=planned.arn,
        id=planned.id,
        vpc_id=planned.reference("vpc_id", _VPCS, "id"),
        service=service.split(".", 3)[-1] if isinstance(service, str) else service,
        kind=kind,
        state="available",  # what Terraform waits for
        policy=policies.to(planned, planned.id),
        private_dns=planned.flag("private_dns_enabled"),
        subnet_ids=_associated(planned, plan, "subnet_ids", "subnet_id", _SUBNETS),
        route_table_ids=_associated(planned, plan, "route_table_ids", "route_table_id", _TABLES),
    )


def _flow_log(planned: Planned) -> FlowLog:
    watched = {"vpc_id": _VPCS, "subnet_id": _SUBNETS, "eni_id": (), "transit_gateway_id": ()}
    found = [planned.reference(name, kinds, "id") for name, kinds in watched.items()]
    return partial(
        FlowLog,
        arn=planned.arn,
        id=planned.id,
        resource_id=next((f for f in found if f), ""),
        active=True,  # whether it can deliver, only the live account shows
        traffic=planned.get("traffic_type") or "ALL",
    )
