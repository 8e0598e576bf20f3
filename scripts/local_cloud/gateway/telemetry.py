"""The stage's access log, and API Gateway's metrics."""

from __future__ import annotations

import time

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.functions.telemetry import put_metrics
from scripts.local_cloud.gateway.exchange import Exchange

NAMESPACE = "AWS/ApiGateway"
LOG_STREAM = "local-cloud"


def record(exchange: Exchange) -> None:
    write_metrics(exchange)
    write_access_log(exchange)


def write_access_log(exchange: Exchange) -> None:
    """One line in the stage's own format, into the group that it names. Missing values are "-"."""
    settings = exchange.stage.access_log
    group = str(settings.get("destinationArn", "")).partition(":log-group:")[2].removesuffix(":*")
    logs = backend_of("logs", exchange.stage.region)
    if not group or group not in logs.groups:
        return
    line = exchange.fill(str(settings.get("format", "")), missing="-")
    logs.ensure_log_stream(group, LOG_STREAM)
    logs.put_log_events(group, LOG_STREAM, [{"timestamp": int(time.time() * 1000), "message": line}])


def write_metrics(exchange: Exchange) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html"""
    status = int(exchange.context["status"])
    values = [
        ("Count", 1.0, "Count"),
        ("4XXError", float(400 <= status < 500), "Count"),
        ("5XXError", float(status >= 500), "Count"),
        ("Latency", float(exchange.context["responseLatency"]), "Milliseconds"),
    ]
    if "integrationLatency" in exchange.context:
        values.append(("IntegrationLatency", float(exchange.context["integrationLatency"]), "Milliseconds"))
    by_api = [{"Name": "ApiName", "Value": exchange.stage.api_name}]
    by_stage = [*by_api, {"Name": "Stage", "Value": exchange.stage.name}]
    put_metrics(
        exchange.stage.region,
        NAMESPACE,
        [(name, value, unit, named) for name, value, unit in values for named in (by_api, by_stage)],
    )
