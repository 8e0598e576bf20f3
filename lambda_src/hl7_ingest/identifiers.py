"""Whom a message is about: the repetition of PID-3 (or MRG-1) of the master authority, wherever it stands.

PID-2 and PID-4, and the order of PID-3's repetitions, say nothing.
"""

from healthcare.patient_identity import NotAPatientIdError, PatientIdentifier

from hl7_ingest.er7 import DELETED, Repetition, Segment
from hl7_ingest.faults import Rejected


def patient_id_of(segment: Segment, number: int, ours: PatientIdentifier) -> str:
    """The patient_id in a field of type CX; Rejected where there is none of ours, or more than one."""
    found = {repetition.text(1) for repetition in segment.repetitions(number) if _is_ours(repetition, ours)}
    found -= {"", DELETED}
    if not found:
        raise Rejected("unknown_patient_identifier", segment.name, number)
    if len(found) > 1:
        raise Rejected("ambiguous_patient_identifier", segment.name, number)
    try:
        return ours.patient_id(found.pop())
    except NotAPatientIdError:
        raise Rejected("data_type", segment.name, number) from None


def _is_ours(repetition: Repetition, ours: PatientIdentifier) -> bool:
    return ours.matches_cx(
        repetition.text(4, 1), repetition.text(4, 2), repetition.text(4, 3), repetition.text(5)
    )
