"""What functions log is in the locked archive as well, where nobody deletes it with the log group."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from scripts.demo.story import Story
from scripts.local_deployment import LocalDeployment

pytestmark = pytest.mark.deployment


def exported(deployment: LocalDeployment, bucket: str) -> list[dict[str, Any]]:
    """The records of all exported files, each as CloudWatch Logs sends it."""
    s3 = deployment.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="logs/")
    keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
    return [json.loads(gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read())) for key in keys]


def test_every_line_of_the_log_is_in_the_archive(deployment: LocalDeployment, story: Story) -> None:
    group = f"/aws/lambda/{deployment.outputs['functions']['patient_api']}"
    logs = deployment.client("logs")
    events = logs.filter_log_events(logGroupName=group)["events"]
    assert events
    bucket = next(
        one["Name"] for one in deployment.client("s3").list_buckets()["Buckets"] if "-audit-1" in one["Name"]
    )
    records = [record for record in exported(deployment, bucket) if record["logGroup"] == group]
    archived = {event["message"] for record in records for event in record["logEvents"]}
    assert {event["message"] for event in events} <= archived


def test_what_was_exported_is_locked(deployment: LocalDeployment, story: Story) -> None:
    s3 = deployment.client("s3")
    bucket = next(one["Name"] for one in s3.list_buckets()["Buckets"] if "-audit-1" in one["Name"])
    key = s3.list_objects_v2(Bucket=bucket, Prefix="logs/")["Contents"][0]["Key"]
    assert s3.head_object(Bucket=bucket, Key=key)["ObjectLockMode"] == "GOVERNANCE"
