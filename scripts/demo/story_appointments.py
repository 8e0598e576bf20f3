"""The scenes of appointments: nobody is booked twice, a retry books nothing, and the e-mail says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import requests

from scripts.demo.people import ADMIN, MARIA, MARIA_HERSELF, SAM, SAM_HIMSELF, Person
from scripts.demo.scenes import Scene, check, wait_for
from scripts.local_cloud.control import Control

if TYPE_CHECKING:
    from scripts.demo.story import Story

DOCTOR: Final = "D-2001"
ZONE: Final = "America/Chicago"
MARIAS_ADDRESS: Final = "maria@example.org"
AT_ONCE: Final = 40


@dataclass
class AppointmentStory:
    """Plays with the people and records of ``story``."""

    story: Story
    provider_id: str = DOCTOR

    def scenes(self) -> list[Scene]:
        return [
            Scene(
                "Maria books a video call, and sends the request twice",
                "an Idempotency-Key makes a retry harmless",
                self.book_and_retry,
            ),
            Scene(
                f"{AT_ONCE} requests at once for one slot",
                "one transaction holds the doctor's time and the patient's",
                self.at_once,
            ),
            Scene(
                "Maria gets an e-mail",
                "it says that there is a message, and nothing of her",
                self.mail,
            ),
        ]

    def prepare(self) -> None:
        """The doctor's hours, and Maria's address: as the hospital's own systems would write them."""
        add_schedule(self.story, self.provider_id)
        give_address(self.story, MARIA, MARIAS_ADDRESS)

    def book_and_retry(self) -> str:
        self.prepare()
        key = {"Idempotency-Key": "demo-6f4c0f5e-3c1a-4b57"}
        first = self.story.expect(201, self.book(MARIA_HERSELF, MARIA, "09:30", headers=key)).json()
        again = self.story.expect(201, self.book(MARIA_HERSELF, MARIA, "09:30", headers=key)).json()
        check(again == first, "the retry is answered as at first")
        self.story.expect(422, self.book(MARIA_HERSELF, MARIA, "10:00", headers=key))
        self.story.expect(409, self.book(SAM_HIMSELF, SAM, "09:30"))
        self.story.expect(403, self.book(SAM_HIMSELF, MARIA, "10:00"))
        check(self.calendar(MARIA).count(first) == 1, "it is in Maria's calendar, once")
        return f"booked for {first['starts_at']}"

    def at_once(self, number: int = AT_ONCE, clock: str = "14:00") -> str:
        """Raises ``SceneFailedError`` unless exactly one is booked and the others are told so."""
        with ThreadPoolExecutor(number) as pool:
            jobs: list[Callable[[], int]] = [
                lambda: self.book(ADMIN, MARIA, clock).status_code,
                lambda: self.book(ADMIN, SAM, clock).status_code,
            ]
            statuses = Counter(pool.map(lambda index: jobs[index % 2](), range(number)))
        answers = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
        check(statuses[201] == 1, f"exactly one 201 of {number}: {answers}")
        check(set(statuses) <= {201, 409, 429, 503}, f"the others are told why: {answers}")
        booked = [
            appointment
            for patient_id in (MARIA, SAM)
            for appointment in self.calendar(patient_id)
            if appointment["provider_id"] == self.provider_id and appointment["starts_at"] == in_utc(clock)
        ]
        check(len(booked) == 1, f"one appointment at that time, and there are {len(booked)}")
        return answers

    def mail(self) -> str:
        control = Control(self.story.deployment.state)
        wait_for(lambda: MARIAS_ADDRESS in str(control.mail()), "an e-mail is sent to Maria")
        letters = control.mail()
        check([MARIAS_ADDRESS] in [letter["to"] for letter in letters], "one of them is Maria's")
        check(all(len(letter["to"]) == 1 for letter in letters), "each goes to one address")
        text = "".join(f"{letter['subject']}{letter['body']}" for letter in letters)
        telling = ("Maria", MARIA, DOCTOR, "appointment", "video", at("09:30")[:10])
        check(not any(word in text for word in telling), "the e-mail says nothing of her")
        return f'"{letters[0]["subject"]}"'

    def calendar(self, patient_id: str) -> list[dict[str, Any]]:
        query = {"patient_id": patient_id}
        answer = self.story.expect(200, self.request("GET", "", ADMIN, params=query))
        appointments: list[dict[str, Any]] = answer.json()["appointments"]
        return appointments

    def book(self, person: Person, patient_id: str, clock: str, **options: Any) -> requests.Response:
        body = {
            "patient_id": patient_id,
            "provider_id": self.provider_id,
            "starts_at": at(clock),
            "time_zone": ZONE,
        }
        return self.request("POST", "", person, json=body, **options)

    def request(self, method: str, path: str, person: Person, **options: Any) -> requests.Response:
        token = self.story.tokens[person.username]
        return self.story.request(method, f"/appointments{path}", token, **options)


def at(clock: str) -> str:
    """That time of the Monday after next, as a clock of the doctor reads it."""
    day = datetime.now(UTC).date() + timedelta(days=14)
    return f"{day - timedelta(days=day.weekday())}T{clock}"


def in_utc(clock: str) -> str:
    """The same as the API answers it."""
    moment = datetime.fromisoformat(at(clock)).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def add_schedule(story: Story, provider_id: str) -> None:
    hours = {"L": [{"S": "08:00-12:00"}, {"S": "13:00-17:00"}]}
    story.deployment.client("dynamodb").put_item(
        TableName=story.deployment.outputs["tables"]["provider_schedules"],
        Item={
            "provider_id": {"S": provider_id},
            "time_zone": {"S": ZONE},
            "slot_minutes": {"N": "30"},
            "types": {"L": [{"S": "video"}, {"S": "in_person"}]},
            "weekly": {"M": {"monday": hours, "tuesday": hours}},
        },
    )


def give_address(story: Story, patient_id: str, address: str) -> None:
    story.deployment.client("dynamodb").update_item(
        TableName=story.deployment.outputs["patient_table"],
        Key={"patient_id": {"S": patient_id}},
        UpdateExpression="SET demographics.email = :address",
        ExpressionAttributeValues={":address": {"S": address}},
    )
