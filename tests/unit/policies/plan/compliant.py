"""The resources of a plan that satisfies every control that a plan can decide."""

from __future__ import annotations

from typing import Any

from tests.unit.policies.compliant import ID, LAMBDA_TRUST, ONE_MODEL, OWN_ONLY, allow, policy, trust
from tests.unit.policies.plan.compliant_egress import egress
from tests.unit.policies.plan.compliant_watch import backups, detection, log_protection
from tests.unit.policies.plan.documents import Resources, ref

KEY = ref("aws_kms_key.phi.arn")
TOPIC = ref("aws_sns_topic.alerts.arn")
ALARMS = {
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Condition": {"StringEquals": {"aws:SourceAccount": ID}},
}
VPC = ref("aws_vpc.main.id")
LATE_TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
TABLES = f"arn:aws:dynamodb:us-east-1:{ID}:table"
CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}
ROOT = {"AWS": f"arn:aws:iam::{ID}:root"}
WORKLOAD = policy(
    allow(["dynamodb:GetItem"], f"{TABLES}/patients"),
    allow(["dynamodb:PutItem"], f"{TABLES}/audit"),
    allow(["kms:Decrypt"], f"arn:aws:kms:us-east-1:{ID}:key/phi"),
)
SIGNALS = {
    "root-use": '{ $.userIdentity.type = "Root" }',
    "key-removal": "{ $.eventName = ScheduleKeyDeletion || $.eventName = DisableKey }",
    "policy-changes": "?PutRolePolicy ?AttachRolePolicy ?CreatePolicyVersion",
    "trail-changes": "{ $.eventName = StopLogging || $.eventName = %[DU]\\w+Trail% }",
    "break-glass": '{ $.eventName = "AssumeRole" && $.requestParameters.roleArn = "*role/break-glass" }',
    "refusals": "{ $.errorCode = AccessDenied }",
}


def function(name: str) -> Resources:
    alarms: Resources = {
        f'aws_cloudwatch_metric_alarm.{name}["{metric}"]': alarm(
            f"{name}-{metric}",
            namespace="AWS/Lambda",
            metric_name=metric,
            statistic=statistic,
            threshold=threshold,
            dimensions={"FunctionName": name},
        )
        for metric, statistic, threshold in (
            ("Errors", "Sum", 10),
            ("Throttles", "Sum", 1),
            ("Duration", "Average", 5000),
        )
    }
    return alarms | {
        f"aws_lambda_function.{name}": {
            "function_name": name,
            "role": ref(f"aws_iam_role.{name}.arn"),
            "runtime": "python3.13",
            "package_type": "Zip",
            "timeout": 28,
            "kms_key_arn": KEY,
            "environment": [{"variables": {"PATIENT_TABLE": "patients"}}],
            "tracing_config": [{"mode": "Active"}],
            "dead_letter_config": [{"target_arn": ref("aws_sqs_queue.dead_letters.arn")}],
            "reserved_concurrent_executions": 10,
            "code_signing_config_arn": ref("aws_lambda_code_signing_config.ours.arn"),
            "vpc_config": [
                {
                    "subnet_ids": ref("aws_subnet.a.id", "aws_subnet.b.id"),
                    "security_group_ids": ref("aws_security_group.functions.id"),
                }
            ],
        },
        f"aws_iam_role.{name}": {"name": name, "path": "/", "assume_role_policy": LAMBDA_TRUST},
        f"aws_iam_role_policy.{name}": {
            "name": "workload",
            "role": ref(f"aws_iam_role.{name}.id"),
            "policy": WORKLOAD,
        },
        f"aws_cloudwatch_log_group.{name}": {
            "name": f"/aws/lambda/{name}",
            "kms_key_id": KEY,
            "retention_in_days": 2557,
        },
    }


def alarm(name: str, **values: Any) -> dict[str, Any]:
    return {
        "alarm_name": name,
        "period": 60,
        "evaluation_periods": 1,
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        "treat_missing_data": "notBreaching",
        "actions_enabled": True,
        "alarm_actions": TOPIC,
        "statistic": "Sum",
        "threshold": 1,
        **values,
    }


