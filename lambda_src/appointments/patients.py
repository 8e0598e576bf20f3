"""Whether a patient exists: the one thing that booking asks of the record."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from healthcare.aws import aws_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Patients:
    """The patients table. The function's role may read its key, and nothing else of it."""

    client: "DynamoDBClient"
    table: str

    def has(self, patient_id: str) -> bool:
        with aws_errors():
            answer = self.client.get_item(
                TableName=self.table,
                Key={"patient_id": {"S": patient_id}},
                ProjectionExpression="patient_id",
                ConsistentRead=True,
            )
        return "Item" in answer
