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


# Terraform may not destroy these (prevent_destroy), nor replace them where their making was interrupted.
_PROTECTED = ("aws_kms_key.state", "aws_s3_bucket.state")


@dataclass(frozen=True)
class State:
    """``lineage`` is made up with a state and stays; ``serial`` counts its changes. ``text`` is all of it.

    ``half_made`` has the addresses of protected resources that Terraform would make anew.
    """

    lineage: str
    serial: int
    resources: int
    text: bytes
    half_made: tuple[str, ...] = ()


def read(text: bytes) -> State | None:
    """The state, or None of one without resources. Raises ``ValueError`` and ``KeyError`` of what is none."""
    document: dict[str, Any] = json.loads(text) if text.strip() else {}
    instances = [
        (f"{resource['type']}.{resource['name']}", instance)
        for resource in document.get("resources", ())
        if resource["mode"] == "managed"
        for instance in resource["instances"]
    ]
    if not instances:
        return None
    half_made = tuple(
        address
        for address, instance in instances
        if address in _PROTECTED and instance.get("status") == "tainted"
    )
    return State(document["lineage"], document["serial"], len(instances), text, half_made)


def in_file(account: Account) -> State | None:
    """Raises ``RefusedError`` where the file is not a state."""
    if not account.local_state.exists():
        return None
    try:
        return read(account.local_state.read_bytes())
    except (ValueError, KeyError) as error:
        name = account.local_state.name
        raise RefusedError(
            f"{account.environment.file(account.local_state)} can't be read as a state ({error!r}). Nothing "
            f"was done. {name}.backup is what it was one change earlier: put that in its place, and run this "
            "again."
        ) from error


class Bucket:
    """The bucket of the state, seen with the caller's own credentials. All raise ``RefusedError``."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = boto3.Session().client("s3", region_name=account.environment.region)
        # A bucket of this name that somebody else has made is refused, and not trusted with a state.
        self._owner = account.environment.account_id

    def exists(self) -> bool:
        try:
            self._client.head_bucket(Bucket=self._account.bucket, ExpectedBucketOwner=self._owner)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_THERE:
                return False
            raise self._refused("whether it is there", error) from error
        except BotoCoreError as error:
            raise self._refused("whether it is there", error) from error
        return True

    def state(self) -> State | None:
        """The state in the bucket, if bucket and state are there."""
        try:
            answer = self._client.get_object(
                Bucket=self._account.bucket, Key=self._account.state_key, ExpectedBucketOwner=self._owner
            )
            return read(answer["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_THERE:
                return None
            raise self._refused("what state is in it", error) from error
        except (BotoCoreError, ValueError, KeyError) as error:
            raise self._refused("what state is in it", error) from error

    def put_first(self, state: State) -> None:
        """Write the state, but over nothing: S3 refuses where there is one (If-None-Match)."""
        try:
            self._client.put_object(
                Bucket=self._account.bucket,
                Key=self._account.state_key,
                ExpectedBucketOwner=self._owner,
                Body=state.text,
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except (BotoCoreError, ClientError) as error:
            raise self._refused("that it has taken the state", error) from error

    def _refused(self, what: str, error: Exception) -> RefusedError:
        return RefusedError(
            f"{self._account.bucket} does not say {what}: {error}. Nothing was changed. Sign in as an "
            "administrator of the account; if the bucket is another account's, choose another name_prefix."
        )
