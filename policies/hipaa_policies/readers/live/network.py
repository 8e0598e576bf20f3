"""VPCs, subnets, routes, security groups, endpoints and flow logs: one account-wide list call each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing
from hipaa_policies.facts.network import (
    FlowLog,
    PrefixList,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader

_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "EgressOnlyInternetGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
)


@reader(
    "vpcs",
    "subnets",
    "route_tables",
    "security_groups",
    "vpc_endpoints",
    "flow_logs",
    operations={
        "ec2": (
            "DescribeFlowLogs",
            "DescribeRouteTables",
            "DescribeSecurityGroups",
            "DescribeSubnets",
            "DescribeVpcEndpoints",
            "DescribeVpcs",
        )
    },
)
def read_network(aws: Aws, where: Where) -> Facts:
    def listing(operation: str, key: str, read: Any) -> Listing[Any]:
        listed = aws.pages("ec2", operation, key)
        return Listing(tuple(read(answer, where) for answer in listed.items), listed.problem)

    return {
        "vpcs": listing("DescribeVpcs", "Vpcs", _vpc),
        "subnets": listing("DescribeSubnets", "Subnets", _subnet),
        "route_tables": listing("DescribeRouteTables", "RouteTables", _route_table),
        "security_groups": listing("DescribeSecurityGroups", "SecurityGroups", _security_group),
        "vpc_endpoints": listing("DescribeVpcEndpoints", "VpcEndpoints", _endpoint),
        "flow_logs": listing("DescribeFlowLogs", "FlowLogs", _flow_log),
    }


@reader("prefix_lists", operations={"ec2": ("DescribeManagedPrefixLists", "GetManagedPrefixListEntries")})
def read_prefix_lists(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("ec2", "DescribeManagedPrefixLists", "PrefixLists")
    found = aws.each(listed.items, lambda answer: _prefix_list(aws, answer))
    return {"prefix_lists": Listing(found, listed.problem)}


def _prefix_list(aws: Aws, answer: Mapping[str, Any]) -> PrefixList:
    identifier, of_aws = answer["PrefixListId"], answer.get("OwnerId") == "AWS"
    entries: Listing[Any] = Listing()
    if not of_aws:
        entries = aws.pages("ec2", "GetManagedPrefixListEntries", "Entries", PrefixListId=identifier)
    return PrefixList(
        arn=answer["PrefixListArn"],
        id=identifier,
        name=answer["PrefixListName"],
        of_aws=of_aws,
        cidrs=entries.problem or tuple(sorted(entry["Cidr"] for entry in entries.items)),
    )


def _vpc(answer: Mapping[str, Any], where: Where) -> Vpc:
    return Vpc(where.arn("ec2", f"vpc/{answer['VpcId']}"), answer["VpcId"])


def _subnet(answer: Mapping[str, Any], where: Where) -> Subnet:
    return Subnet(
        arn=where.arn("ec2", f"subnet/{answer['SubnetId']}"),
        id=answer["SubnetId"],
        vpc_id=answer["VpcId"],
        zone=answer["AvailabilityZone"],
        assigns_public_ip=bool(answer.get("MapPublicIpOnLaunch")),
    )


def _route_table(answer: Mapping[str, Any], where: Where) -> RouteTable:
    associations = answer.get("Associations") or ()
    return RouteTable(
        arn=where.arn("ec2", f"route-table/{answer['RouteTableId']}"),
        id=answer["RouteTableId"],
        vpc_id=answer["VpcId"],
        subnet_ids=tuple(sorted(a["SubnetId"] for a in associations if a.get("SubnetId"))),
        main=any(a.get("Main") for a in associations),
        routes=tuple(_route(route) for route in answer.get("Routes") or ()),
    )


def _route(answer: Mapping[str, Any]) -> Route:
    destination = (
        answer.get("DestinationCidrBlock")
        or answer.get("DestinationIpv6CidrBlock")
        or answer.get("DestinationPrefixListId")
        or ""
    )
    return Route(destination, next((answer[name] for name in _TARGETS if answer.get(name)), ""))


def _security_group(answer: Mapping[str, Any], where: Where) -> SecurityGroup:
    return SecurityGroup(
        arn=where.arn("ec2", f"security-group/{answer['GroupId']}"),
        id=answer["GroupId"],
        name=answer["GroupName"],
        vpc_id=answer.get("VpcId", ""),
        inbound=_rules(answer.get("IpPermissions") or ()),
        outbound=_rules(answer.get("IpPermissionsEgress") or ()),
    )


def _rules(permissions: Any) -> tuple[Rule, ...]:
    found = []
    for permission in permissions:
        peers = [
            *(r["CidrIp"] for r in permission.get("IpRanges") or ()),
            *(r["CidrIpv6"] for r in permission.get("Ipv6Ranges") or ()),
            *(r["PrefixListId"] for r in permission.get("PrefixListIds") or ()),
            *(r.get("GroupId") or r.get("GroupName", "") for r in permission.get("UserIdGroupPairs") or ()),
        ]
        found += [
            Rule(peer, permission["IpProtocol"], permission.get("FromPort"), permission.get("ToPort"))
            for peer in peers
        ]
    return tuple(found)


def _endpoint(answer: Mapping[str, Any], where: Where) -> VpcEndpoint:
    prefix = f"com.amazonaws.{where.region}."
    return VpcEndpoint(
        arn=where.arn("ec2", f"vpc-endpoint/{answer['VpcEndpointId']}"),
        id=answer["VpcEndpointId"],
        vpc_id=answer["VpcId"],
        # Endpoints of resources and of networks of services have none.
        service=(answer.get("ServiceName") or "").removeprefix(prefix),
        kind=answer.get("VpcEndpointType", "Gateway"),
        state=answer.get("State", "").lower(),
        policy=answer.get("PolicyDocument") or None,
        private_dns=bool(answer.get("PrivateDnsEnabled")),
        subnet_ids=tuple(sorted(answer.get("SubnetIds") or ())),
        route_table_ids=tuple(sorted(answer.get("RouteTableIds") or ())),
    )


def _flow_log(answer: Mapping[str, Any], where: Where) -> FlowLog:
    delivered = answer.get("DeliverLogsStatus", "SUCCESS") != "FAILED"
    return FlowLog(
        arn=where.arn("ec2", f"vpc-flow-log/{answer['FlowLogId']}"),
        id=answer["FlowLogId"],
        resource_id=answer["ResourceId"],
        active=answer.get("FlowLogStatus") == "ACTIVE" and delivered,
        traffic=answer.get("TrafficType", ""),
    )
