"""Terraform's states, in a file or in the bucket: enough of them to tell whether two are the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.bootstrap.account import Account
from scripts.environments.problems import RefusedError

_NOT_THERE = {"404", "NoSuchBucket", "NoSuchKey"}


@dataclass(frozen=True)
class State:
    """``lineage`` is made up with a state and stays; ``serial`` counts its changes. ``resources`` has the
    addresses of its managed resources, each with its id."""

    lineage: str
    serial: int
    resources: frozenset[tuple[str, str]]


def read(text: str | bytes) -> State | None:
    """The state, or None of one without resources: an empty file, or what a migration leaves behind."""
    document: dict[str, Any] = json.loads(text) if text.strip() else {}
    found = frozenset(
        (f"{_address(resource)}[{instance.get('index_key', '')}]", _id(instance))
        for resource in document.get("resources", ())
        if resource["mode"] == "managed"
        for instance in resource["instances"]
    )
    return State(document["lineage"], document["serial"], found) if found else None


def _address(resource: dict[str, Any]) -> str:
    return ".".join([*filter(None, [resource.get("module")]), resource["type"], resource["name"]])


def _id(instance: dict[str, Any]) -> str:
    attributes = instance["attributes"]
    return str(attributes.get("id") or attributes.get("arn") or "")


def local(account: Account) -> State | None:
    """Raises ``RefusedError`` where the file is not a state."""
    if not account.local_state.exists():
        return None
    try:
        return read(account.local_state.read_text(encoding="utf-8"))
    except (ValueError, KeyError) as error:
        raise RefusedError(
            f"{account.environment.file(account.local_state)} is not a state that can be read ({error!r}). "
            f"Nothing was done. {account.local_state.name}.backup is what it was one change earlier: put "
            "that in its place, and run this again."
        ) from error


class Bucket:
    """The bucket of the state, seen with the caller's own credentials."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = boto3.Session().client("s3", region_name=account.environment.region)

    def exists(self) -> bool:
        """Raises ``RefusedError`` where it is somebody else's, or may not be asked for."""
        owner = self._account.environment.account_id
        return self._ask("HeadBucket", Bucket=self._account.bucket, ExpectedBucketOwner=owner) is not None

    def state(self) -> State | None:
        """The state in the bucket, if bucket and state are there."""
        answer = self._ask("GetObject", Bucket=self._account.bucket, Key=self._account.state_key)
        return None if answer is None else read(answer["Body"].read())

    def _ask(self, operation: str, **words: str) -> Any:
        calls = {"GetObject": self._client.get_object, "HeadBucket": self._client.head_bucket}
        try:
            return calls[operation](**words)  # type: ignore[operator]  # each takes these words
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_THERE:
                return None
            raise self._refused(operation, error) from error
        except BotoCoreError as error:
            raise self._refused(operation, error) from error

    def _refused(self, operation: str, error: Exception) -> RefusedError:
        return RefusedError(
            f"S3 did not say whether the state is in {self._account.bucket} ({operation}: {error}). Nothing "
            "was done. Sign in as an administrator of the account; if the name is another account's, choose "
            "another name_prefix."
        )
