"""Nothing is done with another account's credentials, and nothing without any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from scripts.environments.account import check_account
from scripts.environments.environment import Environment
from scripts.environments.problems import RefusedError

PROD = Environment("prod", Path("/nowhere"), "333333333333", "us-east-1")


class Session:
    """boto3's, of which STS says ``answer``."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    def __call__(self) -> Session:
        return self

    def client(self, service: str, region_name: str) -> Session:
        self.asked.append((service, region_name))
        return self

    def get_caller_identity(self) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def caller(account: str) -> dict[str, str]:
    return {"Account": account, "Arn": f"arn:aws:sts::{account}:assumed-role/deployer/me"}


def test_the_own_account_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(caller("333333333333"))
    monkeypatch.setattr(boto3, "Session", session)
    check_account(PROD)
    assert session.asked == [("sts", "us-east-1")]


def test_another_account_is_named_with_whose_credentials_these_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "Session", Session(caller("111111111111")))
    with pytest.raises(RefusedError) as refused:
        check_account(PROD)
    said = str(refused.value)
    assert "account 111111111111 (arn:aws:sts::111111111111:assumed-role/deployer/me)" in said
    assert "prod is account 333333333333 (environments/prod/terraform.tfvars). Nothing was done." in said


@pytest.mark.parametrize(
    "error",
    [
        NoCredentialsError(),
        ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, "GetCallerIdentity"),
    ],
)
def test_without_an_answer_nothing_is_done(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(boto3, "Session", Session(error))
    with pytest.raises(RefusedError, match=r"nothing was done\. Sign in to account 333333333333"):
        check_account(PROD)
