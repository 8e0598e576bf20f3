"""The bootstrap's roles on a local cloud: for tests, and for `make prove-iam`.

A role is read where Terraform made it, or from a plan, and copied to a cloud where the whole stack is: names
and account are the same, so ARNs are. Its copy trusts the account instead of GitHub.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hipaa_policies.assessment import Assessment
from hipaa_policies.auditing import audit

from scripts.local_cloud.administrator import ACCOUNT_ID, REGION
from scripts.local_deployment import ENVIRONMENT, ROOT, TERRAFORM, LocalDeployment

Document = dict[str, Any]
PREFIX = "healthcare"
# https://developer.hashicorp.com/terraform/language/files/override: this wins over the folder's own.
_OFFLINE = """
terraform {
  backend "local" {}
}

provider "aws" {
  access_key                  = "none"
  secret_key                  = "none"
  allowed_account_ids         = null
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""
PLAN, APPLY, AUDIT = f"{PREFIX}-terraform-plan", f"{PREFIX}-terraform-apply", f"{PREFIX}-hipaa-audit"
# Of GitHub's tokens for the environments of tests/bootstrap/account.py's project.
SUBJECT = "repo:octo-org/octo-repo:environment:"
SUBJECTS = {PLAN: f"{SUBJECT}check-plan", APPLY: f"{SUBJECT}check", AUDIT: f"{SUBJECT}check-audit"}


@dataclass(frozen=True)
class Role:
    """A role with the documents of its policies, by their names."""

    name: str
    trust: Document
    policies: Mapping[str, Document] = field(default_factory=dict)

    @property
    def allowed_actions(self) -> list[str]:
        """All actions that its policies allow, each once."""
        found = set()
        for document in self.policies.values():
            for statement in document["Statement"]:
                if statement["Effect"] == "Allow":
                    found |= set(listed(statement["Action"]))
        return sorted(found)

    def without(self, action: str) -> Role:
        """The same role with one action less."""
        kept = {name: _without(document, action) for name, document in self.policies.items()}
        return Role(self.name, self.trust, kept)


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _without(document: Document, action: str) -> Document:
    kept = []
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow":
            actions = [each for each in listed(statement["Action"]) if each != action]
            if not actions:
                continue
            kept.append({**statement, "Action": actions})
        else:
            kept.append(statement)
    return {**document, "Statement": kept}


def read_role(cloud: LocalDeployment, name: str) -> Role:
    """The role as it is in that cloud: inline policies and attached ones."""
    iam = cloud.client("iam")
    policies = {
        inline: iam.get_role_policy(RoleName=name, PolicyName=inline)["PolicyDocument"]
        for inline in iam.list_role_policies(RoleName=name)["PolicyNames"]
    }
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        policies[attached["PolicyName"]] = found
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    return Role(name, trust, policies)


def planned_plan_role(scratch: Path) -> Role:
    """The plan role as environments/bootstrap would make it for the local cloud, by an offline plan.

    What it may do with the state is left out: it is known once the state's key has an ARN.
    """
    folder = scratch / "bootstrap"
    ignored = shutil.ignore_patterns(".*", "*.tfstate*", "*.tfbackend", "terraform.tfvars")
    shutil.copytree(ROOT / "environments" / "bootstrap", folder, ignore=ignored)
    (folder / "offline_override.tf").write_text(_OFFLINE)
    given = {"account_id": ACCOUNT_ID, "environment": "local", "region": REGION}
    words = [f"-var={name}={value}" for name, value in given.items()]
    words.append('-var=github={repository="octo-org/octo-repo"}')
    _terraform(folder, "init", "-input=false")
    _terraform(folder, "plan", "-input=false", "-refresh=false", "-out=plan", *words)
    document = json.loads(_terraform(folder, "show", "-json", "plan"))
    planned = document["planned_values"]["root_module"]["resources"]
    reads = [
        resource["values"] for resource in planned if resource["address"].startswith("aws_iam_policy.read[")
    ]
    return Role(PLAN, {}, {policy["name"]: json.loads(policy["policy"]) for policy in reads})


def _terraform(folder: Path, *words: str) -> str:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_DATA"))
    }
    finished = subprocess.run(
        [str(TERRAFORM), f"-chdir={folder}", words[0], "-no-color", *words[1:]],
        env=inherited,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def put_role(cloud: LocalDeployment, role: Role) -> None:
    """Make the role there, or change it to be so; it trusts the account. ``remove_role`` takes it away."""
    iam = cloud.client("iam")
    principal = {"AWS": f"arn:aws:iam::{cloud.state.account_id}:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    try:
        iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=document)
    except iam.exceptions.EntityAlreadyExistsException:
        for name in iam.list_role_policies(RoleName=role.name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=role.name, PolicyName=name)
    for name, policy in role.policies.items():
        # Inline here, whatever they were: a policy of its own would be found by who looks at the account.
        iam.put_role_policy(RoleName=role.name, PolicyName=name, PolicyDocument=json.dumps(policy))


def remove_role(cloud: LocalDeployment, name: str) -> None:
    iam = cloud.client("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def session_of(cloud: LocalDeployment, name: str) -> dict[str, str]:
    """The standard AWS variables of a session of the copied role."""
    arn = f"arn:aws:iam::{cloud.state.account_id}:role/{name}"
    assumed = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
    return cloud.environment | variables_of(assumed["Credentials"])


def variables_of(credentials: Mapping[str, Any]) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


def plan_stack(cloud: LocalDeployment, session: Mapping[str, str]) -> tuple[int, str]:
    """`terraform plan -detailed-exitcode` of environments/local, applied to ``cloud``, in that session.

    Returns Terraform's exit status (0: read whole, and nothing would change) and all that it printed.
    """
    words = ["plan", "-input=false", "-no-color", "-detailed-exitcode", "-lock=false", *cloud.variables]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    finished = subprocess.run(
        [str(TERRAFORM), f"-chdir={ENVIRONMENT}", *words],
        env=inherited | dict(session) | {"TF_DATA_DIR": str(cloud.directory / "terraform")},
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode, finished.stdout + finished.stderr


def audit_stack(cloud: LocalDeployment, role_name: str) -> Assessment:
    """`hipaa audit` under the copied role. The standard AWS variables must point to ``cloud``."""
    return audit(roles=[f"arn:aws:iam::{cloud.state.account_id}:role/{role_name}"])
