"""Candidates from a vector collection of OpenSearch Serverless, by its HTTP API, signed for "aoss".

What such a collection does not have, and what is done instead:
- no ids of one's own, no upsert: a record says which chunk it is of, and a doubled one counts once.
  https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-overview.html
- no delete-by-query: what is to go is looked up, and deleted by the ids that the collection gave.
  https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-genref.html
- no refresh on demand: what was written is found after up to LAG_SECONDS. indexed_store.py lives with that.

The patient and the labels are in the filter that the k-NN search itself applies while it walks the graph, not
in one that is applied to its answer.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from healthcare.aws import credentials, s3
from healthcare.problems import RETRY_LATER, RETRY_SOON, internal, unavailable

from rag_retrieval.indexed_store import MAXIMUM_CHUNKS, Batch, Hits, IndexedStore, Query, Record
from rag_retrieval.json_api import JsonApi
from rag_retrieval.opaque_names import OpaqueNames
from rag_retrieval.ranking import words
from rag_retrieval.s3_objects import Objects
from rag_retrieval.s3_shard import unit
from rag_retrieval.s3_shards import Shards
from rag_retrieval.store import DIMENSIONS, Chunk

LAG_SECONDS: Final = 120
"""Twice the 60 s that a vector collection may take to show what was written."""

_AT_ONCE: Final = 100
_MOST_HITS: Final = 10_000
_ABSENT: Final = frozenset({404})
_PASSING: Final = frozenset({404, 429})
_THERE_ALREADY: Final = frozenset({400})
_KEYWORD: Final = {"type": "keyword"}
_MAPPING: Final = {
    "settings": {"index.knn": True},
    "mappings": {
        "dynamic": "strict",
        "properties": {
            "document": _KEYWORD,
            "patient": _KEYWORD,
            "label": _KEYWORD,
            "model": _KEYWORD,
            "stamp": {"type": "long"},
            "number": {"type": "integer"},
            "text": {"type": "text", "analyzer": "english"},
            "vector": {
                "type": "knn_vector",
                "dimension": DIMENSIONS,
                # Of unit vectors the nearest by l2 is the nearest by cosine, which faiss came to know later.
                "method": {"name": "hnsw", "engine": "faiss", "space_type": "l2"},
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class OpenSearchIndex:
    """An index of the collection, made at the first write of a process if it is not there."""

    api: JsonApi
    name: str
    lag_seconds: float = LAG_SECONDS

    def nearest(self, query: Query) -> Hits:
        scope = [*_scope(query), {"term": {"model": query.model}}]
        nearest = {"vector": list(query.vector), "k": query.count, "filter": {"bool": {"filter": scope}}}
        return self._hits({"knn": {"vector": nearest}}, query.count)

    def matching(self, query: Query, visible: dict[Record, Chunk]) -> Hits:  # noqa: ARG002 - the server has the text
        wanted = words(query.text)
        if not wanted:
            return {}
        match = {"match": {"text": {"query": " ".join(wanted)}}}
        return self._hits({"bool": {"must": [match], "filter": _scope(query)}}, query.count)

    def write(self, batch: Batch) -> None:
        _make_index(self.api, self.name)
        records = [
            {
                "document": batch.document,
                "patient": batch.patient,
                "label": chunk.access_label,
                "model": batch.model,
                "stamp": batch.stamp,
                "number": number,
                # Half a surrogate pair is no JSON to others.
                "text": chunk.text.encode(errors="replace").decode(),
                "vector": [round(value, 7) for value in unit(embedding)],
            }
            for number, (chunk, embedding) in enumerate(batch.chunks)
        ]
        action = {"index": {"_index": self.name}}
        for start in range(0, len(records), _AT_ONCE):
            self._bulk([line for record in records[start : start + _AT_ONCE] for line in (action, record)])

    def sweep(self, document: str, below: int, patients: Iterable[str]) -> None:  # noqa: ARG002 - one index for all
        older = [{"term": {"document": document}}, {"range": {"stamp": {"lt": below}}}]
        found = self._search({"bool": {"filter": older}}, _MOST_HITS, [])
        actions = [{"delete": {"_index": self.name, "_id": hit["_id"]}} for hit in found or []]
        for start in range(0, len(actions), _AT_ONCE):
            self._bulk(actions[start : start + _AT_ONCE])

    def _hits(self, query: object, count: int) -> Hits:
        found = self._search(query, count, ["document", "stamp", "number"])
        if found is None:  # the shard has chunks, so there was an index: an empty answer would be believed
            raise unavailable("IndexMissing", RETRY_LATER)
        hits: Hits = {}
        for hit in found:
            said = hit["_source"]
            record = Record(str(said["document"]), int(said["stamp"]), int(said["number"]))
            hits.setdefault(record, float(hit["_score"]))  # doubled: the first is the best
        return hits

    def _search(self, query: object, size: int, fields: list[str]) -> list[dict[str, Any]] | None:
        """The hits; None where there is no index."""
        body = {"size": size, "_source": fields, "query": query}
        answer = self.api.post(f"/{self.name}/_search", body, expected=_ABSENT)
        if answer.status in _ABSENT:
            return None
        if answer.document.get("timed_out") or answer.document.get("_shards", {}).get("failed"):
            raise unavailable("SearchIncomplete", RETRY_SOON)
        return list(answer.document["hits"]["hits"])

    def _bulk(self, lines: Sequence[object]) -> None:
        body = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
        answer = self.api.call("POST", "/_bulk", body, "application/x-ndjson")
        if not answer.document["errors"]:
            return
        # To delete what is gone is fine. To write into an index that was just made is not: for some seconds
        # that is "not found". https://github.com/opensearch-project/opensearch-js/issues/687
        refused = {
            item["status"]
            for items in answer.document["items"]
            for action, item in items.items()
            if item["status"] >= 300 and not (action == "delete" and item["status"] in _ABSENT)
        }
        if any(status in _PASSING or status >= 500 for status in refused):
            raise unavailable("BulkUnavailable", RETRY_SOON)
        if refused:
            raise internal("BulkRefused")


def store_of(setting: Mapping[str, Any], model: str) -> IndexedStore:
    """By {"kind": "opensearch", "bucket", "hash_key_id", "endpoint", "index"}."""
    names = OpaqueNames.from_kms(setting["hash_key_id"])
    shards = Shards(Objects(s3(), setting["bucket"]), names, MAXIMUM_CHUNKS)
    index = OpenSearchIndex(JsonApi(setting["endpoint"].rstrip("/"), sign), setting["index"])
    return IndexedStore(shards, index, model)


def sign(request: AWSRequest) -> None:
    """Sign with the role's credentials of this moment. The body's digest has to be among the headers:
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html
    """
    request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(request.data or b"").hexdigest()
    SigV4Auth(credentials(), "aoss", os.environ["AWS_REGION"]).add_auth(request)


@cache
def _make_index(api: JsonApi, name: str) -> None:
    answer = api.call("PUT", f"/{name}", json.dumps(_MAPPING).encode(), expected=_THERE_ALREADY)
    reason = answer.document.get("error", {})
    if answer.status in _THERE_ALREADY and reason.get("type") != "resource_already_exists_exception":
        raise internal("IndexRefused")


def _scope(query: Query) -> list[dict[str, Any]]:
    return [{"term": {"patient": query.patient}}, {"terms": {"label": list(query.labels)}}]
