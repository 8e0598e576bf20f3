"""AWS's own services as callers: the resource's policy alone decides, as they have no identity policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hipaa_policies.iam import AccessRequest, Decision, evaluate

from scripts.local_cloud.authorization.resource_policies import policy_of
from scripts.local_cloud.backends import backend_of


def service_may(service: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether ``service`` (``events.amazonaws.com``) may, by the policy of ``resource``."""
    policy = policy_of(resource)
    request = AccessRequest(action, resource, context, service)
    return policy is not None and evaluate([policy], request) is Decision.ALLOWED


def service_may_use_key(
    service: str,
    actions: Iterable[str],
    through: str,
    region: str,
    key_name: str | None,
    context: Mapping[str, str],
) -> bool:
    """Whether ``service`` may use the customer key of a resource of ``through``; True without a key."""
    if not key_name:
        return True
    keys = backend_of("kms", region)
    key = keys.keys.get(keys.any_id_to_key_id(key_name))
    if key is None:
        return False
    used = {**context, "kms:ViaService": f"{through}.{region}.amazonaws.com"}
    return all(service_may(service, action, key.arn, used) for action in actions)
