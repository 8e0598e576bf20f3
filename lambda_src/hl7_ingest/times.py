"""HL7's time stamps (TS, DTM) as UTC: YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_STAMP: Final = re.compile(
    r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.(\d{1,4}))?\s*([+-]\d{4})?", re.ASCII
)
_DATE: Final = re.compile(r"\d{8}", re.ASCII)


def instant(stamp: str, zone: tzinfo) -> str | None:
    """The instant as "2026-01-31T09:30:00.000Z", so that texts sort as times do; None where it is none.

    A stamp without an offset is in `zone`. What it leaves out is the beginning: "20260131" is midnight.
    """
    match = _STAMP.fullmatch(stamp)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "0").ljust(6, "0")), tzinfo=_offset(offset) or zone,
        )  # fmt: skip
        return text_of(moment)
    except (ValueError, OverflowError):
        return None


def date(stamp: str) -> str | None:
    """The date as "2026-01-31" where the stamp has a whole one; None otherwise."""
    match = _DATE.match(stamp)
    try:
        return None if match is None else datetime.strptime(match.group(), "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return None


def text_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    from datetime import timezone

    minutes = int(text[1:3]) * 60 + int(text[3:5])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
