"""What requests add, against figures counted by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from scripts.cost.documents import usual_claim
from scripts.cost.plan import Resource
from scripts.cost.prices import load
from tests.unit.scripts.cost.stacks import asked, reported, resource

API = resource("aws_api_gateway_rest_api")


def function(
    architecture: str = "x86_64", name: str = "healthcare-patient-api", memory: int = 512
) -> Resource:
    tracing = [{"mode": "Active"}]
    values: dict[str, Any] = {
        "architectures": [architecture],
        "memory_size": memory,
        "tracing_config": tracing,
    }
    return resource("aws_lambda_function", name, function_name=name, **values)


def selector(kind: str) -> dict[str, object]:
    return {"field_selector": [{"field": "resources.type", "equals": [kind]}]}


@pytest.mark.parametrize(("architecture", "expected"), [("x86_64", "0.853335"), ("arm64", "0.686670")])
def test_the_guides_claim_and_what_arm_makes_of_it(architecture: str, expected: str) -> None:
    assert asked(reported(API, function(architecture)), "Lambda") == Decimal(expected)


def test_the_usual_claim_is_the_guides() -> None:
    assert round(usual_claim(load()), 2) == Decimal("0.85")


def test_the_patient_apis_function_serves() -> None:
    report = reported(API, function(name="healthcare-a-first", memory=1024), function())
    assert asked(report, "Lambda") == Decimal("0.853335")


def test_a_given_memory_and_duration_count() -> None:
    report = reported(API, function(), memory_megabytes="1024", seconds="0.1")
    assert asked(report, "Lambda") == Decimal("0.186667")  # 0.02 + 10,000 GB-seconds


def test_gateway_waf_traces_and_keys() -> None:
    report = reported(API, function(), resource("aws_wafv2_web_acl", rule=[]), requests=1_000_000)
    assert asked(report, "API Gateway") == Decimal("3.50")
    assert asked(report, "WAF") == Decimal("0.60")
    assert asked(report, "X-Ray") == Decimal("5.00")
    assert asked(report, "KMS requests") == Decimal("3.00")


def test_reads_and_audit_rows() -> None:
    report = reported(API, resource("aws_dynamodb_table"), requests=1_000_000)
    assert asked(report, "DynamoDB") == Decimal("1.50")  # 2 x 0.125 + 2 x 0.625


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], "0"),
        (["AWS::S3::Object"], "0"),
        (["AWS::DynamoDB::Table"], "0.40"),
        (["AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::S3::Object"], "0.50"),
    ],
)
def test_the_trail_is_paid_for_what_it_selects(kinds: list[str], expected: str) -> None:
    report = reported(
        API, resource("aws_cloudtrail", advanced_event_selector=[selector(kind) for kind in kinds])
    )
    assert asked(report, "CloudTrail") == Decimal(expected)


def test_logs_of_a_request() -> None:
    report = reported(
        API,
        resource("aws_cloudwatch_log_group", name="/aws/cloudtrail/trail", retention_in_days=365),
        resource("aws_cloudtrail", advanced_event_selector=[selector("AWS::Lambda::Function")]),
        resource("aws_flow_log"),
        resource("aws_wafv2_web_acl_logging_configuration"),
        resource("aws_cloudwatch_log_data_protection_policy"),
        resource("aws_kinesis_firehose_delivery_stream"),
        log_compression="0.1",
        requests=1_000_000,
    )
    # GB: function 1.5, API 1.5, WAF 2, flow 0.5, trail (1 event + 1 KMS call) x 1.5 = 3; 8.5 in all.
    # 8.5 x 0.50 + 3 x 0.12 + 0.85 x 12 x 0.03 + 6 x 0.029
    assert asked(report, "Logs") == Decimal("5.090")


def test_guardduty_looks_at_it() -> None:
    report = reported(
        API,
        resource("aws_guardduty_detector", enable=True),
        resource("aws_guardduty_detector_feature", name="LAMBDA_NETWORK_LOGS"),
        requests=1_000_000,
    )
    assert asked(report, "GuardDuty") == Decimal("5.00")  # 4.00 + 0.5 x 1.00 + 0.5 x 1.00


def test_cognito_is_paid_by_the_head_and_the_tier() -> None:
    assert asked(reported(API, resource("aws_cognito_user_pool", user_pool_tier="PLUS")), "Cognito") == 2
    assert asked(reported(API, resource("aws_cognito_user_pool")), "Cognito") == Decimal("1.50")


def test_endpoints_carry_data_and_answers_leave() -> None:
    endpoint = resource("aws_vpc_endpoint", vpc_endpoint_type="Interface", subnet_ids=["a"])
    report = reported(API, endpoint)
    assert asked(report, "Interface endpoints") == Decimal("0.02")  # 2 GB
    assert asked(report, "Transfer out") == Decimal("0.045")  # 0.5 GB


def test_without_an_api_there_are_no_requests() -> None:
    assert reported(function()).requested == ()
