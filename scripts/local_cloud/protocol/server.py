"""A threaded HTTP server on 127.0.0.1 for one application."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response

from scripts.local_cloud.protocol.failures import describe

HOST = "127.0.0.1"
# Where an environ has the headers as they were sent, in order: WSGI folds names and joins values.
RAW_HEADERS = "local_cloud.headers"
# Takes a WSGI environ, whose body it must read to the end; gives the whole answer.
Application = Callable[[dict[str, Any]], Response]

logger = logging.getLogger(__name__)


class HangUp(Exception):  # noqa: N818  # nothing went wrong with the server
    """Raised by an application to close the connection without an answer."""


class KeepAliveHandler(MotoRequestHandler):  # type: ignore[misc]  # moto is untyped
    """Keeps connections open, sends each answer in one piece, and prints nothing per request.

    werkzeug's own handler closes every connection, since an application may leave part of a body unread,
    and waits 10 ms for such a rest. A function makes several calls in a row, and ours read it all.
    """

    protocol_version = "HTTP/1.1"
    # With Nagle's algorithm on, a keep-alive answer waits for the client's delayed acknowledgement.
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        environ = self.make_environ()
        environ[RAW_HEADERS] = list(self.headers.items())
        application: Application = self.server.app
        try:
            response = application(environ)
        except HangUp:
            self.close_connection = True
            return
        except Exception as error:  # noqa: BLE001  # logged, and answered
            logger.error("%s failed: %s", self.command, describe(error))  # no path: it may name a patient
            response = Response("Internal Server Error", status=500)
            self.close_connection = True
        self.send(response)

    def send(self, response: Response) -> None:
        body = response.get_data()
        lines = [f"{self.protocol_version} {response.status}", f"Date: {self.date_time_string()}"]
        skipped = {"connection", "content-length", "date", "transfer-encoding"}
        if self.command == "HEAD" or response.status_code in (204, 304):
            skipped.remove("content-length")  # of the body that is not sent
            body = b""
        else:
            lines.append(f"Content-Length: {len(body)}")
        lines += [
            f"{name}: {value}" for name, value in response.headers.items() if name.lower() not in skipped
        ]
        if self.close_connection:
            lines.append("Connection: close")
        self.wfile.write("\r\n".join([*lines, "\r\n"]).encode("latin-1") + body)


def serve(application: Application, port: int) -> BaseWSGIServer:
    """Bind 127.0.0.1 (port 0: any that is free) and serve in threads of its own."""
    # The handler above calls the application with the environ alone: it is no WSGI application.
    server = make_server(HOST, port, application, threaded=True, request_handler=KeepAliveHandler)  # type: ignore[arg-type]
    server.daemon_threads = True  # type: ignore[attr-defined]  # socketserver.ThreadingMixIn's
    threading.Thread(target=server.serve_forever, name=f"http-{server.server_port}", daemon=True).start()
    return server


def url_of(server: BaseWSGIServer) -> str:
    return f"http://{HOST}:{server.server_port}"
