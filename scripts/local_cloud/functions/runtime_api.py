"""Lambda's Runtime API for one execution environment.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import contextlib
import http.server
import json
import queue
import threading
import time
from dataclasses import dataclass
from typing import Any

from scripts.local_cloud.protocol.server import HOST

# How long an ending server takes to notice.
POLL_SECONDS = 0.05
PREFIX = "/2018-06-01/runtime"
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, with the room Lambda leaves.
MAXIMUM_RESPONSE_BYTES = 6291556


@dataclass(frozen=True)
class Invocation:
    """One event for the runtime. ``started`` is set once the runtime has fetched it."""

    request_id: str
    payload: bytes
    invoked_arn: str
    timeout_seconds: float
    trace_id: str
    client_context: str | None
    started: threading.Event


@dataclass(frozen=True)
class Answer:
    """What the runtime posted: ``kind`` is ``response``, ``error`` or ``init_error``."""

    kind: str
    payload: bytes


class RuntimeApi:
    """Serves one runtime process: events out of ``invocations``, answers into ``answers``."""

    def __init__(self) -> None:
        self.invocations: queue.Queue[Invocation | None] = queue.Queue()
        self.answers: queue.Queue[Answer] = queue.Queue()
        handler = type("Handler", (RuntimeApiHandler,), {"api": self})
        self.server = http.server.ThreadingHTTPServer((HOST, 0), handler)
        self.server.daemon_threads = True
        serving = threading.Thread(target=self.server.serve_forever, args=(POLL_SECONDS,), name="runtime-api")
        serving.daemon = True
        serving.start()

    @property
    def address(self) -> str:
        return f"{HOST}:{self.server.server_port}"

    def close(self) -> None:
        self.invocations.put(None)
        self.server.shutdown()
        self.server.server_close()


class RuntimeApiHandler(http.server.BaseHTTPRequestHandler):
    api: RuntimeApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self) -> None:
        # A process that is ended leaves its connection half open: that is no error of the server's.
        with contextlib.suppress(ConnectionResetError):
            super().handle()

    def do_GET(self) -> None:  # http.server's name
        if self.path != f"{PREFIX}/invocation/next":
            self.reply(404)
            return
        invocation = self.api.invocations.get()
        if invocation is None:
            self.reply(410)
            return
        invocation.started.set()
        deadline = time.time() + invocation.timeout_seconds
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.invoked_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        if invocation.client_context:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        self.reply(200, invocation.payload, headers)

    def do_POST(self) -> None:  # http.server's name
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == f"{PREFIX}/init/error":
            self.api.answers.put(Answer("init_error", body))
            self.reply(202, b'{"status":"OK"}')
        elif self.path.endswith(("/response", "/error")):
            kind = self.path.rpartition("/")[2]
            if len(body) > MAXIMUM_RESPONSE_BYTES:
                kind, body = "error", too_large(len(body))
            self.api.answers.put(Answer(kind, body))
            self.reply(202, b'{"status":"OK"}')
        else:
            self.reply(404)

    def reply(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
        """Say nothing."""


def too_large(size: int) -> bytes:
    message = (
        f"Response payload size ({size} bytes) exceeded maximum allowed payload size "
        f"({MAXIMUM_RESPONSE_BYTES} bytes)."
    )
    return json.dumps({"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}).encode()
