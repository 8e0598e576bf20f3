"""CloudWatch's Embedded Metric Format: metrics inside a JSON log event.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Values = list[tuple[str, float, str, list[dict[str, str]]]]


def metrics_of(text: str) -> Iterator[tuple[str, Values]]:
    """The namespaces of a log event, each with (name, value, unit, dimensions)."""
    if '"_aws"' not in text:
        return
    try:
        event = json.loads(text)
    except ValueError:
        return
    if not isinstance(event, dict) or not isinstance(event.get("_aws"), dict):
        return
    for directive in event["_aws"].get("CloudWatchMetrics") or []:
        yield str(directive["Namespace"]), list(values_of(event, directive))


def values_of(event: dict[str, Any], directive: dict[str, Any]) -> Iterator[tuple[str, float, str, Any]]:
    for metric in directive.get("Metrics") or []:
        found = event.get(metric["Name"])
        for value in found if isinstance(found, list) else [found]:
            if not isinstance(value, int | float):
                continue
            for names in directive.get("Dimensions") or [[]]:
                dimensions = [{"Name": name, "Value": str(event[name])} for name in names if name in event]
                yield metric["Name"], float(value), metric.get("Unit", "None"), dimensions
