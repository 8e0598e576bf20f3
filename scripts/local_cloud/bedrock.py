"""Bedrock's runtime: the OpenAI-compatible API and Titan's embeddings, answered by ``model``.

Shapes: https://platform.openai.com/docs/api-reference/chat, .../responses and
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html.
What stands behind them is no language model: see ``model/answers.py``.
"""

from __future__ import annotations

import json
import math
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from werkzeug.wrappers import Response

from scripts.local_cloud.model.answers import answer
from scripts.local_cloud.model.embeddings import embed
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

TITAN = "amazon.titan-embed-text-v2:0"
TITAN_DIMENSIONS = (256, 512, 1024)
TITAN_CHARACTERS = 50_000
CHARACTERS_A_TOKEN = 4  # OpenAI's rule of thumb for English
UNSUPPORTED = "I cannot answer this from what I was given."
# What the model here cannot do, and would have to pretend.
NOT_DONE = ("functions", "stream", "tools")
# Models that Bedrock's Chat Completions tell of no schema; and it puts their reasoning before the content.
# https://github.com/BerriAI/litellm/pull/40775, https://github.com/promptfoo/promptfoo/pull/9587
WITHOUT_SCHEMA = "openai.gpt-oss-"
REASONING = "<reasoning>The evidence has to say it.</reasoning>"
# By the instructions alone such a model answers in JSON: if they name what the schema does.
FORM = ('"supported"', '"claims"', '"text"', '"chunk_id"', '"quote"')


def operations() -> Mapping[tuple[str, str], Callable[[AwsRequest], Response]]:
    return {
        ("bedrock-runtime", "CreateChatCompletion"): create_chat_completion,
        ("bedrock-runtime", "CreateResponse"): create_response,
        ("bedrock-runtime", "InvokeModel"): invoke_model,
    }


class Spoken(NamedTuple):
    """What the model said, cut off where it was allowed no more tokens."""

    text: str
    cut_off: bool
    input_tokens: int
    output_tokens: int


def create_chat_completion(call: AwsRequest) -> Response:
    given = read_json(call)
    wanted = mapping(given.get("response_format"), "response_format")
    limit = given.get("max_completion_tokens", given.get("max_tokens"))
    if given["model"].startswith(WITHOUT_SCHEMA):
        spoken = speak_freely(given.get("messages"), limit)
    else:
        spoken = speak(given.get("messages"), wanted.get("json_schema", wanted), limit)
    message = {"role": "assistant", "content": spoken.text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None}
    return reply(
        {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": given["model"],
            "choices": [{**choice, "finish_reason": "length" if spoken.cut_off else "stop"}],
            "usage": {
                "prompt_tokens": spoken.input_tokens,
                "completion_tokens": spoken.output_tokens,
                "total_tokens": spoken.input_tokens + spoken.output_tokens,
            },
        }
    )


def create_response(call: AwsRequest) -> Response:
    given = read_json(call)
    asked = given.get("input")
    messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
    wanted = mapping(mapping(given.get("text"), "text").get("format"), "text.format")
    spoken = speak(messages, wanted, given.get("max_output_tokens"))
    state = "incomplete" if spoken.cut_off else "completed"
    part = {"type": "output_text", "text": spoken.text, "annotations": []}
    message = {"type": "message", "id": f"msg_{uuid.uuid4().hex}", "role": "assistant"}
    return reply(
        {
            "id": f"resp_{uuid.uuid4().hex}",
            "object": "response",
            "created_at": int(time.time()),
            "status": state,
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"} if spoken.cut_off else None,
            "model": given["model"],
            "output": [{**message, "status": state, "content": [part]}],
            "parallel_tool_calls": False,
            "store": given.get("store", True),
            "tool_choice": "none",
            "tools": [],
            "usage": {
                "input_tokens": spoken.input_tokens,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": spoken.output_tokens,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": spoken.input_tokens + spoken.output_tokens,
            },
        }
    )


