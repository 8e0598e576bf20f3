"""One empty account for all tests here: `make bootstrap` on it is interrupted, killed and resumed.

What the roles may is tried meanwhile: tests/bootstrap/test_access.py comes before test_bootstrap.py.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_deployment import LocalDeployment
from tests.bootstrap.account import BootstrappedAccount, addresses, make_project
from tests.bootstrap.refusals import BUCKET
from tests.bootstrap.roles import APPLY, AUDIT, PLAN, SUBJECTS, Role, read_role


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BootstrappedAccount]:
    cloud = LocalDeployment(tmp_path_factory.mktemp("account"))
    cloud.start()
    root = tmp_path_factory.mktemp("project")
    make_project(root, cloud.state.account_id)
    try:
        yield BootstrappedAccount(cloud, root)
    finally:
        cloud.stop()


@pytest.fixture(scope="session")
def interrupted(account: BootstrappedAccount) -> dict[str, Any]:
    """Ctrl-C while the slow resources are made. The state that it left in the file."""
    status, printed = account.run_until(lambda line: "Still creating..." in line, signal.SIGINT)
    assert status != 0, printed
    state = account.state_in_file()
    assert state is not None, printed
    return state


class Killed(threading.Thread):
    """The second run: killed, with all that it started, once all is made and before the state is moved."""

    def __init__(self, account: BootstrappedAccount) -> None:
        super().__init__()
        self.account = account
        self.status, self.printed = 0, ""

    def run(self) -> None:
        self.status, self.printed = self.account.run_until(
            lambda line: line.startswith("Apply complete!"), signal.SIGKILL
        )


@pytest.fixture(scope="session")
def killed(account: BootstrappedAccount, interrupted: dict[str, Any]) -> Killed:
    """Started, not waited for: what the roles may is tried while S3's lifecycle rule takes its minute."""
    thread = Killed(account)
    thread.start()
    return thread


@pytest.fixture(scope="session")
def roles(account: BootstrappedAccount, killed: Killed) -> dict[str, Role]:
    """The three roles, once they and the bucket's policy are all there."""
    while killed.is_alive():
        try:
            found = {name: read_role(account.cloud, name) for name in (PLAN, APPLY, AUDIT)}
            account.cloud.client("s3").get_bucket_policy(Bucket=BUCKET)
        except ClientError:
            found = {}
        if (
            found
            and "healthcare-terraform-guard" in found[APPLY].policies
            and "state" in found[PLAN].policies
        ):
            break
        time.sleep(0.5)
    return {name: read_role(account.cloud, name) for name in (PLAN, APPLY, AUDIT)}


@pytest.fixture(scope="session")
def sessions(account: BootstrappedAccount, roles: dict[str, Role]) -> dict[str, dict[str, str]]:
    """A session of each role, by a token of its own environment."""
    return {role: account.sign_in(role, subject) for role, subject in SUBJECTS.items()}


@pytest.fixture(scope="session")
def done(account: BootstrappedAccount, killed: Killed) -> str:
    """What the third run printed, which has come to its end."""
    killed.join()
    assert killed.status == -signal.SIGKILL, killed.printed
    left = account.state_in_file()
    assert left is not None, "there is no state but in the file yet"
    status, printed = account.run("--yes")
    assert status == 0, printed
    moved = account.state_in_bucket()
    assert moved["lineage"] == left["lineage"]
    assert addresses(moved) == addresses(left)
    return printed
