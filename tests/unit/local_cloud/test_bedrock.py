"""Bedrock's OpenAI-compatible API and Titan: signed, judged by IAM, in their own shapes, with faults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from scripts.local_cloud.control import Control
from scripts.local_cloud.fault import Fault
from tests.unit.local_cloud.support import Cloud, allow

MODEL = "openai.gpt-5.6-terra"
OPEN_WEIGHTS = "openai.gpt-oss-120b-1:0"
MODEL_ARN = f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"
TITAN = "amazon.titan-embed-text-v2:0"
NONCE = "0123456789abcdef"
PROMPT = "\n".join(
    [
        f"QUESTION {NONCE}",
        "Which medications should be continued?",
        f"END {NONCE}",
        f"EVIDENCE {NONCE} [1] Discharge summary",
        "Continue lisinopril 10 mg daily. Creatinine was normal.",
        f"END {NONCE}",
    ]
)
CLAIM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text", "chunk_id", "quote"],
    "properties": {name: {"type": "string"} for name in ("text", "chunk_id", "quote")},
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["supported", "claims"],
    "properties": {"supported": {"type": "boolean"}, "claims": {"type": "array", "items": CLAIM}},
}
FORMAT = {"name": "answer", "strict": True, "schema": SCHEMA}
CHAT: dict[str, Any] = {
    "model": MODEL,
    "messages": [{"role": "system", "content": "Answer."}, {"role": "user", "content": PROMPT}],
    "response_format": {"type": "json_schema", "json_schema": FORMAT},
}
RESPONSES = {
    "model": MODEL,
    "input": CHAT["messages"],
    "store": False,
    "text": {"format": {"type": "json_schema", **FORMAT}},
}


def post(
    cloud: Cloud, path: str, body: Mapping[str, Any], session: Mapping[str, str] | None = None
) -> requests.Response:
    """As `healthcare.openai_client` does: signed for bedrock, with no hash of the body among the headers."""
    keys = (
        Credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
        if session
        else Credentials(cloud.state.access_key_id, cloud.state.secret_access_key)
    )
    url, headers = f"{cloud.state.endpoint_url}/openai/v1{path}", {"Content-Type": "application/json"}
    request = AWSRequest("POST", url, headers=headers, data=json.dumps(body).encode())
    SigV4Auth(keys, "bedrock", cloud.state.region).add_auth(request)
    return requests.post(url, data=request.body, headers=dict(request.headers.items()), timeout=30)


def session_of(cloud: Cloud, resource: str) -> Mapping[str, str]:
    return cloud.session(cloud.role([allow("bedrock:InvokeModel", resource)]))


def test_a_chat_completion_answers_in_the_schema(cloud: Cloud) -> None:
    answer = post(cloud, "/chat/completions", CHAT, session_of(cloud, MODEL_ARN))
    assert answer.status_code == 200, answer.text
    (choice,) = answer.json()["choices"]
    assert choice["finish_reason"] == "stop"
    said = json.loads(choice["message"]["content"])
    assert said["supported"] is True
    assert [claim["chunk_id"] for claim in said["claims"]] == ["1"]
    assert "lisinopril 10 mg daily" in said["claims"][0]["quote"]
    usage = answer.json()["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0


@pytest.mark.parametrize("told", [False, True])
def test_open_weights_hear_of_no_schema(cloud: Cloud, told: bool) -> None:
    """Seen against AWS: https://github.com/BerriAI/litellm/pull/40775"""
    form = 'Answer as {"supported": true, "claims": [{"text": "", "chunk_id": "1", "quote": ""}]}'
    messages = [{"role": "system", "content": form if told else "Answer."}, CHAT["messages"][1]]
    answer = post(cloud, "/chat/completions", {**CHAT, "model": OPEN_WEIGHTS, "messages": messages})
    reasoning, _, content = answer.json()["choices"][0]["message"]["content"].partition("</reasoning>")
    assert reasoning.startswith("<reasoning>")
    assert content.startswith("{") is told
    assert "lisinopril 10 mg daily" in content


def test_a_response_says_the_same(cloud: Cloud) -> None:
    answer = post(cloud, "/responses", RESPONSES, session_of(cloud, MODEL_ARN)).json()
    assert (answer["object"], answer["status"], answer["store"]) == ("response", "completed", False)
    (message,) = answer["output"]
    said = json.loads(message["content"][0]["text"])
    chat = post(cloud, "/chat/completions", CHAT).json()["choices"][0]["message"]["content"]
    assert said == json.loads(chat)


