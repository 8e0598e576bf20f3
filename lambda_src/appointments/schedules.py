"""When providers see patients: rows that the hospital's systems write, and that are only read here.

provider_id   S    as the API names the provider
time_zone     S    IANA name: the zone of the hours below
slot_minutes  N    length of a slot, a multiple of 5, at most 180
types         L    of "video", "in_person", "phone"
weekly        M    { "monday": ["09:00-12:00", "13:00-17:00"], ... }; a day that is left out is free
closed        L    days without hours, as "2027-12-24"; may be left out
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from healthcare.attributes import from_item
from healthcare.aws import aws_errors
from healthcare.problems import FieldError, Problem, internal, unprocessable

from appointments.slots import MINUTES
from appointments.times import STARTS_AT, zone_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LONGEST_SLOT: Final = 180
"""Minutes. Each five of them are two items of a transaction, which has room for 100."""

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)


class ScheduleMalformedError(Exception):
    """A row of the schedules table is not as it should be. Its text is a constant."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """`weekly`: for each day, Monday first, the open minutes since midnight as (from, to)."""

    zone: ZoneInfo
    slot: timedelta
    types: frozenset[str]
    weekly: Sequence[Sequence[tuple[int, int]]]
    closed: frozenset[date]

    def check(self, starts_at: datetime, minutes: int | None, kind: str) -> None:
        """Problem 422, naming the field, where that is none of the provider's slots."""
        if minutes is not None and timedelta(minutes=minutes) != self.slot:
            raise unprocessable(FieldError("body.minutes", "slot_length"))
        if kind not in self.types:
            raise unprocessable(FieldError("body.type", "not_offered"))
        begins = starts_at.astimezone(self.zone)
        ends = (starts_at + self.slot).astimezone(self.zone)
        first, last = _minutes(begins), _minutes(ends)
        if ends.date() > begins.date():
            last += 24 * 60
        hours = [] if begins.date() in self.closed else self.weekly[begins.weekday()]
        window = next((opens for opens, closes in hours if opens <= first and last <= closes), None)
        if window is None:
            raise unprocessable(FieldError(STARTS_AT, "outside_hours"))
        if begins.second or (first - window) % (self.slot // timedelta(minutes=1)):
            raise unprocessable(FieldError(STARTS_AT, "no_slot"))


@dataclass(frozen=True, slots=True)
class Schedules:
    """The table of schedules."""

    client: "DynamoDBClient"
    table: str

    def of(self, provider_id: str) -> Schedule:
        """The provider's schedule; Problem 422 where there is none, 500 where the row is malformed."""
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table, Key={"provider_id": {"S": provider_id}}, ConsistentRead=True
            ).get("Item")
        if item is None:
            raise unprocessable(FieldError("body.provider_id", "unknown"))
        try:
            return schedule_of(from_item(item))
        except (KeyError, TypeError, ValueError, AttributeError, ScheduleMalformedError, Problem):
            raise internal("ScheduleMalformed") from None


def schedule_of(row: Mapping[str, Any]) -> Schedule:
    """A row as a Schedule. Raises one of several exceptions where it is malformed."""
    minutes = row["slot_minutes"]
    if minutes % MINUTES or not 0 < minutes <= LONGEST_SLOT or not set(row["weekly"]) <= set(_DAYS):
        raise ScheduleMalformedError
    return Schedule(
        zone=zone_of(row["time_zone"]),
        slot=timedelta(minutes=minutes),
        types=frozenset(row["types"]),
        weekly=[[_window(hours) for hours in row["weekly"].get(day, [])] for day in _DAYS],
        closed=frozenset(date.fromisoformat(day) for day in row.get("closed", [])),
    )


def _window(hours: str) -> tuple[int, int]:
    match = _HOURS.fullmatch(hours)
    if match is None:
        raise ScheduleMalformedError
    opens = _clock(match[1], match[2])
    closes = 24 * 60 if match[3] == "24:00" else _clock(match[4], match[5])
    if opens % MINUTES or closes <= opens:
        raise ScheduleMalformedError
    return opens, closes


def _clock(hours: str, minutes: str) -> int:
    return _minutes(time(int(hours), int(minutes)))


def _minutes(clock: time | datetime) -> int:
    return clock.hour * 60 + clock.minute
