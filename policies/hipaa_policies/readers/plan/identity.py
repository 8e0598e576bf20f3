"""Names, ids and ARNs of planned resources: real ones where the plan decides them, else made of the address.

An ARN that AWS makes of a name is known before it is applied, so findings of both lenses can be matched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hipaa_policies.readers.plan.model import Plan, Planned

_NAMES = {
    "aws_accessanalyzer_analyzer": "analyzer_name",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_db_instance": "identifier",
    "aws_rds_cluster": "cluster_identifier",
    "aws_rds_cluster_instance": "identifier",
    "aws_lambda_function": "function_name",
    "aws_s3_bucket": "bucket",
    "aws_api_gateway_domain_name": "domain_name",
    "aws_cognito_user_group": "name",
    "aws_api_gateway_stage": "stage_name",
}
# Types whose id is their name.
_ID_IS_NAME = frozenset(
    {"aws_s3_bucket", "aws_iam_role", "aws_cloudwatch_log_group", "aws_dynamodb_table", "aws_lambda_function"}
)
# Types whose id is their ARN.
_ID_IS_ARN = frozenset(
    {
        "aws_sns_topic",
        "aws_iam_policy",
        "aws_secretsmanager_secret",
        "aws_cloudtrail",
        "aws_lambda_code_signing_config",
        "aws_networkfirewall_firewall_policy",
        "aws_networkfirewall_rule_group",
    }
)
# What AWS's ids begin with: controls tell an internet gateway from others by it.
_PREFIXES = {
    "aws_default_route_table": "rtb-",
    "aws_default_security_group": "sg-",
    "aws_default_subnet": "subnet-",
    "aws_default_vpc": "vpc-",
    "aws_ec2_carrier_gateway": "cagw-",
    "aws_ec2_managed_prefix_list": "pl-",
    "aws_egress_only_internet_gateway": "eigw-",
    "aws_instance": "i-",
    "aws_internet_gateway": "igw-",
    "aws_nat_gateway": "nat-",
    "aws_network_interface": "eni-",
    "aws_networkfirewall_firewall": "vpce-",  # that of its endpoints
    "aws_route_table": "rtb-",
    "aws_security_group": "sg-",
    "aws_subnet": "subnet-",
    "aws_vpc": "vpc-",
    "aws_vpc_endpoint": "vpce-",
}
_ByName = Callable[["Plan", "Planned", str], str]
_BY_NAME: dict[str, _ByName] = {
    "aws_accessanalyzer_analyzer": lambda p, _, n: p.arn("access-analyzer", f"analyzer/{n}"),
    "aws_backup_vault": lambda p, _, n: p.arn("backup", f"backup-vault:{n}"),
    "aws_budgets_budget": lambda p, _, n: p.arn("budgets", f"budget/{n}", region=""),
    "aws_cloudtrail": lambda p, _, n: p.arn("cloudtrail", f"trail/{n}"),
    "aws_cloudwatch_event_bus": lambda p, _, n: p.arn("events", f"event-bus/{n}"),
    "aws_cloudwatch_log_group": lambda p, _, n: p.arn("logs", f"log-group:{n}"),
    "aws_cloudwatch_metric_alarm": lambda p, _, n: p.arn("cloudwatch", f"alarm:{n}"),
    "aws_db_instance": lambda p, _, n: p.arn("rds", f"db:{n}"),
    "aws_rds_cluster": lambda p, _, n: p.arn("rds", f"cluster:{n}"),
    "aws_rds_cluster_instance": lambda p, _, n: p.arn("rds", f"db:{n}"),
    "aws_dynamodb_table": lambda p, _, n: p.arn("dynamodb", f"table/{n}"),
    "aws_kinesis_firehose_delivery_stream": lambda p, _, n: p.arn("firehose", f"deliverystream/{n}"),
    "aws_iam_group": lambda p, r, n: p.arn("iam", f"group{r.values.get('path') or '/'}{n}", region=""),
    "aws_iam_policy": lambda p, r, n: p.arn("iam", f"policy{r.values.get('path') or '/'}{n}", region=""),
    "aws_iam_role": lambda p, r, n: p.arn("iam", f"role{r.values.get('path') or '/'}{n}", region=""),
    "aws_iam_user": lambda p, r, n: p.arn("iam", f"user{r.values.get('path') or '/'}{n}", region=""),
    "aws_lambda_function": lambda p, _, n: p.arn("lambda", f"function:{n}"),
    "aws_networkfirewall_firewall": lambda p, _, n: p.arn("network-firewall", f"firewall/{n}"),
    "aws_s3_bucket": lambda p, _, n: f"arn:{p.partition}:s3:::{n}",
    "aws_sns_topic": lambda p, _, n: p.arn("sns", n),
    "aws_sqs_queue": lambda p, _, n: p.arn("sqs", n),
    "aws_api_gateway_domain_name": lambda p, _, n: p.arn("apigateway", f"/domainnames/{n}", account=""),
}
# For those by id, or without a rule of their own: service and the word before the id.
_BY_ID = {
    "aws_guardduty_detector": ("guardduty", "detector/"),
    "aws_api_gateway_rest_api": ("apigateway", "/restapis/"),
    "aws_cognito_user_pool": ("cognito-idp", "userpool/"),
    "aws_default_route_table": ("ec2", "route-table/"),
    "aws_default_security_group": ("ec2", "security-group/"),
    "aws_default_subnet": ("ec2", "subnet/"),
    "aws_default_vpc": ("ec2", "vpc/"),
    "aws_flow_log": ("ec2", "vpc-flow-log/"),
    "aws_kms_key": ("kms", "key/"),
    "aws_route_table": ("ec2", "route-table/"),
    "aws_security_group": ("ec2", "security-group/"),
    "aws_subnet": ("ec2", "subnet/"),
    "aws_vpc": ("ec2", "vpc/"),
    "aws_vpc_endpoint": ("ec2", "vpc-endpoint/"),
    "aws_wafv2_web_acl": ("wafv2", "regional/webacl/"),
}
_NO_ACCOUNT = frozenset({"aws_api_gateway_rest_api"})


def name_of(resource: Planned) -> str:
    """Its name, or its address in brackets where the plan does not know it."""
    value = resource.values.get(_NAMES.get(resource.type, "name"))
    return value if isinstance(value, str) and value else f"({resource.address})"


def named(resource: Planned) -> bool:
    """Whether the plan knows the name."""
    return not name_of(resource).startswith("(")


def id_of(resource: Planned) -> str:
    for attribute in ("key_id", "id") if resource.type == "aws_kms_key" else ("id",):
        value = resource.values.get(attribute)
        if isinstance(value, str) and value:
            return value
    if resource.type in _ID_IS_NAME:
        return name_of(resource)
    if resource.type in _ID_IS_ARN:
        return arn_of(resource.plan, resource)
    return f"{_PREFIXES.get(resource.type, '')}({resource.address})"


def arn_of(plan: Plan, resource: Planned) -> str:
    value = resource.values.get("arn")
    # The live reader makes those of subnets and the like from ids, in the same form as the provider.
    if isinstance(value, str) and value and resource.type != "aws_cloudwatch_log_group":
        return value
    if resource.type in _BY_NAME:
        return _BY_NAME[resource.type](plan, resource, name_of(resource))
    if resource.type in _BY_ID:
        service, word = _BY_ID[resource.type]
        account = "" if resource.type in _NO_ACCOUNT else None
        return plan.arn(service, f"{word}{id_of(resource)}", account=account)
    return plan.arn("terraform", f"({resource.address})")


def is_made_of_address(arn: str) -> bool:
    """Whether ``arn_of`` knew no ARN of AWS's for it, so that no account has one like it."""
    return ":terraform:" in arn
