"""Whose credentials these are: every command asks before it does anything."""

from __future__ import annotations

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.environments.environment import VARIABLES, Environment
from scripts.environments.problems import RefusedError


def check_account(environment: Environment) -> None:
    """Raises ``RefusedError`` unless the credentials are of the environment's own account."""
    place = f"environments/{environment.name}/{VARIABLES}"
    try:
        caller = boto3.Session().client("sts", region_name=environment.region).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise RefusedError(
            f"AWS did not say whose credentials these are ({error}), so nothing was done. Sign in to account "
            f"{environment.account_id} ({place}): AWS_PROFILE, or the role that CI assumes."
        ) from error
    if caller["Account"] != environment.account_id:
        raise RefusedError(
            f"These are credentials of account {caller['Account']} ({caller['Arn']}), and {environment.name} "
            f"is account {environment.account_id} ({place}). Nothing was done. Sign in to "
            f"{environment.account_id}, or choose the environment whose account this is."
        )
