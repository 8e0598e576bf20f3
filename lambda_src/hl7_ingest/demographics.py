"""PID as changes: a value sets, None deletes (`""` was sent), and what is absent is unchanged.

The Social Security number (PID-19), race, religion and the like are left in the original: nothing here
needs them.
"""

from datetime import UTC
from typing import Final

from hl7_ingest.er7 import DELETED, Repetition, Segment
from hl7_ingest.faults import Rejected
from hl7_ingest.times import date, instant

Changes = dict[str, object]

_NAME_PARTS: Final = {"family_name": 1, "given_name": 2, "middle_name": 3, "suffix": 4, "prefix": 5}
_ADDRESS_PARTS: Final = {
    "line": 1,
    "other": 2,
    "city": 3,
    "state": 4,
    "postal_code": 5,
    "country": 6,
    "type": 7,
}
_DEMOGRAPHIC_FIELDS: Final = {"sex": 8, "marital_status": 16, "language": 15, "death_indicator": 30}
_LEGAL: Final = "L"


def demographics_of(pid: Segment) -> Changes:
    """Changes of family_name, given_name, birth_date, sex, address, home_phone, email and the like."""
    changes: Changes = {**_name(pid), **_address(pid)}
    for name, number in _DEMOGRAPHIC_FIELDS.items():
        changes |= _change(name, pid.text(number), deletes=pid.deletes(number))
    changes |= _date(pid, "birth_date", 7) | _date(pid, "death_date", 29)
    return changes | _telecommunication(pid, "home_phone", 13) | _telecommunication(pid, "business_phone", 14)


def _change(name: str, value: object, *, deletes: bool) -> Changes:
    return {name: None} if deletes else {name: value} if value else {}


def _name(pid: Segment) -> Changes:
    names = pid.repetitions(5)
    if not names:
        return {}
    if pid.deletes(5):
        return dict.fromkeys(_NAME_PARTS, None)
    # The legal name, or the first where none says that it is: XPN.7.
    legal = next((name for name in names if name.text(7) == _LEGAL), names[0])
    changes: Changes = {}
    for part, component in _NAME_PARTS.items():
        # XPN.1 is an FN since 2.3: its first subcomponent is the whole surname, the others its parts.
        changes |= _change(part, legal.text(component), deletes=legal.deletes(component))
    return changes


def _address(pid: Segment) -> Changes:
    # One address is one value: half of a new one beside half of an old one is no address.
    address = pid.first(11)
    parts = {
        part: address.text(component)
        for part, component in _ADDRESS_PARTS.items()
        if address.text(component) and not address.deletes(component)
    }
    return _change("address", parts, deletes=pid.deletes(11))


def _telecommunication(pid: Segment, name: str, number: int) -> Changes:
    if pid.deletes(number):
        return {name: None}
    changes: Changes = {}
    for repetition in reversed(pid.repetitions(number)):
        kind = "email" if repetition.text(3) == "Internet" or "@" in repetition.text(4) else name
        value = repetition.text(4) or repetition.text(1) if kind == "email" else _phone(repetition)
        changes |= _change(kind, value, deletes=value == DELETED)
    return changes


def _phone(repetition: Repetition) -> str:
    """XTN.12, XTN.1 (until 2.3.1), or the number put together of its parts."""
    parts = " ".join(filter(None, (repetition.text(component) for component in (5, 6, 7))))
    return repetition.text(12) or repetition.text(1) or parts


def _date(pid: Segment, name: str, number: int) -> Changes:
    stamp = pid.text(number)
    if not stamp or pid.deletes(number):
        return _change(name, "", deletes=pid.deletes(number))
    # Of a patient who is not known by more, a year or a month is all there is: "1970", "197001".
    if len(stamp) in (4, 6) and instant(stamp, UTC) is not None:
        return {name: stamp if len(stamp) == 4 else f"{stamp[:4]}-{stamp[4:]}"}
    day = date(stamp)
    if day is None:
        raise Rejected("data_type", "PID", number)
    return {name: day}
