"""``--tag``: which resources of an account are in scope, and which were left out.

All facts are read and joined as without it; what is narrowed is which findings are told. A resource is
left out where its kind carries tags that one account-wide call lists, and it has not the wanted ones. A
role is left out with the functions that use it. What cannot be told apart stays in: the account itself,
policies, budgets, subscriptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hipaa_policies.catalogue import Control
from hipaa_policies.facts import Account
from hipaa_policies.verdicts import Finding, Status

# Kinds whose tags resourcegroupstaggingapi:GetResources lists, by CloudFormation's names.
# https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
TAGGED_KINDS = frozenset(
    {
        "AWS::ApiGateway::DomainName",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
        "AWS::CloudTrail::Trail",
        "AWS::CloudWatch::Alarm",
        "AWS::Cognito::UserPool",
        "AWS::DynamoDB::Table",
        "AWS::EC2::FlowLog",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCEndpoint",
        "AWS::Events::EventBus",
        "AWS::KMS::Key",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
        "AWS::WAFv2::WebACL",
    }
)
_ROLE = "AWS::IAM::Role"


@dataclass(frozen=True)
class TagScope:
    """The wanted tags, and the ARNs of all that has them. Values of one key are alternatives."""

    tags: tuple[tuple[str, str], ...]
    arns: frozenset[str]


def left_out_of(scope: TagScope, account: Account) -> Callable[[str, str], bool]:
    """Asks of a resource's kind and ARN whether it is out of scope."""
    functions = account.functions.items
    inside = {function.role_arn for function in functions if function.arn in scope.arns}
    outside = {function.role_arn for function in functions if function.arn not in scope.arns}
    roles = outside - inside if account.functions.problem is None else set[str]()

    def left_out(kind: str, arn: str) -> bool:
        if kind == _ROLE:
            return arn in roles
        return kind in TAGGED_KINDS and arn.removesuffix(":*") not in scope.arns

    return left_out


def narrowed(
    findings: Iterable[Finding],
    controls: Sequence[Control],
    account: Account,
    left_out: Callable[[str, str], bool],
) -> tuple[Finding, ...]:
    """The findings that are in scope; for a control that has none, one that says so."""
    kept = [finding for finding in findings if not left_out(finding.resource_type, finding.resource)]
    told = {finding.control_id for finding in kept}
    kept += [_nothing_in_scope(control, account) for control in controls if control.id not in told]
    order = {control.id: index for index, control in enumerate(controls)}
    return tuple(sorted(kept, key=lambda finding: order[finding.control_id]))


def _nothing_in_scope(control: Control, account: Account) -> Finding:
    return Finding(
        control_id=control.id,
        title=control.title,
        status=Status.NOT_APPLICABLE,
        resource=account.arn,
        resource_type=account.TYPE,
        account=account.id,
        region=account.region,
        citation=control.cite,
        requirement=control.requirement,
        checklist=control.group.value,
        message="nothing of this kind is in scope",
    )
