"""One version of an object as a row of facts and its passages; Rejected for what can't be stored."""

from dataclasses import dataclass
from email.message import Message
from typing import Any

from healthcare.patient_identity import PatientIdentifier

from document_ingest import dicom, kinds, names
from document_ingest.attribution import PATIENT_ID, label_of, named_in_ccda, named_in_dicom, patient_of
from document_ingest.child import Reader
from document_ingest.faults import Rejected
from document_ingest.labels import stricter
from document_ingest.objects import StoredObject
from document_ingest.texts import Passage


@dataclass(frozen=True, slots=True)
class Rules:
    """What this deployment takes: `maximum_bytes` by kind (DICOM has none, its pixels are never read)."""

    identifier: PatientIdentifier
    default_label: str
    maximum_bytes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """`facts` go into the table, `passages` (with their final labels) into text and chunks."""

    facts: dict[str, Any]
    passages: list[Passage]


def read(stored: StoredObject, declared: str | None, rules: Rules, reader: Reader) -> Reading:
    """The reading of a version. `declared` is the patient_id that its uploader gives, None for none."""
    kind = kinds.kind_of(stored.head, stored.key, stored.content_type)
    if stored.size > rules.maximum_bytes.get(kind, stored.size):
        raise Rejected("too_large")
    if kind == kinds.DICOM:
        return _of_dicom(stored, declared, rules)
    extracted = reader.read(stored, kind, _charset(stored.content_type))
    patient_id = patient_of(rules.identifier, declared, named_in_ccda(rules.identifier, extracted.patients))
    label = label_of(stored.metadata, extracted.label, rules.default_label)
    passages = [
        Passage(passage.text, passage.place, stricter(label, passage.label)) for passage in extracted.passages
    ]
    facts: dict[str, Any] = {**names.of_ccda(extracted.title, extracted.effective_time)}
    facts |= _facts(stored, kind, patient_id, label) | {"status": "stored" if passages else "no_text"}
    if extracted.pages:
        facts |= {"pages": extracted.pages, "pages_without_text": extracted.pages_without_text}
    return Reading(facts, passages)


def declared_patient(stored: StoredObject) -> str | None:
    """What the uploader has written into the object's metadata."""
    return stored.metadata.get(PATIENT_ID)


def _of_dicom(stored: StoredObject, declared: str | None, rules: Rules) -> Reading:
    header = dicom.header_of(stored)
    patient_id = patient_of(rules.identifier, declared, named_in_dicom(rules.identifier, header))
    facts = _facts(stored, kinds.DICOM, patient_id, label_of(stored.metadata, "", rules.default_label))
    return Reading(facts | {"status": "stored", "dicom": header.metadata}, [])


def _facts(stored: StoredObject, kind: str, patient_id: str, label: str) -> dict[str, Any]:
    named = names.of_metadata(stored.metadata)
    return {"kind": kind, "size": stored.size, "patient_id": patient_id, "access_label": label} | named


def _charset(content_type: str) -> str:
    message = Message()
    message["content-type"] = content_type.replace("\n", " ").replace("\r", " ")
    try:
        charset = message.get_content_charset("")
    except (TypeError, ValueError, LookupError):  # of parameters in parts that are none (RFC 2231)
        return "unknown"
    return charset if charset.isascii() and len(charset) < 32 else "unknown"
