"""What the tests of the local cloud share: roles, functions and zips made on the spot."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from scripts.local_cloud.state import State

Eventually = Callable[[Callable[[], Any]], Any]  # the fixture of conftest.py

Statement = Mapping[str, Any]
_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """A name that no other test has."""
    return f"{prefix}-{next(_numbers)}"


def document(statements: Sequence[Statement]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: str | list[str], resources: str | list[str] = "*", **conditions: Any) -> Statement:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return {**statement, "Condition": conditions} if conditions else statement


def deny(actions: str | list[str], resources: str | list[str] = "*") -> Statement:
    return {**allow(actions, resources), "Effect": "Deny"}


def zip_of(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
    return buffer.getvalue()


@dataclass
class Cloud:
    """A running local cloud, seen by its administrator."""

    state: State

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.state.region}:{self.state.account_id}:{resource}"

    def client(
        self,
        service: str,
        credentials: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> Any:
        """A client of the administrator's, or with the given ``AWS_...``-like credentials."""
        keys = credentials or {
            "AccessKeyId": self.state.access_key_id,
            "SecretAccessKey": self.state.secret_access_key,
        }
        create_client: Any = boto3.client
        return create_client(
            service,
            endpoint_url=self.state.endpoint_url,
            region_name=self.state.region,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
            config=Config(retries={"max_attempts": 3}, **(config or {})),
        )

    def role(
        self,
        statements: Sequence[Statement],
        trusted: Mapping[str, str] | None = None,
        boundary: str | None = None,
    ) -> str:
        """Make a role, trusted by the account unless said otherwise; return its name."""
        name = unique("role")
        principal = trusted or {"AWS": f"arn:aws:iam::{self.state.account_id}:root"}
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
        options = {"PermissionsBoundary": boundary} if boundary else {}
        iam = self.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document([trust]), **options)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="main", PolicyDocument=document(statements))
        return name

    def role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.state.account_id}:role/{name}"

    def session(self, role: str) -> Mapping[str, str]:
        answer = self.client("sts").assume_role(RoleArn=self.role_arn(role), RoleSessionName="test")
        credentials: Mapping[str, str] = answer["Credentials"]
        return credentials

    def as_role(self, service: str, statements: Sequence[Statement], boundary: str | None = None) -> Any:
        """A client of ``service`` for a new role that may do what the statements say."""
        return self.client(service, self.session(self.role(statements, boundary=boundary)))

    def table(self, sort_key: bool = False, **options: Any) -> str:
        name = unique("table")
        keys = [{"AttributeName": "pk", "KeyType": "HASH"}]
        if sort_key:
            keys.append({"AttributeName": "sk", "KeyType": "RANGE"})
        self.client("dynamodb").create_table(
            TableName=name,
            KeySchema=keys,
            AttributeDefinitions=[{"AttributeName": k["AttributeName"], "AttributeType": "S"} for k in keys],
            BillingMode="PAY_PER_REQUEST",
            **options,
        )
        return name

    def function(
        self, source: str, statements: Sequence[Statement] | None = None, group: bool = True, **options: Any
    ) -> str:
        """Deploy ``handler`` of a one-file function; it may write its log unless ``statements`` say else."""
        name = unique("function")
        logging = allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"], self.arn("logs", f"log-group:/aws/lambda/{name}:*")
        )
        role = options.pop("Role", None) or self.role_arn(
            self.role([logging] if statements is None else statements, {"Service": "lambda.amazonaws.com"})
        )
        if group:
            self.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": zip_of(source)},
            **{"Timeout": 10, **options},
        )
        return name

    def invoke(self, name: str, event: Any = None, **options: Any) -> dict[str, Any]:
        """Invoke and read the answer: ``payload`` besides what boto3 gives."""
        answer: dict[str, Any] = self.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps(event), **options
        )
        body = answer["Payload"].read()
        return answer | {"payload": json.loads(body) if body else None}