def network() -> Resources:
    found: Resources = {
        "aws_vpc.main": {"cidr_block": "10.0.0.0/16"},
        "aws_default_security_group.closed": {"vpc_id": VPC, "ingress": [], "egress": []},
        "aws_flow_log.main": {"vpc_id": VPC, "traffic_type": "ALL"},
        "aws_security_group.functions": {"name": "functions", "vpc_id": VPC},
        "aws_vpc_security_group_egress_rule.endpoints": {
            "security_group_id": ref("aws_security_group.functions.id"),
            "referenced_security_group_id": ref("aws_security_group.functions.id"),
            "ip_protocol": "tcp",
            "from_port": 443,
            "to_port": 443,
        },
    }
    found["aws_ec2_managed_prefix_list.offices"] = {"name": "offices", "entry": [{"cidr": "192.0.2.0/24"}]}
    for name, reached in {
        "offices": "aws_ec2_managed_prefix_list.offices.id",
        "tables": "aws_vpc_endpoint.dynamodb.prefix_list_id",
    }.items():
        found[f"aws_vpc_security_group_egress_rule.{name}"] = {
            "security_group_id": ref("aws_security_group.functions.id"),
            "prefix_list_id": ref(reached),
            "ip_protocol": "tcp",
            "from_port": 443,
            "to_port": 443,
        }
    for letter in "ab":
        found[f"aws_subnet.{letter}"] = {
            "vpc_id": VPC,
            "availability_zone": f"us-east-1{letter}",
            "map_public_ip_on_launch": False,
        }
        found[f"aws_route_table.{letter}"] = {"vpc_id": VPC}
        found[f"aws_route_table_association.{letter}"] = {
            "subnet_id": ref(f"aws_subnet.{letter}.id"),
            "route_table_id": ref(f"aws_route_table.{letter}.id"),
        }
    found["aws_route_table.a"]["route"] = [
        {
            "cidr_block": "0.0.0.0/0",
            "vpc_endpoint_id": ref("aws_networkfirewall_firewall.egress.firewall_status"),
        }
    ]
    policies = {"dynamodb": OWN_ONLY, "kms": OWN_ONLY, "bedrock-runtime": ONE_MODEL}
    for service, statement in policies.items():
        gateway = service == "dynamodb"
        found[f"aws_vpc_endpoint.{service}"] = {
            "vpc_id": VPC,
            "service_name": f"com.amazonaws.us-east-1.{service}",
            "vpc_endpoint_type": "Gateway" if gateway else "Interface",
            "private_dns_enabled": not gateway,
            "subnet_ids": [] if gateway else ref("aws_subnet.a.id", "aws_subnet.b.id"),
            "route_table_ids": ref("aws_route_table.a.id", "aws_route_table.b.id") if gateway else [],
            "policy": policy(statement),
        }
    return found


def bucket(name: str) -> Resources:
    owner = ref(f"aws_s3_bucket.{name}.id")
    encryption = {"sse_algorithm": "aws:kms", "kms_master_key_id": KEY}
    return {
        f"aws_s3_bucket.{name}": {"bucket": name},
        f"aws_s3_bucket_policy.{name}": {"bucket": owner, "policy": policy(LATE_TLS)},
        f"aws_s3_bucket_versioning.{name}": {
            "bucket": owner,
            "versioning_configuration": [{"status": "Enabled"}],
        },
        f"aws_s3_bucket_public_access_block.{name}": {
            "bucket": owner,
            "block_public_acls": True,
            "ignore_public_acls": True,
            "block_public_policy": True,
            "restrict_public_buckets": True,
        },
        f"aws_s3_bucket_server_side_encryption_configuration.{name}": {
            "bucket": owner,
            "rule": [{"apply_server_side_encryption_by_default": [encryption]}],
        },
        f"aws_s3_bucket_object_lock_configuration.{name}": {
            "bucket": owner,
            "rule": [{"default_retention": [{"mode": "GOVERNANCE", "days": 2557}]}],
        },
    }


def _selector(kind: str) -> dict[str, Any]:
    fields = {"eventCategory": "Data", "resources.type": kind}
    return {"field_selector": [{"field": field, "equals": [value]} for field, value in fields.items()]}


