"""Security signals and counts as CloudWatch metrics, written to the log in embedded metric format: no call,
no permission.

Namespace and the dimension `service` come from POWERTOOLS_METRICS_NAMESPACE and POWERTOOLS_SERVICE_NAME.
There are no other dimensions: an identifier would end up in a metric's name, and alarms look at these
dimensions exactly.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from aws_lambda_powertools import Metrics

Signal = Literal[
    "AuditUnavailable",
    "BreakGlass",
    "ClaimsDropped",
    "DocumentIndexed",
    "DocumentNotIndexed",
    "DocumentQuarantined",
    "DocumentRemoved",
    "DocumentStored",
    "DocumentUnindexed",
    "DocumentWithoutText",
    "EvidenceFound",
    "EvidenceNotFound",
    "FHIRQuarantined",
    "FHIRStored",
    "EvidenceSuspicious",
    "HL7ControlIdReused",
    "HL7Duplicate",
    "HL7MergedPatientUsed",
    "HL7Quarantined",
    "HL7Stored",
    "ModelConfiguration",
    "ModelConnection",
    "ModelContentFilter",
    "ModelCutOff",
    "ModelRateLimited",
    "ModelRefused",
    "ModelServerError",
    "ModelTimeout",
    "ModelUnusable",
    "NotificationFailed",
    "NotificationWithoutChannel",
    "QuestionAnswered",
    "QuestionNotEnoughInformation",
    "UnauthorizedAccessAttempt",
]

Part = Literal["ModelTime", "RetrievalTime", "VerificationTime"]


class Signals:
    """Counts signals, each written at once: a function that dies afterwards has still raised it."""

    def __init__(self) -> None:
        self._metrics = Metrics()

    def count(self, signal: Signal, times: int = 1) -> None:
        self._metrics.add_metric(name=signal, unit="Count", value=times)
        self._metrics.flush_metrics()

    @contextmanager
    def timed(self, part: Part) -> Iterator[None]:
        """How long a part of a request takes, in milliseconds, whether or not it succeeds."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._metrics.add_metric(name=part, unit="Milliseconds", value=(time.monotonic() - began) * 1000)
            self._metrics.flush_metrics()