def test_too_few_tokens_cut_the_answer_off(cloud: Cloud) -> None:
    chat = post(cloud, "/chat/completions", {**CHAT, "max_completion_tokens": 2}).json()
    assert chat["choices"][0]["finish_reason"] == "length"
    assert len(chat["choices"][0]["message"]["content"]) == 8
    response = post(cloud, "/responses", {**RESPONSES, "max_output_tokens": 2}).json()
    assert response["status"] == "incomplete"
    assert response["incomplete_details"] == {"reason": "max_output_tokens"}


@pytest.mark.parametrize(
    "body",
    [
        {"messages": CHAT["messages"]},
        {**CHAT, "messages": []},
        {**CHAT, "stream": True},
        {**CHAT, "tools": [{"type": "function"}]},
        {**CHAT, "response_format": {"json_schema": {"schema": {"type": "array"}}}},
        {**CHAT, "max_completion_tokens": 0},
    ],
    ids=["no model", "no messages", "stream", "tools", "another schema", "no tokens"],
)
def test_what_it_cannot_do_is_an_error_of_openais(cloud: Cloud, body: dict[str, Any]) -> None:
    answer = post(cloud, "/chat/completions", body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_only_the_model_that_the_role_may_invoke(cloud: Cloud) -> None:
    for resource in (MODEL_ARN.replace("terra", "luna"), "arn:aws:bedrock:eu-west-1::foundation-model/*"):
        answer = post(cloud, "/chat/completions", CHAT, session_of(cloud, resource))
        assert answer.status_code == 403
        assert answer.json()["error"]["type"] == "permission_error"
        assert f"not authorized to perform: bedrock:InvokeModel on resource: {MODEL_ARN}" in answer.text


def test_a_signature_that_does_not_hold(cloud: Cloud) -> None:
    keys = {**session_of(cloud, MODEL_ARN), "SecretAccessKey": "another"}
    answer = post(cloud, "/chat/completions", CHAT, keys)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "InvalidSignatureException")
    url = f"{cloud.state.endpoint_url}/openai/v1/chat/completions"
    assert (
        requests.post(url, json=CHAT, headers={"Authorization": "Bearer key"}, timeout=30).status_code == 403
    )


def test_titan_embeds_in_unit_vectors(cloud: Cloud) -> None:
    allowed = [allow("bedrock:InvokeModel", f"arn:aws:bedrock:us-east-1::foundation-model/{TITAN}")]
    client = cloud.as_role("bedrock-runtime", allowed)

    def embed(**body: Any) -> Any:
        return json.loads(client.invoke_model(modelId=TITAN, body=json.dumps(body))["body"].read())

    found = embed(inputText="Continue lisinopril.", dimensions=256, normalize=True)
    assert len(found["embedding"]) == 256
    assert sum(number**2 for number in found["embedding"]) == pytest.approx(1)
    assert found["inputTextTokenCount"] == 5
    assert len(embed(inputText="Continue lisinopril.")["embedding"]) == 1024
    for wrong in ({"inputText": ""}, {"inputText": "x", "dimensions": 100}, {}):
        with pytest.raises(ClientError, match="ValidationException"):
            embed(**wrong)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.invoke_model(modelId="amazon.titan-embed-text-v1", body="{}")


@pytest.mark.parametrize(
    ("kind", "status", "kind_of_error"),
    [("throttle", 429, "rate_limit_error"), ("error", 500, "server_error")],
)
def test_faults_have_openais_shape(cloud: Cloud, kind: Any, status: int, kind_of_error: str) -> None:
    control = Control(cloud.state)
    control.set_faults([Fault(kind, "bedrock-runtime", "CreateChatCompletion", calls=(1,))])
    try:
        answer = post(cloud, "/chat/completions", CHAT)
        assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind_of_error)
        assert post(cloud, "/chat/completions", CHAT).status_code == 200
    finally:
        control.set_faults([])


def test_garbage_is_no_json(cloud: Cloud) -> None:
    control = Control(cloud.state)
    control.set_faults([Fault("garbage", "bedrock-runtime", probability=1)])
    try:
        answer = post(cloud, "/responses", RESPONSES)
    finally:
        control.set_faults([])
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_macs_are_judged_by_key(cloud: Cloud) -> None:
    """What RAG hashes with: an HMAC key, under the policies of role and key."""
    kms = cloud.client("kms")
    key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    asked = {"KeyId": key["KeyId"], "MacAlgorithm": "HMAC_SHA_256", "Message": b"question"}
    ours = cloud.as_role("kms", [allow("kms:GenerateMac", key["Arn"])])
    assert ours.generate_mac(**asked)["Mac"] == kms.generate_mac(**asked)["Mac"]
    with pytest.raises(ClientError, match="AccessDenied"):
        cloud.as_role("kms", [allow("kms:Decrypt", key["Arn"])]).generate_mac(**asked)
