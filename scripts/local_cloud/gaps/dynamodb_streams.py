"""DynamoDB: what a table's stream says, and transactions that leave other writers alone.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
"""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import StreamRecord, StreamShard, Table

from scripts.local_cloud.gaps.patching import Method, add, wrap

# Set while the deletion of an expired item is written: its record names DynamoDB as who did it.
EXPIRING = threading.local()
TIME_TO_LIVE = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


@wrap(StreamRecord, "__init__")
def create_record(
    original: Method, record: Any, table: Any, view: str, name: str, old: Any, new: Any, seq: int
) -> None:
    """moto writes the region us-east-1, the version 1.0 and a size that is much too large.

    Its images share lists and maps with the item, which a later update changes in place.
    """
    original(record, table, view, name, old, new, seq)
    change = record.record["dynamodb"]
    for image in ("Keys", "NewImage", "OldImage"):
        if image in change:
            change[image] = copy.deepcopy(change[image])
    change["SizeBytes"] = sum(
        size_of(change[part]) for part in ("Keys", "NewImage", "OldImage") if part in change
    )
    record.record |= {"awsRegion": table.region_name, "eventVersion": "1.1"}
    if getattr(EXPIRING, "now", False):
        record.record["userIdentity"] = TIME_TO_LIVE


def size_of(image: dict[str, Any]) -> int:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html"""
    return sum(len(name.encode()) + size_of_value(value) for name, value in image.items())


def size_of_value(typed: dict[str, Any]) -> int:
    """Of a value with its type, ``{"S": "text"}``."""
    ((kind, value),) = typed.items()
    if kind == "M":
        return 3 + size_of(value)
    if kind in ("L", "SS", "NS", "BS"):
        inner = [size_of_value(part) if kind == "L" else len(part) for part in value]
        return sum(inner) + (3 if kind == "L" else 0)
    if kind in ("BOOL", "NULL"):
        return 1
    return len(value) if isinstance(value, bytes) else len(str(value).encode())


@wrap(StreamShard, "add")
def add_to_stream(original: Method, shard: Any, old: Any, new: Any) -> None:
    """moto also records a write that changed nothing; DynamoDB does not."""
    if old is not None and new is not None and old.to_json() == new.to_json():
        return
    if getattr(shard.table, "creating_by_update", False):
        return
    original(shard, old, new)


@wrap(DynamoDBBackend, "update_item")
def update_item(original: Method, backend: Any, table_name: str, *args: Any, **kwargs: Any) -> Any:
    """moto records an item that an update makes twice: as its keys alone first."""
    table = backend.get_table(table_name)
    put = table.put_item

    def put_keys(*put_args: Any, **put_kwargs: Any) -> Any:
        table.creating_by_update = True
        try:
            return put(*put_args, **put_kwargs)
        finally:
            table.creating_by_update = False

    table.put_item = put_keys
    try:
        return original(backend, table_name, *args, **kwargs)
    finally:
        del table.put_item


@wrap(DynamoDBBackend, "transact_write_items")
def transact_write_items(original: Method, backend: Any, transact_items: Sequence[dict[str, Any]]) -> None:
    """moto copies each table as a whole, and puts the copies in the tables' places when it fails."""
    operations = [operation for item in transact_items for operation in item.values()]
    with uncopied_tables():
        before = [kept for operation in operations if (kept := Kept.of(backend, operation))]
        lengths = [(kept.shard, len(kept.shard.items)) for kept in before if kept.shard]
        try:
            original(backend, transact_items)
        except Exception:
            for kept in before:
                kept.put_back()
            for shard, length in lengths:
                del shard.items[length:]
            raise


class Kept:
    """One item as it was before a transaction."""

    def __init__(self, table: Any, hash_key: Any, range_key: Any) -> None:
        self.table, self.hash_key, self.range_key = table, hash_key, range_key
        self.item = copy.deepcopy(table.get_item(hash_key, range_key))
        self.shard = table.stream_shard

    @classmethod
    def of(cls, backend: Any, operation: dict[str, Any]) -> Kept | None:
        table = backend.tables.get(str(operation.get("TableName")))
        key = operation.get("Key") or operation.get("Item") or {}
        names = [table.hash_key_attr, table.range_key_attr] if table else []
        if table is None or any(name and name not in key for name in names):
            return None  # moto refuses it
        return cls(table, *backend.get_keys_value(table, {name: key[name] for name in names if name}))

    def put_back(self) -> None:
        items = self.table.items
        if self.range_key is None:
            place, key = items, self.hash_key
        else:
            place, key = items[self.hash_key], self.range_key
        if self.item is None:
            place.pop(key, None)
        else:
            place[key] = self.item


_copying = threading.local()


@add(Table, "__deepcopy__")
def copy_table(table: Any, memo: dict[int, Any]) -> Any:
    """A table stays itself in a transaction; backups are copies as ever."""
    if getattr(_copying, "off", False):
        return table
    copied = table.__class__.__new__(table.__class__)
    memo[id(table)] = copied
    copied.__dict__.update({name: copy.deepcopy(value, memo) for name, value in vars(table).items()})
    return copied


@contextmanager
def uncopied_tables() -> Iterator[None]:
    _copying.off = True
    try:
        yield
    finally:
        _copying.off = False


def delete_expired_items(backend: Any) -> None:
    """Time to live, which moto stores and does not act on. To be called with DynamoDB's lock held."""
    now = time.time()
    for table in list(backend.tables.values()):
        attribute = table.ttl.get("AttributeName") if table.ttl["TimeToLiveStatus"] == "ENABLED" else None
        if attribute:
            delete_expired(table, attribute, now)


def delete_expired(table: Any, attribute: str, now: float) -> None:
    expired = [item for item in items_of(table) if is_expired(item, attribute, now)]
    EXPIRING.now = True
    try:
        for item in expired:
            table.delete_item(item.hash_key, item.range_key)
    finally:
        EXPIRING.now = False


def items_of(table: Any) -> list[Any]:
    if not table.has_range_key:
        return list(table.items.values())
    return [item for group in table.items.values() for item in group.values()]


def is_expired(item: Any, attribute: str, now: float) -> bool:
    """Items that expired more than five years ago DynamoDB leaves alone."""
    value = item.attrs.get(attribute)
    if value is None or value.type != "N":
        return False
    return now - 5 * 365 * 86400 < float(value.value) < now
