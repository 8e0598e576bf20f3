"""The answering call: one question, one answer in a schema, nothing kept by the server, no tools.

The answer is taken apart here as plain JSON and believed in nothing. The SDK's resources (client.responses,
client.chat) would give the same request through generated models that take whatever comes, and cost a cold
start 0.2 s more: docs/decisions/0011-model-client.md.
"""

import json
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from healthcare.model_problems import ModelProblem
from healthcare.openai_client import asked, openai_client

from rag_orchestrator.prompt import SCHEMA, Prompt
from rag_orchestrator.settings import ModelSettings

if TYPE_CHECKING:
    from httpx2 import Timeout

MOST_OUTPUT_TOKENS: Final = 3000
"""Reasoning counts as well. What is cut off here is no answer at all."""

MOST_CLAIMS: Final = 40

# Models that reason refuse a temperature, and some servers do not know the identifier: then without. Never
# without `store`.
_DISPENSABLE: Final = frozenset({"temperature", "safety_identifier"})
# Bedrock gives the reasoning of gpt-oss in front of the content.
_REASONING: Final = re.compile(r"\s*<reasoning>.*?</reasoning>", re.DOTALL)
# What a model that did not hear of the schema may write around JSON. Around all of it, or it is no answer.
_FENCED: Final = re.compile(r"\s*```(?:json)?\n(?P<inside>.*)\n```\s*", re.DOTALL)
_CLAIM: Final = frozenset({"text", "chunk_id", "quote"})


class ModelAnswer(NamedTuple):
    """`claims` are {"text", "chunk_id", "quote"}, all strings: what the model says, verified in nothing."""

    supported: bool
    claims: list[dict[str, str]]


class Model:
    """One model, by one of two APIs. Made when the function starts: the first question finds it ready."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._client = openai_client(settings.endpoint)
        self._without: frozenset[str] = frozenset()

    def ask(self, prompt: Prompt, safety_identifier: str, seconds: float) -> ModelAnswer:
        """The model's answer within `seconds`; ModelProblem (500, 502 or 503) where there is none to use."""
        path, body = self._request(prompt, safety_identifier)
        deadline = time.monotonic() + seconds

        def call(timeout: "Timeout") -> object:
            sent = {name: value for name, value in body.items() if name not in self._without}
            return self._client.post(path, cast_to=object, body=sent, options={"timeout": timeout})

        while True:
            try:
                document = asked(self._settings.endpoint, call, deadline - time.monotonic())
                break
            except ModelProblem as problem:
                if problem.parameter not in _DISPENSABLE - self._without:
                    raise
                self._without |= {str(problem.parameter)}
        text = _of_responses(document) if self._settings.api == "responses" else _of_chat(document)
        return _answer_in(text)

    def _request(self, prompt: Prompt, safety_identifier: str) -> tuple[str, dict[str, Any]]:
        shared = {
            "model": self._settings.model_id,
            "store": False,
            "temperature": 0,
            "safety_identifier": safety_identifier,
        }
        schema = {"name": "answer", "strict": True, "schema": SCHEMA}
        user = {"role": "user", "content": prompt.user}
        if self._settings.api == "responses":
            return "/responses", {
                **shared,
                "input": [{"role": "developer", "content": prompt.instructions}, user],
                "text": {"format": {"type": "json_schema", **schema}},
                "max_output_tokens": MOST_OUTPUT_TOKENS,
            }
        return "/chat/completions", {
            **shared,
            "messages": [{"role": "system", "content": prompt.instructions}, user],
            "response_format": {"type": "json_schema", "json_schema": schema},
            "max_completion_tokens": MOST_OUTPUT_TOKENS,
        }


def _of_chat(document: object) -> str:
    choice = _only(_mapping(document).get("choices"))
    reason, message = choice.get("finish_reason"), _mapping(choice.get("message"))
    if reason == "content_filter":
        raise ModelProblem("content_filter")
    if message.get("refusal"):
        raise ModelProblem("refused")
    if reason == "length":
        raise ModelProblem("cut_off")
    if reason != "stop" or message.get("tool_calls") or message.get("function_call"):
        raise ModelProblem("unusable")
    return _text(message.get("content"))


def _of_responses(document: object) -> str:
    response = _mapping(document)
    reason = _mapping(response.get("incomplete_details") or {}).get("reason")
    if reason == "content_filter":
        raise ModelProblem("content_filter")
    if reason == "max_output_tokens":
        raise ModelProblem("cut_off")
    if response.get("status") != "completed":
        raise ModelProblem("unusable")
    output = response.get("output")
    items = [_mapping(item) for item in output] if isinstance(output, list) else []
    # Calls of tools, which we have not given, are anything but reasoning and message.
    spoken = [item for item in items if item.get("type") != "reasoning"]
    message = _only(spoken)
    part = _only(message.get("content"))
    if part.get("type") == "refusal":
        raise ModelProblem("refused")
    if message.get("type") != "message" or part.get("type") != "output_text":
        raise ModelProblem("unusable")
    return _text(part.get("text"))


def _answer_in(text: str) -> ModelAnswer:
    """The schema again, by hand: a server may take it for advice, or for nothing at all."""
    spoken = _REASONING.sub("", text, count=1)
    fenced = _FENCED.fullmatch(spoken)
    try:
        document = json.loads(fenced["inside"] if fenced else spoken)
    except (ValueError, RecursionError):
        raise ModelProblem("unusable") from None
    answer = _mapping(document)
    supported, claims = answer.get("supported"), answer.get("claims")
    if set(answer) != {"supported", "claims"} or not isinstance(supported, bool):
        raise ModelProblem("unusable")
    if not isinstance(claims, list) or len(claims) > MOST_CLAIMS or not all(map(_is_claim, claims)):
        raise ModelProblem("unusable")
    return ModelAnswer(supported, claims)


def _is_claim(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == _CLAIM
        and all(isinstance(part, str) for part in value.values())
    )


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ModelProblem("unusable")
    return value


def _only(value: object) -> Mapping[str, Any]:
    if not isinstance(value, list) or len(value) != 1:
        raise ModelProblem("unusable")
    return _mapping(value[0])


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ModelProblem("unusable")
    return value
