"""What S3 tells, in its three shapes, twice, late and in any order; and what survives AWS's failures."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from document_ingest import reading
from document_ingest.announcements import SOURCE, Announcements
from document_ingest.events import IngestFailedError
from document_ingest.notices import is_later, notices_of
from healthcare.event_bus import EventBus
from healthcare.requests import UnsupportedEventError

from tests.unit.lambda_src.documents.samples import JANE, NOTE, ccda, pdf
from tests.unit.lambda_src.documents.world import (
    BUCKET,
    KEY,
    TEST_EVENT,
    DocumentWorld,
    by_queue,
    created,
    deleted,
    marked,
    notification,
    sequencer,
)

TEXT = NOTE.encode()
AWKWARD = "incoming/Jane Doe+1%2B/é ü/%zz+.txt"


def kinds(documents: DocumentWorld) -> list[tuple[str, str]]:
    return [(said["DetailType"], said["Detail"]["status"]) for said in documents.announced]


@pytest.mark.parametrize(
    "event",
    [
        created,
        notification,
        lambda *said: by_queue(created(*said)),
        lambda *said: by_queue(notification(*said)),
    ],
    ids=["EventBridge", "S3", "SQS of EventBridge", "SQS of S3"],
)
def test_every_shape_with_an_awkward_key(documents: DocumentWorld, event: Any) -> None:
    version = documents.put(TEXT, AWKWARD)
    assert documents.tell(event(version, AWKWARD)) in (None, {"batchItemFailures": []})
    assert documents.current(AWKWARD)["status"] == "stored"


def test_a_key_with_a_plus_in_it_is_not_decoded_twice(documents: DocumentWorld) -> None:
    (found,) = notices_of(created("v1", "incoming/a+b%20c.txt"))
    assert found.key == "incoming/a+b%20c.txt"
    (found,) = notices_of(notification("v1", "incoming/a+b%20c.txt"))
    assert found.key == "incoming/a+b%20c.txt"


@pytest.mark.parametrize(
    "version",
    [
        "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",  # ev-events.html
        "096fKKXTRTtl3on89fVO.nfljtsv6qko",  # notification-content-structure.html
        "3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo",  # versioning-workflows.html
        "3/L4kqtJlcpXrof3vjVBH40Nr8X8gdRQBpUMLUo",  # API_PutObject.html
    ],
)
def test_version_ids_as_s3_documents_them(version: str) -> None:
    """Of https://docs.aws.amazon.com/AmazonS3/latest/: "URL-ready, opaque"; moto's are UUIDs."""
    for event in (created(version), notification(version)):
        (found,) = notices_of(event)
        assert found.version_id == version


@pytest.mark.parametrize("event", [TEST_EVENT, by_queue(TEST_EVENT)], ids=["S3", "SQS"])
def test_a_test_is_no_document(documents: DocumentWorld, event: object) -> None:
    assert documents.tell(event) in (None, {"batchItemFailures": []})
    assert documents.rows() == []


@pytest.mark.parametrize("event", [created, notification])
def test_a_folder_of_the_console_is_no_document(documents: DocumentWorld, event: Any) -> None:
    folder = "incoming/Jane Doe/"
    version = documents.put(b"", folder)
    documents.tell(event(version, folder))
    documents.tell(event(version, folder))
    documents.tell(deleted(version, folder))
    assert [row["entry"] for row in documents.rows()] == ["pointer"]
    assert (documents.announced, documents.metrics()) == ([], [])
    lines = [json.loads(line)["message"] for line in documents.output().splitlines()]
    assert lines == ["folder ignored", "folder ignored", "document known"]
    assert "Jane" not in documents.output()
    assert "Doe" not in documents.output()


def test_an_empty_document_is_no_folder(documents: DocumentWorld) -> None:
    assert documents.drop(b"", "incoming/empty.txt")["reason"] == "empty"
    assert documents.drop(TEXT, "incoming/odd/")["status"] == "stored"
    assert documents.drop(b"", "incoming/odd/")["reason"] == "empty"


@pytest.mark.parametrize(
    "event",
    [
        {},
        [],
        None,
        "text",
        {"Records": []},
        {"Records": [{"eventSource": "aws:s3"}]},
        {"Records": [{"eventSource": "aws:sns", "Sns": {}}]},
        {"source": "aws.s3", "detail-type": "Object Tags Added", "detail": {}},
        {"source": "aws.ec2", "detail-type": "Object Created", "detail": {}},
        created("v1", bucket="somebody-elses"),
        created("../v1"),
        created("v/../../1"),
        created("v1", at="no number"),
        created("v1", key=""),
        notification("v1", name="ObjectRestore:Completed"),
        notification("v1", name="ReducedRedundancyLostObject"),
    ],
)
def test_anything_else_is_refused_aloud(documents: DocumentWorld, event: object) -> None:
    with pytest.raises(IngestFailedError) as caught:
        documents.tell(event)
    assert caught.value.__cause__ is None
    assert documents.rows() == []


