"""The entry of fhir-api: `fhir_ingest.api_handler.handler`, behind API Gateway's REST proxy. It reads
alone.
"""

from healthcare import aws
from healthcare.answers import Answer
from healthcare.api import Api, Route
from healthcare.audit import AuditTable
from healthcare.logs import function_logger
from healthcare.relationships import Relationships
from healthcare.ssn import SsnCipher

from fhir_ingest import inputs
from fhir_ingest.answers import FHIR
from fhir_ingest.operations import Operations
from fhir_ingest.settings import ApiSettings
from fhir_ingest.store import Resources


def build(settings: ApiSettings) -> Api:
    """The API with its clients. KMS's client is made for the first number to open: most requests need
    none.
    """
    dynamodb = aws.dynamodb()
    operations = Operations(
        resources=Resources(dynamodb, settings.resource_table),
        relationships=Relationships(dynamodb, settings.relationship_table),
        seal=SsnCipher(aws.kms, settings.kms_key_id),
    )
    return Api(
        routes={
            ("GET", "/fhir/{type}/{id}"): Route(
                "read_fhir", inputs.read, operations.read, operations.patient
            ),
            ("GET", "/fhir/{type}/{id}/_history"): Route(
                "list_fhir_history", inputs.history, operations.history, operations.patient
            ),
            ("GET", "/fhir/{type}/{id}/_history/{version}"): Route(
                "read_fhir_version", inputs.version, operations.read, operations.patient
            ),
        },
        audit=AuditTable(dynamodb, settings.audit_table),
        origins=settings.allowed_origins,
        logger=function_logger(),
        dialect=FHIR,
    )


_api = build(ApiSettings.from_environment())


def handler(event: object, context: object) -> Answer:
    """An API Gateway REST proxy event in, a proxy answer out."""
    return _api.handle(event, context)
