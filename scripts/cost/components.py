"""From resources to what they cost a month while nobody asks anything: quantities, each of one price.

What requests add is in requests.py, what neither knows in unpriced.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from scripts.cost.assumptions import Assumptions
from scripts.cost.plan import Resource, Stack

HOURS = Decimal(730)  # the month of AWS's own calculator
SECONDS = HOURS * 3600
DAYS_A_MONTH = Decimal(365) / 12
MEGA = Decimal(1_000_000)
DEFAULT_MEMORY = Decimal(128)


@dataclass(frozen=True, slots=True)
class Line:
    """So much of a price a month. ``component`` is what the table groups by."""

    component: str
    what: str
    price: str
    quantity: Decimal


Component = Callable[[Stack, Assumptions], Iterator[Line]]


def endpoints(stack: Stack, _: Assumptions) -> Iterator[Line]:
    """An hour of each interface endpoint in each zone; gateway endpoints cost nothing."""
    found = [r for r in stack.of_type("aws_vpc_endpoint") if is_interface(r)]
    found += stack.of_type("aws_opensearchserverless_vpc_endpoint")
    places = sum(stack.zones(resource) for resource in found)
    if places:
        yield Line(
            "Interface endpoints",
            f"{len(found)} endpoints, {places} in all zones",
            "endpoint_hour",
            places * HOURS,
        )


def is_interface(endpoint: Resource) -> bool:
    return endpoint.values.get("vpc_endpoint_type") in {"Interface", "GatewayLoadBalancer"}


def keys(stack: Stack, _: Assumptions) -> Iterator[Line]:
    count = len(stack.of_type("aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key"))
    yield Line("KMS keys", f"{count} keys, before their first rotation", "kms_key", Decimal(count))


def secrets(stack: Stack, _: Assumptions) -> Iterator[Line]:
    own = len(stack.of_type("aws_secretsmanager_secret"))
    masters = sum(bool(r.values.get("manage_master_user_password")) for r in stack.of_type("aws_rds_cluster"))
    yield Line("Secrets", f"{own} of its own, {masters} that RDS keeps", "secret", Decimal(own + masters))


def waf(stack: Stack, _: Assumptions) -> Iterator[Line]:
    lists = stack.of_type("aws_wafv2_web_acl")
    rules = sum(len(r.values.get("rule", [])) for r in lists)
    yield Line("WAF", f"{len(lists)} web ACL", "waf_acl", Decimal(len(lists)))
    yield Line("WAF", f"{rules} rules", "waf_rule", Decimal(rules))


def alarms(stack: Stack, _: Assumptions) -> Iterator[Line]:
    """Each metric that an alarm reads is billed, those of expressions too."""
    slow = fast = 0
    for resource in stack.of_type("aws_cloudwatch_metric_alarm"):
        queries = resource.values.get("metric_query") or []
        metrics = [query["metric"][0] for query in queries if query.get("metric")] or [resource.values]
        quick = sum((metric.get("period") or 60) < 60 for metric in metrics)
        fast, slow = fast + quick, slow + len(metrics) - quick
    composite = len(stack.of_type("aws_cloudwatch_composite_alarm"))
    yield Line("Alarms and metrics", f"{slow} metrics of alarms", "alarm", Decimal(slow))
    yield Line("Alarms and metrics", f"{fast} metrics of fast alarms", "alarm_high_resolution", Decimal(fast))
    yield Line("Alarms and metrics", f"{composite} composite alarms", "composite_alarm", Decimal(composite))
    filters = len(stack.of_type("aws_cloudwatch_log_metric_filter"))
    yield Line("Alarms and metrics", f"{filters} metrics out of logs", "custom_metric", Decimal(filters))
    boards = len(stack.of_type("aws_cloudwatch_dashboard"))
    yield Line("Alarms and metrics", f"{boards} dashboards", "dashboard", Decimal(boards))


def logs(stack: Stack, assumptions: Assumptions) -> Iterator[Line]:
    groups = stack.of_type("aws_cloudwatch_log_group")
    taken = len(groups) * assumptions.idle_log_gb
    kept = sum((months_kept(group) for group in groups), Decimal(0)) * assumptions.idle_log_gb
    masked = len(stack.of_type("aws_cloudwatch_log_data_protection_policy")) * assumptions.idle_log_gb
    yield from log_lines(f"{len(groups)} log groups", taken, masked, kept * assumptions.log_compression)


def log_lines(what: str, taken: Decimal, masked: Decimal, kept: Decimal) -> Iterator[Line]:
    """The price of a month's logs from the day they are written to the day they go."""
    yield Line("Logs", f"{what}: taken in", "log_ingested_gb", taken)
    yield Line("Logs", f"{what}: looked through for identifiers", "log_masked_gb", masked)
    yield Line("Logs", f"{what}: kept to the end of their retention", "log_stored_gb", kept)


