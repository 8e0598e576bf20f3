"""A bucket of shards, one a patient, and of what happened to each document: the truth about chunks.

    patients/<name>    the patient's chunks (s3_shard.py): what a search reads
    documents/<name>   JSON: the document's newest stamp, and whose shards may hold something of it

Names are keyed digests (opaque_names.py). A change of a document takes its place first (`claim`, in the
document's object), then is written into the shards (`settle`), and at last lets go of patients who have
nothing of it any more (`release`). Every step writes only over what it has read, and is the same when done
twice: what breaks off is done again from the start, and a writer who comes late finds a higher stamp
wherever it gets to.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from healthcare.problems import internal

from rag_retrieval.opaque_names import OpaqueNames
from rag_retrieval.s3_objects import Objects, attempts
from rag_retrieval.s3_shard import MAXIMUM_BYTES, Held, Shard, decode, encode, full

_MISSING: Final = Held(-1)


def replaced(revision: int) -> int:
    """The stamp of a revision. Its removal is later, and the next revision later still."""
    return 2 * revision


def removed(revision: int) -> int:
    """The stamp of a removal."""
    return 2 * revision + 1


@dataclass(frozen=True, slots=True)
class Claim:
    """A document's place in line. `patients` are all whose shards may hold something of it.

    `written_at` is when a revision of it was last claimed, in seconds since 1970; `written_before` is that of
    the claim before this one, and is not stored.
    """

    document_id: str
    stamp: int
    patients: tuple[str, ...]
    written_at: float
    written_before: float = 0.0

    @property
    def content(self) -> bytes:
        names = ("document_id", "stamp", "patients", "written_at")
        return json.dumps({name: getattr(self, name) for name in names}).encode()


@dataclass(frozen=True, slots=True)
class Shards:
    """The bucket. `maximum_chunks` is how many a patient may have. Every method raises Problem."""

    objects: Objects
    names: OpaqueNames
    maximum_chunks: int

    def read(self, patient_id: str) -> Shard:
        """The patient's shard, which may be without documents."""
        return decode(self.objects.read(self._shard_key(patient_id)).content, patient_id)

    def check_room(self, patient_id: str, document_id: str, document: Held) -> Held | None:
        """What there is of the document so far. Problem (500, "shard_full") where the new one would not fit:
        before anything is written.
        """
        shard = self.read(patient_id)
        self._encoded(shard.with_document(document_id, document))
        return shard.documents.get(document_id)

    def claim(self, document_id: str, stamp: int, patient_id: str | None) -> Claim | None:
        """Take the document's place in line; None where a later stamp has it. A removal names no patient."""
        key = f"documents/{self.names.document(document_id)}"
        mine = () if patient_id is None else (patient_id,)
        for _ in attempts():
            stored = self.objects.read(key)
            before = _claim(stored.content, document_id)
            if before.stamp > stamp:
                return None
            written_at = before.written_at if patient_id is None else time.time()
            patients = tuple(dict.fromkeys(before.patients + mine))
            claim = Claim(document_id, stamp, patients, written_at, before.written_at)
            if self.objects.write(key, claim.content, stored.etag):
                return claim
        return None

    def settle(self, claim: Claim, patient_id: str | None, document: Held) -> bool:
        """Make `document` all that there is of it: in this patient's shard, and nothing in any other's.

        False where a later stamp was there already.
        """
        for other in claim.patients:
            if other != patient_id:
                self._settle_in(other, claim.document_id, Held(claim.stamp))
        return patient_id is None or self._settle_in(patient_id, claim.document_id, document)

    def release(self, claim: Claim, patients: Sequence[str]) -> None:
        """Note that only these have something of it left. A later claim knows better, and stays."""
        key = f"documents/{self.names.document(claim.document_id)}"
        stored = self.objects.read(key)
        after = Claim(claim.document_id, claim.stamp, tuple(patients), claim.written_at)
        if stored.content == claim.content != after.content:
            self.objects.write(key, after.content, stored.etag)

    def _settle_in(self, patient_id: str, document_id: str, document: Held) -> bool:
        key = self._shard_key(patient_id)
        for _ in attempts():
            stored = self.objects.read(key)
            shard = decode(stored.content, patient_id)
            if shard.documents.get(document_id, _MISSING).stamp > document.stamp:
                return False
            content = self._encoded(shard.with_document(document_id, document))
            if content == stored.content or self.objects.write(key, content, stored.etag):
                return True
        return False

    def _encoded(self, shard: Shard) -> bytes:
        content = encode(shard)
        if shard.size > self.maximum_chunks or len(content) > MAXIMUM_BYTES:
            raise full()
        return content

    def _shard_key(self, patient_id: str) -> str:
        return f"patients/{self.names.patient(patient_id)}"


def _claim(content: bytes, document_id: str) -> Claim:
    if not content:
        return Claim(document_id, -1, (), 0.0)
    try:
        found = json.loads(content)
        claim = Claim(
            found["document_id"], int(found["stamp"]), tuple(found["patients"]), float(found["written_at"])
        )
    except (ValueError, TypeError, KeyError):
        raise internal("ClaimUnreadable") from None
    if claim.document_id != document_id:
        raise internal("ClaimOfAnother")
    return claim
