"""What `patient_api` is measured against: boto3 alone, the same calls in the same order, and no safeguard."""

import json
import os
import uuid
from datetime import UTC, datetime
from typing import Any

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Two audit rows, the relationship and the record, as `GET /patients/{patient_id}` has them."""
    patient_id = event["pathParameters"]["patient_id"]
    sub = event["requestContext"]["authorizer"]["claims"]["sub"]
    write_audit(patient_id, sub, "attempt")
    relationship = dynamodb.get_item(
        TableName=os.environ["RELATIONSHIP_TABLE"],
        Key={"principal": {"S": sub}, "patient_id": {"S": patient_id}},
        ConsistentRead=True,
    )
    record = dynamodb.get_item(
        TableName=os.environ["PATIENT_TABLE"], Key={"patient_id": {"S": patient_id}}, ConsistentRead=True
    )
    write_audit(patient_id, sub, "success")
    found = "Item" in relationship and "Item" in record
    return {"statusCode": 200 if found else 404, "body": json.dumps(record.get("Item"))}


def write_audit(patient_id: str, sub: str, outcome: str) -> None:
    now = datetime.now(UTC).isoformat()
    dynamodb.put_item(
        TableName=os.environ["AUDIT_TABLE"],
        Item={
            "patient_id": {"S": patient_id},
            "event_id": {"S": f"{now}#{uuid.uuid4()}"},
            "actor": {"S": sub},
            "outcome": {"S": outcome},
        },
        ConditionExpression="attribute_not_exists(patient_id)",
    )
