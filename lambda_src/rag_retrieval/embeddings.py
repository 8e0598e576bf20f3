"""Texts into embeddings, by Bedrock's Titan or by any server that speaks OpenAI's protocol.

What is sent is the text alone: a question that was redacted, or a chunk as it stands in its document. No id,
no patient, no caller. Embeddings have no `store` parameter: what a server keeps is a matter of its contract
(docs/rag_retrieval.md). Neither text nor embedding is ever in a log or an error.
"""

import json
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from healthcare import aws
from healthcare.aws import aws_errors
from healthcare.model_problems import ModelProblem

from rag_retrieval.settings import EmbeddingSettings

if TYPE_CHECKING:
    from healthcare.openai_client import ModelEndpoint
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from openai import OpenAI

Embedding = tuple[float, ...]


class Embeddings(Protocol):
    """A model. Embeddings of two models, or of two lengths, must never be compared: `model` names both."""

    @property
    def model(self) -> str:
        """As in "amazon.titan-embed-text-v2:0/1024"."""
        ...

    def embed(self, texts: Sequence[str]) -> list[Embedding]:
        """One embedding a text, in their order. Problem: 503 where the model is not there now, 502 where it
        gives none, 500 where it is not the one that was agreed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Titan:
    """Amazon Titan Text Embeddings V2: unit vectors, one text a request, so `at_once` of them side by side.

    https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
    """

    client: "BedrockRuntimeClient"
    name: str
    dimensions: int
    at_once: int

    @property
    def model(self) -> str:
        return f"{self.name}/{self.dimensions}"

    def embed(self, texts: Sequence[str]) -> list[Embedding]:
        if len(texts) == 1:
            return [self._one(texts[0])]
        with ThreadPoolExecutor(self.at_once) as pool:
            waiting = [pool.submit(self._one, text) for text in texts]
            try:
                return [one.result() for one in waiting]
            finally:
                # After a failure nobody wants what has not begun.
                pool.shutdown(cancel_futures=True)

    def _one(self, text: str) -> Embedding:
        body = {"inputText": text, "dimensions": self.dimensions, "normalize": True}
        with aws_errors():
            answer = self.client.invoke_model(
                modelId=self.name,
                body=json.dumps(body),
                contentType="application/json",
                accept="application/json",
            )["body"].read()
        try:
            numbers = json.loads(answer)["embedding"]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise ModelProblem("unusable") from None
        return _checked(numbers, self.dimensions)


@dataclass(frozen=True, slots=True)
class OpenAiCompatible:
    """`/embeddings` of OpenAI, Azure, or a server of one's own.

    `sends_dimensions`: whether the server is asked for that length; where a model has one length only, some
    refuse to be. `seconds`: for one call with all its attempts, where that is less than the endpoint's.
    """

    client: "OpenAI"
    endpoint: "ModelEndpoint"
    name: str
    dimensions: int
    sends_dimensions: bool
    seconds: float | None

    @property
    def model(self) -> str:
        return f"{self.name}/{self.dimensions}"

    def embed(self, texts: Sequence[str]) -> list[Embedding]:
        from healthcare.openai_client import asked

        # Numbers as they are, and not in base64: not every server knows that.
        options: dict[str, Any] = {"model": self.name, "input": list(texts), "encoding_format": "float"}
        if self.sends_dimensions:
            options["dimensions"] = self.dimensions
        answer = asked(
            self.endpoint,
            lambda timeout: self.client.embeddings.create(**options, timeout=timeout),
            self.seconds,
        )
        try:
            found = {item.index: item.embedding for item in answer.data}
            numbers = [found[index] for index in range(len(texts))]
        except (AttributeError, TypeError, KeyError):
            raise ModelProblem("unusable") from None
        if len(answer.data) != len(texts):
            raise ModelProblem("unusable")
        return [_checked(one, self.dimensions) for one in numbers]


def embeddings_of(
    settings: EmbeddingSettings, at_once: int, attempts: int, seconds: float | None = None
) -> Embeddings:
    """The adapter that the settings name, with its client.

    Titan is asked for so many texts at once, each in so many attempts; other servers get so many seconds.
    """
    if settings.endpoint is None:
        client = aws.bedrock_runtime(connections=at_once, attempts=attempts)
        return Titan(client, settings.model, settings.dimensions, at_once)
    # The SDK takes most of a cold start: only who uses it pays for it.
    from healthcare.openai_client import ModelEndpoint, openai_client

    endpoint = ModelEndpoint.from_json(settings.endpoint)
    return OpenAiCompatible(
        openai_client(endpoint),
        endpoint,
        settings.model,
        settings.dimensions,
        settings.sends_dimensions,
        seconds,
    )


def _checked(numbers: object, dimensions: int) -> Embedding:
    """The numbers as an embedding; Problem 502 where they are none, 500 where their count is another."""
    if not isinstance(numbers, list) or not all(type(number) in (float, int) for number in numbers):
        raise ModelProblem("unusable")
    embedding = tuple(map(float, numbers))
    if len(embedding) != dimensions:
        raise ModelProblem("configuration")
    if not all(map(math.isfinite, embedding)) or not any(embedding):
        raise ModelProblem("unusable")
    return embedding
