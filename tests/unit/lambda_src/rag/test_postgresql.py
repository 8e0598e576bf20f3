"""PostgreSQL keeps the contract: as the writer writes, and as the reader reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from rag_retrieval.postgresql import PostgreSQLStore
from rag_retrieval.postgresql_session import Session
from rag_retrieval.store import ChunkStore, EmbeddedChunk, Found, Scope

from scripts.local_cloud.postgresql import PostgreSQL
from tests.unit.lambda_src.rag.store_contract import StoreContract


@dataclass(frozen=True)
class BothUsers:
    """The store as the two functions have it: each with the rights of its own user."""

    reader: PostgreSQLStore
    writer: PostgreSQLStore

    def search(self, scope: Scope, text: str, embedding: Sequence[float], limit: int) -> list[Found]:
        return self.reader.search(scope, text, embedding, limit)

    def replace(
        self, document_id: str, revision: int, patient_id: str, chunks: Sequence[EmbeddedChunk]
    ) -> bool:
        return self.writer.replace(document_id, revision, patient_id, chunks)

    def remove(self, document_id: str, revision: int) -> bool:
        return self.writer.remove(document_id, revision)


def store_as(server: PostgreSQL, database: str, user: str, model: str = "model-1") -> PostgreSQLStore:
    return PostgreSQLStore(Session(lambda: server.connect(database, user)), model)


class TestPostgreSQL(StoreContract):
    @pytest.fixture
    def store(self, postgresql: PostgreSQL, rag_database: str) -> ChunkStore:
        return BothUsers(
            store_as(postgresql, rag_database, "rag_reader"), store_as(postgresql, rag_database, "rag_writer")
        )
