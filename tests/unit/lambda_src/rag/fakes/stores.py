"""Stores of the tests, and buckets that fail, or are written by somebody else in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from healthcare import aws
from healthcare.problems import unavailable
from rag_retrieval.indexed_store import IndexedStore
from rag_retrieval.json_api import JsonApi
from rag_retrieval.opaque_names import OpaqueNames
from rag_retrieval.opensearch_store import OpenSearchIndex, sign
from rag_retrieval.pinecone_store import ApiKey, PineconeIndex
from rag_retrieval.s3_objects import Objects, StoredObject
from rag_retrieval.s3_shards import Shards
from rag_retrieval.s3_store import S3Store

from tests.unit.lambda_src.rag.fakes.opensearch import FakeCollection

BUCKET = "healthcare-rag-chunks-123456789012"
MODEL = "amazon.titan-embed-text-v2:0"
NAMES = OpaqueNames(b"a key for tests only, 32 bytes..")


def objects() -> Objects:
    """The bucket, made where it is not there."""
    client = aws.s3()
    if BUCKET not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket=BUCKET)
    return Objects(client, BUCKET)


def shards(bucket: Objects | None = None, maximum_chunks: int = 5_000) -> Shards:
    return Shards(bucket or objects(), NAMES, maximum_chunks)


def s3_store(bucket: Objects | None = None, maximum_chunks: int = 5_000, model: str = MODEL) -> S3Store:
    return S3Store(shards(bucket, maximum_chunks), model)


def opensearch_store(address: str, bucket: Objects | None = None, lag_seconds: float = 0) -> IndexedStore:
    """Without lag, as its fake has none unless it is told to."""
    return IndexedStore(shards(bucket), OpenSearchIndex(JsonApi(address, sign), "chunks", lag_seconds), MODEL)


def pinecone_store(
    address: str, secret_arn: str, bucket: Objects | None = None, lag_seconds: float = 0
) -> IndexedStore:
    """Without lag, as its fake has none unless it is told to."""
    api = JsonApi(address, ApiKey(secret_arn).authenticate)
    return IndexedStore(shards(bucket), PineconeIndex(api, lag_seconds), MODEL)


def collection() -> FakeCollection:
    """A collection that knows the function's credentials."""
    known = aws.credentials()
    assert known.access_key
    assert known.secret_key
    return FakeCollection(known.access_key, known.secret_key, "us-east-1")


@dataclass(frozen=True, slots=True)
class Interrupted(Objects):
    """A bucket whose writes fail from number `fails_at` (0: the first) on, before or after they are done."""

    fails_at: int = 0
    done: bool = False
    count: list[int] = field(default_factory=lambda: [0])

    def write(self, key: str, content: bytes, etag: str | None) -> bool:
        number = self.count[0]
        self.count[0] += 1
        if number < self.fails_at:
            return Objects.write(self, key, content, etag)
        if self.done and number == self.fails_at:
            Objects.write(self, key, content, etag)
        raise unavailable("ConnectionClosedError", 30)


@dataclass(frozen=True, slots=True)
class Overtaken(Objects):
    """A bucket in which somebody else does something just before write number `before`."""

    before: int = 0
    meanwhile: Callable[[], object] = lambda: None
    count: list[int] = field(default_factory=lambda: [0])

    def write(self, key: str, content: bytes, etag: str | None) -> bool:
        number = self.count[0]
        self.count[0] += 1
        if number == self.before:
            self.meanwhile()
        return Objects.write(self, key, content, etag)


@dataclass(frozen=True, slots=True)
class Contended(Objects):
    """A bucket in which somebody else is always first."""

    def write(self, key: str, content: bytes, etag: str | None) -> bool:  # noqa: ARG002
        return False


def contents(bucket: Objects) -> dict[str, StoredObject]:
    """All that is in the bucket, by key."""
    found = bucket.client.list_objects_v2(Bucket=bucket.bucket).get("Contents", [])
    return {one["Key"]: bucket.read(one["Key"]) for one in found}
