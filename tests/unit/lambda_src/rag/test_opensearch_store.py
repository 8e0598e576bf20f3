"""OpenSearch Serverless as a source of candidates: the contract of all stores, signatures, lag, faults.

The collection here evaluates the filters that are sent. That the contract would notice a missing one is
itself tested (`test_the_contract_misses_a_filter_that_is_missing`).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from healthcare.problems import Problem
from rag_retrieval import json_api, opensearch_store
from rag_retrieval.indexed_store import Batch, IndexedStore
from rag_retrieval.json_api import JsonApi
from rag_retrieval.opensearch_store import OpenSearchIndex
from rag_retrieval.s3_objects import Objects
from rag_retrieval.settings import SettingUnusableError
from rag_retrieval.store import DIMENSIONS, FUSION_K, ChunkStore, Scope

from tests.unit.lambda_src.rag.fakes import opensearch, stores
from tests.unit.lambda_src.rag.fakes.opensearch import FakeCollection
from tests.unit.lambda_src.rag.fakes.server import served
from tests.unit.lambda_src.rag.store_contract import ALL, JANE, JOHN, StoreContract, axis, embedded, texts

CANARY = "Canary-Zebulon-Quist-1969-07-20"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_api, "_PAUSE_SECONDS", 0)


@pytest.fixture
def bucket(aws: None) -> Objects:
    return stores.objects()


@pytest.fixture
def collection(bucket: Objects) -> FakeCollection:
    return stores.collection()


@pytest.fixture
def address(collection: FakeCollection) -> Iterator[str]:
    with served(collection) as url:
        yield url


@pytest.fixture
def store(address: str) -> IndexedStore:
    return stores.opensearch_store(address)


def seen(store: ChunkStore, patient_id: str = JANE) -> list[str]:
    return sorted(texts(store.search(Scope(patient_id, ALL), "nothing", axis(0), 100)))


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    then = time.time() + seconds
    monkeypatch.setattr(time, "time", lambda: then)


class TestContract(StoreContract):
    @pytest.fixture
    def store(self, address: str) -> ChunkStore:
        return stores.opensearch_store(address)


# Filters


@pytest.mark.parametrize("field", ["patient", "label"])
def test_the_contract_misses_a_filter_that_is_missing(
    store: IndexedStore, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = StoreContract()
    whole = opensearch_store._scope

    def without(query: Any) -> list[dict[str, Any]]:
        return [part for part in whole(query) if field not in next(iter(part.values()))]

    contract.test_what_is_out_of_scope_takes_no_place_in_the_ranking(store)
    monkeypatch.setattr(opensearch_store, "_scope", without)
    with pytest.raises(AssertionError):
        contract.test_what_is_out_of_scope_takes_no_place_in_the_ranking(store)


def test_both_searches_say_patient_and_labels_where_the_search_applies_them(
    store: IndexedStore, collection: FakeCollection
) -> None:
    store.replace("d-1", 1, JANE, [embedded("Warfarin was stopped.")])
    collection.requests.clear()
    store.search(Scope(JANE, frozenset("NR")), "warfarin", axis(0), 5)
    words, vector = (request.document["query"] for request in collection.requests)
    scope = [{"term": {"patient": stores.NAMES.patient(JANE)}}, {"terms": {"label": ["N", "R"]}}]
    assert words["bool"]["filter"] == scope
    assert vector["knn"]["vector"]["filter"] == {
        "bool": {"filter": [*scope, {"term": {"model": stores.MODEL}}]}
    }


def test_an_index_that_answers_with_others_chunks_shows_none_of_them(
    store: IndexedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.replace("d-1", 1, JANE, [embedded("Jane's."), embedded("Hidden.", 1, access_label="V")])
    store.replace("d-2", 1, JOHN, [embedded("John's.", document_id="d-2", patient_id=JOHN)])
    monkeypatch.setattr(opensearch, "matches", lambda *_: 1.0)
    assert seen(store) == ["Jane's."]


# Signatures


@pytest.mark.parametrize(
    ("access_key", "secret_key", "region"),
    [("other", None, "us-east-1"), (None, "other", "us-east-1"), (None, None, "us-west-2")],
)
def test_another_signature_is_refused(
    bucket: Objects, collection: FakeCollection, address: str, monkeypatch: pytest.MonkeyPatch,
    access_key: str | None, secret_key: str | None, region: str,
) -> None:  # fmt: skip
    wrong = ReadOnlyCredentials(
        access_key or collection.access_key, secret_key or collection.secret_key, None
    )
    monkeypatch.setattr(opensearch_store, "credentials", lambda: wrong)
    monkeypatch.setenv("AWS_REGION", region)
    with pytest.raises(Problem) as caught:
        stores.opensearch_store(address, bucket).replace("d-1", 1, JANE, [embedded(CANARY)])
    assert (caught.value.status, caught.value.aws_error) == (503, "Http403")
    assert CANARY not in f"{caught.value!r}{caught.value.document('r')}"
    assert seen(stores.s3_store()) == []


def test_a_request_without_signature_is_refused(collection: FakeCollection, address: str) -> None:
    def unsigned(request: AWSRequest) -> None:
        """Adds nothing."""

    with pytest.raises(Problem) as caught:
        JsonApi(address, unsigned).post("/chunks/_search", {})
    assert caught.value.aws_error == "Http403"
    assert collection.mappings == {}


def test_temporary_credentials_send_their_token(
    bucket: Objects, collection: FakeCollection, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = ReadOnlyCredentials(collection.access_key, collection.secret_key, "the-session-token")
    monkeypatch.setattr(opensearch_store, "credentials", lambda: role)
    assert stores.opensearch_store(address, bucket).replace("d-1", 1, JANE, [embedded("Line.")])
    sent = collection.requests[-1].headers
    assert sent["x-amz-security-token"] == "the-session-token"
    assert "x-amz-security-token" in sent["authorization"]


@pytest.mark.parametrize("address", ["http://search.example.org", "ftp://127.0.0.2", "search.example.org"])
def test_an_address_without_tls_is_refused(address: str) -> None:
    with pytest.raises(SettingUnusableError):
        JsonApi(address, opensearch_store.sign)


# What the collection is asked for


def test_the_index_is_made_once_and_takes_no_field_that_it_does_not_know(
    store: IndexedStore, collection: FakeCollection, address: str
) -> None:
    store.replace("d-1", 1, JANE, [embedded("One.")])
    store.replace("d-1", 2, JANE, [embedded("Two.")])
    made = [request for request in collection.requests if request.method == "PUT"]
    assert [request.url for request in made] == ["/chunks"]
    assert made[0].document["mappings"]["dynamic"] == "strict"
    assert collection.mappings["chunks"]["vector"]["dimension"] == DIMENSIONS
    # Another process finds it there.
    assert stores.opensearch_store(f"{address}/").index is not None
    assert stores.opensearch_store(address).replace("d-1", 3, JANE, [embedded("Three.")])
    assert seen(store) == ["Three."]


def test_an_index_that_cannot_be_made_is_an_error(collection: FakeCollection, store: IndexedStore) -> None:
    collection.faults = [(400, {"error": {"type": "invalid_index_name_exception", "reason": CANARY}})]
    with pytest.raises(Problem) as caught:
        store.replace("d-1", 1, JANE, [embedded("One.")])
    assert (caught.value.status, caught.value.aws_error) == (500, "IndexRefused")


def test_nothing_is_asked_of_an_index_where_the_shard_shows_nothing(
    store: IndexedStore, collection: FakeCollection
) -> None:
    assert seen(store) == []
    assert store.search(Scope(JANE, frozenset()), "x", axis(0), 5) == []
    assert collection.requests == []
    assert store.remove("d-1", 1)  # there is no index yet


def test_ids_of_patients_and_documents_are_not_sent(store: IndexedStore, collection: FakeCollection) -> None:
    store.replace("d-1", 1, JANE, [embedded("Line.")])
    store.search(Scope(JANE, ALL), "line", axis(0), 5)
    store.remove("d-1", 2)
    sent = "".join(f"{request.url}{request.headers}{request.body!r}" for request in collection.requests)
    assert JANE not in sent
    assert "d-1" not in sent
    assert collection.records == {}


# Lag, doubles and leftovers


def test_what_was_removed_is_not_found_though_the_collection_still_shows_it(
    address: str, collection: FakeCollection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stores.opensearch_store(address, lag_seconds=120)
    store.replace("d-1", 1, JANE, [embedded("Old.")])
    collection.refresh()
    collection.lag = True
    assert seen(store) == ["Old."]
    with pytest.raises(Problem) as caught:  # the sweep may not have seen all: come again
        store.remove("d-1", 2)
    assert (caught.value.status, caught.value.aws_error) == (503, "IndexLagsBehind")
    assert seen(store) == []
    later(monkeypatch, 121)
    assert store.remove("d-1", 2)
    assert collection.records == {}


def test_what_was_written_a_moment_ago_is_swept_once_it_is_seen(
    address: str, collection: FakeCollection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stores.opensearch_store(address, lag_seconds=120)
    collection.lag = True
    store.replace("d-1", 1, JOHN, [embedded("Wrong patient.", patient_id=JOHN)])
    with pytest.raises(Problem):
        store.replace("d-1", 2, JANE, [embedded("Right patient.")])
    assert len(collection.records) == 2, "the sweep saw none of them"
    collection.refresh()
    assert (seen(store, JOHN), seen(store)) == ([], ["Right patient."])
    later(monkeypatch, 121)
    assert store.replace("d-1", 2, JANE, [embedded("Right patient.")])
    assert [source["patient"] for source in collection.records.values()] == [stores.NAMES.patient(JANE)]


def test_a_revision_that_is_not_seen_yet_hides_the_old_one_at_once(
    address: str, collection: FakeCollection
) -> None:
    store = stores.opensearch_store(address)
    store.replace("d-1", 1, JANE, [embedded("Old.")])
    collection.refresh()
    collection.lag = True
    store.replace("d-1", 2, JANE, [embedded("New.")])
    assert seen(store) == []
    collection.refresh()
    assert seen(store) == ["New."]


def test_a_doubled_record_counts_once(store: IndexedStore, collection: FakeCollection) -> None:
    chunks = [embedded("Warfarin was stopped.")]
    store.replace("d-1", 1, JANE, chunks)
    names = stores.NAMES
    store.index.write(Batch(names.document("d-1"), names.patient(JANE), 2, stores.MODEL, chunks))
    assert len(collection.records) == 2
    (found,) = store.search(Scope(JANE, ALL), "warfarin", axis(0), 5)
    assert found.score == pytest.approx(2 / (FUSION_K + 1))
    store.replace("d-1", 1, JANE, chunks)
    assert len(collection.records) == 2, "what is there is not written again"
    store.replace("d-1", 2, JANE, [embedded("Warfarin goes on.")])
    assert len(collection.records) == 1


@pytest.mark.parametrize("fails_at", range(4))
def test_what_breaks_off_shows_the_old_revision_or_the_new_one_and_is_done_again(
    address: str, bucket: Objects, fails_at: int
) -> None:
    whole = stores.opensearch_store(address)
    whole.replace("d-1", 1, JOHN, [embedded("Old.", patient_id=JOHN)])
    broken = stores.opensearch_store(address, stores.Interrupted(bucket.client, bucket.bucket, fails_at))
    with pytest.raises(Problem):
        broken.replace("d-1", 2, JANE, [embedded("New.")])
    assert (seen(whole, JOHN), seen(whole)) in ((["Old."], []), ([], []), ([], ["New."]))
    assert whole.replace("d-1", 2, JANE, [embedded("New.")])
    assert (seen(whole, JOHN), seen(whole)) == ([], ["New."])


def test_a_late_writer_takes_its_records_with_it(
    address: str, bucket: Objects, collection: FakeCollection
) -> None:
    whole = stores.opensearch_store(address)

    class Overtaken(OpenSearchIndex):
        def write(self, batch: Batch) -> None:
            assert whole.replace("d-1", 2, JANE, [embedded("New.")])  # with its sweep
            OpenSearchIndex.write(self, batch)

    late = IndexedStore(
        stores.shards(bucket), Overtaken(JsonApi(address, opensearch_store.sign), "chunks", 0), stores.MODEL
    )
    assert not late.replace("d-1", 1, JANE, [embedded("Old.")])
    assert seen(whole) == ["New."]
    assert len(collection.records) == 1


# Faults


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_passing_fault_is_tried_once_more(
    store: IndexedStore, collection: FakeCollection, status: int
) -> None:
    store.replace("d-1", 1, JANE, [embedded("Line.")])
    collection.faults = [(status, {"message": CANARY})]
    assert seen(store) == ["Line."]


@pytest.mark.parametrize(
    ("status", "document", "becomes", "code", "retry_after"),
    [
        (429, {"message": CANARY}, 503, "Http429", 1),
        (500, {"message": CANARY}, 503, "Http500", 30),
        (403, {"message": CANARY}, 503, "Http403", 30),
        (400, {"error": {"reason": CANARY}}, 500, "Http400", None),
        (302, {}, 500, "Http302", None),
        (200, b"<html>" + CANARY.encode(), 500, "AnswerUnreadable", None),
        (200, {"timed_out": True, "hits": {"hits": []}}, 503, "SearchIncomplete", 1),
        (200, {"_shards": {"failed": 1}, "hits": {"hits": []}}, 503, "SearchIncomplete", 1),
    ],
)
def test_a_fault_that_stays_is_a_problem_without_the_servers_words(
    store: IndexedStore, collection: FakeCollection, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture, status: int, document: Any, becomes: int, code: str,
    retry_after: int | None,
) -> None:  # fmt: skip
    store.replace("d-1", 1, JANE, [embedded(CANARY)])
    collection.faults = [(status, document)] * 2
    with caplog.at_level(logging.INFO), pytest.raises(Problem) as caught:
        store.search(Scope(JANE, ALL), CANARY, axis(0), 5)
    problem = caught.value
    assert (problem.status, problem.aws_error, problem.retry_after) == (becomes, code, retry_after)
    said = f"{problem!r}{problem.document('r')}{capfd.readouterr()}{caplog.text}"
    assert CANARY not in said
    assert JANE not in said


def test_a_server_that_is_gone_is_a_problem(address: str, store: IndexedStore, bucket: Objects) -> None:
    store.replace("d-1", 1, JANE, [embedded("Line.")])
    with served(stores.collection()) as other:
        gone = stores.opensearch_store(other, bucket)
    with pytest.raises(Problem) as caught:
        seen(gone)
    assert (caught.value.status, caught.value.aws_error) == (503, "EndpointConnectionError")
    assert address != other


@pytest.mark.parametrize(("status", "becomes"), [(429, 503), (503, 503), (400, 500)])
def test_a_batch_that_is_taken_in_part_shows_nothing(
    store: IndexedStore, collection: FakeCollection, status: int, becomes: int
) -> None:
    store.replace("d-1", 1, JANE, [embedded("Old.")])
    refused = {"index": {"status": status, "error": {"reason": CANARY}}}
    collection.faults = [(200, {"errors": True, "items": [{"index": {"status": 201}}, refused]})]
    with pytest.raises(Problem) as caught:
        store.replace("d-1", 2, JANE, [embedded("New.", n) for n in range(2)])
    assert caught.value.status == becomes
    assert seen(store) == ["Old."]
    assert store.replace("d-1", 2, JANE, [embedded("New.", n) for n in range(2)])
    assert seen(store) == ["New.", "New."]


def test_settings_make_the_store(bucket: Objects, address: str, collection: FakeCollection) -> None:
    from healthcare import aws

    key = aws.kms().create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    setting = {
        "kind": "opensearch",
        "bucket": bucket.bucket,
        "hash_key_id": key,
        "endpoint": address,
        "index": "notes",
    }
    store = opensearch_store.store_of(setting, stores.MODEL)
    assert store.replace("d-1", 1, JANE, [embedded("Line.")])
    assert isinstance(store.index, OpenSearchIndex)
    assert store.index.lag_seconds == 120
    assert list(collection.mappings) == ["notes"]
    assert json.loads(collection.requests[-2].body.splitlines()[0]) == {"index": {"_index": "notes"}}
