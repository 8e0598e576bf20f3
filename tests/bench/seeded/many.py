"""Many functions, and many log groups."""

from __future__ import annotations

from collections.abc import Callable

from moto.backends import get_backend

from tests.bench.seeded import functions as one
from tests.bench.seeded.ground import ID, REGION, Ground

STEP = 250


def functions(ground: Ground, number: int, progress: Callable[[str], None]) -> None:
    """Functions as an account has them: each with its role, log group, three alarms and a permission. Every
    second has a dead-letter queue, and every second of those reserved concurrency."""
    for index in range(number):
        one.build(
            ground,
            f"function-{index:04}",
            dead_letters=index % 2 == 0,
            reserved=index % 4 == 0,
        )
        if (index + 1) % STEP == 0:
            progress(f"{index + 1} functions")


def log_groups(ground: Ground, number: int, progress: Callable[[str], None]) -> None:
    backend = get_backend("logs")[ID][REGION]
    for index in range(number):
        backend.create_log_group(f"/aws/lambda/gone-{index:05}", {}, kmsKeyId=ground.key)
        if (index + 1) % (STEP * 10) == 0:
            progress(f"{index + 1} log groups")
