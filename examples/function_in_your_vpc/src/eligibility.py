"""Whether a member is covered on a day. Only Python's library and boto3, which Lambda's runtime brings."""

import os
from datetime import date

import boto3

MEMBERS = boto3.resource("dynamodb").Table(os.environ["MEMBERS_TABLE"])


def handler(event, context):  # noqa: ARG001 (Lambda passes both)
    """``{"member_id": "...", "day": "2026-03-01"}`` -> ``{"covered": true}``. Nothing of it is logged."""
    day = date.fromisoformat(event["day"])
    member = MEMBERS.get_item(Key={"member_id": event["member_id"]}).get("Item")
    return {"covered": member is not None and member["from"] <= day.isoformat() <= member["until"]}
