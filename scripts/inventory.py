"""What is in an account: the names of every resource of every kind that the stack creates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scripts.local_deployment import LocalDeployment


@dataclass(frozen=True)
class Listing:
    """One account-wide list call: the operation, where its answer has the items and what names each."""

    service: str
    operation: str
    items: str
    name: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)


LISTINGS = (
    Listing("apigateway", "get_rest_apis", "items", "name"),
    Listing("budgets", "describe_budgets", "Budgets", "BudgetName"),
    Listing("cloudtrail", "list_trails", "Trails", "TrailARN"),
    Listing("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    Listing("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    Listing("cognito-idp", "list_user_pools", "UserPools", "Name", {"MaxResults": 60}),
    Listing("dynamodb", "list_tables", "TableNames"),
    Listing("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    Listing("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    Listing("ec2", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    Listing("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    Listing("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    Listing("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    Listing("ec2", "describe_subnets", "Subnets", "SubnetId"),
    Listing("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    Listing("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    Listing("iam", "list_policies", "Policies", "PolicyName", {"Scope": "Local"}),
    Listing("iam", "list_roles", "Roles", "RoleName"),
    Listing("kms", "list_aliases", "Aliases", "AliasName"),
    Listing("lambda", "list_functions", "Functions", "FunctionName"),
    Listing("logs", "describe_log_groups", "logGroups", "logGroupName"),
    Listing("rds", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    Listing(
        "rds",
        "describe_db_cluster_parameter_groups",
        "DBClusterParameterGroups",
        "DBClusterParameterGroupName",
    ),
    Listing("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    Listing("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    Listing("s3", "list_buckets", "Buckets", "Name"),
    Listing("secretsmanager", "list_secrets", "SecretList", "Name"),
    Listing("sns", "list_topics", "Topics", "TopicArn"),
    Listing("sqs", "list_queues", "QueueUrls"),
    Listing("wafv2", "list_web_acls", "WebACLs", "Name", {"Scope": "REGIONAL"}),
)
# A gateway endpoint that was deleted stays listed for a while, in AWS as in moto.
GONE_STATES = {"deleted", "deleting"}


Inventory = dict[str, list[str]]


def inventory(deployment: LocalDeployment) -> Inventory:
    """The sorted names of what is there, by ``service.operation``. Keys that await deletion do not count."""
    found = {
        f"{listing.service}.{listing.operation}": sorted(names(deployment, listing)) for listing in LISTINGS
    }
    return found | {"kms.list_keys": sorted(keys_in_use(deployment))}


def names(deployment: LocalDeployment, listing: Listing) -> Iterator[str]:
    client = deployment.client(listing.service)
    arguments = dict(listing.arguments)
    if listing.service == "budgets":
        arguments["AccountId"] = deployment.state.account_id
    if client.can_paginate(listing.operation):
        pages = client.get_paginator(listing.operation).paginate(**arguments)
    else:
        pages = [getattr(client, listing.operation)(**arguments)]
    for page in pages:
        for item in page.get(listing.items, []):
            if isinstance(item, str):
                yield item
            elif str(item.get("State", "")).lower() not in GONE_STATES:
                yield str(item[listing.name])


def keys_in_use(deployment: LocalDeployment) -> Iterator[str]:
    kms = deployment.client("kms")
    for page in kms.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
            # KMS never deletes at once: a key awaits its deletion for 7 to 30 days. And AWS makes keys of its
            # own, such as aws/ssm, once a service first asks for one: nobody can delete those.
            if metadata["KeyState"] != "PendingDeletion" and metadata["KeyManager"] != "AWS":
                yield key["KeyId"]
