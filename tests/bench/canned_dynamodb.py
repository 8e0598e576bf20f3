"""DynamoDB that answers at once with one treatment relationship and one record.

The function is to be measured and not an emulator, whose time would hide the difference.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import time
from typing import Any

RELATIONSHIP = {
    "principal": {"S": "bench"},
    "patient_id": {"S": "P-1001"},
    "relationship": {"S": "treatment"},
    "expires_at": {"N": str(int(time.time()) + 86400)},
}
RECORD = {
    "patient_id": {"S": "P-1001"},
    "version": {"N": "1"},
    "updated_at": {"S": "2026-01-01T00:00:00.000Z"},
    "demographics": {
        "M": {
            "given_name": {"S": "Maria"},
            "family_name": {"S": "Example"},
            "birth_date": {"S": "1984-02-29"},
        }
    },
}
ITEMS = {"relationships": RELATIONSHIP, "patients": RECORD}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self) -> None:
        # A function's process that is ended leaves its connections half open.
        with contextlib.suppress(ConnectionResetError):
            super().handle()

    def do_POST(self) -> None:  # http.server's name
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        item = ITEMS.get(call["TableName"])
        body = json.dumps(
            {"Item": item} if item and "GetItem" in self.headers["X-Amz-Target"] else {}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (http.server's name)
        """Say nothing."""


def start() -> str:
    """Serve on a free port of the loopback address until the process ends; return the address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
