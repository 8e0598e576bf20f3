"""Routes are compiled by one thread at a time, whoever makes them."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from moto.core.routing import SmithyRule
from werkzeug.routing import Map, Rule

from scripts.local_cloud import routes


def test_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compiling = threading.Semaphore(1)
    compiled = []

    def compile_slowly(rule: Rule) -> None:
        assert compiling.acquire(blocking=False), "another thread is compiling a rule"
        time.sleep(0.01)
        compiled.append(rule)
        compiling.release()

    monkeypatch.setattr(routes, "_compile", compile_slowly)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: Map([Rule(name)]), [f"/{number}" for number in range(8)]))
    assert len(compiled) == 8


def test_motos_own_rules_are_compiled_so_as_well() -> None:
    assert SmithyRule.compile is Rule.compile is routes.compile_alone
