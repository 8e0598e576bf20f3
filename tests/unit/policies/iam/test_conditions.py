"""Condition operators, case by case from AWS's own documentation.

The expected answers were also given by @cloud-copilot/iam-simulate 0.1.173 (asked by hand:
docs/decisions/0001-iam-evaluation.md).
"""

from __future__ import annotations

from typing import Any

import pytest
from hipaa_policies.iam import AccessRequest, Decision, evaluate
from hypothesis import given
from hypothesis import strategies as st

ALLOWED, EXPLICIT, IMPLICIT = Decision.ALLOWED, Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **more}


def deny(**more: Any) -> dict[str, Any]:
    return allow(**more) | {"Effect": "Deny"}


# operator, policy value(s), the request's value(s) (None: key absent), whether the statement applies
CONDITIONS: list[tuple[str, Any, str | list[str] | None, bool]] = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", ["a", "b"], "b", True),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", "a", None, False),
    ("stringequals", "a", "a", True),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", "a", None, True),
    ("StringEqualsIgnoreCase", "Ab", "aB", True),
    ("StringNotEqualsIgnoreCase", "Ab", "aB", False),
    ("StringLike", "a*c?", "abbbcd", True),
    ("StringLike", "a*c?", "abbbc", False),
    ("StringLike", "a", "A", False),
    ("StringNotLike", "a*", "ab", False),
    ("StringNotLike", "a*", None, True),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", "b", False),
    ("StringNotEqualsIfExists", "a", "a", False),
    ("StringNotEqualsIfExists", "a", None, True),
    ("NumericEquals", 10, "10.0", True),
    ("NumericEquals", "10", "11", False),
    ("NumericNotEquals", "10", "11", True),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericGreaterThan", "10", "10", False),
    ("NumericGreaterThanEquals", "10", "10", True),
    ("NumericLessThan", "10", None, False),
    ("NumericLessThan", "10", "many", False),
    ("NumericLessThanIfExists", "3600", None, True),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", True),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", False),
    ("DateLessThan", "2026-01-01", "1700000000", True),
    ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", True),
    ("DateNotEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", False),
    ("DateLessThanEquals", "2026-01-01", "2026-01-01", True),
    ("DateGreaterThanEquals", "2026", "2026-01-01", True),
    ("DateLessThan", "2026-01-01", "yesterday", False),
    ("Bool", "true", "True", True),
    ("Bool", True, "true", True),
    ("Bool", "false", "true", False),
    ("Bool", "false", None, False),
    ("BoolIfExists", "false", None, True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXI=", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.9", False),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("IpAddress", "203.0.113.9", "203.0.113.9", True),
    ("IpAddress", "203.0.113.0/24", "2001:db8::1", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", False),
    ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", True),
    ("NotIpAddress", "203.0.113.0/24", None, True),
    ("ArnEquals", "arn:aws:sns:*:123456789012:t", "arn:aws:sns:us-east-1:123456789012:t", True),
    ("ArnLike", "arn:aws:s3:::b*", "arn:aws:s3:::bucket/key", True),
    ("ArnLike", "arn:aws:s3:::b*", "arn:aws:s3:::other", False),
    ("ArnLike", "arn:aws:iam::*:role/r", "arn:aws:iam::1:2:role/r", False),
    ("ArnNotLike", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", False),
    ("ArnNotEquals", "arn:aws:s3:::b", "arn:aws:s3:::c", True),
    ("ArnLike", "*", "no-arn", False),
    ("ArnLikeIfExists", "arn:aws:s3:::b", None, True),
    ("Null", "true", None, True),
    ("Null", "true", "a", False),
    ("Null", False, "a", True),
    ("Null", "false", None, False),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
    ("ForAllValues:StringEquals", ["a", "b"], None, True),
    ("ForAllValues:StringEquals", ["a", "b"], [], True),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], True),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["a", "d"], False),
    ("ForAllValues:StringLike", "a*", ["ab", "ac"], True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["c"], False),
    ("ForAnyValue:StringEquals", ["a", "b"], None, False),
    ("ForAnyValue:StringEqualsIfExists", ["a", "b"], None, False),
    ("ForAnyValue:StringNotEquals", ["a"], ["a", "c"], True),
    ("ForAnyValue:StringNotEquals", ["a"], ["a"], False),
    ("ForAnyValue:StringNotEquals", ["a"], None, False),
    ("ForAnyValue:StringLike", "a*", ["x", "ab"], True),
    ("foranyvalue:stringlike", "a*", ["x", "ab"], True),
]


@pytest.mark.parametrize(("operator", "wanted", "given_value", "applies"), CONDITIONS)
def test_condition(operator: str, wanted: object, given_value: str | list[str] | None, applies: bool) -> None:
    condition = {operator: {"test:Key": wanted}}
    # Keys ignore case, so the request writes it otherwise than the policy does.
    context = {} if given_value is None else {"TEST:key": given_value}
    request = AccessRequest("test:Do", "*", context)
    assert evaluate([policy(allow(Condition=condition))], request) is (ALLOWED if applies else IMPLICIT)
    denied = evaluate([policy(allow(), deny(Condition=condition))], request)
    assert denied is (EXPLICIT if applies else ALLOWED)


def test_all_operators_and_keys_of_a_block_must_hold() -> None:
    block = {"StringEquals": {"a:x": "1", "a:y": "2"}, "Bool": {"a:z": "true"}}
    document = policy(allow(Condition=block))

    def ask(x: str, y: str, z: str) -> Decision:
        return evaluate([document], AccessRequest("a:B", "*", {"a:x": x, "a:y": y, "a:z": z}))

    assert ask("1", "2", "true") is ALLOWED
    assert ask("1", "3", "true") is IMPLICIT
    assert ask("1", "2", "false") is IMPLICIT


@given(st.text(alphabet="ab*?:", max_size=12), st.text(alphabet="ab:", max_size=12))
def test_wildcards_agree_with_a_plain_matcher(pattern: str, text: str) -> None:
    """StringLike against the textbook definition of the two wildcards."""
    document = policy(allow(Condition={"StringLike": {"a:b": pattern}}))
    decision = evaluate([document], AccessRequest("a:B", "*", {"a:b": text}))
    assert (decision is ALLOWED) == _textbook(pattern, text)


def _textbook(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _textbook(pattern[1:], text) or (bool(text) and _textbook(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and _textbook(pattern[1:], text[1:])


def test_many_stars_are_matched_without_backtracking() -> None:
    """Answers at all: a backtracking matcher needs longer than the age of the universe for this."""
    document = policy(allow(Condition={"StringLike": {"a:b": "*a" * 40 + "*b"}}))
    assert evaluate([document], AccessRequest("a:B", "*", {"a:b": "a" * 400})) is IMPLICIT
