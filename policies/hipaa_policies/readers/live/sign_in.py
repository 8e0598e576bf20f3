"""Who signs in, from the credential report: made when it is asked for, and ready some seconds later."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.identities import User
from hipaa_policies.readers.live.aws import Aws, UnreadableError
from hipaa_policies.readers.live.registry import Facts, Where, reader

# A report of thousands of users takes half a minute; each further request only asks whether it is there.
_ATTEMPTS = 60
_PAUSE_SECONDS = 1.0
_ROOT = "<root_account>"


@reader("users", operations={"iam": ("GenerateCredentialReport", "GetCredentialReport")})
def read_users(aws: Aws, _: Where) -> Facts:
    try:
        _generate(aws)
        content = aws.call("iam", "GetCredentialReport")["Content"]
    except UnreadableError as error:
        return {"users": Listing((), error.problem)}
    rows = csv.DictReader(io.StringIO(content.decode()))
    return {"users": Listing(tuple(map(_user, rows)))}


def _generate(aws: Aws) -> None:
    """A report of at most four hours, which is how long IAM keeps one. Raises ``UnreadableError``."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        if aws.call("iam", "GenerateCredentialReport")["State"] == "COMPLETE":
            return
    message = f"the credential report was not ready after {_ATTEMPTS} s: run the audit again"
    problem = Unreadable("iam:GenerateCredentialReport", "ReportInProgress", message)
    aws.record.fail(problem)
    raise UnreadableError(problem)


def _user(row: Mapping[str, Any]) -> User:
    root = row["user"] == _ROOT
    # Of the root user IAM says "not_supported": it has a password, unless the organisation took it away.
    password = row["password_enabled"].lower() in (("true", "not_supported") if root else ("true",))
    keys = [
        _day(row[f"access_key_{number}_last_rotated"], row["user_creation_time"])
        for number in (1, 2)
        if row[f"access_key_{number}_active"].lower() == "true"
    ]
    return User(
        arn=row["arn"],
        name=row["user"],
        root=root,
        password=password,
        mfa=row["mfa_active"].lower() == "true",
        keys=tuple(sorted(keys)),
    )


def _day(rotated: str, created: str) -> date:
    """A key that was never rotated ("N/A") may be as old as its user."""
    return datetime.fromisoformat(created if rotated == "N/A" else rotated).date()
