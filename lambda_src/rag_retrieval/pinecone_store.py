"""Candidates from an index of Pinecone, by its HTTP API: vectors and opaque names, and no text.

Pinecone is no AWS service, so it gets the least that it can work with: of each chunk the embedding, the
access label and names that are keyed digests. Text, places and ids stay in the bucket, where they are read
after the search. The namespace is the patient's; the filter says it again. Words are ranked here, over all
that the caller may see of the patient. An embedding is health information all the same, text can be had back
from it (https://arxiv.org/abs/2310.06816): without an agreement with Pinecone this store is not for patients.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from botocore.awsrequest import AWSRequest
from healthcare.aws import aws_errors, s3, secretsmanager
from healthcare.problems import internal

from rag_retrieval.indexed_store import MAXIMUM_CHUNKS, Batch, Hits, IndexedStore, Query, Record
from rag_retrieval.json_api import JsonApi
from rag_retrieval.opaque_names import OpaqueNames
from rag_retrieval.ranking import word_scores
from rag_retrieval.s3_objects import Objects
from rag_retrieval.s3_shard import unit
from rag_retrieval.s3_shards import Shards
from rag_retrieval.store import Chunk

LAG_SECONDS: Final = 120
"""Pinecone says "eventually", and shows seconds: https://docs.pinecone.io/guides/data/check-data-freshness"""

KEY_SECONDS: Final = 300
"""How long a key is used before its secret is read again."""

_VERSION: Final = "2025-04"
_AT_ONCE: Final = (
    100  # 2 MB a request, and 1,000 records: https://docs.pinecone.io/reference/api/database-limits
)
_DELETED_AT_ONCE: Final = 1_000
_ABSENT: Final = frozenset({404})  # a namespace is there from its first record to its last


@dataclass(frozen=True, slots=True)
class PineconeIndex:
    """An index of 1,024 dimensions and metric cosine. A namespace is a patient, by its opaque name."""

    api: JsonApi
    lag_seconds: float = LAG_SECONDS

    def nearest(self, query: Query) -> Hits:
        body = {
            "namespace": query.patient,
            "vector": list(query.vector),
            "topK": query.count,
            "filter": {
                "patient": {"$eq": query.patient},
                "label": {"$in": list(query.labels)},
                "model": {"$eq": query.model},
            },
            "includeMetadata": False,
            "includeValues": False,
        }
        answer = self.api.post("/query", body, expected=_ABSENT)
        matches = answer.document.get("matches", []) if answer.status not in _ABSENT else []
        return {_record(match["id"]): float(match["score"]) for match in matches}

    def matching(self, query: Query, visible: dict[Record, Chunk]) -> Hits:
        return word_scores(query.text, {record: chunk.text for record, chunk in visible.items()})

    def write(self, batch: Batch) -> None:
        records = [
            {
                "id": f"{batch.document}#{batch.stamp}#{number}",
                "values": [round(value, 7) for value in unit(embedding)],
                "metadata": {"patient": batch.patient, "label": chunk.access_label, "model": batch.model},
            }
            for number, (chunk, embedding) in enumerate(batch.chunks)
        ]
        for start in range(0, len(records), _AT_ONCE):
            vectors = records[start : start + _AT_ONCE]
            self.api.post("/vectors/upsert", {"namespace": batch.patient, "vectors": vectors})

    def sweep(self, document: str, below: int, patients: Iterable[str]) -> None:
        for patient in patients:
            older = [key for key in self._ids(patient, f"{document}#") if _record(key).stamp < below]
            for start in range(0, len(older), _DELETED_AT_ONCE):
                ids = older[start : start + _DELETED_AT_ONCE]
                self.api.post("/vectors/delete", {"namespace": patient, "ids": ids}, expected=_ABSENT)

    def _ids(self, namespace: str, prefix: str) -> list[str]:
        found: list[str] = []
        page = {"namespace": namespace, "prefix": prefix, "limit": "100"}
        while True:
            answer = self.api.call("GET", f"/vectors/list?{urlencode(page)}", expected=_ABSENT)
            if answer.status in _ABSENT:
                return found
            found += [vector["id"] for vector in answer.document.get("vectors", [])]
            following = answer.document.get("pagination", {}).get("next")
            if not following:
                return found
            page["paginationToken"] = following


@dataclass(slots=True)
class ApiKey:
    """The key in Secrets Manager, read at run time and kept for KEY_SECONDS; never in a setting or a log."""

    secret_arn: str
    _key: str = field(default="", repr=False)
    _read_at: float = 0.0

    def authenticate(self, request: AWSRequest) -> None:
        # The wall clock: a monotonic one stands still in a snapshot.
        if not self._key or not 0 <= time.time() - self._read_at < KEY_SECONDS:
            self._read()
        request.headers["Api-Key"] = self._key
        request.headers["X-Pinecone-Api-Version"] = _VERSION

    def _read(self) -> None:
        with aws_errors():
            answer = secretsmanager().get_secret_value(SecretId=self.secret_arn)
        key = answer.get("SecretString", "").strip()
        if not key or not key.isascii() or not key.isprintable():
            raise internal("SecretWithoutKey")
        self._key, self._read_at = key, time.time()


def store_of(setting: Mapping[str, Any], model: str) -> IndexedStore:
    """By {"kind": "pinecone", "bucket", "hash_key_id", "host", "secret_arn"}."""
    names = OpaqueNames.from_kms(setting["hash_key_id"])
    shards = Shards(Objects(s3(), setting["bucket"]), names, MAXIMUM_CHUNKS)
    api = JsonApi(f"https://{setting['host']}", ApiKey(setting["secret_arn"]).authenticate)
    return IndexedStore(shards, PineconeIndex(api), model)


def _record(key: str) -> Record:
    try:
        document, stamp, number = key.split("#")
        return Record(document, int(stamp), int(number))
    except ValueError:
        raise internal("RecordOfOthers") from None
