"""Restored DynamoDB tables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from botocore.exceptions import ClientError

from scripts.restore_test.account import Clients, RecoveryPoint, code_of
from scripts.restore_test.proofs import Comparison, Digests, Proof, count_proof, key_proof
from scripts.restore_test.readers_of import FunctionRoles


@dataclass
class Tables:
    """``sample`` items are compared, of which ``minimum_percent`` must be as they are in the live table."""

    clients: Clients
    digests: Digests
    roles: FunctionRoles
    sample: int
    minimum_percent: int

    def live_name(self, point: RecoveryPoint) -> str:
        return point.resource_arn.rpartition("/")[2]

    def metadata(self, point: RecoveryPoint, name: str) -> dict[str, str]:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-dynamodb.html"""
        key = self._key(self.live_name(point))
        return {"targetTableName": name, **({"encryptionType": "KMS", "kmsMasterKeyArn": key} if key else {})}

    def _key(self, name: str) -> str | None:
        described = self.clients("dynamodb").describe_table(TableName=name)["Table"]
        key: str | None = (described.get("SSEDescription") or {}).get("KMSMasterKeyArn")
        return key

    def prove(self, point: RecoveryPoint, name: str, arn: str) -> list[Proof]:
        live = self.live_name(point)
        return [
            count_proof(self._count(name), self._count(live), "items"),
            self._compared(name, live).proof(self.minimum_percent, "items"),
            key_proof(self._key(name), self._key(live)),
            self._recovery(live),
            self._policy(arn),
            self.roles.proof("dynamodb:GetItem", arn),
        ]

    def _count(self, name: str) -> int:
        """Every item: the number that DescribeTable tells is up to six hours old."""
        scan = self.clients("dynamodb").get_paginator("scan")
        return sum(page["Count"] for page in scan.paginate(TableName=name, Select="COUNT"))

    def _compared(self, name: str, live: str) -> Comparison:
        dynamodb = self.clients("dynamodb")
        schema = dynamodb.describe_table(TableName=name)["Table"]["KeySchema"]
        scanned = dynamodb.get_paginator("scan").paginate(TableName=name, PaginationConfig={"PageSize": 100})
        comparison = Comparison()
        for item in islice((item for page in scanned for item in page["Items"]), self.sample):
            key = {part["AttributeName"]: item[part["AttributeName"]] for part in schema}
            found = dynamodb.get_item(TableName=live, Key=key, ConsistentRead=True).get("Item")
            if found is None:
                comparison.gone += 1
            elif self.digests.of_item(found) == self.digests.of_item(item):
                comparison.same += 1
            else:
                comparison.changed += 1
        return comparison

    def _recovery(self, live: str) -> Proof:
        """Of the live table. Switched on for the restored one, it would leave a backup of AWS's for 35 days.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
        """
        told = self.clients("dynamodb").describe_continuous_backups(TableName=live)
        status = told["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"][
            "PointInTimeRecoveryStatus"
        ]
        said = "on for the live table; a restored one goes live after it is switched on there, too"
        return Proof(
            "point-in-time recovery",
            status == "ENABLED",
            said if status == "ENABLED" else f"{status} for the live table",
        )

    def _policy(self, arn: str) -> Proof:
        try:
            self.clients("dynamodb").get_resource_policy(ResourceArn=arn)
        except ClientError as error:
            if code_of(error) == "PolicyNotFoundException":
                return Proof("no policy of its own", True, "nobody is let in by the table itself")
            return Proof("no policy of its own", None, f"could not be read ({code_of(error)})")
        return Proof("no policy of its own", False, "the table has a resource policy")

    def delete(self, name: str) -> None:
        self.clients("dynamodb").delete_table(TableName=name)
        self.clients("dynamodb").get_waiter("table_not_exists").wait(TableName=name)

    def how_to_delete(self, name: str) -> str:
        return f"aws dynamodb delete-table --table-name {name}"
