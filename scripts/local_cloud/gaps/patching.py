"""How a gap is filled: by adding a method to a class of moto's, or by putting one before its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

Method = Callable[..., Any]


class GapClosedError(Exception):
    """moto now has what was added here: the addition is to be dropped."""


def add(owner: Any, name: str) -> Callable[[Method], Method]:
    """Give ``owner`` a method that moto has not implemented."""

    def decorate(method: Method) -> Method:
        if hasattr(owner, name):
            raise GapClosedError(f"moto has {owner.__name__}.{name} now: drop the one in {method.__module__}")
        setattr(owner, name, method)
        return method

    return decorate


def wrap(owner: Any, name: str) -> Callable[[Method], Method]:
    """Replace a method of ``owner`` by one that is handed moto's own as its first argument."""

    def decorate(method: Method) -> Method:
        original = getattr(owner, name)

        # A plain function, for moto finds its operations with inspect.isfunction.
        @functools.wraps(original)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return method(original, *args, **kwargs)

        setattr(owner, name, wrapped)
        return method

    return decorate
