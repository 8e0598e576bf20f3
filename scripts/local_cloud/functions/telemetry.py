"""What Lambda tells CloudWatch of an invocation: log events and metrics.

Everything is written in the background, in order: a caller never waits for it.
"""

from __future__ import annotations

import json
import logging
import math
import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hipaa_policies.iam import Decision

from scripts.local_cloud.authorization.access import Access
from scripts.local_cloud.authorization.callers import caller_of_session, session_with_key
from scripts.local_cloud.authorization.judgement import judge
from scripts.local_cloud.backends import arn_of, backend_of
from scripts.local_cloud.functions.deployed import DeployedFunction
from scripts.local_cloud.functions.emf import metrics_of
from scripts.local_cloud.functions.environment import Outcome
from scripts.local_cloud.functions.output import Line
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)
NAMESPACE = "AWS/Lambda"


@dataclass(frozen=True)
class Report:
    """One invocation that has ended."""

    function: DeployedFunction
    request_id: str
    outcome: Outcome
    log_stream: str
    access_key_id: str


class Telemetry:
    def __init__(self) -> None:
        self.reports: queue.Queue[Report | None] = queue.Queue()
        self.thread = threading.Thread(target=self.write_all, name="telemetry", daemon=True)
        self.thread.start()

    def ended(self, report: Report) -> None:
        self.reports.put(report)

    def flush(self) -> None:
        """Wait until everything is written that ended before."""
        self.reports.join()

    def close(self) -> None:
        self.reports.put(None)
        self.thread.join()

    def write_all(self) -> None:
        while (report := self.reports.get()) is not None:
            try:
                write_metrics(report)
                write_logs(report)
            except Exception as error:  # noqa: BLE001  # one bad report must not end the thread
                logger.error("no telemetry of %s: %s", report.function.name, describe(error))
            finally:
                self.reports.task_done()
        self.reports.task_done()


def write_metrics(report: Report) -> None:
    failed = report.outcome.error_type is not None
    values = {"Invocations": (1.0, "Count"), "Errors": (float(failed), "Count")}
    values["Duration"] = (report.outcome.duration_ms, "Milliseconds")
    put_function_metrics(report.function, values)


def put_function_metrics(function: DeployedFunction, values: Mapping[str, tuple[float, str]]) -> None:
    """By function name, and by the alias or version too where one was named."""
    by_name = [{"Name": "FunctionName", "Value": function.name}]
    dimensions = [by_name]
    qualifier = function.invoked_arn.removeprefix(function.arn).lstrip(":")
    if qualifier:
        resource = {"Name": "Resource", "Value": f"{function.name}:{qualifier}"}
        dimensions.append([*by_name, resource])
    put_metrics(
        function.region,
        NAMESPACE,
        [(name, value, unit, named) for name, (value, unit) in values.items() for named in dimensions],
    )


def put_metrics(
    region: str, namespace: str, values: list[tuple[str, float, str, list[dict[str, str]]]]
) -> None:
    backend_of("cloudwatch", region).put_metric_data(
        namespace,
        [
            {
                "MetricName": name,
                "Value": value,
                "Unit": unit,
                "Dimensions": dimensions,
                "Timestamp": datetime.now(UTC).replace(tzinfo=None),
            }
            for name, value, unit, dimensions in values
        ],
    )


def write_logs(report: Report) -> None:
    """Only with the role's leave, and only into a group that exists: as in AWS nobody is told otherwise."""
    function = report.function
    if not may_log(report):
        return
    logs = backend_of("logs", function.region)
    if function.log_group not in logs.groups:
        return
    logs.ensure_log_stream(function.log_group, report.log_stream)
    lines = all_lines(report)
    events = [{"timestamp": line.timestamp_ms, "message": line.text} for line in lines]
    logs.put_log_events(function.log_group, report.log_stream, events)
    # CloudWatch makes metrics of the events that reach it, not of what a function prints.
    for line in lines:
        for namespace, values in metrics_of(line.text):
            put_metrics(function.region, namespace, values)


def may_log(report: Report) -> bool:
    session = session_with_key(report.access_key_id)
    if session is None:
        return False
    caller = caller_of_session(session)
    stream = f"log-group:{report.function.log_group}:log-stream:{report.log_stream}"
    resource = arn_of("logs", report.function.region, stream)
    return all(
        judge(caller, Access(action, resource), {}) is Decision.ALLOWED
        for action in ("logs:CreateLogStream", "logs:PutLogEvents")
    )


def all_lines(report: Report) -> list[Line]:
    """The function's lines between Lambda's own. https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html"""
    printed = report.outcome.lines
    first = printed[0].timestamp_ms if printed else int(time.time() * 1000)
    last = max(int(time.time() * 1000), printed[-1].timestamp_ms if printed else 0)
    make = json_platform_lines if report.function.log_format == "JSON" else text_platform_lines
    before, after = make(report)
    return [*(Line(first, text) for text in before), *printed, *(Line(last, text) for text in after)]


def text_platform_lines(report: Report) -> tuple[list[str], list[str]]:
    function, outcome, request = report.function, report.outcome, report.request_id
    parts = [
        f"REPORT RequestId: {request}",
        f"Duration: {outcome.duration_ms:.2f} ms",
        f"Billed Duration: {billed(outcome)} ms",
        f"Memory Size: {function.memory_mb} MB",
        f"Max Memory Used: {outcome.memory_mb} MB",
    ]
    if outcome.initialisation_ms is not None:
        parts.append(f"Init Duration: {outcome.initialisation_ms:.2f} ms")
    after = [f"END RequestId: {request}", "\t".join(parts) + "\t"]
    if outcome.error_type in ("Sandbox.Timedout", "Runtime.ExitError"):
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        message = str(json.loads(outcome.payload)["errorMessage"]).partition("Error: ")[2]
        after.insert(0, f"{now} {request} {message}")
    return [f"START RequestId: {request} Version: {function.version}"], after


def json_platform_lines(report: Report) -> tuple[list[str], list[str]]:
    outcome = report.outcome
    status = {None: "success", "Sandbox.Timedout": "timeout"}.get(outcome.error_type, "error")
    metrics = {
        "durationMs": round(outcome.duration_ms, 3),
        "billedDurationMs": billed(outcome),
        "memorySizeMB": report.function.memory_mb,
        "maxMemoryUsedMB": outcome.memory_mb,
    }
    if outcome.initialisation_ms is not None:
        metrics["initDurationMs"] = round(outcome.initialisation_ms, 3)
    record: dict[str, Any] = {"requestId": report.request_id, "metrics": metrics, "status": status}
    if outcome.error_type:
        record["errorType"] = outcome.error_type
    start = {"requestId": report.request_id, "version": report.function.version}
    return [platform_line("platform.start", start)], [platform_line("platform.report", record)]


def platform_line(kind: str, record: dict[str, Any]) -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return json.dumps({"time": now, "type": kind, "record": record})


def billed(outcome: Outcome) -> int:
    # Since August 2025 the initialisation is billed for all functions.
    return math.ceil(outcome.duration_ms + (outcome.initialisation_ms or 0))


def tail(report: Report) -> str:
    """The last 4 KB of the log, which Invoke gives with LogType Tail."""
    return "\n".join(line.text for line in all_lines(report))[-4096:]
