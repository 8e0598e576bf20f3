"""modules/network, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Items, Output, TerraformModule


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where and for whom this is deployed: 12-digit account, region, partition, the prefix of every name,
    and tags. ARNs are derived from it, so that no module reads the account.
    """

    account_id: str
    region: str
    name_prefix: str
    partition: str = "aws"
    tags: Mapping[str, str] | Output = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Egress:
    """The one way out of the VPC, for functions in subnets of their own: TLS to exactly the named `hosts`,
    through a network firewall, a DNS firewall and NAT. Null, the default: there is none, and no
    internet gateway. `private_names` resolve besides, and have no way out. `cidr` is the range of its
    subnets (the last sixteenth of vpc_cidr unless another is named, /22 or larger); `zones` are those
    with a firewall and a NAT gateway of their own (empty: all; one is the cheapest, and everything's
    way out is gone with it); `kms_key_arn` encrypts the firewall's rules. It costs by the hour and
    zone: docs/decisions/0014-egress-and-model-access.md.
    """

    hosts: Items[str] | Output
    kms_key_arn: str
    cidr: str | None = None
    deletion_protection: bool | Output = True
    private_names: Items[str] | Output = ()
    zones: Items[str] | Output = ()


@dataclass(frozen=True, kw_only=True)
class EndpointStatements:
    """Interface endpoints that let through only the named actions on the named resources, by service: {
    bedrock-runtime = { actions = ["bedrock:InvokeModel"], resources = [model_arn] } }. For services
    whose resources are AWS's own, which the usual policy (this account's callers, this account's
    resources) would refuse.
    """

    actions: Items[str] | Output
    resources: Items[str] | Output


@dataclass(frozen=True, kw_only=True)
class Subnets:
    """Private subnets by the name of their zone, which is static so that adding a zone moves no other: {
    us-east-1a = { cidr = "10.0.0.0/20" } }. At least two zones.
    """

    cidr: str


class Network(TerraformModule):
    """modules/network: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        context: Context | Output,
        log_kms_key_arn: str,
        subnets: Mapping[str, Subnets] | Output,
        egress: Egress | Output | None = None,
        endpoint_client_security_group_ids: Mapping[str, str] | Output = MappingProxyType({}),
        endpoint_statements: Mapping[str, EndpointStatements] | Output = MappingProxyType({}),
        interface_endpoint_zones: Items[str] | Output = (),
        interface_endpoints: Items[str] | Output = (),
        log_retention_days: float | Output = 2557,
        permissions_boundary_arn: str | None = None,
        vpc_cidr: str = "10.0.0.0/16",
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``context``: see ``Context``.

        ``log_kms_key_arn``: Key that encrypts the flow logs' log group. Its policy must admit CloudWatch
        Logs (modules/encryption: services = ["logs"]).

        ``subnets``: Private subnets by the name of their zone, which is static so that adding a zone moves
        no other: { us-east-1a = { cidr = "10.0.0.0/20" } }. At least two zones.

        ``egress``: see ``Egress``.

        ``endpoint_client_security_group_ids``: Security groups (by a static name) that may reach the
        interface endpoints on 443. Empty: the private subnets' address ranges may.

        ``endpoint_statements``: Interface endpoints that let through only the named actions on the named
        resources, by service: { bedrock-runtime = { actions = ["bedrock:InvokeModel"], resources =
        [model_arn] } }. For services whose resources are AWS's own, which the usual policy (this account's
        callers, this account's resources) would refuse.

        ``interface_endpoint_zones``: Zones that get an interface endpoint. Empty: every zone of `subnets`.
        One zone halves the largest idle cost and suits a development environment.

        ``interface_endpoints``: Services that get an interface endpoint with private DNS, by the last part
        of their endpoint service name: ["events", "kms", "secretsmanager", "sqs"]. S3 and DynamoDB have
        gateway endpoints, always.

        ``log_retention_days``: How long log groups keep their events. The default is 7 years; less than 6
        years (45 CFR 164.316(b)(2)(i)) is refused. 0 keeps them forever.

        ``permissions_boundary_arn``: Permissions boundary of the roles made here. Null: none.

        ``vpc_cidr``: IPv4 range of the VPC.
        """
        super().__init__(
            scope,
            id_,
            source=source,
            version=version,
            providers=providers,
            depends_on=depends_on,
            variables={
                "context": context,
                "log_kms_key_arn": log_kms_key_arn,
                "subnets": subnets,
                "egress": egress,
                "endpoint_client_security_group_ids": endpoint_client_security_group_ids,
                "endpoint_statements": endpoint_statements,
                "interface_endpoint_zones": interface_endpoint_zones,
                "interface_endpoints": interface_endpoints,
                "log_retention_days": log_retention_days,
                "permissions_boundary_arn": permissions_boundary_arn,
                "vpc_cidr": vpc_cidr,
            },
        )

    @property
    def default_security_group_id(self) -> Output:
        """Id of the VPC's default security group, which has no rule."""
        return self.output("default_security_group_id")

    @property
    def egress_firewall(self) -> Output:
        """The firewall on the way out: its name, the zones it stands in, its log groups (alert, flow, dns).
        Null where there is no way out.
        """
        return self.output("egress_firewall")

    @property
    def egress_public_ips(self) -> Output:
        """Addresses from which the hosts outside see requests come, by zone: for allow-lists of theirs."""
        return self.output("egress_public_ips")

    @property
    def egress_subnet_ids(self) -> Output:
        """Ids of the subnets from which the allow-listed hosts can be reached, by zone. Empty without egress."""
        return self.output("egress_subnet_ids")

    @property
    def endpoint_security_group_id(self) -> Output:
        """Id of the security group of the interface endpoints: let functions send 443 to it."""
        return self.output("endpoint_security_group_id")

    @property
    def flow_log_group_arn(self) -> Output:
        """ARN of the flow logs' log group."""
        return self.output("flow_log_group_arn")

    @property
    def flow_log_group_name(self) -> Output:
        """Name of the flow logs' log group."""
        return self.output("flow_log_group_name")

    @property
    def gateway_endpoint_ids(self) -> Output:
        """Ids of the gateway endpoints: `dynamodb` and `s3`."""
        return self.output("gateway_endpoint_ids")

    @property
    def gateway_endpoint_prefix_list_ids(self) -> Output:
        """Prefix lists of the gateway endpoints, `dynamodb` and `s3`: let functions send 443 to them."""
        return self.output("gateway_endpoint_prefix_list_ids")

    @property
    def interface_endpoint_ids(self) -> Output:
        """Ids of the interface endpoints, by service."""
        return self.output("interface_endpoint_ids")

    @property
    def route_table_ids(self) -> Output:
        """Ids of the private subnets' route tables, by zone."""
        return self.output("route_table_ids")

    @property
    def subnet_arns(self) -> Output:
        """ARNs of the private subnets, by zone."""
        return self.output("subnet_arns")

    @property
    def subnet_ids(self) -> Output:
        """Ids of the private subnets, by zone. Use `values()` where a list is asked for."""
        return self.output("subnet_ids")

    @property
    def vpc_arn(self) -> Output:
        """ARN of the VPC."""
        return self.output("vpc_arn")

    @property
    def vpc_cidr(self) -> Output:
        """IPv4 range of the VPC."""
        return self.output("vpc_cidr")

    @property
    def vpc_id(self) -> Output:
        """Id of the VPC."""
        return self.output("vpc_id")
