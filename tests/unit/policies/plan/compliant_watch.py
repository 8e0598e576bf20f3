"""Of the compliant plan: backups, detection, and what protects logs."""

from __future__ import annotations

import json

from tests.unit.policies.compliant import ID
from tests.unit.policies.plan.documents import Resources, ref

KEY = ref("aws_kms_key.phi.arn")


def backups() -> Resources:
    plan, vault = ref("aws_backup_plan.daily.id"), ref("aws_backup_vault.main.name")
    stores = ref(
        "aws_dynamodb_table.patients.arn",
        "aws_dynamodb_table.audit.arn",
        "aws_db_instance.records.arn",
        "aws_rds_cluster.chunks.arn",
    )
    return {
        "aws_backup_vault.main": {"name": "main", "kms_key_arn": KEY},
        "aws_backup_vault_lock_configuration.main": {"backup_vault_name": vault, "min_retention_days": 35},
        "aws_backup_plan.daily": {
            "name": "daily",
            "rule": [{"rule_name": "daily", "target_vault_name": "main"}],
        },
        "aws_backup_selection.stores": {"name": "stores", "plan_id": plan, "resources": stores},
        "aws_db_parameter_group.tls": {
            "name": "tls",
            "parameter": [{"name": "rds.force_ssl", "value": "1"}],
        },
    }


def detection() -> Resources:
    return {
        "aws_accessanalyzer_analyzer.outside": {"analyzer_name": "outside", "type": "ACCOUNT"},
        "aws_guardduty_detector.main": {"enable": True},
        "aws_inspector2_enabler.main": {"account_ids": [ID], "resource_types": ["LAMBDA", "LAMBDA_CODE"]},
        "aws_config_configuration_recorder.main": {
            "name": "main",
            "recording_group": [{"all_supported": True}],
        },
        "aws_config_configuration_recorder_status.main": {
            "name": ref("aws_config_configuration_recorder.main.name"),
            "is_enabled": True,
        },
        "aws_config_delivery_channel.main": {
            "name": "main",
            "s3_bucket_name": ref("aws_s3_bucket.archive.id"),
        },
    }


def log_protection() -> Resources:
    found: Resources = {
        "aws_kinesis_firehose_delivery_stream.logs": {
            "name": "logs",
            "destination": "extended_s3",
            "extended_s3_configuration": [{"bucket_arn": ref("aws_s3_bucket.archive.arn")}],
        },
    }
    for name in ("reader", "other"):
        group = ref(f"aws_cloudwatch_log_group.{name}.name")
        found[f"aws_cloudwatch_log_data_protection_policy.{name}"] = {
            "log_group_name": group,
            "policy_document": json.dumps({"Name": "phi"}),
        }
        found[f"aws_cloudwatch_log_subscription_filter.{name}"] = {
            "name": "archive",
            "log_group_name": group,
            "filter_pattern": "",
            "destination_arn": ref("aws_kinesis_firehose_delivery_stream.logs.arn"),
        }
    return found
