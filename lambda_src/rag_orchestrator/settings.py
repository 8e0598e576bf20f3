"""What Terraform tells the function."""

import os
from dataclasses import dataclass
from typing import Literal

from healthcare.openai_client import ModelEndpoint
from healthcare.settings import names, required

from rag_orchestrator.redaction import Redaction


class ModelSettingError(Exception):
    """MODEL_API is neither of the two. Its value is not repeated."""

    def __init__(self) -> None:
        super().__init__('MODEL_API is "responses" or "chat_completions"')


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model is asked, where, and by which of OpenAI's two APIs."""

    endpoint: ModelEndpoint
    model_id: str
    api: Literal["responses", "chat_completions"]

    @classmethod
    def from_environment(cls) -> "ModelSettings":
        """SettingMissingError, ModelSettingError or EndpointSettingError, naming what is wrong."""
        api = required("MODEL_API")
        if api not in ("responses", "chat_completions"):
            raise ModelSettingError
        return cls(
            endpoint=ModelEndpoint.from_json(required("MODEL_ENDPOINT")),
            model_id=required("MODEL_ID"),
            api="responses" if api == "responses" else "chat_completions",
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """`direct_caller` is who direct invocations are judged and recorded as; None where there are none.

    `hash_key_id`: the KMS HMAC key of the hashes in audit rows. `policy_version`: the operator's name for the
    rules in force (labels, model, prompt), which every audit row repeats.
    """

    model: ModelSettings
    redaction: Redaction
    retrieval_function: str
    patient_table: str
    audit_table: str
    relationship_table: str
    hash_key_id: str
    policy_version: str
    direct_caller: str | None
    allowed_origins: frozenset[str]

    @classmethod
    def from_environment(cls) -> "Settings":
        """SettingMissingError, naming the variable, where one is not set; ValueError for REDACTION."""
        return cls(
            model=ModelSettings.from_environment(),
            redaction=Redaction.from_json(os.environ.get("REDACTION", "")),
            retrieval_function=required("RETRIEVAL_FUNCTION_NAME"),
            patient_table=required("PATIENT_TABLE"),
            audit_table=required("AUDIT_TABLE"),
            relationship_table=required("RELATIONSHIP_TABLE"),
            hash_key_id=required("HASH_KEY_ID"),
            policy_version=required("POLICY_VERSION"),
            direct_caller=os.environ.get("DIRECT_CALLER", "").strip() or None,
            allowed_origins=names("ALLOWED_ORIGINS"),
        )
