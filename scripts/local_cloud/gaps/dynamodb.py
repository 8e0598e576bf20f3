"""DynamoDB: a table's key, changed after it was made, and queries of large tables."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models.table import Table
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


@wrap(Table, "query")
def query(original: Method, table: Any, hash_key: Any, *args: Any, **kwargs: Any) -> Any:
    """moto sorts the whole table for every query: 10,000 items take it a tenth of a second each time.

    The answer is the same: it sorts what it finds once more. Its callers hold DynamoDB's lock.
    """
    index_name = args[6] if len(args) > 6 else kwargs.get("index_name")
    if index_name or not table.has_range_key:
        parts = list(table.items.values())
        items = [item for part in parts for item in part.values()] if table.has_range_key else parts
    else:
        items = list(table.items.get(hash_key, {}).values())
    table.all_items = lambda: items
    try:
        return original(table, hash_key, *args, **kwargs)
    finally:
        del table.all_items
