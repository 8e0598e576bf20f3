"""A grant is proven by a probe that fails without it, was refused for want of it, and passes with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest

from tests.prove_iam.grants import Grant, grants_of
from tests.prove_iam.needs import Need
from tests.prove_iam.proving import BrokenProbeError, prove, record, refusal_of
from tests.prove_iam.world import Probe, ProbeFailedError
from tests.unit.prove_iam.conftest import ROLE, TABLES
from tests.unit.prove_iam.test_needs import judgement


class World:
    """What ``proving`` asks of a world: IAM says of each probe what ``says`` has for it."""

    def __init__(self) -> None:
        self.says: dict[str, list[dict[str, Any]]] = {}
        self.judgements: list[dict[str, Any]] = []
        self.control = self
        self.label = ""

    def listen(self, label: str, _refused: Any = None) -> None:
        self.label = label

    def hear(self) -> bool:
        self.judgements = self.says.get(self.label, [])
        return False

    def end_idle_environments(self) -> None:
        pass


class Roles:
    """``away`` while a grant is."""

    def __init__(self, policies: Any) -> None:
        self.kept, self.away = policies, False
        self.gone: tuple[Grant, ...] = ()

    def policies(self, _role: str) -> Any:
        return self.kept

    @contextmanager
    def taken_away(self, *grants: Grant) -> Any:
        self.away, self.gone = True, grants
        yield
        self.away = False


@pytest.fixture
def roles(policies: Any) -> Roles:
    return Roles(policies)


@pytest.fixture
def grant(policies: Any) -> Grant:
    return grants_of(ROLE, policies)[-1]


def probe(play: Callable[[], None], name: str = "one") -> Probe:
    return Probe(name, ("reader",), lambda _world: play())


REFUSED = judgement("one", "dynamodb:Query", TABLES[1], decision="IMPLICIT_DENY")


def proven(world: World, roles: Roles, grant: Grant, *probes: Probe) -> Any:
    by_name = {probe.name: probe for probe in probes}
    order = {name: number for number, name in enumerate(by_name)}
    return prove(world, roles, grant, Need(probes=set(by_name)), by_name, order)  # type: ignore[arg-type]


def test_a_probe_that_fails_and_was_refused_proves_the_grant(roles: Roles, grant: Grant) -> None:
    world = World()
    world.says["one"] = [REFUSED]

    def play() -> None:
        if roles.away:
            raise ProbeFailedError("503")

    assert (proven(world, roles, grant, probe(play)).how, roles.away) == ("run", False)


def test_a_probe_that_fails_for_another_reason_proves_nothing(roles: Roles, grant: Grant) -> None:
    def play() -> None:
        if roles.away:
            raise ProbeFailedError("the machine was busy")

    assert proven(World(), roles, grant, probe(play)).how == "survived"


def test_a_probe_that_holds_proves_nothing_and_the_next_is_tried(roles: Roles, grant: Grant) -> None:
    world, tried = World(), []
    world.says = {"one": [REFUSED], "two": [REFUSED]}

    def fails() -> None:
        tried.append("two")
        if roles.away:
            raise ProbeFailedError("503")

    found = proven(world, roles, grant, probe(lambda: tried.append("one")), probe(fails, "two"))
    assert (found.how, found.probe, tried) == ("run", "two", ["one", "two", "two"])


def test_a_probe_that_fails_with_the_grant_back_is_broken(roles: Roles, grant: Grant) -> None:
    world = World()
    world.says["one"] = [REFUSED]

    def play() -> None:
        raise ProbeFailedError("always")

    with pytest.raises(BrokenProbeError, match="put back: always"):
        proven(world, roles, grant, probe(play))


def test_what_nobody_asked_for_is_unused(roles: Roles, grant: Grant) -> None:
    assert prove(World(), roles, grant, Need(), {}, {}).how == "unused"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": "ALLOWED"},
        {"action": "dynamodb:GetItem"},
        {"resource": TABLES[0]},
        {"principal": "arn:aws:iam::1:role/somebody-else"},
    ],
)
def test_a_refusal_is_the_grants_only_if_the_grant_would_have_helped(
    policies: Any, grant: Grant, changes: dict[str, str]
) -> None:
    refused = refusal_of(grant, policies)
    assert refused(REFUSED)
    assert not refused(REFUSED | changes)


def test_a_recording_begins_with_probes_that_pass() -> None:
    world = World()

    def play() -> None:
        raise ProbeFailedError("at once")

    with pytest.raises(BrokenProbeError, match="one: at once"):
        record(world, [probe(play)], lambda _line: None)  # type: ignore[arg-type]


def test_what_two_grants_allow_is_taken_away_together(policies: Any, roles: Roles) -> None:
    first, second, *_ = grants_of(ROLE, policies)
    world = World()
    world.says["one"] = [judgement("one", "dynamodb:GetItem", TABLES[0], decision="IMPLICIT_DENY")]

    def play() -> None:
        if roles.away:
            raise ProbeFailedError("503")

    need = Need(shared={"one"}, partners={second})
    found = prove(world, roles, first, need, {"one": probe(play)}, {"one": 0})  # type: ignore[arg-type]
    assert (found.how, roles.gone) == ("together", (first, second))
    held = prove(world, roles, first, need, {"one": probe(lambda: None)}, {"one": 0})  # type: ignore[arg-type]
    assert held.how == "shared"
