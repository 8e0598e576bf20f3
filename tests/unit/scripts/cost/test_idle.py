"""What each component costs while nobody asks anything, against figures counted by hand from AWS's prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import pytest

from scripts.cost.plan import Resource, Stack
from tests.unit.scripts.cost.stacks import idle, reported, resource, stack


def dollars(text: str) -> Decimal:
    return Decimal(text)


def endpoint(name: str, **values: Any) -> Resource:
    return resource("aws_vpc_endpoint", name, **{"vpc_endpoint_type": "Interface"} | values)


def test_interface_endpoints_by_zone_and_hour() -> None:
    report = reported(
        endpoint("kms", subnet_ids=["a", "b"]),
        endpoint("events", subnet_ids=["a", "b"]),
        endpoint("s3", vpc_endpoint_type="Gateway", subnet_ids=["a"]),
    )
    assert idle(report, "Interface endpoints") == dollars("29.20")  # 2 x 2 x 730 x 0.01


@pytest.mark.parametrize(("minimum", "expected"), [(0.5, "87.60"), (2, "350.40"), (0, "0")])
def test_aurora_at_its_least(minimum: float, expected: str) -> None:
    report = reported(
        resource("aws_rds_cluster", serverlessv2_scaling_configuration=[{"min_capacity": minimum}]),
        resource("aws_rds_cluster_instance", 'this["1"]', instance_class="db.serverless"),
        resource("aws_rds_cluster_instance", 'this["2"]', instance_class="db.serverless"),
        aurora_gb="0",
    )
    assert idle(report, "Aurora") == dollars(expected)  # 2 x minimum x 730 x 0.12
    assert idle(report, "Backups") == dollars("0.21")  # 10 x 0.021
    assert report.unpriced == ()


def test_another_clusters_instances_are_not_counted() -> None:
    scaling = [{"min_capacity": 1}]
    report = reported(
        resource("aws_rds_cluster", within="module.a", serverlessv2_scaling_configuration=scaling),
        resource("aws_rds_cluster", within="module.b", serverlessv2_scaling_configuration=scaling),
        resource("aws_rds_cluster_instance", within="module.b", instance_class="db.serverless"),
        aurora_gb="0",
    )
    assert idle(report, "Aurora") == dollars("87.60")


def test_nat_firewall_and_addresses() -> None:
    report = reported(
        resource("aws_nat_gateway"),
        resource("aws_eip"),
        resource("aws_networkfirewall_firewall", subnet_mapping=[{}, {}]),
        resource("aws_route53_resolver_firewall_domain_list", domains=["a.example", "b.example"]),
    )
    # 32.85 + 3.65 + 2 x 288.35 + 2 x 0.0005
    assert idle(report, "NAT and firewall") == dollars("613.2010")


def test_keys_secrets_and_the_web_acl() -> None:
    report = reported(
        resource("aws_kms_key", "phi"),
        resource("aws_kms_key", "logs"),
        resource("aws_secretsmanager_secret"),
        resource("aws_rds_cluster", manage_master_user_password=True),
        resource("aws_wafv2_web_acl", rule=[{}, {}, {}]),
    )
    assert idle(report, "KMS keys") == dollars("2.00")
    assert idle(report, "Secrets") == dollars("0.80")
    assert idle(report, "WAF") == dollars("8.00")


def test_alarms_are_paid_by_the_metrics_they_read() -> None:
    metric = {"metric": [{"period": 300}]}
    report = reported(
        resource("aws_cloudwatch_metric_alarm", "slow", period=300),
        resource("aws_cloudwatch_metric_alarm", "fast", period=10),
        resource(
            "aws_cloudwatch_metric_alarm", "ratio", metric_query=[metric, metric, {"expression": "a/b"}]
        ),
        resource("aws_cloudwatch_composite_alarm"),
        resource("aws_cloudwatch_log_metric_filter"),
        resource("aws_cloudwatch_dashboard"),
    )
    # 0.10 + 0.30 + 2 x 0.10 + 0.50 + 0.30 + 3.00
    assert idle(report, "Alarms and metrics") == dollars("4.40")


def test_logs_are_paid_to_the_end_of_their_retention() -> None:
    report = reported(
        resource("aws_cloudwatch_log_group", retention_in_days=365),
        resource("aws_cloudwatch_log_data_protection_policy"),
        idle_log_gb="10",
        log_compression="0.1",
    )
    # 10 x 0.50, 10 x 0.12, and 1 GB for 12 months at 0.03
    assert idle(report, "Logs") == dollars("6.56")


def test_detection() -> None:
    report = reported(
        resource("aws_guardduty_detector", enable=True),
        resource("aws_flow_log"),
        resource("aws_inspector2_enabler", resource_types=["LAMBDA"]),
        resource("aws_lambda_function", "a"),
        resource("aws_lambda_function", "b"),
        idle_management_events="1000000",
        idle_log_gb="2",
    )
    assert idle(report, "GuardDuty") == dollars("6")  # 4.00 + 2 x 1.00
    assert idle(report, "Inspector") == dollars("0.60")


def test_a_detector_that_is_off_costs_nothing() -> None:
    assert idle(reported(resource("aws_guardduty_detector", enable=False)), "GuardDuty") == 0


def test_tables_and_buckets() -> None:
    on = [{"enabled": True}]
    report = reported(
        resource("aws_dynamodb_table", "a", billing_mode="PAY_PER_REQUEST", point_in_time_recovery=on),
        resource("aws_dynamodb_table", "b", billing_mode="PAY_PER_REQUEST", point_in_time_recovery=[]),
        resource("aws_s3_bucket"),
        resource("aws_backup_plan"),
        dynamodb_gb="4",
        archive_gb="100",
        backup_gb="5",
    )
    assert idle(report, "Storage") == dollars("4.30")  # 8 x 0.25 + 100 x 0.023
    assert idle(report, "Backups") == dollars("1.30")  # 4 x 0.20 + 5 x 0.10


@pytest.mark.parametrize(("architecture", "expected"), [("arm64", "8.7601752"), ("x86_64", "10.9500876")])
def test_provisioned_concurrency(architecture: str, expected: str) -> None:
    report = reported(
        resource("aws_lambda_function", function_name="f", memory_size=512, architectures=[architecture]),
        resource(
            "aws_lambda_provisioned_concurrency_config",
            function_name="f",
            provisioned_concurrent_executions=2,
        ),
    )
    # 2 x 0.5 GB x 2,628,000 s, at 0.0000033334 or 0.0000041667
    assert idle(report, "Lambda") == dollars(expected)


def test_snapshots_and_queues_that_lambda_asks() -> None:
    snap = [{"apply_on": "PublishedVersions"}]
    report = reported(
        resource("aws_lambda_function", function_name="f", memory_size=1024, snap_start=snap),
        resource("aws_lambda_event_source_mapping", "queue"),
        resource("aws_lambda_event_source_mapping", "stream", starting_position="LATEST"),
    )
    assert idle(report, "Lambda") == dollars("3.9540888")  # 2,628,000 x 0.0000015046
    assert idle(report, "SQS") == dollars("0.2628")  # 15 x 60 x 730 x 0.0000004


@pytest.mark.parametrize(("standby", "expected"), [("ENABLED", "350.40"), ("DISABLED", "175.20")])
def test_opensearch_serverless(standby: str, expected: str) -> None:
    report = reported(resource("aws_opensearchserverless_collection", standby_replicas=standby))
    assert idle(report, "OpenSearch Serverless") == dollars(expected)  # 2 or 1 x 730 x 0.24


def test_hosted_zones() -> None:
    assert idle(reported(resource("aws_route53_zone")), "DNS") == dollars("0.50")


class TestZones:
    """In how many zones something stands, where the plan does not know the subnets yet."""

    subnets = tuple(
        resource("aws_subnet", f'private["{zone}"]', "module.network", availability_zone=zone)
        for zone in "ab"
    )
    endpoint = resource(
        "aws_vpc_endpoint", 'interface["kms"]', "module.network", vpc_endpoint_type="Interface"
    )
    subnets_of: ClassVar = {"module.network.aws_vpc_endpoint.interface": frozenset({"private"})}

    def test_from_the_subnets_it_refers_to(self) -> None:
        assert Stack((*self.subnets, self.endpoint), self.subnets_of).zones(self.endpoint) == 2

    def test_not_from_another_modules_subnets(self) -> None:
        stranger = resource("aws_subnet", 'private["c"]', "module.other", availability_zone="c")
        assert Stack((*self.subnets, stranger, self.endpoint), self.subnets_of).zones(self.endpoint) == 2

    def test_from_the_zones_the_root_names(self) -> None:
        narrowed = Stack((*self.subnets, self.endpoint), self.subnets_of).with_endpoint_zones(1)
        assert narrowed.zones(self.endpoint) == 1

    def test_unknown_is_told(self) -> None:
        (told,) = reported(self.endpoint).unpriced
        assert told.startswith(self.endpoint.address)
        assert stack(self.endpoint).zones(self.endpoint) == 0
