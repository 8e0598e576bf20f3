"""The one client: what it sends, as whom, for how long, and what changes none of that."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import httpx2
import pytest
from healthcare import aws as healthcare_aws
from healthcare import openai_client as module
from healthcare.model_problems import ModelProblem
from healthcare.openai_client import EndpointSettingError, ModelEndpoint, asked, openai_client
from healthcare.problems import Problem

from tests.unit.lambda_src.rag_orchestrator.client_calls import CANARY, FINE, endpoint, post
from tests.unit.lambda_src.rag_orchestrator.model_server import (
    ModelServer,
    Said,
    serving,
    signature_holds,
)
from tests.unit.lambda_src.world import hooked

KEY = "sk-" + "k" * 40


@pytest.fixture
def credentials(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the environment: the session that is kept may have those of another test's AWS."""
    session = botocore.session.get_session()
    monkeypatch.setattr(healthcare_aws, "_session", lambda: session)


@pytest.fixture
def secret(aws: None) -> Iterator[str]:
    """A key in Secrets Manager."""
    arn = boto3.client("secretsmanager").create_secret(Name="model-key", SecretString=KEY)["ARN"]
    yield arn
    boto3.client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def test_every_attempt_is_signed_with_the_roles_credentials(
    credentials: None, model: ModelServer, quick: list[float]
) -> None:
    model.says(Said(503), Said(500), FINE)
    post(endpoint(model))
    assert len(model.received) == 3
    assert all(signature_holds(received, "us-east-1", "bedrock") for received in model.received)


def test_a_body_that_was_changed_on_the_way_does_not_hold(credentials: None, model: ModelServer) -> None:
    model.says(FINE)
    post(endpoint(model))
    (received,) = model.received
    changed = type(received)(received.path, received.headers, received.content.replace(b"canary", b"cenary"))
    assert not signature_holds(changed, "us-east-1", "bedrock")


def test_credentials_are_those_of_the_moment(
    environment: None, model: ModelServer, monkeypatch: pytest.MonkeyPatch, quick: list[float]
) -> None:
    from botocore.credentials import ReadOnlyCredentials

    given = iter(
        [
            ReadOnlyCredentials("AKIDONE", "testing", "token-1"),
            ReadOnlyCredentials("AKIDTWO", "testing", None),
        ]
    )
    monkeypatch.setattr(healthcare_aws, "credentials", lambda: next(given))
    model.says(Said(503), FINE)
    post(endpoint(model))
    first, second = model.received
    assert "AKIDONE" in first.headers["authorization"]
    assert first.headers["x-amz-security-token"] == "token-1"
    assert "AKIDTWO" in second.headers["authorization"]
    assert "x-amz-security-token" not in second.headers
    assert all(signature_holds(received, "us-east-1", "bedrock") for received in model.received)


