"""What stands for `{field}` in a template: its text, piece by piece, each with its kind of identifier.

A piece is (text, kind). The kind "" is no identifier. A kind that ends with "?" may be redacted or not, both
are right: the name of a clinician (45 CFR 164.514(b)(2)(i) is about the individual, relatives, employers and
household members), a year or a state beside what must go, a weekday.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tests.evaluation.phi.people import STATES, People, Person

Pieces = list[tuple[str, str]]

NAME, LOCATION, DATE, AGE, PHONE, FAX, EMAIL = "NAME", "LOCATION", "DATE", "AGE", "PHONE", "FAX", "EMAIL"
SSN, MRN, PLAN, ACCOUNT, LICENSE, VEHICLE = "SSN", "MRN", "HEALTH_PLAN", "ACCOUNT", "LICENSE", "VEHICLE"
DEVICE, URL, IP, BIOMETRIC, PHOTO, OTHER = "DEVICE", "URL", "IP", "BIOMETRIC", "PHOTO", "OTHER"
KINDS = (
    NAME, LOCATION, DATE, AGE, PHONE, FAX, EMAIL, SSN, MRN, PLAN, ACCOUNT, LICENSE, VEHICLE, DEVICE, URL, IP,
    BIOMETRIC, PHOTO, OTHER,
)  # fmt: skip
"""The 18 of 45 CFR 164.514(b)(2)(i), with ages over 89, which it counts as dates, apart."""


class Values:
    """The values of one item: one patient, and others as they come up."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.random = people.random
        self.patient = people.person()
        self.other = people.person()

    def __call__(self, field: str) -> Pieces:
        group, _, variant = field.partition(".")
        if group == "name":
            return name(self.patient, variant)
        if group == "relative":
            return name(self.other, variant)
        if group == "doctor":
            given, family = self.people.name()
            return [(f"{given} {family}" if variant == "full" else family, "NAME?")]
        if group == "date":
            return day(self.people.day(), variant)
        if group == "dob":
            return day(self.patient.born, variant)
        return MAKERS[group](self, variant)


def name(person: Person, variant: str) -> Pieces:
    given, family = person.given, person.family
    text = {
        "": f"{given} {family}",
        "given": given,
        "family": family,
        "comma": f"{family}, {given}",
        "upper": f"{given} {family}".upper(),
        "uppercomma": f"{family}, {given}".upper(),
        "lower": f"{given} {family}".lower(),
        "lowerfamily": family.lower(),
        "lowergiven": given.lower(),
        "initial": f"{given[0]}. {family}",
        "short": f"{given} {family[0]}.",
        "middle": f"{given} {'ABCDEJLMRST'[person.born.day % 11]}. {family}",
        "typo": misspelt(f"{given} {family}"),
    }[variant]
    return [(text, NAME)]


def misspelt(text: str) -> str:
    """Two letters in the middle of the last word change places."""
    middle = len(text) - 3
    return text[:middle] + text[middle + 1] + text[middle] + text[middle + 2 :]


def day(when: date, variant: str) -> Pieces:
    month, short = when.strftime("%B"), when.strftime("%b")
    return {
        "": [(f"{when:%m/%d/%Y}", DATE)],
        "iso": [(when.isoformat(), DATE)],
        "short": [(f"{when.month}/{when.day}/{when:%y}", DATE)],
        "md": [(f"{when.month}/{when.day}", DATE)],
        "dashed": [(f"{when:%m-%d-%Y}", DATE)],
        "dotted": [(f"{when:%d.%m.%Y}", DATE)],
        "long": [(f"{month} {when.day}", DATE), (", ", ""), (str(when.year), "DATE?")],
        "ordinal": [(f"the {ordinal(when.day)} of {month}", DATE)],
        "eu": [(f"{when.day} {short} {when.year}", DATE)],
        "mil": [(f"{when:%d}{short.upper()}{when:%y}", DATE)],
        "monthyear": [(month, DATE), (" ", ""), (str(when.year), "DATE?")],
        "monthday": [(f"{short} {when.day}", DATE)],
        "compact": [(f"{when:%Y%m%d}", DATE)],
        "time": [(f"{when:%m/%d/%y}", DATE), (f" {when.day % 24:02}:{when.day:02}", "DATE?")],
    }[variant]


def ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number not in (11, 12, 13) else 0, "th")
    return f"{number}{ending}"


def phone_like(kind: str) -> Callable[[Values, str], Pieces]:
    def make(values: Values, variant: str) -> Pieces:
        number = values.patient.phone if kind == PHONE and variant != "other" else values.people.phone()
        area, exchange, line = number.split("-")
        forms = {
            "dashed": number,
            "paren": f"({area}) {exchange}-{line}",
            "dots": f"{area}.{exchange}.{line}",
            "bare": f"{area}{exchange}{line}",
            "plus": f"+1 {area} {exchange} {line}",
            "local": f"{exchange}-{line}",
            "ext": f"{area}-{exchange}-{line} x{line[-3:]}",
        }
        chosen = (
            variant if variant in forms else values.random.choice(["dashed", "paren", "dots", "plus", "bare"])
        )
        return [(forms[chosen], kind)]

    return make


def ssn(values: Values, variant: str) -> Pieces:
    number = values.patient.ssn
    forms = {
        "": number,
        "spaces": number.replace("-", " "),
        "bare": number.replace("-", ""),
        "last4": number[-4:],
    }
    return [(forms[variant], SSN)]


