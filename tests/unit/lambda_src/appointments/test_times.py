"""Clocks that leave an hour out and read one twice: https://www.iana.org/time-zones"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from appointments.times import text_of, utc_of, zone_of
from healthcare.problems import FieldError, Problem
from hypothesis import given
from hypothesis import strategies as some


def rule_of(said: str, zone: str) -> FieldError:
    with pytest.raises(Problem) as caught:
        utc_of(said, zone_of(zone))
    assert caught.value.status == 422
    (error,) = caught.value.errors
    return error


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("2027-03-14T02:30", "America/New_York"),
        ("2027-03-14T02:30-05:00", "America/New_York"),
        ("2027-03-28T02:15", "Europe/Berlin"),
        ("2027-10-03T02:10", "Australia/Lord_Howe"),  # by half an hour
        ("2011-12-30T12:00", "Pacific/Apia"),  # a day that Samoa left out
    ],
)
def test_times_that_the_clocks_leave_out(said: str, zone: str) -> None:
    assert rule_of(said, zone) == ("body.starts_at", "gap")


def test_times_that_the_clocks_read_twice_need_an_offset() -> None:
    new_york = zone_of("America/New_York")
    assert rule_of("2027-11-07T01:30", "America/New_York") == ("body.starts_at", "ambiguous")
    assert text_of(utc_of("2027-11-07T01:30-04:00", new_york)) == "2027-11-07T05:30:00Z"
    assert text_of(utc_of("2027-11-07T01:30-05:00", new_york)) == "2027-11-07T06:30:00Z"
    assert rule_of("2027-11-07T01:30-06:00", "America/New_York") == ("body.starts_at", "offset")


def test_offsets_must_be_the_zones() -> None:
    assert text_of(utc_of("2027-06-01T09:00-04:00", zone_of("America/New_York"))) == "2027-06-01T13:00:00Z"
    assert rule_of("2027-06-01T09:00Z", "America/New_York") == ("body.starts_at", "offset")
    assert text_of(utc_of("2027-06-01T09:00Z", zone_of("Etc/UTC"))) == "2027-06-01T09:00:00Z"


@pytest.mark.parametrize("name", ["", "/etc/localtime", "localtime", "Mars/Base", "america/new_york"])
def test_zones_that_are_none(name: str) -> None:
    with pytest.raises(Problem) as caught:
        zone_of(name)
    assert caught.value.errors == (("body.time_zone", "unknown"),)


@pytest.mark.parametrize("said", ["0001-01-01T00:00", "9999-12-31T23:55"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_ends_of_the_calendar_are_no_days(said: str, zone: str) -> None:
    assert rule_of(said, zone) == ("body.starts_at", "date")


@given(
    some.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=some.just(UTC)),  # noqa: DTZ001
    some.sampled_from(["America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_what_a_clock_reads_with_its_offset_is_that_moment(moment: datetime, name: str) -> None:
    zone = zone_of(name)
    moment = moment.replace(second=0, microsecond=0)
    assert utc_of(moment.astimezone(zone).isoformat(), zone) == moment
