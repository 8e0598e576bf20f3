"""The PHI set is what it is said to be, its scoring can fail, and the detector keeps what it has reached."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.evaluation.phi.scoring import ITEMS, Item, Span, read_items, score
from tests.evaluation.results import PRECISION, RECALL
from tests.evaluation.run import detect

# 45 CFR 164.514(b)(2)(i), (A) to (R); ages over 89 are with the dates of (C).
KINDS = {
    "NAME", "LOCATION", "DATE", "AGE", "PHONE", "FAX", "EMAIL", "SSN", "MRN", "HEALTH_PLAN", "ACCOUNT",
    "LICENSE", "VEHICLE", "DEVICE", "URL", "IP", "BIOMETRIC", "PHOTO", "OTHER",
}  # fmt: skip
TEXT = "Pt Jane Doe, SSN 987-65-4321, of Dr. Roe"
ITEM = Item(
    "i",
    "note",
    TEXT,
    (Span(3, 11, "NAME"), Span(17, 28, "SSN"), Span(37, 40, "NAME?")),
    {"given_name": "Jane"},
)


def test_the_set_has_all_kinds_and_much_that_is_none() -> None:
    items = read_items()
    assert len(items) >= 600
    assert len({item.id for item in items}) == len(items)
    counts = Counter(span.kind for item in items for span in item.spans if not span.kind.endswith("?"))
    assert set(counts) == KINDS
    assert min(counts.values()) >= 8
    assert sum(not item.spans for item in items) >= 150
    assert len({item.text for item in items}) > 600


def test_every_span_is_of_its_text() -> None:
    for item in read_items():
        ends = 0
        for span in sorted(item.spans):
            assert ends <= span.start < span.end <= len(item.text), item.id
            assert item.text[span.start : span.end].strip(), item.id
            ends = span.end


def test_the_file_has_one_item_a_line() -> None:
    lines = ITEMS.read_text(encoding="utf-8").splitlines()
    assert all(set(json.loads(line)) == {"demographics", "group", "id", "spans", "text"} for line in lines)


@pytest.mark.parametrize(
    ("findings", "recall", "precision"),
    [
        ([Span(3, 11, "NAME"), Span(17, 28, "SSN")], 1.0, 1.0),
        ([Span(3, 11, "DATE"), Span(17, 28, "DATE")], 1.0, 1.0),  # the kind is counted apart
        ([Span(3, 7, "NAME"), Span(8, 11, "NAME"), Span(17, 28, "SSN")], 1.0, 1.0),  # found in two pieces
        ([Span(3, 7, "NAME"), Span(17, 28, "SSN")], 0.5, 1.0),  # the surname is left standing
        ([Span(17, 28, "SSN")], 0.5, 1.0),
        ([Span(17, 28, "SSN"), Span(37, 40, "NAME")], 0.5, 1.0),  # who treats may be redacted, or not
        ([Span(0, len(TEXT), "NAME")], 1.0, 1.0),
        ([Span(12, 16, "NAME")], 0.0, 0.0),
        ([Span(30, 36, "NAME"), Span(3, 11, "NAME")], 0.5, 0.5),
        ([], 0.0, None),
    ],
)
def test_the_rule(findings: list[Span], recall: float, precision: float | None) -> None:
    scored = score([ITEM], lambda item: findings)
    assert (scored.recall, scored.precision) == (recall, precision)


def test_the_right_kind_is_counted() -> None:
    scored = score([ITEM], lambda item: [Span(3, 11, "NAME"), Span(17, 28, "PHONE")])
    assert scored.named == Counter({"NAME": 1, "SSN": 0})
    assert scored.missed == []


def test_finding_nothing_and_everything_are_seen_as_such() -> None:
    items = read_items()
    assert score(items, lambda item: []).recall == 0.0
    everything = score(items, lambda item: [Span(0, len(item.text), "NAME")])
    assert everything.recall == 1.0
    assert everything.precision is not None
    assert everything.precision < 0.6


def test_the_default_detector_reaches_what_was_demanded() -> None:
    found = detect("default", with_demographics=True)
    assert found.recall >= RECALL
    assert found.precision >= PRECISION


def test_without_the_patients_demographics_it_finds_less_but_not_little() -> None:
    found = detect("alone", with_demographics=False)
    assert found.recall >= 0.8
    assert found.precision >= 0.97
