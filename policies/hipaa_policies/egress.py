"""Where functions can get to from their subnets, beyond what AWS's own endpoints serve."""

from __future__ import annotations

from hipaa_policies.facts import Account
from hipaa_policies.facts.egress import NetworkFirewall
from hipaa_policies.facts.functions import Function
from hipaa_policies.facts.network import Route, Subnet, VpcEndpoint
from hipaa_policies.joins import routes_of, subnets_of, to_world, ways_out

# Gateways to other networks: what of the world they lead to is decided there.
_ELSEWHERE = ("tgw-", "pcx-", "vgw-", "lgw-", "arn:")


def function_subnets(vpc_id: str, account: Account) -> tuple[Subnet, ...]:
    """The subnets of a VPC in which functions run."""
    found = {
        subnet.id: subnet
        for function in account.functions.complete()
        if function.vpc_id == vpc_id
        for subnet in subnets_of(function, account)
    }
    return tuple(found[name] for name in sorted(found))


def inspected_routes(subnet: Subnet, account: Account) -> tuple[Route, ...]:
    """Routes to the world through an endpoint (a firewall's, or another machine's that inspects) or a
    gateway to another network."""
    through = ("vpce-", *_ELSEWHERE)
    routes = [route for route in routes_of(subnet, account) if route.target.startswith(through)]
    return tuple(route for route in routes if to_world([route.destination], account))


def firewall_of(route: Route, account: Account) -> NetworkFirewall | None:
    """The firewall that a route leads to; ``None`` where it is none that can be seen."""
    return next((f for f in account.network_firewalls.items if route.target in f.endpoints), None)


def way_outside(function: Function, account: Account) -> str | None:
    """How a function gets to what is not AWS's; ``None`` where it does not.

    Raises ``FactUnreadableError``.
    """
    if not function.subnet_ids:
        return f"{function.name} runs outside every VPC"
    for endpoint in account.vpc_endpoints.complete():
        if endpoint.vpc_id == function.vpc_id and _is_of_others(endpoint):
            return f"{function.name} reaches {endpoint.service} through {endpoint.id}"
    for subnet in subnets_of(function, account):
        for route in (*ways_out(subnet, account), *inspected_routes(subnet, account)):
            return f"{function.name} has a route from {subnet.id} to {route.target}"
    return None


def _is_of_others(endpoint: VpcEndpoint) -> bool:
    """Whether what answers behind an endpoint may be somebody else's than AWS's: a service that an account
    offers, a resource, a network of services. A firewall's endpoint stands in a way, and ends none.

    https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html
    """
    if endpoint.kind == "GatewayLoadBalancer":
        return False
    return "vpce-svc-" in endpoint.service or endpoint.kind in ("Resource", "ServiceNetwork")
