"""Terraform in the environment's folder, on its own state."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from scripts.environments.environment import BACKEND, ROOT, Environment
from scripts.environments.interrupts import ending_in_order
from scripts.environments.problems import RefusedError

NO_CHANGES, CHANGES = 0, 2  # exit statuses of `terraform plan -detailed-exitcode`
_NO_BUCKET = re.compile(r"NoSuchBucket|S3 bucket .* does not exist", re.IGNORECASE)
_LOCKED = re.compile(r"Error acquiring the state lock")
_STALE = re.compile(r"Saved plan (is stale|does not match the given state)")

Progress = Callable[[str], None]


def initialise(environment: Environment) -> None:
    """`terraform init` on the environment's state. Raises ``RefusedError``."""
    backend = f"-backend-config={BACKEND}"
    printed = run(environment, "init", "-input=false", "-no-color", "-reconfigure", backend)
    if printed.returncode != 0:
        raise RefusedError(_told(environment, "init", printed.stdout + printed.stderr))


def providers(environment: Environment) -> dict[str, str]:
    """The versions of providers that ``initialise`` selected, by their source. Raises ``RefusedError``."""
    printed = run(environment, "version", "-json")
    if printed.returncode != 0:
        raise RefusedError(_told(environment, "version", printed.stderr))
    selected: dict[str, str] = json.loads(printed.stdout)["provider_selections"]
    return selected


def plan(environment: Environment, *words: str, progress: Progress) -> bool:
    """`terraform plan`, with a line of progress now and then. Returns whether anything would change.

    Raises ``RefusedError`` with Terraform's own errors.
    """
    command = _command(environment, "plan", "-input=false", "-json", "-detailed-exitcode", *words)
    read, errors = 0, list[str]()
    with ending_in_order(command, env=_inherited(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 (for the type checker: it is a pipe)
        for line in process.stdout:
            event = _event(line)
            if event.get("type") == "refresh_complete":
                read += 1
                progress(f"{read} resources read")
            elif event.get("type") == "diagnostic":
                errors.append(_diagnostic(event["diagnostic"]))
            elif not event:
                errors.append(line.rstrip())
    if process.returncode not in (NO_CHANGES, CHANGES):
        raise RefusedError(_told(environment, "plan", "\n".join(errors)))
    for line in errors:  # warnings
        progress(line)
    return process.returncode == CHANGES


def show(environment: Environment, file: str) -> dict[str, Any]:
    """A saved plan as a document. Raises ``RefusedError``."""
    printed = run(environment, "show", "-json", file)
    if printed.returncode != 0:
        raise RefusedError(_told(environment, "show", printed.stderr))
    document: dict[str, Any] = json.loads(printed.stdout)
    return document


def outputs(environment: Environment) -> dict[str, Any]:
    """The outputs in the state, by name. Raises ``RefusedError``."""
    printed = run(environment, "output", "-json")
    if printed.returncode != 0:
        raise RefusedError(_told(environment, "output", printed.stderr))
    return {name: output["value"] for name, output in json.loads(printed.stdout).items()}


def apply(environment: Environment, *words: str) -> None:
    """`terraform apply`, in its own words: of a saved plan or, without asking, of what is targeted.

    Raises ``RefusedError``.
    """
    colour = [] if sys.stdout.isatty() else ["-no-color"]
    command = _command(environment, "apply", "-input=false", "-auto-approve", *colour, *words)
    printed = list[str]()
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with ending_in_order(command, env=_inherited(), **output) as process:
        assert process.stdout is not None  # noqa: S101
        for line in process.stdout:
            print(line, end="", flush=True)
            printed.append(line)
    if process.returncode != 0:
        if _STALE.search("".join(printed)):
            raise RefusedError(
                "The state has changed since the plan was made, so nothing was applied. "
                f"Plan again and read it again: make plan ENV={environment.name}"
            )
        raise RefusedError(
            "terraform apply ended with errors, which stand above. What was done before them stands, and is "
            f"in the state. Mend them, then: make plan ENV={environment.name}"
        )


def run(environment: Environment, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(environment, *words), env=_inherited(), capture_output=True, text=True, check=False
    )


def _command(environment: Environment, *words: str) -> list[str]:
    return [str(ROOT / "scripts" / "terraform"), f"-chdir={environment.folder}", *words]


def _inherited() -> Mapping[str, str]:
    return os.environ | {"TF_IN_AUTOMATION": "1"}  # no advice to run commands that `make` runs


def _event(line: str) -> dict[str, Any]:
    """A line of `-json`. What is none (scripts/terraform's own words, a crash) is an empty event."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _diagnostic(found: Mapping[str, Any]) -> str:
    place = f" ({found['address']})" if found.get("address") else ""
    return f"{found['severity'].capitalize()}: {found['summary']}{place}\n{found.get('detail', '')}".rstrip()


def _told(environment: Environment, verb: str, printed: str) -> str:
    name = environment.name
    if _NO_BUCKET.search(printed):
        return (
            f"The bucket that environments/{name}/{BACKEND} names is not there, so nothing was done. "
            f"Once for each account: make bootstrap ENV={name}\n{printed}"
        )
    if _LOCKED.search(printed):
        return (
            f"Somebody else is at work on {name}, so nothing was done. Wait for them; if they are gone for "
            f"good: scripts/terraform -chdir=environments/{name} force-unlock ID\n{printed}"
        )
    return f"terraform {verb} refused, so nothing was done:\n{printed}"
