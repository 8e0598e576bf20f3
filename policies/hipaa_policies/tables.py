"""Dated tables: Lambda's runtimes, the services under AWS's BAA, actions that AWS scopes to nothing."""

from __future__ import annotations

from datetime import date

from hipaa_policies.dated import DatedTable
from hipaa_policies.iam import escalation

RUNTIMES_TABLE = DatedTable(
    "Lambda runtimes", date(2026, 7, 1), "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"
)
# The day from which AWS no longer patches it.
RUNTIME_DEPRECATION = {
    "dotnet10": date(2028, 11, 14),
    "dotnet6": date(2024, 12, 20),
    "dotnet8": date(2026, 11, 10),
    "dotnetcore3.1": date(2023, 4, 3),
    "go1.x": date(2024, 1, 8),
    "java11": date(2027, 6, 30),
    "java17": date(2027, 6, 30),
    "java21": date(2029, 6, 30),
    "java25": date(2029, 6, 30),
    "java8": date(2024, 1, 8),
    "java8.al2": date(2027, 6, 30),
    "nodejs12.x": date(2023, 3, 31),
    "nodejs14.x": date(2023, 12, 4),
    "nodejs16.x": date(2024, 6, 12),
    "nodejs18.x": date(2025, 9, 1),
    "nodejs20.x": date(2026, 4, 30),
    "nodejs22.x": date(2027, 4, 30),
    "nodejs24.x": date(2028, 4, 30),
    "provided": date(2024, 1, 8),
    "provided.al2": date(2026, 7, 31),
    "provided.al2023": date(2029, 6, 30),
    "python3.10": date(2026, 10, 31),
    "python3.11": date(2027, 6, 30),
    "python3.12": date(2028, 10, 31),
    "python3.13": date(2029, 6, 30),
    "python3.14": date(2029, 6, 30),
    "python3.6": date(2022, 7, 18),
    "python3.7": date(2023, 12, 4),
    "python3.8": date(2024, 10, 14),
    "python3.9": date(2025, 12, 15),
    "ruby2.7": date(2023, 12, 7),
    "ruby3.2": date(2026, 3, 31),
    "ruby3.3": date(2027, 3, 31),
    "ruby3.4": date(2028, 3, 31),
}

ELIGIBLE_TABLE = DatedTable(
    "HIPAA eligible services",
    date(2026, 3, 1),
    "https://aws.amazon.com/compliance/hipaa-eligible-services-reference/",
)
# By the service in a resource's type (AWS::Lambda::Function). Access analyzers, budgets, IAM and Cost
# Explorer hold no customer content, and are part of every account.
ELIGIBLE_SERVICES = frozenset(
    {
        "ApiGateway",
        "Backup",
        "CloudTrail",
        "CloudWatch",
        "Cognito",
        "Config",
        "DynamoDB",
        "EC2",
        "Events",
        "GuardDuty",
        "InspectorV2",
        "KMS",
        "Lambda",
        "Logs",
        "NetworkFirewall",
        "RDS",
        "Route53Resolver",
        "S3",
        "SNS",
        "SQS",
        "SecretsManager",
        "WAFv2",
    }
)
NO_CUSTOMER_CONTENT = frozenset({"AccessAnalyzer", "Budgets", "CE", "IAM"})

ESCALATION_TABLE = DatedTable("privilege-escalation paths", escalation.AS_OF, "https://pathfinding.cloud")

UNSCOPED_TABLE = DatedTable(
    "actions without a resource",
    date(2026, 11, 21),
    "https://docs.aws.amazon.com/service-authorization/latest/reference/",
)
# Actions for which AWS knows no resource (or, for the first, none before the call): "*" is their only
# resource. Of the services that a function or a delivery role calls.
UNSCOPED_ACTIONS = frozenset(
    action.lower()
    for action in (
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ec2:DetachNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
        "cloudwatch:GetMetricData",
        "cloudwatch:GetMetricStatistics",
        "cloudwatch:ListMetrics",
        "cloudwatch:PutMetricData",
        "comprehendmedical:DetectEntitiesV2",
        "comprehendmedical:DetectPHI",
        "events:ListRules",
        "kms:GenerateRandom",
        "kms:ListAliases",
        "kms:ListKeys",
        "lambda:ListFunctions",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
        "s3:ListAllMyBuckets",
        "secretsmanager:GetRandomPassword",
        "sqs:ListQueues",
        "sts:GetCallerIdentity",
        "textract:AnalyzeDocument",
        "textract:DetectDocumentText",
        "textract:GetDocumentAnalysis",
        "textract:GetDocumentTextDetection",
        "textract:StartDocumentAnalysis",
        "textract:StartDocumentTextDetection",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    )
)
