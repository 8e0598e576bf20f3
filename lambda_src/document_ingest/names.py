"""What people call a document, and of which day it is: what its uploader says, or else what stands in it.

Both are optional. They go into the table and into the chunks, and nowhere else: a title may name a patient.
"""

import re
from datetime import date
from email.errors import MessageError
from email.header import decode_header, make_header
from typing import Final

from document_ingest.faults import Rejected

TITLE: Final = "title"
DATE: Final = "date"
LONGEST_TITLE: Final = 200

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_POINT_IN_TIME: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)


def of_metadata(metadata: dict[str, str]) -> dict[str, str]:
    """What the uploader gives of `title` and `date`; Rejected where one can't be used.

    Metadata is ASCII: other letters come as RFC 2047 has it ("=?UTF-8?Q?=C3=84rztin?="), as S3 itself writes
    them. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
    """
    found = {}
    if TITLE in metadata:
        title = _decoded(metadata[TITLE]).strip()
        if not 0 < len(title) <= LONGEST_TITLE or not title.isprintable():
            raise Rejected("title_unusable")
        found[TITLE] = title
    if DATE in metadata:
        day = metadata[DATE].strip()
        if not _DAY.fullmatch(day) or not _is_day(day):
            raise Rejected("date_unusable")
        found[DATE] = day
    return found


def of_ccda(title: str, effective_time: str) -> dict[str, str]:
    """A CCDA document's title, and the day of its effectiveTime (HL7 TS: YYYYMMDD and more), where usable.

    They are its author's, whom no quarantine tells anything: a long title is cut, half a date is none.
    """
    found = {}
    printable = " ".join("".join(one if one.isprintable() else " " for one in title).split())
    if printable:
        found[TITLE] = printable[:LONGEST_TITLE].rstrip()
    point = _POINT_IN_TIME.match(effective_time)
    if point is not None and _is_day("-".join(point.groups())):
        found[DATE] = "-".join(point.groups())
    return found


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (MessageError, ValueError, LookupError):
        raise Rejected("title_unusable") from None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
