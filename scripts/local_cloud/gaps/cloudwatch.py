"""CloudWatch: composite alarms, and alarms that are listed while others are made."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse

from scripts.local_cloud.gaps.patching import add, wrap


class Alarms(dict[str, Any]):
    """Hands out what it holds at this moment: Terraform makes ten alarms at once, each in a thread."""

    def values(self) -> Any:
        """A list, which another thread's alarm does not change under who walks it."""
        return list(super().values())


@wrap(CloudWatchBackend, "__init__")
def with_alarms(original: Any, backend: Any, *words: Any, **named: Any) -> None:
    """moto walks its own dictionary: "changed size during iteration", a 500 in the middle of an apply."""
    original(backend, *words, **named)
    backend.alarms = Alarms()


@add(CloudWatchResponse, "put_composite_alarm")
def put_composite_alarm(response: Any) -> Any:
    """moto stores and lists composite alarms, and has no operation to make one."""
    return response.put_metric_alarm()
