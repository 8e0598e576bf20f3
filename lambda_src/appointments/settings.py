"""What Terraform tells the two functions."""

from dataclasses import dataclass

from healthcare.settings import names, required


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables' names. `requests` remembers idempotency keys, `outbox` what the patient is to be told."""

    appointments: str
    slots: str
    schedules: str
    requests: str
    outbox: str
    patients: str

    @classmethod
    def from_environment(cls) -> "Tables":
        """SettingMissingError, naming the variable, where one is not set."""
        return cls(
            appointments=required("APPOINTMENT_TABLE"),
            slots=required("SLOT_TABLE"),
            schedules=required("SCHEDULE_TABLE"),
            requests=required("REQUEST_TABLE"),
            outbox=required("OUTBOX_TABLE"),
            patients=required("PATIENT_TABLE"),
        )


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Of the API's function."""

    tables: Tables
    audit_table: str
    relationship_table: str
    allowed_origins: frozenset[str]

    @classmethod
    def from_environment(cls) -> "ApiSettings":
        """SettingMissingError, naming the variable, where one is not set."""
        return cls(
            tables=Tables.from_environment(),
            audit_table=required("AUDIT_TABLE"),
            relationship_table=required("RELATIONSHIP_TABLE"),
            allowed_origins=names("ALLOWED_ORIGINS"),
        )


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """Of the function that tells patients. `sender` is an address of a verified identity of SES."""

    appointment_table: str
    outbox_table: str
    patient_table: str
    audit_table: str
    sender: str
    configuration_set: str
    portal_url: str

    @classmethod
    def from_environment(cls) -> "NotificationSettings":
        """SettingMissingError, naming the variable, where one is not set."""
        return cls(
            appointment_table=required("APPOINTMENT_TABLE"),
            outbox_table=required("OUTBOX_TABLE"),
            patient_table=required("PATIENT_TABLE"),
            audit_table=required("AUDIT_TABLE"),
            sender=required("SENDER"),
            configuration_set=required("CONFIGURATION_SET"),
            portal_url=required("PORTAL_URL"),
        )
