"""The AWS services behind Terraform's resource types, and whether AWS's agreement covers them.

For the types that no reader looks at. A service that is not known here is told, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# The words after "aws_" by which the types of a service begin; the longest that fits decides.
# Of the services that tables.ELIGIBLE_TABLE's source lists (its date is theirs), by their Terraform names.
_ELIGIBLE = frozenset(
    {
        "acm",
        "acmpca",
        "ami",
        "amplify",
        "api_gateway",
        "apigatewayv2",
        "appautoscaling",
        "appconfig",
        "appflow",
        "apprunner",
        "appstream",
        "appsync",
        "athena",
        "auditmanager",
        "autoscaling",
        "backup",
        "batch",
        "bedrock",
        "bedrockagent",
        "chime",
        "cloudformation",
        "cloudfront",
        "cloudhsm",
        "cloudtrail",
        "cloudwatch",
        "codebuild",
        "codecommit",
        "codedeploy",
        "codepipeline",
        "cognito",
        "comprehend",
        "config",
        "connect",
        "controltower",
        "customerprofiles",
        "dataexchange",
        "datasync",
        "dax",
        "db",
        "default",
        "detective",
        "directory",
        "dlm",
        "dms",
        "docdb",
        "docdbelastic",
        "dx",
        "dynamodb",
        "ebs",
        "ec2",
        "ecr",
        "ecs",
        "efs",
        "egress",
        "eip",
        "eks",
        "elastic",
        "elasticache",
        "elasticsearch",
        "elb",
        "emr",
        "emrcontainers",
        "emrserverless",
        "flow",
        "fms",
        "fsx",
        "glacier",
        "globalaccelerator",
        "glue",
        "grafana",
        "guardduty",
        "inspector",
        "inspector2",
        "instance",
        "internet",
        "iot",
        "kendra",
        "key",
        "keyspaces",
        "kinesis",
        "kinesisanalyticsv2",
        "kms",
        "lakeformation",
        "lambda",
        "launch",
        "lb",
        "lex",
        "lexv2models",
        "location",
        "macie2",
        "main",
        "medialive",
        "memorydb",
        "mq",
        "msk",
        "mskconnect",
        "mwaa",
        "nat",
        "neptune",
        "network",
        "networkfirewall",
        "networkmanager",
        "opensearch",
        "opensearchserverless",
        "organizations",
        "pinpoint",
        "pipes",
        "placement",
        "polly",
        "prefix",
        "prometheus",
        "quicksight",
        "rds",
        "redshift",
        "redshiftdata",
        "redshiftserverless",
        "rekognition",
        "route",
        "route53",
        "s3",
        "s3control",
        "s3outposts",
        "sagemaker",
        "scheduler",
        "secretsmanager",
        "security",
        "securityhub",
        "securitylake",
        "serverlessapplicationrepository",
        "service",
        "servicecatalog",
        "ses",
        "sesv2",
        "sfn",
        "shield",
        "sns",
        "sqs",
        "ssm",
        "storagegateway",
        "subnet",
        "swf",
        "synthetics",
        "timestreaminfluxdb",
        "timestreamwrite",
        "transcribe",
        "transfer",
        "verifiedpermissions",
        "volume",
        "vpc",
        "vpclattice",
        "vpn",
        "waf",
        "wafregional",
        "wafv2",
        "workspaces",
        "workspacesweb",
        "xray",
    }
)
_NOT_ELIGIBLE = {"gamelift": "GameLift", "lightsail": "Lightsail"}
# No customer content: who may do what, what it costs, what it is called.
_NO_CONTENT = frozenset(
    {
        "accessanalyzer",
        "account",
        "budgets",
        "ce",
        "cur",
        "customer_gateway",
        "iam",
        "key_pair",
        "ram",
        "resourceexplorer2",
        "resourcegroups",
        "route53recoverycontrolconfig",
        "servicequotas",
        "signer",
        "ssoadmin",
    }
)
# Providers that make nothing outside of Terraform itself.
_NO_SERVICE = frozenset(
    {"archive", "cloudinit", "external", "http", "local", "null", "random", "terraform", "time", "tls"}
)


@dataclass(frozen=True)
class Services:
    """Resource types by what is known of their service."""

    eligible: tuple[str, ...]
    not_eligible: tuple[str, ...]
    unknown: tuple[str, ...]


def services_of(types: Iterable[str]) -> Services:
    """The types, sorted out; those that stand for no service are left out."""
    eligible: list[str] = []
    refused: list[str] = []
    unknown: list[str] = []
    for kind in sorted(types):
        provider, _, rest = kind.partition("_")
        if provider in _NO_SERVICE:
            continue
        word = _known_word(rest) if provider == "aws" else None
        if word in _NO_CONTENT:
            continue
        if word in _NOT_ELIGIBLE:
            refused.append(f"{_NOT_ELIGIBLE[word]} ({kind})")
        else:
            (eligible if word in _ELIGIBLE else unknown).append(kind)
    return Services(tuple(eligible), tuple(refused), tuple(unknown))


def _known_word(rest: str) -> str | None:
    """The service's word at the beginning of a type's name."""
    first = rest.partition("_")[0]
    two = "_".join(rest.split("_")[:2])
    known = {*_ELIGIBLE, *_NOT_ELIGIBLE, *_NO_CONTENT}
    return next((word for word in (two, first) if word in known), None)
