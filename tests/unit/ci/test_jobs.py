"""The nightly look and the approved apply: what they run, what they keep, and when they refuse."""

from __future__ import annotations

import json
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scripts.ci import apply_approved, nightly
from scripts.ci.nightly import Part
from scripts.environments.commands import REPORTS
from scripts.environments.environment import Environment
from tests.unit.ci.test_changes import PROVIDERS, change, plan, read

DIGEST = read(plan(change("a.x", "update"))).sha256


@pytest.fixture
def prod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    chosen = Environment("prod", tmp_path, "123456789012", "us-east-1")
    chosen.reports.mkdir(parents=True)
    chosen.saved.mkdir(parents=True)
    for module in (nightly, apply_approved):
        monkeypatch.setattr(module, "find", lambda name: chosen)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return chosen


def answers(monkeypatch: pytest.MonkeyPatch, audit: int, drift: int, environment: Environment) -> None:
    """`python -m scripts.environments`, as it would end."""
    statuses = {"audit": audit, "drift": drift}

    def run(name: str, _: str) -> Part:
        if name == "audit":
            (environment.reports / "audit.json").write_text('{"findings": []}\n')
        return Part(name, statuses[name], f"what {name} printed\n")

    monkeypatch.setattr(nightly, "run", run)


def archive_of(environment: Environment) -> Path:
    (archive,) = (environment.root / "reports" / "evidence").glob("*.tar")
    return archive


def unpacked(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        return {name: tar.extractfile(name).read() for name in tar.getnames()}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("audit", "drift", "status", "words"),
    [
        (0, 0, 0, ("no control fails", "no drift")),
        (1, 0, 1, ("controls FAIL", "no drift")),
        (0, 2, 1, ("no control fails", "the account has drifted")),
        (2, 1, 1, ("could not be done", "could not be done")),
        (-15, 0, 1, ("broke off with exit status -15", "no drift")),
    ],
)
def test_there_is_evidence_of_every_outcome(
    prod: Environment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    audit: int,
    drift: int,
    status: int,
    words: tuple[str, str],
) -> None:
    answers(monkeypatch, audit, drift, prod)
    assert nightly.main(["prod"]) == status
    files = unpacked(archive_of(prod))
    assert set(files) == {"SHA256SUMS", "run.json", "audit.txt", "audit.json", "drift.txt"}
    run = json.loads(files["run.json"])
    assert (run["environment"], run["account"], run["region"]) == ("prod", "123456789012", "us-east-1")
    assert tuple(part["outcome"] for part in run["parts"].values()) == words
    assert files["drift.txt"] == b"what drift printed\n"
    said = capsys.readouterr().out
    assert all(word in said for word in words)
    assert archive_of(prod).with_suffix(".tar.sha256").read_text().split()[0] in said


def test_one_part_alone_is_named_in_its_archive(
    prod: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An audit of another night is not evidence of this night's drift."""
    answers(monkeypatch, 1, 0, prod)
    (prod.reports / "audit.json").write_text("of another night")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "page"))
    assert nightly.main(["prod", "--only", "drift"]) == 0
    archive = archive_of(prod)
    assert archive.name.startswith("prod-drift-")
    assert set(unpacked(archive)) == {"SHA256SUMS", "run.json", "drift.txt"}
    assert "no drift" in (tmp_path / "page").read_text()


