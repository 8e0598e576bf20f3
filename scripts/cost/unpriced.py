"""What may cost something that no component knows: listed in the report, never zero by silence."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from scripts.cost.components import is_interface
from scripts.cost.plan import Resource, Stack

TYPES = tomllib.loads(Path(__file__).with_name("types.toml").read_text(encoding="utf-8"))
PRICED = frozenset(TYPES["priced"])
FREE = frozenset(TYPES["free"])
PRICED_ENDPOINTS = {None, "Gateway", "GatewayLoadBalancer", "Interface"}
SEVEN_DAYS = 7  # Performance Insights keeps a week for nothing


def unpriced(stack: Stack) -> list[str]:
    """A sentence for each thing that may cost money and is not in the figures."""
    counts = Counter(r.type for r in stack.resources if r.type not in PRICED | FREE)
    found = [
        f"{kind} ({count}): not known here; look up what it costs" for kind, count in sorted(counts.items())
    ]
    return found + [f"{r.address}: {why}" for r in stack.resources for why in reasons(stack, r)]


def reasons(stack: Stack, resource: Resource) -> Iterator[str]:
    values = resource.values
    match resource.type:
        case "aws_opensearchserverless_vpc_endpoint" | "aws_networkfirewall_firewall" if not stack.zones(
            resource
        ):
            yield "in how many zones it stands is known only after apply; counted in none"
        case "aws_vpc_endpoint" if is_interface(resource) and not stack.zones(resource):
            yield "in how many zones it stands is known only after apply; counted in none"
        case "aws_vpc_endpoint" if values.get("vpc_endpoint_type") not in PRICED_ENDPOINTS:
            yield f"an endpoint of the kind {values['vpc_endpoint_type']} has another price"
        case "aws_rds_cluster" if not values.get("serverlessv2_scaling_configuration"):
            yield "its instances are of a fixed size, which has a price by the hour"
        case "aws_rds_cluster" if values.get("database_insights_mode") == "advanced":
            yield "Database Insights in advanced mode is billed by the hour"
        case "aws_rds_cluster_instance" if values.get("instance_class") not in {None, "db.serverless"}:
            yield f"{values['instance_class']} is billed by the hour"
        case "aws_rds_cluster_instance" if (
            values.get("performance_insights_retention_period") or 0
        ) > SEVEN_DAYS:
            yield "Performance Insights beyond seven days is billed by the month"
        case "aws_api_gateway_stage" if values.get("cache_cluster_enabled"):
            yield f"a cache of {values.get('cache_cluster_size')} GB is billed by the hour"
        case "aws_dynamodb_table" if values.get("billing_mode") != "PAY_PER_REQUEST" or values.get("replica"):
            yield "provisioned capacity and replicas are billed by the hour and by what is written"
        case "aws_accessanalyzer_analyzer" if "UNUSED" in str(values.get("type")):
            yield "an analyzer of unused access is billed by role and user"
        case "aws_lambda_event_source_mapping" if values.get("provisioned_poller_config"):
            yield "provisioned pollers are billed by the hour"
        case "aws_backup_restore_testing_plan":
            yield "each test is billed, and what it restores by the GB"
        case "aws_sns_topic_subscription" if values.get("protocol") == "sms":
            yield "text messages are billed one by one"
