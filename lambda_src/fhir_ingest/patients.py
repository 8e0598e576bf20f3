"""Whose a resource is: the patient compartment of FHIR R4, narrowed to one patient.

https://hl7.org/fhir/R4/compartmentdefinition-patient.html lets a resource be in several patients'
compartments, as when one patient has performed another's observation. Here access is judged by one
patient_id, so it counts whom the resource is about (subject, patient, beneficiary), and not who took part.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from healthcare.api import NO_PATIENT
from healthcare.patient_identity import NotAPatientIdError, PatientIdentifier

from fhir_ingest.definitions import definitions
from fhir_ingest.outcome import refused
from fhir_ingest.references import at_path, references, target_of

_NOBODYS: Final = (
    "ActivityDefinition CapabilityStatement ChargeItemDefinition CodeSystem CompartmentDefinition "
    "ConceptMap Contract Device DeviceDefinition DeviceMetric EffectEvidenceSynthesis Endpoint "
    "EventDefinition Evidence EvidenceVariable ExampleScenario GraphDefinition HealthcareService "
    "ImplementationGuide InsurancePlan Library Location Measure Medication MedicationKnowledge "
    "MessageDefinition NamingSystem OperationDefinition Organization OrganizationAffiliation "
    "PlanDefinition Practitioner PractitionerRole Questionnaire ResearchDefinition "
    "ResearchElementDefinition ResearchStudy RiskEvidenceSynthesis Schedule SearchParameter Slot "
    "SpecimenDefinition StructureDefinition StructureMap Substance SubstanceSpecification "
    "TerminologyCapabilities TestReport TestScript ValueSet "
)
WITHOUT_PATIENT: Final = frozenset(_NOBODYS.split())
"""Types that can be nobody's: staff alone read those. Where one names a patient all the same, it is that
patient's.
"""

MAY_NAME_PATIENT: Final = frozenset({"Contract", "Device", "Schedule"})
"""Those of them that have an element for a patient: whether there is one must not be told to everybody."""

WhoseId = Callable[[str], str | None]
"""The patient_id of the Patient with that logical id; None where there is none (yet)."""


class AwaitedError(Exception):
    """The resource names a Patient that has not come yet. Carries the place."""

    def __init__(self, place: str) -> None:
        super().__init__("a referenced patient is not stored")
        self.place = place


def patient_of(resource: dict[str, Any], place: str, master: PatientIdentifier, whose: WhoseId) -> str:
    """The patient_id, or NO_PATIENT; RefusedError where it can't be told, AwaitedError where it can't be
    yet.
    """
    kind = resource["resourceType"]
    if kind == "Patient":
        return _of_patient(resource, place, master)
    paths = definitions().patients.get(kind)
    named = (
        ((place, one) for path in paths for one in at_path(resource, path))
        if paths
        else references(resource, place)
    )
    found = {
        one for where, reference in named for one in _of_reference(reference, resource, where, master, whose)
    }
    if len(found) > 1:
        raise refused(place, "business-rule", "several-patients")
    if not found and kind not in WITHOUT_PATIENT:
        raise refused(place, "business-rule", "patient-unknown")
    return found.pop() if found else NO_PATIENT


def _of_patient(patient: dict[str, Any], place: str, master: PatientIdentifier) -> str:
    found = {
        _patient_id(identifier, f"{place}.identifier", master)
        for identifier in patient.get("identifier", [])
        if _is_master(identifier, master)
    }
    if len(found) != 1:
        rule = "several-master-identifiers" if found else "master-identifier"
        raise refused(f"{place}.identifier", "business-rule", rule)
    return found.pop()


def _of_reference(
    reference: dict[str, Any], resource: dict[str, Any], place: str, master: PatientIdentifier, whose: WhoseId
) -> Iterator[str]:
    identifier = reference.get("identifier")
    if isinstance(identifier, dict) and _is_master(identifier, master):
        yield _patient_id(identifier, place, master)
    text = reference.get("reference")
    target = target_of(reference)
    if target is not None and target[0] == "Patient":
        patient_id = whose(target[1])
        if patient_id is None:
            raise AwaitedError(place)
        yield patient_id
    elif isinstance(text, str) and text.startswith("#"):
        for one in resource.get("contained", []):
            if one.get("id") == text[1:] and one.get("resourceType") == "Patient":
                yield _of_patient(one, place, master)
    elif isinstance(text, str) and "/Patient/" in text:
        raise refused(place, "not-supported", "patient-elsewhere")


def _is_master(identifier: dict[str, Any], master: PatientIdentifier) -> bool:
    codings = identifier.get("type", {}).get("coding", [])
    return master.matches_fhir(identifier.get("system"), [one["code"] for one in codings if "code" in one])


def _patient_id(identifier: dict[str, Any], place: str, master: PatientIdentifier) -> str:
    try:
        return master.patient_id(identifier.get("value"))
    except NotAPatientIdError:
        raise refused(place, "value", "patient-id") from None
