"""CloudTrail: trails named by their ARN."""

from __future__ import annotations

from typing import Any

from moto.cloudtrail.models import CloudTrailBackend

from scripts.local_cloud.gaps.patching import Method, wrap


@wrap(CloudTrailBackend, "delete_trail")
def delete_trail(original: Method, backend: Any, name: str) -> None:
    """moto deletes nothing, and says nothing, where a trail is named by its ARN."""
    original(backend, name.rpartition("/")[2])
