"""Rules with a schedule: ``rate(...)`` and ``cron(...)``, in UTC.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import calendar
import logging
import re
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)
LOOK_SECONDS = 0.5
UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
# EventBridge's week begins on Sunday, which is 1.
DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
# A schedule that no day of so many fits is over ("29 February", or a year that has gone by).
SEARCHED_DAYS = 366 * 8


class ScheduleError(ValueError):
    """The expression is none that is understood here."""


def next_time(expression: str, after: datetime) -> datetime | None:
    """The first time after ``after`` that the schedule names; None where there is none any more."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        return after + int(rate[1]) * UNITS[rate[2]]
    cron = re.fullmatch(r"cron\((.*)\)", expression)
    fields = cron[1].split() if cron else []
    if len(fields) != 6:
        raise ScheduleError(f"{expression} is neither rate(n unit) nor cron with six fields")
    minutes, hours = numbers(fields[0], 0, 59), numbers(fields[1], 0, 23)
    start = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for offset in range(SEARCHED_DAYS):
        day = start.date() + timedelta(days=offset)
        if not fits_day(day, *fields[2:]):
            continue
        for hour in sorted(hours):
            for minute in sorted(minutes):
                moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                if moment >= start:
                    return moment
    return None


def fits_day(day: date, days: str, months: str, weekdays: str, years: str) -> bool:
    return (
        day.month in numbers(months, 1, 12, MONTHS)
        and day.year in numbers(years, 1970, 2199)
        and fits_day_of_month(day, days)
        and fits_weekday(day, weekdays)
    )


def fits_day_of_month(day: date, field: str) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if field == "L":
        return day.day == last
    if field.endswith("W"):
        return day == nearest_weekday(day.replace(day=min(int(field[:-1]), last)), last)
    return day.day in numbers(field, 1, 31)


def nearest_weekday(day: date, last: int) -> date:
    """Within the month."""
    if day.weekday() == calendar.SATURDAY:
        return day + timedelta(days=2 if day.day == 1 else -1)
    if day.weekday() == calendar.SUNDAY:
        return day + timedelta(days=-2 if day.day == last else 1)
    return day


def fits_weekday(day: date, field: str) -> bool:
    mine = day.isoweekday() % 7 + 1
    if field.endswith("L") and field != "L":
        last = calendar.monthrange(day.year, day.month)[1]
        return mine in numbers(field[:-1], 1, 7, DAYS) and day.day > last - 7
    if "#" in field:
        weekday, _, which = field.partition("#")
        return mine in numbers(weekday, 1, 7, DAYS) and (day.day - 1) // 7 + 1 == int(which)
    return mine in numbers("7" if field == "L" else field, 1, 7, DAYS)


def numbers(field: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    """The numbers that a field names: ``*``, ``?``, ``1,2``, ``1-5``, ``0/15``, ``MON-FRI``."""
    found: set[int] = set()
    for part in field.upper().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        try:
            begin = low if first in ("*", "?") else number(first, names)
            end = number(last, names) if last else (high if step or first in ("*", "?") else begin)
            found.update(range(begin, end + 1, int(step or 1)))
        except ValueError as error:
            raise ScheduleError(f"{field} is no field of a schedule") from error
    return {value for value in found if low <= value <= high}


def number(text: str, names: dict[str, int] | None) -> int:
    return (names or {}).get(text) or int(text)


class Schedules:
    """Fires the default bus's scheduled rules when they are due, in a thread."""

    def __init__(self, region: str, fire: Callable[[str], Any]) -> None:
        self.region = region
        self.fire = fire
        self.due: dict[tuple[str, str], datetime | None] = {}
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.run, name="schedules", daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.closing.set()
        self.thread.join()

    def run(self) -> None:
        while not self.closing.wait(LOOK_SECONDS):
            try:
                self.look(datetime.now(UTC))
            except Exception as error:  # noqa: BLE001  # logged; the next round may go better
                logger.error("schedules were not looked at: %s", describe(error))

    def look(self, now: datetime) -> None:
        rules = backend_of("events", self.region).event_buses["default"].rules
        scheduled = {
            (rule.name, rule.scheduled_expression): rule
            for rule in list(rules.values())
            if rule.scheduled_expression and rule.state == "ENABLED"
        }
        for gone in [key for key in self.due if key not in scheduled]:
            del self.due[gone]
        for name, expression in scheduled:
            self.look_at(name, expression, now)

    def look_at(self, name: str, expression: str, now: datetime) -> None:
        key = (name, expression)
        try:
            if key not in self.due:
                self.due[key] = next_time(expression, now)
            due = self.due[key]
            if due is not None and now >= due:
                self.due[key] = next_time(expression, due)
                self.fire(name)
        except ScheduleError as error:
            self.due[key] = None  # said once
            logger.warning("the rule %s will not run: %s", name, error)
