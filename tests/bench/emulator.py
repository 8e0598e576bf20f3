"""moto as a process of its own, seeded before it answers, and counting what it is asked.

``python -m tests.bench.emulator SCENARIO`` prints one line of JSON ({"url": ..., "built": ...}) once it
answers, and ends with its standard input. ``GET /bench/requests`` tells the requests so far, by service, and
``/bench/failures`` what moto could not answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, cast
from urllib.request import urlopen

# Read by moto when it is imported. An account has no snapshots of AWS's public images; moto's has 1,300, and
# would have a peer ask for each.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

SCENARIOS = ("seeded", "mended", "functions:<number>", "log-groups:<number>")


@dataclass
class Emulator:
    """A context: the process runs inside it."""

    scenario: str
    url: str = ""
    built: Mapping[str, str] | None = None

    def __enter__(self) -> Emulator:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, self.scenario],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stdout = self._process.stdout
        line = stdout.readline() if stdout else ""
        if not line:
            raise RuntimeError(f"the emulator ended with {self._process.wait()} before it answered")
        told = json.loads(line)
        self.url, self.built = told["url"], told["built"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()  # closes its standard input, which ends it

    def requests(self) -> Counter[str]:
        """By service and operation, as far as the request tells them."""
        with urlopen(f"{self.url}/bench/requests") as answer:  # noqa: S310 - our own, on 127.0.0.1
            return Counter(json.load(answer))


class _Counting:
    """WSGI: counts each request, and passes it on."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.asked: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/bench/requests":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self.asked).encode()]
        if environ["PATH_INFO"] == "/bench/failures":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self.failures).encode()]
        scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")
        service = scope[3] if len(scope) > 3 else "?"
        with self._lock:
            self.asked[service] += 1
        try:
            return self.application(environ, start_response)
        except Exception as error:  # noqa: BLE001 - what moto lacks, and moto's own defects: both are told
            # No SDK tries 501 again, as all do with the 500 that moto would answer: nobody waits for nothing.
            self.failures[f"{service}: {type(error).__name__}"] += 1
            start_response("501 Not Implemented", [("Content-Length", "0"), ("Connection", "close")])
            return [b""]


def _seed(scenario: str) -> dict[str, str]:
    from moto import mock_aws

    from tests.bench.seeded import ground, live, logs, many

    def say(text: str) -> None:
        sys.stderr.write(f"  emulator ({scenario}): {text}\n")
        sys.stderr.flush()

    kind, _, number = scenario.partition(":")
    # boto3 asks moto in this process, whose state is that which the server tells. It is never stopped, for
    # that would empty it.
    mock_aws().start()
    if kind == "seeded":
        return {f"{kind}/{name}": arn for (kind, name), arn in live.build(progress=say).items()}
    shared = ground.Ground()
    logs.mend_account(shared)
    if kind == "functions":
        many.functions(shared, int(number), say)
    if kind == "log-groups":
        many.log_groups(shared, int(number), say)
    return {}


def main(scenario: str) -> None:
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    from scripts.local_cloud import gaps  # noqa: F401 - importing them mends moto

    built = _seed(scenario)

    class Quiet(MotoRequestHandler):  # type: ignore[misc]  # moto is untyped
        protocol_version = "HTTP/1.1"

        def log(self, *_: object) -> None:
            """Say nothing: whoever measures would wait for the terminal."""

    application = _Counting(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, cast(Any, application), threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}", "built": built}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
