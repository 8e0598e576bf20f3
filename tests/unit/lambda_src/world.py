"""The world of one test: an in-process AWS with the function in it. Everyone in it is invented."""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from healthcare.attributes import from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PROVIDER = "11111111-1111-4111-8111-111111111111"
STRANGER = "22222222-2222-4222-8222-222222222222"
PATIENT = "33333333-3333-4333-8333-333333333333"
ADMIN = "44444444-4444-4444-8444-444444444444"
AUDITOR = "55555555-5555-4555-8555-555555555555"
REQUEST_ID = "99999999-9999-4999-8999-999999999999"

JANE = "patient-0001"
NOBODY = "patient-9999"
SSN = "987-65-4321"
DEMOGRAPHICS: dict[str, Any] = {
    "family_name": "Doe",
    "given_name": "Jane",
    "birth_date": "1970-01-31",
    "address": {"line": "1 Example Street", "city": "Springfield", "postal_code": "62701", "country": "US"},
}
CLINICAL: dict[str, Any] = {
    "allergies": ["penicillin"],
    "conditions": [],
    "medications": ["lisinopril 10 mg"],
}
REASON = "Unconscious in the emergency room"

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
PATIENT_PATH = "/patients/{patient_id}"
DISCLOSURES_PATH = "/patients/{patient_id}/disclosures"


def create_table(dynamodb: DynamoDBClient, name: str, keys: Sequence[str]) -> None:
    """A table with the partition key and, where there is one, the sort key of these names: texts both."""
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": key, "KeyType": "RANGE" if number else "HASH"}
            for number, key in enumerate(keys)
        ],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )


@dataclass
class Context:
    """What awslambdaric passes, as far as the function looks at it."""

    aws_request_id: str = "88888888-8888-4888-8888-888888888888"


