"""Event selectors of trails: what narrows one is never read as "all"."""

from __future__ import annotations

from typing import Any

import pytest
from hipaa_policies.readers.live import logs as live
from hipaa_policies.readers.selectors import (
    Fields,
    basic_data_events,
    data_events,
    records_management_events,
)

S3 = {"eventCategory": {"equals": ["Data"]}, "resources.type": {"equals": ["AWS::S3::Object"]}}
BUCKET = ["arn:aws:s3:::patients/"]


def test_a_selector_of_a_type_records_all_of_it() -> None:
    (events,) = data_events(S3)
    assert (events.resource_type, events.arn_prefixes, events.left_out) == ("AWS::S3::Object", (), ())
    assert events.reads
    assert events.writes


@pytest.mark.parametrize(
    "narrowing",
    [
        {"eventName": {"equals": ["GetObject"]}},
        {"userIdentity.arn": {"not_starts_with": ["arn:aws:sts::"]}},
        {"eventSource": {"equals": ["s3.amazonaws.com"]}},
        {"resources.ARN": {"ends_with": [".json"]}},
        {"resources.ARN": {"starts_with": BUCKET, "not_ends_with": [".json"]}},
        {"readOnly": {"not_equals": ["true"]}},
    ],
)
def test_what_narrows_a_selector_otherwise_leaves_nothing_for_certain(narrowing: Fields) -> None:
    (events,) = data_events({**S3, **narrowing})
    assert not events.reads
    assert not events.writes


def test_reads_or_writes_alone() -> None:
    (reads,) = data_events({**S3, "readOnly": {"equals": ["true"]}})
    (writes,) = data_events({**S3, "readOnly": {"equals": ["false"]}})
    assert (reads.reads, reads.writes, writes.reads, writes.writes) == (True, False, False, True)


def test_an_arn_that_must_be_equal_is_no_beginning_of_another() -> None:
    named = {"resources.ARN": {"equals": ["arn:1"], "starts_with": ["arn:2"]}}
    (events,) = data_events({**S3, **named})
    assert (events.arns, events.arn_prefixes) == (("arn:1",), ("arn:2",))


@pytest.mark.parametrize("kind", ["AWS::Lambda::Function", "AWS::DynamoDB::Table"])
def test_a_basic_selector_names_functions_and_tables_whole_and_beginnings_of_objects(kind: str) -> None:
    arn = "arn:aws:x:us-east-1:123456789012:y"
    events = basic_data_events(kind, [arn], "All")
    assert (events.arns, events.arn_prefixes) == ((arn,), ())
    objects = basic_data_events("AWS::S3::Object", BUCKET, "All")
    assert (objects.arns, objects.arn_prefixes) == ((), tuple(BUCKET))
    everything = basic_data_events(kind, ["arn:aws:lambda", arn], "All")
    assert (everything.arns, everything.arn_prefixes, everything.reads) == ((), (), True)


def test_a_basic_selector_that_names_nothing_records_nothing_for_certain() -> None:
    events = basic_data_events("AWS::S3::Object", [], "All")
    assert not events.reads
    assert not events.writes


def test_management_events_without_those_of_kms_are_not_all() -> None:
    everything: dict[str, Any] = {"eventCategory": {"equals": ["Management"]}}
    assert records_management_events(everything)
    assert not records_management_events({**everything, "eventSource": {"not_equals": ["kms.amazonaws.com"]}})
    assert not records_management_events({**everything, "readOnly": {"equals": ["false"]}})
    basic = {"IncludeManagementEvents": True, "ReadWriteType": "All"}
    assert live._management_events({"EventSelectors": [basic]})
    without_kms = basic | {"ExcludeManagementEventSources": ["kms.amazonaws.com"]}
    assert not live._management_events({"EventSelectors": [without_kms]})


def test_the_live_lens_hands_over_every_field_and_operator() -> None:
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.ARN", "NotStartsWith": BUCKET, "EndsWith": [], "Equals": None},
        {"Field": "eventName", "NotEquals": ["GetObject"]},
    ]
    assert live._advanced({"AdvancedEventSelectors": [{"FieldSelectors": fields}]}) == [
        {
            "eventCategory": {"equals": ["Data"]},
            "resources.ARN": {"not_starts_with": BUCKET},
            "eventName": {"not_equals": ["GetObject"]},
        }
    ]
