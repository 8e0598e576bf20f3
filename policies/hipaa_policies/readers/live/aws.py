"""Calls to AWS, as the readers make them: counted, retried, and with every error kept as a fact."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from hipaa_policies import __version__
from hipaa_policies.facts.base import Listing, Unreadable
from hipaa_policies.readers.live.permissions import iam_action

T = TypeVar("T")
S = TypeVar("S")

# Enough to hide the round trips; few enough not to be throttled, which would only be retried.
PARALLEL_CALLS = 16
_REFUSALS = ("UnauthorizedOperation", "AuthorizationError", "Forbidden")


class UnreadableError(Exception):
    """A call failed; ``problem`` says how."""

    def __init__(self, problem: Unreadable) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Operation:
    """One API operation, as boto3 names it."""

    service: str
    name: str

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"


@dataclass
class Record:
    """What was asked, and what answered with an error, for the report."""

    asked: Counter[str] = field(default_factory=Counter)
    problems: list[Unreadable] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def ask(self, operation: Operation, times: int = 1) -> None:
        with self._lock:
            self.asked[str(operation)] += times

    def fail(self, problem: Unreadable) -> None:
        with self._lock:
            self.problems.append(problem)


class Aws:
    """A session in one region. ``allowed`` are the operations that the readers declare: another one is a
    mistake in a reader, because the generated read-only policy would lack it."""

    def __init__(self, session: boto3.Session, region: str, allowed: frozenset[Operation]) -> None:
        self.region = region
        self.record = Record()
        self._session = session
        self._allowed = allowed
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(PARALLEL_CALLS, thread_name_prefix="aws")
        self._config = Config(
            # Backs off from throttling, and spreads the retries.
            retries={"mode": "standard", "max_attempts": 8},
            max_pool_connections=PARALLEL_CALLS * 2,
            user_agent_extra=f"hipaa-policies/{__version__}",
        )

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def client(self, service: str) -> Any:
        # botocore loads a service's model when its client is made, and that is not thread-safe.
        with self._lock:
            if service not in self._clients:
                client = self._session.client(  # type: ignore[call-overload]
                    service, region_name=self.region, config=self._config
                )
                _ask_no_names_below(client)
                self._clients[service] = client
            return self._clients[service]

    def call(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        """One answer. Raises ``UnreadableError``."""
        asked = self._declared(service, operation)
        client = self.client(service)
        method = getattr(client, _method_name(client, operation))
        return self._guarded(asked, lambda: method(**parameters))

    def pages(
        self, service: str, operation: str, key: str, absent: Sequence[str] = (), **parameters: Any
    ) -> Listing[Any]:
        """The items below ``key`` on all pages. Where a page fails the listing says that it is incomplete;
        for the error codes in ``absent`` there are none."""
        asked = self._declared(service, operation)
        client = self.client(service)
        name = _method_name(client, operation)
        found: list[Any] = []
        try:
            if not client.can_paginate(name):
                answer = self._guarded(asked, lambda: getattr(client, name)(**parameters), absent)
                return Listing(tuple(answer.get(key) or ()))
            pages = iter(client.get_paginator(name).paginate(**parameters))
            while (page := self._guarded(asked, lambda: next(pages, None), absent)) is not None:
                found += page.get(key) or ()
            self.record.ask(asked, -1)  # that there is no further page took no request
        except UnreadableError as error:
            return Listing(tuple(found), None if error.problem.code in absent else error.problem)
        return Listing(tuple(found))

    def optional(
        self, service: str, operation: str, absent: Sequence[str], **parameters: Any
    ) -> Mapping[str, Any] | Unreadable | None:
        """One answer; ``None`` where AWS answers with one of the error codes in ``absent``, which is how it
        says that there is no such thing (NoSuchBucketPolicy)."""
        asked = self._declared(service, operation)
        client = self.client(service)
        method = getattr(client, _method_name(client, operation))
        try:
            answer: Mapping[str, Any] = self._guarded(asked, lambda: method(**parameters), absent)
            return answer
        except UnreadableError as error:
            return None if error.problem.code in absent else error.problem

    def tried(self, read: Callable[[], T]) -> T | Unreadable:
        """What ``read`` returns, or why it could not be read."""
        try:
            return read()
        except UnreadableError as error:
            return error.problem

    def each(self, items: Iterable[S], read: Callable[[S], T]) -> tuple[T, ...]:
        """``read`` of every item, side by side, in order."""
        return tuple(self._pool.map(read, items))

    def _declared(self, service: str, operation: str) -> Operation:
        asked = Operation(service, operation)
        if asked not in self._allowed:
            raise AssertionError(f"{asked} is not declared by any reader")
        return asked

    def _guarded(self, asked: Operation, make: Callable[[], T], absent: Sequence[str] = ()) -> T:
        self.record.ask(asked)
        try:
            return make()
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "Unknown")
            message = error.response.get("Error", {}).get("Message", "")
            problem = self._problem(asked, code, message)
        except BotoCoreError as error:
            problem = self._problem(asked, type(error).__name__, str(error))
        if problem.code not in absent:
            self.record.fail(problem)
        raise UnreadableError(problem)

    @staticmethod
    def _problem(asked: Operation, code: str, message: str) -> Unreadable:
        refused = code in _REFUSALS or "AccessDenied" in code
        missing = iam_action(asked.service, asked.name) if refused else None
        return Unreadable(str(asked), code, " ".join(message.split())[:300], missing)


def _ask_no_names_below(client: Any) -> None:
    """Keep s3control from asking 123456789012.127.0.0.1: an address, and localhost, have no names below
    them, and for this service botocore's own switch (inject_host_prefix) changes nothing."""
    endpoint = urlsplit(client.meta.endpoint_url)
    host = endpoint.hostname or ""
    if host != "localhost" and not host.replace(".", "").isdigit():
        return

    def ask_the_host_itself(params: dict[str, Any], **_: Any) -> None:
        asked = urlsplit(params["url"])
        if (asked.hostname or "").endswith(f".{host}"):
            params["url"] = urlunsplit(asked._replace(netloc=endpoint.netloc))

    client.meta.events.register("before-call", ask_the_host_itself)


def _method_name(client: Any, operation: str) -> str:
    names: Mapping[str, str] = client.meta.method_to_api_mapping
    for method, api in names.items():
        if api == operation:
            return method
    raise AssertionError(f"boto3 has no operation {operation} of {client.meta.service_model.service_name}")
