"""Security signals and counts as CloudWatch metrics, written to the log in embedded metric format: no call,
no permission.

Namespace and the dimension `service` come from POWERTOOLS_METRICS_NAMESPACE and POWERTOOLS_SERVICE_NAME.
There are no other dimensions: an identifier would end up in a metric's name, and alarms look at these
dimensions exactly.
"""

from typing import Literal

from aws_lambda_powertools import Metrics

Signal = Literal[
    "AuditUnavailable",
    "BreakGlass",
    "DocumentIndexed",
    "DocumentNotIndexed",
    "DocumentQuarantined",
    "DocumentRemoved",
    "DocumentStored",
    "DocumentWithoutText",
    "EvidenceFound",
    "EvidenceNotFound",
    "FHIRQuarantined",
    "FHIRStored",
    "HL7ControlIdReused",
    "HL7Duplicate",
    "HL7MergedPatientUsed",
    "HL7Quarantined",
    "HL7Stored",
    "NotificationFailed",
    "NotificationWithoutChannel",
    "UnauthorizedAccessAttempt",
]


class Signals:
    """Counts signals, each written at once: a function that dies afterwards has still raised it."""

    def __init__(self) -> None:
        self._metrics = Metrics()

    def count(self, signal: Signal) -> None:
        self._metrics.add_metric(name=signal, unit="Count", value=1)
        self._metrics.flush_metrics()