def invoke_model(call: AwsRequest) -> Response:
    """Only Titan's embeddings: other models are asked through the OpenAI-compatible API."""
    if call.parameters.get("modelId") != TITAN:
        raise invalid(f"the local cloud invokes {TITAN} alone")
    given = read_json(call)
    text, dimensions = given.get("inputText"), given.get("dimensions", TITAN_DIMENSIONS[-1])
    if not isinstance(text, str) or not 1 <= len(text) <= TITAN_CHARACTERS:
        raise invalid(f"inputText must be text of 1 to {TITAN_CHARACTERS} characters")
    if dimensions not in TITAN_DIMENSIONS:
        raise invalid(f"dimensions must be one of {TITAN_DIMENSIONS}")
    embedding = embed(text, dimensions)
    tokens = tokens_of(text)
    body = {"embedding": embedding, "embeddingsByType": {"float": embedding}, "inputTextTokenCount": tokens}
    response = reply(body)
    response.headers["X-Amzn-Bedrock-Input-Token-Count"] = str(tokens)
    return response


def speak(messages: Any, wanted: Mapping[str, Any], limit: Any) -> Spoken:
    """Answer ``messages`` in the schema that is wanted, or in plain text where none is."""
    check(messages, limit)
    said = answer(messages)
    schema = wanted.get("schema")
    if schema is not None:
        check_schema(schema, said)
    return spoken_of(messages, prose(said) if schema is None else json.dumps(said), limit)


def speak_freely(messages: Any, limit: Any) -> Spoken:
    """Answer ``messages`` as they ask for it in words: whatever schema came with them was not heard of."""
    check(messages, limit)
    said = answer(messages)
    told = " ".join(str(one.get("content")) for one in messages if one.get("role") in ("developer", "system"))
    text = json.dumps(said) if all(name in told for name in FORM) else prose(said)
    return spoken_of(messages, REASONING + text, limit)


def prose(said: Mapping[str, Any]) -> str:
    return " ".join(claim["text"] for claim in said["claims"]) or UNSUPPORTED


def check(messages: Any, limit: Any) -> None:
    if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages) or not messages:
        raise invalid("there must be messages, each with a role and content")
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise invalid("the limit of tokens must be a number from 1")


def spoken_of(messages: Any, text: str, limit: int | None) -> Spoken:
    most = math.inf if limit is None else limit * CHARACTERS_A_TOKEN
    kept = text if len(text) <= most else text[: int(most)]
    asked = sum(tokens_of(json.dumps(message)) for message in messages)
    return Spoken(kept, kept != text, asked, tokens_of(kept))


def check_schema(schema: Any, said: Mapping[str, Any]) -> None:
    """The model here knows one form of answer; whoever wants another is told so, and not lied to."""
    try:
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(said)
    except (SchemaError, ValidationError) as error:
        # Not the error's own message: it quotes the answer.
        where = "/".join(str(step) for step in error.absolute_path)
        raise invalid(f"the local cloud's model has no answer in this schema (at /{where})") from None


def read_json(call: AwsRequest) -> Mapping[str, Any]:
    try:
        given = json.loads(call.body)
    except ValueError:
        raise invalid("the body is no JSON") from None
    if not isinstance(given, dict):
        raise invalid("the body must be a JSON object")
    unable = [name for name in NOT_DONE if given.get(name)]
    if unable:
        raise invalid(f"the local cloud's model does not know {', '.join(unable)}")
    if call.operation != "InvokeModel" and not isinstance(given.get("model"), str):
        raise invalid("model is missing")
    return given


def mapping(value: Any, name: str) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise invalid(f"{name} must be an object")
    return value or {}


def tokens_of(text: str) -> int:
    return math.ceil(len(text) / CHARACTERS_A_TOKEN)


def invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message, 400)


def reply(body: Mapping[str, Any]) -> Response:
    return Response(json.dumps(body), content_type="application/json")
