"""The credentials of an execution environment: a session of the function's role."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from hipaa_policies.iam import AccessRequest, Decision, evaluate

from scripts.local_cloud.authorization.callers import FUNCTION_OF_ACCESS_KEY
from scripts.local_cloud.authorization.resource_policies import policy_of
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.functions.deployed import DeployedFunction
from scripts.local_cloud.protocol.errors import AwsError

SERVICE = "lambda.amazonaws.com"
SESSION_SECONDS = 3600
# An environment is replaced this long before its credentials end, so that none ends in mid-invocation.
RENEW_BEFORE_SECONDS = 1000


@dataclass(frozen=True)
class Credentials:
    access_key_id: str
    secret_access_key: str
    session_token: str
    expires_at: float

    @property
    def fresh(self) -> bool:
        return datetime.now(UTC).timestamp() < self.expires_at - RENEW_BEFORE_SECONDS


def assume_role(function: DeployedFunction) -> Credentials:
    """sts:AssumeRole on the function's role, as Lambda does it: the trust policy must name Lambda.

    Raises ``AwsError`` AccessDeniedException with Lambda's own words.
    """
    trust = policy_of(function.role_arn)
    context = {"aws:SourceAccount": function.role_arn.split(":")[4], "aws:SourceArn": function.arn}
    request = AccessRequest("sts:AssumeRole", function.role_arn, context, SERVICE)
    if trust is None or evaluate([trust], request) is not Decision.ALLOWED:
        raise AwsError(
            "AccessDeniedException",
            "The role defined for the function cannot be assumed by Lambda.",
            403,
        )
    session = backend_of("sts", function.region).assume_role(
        region_name=function.region,
        # A session is named after the function; a suffix keeps those of one function apart in the tests.
        role_session_name=f"{function.name}"[:64],
        role_arn=function.role_arn,
        policy=None,
        duration=SESSION_SECONDS,
        external_id=None,
    )
    FUNCTION_OF_ACCESS_KEY[session.access_key_id] = function.arn
    return Credentials(
        session.access_key_id,
        session.secret_access_key,
        session.session_token,
        datetime.now(UTC).timestamp() + SESSION_SECONDS,
    )


def forget(credentials: Credentials) -> None:
    """The environment is gone: nobody holds these any more."""
    FUNCTION_OF_ACCESS_KEY.pop(credentials.access_key_id, None)


def new_request_id() -> str:
    return str(uuid.uuid4())
