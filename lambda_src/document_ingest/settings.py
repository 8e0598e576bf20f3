"""What Terraform tells the function."""

import json
from dataclasses import dataclass

from healthcare.patient_identity import PatientIdentifier
from healthcare.settings import required

from document_ingest.kinds import CCDA, PDF, TEXT
from document_ingest.reading import Rules

INCOMING = "incoming/"


class LimitsSettingError(Exception):
    """MAXIMUM_MEGABYTES can't be used. The setting is configuration; even so its text is not repeated."""

    def __init__(self) -> None:
        super().__init__('MAXIMUM_MEGABYTES must be JSON of whole numbers: {"ccda", "pdf", "text"}')


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are kept, and what is taken. Readers may use `reader_megabytes` and `reader_seconds`."""

    table: str
    audit_table: str
    bucket: str
    event_bus: str
    rules: Rules
    reader_megabytes: int
    reader_seconds: int

    @classmethod
    def from_environment(cls) -> "Settings":
        """SettingMissingError, naming the variable, where one is not set."""
        try:
            limits = json.loads(required("MAXIMUM_MEGABYTES"))
            maximum_bytes = {kind: int(limits[kind]) * 1_048_576 for kind in (CCDA, PDF, TEXT)}
        except (ValueError, TypeError, KeyError):
            raise LimitsSettingError from None
        return cls(
            table=required("DOCUMENT_TABLE"),
            audit_table=required("AUDIT_TABLE"),
            bucket=required("DOCUMENT_BUCKET"),
            event_bus=required("EVENT_BUS"),
            rules=Rules(
                PatientIdentifier.from_environment(), required("DEFAULT_ACCESS_LABEL"), maximum_bytes
            ),
            reader_megabytes=int(required("READER_MEGABYTES")),
            reader_seconds=int(required("READER_SECONDS")),
        )
