"""What Terraform tells the functions that find evidence and that follow the documents."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from healthcare.access_labels import LABELS
from healthcare.callers import ROLES
from healthcare.settings import required

_PROVIDERS: Final = ("bedrock", "openai")


class SettingUnusableError(Exception):
    """A setting can't be used. Says which and what it must be; its text is not repeated."""


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """Which model makes embeddings of how many numbers. `endpoint`: JSON of a ModelEndpoint, None is Bedrock.

    Changing model or dimensions is a change of the store: docs/rag_retrieval.md.
    """

    model: str
    dimensions: int
    endpoint: str | None
    sends_dimensions: bool

    @classmethod
    def from_environment(cls) -> "EmbeddingSettings":
        """From EMBEDDINGS; SettingMissingError or SettingUnusableError otherwise."""
        wrong = SettingUnusableError(
            'EMBEDDINGS must be JSON: {"provider": "bedrock", "model", "dimensions"}, '
            'or {"provider": "openai", "model", "dimensions", "endpoint"}'
        )
        try:
            setting = json.loads(required("EMBEDDINGS"))
            provider, endpoint = setting["provider"], setting.get("endpoint")
            found = cls(
                model=str(setting["model"]),
                dimensions=int(setting["dimensions"]),
                endpoint=json.dumps(endpoint) if provider == "openai" else None,
                sends_dimensions=setting.get("sends_dimensions", True) is True,
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            raise wrong from None
        if provider not in _PROVIDERS or (provider == "openai") != isinstance(endpoint, dict):
            raise wrong
        return found


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """Of rag-retrieval. `store` is STORE, as stores.py reads it."""

    relationship_table: str
    access_labels: Mapping[str, frozenset[str]]
    embeddings: EmbeddingSettings
    store: Mapping[str, Any]

    @classmethod
    def from_environment(cls) -> "RetrievalSettings":
        """SettingMissingError or SettingUnusableError, naming the variable, where one can't be used."""
        return cls(
            relationship_table=required("RELATIONSHIP_TABLE"),
            access_labels=_access_labels(),
            embeddings=EmbeddingSettings.from_environment(),
            store=_store(),
        )


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Of rag-ingest."""

    document_table: str
    embeddings: EmbeddingSettings
    store: Mapping[str, Any]

    @classmethod
    def from_environment(cls) -> "IngestSettings":
        """SettingMissingError or SettingUnusableError, naming the variable, where one can't be used."""
        return cls(
            document_table=required("DOCUMENT_TABLE"),
            embeddings=EmbeddingSettings.from_environment(),
            store=_store(),
        )


def _access_labels() -> Mapping[str, frozenset[str]]:
    wrong = SettingUnusableError(
        f"ACCESS_LABELS must be JSON: by role ({', '.join(sorted(ROLES))}) a list of {' '.join(LABELS)}"
    )
    try:
        found = {role: frozenset(labels) for role, labels in json.loads(required("ACCESS_LABELS")).items()}
    except (ValueError, TypeError, AttributeError):
        raise wrong from None
    # A misspelt role or label would silently show less, or nothing.
    if not ROLES.issuperset(found) or not all(labels.issubset(LABELS) for labels in found.values()):
        raise wrong
    return found


def _store() -> Mapping[str, Any]:
    wrong = SettingUnusableError('STORE must be a JSON object with a "kind"')
    try:
        setting = json.loads(required("STORE"))
    except ValueError:
        raise wrong from None
    if not isinstance(setting, dict) or not isinstance(setting.get("kind"), str):
        raise wrong
    return setting
