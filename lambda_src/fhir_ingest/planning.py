"""From changes that are asked for to writes that are ready: addresses, patients, versions, seals."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from healthcare.patient_identity import PatientIdentifier
from healthcare.ssn import SsnCipher

from fhir_ingest import fhir_json
from fhir_ingest.changes import CREATE, DELETE, Change, by_identifier
from fhir_ingest.outcome import refused
from fhir_ingest.patients import AwaitedError, patient_of
from fhir_ingest.references import references, with_addresses
from fhir_ingest.store import Resources, Seal, TooLargeError, identifier_key, identifier_keys, now, packed
from fhir_ingest.transactions import Write
from fhir_ingest.withheld import withhold

MAX_SEALED: Final = 3_000  # KMS encrypts 4,096 bytes, the patient_id and the JSON around them included
_WITHIN_BUNDLE: Final = ("urn:uuid:", "urn:oid:")


@dataclass(frozen=True, slots=True)
class Planner:
    """Reads what is there; writes nothing. RefusedError or AwaitedError where a change can't be."""

    resources: Resources
    master: PatientIdentifier
    seal: SsnCipher

    def plan(self, changes: tuple[Change, ...], message_id: str) -> list[Write]:
        """The writes of one unit. Ids are made of the message's: a message that comes again makes the
        same.
        """
        addressed = [self._addressed(change, message_id) for change in changes]
        new = {url: where for change, where, _ in addressed for url in _urls_of(change) if url != where}
        placed = [
            (replace(change, resource=self._resolved(change, new)), where)
            for change, where, to_do in addressed
            if to_do
        ]
        _check_apart(placed)
        # Patients first: the others are theirs.
        own: dict[str, str] = {}
        for change, where in placed:
            if change.type == "Patient" and change.resource is not None:
                own[where] = patient_of(change.resource, change.place, self.master, lambda _: None)
        writes = (self._write(change, where, own) for change, where in placed)
        return [write for write in writes if write is not None]

    def _addressed(self, change: Change, message_id: str) -> tuple[Change, str, bool]:
        """The change, its "Type/id", and whether there is something to do: not where it is so already."""
        found = self.resources.with_identifier(change.condition) if change.condition else frozenset[str]()
        if len(found) > 1:
            raise refused(f"{change.place}.request", "conflict", "several-matches")
        made = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{message_id}#{change.position}"))
        given = (change.resource or {}).get("id") if change.method != CREATE else None
        logical_id = change.id or next(iter(found), given or made)
        to_do = not (found and change.method == CREATE)
        if change.condition and change.method != CREATE:
            if given and given != logical_id:
                raise refused(f"{change.place}.resource.id", "conflict", "id-of-match")
            if not found:  # nobody has it: from here on it is a conditional create
                change = replace(change, method=CREATE)
        return change, f"{change.type}/{logical_id}", to_do

    def _resolved(self, change: Change, new: Mapping[str, str]) -> dict[str, Any] | None:
        if change.resource is None:
            return None
        resource: dict[str, Any] = with_addresses(change.resource, new)
        for place, reference in references(resource, change.place):
            text = reference.get("reference")
            if isinstance(text, str) and text.startswith(_WITHIN_BUNDLE):
                raise refused(f"{place}.reference", "not-found", "reference-in-bundle")
            condition = by_identifier(text) if isinstance(text, str) else None
            if condition is not None:
                found = self.resources.with_identifier(condition)
                if len(found) > 1:
                    raise refused(f"{place}.reference", "conflict", "several-matches")
                if not found:
                    raise AwaitedError(f"{place}.reference")
                reference["reference"] = f"{condition.type}/{next(iter(found))}"
        return resource

    def _write(self, change: Change, where: str, own: Mapping[str, str]) -> Write | None:
        current = self.resources.pointer(where)
        there = current is not None and not current.deleted
        if change.if_match is not None and (current is None or current.number != change.if_match):
            raise refused(f"{change.place}.request.ifMatch", "conflict", "version")
        if change.resource is None:
            if current is None:
                raise AwaitedError(f"{change.place}.request.url")
            if current.deleted:
                return None
            return Write(change, where, current.patient_id, current, frozenset(), now(), None)
        if change.method == CREATE and there:
            raise refused(change.place, "duplicate", "resource-exists")

        def whose(logical_id: str) -> str | None:
            if f"Patient/{logical_id}" in own:
                return own[f"Patient/{logical_id}"]
            pointer = self.resources.pointer(f"Patient/{logical_id}")
            return None if pointer is None else pointer.patient_id

        patient_id = patient_of(change.resource, change.place, self.master, whose)
        if current is not None and current.patient_id != patient_id:
            # A chart must not move to another patient unseen: its history would.
            raise refused(change.place, "business-rule", "patient-changed")
        time = now()
        body, seal = self._stored(change, where, patient_id, (current.number if current else 0) + 1, time)
        keys = identifier_keys(change.resource)
        sole = identifier_key(change.condition) if change.condition else None
        if sole is not None and sole not in keys:
            raise refused(f"{change.place}.resource.identifier", "business-rule", "identifier-of-condition")
        return Write(change, where, patient_id, current, keys, time, body, seal, sole)

    def _stored(
        self, change: Change, where: str, patient_id: str, number: int, time: str
    ) -> tuple[bytes, Seal | None]:
        """The resource as it is stored, with its id and meta, and what is sealed of it."""
        given = {
            name: one for name, one in (change.resource or {}).items() if name not in ("resourceType", "id")
        }
        given["meta"] = {**given.get("meta", {}), "versionId": str(number), "lastUpdated": time}
        logical_id = where.partition("/")[2]
        public, secrets = withhold({"resourceType": change.type, "id": logical_id, **given})
        try:
            body = packed(fhir_json.dumps(public))
        except TooLargeError:
            raise refused(change.place, "too-costly", "resource-size") from None
        if not secrets:
            return body, None
        text = fhir_json.dumps(secrets)
        if len(text.encode("utf-8")) > MAX_SEALED:
            raise refused(change.place, "too-costly", "identifiers-to-seal")
        # The record's id goes to CloudTrail in plain text: it is random, and not the resource's.
        record_id = str(uuid.uuid4())
        return body, Seal(self.seal.encrypt(text, patient_id, record_id), record_id)


def _check_apart(placed: list[tuple[Change, str]]) -> None:
    """RefusedError where two changes have met at one address, as by a condition: DynamoDB takes no two."""
    seen: set[str] = set()
    for change, where in placed:
        if where in seen:
            raise refused(f"{change.place}.request.url", "duplicate", "resource-twice")
        seen.add(where)


def _urls_of(change: Change) -> list[str]:
    """What others in the Bundle may call it: its fullUrl and, where that is an address, the end of it."""
    if change.full_url is None or change.method == DELETE:
        return []
    ends = change.full_url.rsplit("/", 2)[-2:]
    relative = ["/".join(ends)] if change.full_url.startswith("http") and ends[0] == change.type else []
    return [change.full_url, *relative]
