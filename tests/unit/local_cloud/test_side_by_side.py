"""What callers do at the same moment: each is answered as if it were alone."""

from __future__ import annotations

import functools
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue
from types import SimpleNamespace
from typing import Any

import pytest
from moto.logs.models import LogGroup, LogsBackend
from moto.sqs.models import SQSBackend
from werkzeug.wrappers import Response

from scripts.local_cloud.administrator import ACCOUNT_ID, REGION
from scripts.local_cloud.front_door import FrontDoor
from scripts.local_cloud.functions.environment import Environment
from scripts.local_cloud.functions.runtime_api import Answer, Invocation
from scripts.local_cloud.gaps import logs, sqs, sqs_messages  # noqa: F401  # importing them mends moto
from scripts.local_cloud.gateway import integrations
from scripts.local_cloud.gateway.integrations import Integrations


@pytest.mark.parametrize(
    ("calls", "most"),
    [
        ([("iam", "CreateRole"), ("iam", "ListRoles")], 1),
        ([("dynamodb", "PutItem"), ("dynamodbstreams", "GetRecords")], 1),
        ([("iam", "ListRoles"), ("ec2", "DescribeVpcs")], 2),
        ([("sqs", "ReceiveMessage"), ("sqs", "SendMessage")], 2),
        ([("sns", "Publish"), ("sns", "Publish")], 2),
    ],
)
def test_moto_does_one_call_of_a_service_at_a_time(
    monkeypatch: pytest.MonkeyPatch, calls: list[tuple[str, str]], most: int
) -> None:
    """But not behind one that waits, or that calls a function, which may call the same service."""
    door, inside, seen = FrontDoor([]), set[int](), list[int]()
    met = threading.Event()

    def ask_moto(_environ: Any, _call: Any) -> Response:
        inside.add(threading.get_ident())
        seen.append(len(inside))
        if len(inside) == 2:
            met.set()
        met.wait(0.1 if most == 1 else None)
        inside.discard(threading.get_ident())
        return Response()

    monkeypatch.setattr(door, "ask_moto", ask_moto)
    with ThreadPoolExecutor(2) as callers:
        made = [SimpleNamespace(service=service, operation=operation) for service, operation in calls]
        list(callers.map(lambda call: door.perform({}, call), made))
    assert max(seen) == most


@pytest.mark.parametrize("looks", range(10))
def test_a_message_that_comes_back_meanwhile_is_counted(monkeypatch: pytest.MonkeyPatch, looks: int) -> None:
    """After so many looks at the clock its visibility timeout ends."""
    backend = SQSBackend(REGION, ACCOUNT_ID)
    backend.create_queue("queue", {})
    backend.send_message("queue", "hello")
    (message,) = backend.receive_message("queue", 1, 0, 30)
    clock = itertools.chain([message.visible_at - 1] * looks, itertools.repeat(message.visible_at))
    monkeypatch.setattr(sqs_messages, "unix_time_millis", lambda: next(clock))
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counted = backend.get_queue_attributes("queue", names)
    assert set(counted) == set(names)
    assert sum(counted.values()) == 1


def test_a_log_stream_that_another_thread_has_just_made_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = LogsBackend(REGION, ACCOUNT_ID)
    backend.create_log_group("group", {})
    make = LogGroup.create_log_stream

    def make_after_another(group: LogGroup, name: str) -> None:
        make(group, name)
        make(group, name)

    monkeypatch.setattr(LogGroup, "create_log_stream", make_after_another)
    backend.ensure_log_stream("group", "stream")
    assert list(backend.groups["group"].streams) == ["stream"]


class Ending:
    """A process that says something, and ends, just before it is looked at."""

    pid, returncode = 0, 1

    def __init__(self, answers: Any, answer: Answer) -> None:
        self.answers, self.answer = answers, answer

    def poll(self) -> int:
        if self.answer:
            self.answers.put(self.answer)
        self.answer = None  # type: ignore[assignment]
        return self.returncode


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("kind", ["init_error", "error", "response"])
def test_what_a_function_says_with_its_last_breath_is_heard(
    monkeypatch: pytest.MonkeyPatch, started: bool, kind: str
) -> None:
    environment = Environment.__new__(Environment)
    environment.api = SimpleNamespace(answers=Queue(), invocations=Queue())  # type: ignore[assignment]
    said = Answer(kind, b'{"errorType": "Runtime.ImportModuleError"}')
    environment.process = Ending(environment.api.answers, said)  # type: ignore[assignment]
    environment.initialisation_ms, environment.started_at = (1.0 if started else None), time.perf_counter()
    environment.output = SimpleNamespace(take=list)  # type: ignore[assignment]
    monkeypatch.setattr(Environment, "kill", lambda _environment: None)
    invocation = Invocation("id", b"{}", "arn", 60, "trace", None, threading.Event())
    outcome = environment.invoke(invocation)
    assert b"Runtime.ImportModuleError" in outcome.payload
    assert outcome.error_type == (None if kind == "response" else "Runtime.ImportModuleError")


class Busy:
    """Workers who take what they are given when they are told to; notes when its time begins to run."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.given: Queue[tuple[Callable[[], Any], Future[Any]]] = Queue()

    def submit(self, job: Callable[..., Any], *given: Any) -> Future[Any]:
        notes = self.notes

        class Noted(Future[Any]):
            def result(self, timeout: float | None = None) -> Any:
                notes.append(f"{timeout} s")
                return super().result()

        future = Noted()
        self.given.put((functools.partial(job, *given), future))
        return future

    def take(self) -> None:
        job, future = self.given.get()
        time.sleep(0.05)
        self.notes.append("taken")
        future.set_result(job())


def test_who_waits_for_a_worker_of_the_gateway_is_not_timed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """API Gateway has workers enough; the time that an integration has is the function's."""
    monkeypatch.setattr(integrations, "may_invoke", lambda *_: True)
    monkeypatch.setattr(integrations, "proxy_event", lambda _: {})
    monkeypatch.setattr(integrations, "proxy_response", lambda _: Response("done"))
    functions: Any = SimpleNamespace(invoke=lambda *_: SimpleNamespace(request_id="id"))
    behind, workers = Integrations(functions), Busy()
    behind.workers = workers  # type: ignore[assignment]
    uri = {"uri": "arn:aws:apigateway:x/functions/arn:aws:lambda:x/invocations", "timeoutInMillis": 7000}
    exchange: Any = SimpleNamespace(stage=SimpleNamespace(region=REGION), context={})
    with ThreadPoolExecutor(1) as clients:
        asked = clients.submit(behind.call_function, exchange, uri)
        workers.take()
        assert asked.result().get_data(as_text=True) == "done"
    assert workers.notes == ["taken", "7.0 s"]
