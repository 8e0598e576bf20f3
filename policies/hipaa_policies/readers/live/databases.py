"""Databases, with what their parameter groups say of plain connections."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.partial import partial
from hipaa_policies.facts.stores import Database
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader
from hipaa_policies.readers.shared import IAM_ENGINES, ON, TLS_PARAMETERS


@reader(
    "databases",
    operations={
        "rds": (
            "DescribeDBClusterParameters",
            "DescribeDBClusters",
            "DescribeDBInstances",
            "DescribeDBParameters",
        )
    },
)
def read_databases(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("rds", "DescribeDBInstances", "DBInstances")
    clusters: Listing[Any] = Listing()
    if any(answer.get("DBClusterIdentifier") for answer in listed.items):
        clusters = aws.pages("rds", "DescribeDBClusters", "DBClusters")
    by_name = {cluster["DBClusterIdentifier"]: cluster for cluster in clusters.items}
    parameters = _Parameters(aws)
    found = []
    for answer in listed.items:
        name = answer.get("DBClusterIdentifier")
        # Gone between the two calls, or on a page that failed: nobody knows.
        hidden = clusters.problem or Unreadable("rds:DescribeDBClusters", "NotFound", f"no cluster {name}")
        cluster = by_name.get(name, hidden) if name else None
        found.append(_database(answer, cluster, parameters))
    return {"databases": Listing(tuple(found), listed.problem)}


def _database(
    answer: Mapping[str, Any], cluster: Mapping[str, Any] | Unreadable | None, parameters: _Parameters
) -> Database:
    """Users and parameters of one of Aurora's instances are its cluster's."""
    engine = answer["Engine"]
    sign_in: Any = cluster if engine in IAM_ENGINES else None
    if engine in IAM_ENGINES and not isinstance(cluster, Unreadable):
        sign_in = bool((cluster or answer).get("IAMDatabaseAuthenticationEnabled"))
    return partial(
        Database,
        arn=answer["DBInstanceArn"],
        name=answer["DBInstanceIdentifier"],
        key=answer.get("KmsKeyId") or None,
        encrypted=bool(answer.get("StorageEncrypted")),
        public=bool(answer.get("PubliclyAccessible")),
        backup_days=answer.get("BackupRetentionPeriod") or 0,
        forces_tls=parameters.force_tls(answer, cluster),
        engine=engine,
        iam_sign_in=sign_in,
        cluster_arn=cluster["DBClusterArn"] if isinstance(cluster, Mapping) else cluster,
    )


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
_WAITS = "pending-reboot"


def _waits(operation: str) -> Unreadable:
    return Unreadable(operation, _WAITS, "the group's parameters hold after the next restart of the instance")


class _Parameters:
    """Parameter groups, each read once. A cluster's goes before its instances'."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._read = cache(self._read_group)

    def force_tls(
        self, instance: Mapping[str, Any], cluster: Mapping[str, Any] | Unreadable | None
    ) -> bool | Unreadable | None:
        parameter = TLS_PARAMETERS.get(instance["Engine"])
        if parameter is None:
            return None
        if isinstance(cluster, Unreadable):
            return cluster
        if cluster is not None:
            members = cluster.get("DBClusterMembers") or ()
            states = {
                one["DBInstanceIdentifier"]: one.get("DBClusterParameterGroupStatus") for one in members
            }
            if states.get(instance["DBInstanceIdentifier"]) == _WAITS:
                return _waits("rds:DescribeDBClusters")
            return self._read(cluster["DBClusterParameterGroup"], parameter, True)
        group = instance["DBParameterGroups"][0]
        if group.get("ParameterApplyStatus") == _WAITS:
            return _waits("rds:DescribeDBInstances")
        return self._read(group["DBParameterGroupName"], parameter, False)

    def _read_group(self, group: str, parameter: str, of_cluster: bool) -> bool | Unreadable:
        if of_cluster:
            operation, named = "DescribeDBClusterParameters", {"DBClusterParameterGroupName": group}
        else:
            operation, named = "DescribeDBParameters", {"DBParameterGroupName": group}
        listed = self._aws.pages("rds", operation, "Parameters", **named)
        for found in listed.items:
            if found["ParameterName"] == parameter:
                return found.get("ParameterValue") in ON
        return listed.problem or False
