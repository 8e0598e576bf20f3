"""Who may open a session as a database user: by a token of IAM's, or by the master user's password.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
"""

from __future__ import annotations

import hmac
import json
import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hipaa_policies.iam import Decision, MalformedPolicyError
from moto.core.request import Request

from scripts.local_cloud.administrator import REGION
from scripts.local_cloud.authorization.access import Access, arn_of
from scripts.local_cloud.authorization.callers import authenticate
from scripts.local_cloud.authorization.judgement import global_context, judge
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.database.messages import FatalError
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest
from scripts.local_cloud.protocol.signature import read_signature

logger = logging.getLogger(__name__)
SERVICE = "rds-db"
MAXIMUM_TOKEN_SECONDS = 900


def check_token(cluster: Any, host: str, port: int, user: str, token: str) -> None:
    """Raise ``FatalError`` unless IAM lets whoever signed ``token`` connect to ``cluster`` as ``user``.

    What is wrong is only logged: the client learns no more than from RDS.
    """
    problem = problem_of_token(cluster, f"{host}:{port}", user, token)
    if problem is not None:
        logger.warning("no session for the database user %s: %s", user, problem)
        # RDS asks IAM through PAM, and this is PostgreSQL's error for that.
        raise FatalError("28000", f'PAM authentication failed for user "{user}"')


def problem_of_token(cluster: Any, address: str, user: str, token: str) -> str | None:
    if not cluster.iam_database_authentication_enabled:
        return "the cluster has IAM authentication off"
    url = urlsplit(f"https://{token}")
    given = {name: values[0] for name, values in parse_qs(url.query).items()}
    if (given.get("Action"), given.get("DBUser"), url.netloc) != ("connect", user, address):
        return "it is no token for this user of this address"
    http = Request.from_primitives("GET", url.geturl(), {"Host": address})
    call = AwsRequest(http=http, body=b"", service="rds", signature=read_signature(http), operation="connect")
    if call.signature is None or call.signature.service != SERVICE or call.signature.region != REGION:
        return "it is not signed for rds-db of this region"
    if not 0 < (call.signature.expires_seconds or 0) <= MAXIMUM_TOKEN_SECONDS:
        return "it says that it lasts longer than fifteen minutes"
    try:
        caller = authenticate(call)
        resource = arn_of(SERVICE, REGION, f"dbuser:{cluster.db_cluster_resource_id}/{user}")
        decision = judge(caller, Access("rds-db:connect", resource), global_context(call, caller))
    except AwsError as error:
        return error.message
    except MalformedPolicyError as error:
        return f"a policy cannot be read, {error}"
    if decision is not Decision.ALLOWED:
        return f"{caller.arn} is not authorized to perform: rds-db:connect on resource: {resource}"
    return None


def check_password(cluster: Any, user: str, password: str) -> None:
    """Raise ``FatalError`` unless it is the master user's, as RDS keeps it in Secrets Manager."""
    expected = master_password(cluster) if user == cluster.master_username else None
    if expected is None or not hmac.compare_digest(expected.encode(), password.encode()):
        raise FatalError("28P01", f'password authentication failed for user "{user}"')


def master_password(cluster: Any) -> str | None:
    """None where RDS does not manage it, or where its secret is gone."""
    if not cluster.manage_master_user_password:
        password: str | None = cluster._master_user_password
        return password
    secret = backend_of("secretsmanager", REGION).secrets.get(cluster.master_user_secret.secret_arn)
    current = secret.versions.get(secret.default_version_id) if secret else None
    return str(json.loads(current["secret_string"])["password"]) if current else None
