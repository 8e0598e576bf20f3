"""What a run found, as CloudWatch metrics: one for each status, and ``Run``.

Namespace and the one dimension ``service`` come from POWERTOOLS_METRICS_NAMESPACE and
POWERTOOLS_SERVICE_NAME.
"""

from collections.abc import Mapping

from aws_lambda_powertools import Metrics
from hipaa_policies.verdicts import Status


class Measures:
    """Written to the log at once, so that a function that dies afterwards has still told."""

    def __init__(self) -> None:
        self._metrics = Metrics()

    def found(self, counts: Mapping[Status, int]) -> None:
        """How many findings have each status. None is 0, so that an alarm can go out again."""
        for status in Status:
            self._metrics.add_metric(name=status.value, unit="Count", value=counts[status])
        self._metrics.flush_metrics()

    def ran(self) -> None:
        """A run's reports are in the bucket."""
        self._metrics.add_metric(name="Run", unit="Count", value=1)
        self._metrics.flush_metrics()
