"""DynamoDB: a table's key, changed after it was made."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.responses import DynamoHandler

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.gaps.patching import Method, wrap


@wrap(DynamoHandler, "update_table")
def update_table(original: Method, response: Any) -> Any:
    """moto drops SSESpecification."""
    wanted = response.body.get("SSESpecification")
    if wanted is not None:
        table = response.dynamodb_backend.get_table(response.body["TableName"])
        table.sse_specification = wanted if wanted.get("Enabled") else None
        if wanted.get("Enabled") and "KMSMasterKeyId" not in wanted:
            kms = backend_of("kms", response.region)
            wanted["KMSMasterKeyId"] = kms.keys[kms._generate_default_keys("alias/aws/dynamodb")].arn
    return original(response)
