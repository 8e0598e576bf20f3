"""A server that speaks as much of OpenAI's protocol as one question needs; a function gives the answers.

Through it the real SDK and the orchestrator's own reading of answers are part of what is evaluated.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Messages = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Said:
    """What a model says, and how it ended: OpenAI's finish_reason."""

    content: str | None
    finish_reason: str = "stop"
    refusal: str | None = None
    tool_call: str | None = None


Model = Callable[[Messages], Said]


def as_json(answer: Mapping[str, Any]) -> Said:
    return Said(json.dumps(answer, ensure_ascii=False))


class ModelServer:
    """On 127.0.0.1, from construction to `close`. `model` may be exchanged at any time.

    A model that raises is a server that answers 500, and its error is kept in `failures`.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.failures: list[str] = []
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    status, answer = 200, _completion(served.model(body["messages"]))
                except Exception as error:  # noqa: BLE001 (a model may fail in any way; the evaluation says so)
                    served.failures.append(f"{type(error).__name__}: {error}")
                    status, answer = 500, {"error": {"message": "the model failed", "type": "server_error"}}
                content = json.dumps(answer).encode()
                with contextlib.suppress(ConnectionError):  # who asked has waited long enough, and is gone
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
                """Nothing: the questions are the evaluation's."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _completion(said: Said) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said.content}
    if said.refusal is not None:
        message["refusal"] = said.refusal
    if said.tool_call is not None:
        call = {"id": "call_1", "type": "function", "function": {"name": said.tool_call, "arguments": "{}"}}
        message["tool_calls"] = [call]
    choice = {"index": 0, "message": message, "finish_reason": said.finish_reason}
    return {"id": "c-1", "object": "chat.completion", "created": 1, "model": "local", "choices": [choice]}
