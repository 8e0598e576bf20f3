"""What Terraform tells the function."""

import os
import zoneinfo
from dataclasses import dataclass
from datetime import tzinfo

from healthcare.patient_identity import PatientIdentifier
from healthcare.settings import names, required


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are kept, and what is taken.

    `ack_queue_url` is None where no sender wants acknowledgements; `time_zone` is that of time stamps
    without an offset; a control id is remembered for `control_id_days`.
    """

    table: str
    audit_table: str
    bucket: str
    event_bus: str
    ack_queue_url: str | None
    identifier: PatientIdentifier
    processing_ids: frozenset[str]
    time_zone: tzinfo
    control_id_days: int
    maximum_bytes: int

    @classmethod
    def from_environment(cls) -> "Settings":
        """SettingMissingError, naming the variable, where one is not set."""
        return cls(
            table=required("HL7_TABLE"),
            audit_table=required("AUDIT_TABLE"),
            bucket=required("MESSAGE_BUCKET"),
            event_bus=required("EVENT_BUS"),
            ack_queue_url=os.environ.get("ACK_QUEUE_URL") or None,
            identifier=PatientIdentifier.from_environment(),
            processing_ids=names("PROCESSING_IDS"),
            time_zone=zoneinfo.ZoneInfo(required("TIME_ZONE")),
            control_id_days=int(required("CONTROL_ID_DAYS")),
            maximum_bytes=int(required("MAXIMUM_MESSAGE_BYTES")),
        )
