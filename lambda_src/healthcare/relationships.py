"""Who treats whom, and which patient somebody is: the ground that most accesses rest on."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from healthcare.audit import Access
from healthcare.aws import aws_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TREATMENT: Final = "treatment"
SELF: Final = "self"


class Relationship(NamedTuple):
    """What somebody is to a patient: TREATMENT or SELF.

    `access_labels` are the only labels of the patient's documents that may be seen through it; None narrows
    nothing.
    """

    kind: str
    access_labels: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Relationships:
    """Who treats whom, and which patient a subject is: the server's own table, keyed by the token's sub."""

    client: "DynamoDBClient"
    table: str

    def between(self, subject: str, patient_id: str) -> str | None:
        """TREATMENT, SELF or None."""
        found = self.find(subject, patient_id)
        return None if found is None else found.kind

    def find(self, subject: str, patient_id: str) -> Relationship | None:
        """The relationship. One of treatment needs an end, and none counts after its end.

        Time to live deletes rows hours or days after they have expired:
        https://docs.aws.amazon.com/amazondynamodb/ latest/developerguide/TTL.html. The read is consistent: a
        relationship that was withdrawn is over at once.
        """
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table,
                Key={"principal": {"S": subject}, "patient_id": {"S": patient_id}},
                ConsistentRead=True,
            ).get("Item", {})
        kind = item.get("relationship", {}).get("S")
        if kind not in (TREATMENT, SELF):
            return None
        is_endless = kind == SELF and "expires_at" not in item
        if not is_endless and float(item.get("expires_at", {}).get("N", 0)) <= time.time():
            return None
        # An attribute that is no set of texts narrows to nothing: somebody meant to narrow.
        labels = frozenset(item["access_labels"].get("SS", [])) if "access_labels" in item else None
        return Relationship(kind, labels)


def personal_ground(access: Access, relationships: Relationships) -> str | None:
    """TREATMENT for a Provider who treats the patient, SELF for the patient, otherwise None."""
    caller = access.caller
    if not (caller.is_a("Provider") or caller.is_a("Patient")):
        return None
    relationship = relationships.between(caller.subject, access.patient_id)
    if relationship == TREATMENT and caller.is_a("Provider"):
        return TREATMENT
    if relationship == SELF and caller.is_a("Patient"):
        return SELF
    return None
