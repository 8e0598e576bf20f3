"""How `terraform plan` and `hipaa audit` are read: what they were refused, by name."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.local_deployment import ROOT
from tests.prove_iam.bootstrap import Bootstrap, at_once, copy_tree, told_apart
from tests.prove_iam.functions import Functions
from tests.prove_iam.grants import grants_of
from tests.prove_iam.groups import Failed
from tests.prove_iam.needs import Need
from tests.prove_iam.results import Result, Results

# As the provider prints it.
PRINTED = """
Error: reading KMS Key (1): operation error KMS: DescribeKey, https response error StatusCode: 400,
api error AccessDeniedException: User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform:
kms:DescribeKey on resource: arn:aws:kms:us-east-1:1:key/1 because no identity-based policy allows the action
"""


class Deployment:
    variables = ()


@pytest.fixture
def bootstrap(tmp_path: Path) -> Bootstrap:
    return Bootstrap(Deployment(), Results(tmp_path, str), lambda _line: None)  # type: ignore[arg-type]


# As `hipaa drift` prints it.
NOT_READ = "Not compared:\n  sqs:ListQueues answered AccessDenied; grant sqs:ListQueues"


def ended(status: int, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], status, "", said)


@pytest.mark.parametrize(
    ("drift", "reads", "plan", "failed"),
    [
        (ended(0), ended(0), ended(0), None),
        (ended(0), ended(1, " ".join(PRINTED.split())), None, {"kms:DescribeKey"}),
        (ended(2, NOT_READ), ended(1, PRINTED), None, {"kms:DescribeKey", "sqs:ListQueues"}),
        (ended(1, "1 differ"), ended(0), None, set()),
        (ended(0), ended(1, "Error: Forbidden"), None, set()),
        (ended(0), ended(1), None, set()),
        (ended(0), ended(0), ended(1, PRINTED), {"kms:DescribeKey"}),
        (ended(0), ended(0), ended(2, "1 to change"), set()),
    ],
)
def test_a_plan_names_what_it_was_refused_and_drift_is_a_failure(
    bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch, drift: Any, reads: Any, plan: Any, failed: Any
) -> None:
    """Both read before Terraform plans the whole, in which what depends on something refused is not read."""

    def run(folder: str, _: Any, verb: str, *__: str) -> Any:
        return reads if folder == "reads" else ended(0) if verb == "init" else plan

    monkeypatch.setattr(bootstrap, "run", run)
    monkeypatch.setattr(bootstrap, "drift", lambda _: drift)
    monkeypatch.setattr(Bootstrap, "unlock", lambda _self: None)
    found: Failed | None = bootstrap.plan({})
    assert (found.actions if found else None) == (None if failed is None else frozenset(failed))


def test_what_two_statements_allow_is_proven_together_unless_it_was_missed_by_itself() -> None:
    """Terraform reads the stack's topics, audit all: of another one, audit's grant alone is missed."""
    stack, everything = "arn:aws:sns:us-east-1:1:healthcare-*", "*"
    policies = {
        name: {"Statement": [{"Effect": "Allow", "Action": "sns:GetTopicAttributes", "Resource": resource}]}
        for name, resource in (("terraform", stack), ("audit", everything))
    }
    audit, terraform = grants_of("plan", policies)
    needed = {audit: Need(partners={terraform}), terraform: Need(partners={audit})}

    def refused(topic: str) -> dict[str, Any]:
        of = {"principal": "arn:aws:iam::1:role/plan", "decision": "IMPLICIT_DENY", "context": {}}
        return of | {"action": "sns:GetTopicAttributes", "resource": f"arn:aws:sns:us-east-1:1:{topic}"}

    def how(*topics: str) -> tuple[str, str]:
        found = {grant: Result("run", "make plan", "refused") for grant in needed}
        told = told_apart(found, needed, policies, [refused(topic) for topic in topics])
        return told[terraform].how, told[audit].how

    assert how("healthcare-alerts") == ("together", "together")
    assert how("healthcare-alerts", "somebody-elses") == ("together", "run")


def test_the_state_and_its_lock_are_taken_away_apart_and_what_is_read_at_once() -> None:
    """What a failure names is an action: without both nobody could tell whose it was."""

    def document(*resources: str) -> dict[str, Any]:
        return {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": list(resources)}]}

    policies = {"read": document("arn:aws:s3:::a/*", "arn:aws:s3:::b/*"), "state": document("s", "s.tflock")}
    first, second, state, lock = grants = grants_of("plan", policies)
    assert at_once(grants, {"read"}) == [[first, second], [state], [lock]]
    assert at_once([lock], {"read"}) == [[lock]]
    assert at_once([], {"read"}) == []


def test_the_tree_leaves_the_repository_alone_and_names_other_backends(tmp_path: Path) -> None:
    copy_tree(tmp_path / "tree")
    tree = tmp_path / "tree"
    assert (tree / "modules").resolve() == ROOT / "modules"
    assert 'backend "local"' in (tree / "environments" / "bootstrap" / "backend_override.tf").read_text()
    assert not (ROOT / "environments" / "bootstrap" / "backend_override.tf").exists()
    assert not (tree / "environments" / "local").is_symlink()
    assert not list(tree.rglob("*.tfstate*"))


def test_a_session_takes_the_place_of_the_administrator(
    bootstrap: Bootstrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setattr(
        bootstrap, "deployment", type("D", (), {"environment": {"AWS_ACCESS_KEY_ID": "admin"}})
    )
    assert bootstrap.environment(None)["AWS_ACCESS_KEY_ID"] == "admin"
    assert bootstrap.environment({"AWS_ACCESS_KEY_ID": "role"})["AWS_ACCESS_KEY_ID"] == "role"
    assert "AWS_PROFILE" not in bootstrap.environment(None)


@pytest.mark.parametrize("kind", [Bootstrap, Functions])
def test_what_was_taken_away_is_kept_with_the_deployment_that_lacks_it(tmp_path: Path, kind: Any) -> None:
    """Another deployment's policies name other keys: put back there, they would be a change of their own."""
    deployment = type("D", (), {"directory": tmp_path / "cloud", "client": lambda self, _: None})()
    made = kind(deployment, Results(tmp_path / "results", str), print)
    assert made.roles.journal.parent == tmp_path / "cloud"


def test_a_tree_that_was_copied_in_part_is_copied_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.copytree", killed)
        with pytest.raises(KeyboardInterrupt):
            copy_tree(tmp_path / "tree")
    assert not (tmp_path / "tree").exists()
    copy_tree(tmp_path / "tree")
    assert (tmp_path / "tree" / "environments" / "bootstrap" / "backend_override.tf").exists()
