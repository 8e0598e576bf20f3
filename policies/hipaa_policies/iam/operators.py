"""The comparison behind each condition operator. Wildcards and variables only where AWS allows them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address, ip_network

from hipaa_policies.iam.matching import ARN_SEGMENTS, Pattern

Compare = Callable[[str, Pattern], bool]


@dataclass(frozen=True)
class Operator:
    """``compare`` is always the positive comparison; ``check`` tells whether AWS takes a policy value."""

    compare: Compare
    negated: bool = False
    variables: bool = False
    check: Callable[[str], bool] = lambda _text: True


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _date(text: str) -> datetime | None:
    """An ISO 8601 date, or seconds since the epoch, which AWS takes as well."""
    seconds = _number(text)
    try:
        if seconds is not None and not (len(text) == 4 and text.isdigit()):
            return datetime.fromtimestamp(float(seconds), tz=UTC)
        date = datetime.fromisoformat(f"{text}-01-01" if len(text) == 4 else text)
    except (ValueError, OverflowError, OSError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _numeric(test: Callable[[Decimal, Decimal], bool]) -> Compare:
    def compare(value: str, pattern: Pattern) -> bool:
        left, right = _number(value), _number(pattern.text)
        return left is not None and right is not None and test(left, right)

    return compare


def _dated(test: Callable[[datetime, datetime], bool]) -> Compare:
    def compare(value: str, pattern: Pattern) -> bool:
        left, right = _date(value), _date(pattern.text)
        return left is not None and right is not None and test(left, right)

    return compare


def _in_network(value: str, pattern: Pattern) -> bool:
    try:
        return ip_address(value) in ip_network(pattern.text, strict=False)
    except ValueError:  # the request's address is not one: it is in no network
        return False


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _same_bytes(value: str, pattern: Pattern) -> bool:
    try:
        return base64.b64decode(value, validate=True) == base64.b64decode(pattern.text, validate=True)
    except binascii.Error:
        return False


def _same_arn(value: str, pattern: Pattern) -> bool:
    # ArnEquals and ArnLike behave alike, and need all six segments or a lone star.
    if value.count(":") < ARN_SEGMENTS - 1:
        return False
    return pattern.matches_arn(value)


OPERATORS: dict[str, Operator] = {}


def _add(names: tuple[str, str], compare: Compare, variables: bool, check: Callable[[str], bool]) -> None:
    OPERATORS[names[0]] = Operator(compare, False, variables, check)
    OPERATORS[names[1]] = Operator(compare, True, variables, check)


def _any_text(_text: str) -> bool:
    return True


_add(("StringEquals", "StringNotEquals"), lambda v, p: v == p.literal(), True, _any_text)
_add(
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    lambda v, p: v.lower() == p.literal().lower(),
    True,
    _any_text,
)
_add(("StringLike", "StringNotLike"), lambda v, p: p.matches(v), True, _any_text)
_add(("ArnEquals", "ArnNotEquals"), _same_arn, True, _any_text)
_add(("ArnLike", "ArnNotLike"), _same_arn, True, _any_text)
_add(("IpAddress", "NotIpAddress"), _in_network, False, _is_network)
_add(
    ("NumericEquals", "NumericNotEquals"),
    _numeric(lambda a, b: a == b),
    False,
    lambda t: _number(t) is not None,
)
_add(("DateEquals", "DateNotEquals"), _dated(lambda a, b: a == b), False, lambda t: _date(t) is not None)

for _name, _number_test in {
    "NumericLessThan": lambda a, b: a < b,
    "NumericLessThanEquals": lambda a, b: a <= b,
    "NumericGreaterThan": lambda a, b: a > b,
    "NumericGreaterThanEquals": lambda a, b: a >= b,
}.items():
    OPERATORS[_name] = Operator(_numeric(_number_test), check=lambda t: _number(t) is not None)
for _name, _date_test in {
    "DateLessThan": lambda a, b: a < b,
    "DateLessThanEquals": lambda a, b: a <= b,
    "DateGreaterThan": lambda a, b: a > b,
    "DateGreaterThanEquals": lambda a, b: a >= b,
}.items():
    OPERATORS[_name] = Operator(_dated(_date_test), check=lambda t: _date(t) is not None)
OPERATORS["Bool"] = Operator(lambda v, p: v.lower() == p.literal().lower(), variables=True)
OPERATORS["BinaryEquals"] = Operator(_same_bytes)
