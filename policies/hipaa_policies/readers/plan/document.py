"""The text of a plan: what it must be before anything is read from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_MAKE = "make it with `terraform plan -out=FILE` and `terraform show -json FILE`"
# https://developer.hashicorp.com/terraform/internals/json-format: minor versions only add.
_MAJOR_VERSION = "1"


class PlanError(Exception):
    """What was given is not a plan that can be judged; the message says why, and what to do."""


def load(raw: bytes) -> Mapping[str, Any]:
    """The plan's document. Raises ``PlanError``."""
    if raw.startswith(b"PK"):
        raise PlanError(f"it is a binary plan file, and JSON is needed: {_MAKE}")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = _decoded(raw, "utf-16")  # PowerShell's redirection writes UTF-16
    else:
        text = _decoded(raw, "utf-8-sig")
    if not text.strip():
        raise PlanError(f"it is empty: {_MAKE}")
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        cut = ", and seems to be cut off" if error.pos >= len(text.rstrip()) - 1 else ""
        raise PlanError(
            f"it is not JSON (line {error.lineno}, column {error.colno}){cut}: {_MAKE}"
        ) from error
    except RecursionError as error:
        raise PlanError(f"it is nested too deeply to be a plan: {_MAKE}") from error
    return _checked(document)


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise PlanError(f"it is not text: {_MAKE}") from error


def _checked(document: object) -> Mapping[str, Any]:
    if not isinstance(document, Mapping) or "format_version" not in document:
        raise PlanError(f"it is JSON, but no plan (it has no format_version): {_MAKE}")
    version = str(document["format_version"])
    if version.partition(".")[0] != _MAJOR_VERSION:
        raise PlanError(f"its format_version is {version}, and {_MAJOR_VERSION}.x is understood")
    if "planned_values" not in document:
        what = "a state" if "values" in document else "no plan"
        raise PlanError(f"it is {what}, not a plan (it has no planned_values): {_MAKE}")
    if document.get("errored"):
        raise PlanError("Terraform could not finish this plan (errored), so it shows a part only: plan again")
    _shape(document)
    return document


def _shape(document: Mapping[str, Any]) -> None:
    """The parts that the readers walk, so that a damaged plan is told apart from a defect of theirs."""
    for name, kind in (
        ("planned_values", Mapping),
        ("resource_changes", list),
        ("configuration", Mapping),
        ("prior_state", Mapping),
        ("variables", Mapping),
    ):
        if document.get(name) is not None and not isinstance(document[name], kind):
            raise PlanError(f"its {name} has not the form that Terraform documents: {_MAKE}")
    if not any(True for _ in resources(document["planned_values"])):
        raise PlanError("it plans no resource: there is nothing to judge")


def resources(values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The resources of ``planned_values``, or of a state's values, each with its module's address."""
    stack: list[Any] = [values.get("root_module") or {}]
    while stack:
        module = stack.pop(0)
        try:
            address = module.get("address", "")
            for resource in module.get("resources") or ():
                if not isinstance(resource["address"], str) or not isinstance(resource["type"], str):
                    raise TypeError
                yield address, resource
            stack += module.get("child_modules") or []
        except (AttributeError, KeyError, TypeError) as error:
            raise PlanError(
                f"its planned_values have not the form that Terraform documents: {_MAKE}"
            ) from error
