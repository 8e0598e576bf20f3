"""`make demo`, `make up`, `make down`: one at a time, and nothing left behind where one is cut short."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.demo import __main__ as runs
from scripts.demo.progress import Progress
from scripts.local_deployment import DeploymentError, LocalDeployment


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalDeployment:
    """A deployment whose local cloud is only noted down: ``stopped`` in its folder says that it ended."""
    monkeypatch.setattr(runs, "ROOT", tmp_path)
    monkeypatch.setattr(LocalDeployment, "stop", lambda self: (self.directory / "stopped").touch())
    return LocalDeployment(tmp_path / ".local" / "demo")


def test_a_second_run_is_kept_out_and_touches_nothing(deployment: LocalDeployment) -> None:
    with runs.only_run(deployment):
        with pytest.raises(SystemExit, match="Another run is using"):
            runs.only_run(deployment).__enter__()
        assert not (deployment.directory / "stopped").exists()
    with runs.only_run(deployment):
        pass  # free again


def test_ctrl_c_ends_the_local_cloud_and_forgets_its_state(deployment: LocalDeployment) -> None:
    deployment.directory.mkdir(parents=True)
    (deployment.directory / "terraform.tfstate").touch()
    with pytest.raises(SystemExit) as stopped, runs.only_run(deployment):
        raise KeyboardInterrupt
    assert stopped.value.code == runs.INTERRUPTED
    assert (deployment.directory / "stopped").exists()
    assert not (deployment.directory / "terraform.tfstate").exists()


def test_an_unforeseen_error_ends_the_local_cloud_and_is_not_hidden(deployment: LocalDeployment) -> None:
    with pytest.raises(ZeroDivisionError), runs.only_run(deployment):
        raise ZeroDivisionError
    assert (deployment.directory / "stopped").exists()


def test_what_destroy_leaves_behind_is_named(
    deployment: LocalDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalDeployment, "destroy", lambda self, progress: 3)
    monkeypatch.setattr(runs, "inventory", lambda deployment: {"s3.list_buckets": ["forgotten"]})
    with pytest.raises(DeploymentError, match="forgotten"):
        runs.destroy(deployment, Progress(), {"s3.list_buckets": []})
    assert runs.destroy(deployment, Progress(), {"s3.list_buckets": ["forgotten"]}) == "3 resources"


def test_a_failed_step_stops_those_that_need_it() -> None:
    progress = Progress()

    def broken() -> None:
        raise DeploymentError("it did not start")

    with pytest.raises(runs.StoppedError):
        runs.needed(progress, "Start", "it starts", broken)
    assert [outcome.title for outcome in progress.failed] == ["Start"]
