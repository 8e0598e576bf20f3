"""modules/compliance_auditor, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Output, TerraformModule


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


class ComplianceAuditor(TerraformModule):
    """modules/compliance_auditor: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        alert_topic_arn: str,
        context: Context | Output,
        role_name: str,
        service: str,
        metrics_namespace: str = "Healthcare/Compliance",
        missed_after_hours: float | Output = 26,
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``alert_topic_arn``: SNS topic that hears of a FAIL and of a missed run. Its key must admit
        CloudWatch.

        ``context``: see ``Context``.

        ``role_name``: Name of the role that the auditor runs as.

        ``service``: The metrics' one dimension, the auditor's POWERTOOLS_SERVICE_NAME. Names of the alarms
        and of the policy begin with it.

        ``metrics_namespace``: Namespace of the auditor's metrics: its POWERTOOLS_METRICS_NAMESPACE.

        ``missed_after_hours``: Hours without a run after which the alarm goes off: the schedule's interval,
        and room for retries. 26 is for a daily run.
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
                "role_name": role_name,
                "service": service,
                "metrics_namespace": metrics_namespace,
                "missed_after_hours": missed_after_hours,
            },
        )

    @property
    def alarm_names(self) -> Output:
        """Names of the alarms, by what they watch: failures, missed-run."""
        return self.output("alarm_names")

    @property
    def policy_arn(self) -> Output:
        """ARN of the read-only policy, for further auditors: roles that other accounts' auditors take on, or
        people's.
        """
        return self.output("policy_arn")
