"""One request from event to answer, in the order that makes disclosure without a record impossible.

    who asks -> is the request well formed? -> which patient is it about? -> attempt recorded -> the operation
    -> outcome recorded -> answer

An operation knows nothing of HTTP, logs or metrics; whatever it raises ends here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from aws_lambda_powertools import Logger

from healthcare.answers import PLAIN, Answer, Dialect, answer, cors_headers, problem_answer
from healthcare.audit import DENIED, SUCCESS, Access, AuditTable
from healthcare.callers import ANONYMOUS, Caller, caller_of
from healthcare.logs import describe
from healthcare.metrics import Signals
from healthcare.patient_identity import PATIENT_ID as PATIENT_ID
from healthcare.problems import AuditUnavailable, FieldError, Problem, internal, malformed, not_found
from healthcare.requests import (
    Request,
    UnsupportedEventError,
    event_kind,
    lambda_request_id_of,
    loses_events,
    request_id_of,
    request_of,
)

BREAK_GLASS: Final = "break_glass"

NO_PATIENT: Final = "-"
"""In the place of a patient_id, which it can't be: what is asked for is nobody's, or is not there."""


class Reply(NamedTuple):
    """A successful operation: status, document (or the JSON text of one), and headers of its own."""

    status: int
    document: Mapping[str, object] | str
    headers: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Route:
    """`action` names it in audit rows and logs; `parse` makes what `perform` takes, or raises 400.

    `patient` gives the patient_id of what was parsed, where {patient_id} is not in the path. It comes before
    the attempt is on record: it may look a pointer up, but reads nothing of a record. NO_PATIENT where there
    is none: the operation judges whether its caller may be told so.
    """

    action: str
    parse: Callable[[Request], Any]
    perform: Callable[[Access, Any], Reply]
    patient: Callable[[Any], str] | None = None


@dataclass(slots=True)
class Api:
    """The routes of one function, each about one patient."""

    routes: Mapping[tuple[str, str], Route]
    audit: AuditTable
    origins: frozenset[str]
    logger: Logger
    dialect: Dialect = PLAIN
    signals: Signals = field(default_factory=Signals)
    cold: bool = True

    def handle(self, event: object, context: object) -> Answer:
        """The answer to any event at all; UnsupportedEventError for triggers that would lose the event."""
        request_id = request_id_of(event, context)
        line: dict[str, object] = {
            "request_id": request_id,
            "lambda_request_id": lambda_request_id_of(context),
            "cold_start": self.cold,
        }
        self.cold = False
        cors: Mapping[str, str] = cors_headers(None, self.origins)
        try:
            request = self._request(event, line)
            cors = cors_headers(request.headers.get("origin"), self.origins)
            status, document, headers = self._serve(request, request_id, line)
            reply = answer(status, document, {**cors, **headers}, self.dialect)
            self.logger.info("request served", extra={**line, "status": status})
        except Problem as problem:
            reply = self._refuse(problem, problem, request_id, line, cors)
        except UnsupportedEventError as error:
            self.logger.error("event refused", extra={**line, **describe(error)})
            raise
        except Exception as error:  # noqa: BLE001 - the last resort: an answer that says nothing, a log of type and place
            reply = self._refuse(internal(), error, request_id, line, cors)
        return reply

    def _request(self, event: object, line: dict[str, object]) -> Request:
        kind = event_kind(event)
        if kind != "rest_api" or not isinstance(event, dict):
            line["event_kind"] = kind
            if loses_events(kind):
                raise UnsupportedEventError
            raise malformed(FieldError("event", "type"))
        return request_of(event)

    def _serve(self, request: Request, request_id: str, line: dict[str, object]) -> Reply:
        route = self.routes.get((request.method, request.resource))
        if route is None:
            raise not_found()
        line["route"] = route.action
        in_path = NO_PATIENT if route.patient else request.path.get("patient_id", "")
        known_id = route.patient is not None or PATIENT_ID.fullmatch(in_path) is not None

        def access(caller: Caller, patient_id: str) -> Access:
            return Access(self.audit, caller, route.action, patient_id, request_id, request.source_ip)

        try:
            caller = caller_of(request.context)
        except Problem:
            if known_id:
                access(ANONYMOUS, in_path).close(DENIED)
            raise
        line["roles"] = ",".join(sorted(caller.roles))
        if not known_id:
            raise malformed(FieldError("path.patient_id", "pattern"))
        asked = route.parse(request)
        patient_id = in_path if route.patient is None else route.patient(asked)
        return self._perform(route, access(caller, patient_id), asked, line)

    def _perform(self, route: Route, access: Access, asked: object, line: dict[str, object]) -> Reply:
        access.begin()
        try:
            reply = route.perform(access, asked)
        except Problem as problem:
            access.close(problem.outcome)
            raise
        except Exception:
            access.close("failed")
            raise
        finally:
            line["purpose"] = access.ground.purpose
            if access.ground.purpose == BREAK_GLASS:
                self.signals.count("BreakGlass")
        access.close(SUCCESS)
        return reply

    def _refuse(
        self,
        problem: Problem,
        error: Exception,
        request_id: str,
        line: Mapping[str, object],
        cors: Mapping[str, str],
    ) -> Answer:
        if problem.status in (401, 403):
            self.signals.count("UnauthorizedAccessAttempt")
        if isinstance(problem, AuditUnavailable):
            self.signals.count("AuditUnavailable")
        fields = {**line, "status": problem.status, "code": problem.code, "outcome": problem.outcome}
        if problem.status >= 500:
            self.logger.error("request failed", extra={**fields, **describe(error)})
        else:
            self.logger.info("request refused", extra=fields)
        return problem_answer(problem, request_id, cors, self.dialect)
