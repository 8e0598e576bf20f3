"""Which of a patient's many identifiers is the patient_id here: the one of the deployment's master authority.

HL7 v2 says it in PID-3 (CX.4 the assigning authority, CX.5 the type), FHIR in Patient.identifier (system,
type). Both lead to the same patient_id, which is what the API's paths, the audit table and the relationships
go by. Position says nothing: PID-3 and Patient.identifier are sets.
https://hl7.org/fhir/R4/datatypes.html#Identifier, HL7 v2.8.2 chapter 2A, 2.A.14 CX and 2.A.33 HD
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from healthcare.settings import required

PATIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", re.ASCII)
_ISO: Final = "ISO"  # HL7 table 0301: an object identifier


class NotAPatientIdError(Exception):
    """An identifier of the master authority has a value that can be no patient_id. Its text is a constant."""

    def __init__(self) -> None:
        super().__init__("the identifier's value is no patient_id")


class IdentifierSettingError(Exception):
    """PATIENT_IDENTIFIER can't be used. The setting is configuration; even so its text is not repeated."""

    def __init__(self) -> None:
        super().__init__('PATIENT_IDENTIFIER must be JSON: {"namespace_id", "oid", "system", "type"}')


@dataclass(frozen=True, slots=True)
class PatientIdentifier:
    """The master authority and the type of its identifiers. An empty namespace_id or oid is never matched."""

    namespace_id: str
    oid: str
    system: str
    type: str

    @classmethod
    def from_environment(cls) -> "PatientIdentifier":
        """From PATIENT_IDENTIFIER, a JSON object; SettingMissingError or IdentifierSettingError otherwise."""
        try:
            setting = json.loads(required("PATIENT_IDENTIFIER"))
            parts = {name: setting.get(name) or "" for name in ("namespace_id", "oid", "system", "type")}
        except (ValueError, AttributeError):
            raise IdentifierSettingError from None
        if not all(isinstance(part, str) for part in parts.values()):
            raise IdentifierSettingError
        if not (parts["system"] and parts["type"] and (parts["namespace_id"] or parts["oid"])):
            raise IdentifierSettingError
        return cls(**parts)

    def matches_cx(
        self,
        namespace_id: str | None,
        universal_id: str | None,
        universal_id_type: str | None,
        type_code: str | None,
    ) -> bool:
        """Whether a CX is the master identifier: CX.4.1, CX.4.2, CX.4.3 and CX.5, None or "" where absent.

        An authority must be given, and whatever of it is given must agree: a known namespace beside a foreign
        OID is a foreign authority. An absent type is taken for ours (HL7 before 2.3 has none), another one is
        refused: the same authority numbers accounts (AN) and visits (VN), too.
        """
        given = [(namespace_id, self.namespace_id)]
        if (universal_id_type or _ISO) == _ISO:
            given.append((universal_id, self.oid))
        elif universal_id:
            return False
        return _agrees(given) and (not type_code or type_code == self.type)

    def matches_fhir(self, system: str | None, type_codes: Collection[str]) -> bool:
        """Whether a FHIR Identifier is the master identifier, by its system and the codes of its type."""
        ours = system == self.system or (bool(self.oid) and system == f"urn:oid:{self.oid}")
        return ours and (not type_codes or self.type in type_codes)

    def patient_id(self, value: str | None) -> str:
        """The identifier's value as patient_id; NotAPatientIdError where it can be none."""
        if value is None or not PATIENT_ID.fullmatch(value):
            raise NotAPatientIdError
        return value


def _agrees(given: list[tuple[str | None, str]]) -> bool:
    named = [(theirs, ours) for theirs, ours in given if theirs]
    return bool(named) and all(theirs == ours for theirs, ours in named)
