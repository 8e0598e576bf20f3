"""CloudWatch: composite alarms."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse

from scripts.local_cloud.gaps.patching import add


@add(CloudWatchResponse, "put_composite_alarm")
def put_composite_alarm(response: Any) -> Any:
    """moto stores and lists composite alarms, and has no operation to make one."""
    return response.put_metric_alarm()