def address(values: Values, variant: str) -> Pieces:
    person = values.patient
    street, city, state = person.street, person.city, person.state
    if variant == "street":
        return [(street, LOCATION)]
    if variant == "city":
        return [(city, LOCATION)]
    if variant == "citystate":
        return [(city, LOCATION), (", ", ""), (STATES[state], "LOCATION?")]
    if variant == "zip":
        return [(person.zip_code, LOCATION)]
    if variant == "apt":
        return [(f"{street} Apt {values.random.randrange(1, 40)}{values.people.letters(1)}", LOCATION)]
    if variant == "box":
        return [(f"PO Box {values.people.digits(4)}", LOCATION), (", ", ""), (city, LOCATION)]
    return [
        (street, LOCATION), (", ", ""), (city, LOCATION), (", ", ""), (state, "LOCATION?"), (" ", ""),
        (person.zip_code, LOCATION),
    ]  # fmt: skip


def coded(kind: str, *patterns: str) -> Callable[[Values, str], Pieces]:
    """One of the patterns: 9 is a digit, A a letter, h a hexadecimal digit, all else itself."""

    def make(values: Values, variant: str) -> Pieces:
        pattern = patterns[int(variant)] if variant else values.random.choice(patterns)
        made = "".join(
            values.people.digits(1) if mark == "9"
            else values.people.letters(1) if mark == "A"
            else values.random.choice("0123456789abcdef") if mark == "h"
            else mark
            for mark in pattern
        )  # fmt: skip
        return [(made, kind)]

    return make


def age_over_89(values: Values, variant: str) -> Pieces:
    unit = {"": "", "year": " year old", "years": " years old", "dash": "-year-old", "yo": " yo"}[variant]
    return [(str(values.random.randrange(90, 106)), AGE), *([(unit, "AGE?")] if unit else [])]


def mrn(values: Values, variant: str) -> Pieces:
    number = values.patient.mrn
    return [({"": number, "dash": f"{number[:3]}-{number[3:]}", "letter": f"E{number}"}[variant], MRN)]


def email(values: Values, variant: str) -> Pieces:
    return [(values.patient.email.upper() if variant == "upper" else values.patient.email, EMAIL)]


def url(values: Values, variant: str) -> Pieces:
    slug = values.people.letters(6).lower()
    forms = [
        f"https://portal.example.org/p/{slug}{values.people.digits(3)}",
        f"www.example.com/{slug}",
        f"http://photos.example.net/albums/{values.people.digits(5)}?u={slug}",
        f"caringbridge.example.org/visit/{slug}",
    ]
    return [(values.random.choice(forms), URL)]


def ip_address(values: Values, variant: str) -> Pieces:
    draw = values.random
    six = "2001:db8:" + ":".join(f"{draw.randrange(1, 65536):x}" for _ in range(6))
    four = draw.choice(["192.0.2", "198.51.100", "203.0.113", "10.20.30"]) + f".{draw.randrange(1, 255)}"
    return [(six if variant == "6" else four, IP)]


def handle(values: Values, variant: str) -> Pieces:
    return [(f"@{values.people.letters(5).lower()}_{values.people.digits(2)}", OTHER)]


def employer(values: Values, variant: str) -> Pieces:
    return [(f"{values.people.name()[1]} & Sons Roofing", "NAME?")]


def hospital(values: Values, variant: str) -> Pieces:
    endings = ["General Hospital", "Medical Center", "Memorial", "Community Clinic"]
    return [(f"{values.people.town()[0]} {values.random.choice(endings)}", "LOCATION?")]


MAKERS: dict[str, Callable[[Values, str], Pieces]] = {
    "phone": phone_like(PHONE),
    "fax": phone_like(FAX),
    "ssn": ssn,
    "address": address,
    "mrn": mrn,
    "email": email,
    "url": url,
    "ip": ip_address,
    "handle": handle,
    "employer": employer,
    "hospital": hospital,
    "age90": age_over_89,
    "plan": coded(
        PLAN, "AAA999999999", "W999999999", "9AA9-AA9-AA99", "AAA-99-9999999", "999999999A", "XYZ99999999901"
    ),
    "group": coded(PLAN, "99999", "AAA99999", "0099999-999"),
    "account": coded(ACCOUNT, "9999999999", "AC-99999999", "4000-999-9999", "99-9999999-99", "ACCT99999"),
    "license": coded(LICENSE, "S99999999", "A999-9999-9999", "AA999999", "RN99999", "99AAA9999"),
    "dea": coded(LICENSE, "AA9999999", "BA9999999"),
    "plate": coded(VEHICLE, "AAA-9999", "9AAA999", "AAA 999", "99-AA-99"),
    "vin": coded(VEHICLE, "1AAAA99A9AA999999", "WAA9A99999A999999"),
    "serial": coded(DEVICE, "AAA999999A", "SN-9999-99999", "AAA9999999", "99AA9999-99", "R999999999"),
    "udi": coded(DEVICE, "(01)00999999999999(21)AA99999", "(01)00999999999999(17)999999(10)A999"),
    "biometric": coded(
        BIOMETRIC, "FP-999999", "VP_9999_hhhhhhhh", "IRIS-hhhhhhhh", "fpt:hhhhhhhhhhhh", "RET9999A"
    ),
    "photo": coded(
        PHOTO, "IMG_9999.JPG", "face_99999.png", "DSC09999.jpg", "headshot-9999.heic", "pt_face_99.jpeg"
    ),
    "passport": coded(OTHER, "A99999999", "999999999", "AA9999999"),
    "study": coded(OTHER, "999-9999", "SUBJ-99999", "AAA-99-999", "NCT-S999-99"),
    "accession": coded(OTHER, "S99-99999", "A9999999", "99:AA9999999", "MB-99-99999"),
    "badge": coded(OTHER, "99999", "B-99999", "E999999"),
}  # fmt: skip
