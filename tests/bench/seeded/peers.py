"""Which of Prowler's checks count as finding a seed: every one that could, were it only half of the reason.

By control, or by control and seed where they differ. An empty tuple: Prowler 5.46 has no check for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.bench.seeded.seeds import Seed

_INGRESS = tuple(
    f"ec2_securitygroup_allow_ingress_from_internet_to_{port}"
    for port in ("all_ports", "any_port", "any_port_from_ip", "high_risk_tcp_ports")
)
_PASSWORDS = tuple(
    f"cognito_user_pool_password_policy_{part}"
    for part in ("lowercase", "minimum_length_14", "number", "symbol", "uppercase")
)
_FILTER = "cloudwatch_log_metric_filter"
_ADMINISTRATOR = (
    "iam_customer_attached_policy_no_administrative_privileges",
    "iam_group_administrator_access_policy",
    "iam_inline_policy_no_administrative_privileges",
    "iam_role_administratoraccess_policy",
)

PROWLER: Mapping[str, tuple[str, ...]] = {
    "LAM-01": ("awslambda_function_inside_vpc", "awslambda_function_vpc_multi_az"),
    "LAM-01 public-net": ("vpc_subnet_separate_private_public", "awslambda_function_inside_vpc"),
    "LAM-02": ("awslambda_function_env_vars_not_encrypted_with_cmk",),
    "LAM-03": ("awslambda_function_no_dead_letter_queue",),
    "LAM-04": ("awslambda_function_url_public",),
    "LAM-05": ("awslambda_function_no_secrets_in_variables",),
    "LAM-06": ("awslambda_function_using_supported_runtimes",),
    "LAM-07": ("awslambda_function_not_publicly_accessible",),
    "LAM-08": (),
    "LAM-09": (),
    "LAM-10": (),
    "ALM-01": ("cloudwatch_alarm_actions_alarm_state_configured", "cloudwatch_alarm_actions_enabled"),
    "LOG-04": (),
    "AUD-01": (),
    "IAM-02": _ADMINISTRATOR,
    "IAM-06": (),
    "NET-01": (*_INGRESS, "ec2_securitygroup_allow_wide_open_public_ipv4"),
    "NET-02": (),
    "NET-03": ("vpc_flow_logs_enabled",),
    "NET-04": (),
    "NET-05": ("vpc_subnet_separate_private_public",),
    "NET-06": ("ec2_securitygroup_default_restrict_traffic",),
    "NET-07": ("vpc_endpoint_connections_trust_boundaries",),
    "NET-08": (),
    "IAM-01": _ADMINISTRATOR,
    "IAM-03": _ADMINISTRATOR,
    "IAM-04": ("iam_inline_policy_allows_privilege_escalation", "iam_policy_allows_privilege_escalation"),
    "IAM-05": (
        "iam_no_custom_policy_permissive_role_assumption",
        "iam_role_cross_account_readonlyaccess_policy",
        "iam_role_cross_service_confused_deputy_prevention",
    ),
    "IAM-08": ("iam_user_mfa_enabled_console_access", "iam_user_hardware_mfa_enabled"),
    "IAM-07": ("iam_role_cross_account_readonlyaccess_policy",),
    "DDB-01": ("dynamodb_tables_kms_cmk_encryption_enabled",),
    "DDB-02": ("dynamodb_tables_pitr_enabled",),
    "DDB-03": ("dynamodb_table_deletion_protection_enabled",),
    "S3-01": ("s3_bucket_level_public_access_block", "s3_bucket_public_access"),
    "S3-02": (
        "s3_bucket_cross_account_access",
        "s3_bucket_policy_public_write_access",
        "s3_bucket_public_access",
    ),
    "S3-03": ("s3_bucket_secure_transport_policy",),
    "S3-04": ("s3_bucket_object_versioning",),
    "S3-05": ("s3_bucket_default_encryption", "s3_bucket_kms_encryption"),
    "RDS-01": ("rds_instance_storage_encrypted",),
    "RDS-02": ("rds_instance_no_public_access",),
    "RDS-03": ("rds_instance_backup_enabled", "rds_instance_transport_encrypted"),
    "RDS-04": ("rds_instance_iam_authentication_enabled", "rds_cluster_iam_authentication_enabled"),
    "SEC-01": (),
    "SEC-02": ("secretsmanager_automatic_rotation_enabled", "secretsmanager_secret_rotated_periodically"),
    "KMS-01": ("kms_cmk_rotation_enabled",),
    "KMS-02": ("kms_key_not_publicly_accessible",),
    "KMS-03": ("kms_cmk_not_deleted_unintentionally",),
    "SQS-01": ("sqs_queues_server_side_encryption_enabled",),
    "SQS-02": ("sqs_queues_not_publicly_accessible",),
    "SNS-01": ("sns_subscription_not_using_http_endpoints", "sns_topics_kms_encryption_at_rest_enabled"),
    "SNS-02": ("sns_topics_not_publicly_accessible",),
    "EVB-01": ("eventbridge_bus_cross_account_access", "eventbridge_bus_exposed"),
    "ALM-04": (),
    "API-01": ("apigateway_restapi_authorizers_enabled", "apigateway_restapi_public_with_authorizer"),
    "API-02": ("apigateway_restapi_logging_enabled",),
    "API-03": ("apigateway_domain_name_pqc_tls_enabled",),
    "API-04": ("apigateway_restapi_tracing_enabled",),
    "WAF-01": ("apigateway_restapi_waf_acl_attached",),
    "WAF-02": ("wafv2_webacl_logging_enabled", "wafv2_webacl_rule_logging_enabled"),
    "COG-01": ("cognito_user_pool_mfa_enabled",),
    "COG-02": _PASSWORDS,
    "COG-03": (),
    "COG-04": (),
    "LOG-01": ("cloudwatch_log_group_kms_encryption_enabled",),
    "LOG-02": ("cloudwatch_log_group_retention_policy_specific_days_enabled",),
    "LOG-03": (),
    "LOG-05": ("cloudwatch_log_group_agentcore_data_protection_policy_enabled",),
    "TRL-02": ("cloudtrail_log_file_validation_enabled",),
    "TRL-03": ("cloudtrail_kms_encryption_enabled",),
    "TRL-05": ("s3_bucket_object_lock",),
    "TRL-01": (
        "awslambda_function_invoke_api_operations_cloudtrail_logging_enabled",
        "cloudtrail_s3_dataevents_read_enabled",
        "cloudtrail_s3_dataevents_write_enabled",
    ),
    "TRL-04": (
        "cloudtrail_multi_region_enabled",
        "cloudtrail_multi_region_enabled_logging_management_events",
    ),
    "ALM-02": (f"{_FILTER}_authentication_failures", f"{_FILTER}_unauthorized_api_calls"),
    "ALM-03": (
        f"{_FILTER}_and_alarm_for_cloudtrail_configuration_changes_enabled",
        f"{_FILTER}_disable_or_scheduled_deletion_of_kms_cmk",
        f"{_FILTER}_policy_changes",
        f"{_FILTER}_root_usage",
    ),
    "CST-01": (),
    "DET-01": ("guardduty_is_enabled",),
    "DET-02": ("inspector2_active_findings_exist", "inspector2_is_enabled"),
    "IAM-10": (),
}


def found_by_prowler(seed: Seed, findings: Iterable[Mapping[str, Any]], arn: str) -> bool:
    """Whether a FAIL of one of the checks above is about the resource: by its name or id anywhere in the
    finding's resource. Where the whole account is broken any FAIL of the check will do."""
    checks = PROWLER.get(f"{seed.control} {seed.name}", PROWLER[seed.control])
    about = re.compile(rf"(?<![\w-]){re.escape(identifier(seed, arn))}(?!-twin)(?!\w)")
    return any(
        finding["status_code"] == "FAIL"
        and finding["metadata"]["event_code"] in checks
        and (seed.whole_account or any(about.search(f"{r['uid']} {r['name']}") for r in finding["resources"]))
        for finding in findings
    )


def identifier(seed: Seed, arn: str) -> str:
    """What a resource is known by: an API by its id, other things by the last part of the ARN."""
    if seed.kind in ("api", "stage"):
        return arn.split("/restapis/")[1].split("/")[0]
    if seed.kind == "web_acl":
        return arn.split("/")[-2]
    if seed.kind == "secret":
        return seed.name
    return re.split(r"[:/]", arn)[-1]
