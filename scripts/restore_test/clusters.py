"""Restored Aurora clusters: without an instance, so nobody can connect, and no row is compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from scripts.restore_test.account import Clients, RecoveryPoint
from scripts.restore_test.proofs import Proof, key_proof


@dataclass
class Clusters:
    clients: Clients

    def live_name(self, point: RecoveryPoint) -> str:
        return point.resource_arn.rpartition(":")[2]

    def metadata(self, point: RecoveryPoint, name: str) -> dict[str, str]:
        """In the live cluster's subnets, behind its security groups.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-aur.html
        """
        live = self._described(self.live_name(point))
        groups = [group["VpcSecurityGroupId"] for group in live.get("VpcSecurityGroups", [])]
        return {
            "DBClusterIdentifier": name,
            "DBSubnetGroupName": live["DBSubnetGroup"],
            "Engine": live["Engine"],
            "EngineVersion": live["EngineVersion"],
            "VpcSecurityGroupIds": json.dumps(groups),
        }

    def _described(self, name: str) -> Any:
        return self.clients("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]

    def prove(self, point: RecoveryPoint, name: str, _arn: str) -> list[Proof]:
        restored, live = self._described(name), self._described(self.live_name(point))
        members = len(restored.get("DBClusterMembers", []))
        return [
            Proof("available", restored["Status"] == "available", f"its status is {restored['Status']}"),
            key_proof(restored.get("KmsKeyId"), live.get("KmsKeyId")),
            Proof("nobody can connect", members == 0, f"it has {members} instances"),
            Proof(
                "content",
                None,
                "rows are not compared: that takes an instance (docs/disaster.md, the restore runbook)",
            ),
        ]

    def delete(self, name: str) -> None:
        rds = self.clients("rds")
        rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
        rds.get_waiter("db_cluster_deleted").wait(DBClusterIdentifier=name)

    def how_to_delete(self, name: str) -> str:
        return f"aws rds delete-db-cluster --db-cluster-identifier {name} --skip-final-snapshot"
