"""Many grants go at once, and each is proven by its own name alone."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest

from tests.prove_iam.grants import Grant, grants_of
from tests.prove_iam.groups import Failed, prove_together
from tests.prove_iam.proving import BrokenProbeError
from tests.prove_iam.results import Result

ROLE = "auditor"
# ListKeys comes before DescribeKey, and GetBucketAcl fails without a word of what was refused.
ACTIONS = ["kms:ListKeys", "kms:DescribeKey", "s3:GetBucketAcl", "sns:ListTopics"]
POLICIES = {
    "read": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ACTIONS, "Resource": "*"}],
    }
}


class Account:
    """IAM, the roles and the world at once. ``needed``: what the attempt cannot do without."""

    def __init__(self, *needed: str) -> None:
        self.needed, self.gone = needed, set[str]()
        self.judgements: list[dict[str, Any]] = []
        self.control, self.rounds = self, 0

    @contextmanager
    def taken_away(self, *grants: Grant) -> Any:
        self.gone = {grant.action for grant in grants}
        yield
        self.gone = set()

    def listen(self, _label: str) -> None:
        self.judgements = []

    def hear(self) -> bool:
        return False

    def end_idle_environments(self) -> None:
        self.rounds += 1

    def attempt(self, _world: Any) -> Failed | None:
        refused = self.gone & set(self.needed)
        if "kms:ListKeys" in refused:
            refused.discard("kms:DescribeKey")
        for action in refused:
            self.judgements.append(
                {
                    "principal": f"arn:aws:iam::1:role/{ROLE}",
                    "action": action,
                    "resource": "*",
                    "context": {},
                    "decision": "IMPLICIT_DENY",
                }
            )
        return Failed(frozenset(refused - {"s3:GetBucketAcl"}), "403") if refused else None


def proven(account: Account) -> dict[str, str]:
    grants = grants_of(ROLE, POLICIES)
    parts: Any = account
    found: dict[Grant, Result] = {}
    prove_together(parts, parts, grants, POLICIES, account.attempt, "audit", lambda _line: None, found.update)
    return {grant.action: result.how for grant, result in found.items()}


def test_what_shows_only_later_is_proven_in_a_later_round_and_what_is_not_named_by_itself() -> None:
    account = Account("kms:ListKeys", "kms:DescribeKey", "s3:GetBucketAcl")
    assert proven(account) == {
        "kms:ListKeys": "run",
        "kms:DescribeKey": "run",
        "s3:GetBucketAcl": "run",
        "sns:ListTopics": "survived",
    }
    assert account.rounds == 5, "three rounds of all, and two grants by themselves"


def test_nothing_is_proven_by_a_failure_that_names_another() -> None:
    assert proven(Account("kms:ListKeys")) == {
        "kms:ListKeys": "run",
        "kms:DescribeKey": "survived",
        "s3:GetBucketAcl": "survived",
        "sns:ListTopics": "survived",
    }


def test_a_name_without_a_refusal_of_iams_proves_nothing() -> None:
    account = Account("kms:ListKeys")
    account.listen = lambda _label: None  # type: ignore[method-assign]
    account.attempt = lambda _world: Failed(frozenset(account.gone), "") if account.gone else None  # type: ignore[method-assign]
    assert set(proven(account).values()) == {"survived"}


def test_an_attempt_that_fails_with_every_grant_back_is_broken() -> None:
    account = Account()
    account.attempt = lambda _world: Failed(frozenset({"kms:ListKeys"}), "403")  # type: ignore[method-assign]
    with pytest.raises(BrokenProbeError, match="every grant back: refused kms:ListKeys"):
        proven(account)


def test_a_grant_whose_failure_stays_when_it_is_back_is_not_proven_by_it() -> None:
    """It failed for something else, meanwhile: the last attempt of all may pass again."""
    account, kept = Account("s3:GetBucketAcl"), dict[Grant, Result]()
    back = iter([Failed(frozenset(), "another reason"), None])

    def flickers(world: Any) -> Failed | None:
        return account.attempt(world) if account.gone else next(back)

    parts: Any = account
    grants = grants_of(ROLE, POLICIES)
    with pytest.raises(BrokenProbeError, match=r"s3:GetBucketAcl on \* was put back: .*another reason"):
        prove_together(parts, parts, grants, POLICIES, flickers, "audit", lambda _line: None, kept.update)
    assert "s3:GetBucketAcl" not in {grant.action for grant in kept}
