"""The function's entry: `patient_api.handler.handler`, behind API Gateway's REST proxy."""

from healthcare import aws
from healthcare.answers import Answer
from healthcare.api import Api, Route
from healthcare.audit import AuditTable
from healthcare.logs import function_logger
from healthcare.relationships import Relationships
from healthcare.ssn import SsnCipher

from patient_api import inputs
from patient_api.disclosures import DisclosureList
from patient_api.operations import Operations
from patient_api.records import Records
from patient_api.settings import Settings


def build(settings: Settings) -> Api:
    """The API with its clients. KMS's client is made for the first SSN: most requests need none."""
    dynamodb = aws.dynamodb()
    audit = AuditTable(dynamodb, settings.audit_table)
    operations = Operations(
        records=Records(dynamodb, settings.patient_table, audit),
        relationships=Relationships(dynamodb, settings.relationship_table),
        ssn=SsnCipher(aws.kms, settings.kms_key_id),
        disclosures=DisclosureList(dynamodb, settings.audit_table),
    )
    return Api(
        routes={
            ("GET", "/patients/{patient_id}"): Route("read_patient", inputs.read, operations.read),
            ("PUT", "/patients/{patient_id}"): Route("update_patient", inputs.update, operations.update),
            ("GET", "/patients/{patient_id}/disclosures"): Route(
                "list_disclosures", inputs.disclosures, operations.list_disclosures
            ),
        },
        audit=audit,
        origins=settings.allowed_origins,
        logger=function_logger(),
    )


_api = build(Settings.from_environment())


def handler(event: object, context: object) -> Answer:
    """An API Gateway REST proxy event in, a proxy answer out."""
    return _api.handle(event, context)
