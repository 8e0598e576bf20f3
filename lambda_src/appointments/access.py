"""Who may book, see and cancel: the patient, a provider who treats the patient, and the administration.

Deny by default. Whether an appointment or a patient exists is told to nobody else.
"""

from typing import Final

from healthcare.audit import Access
from healthcare.problems import forbidden
from healthcare.relationships import Relationships, personal_ground

ADMINISTRATION: Final = "administration"


def allow(access: Access, relationships: Relationships) -> None:
    """Put the purpose on the access; Problem 403 where there is none."""
    personal = personal_ground(access, relationships)
    if personal is not None:
        access.ground.purpose = personal
    elif access.caller.is_a("Admin"):
        access.ground.purpose = ADMINISTRATION
    else:
        raise forbidden()
