"""Tell one patient, on the patient's own channel, that there is something to read: neither what nor of whom.

The message is the same for all patients and all occasions. An e-mail passes through machines that are
nobody's business associate, and stays in boxes that others read: 45 CFR 164.312(e)(1).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from healthcare.attributes import from_item, to_item
from healthcare.audit import SUCCESS, Access, AuditTable
from healthcare.aws import aws_errors
from healthcare.callers import Caller
from healthcare.problems import Problem

from appointments.bookings import Bookings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sesv2 import SESV2Client

SUBJECT: Final = "You have a new message"
TEXT: Final = (
    "There is a new message for you. Sign in to read it:\n{portal_url}\n\nThis address reads no replies.\n"
)

OURSELVES: Final = Caller("appointment-notifications", frozenset())

Outcome = Literal["sent", "no_channel", "known"]


@dataclass(frozen=True, slots=True)
class Email:
    """SES, with the configuration set that refuses to deliver without TLS."""

    client: "SESV2Client"
    sender: str
    configuration_set: str
    portal_url: str

    def send(self, address: str) -> None:
        """Problem where SES does not take it: the stream brings the message again."""
        with aws_errors():
            self.client.send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [address]},
                ConfigurationSetName=self.configuration_set,
                Content={
                    "Simple": {
                        "Subject": {"Data": SUBJECT},
                        "Body": {"Text": {"Data": TEXT.format(portal_url=self.portal_url)}},
                    }
                },
            )


@dataclass(frozen=True, slots=True)
class Notifier:
    """Sends each message of the outbox once; twice where the function dies before it has noted the first."""

    client: "DynamoDBClient"
    outbox: str
    patients: str
    bookings: Bookings
    audit: AuditTable
    email: Email

    def deliver(self, message_id: str) -> Outcome:
        """Problem where it could not be done now."""
        message = self._get(self.outbox, {"message_id": message_id}, ("appointment_id", "outcome"))
        if message is None or "outcome" in message:
            return "known"
        outcome: Outcome = "no_channel"
        pointer = self.bookings.pointer(message["appointment_id"])
        if pointer is not None:
            outcome = self._tell(pointer.patient_id, message_id)
        self._conclude(message_id, outcome)
        return outcome

    def _tell(self, patient_id: str, message_id: str) -> Outcome:
        """A machine that reads a record is on record as people are: the attempt before, the outcome after."""
        access = Access(self.audit, OURSELVES, "notify_patient", patient_id, message_id, "-")
        access.ground.purpose = "operations"
        access.begin()
        address = self._address(patient_id)
        if address is None:
            access.close("not_found")
            return "no_channel"
        access.ground.disclosed = ["email"]
        try:
            self.email.send(address)
        except Problem:
            access.close("failed")
            raise
        access.close(SUCCESS)
        return "sent"

    def _address(self, patient_id: str) -> str | None:
        row = self._get(self.patients, {"patient_id": patient_id}, ("demographics.email",))
        address = (row or {}).get("demographics", {}).get("email")
        return address if isinstance(address, str) else None

    def _conclude(self, message_id: str, outcome: Outcome) -> None:
        with aws_errors():
            self.client.update_item(
                TableName=self.outbox,
                Key=to_item({"message_id": message_id}),
                UpdateExpression="SET #outcome = :outcome, concluded_at = :now",
                ConditionExpression="attribute_exists(message_id)",
                ExpressionAttributeNames={"#outcome": "outcome"},
                ExpressionAttributeValues=to_item({":outcome": outcome, ":now": int(time.time())}),
            )

    def _get(self, table: str, key: Mapping[str, str], paths: tuple[str, ...]) -> dict[str, Any] | None:
        names = {f"#{part}": part for path in paths for part in path.split(".")}
        with aws_errors():
            item = self.client.get_item(
                TableName=table,
                Key=to_item(key),
                ConsistentRead=True,
                ProjectionExpression=", ".join(
                    ".".join(f"#{part}" for part in path.split(".")) for path in paths
                ),
                ExpressionAttributeNames=names,
            ).get("Item")
        return None if item is None else from_item(item)
