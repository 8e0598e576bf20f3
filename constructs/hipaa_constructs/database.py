"""modules/database, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Items, Output, TerraformModule


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """When the alarms ring: at so many percent of `capacity.maximum`, at so many connections, below so
    many MB of free memory or local storage of an instance. Any deadlock rings.
    """

    capacity_percent: float | Output = 90
    connections: float | Output = 150
    free_local_storage_megabytes: float | Output = 1024
    free_memory_megabytes: float | Output = 128


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Aurora capacity units (about 2 GiB of memory each, with the processor to match) between which each
    instance scales. `minimum = 0` lets it pause after `pause_after_seconds` without a connection: it
    costs nothing then, and the first query waits some 15 seconds.
    """

    maximum: float | Output = 8
    minimum: float | Output = 0.5
    pause_after_seconds: float | Output = 3600


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
class Maintenance:
    """When, in UTC, AWS may take backups (`backup_window`) and upgrade minor versions (`window`)."""

    backup_window: str = "06:00-07:00"
    window: str = "sun:07:30-sun:08:30"


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """Enhanced Monitoring: every how many seconds, and whether its log group, RDSOSMetrics, is made here.
    There is one for an account and region: false where another database has made it.
    """

    interval_seconds: float | Output = 60
    manage_log_group: bool | Output = True


class Database(TerraformModule):
    """modules/database: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        alert_topic_arn: str,
        context: Context | Output,
        database_name: str,
        kms_key_arn: str,
        log_kms_key_arn: str,
        name: str,
        subnet_ids: Items[str] | Output,
        vpc_id: str,
        alarms: Alarms | Output = Alarms(),
        backup_retention_days: float | Output = 35,
        ca_certificate: str = "rds-ca-rsa2048-g1",
        capacity: Capacity | Output = Capacity(),
        clients: Mapping[str, str] | Output = MappingProxyType({}),
        deletion_protection: bool | Output = True,
        engine_version: str = "17",
        instances: float | Output = 2,
        log_retention_days: float | Output = 2557,
        maintenance: Maintenance | Output = Maintenance(),
        master_username: str = "administrator",
        monitoring: Monitoring | Output = Monitoring(),
        permissions_boundary_arn: str | None = None,
        port: float | Output = 5432,
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``alert_topic_arn``: SNS topic that hears of the alarms (modules/observability's output
        `alert_topic_arn`).

        ``context``: see ``Context``.

        ``database_name``: Name of the database that is made with the cluster.

        ``kms_key_arn``: Key that encrypts the storage, its snapshots and backups, the master user's secret
        and Performance Insights. It can't be changed later. Who deploys needs kms:CreateGrant with it, as
        RDS works in their name.

        ``log_kms_key_arn``: Key that encrypts the log groups. Its policy must admit CloudWatch Logs
        (modules/encryption: services = ["logs"]).

        ``name``: Name of the cluster after the prefix: "rag" makes <name_prefix>-rag.

        ``subnet_ids``: Private subnets in at least two zones (modules/network's output `subnet_ids`, its
        values).

        ``vpc_id``: Id of the VPC that the subnets are in.

        ``alarms``: see ``Alarms``.

        ``backup_retention_days``: Days for which the cluster can be put back to any second. 35, the
        default, is the most that AWS offers.

        ``ca_certificate``: Certificate authority of the instances' certificates, by AWS's identifier.
        Clients verify it with Amazon's bundle.

        ``capacity``: see ``Capacity``.

        ``clients``: Who may connect: security groups by a static name, { rag-retrieval =
        module.rag_retrieval.security_group_id }. Nobody else has a way in, and the database has none out.

        ``deletion_protection``: Whether AWS refuses to delete the cluster, and whether destroy leaves a
        last snapshot (and the backups) behind. Off only where the data is worth nothing.

        ``engine_version``: Version of PostgreSQL: the major one alone, and AWS keeps the minor one up to
        date in the maintenance window. pgvector 0.8 is in Aurora PostgreSQL 17.4, 16.8, 15.12 and newer.

        ``instances``: Instances of the cluster, each in another zone: the first writes, the others are
        ready to. Two survive the loss of a zone; one is for environments that may be down for a quarter of
        an hour.

        ``log_retention_days``: How long log groups keep their events. The default is 7 years; less than 6
        years (45 CFR 164.316(b)(2)(i)) is refused. 0 keeps them forever.

        ``maintenance``: see ``Maintenance``.

        ``master_username``: Name of the master user, whom migrations alone use.

        ``monitoring``: see ``Monitoring``.

        ``permissions_boundary_arn``: Permissions boundary of the roles made here. Null: none.

        ``port``: Port of the database.
        """
        super().__init__(
            scope,
            id_,
            source=source,
            version=version,
            providers=providers,
            depends_on=depends_on,
            variables={
                "alert_topic_arn": alert_topic_arn,
                "context": context,
                "database_name": database_name,
                "kms_key_arn": kms_key_arn,
                "log_kms_key_arn": log_kms_key_arn,
                "name": name,
                "subnet_ids": subnet_ids,
                "vpc_id": vpc_id,
                "alarms": alarms,
                "backup_retention_days": backup_retention_days,
                "ca_certificate": ca_certificate,
                "capacity": capacity,
                "clients": clients,
                "deletion_protection": deletion_protection,
                "engine_version": engine_version,
                "instances": instances,
                "log_retention_days": log_retention_days,
                "maintenance": maintenance,
                "master_username": master_username,
                "monitoring": monitoring,
                "permissions_boundary_arn": permissions_boundary_arn,
                "port": port,
            },
        )

    @property
    def alarm_names(self) -> Output:
        """Names of the alarms, by what they watch: capacity, connections, deadlocks, free_local_storage,
        free_memory.
        """
        return self.output("alarm_names")

    @property
    def client_rule_ids(self) -> Output:
        """Ids of the rules that let the clients in, by the names in `clients`: what must connect at once waits
        for them.
        """
        return self.output("client_rule_ids")

    @property
    def cluster_arn(self) -> Output:
        """ARN of the cluster."""
        return self.output("cluster_arn")

    @property
    def cluster_identifier(self) -> Output:
        """Identifier of the cluster: <name_prefix>-<name>."""
        return self.output("cluster_identifier")

    @property
    def cluster_resource_id(self) -> Output:
        """The id that rds-db:connect names: arn:aws:rds-db:REGION:ACCOUNT:dbuser:<cluster_resource_id>/<user>."""
        return self.output("cluster_resource_id")

    @property
    def host(self) -> Output:
        """Address of the instance that writes."""
        return self.output("host")

    @property
    def log_group_name(self) -> Output:
        """Name of PostgreSQL's log group."""
        return self.output("log_group_name")

    @property
    def master_secret_arn(self) -> Output:
        """ARN of the master user's secret, which RDS made and rotates."""
        return self.output("master_secret_arn")

    @property
    def name(self) -> Output:
        """Name of the database."""
        return self.output("name")

    @property
    def port(self) -> Output:
        """Port of the database."""
        return self.output("port")

    @property
    def reader_host(self) -> Output:
        """Address of the instances that only read, or of the writer where it is alone."""
        return self.output("reader_host")

    @property
    def security_group_id(self) -> Output:
        """Id of the database's security group: let clients send to `port` of it."""
        return self.output("security_group_id")
