"""How the tests ask a model through the client, as the function does."""

from __future__ import annotations

from typing import Any

from healthcare.openai_client import ModelEndpoint, asked, openai_client

from tests.unit.lambda_src.rag_orchestrator.model_server import ModelServer, completion, said

CANARY = "canary-Zebulon-Quist"
FINE = said(completion("fine"))


def endpoint(model: ModelServer, **fields: Any) -> ModelEndpoint:
    """With all the time that an endpoint can have: a busy machine takes seconds for an answer."""
    return ModelEndpoint(
        **{"base_url": f"{model.url}/v1", "timeout_seconds": 28, "maximum_retries": 2, **fields}
    )


def post(where: ModelEndpoint, seconds: float | None = None) -> Any:
    """One question through the SDK, as the function asks it."""
    client = openai_client(where)

    def call(timeout: Any) -> object:
        body = {"model": "m", "messages": [{"role": "user", "content": CANARY}]}
        return client.post("/chat/completions", cast_to=object, body=body, options={"timeout": timeout})

    return asked(where, call, seconds)
