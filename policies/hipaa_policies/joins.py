"""Joins over the facts that several controls make: a function's role, subnets, routes, services, keys."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from hipaa_policies.facts import Account, FactUnreadableError, Listing, Unreadable, known
from hipaa_policies.facts.functions import EventSource, Function
from hipaa_policies.facts.identities import Role
from hipaa_policies.facts.keys import Key
from hipaa_policies.facts.network import Route, RouteTable, Subnet
from hipaa_policies.iam import load_policy
from hipaa_policies.verdicts import Verdict, failed, passed

Document = Mapping[str, Any]
# RFC 1918, RFC 6598, loopback, link local and IPv6's private ranges: none of them is the world.
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
)


@lru_cache(maxsize=4096)
def document(text: str) -> Document:
    """A policy's text, read once. Raises ``MalformedPolicyError``."""
    return load_policy(text)


def documents(role: Role) -> list[Document]:
    return [document(policy.document) for policy in role.policies]


def boundary(role: Role) -> list[Document] | None:
    return None if role.boundary is None else [document(role.boundary.document)]


def role_of(function: Function, account: Account) -> Role | None:
    """The function's role; ``None`` where it is not in the account any more."""
    return next((role for role in account.roles.complete() if role.arn == function.role_arn), None)


def role_that_runs(function: Function, account: Account) -> Role:
    """The function's role. Raises ``FactUnreadableError`` where the account has no such role (any more)."""
    role = role_of(function, account)
    if role is None:
        message = f"the role {function.role_arn} is not in this account"
        raise FactUnreadableError(Unreadable("iam:GetAccountAuthorizationDetails", "NoSuchRole", message))
    return role


def subnets_of(function: Function, account: Account) -> tuple[Subnet, ...]:
    """Raises ``FactUnreadableError`` where one of the function's subnets is not among those read."""
    by_id = {subnet.id: subnet for subnet in account.subnets.complete()}
    for identifier in function.subnet_ids:
        if identifier not in by_id:
            message = f"the subnet {identifier} of {function.name} is not in this account"
            raise FactUnreadableError(Unreadable("ec2:DescribeSubnets", "NotShared", message))
    return tuple(by_id[identifier] for identifier in function.subnet_ids)


def route_tables_of(subnet: Subnet, account: Account) -> tuple[RouteTable, ...]:
    """The table that holds for a subnet: its own, else the VPC's main table.

    Raises ``FactUnreadableError`` where neither is among those read (of a VPC that another account
    shares, or that another plan makes).
    """
    tables = account.route_tables.complete()
    own = [table for table in tables if subnet.id in table.subnet_ids]
    chosen = own or [table for table in tables if table.main and table.vpc_id == subnet.vpc_id]
    if not chosen:
        message = f"the route table of {subnet.id} is not among those that can be seen"
        raise FactUnreadableError(Unreadable("ec2:DescribeRouteTables", "NotShared", message))
    return tuple(chosen)


def routes_of(subnet: Subnet, account: Account) -> tuple[Route, ...]:
    return tuple(route for table in route_tables_of(subnet, account) for route in table.routes)


def ways_out(subnet: Subnet, account: Account) -> tuple[Route, ...]:
    """Routes to the internet: through a gateway, or a NAT (a gateway or a machine) that looks at nothing."""
    return tuple(route for route in routes_of(subnet, account) if _leads_out(route, account))


def _leads_out(route: Route, account: Account) -> bool:
    if route.target.startswith(("cagw-", "eigw-", "igw-", "nat-")):
        return True
    return route.target.startswith(("eni-", "i-")) and bool(to_world([route.destination], account))


