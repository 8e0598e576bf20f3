"""One execution environment: a process of the functions' Python that runs AWS's runtime client."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from scripts.local_cloud.functions.credentials import Credentials, assume_role, forget
from scripts.local_cloud.functions.deployed import DeployedFunction
from scripts.local_cloud.functions.output import Line, OutputReader
from scripts.local_cloud.functions.runtime_api import Answer, Invocation, RuntimeApi
from scripts.local_cloud.functions.variables import check_key

# Lambda gives the initialisation ten seconds that the function's timeout does not count.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
INITIALISATION_SECONDS = 10.0
POLL_SECONDS = 0.05
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Outcome:
    """``error_type`` is None where the function answered. Times in milliseconds."""

    payload: bytes
    error_type: str | None
    lines: list[Line]
    duration_ms: float
    initialisation_ms: float | None
    memory_mb: int


@dataclass(frozen=True)
class Host:
    """Where environments run: the Python, AWS's endpoint, and the folder of the unpacked code."""

    python: Path
    endpoint_url: str
    code: Path


class Environment:
    """Runs one invocation at a time; the pool sees to that."""

    def __init__(self, function: DeployedFunction, host: Host) -> None:
        self.fingerprint = function.fingerprint
        self.log_stream = log_stream_name(function.version)
        self.credentials = assume_role(function)
        check_key(function, self.credentials)
        self.temporary = Path(tempfile.mkdtemp(prefix="lambda-"))
        self.api = RuntimeApi()
        self.started_at = time.perf_counter()
        self.initialisation_ms: float | None = None
        variables = environment_variables(function, host, self.credentials, self.api.address, self.log_stream)
        variables["TMPDIR"] = str(self.temporary)
        # -B: the task root is read-only. -s: what the user has installed for themselves is not Lambda's.
        command = [str(host.python), "-B", "-s", "-m", "awslambdaric", function.handler]
        self.process = subprocess.Popen(
            command,
            cwd=host.code,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if self.process.stdout is None:
            raise RuntimeError("the process was started without a pipe")
        self.output = OutputReader(os.dup(self.process.stdout.fileno()))
        self.process.stdout.close()

    @property
    def usable(self) -> bool:
        return self.process.poll() is None and self.credentials.fresh

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run one event to its end, whatever that is; afterwards look at ``usable``."""
        cold = self.initialisation_ms is None
        self.api.invocations.put(invocation)
        answer = self.initialise(invocation) if cold else None
        started = time.perf_counter()
        if answer is None:
            answer = self.wait(invocation, started + invocation.timeout_seconds)
        duration = (time.perf_counter() - started) * 1000
        memory = peak_memory_mb(self.process.pid)
        if self.process.poll() is not None or answer.kind != "response":
            memory = max(memory, 1)
        return Outcome(
            payload=answer.payload,
            error_type=None if answer.kind == "response" else error_type(answer),
            lines=self.output.take(),
            duration_ms=duration,
            initialisation_ms=self.initialisation_ms if cold else None,
            memory_mb=memory,
        )

    def initialise(self, invocation: Invocation) -> Answer | None:
        """Wait until the runtime has fetched the event; an answer before that is a failed start."""
        deadline = time.perf_counter() + INITIALISATION_SECONDS + invocation.timeout_seconds
        while not invocation.started.wait(POLL_SECONDS):
            self.initialisation_ms = (time.perf_counter() - self.started_at) * 1000
            ended = self.process.poll() is not None  # asked first: what it said before its end is there then
            with contextlib.suppress(queue.Empty):
                return self.end(self.api.answers.get_nowait(), invocation)
            if ended:
                return self.end(self.exited(invocation), invocation)
            if time.perf_counter() > deadline:
                return self.end(timed_out(invocation), invocation)
        self.initialisation_ms = (time.perf_counter() - self.started_at) * 1000
        return None

    def wait(self, invocation: Invocation, deadline: float) -> Answer:
        while True:
            remaining = deadline - time.perf_counter()
            ended = self.process.poll() is not None  # asked first, as above
            try:
                return self.api.answers.get(timeout=max(0.0, min(POLL_SECONDS, remaining)))
            except queue.Empty:
                if ended:
                    return self.end(self.exited(invocation), invocation)
                if remaining <= 0:
                    return self.end(timed_out(invocation), invocation)

    def end(self, answer: Answer, invocation: Invocation) -> Answer:
        self.kill()
        if answer.kind == "init_error":
            body = {**json.loads(answer.payload), "requestId": invocation.request_id}
            return replace(answer, payload=json.dumps(body).encode())
        return answer

    def exited(self, invocation: Invocation) -> Answer:
        code = self.process.returncode
        how = f"signal: {signal_name(-code)}" if code < 0 else f"exit status {code}"
        message = f"RequestId: {invocation.request_id} Error: Runtime exited with error: {how}"
        if code == 0:
            message = f"RequestId: {invocation.request_id} Error: Runtime exited without providing a reason"
        return failure("Runtime.ExitError", message)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        self.kill()
        self.api.close()
        self.output.close()
        forget(self.credentials)
        shutil.rmtree(self.temporary, ignore_errors=True)


def new_invocation(
    function: DeployedFunction, request_id: str, payload: bytes, client_context: str | None = None
) -> Invocation:
    trace = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"
    return Invocation(
        request_id=request_id,
        payload=payload or b"{}",
        invoked_arn=function.invoked_arn,
        timeout_seconds=function.timeout_seconds,
        trace_id=trace,
        client_context=client_context,
        started=threading.Event(),
    )


def environment_variables(
    function: DeployedFunction, host: Host, credentials: Credentials, api: str, log_stream: str
) -> dict[str, str]:
    """What Lambda defines, then the deployed variables, then where AWS is. Nothing of ours besides.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    runtime = {
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": api,
        "AWS_REGION": function.region,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
        "LAMBDA_RUNTIME_DIR": str(host.code),
        "LAMBDA_TASK_ROOT": str(host.code),
        "_HANDLER": function.handler,
    }
    if function.log_level:
        runtime["AWS_LAMBDA_LOG_LEVEL"] = function.log_level
    defaults = {
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": f"/var/lang/lib:/lib64:/usr/lib64:{host.code}:{host.code}/lib:/opt/lib",
        "PATH": SYSTEM_PATH,
        "TZ": ":UTC",
    }
    return {**defaults, **function.environment, **runtime, "AWS_ENDPOINT_URL": host.endpoint_url}


def log_stream_name(version: str) -> str:
    return f"{datetime.now(UTC):%Y/%m/%d}/[{version}]{secrets.token_hex(16)}"


def failure(kind: str, message: str) -> Answer:
    return Answer("error", json.dumps({"errorType": kind, "errorMessage": message}).encode())


def timed_out(invocation: Invocation) -> Answer:
    seconds = invocation.timeout_seconds
    message = f"RequestId: {invocation.request_id} Error: Task timed out after {seconds:.2f} seconds"
    return failure("Sandbox.Timedout", message)


def error_type(answer: Answer) -> str:
    try:
        return str(json.loads(answer.payload).get("errorType") or "Error")
    except ValueError:
        return "Error"


def signal_name(number: int) -> str:
    return {signal.SIGKILL: "killed", signal.SIGSEGV: "segmentation fault"}.get(
        signal.Signals(number), signal.Signals(number).name
    )


def peak_memory_mb(pid: int) -> int:
    """The most memory the process has had, where the system tells (Linux), else 0."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0