def test_a_bad_message_does_not_stop_the_rest_of_its_batch(documents: DocumentWorld) -> None:
    version = documents.put(TEXT)
    answer = documents.tell(by_queue("no JSON", created(version), {"Records": []}))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-0"}, {"itemIdentifier": "m-2"}]}
    assert documents.current()["status"] == "stored"


@pytest.mark.parametrize("key", ["derived/a/00000001/v/text.txt", "other/1.txt", "xincoming/1.txt"])
def test_what_it_writes_itself_never_calls_it(documents: DocumentWorld, key: str) -> None:
    documents.tell(created("v1", key))
    assert documents.rows() == []
    assert documents.announced == []


def test_sequencers_are_compared_as_s3_says() -> None:
    assert is_later("0055AED6DCD90281E6", "0055AED6DCD90281E5")
    assert not is_later("0055AED6DCD90281E5", "0055AED6DCD90281E5")
    assert is_later("0055AED6DCD90281E5AA", "0055AED6DCD90281E5")
    assert not is_later("0055AED6DCD9", "0055AED6DCD900")
    assert is_later("10", "0FFFFFFF")
    assert is_later("00ff", "00FE")


def test_told_twice_stored_once(documents: DocumentWorld) -> None:
    event = created(documents.put(TEXT))
    for _ in range(3):
        documents.tell(event)
    assert len(documents.versions()) == 1
    assert documents.current()["revision"] == 1
    assert kinds(documents) == [("Document stored", "stored")]
    assert documents.metrics() == ["DocumentStored"]


def test_a_new_version_takes_the_old_ones_place(documents: DocumentWorld) -> None:
    documents.drop(b"The first.")
    documents.drop(b"The second.")
    assert documents.derived()[0] == "The second."
    assert len(documents.versions()) == 2
    ids = {said["Detail"]["document_id"] for said in documents.announced}
    assert len(ids) == 1
    assert [said["Detail"]["revision"] for said in documents.announced] == [1, 2]


def test_an_old_version_that_is_told_of_late_changes_nothing(documents: DocumentWorld) -> None:
    early, late = sequencer(), sequencer()
    first, second = documents.put(b"The first."), documents.put(b"The second.")
    documents.tell(created(second, at=late))
    documents.tell(created(first, at=early))
    assert documents.current()["version_id"] == second
    assert documents.derived()[0] == "The second."


def test_a_version_that_is_gone_already_is_no_error(documents: DocumentWorld) -> None:
    version = documents.put(TEXT)
    documents.delete(version=version)
    documents.tell(created(version))
    assert documents.versions() == []


@pytest.mark.parametrize("upside_down", [False, True])
def test_a_delete_marker_and_its_deletion(documents: DocumentWorld, upside_down: bool) -> None:
    version = documents.drop(TEXT)["version_id"]
    marker = documents.delete()
    documents.tell(marked(marker))
    assert documents.current()["status"] == "removed"
    assert documents.objects("derived/") == {}
    documents.delete(version=marker)
    if upside_down:
        documents.tell(marked(marker))
    documents.tell(deleted(marker))
    row = documents.current()
    assert (row["status"], row["version_id"]) == ("stored", version)
    assert documents.derived()[0] == NOTE
    assert kinds(documents)[1:] == [("Document removed", "removed"), ("Document stored", "stored")]


def test_a_marker_that_is_told_of_after_it_was_removed(documents: DocumentWorld) -> None:
    documents.drop(TEXT)
    early, late = sequencer(), sequencer()
    marker = documents.delete()
    documents.delete(version=marker)
    documents.tell(deleted(marker, at=late))
    documents.tell(marked(marker, at=early))
    assert documents.current()["status"] == "stored"


def test_when_the_current_version_is_destroyed_the_one_before_is_shown(documents: DocumentWorld) -> None:
    first = documents.drop(b"The first.")["version_id"]
    second = documents.drop(b"The second.")["version_id"]
    documents.delete(version=second)
    documents.tell(deleted(second))
    assert documents.current()["version_id"] == first
    assert documents.derived()[0] == "The first."
    documents.delete(version=first)
    documents.tell(deleted(first))
    assert documents.current()["status"] == "removed"
    assert documents.objects("derived/") == {}


def test_an_old_version_that_is_destroyed_changes_nothing(documents: DocumentWorld) -> None:
    first = documents.drop(b"The first.")["version_id"]
    documents.drop(b"The second.")
    documents.delete(version=first)
    documents.tell(deleted(first))
    assert documents.derived()[0] == "The second."
    assert len(documents.announced) == 2


