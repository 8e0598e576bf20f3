"""The three operations: each is allowed, then done, and says on the access what it gave out."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from healthcare.api import Reply
from healthcare.audit import Access
from healthcare.problems import conflict, not_found
from healthcare.relationships import Relationships
from healthcare.ssn import SsnCipher

from patient_api.access import allow_disclosures, allow_read, allow_update
from patient_api.disclosures import DisclosureList
from patient_api.inputs import List, Read, Update
from patient_api.records import Records


@dataclass(frozen=True, slots=True)
class Operations:
    """Each method takes an access whose attempt is on record, and raises Problem where it is refused."""

    records: Records
    relationships: Relationships
    ssn: SsnCipher
    disclosures: DisclosureList

    def read(self, access: Access, asked: Read) -> Reply:
        """The record, as far as the caller may see it."""
        view = allow_read(access, asked, self.relationships)
        parts = ["demographics", *(["clinical"] if view.clinical else [])]
        secret = ["ssn", "record_id"] if asked.with_ssn else []
        record = self.records.read(
            access.patient_id, ("patient_id", "version", "updated_at", *parts, *secret)
        )
        if record is None:
            raise not_found()
        record_id = record.pop("record_id", None)
        if "ssn" in record:
            record["ssn"] = self.ssn.decrypt(record["ssn"], access.patient_id, record_id)
        access.ground.disclosed = [part for part in ("demographics", "clinical", "ssn") if part in record]
        return Reply(200, record)

    def update(self, access: Access, asked: Update) -> Reply:
        """Create or change the record. The answer repeats nothing of it, so this discloses nothing."""
        allow_update(access, asked, self.relationships)
        current = self.records.read(access.patient_id, ("version", "record_id"))
        if current is None and asked.version > 0:
            raise not_found()
        if current is not None and current["version"] != asked.version:
            raise conflict()
        saved_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record_id = str((current or {}).get("record_id") or uuid.uuid4())
        changes: dict[str, Any] = {
            "demographics": asked.demographics,
            "record_id": record_id,
            "updated_at": saved_at,
        }
        if asked.clinical is not None:
            changes["clinical"] = asked.clinical
        if asked.ssn is not None:
            changes["ssn"] = self.ssn.encrypt(asked.ssn, access.patient_id, record_id)
        self.records.write(access, asked.version, changes)
        saved = {"patient_id": access.patient_id, "version": asked.version + 1, "updated_at": saved_at}
        return Reply(201 if asked.version == 0 else 200, saved)

    def list_disclosures(self, access: Access, asked: List) -> Reply:
        """One page of who has seen the record."""
        reviewer = allow_disclosures(access, self.relationships)
        page = self.disclosures.page(access.patient_id, asked, reviewer=reviewer)
        access.ground.disclosed = ["disclosures"]
        return Reply(200, page)
