"""Chunks in PostgreSQL: the default store. Who sees what is decided by row-level security.

Every value goes to the server beside the statement, not within it (psycopg's server-side binding): it can be
no SQL, and is in no log of statements. docs/rag_database.md has the schema, its roles and its policies.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rag_retrieval.postgresql_connection import Server, token
from rag_retrieval.postgresql_session import Connection, Session
from rag_retrieval.settings import SettingUnusableError
from rag_retrieval.store import (
    FUSION_K,
    Chunk,
    EmbeddedChunk,
    Found,
    Scope,
    check_chunks,
    check_search,
)

_USERS: Final = ("rag_reader", "rag_writer")
# PostgreSQL's text holds neither NUL nor half of a surrogate pair.
_NOT_STORABLE: Final = re.compile("[\0\ud800-\udfff]")
_WORD: Final = re.compile(r'"[^"]*"|[^\s"]+')
# The conditions on patient and label repeat the policy's, so that the statement is right on a database whose
# policies somebody has dropped. Both rankings see the scope only. A question rarely has all its words in one
# chunk: chunks with all of them come first, then those with some.
_SEARCH: Final = """
WITH scoped AS MATERIALIZED (
  SELECT chunk_id, document_id, version_id, patient_id, access_label, kind, place, source,
    span_start, span_end, text, heading, words,
    CASE WHEN model = %(model)s
      THEN embedding OPERATOR(public.<=>) %(embedding)s::public.vector END AS distance
  FROM rag.chunk
  WHERE patient_id = %(patient_id)s AND access_label = ANY(%(labels)s)
), by_words AS (
  SELECT document_id, chunk_id, row_number() OVER (
    ORDER BY (words @@ all_words) DESC, ts_rank(words, any_word) DESC, chunk_id, document_id
  ) AS rank
  FROM scoped,
    websearch_to_tsquery('pg_catalog.english', %(text)s) AS all_words,
    websearch_to_tsquery('pg_catalog.english', %(any_word)s) AS any_word
  WHERE words @@ any_word
), by_distance AS (
  SELECT document_id, chunk_id, row_number() OVER (ORDER BY distance, chunk_id, document_id) AS rank
  FROM scoped
  WHERE distance IS NOT NULL
)
SELECT chunk_id, document_id, version_id, patient_id, access_label, kind, place, source,
  span_start, span_end, text, heading,
  (coalesce(1.0 / (%(k)s + by_words.rank), 0)
    + coalesce(1.0 / (%(k)s + by_distance.rank), 0))::float8 AS score
FROM scoped
LEFT JOIN by_words USING (document_id, chunk_id)
LEFT JOIN by_distance USING (document_id, chunk_id)
WHERE by_words.rank IS NOT NULL OR by_distance.rank IS NOT NULL
ORDER BY score DESC, chunk_id, document_id
LIMIT %(limit)s
"""

# One row is locked until the transaction ends: of two revisions at once, the second waits and then compares.
_ADVANCE: Final = """
INSERT INTO rag.document AS known (document_id, revision, removed)
VALUES (%(document_id)s, %(revision)s, %(removed)s)
ON CONFLICT (document_id) DO UPDATE SET revision = excluded.revision, removed = excluded.removed
WHERE known.revision < excluded.revision
  OR (known.revision = excluded.revision AND (excluded.removed OR NOT known.removed))
RETURNING true
"""
_DELETE: Final = "DELETE FROM rag.chunk WHERE document_id = %s"
_INSERT: Final = """
INSERT INTO rag.chunk (chunk_id, document_id, version_id, patient_id, access_label, kind, place, source,
  span_start, span_end, text, heading, model, embedding)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::public.vector)
"""


@dataclass(frozen=True, slots=True)
class PostgreSQLStore:
    """ChunkStore on a session of rag_reader (search) or rag_writer (replace, remove).

    `model` names the embeddings; those of another model are not compared, and found by their words only.
    """

    session: Session
    model: str

    def search(self, scope: Scope, text: str, embedding: Sequence[float], limit: int) -> list[Found]:
        check_search(embedding, limit)
        if scope.empty:
            return []
        patient_id = storable(scope.patient_id)
        labels = sorted(scope.access_labels)
        asked = storable(text)
        values = {
            "patient_id": patient_id,
            "labels": labels,
            "model": self.model,
            "embedding": _vector(embedding),
            "text": asked,
            "any_word": any_word(asked),
            "k": FUSION_K,
            "limit": limit,
        }
        context = {"rag.patient_id": patient_id, "rag.access_labels": ",".join(labels)}
        rows = self.session.run(context, lambda connection: connection.execute(_SEARCH, values).fetchall())
        return [Found(Chunk(*row[:-1]), row[-1]) for row in rows]

    def replace(
        self, document_id: str, revision: int, patient_id: str, chunks: Sequence[EmbeddedChunk]
    ) -> bool:
        check_chunks(document_id, patient_id, chunks)
        rows = [(*_row(chunk), self.model, _vector(embedding)) for chunk, embedding in chunks]

        def work(connection: Connection) -> bool:
            if not _advance(connection, document_id, revision, removed=False):
                return False
            connection.execute(_DELETE, (storable(document_id),))
            with connection.cursor() as cursor:
                cursor.executemany(_INSERT, rows)
            return True

        context = {"rag.document_id": storable(document_id), "rag.patient_id": storable(patient_id)}
        return self.session.run(context, work)

    def remove(self, document_id: str, revision: int) -> bool:
        def work(connection: Connection) -> bool:
            if not _advance(connection, document_id, revision, removed=True):
                return False
            connection.execute(_DELETE, (storable(document_id),))
            return True

        return self.session.run({"rag.document_id": storable(document_id)}, work)


def store_of(setting: Mapping[str, Any], model: str) -> PostgreSQLStore:
    """The store that STORE describes; SettingUnusableError otherwise. Nothing is connected yet."""
    try:
        server = Server.of(setting, str(setting["database"]))
        user = setting["user"]
    except (KeyError, TypeError, ValueError):
        user = None
    if user not in _USERS:
        raise SettingUnusableError(
            'STORE of kind "postgresql" must have host, port, database and a user of ' + ", ".join(_USERS)
        )
    return PostgreSQLStore(Session(lambda: server.connect(user, token(server, user))), model)


def storable(text: str) -> str:
    """The text with what PostgreSQL can't hold replaced by U+FFFD, one for one: positions stay."""
    return _NOT_STORABLE.sub("\ufffd", text)


def any_word(text: str) -> str:
    """The question for websearch_to_tsquery so that one word is enough. What is quoted stays a phrase.

    A "-" before a word would mean "without it", and in a question never does.
    """
    return " or ".join(word.lstrip("-") for word in _WORD.findall(text))


def _advance(connection: Connection, document_id: str, revision: int, *, removed: bool) -> bool:
    """Make this the newest revision; False where a newer one, or this one's removal, is there."""
    values = {"document_id": storable(document_id), "revision": revision, "removed": removed}
    return connection.execute(_ADVANCE, values).fetchone() is not None


def _row(chunk: Chunk) -> tuple[object, ...]:
    values = (
        chunk.chunk_id, chunk.document_id, chunk.version_id, chunk.patient_id, chunk.access_label, chunk.kind,
        chunk.place, chunk.source, chunk.start, chunk.end, chunk.text,
        chunk.heading,
    )  # fmt: skip
    return tuple(storable(value) if isinstance(value, str) else value for value in values)


def _vector(embedding: Sequence[float]) -> str:
    """pgvector's text form. It keeps single precision: nine digits say all of it."""
    return "[" + ",".join(f"{number:.9g}" for number in embedding) + "]"
