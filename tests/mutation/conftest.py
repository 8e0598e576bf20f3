"""One deployment for all mutations; the figures at the end."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from tests.mutation.cloud import Cloud
from tests.mutation.lens import Lens, prepared
from tests.mutation.mutations import CONTROLS, UNREACHABLE
from tests.mutation.outcome import Outcome, lines

OUTCOMES = pytest.StashKey[list[Outcome]]()


@pytest.fixture(scope="session")
def broken_cloud(request: pytest.FixtureRequest) -> Iterator[tuple[Cloud, Lens]]:
    """The account that the standard AWS variables point to. Only ever a local cloud: it is broken."""
    if not request.config.getoption("--local-cloud"):
        pytest.skip("mutations break the account: they need --local-cloud")
    with prepared(boto3.Session(region_name="us-east-1")) as found:
        yield found


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> list[Outcome]:
    return request.config.stash.setdefault(OUTCOMES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    outcomes = config.stash.get(OUTCOMES, [])
    if outcomes:
        terminalreporter.section("mutations")
        some = config.getoption("keyword")  # ONLY=: the others were not asked for
        controls = (
            [c for c in CONTROLS if any(o.mutation.control == c for o in outcomes)] if some else CONTROLS
        )
        for line in lines(outcomes, UNREACHABLE, controls):
            terminalreporter.write_line(line)
