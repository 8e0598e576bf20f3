"""Invented people with all that identifies them: names of many tongues by Faker, towns mostly by Synthea."""

from __future__ import annotations

import csv
import random
import string
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from faker import Faker

# How often each. Names in Latin letters only: a clinician of these hospitals writes no others.
LOCALES = {
    "en_US": 9, "es_MX": 4, "en_GB": 2, "en_IN": 3, "vi_VN": 2, "en_NG": 2, "pl_PL": 2, "it_IT": 1,
    "fr_FR": 2, "pt_BR": 2, "de_DE": 1, "ga_IE": 1, "fi_FI": 1,
}  # fmt: skip
# Names that are words, drugs, months or eponyms as well; Faker has few of them.
AWKWARD = [
    ("Grace", "Park"), ("April", "Young"), ("Mark", "Long"), ("Rose", "Stone"), ("Will", "Price"),
    ("Faith", "Bell"), ("May", "Chen"), ("June", "Graves"), ("Art", "Parkinson"), ("Dawn", "Little"),
    ("Hope", "Addison"), ("Drew", "Wilson"), ("Chase", "Banks"), ("Autumn", "Rivers"), ("Jack", "Daniels"),
    ("Iris", "Bone"), ("Pat", "Hand"), ("Sandy", "Beach"), ("Wei", "Li"), ("Jun", "Sato"), ("Li", "Na"),
    ("Mei", "Wong"), ("Yan", "Ng"), ("Soo-jin", "Kim"), ("D'Angelo", "O'Neil"), ("Mary-Kate", "St. James"),
    ("Ngozi", "Okonkwo-Bell"), ("Abdul", "al-Rashid"), ("Fatima", "bin Yusuf"), ("Jean", "van der Berg"),
]  # fmt: skip
STREETS = [
    "Street", "St", "Avenue", "Ave", "Road", "Rd", "Lane", "Ln", "Drive", "Dr", "Court", "Ct", "Boulevard",
    "Blvd", "Way", "Place", "Terrace",
]  # fmt: skip
STATES = {
    "MA": "Massachusetts", "OH": "Ohio", "TX": "Texas", "IL": "Illinois", "WA": "Washington", "GA": "Georgia",
}  # fmt: skip
AREAS = [212, 312, 415, 617, 713, 206, 404, 614, 508, 303, 215, 602]
TITLES = ("Dr. ", "Prof. ", "Dott. ", "Mr ", "Mrs ", "Ms ", "Miss ", "pan ", "pani ", "Quý ông ", "Quý cô ")
_INVENTED = 1 / 7


@dataclass(slots=True)
class Person:
    """One invented person; `demographics` is what the patients table would hold of them."""

    given: str
    family: str
    born: date
    sex: str
    street: str
    city: str
    state: str
    zip_code: str
    phone: str
    email: str
    ssn: str
    mrn: str

    def demographics(self) -> dict[str, Any]:
        return {
            "given_name": self.given,
            "family_name": self.family,
            "birth_date": self.born.isoformat(),
            "sex": self.sex,
            "address": {
                "line": self.street, "city": self.city, "state": self.state, "postal_code": self.zip_code,
            },
            "home_phone": self.phone,
            "email": self.email,
        }  # fmt: skip


class People:
    """A seeded source of people."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 (test data)
        names = [name for name, count in LOCALES.items() for _ in range(count)]
        self._locales = names
        self._fakers = {name: Faker(name) for name in set(names)}
        self._towns = towns()
        for number, name in enumerate(sorted(self._fakers)):
            self._fakers[name].seed_instance(seed + number)

    def digits(self, count: int) -> str:
        return "".join(self.random.choice(string.digits) for _ in range(count))

    def letters(self, count: int) -> str:
        return "".join(self.random.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(count))

    def name(self) -> tuple[str, str]:
        if self.random.random() < 0.12:
            return self.random.choice(AWKWARD)
        faker = self._fakers[self.random.choice(self._locales)]
        given, family = faker.first_name(), faker.last_name()
        for title in TITLES:
            given, family = given.removeprefix(title), family.removeprefix(title)
        return plain(given), plain(family)

    def town(self) -> tuple[str, str]:
        """A town and its ZIP code. One in seven is not on any map."""
        if self.random.random() < _INVENTED:
            return str(self._fakers["en_GB"].city()), f"0{self.digits(4)}"
        return self.random.choice(self._towns)

    def day(self, first: int = 2019, last: int = 2025) -> date:
        return date(first, 1, 1) + timedelta(days=self.random.randrange((last - first + 1) * 365))

    def phone(self) -> str:
        """In the exchange that is kept for fiction: 555-0100 to 555-0199."""
        return f"{self.random.choice(AREAS)}-555-01{self.digits(2)}"

    def ssn(self) -> str:
        area = self.random.choice(
            [f"{self.random.randrange(900, 1000)}", f"{self.random.randrange(1, 666):03}"]
        )
        return f"{area}-{self.random.randrange(10, 100)}-{self.random.randrange(1000, 10000)}"

    def person(self) -> Person:
        given, family = self.name()
        state = self.random.choice(sorted(STATES))
        street_name = self._fakers["en_US"].last_name()
        street = f"{self.random.randrange(1, 9999)} {street_name} {self.random.choice(STREETS)}"
        mailbox = f"{given}.{family}".lower().replace(" ", "").replace("'", "")
        ascii_mailbox = unicodedata.normalize("NFKD", mailbox).encode("ascii", "ignore").decode()
        town, zip_code = self.town()
        return Person(
            given, family, self.day(1932, 2016), self.random.choice("FM"), street, town, state, zip_code,
            self.phone(),
            f"{ascii_mailbox}{self.digits(2)}@example.{self.random.choice(['com', 'org', 'net'])}",
            self.ssn(), self.digits(self.random.choice([6, 7, 8])),
        )  # fmt: skip


def towns() -> list[tuple[str, str]]:
    """Those of the states in STATES, with their ZIP codes: the United States' Census, as Synthea ships it."""
    table = files("synthea") / "resources" / "geography" / "zipcodes.csv"
    with table.open(encoding="utf-8") as rows:
        return sorted(
            {
                (row["NAME"], row["ZCTA5"])
                for row in csv.DictReader(rows)
                if row["ST"] in STATES and len(row["ZCTA5"] or "") == len("02139")
            }
        )


def plain(text: str) -> str:
    """One code point a letter, so that a change of case changes no length."""
    return unicodedata.normalize("NFC", text).strip()
