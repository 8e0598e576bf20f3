"""DynamoDB: tables and indexes, batches and transactions, the leading keys.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.parsing.key_condition_expression import parse_expression

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.authorization.access import Access, action_of, arn_or
from scripts.local_cloud.authorization.services.kms import via_service
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.protocol.requests import AwsRequest

TRANSACT_ACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
# PartiQL: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
PARTIQL = re.compile(
    r"^\s*(?P<verb>select|insert|update|delete)\b(?:.*?\b(?:from|into))?\s*\"?(?P<table>[\w.-]+)\"?",
    re.IGNORECASE | re.DOTALL,
)
DATA_OPERATIONS = {"GetItem", "GetRecords", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"}


def accesses(call: AwsRequest) -> list[Access]:
    """Every (action, table or index) that a request amounts to."""
    given = call.parameters
    match call.operation:
        case "TransactWriteItems" | "TransactGetItems":
            found = transaction(call, given.get("TransactItems") or [])
        case "BatchGetItem":
            found = [
                access(call, "BatchGetItem", name, leading_keys(call, name, request.get("Keys") or []))
                for name, request in (given.get("RequestItems") or {}).items()
            ]
        case "BatchWriteItem":
            found = [
                access(call, "BatchWriteItem", name, leading_keys(call, name, written_keys(requests)))
                for name, requests in (given.get("RequestItems") or {}).items()
            ]
        case "ExecuteStatement":
            found = [partiql(call, given)]
        case "BatchExecuteStatement":
            found = [partiql(call, statement) for statement in given.get("Statements") or []]
        case "ExecuteTransaction":
            found = [partiql(call, statement) for statement in given.get("TransactStatements") or []]
        case _:
            found = [single(call, given)]
    return [*found, *table_keys(call, found)]


def transaction(call: AwsRequest, items: Iterable[Mapping[str, Any]]) -> list[Access]:
    """A transaction has no action of its own: each part is judged as what it does."""
    found = []
    for item in items:
        for kind, part in item.items():
            name = str(part.get("TableName", ""))
            keys = leading_keys(call, name, [part.get("Key") or part.get("Item") or {}])
            context = {**keys, "dynamodb:EnclosingOperation": str(call.operation)}
            found.append(access(call, TRANSACT_ACTIONS[kind], name, context))
    return found


def single(call: AwsRequest, given: Mapping[str, Any]) -> Access:
    operation = str(call.operation)
    for name in ("ResourceArn", "StreamArn", "TableArn"):
        if given.get(name):
            return Access(action_of(call), str(given[name]))
    if given.get("ShardIterator"):  # moto's begin with the stream's ARN
        return Access(action_of(call), str(given["ShardIterator"]).partition("|")[0])
    table = given.get("TableName")
    if not table:
        return Access(action_of(call))
    key = given.get("Key") or given.get("Item")
    if key:
        context: dict[str, Any] = leading_keys(call, table, [key])
        if operation == "GetItem":
            context |= asked_attributes(given)
    elif operation == "Query":
        context = queried_key(call, table, given)
    else:
        context = {}
    return access(call, operation, table, context, given.get("IndexName"))


def asked_attributes(given: Mapping[str, Any]) -> dict[str, Any]:
    """The top-level attributes that GetItem asks for, its key's among them.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    """
    names = given.get("ExpressionAttributeNames") or {}
    paths = [path.strip() for path in str(given.get("ProjectionExpression") or "").split(",")]
    asked = {re.split(r"[.\[]", path)[0] for path in paths if path}
    return {
        "dynamodb:Attributes": sorted(
            {names.get(name, name) for name in asked} | set(given.get("Key") or {})
        ),
        "dynamodb:Select": "SPECIFIC_ATTRIBUTES" if asked else "ALL_ATTRIBUTES",
    }


def access(
    call: AwsRequest, operation: str, table: str, context: Mapping[str, Any], index: str | None = None
) -> Access:
    resource = arn_or(table, "dynamodb", call.region, "table/")
    if index:
        resource += f"/index/{index}"
    return Access(f"dynamodb:{operation}", resource, context)


def partiql(call: AwsRequest, given: Mapping[str, Any]) -> Access:
    found = PARTIQL.match(str(given.get("Statement", "")))
    if found is None:
        return Access("dynamodb:PartiQLSelect")
    return access(call, f"PartiQL{found['verb'].capitalize()}", found["table"], {})


def written_keys(requests: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [
        request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
        for request in requests
    ]


def table_named(call: AwsRequest, name: str) -> Any:
    """moto's table, or None: the request for a table that does not exist is judged all the same."""
    return backend_of("dynamodb", call.region).tables.get(name.rpartition("/")[2] or name)


def leading_keys(call: AwsRequest, name: str, items: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    table = table_named(call, name)
    if table is None:
        return {}
    values = [item[table.hash_key_attr] for item in items if table.hash_key_attr in item]
    return {"dynamodb:LeadingKeys": [str(text) for value in values for text in value.values()]}


def queried_key(call: AwsRequest, name: str, given: Mapping[str, Any]) -> dict[str, list[str]]:
    table = table_named(call, name)
    expression = given.get("KeyConditionExpression")
    if table is None or not expression:
        return {}
    schema = table.schema
    if given.get("IndexName"):
        indexes = [*table.indexes, *table.global_indexes]
        schema = next((i.schema for i in indexes if i.name == given["IndexName"]), schema)
    try:
        # moto's own reading; what it does not take, it refuses itself once the request is let through.
        hash_keys = parse_expression(
            expression,
            expression_attribute_values=given.get("ExpressionAttributeValues") or {},
            expression_attribute_names=given.get("ExpressionAttributeNames") or {},
            schema=schema,
        )[0]
    except Exception:  # noqa: BLE001  # without the key a condition on it does not hold: stricter
        return {}
    return {"dynamodb:LeadingKeys": [str(text) for _, value in hash_keys for text in value.values()]}


def table_keys(call: AwsRequest, found: Iterable[Access]) -> list[Access]:
    """The caller needs kms:Decrypt, through DynamoDB, on the customer key of a table it touches.

    https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html#dynamodb-customer-cmk-policy
    """
    keys = []
    for name in {a.resource.partition(":table/")[2].partition("/")[0] for a in found if is_data(a)}:
        table = table_named(call, name)
        key = (table.sse_specification or {}).get("KMSMasterKeyId") if table else None
        context = {"aws:dynamodb:tableName": name, "aws:dynamodb:subscriberId": ACCOUNT_ID}
        if key:
            keys += via_service(call, "dynamodb", key, ["Decrypt"], context)
    return keys


def is_data(access: Access) -> bool:
    operation = access.action.partition(":")[2]
    return operation in DATA_OPERATIONS or operation.startswith(("Batch", "PartiQL", "ConditionCheck"))
