"""S3 as a store of chunks: the contract of all stores, and its own: writers at once, limits, faults."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zlib
from typing import Any

import pytest
from botocore.exceptions import ClientError
from healthcare import aws
from healthcare.problems import Problem
from hypothesis import given, settings
from hypothesis import strategies as st
from rag_retrieval import s3_objects, s3_shard, s3_shards, s3_store
from rag_retrieval.opaque_names import OpaqueNames
from rag_retrieval.s3_objects import Objects
from rag_retrieval.s3_shard import Held, Shard, decode, encode, vectors_of
from rag_retrieval.store import DIMENSIONS, FUSION_K, Chunk, ChunkStore, EmbeddedChunk, Scope

from tests.unit.lambda_src.rag.fakes import stores
from tests.unit.lambda_src.rag.store_contract import (
    ALL,
    JANE,
    JOHN,
    StoreContract,
    axis,
    chunk,
    embedded,
    texts,
)

CANARY = "Canary-Zebulon-Quist-1969-07-20"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_objects, "_LONGEST_PAUSE", 0)


@pytest.fixture
def bucket(aws: None) -> Objects:
    return stores.objects()


def seen(patient_id: str) -> list[str]:
    found = stores.s3_store().search(Scope(patient_id, ALL), "nothing", axis(0), 100)
    return sorted(texts(found))


class TestContract(StoreContract):
    @pytest.fixture
    def store(self, bucket: Objects) -> ChunkStore:
        return stores.s3_store(bucket)


# Names


def test_no_id_stands_in_a_key_nor_follows_from_one(bucket: Objects) -> None:
    stores.s3_store().replace("d-1", 1, JANE, [embedded("Line.")])
    keys = list(stores.contents(bucket))
    assert sorted(key.split("/")[0] for key in keys) == ["documents", "patients"]
    for guess in (JANE, "d-1", hashlib.sha256(JANE.encode()).hexdigest(), hashlib.sha256(b"d-1").hexdigest()):
        assert not any(guess in key for key in keys)
    other = OpaqueNames(b"another key, of 32 bytes also...")
    assert other.patient(JANE) != stores.NAMES.patient(JANE) != stores.NAMES.document(JANE)
    assert "a key for tests" not in repr(stores.s3_store())


def test_the_key_of_all_names_is_a_mac_of_kms_and_stays_the_same(bucket: Objects) -> None:
    key = aws.kms().create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    setting = {"kind": "s3", "bucket": bucket.bucket, "hash_key_id": key}
    assert s3_store.store_of(setting, stores.MODEL).replace("d-1", 1, JANE, [embedded("Line.")])
    again = s3_store.store_of(setting, stores.MODEL)
    assert texts(again.search(Scope(JANE, ALL), "line", axis(0), 5)) == ["Line."]
    with pytest.raises(Problem) as caught:
        s3_store.store_of(setting | {"hash_key_id": "00000000-0000-4000-8000-000000000000"}, stores.MODEL)
    assert caught.value.status == 503


# Writers at once: each place where another can come in between is tried.


@pytest.mark.parametrize("before", range(3))
def test_another_document_of_the_patient_at_once_loses_nothing(bucket: Objects, before: int) -> None:
    def meanwhile() -> None:
        assert stores.s3_store().replace("d-2", 1, JANE, [embedded("Two.", document_id="d-2")])

    overtaken = stores.Overtaken(bucket.client, bucket.bucket, before, meanwhile)
    assert stores.s3_store(overtaken).replace("d-1", 1, JANE, [embedded("One.")])
    if overtaken.count[0] <= before:  # a first revision has nothing to let go of: two writes
        meanwhile()
    assert seen(JANE) == ["One.", "Two."]


@pytest.mark.parametrize("before", range(2))
def test_a_newer_revision_at_once_wins(bucket: Objects, before: int) -> None:
    def meanwhile() -> None:
        assert stores.s3_store().replace("d-1", 2, JOHN, [embedded("New.", patient_id=JOHN)])

    overtaken = stores.Overtaken(bucket.client, bucket.bucket, before, meanwhile)
    assert not stores.s3_store(overtaken).replace("d-1", 1, JANE, [embedded("Old.")])
    assert (seen(JANE), seen(JOHN)) == ([], ["New."])


@pytest.mark.parametrize("before", range(2))
def test_a_removal_at_once_wins(bucket: Objects, before: int) -> None:
    overtaken = stores.Overtaken(
        bucket.client, bucket.bucket, before, lambda: stores.s3_store().remove("d-1", 2)
    )
    assert not stores.s3_store(overtaken).replace("d-1", 1, JANE, [embedded("Old.")])
    assert seen(JANE) == []


@pytest.mark.parametrize("before", range(2))
def test_the_same_message_at_once_is_the_same_as_once(bucket: Objects, before: int) -> None:
    one = [embedded("One.")]
    overtaken = stores.Overtaken(
        bucket.client, bucket.bucket, before, lambda: stores.s3_store().replace("d-1", 1, JANE, one)
    )
    assert stores.s3_store(overtaken).replace("d-1", 1, JANE, one)
    assert seen(JANE) == ["One."]


def test_who_never_gets_a_turn_is_told_to_come_again_and_has_written_nothing(bucket: Objects) -> None:
    with pytest.raises(Problem) as caught:
        stores.s3_store(stores.Contended(bucket.client, bucket.bucket)).replace(
            "d-1", 1, JANE, [embedded("One.")]
        )
    assert (caught.value.status, caught.value.retry_after, caught.value.aws_error) == (
        503,
        1,
        "ObjectContended",
    )
    assert stores.contents(bucket) == {}


# What breaks off


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("fails_at", range(4))
def test_a_document_that_changes_patients_breaks_off_and_is_done_again(
    bucket: Objects, fails_at: int, done: bool
) -> None:
    stores.s3_store().replace("d-1", 1, JOHN, [embedded("Wrong patient.", patient_id=JOHN)])
    stores.s3_store().replace("d-2", 1, JANE, [embedded("Other.", document_id="d-2")])
    right = [embedded("Right patient.")]
    broken = stores.Interrupted(bucket.client, bucket.bucket, fails_at, done)
    with pytest.raises(Problem) as caught:
        stores.s3_store(broken).replace("d-1", 2, JANE, right)
    assert caught.value.status == 503
    # The old revision, the new one, or for a moment neither: never both.
    assert (seen(JOHN), seen(JANE)) in (
        (["Wrong patient."], ["Other."]),
        ([], ["Other."]),
        ([], ["Other.", "Right patient."]),
    )
    assert stores.s3_store().replace("d-1", 2, JANE, right)
    assert (seen(JOHN), seen(JANE)) == ([], ["Other.", "Right patient."])
    assert not stores.s3_store().replace("d-1", 1, JOHN, [embedded("Wrong patient.", patient_id=JOHN)])


@pytest.mark.parametrize("fails_at", range(3))
def test_a_removal_that_breaks_off_is_done_again(bucket: Objects, fails_at: int) -> None:
    stores.s3_store().replace("d-1", 1, JANE, [embedded("Old.")])
    with pytest.raises(Problem):
        stores.s3_store(stores.Interrupted(bucket.client, bucket.bucket, fails_at)).remove("d-1", 2)
    assert stores.s3_store().remove("d-1", 2)
    assert seen(JANE) == []


# Limits


def test_a_patient_has_no_more_chunks_than_the_limit_and_nothing_is_half_written(bucket: Objects) -> None:
    store = stores.s3_store(maximum_chunks=3)
    assert store.replace("d-1", 1, JANE, [embedded("Line.", n) for n in range(2)])
    before = stores.contents(bucket)
    with pytest.raises(Problem) as caught:
        store.replace("d-2", 1, JANE, [embedded("More.", n, document_id="d-2") for n in range(2)])
    assert (caught.value.status, caught.value.code) == (500, "shard_full")
    assert stores.contents(bucket) == before
    assert store.replace("d-1", 2, JANE, [embedded("Line.", n) for n in range(3)])
    assert store.replace("d-2", 1, JOHN, [embedded("John's.", document_id="d-2", patient_id=JOHN)])


def test_a_shard_has_no_more_bytes_than_the_limit(bucket: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_shards, "MAXIMUM_BYTES", 4 * DIMENSIONS + 100)
    with pytest.raises(Problem) as caught:
        stores.s3_store().replace("d-1", 1, JANE, [embedded("Line.")])
    assert caught.value.code == "shard_full"
    assert stores.contents(bucket) == {}


# What is refused


def test_a_shard_of_another_patient_is_refused(bucket: Objects) -> None:
    stores.s3_store().replace("d-1", 1, JOHN, [embedded(CANARY, patient_id=JOHN)])
    johns = bucket.read(f"patients/{stores.NAMES.patient(JOHN)}").content
    bucket.write(f"patients/{stores.NAMES.patient(JANE)}", johns, None)
    with pytest.raises(Problem) as caught:
        seen(JANE)
    assert (caught.value.status, caught.value.aws_error) == (500, "ShardOfAnother")
    with pytest.raises(Problem):
        stores.s3_store().replace("d-2", 1, JANE, [embedded("Line.", document_id="d-2")])


def test_a_shard_with_one_chunk_of_another_patient_is_refused_whole(bucket: Objects) -> None:
    chunks = [embedded("Jane's."), embedded("John's.", 1, patient_id=JOHN)]
    document = Held(2, tuple(one for one, _ in chunks), stores.MODEL, vectors_of(chunks))
    bucket.write(f"patients/{stores.NAMES.patient(JANE)}", encode(Shard(JANE, {"d-1": document})), None)
    with pytest.raises(Problem) as caught:
        seen(JANE)
    assert caught.value.aws_error == "ShardOfAnother"


def test_a_document_object_of_another_document_is_refused(bucket: Objects) -> None:
    stores.s3_store().replace("d-1", 1, JANE, [embedded("Line.")])
    claim = bucket.read(f"documents/{stores.NAMES.document('d-1')}").content
    bucket.write(f"documents/{stores.NAMES.document('d-2')}", claim, None)
    with pytest.raises(Problem) as caught:
        stores.s3_store().remove("d-2", 9)
    assert (caught.value.status, caught.value.aws_error) == (500, "ClaimOfAnother")
    assert seen(JANE) == ["Line."]


@pytest.mark.parametrize("damage", ["cut", "longer", "magic", "head", "empty list", "bomb"])
def test_a_damaged_shard_is_refused(bucket: Objects, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stores.s3_store().replace("d-1", 1, JANE, [embedded(CANARY)])
    key = f"patients/{stores.NAMES.patient(JANE)}"
    content, etag = bucket.read(key)
    if damage == "bomb":
        monkeypatch.setattr(s3_shard, "_MAXIMUM_HEAD", 10)
    damaged = {
        "cut": content[:-1],
        "longer": content + b"\0",
        "magic": b"X" + content[1:],
        "head": content[:40] + b"\xff" * 8 + content[48:],
        "empty list": b"[]",
        "bomb": content + b"",
    }[damage]
    bucket.write(key, damaged, etag)
    with pytest.raises(Problem) as caught:
        seen(JANE)
    assert (caught.value.status, caught.value.aws_error) == (500, "ShardUnreadable")
    assert CANARY not in repr(caught.value)


@pytest.mark.parametrize(
    ("code", "status"), [("AccessDenied", 503), ("SlowDown", 503), ("InternalError", 503)]
)
@pytest.mark.parametrize("operation", ["get_object", "put_object"])
def test_what_s3_says_of_an_error_is_not_repeated(
    bucket: Objects, operation: str, code: str, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            return self._raise if name == operation else getattr(bucket.client, name)

        def _raise(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": code, "Message": CANARY}}, operation)

    broken: Any = Broken()
    store = stores.s3_store(Objects(broken, bucket.bucket))
    with pytest.raises(Problem) as caught:
        store.replace("d-1", 1, JANE, [embedded(CANARY)])
    assert (caught.value.status, caught.value.aws_error) == (status, code)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    said = f"{caught.value!r} {caught.value.document('r')} {capfd.readouterr()}"
    assert CANARY not in said
    assert JANE not in said


# Ranking


def test_vectors_of_another_model_are_not_compared(bucket: Objects) -> None:
    stores.s3_store(model="the-old-model").replace("d-1", 1, JANE, [embedded("Warfarin was stopped.")])
    store = stores.s3_store()
    (found,) = store.search(Scope(JANE, ALL), "warfarin", axis(0), 5)
    assert found.score == pytest.approx(1 / (FUSION_K + 1))  # by words alone
    assert store.search(Scope(JANE, ALL), "nothing", axis(0), 5) == []
    assert store.replace("d-1", 1, JANE, [embedded("Warfarin was stopped.")])
    (found,) = store.search(Scope(JANE, ALL), "warfarin", axis(0), 5)
    assert found.score == pytest.approx(2 / (FUSION_K + 1))


def test_length_of_an_embedding_does_not_count(bucket: Objects) -> None:
    long = tuple(1e200 * value for value in axis(1))
    stores.s3_store().replace(
        "d-1", 1, JANE, [EmbeddedChunk(chunk("Far."), long), embedded("Near.", 1, at=0)]
    )
    found = stores.s3_store().search(
        Scope(JANE, ALL), "nothing", tuple(1e-200 * value for value in axis(0)), 2
    )
    assert texts(found) == ["Near.", "Far."]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=40), st.text(max_size=300), st.integers(min_value=-1, max_value=2**40)),
        max_size=5,
    )
)
def test_a_shard_is_read_as_it_was_written(documents: list[tuple[str, str, int]]) -> None:
    shard = Shard(JANE, {})
    for document_id, text, stamp in documents:
        one = EmbeddedChunk(dataclasses.replace(chunk(text), document_id=document_id), axis(len(text)))
        held = Held(stamp, (one.chunk,), stores.MODEL, vectors_of([one]))
        shard = shard.with_document(document_id, held).with_document(f"{document_id}-gone", Held(stamp))
    content = encode(shard)
    assert decode(content, JANE) == shard
    assert encode(decode(content, JANE)) == content


def test_a_shard_of_before_there_were_headings_is_read() -> None:
    needed = {field.name for field in dataclasses.fields(Chunk) if field.default is dataclasses.MISSING}
    # Every shard holds these: another set needs another magic word, and all documents ingested anew.
    assert needed == {
        "chunk_id", "document_id", "version_id", "patient_id", "access_label", "kind", "place", "source",
        "start", "end", "text",
    }  # fmt: skip
    one = chunk("Warfarin 5 mg daily.", heading="STOP:")
    content = encode(Shard(JANE, {"d-1": Held(2, (one,))}))
    head = json.loads(zlib.decompress(content[17:]))
    del head["documents"]["d-1"]["chunks"][0]["heading"]
    older = zlib.compress(json.dumps(head).encode())
    content = content[:9] + len(older).to_bytes(8) + older
    assert decode(content, JANE).documents["d-1"].chunks == (dataclasses.replace(one, heading=""),)
