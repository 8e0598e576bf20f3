"""The store that the setting names. Each is loaded only where it is used: their drivers are large.

A store's module has `store_of(setting, model)`: the setting is the JSON object of STORE, and `model` names
the embeddings that it holds, which it compares with no others.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, cast

from rag_retrieval.settings import SettingUnusableError
from rag_retrieval.store import ChunkStore

_MODULES: Final = {
    "opensearch": "rag_retrieval.opensearch_store",
    "pinecone": "rag_retrieval.pinecone_store",
    "postgresql": "rag_retrieval.postgresql",
    "s3": "rag_retrieval.s3_store",
}


def store_of(setting: Mapping[str, Any], model: str) -> ChunkStore:
    """The store with its client; SettingUnusableError where the kind is not known."""
    if setting["kind"] not in _MODULES:
        raise SettingUnusableError(f"STORE must have a kind of {', '.join(_MODULES)}")
    module = import_module(_MODULES[setting["kind"]])
    return cast("ChunkStore", module.store_of(setting, model))
