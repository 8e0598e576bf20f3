"""Mutations of least privilege: what the policies of roles say."""

from __future__ import annotations

import json
from typing import Any

from tests.mutation.cloud import Cloud, allow, policy
from tests.mutation.model import Broken, Pair, Steps, mutation

NAME = "mutation"


def _inline(cloud: Cloud, *statements: dict[str, Any], also: tuple[Pair, ...] = ()) -> Steps:
    """One more inline policy of the function's role; the role must fail."""
    cloud.permit(cloud.role, NAME, *statements)
    yield Broken(cloud.function.role_arn, also)
    cloud.forbid(cloud.role, NAME)


def _star(cloud: Cloud, statement: dict[str, Any], *also: str) -> Steps:
    """A policy of the flow logs' role that allows everything: nothing but the role is judged by it."""
    role = next(r for r in cloud.account.roles.items if r.name.endswith("-flow-logs"))
    cloud.permit(role.name, NAME, statement)
    arn = f"{role.arn}/policy/{NAME}"
    yield Broken(arn, also=tuple((control, role.arn) for control in also))
    cloud.forbid(role.name, NAME)


@mutation("IAM-01", "every action on everything")
def star(cloud: Cloud) -> Steps:
    yield from _star(cloud, allow("*", "*"), "IAM-03", "IAM-04")


@mutation("IAM-01", "everything but one bucket")
def everything_but(cloud: Cloud) -> Steps:
    statement = {"Effect": "Allow", "Action": "*:*", "NotResource": "arn:aws:s3:::mutation"}
    yield from _star(cloud, statement, "IAM-03", "IAM-04")


@mutation("IAM-01", "a group of administrators")
def administrators(cloud: Cloud) -> Steps:
    iam, policy_arn = cloud.client("iam"), "arn:aws:iam::aws:policy/AdministratorAccess"
    group = iam.create_group(GroupName=NAME)["Group"]["Arn"]
    iam.attach_group_policy(GroupName=NAME, PolicyArn=policy_arn)
    yield Broken(f"{group}/attached-policy/AdministratorAccess")
    iam.detach_group_policy(GroupName=NAME, PolicyArn=policy_arn)
    iam.delete_group(GroupName=NAME)


@mutation("IAM-01", "a user who may do all of IAM")
def user_of_iam(cloud: Cloud) -> Steps:
    """The user that there is: a new one would be judged for its sign-in, too."""
    iam, policy_arn = cloud.client("iam"), "arn:aws:iam::aws:policy/IAMFullAccess"
    user = iam.get_user()["User"]
    iam.attach_user_policy(UserName=user["UserName"], PolicyArn=policy_arn)
    yield Broken(f"{user['Arn']}/attached-policy/IAMFullAccess")
    iam.detach_user_policy(UserName=user["UserName"], PolicyArn=policy_arn)


@mutation("IAM-02", "a whole service under a harmless name")
def whole_service(cloud: Cloud) -> Steps:
    """It lets the audit table be changed, too."""
    yield from _attached(cloud, {"Action": ["dynamodb:*"]}, "AUD-01")


@mutation("IAM-02", "an administrator under a harmless name")
def administrator(cloud: Cloud) -> Steps:
    yield from _attached(cloud, {"Action": "*"}, "AUD-01")


def _attached(cloud: Cloud, says: dict[str, Any], *also: str) -> Steps:
    iam = cloud.client("iam")
    document = policy({"Effect": "Allow", "Resource": "*", **says})
    arn = iam.create_policy(PolicyName="harmless", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=cloud.role, PolicyArn=arn)
    side_effects = [("IAM-03", cloud.function.role_arn), *((c, cloud.function.arn) for c in also)]
    if says["Action"] == "*":
        side_effects += [
            ("IAM-01", arn),
            ("IAM-04", cloud.function.role_arn),
            ("SNS-01", cloud.topic.arn),
        ]
    yield Broken(cloud.function.arn, also=tuple(side_effects))
    iam.detach_role_policy(RoleName=cloud.role, PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)


@mutation("IAM-03", "a whole service on one table")
def whole_service_on_one_table(cloud: Cloud) -> Steps:
    yield from _inline(cloud, allow("dynamodb:*", cloud.table("-relationships").arn))


