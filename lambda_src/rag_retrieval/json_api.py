"""JSON over HTTPS to a server that is no service of botocore's, by botocore's own HTTP session.

The session comes with every function (pool, certificates, time limits), follows no redirect, and its
exceptions are botocore's. What a server says of an error is never repeated: it may quote the request.
"""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from healthcare.aws import error_code
from healthcare.problems import RETRY_LATER, RETRY_SOON, Problem, internal, unavailable

from rag_retrieval.settings import SettingUnusableError

_ATTEMPTS: Final = 2
_PAUSE_SECONDS: Final = 0.3
_TIMEOUTS: Final[Any] = (1, 8)  # to connect, and to read; the stubs know one number only
_BUSY: Final = 429
# A key that was rotated or a policy that is not there yet: somebody mends it, and the message comes again.
_MENDABLE: Final = frozenset({401, 403, 408, 409, _BUSY})
_LOOPBACK: Final = "127.0.0.1"


class Answer(NamedTuple):
    """A status, and the JSON that came with it."""

    status: int
    document: Any


@dataclass(frozen=True, slots=True)
class JsonApi:
    """A server, and how its requests are authenticated: `authenticate` adds headers, at each attempt."""

    base_url: str
    authenticate: Callable[[AWSRequest], None]
    session: URLLib3Session = field(
        default_factory=lambda: URLLib3Session(timeout=_TIMEOUTS, max_pool_connections=2), repr=False
    )

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme != "https" and parts.hostname != _LOOPBACK:
            raise SettingUnusableError("the address of a store's server must begin with https://")

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        media_type: str = "application/json",
        expected: frozenset[int] = frozenset(),
    ) -> Answer:
        """The answer, where its status is below 300 or `expected`; Problem otherwise.

        Passing faults are tried once more: whatever is asked here may be asked twice.
        """
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(random.uniform(0, _PAUSE_SECONDS))  # noqa: S311 - no secret
            problem: Problem
            try:
                status, content = self._send(method, path, body, media_type)
            except BotoCoreError as error:
                problem = unavailable(error_code(error), RETRY_LATER)
                continue
            if status < 300 or status in expected:
                return Answer(status, _json(content))
            problem = _problem(status)
            if status != _BUSY and status < 500:
                break
        raise problem

    def post(self, path: str, document: object, expected: frozenset[int] = frozenset()) -> Answer:
        return self.call("POST", path, json.dumps(document).encode(), expected=expected)

    def _send(self, method: str, path: str, body: bytes, media_type: str) -> tuple[int, bytes]:
        headers = {"Content-Type": media_type, "Accept": "application/json"}
        request = AWSRequest(method, f"{self.base_url}{path}", headers=headers, data=body)
        self.authenticate(request)
        response = self.session.send(request.prepare())
        return response.status_code, response.content


def _problem(status: int) -> Problem:
    code = f"Http{status}"
    if status in _MENDABLE or status >= 500:
        return unavailable(code, RETRY_SOON if status == _BUSY else RETRY_LATER)
    return internal(code)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content) if content else {}
    except (ValueError, RecursionError):
        raise internal("AnswerUnreadable") from None
