"""scripts/bootstrap: where it stands, whatever ended the last run; and whose account it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from scripts.bootstrap import states
from scripts.bootstrap.account import Account, account_of
from scripts.bootstrap.next_steps import next_steps
from scripts.bootstrap.stages import Stage, next_stage
from scripts.bootstrap.states import Bucket, State, read
from scripts.environments.problems import RefusedError

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def account(tmp_path: Path) -> Account:
    folder = tmp_path / "environments" / "prod"
    folder.mkdir(parents=True)
    (tmp_path / "environments" / "bootstrap").mkdir()
    (folder / "terraform.tfvars").write_text(
        'account_id  = "123456789012" # ours\nregion      = "us-east-1"\nname_prefix = "clinic"\n'
    )
    (folder / "state.s3.tfbackend").write_text("")
    return account_of("prod", tmp_path)


def document(serial: int = 1, lineage: str = "one", status: str | None = None) -> bytes:
    instance: dict[str, Any] = {"attributes": {"id": "1"}} | ({"status": status} if status else {})
    resources = [
        {"mode": "managed", "type": "aws_kms_key", "name": "state", "instances": [instance]},
        {"mode": "data", "type": "aws_region", "name": "here", "instances": [instance]},
    ]
    return json.dumps({"lineage": lineage, "serial": serial, "resources": resources}).encode()


def state(serial: int = 1, lineage: str = "one") -> State:
    found = read(document(serial, lineage))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("file", "bucket", "exists", "stage"),
    [
        (None, None, False, Stage.MAKE),
        (state(), None, False, Stage.MAKE),  # interrupted before there was a bucket
        (state(), None, True, Stage.MAKE),  # interrupted, or killed before the state was moved
        (state(), state(), True, Stage.REMOVE),  # killed after it was moved
        (state(3), state(4), True, Stage.REMOVE),  # the same, and worked with since
        (None, state(), True, Stage.KEEP),
    ],
)
def test_what_is_next_is_read_from_what_is_there(
    account: Account, file: State | None, bucket: State | None, exists: bool, stage: Stage
) -> None:
    assert next_stage(account, file, bucket, exists) is stage


@pytest.mark.parametrize(
    ("file", "bucket"),
    [
        (state(), state(lineage="another")),
        (state(5), state(4)),
        (state(), read(document().replace(b'"id": "1"', b'"id": "2"'))),  # one serial, and not the same
    ],
)
def test_two_states_are_not_chosen_between(account: Account, file: State, bucket: State) -> None:
    with pytest.raises(RefusedError, match=r"not one state at two times.*Nothing was done"):
        next_stage(account, file, bucket, True)


def test_a_lost_state_is_not_made_anew(account: Account) -> None:
    with pytest.raises(RefusedError, match="import what is there"):
        next_stage(account, None, None, True)


def test_a_state_without_resources_is_none() -> None:
    assert read(b"") is None
    assert read(json.dumps({"lineage": "one", "serial": 2, "resources": []}).encode()) is None


def test_what_terraform_would_make_anew_and_may_not_is_known() -> None:
    assert state().half_made == ()
    tainted = read(document(status="tainted"))
    assert tainted is not None
    assert tainted.half_made == ("aws_kms_key.state",)


def test_a_broken_file_is_named_and_kept(account: Account) -> None:
    account.local_state.write_text("{")
    with pytest.raises(RefusedError, match=r"prod\.tfstate\.backup"):
        states.in_file(account)
    assert account.local_state.read_text() == "{"


def test_a_state_is_put_where_there_is_none_and_over_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        bucket = Bucket(account)
        assert not bucket.exists()
        assert bucket.state() is None
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=account.bucket)
        assert bucket.exists()
        assert bucket.state() is None
        bucket.put_first(state())
        assert bucket.state() == state()
        with pytest.raises(RefusedError, match="PreconditionFailed"):
            bucket.put_first(state(9, "another"))
        assert bucket.state() == state()


def test_the_account_is_that_of_the_environment(account: Account) -> None:
    assert account.bucket == "clinic-terraform-state-123456789012-us-east-1"
    assert "-var=environment=prod" in account.variables
    assert "-var=name_prefix=clinic" in account.variables
    assert "alias/clinic-terraform-state" in account.backend
    assert "policy/clinic-terraform-boundary" in next_steps(account)


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_environments_agree_with_the_bootstrap(name: str) -> None:
    """Their backend is the one that the bootstrap makes, and their roles are bounded by its boundary."""
    account = account_of(name, ROOT)
    backend = (account.environment.folder / "state.s3.tfbackend").read_text()
    assert settings(backend) == settings(account.backend) | {"key": f'"{name}/terraform.tfstate"'}
    variables = (account.environment.folder / "terraform.tfvars").read_text()
    boundary = f"policy/{account.name_prefix}-terraform-boundary"
    assert (
        f'permissions_boundary_arn = "arn:aws:iam::{account.environment.account_id}:{boundary}"' in variables
    )


def settings(backend: str) -> dict[str, str]:
    lines = [line.partition("#")[0].partition("=") for line in backend.splitlines()]
    return {name.strip(): value.strip() for name, _, value in lines if value}
