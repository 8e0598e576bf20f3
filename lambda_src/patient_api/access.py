"""Who may do what. Deny by default; a caller in several groups has the sum of what each allows.

Every refusal is the same Problem, and no decision looks at the patient's record: neither the answer nor the
calls made tell someone without a right whether the patient exists.
"""

from dataclasses import dataclass
from typing import Final

from healthcare.api import BREAK_GLASS
from healthcare.audit import Access
from healthcare.problems import forbidden
from healthcare.relationships import SELF, TREATMENT, Relationships, personal_ground

from patient_api.inputs import Read, Update

ADMINISTRATION: Final = "administration"
AUDIT: Final = "audit"


@dataclass(frozen=True, slots=True)
class View:
    """The parts of the record that a caller may see."""

    clinical: bool


def allow_read(access: Access, asked: Read, relationships: Relationships) -> View:
    """What may be read, with the purpose put on the access; Problem 403 otherwise."""
    caller = access.caller
    if asked.with_ssn and not caller.is_a("SsnAccess"):
        raise forbidden()
    personal = personal_ground(access, relationships)
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
    if personal_ground(access, relationships) == TREATMENT:
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
    if personal_ground(access, relationships) == SELF:
        access.ground.purpose = SELF
        return False
    raise forbidden()