def months_kept(group: Resource) -> Decimal:
    """For how many months a group keeps its logs; forever (0 or unset) counts as ten years."""
    return Decimal(group.values.get("retention_in_days") or 3650) / DAYS_A_MONTH


def database(stack: Stack, assumptions: Assumptions) -> Iterator[Line]:
    """Aurora Serverless v2 at its smallest: what it costs while nobody asks."""
    for cluster in stack.of_type("aws_rds_cluster"):
        scaling = cluster.values.get("serverlessv2_scaling_configuration") or []
        instances = [r for r in stack.of_type("aws_rds_cluster_instance") if r.module == cluster.module]
        if scaling:
            units = Decimal(str(scaling[0]["min_capacity"])) * len(instances)
            what = f"{len(instances)} instances at {scaling[0]['min_capacity']} ACU, their least"
            yield Line("Aurora", what, "aurora_acu_hour", units * HOURS)
        yield Line("Aurora", "storage", "aurora_storage_gb", assumptions.aurora_gb)
        yield Line("Backups", "Aurora, beyond the free day", "aurora_backup_gb", assumptions.aurora_backup_gb)


def egress(stack: Stack, _: Assumptions) -> Iterator[Line]:
    gateways = len(stack.of_type("aws_nat_gateway"))
    addresses = len(stack.of_type("aws_eip"))
    firewalls = sum(stack.zones(r) for r in stack.of_type("aws_networkfirewall_firewall"))
    lists = stack.of_type("aws_route53_resolver_firewall_domain_list")
    names = sum(len(r.values.get("domains") or []) for r in lists)
    yield Line("NAT and firewall", f"{gateways} NAT gateways", "nat_hour", gateways * HOURS)
    yield Line("NAT and firewall", f"{addresses} public addresses", "public_ipv4_hour", addresses * HOURS)
    yield Line(
        "NAT and firewall", f"{firewalls} firewall endpoints", "network_firewall_hour", firewalls * HOURS
    )
    yield Line(
        "NAT and firewall", f"{names} names in DNS Firewall lists", "dns_firewall_domain", Decimal(names)
    )


def detection(stack: Stack, assumptions: Assumptions) -> Iterator[Line]:
    detectors = [r for r in stack.of_type("aws_guardduty_detector") if r.values.get("enable") is not False]
    groups = stack.of_type("aws_flow_log")
    if detectors:
        yield Line("GuardDuty", "management events", "guardduty_event", assumptions.idle_management_events)
        yield Line("GuardDuty", "flow logs", "guardduty_flow_log_gb", len(groups) * assumptions.idle_log_gb)
    scanned = [
        r for r in stack.of_type("aws_inspector2_enabler") if "LAMBDA" in r.values.get("resource_types", [])
    ]
    if scanned:
        count = len(stack.of_type("aws_lambda_function"))
        yield Line("Inspector", f"{count} functions", "inspector_function", Decimal(count))


