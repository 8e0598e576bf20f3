"""modules/observability, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Items, Output, TerraformModule


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """Alarms by a static name, which becomes <name_prefix>-<name>. A workload adds its own here.
    `statistic` is Sum, Average, Minimum, Maximum, SampleCount or a percentile such as p99. An alarm
    goes off when `comparison` holds in `datapoints_to_alarm` (default: all) of `evaluation_periods`
    periods.
    """

    description: str
    namespace: str
    metric_name: str
    threshold: float | Output
    dimensions: Mapping[str, str] | Output = field(default_factory=dict)
    statistic: str = "Sum"
    comparison: str = "GreaterThanThreshold"
    period_seconds: float | Output = 300
    evaluation_periods: float | Output = 1
    datapoints_to_alarm: float | Output | None = None
    treat_missing_data: str = "notBreaching"


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
class MonthlyBudget:
    """Monthly cost budget of the account in US dollars: the topic hears when actual cost passes one of
    `actual_percent`, or the forecast passes one of `forecast_percent`. Null: no budget.
    """

    limit_usd: float | Output = 500
    actual_percent: Items[float] | Output = (80, 100)
    forecast_percent: Items[float] | Output = (100,)


@dataclass(frozen=True, kw_only=True)
class Subscribers:
    """Who hears of alerts, by a static name. Alerts name alarms and metrics, never patients: no PHI may be
    put into an alarm's name, description or dimensions, because e-mail leaves the account unencrypted.
    An e-mail address has to confirm its subscription by hand.
    """

    protocol: str
    endpoint: str


class Observability(TerraformModule):
    """modules/observability: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        context: Context | Output,
        kms_key_arn: str,
        alarms: Mapping[str, Alarms] | Output = MappingProxyType({}),
        alert_on_findings: bool | Output = True,
        dashboard_alarm_names: Mapping[str, str] | Output = MappingProxyType({}),
        metric_namespace: str = "Healthcare/Security",
        monthly_budget: MonthlyBudget | Output | None = MonthlyBudget(),
        subscribers: Mapping[str, Subscribers] | Output = MappingProxyType({}),
        trail_log_group_name: str | None = None,
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``context``: see ``Context``.

        ``kms_key_arn``: Key that encrypts the alert topic. Its policy must admit the publishers
        (modules/encryption: services = ["budgets", "cloudwatch", "events"]), or alarms go off in silence.

        ``alarms``: Alarms by a static name, which becomes <name_prefix>-<name>. A workload adds its own
        here. `statistic` is Sum, Average, Minimum, Maximum, SampleCount or a percentile such as p99. An
        alarm goes off when `comparison` holds in `datapoints_to_alarm` (default: all) of
        `evaluation_periods` periods.

        ``alert_on_findings``: Whether the topic hears of what GuardDuty and Inspector find (high severity)
        and whom an access analyzer finds let in from outside. Costs nothing where those services are off;
        false where a security account hears of them. The topic's key must admit EventBridge
        (modules/encryption: services = ["events"]).

        ``dashboard_alarm_names``: Full names, by a static name, of alarms that are made elsewhere
        (modules/api and modules/function: alarm_names) and belong on the dashboard too.

        ``metric_namespace``: Namespace of the metrics that are counted from the trail.

        ``monthly_budget``: see ``MonthlyBudget``.

        ``subscribers``: Who hears of alerts, by a static name. Alerts name alarms and metrics, never
        patients: no PHI may be put into an alarm's name, description or dimensions, because e-mail leaves
        the account unencrypted. An e-mail address has to confirm its subscription by hand.

        ``trail_log_group_name``: Log group of the CloudTrail trail (modules/audit: log_group_name), on
        which root use, key removal, policy and trail changes and the like are counted. Null: none of these
        alarms.
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
                "kms_key_arn": kms_key_arn,
                "alarms": alarms,
                "alert_on_findings": alert_on_findings,
                "dashboard_alarm_names": dashboard_alarm_names,
                "metric_namespace": metric_namespace,
                "monthly_budget": monthly_budget,
                "subscribers": subscribers,
                "trail_log_group_name": trail_log_group_name,
            },
        )

    @property
    def alarm_arns(self) -> Output:
        """ARNs of all alarms, by name: the trail's and those of `alarms`."""
        return self.output("alarm_arns")

    @property
    def alarm_names(self) -> Output:
        """Full names of all alarms, by name."""
        return self.output("alarm_names")

    @property
    def alert_topic_arn(self) -> Output:
        """ARN of the alert topic: the action of every alarm."""
        return self.output("alert_topic_arn")

    @property
    def alert_topic_name(self) -> Output:
        """Name of the alert topic."""
        return self.output("alert_topic_name")

    @property
    def budget_name(self) -> Output:
        """Name of the monthly budget. Null where there is none."""
        return self.output("budget_name")

    @property
    def dashboard_name(self) -> Output:
        """Name of the dashboard."""
        return self.output("dashboard_name")