class Stdout:
    """Whatever sys.stdout is at the moment: pytest changes it between a fixture and its test."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@dataclass
class Response:
    """An answer, taken apart."""

    status: int
    headers: dict[str, str]
    body: Any


def event(
    method: str = "GET",
    resource: str = PATIENT_PATH,
    patient_id: object = JANE,
    *,
    sub: object = PROVIDER,
    groups: object = "Provider",
    query: Mapping[str, object] | None = None,
    headers: Mapping[str, object] | None = None,
    body: object = None,
    encoded: bool = False,
) -> dict[str, Any]:
    """An API Gateway REST proxy event. sub=None is one without an authorizer."""
    context: dict[str, Any] = {"requestId": REQUEST_ID, "identity": {"sourceIp": "203.0.113.7"}}
    if sub is not None:
        context["authorizer"] = {"claims": {"sub": sub, "cognito:groups": groups, "token_use": "id"}}
    headers = {"Content-Type": "application/json", **(headers or {})}
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return {
        "resource": resource,
        "path": resource.replace("{patient_id}", str(patient_id)),
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()}
        if query
        else None,
        "pathParameters": {"patient_id": patient_id},
        "stageVariables": None,
        "requestContext": context,
        "body": base64.b64encode(text.encode()).decode() if encoded and text is not None else text,
        "isBase64Encoded": encoded,
    }


def update(version: int = 1, **parts: Any) -> dict[str, Any]:
    """A body of PUT."""
    return {"version": version, "demographics": DEMOGRAPHICS, **parts}


@dataclass
class World:
    """The function, the tables behind it, and all that it has written to stdout and stderr."""

    api: Any
    document: dict[str, Any]
    capture: pytest.CaptureFixture[str]
    dynamodb: DynamoDBClient
    written: str = ""

    def call(self, request: object, context: object = None) -> Response:
        """The function's answer, which must be a proxy answer that openapi.yaml describes."""
        answer = self.api.handle(request, context or Context())
        assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}
        assert SECURITY_HEADERS.items() <= answer["headers"].items()
        response = Response(answer["statusCode"], answer["headers"], json.loads(answer["body"]))
        self._conforms(request, response)
        return response

    def get(self, patient_id: str = JANE, **arguments: Any) -> Response:
        return self.call(event("GET", PATIENT_PATH, patient_id, **arguments))

    def put(self, body: object, patient_id: str = JANE, **arguments: Any) -> Response:
        return self.call(event("PUT", PATIENT_PATH, patient_id, body=body, **arguments))

    def disclosures(self, patient_id: str = JANE, **arguments: Any) -> Response:
        return self.call(event("GET", DISCLOSURES_PATH, patient_id, **arguments))

    def output(self) -> str:
        """Everything on stdout and stderr so far."""
        captured = self.capture.readouterr()
        self.written += captured.out + captured.err
        return self.written

    def forget(self) -> None:
        """Start with an empty log and an empty audit table."""
        self.output()
        self.written = ""
        for row in self.dynamodb.scan(TableName="healthcare-audit")["Items"]:
            key = {name: row[name] for name in ("patient_id", "event_id")}
            self.dynamodb.delete_item(TableName="healthcare-audit", Key=key)

    def lines(self) -> list[dict[str, Any]]:
        """The lines of stdout and stderr: log lines and metrics, all of them JSON."""
        return [json.loads(line) for line in self.output().splitlines()]

    def metrics(self) -> list[str]:
        """The names of the security signals raised, with the namespace and dimension of the alarms."""
        names = []
        for line in self.lines():
            for metric in line.get("_aws", {}).get("CloudWatchMetrics", []):
                assert metric["Namespace"] == "Healthcare/Security"
                assert metric["Dimensions"] == [["service"]]
                assert line["service"] == "patient_api"
                names += [entry["Name"] for entry in metric["Metrics"]]
        return names

    def rows(self, patient_id: str = JANE) -> list[dict[str, Any]]:
        """The audit rows about a patient, oldest first."""
        items = self.dynamodb.query(
            TableName="healthcare-audit",
            KeyConditionExpression="patient_id = :p",
            ExpressionAttributeValues={":p": {"S": patient_id}},
        )["Items"]
        return [from_item(item) for item in items]

    def outcomes(self, patient_id: str = JANE) -> list[str]:
        return [row["outcome"] for row in self.rows(patient_id)]

    def record(self, patient_id: str = JANE) -> dict[str, Any] | None:
        item = self.dynamodb.get_item(
            TableName="healthcare-patients", Key={"patient_id": {"S": patient_id}}
        ).get("Item")
        return None if item is None else from_item(item)

    def save(self, record: Mapping[str, object]) -> None:
        self.dynamodb.put_item(TableName="healthcare-patients", Item=to_item(record))

    def relate(
        self, sub: str, relationship: str, patient_id: str = JANE, *, seconds: int | None = 3600
    ) -> None:
        row: dict[str, object] = {"principal": sub, "patient_id": patient_id, "relationship": relationship}
        if seconds is not None:
            row["expires_at"] = int(time.time()) + seconds
        self.dynamodb.put_item(TableName="healthcare-relationships", Item=to_item(row))

    @contextmanager
    def fails(
        self,
        operation: str,
        code: str,
        table: str | None = None,
        *,
        after: int = 0,
        reasons: list[dict[str, str]] | None = None,
    ) -> Iterator[None]:
        """AWS answers `operation` (on `table`) with error `code`, once `after` calls have gone through."""
        client = self._client_of(operation)
        seen = 0

        def fail(params: Mapping[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
            nonlocal seen
            if table is not None and table.encode() not in params["body"]:
                return None
            seen += 1
            if seen <= after:
                return None
            error: dict[str, Any] = {
                "Error": {"Code": code, "Message": "canary-message Jane Doe 987-65-4321"}
            }
            if reasons is not None:
                error["CancellationReasons"] = reasons
            return AWSResponse("https://aws.invalid", 400, HTTPHeaders(), None), error

        with hooked(client, f"before-call.*.{operation}", fail):
            yield

    @contextmanager
    def before(self, operation: str, act: Callable[[], None]) -> Iterator[None]:
        """`act` happens right before the function's first call of `operation`."""
        done = False

        def once(**_: Any) -> None:
            nonlocal done
            if not done:
                done = True
                act()

        with hooked(self._client_of(operation), f"before-call.*.{operation}", once):
            yield

    def _client_of(self, operation: str) -> Any:
        from healthcare import aws

        return aws.kms() if operation in ("Encrypt", "Decrypt") else aws.dynamodb()

    def _conforms(self, request: object, response: Response) -> None:
        """The answer is one that openapi.yaml describes for the operation."""
        if not (isinstance(request, dict) and request.get("resource") in self.document["paths"]):
            return
        operation = self.document["paths"][request["resource"]].get(str(request.get("httpMethod")).lower())
        if operation is None:
            return
        described = operation["responses"][str(response.status)]
        ((media_type, content),) = described["content"].items()
        assert response.headers["Content-Type"] == media_type
        for name, header in described["headers"].items():
            assert name in response.headers or not header["required"]
        schema = {**content["schema"], "components": self.document["components"]}
        jsonschema.Draft4Validator(schema).validate(response.body)
        if response.status >= 400:
            assert response.body["status"] == response.status
            assert response.body["title"] == HTTPStatus(response.status).phrase
            assert response.body["request_id"] == REQUEST_ID


@contextmanager
def hooked(client: Any, name: str, handler: Callable[..., Any]) -> Iterator[None]:
    """A botocore event handler for the duration of a block."""
    client.meta.events.register_first(name, handler)
    try:
        yield
    finally:
        client.meta.events.unregister(name, handler)
