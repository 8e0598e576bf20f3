"""Budgets: tags, and who is notified."""

from __future__ import annotations

import json
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.responses import BudgetsResponse

from scripts.local_cloud.gaps.patching import Method, add, wrap

# Fields that AWS fills in where a notification does not say them.
NOTIFICATION_DEFAULTS = {"NotificationState": "OK", "ThresholdType": "PERCENTAGE"}


def budget_of(response: Any) -> Any:
    budgets = response.backend.budgets[response._get_param("AccountId")]
    name = response._get_param("BudgetName")
    if name not in budgets:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return budgets[name]


def tags_of(response: Any) -> list[dict[str, str]]:
    """Kept with the budget that the ARN ``arn:aws:budgets::ACCOUNT:budget/NAME`` names."""
    parts = str(response._get_param("ResourceARN")).split(":")
    budget = response.backend.budgets[parts[4]].get(parts[5].partition("/")[2])
    if budget is None:
        raise NotFoundException("The resource does not exist.")
    tags: list[dict[str, str]] = budget.__dict__.setdefault("local_cloud_tags", [])
    return tags


def identity(notification: dict[str, Any]) -> dict[str, Any]:
    """A notification without its state: what two have in common that mean the same."""
    filled = {**NOTIFICATION_DEFAULTS, **notification}
    return {**filled, "Threshold": float(filled["Threshold"]), "NotificationState": None}


def notification_of(response: Any) -> Any:
    wanted = identity(response._get_param("Notification"))
    found = next((n for n in budget_of(response).notifications if identity(n.details) == wanted), None)
    if found is None:
        raise NotFoundException("The notification does not exist.")
    return found


@wrap(BudgetsResponse, "create_budget")
def create_budget(original: Method, response: Any) -> str:
    """moto drops ResourceTags."""
    answer: str = original(response)
    name = response._get_param("Budget")["BudgetName"]
    budget = response.backend.budgets[response._get_param("AccountId")][name]
    budget.local_cloud_tags = list(response._get_param("ResourceTags") or [])
    return answer


@add(BudgetsResponse, "list_tags_for_resource")
def list_tags_for_resource(response: Any) -> str:
    return json.dumps({"ResourceTags": tags_of(response)})


@add(BudgetsResponse, "tag_resource")
def tag_resource(response: Any) -> str:
    given = response._get_param("ResourceTags")
    tags = tags_of(response)
    tags[:] = [t for t in tags if t["Key"] not in {new["Key"] for new in given}] + given
    return "{}"


@add(BudgetsResponse, "untag_resource")
def untag_resource(response: Any) -> str:
    keys = response._get_param("ResourceTagKeys")
    tags = tags_of(response)
    tags[:] = [tag for tag in tags if tag["Key"] not in keys]
    return "{}"


@add(BudgetsResponse, "update_budget")
def update_budget(response: Any) -> str:
    new = response._get_param("NewBudget")
    budget = response.backend.budgets[response._get_param("AccountId")].get(new["BudgetName"])
    if budget is None:
        raise NotFoundException("Unable to update budget: it doesn't exist.")
    budget.budget = {**budget.budget, **new}
    return "{}"


@add(BudgetsResponse, "update_notification")
def update_notification(response: Any) -> str:
    wanted = identity(response._get_param("OldNotification"))
    for notification in budget_of(response).notifications:
        if identity(notification.details) == wanted:
            notification.details = response._get_param("NewNotification")
    return "{}"


@add(BudgetsResponse, "describe_subscribers_for_notification")
def describe_subscribers_for_notification(response: Any) -> str:
    return json.dumps({"Subscribers": notification_of(response).subscribers})


@add(BudgetsResponse, "create_subscriber")
def create_subscriber(response: Any) -> str:
    notification_of(response).subscribers.append(response._get_param("Subscriber"))
    return "{}"


@add(BudgetsResponse, "delete_subscriber")
def delete_subscriber(response: Any) -> str:
    notification_of(response).subscribers.remove(response._get_param("Subscriber"))
    return "{}"


@add(BudgetsResponse, "update_subscriber")
def update_subscriber(response: Any) -> str:
    subscribers = notification_of(response).subscribers
    subscribers.remove(response._get_param("OldSubscriber"))
    subscribers.append(response._get_param("NewSubscriber"))
    return "{}"
