"""The world of one FHIR test. Everyone in it is invented."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import boto3
import jsonschema
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from fhir_ingest import fhir_json
from fhir_ingest.validation import validate
from healthcare.attributes import from_item, to_item

from tests.unit.lambda_src.world import JANE, PROVIDER, REQUEST_ID, Context, Response, hooked

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BUCKET = "healthcare-123456789012-fhir-messages"
MRN = "https://hospital.example/mrn"
SSN_SYSTEM = "http://hl7.org/fhir/sid/us-ssn"


@cache
def client(service: Literal["dynamodb", "events", "kms", "s3", "sqs"]) -> Any:
    """The tests' own client, kept: making one takes longer than a test."""
    return boto3.client(service)


def patient(mrn: str = JANE, **members: Any) -> dict[str, Any]:
    """A Patient with the master identifier."""
    return {
        "resourceType": "Patient",
        "identifier": [{"system": MRN, "value": mrn}],
        "name": [{"family": "Doe", "given": ["Jane"]}],
        **members,
    }


def observation(subject: object = None, **members: Any) -> dict[str, Any]:
    """An Observation of Jane, by her identifier unless `subject` says otherwise."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": subject or {"identifier": {"system": MRN, "value": JANE}},
        **members,
    }


def entry(method: str, url: str, resource: object = None, **members: Any) -> dict[str, Any]:
    """An entry; full_url, and members of the request, as keywords."""
    full_url = members.pop("full_url", None)
    found: dict[str, Any] = {"request": {"method": method, "url": url, **members}}
    if resource is not None:
        found["resource"] = resource
    if full_url is not None:
        found["fullUrl"] = full_url
    return found


def bundle(*entries: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def record(body: object, message_id: str | None = None, receives: int = 1) -> dict[str, Any]:
    """An SQS record as Lambda gets it."""
    return {
        "messageId": message_id or str(uuid.uuid4()),
        "receiptHandle": "handle",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"SentTimestamp": "1767225600000", "ApproximateReceiveCount": str(receives)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:healthcare-fhir",
    }


@dataclass
class FhirWorld:
    """Both functions, and what they have stored, said and answered: as openapi.yaml and FHIR describe it."""

    ingest: Any
    api: Any
    capture: pytest.CaptureFixture[str]
    dynamodb: DynamoDBClient
    heard_url: str
    document: dict[str, Any]
    written: str = ""

    def send(self, *bodies: object, message_id: str | None = None, receives: int = 1) -> list[str]:
        """Deliver messages in one batch, and return the ids of those that come again."""
        return self.deliver(*(record(body, message_id, receives) for body in bodies))

    def deliver(self, *records: dict[str, Any]) -> list[str]:
        from healthcare.queues import each_message

        answer = each_message({"Records": list(records)}, Context(), self.ingest.process, self.ingest.logger)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def get(
        self,
        path: str,
        *,
        sub: str | None = PROVIDER,
        groups: str = "Provider",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """GET /fhir/<path>."""
        parts = path.split("/")
        names = dict(zip(("type", "id"), parts[:2], strict=True))
        resource = "/fhir/{type}/{id}" + ("/_history" if len(parts) > 2 else "")
        if len(parts) > 3:
            resource, names["version"] = resource + "/{version}", parts[3]
        context: dict[str, Any] = {"requestId": REQUEST_ID, "identity": {"sourceIp": "203.0.113.7"}}
        if sub is not None:
            context["authorizer"] = {"claims": {"sub": sub, "cognito:groups": groups, "token_use": "id"}}
        answer = self.api.handle(
            {
                "resource": resource,
                "httpMethod": "GET",
                "headers": dict(headers or {}),
                "queryStringParameters": dict(query or {}) or None,
                "pathParameters": names,
                "requestContext": context,
                "body": None,
                "isBase64Encoded": False,
            },
            Context(),
        )
        assert answer["headers"]["Content-Type"] == "application/fhir+json"
        assert answer["headers"]["Cache-Control"] == "no-store"
        response = Response(answer["statusCode"], answer["headers"], json.loads(answer["body"]))
        described = self.document["paths"][resource]["get"]["responses"][str(response.status)]
        schema = described["content"]["application/fhir+json"]["schema"]
        jsonschema.Draft4Validator({**schema, "components": self.document["components"]}).validate(
            response.body
        )
        missing = [name for name, header in described["headers"].items() if header["required"]]
        assert set(missing) <= set(response.headers)
        assert validate(fhir_json.loads(answer["body"])) == []
        return response

    def relate(self, sub: str, relationship: str, mrn: str = JANE, *, seconds: int | None = 3600) -> None:
        row: dict[str, object] = {"principal": sub, "patient_id": mrn, "relationship": relationship}
        if seconds is not None:
            row["expires_at"] = int(time.time()) + seconds
        self.dynamodb.put_item(TableName="healthcare-relationships", Item=to_item(row))

    def forget(self) -> None:
        """Start with an empty log and an empty audit table."""
        self.output()
        self.written = ""
        for row in self.audit_rows():
            key = to_item({name: row[name] for name in ("patient_id", "event_id")})
            self.dynamodb.delete_item(TableName="healthcare-audit", Key=key)

    def audit_rows(self) -> list[dict[str, Any]]:
        return [from_item(item) for item in self.dynamodb.scan(TableName="healthcare-audit")["Items"]]

    def rows(self) -> list[dict[str, Any]]:
        """The version rows."""
        items = self.dynamodb.scan(TableName="healthcare-fhir-resources")["Items"]
        return [from_item(item) for item in items if item["version"]["S"] != "current"]

    def stored(self, kind: str) -> list[str]:
        """The addresses of the resources of a type, with their versions."""
        return sorted(
            f"{row['resource']}#{int(row['version'][1:])}"
            for row in self.rows()
            if row["resource"].startswith(f"{kind}/")
        )

    def id_of(self, kind: str) -> str:
        (address,) = {found.partition("#")[0] for found in self.stored(kind)}
        return address

    def outcomes(self, mrn: str = JANE) -> list[str]:
        items = self.dynamodb.query(
            TableName="healthcare-audit",
            KeyConditionExpression="patient_id = :p",
            ExpressionAttributeValues={":p": {"S": mrn}},
        )["Items"]
        return [from_item(item)["outcome"] for item in items]

    def objects(self, prefix: str) -> dict[str, bytes]:
        s3 = client("s3")
        listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        keys = [found["Key"] for found in listed]
        return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}

    def refusals(self) -> list[str]:
        """ "place rule" of every issue in quarantine."""
        issues = [
            issue
            for content in self.objects("quarantine/").values()
            for issue in json.loads(content)["outcome"]["issue"]
        ]
        return sorted(f"{issue.get('expression', [''])[0]} {issue['details']['text']}" for issue in issues)

    def heard(self) -> list[dict[str, Any]]:
        """The details of the events on the bus since the last call."""
        queue = client("sqs")
        found: list[dict[str, Any]] = []
        while messages := queue.receive_message(QueueUrl=self.heard_url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                found.append(json.loads(message["Body"])["detail"])
                queue.delete_message(QueueUrl=self.heard_url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def output(self) -> str:
        """Everything on stdout and stderr so far."""
        captured = self.capture.readouterr()
        self.written += captured.out + captured.err
        return self.written

    def metrics(self) -> list[str]:
        lines = [json.loads(line) for line in self.output().splitlines()]
        return [
            metric["Name"]
            for line in lines
            for found in line.get("_aws", {}).get("CloudWatchMetrics", [])
            for metric in found["Metrics"]
        ]

    @contextmanager
    def fails(self, service: str, operation: str, code: str, *, after: int = 0) -> Iterator[None]:
        """AWS answers `operation` with error `code`, once `after` calls have gone through."""
        from healthcare import aws

        seen = 0

        def fail(**_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
            nonlocal seen
            seen += 1
            if seen <= after:
                return None
            error = {"Error": {"Code": code, "Message": "canary-message Jane Doe"}}
            return AWSResponse("https://aws.invalid", 400, HTTPHeaders(), None), error

        with hooked(getattr(aws, service)(), f"before-call.*.{operation}", fail):
            yield
