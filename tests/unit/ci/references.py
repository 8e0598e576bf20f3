"""Whether what the workflows name is there: GitHub takes a name that leads nowhere for an empty text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.unit.ci.rules import Workflow

_LEVELS = {"none": 0, "read": 1, "write": 2}


def names_lead_somewhere(workflow: Workflow, others: Mapping[str, Workflow]) -> list[str]:
    """`inputs`, `needs` and `steps` of an expression are declared, needed or done before."""
    inputs = _inputs(workflow)
    found = []
    for name, job in workflow.jobs.items():
        needed = job.get("needs", [])
        needed = [needed] if isinstance(needed, str) else needed
        found += [f"{name} needs {other}, which is no job" for other in needed if other not in workflow.jobs]
        for kind, rest in _named(job):
            first = rest.split(".")[0]
            if kind == "inputs" and first not in inputs:
                found.append(f"{name} reads inputs.{first}, which nobody declares")
            if kind == "needs" and first not in needed:
                found.append(f"{name} reads needs.{first}, and does not need it")
            elif kind == "needs" and ".outputs." in rest:
                output = rest.split(".")[2]
                if output not in _outputs(workflow.jobs[first], others):
                    found.append(f"{name} reads {output} of {first}, which does not give it")
            if kind == "steps" and first not in {step.get("id") for step in job.get("steps", [])}:
                found.append(f"{name} reads steps.{first}, which is not there")
    return found


def calls_fit(workflow: Workflow, others: Mapping[str, Workflow]) -> list[str]:
    """A workflow that is called is there, is given what it asks for, and may do what it needs to."""
    found = []
    for name, job in workflow.jobs.items():
        if "uses" not in job:
            continue
        called = others.get(job["uses"].removeprefix("./.github/workflows/"))
        if called is None or "workflow_call" not in called.triggers:
            found.append(f"{name} calls {job['uses']}, which cannot be called")
            continue
        given, declared = job.get("with", {}), _inputs(called)
        found += [f"{name} gives {key}, which is not asked for" for key in given if key not in declared]
        required = [key for key, value in declared.items() if value.get("required")]
        found += [f"{name} does not give {key}" for key in required if key not in given]
        for other in called.jobs.values():
            for right, level in other.get("permissions", {}).items():
                if _LEVELS[job["permissions"].get(right, "none")] < _LEVELS[level]:
                    found.append(f"{name} may not {level} {right}, and what it calls needs to")
    return found


def _inputs(workflow: Workflow) -> dict[str, dict[str, Any]]:
    declared: dict[str, dict[str, Any]] = {}
    for trigger in ("workflow_call", "workflow_dispatch"):
        declared |= (workflow.triggers.get(trigger) or {}).get("inputs", {})
    return declared


def _outputs(job: Mapping[str, Any], others: Mapping[str, Workflow]) -> set[str]:
    if "uses" not in job:
        return set(job.get("outputs", {}))
    called = others[job["uses"].removeprefix("./.github/workflows/")]
    return set(called.triggers["workflow_call"].get("outputs", {}))


def _named(job: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What expressions name: those in ${{ }}, and the condition, which needs none."""
    text = json.dumps(job)
    expressions = [*re.findall(r"\$\{\{(.*?)\}\}", text), str(job.get("if", ""))]
    for expression in expressions:
        yield from re.findall(r"(?<![\w.])(inputs|needs|steps)\.([\w.-]+)", expression)
