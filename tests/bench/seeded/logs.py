"""Builds log groups and trails, and what makes a whole account compliant."""

from __future__ import annotations

import json
from typing import Any

from tests.bench.seeded import functions
from tests.bench.seeded.ground import ID, LOCK_DAYS, Ground, arn, document

# What ALM-02 and ALM-03 ask a filter of the trail's group for.
SIGNALS = {
    "refusals": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    "root": '{ $.userIdentity.type = "Root" }',
    "keys": "{ ($.eventName = ScheduleKeyDeletion) || ($.eventName = DisableKey) }",
    "policies": "{ ($.eventName = PutRolePolicy) || ($.eventName = AttachRolePolicy) "
    "|| ($.eventName = CreatePolicyVersion) }",
    "break-glass": '{ $.requestParameters.roleArn = "*role/break-glass" }',
    "trails": "{ ($.eventName = StopLogging) || ($.eventName = DeleteTrail) || ($.eventName = UpdateTrail) }",
}
EMERGENCY = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ID}:root"},
    "Action": "sts:AssumeRole",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
}
DATA = ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")


def log_group(ground: Ground, name: str, key: bool = True, days: int = 2557) -> str:
    logs = ground.client("logs")
    logs.create_log_group(logGroupName=f"/{name}", **({"kmsKeyId": ground.key} if key else {}))
    logs.put_retention_policy(logGroupName=f"/{name}", retentionInDays=days)
    return arn("logs", f"log-group:/{name}")


MASKING = {
    "Name": "masking",
    "Version": "2021-06-01",
    "Statement": [
        {
            "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/Ssn-US"],
            "Operation": {operation: {kind: {}}},
        }
        for operation, kind in (("Audit", "FindingsDestination"), ("Deidentify", "MaskConfig"))
    ],
}


def function_group(ground: Ground, name: str, exported: bool = True, masked: bool = True) -> str:
    """The log group of a function of its own."""
    functions.build(ground, f"logs-{name}")
    group = f"/aws/lambda/logs-{name}"
    logs = ground.client("logs")
    if exported:
        logs.put_subscription_filter(
            logGroupName=group,
            filterName="archive",
            filterPattern="",
            destinationArn=ground.stream,
            roleArn=arn("iam", "role/logs", ""),
        )
    if masked:
        logs.put_data_protection_policy(logGroupIdentifier=group, policyDocument=json.dumps(MASKING))
    return arn("logs", f"log-group:{group}")


def trail(
    ground: Ground,
    name: str,
    validated: bool = True,
    key: bool = True,
    locked_days: int = LOCK_DAYS,
    **more: Any,
) -> str:
    writer = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{ID}-trail-{name}", f"arn:aws:s3:::{ID}-trail-{name}/*"],
        "Condition": {"StringEquals": {"aws:SourceArn": arn("cloudtrail", f"trail/{name}")}},
    }
    ground.bucket(f"trail-{name}", statements=[writer], locked_days=locked_days)
    trails = ground.client("cloudtrail")
    trails.create_trail(
        Name=name,
        S3BucketName=f"{ID}-trail-{name}",
        EnableLogFileValidation=validated,
        **({"KmsKeyId": ground.key} if key else {}),
        **more,
    )
    trails.start_logging(Name=name)
    return arn("cloudtrail", f"trail/{name}")


def mend_account(ground: Ground) -> None:
    """The twin of every seed that breaks the whole account: a trail of everything, alarms, a budget."""
    group = "/trail"
    ground.client("logs").create_log_group(logGroupName=group, kmsKeyId=ground.key)
    trail(
        ground,
        "whole",
        IsMultiRegionTrail=True,
        CloudWatchLogsLogGroupArn=arn("logs", f"log-group:{group}:*"),
        CloudWatchLogsRoleArn=arn("iam", "role/trail", ""),
    )
    ground.client("cloudtrail").put_event_selectors(
        TrailName="whole",
        AdvancedEventSelectors=[
            {"Name": "changes", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
            *(
                {
                    "Name": kind,
                    "FieldSelectors": [
                        {"Field": "eventCategory", "Equals": ["Data"]},
                        {"Field": "resources.type", "Equals": [kind]},
                    ],
                }
                for kind in DATA
            ),
        ],
    )
    for name, pattern in SIGNALS.items():
        _signal(ground, group, name, pattern)
    ground.client("iam").create_role(RoleName="break-glass", AssumeRolePolicyDocument=document(EMERGENCY))
    ground.client("guardduty").create_detector(Enable=True)
    functions.build(ground, "scanned")
    ground.client("inspector2").enable(accountIds=[ID], resourceTypes=["LAMBDA"])
    ground.client("budgets").create_budget(
        AccountId=ID,
        Budget={
            "BudgetName": "monthly",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "100", "Unit": "USD"},
        },
        NotificationsWithSubscribers=[
            {
                "Notification": {
                    "NotificationType": "ACTUAL",
                    "ComparisonOperator": "GREATER_THAN",
                    "Threshold": 80.0,
                },
                "Subscribers": [{"SubscriptionType": "SNS", "Address": ground.alerts}],
            }
        ],
    )


def _signal(ground: Ground, group: str, name: str, pattern: str) -> None:
    ground.client("logs").put_metric_filter(
        logGroupName=group,
        filterName=name,
        filterPattern=pattern,
        metricTransformations=[{"metricName": name, "metricNamespace": "Trail", "metricValue": "1"}],
    )
    ground.client("cloudwatch").put_metric_alarm(
        AlarmName=f"trail-{name}",
        Namespace="Trail",
        MetricName=name,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[ground.alerts],
    )
