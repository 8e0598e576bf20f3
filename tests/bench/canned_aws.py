"""DynamoDB, S3 and EventBridge that answer at once: nothing is known yet, and everything is taken.

A function is to be measured and not an emulator, whose time would hide the difference.
"""

from __future__ import annotations

import http.server
import threading

from tests.bench import canned_dynamodb

TAKEN = {
    "AWSEvents.PutEvents": b'{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}',
}


class Handler(canned_dynamodb.Handler):
    def do_POST(self) -> None:  # noqa: N802  # http.server's name
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(TAKEN.get(self.headers["X-Amz-Target"], b"{}"), "application/x-amz-json-1.0")

    def do_PUT(self) -> None:  # noqa: N802  # http.server's name
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"", "application/xml")

    def handle_expect_100(self) -> bool:
        # Writing is buffered: the SDK would wait for a second before it sends an object.
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def _answer(self, body: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def start() -> str:
    """Serve on a free port of the loopback address until the process ends; return the address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
