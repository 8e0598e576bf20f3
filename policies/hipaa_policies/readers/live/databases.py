"""Databases, with what their parameter groups say of plain connections."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.stores import Database
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader
from hipaa_policies.readers.shared import ON, TLS_PARAMETERS


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
    parameters = _Parameters(aws)
    found = tuple(
        Database(
            arn=answer["DBInstanceArn"],
            name=answer["DBInstanceIdentifier"],
            key=answer.get("KmsKeyId") or None,
            encrypted=bool(answer.get("StorageEncrypted")),
            public=bool(answer.get("PubliclyAccessible")),
            backup_days=answer.get("BackupRetentionPeriod") or 0,
            forces_tls=parameters.force_tls(answer),
        )
        for answer in listed.items
    )
    return {"databases": Listing(found, listed.problem)}


class _Parameters:
    """Parameter groups, each read once. A cluster's goes before its instances'."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._read = cache(self._read_group)

    def force_tls(self, instance: Mapping[str, Any]) -> bool | Unreadable | None:
        parameter = TLS_PARAMETERS.get(instance["Engine"])
        if parameter is None:
            return None
        if cluster := instance.get("DBClusterIdentifier"):
            listed = self._aws.pages("rds", "DescribeDBClusters", "DBClusters", DBClusterIdentifier=cluster)
            if listed.problem:
                return listed.problem
            return self._read(listed.items[0]["DBClusterParameterGroup"], parameter, True)
        return self._read(instance["DBParameterGroups"][0]["DBParameterGroupName"], parameter, False)

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
