"""CloudWatch Logs: data protection (masking), account policies, saved queries."""

from __future__ import annotations

import contextlib
import time
import uuid
from typing import Any

from moto.core.responses import ActionResult
from moto.logs.exceptions import ResourceAlreadyExistsException, ResourceNotFoundException
from moto.logs.metric_filters import MetricFilters
from moto.logs.models import LogGroup, LogsBackend, logs_backends
from moto.logs.responses import LogsResponse

from scripts.local_cloud.gaps.patching import Method, add, wrap


def store_of(response: Any, name: str) -> dict[Any, Any]:
    """Kept on moto's own backend, so that it goes when that is reset."""
    store: dict[Any, Any] = response.logs_backend.__dict__.setdefault(f"local_cloud_{name}", {})
    return store


def group_name(response: Any) -> str:
    """A group's identifier is its name or its ARN."""
    given = str(response._get_param("logGroupIdentifier"))
    return given.partition(":log-group:")[2].removesuffix(":*") or given


@add(LogsResponse, "put_data_protection_policy")
def put_data_protection_policy(response: Any) -> ActionResult:
    """The policy is kept; nothing is masked by it here."""
    policy = {
        "logGroupIdentifier": group_name(response),
        "policyDocument": response._get_param("policyDocument"),
        "lastUpdatedTime": int(time.time() * 1000),
    }
    store_of(response, "data_protection")[group_name(response)] = policy
    return ActionResult(policy)


@add(LogsResponse, "get_data_protection_policy")
def get_data_protection_policy(response: Any) -> ActionResult:
    name = group_name(response)
    return ActionResult(store_of(response, "data_protection").get(name, {"logGroupIdentifier": name}))


@add(LogsResponse, "delete_data_protection_policy")
def delete_data_protection_policy(response: Any) -> ActionResult:
    store_of(response, "data_protection").pop(group_name(response), None)
    return ActionResult({})


@wrap(LogGroup, "to_describe_dict")
def describe_log_group(original: Method, group: Any) -> dict[str, Any]:
    """moto does not tell whether a data protection policy holds for a group, its own or the account's."""
    described: dict[str, Any] = original(group)
    kept = logs_backends[group.account_id][group.region].__dict__
    if group.name in kept.get("local_cloud_data_protection", {}):
        described["dataProtectionStatus"] = "ACTIVATED"
    if "DATA_PROTECTION_POLICY" in {kind for kind, _ in kept.get("local_cloud_account", {})}:
        described["inheritedProperties"] = ["ACCOUNT_DATA_PROTECTION"]
    return described


@wrap(LogsBackend, "ensure_log_stream")
def ensure_log_stream(original: Method, backend: Any, *names: str) -> None:
    """moto looks, and then makes it: of two requests to the gateway at once, the second was a 500."""
    with contextlib.suppress(ResourceAlreadyExistsException):
        original(backend, *names)


@add(LogsResponse, "put_account_policy")
def put_account_policy(response: Any) -> ActionResult:
    names = ("policyName", "policyType", "policyDocument", "scope", "selectionCriteria")
    policy = {name: response._get_param(name) for name in names}
    policy["scope"] = policy["scope"] or "ALL"
    policy["accountId"] = response.current_account
    store_of(response, "account")[policy["policyType"], policy["policyName"]] = policy
    return ActionResult({"accountPolicy": policy})


@add(LogsResponse, "describe_account_policies")
def describe_account_policies(response: Any) -> ActionResult:
    kind, name = response._get_param("policyType"), response._get_param("policyName")
    policies = store_of(response, "account").items()
    found = [policy for key, policy in policies if key[0] == kind and name in (None, key[1])]
    return ActionResult({"accountPolicies": found})


@add(LogsResponse, "delete_account_policy")
def delete_account_policy(response: Any) -> ActionResult:
    key = response._get_param("policyType"), response._get_param("policyName")
    store_of(response, "account").pop(key, None)
    return ActionResult({})


@add(LogsResponse, "put_query_definition")
def put_query_definition(response: Any) -> ActionResult:
    identifier = response._get_param("queryDefinitionId") or str(uuid.uuid4())
    store_of(response, "queries")[identifier] = {
        "queryDefinitionId": identifier,
        "name": response._get_param("name"),
        "queryString": response._get_param("queryString"),
        "logGroupNames": response._get_param("logGroupNames", []),
    }
    return ActionResult({"queryDefinitionId": identifier})


@add(LogsResponse, "describe_query_definitions")
def describe_query_definitions(response: Any) -> ActionResult:
    prefix = response._get_param("queryDefinitionNamePrefix") or ""
    found = [q for q in store_of(response, "queries").values() if q["name"].startswith(prefix)]
    return ActionResult({"queryDefinitions": found})


@add(LogsResponse, "delete_query_definition")
def delete_query_definition(response: Any) -> ActionResult:
    gone = store_of(response, "queries").pop(response._get_param("queryDefinitionId"), None)
    return ActionResult({"success": gone is not None})


@wrap(MetricFilters, "add_filter")
def replace_filter(
    original: Method, filters: Any, filter_name: str, filter_pattern: str, log_group_name: str, *rest: Any
) -> None:
    """moto adds a second filter of the same name, instead of updating the first."""
    filters.metric_filters = [
        f
        for f in filters.metric_filters
        if (f["filterName"], f["logGroupName"]) != (filter_name, log_group_name)
    ]
    original(filters, filter_name, filter_pattern, log_group_name, *rest)


@add(LogsResponse, "associate_kms_key")
def associate_kms_key(response: Any) -> ActionResult:
    response.logs_backend.groups[key_group(response)].kms_key_id = response._get_param("kmsKeyId")
    return ActionResult({})


@add(LogsResponse, "disassociate_kms_key")
def disassociate_kms_key(response: Any) -> ActionResult:
    response.logs_backend.groups[key_group(response)].kms_key_id = None
    return ActionResult({})


def key_group(response: Any) -> str:
    """Raises what AWS answers for a group that does not exist."""
    named = response._get_param("logGroupName") or response._get_param("resourceIdentifier") or ""
    name = str(named).partition(":log-group:")[2].removesuffix(":*") or str(named)
    if name not in response.logs_backend.groups:
        raise ResourceNotFoundException()
    return name
