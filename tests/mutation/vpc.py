"""Mutations of the VPC configuration."""

from __future__ import annotations

import json
from typing import Any

from tests.mutation.cloud import Cloud
from tests.mutation.model import Broken, Pair, Steps, mutation


@mutation("LAM-01", "no VPC")
def outside(cloud: Cloud) -> Steps:
    """Whoever is in no VPC needs no endpoint."""
    function = cloud.function
    cloud.configure(VpcConfig={"SubnetIds": [], "SecurityGroupIds": []})
    yield Broken(function.arn, also=(("NET-04", function.arn),))
    cloud.configure(
        VpcConfig={
            "SubnetIds": list(function.subnet_ids),
            "SecurityGroupIds": list(function.security_group_ids),
        }
    )


def _in_the_vpc(cloud: Cloud) -> list[str]:
    """The other functions of the VPC, which the same network carries."""
    vpc = cloud.function.vpc_id
    return [f.arn for f in cloud.account.functions.items if f.vpc_id == vpc and f.arn != cloud.function.arn]


def _way_out(cloud: Cloud) -> Pair:
    """A way out that no firewall looks at fails its VPC, too."""
    return "NET-09", next(v.arn for v in cloud.account.vpcs.items if v.id == cloud.function.vpc_id)


@mutation("LAM-01", "one subnet")
def one_subnet(cloud: Cloud) -> Steps:
    function = cloud.function
    groups = list(function.security_group_ids)
    kept = min(function.subnet_ids)
    cloud.configure(VpcConfig={"SubnetIds": [kept], "SecurityGroupIds": groups})
    yield Broken(function.arn)
    cloud.configure(VpcConfig={"SubnetIds": list(function.subnet_ids), "SecurityGroupIds": groups})


@mutation("LAM-01", "a route to an internet gateway")
def public_subnet(cloud: Cloud) -> Steps:
    ec2 = cloud.client("ec2")
    subnet = cloud.function.subnet_ids[0]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=cloud.function.vpc_id)
    table = _route_table(cloud, subnet)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    others = tuple(("LAM-01", arn) for arn in _in_the_vpc(cloud))
    yield Broken(cloud.function.arn, also=(("NET-05", _subnet(cloud, subnet)), _way_out(cloud), *others))
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=cloud.function.vpc_id)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)


@mutation("NET-05", "a route to a NAT gateway")
def nat(cloud: Cloud) -> Steps:
    ec2 = cloud.client("ec2")
    subnet, other = cloud.function.subnet_ids[:2]
    table = _route_table(cloud, subnet)
    gateway = _create_nat(ec2, other)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
    yield Broken(_subnet(cloud, subnet), also=(_way_out(cloud),))
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    _delete_nat(ec2, gateway)


@mutation("NET-05", "the main table takes over, and leads out")
def by_the_main_table(cloud: Cloud) -> Steps:
    ec2 = cloud.client("ec2")
    subnet, other = cloud.function.subnet_ids[:2]
    own = _route_table(cloud, subnet)
    main = next(
        t.id for t in cloud.account.route_tables.items if t.main and t.vpc_id == cloud.function.vpc_id
    )
    found = ec2.describe_route_tables(RouteTableIds=[own])["RouteTables"][0]["Associations"]
    association = next(a["RouteTableAssociationId"] for a in found if a.get("SubnetId") == subnet)
    gateway = _create_nat(ec2, other)
    ec2.create_route(RouteTableId=main, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
    ec2.disassociate_route_table(AssociationId=association)
    # Migrations need neither S3 nor DynamoDB, whose gateways the main table lacks.
    functions = [arn for arn in (cloud.function.arn, *_in_the_vpc(cloud)) if not arn.endswith("-migrations")]
    cut_off = tuple(("NET-04", arn) for arn in functions)
    yield Broken(_subnet(cloud, subnet), also=(_way_out(cloud), *cut_off))
    ec2.associate_route_table(RouteTableId=own, SubnetId=subnet)
    ec2.delete_route(RouteTableId=main, DestinationCidrBlock="0.0.0.0/0")
    _delete_nat(ec2, gateway)


def _create_nat(ec2: Any, subnet: str) -> str:
    made = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")
    return str(made["NatGateway"]["NatGatewayId"])


def _delete_nat(ec2: Any, gateway: str) -> None:
    """With its network interface, which moto leaves behind."""
    found = ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"][0]
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    for address in found["NatGatewayAddresses"]:
        ec2.delete_network_interface(NetworkInterfaceId=address["NetworkInterfaceId"])


@mutation("NET-01", "the world, by IPv4")
def inbound_v4(cloud: Cloud) -> Steps:
    yield from _inbound(cloud, IpRanges=[{"CidrIp": "0.0.0.0/0"}])


@mutation("NET-01", "the world, by IPv6")
def inbound_v6(cloud: Cloud) -> Steps:
    yield from _inbound(cloud, Ipv6Ranges=[{"CidrIpv6": "::/0"}])


@mutation("NET-01", "half the world")
def inbound_half(cloud: Cloud) -> Steps:
    yield from _inbound(cloud, IpRanges=[{"CidrIp": "128.0.0.0/1"}])


def _prefix_list(cloud: Cloud, outbound: bool) -> Steps:
    """A list with the world in it stands where a network would."""
    ec2 = cloud.client("ec2")
    made = ec2.create_managed_prefix_list(
        PrefixListName="mutation", MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "0.0.0.0/0"}]
    )["PrefixList"]["PrefixListId"]
    steps = _outbound if outbound else _inbound
    yield from steps(cloud, PrefixListIds=[{"PrefixListId": made}])
    ec2.delete_managed_prefix_list(PrefixListId=made)


