"""The administrator whose key Terraform and the tools use: an IAM user whose policy is not attached to it.

It stands for who comes to a real account by a role, from outside: among the account's users, whose policies
an audit judges (IAM-01), it is none that has everything.
"""

from __future__ import annotations

from dataclasses import dataclass

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends

ACCOUNT_ID: str = DEFAULT_ACCOUNT_ID
REGION = "us-east-1"
USER_NAME = "local-cloud-administrator"
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class AccessKey:
    """A long-lived key."""

    access_key_id: str
    secret_access_key: str


def create_administrator() -> AccessKey:
    """Create the user directly in moto, before any server listens: nobody could sign for it yet."""
    backend = iam_backends[ACCOUNT_ID]["aws"]
    backend.create_user(REGION, USER_NAME)
    key = backend.create_access_key(USER_NAME)
    return AccessKey(key.access_key_id, key.secret_access_key)
