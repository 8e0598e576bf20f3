"""One run: judge the account, tell the metrics, keep the reports."""

from collections.abc import Callable
from typing import Final

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from healthcare.aws import error_code
from healthcare.logs import describe
from hipaa_policies.assessment import Assessment
from hipaa_policies.readers.live import UnreadableError
from hipaa_policies.verdicts import Status

from compliance_auditor.evidence import EvidenceBucket
from compliance_auditor.measures import Measures
from compliance_auditor.runs import Run


class AuditNotDoneError(Exception):
    """The run has come to nothing. Its text is always the same: Lambda writes it to the log and to the dead
    letter, and the errors behind it may quote what was read."""

    TEXT: Final = "no report was written: the function's log has the kind of error"

    def __init__(self) -> None:
        super().__init__(self.TEXT)


class Auditor:
    """``assess`` reads and judges; it raises where that cannot be done at all."""

    def __init__(
        self, assess: Callable[[], Assessment], evidence: EvidenceBucket, measures: Measures, logger: Logger
    ) -> None:
        self._assess = assess
        self._evidence = evidence
        self._measures = measures
        self._logger = logger

    def run(self, event: object) -> dict[str, object]:
        """Where the JSON report is, whether this delivery wrote it, and the findings by status.

        Raises ``AuditNotDoneError``: Lambda tries the event again, and keeps it as a dead letter in the end.
        """
        try:
            return self._run(event)
        except Exception as error:  # noqa: BLE001 - told, and raised as one that quotes nothing
            self._logger.error("audit not done", extra=describe(error) | _cause(error))
            raise AuditNotDoneError from None

    def _run(self, event: object) -> dict[str, object]:
        run = Run.of(event)
        assessment = self._assess()
        counts = assessment.counts()
        # What was found is true whether or not it can be kept: a FAIL goes off even where the bucket does not
        # answer. Run waits for the bucket, and holds for a second delivery too.
        self._measures.found(counts)
        written = self._evidence.store(run, assessment)
        self._measures.ran()
        report = run.key(assessment.account, "json")
        self._logger.info("audit done" if written else "audit known", extra={"report": report})
        summary = {status.value: counts[status] for status in Status}
        return {"report": report, "written": written, "summary": summary}


def _cause(error: BaseException) -> dict[str, str]:
    """AWS's error code, where AWS is behind it."""
    cause = error.__cause__ or error
    if isinstance(cause, UnreadableError):
        return {"aws_error": cause.problem.code}
    if isinstance(cause, (ClientError, BotoCoreError)):
        return {"aws_error": error_code(cause)}
    return {}