@mutation("NET-01", "the world, by a prefix list")
def inbound_by_list(cloud: Cloud) -> Steps:
    yield from _prefix_list(cloud, outbound=False)


@mutation("NET-02", "the world, by a prefix list")
def outbound_by_list(cloud: Cloud) -> Steps:
    yield from _prefix_list(cloud, outbound=True)


def _inbound(cloud: Cloud, **peers: Any) -> Steps:
    ec2 = cloud.client("ec2")
    group = cloud.function.security_group_ids[0]
    rule = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peers}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule)
    yield Broken(_group(cloud, group))
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rule)


@mutation("NET-02", "the world, by IPv4")
def outbound_v4(cloud: Cloud) -> Steps:
    yield from _outbound(cloud, IpRanges=[{"CidrIp": "0.0.0.0/0"}])


@mutation("NET-02", "the world, by IPv6")
def outbound_v6(cloud: Cloud) -> Steps:
    yield from _outbound(cloud, Ipv6Ranges=[{"CidrIpv6": "::/0"}])


def _outbound(cloud: Cloud, **peers: Any) -> Steps:
    ec2 = cloud.client("ec2")
    group = cloud.function.security_group_ids[0]
    rule = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **peers}]
    made = ec2.authorize_security_group_egress(GroupId=group, IpPermissions=rule)["SecurityGroupRules"]
    yield Broken(_group(cloud, group))
    ids = [rule["SecurityGroupRuleId"] for rule in made]
    ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=ids)


@mutation("NET-06", "a rule of the default group")
def default_group(cloud: Cloud) -> Steps:
    ec2 = cloud.client("ec2")
    group = next(
        g
        for g in cloud.account.security_groups.items
        if g.name == "default" and g.vpc_id == cloud.function.vpc_id
    )
    rule = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group.id}]}]
    ec2.authorize_security_group_ingress(GroupId=group.id, IpPermissions=rule)
    yield Broken(group.arn)
    ec2.revoke_security_group_ingress(GroupId=group.id, IpPermissions=rule)


@mutation("NET-06", "an outbound rule of the default group")
def default_group_outbound(cloud: Cloud) -> Steps:
    ec2 = cloud.client("ec2")
    group = next(
        g
        for g in cloud.account.security_groups.items
        if g.name == "default" and g.vpc_id == cloud.function.vpc_id
    )
    rule = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]
    ec2.authorize_security_group_egress(GroupId=group.id, IpPermissions=rule)
    yield Broken(group.arn)
    ec2.revoke_security_group_egress(GroupId=group.id, IpPermissions=rule)


@mutation("NET-03", "no flow log")
def no_flow_log(cloud: Cloud) -> Steps:
    yield from _flow_log(cloud, None)


@mutation("NET-03", "only what was rejected")
def rejected_only(cloud: Cloud) -> Steps:
    yield from _flow_log(cloud, "REJECT")


