"""Exit statuses and what is said: Terraform's own words first need a road out."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hipaa_policies import cli

from scripts.environments import __main__ as command_line
from scripts.environments import judging, terraform
from scripts.environments.environment import Environment
from scripts.environments.problems import FailedControlsError, RefusedError


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "environments" / "prod"
    folder.mkdir(parents=True)
    (folder / "terraform.tfvars").write_text('account_id = "123456789012"\nregion = "us-east-1"\n')
    (folder / "state.s3.tfbackend").write_text("")
    return tmp_path


@pytest.fixture
def environment(repository: Path) -> Environment:
    return Environment("prod", repository, "123456789012", "us-east-1")


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[Environment]:
    """The environments whose account was asked for."""
    asked: list[Environment] = []
    monkeypatch.setattr(command_line, "check_account", asked.append)
    return asked


@pytest.mark.parametrize("command", ["plan", "apply", "audit", "drift", "sign"])
def test_the_account_is_checked_before_anything(
    repository: Path, checked: list[Environment], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    seen: list[int] = []

    def work(environment: Environment, progress: object) -> int:
        seen.append(len(checked))
        return 0

    monkeypatch.setitem(command_line.COMMANDS, command, work)
    assert command_line.main([command, "prod", "--root", str(repository)]) == 0
    assert seen == [1]


@pytest.mark.parametrize(
    ("command", "error", "status"),
    [
        ("plan", RefusedError("no bucket"), 2),
        ("apply", FailedControlsError("LOG-01"), 1),
        (
            "drift",
            RefusedError("no bucket"),
            1,
        ),  # as terraform plan -detailed-exitcode: 1 is an error, 2 is drift
        ("plan", KeyboardInterrupt(), 130),
    ],
)
def test_what_stops_a_command_is_told_by_its_status(
    repository: Path,
    checked: list[Environment],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    error: BaseException,
    status: int,
) -> None:
    def work(environment: Environment, progress: object) -> int:
        raise error

    monkeypatch.setitem(command_line.COMMANDS, command, work)
    assert command_line.main([command, "prod", "--root", str(repository)]) == status
    said = capsys.readouterr().err
    assert (str(error) or f"{command} was interrupted.") in said


def test_counting_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    lines = command_line.Lines()
    lines("terraform plan")
    for number in range(1, 100):
        lines(f"{number} resources read")
    assert capsys.readouterr().err == "  terraform plan\n"


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ('Error: S3 bucket "x" does not exist.', "Once for each account: make bootstrap ENV=prod"),
        ("api error NoSuchBucket: The specified bucket", "Once for each account: make bootstrap ENV=prod"),
        ("Error: Error acquiring the state lock\n\nID: 1-2", "Somebody else is at work on prod"),
        ("Error: Invalid value for variable", "terraform init refused, so nothing was done"),
    ],
)
def test_terraforms_errors_come_with_what_to_do(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, printed: str, said: str
) -> None:
    finished = subprocess.CompletedProcess([], 1, "", printed)
    monkeypatch.setattr(terraform, "run", lambda *_: finished)
    with pytest.raises(RefusedError) as refused:
        terraform.initialise(environment)
    assert said in str(refused.value)
    assert printed in str(refused.value)


@pytest.mark.parametrize(
    ("status", "error"), [(0, None), (1, FailedControlsError), (2, RefusedError), (130, RefusedError)]
)
def test_only_a_judged_plan_without_a_fail_passes(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, status: int, error: type[Exception] | None
) -> None:
    given: list[list[str]] = []

    def judged(words: list[str]) -> int:
        given.append(words)
        return status

    monkeypatch.setattr(cli, "main", judged)
    (environment.folder / "waivers.yaml").write_text("waivers: []\n")
    if error is None:
        judging.judge(environment, table=True)
    else:
        with pytest.raises(error) as raised:
            judging.judge(environment, table=True)
        assert type(raised.value) is error
        assert "can't be applied" in str(raised.value)
    (words,) = given
    assert words[:4] == ["plan", str(environment.document), "--root", str(environment.folder)]
    assert words[words.index("--waivers") + 1] == str(environment.folder / "waivers.yaml")
    assert "--attestations" not in words, "there are none, here or in policies/"
