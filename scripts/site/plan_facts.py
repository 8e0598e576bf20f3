"""What documents are compared with: addresses, alarms and references of a plan (`terraform show -json`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_INDEX = re.compile(r"\[[^\]]*\]")
# The module of an environment that calls the root module.
_ROOT_CALL = "healthcare"


@dataclass(frozen=True)
class PlanFacts:
    """``addresses`` and ``references`` are those within the root module, without indices:
    ``module.api.aws_wafv2_web_acl.this``. ``references`` has what each module call there is given, or each
    resource there refers to: ``{"module.hl7_function": {"module.hl7_queue", ...}}``.
    """

    addresses: frozenset[str]
    alarms: Mapping[str, str]  # name without the prefix, and the description
    references: Mapping[str, frozenset[str]]

    def top_level(self) -> set[str]:
        """What the root module is made of, modules and resources: ``module.api``, ``aws_x.y``."""
        return {top(address) for address in self.addresses}


def top(address: str) -> str:
    return ".".join(address.split(".")[:2])


def facts(document: Mapping[str, Any], prefix: str = "healthcare-") -> PlanFacts:
    """Read ``terraform show -json`` of an environment. Raises ``KeyError`` where it calls no root module."""
    resources = list(_resources(document["planned_values"]["root_module"]))
    start = f"module.{_ROOT_CALL}."
    addresses = {
        _INDEX.sub("", resource["address"]).removeprefix(start)
        for resource in resources
        if resource["mode"] == "managed" and resource["address"].startswith(start)
    }
    alarms = {
        resource["values"]["alarm_name"].removeprefix(prefix): resource["values"]["alarm_description"]
        for resource in resources
        if resource["type"] in ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
    }
    inner = document["configuration"]["root_module"]["module_calls"][_ROOT_CALL]["module"]
    references = {f"module.{name}": _references(call) for name, call in inner["module_calls"].items()}
    references |= {resource["address"]: _references(resource) for resource in inner["resources"]}
    return PlanFacts(frozenset(addresses), alarms, references)


def _resources(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _references(call: Mapping[str, Any]) -> frozenset[str]:
    """The modules and resources that an object's expressions name: ``module.x[0].arn`` is ``module.x``."""
    found = set(_named(call.get("expressions", {})))
    return frozenset(top(_INDEX.sub("", name)) for name in found)


def _named(expressions: Any) -> Iterator[str]:
    if isinstance(expressions, Mapping):
        for key, value in expressions.items():
            if key == "references":
                yield from value
            else:
                yield from _named(value)
    elif isinstance(expressions, list):
        for value in expressions:
            yield from _named(value)