def test_a_bad_version_takes_a_good_ones_text_away(documents: DocumentWorld) -> None:
    documents.drop(TEXT, "incoming/1.txt")
    row = documents.drop(pdf(NOTE), "incoming/1.txt")
    assert (row["status"], row["reason"]) == ("quarantined", "type_mismatch")
    assert documents.objects("derived/") == {}
    assert kinds(documents)[-1] == ("Document quarantined", "quarantined")


@pytest.mark.parametrize(
    ("service", "operation"),
    [("dynamodb", "GetItem"), ("dynamodb", "PutItem"), ("s3", "GetObject"), ("s3", "PutObject"),
     ("dynamodb", "TransactWriteItems"), ("s3", "ListObjectsV2"), ("events", "PutEvents"),
     ("dynamodb", "UpdateItem")],
)  # fmt: skip
@pytest.mark.parametrize("after", [0, 1])
def test_whatever_fails_the_next_delivery_brings_it_to_its_end(
    documents: DocumentWorld, service: str, operation: str, after: int
) -> None:
    version = documents.put(TEXT)
    with documents.fails(service, operation, "InternalServerError", after=after):
        if after == 0:
            with pytest.raises(IngestFailedError):
                documents.tell(created(version, at="05"))
        else:  # some of these are called once only
            with suppress(IngestFailedError):
                documents.tell(created(version, at="05"))
    documents.tell(created(version, at="05"))
    row = documents.current()
    assert (row["status"], row["published"], row["revision"]) == ("stored", True, 1)
    assert documents.derived()[0] == NOTE
    assert kinds(documents)[-1] == ("Document stored", "stored")
    assert len({said["Detail"]["event_id"] for said in documents.announced}) == 1


def test_a_write_that_may_yet_fail_is_not_taken_for_done(documents: DocumentWorld) -> None:
    event = created(documents.put(TEXT))
    with (
        documents.fails("s3", "PutObject", "ConditionalRequestConflict"),
        pytest.raises(IngestFailedError),
    ):
        documents.tell(event)
    documents.tell(event)
    assert (documents.current()["status"], documents.derived()[0]) == ("stored", NOTE)


def test_a_refused_entry_of_the_bus_is_a_failure(documents: DocumentWorld, monkeypatch: Any) -> None:
    class Refusing:
        def put_events(self, **_: object) -> dict[str, Any]:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}

    announcements = documents.ingest.announcements
    documents.ingest.announcements = Announcements(
        EventBus(Refusing(), "bus", SOURCE)  # type: ignore[arg-type]
    )
    event = created(documents.put(TEXT))
    with pytest.raises(IngestFailedError):
        documents.tell(event)
    assert documents.current()["published"] is False
    documents.ingest.announcements = announcements
    documents.tell(event)
    assert documents.current()["published"] is True


def test_two_versions_at_once(documents: DocumentWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the first is read, the second is stored: the first finds that, and leaves nothing behind."""
    from document_ingest import ingest as module

    early, late = sequencer(), sequencer()
    first = documents.put(b"The first.")
    read = reading.read
    nested: list[str] = []

    def slow(*arguments: Any) -> Any:
        reading = read(*arguments)
        if not nested:
            nested.append(documents.put(b"The second."))
            documents.tell(created(nested[0], at=late))
        return reading

    monkeypatch.setattr(module, "read", slow)
    documents.tell(created(first, at=early))
    assert documents.current()["version_id"] == nested[0]
    assert documents.derived()[0] == "The second."


def test_large_uploads_and_copies_are_uploads(documents: DocumentWorld) -> None:
    for number, reason in enumerate(("CompleteMultipartUpload", "CopyObject", "POST Object")):
        key = f"incoming/{number}.txt"
        documents.tell(created(documents.put(TEXT, key), key, reason=reason))
        assert documents.current(key)["status"] == "stored"


def test_the_bus_hears_ids_and_types(documents: DocumentWorld) -> None:
    documents.drop(ccda(), "incoming/1.xml")
    (said,) = documents.announced
    assert said["Source"] == "healthcare.documents"
    assert set(said["Detail"]) == {"document_id", "event_id", "kind", "revision", "status", "version_id"}
    assert JANE not in str(said)
    assert KEY not in str(said)
    assert BUCKET not in str(said)


def test_null_versions_are_versions(documents: DocumentWorld) -> None:
    event = created("x")
    del event["detail"]["object"]["version-id"]
    (found,) = notices_of(event)
    assert found.version_id == "null"
    with pytest.raises(UnsupportedEventError):
        notices_of({"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {}}})
