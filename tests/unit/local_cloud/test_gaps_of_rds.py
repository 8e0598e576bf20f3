"""What ``gaps/rds.py`` mends, seen through the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.local_cloud.support import Cloud, unique


@pytest.fixture(scope="module")
def cluster(cloud: Cloud) -> Iterator[dict[str, Any]]:
    """One that is not the local cloud's own database: its port is PostgreSQL's."""
    rds = cloud.client("rds")
    made: dict[str, Any] = rds.create_db_cluster(
        DBClusterIdentifier=unique("cluster"),
        Engine="aurora-postgresql",
        EngineVersion="17",
        ManageMasterUserPassword=True,
        MasterUsername="administrator",
    )["DBCluster"]
    yield made
    rds.delete_db_cluster(DBClusterIdentifier=made["DBClusterIdentifier"], SkipFinalSnapshot=True)


def test_only_the_cluster_with_the_fronts_port_is_at_the_front(cluster: dict[str, Any]) -> None:
    assert cluster["Endpoint"].endswith(".rds.amazonaws.com")
    assert cluster["ReaderEndpoint"].endswith(".rds.amazonaws.com")
    assert "ScalingConfigurationInfo" not in cluster


def test_the_managed_secret_rotates(cloud: Cloud, cluster: dict[str, Any]) -> None:
    found = cloud.client("secretsmanager").describe_secret(SecretId=cluster["MasterUserSecret"]["SecretArn"])
    assert found["RotationEnabled"] is True
    assert found["RotationRules"]["AutomaticallyAfterDays"] == 7


def test_sign_in_by_iam_can_be_changed(cloud: Cloud, cluster: dict[str, Any]) -> None:
    rds, named = cloud.client("rds"), {"DBClusterIdentifier": cluster["DBClusterIdentifier"]}
    for wanted in (True, False):
        rds.modify_db_cluster(EnableIAMDatabaseAuthentication=wanted, ApplyImmediately=True, **named)
        found = rds.describe_db_clusters(**named)["DBClusters"][0]
        assert found["IAMDatabaseAuthenticationEnabled"] is wanted


def test_instances_keep_what_they_were_made_with(cloud: Cloud, cluster: dict[str, Any]) -> None:
    rds = cloud.client("rds")
    names = [unique("instance"), unique("instance")]
    key = cloud.arn("kms", "key/insights")
    for name in names:
        rds.create_db_instance(
            DBClusterIdentifier=cluster["DBClusterIdentifier"],
            DBInstanceClass="db.serverless",
            DBInstanceIdentifier=name,
            Engine="aurora-postgresql",
            EnablePerformanceInsights=True,
            PerformanceInsightsKMSKeyId=key,
        )
    found = [rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0] for name in names]
    assert len({instance["DbiResourceId"] for instance in found}) == 2
    assert [(i["PerformanceInsightsEnabled"], i["PerformanceInsightsKMSKeyId"]) for i in found] == [
        (True, key)
    ] * 2
    assert {instance["CACertificateIdentifier"] for instance in found} == {"rds-ca-rsa2048-g1"}
    assert {instance["Endpoint"]["Port"] for instance in found} == {5432}
    rds.modify_db_instance(DBInstanceIdentifier=names[0], EnablePerformanceInsights=False)
    changed = rds.describe_db_instances(DBInstanceIdentifier=names[0])["DBInstances"][0]
    assert changed["PerformanceInsightsEnabled"] is False
    for name in names:
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
