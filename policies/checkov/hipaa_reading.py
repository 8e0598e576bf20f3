"""Reading what checkov hands to a check: values in lists of one, from HCL or from a plan.

What cannot be known yet (a reference in HCL, a value after apply in a plan) is ``None`` where a type is
asked for: a check answers UNKNOWN then, and says nothing, rather than guess.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def value(conf: Mapping[str, Any], name: str) -> Any:
    """The value of an argument, or the first of its blocks; ``None`` where there is none."""
    found = conf.get(name)
    return (found[0] if found else None) if isinstance(found, list) else found


def number(conf: Mapping[str, Any], name: str, default: float | None = None) -> float | None:
    """A number. ``default`` where the argument is not there, ``None`` where it cannot be known."""
    found = value(conf, name)
    if found is None:
        return default
    if isinstance(found, str):
        found = int(found) if found.isdigit() else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def texts(found: Any) -> list[str]:
    """A value and a list of values, as a list."""
    return [str(item) for item in found] if isinstance(found, list) else [] if found is None else [str(found)]


def statements(policy: Any) -> Iterator[Mapping[str, Any]] | None:
    """The statements of a policy document; ``None`` where it cannot be known."""
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
            return None
    if not isinstance(policy, Mapping) or "Statement" not in policy:
        return None
    found = policy["Statement"]
    return (s for s in (found if isinstance(found, list) else [found]) if isinstance(s, Mapping))
