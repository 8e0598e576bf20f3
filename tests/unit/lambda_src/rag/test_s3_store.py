"""S3 as a store of chunks: the contract of all stores, and what is its own."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from rag_retrieval.opaque_names import OpaqueNames
from rag_retrieval.s3_objects import Objects
from rag_retrieval.s3_shards import Shards
from rag_retrieval.s3_store import S3Store
from rag_retrieval.store import ChunkStore

from tests.unit.lambda_src.rag.store_contract import StoreContract

BUCKET = "healthcare-rag-chunks-123456789012"
NAMES = OpaqueNames(b"k" * 32)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


class TestContract(StoreContract):
    @pytest.fixture
    def store(self, s3) -> ChunkStore:
        return S3Store(Shards(Objects(s3, BUCKET), NAMES, 5000), "model-1")
