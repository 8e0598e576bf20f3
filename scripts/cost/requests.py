"""What requests to the API cause: one is a GET of a patient's record by somebody who may."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scripts.cost.assumptions import Assumptions
from scripts.cost.components import Line, architecture, identity, log_lines, months_kept
from scripts.cost.plan import Resource, Stack

KILOBYTES_A_GB = Decimal(1_000_000)
SERVING = "patient-api"


def per_request(stack: Stack, assumptions: Assumptions, requests: int) -> Iterator[Line]:
    """The lines of so many requests a month. Nothing where the plan has no API."""
    count = Decimal(requests)
    if not stack.of_type("aws_api_gateway_rest_api"):
        return
    yield Line("API Gateway", "requests", "api_gateway_request", count)
    if stack.of_type("aws_wafv2_web_acl"):
        yield Line("WAF", "requests", "waf_request", count)
    function = serving_function(stack)
    if function:
        yield from function_lines(function, assumptions, count)
    yield from tables(stack, assumptions, count)
    yield from identity(stack, assumptions)
    yield Line("KMS requests", "requests", "kms_request", count * assumptions.kms_requests)
    if any(r.values.get("vpc_endpoint_type") == "Interface" for r in stack.of_type("aws_vpc_endpoint")):
        size = count * assumptions.endpoint_kilobytes / KILOBYTES_A_GB
        yield Line("Interface endpoints", "data", "endpoint_gb", size)
    yield from trail(stack, assumptions, count)
    yield from request_logs(stack, assumptions, count)
    yield from detection(stack, assumptions, count)
    yield Line(
        "Transfer out", "responses", "data_out_gb", count * assumptions.response_kilobytes / KILOBYTES_A_GB
    )


def serving_function(stack: Stack) -> Resource | None:
    """The patient API's function, or the first by name where there is none."""
    found = sorted(stack.of_type("aws_lambda_function"), key=lambda r: str(r.values.get("function_name")))
    named = [r for r in found if str(r.values.get("function_name")).endswith(SERVING)]
    return next(iter([*named, *found]), None)


def function_lines(function: Resource, assumptions: Assumptions, count: Decimal) -> Iterator[Line]:
    memory = assumptions.memory_megabytes or Decimal(function.values.get("memory_size") or 128)
    kind = architecture(function)
    what = f"{memory} MB for {assumptions.seconds} s, {kind}"
    yield Line("Lambda", "requests", "lambda_request", count)
    yield Line("Lambda", what, f"lambda_{kind}_gb_second", count * assumptions.seconds * memory / 1024)
    yield Line(
        "Alarms and metrics", "the function's own metrics", "custom_metric", assumptions.custom_metrics
    )
    if any(mode.get("mode") == "Active" for mode in function.values.get("tracing_config") or []):
        yield Line("X-Ray", "traces", "xray_trace", count * assumptions.traced)


def tables(stack: Stack, assumptions: Assumptions, count: Decimal) -> Iterator[Line]:
    if stack.of_type("aws_dynamodb_table"):
        yield Line("DynamoDB", "reads", "dynamodb_read", count * assumptions.reads)
        yield Line("DynamoDB", "audit rows", "dynamodb_write", count * assumptions.audit_rows)


def trail(stack: Stack, assumptions: Assumptions, count: Decimal) -> Iterator[Line]:
    """Data events that a trail selects: a request calls DynamoDB and the function, and reads no object."""
    events = data_events(stack, assumptions) * count
    yield Line("CloudTrail", "data events", "cloudtrail_data_event", events)


def data_events(stack: Stack, assumptions: Assumptions) -> Decimal:
    """How many data events one request leaves in all trails together."""
    calls = {
        "AWS::DynamoDB::Table": assumptions.reads + assumptions.audit_rows,
        "AWS::Lambda::Function": Decimal(1),
    }
    selected = [
        value
        for resource in stack.of_type("aws_cloudtrail")
        for selector in resource.values.get("advanced_event_selector") or []
        for condition in selector["field_selector"]
        if condition["field"] == "resources.type"
        for value in condition.get("equals") or []
    ]
    return sum((calls.get(value, Decimal(0)) for value in selected), Decimal(0))


def request_logs(stack: Stack, assumptions: Assumptions, count: Decimal) -> Iterator[Line]:
    """What a request leaves in each log that there is, kept as long as the log that is kept longest."""
    groups = stack.of_type("aws_cloudwatch_log_group")
    in_trail = data_events(stack, assumptions) + assumptions.kms_requests
    trails = [r for r in groups if "cloudtrail" in str(r.values.get("name"))]
    function = count * assumptions.function_log_kilobytes / KILOBYTES_A_GB
    api = count * assumptions.api_log_kilobytes / KILOBYTES_A_GB
    waf = (
        count
        * assumptions.waf_log_kilobytes
        / KILOBYTES_A_GB
        * len(stack.of_type("aws_wafv2_web_acl_logging_configuration"))
    )
    flow = count * assumptions.flow_log_kilobytes / KILOBYTES_A_GB * len(stack.of_type("aws_flow_log"))
    events = count * in_trail * assumptions.trail_event_kilobytes / KILOBYTES_A_GB * len(trails)
    taken = function + api + waf + flow + events
    months = max((months_kept(group) for group in groups), default=Decimal(0))
    masked = function + api if stack.of_type("aws_cloudwatch_log_data_protection_policy") else Decimal(0)
    yield from log_lines("requests", taken, masked, taken * assumptions.log_compression * months)
    if stack.of_type("aws_kinesis_firehose_delivery_stream"):
        exported = (function + api) * assumptions.export_rounding
        yield Line("Logs", "requests: exported to the archive", "firehose_gb", exported)


def detection(stack: Stack, assumptions: Assumptions, count: Decimal) -> Iterator[Line]:
    if not stack.of_type("aws_guardduty_detector"):
        return
    flow = count * assumptions.flow_log_kilobytes / KILOBYTES_A_GB
    yield Line("GuardDuty", "management events", "guardduty_event", count * assumptions.kms_requests)
    yield Line("GuardDuty", "flow logs", "guardduty_flow_log_gb", flow)
    features = {r.values.get("name") for r in stack.of_type("aws_guardduty_detector_feature")}
    if "LAMBDA_NETWORK_LOGS" in features:
        yield Line("GuardDuty", "network logs of functions", "guardduty_lambda_gb", flow)
