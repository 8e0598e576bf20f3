"""Breaks of a plan's backups, detection, and of what protects its logs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.unit.policies.compliant import ID
from tests.unit.policies.plan.breaking import ACCOUNT, PlanBreak, one
from tests.unit.policies.plan.documents import adding, both, changing, ref, without

_PATIENTS, _READER_LOGS = "aws_dynamodb_table.patients", "aws_cloudwatch_log_group.reader"
_DATABASE, _SELECTION = "aws_db_instance.records", "aws_backup_selection.stores"
_SUBSCRIPTION = "aws_cloudwatch_log_subscription_filter.reader"


def backups() -> Iterator[PlanBreak]:
    yield one("RDS-03", _DATABASE, "for 1 days", backup_retention_period=1)
    yield one("RDS-03", _DATABASE, "for 0 days", backup_retention_period=None)
    plain = changing("aws_db_parameter_group.tls", parameter=[{"name": "rds.force_ssl", "value": "0"}])
    yield PlanBreak("RDS-03", _DATABASE, "accepts plain", plain)
    others = ref("aws_dynamodb_table.audit.arn", f"{_DATABASE}.arn", "aws_rds_cluster.chunks.arn")
    yield PlanBreak("BKP-01", _PATIENTS, "no backup plan", changing(_SELECTION, resources=others))
    yield PlanBreak(
        "BKP-01",
        _PATIENTS,
        "no backup plan",
        changing(_SELECTION, not_resources=[f"arn:aws:dynamodb:us-east-1:{ID}:table/patients"]),
    )
    tagged = [{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}]
    yield PlanBreak(
        "BKP-01",
        _PATIENTS,
        "no backup plan",
        both(
            changing(_SELECTION, resources=["*"], selection_tag=tagged),
            changing("aws_dynamodb_table.audit", tags={"backup": "daily"}),
            changing(_DATABASE, tags={"backup": "daily"}),
            changing("aws_rds_cluster.chunks", tags={"backup": "daily"}),
        ),
    )
    lock = without("aws_backup_vault_lock_configuration.main")
    yield PlanBreak("BKP-02", "aws_backup_vault.main", "not locked", lock)


def sign_in() -> Iterator[PlanBreak]:
    analyzer = "aws_accessanalyzer_analyzer.outside"
    yield PlanBreak("IAM-09", ACCOUNT, "no analyzer", changing(analyzer, type="ACCOUNT_UNUSED_ACCESS"))
    alarm = 'aws_cloudwatch_metric_alarm.this["break-glass"]'
    yield PlanBreak("IAM-10", "aws_iam_role.break_glass", "no alarm", without(alarm))
    yield PlanBreak("IAM-10", "aws_iam_role.break_glass", "no action", changing(alarm, alarm_actions=[]))


def log_protection() -> Iterator[PlanBreak]:
    yield PlanBreak("LOG-03", _READER_LOGS, "nothing takes", without(_SUBSCRIPTION))
    yield PlanBreak("LOG-03", _READER_LOGS, "nothing takes", changing(_SUBSCRIPTION, filter_pattern="ERROR"))
    open_bucket = both(
        adding("aws_s3_bucket.open", bucket="open"),
        adding(
            "aws_kinesis_firehose_delivery_stream.open",
            name="open",
            extended_s3_configuration=[{"bucket_arn": ref("aws_s3_bucket.open.arn")}],
        ),
        changing(_SUBSCRIPTION, destination_arn=ref("aws_kinesis_firehose_delivery_stream.open.arn")),
    )
    yield PlanBreak("LOG-03", _READER_LOGS, "open, which has no default lock", open_bucket)
    unmasked = without("aws_cloudwatch_log_data_protection_policy.reader")
    yield PlanBreak("LOG-05", _READER_LOGS, "no data protection", unmasked)
    whole = adding(
        "aws_cloudwatch_log_account_policy.export",
        policy_name="export",
        policy_type="SUBSCRIPTION_FILTER_POLICY",
        selection_criteria=f"LogGroupName NOT IN {json.dumps(['/aws/lambda/reader'])}",
        policy_document=ref("aws_kinesis_firehose_delivery_stream.logs.arn"),
    )
    yield PlanBreak("LOG-03", _READER_LOGS, "nothing takes", both(without(_SUBSCRIPTION), whole))


def detection() -> Iterator[PlanBreak]:
    yield PlanBreak("DET-01", ACCOUNT, "suspended", changing("aws_guardduty_detector.main", enable=False))
    scanner = "aws_inspector2_enabler.main"
    yield PlanBreak("DET-02", ACCOUNT, "scans EC2", changing(scanner, resource_types=["EC2"]))
    yield PlanBreak("DET-02", ACCOUNT, "scans nothing", changing(scanner, account_ids=["210987654321"]))
    for change in (
        changing("aws_config_configuration_recorder.main", recording_group=[{"all_supported": False}]),
        changing("aws_config_configuration_recorder_status.main", is_enabled=False),
        without("aws_config_delivery_channel.main"),
    ):
        yield PlanBreak("INV-01", ACCOUNT, "a part", change)
