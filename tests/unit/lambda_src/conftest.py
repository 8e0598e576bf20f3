"""patient_api on an in-process AWS: tables, the PHI key, people, and what everything writes to the log."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import boto3
import pytest
import yaml
from moto import mock_aws

from tests.unit.lambda_src.world import (
    ADMIN,
    CLINICAL,
    PATIENT,
    PROVIDER,
    SSN,
    Stdout,
    World,
    create_table,
    update,
)

TABLES = {
    "healthcare-patients": ["patient_id"],
    "healthcare-audit": ["patient_id", "event_id"],
    "healthcare-relationships": ["principal", "patient_id"],
}
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "healthcare-patient-api",
    "PATIENT_TABLE": "healthcare-patients",
    "AUDIT_TABLE": "healthcare-audit",
    "RELATIONSHIP_TABLE": "healthcare-relationships",
    "KMS_KEY_ID": "set-by-the-world-fixture",
    "ALLOWED_ORIGINS": "https://portal.example.org, https://staff.example.org",
    "POWERTOOLS_SERVICE_NAME": "patient_api",
    "POWERTOOLS_METRICS_NAMESPACE": "Healthcare/Security",
    "LOG_LEVEL": "INFO",
}
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def packaged_document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that stands for /var/task: openapi.yaml as openapi.json, as the packager writes it."""
    folder = tmp_path_factory.mktemp("task-root")
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    (folder / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, packaged_document: Path) -> None:
    """The environment that Terraform gives the function, and nothing of AWS from the machine."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "POWERTOOLS_"))]:
        monkeypatch.delenv(name)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(packaged_document))


@pytest.fixture
def aws(environment: None) -> Iterator[None]:
    """An empty AWS in this process. Clients are kept: making one takes longer than a test."""
    with mock_aws():
        yield


@cache
def client(service: Literal["dynamodb", "kms"]) -> Any:
    """The tests' own client, apart from the function's."""
    return boto3.client(service)


@pytest.fixture
def world(aws: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> World:
    """Tables, the key, Jane's record, a provider who treats her, and Jane's own sub."""
    for table, keys in TABLES.items():
        create_table(client("dynamodb"), table, keys)
    monkeypatch.setenv("KMS_KEY_ID", client("kms").create_key()["KeyMetadata"]["Arn"])
    from patient_api.handler import build
    from patient_api.settings import Settings

    api = build(Settings.from_environment())
    # Powertools keeps the stdout of the first test, which pytest has closed.
    for handler in api.logger.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.stream = Stdout()
    document = json.loads((Path(os.environ["LAMBDA_TASK_ROOT"]) / "openapi.json").read_text(encoding="utf-8"))
    made = World(api, document, capfd, client("dynamodb"))
    made.relate(PROVIDER, "treatment")
    made.relate(PATIENT, "self", seconds=None)
    groups = "Admin,SsnAccess"
    assert made.put(update(0, ssn=SSN), sub=ADMIN, groups=groups).status == 201
    assert made.put(update(1, clinical=CLINICAL)).status == 200
    made.forget()
    return made
