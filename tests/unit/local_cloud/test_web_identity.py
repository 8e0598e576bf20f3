"""GitHub's tokens, IAM's own calls and S3's conditional writes: what environments/bootstrap stands on."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_cloud.control import Control
from tests.unit.local_cloud.support import Cloud, allow, document, unique

ISSUER = "token.actions.githubusercontent.com"
SUBJECT = "repo:octo-org/octo-repo:environment:test"


@pytest.fixture(scope="module")
def role(cloud: Cloud) -> str:
    """ARN of a role that takes one subject, in an account that knows the provider for one audience."""
    iam = cloud.client("iam")
    provider = iam.create_open_id_connect_provider(
        Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"]
    )
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": provider["OpenIDConnectProviderArn"]},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:sub": SUBJECT,
                f"{ISSUER}:repository_id": "42",
                f"{ISSUER}:ref": "refs/heads/main",
            }
        },
    }
    made = iam.create_role(RoleName=unique("workflow"), AssumeRolePolicyDocument=document([trust]))
    return str(made["Role"]["Arn"])


def github_token(cloud: Cloud) -> str:
    """One that the role takes."""
    return Control(cloud.state).github_token(SUBJECT, repository_id="42", ref="refs/heads/main")


def sign_in(cloud: Cloud, role: str, token: str, **more: Any) -> Any:
    sts = cloud.client("sts")
    return sts.assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="test", WebIdentityToken=token, **more
    )


def test_a_token_that_the_role_trusts_makes_a_session(cloud: Cloud, role: str) -> None:
    token = github_token(cloud)
    session = sign_in(cloud, role, token)["Credentials"]
    identity = cloud.client("sts", session).get_caller_identity()
    assert identity["Arn"].endswith(f"{role.rpartition('/')[2]}/test")
    with pytest.raises(ClientError, match="is not authorized to perform: s3:ListAllMyBuckets"):
        cloud.client("s3", session).list_buckets()


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({"sub": "repo:octo-org/octo-repo:pull_request"}, "Not authorized"),
        ({"repository_id": "43"}, "Not authorized"),
        ({"ref": "refs/pull/1/merge"}, "Not authorized"),
        ({"aud": "somebody else"}, "Incorrect token audience"),
        ({"iss": "https://attacker.example"}, "InvalidIdentityToken"),
        ({"exp": 1}, "Token expired"),
    ],
)
def test_another_token_does_not(cloud: Cloud, role: str, claims: dict[str, Any], refusal: str) -> None:
    given = {
        "sub": SUBJECT,
        "aud": "sts.amazonaws.com",
        "repository_id": "42",
        "ref": "refs/heads/main",
    } | claims
    token = Control(cloud.state).ask("POST", "github-token", {"claims": given})["token"]
    with pytest.raises(ClientError, match=refusal):
        sign_in(cloud, role, token)


def test_a_token_of_somebody_elses_making_does_not(cloud: Cloud, role: str) -> None:
    header, claims, signature = github_token(cloud).split(".")
    for forged in (f"{header}.{claims}.{signature[:-8]}AAAAAAAA", f"{header}.{claims}.", "not a token"):
        with pytest.raises(ClientError, match="InvalidIdentityToken"):
            sign_in(cloud, role, forged)


def test_a_session_is_no_longer_than_the_role_says(cloud: Cloud, role: str) -> None:
    token = github_token(cloud)
    with pytest.raises(ClientError, match="MaxSessionDuration"):
        sign_in(cloud, role, token, DurationSeconds=7200)


def test_only_the_administrator_gets_tokens(cloud: Cloud) -> None:
    url = f"{cloud.state.endpoint_url}/_local_cloud/github-token"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, data=b"{}")


def test_roles_are_made_with_the_boundary_that_a_policy_asks_for(cloud: Cloud) -> None:
    boundary = cloud.client("iam").create_policy(
        PolicyName=unique("boundary"), PolicyDocument=document([allow("s3:*")])
    )["Policy"]["Arn"]
    bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    actions = ["iam:CreateRole", "iam:PutRolePolicy"]
    mine = f"arn:aws:iam::{cloud.state.account_id}:role/mine-*"
    iam = cloud.as_role("iam", [allow(actions, mine, **bounded)])
    words = {"RoleName": unique("mine"), "AssumeRolePolicyDocument": document([allow("sts:AssumeRole")])}
    for wrong in ({}, {"PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}):
        with pytest.raises(ClientError, match="is not authorized to perform: iam:CreateRole"):
            iam.create_role(**words, **wrong)
    iam.create_role(**words, PermissionsBoundary=boundary)
    own = {"PolicyName": "own", "PolicyDocument": document([allow("s3:*")])}
    iam.put_role_policy(RoleName=words["RoleName"], **own)
    with pytest.raises(ClientError, match="is not authorized to perform: iam:PutRolePolicy"):
        iam.put_role_policy(RoleName=cloud.role([]), **own)


def test_a_bucket_can_ask_for_conditional_writes(cloud: Cloud) -> None:
    s3, name = cloud.client("s3"), unique("conditional")
    s3.create_bucket(Bucket=name)
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*.tflock",
        "Condition": {"Null": {"s3:if-none-match": "true"}},
    }
    s3.put_bucket_policy(Bucket=name, Policy=document([statement]))
    with pytest.raises(ClientError, match="explicit deny"):
        s3.put_object(Bucket=name, Key="state.tflock", Body=b"1")
    s3.put_object(Bucket=name, Key="state.tflock", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=name, Key="state.tflock", Body=b"2", IfNoneMatch="*")


def test_a_bucket_that_is_not_there_is_not_there(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="404"):
        cloud.client("s3").head_bucket(Bucket="nobody-has-made-this")