@mutation("IAM-03", "one action on every table")
def every_table(cloud: Cloud) -> Steps:
    yield from _inline(cloud, allow("dynamodb:GetItem", "*"))


@mutation("IAM-03", "everything but a service")
def not_action(cloud: Cloud) -> Steps:
    """Allowed on a table alone, none of the rest raises its privileges."""
    table = cloud.table("-relationships").arn
    yield from _inline(cloud, {"Effect": "Allow", "NotAction": "iam:*", "Resource": table})


def _flow_logs_role(cloud: Cloud, *statements: dict[str, Any]) -> Steps:
    """Of a role that no function has: no endpoint is wanted for it."""
    role = next(r for r in cloud.account.roles.items if r.name.endswith("-flow-logs"))
    cloud.permit(role.name, NAME, *statements)
    yield Broken(role.arn, also=(("IAM-03", role.arn),))
    cloud.forbid(role.name, NAME)


@mutation("IAM-04", "it may write its own policy")
def own_policy(cloud: Cloud) -> Steps:
    yield from _flow_logs_role(cloud, allow("iam:Put*Policy", f"arn:aws:iam::{cloud.account.id}:role/*"))


@mutation("IAM-04", "it may pass a role to a new function")
def pass_role(cloud: Cloud) -> Steps:
    everywhere = f"arn:aws:lambda:{cloud.account.region}:{cloud.account.id}:function:*"
    yield from _flow_logs_role(
        cloud,
        allow("iam:PassRole", f"arn:aws:iam::{cloud.account.id}:role/*"),
        allow(["lambda:CreateFunction", "lambda:InvokeFunction"], everywhere),
    )


def _trust(cloud: Cloud, statement: dict[str, Any]) -> Steps:
    iam = cloud.client("iam")
    role = next(r for r in cloud.account.roles.items if r.arn == cloud.function.role_arn)
    before = json.loads(role.trust)
    broken = {**before, "Statement": [*before["Statement"], {"Effect": "Allow", **statement}]}
    iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=json.dumps(broken))
    yield Broken(role.arn)
    iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=json.dumps(before))


@mutation("IAM-05", "anybody may assume it")
def for_anybody(cloud: Cloud) -> Steps:
    yield from _trust(cloud, {"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})


@mutation("IAM-05", "every repository of GitHub may assume it")
def for_any_repository(cloud: Cloud) -> Steps:
    provider = f"arn:aws:iam::{cloud.account.id}:oidc-provider/token.actions.githubusercontent.com"
    yield from _trust(
        cloud, {"Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    )


@mutation("IAM-06", "another function shares the role")
def shared_role(cloud: Cloud) -> Steps:
    """The new function is otherwise as bad as a new function is: none of that is about the first one."""
    client, function = cloud.client("lambda"), cloud.function
    arn = client.create_function(
        FunctionName="mutation",
        Role=function.role_arn,
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"ZipFile": _empty_zip()},
    )["FunctionArn"]
    failing = ("LAM-01", "LAM-03", "LAM-08", "LAM-09", "LAM-10", "LOG-04", "ALM-01", "IAM-06")
    yield Broken(function.arn, also=tuple((control, arn) for control in failing))
    client.delete_function(FunctionName="mutation")


@mutation("IAM-06", "another function is given the role")
def given_role(cloud: Cloud) -> Steps:
    client, other = cloud.client("lambda"), cloud.function_named("-fhir-api")
    client.update_function_configuration(FunctionName=other.name, Role=cloud.function.role_arn)
    yield Broken(cloud.function.arn, also=(("IAM-06", other.arn),))
    client.update_function_configuration(FunctionName=other.name, Role=other.role_arn)


def _empty_zip() -> bytes:
    return b"PK\x05\x06" + bytes(18)


@mutation("IAM-07", "another account may assume it")
def foreign_trust(cloud: Cloud) -> Steps:
    yield from _trust(
        cloud, {"Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "sts:AssumeRole"}
    )


@mutation("IAM-07", "another account may assume it with an external id")
def foreign_trust_with_id(cloud: Cloud) -> Steps:
    condition = {"StringEquals": {"sts:ExternalId": "x"}}
    principal = {"AWS": "arn:aws:iam::999999999999:role/backup"}
    yield from _trust(cloud, {"Principal": principal, "Action": "sts:AssumeRole", "Condition": condition})
