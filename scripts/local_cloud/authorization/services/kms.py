"""KMS: keys by id, alias or ARN, the encryption context, and use through another service.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.kms.utils import RESERVED_ALIASES, _deserialize_ciphertext_blob

from scripts.local_cloud.authorization.access import ACCOUNT_ID, Access, action_of
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.protocol.requests import AwsRequest


def accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    context = encryption_context(given.get("EncryptionContext"))
    if call.operation == "ReEncrypt":
        source = encryption_context(given.get("SourceEncryptionContext"))
        target = encryption_context(given.get("DestinationEncryptionContext"))
        return [
            key_access("ReEncryptFrom", key_of_ciphertext(call, given), source),
            key_access("ReEncryptTo", find_key(call, given.get("DestinationKeyId")), target),
        ]
    name = given.get("KeyId") or given.get("TargetKeyId")
    key = find_key(call, name) if name else key_of_ciphertext(call, given)
    if key is None:
        return [Access(action_of(call))]
    if isinstance(name, str) and "alias/" in name:
        context["kms:RequestAlias"] = "alias/" + name.partition("alias/")[2]
    return [key_access(str(call.operation), key, context)]


def key_access(operation: str, key: Any, context: Mapping[str, Any]) -> Access:
    if key is None:
        return Access(f"kms:{operation}")
    everywhere = {"kms:CallerAccount": ACCOUNT_ID, "kms:ResourceAliases": sorted(key.aliases)}
    return Access(f"kms:{operation}", key.arn, {**everywhere, **context}, needs_resource_policy=True)


def encryption_context(given: Mapping[str, str] | None) -> dict[str, Any]:
    """The condition keys of an encryption context; both are absent without one."""
    if not given:
        return {}
    pairs: dict[str, Any] = {f"kms:EncryptionContext:{name}": value for name, value in given.items()}
    return {**pairs, "kms:EncryptionContextKeys": list(given)}


def find_key(call: AwsRequest, name: str | None) -> Any:
    """moto's key for an id, an alias or an ARN of either; None where there is none."""
    if not name:
        return None
    keys = backend_of("kms", call.region)
    alias = keys.get_alias_name(name)
    if alias.startswith("alias/"):
        return next((key for key in list(keys.keys.values()) if alias in key.aliases), None)
    return keys.keys.get(keys.get_key_id(name))


def key_of_ciphertext(call: AwsRequest, given: Mapping[str, Any]) -> Any:
    """Decrypt need not name the key: the ciphertext does (in a form of moto's own)."""
    blob = given.get("CiphertextBlob")
    if not isinstance(blob, bytes):
        return None
    try:
        return find_key(call, _deserialize_ciphertext_blob(blob).key_id)
    except Exception:  # noqa: BLE001  # not a ciphertext: KMS judges no key, and moto refuses it next
        return None


def via_service(
    call: AwsRequest, service: str, key_name: str, operations: Iterable[str], context: Mapping[str, str]
) -> list[Access]:
    """What a caller needs on the customer key behind a resource: it is used on their behalf.

    AWS's own keys (aliases ``alias/aws/...``) need nothing of the caller.
    """
    key = find_key(call, key_name)
    if key is None or set(key.aliases) & set(RESERVED_ALIASES) or any(is_aws_alias(a) for a in key.aliases):
        return []
    through = {"kms:ViaService": f"{service}.{call.region}.amazonaws.com", **encryption_context(context)}
    return [key_access(operation, key, through) for operation in operations]


def is_aws_alias(alias: str) -> bool:
    return alias.startswith("alias/aws/")
