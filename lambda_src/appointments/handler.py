"""The entry of the API's function: `appointments.handler.handler`, behind API Gateway's REST proxy."""

from healthcare import aws
from healthcare.answers import Answer
from healthcare.api import Api, Route
from healthcare.audit import AuditTable
from healthcare.logs import function_logger
from healthcare.relationships import Relationships

from appointments import inputs
from appointments.bookings import Bookings
from appointments.operations import Operations
from appointments.patients import Patients
from appointments.requests import Requests
from appointments.schedules import Schedules
from appointments.settings import ApiSettings


def build(settings: ApiSettings) -> Api:
    """The API with its client."""
    dynamodb = aws.dynamodb()
    tables = settings.tables
    audit = AuditTable(dynamodb, settings.audit_table)
    operations = Operations(
        tables=tables,
        bookings=Bookings(dynamodb, tables.appointments),
        schedules=Schedules(dynamodb, tables.schedules),
        requests=Requests(dynamodb, tables.requests),
        patients=Patients(dynamodb, tables.patients),
        relationships=Relationships(dynamodb, settings.relationship_table),
        audit=audit,
    )
    return Api(
        routes={
            ("POST", "/appointments"): Route(
                "book_appointment", inputs.book, operations.book, lambda asked: asked.patient_id
            ),
            ("GET", "/appointments"): Route(
                "list_appointments",
                inputs.list_of_patient,
                operations.list_of_patient,
                lambda asked: asked.patient_id,
            ),
            ("GET", "/appointments/{appointment_id}"): Route(
                "read_appointment", inputs.read, operations.read, operations.patient
            ),
            ("DELETE", "/appointments/{appointment_id}"): Route(
                "cancel_appointment", inputs.cancel, operations.cancel, operations.patient
            ),
        },
        audit=audit,
        origins=settings.allowed_origins,
        logger=function_logger(),
    )


_api = build(ApiSettings.from_environment())


def handler(event: object, context: object) -> Answer:
    """An API Gateway REST proxy event in, a proxy answer out."""
    return _api.handle(event, context)
