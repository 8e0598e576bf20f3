"""The section of one environment: what `make plan-summary` writes and `make plan-comment` reads."""

from __future__ import annotations

from scripts.ci.markdown import prose

FILE = "plan-summary.md"  # in a folder of the environment's name


def missing(environment: str, why: str) -> str:
    """The section of an environment that could not be planned."""
    return f"### {prose(environment)}: no plan\n\n{prose(why)}\n"
