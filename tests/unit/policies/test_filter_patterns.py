"""Filter patterns of CloudWatch Logs: what they match, and what is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hipaa_policies.filter_patterns import FilterPatternError, example, filter_pattern, selected
from hipaa_policies.trail_events import (
    KEY_DELETION,
    ORDINARY,
    POLICY_CHANGES,
    REFUSALS,
    ROOT_USE,
    TRAIL_CHANGES,
)

ROOT = Path(__file__).resolve().parents[3]
EVENT = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
    "latency": 50,
    "user": {"id": 1, "email": "john.doe@example.com", "a-b": "x"},
    "message": 'said "no"',
    "path": "C:[1]?",
}


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        " ",
        '{ $.eventType = "UpdateTrail" }',
        "{ $.eventType = UpdateTrail }",
        "{$.eventType=UpdateTrail}",
        "{ $.eventType = Update* }",
        '{ $.eventType = "*Trail" }',
        '{ $.eventType = "*" }',
        "{ $.sourceIPAddress != 123.123.* }",
        "{ $.sourceIPAddress = %1{3}.111% }",
        "{ $.eventType != %^Delete% }",
        '{ $.arrayKey[0] = "value" }',
        '{ $.arrayKey[*] = "another value" }',
        "{ $.objectList[1].id = 2 }",
        "{ $.objectList[*].id = 2 }",
        "{ $.user.* = 1 }",
        "{ $['user']['a-b'] = x }",
        "{ $.user.a-b = x }",
        "{ $.SomeObject IS NULL }",
        "{ $.SomeOtherObject NOT EXISTS }",
        "{ $.SomeObject EXISTS }",
        "{ $.ThisFlag IS TRUE }",
        "{ $.latency > 49.5 }",
        "{ $.latency >= 50 && $.latency <= 50 }",
        "{ $.latency < 51 }",
        "{ $.latency = 50.0 }",
        "{ $.user.id = 1 && $.eventType = UpdateTrail }",
        "{ $.user.id = 2 || $.eventType = UpdateTrail }",
        "{ $.user.id = 1 || $.user.id = 2 && $.eventType = Nothing }",
        "{ ($.user.id = 2 || $.user.id = 1) && ($.eventType = UpdateTrail) }",
        "{ ((($.user.id = 1))) }",
        r'{ $.message = "said \"no\"" }',
        '{ $.path = "C:[1]?" }',
        "UpdateTrail",
        '"john.doe@example.com"',
        "UpdateTrail john",
        "?Nothing ?UpdateTrail",
        "UpdateTrail -Nothing",
        "%Up[a-z]+Trail%",
    ],
)
def test_matches(pattern: str) -> None:
    assert filter_pattern(pattern).matches(EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventType = "updatetrail" }',
        "{ $.eventType = Trail }",
        "{ $.eventType != UpdateTrail }",
        "{ $.eventType != Update* }",
        "{ $.nothing = x }",
        "{ $.nothing != x }",
        "{ $.eventType NOT EXISTS }",
        "{ $.nothing EXISTS }",
        "{ $.nothing IS NULL }",
        "{ $.ThisFlag IS FALSE }",
        "{ $.SomeObject IS TRUE }",
        "{ $.ThisFlag = 1 }",
        "{ $.latency > 50 }",
        "{ $.latency != 50 }",
        "{ $.eventType > 1 }",
        "{ $.eventType.more = x }",
        "{ $.user[0] = x }",
        "{ $.arrayKey[7] = value }",
        "{ $.eventType = %^Trail% }",
        '{ $.path = "C:1?" }',
        "{ ($.user.id = 2 || $.user.id = 1) && ($.eventType = Nothing) }",
        "{ $.eventType = UpdateTrail && $.eventType = Nothing }",
        "Nothing",
        "UpdateTrail Nothing",
        "?Nothing ?Never",
        "UpdateTrail -john",
        "updatetrail",
        "[a, b, UpdateTrail]",
    ],
)
def test_does_not_match(pattern: str) -> None:
    assert not filter_pattern(pattern).matches(EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        "{ }",
        "{ PutRolePolicy || AttachRolePolicy }",
        "{ $.a }",
        "{ $.a = }",
        "{ $.a = b && }",
        "{ ($.a = b }",
        "{ $.a = b) }",
        "{ $.a = b $.c = d }",
        "{ $.a > word }",
        "{ $.a IS SOMETHING }",
        '{ $.a = "unfinished }',
        "{ $.a = %[% }",
        "%[%",
    ],
)
def test_what_is_no_pattern_is_told(pattern: str) -> None:
    with pytest.raises(FilterPatternError, match=r"is no (filter pattern|regular expression)"):
        filter_pattern(pattern)


def test_selectors_find_all_that_a_star_stands_for() -> None:
    assert selected(EVENT, "$.objectList[*].name") == ["a", "b"]
    assert selected(EVENT, "$.user['email']") == ["john.doe@example.com"]


WORDS = re.compile("(?i)denied")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ('{ $.error.code = "*Denied*" && $.level = WARN }', {"error": {"code": "Denied"}, "level": "WARN"}),
        ("{ $.code = Denied || $.code = Served }", {"code": "Denied"}),
        ("AccessDenied for", {"message": "AccessDenied for"}),
        ("{ $.code != Denied }", None),
        ("{ $.code = Denied && $.code = Served }", None),
        ("Served -Denied", None),
        ("{ $.code = Served }", None),
        ("{ $.code = Denied && $.code.more = x }", None),
    ],
)
def test_an_example_has_the_word_and_is_matched(pattern: str, found: object) -> None:
    assert example(filter_pattern(pattern), WORDS) == found


def test_the_filters_of_our_module_count_every_sample_and_nothing_ordinary() -> None:
    text = (ROOT / "modules" / "observability" / "trail_alarms.tf").read_text(encoding="utf-8")
    written = [
        p.replace('\\"', '"') for p in re.findall(r'pattern\s*= "(\{ .*? \})"\n', text) if "${" not in p
    ]
    assert len(written) == 4
    patterns = [filter_pattern(p) for p in written]
    for event in (*ROOT_USE, *REFUSALS[:1], REFUSALS[2]):
        assert any(p.matches(event) for p in patterns), event["eventName"]
    for event in (*ORDINARY, *KEY_DELETION, *POLICY_CHANGES, *TRAIL_CHANGES):
        assert not any(p.matches(event) for p in patterns), event["eventName"]
