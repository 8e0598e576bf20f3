"""KMS: the rotation period."""

from __future__ import annotations

import json
from typing import Any

from moto.kms.responses import KmsResponse

from scripts.local_cloud.gaps.patching import Method, wrap

DEFAULT_DAYS = 365


@wrap(KmsResponse, "enable_key_rotation")
def enable_key_rotation(original: Method, response: Any) -> Any:
    """moto drops RotationPeriodInDays."""
    result = original(response)
    key_of(response).rotation_period_in_days = response._get_param("RotationPeriodInDays") or DEFAULT_DAYS
    return result


@wrap(KmsResponse, "get_key_rotation_status")
def get_key_rotation_status(original: Method, response: Any) -> str:
    """moto tells whether a key rotates, but not how often."""
    status = json.loads(original(response))
    if status["KeyRotationEnabled"]:
        status["RotationPeriodInDays"] = getattr(key_of(response), "rotation_period_in_days", DEFAULT_DAYS)
    return json.dumps(status)


def key_of(response: Any) -> Any:
    backend = response.kms_backend
    return backend.keys[backend.get_key_id(response._get_param("KeyId"))]
