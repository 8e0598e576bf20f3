"""The patient's demographics: what the question is to be cleared of. They go nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healthcare.attributes import from_item
from healthcare.aws import aws_errors
from healthcare.problems import not_found

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Patients:
    """The patients table. The function's role may read these two attributes, and nothing else of it."""

    client: "DynamoDBClient"
    table: str

    def demographics(self, patient_id: str) -> Mapping[str, Any]:
        """openapi.yaml's Demographics; Problem 404 where there is no such patient."""
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table,
                Key={"patient_id": {"S": patient_id}},
                ProjectionExpression="patient_id, demographics",
                ConsistentRead=True,
            ).get("Item")
        if item is None:
            raise not_found()
        demographics: Mapping[str, Any] = from_item(item).get("demographics", {})
        return demographics
