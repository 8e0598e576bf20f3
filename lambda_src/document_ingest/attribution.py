"""Whose a document is, and who may see it: what its uploader says, and what stands in it, must agree.

The uploader says it in the object's metadata (`x-amz-meta-patient-id`, `x-amz-meta-access-label`), never in
its key: keys stand in access logs, inventories and events. In the document only an identifier of the master
authority counts. DICOM's Patient ID is one if its issuer is; a CCDA id is one if its root is.
"""

from collections.abc import Collection

from healthcare.patient_identity import NotAPatientIdError, PatientIdentifier

from document_ingest.dicom import Header
from document_ingest.faults import Rejected
from document_ingest.labels import stricter

PATIENT_ID = "patient-id"
ACCESS_LABEL = "access-label"


def patient_of(identifier: PatientIdentifier, declared: str | None, named: Collection[str]) -> str:
    """The one patient_id. `named` are the master identifiers in the document; Rejected where they differ."""
    try:
        inside = {identifier.patient_id(value) for value in named}
        outside = set() if declared is None else {identifier.patient_id(declared)}
    except NotAPatientIdError:
        raise Rejected("no_patient") from None
    if len(inside) > 1:
        raise Rejected("ambiguous_patient")
    if outside and inside and outside != inside:
        raise Rejected("patient_mismatch")
    if not outside | inside:
        raise Rejected("no_patient")
    return (outside | inside).pop()


def named_in_ccda(identifier: PatientIdentifier, ids: list[tuple[str, str]]) -> list[str]:
    """The extensions of those ids whose root is the master authority's OID."""
    return [value for root, value in ids if value and identifier.matches_cx(None, root, "ISO", None)]


def named_in_dicom(identifier: PatientIdentifier, header: Header) -> list[str]:
    """The Patient ID, where one of its issuers is the master authority: a bare one may be anybody's."""
    ours = any(identifier.matches_cx(*issuer, None) for issuer in header.issuers)
    return [header.identifier] if ours and header.identifier else []


def label_of(metadata: dict[str, str], said: str, default: str) -> str:
    """The stricter of what the uploader and the document say; `default` where neither says anything."""
    return stricter(metadata.get(ACCESS_LABEL, "").strip(), said) or default
