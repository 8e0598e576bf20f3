"""From a plan's document to resources with their configuration, module by module."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from hipaa_policies.readers.plan.document import resources
from hipaa_policies.readers.plan.model import Plan, Planned
from hipaa_policies.readers.plan.references import Locals, Module, Resolver, Scope, segments

_ARN = re.compile(r"arn:(aws[a-z-]*):[a-z0-9-]*:([a-z0-9-]*):(\d{12}):")
# A step of a module's address; its key may hold anything, dots and brackets too.
_CALL = re.compile(r'module\.([\w-]+)(\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?')
UNKNOWN_ACCOUNT = "000000000000"


def build(document: Mapping[str, Any], handled: frozenset[str], locals_of: Locals | None = None) -> Plan:
    """The plan's resources. Types outside of ``handled`` are counted, and otherwise left alone."""
    changes = {
        change["address"]: change
        for change in document.get("resource_changes") or ()
        if isinstance(change, Mapping) and change.get("address") and "deposed" not in change
    }
    root = (document.get("configuration") or {}).get("root_module") or {}
    modules = {"": Module("", root)}
    plan = Plan(
        terraform_version=str(document.get("terraform_version", "")),
        complete=document.get("complete") is not False,
        deleted=frozenset(
            str(change.get("type"))
            for change in changes.values()
            if (change.get("change") or {}).get("actions") == ["delete"]
        ),
    )
    regions = _provider_regions(document)
    ignored: Counter[str] = Counter()
    by_name: dict[tuple[str, str], list[Planned]] = {}
    for module_address, resource in _with_data(document):
        module = _module(module_address, modules)
        planned = _planned(resource, module, changes.get(resource["address"]) or {}, plan, regions)
        name = f"{planned.type}.{resource.get('name', '')}"
        if planned.mode == "data":
            by_name.setdefault((module_address, f"data.{name}"), []).append(planned)
            plan.data.setdefault(planned.type, []).append(planned)
            continue
        by_name.setdefault((module_address, name), []).append(planned)
        plan.by_type.setdefault(planned.type, []).append(planned)
        if planned.type not in handled:
            ignored[planned.type] += 1
    plan.ignored = dict(sorted(ignored.items()))
    plan.resolver = Resolver(modules, by_name, locals_of)
    _place(document, plan)
    return plan


def _with_data(document: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """What is planned, with the data sources that were read while planning."""
    seen = set()
    for module, resource in resources(document["planned_values"]):
        seen.add(resource["address"])
        yield module, resource
    for module, resource in resources((document.get("prior_state") or {}).get("values") or {}):
        if resource.get("mode") == "data" and resource["address"] not in seen:
            yield module, resource


def _module(address: str, modules: dict[str, Module]) -> Module:
    """The module instance of an address such as ``module.a.module.b["x"]``, entered with its parents."""
    if address in modules:
        return modules[address]
    *_, last = _CALL.finditer(address)
    parent = _module(address[: last.start()].removesuffix("."), modules)
    name, key = last[1], segments(last[2])[0] if last[2] else None
    call = (parent.configuration.get("module_calls") or {}).get(name) or {}
    modules[address] = Module(address, call.get("module") or {}, parent, call, key, name)
    return modules[address]


def _planned(
    resource: Mapping[str, Any],
    module: Module,
    change: Mapping[str, Any],
    plan: Plan,
    regions: Mapping[str, str],
) -> Planned:
    configured = _configured(module).get(
        (resource.get("mode", "managed"), resource["type"], resource.get("name", "")), {}
    )
    index, values = resource.get("index"), resource.get("values") or {}
    details = change.get("change") or {}
    unknown = details.get("after_unknown")
    return Planned(
        path="",
        values=values,
        unknown=unknown if isinstance(unknown, Mapping) else {},
        expressions=configured.get("expressions", {}) if configured else None,
        address=resource["address"],
        type=resource["type"],
        mode=resource.get("mode", "managed"),
        index=index,
        actions=tuple(details.get("actions") or ()),
        # The provider's version 6 lets each resource say its region.
        sensitive=_marks(resource.get("sensitive_values") or details.get("after_sensitive")),
        region=str(values.get("region") or regions.get(configured.get("provider_config_key", ""), "")),
        scope=Scope(module, index, configured.get("for_each_expression")),
        plan=plan,
    )


def _marks(sensitive: Any) -> Mapping[str, Any]:
    return sensitive if isinstance(sensitive, Mapping) else {}


def _configured(module: Module) -> Mapping[tuple[str, str, str], Mapping[str, Any]]:
    """A module's resources as configured; made once for each module's configuration."""
    found = module.configuration.get("_by_name")
    if found is None:
        found = {
            (r.get("mode", "managed"), r.get("type", ""), r.get("name", "")): r
            for r in module.configuration.get("resources") or ()
        }
        if isinstance(module.configuration, dict):
            module.configuration["_by_name"] = found
    return found


def _place(document: Mapping[str, Any], plan: Plan) -> None:
    """Whose account, and where: from the data sources, the provider's region, else from the ARNs in it."""
    data = [r for _, r in _with_data(document) if r.get("mode") == "data"]
    identity: Mapping[str, Any] = next((r["values"] for r in data if r["type"] == "aws_caller_identity"), {})
    region: Mapping[str, Any] = next((r["values"] for r in data if r["type"] == "aws_region"), {})
    arns: Counter[tuple[str, str, str]] = Counter()
    for planned in plan.managed():
        for value in planned.values.values():
            if isinstance(value, str) and ":" in value:
                arns.update(_ARN.findall(value))
    accounts: Counter[str] = Counter()
    regions: Counter[str] = Counter()
    partitions: Counter[str] = Counter()
    for (partition, where, account), number in arns.items():
        accounts[account] += number
        partitions[partition] += number
        regions.update({where: number} if where else {})
    plan.account = identity.get("account_id") or _most(accounts) or UNKNOWN_ACCOUNT
    plan.partition = _most(partitions) or "aws"
    plan.region = region.get("name") or region.get("region") or _provider_region(document) or _most(regions)


def _most(counted: Counter[str]) -> str:
    return counted.most_common(1)[0][0] if counted else ""


def _provider_region(document: Mapping[str, Any]) -> str:
    """The default AWS provider's region, where it is written, or a variable of the root module."""
    return _provider_regions(document).get("aws", "")


def _provider_regions(document: Mapping[str, Any]) -> dict[str, str]:
    """The regions of AWS providers, by their key ("aws", "aws.replica"), as far as the plan tells them."""
    providers = (document.get("configuration") or {}).get("provider_config") or {}
    found = {}
    for key, provider in providers.items():
        if provider.get("name") != "aws" or provider.get("module_address"):
            continue
        expression = (provider.get("expressions") or {}).get("region") or {}
        variables = [r.removeprefix("var.") for r in expression.get("references") or () if "var." in r]
        values = [(document.get("variables") or {}).get(name) or {} for name in variables]
        region = expression.get("constant_value") or next((v["value"] for v in values if v.get("value")), "")
        if region:
            found[key] = str(region)
    return found