def storage(stack: Stack, assumptions: Assumptions) -> Iterator[Line]:
    tables = stack.of_type("aws_dynamodb_table")
    recoverable = [
        r for r in tables if any(p.get("enabled") for p in r.values.get("point_in_time_recovery") or [])
    ]
    buckets = stack.of_type("aws_s3_bucket")
    plans = len(stack.of_type("aws_backup_plan"))
    yield Line(
        "Storage", f"{len(tables)} tables", "dynamodb_storage_gb", len(tables) * assumptions.dynamodb_gb
    )
    yield Line("Storage", f"{len(buckets)} buckets", "s3_storage_gb", len(buckets) * assumptions.archive_gb)
    size = len(recoverable) * assumptions.dynamodb_gb
    yield Line("Backups", f"{len(recoverable)} tables, to any second", "dynamodb_pitr_gb", size)
    yield Line("Backups", f"{plans} backup plans", "backup_dynamodb_gb", plans * assumptions.backup_gb)


def functions(stack: Stack, assumptions: Assumptions) -> Iterator[Line]:
    """While nobody calls them: provisioned concurrency, snapshots, asking empty queues."""
    by_name = {r.values.get("function_name"): r for r in stack.of_type("aws_lambda_function")}
    for resource in stack.of_type("aws_lambda_provisioned_concurrency_config"):
        function = by_name.get(resource.values.get("function_name"))
        count = Decimal(resource.values.get("provisioned_concurrent_executions") or 1)
        seconds = count * gigabytes(function) * SECONDS
        what = f"{count} environments of {resource.values.get('function_name')}"
        yield Line("Lambda", what, f"lambda_provisioned_{architecture(function)}_gb_second", seconds)
    snapped = [
        r
        for r in by_name.values()
        if any(s.get("apply_on") == "PublishedVersions" for s in r.values.get("snap_start") or [])
    ]
    size = sum((gigabytes(function) for function in snapped), Decimal(0)) * assumptions.snapshots
    yield Line("Lambda", f"{len(snapped)} SnapStart functions", "lambda_snapshot_gb_second", size * SECONDS)
    queues = [r for r in stack.of_type("aws_lambda_event_source_mapping") if asks_a_queue(r)]
    asked = len(queues) * assumptions.polls_a_minute * HOURS * 60
    yield Line("SQS", f"{len(queues)} queues that Lambda asks", "sqs_request", asked)


def asks_a_queue(mapping: Resource) -> bool:
    """A stream's mapping names where it starts, a queue's cannot; the ARN is often known only after apply."""
    return ":sqs:" in (mapping.values.get("event_source_arn") or ":sqs:") and not mapping.values.get(
        "starting_position"
    )


def gigabytes(function: Resource | None) -> Decimal:
    return Decimal((function.values.get("memory_size") if function else None) or DEFAULT_MEMORY) / 1024


def architecture(function: Resource | None) -> str:
    """``arm64`` or ``x86_64``, which is Lambda's default."""
    named = function.values.get("architectures") if function else None
    return str((named or ["x86_64"])[0])


def search(stack: Stack, _: Assumptions) -> Iterator[Line]:
    """OpenSearch Serverless: half a unit to index and half to search, each twice with standby replicas.

    Collections with one key share them. AWS's Big Data Blog, "Amazon OpenSearch Serverless cost-effective
    search capabilities, at any scale".
    """
    collections = stack.of_type("aws_opensearchserverless_collection")
    if collections:
        standby = any(r.values.get("standby_replicas") != "DISABLED" for r in collections)
        units = Decimal(2 if standby else 1)
        yield Line("OpenSearch Serverless", f"{units} units, the least", "opensearch_ocu_hour", units * HOURS)


def names(stack: Stack, _: Assumptions) -> Iterator[Line]:
    zones = len(stack.of_type("aws_route53_zone"))
    yield Line("DNS", f"{zones} hosted zones", "hosted_zone", Decimal(zones))


def identity(stack: Stack, assumptions: Assumptions) -> Iterator[Line]:
    """Counted with the requests: people who do not sign in cost nothing."""
    for pool in stack.of_type("aws_cognito_user_pool"):
        tier = (pool.values.get("user_pool_tier") or "ESSENTIALS").lower()
        yield Line(
            "Cognito",
            f"{assumptions.active_users} people, {tier}",
            f"cognito_{tier}_user",
            assumptions.active_users,
        )


IDLE: tuple[Component, ...] = (
    endpoints, database, egress, search, alarms, waf, keys, secrets,
    logs, detection, storage, functions, names,
)  # fmt: skip
