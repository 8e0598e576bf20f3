"""What all tests share: one deployment of ``environments/local`` for everything that needs one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.demo.scenes import wait_for_alarm
from scripts.demo.story import Story
from scripts.demo.story_backups import BackupStory
from scripts.inventory import inventory
from scripts.local_cloud import routes  # noqa: F401  # mends werkzeug, for moto within this process as well
from scripts.local_deployment import LocalDeployment, host_architecture
from scripts.package_functions import function_names, package

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalDeployment]:
    """``environments/local``, applied by Terraform to a local cloud of this run's own.

    Afterwards it is destroyed, and what is left in the account must be what was there before.
    """
    package(function_names(), host_architecture(), ROOT / "dist")
    deployed = LocalDeployment(tmp_path_factory.mktemp("local-cloud"))
    deployed.start()
    try:
        before = inventory(deployed)
        print(f"\napplied {deployed.apply(lambda line: None)} resources")
        yield deployed
        deployed.destroy()
        assert inventory(deployed) == before, "`terraform destroy` left something behind"
    finally:
        deployed.stop()


@pytest.fixture(scope="session")
def second_plan(deployment: LocalDeployment) -> tuple[bool, str]:
    """Whether a plan right after the apply is empty, and its text; before any test has changed anything."""
    return deployment.plan_is_empty()


@pytest.fixture(scope="session")
def story(deployment: LocalDeployment, second_plan: tuple[bool, str]) -> Story:
    """The demo's people and records, created through the deployed API."""
    told = Story(deployment)
    told.sign_in()
    told.create_records()
    return told


@pytest.fixture(scope="session")
def missed_at_first(deployment: LocalDeployment, second_plan: tuple[bool, str]) -> str:
    """The state of the alarm on missed backups before there is any."""
    wait_for_alarm(deployment, deployment.outputs["alarm_names"]["backup-missed"], "ALARM")
    return "ALARM"


@pytest.fixture(scope="session")
def restore_tested(deployment: LocalDeployment, story: Story, missed_at_first: str) -> str:
    """What `make restore-test` said of this deployment: the checklist wants a restore (BKP-03)."""
    return BackupStory(deployment).restore_test("--back-up-first")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--local-cloud",
        action="store_true",
        help="point the standard AWS variables at a local cloud with environments/local applied to it",
    )


@pytest.fixture(scope="session", autouse=True)
def _local_cloud(request: pytest.FixtureRequest) -> None:
    """With ``--local-cloud``, tests that look at "the account" look at the deployment of this run."""
    if request.config.getoption("--local-cloud"):
        request.getfixturevalue("restore_tested")
        request.getfixturevalue("aws_environment")


@pytest.fixture(scope="session")
def aws_environment(deployment: LocalDeployment) -> Iterator[None]:
    """Point the standard AWS variables at the deployment, as a user's shell would."""
    before = dict(os.environ)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    os.environ.update(deployment.environment)
    yield
    os.environ.clear()
    os.environ.update(before)
