"""The reads: each is allowed, then done, and says on the access what it gave out."""

from dataclasses import dataclass
from typing import Final

from healthcare.api import BREAK_GLASS, NO_PATIENT, Reply
from healthcare.audit import Access
from healthcare.problems import Problem, forbidden, not_found
from healthcare.relationships import Relationships, personal_ground
from healthcare.ssn import SsnCipher

from fhir_ingest import fhir_json
from fhir_ingest.answers import headers_of, history_of
from fhir_ingest.inputs import History, Read
from fhir_ingest.patients import MAY_NAME_PATIENT, WITHOUT_PATIENT
from fhir_ingest.store import Pointer, Resources, Version
from fhir_ingest.withheld import restore

ADMINISTRATION: Final = "administration"
OPERATIONS: Final = "operations"
"""Health care operations: reading what is nobody's, as practitioners and locations are."""


def gone() -> Problem:
    return Problem(410, "deleted", "The resource has been deleted.", outcome="not_found")


@dataclass(frozen=True, slots=True)
class Operations:
    """Each takes an access whose attempt is on record, and raises Problem where it is refused."""

    resources: Resources
    relationships: Relationships
    seal: SsnCipher

    def patient(self, asked: Read) -> str:
        """Whose it is, by the pointer alone. NO_PATIENT where it is nobody's, or not there."""
        pointer = self.resources.pointer(asked.resource)
        return NO_PATIENT if pointer is None else pointer.patient_id

    def read(self, access: Access, asked: Read) -> Reply:
        """The current version, or the one asked for."""
        self._allow(access, asked)
        pointer = self._existing(access, asked)
        version = self.resources.version(asked.resource, asked.version or pointer.number)
        if version is None:
            raise not_found()
        if not version.body:
            raise gone()
        access.ground.disclosed = [
            _disclosed(asked, version),
            *(["ssn"] if self._opens(asked, version) else []),
        ]
        return Reply(200, self._text(access, asked, version), headers_of(version))

    def history(self, access: Access, asked: History) -> Reply:
        """A page of the versions, deletions among them. Social Security numbers are never in it."""
        self._allow(access, asked)
        self._existing(access, asked)
        versions, after = self.resources.history(asked.resource, asked.before, asked.count)
        access.ground.disclosed = [_disclosed(asked, version) for version in versions if version.body]
        return Reply(200, history_of(asked.resource, versions, after, asked.count))

    def _allow(self, access: Access, asked: Read) -> None:
        """Put the purpose on the access; Problem 403 otherwise, the same whether or not there is such a
        resource.
        """
        caller = access.caller
        if asked.with_ssn and not caller.is_a("SsnAccess"):
            raise forbidden()
        if access.patient_id == NO_PATIENT and asked.type in WITHOUT_PATIENT:
            if not (caller.is_a("Provider") or caller.is_a("Admin")):
                raise forbidden()
            access.ground.purpose = OPERATIONS
            return
        personal = personal_ground(access, self.relationships)
        if personal is not None:
            access.ground.purpose = personal
        elif caller.is_a("Provider") and asked.reason is not None:
            access.ground.purpose = BREAK_GLASS
            access.ground.reason = asked.reason
        elif caller.is_a("Admin") and asked.type == "Patient":
            access.ground.purpose = ADMINISTRATION
        else:
            raise forbidden()

    def _existing(self, access: Access, asked: Read) -> Pointer:
        """The pointer, where it is still the one that the access was judged by and is on record for."""
        pointer = self.resources.pointer(asked.resource)
        if pointer is None or pointer.patient_id != access.patient_id:
            # Of these types some are a patient's, which a caller without a right is answered 403 for.
            if access.ground.purpose == OPERATIONS and asked.type in MAY_NAME_PATIENT:
                raise forbidden()
            raise not_found()
        return pointer

    def _opens(self, asked: Read, version: Version) -> bool:
        return asked.with_ssn and version.seal is not None

    def _text(self, access: Access, asked: Read, version: Version) -> str:
        if not self._opens(asked, version) or version.seal is None:
            return version.body
        sealed, record_id = version.seal
        secrets = fhir_json.loads(self.seal.decrypt(sealed, access.patient_id, record_id))
        return fhir_json.dumps(restore(fhir_json.loads(version.body), secrets))


def _disclosed(asked: Read, version: Version) -> str:
    return f"fhir:{asked.resource}/_history/{version.number}"
