"""What Terraform tells the two functions."""

from dataclasses import dataclass

from healthcare.patient_identity import PatientIdentifier
from healthcare.settings import names, required


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Where fhir-ingest keeps things, the bus that it tells, and which identifier is the patient_id."""

    resource_table: str
    message_table: str
    audit_table: str
    message_bucket: str
    event_bus: str
    kms_key_id: str
    identifier: PatientIdentifier

    @classmethod
    def from_environment(cls) -> "IngestSettings":
        """SettingMissingError, naming the variable, where one is not set."""
        return cls(
            resource_table=required("FHIR_TABLE"),
            message_table=required("FHIR_MESSAGE_TABLE"),
            audit_table=required("AUDIT_TABLE"),
            message_bucket=required("MESSAGE_BUCKET"),
            event_bus=required("EVENT_BUS"),
            kms_key_id=required("KMS_KEY_ID"),
            identifier=PatientIdentifier.from_environment(),
        )


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """What fhir-api reads, and the origins whose pages may call it."""

    resource_table: str
    audit_table: str
    relationship_table: str
    kms_key_id: str
    allowed_origins: frozenset[str]

    @classmethod
    def from_environment(cls) -> "ApiSettings":
        """SettingMissingError, naming the variable, where one is not set."""
        return cls(
            resource_table=required("FHIR_TABLE"),
            audit_table=required("AUDIT_TABLE"),
            relationship_table=required("RELATIONSHIP_TABLE"),
            kms_key_id=required("KMS_KEY_ID"),
            allowed_origins=names("ALLOWED_ORIGINS"),
        )
