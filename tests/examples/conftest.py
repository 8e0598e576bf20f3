"""One repository of this tree for all stacks that name it."""

from __future__ import annotations

import pytest

from tests.examples.stacks import Repository, publish


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return publish(tmp_path_factory.mktemp("repository"))
