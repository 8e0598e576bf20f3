"""What can go wrong, as RFC 9457 answers: https://www.rfc-editor.org/rfc/rfc9457

Every text here is a constant of the code. Nothing of a request, of a record or of another exception's message
is ever put into a Problem, so that nothing of them can reach a log or an answer.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

RETRY_SOON: Final = 1
RETRY_LATER: Final = 30


class FieldError(NamedTuple):
    """A place in the request ("body.demographics.birth_date") and the rule that it breaks: never a value."""

    path: str
    rule: str


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer other than success.

    `outcome` is what the audit row says of it, `aws_error` the code (a word) of the AWS error behind it, for
    the log.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        outcome: str = "failed",
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
        aws_error: str | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.outcome = outcome
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.aws_error = aws_error

    def document(self, request_id: str) -> dict[str, object]:
        """The problem as its JSON document."""
        document: dict[str, object] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        if self.errors:
            document["errors"] = [error._asdict() for error in self.errors]
        return document


class AuditUnavailable(Problem):
    """The access cannot be put on record, so nothing is disclosed and nothing is changed."""

    def __init__(self, aws_error: str | None = None) -> None:
        super().__init__(
            503,
            "audit_unavailable",
            "The access cannot be recorded, so nothing was done. Try again later.",
            retry_after=RETRY_LATER,
            aws_error=aws_error,
        )


def malformed(*errors: FieldError) -> Problem:
    return Problem(400, "malformed_request", "The request is malformed.", errors=errors)


def unauthenticated() -> Problem:
    return Problem(401, "unauthenticated", "Sign in first.", outcome="denied")


def forbidden() -> Problem:
    """One body for every refusal: it must not tell whether the patient exists."""
    return Problem(403, "forbidden", "You have no access to this.", outcome="denied")


def not_found() -> Problem:
    return Problem(404, "not_found", "There is no such record.", outcome="not_found")


def conflict() -> Problem:
    return Problem(
        409,
        "version_conflict",
        "The record has changed since that version. Read it again.",
        outcome="conflict",
    )


def too_large() -> Problem:
    return Problem(413, "body_too_large", "The body is too large.")


def unsupported_media_type() -> Problem:
    return Problem(415, "unsupported_media_type", "The body must be application/json.")


def unprocessable(*errors: FieldError) -> Problem:
    """Well formed, and still not to be carried out: the places and rules say why."""
    return Problem(422, "unprocessable", "The request can't be carried out as it is.", errors=errors)


def unavailable(aws_error: str, retry_after: int) -> Problem:
    detail = "The service is not available now. Try again later."
    return Problem(503, "unavailable", detail, retry_after=retry_after, aws_error=aws_error)


def internal(aws_error: str | None = None) -> Problem:
    return Problem(500, "internal_error", "The request could not be served.", aws_error=aws_error)
