"""Who may do what. Deny by default; a caller in several groups has the sum of what each allows.

Every refusal is the same Problem, and no decision looks at the patient's record: neither the answer nor the
calls made tell someone without a right whether the patient exists.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from healthcare.api import BREAK_GLASS
from healthcare.audit import Access
from healthcare.aws import aws_errors
from healthcare.problems import forbidden

from patient_api.inputs import Read, Update

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TREATMENT: Final = "treatment"
SELF: Final = "self"
ADMINISTRATION: Final = "administration"
AUDIT: Final = "audit"


@dataclass(frozen=True, slots=True)
class Relationships:
    """Who treats whom, and which patient a subject is: the server's own table, keyed by the token's sub."""

    client: "DynamoDBClient"
    table: str

    def between(self, subject: str, patient_id: str) -> str | None:
        """TREATMENT, SELF or None. A treatment relationship needs an end, and none counts after its end.

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
        if kind == SELF and "expires_at" not in item:
            return SELF
        expires_at = float(item.get("expires_at", {}).get("N", 0))
        return kind if kind in (TREATMENT, SELF) and expires_at > time.time() else None


@dataclass(frozen=True, slots=True)
class View:
    """The parts of the record that a caller may see."""

    clinical: bool


def allow_read(access: Access, asked: Read, relationships: Relationships) -> View:
    """What may be read, with the purpose put on the access; Problem 403 otherwise."""
    caller = access.caller
    if asked.with_ssn and not caller.is_a("SsnAccess"):
        raise forbidden()
    personal = _personal_ground(access, relationships)
    if personal is not None:
        access.ground.purpose = personal
        return View(clinical=True)
    if caller.is_a("Provider") and asked.reason is not None:
        access.ground.purpose = BREAK_GLASS
        access.ground.reason = asked.reason
        return View(clinical=True)
    if caller.is_a("Admin"):
        access.ground.purpose = ADMINISTRATION
        return View(clinical=False)
    raise forbidden()


def allow_update(access: Access, asked: Update, relationships: Relationships) -> None:
    """Let the change pass, with the purpose put on the access; Problem 403 otherwise."""
    caller = access.caller
    if asked.ssn is not None and not caller.is_a("SsnAccess"):
        raise forbidden()
    if asked.version == 0 and not caller.is_a("Admin"):
        raise forbidden()
    if _personal_ground(access, relationships) == TREATMENT:
        access.ground.purpose = TREATMENT
    elif caller.is_a("Admin") and asked.clinical is None:
        access.ground.purpose = ADMINISTRATION
    else:
        raise forbidden()


def allow_disclosures(access: Access, relationships: Relationships) -> bool:
    """True: refusals and reasons are shown too (Auditor, Admin). False: disclosures alone (the patient)."""
    caller = access.caller
    if caller.is_a("Auditor"):
        access.ground.purpose = AUDIT
        return True
    if caller.is_a("Admin"):
        access.ground.purpose = ADMINISTRATION
        return True
    if _personal_ground(access, relationships) == SELF:
        access.ground.purpose = SELF
        return False
    raise forbidden()


def _personal_ground(access: Access, relationships: Relationships) -> str | None:
    caller = access.caller
    if not (caller.is_a("Provider") or caller.is_a("Patient")):
        return None
    relationship = relationships.between(caller.subject, access.patient_id)
    if relationship == TREATMENT and caller.is_a("Provider"):
        return TREATMENT
    if relationship == SELF and caller.is_a("Patient"):
        return SELF
    return None
