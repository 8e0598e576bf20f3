"""The world of one test of appointments. Everyone in it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from healthcare.attributes import from_item, to_item

from tests.unit.lambda_src.world import JANE, PATIENT, Response, World, event

APPOINTMENTS_PATH = "/appointments"
APPOINTMENT_PATH = "/appointments/{appointment_id}"
DOCTOR = "provider-0001"
COLLEAGUE = "provider-0002"
JOHN = "patient-0002"
CHICAGO = "America/Chicago"
HOURS = ["08:00-12:00", "13:00-17:00"]
WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), HOURS)
EMAIL = "jane.canary@example.org"


def next_weekday(weekday: int, weeks: int = 2) -> str:
    """The date of a Monday (0) to Sunday (6), some weeks ahead."""
    day = datetime.now(UTC).date() + timedelta(weeks=weeks)
    return (day + timedelta(days=(weekday - day.weekday()) % 7)).isoformat()


MONDAY = next_weekday(0)


def booking(**parts: Any) -> dict[str, Any]:
    """A body of POST that can be booked."""
    return {
        "patient_id": JANE,
        "provider_id": DOCTOR,
        "starts_at": f"{MONDAY}T09:30",
        "time_zone": CHICAGO,
    } | parts


@dataclass
class AppointmentWorld(World):
    """The API's function. `book` and the others answer as `call` does."""

    def book(self, body: object | None = None, *, key: str | None = None, **arguments: Any) -> Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return self._ask("POST", APPOINTMENTS_PATH, {}, body=body or booking(), headers=headers, **arguments)

    def read(self, appointment_id: str, **arguments: Any) -> Response:
        return self._ask("GET", APPOINTMENT_PATH, {"appointment_id": appointment_id}, **arguments)

    def cancel(
        self, appointment_id: str, reason: str | None = "patient_request", **arguments: Any
    ) -> Response:
        query = None if reason is None else {"reason": reason}
        path = {"appointment_id": appointment_id}
        return self._ask("DELETE", APPOINTMENT_PATH, path, query=query, **arguments)

    def calendar(self, patient_id: str = JANE, **arguments: Any) -> Response:
        query = {"patient_id": patient_id, **arguments.pop("query", {})}
        return self._ask("GET", APPOINTMENTS_PATH, {}, query=query, **arguments)

    def refusal(self, **parts: Any) -> tuple[str, str]:
        """The place and rule for which a booking with these parts is answered 422; nothing is written."""
        before = self.written_tables()
        response = self.book(booking(**parts), sub=PATIENT, groups="Patient")
        assert response.status == 422, response.body
        assert self.written_tables() == before
        ((error,),) = (response.body["errors"],)
        return error["path"], error["rule"]

    def written_tables(self) -> dict[str, int]:
        """How many items each table has that a booking writes."""
        tables = ("appointments", "appointment-slots", "appointment-requests", "appointment-outbox")
        return {table: len(self.items(table)) for table in tables}

    def items(self, table: str) -> list[dict[str, Any]]:
        answer = self.dynamodb.scan(TableName=f"healthcare-{table}")
        assert "LastEvaluatedKey" not in answer
        return [from_item(item) for item in answer["Items"]]

    def schedule(self, provider_id: str = DOCTOR, **parts: Any) -> None:
        row = {
            "provider_id": provider_id,
            "time_zone": CHICAGO,
            "slot_minutes": 30,
            "types": ["video", "in_person"],
            "weekly": WEEK,
        } | parts
        self.dynamodb.put_item(TableName="healthcare-provider-schedules", Item=to_item(row))

    def move(self, appointment_id: str, starts_at: str) -> None:
        """Make it an appointment of another time, as time itself does. Its place in the table stays."""
        (row,) = [r for r in self.items("appointments") if r.get("appointment_id") == appointment_id]
        self.put_appointment({**row, "starts_at": starts_at})

    def put_appointment(self, row: dict[str, Any]) -> None:
        self.dynamodb.put_item(TableName="healthcare-appointments", Item=to_item(row))

    def _ask(self, method: str, resource: str, path: dict[str, str], **arguments: Any) -> Response:
        request = event(method, resource, **arguments)
        return self.call({**request, "pathParameters": path or None})
