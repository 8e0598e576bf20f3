"""What a plan would change: how many resources, which of them would be lost, and one hash of it all.

The hash is what somebody approves. It is over every change (address, actions, values before and after), over
the changed outputs, and over the versions of Terraform and of its providers, which no committed lock file
holds (docs/decisions/0003): so a second plan with the same hash does the same. Values that Terraform marks as
sensitive are left out of it: a hash of a password beside what is known would let it be guessed.
The form of the document: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.environments.changes import KINDS, QUIET
from scripts.environments.environment import Environment

_HIDDEN = "(sensitive)"
# What an apply would do besides changes of resources, in newer Terraforms: invoked actions and what waits.
_NOT_HASHED = ("action_invocations", "deferred_action_invocations", "deferred_changes")


class PlanFormError(Exception):
    """The document is no plan, or has something in it that this does not know."""


@dataclass(frozen=True)
class Changes:
    """``counts`` by the words of ``KINDS``, ``moved`` and ``import``; ``lost`` has addresses, in order.

    ``made_with`` names Terraform and the providers, each with its version.
    """

    counts: Mapping[str, int]
    lost: tuple[str, ...]
    sha256: str
    made_with: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        return not self.counts


def read_changes(document: Mapping[str, Any], providers: Mapping[str, str]) -> Changes:
    """``providers`` are versions by source, such as registry.terraform.io/hashicorp/aws.

    Raises ``PlanFormError``.
    """
    if "resource_changes" not in document and "planned_values" not in document:
        raise PlanFormError("this is not what `terraform show -json` prints of a plan")
    unhashed = [section for section in _NOT_HASHED if document.get(section)]
    if unhashed:
        raise PlanFormError(
            f"the plan has {', '.join(unhashed)}, which no hash here covers: nobody can approve it"
        )
    counts, lost, told = Counter[str](), list[str](), list[dict[str, Any]]()
    for resource in document.get("resource_changes", []):
        kinds = list(_kinds(resource))
        counts.update(kinds)
        if {"replace", "destroy"} & set(kinds):
            lost.append(resource["address"])
        if kinds:
            told.append(_told(resource))
    outputs = {
        name: _values(change)
        for name, change in document.get("output_changes", {}).items()
        if change["actions"] != ["no-op"]
    }
    if outputs:
        counts["output"] = len(outputs)
    whole = {
        "terraform": document.get("terraform_version"),
        "providers": dict(providers),
        "changes": sorted(told, key=lambda change: (change["address"], str(change["deposed"]))),
        "outputs": outputs,
    }
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    made_with = (
        f"Terraform {document.get('terraform_version')}",
        *(f"{source.partition('/')[2]} {version}" for source, version in sorted(providers.items())),
    )
    return Changes(dict(counts), tuple(sorted(lost)), hashlib.sha256(text.encode()).hexdigest(), made_with)


def changes_of(environment: Environment) -> Changes:
    """What the environment's saved plan would change. Raises ``PlanFormError``, ``FileNotFoundError``."""
    document = json.loads(environment.document.read_bytes())
    return read_changes(document, json.loads(environment.providers.read_bytes()))


def _kinds(resource: Mapping[str, Any]) -> Iterator[str]:
    change, actions = resource["change"], tuple(resource["change"]["actions"])
    if actions not in KINDS and actions not in QUIET:
        raise PlanFormError(
            f"{resource['address']} is to be treated in a way that is not known here: {', '.join(actions)}"
        )
    if actions in KINDS:
        yield KINDS[actions]
    if change.get("importing"):
        yield "import"
    if resource.get("previous_address"):
        yield "moved"


def _told(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "address": resource["address"],
        "deposed": resource.get("deposed"),
        "previous_address": resource.get("previous_address"),
        "importing": resource["change"].get("importing"),
        **_values(resource["change"]),
    }


def _values(change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "actions": change["actions"],
        "before": _masked(change.get("before"), change.get("before_sensitive")),
        "after": _masked(change.get("after"), change.get("after_sensitive")),
        "after_unknown": change.get("after_unknown"),
        "replace_paths": change.get("replace_paths"),
    }


def _masked(value: Any, sensitive: Any) -> Any:
    """The value, without what is marked: ``sensitive`` has the value's shape, with true for what to hide."""
    if sensitive is True:
        return _HIDDEN
    if isinstance(value, Mapping) and isinstance(sensitive, Mapping):
        return {name: _masked(inner, sensitive.get(name)) for name, inner in value.items()}
    if isinstance(value, list) and isinstance(sensitive, list):
        marks = [*sensitive, *[None] * (len(value) - len(sensitive))]
        return [_masked(inner, mark) for inner, mark in zip(value, marks, strict=False)]
    return value
