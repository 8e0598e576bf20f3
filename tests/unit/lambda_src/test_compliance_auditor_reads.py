"""What the auditor may read is what the readers declare; what functions keep in variables goes no further."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from compliance_auditor.settings import Settings
from hipaa_policies.readers.live import policy_document

MODULE = Path(__file__).resolve().parents[3] / "modules" / "compliance_auditor"
CANARY = "Zebulon7Quist9canary3value5Xy2"


def test_the_policy_in_terraform_is_the_generated_one() -> None:
    written = json.loads((MODULE / "read_only_policy.json").read_text(encoding="utf-8"))
    assert written == json.loads(policy_document()), "stale: `make docs` writes read_only_policy.json anew"


@pytest.fixture
def gaps_answer_as_aws_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """What moto lacks raises within this process; over HTTP it would be an answer."""
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def answer(client: Any, operation: str, parameters: Any) -> Any:
        try:
            return call(client, operation, parameters)
        except NotImplementedError:
            raise ClientError({"Error": {"Code": "NotImplemented", "Message": ""}}, operation) from None

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)


@pytest.mark.usefixtures("gaps_answer_as_aws_would")
def test_no_report_log_or_metric_holds_a_value_of_an_audited_function(
    aws: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Names of suspicious variables are evidence, their values are not. Through the handler's own build."""
    bucket = "healthcare-evidence-123456789012"
    s3, iam, lambda_ = boto3.client("s3"), boto3.client("iam"), boto3.client("lambda")
    s3.create_bucket(Bucket=bucket)
    trust = '{"Version": "2012-10-17", "Statement": []}'
    role = iam.create_role(RoleName="audited", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "")
    lambda_.create_function(
        FunctionName="audited",
        Role=role,
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"DB_PASSWORD": CANARY, "PLAIN": CANARY}},
    )
    monkeypatch.setenv("EVIDENCE_BUCKET", bucket)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Healthcare/Compliance")
    from compliance_auditor.handler import build

    auditor = build(Settings.from_environment())
    auditor.run({"id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "time": "2026-11-22T05:00:00Z"})
    reports = [
        s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().decode()
        for item in s3.list_objects_v2(Bucket=bucket)["Contents"]
    ]
    assert len(reports) == 2
    assert all("DB_PASSWORD" in report for report in reports)
    said = capfd.readouterr()
    assert CANARY not in "".join([*reports, said.out, said.err])
