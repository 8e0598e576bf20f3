"""Lets one thread at a time compile routes, once this is imported.

werkzeug compiles them by syntax trees, and moto makes them at a service's first calls. CPython before 3.11.8
can't build such trees in several threads at once, and then raises ``SystemError`` now and then:
https://github.com/python/cpython/issues/106905
"""

from __future__ import annotations

import threading

from werkzeug.routing import Rule

_one_at_a_time = threading.Lock()
_compile = Rule.compile


def compile_alone(rule: Rule) -> None:
    with _one_at_a_time:
        _compile(rule)


Rule.compile = compile_alone  # type: ignore[assignment,method-assign]
