"""One notice of S3 to the stores.

    is it news? -> read the version -> text and chunks -> what the document is now -> tidy, announce

Notices come twice, late and in any order. What a notice says is compared by its sequencer with what is known,
and whatever a deletion has laid bare is asked of the bucket. What can never be stored is on record as
quarantined; whatever AWS refuses raises Problem: the notice comes again, and finds done what was done.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from healthcare.metrics import Signal, Signals
from healthcare.requests import UnsupportedEventError

from document_ingest.announcements import Announcements
from document_ingest.child import Reader
from document_ingest.derived import Derived, folder_of
from document_ingest.faults import Rejected
from document_ingest.notices import Notice, is_later
from document_ingest.objects import ObjectGoneError, current_version, open_object
from document_ingest.reading import Rules, declared_patient, read
from document_ingest.store import ChangedMeanwhileError, Documents, Row, next_revision

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ATTEMPTS = 5
_OF_CHUNKS = ("document_id", "version_id", "patient_id", "kind", "title", "date")
_SIGNALS: dict[str, tuple[Signal, str]] = {
    "no_text": ("DocumentWithoutText", "document stored"),
    "quarantined": ("DocumentQuarantined", "document quarantined"),
    "removed": ("DocumentRemoved", "document removed"),
    "stored": ("DocumentStored", "document stored"),
}


@dataclass(slots=True)
class Ingest:
    """The stores, and what this deployment takes. `sources` are the prefixes that are read, by bucket."""

    client: "S3Client"
    sources: dict[str, str]
    documents: Documents
    derived: Derived
    announcements: Announcements
    rules: Rules
    reader: Reader
    logger: Logger
    signals: Signals = field(default_factory=Signals)

    def process(self, notice: Notice) -> None:
        """The document as the notice leaves it; Problem where it must come again."""
        if notice.bucket not in self.sources:
            raise UnsupportedEventError
        if not notice.key.startswith(self.sources[notice.bucket]):
            self._line("document ignored", {})  # what was made here, above all
            return
        document_id = self.documents.document_id(notice.bucket, notice.key)
        for _ in range(_ATTEMPTS):
            before = self.documents.current(document_id)
            try:
                self._apply(notice, document_id, before)
            except ChangedMeanwhileError:
                continue
            return
        raise ChangedMeanwhileError

    def _apply(self, notice: Notice, document_id: str, before: Row | None) -> None:
        version_id = self._news(notice, before)
        if version_id is None:
            self._known(before)
            if before is not None and notice.what == "created" and notice.version_id != before["version_id"]:
                self._tidy(before)  # it may have been overtaken when it was half done
            return
        place = {
            "document_id": document_id,
            "bucket": notice.bucket,
            "key": notice.key,
            "version_id": version_id or notice.version_id,
            "sequencer": notice.sequencer,
        }
        folder = folder_of(document_id, next_revision(before), place["version_id"])
        if not version_id:
            self._save(place | {"status": "removed"}, before)
            return
        try:
            facts = self._read(place, folder)
        except ObjectGoneError:
            self._line("document gone", place)
            self._known(before)
            return
        if before is None and _is_folder(place["key"], facts):
            self._line("folder ignored", place)
            return
        try:
            self._save(place | facts, before)
        except ChangedMeanwhileError:
            # Another delivery of the same version may have made the very same: then the folder is the row's.
            now = self.documents.current(document_id)
            if "folder" in facts and (now is None or now.get("folder") != folder):
                self.derived.remove(folder)
            raise

    def _news(self, notice: Notice, before: Row | None) -> str | None:
        """The version to be read, "" where there is none any more, None where nothing is new."""
        if notice.what == "created":
            if before is not None and notice.version_id == before["version_id"]:
                return None
            if before is not None and not is_later(notice.sequencer, before["sequencer"]):
                return None
            if notice.sequencer:
                return notice.version_id
        elif before is None or notice.what == "deleted":
            # Old versions come and go: only the one that is shown matters.
            if before is None or notice.version_id != before["version_id"]:
                return None
        elif not is_later(notice.sequencer, before["sequencer"]):
            return None
        shown = current_version(self.client, notice.bucket, notice.key)
        if shown is not None and before is not None and shown == before["version_id"]:
            return None
        return shown or ""

    def _read(self, place: Row, folder: str) -> dict[str, Any]:
        try:
            stored = open_object(self.client, place["bucket"], place["key"], place["version_id"])
            reading = read(stored, declared_patient(stored), self.rules, self.reader)
        except Rejected as rejected:
            return {"status": "quarantined", "reason": rejected.code}
        facts = reading.facts
        if reading.passages:
            known = place | facts
            about = {name: str(known[name]) for name in _OF_CHUNKS if name in known}
            facts["chunks"] = self.derived.write(folder, about, reading.passages)
            facts["folder"] = folder
        return facts

    def _save(self, row: Row, before: Row | None) -> None:
        saved = self.documents.save(row, before)
        signal, message = _SIGNALS[saved["status"]]
        self.signals.count(signal)
        self._line(message, saved)
        self._finish(saved)

    def _known(self, row: Row | None) -> None:
        """Nothing is new. What an earlier delivery has not brought to its end is done now."""
        self._line("document known", row or {})
        if row is not None and not row["published"]:
            self._finish(row)

    def _finish(self, row: Row) -> None:
        self._tidy(row)
        self.announcements.announce(row)
        self.documents.published(row)

    def _tidy(self, row: Row) -> None:
        folder = folder_of(row["document_id"], row["revision"], row["version_id"])
        self.derived.tidy(row["document_id"], row["revision"], row.get("folder", folder))

    def _line(self, message: str, row: Row) -> None:
        extra = {"document_id": row.get("document_id", "none"), "outcome": row.get("status", "none")}
        extra |= {"kind": row.get("kind", "none"), "code": row.get("reason", "none")}
        self.logger.info(message, extra=extra)


def _is_folder(key: str, facts: dict[str, Any]) -> bool:
    """What S3's console makes of "Create folder": an empty object, whose key ends with "/".

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-folders.html
    """
    return key.endswith("/") and facts.get("reason") == "empty"