def test_bedrock_is_where_botocore_says_it_is(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(openai_client(ModelEndpoint()).base_url) == (
        "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1/"
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://127.0.0.1:4566")
    healthcare_aws._client.cache_clear()
    healthcare_aws._session.cache_clear()
    try:
        assert str(openai_client(ModelEndpoint()).base_url) == "http://127.0.0.1:4566/openai/v1/"
    finally:
        healthcare_aws._client.cache_clear()
        healthcare_aws._session.cache_clear()


def test_mantle_is_a_service_of_its_own(environment: None) -> None:
    auth = module.SignatureAuth("https://bedrock-mantle.us-east-1.api.aws/v1")
    request = httpx2.Request("POST", "https://bedrock-mantle.us-east-1.api.aws/v1/responses", content=b"{}")
    signed = next(auth.auth_flow(request))
    assert "/us-east-1/bedrock-mantle/aws4_request" in signed.headers["authorization"]


def test_a_key_is_read_once_for_many_questions(secret: str, model: ModelServer) -> None:
    where = endpoint(model, authentication="secret", secret_arn=secret)
    client = openai_client(where)
    reads: list[str] = []

    def read(**_: Any) -> None:
        reads.append("read")

    model.says(FINE)
    with hooked(healthcare_aws.secretsmanager(), "before-call.secrets-manager.GetSecretValue", read):
        for _ in range(3):
            client.post("/chat/completions", cast_to=object, body={})
    assert reads == ["read"]
    assert {received.headers["authorization"] for received in model.received} == {f"Bearer {KEY}"}


def test_a_key_that_is_old_is_read_again(
    secret: str, model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = openai_client(endpoint(model, authentication="secret", secret_arn=secret))
    model.says(FINE)
    client.post("/chat/completions", cast_to=object, body={})
    boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString='{"api_key": "sk-new"}')
    client.post("/chat/completions", cast_to=object, body={})
    now = time.time()
    monkeypatch.setattr("healthcare.openai_client.time.time", lambda: now + module.KEY_AGE_SECONDS + 1)
    client.post("/chat/completions", cast_to=object, body={})
    keys = [received.headers["authorization"] for received in model.received]
    assert keys == [f"Bearer {KEY}", f"Bearer {KEY}", "Bearer sk-new"]


def test_a_key_that_is_refused_is_read_again_once(secret: str, model: ModelServer) -> None:
    where = endpoint(model, authentication="secret", secret_arn=secret)
    client = openai_client(where)
    model.says(FINE)
    client.post("/chat/completions", cast_to=object, body={})
    boto3.client("secretsmanager").put_secret_value(SecretId=secret, SecretString="sk-new")
    model.says(Said(401), FINE)
    client.post("/chat/completions", cast_to=object, body={})
    assert model.received[-1].headers["authorization"] == "Bearer sk-new"
    model.says(Said(401))
    before = len(model.received)
    with pytest.raises(ModelProblem) as caught:
        asked(where, lambda timeout: client.post("/chat/completions", cast_to=object, body={}))
    assert caught.value.kind == "configuration"
    assert len(model.received) - before == 2


@pytest.mark.parametrize("value", ["", "  ", "{", '{"key": "x"}', '{"api_key": 1}', "sk-\n-x", "schlüssel"])
def test_a_secret_that_is_no_key_is_a_fault_of_ours(aws: None, model: ModelServer, value: str) -> None:
    arn = boto3.client("secretsmanager").create_secret(Name=f"odd-{len(value)}", SecretString=value or " ")[
        "ARN"
    ]
    with pytest.raises(Problem) as caught:
        post(endpoint(model, authentication="secret", secret_arn=arn))
    assert (caught.value.status, caught.value.aws_error) == (500, "SecretWithoutKey")
    assert model.received == []


def test_a_secret_that_is_not_there_is_503(aws: None, model: ModelServer) -> None:
    with pytest.raises(Problem) as caught:
        post(
            endpoint(
                model, authentication="secret", secret_arn="arn:aws:secretsmanager:us-east-1:1:secret:no"
            )
        )
    assert caught.value.status == 503
    assert model.received == []


def test_only_listed_headers_are_sent(environment: None, model: ModelServer) -> None:
    model.says(FINE)
    post(endpoint(model))
    (received,) = model.received
    assert set(received.headers) == {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "x-amz-date",
    }
    assert received.headers["user-agent"].startswith("OpenAI/Python ")


def test_the_environment_changes_neither_where_nor_what_nor_as_whom(
    credentials: None, model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as elsewhere:
        for name, value in {
            "OPENAI_API_KEY": CANARY,
            "OPENAI_ADMIN_KEY": CANARY,
            "OPENAI_BASE_URL": elsewhere.url,
            "OPENAI_ORG_ID": CANARY,
            "OPENAI_PROJECT_ID": CANARY,
            "OPENAI_CUSTOM_HEADERS": f"X-Custom: {CANARY}\nAuthorization: {CANARY}",
            "AWS_BEARER_TOKEN_BEDROCK": CANARY,
            "HTTP_PROXY": elsewhere.url,
            "http_proxy": elsewhere.url,
            "ALL_PROXY": elsewhere.url,
            "SSL_CERT_FILE": "/nonexistent",
        }.items():
            monkeypatch.setenv(name, value)
        model.says(FINE)
        post(endpoint(model))
        assert elsewhere.received == []
    (received,) = model.received
    assert CANARY not in json.dumps(dict(received.headers))
    assert signature_holds(received, "us-east-1", "bedrock")


def test_the_sdk_logs_nothing_whatever_it_is_told(tmp_path: Path, model: ModelServer) -> None:
    """In a process of its own: OPENAI_LOG is read when the SDK is imported."""
    model.says(Said(503, b'{"error": {"message": "' + CANARY.encode() + b'"}}'), FINE)
    script = tmp_path / "ask.py"
    script.write_text(
        f"""
import logging, sys
logging.basicConfig(level=logging.DEBUG)  # as Lambda has a handler of its own
sys.path.insert(0, {str(Path(module.__file__).parents[1])!r})
from healthcare.logs import function_logger
from healthcare.openai_client import ModelEndpoint, asked, openai_client
function_logger()
endpoint = ModelEndpoint(base_url={model.url + "/v1"!r}, timeout_seconds=5)
client = openai_client(endpoint)
body = {{"messages": [{{"role": "user", "content": {CANARY!r}}}]}}
asked(endpoint, lambda timeout: client.post("/chat/completions", cast_to=object, body=body))
"""
    )
    variables = {
        "OPENAI_LOG": "debug",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "LOG_LEVEL": "DEBUG",
    }
    done = subprocess.run(
        [sys.executable, str(script)], env=variables, capture_output=True, text=True, check=True
    )
    assert len(model.received) == 2
    assert done.stdout + done.stderr == ""


def test_redirects_are_not_followed(environment: None, model: ModelServer) -> None:
    with serving() as elsewhere:
        model.says(Said(307, headers={"Location": f"{elsewhere.url}/v1/chat/completions"}))
        with pytest.raises(ModelProblem) as caught:
            post(endpoint(model))
        assert elsewhere.received == []
    assert caught.value.status == 500


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "[]",
        "{",
        '{"url": "https://a.example"}',
        '{"base_url": "http://a.example/v1"}',
        '{"base_url": "ftp://a.example/v1"}',
        '{"base_url": "https://user:pw@a.example/v1"}',
        '{"base_url": "https://a.example/v1?key=1"}',
        '{"base_url": "https:///v1"}',
        '{"authentication": "none"}',
        '{"authentication": "secret", "base_url": "https://a.example/v1"}',
        '{"authentication": "secret", "secret_arn": "arn:x"}',
        '{"secret_arn": "arn:x"}',
        '{"timeout_seconds": 0}',
        '{"timeout_seconds": 29}',
        '{"timeout_seconds": "20"}',
        '{"maximum_retries": 6}',
        '{"maximum_retries": -1}',
    ],
)
def test_endpoints_that_cannot_be_used(setting: str) -> None:
    with pytest.raises(EndpointSettingError) as caught:
        ModelEndpoint.from_json(setting)
    assert "a.example" not in str(caught.value)
    assert "arn:x" not in str(caught.value)


def test_endpoints_of_every_kind() -> None:
    assert ModelEndpoint.from_json("{}").authentication == "sigv4"
    url = "https://x.openai.azure.com/openai/v1"
    azure = json.dumps({"base_url": url, "authentication": "secret", "secret_arn": "arn:x"})
    assert ModelEndpoint.from_json(azure).base_url == url


def test_certificates_are_verified(environment: None) -> None:
    client = openai_client(ModelEndpoint(base_url="https://a.example/v1"))
    context = client._client._transport._inner._pool._ssl_context  # type: ignore[attr-defined]
    assert context.verify_mode.name == "CERT_REQUIRED"
    assert context.check_hostname is True
    assert logging.getLogger("openai").level == logging.NOTSET
