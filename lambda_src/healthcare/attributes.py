"""Plain Python values to DynamoDB's attribute values and back, for the few types that records are made of.

boto3's TypeSerializer does more, and pulls boto3 in: text, whole numbers, booleans, bytes, lists and maps are
enough.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


def to_attribute(value: object) -> "AttributeValueTypeDef":
    """One value as an attribute value; TypeError, naming the type alone, where there is none for it."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, list):
        return {"L": [to_attribute(item) for item in value]}
    if isinstance(value, dict):
        return {"M": to_item(value)}
    raise TypeError(f"no attribute value for {type(value).__name__}")


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """An attribute value as its plain value; TypeError for types that records are not made of."""
    ((kind, value),) = attribute.items()
    if kind in ("S", "BOOL", "B"):
        return value
    if kind == "N":
        return int(value)
    if kind == "L":
        return [from_attribute(item) for item in value]
    if kind == "M":
        return from_item(value)
    raise TypeError(f"no plain value for attribute type {kind}")


def to_item(values: Mapping[str, object]) -> "dict[str, AttributeValueTypeDef]":
    return {name: to_attribute(value) for name, value in values.items()}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: from_attribute(value) for name, value in item.items()}
