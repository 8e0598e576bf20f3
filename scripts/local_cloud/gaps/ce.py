"""Cost Explorer: anomaly detection, which nobody has here."""

from __future__ import annotations

import json
from typing import Any

from moto.ce.responses import CostExplorerResponse

from scripts.local_cloud.gaps.patching import add


@add(CostExplorerResponse, "get_anomaly_subscriptions")
def get_anomaly_subscriptions(_response: Any) -> str:
    """There are none: moto cannot make any."""
    return json.dumps({"AnomalySubscriptions": []})


@add(CostExplorerResponse, "get_anomaly_monitors")
def get_anomaly_monitors(_response: Any) -> str:
    """There are none: moto cannot make any."""
    return json.dumps({"AnomalyMonitors": []})
