"""Pinecone as a source of candidates: the contract of all stores, how little is sent, the key, pages, faults.

The index here evaluates namespace and filter that are sent. That the contract would notice a missing one is
itself tested (`test_the_contract_misses_a_filter_that_is_missing`).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from healthcare import aws as functions_aws
from healthcare.problems import Problem
from rag_retrieval import json_api, pinecone_store
from rag_retrieval.indexed_store import IndexedStore
from rag_retrieval.json_api import JsonApi
from rag_retrieval.pinecone_store import ApiKey, PineconeIndex
from rag_retrieval.s3_objects import Objects
from rag_retrieval.store import DIMENSIONS, FUSION_K, ChunkStore, Scope

from tests.unit.lambda_src.rag.fakes import stores
from tests.unit.lambda_src.rag.fakes.pinecone import FakeIndex
from tests.unit.lambda_src.rag.fakes.server import Request, served
from tests.unit.lambda_src.rag.store_contract import ALL, JANE, JOHN, StoreContract, axis, embedded, texts

CANARY = "Canary-Zebulon-Quist-1969-07-20"
KEY = "pcsk_an_invented_key"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_api, "_PAUSE_SECONDS", 0)


@pytest.fixture
def bucket(aws: None) -> Objects:
    return stores.objects()


@pytest.fixture
def secret(bucket: Objects) -> str:
    return str(functions_aws.secretsmanager().create_secret(Name="pinecone", SecretString=KEY)["ARN"])


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex(KEY, DIMENSIONS)


@pytest.fixture
def address(index: FakeIndex) -> Iterator[str]:
    with served(index) as url:
        yield url


@pytest.fixture
def store(address: str, secret: str) -> IndexedStore:
    return stores.pinecone_store(address, secret)


def seen(store: ChunkStore, patient_id: str = JANE) -> list[str]:
    return sorted(texts(store.search(Scope(patient_id, ALL), "nothing", axis(0), 100)))


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    then = time.time() + seconds
    monkeypatch.setattr(time, "time", lambda: then)


class TestContract(StoreContract):
    @pytest.fixture
    def store(self, address: str, secret: str) -> ChunkStore:
        return stores.pinecone_store(address, secret)


# Filters


class WithoutNamespaces(FakeIndex):
    """An index that keeps all records in one place: the filter alone has to hold."""

    def answer(self, request: Request) -> tuple[int, Any]:
        if request.method == "POST":
            body = json.dumps(request.document | {"namespace": "all"}).encode()
            return FakeIndex.answer(self, request._replace(body=body))
        url = request.url.replace(f"namespace={request.parameters['namespace']}", "namespace=all")
        return FakeIndex.answer(self, request._replace(url=url))


@pytest.mark.parametrize("field", ["patient", "label"])
def test_the_contract_misses_a_filter_that_is_missing(
    secret: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = StoreContract()
    whole = JsonApi.post

    def without(self: JsonApi, path: str, document: Any, expected: frozenset[int] = frozenset()) -> Any:
        if path == "/query":
            document["filter"].pop(field)
        return whole(self, path, document, expected)

    with served(WithoutNamespaces(KEY, DIMENSIONS)) as address:
        store = stores.pinecone_store(address, secret)
        contract.test_what_is_out_of_scope_and_nearer_takes_no_place_either(store)
        monkeypatch.setattr(JsonApi, "post", without)
        with pytest.raises((AssertionError, ValueError)):
            contract.test_what_is_out_of_scope_and_nearer_takes_no_place_either(store)


def test_the_namespace_is_the_patients_and_the_filter_says_it_again(
    store: IndexedStore, index: FakeIndex
) -> None:
    store.replace("d-1", 1, JANE, [embedded("Line.")])
    store.search(Scope(JANE, frozenset("NR")), "line", axis(0), 5)
    asked = index.requests[-1].document
    patient = stores.NAMES.patient(JANE)
    assert asked["namespace"] == patient
    assert asked["filter"] == {
        "patient": {"$eq": patient},
        "label": {"$in": ["N", "R"]},
        "model": {"$eq": stores.MODEL},
    }
    assert (asked["includeMetadata"], asked["includeValues"]) == (False, False)


def test_an_index_that_answers_with_others_chunks_shows_none_of_them(
    store: IndexedStore, index: FakeIndex
) -> None:
    store.replace("d-1", 1, JANE, [embedded("Jane's."), embedded("Hidden.", 1, access_label="V")])
    store.replace("d-2", 1, JOHN, [embedded("John's.", document_id="d-2", patient_id=JOHN)])
    everything = [key for records in index.namespaces.values() for key in records]
    index.faults = [(200, {"matches": [{"id": key, "score": 1.0} for key in everything]})]
    assert len(everything) == 3
    assert seen(store) == ["Jane's."]


# What is sent


def test_neither_text_nor_ids_leave_the_account(store: IndexedStore, index: FakeIndex) -> None:
    store.replace("d-1", 1, JANE, [embedded(CANARY, place="page 7", source="Letter of 2024-09-12")])
    (found,) = store.search(Scope(JANE, ALL), f"what of {CANARY}", axis(0), 5)
    assert found.chunk.text == CANARY
    store.remove("d-1", 2)
    sent = "".join(f"{request.url}{request.headers}{request.body!r}" for request in index.requests)
    for secret in (CANARY, "Zebulon", JANE, "d-1", "v-1", "page 7", "Letter"):
        assert secret not in sent
    assert index.namespaces == {}


def test_many_chunks_come_and_go_in_batches_and_pages(store: IndexedStore, index: FakeIndex) -> None:
    assert store.replace("d-1", 1, JANE, [embedded(f"Line {n}.", n) for n in range(250)])
    assert sum(request.path == "/vectors/upsert" for request in index.requests) == 3
    assert store.replace("d-1", 2, JANE, [embedded("Line.")])
    assert sum(request.path == "/vectors/list" for request in index.requests) >= 3
    assert [len(records) for records in index.namespaces.values()] == [1]


def test_other_documents_of_a_similar_name_are_not_swept(store: IndexedStore, index: FakeIndex) -> None:
    store.replace("d-1", 1, JANE, [embedded("One.")])
    store.replace("d-10", 1, JANE, [embedded("Ten.", document_id="d-10")])
    store.remove("d-1", 2)
    assert seen(store) == ["Ten."]
    assert [len(records) for records in index.namespaces.values()] == [1]


def test_words_are_ranked_over_all_that_may_be_seen(store: IndexedStore) -> None:
    """Not over what the vectors have found only: a word that stands once in 300 chunks is found."""
    fill = [embedded(f"Weight chart, line {n}.", n, at=0) for n in range(1, 300)]
    store.replace("d-1", 1, JANE, [embedded("Stop warfarin before surgery.", 0, at=500), *fill])
    found = store.search(Scope(JANE, ALL), "warfarin", axis(0), 2)
    assert "Stop warfarin before surgery." in texts(found)
    assert found[0].score == pytest.approx(1 / (FUSION_K + 1))


# The key


def test_the_key_is_read_once_and_anew_after_a_while(
    address: str, secret: str, index: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stores.pinecone_store(address, secret)
    store.replace("d-1", 1, JANE, [embedded("Line.")])
    functions_aws.secretsmanager().put_secret_value(SecretId=secret, SecretString="pcsk_the_next_key")
    assert seen(store) == ["Line."]
    index.key = "pcsk_the_next_key"
    later(monkeypatch, 301)
    assert seen(store) == ["Line."]
    assert KEY not in repr(store)
    assert "pcsk_the_next_key" not in repr(store)


def test_a_wrong_key_is_refused_and_not_repeated(
    store: IndexedStore, index: FakeIndex, caplog: pytest.LogCaptureFixture
) -> None:
    index.key = "another"
    with caplog.at_level(logging.INFO), pytest.raises(Problem) as caught:
        store.replace("d-1", 1, JANE, [embedded("Line.")])
    assert (caught.value.status, caught.value.aws_error) == (503, "Http401")
    assert KEY not in f"{caught.value!r}{caught.value.document('r')}{caplog.text}"
    assert index.namespaces == {}


@pytest.mark.parametrize("text", ["", " \n", "two\nlines", "k\u00e9y"])
def test_a_secret_without_a_key_is_an_error(address: str, secret: str, text: str) -> None:
    if text:
        functions_aws.secretsmanager().put_secret_value(SecretId=secret, SecretString=text)
    else:
        functions_aws.secretsmanager().put_secret_value(SecretId=secret, SecretBinary=b"binary")
    with pytest.raises(Problem) as caught:
        stores.pinecone_store(address, secret).replace("d-1", 1, JANE, [embedded("Line.")])
    assert (caught.value.status, caught.value.aws_error) == (500, "SecretWithoutKey")


def test_a_secret_that_may_not_be_read_is_a_problem(address: str, bucket: Objects) -> None:
    missing = "arn:aws:secretsmanager:us-east-1:123456789012:secret:none-abc123"
    with pytest.raises(Problem) as caught:
        stores.pinecone_store(address, missing, bucket).replace("d-1", 1, JANE, [embedded("Line.")])
    assert (caught.value.status, caught.value.aws_error) == (503, "ResourceNotFoundException")


# Lag and faults


def test_what_was_removed_is_not_found_though_the_index_still_shows_it(
    address: str, secret: str, index: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stores.pinecone_store(address, secret, lag_seconds=120)
    store.replace("d-1", 1, JANE, [embedded("Old.")])
    index.refresh()
    index.lag = True
    with pytest.raises(Problem) as caught:
        store.remove("d-1", 2)
    assert (caught.value.status, caught.value.aws_error) == (503, "IndexLagsBehind")
    assert seen(store) == []
    later(monkeypatch, 121)
    assert store.remove("d-1", 2)
    assert index.namespaces == {}


@pytest.mark.parametrize("fails_at", range(4))
def test_what_breaks_off_shows_the_old_revision_or_the_new_one_and_is_done_again(
    address: str, secret: str, bucket: Objects, index: FakeIndex, fails_at: int
) -> None:
    whole = stores.pinecone_store(address, secret)
    whole.replace("d-1", 1, JOHN, [embedded("Old.", patient_id=JOHN)])
    broken = stores.pinecone_store(
        address, secret, stores.Interrupted(bucket.client, bucket.bucket, fails_at)
    )
    with pytest.raises(Problem):
        broken.replace("d-1", 2, JANE, [embedded("New.")])
    assert (seen(whole, JOHN), seen(whole)) in ((["Old."], []), ([], []), ([], ["New."]))
    assert whole.replace("d-1", 2, JANE, [embedded("New.")])
    assert (seen(whole, JOHN), seen(whole)) == ([], ["New."])
    assert list(index.namespaces) == [stores.NAMES.patient(JANE)]


@pytest.mark.parametrize("calls", range(6))
def test_an_index_that_breaks_off_at_any_call_is_mended_by_the_next_delivery(
    store: IndexedStore, index: FakeIndex, calls: int
) -> None:
    store.replace("d-1", 1, JOHN, [embedded("Old.", n, patient_id=JOHN) for n in range(3)])
    answer, count = index.answer, len(index.requests)

    def broken(request: Request) -> tuple[int, Any]:
        if len(index.requests) - count >= calls:
            return 503, {}
        return answer(request)

    index.answer = broken  # type: ignore[method-assign]
    try:
        store.replace("d-1", 2, JANE, [embedded("New.", n) for n in range(150)])
    except Problem as problem:
        assert problem.status == 503  # noqa: PT017 - with enough calls it succeeds
    index.answer = answer  # type: ignore[method-assign]
    assert not set(seen(store, JOHN)) & {"New."}
    assert set(seen(store)) in (set(), {"New."})
    assert store.replace("d-1", 2, JANE, [embedded("New.", n) for n in range(150)])
    assert (seen(store, JOHN), len(seen(store))) == ([], 100)
    assert list(index.namespaces) == [stores.NAMES.patient(JANE)]


@pytest.mark.parametrize(
    ("status", "document", "becomes", "code"),
    [
        (429, {"message": CANARY}, 503, "Http429"),
        (500, {"message": CANARY}, 503, "Http500"),
        (400, {"message": CANARY}, 500, "Http400"),
        (200, CANARY.encode(), 500, "AnswerUnreadable"),
        (200, {"matches": [{"id": CANARY, "score": 1}]}, 500, "RecordOfOthers"),
    ],
)
def test_a_fault_is_a_problem_without_the_servers_words(
    store: IndexedStore, index: FakeIndex, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture, status: int, document: Any, becomes: int, code: str,
) -> None:  # fmt: skip
    store.replace("d-1", 1, JANE, [embedded(CANARY)])
    index.faults = [(status, document)] * 2
    with caplog.at_level(logging.INFO), pytest.raises(Problem) as caught:
        store.search(Scope(JANE, ALL), CANARY, axis(0), 5)
    problem = caught.value
    assert (problem.status, problem.aws_error) == (becomes, code)
    said = f"{problem!r}{problem.document('r')}{capfd.readouterr()}{caplog.text}"
    assert CANARY not in said
    assert JANE not in said


def test_settings_make_the_store(bucket: Objects, secret: str) -> None:
    kms = functions_aws.kms()
    key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    host = "chunks-ab12cde.svc.aped-4627-b74a.pinecone.io"
    setting = {
        "kind": "pinecone",
        "bucket": bucket.bucket,
        "hash_key_id": key,
        "host": host,
        "secret_arn": secret,
    }
    store = pinecone_store.store_of(setting, stores.MODEL)
    assert isinstance(store.index, PineconeIndex)
    assert store.index.api.base_url == f"https://{host}"
    assert store.index.lag_seconds == 120
    assert KEY not in repr(ApiKey(secret))
