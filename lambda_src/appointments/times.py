"""Points in time as people say them: a clock's reading and a zone, and what that is in UTC.

The zones are those of the tzdata package: the same on every machine, in a version that is locked. Lambda's
own Python has none.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, reset_tzpath

from healthcare.problems import FieldError, unprocessable

reset_tzpath(to=[])

STARTS_AT: Final = "body.starts_at"
TIME_ZONE: Final = "body.time_zone"


def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; Problem 422 where there is none."""
    if name not in _zone_names():
        raise unprocessable(FieldError(TIME_ZONE, "unknown"))
    return ZoneInfo(name)


def utc_of(said: str, zone: ZoneInfo) -> datetime:
    """What a clock in `zone` reads ("2027-03-01T09:30", an offset may follow), in UTC; or Problem 422.

    Rules: "date" (no such day), "gap" (left out when the clocks go forward), "ambiguous" (read twice when
    they go back, and no offset says which), "offset" (not the zone's at that time).
    """
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise unprocessable(FieldError(STARTS_AT, "date")) from None
    if not 1900 < moment.year < 9999:  # where the calendar ends, moving to UTC leaves it
        raise unprocessable(FieldError(STARTS_AT, "date"))
    reading = moment.replace(tzinfo=None)
    candidates = [candidate for fold in (0, 1) if (candidate := _existing(reading, zone, fold)) is not None]
    if not candidates:
        raise unprocessable(FieldError(STARTS_AT, "gap"))
    offset = moment.utcoffset()
    if offset is not None:
        candidates = [candidate for candidate in candidates if _offset(candidate, zone) == offset]
        if not candidates:
            raise unprocessable(FieldError(STARTS_AT, "offset"))
    if candidates[0] != candidates[-1]:
        raise unprocessable(FieldError(STARTS_AT, "ambiguous"))
    return candidates[0]


def text_of(moment: datetime) -> str:
    """A point in time of the API: "2027-03-01T14:30:00Z"."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _existing(reading: datetime, zone: ZoneInfo, fold: int) -> datetime | None:
    """The reading in UTC, None where no clock of the zone shows it: the way back then leads elsewhere."""
    moment = reading.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    back = moment.astimezone(zone)
    return moment if back.replace(tzinfo=None, fold=0) == reading else None


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
