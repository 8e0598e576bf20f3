"""The application that every AWS call enters by: who is it, may they, and who answers."""

from __future__ import annotations

import contextvars
import functools
import logging
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from scripts.local_cloud.backends import one_at_a_time
from scripts.local_cloud.protocol.errors import AwsError, error_response, not_implemented
from scripts.local_cloud.protocol.failures import describe
from scripts.local_cloud.protocol.requests import AwsRequest, read_request

logger = logging.getLogger(__name__)

Operation = Callable[[AwsRequest], Response]
Guard = Callable[[AwsRequest], None]
# Stands between the judgement and the answer: ``faults`` may do something else than to perform the call.
Between = Callable[[AwsRequest, Callable[[], Response]], Response]
# The call that is being answered, for what happens on its account (an event says who put an object).
CURRENT_CALL: contextvars.ContextVar[AwsRequest | None] = contextvars.ContextVar("call", default=None)


class Dispatcher(DomainDispatcherApplication):  # type: ignore[misc]  # moto is untyped
    """moto's own, which lists its package's folders for every request: a tenth of the time that takes."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self.get_backend_for_host = functools.cache(super().get_backend_for_host)


class FrontDoor:
    """Guards judge each AWS call in turn, then it is answered here or by moto.

    ``operations``, by (botocore's service name, operation), are those that are answered here. ``pages``, by
    the beginning of their path, are no part of AWS.
    """

    def __init__(self, guards: Iterable[Guard]) -> None:
        self.guards = tuple(guards)
        self.operations: dict[tuple[str, str], Operation] = {}
        self.pages: dict[str, Callable[[dict[str, Any]], Response]] = {}
        self.between: Between = lambda _call, perform: perform()
        self.moto = Dispatcher()

    def __call__(self, environ: dict[str, Any]) -> Response:
        for prefix, page in self.pages.items():
            if str(environ.get("PATH_INFO", "")).startswith(prefix):
                return page(environ)
        call = read_request(environ)
        if call is None:
            return self.answer_unsigned(environ)
        try:
            for guard in self.guards:
                guard(call)
            return self.between(call, lambda: self.perform(environ, call))
        except AwsError as error:
            return error_response(call, error)

    def perform(self, environ: dict[str, Any], call: AwsRequest) -> Response:
        own = self.operations.get((call.service, call.operation or ""))
        if own:
            return own(call)
        current = CURRENT_CALL.set(call)
        try:
            with one_at_a_time(call.service, call.operation):
                return self.ask_moto(environ, call)
        finally:
            CURRENT_CALL.reset(current)

    def answer_unsigned(self, environ: dict[str, Any]) -> Response:
        """Only a user pool's public documents need no signature and no service name."""
        path = str(environ.get("PATH_INFO", ""))
        if path.endswith(("/.well-known/jwks.json", "/.well-known/openid-configuration")):
            return self.pass_on(environ)
        message = (
            '{"__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token"}'
        )
        return Response(message, status=403, content_type="application/x-amz-json-1.1")

    def ask_moto(self, environ: dict[str, Any], call: AwsRequest) -> Response:
        try:
            response = self.pass_on(environ)
        except NotImplementedError as error:
            raise not_implemented(call, str(error)) from error
        except Exception as error:
            # A defect of moto's. A 500 would be tried again for minutes by every SDK.
            logger.error("moto failed on %s:%s: %s", call.service, call.operation, describe(error))
            raise not_implemented(call, f"moto failed with {type(error).__name__}") from error
        # Flask's own page: moto has no such path at all. To HEAD there is no page: S3 answers it so.
        missing = response.status_code in (404, 405) and response.mimetype == "text/html"
        if missing and call.http.method != "HEAD":
            raise not_implemented(call, "moto has no such path")
        return response

    def pass_on(self, environ: dict[str, Any]) -> Response:
        body, status, headers = run_wsgi_app(self.moto, environ, buffered=True)
        return Response(body, status=status, headers=headers)
