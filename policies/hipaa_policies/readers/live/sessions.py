"""Sessions: of a profile, of a role in another account; and what to do where there is none."""

from __future__ import annotations

import re
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from hipaa_policies.facts import Unreadable
from hipaa_policies.problems import NotDoneError

_ROLE = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/.+")
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_NO_CREDENTIALS = (NoCredentialsError.__name__, PartialCredentialsError.__name__)
_NO_CREDENTIALS_HELP = (
    "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or "
    "give --profile. For the local cloud `make up` prints the variables."
)
# How services say that a session is over.
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
# Longer than the largest account takes to read; the most that one role may give another.
_SECONDS = 3600


def session_of(profile: str | None) -> boto3.Session:
    """Raises ``NotDoneError``."""
    try:
        return boto3.Session(profile_name=profile)
    except ProfileNotFound as error:
        raise NotDoneError(f"{error}: see `aws configure list-profiles`, or unset AWS_PROFILE") from error
    except BotoCoreError as error:
        raise NotDoneError(f"the AWS configuration cannot be used: {error}") from error


def check_role(role: str, external_id: str | None) -> None:
    """Raises ``NotDoneError`` for what AWS would refuse as mistyped."""
    if not _ROLE.fullmatch(role):
        raise NotDoneError(f"--role-arn {role!r} is no role's ARN (arn:aws:iam::123456789012:role/name)")
    if external_id is not None and not _EXTERNAL_ID.fullmatch(external_id):
        raise NotDoneError("--external-id must have 2 to 1224 letters, digits, or +=,.@:/_-")


def assumed(session: boto3.Session, role: str, region: str, external_id: str | None = None) -> boto3.Session:
    """A session with the role's credentials. ``external_id`` is what the role's trust policy may ask for.

    Raises ``NotDoneError``.
    """
    more: Any = {} if external_id is None else {"ExternalId": external_id}
    retries = Config(retries={"mode": "standard", "max_attempts": 8})
    try:
        sts = session.client("sts", region_name=region, config=retries)
        answer = sts.assume_role(
            RoleArn=role, RoleSessionName="hipaa-policies", DurationSeconds=_SECONDS, **more
        )
    except ClientError as error:
        told = error.response.get("Error", {})
        raise NotDoneError(
            f"{role} cannot be assumed: {told.get('Code')}: {told.get('Message', '').rstrip('.')}. Its trust "
            "policy must name this identity (and the --external-id, if it asks for one), and this identity "
            "needs sts:AssumeRole for it."
        ) from error
    except BotoCoreError as error:
        if type(error).__name__ in _NO_CREDENTIALS:
            raise NotDoneError(_NO_CREDENTIALS_HELP) from error
        raise NotDoneError(f"{role} cannot be assumed: {error}") from error
    given = answer["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def explained(problem: Unreadable, region: str) -> str:
    """Why AWS does not even say whose account this is."""
    if problem.code in _NO_CREDENTIALS:
        return _NO_CREDENTIALS_HELP
    if problem.code in ("EndpointConnectionError", "InvalidRegionError", "ConnectTimeoutError"):
        return (
            f"AWS does not answer in the region {region!r}: {problem.message} Check the region's name, "
            "the network, and AWS_ENDPOINT_URL."
        )
    return f"{problem.operation} answered {problem.code}: {problem.message} Check, or renew, the credentials."
