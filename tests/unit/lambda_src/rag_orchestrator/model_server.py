"""An OpenAI-compatible server on 127.0.0.1 that says what a test scripts, and keeps what it was sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scripts.local_cloud.model.answers import answer

SECRET_ACCESS_KEY = "testing"


@dataclass(frozen=True)
class Received:
    """One request, as it came over the wire. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.content)
        return loaded

    @property
    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body.get("messages") or self.body["input"]
        return found


@dataclass
class Said:
    """An answer: `content` as it is; in `pieces`, one after each wait for `go_on`, where that is given."""

    status: int = 200
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    go_on: Callable[[], object] | None = None


Script = Callable[[Received], Said]


def said(document: object, status: int = 200, **headers: str) -> Said:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(status, json.dumps(document).encode(), {"Content-Type": "application/json", **named})


def completion(text: object, finish_reason: str = "stop", **message: Any) -> dict[str, Any]:
    """What /chat/completions answers with; `text` that is no string is sent as JSON."""
    content = text if isinstance(text, str) or text is None else json.dumps(text)
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
    }


def response(text: object, **more: Any) -> dict[str, Any]:
    """What /responses answers with."""
    content = text if isinstance(text, str) else json.dumps(text)
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": "m",
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {
                "type": "message",
                "id": "msg_1",
                "status": "completed",
                "role": "assistant",
                "content": [{"type": "output_text", "text": content, "annotations": []}],
            },
        ],
        "incomplete_details": None,
        **more,
    }


def spoken(received: Received, answered: object) -> Said:
    """An answer in the shape of whichever API was asked."""
    shape = completion if received.path.endswith("/chat/completions") else response
    return said(shape(answered))


def extractive(received: Received) -> Said:
    """The local cloud's own model: quotations that share words with the question."""
    return spoken(received, answer(received.messages))


def claiming(*claims: tuple[str, str, str], supported: bool = True) -> Script:
    """A model that makes these claims, each text, number and quote, whatever it is asked."""
    made = [{"text": text, "chunk_id": number, "quote": quote} for text, number, quote in claims]
    return lambda received: spoken(received, {"supported": supported, "claims": made})


@dataclass
class ModelServer:
    """`script` answers; the requests that came are in `received`, in order."""

    url: str
    script: Script = extractive
    received: list[Received] = field(default_factory=list)

    def says(self, *answers: Said) -> None:
        """One answer after another; the last one from then on."""
        left = list(answers)
        self.script = lambda _: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def serving() -> Iterator[ModelServer]:
    """A server for the duration of a block, on a port that is free."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.path, headers, content)
            model.received.append(request)
            try:
                self._send(model.script(request))
            except OSError:  # the client has had enough
                self.close_connection = True

        def _send(self, reply: Said) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers:
                length = len(reply.content) + sum(len(piece) for piece in reply.pieces)
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(reply.content)
            for piece in reply.pieces:
                if reply.go_on is not None:
                    reply.go_on()
                self.wfile.write(piece)
                self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Nothing: stdout is what the tests look at."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model = ModelServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def signature_holds(received: Received, region: str, service: str) -> bool:
    """Whether a request's Signature Version 4 is right, calculated from what came over the wire.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    kind, _, rest = received.headers["authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    scope = parts["Credential"].partition("/")[2]
    date, time = scope.split("/")[0], received.headers["x-amz-date"]
    names = parts["SignedHeaders"].split(";")
    canonical = "\n".join(
        [
            "POST",
            received.path,
            "",
            *(f"{name}:{' '.join(received.headers[name].split())}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(received.content).hexdigest(),
        ]
    )
    to_sign = "\n".join([kind, time, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{SECRET_ACCESS_KEY}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    expected = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    named = {"host", "x-amz-date", "content-type"}.issubset(names)
    return named and scope.endswith(f"/{region}/{service}/aws4_request") and parts["Signature"] == expected