def is_world(peer: str) -> bool:
    """Whether a CIDR reaches past private networks and named public ones: wider than /8 (IPv6: /16).

    So 0.0.0.0/0 cut into halves is still the world.
    """
    try:
        network = ipaddress.ip_network(peer, strict=False)
    except ValueError:  # another security group, or a prefix list (``to_world`` looks into those)
        return False
    if any(network.version == p.version and network.subnet_of(p) for p in _PRIVATE):  # type: ignore[arg-type]
        return False
    return network.prefixlen < (8 if network.version == 4 else 16)


def to_world(peers: Iterable[str], account: Account) -> list[str]:
    """Those that are the world, or a prefix list with the world in it.

    Raises ``FactUnreadableError`` where none is, and the networks of a prefix list are not known.
    """
    named = sorted(set(peers))
    open_to = [peer for peer in named if is_world(peer)]
    if open_to:
        return open_to
    for peer in named:
        if peer.startswith("pl-"):
            open_to += [f"{cidr} (by {peer})" for cidr in _networks(peer, account) if is_world(cidr)]
    return open_to


def _networks(prefix_list: str, account: Account) -> tuple[str, ...]:
    found = next((one for one in account.prefix_lists.items if one.id == prefix_list), None)
    if found is None:
        account.prefix_lists.complete()
        message = f"the prefix list {prefix_list} is not in this account and region"
        raise FactUnreadableError(Unreadable("ec2:DescribeManagedPrefixLists", "NotShared", message))
    return known(found.cidrs)


def sources_of(function: Function, account: Account) -> tuple[EventSource, ...]:
    return tuple(s for s in account.event_sources.complete() if same_function(s.function_arn, function.arn))


def same_function(one: str, other: str) -> bool:
    """Whether two ARNs are of the same function, qualifiers aside."""
    return one.split(":")[:7] == other.split(":")[:7]


def customer_key(reference: str | None, account: Account) -> Key | None:
    """The customer-managed key that a resource names (by ARN, id or alias); ``None`` where it names
    none, or one that AWS manages.

    Raises ``FactUnreadableError`` for a key that cannot be seen from here.
    """
    if reference is None or reference.split(":")[-1].startswith("alias/aws/"):
        return None
    for key in account.keys.items:
        if names_key(reference, key):
            return key if key.customer_managed else None
    account.keys.complete()  # if the list is not whole, that is why it was not found
    message = f"the key {reference} is not in this account and region"
    raise FactUnreadableError(Unreadable("kms:DescribeKey", "NotHere", message))


def names_key(reference: str, key: Key) -> bool:
    """Whether an ARN, an id or an alias is the key's. Raises ``FactUnreadableError``."""
    if reference in (key.arn, key.id):
        return True
    alias = reference.split(":")[-1]
    return alias.startswith("alias/") and alias in known(key.aliases)


def with_customer_key(reference: str | None, account: Account, without: str) -> Verdict:
    """PASS for an enabled customer key; ``without`` says what there is instead."""
    key = customer_key(reference, account)
    if key is None:
        return failed(without)
    if key.state != "Enabled":
        return failed(f"its key {key.id} is {key.state}")
    return passed(f"encrypted with the customer key {key.id}")


def functions_with(field: str, account: Account) -> Listing[Function]:
    """The functions of which a field is known: incomplete where one hides it. Raises
    ``FactUnreadableError`` where not all functions are listed."""
    account.functions.complete()

    def is_known(function: Function) -> bool:
        getattr(function, field)
        return True

    return account.functions.where(is_known)


def in_function_vpcs(listing: Listing[Any], account: Account, by: str = "vpc_id") -> Listing[Any]:
    """What is in VPCs that hold functions (of VPCs themselves ``by`` their id). A function of which the VPC
    is not known leaves the list incomplete. Raises ``FactUnreadableError``."""
    located = functions_with("vpc_id", account)
    vpcs = {function.vpc_id for function in located.items} - {None}
    return listing.where(lambda resource: getattr(resource, by) in vpcs).limited_by(located.problem)


def first_names(names: Sequence[str], limit: int = 5) -> str:
    """A readable list: long ones are cut, and say so."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
