"""What Terraform tells the function."""

from dataclasses import dataclass

from healthcare.settings import names, required


@dataclass(frozen=True, slots=True)
class Settings:
    """Table names, the ARN of the PHI key, and the origins whose pages may call the API."""

    patient_table: str
    audit_table: str
    relationship_table: str
    kms_key_id: str
    allowed_origins: frozenset[str]

    @classmethod
    def from_environment(cls) -> "Settings":
        """SettingMissingError, naming the variable, where one is not set."""
        return cls(
            patient_table=required("PATIENT_TABLE"),
            audit_table=required("AUDIT_TABLE"),
            relationship_table=required("RELATIONSHIP_TABLE"),
            kms_key_id=required("KMS_KEY_ID"),
            allowed_origins=names("ALLOWED_ORIGINS"),
        )
