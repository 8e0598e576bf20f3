"""One account in one region: all that controls look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from hipaa_policies.facts.apis import DomainName, RestApi, Stage, WebAcl
from hipaa_policies.facts.backups import BackupPlan, BackupVault, RestoreJob
from hipaa_policies.facts.base import Listing
from hipaa_policies.facts.detection import Analyzer, ConfigRecorder, Detector, Scanner
from hipaa_policies.facts.egress import NameFirewall, NameRules, NetworkFirewall
from hipaa_policies.facts.functions import EventSource, Function
from hipaa_policies.facts.identities import Role, User, WrittenPolicy
from hipaa_policies.facts.keys import Key
from hipaa_policies.facts.logs import LogExport, LogGroup, MetricFilter, Trail
from hipaa_policies.facts.messaging import EventBus, Queue, Subscription, Topic
from hipaa_policies.facts.monitoring import Alarm, AnomalySubscription, Budget
from hipaa_policies.facts.network import (
    FlowLog,
    PrefixList,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from hipaa_policies.facts.stores import Bucket, Database, Secret, Table
from hipaa_policies.facts.user_pools import UserPool


@dataclass(frozen=True)
class Account:
    """The facts. A lens (live, or a plan) fills the listings; a kind it cannot see has a ``problem``.

    ``unread_types`` are Terraform's names of the planned resources that no reader looks at.
    """

    TYPE: ClassVar[str] = "AWS::::Account"

    id: str
    region: str
    partition: str = "aws"
    unread_types: tuple[str, ...] = ()
    alarms: Listing[Alarm] = field(default_factory=Listing)
    analyzers: Listing[Analyzer] = field(default_factory=Listing)
    anomaly_subscriptions: Listing[AnomalySubscription] = field(default_factory=Listing)
    backup_plans: Listing[BackupPlan] = field(default_factory=Listing)
    backup_vaults: Listing[BackupVault] = field(default_factory=Listing)
    buckets: Listing[Bucket] = field(default_factory=Listing)
    budgets: Listing[Budget] = field(default_factory=Listing)
    config_recorders: Listing[ConfigRecorder] = field(default_factory=Listing)
    databases: Listing[Database] = field(default_factory=Listing)
    detectors: Listing[Detector] = field(default_factory=Listing)
    domain_names: Listing[DomainName] = field(default_factory=Listing)
    event_buses: Listing[EventBus] = field(default_factory=Listing)
    event_sources: Listing[EventSource] = field(default_factory=Listing)
    flow_logs: Listing[FlowLog] = field(default_factory=Listing)
    functions: Listing[Function] = field(default_factory=Listing)
    keys: Listing[Key] = field(default_factory=Listing)
    log_exports: Listing[LogExport] = field(default_factory=Listing)
    log_groups: Listing[LogGroup] = field(default_factory=Listing)
    metric_filters: Listing[MetricFilter] = field(default_factory=Listing)
    name_firewalls: Listing[NameFirewall] = field(default_factory=Listing)
    name_rules: Listing[NameRules] = field(default_factory=Listing)
    network_firewalls: Listing[NetworkFirewall] = field(default_factory=Listing)
    prefix_lists: Listing[PrefixList] = field(default_factory=Listing)
    queues: Listing[Queue] = field(default_factory=Listing)
    rest_apis: Listing[RestApi] = field(default_factory=Listing)
    restore_jobs: Listing[RestoreJob] = field(default_factory=Listing)
    roles: Listing[Role] = field(default_factory=Listing)
    route_tables: Listing[RouteTable] = field(default_factory=Listing)
    scanners: Listing[Scanner] = field(default_factory=Listing)
    secrets: Listing[Secret] = field(default_factory=Listing)
    security_groups: Listing[SecurityGroup] = field(default_factory=Listing)
    stages: Listing[Stage] = field(default_factory=Listing)
    subnets: Listing[Subnet] = field(default_factory=Listing)
    subscriptions: Listing[Subscription] = field(default_factory=Listing)
    tables: Listing[Table] = field(default_factory=Listing)
    topics: Listing[Topic] = field(default_factory=Listing)
    trails: Listing[Trail] = field(default_factory=Listing)
    user_pools: Listing[UserPool] = field(default_factory=Listing)
    users: Listing[User] = field(default_factory=Listing)
    vpc_endpoints: Listing[VpcEndpoint] = field(default_factory=Listing)
    vpcs: Listing[Vpc] = field(default_factory=Listing)
    web_acls: Listing[WebAcl] = field(default_factory=Listing)
    written_policies: Listing[WrittenPolicy] = field(default_factory=Listing)

    @cached_property
    def lambda_alarms(self) -> Mapping[tuple[str, str | None], tuple[Alarm, ...]]:
        """Alarms on metrics of AWS/Lambda, by metric and function name (``None``: of all functions).

        Made once: a thousand functions have thousands of alarms. Raises ``FactUnreadableError``.
        """
        found: dict[tuple[str, str | None], list[Alarm]] = {}
        for alarm in self.alarms.complete():
            keys = {
                (metric.name, dict(metric.dimensions).get("FunctionName"))
                for metric in alarm.metrics
                if metric.namespace == "AWS/Lambda" and _are_of_lambda(dict(metric.dimensions))
            }
            for key in keys:
                found.setdefault(key, []).append(alarm)
        return {key: tuple(alarms) for key, alarms in found.items()}

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.id}:root"


def _are_of_lambda(dimensions: Mapping[str, str]) -> bool:
    """None at all (all functions together), or a function's, with its versions and aliases: under any
    others there is never a datapoint."""
    known = {"FunctionName", "Resource", "ExecutedVersion"}
    return not dimensions or ("FunctionName" in dimensions and set(dimensions) <= known)