def records() -> Resources:
    """The trail with its log group, filters and alarms; budget; topic."""
    found: Resources = bucket("archive") | {
        "aws_cloudtrail.audit": {
            "name": "audit",
            "s3_bucket_name": ref("aws_s3_bucket.archive.id"),
            "cloud_watch_logs_group_arn": ref("aws_cloudwatch_log_group.trail.arn"),
            "kms_key_id": KEY,
            "enable_log_file_validation": True,
            "enable_logging": True,
            "is_multi_region_trail": True,
            "advanced_event_selector": [
                {"field_selector": [{"field": "eventCategory", "equals": ["Management"]}]},
                *map(_selector, ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")),
            ],
        },
        "aws_cloudwatch_log_group.trail": {"name": "/trail", "kms_key_id": KEY, "retention_in_days": 0},
        "aws_sns_topic.alerts": {
            "name": "alerts",
            "kms_master_key_id": KEY,
            "policy": policy(allow("sns:Publish", "*", **ALARMS)),
        },
        "aws_sns_topic_subscription.pager": {
            "topic_arn": TOPIC,
            "protocol": "lambda",
            "endpoint": f"arn:aws:lambda:us-east-1:{ID}:function:pager",
        },
        "aws_budgets_budget.monthly": {
            "name": "monthly",
            "budget_type": "COST",
            "notification": [{"subscriber_email_addresses": [], "subscriber_sns_topic_arns": TOPIC}],
        },
    }
    for name, pattern in SIGNALS.items():
        found[f'aws_cloudwatch_log_metric_filter.this["{name}"]'] = {
            "name": name,
            "pattern": pattern,
            "log_group_name": "/trail",
            "metric_transformation": [{"namespace": "Audit", "name": name, "value": "1"}],
        }
        found[f'aws_cloudwatch_metric_alarm.this["{name}"]'] = alarm(
            name, namespace="Audit", metric_name=name
        )
    return found


def api() -> Resources:
    owner = ref("aws_api_gateway_rest_api.main.id")
    return {
        "aws_api_gateway_rest_api.main": {"name": "main", "disable_execute_api_endpoint": True},
        "aws_api_gateway_authorizer.pool": {"rest_api_id": owner, "name": "pool"},
        "aws_api_gateway_resource.patients": {"rest_api_id": owner, "path_part": "patients"},
        "aws_api_gateway_method.get": {
            "rest_api_id": owner,
            "resource_id": ref("aws_api_gateway_resource.patients.id"),
            "http_method": "GET",
            "authorization": "COGNITO_USER_POOLS",
            "authorizer_id": ref("aws_api_gateway_authorizer.pool.id"),
        },
        "aws_api_gateway_stage.live": {
            "rest_api_id": owner,
            "stage_name": "live",
            "xray_tracing_enabled": True,
            "access_log_settings": [
                {
                    "destination_arn": ref("aws_cloudwatch_log_group.trail.arn"),
                    "format": '{"id": "$context.requestId", "path": "$context.resourcePath"}',
                }
            ],
        },
        "aws_api_gateway_method_settings.all": {
            "rest_api_id": owner,
            "stage_name": "live",
            "settings": [{"data_trace_enabled": False}],
        },
        "aws_api_gateway_domain_name.main": {"domain_name": "api.example.org", "security_policy": "TLS_1_2"},
        "aws_wafv2_web_acl.main": {
            "name": "main",
            "default_action": [{"allow": [{}]}],
            "rule": [
                {"name": "known", "override_action": [{"none": [{}]}]},
                {"name": "flood", "action": [{"count": [{}]}]},
            ],
        },
        "aws_wafv2_web_acl_association.main": {
            "web_acl_arn": ref("aws_wafv2_web_acl.main.arn"),
            "resource_arn": ref("aws_api_gateway_stage.live.arn"),
        },
        "aws_wafv2_web_acl_logging_configuration.main": {
            "resource_arn": ref("aws_wafv2_web_acl.main.arn"),
            "log_destination_configs": ref("aws_cloudwatch_log_group.trail.arn"),
            "redacted_fields": [{"single_header": [{"name": "authorization"}]}],
        },
        "aws_lambda_permission.api": {
            "function_name": ref("aws_lambda_function.reader.function_name"),
            "action": "lambda:InvokeFunction",
            "principal": "apigateway.amazonaws.com",
            "source_arn": ref("aws_api_gateway_rest_api.main.execution_arn"),
        },
        "aws_lambda_function_url.reader": {
            "function_name": ref("aws_lambda_function.reader.function_name"),
            "authorization_type": "AWS_IAM",
        },
    }


def stores() -> Resources:
    pool = ref("aws_cognito_user_pool.users.id")
    tables = {
        f"aws_dynamodb_table.{name}": {
            "name": name,
            "deletion_protection_enabled": True,
            "server_side_encryption": [{"enabled": True, "kms_key_arn": KEY}],
            "point_in_time_recovery": [{"enabled": True}],
        }
        for name in ("patients", "audit")
    }
    return tables | {
        "aws_iam_role.break_glass": {
            "name": "break-glass",
            "path": "/",
            "assume_role_policy": trust(ROOT),
        },
        "aws_kms_key.phi": {
            "is_enabled": True,
            "enable_key_rotation": True,
            "customer_master_key_spec": "SYMMETRIC_DEFAULT",
            "policy": policy(
                allow("kms:*", "*", Principal=ROOT),
                allow(["kms:Decrypt", "kms:GenerateDataKey*"], "*", Principal=CLOUDWATCH),
            ),
        },
        "aws_lambda_code_signing_config.ours": {
            "description": "ours",
            "policies": [{"untrusted_artifact_on_deployment": "Enforce"}],
        },
        "aws_sqs_queue.dead_letters": {
            "name": "dead-letters",
            "kms_master_key_id": KEY,
            "policy": policy(allow("sqs:SendMessage", "*", Principal=ROOT)),
        },
        "aws_cloudwatch_event_bus.main": {"name": "main"},
        "aws_cloudwatch_event_bus_policy.main": {
            "event_bus_name": ref("aws_cloudwatch_event_bus.main.name"),
            "policy": policy(allow("events:PutEvents", "*", Principal=ROOT)),
        },
        "aws_db_instance.records": {
            "identifier": "records",
            "storage_encrypted": True,
            "kms_key_id": KEY,
            "publicly_accessible": False,
            "engine": "postgres",
            "backup_retention_period": 7,
            "parameter_group_name": ref("aws_db_parameter_group.tls.name"),
            "iam_database_authentication_enabled": True,
        },
        "aws_rds_cluster.chunks": {
            "cluster_identifier": "chunks",
            "storage_encrypted": True,
            "kms_key_id": KEY,
            "engine": "aurora-postgresql",
            "backup_retention_period": 35,
            "db_cluster_parameter_group_name": ref("aws_rds_cluster_parameter_group.tls.name"),
            "iam_database_authentication_enabled": True,
        },
        "aws_rds_cluster_instance.chunks": {
            "identifier": "chunks-1",
            "cluster_identifier": ref("aws_rds_cluster.chunks.id"),
            "engine": "aurora-postgresql",
            "publicly_accessible": False,
        },
        "aws_rds_cluster_parameter_group.tls": {
            "name": "cluster-tls",
            "parameter": [{"name": "rds.force_ssl", "value": "1"}],
        },
        "aws_cloudwatch_metric_alarm.rows": alarm(
            "rows",
            namespace="Healthcare/Rag",
            metric_name="RowLevelSecurityForced",
            comparison_operator="LessThanThreshold",
            threshold=1,
            statistic="Minimum",
            treat_missing_data="breaching",
        ),
        "aws_secretsmanager_secret.db": {"name": "db", "kms_key_id": KEY},
        "aws_secretsmanager_secret_rotation.db": {"secret_id": ref("aws_secretsmanager_secret.db.id")},
        "aws_cognito_user_pool.users": {
            "name": "users",
            "mfa_configuration": "ON",
            "password_policy": [
                {
                    "minimum_length": 14,
                    "require_lowercase": True,
                    "require_uppercase": True,
                    "require_numbers": True,
                    "require_symbols": True,
                }
            ],
        },
        "aws_cognito_user_group.provider": {"name": "Provider", "user_pool_id": pool},
        "aws_cognito_user_pool_client.portal": {
            "name": "portal",
            "user_pool_id": pool,
            "access_token_validity": 15,
            "id_token_validity": 15,
            "refresh_token_validity": 8,
            "token_validity_units": [
                {"access_token": "minutes", "id_token": "minutes", "refresh_token": "hours"}
            ],
        },
    }


def resources() -> Resources:
    """All of them, newly made, so that a test may change them."""
    whole = function("reader") | function("other") | network() | records() | api() | stores()
    return json_safe(whole | backups() | detection() | egress() | log_protection())


def json_safe(found: Resources) -> Resources:
    """A deep copy, in which references stay themselves."""
    return {address: {n: _copy(v) for n, v in values.items()} for address, values in found.items()}


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_copy(inner) for inner in value]
    return value


__all__ = ["KEY", "TOPIC", "VPC", "resources"]