def test_an_audit_that_did_not_begin_has_no_reports_of_another_night(
    prod: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without credentials `audit` is refused before it has removed what an earlier one wrote."""
    for name in (*REPORTS, "SHA256SUMS"):
        (prod.reports / name).write_text("of another night")
    monkeypatch.setattr(nightly, "run", lambda name, _: Part(name, 2, ""))
    assert nightly.main(["prod", "--only", "audit"]) == 1
    assert set(unpacked(archive_of(prod))) == {"SHA256SUMS", "run.json", "audit.txt"}
    assert list(prod.reports.iterdir()) == []


def test_the_same_night_gives_the_same_evidence(prod: Environment) -> None:
    parts = [Part("audit", 0, "fine\n"), Part("drift", 2, "not fine\n")]
    started = datetime(2026, 11, 22, 4, 23, tzinfo=UTC)
    assert nightly.evidence(prod, parts, started) == nightly.evidence(prod, parts, started)


def test_a_part_is_shown_as_it_prints_and_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    part = nightly.run("audit", "nowhere")
    assert part.status == 2
    assert part.printed == capsys.readouterr().out


def test_the_commit_is_told_with_its_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words], cwd=tmp_path, check=True
        )

    assert nightly.commit(tmp_path) is None
    git("init", "--quiet")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "--quiet", "--message", "x")
    git("tag", "v1.0.0")
    clean = nightly.commit(tmp_path)
    assert clean is not None
    assert len(clean) == 40
    (tmp_path / "file").write_text("2")
    assert nightly.commit(tmp_path) == f"{clean}-dirty"
    monkeypatch.setenv("PATH", "")
    assert nightly.commit(tmp_path) is None


class Commands:
    """`python -m scripts.environments plan` and `apply`: what was run, and the plan that was left behind."""

    def __init__(
        self,
        environment: Environment,
        document: dict[str, Any],
        planned: int = 0,
        providers: dict[str, str] = PROVIDERS,
    ) -> None:
        self.environment, self.document, self.planned = environment, document, planned
        self.providers = providers
        self.ran = list[str]()

    def __call__(self, command: str, environment: Environment) -> int:
        assert environment == self.environment
        self.ran.append(command)
        if command == "plan":
            environment.document.write_text(json.dumps(self.document))
            environment.providers.write_text(json.dumps(self.providers))
            return self.planned
        return 0


def test_what_was_approved_is_applied(prod: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = Commands(prod, plan(change("a.x", "update")))
    monkeypatch.setattr(apply_approved, "_run", commands)
    for text in (DIGEST, f"sha256:{DIGEST}", f" sha256:{DIGEST}\n"):
        commands.ran.clear()
        assert apply_approved.main(["prod", text]) == 0
        assert commands.ran == ["plan", "apply"]


@pytest.mark.parametrize(
    "document",
    [
        plan(change("a.x", "update", after={"size": 3})),
        plan(),
        {"findings": []},
        plan(change("a.x", "evaporate")),
    ],
)
def test_other_changes_are_not_applied(
    prod: Environment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    document: dict[str, Any],
) -> None:
    commands = Commands(prod, document)
    monkeypatch.setattr(apply_approved, "_run", commands)
    assert apply_approved.main(["prod", DIGEST]) == 2
    assert commands.ran == ["plan"]
    assert "othing was applied" in capsys.readouterr().err


def test_another_provider_than_the_approved_ones_is_not_let_apply(
    prod: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = dict.fromkeys(PROVIDERS, "6.0.0")
    commands = Commands(prod, plan(change("a.x", "update")), providers=newer)
    monkeypatch.setattr(apply_approved, "_run", commands)
    assert apply_approved.main(["prod", DIGEST]) == 2
    assert commands.ran == ["plan"]
    said = capsys.readouterr().err
    assert "planned by Terraform 1.11.4 and hashicorp/aws 6.0.0" in said
    assert "one of those versions is not what it was" in said
    assert "Nothing was applied" in said


@pytest.mark.parametrize("planned", [1, 2, 130])
def test_a_plan_that_fails_is_not_applied(
    prod: Environment, monkeypatch: pytest.MonkeyPatch, planned: int
) -> None:
    commands = Commands(prod, plan(change("a.x", "update")), planned)
    monkeypatch.setattr(apply_approved, "_run", commands)
    assert apply_approved.main(["prod", DIGEST]) == planned
    assert commands.ran == ["plan"]


@pytest.mark.parametrize("text", ["", "sha256:", "abc", DIGEST[:-1], f"{DIGEST}0", f"md5:{DIGEST}"])
def test_what_is_no_hash_is_refused_before_anything_is_planned(
    prod: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    commands = Commands(prod, plan())
    monkeypatch.setattr(apply_approved, "_run", commands)
    assert apply_approved.main(["prod", text]) == 2
    assert commands.ran == []
    assert "make plan-report" in capsys.readouterr().err
