"""KMS: the rotation period, and AWS's own keys."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace
from typing import Any

from moto.kms.exceptions import InvalidCiphertextException
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse
from moto.kms.utils import _deserialize_ciphertext_blob, generate_master_key
from moto.kms.utils import decrypt as decrypt_with

from scripts.local_cloud.gaps.patching import Method, wrap

DEFAULT_DAYS = 365
_making_keys = threading.Lock()


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


@wrap(KmsBackend, "_generate_default_keys")
def generate_default_keys(original: Method, backend: Any, alias_name: str) -> Any:
    """moto makes several keys for one alias of AWS's where several ask at once, and says they are the
    customer's."""
    with _making_keys:
        existing = next((key for key in backend.keys.values() if alias_name in key.aliases), None)
        key_id = existing.id if existing else original(backend, alias_name)
        if key_id is not None:
            backend.keys[key_id].key_manager = "AWS"
        return key_id


@wrap(KmsBackend, "rotate_key_on_demand")
def rotate_key_on_demand(original: Method, backend: Any, key_id: str) -> Any:
    """moto notes the rotation and goes on with the old material."""
    answered = original(backend, key_id)
    key = backend.keys[backend.get_key_id(key_id)]
    key.__dict__.setdefault("retired_material", []).append(key.key_material)
    key.key_material = generate_master_key()
    return answered


@wrap(KmsBackend, "decrypt")
def decrypt(
    original: Method,
    backend: Any,
    ciphertext_blob: bytes,
    encryption_context: dict[str, str],
    key_id: str | None = None,
) -> Any:
    """KMS keeps all material that a key ever had, and finds the one that a ciphertext was made with.

    https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    """
    try:
        return original(backend, ciphertext_blob, encryption_context, key_id)
    except InvalidCiphertextException:
        key = backend.keys[_deserialize_ciphertext_blob(ciphertext_blob).key_id]
        if key_id is not None and backend.any_id_to_key_id(key_id) != key.id:
            raise
        for material in reversed(getattr(key, "retired_material", [])):
            try:
                then = {key.id: SimpleNamespace(key_material=material)}
                return decrypt_with(then, ciphertext_blob, encryption_context)[0], key.arn
            except InvalidCiphertextException:
                continue  # made with older material, or tampered with
        raise
