"""Combinations of permissions by which an identity can give itself more. A dated table.

Compared on ``AS_OF`` with Datadog's collection (github.com/DataDog/pathfinding.cloud, its state of
2025-12-17, 65 paths), which names Rhino Security Labs, Bishop Fox and others as its own sources.
Left out on purpose: ``sts:AssumeRole`` alone, which gains only what the other role's trust policy
gives. ``hipaa_policies.dated`` makes the table fail once it is too old.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hipaa_policies.iam.analysis import ResourceKind, actions_granted, could_allow

AS_OF = date(2026, 11, 21)


@dataclass(frozen=True)
class EscalationPath:
    """All of ``actions`` together let the holder gain rights. ``passes_role_to`` is the service that
    a passed role must be allowed for (``iam:PassedToService``)."""

    name: str
    actions: tuple[str, ...]
    passes_role_to: str | None = None


def _alone(*actions: str) -> Iterator[EscalationPath]:
    for action in actions:
        yield EscalationPath(action, (action,))


def _passing_a_role(service: str, *actions: str) -> EscalationPath:
    return EscalationPath(
        f"iam:PassRole with {' and '.join(actions)}", ("iam:PassRole", *actions), f"{service}.amazonaws.com"
    )


PATHS: tuple[EscalationPath, ...] = (
    *_alone(
        "apprunner:UpdateService",
        "cloudformation:UpdateStack",
        "codebuild:StartBuild",
        "codebuild:StartBuildBatch",
        "ec2-instance-connect:SendSSHPublicKey",
        "glue:UpdateDevEndpoint",
        "iam:AddUserToGroup",
        "iam:AttachGroupPolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:CreatePolicyVersion",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteUserPermissionsBoundary",
        "iam:PutGroupPolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:PutUserPermissionsBoundary",
        "iam:PutUserPolicy",
        "iam:SetDefaultPolicyVersion",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateLoginProfile",
        "lambda:UpdateFunctionCode",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "ssm:SendCommand",
        "ssm:StartSession",
    ),
    EscalationPath(
        "lambda:UpdateFunctionConfiguration with a layer",
        ("lambda:UpdateFunctionConfiguration", "lambda:GetLayerVersion"),
    ),
    EscalationPath(
        "cloudformation change set", ("cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet")
    ),
    EscalationPath(
        "ec2 user data",
        ("ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"),
    ),
    EscalationPath("ec2 launch template", ("ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate")),
    EscalationPath(
        "bedrock code interpreter",
        ("bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"),
    ),
    EscalationPath(
        "sagemaker notebook lifecycle",
        (
            "sagemaker:CreateNotebookInstanceLifecycleConfig",
            "sagemaker:UpdateNotebookInstance",
            "sagemaker:StartNotebookInstance",
        ),
    ),
    _passing_a_role("lambda", "lambda:CreateFunction", "lambda:InvokeFunction"),
    _passing_a_role("lambda", "lambda:CreateFunction", "lambda:AddPermission"),
    _passing_a_role("lambda", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
    _passing_a_role("lambda", "lambda:CreateFunction", "lambda:CreateFunctionUrlConfig"),
    _passing_a_role("ec2", "ec2:RunInstances"),
    _passing_a_role("ec2", "ec2:RequestSpotInstances"),
    _passing_a_role("ec2", "ec2:AssociateIamInstanceProfile"),
    _passing_a_role("ecs-tasks", "ecs:RegisterTaskDefinition", "ecs:CreateService"),
    _passing_a_role("ecs-tasks", "ecs:RegisterTaskDefinition", "ecs:RunTask"),
    _passing_a_role("ecs-tasks", "ecs:RegisterTaskDefinition", "ecs:StartTask"),
    _passing_a_role("ecs-tasks", "ecs:RegisterTaskDefinition", "ecs:UpdateService"),
    _passing_a_role("glue", "glue:CreateDevEndpoint"),
    _passing_a_role("glue", "glue:CreateJob", "glue:CreateTrigger"),
    _passing_a_role("glue", "glue:UpdateJob", "glue:CreateTrigger"),
    _passing_a_role("glue", "glue:CreateJob", "glue:StartJobRun"),
    _passing_a_role("glue", "glue:UpdateJob", "glue:StartJobRun"),
    _passing_a_role("cloudformation", "cloudformation:CreateStack"),
    _passing_a_role("cloudformation", "cloudformation:UpdateStackSet"),
    _passing_a_role("cloudformation", "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"),
    _passing_a_role("datapipeline", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"),
    _passing_a_role("sagemaker", "sagemaker:CreateNotebookInstance"),
    _passing_a_role("sagemaker", "sagemaker:CreateTrainingJob"),
    _passing_a_role("sagemaker", "sagemaker:CreateProcessingJob"),
    _passing_a_role("states", "states:CreateStateMachine", "states:StartExecution"),
    _passing_a_role("scheduler", "scheduler:CreateSchedule"),
    _passing_a_role("bedrock-agentcore", "bedrock-agentcore:CreateCodeInterpreter"),
    _passing_a_role("apprunner", "apprunner:CreateService"),
)


def escalation_paths(
    policies: Sequence[Mapping[str, Any]],
    boundary: Sequence[Mapping[str, Any]] | None = None,
    paths: Iterable[EscalationPath] = PATHS,
) -> tuple[EscalationPath, ...]:
    """The paths that are open to the holder of these policies. Raises ``MalformedPolicyError``."""
    services = _services(policies)
    return tuple(path for path in paths if _begins(path, services) and _is_open(path, policies, boundary))


def _services(policies: Sequence[Mapping[str, Any]]) -> frozenset[str] | None:
    """The services, as actions name them, of which something is allowed; ``None`` where it may be any.

    Most roles have a few, and most paths need others: asking that first takes most of the work away.
    """
    found = set()
    for grant in actions_granted(policies):
        for action in grant.statement.actions:
            service = action.partition(":")[0].lower()
            if grant.statement.not_actions or set("*?") & set(service):
                return None
            found.add(service)
    return frozenset(found)


def _begins(path: EscalationPath, services: frozenset[str] | None) -> bool:
    return services is None or all(action.partition(":")[0] in services for action in path.actions)


def _is_open(
    path: EscalationPath,
    policies: Sequence[Mapping[str, Any]],
    boundary: Sequence[Mapping[str, Any]] | None,
) -> bool:
    def known(action: str) -> dict[str, str]:
        passing = action == "iam:PassRole" and path.passes_role_to is not None
        return {"iam:PassedToService": str(path.passes_role_to)} if passing else {}

    return all(
        could_allow(policies, action, known(action), boundary, kinds=_kinds(action))
        for action in path.actions
    )


# What IAM's actions of the paths are for, by the words in their names: the first that is in it holds.
_IAM_NOUNS = {
    "Group": "group/",
    "AccessKey": "user/",
    "LoginProfile": "user/",
    "User": "user/",
    "Role": "role/",
    "Policy": "policy/",
}
# Services whose actions are for another service's resources.
_ELSEWHERE = {"ec2-instance-connect": ("ec2",), "ssm": ("ec2", "ecs", "ssm")}


def _kinds(action: str) -> tuple[ResourceKind, ...]:
    """What an action can be for: a grant on anything else gives nothing.

    https://docs.aws.amazon.com/service-authorization/latest/reference/
    """
    service, _, name = action.partition(":")
    if service == "iam":
        return (ResourceKind("iam", next((n for word, n in _IAM_NOUNS.items() if word in name), "")),)
    return tuple(ResourceKind(owner) for owner in _ELSEWHERE.get(service, (service,)))
