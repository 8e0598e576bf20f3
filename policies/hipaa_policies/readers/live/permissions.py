"""The IAM action behind each API operation that the readers call, where the two names differ.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import json
from collections.abc import Iterable

# boto3's service -> the prefix of its IAM actions
_PREFIXES = {
    "accessanalyzer": "access-analyzer",
    "apigateway": "apigateway",
    "cognito-idp": "cognito-idp",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
}
_ACTIONS = {
    ("accessanalyzer", "ListFindingsV2"): "access-analyzer:ListFindings",
    ("budgets", "DescribeBudgets"): "budgets:ViewBudget",
    ("budgets", "DescribeNotificationsForBudget"): "budgets:ViewBudget",
    ("budgets", "DescribeSubscribersForNotification"): "budgets:ViewBudget",
    ("s3", "GetBucketEncryption"): "s3:GetEncryptionConfiguration",
    ("s3", "GetObjectLockConfiguration"): "s3:GetBucketObjectLockConfiguration",
    ("s3", "GetPublicAccessBlock"): "s3:GetBucketPublicAccessBlock",
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("s3control", "GetPublicAccessBlock"): "s3:GetAccountPublicAccessBlock",
}


def iam_action(service: str, operation: str) -> str:
    """The IAM action that allows an operation, both as boto3 names them: ("s3", "ListBuckets")."""
    if service == "apigateway":
        return "apigateway:GET"
    return _ACTIONS.get((service, operation), f"{_PREFIXES.get(service, service)}:{operation}")


def read_only_policy(operations: Iterable[tuple[str, str]]) -> str:
    """The IAM policy, as JSON, with exactly the actions that the readers need."""
    actions = sorted({iam_action(service, operation) for service, operation in operations})
    statement = {
        "Sid": "HipaaPoliciesReadsConfiguration",
        "Effect": "Allow",
        "Action": actions,
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
