"""Faults between a caller and AWS, for tests of reliability. There are none unless a test asks for them.

Which calls meet a fault is decided by the seed and the number of the call alone: the same seed and the same
calls meet the same faults.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from werkzeug.wrappers import Response

from scripts.local_cloud.authorization.callers import session_with_key
from scripts.local_cloud.fault import Fault
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest
from scripts.local_cloud.protocol.server import HangUp

logger = logging.getLogger(__name__)
# What each service calls too many requests, and a failure of its own.
THROTTLES = {
    "bedrock-runtime": ("ThrottlingException", 429),
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "lambda": ("TooManyRequestsException", 429),
    "s3": ("SlowDown", 503),
    "sns": ("Throttled", 429),
    "sqs": ("RequestThrottled", 403),
}
FAILURES = {"dynamodb": "InternalServerError", "s3": "InternalError", "events": "InternalException"}
# What no client can read, though it is called JSON.
GARBAGE = '{"choices": [{"message": {"content": "\\ud800'


class Faults:
    """The plan that is in force, and what came of it."""

    def __init__(self, kill: Callable[[str], bool]) -> None:
        self.kill = kill
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.set_plan([], 0)

    def set_plan(self, faults: Sequence[Fault], seed: int) -> None:
        with self.lock:
            self.faults, self.seed = tuple(faults), seed
            self.matched: Counter[int] = Counter()
            self.injected: Counter[int] = Counter()

    def report(self) -> dict[str, Any]:
        """How many calls fitted each fault, and how many met it."""
        with self.lock:
            return {
                "seed": self.seed,
                "faults": [
                    {**asdict(fault), "matched": self.matched[n], "injected": self.injected[n]}
                    for n, fault in enumerate(self.faults)
                ],
            }

    def answer(self, call: AwsRequest, perform: Callable[[], Response]) -> Response:
        """Perform the call, unless the plan has a fault for it. Raises ``AwsError`` or ``HangUp``."""
        fault = self.choose(call) if self.faults else None
        if fault is None:
            return perform()
        logger.info("fault: %s", fault.name)
        if fault.kind == "throttle":
            code, status = THROTTLES.get(call.service, ("ThrottlingException", 400))
            raise AwsError(code, "Rate exceeded (a fault of the local cloud's)", status)
        if fault.kind == "error":
            code = FAILURES.get(call.service, "InternalFailure")
            raise AwsError(code, "An internal error (a fault of the local cloud's)", 500)
        if fault.kind == "garbage":
            return Response(GARBAGE, content_type="application/json")
        response = perform()
        if fault.kind == "delay":
            self.closing.wait(fault.seconds)
            return response
        if fault.kind == "kill" and call.signature is not None:
            self.kill(call.signature.access_key_id)
        raise HangUp

    def choose(self, call: AwsRequest) -> Fault | None:
        role = role_of(call) if any(fault.role for fault in self.faults) else None
        with self.lock:
            met = None
            for n, fault in enumerate(self.faults):
                if not fits(fault, call, role):
                    continue
                self.matched[n] += 1
                if met is None and self.is_met(n, fault):
                    self.injected[n] += 1
                    met = fault
            return met

    def is_met(self, n: int, fault: Fault) -> bool:
        number = self.matched[n]
        if fault.at_most is not None and self.injected[n] >= fault.at_most:
            return False
        draw = random.Random(f"{self.seed}:{n}:{number}").random()  # noqa: S311  # to be repeatable, not secret
        return number in fault.calls or draw < fault.probability


def fits(fault: Fault, call: AwsRequest, role: str | None) -> bool:
    return (
        fault.service == call.service
        and fault.operation in ("*", call.operation)
        and fault.role in (None, role)
    )


def role_of(call: AwsRequest) -> str | None:
    """The name of the role whose session signed a call."""
    session = session_with_key(call.signature.access_key_id) if call.signature else None
    return str(session.role_arn).rpartition("/")[2] if session else None
