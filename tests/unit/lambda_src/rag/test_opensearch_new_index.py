"""An index of OpenSearch Serverless that is not there yet, or no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from healthcare.problems import Problem
from rag_retrieval.indexed_store import IndexedStore

from tests.unit.lambda_src.rag.fakes import stores
from tests.unit.lambda_src.rag.fakes.opensearch import FakeCollection
from tests.unit.lambda_src.rag.fakes.server import served
from tests.unit.lambda_src.rag.store_contract import JANE, embedded
from tests.unit.lambda_src.rag.test_opensearch_store import seen


@pytest.fixture
def collection(aws: None) -> FakeCollection:
    stores.objects()
    return stores.collection()


@pytest.fixture
def store(collection: FakeCollection) -> Iterator[IndexedStore]:
    with served(collection) as address:
        yield stores.opensearch_store(address)


def test_what_a_new_index_does_not_take_yet_comes_again(
    store: IndexedStore, collection: FakeCollection
) -> None:
    """Creating an index is answered before it can be written to: each record is then refused with 404.

    https://github.com/opensearch-project/opensearch-js/issues/687,
    https://github.com/Sage-Bionetworks/Synapse-Repository-Services/pull/5678 (both against AWS)
    """
    collection.settling = 1
    chunks = [embedded("One.", 0), embedded("Two.", 1)]
    with pytest.raises(Problem) as caught:
        store.replace("d-1", 1, JANE, chunks)
    assert (caught.value.status, caught.value.aws_error) == (503, "BulkUnavailable")
    assert seen(store) == []
    assert store.replace("d-1", 1, JANE, chunks)
    assert seen(store) == ["One.", "Two."]


def test_an_index_that_is_gone_is_no_answer(store: IndexedStore, collection: FakeCollection) -> None:
    """The shard says that there are chunks: "nothing found" would be taken for "nothing in the record"."""
    store.replace("d-1", 1, JANE, [embedded("One.")])
    collection.mappings.clear()
    with pytest.raises(Problem) as caught:
        seen(store)
    assert (caught.value.status, caught.value.aws_error) == (503, "IndexMissing")
