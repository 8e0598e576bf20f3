"""The patient API: records, the SSN's own key, disclosures."""

from __future__ import annotations

from typing import Any

from scripts.demo.people import ADMIN, AUDITOR, PROVIDER, SSN_PROVIDER, Person
from scripts.demo.story import INVENTED_SSN, changeable
from tests.prove_iam.probes.people import treats
from tests.prove_iam.world import Probe, World

RECORD: dict[str, Any] = {
    "version": 0,
    "demographics": {"given_name": "Ada", "family_name": "Invented", "birth_date": "1970-01-31"},
}


def new_patient(world: World, *people: Person) -> str:
    """A patient that no other run has, whom ``people`` treat."""
    patient = world.fresh("P-")
    world.story.expect(201, world.story.put(ADMIN, patient, RECORD))
    for person in people:
        treats(world, person, patient)
    return patient


def read_a_record(world: World) -> None:
    patient = new_patient(world, PROVIDER)
    record = world.story.expect(200, world.story.get(PROVIDER, patient)).json()
    world.check(record["demographics"]["family_name"] == "Invented", "the record is the one that was written")


def seal_and_open_an_ssn(world: World) -> None:
    patient = new_patient(world, SSN_PROVIDER)
    current = world.story.expect(200, world.story.get(SSN_PROVIDER, patient)).json()
    body = changeable(current) | {"ssn": INVENTED_SSN}
    world.story.expect(200, world.story.put(SSN_PROVIDER, patient, body))
    answer = world.story.expect(200, world.story.get(SSN_PROVIDER, patient, params={"include": "ssn"}))
    world.check(answer.json()["ssn"] == INVENTED_SSN, "the SSN comes back as it was given")


def account_for_disclosures(world: World) -> None:
    patient = new_patient(world, PROVIDER)
    world.story.expect(200, world.story.get(PROVIDER, patient))
    rows = world.story.expect(200, world.story.get_disclosures(AUDITOR, patient)).json()["disclosures"]
    world.check(rows, "the read is listed")


PROBES = [
    Probe("a record is written and read", ("patient_api",), read_a_record),
    Probe("an SSN is sealed and opened", ("patient_api",), seal_and_open_an_ssn),
    Probe("disclosures are listed", ("patient_api",), account_for_disclosures),
]