def _flow_log(cloud: Cloud, traffic: str | None) -> Steps:
    ec2 = cloud.client("ec2")
    vpc = cloud.function.vpc_id
    own = [{"Name": "resource-id", "Values": [vpc]}]
    before = ec2.describe_flow_logs(Filters=own)["FlowLogs"][0]

    def create(kind: str) -> None:
        ec2.create_flow_logs(
            ResourceIds=[vpc],
            ResourceType="VPC",
            TrafficType=kind,
            LogDestinationType=before["LogDestinationType"],
            LogDestination=before["LogDestination"],
            DeliverLogsPermissionArn=before["DeliverLogsPermissionArn"],
            MaxAggregationInterval=before["MaxAggregationInterval"],
        )

    def delete() -> None:
        found = ec2.describe_flow_logs(Filters=own)["FlowLogs"]
        if found:
            ec2.delete_flow_logs(FlowLogIds=[log["FlowLogId"] for log in found])

    delete()
    if traffic:
        create(traffic)
    yield Broken(next(v.arn for v in cloud.account.vpcs.items if v.id == vpc))
    delete()
    create("ALL")


@mutation("NET-04", "the role may call what has no endpoint")
def no_endpoint(cloud: Cloud) -> Steps:
    statement = {
        "Effect": "Allow",
        "Action": "ssm:GetParameter",
        "Resource": f"arn:aws:ssm:{cloud.account.region}:{cloud.account.id}:parameter/elsewhere",
    }
    cloud.permit(cloud.role, "mutation", statement)
    yield Broken(cloud.function.arn)
    cloud.forbid(cloud.role, "mutation")


@mutation("NET-04", "an endpoint without private DNS")
def no_private_dns(cloud: Cloud) -> Steps:
    ec2 = cloud.client("ec2")
    endpoint = _endpoint(cloud, "kms").id
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PrivateDnsEnabled=False)
    others = [cloud.function_named(name).arn for name in ("-fhir-api", "-fhir-ingest", "-rag-orchestrator")]
    yield Broken(cloud.function.arn, also=tuple(("NET-04", arn) for arn in others))
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PrivateDnsEnabled=True)


def _endpoint_policy(cloud: Cloud, service: str, **change: Any) -> Steps:
    ec2 = cloud.client("ec2")
    endpoint = _endpoint(cloud, service)
    document = json.loads(str(endpoint.policy))
    broken = {**document, "Statement": [{**s, **change} for s in document["Statement"]]}
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint.id, PolicyDocument=json.dumps(broken))
    yield Broken(endpoint.arn)
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint.id, PolicyDocument=json.dumps(document))


@mutation("NET-07", "full access through an interface")
def full_access(cloud: Cloud) -> Steps:
    yield from _endpoint_policy(cloud, "kms", Condition={})


@mutation("NET-07", "strangers' buckets through the gateway")
def strangers_resources(cloud: Cloud) -> Steps:
    condition = {"StringEquals": {"aws:PrincipalAccount": cloud.account.id}}
    yield from _endpoint_policy(cloud, "s3", Condition=condition)


@mutation("NET-07", "strangers' credentials through the gateway")
def strangers_credentials(cloud: Cloud) -> Steps:
    condition = {"StringEquals": {"aws:ResourceAccount": cloud.account.id}}
    yield from _endpoint_policy(cloud, "dynamodb", Condition=condition)


@mutation("NET-08", "every model")
def every_model(cloud: Cloud) -> Steps:
    models = "arn:aws:bedrock:*::foundation-model/*"
    yield from _endpoint_policy(cloud, "bedrock-runtime", Action="bedrock:*", Resource=models)


@mutation("NET-08", "whatever is this account's")
def every_resource(cloud: Cloud) -> Steps:
    account = cloud.account.id
    condition = {"StringEquals": {"aws:PrincipalAccount": account, "aws:ResourceAccount": account}}
    change = {"Action": "bedrock:InvokeModel", "Resource": "*", "Condition": condition}
    yield from _endpoint_policy(cloud, "bedrock-runtime", **change)


def _endpoint(cloud: Cloud, service: str) -> Any:
    return next(e for e in cloud.account.vpc_endpoints.items if e.service == service)


def _subnet(cloud: Cloud, identifier: str) -> str:
    return next(s.arn for s in cloud.account.subnets.items if s.id == identifier)


def _group(cloud: Cloud, identifier: str) -> str:
    return next(g.arn for g in cloud.account.security_groups.items if g.id == identifier)


def _route_table(cloud: Cloud, subnet: str) -> str:
    return next(t.id for t in cloud.account.route_tables.items if subnet in t.subnet_ids)
