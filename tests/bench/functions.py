"""Cold start and throughput of the patient API's zip, against a bare boto3 handler with the same calls."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from scripts.local_cloud.functions.runtime_api import Invocation, RuntimeApi
from scripts.local_deployment import ROOT, host_architecture
from scripts.package_functions import SOURCES, package
from tests.bench import canned_dynamodb

PYTHON = ROOT / ".venv-lambda" / "bin" / "python"
COLD_STARTS, WARM_ROUNDS, WARM_INVOCATIONS = 21, 7, 400
EVENT = {
    "resource": "/patients/{patient_id}",
    "path": "/patients/P-1001",
    "httpMethod": "GET",
    "headers": {"Accept": "application/json"},
    "multiValueHeaders": {"Accept": ["application/json"]},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": {"patient_id": "P-1001"},
    "stageVariables": None,
    "requestContext": {
        "requestId": "00000000-0000-4000-8000-000000000000",
        "resourcePath": "/patients/{patient_id}",
        "httpMethod": "GET",
        "stage": "live",
        "identity": {"sourceIp": "127.0.0.1"},
        "authorizer": {"claims": {"sub": "bench", "cognito:groups": "Provider", "token_use": "id"}},
    },
    "body": None,
    "isBase64Encoded": False,
}


@dataclass(frozen=True)
class Unpacked:
    """A zip's content in a folder, and the handler in it."""

    folder: Path
    handler: str


class Process:
    """One function's process behind a Runtime API of its own."""

    def __init__(
        self, function: Unpacked, endpoint_url: str, more: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.api = RuntimeApi()
        variables = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "LAMBDA_TASK_ROOT": str(function.folder),
            "LAMBDA_RUNTIME_DIR": str(function.folder),
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "PATIENT_TABLE": "patients",
            "AUDIT_TABLE": "audit",
            "RELATIONSHIP_TABLE": "relationships",
            "KMS_KEY_ID": "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000",
            "ALLOWED_ORIGINS": "",
            "LOG_LEVEL": "INFO",
            "POWERTOOLS_SERVICE_NAME": "patient_api",
            "POWERTOOLS_METRICS_NAMESPACE": "Healthcare/Security",
            **more,
        }
        self.started = time.perf_counter()
        command = [str(PYTHON), "-B", "-s", "-m", "awslambdaric", function.handler]
        self.process = subprocess.Popen(
            command, cwd=function.folder, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def invoke(self) -> float:
        """Send the event and wait for its answer, which must be a 200; return the seconds it took."""
        seconds, payload = self.ask(json.dumps(EVENT).encode())
        if json.loads(payload)["statusCode"] != 200:
            raise RuntimeError(f"the function answered: {payload.decode()[:500]}")
        return seconds

    def ask(self, payload: bytes) -> tuple[float, bytes]:
        """Send an event and wait for its answer, which must be no error; the seconds, and the answer."""
        began = time.perf_counter()
        self.api.invocations.put(
            Invocation("bench", payload, "arn:aws:lambda:bench", 30.0, "Root=1-0-0", None, threading.Event())
        )
        answer = self.api.answers.get(timeout=60)
        seconds = time.perf_counter() - began
        if answer.kind != "response":
            raise RuntimeError(f"the function answered {answer.kind}: {answer.payload.decode()[:500]}")
        return seconds, answer.payload

    def end(self) -> float:
        """End the process; return the CPU seconds it used."""
        self.process.send_signal(signal.SIGKILL)
        _, _, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = -signal.SIGKILL
        self.api.close()
        return usage.ru_utime + usage.ru_stime


def unpack(folder: Path) -> dict[str, Unpacked]:
    """Package both functions the same way and unpack them: patient_api and bare."""
    sources = folder / "sources"
    shutil.copytree(SOURCES, sources)
    shutil.copytree(Path(__file__).parent / "bare", sources / "bare")
    package(["patient_api", "bare"], host_architecture(), folder / "dist", sources)
    unpacked = {}
    for name in ("patient_api", "bare"):
        zipfile.ZipFile(folder / "dist" / f"{name}.zip").extractall(folder / name)
        unpacked[name] = Unpacked(folder / name, f"{name}.handler.handler")
    return unpacked


def cold(functions: dict[str, Unpacked], endpoint_url: str) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    wall: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(COLD_STARTS):
        for name, function in functions.items():
            process = Process(function, endpoint_url)
            process.invoke()
            wall[name].append(time.perf_counter() - process.started)
            seconds[name].append(process.end())
    ours, bare = (statistics.median(seconds[name]) for name in ("patient_api", "bare"))
    print(f"\nCold start, process start to first answer, median of {COLD_STARTS} each, in turn")
    for name in functions:
        cpu, clock = (statistics.median(values[name]) * 1000 for values in (seconds, wall))
        print(f"  {name:<12} CPU {cpu:6.0f} ms   wall {clock:6.0f} ms")
    print(f"  ratio (CPU)  {ours / bare:.2f}   (aim: at most 1.25)")


def warm(functions: dict[str, Unpacked], endpoint_url: str) -> None:
    processes = {name: Process(function, endpoint_url) for name, function in functions.items()}
    times: dict[str, list[float]] = {name: [] for name in functions}
    for process in processes.values():
        process.invoke()
    for _ in range(WARM_ROUNDS):
        for name, process in processes.items():
            times[name] += [process.invoke() for _ in range(WARM_INVOCATIONS)]
    for process in processes.values():
        process.end()
    rate = {name: len(values) / sum(values) for name, values in times.items()}
    print(f"\nWarm, {WARM_ROUNDS} rounds of {WARM_INVOCATIONS} each, in turn")
    for name, values in times.items():
        ordered = sorted(values)
        p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
        print(
            f"  {name:<12} {rate[name]:7.0f} requests/s   p50 {p50 * 1000:.2f} ms   p99 {p99 * 1000:.2f} ms"
        )
    print(f"  ratio        {rate['patient_api'] / rate['bare']:.2f}   (aim: at least 0.8)")


def main() -> None:
    endpoint_url = canned_dynamodb.start()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        functions = unpack(Path(folder))
        cold(functions, endpoint_url)
        warm(functions, endpoint_url)
