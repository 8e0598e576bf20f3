"""What is made of a document: its text, and the text's chunks, for whoever retrieves them.

    derived/<document id>/<revision>/<version id>/text.txt       the text that spans count in, UTF-8
                                                  chunks.jsonl   a chunk a line, each complete in itself

Beside the originals, in the same bucket, but below a prefix that no rule looks at and that is never read
here. A revision is taken once: whatever lies below it or an earlier one, and is not what the table's current
row points to, was replaced or was never finished, and can go.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from healthcare.aws import aws_errors
from healthcare.objects import put_once

from document_ingest.chunks import chunks_of, text_of
from document_ingest.texts import Passage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX: Final = "derived/"
FILES: Final = {"text.txt": "text/plain; charset=utf-8", "chunks.jsonl": "application/x-ndjson"}


@dataclass(frozen=True, slots=True)
class Derived:
    """The bucket below PREFIX."""

    client: "S3Client"
    bucket: str

    def write(self, folder: str, about: dict[str, str], passages: list[Passage]) -> int:
        """Write text and chunks, and return how many chunks there are. Passages have their final labels.

        `about` is what every chunk says of its document: document_id, version_id, patient_id, kind, and its
        title and date where it has some.
        """
        text = text_of(passages)
        chunks = chunks_of(passages)
        lines = [
            json.dumps(
                {
                    "chunk_id": f"{about['document_id']}/{about['version_id']}/{number:05d}",
                    **about,
                    "access_label": chunk.access_label,
                    "place": chunk.place,
                    "start": chunk.start,
                    "end": chunk.end,
                    "heading": chunk.heading,
                    "text": text[chunk.start : chunk.end],
                },
                ensure_ascii=False,
            )
            for number, chunk in enumerate(chunks)
        ]
        contents = {"text.txt": text, "chunks.jsonl": "".join(f"{line}\n" for line in lines)}
        for name, content_type in FILES.items():
            # Delivered twice, written once: the same version has the same text.
            put_once(self.client, self.bucket, f"{folder}{name}", contents[name].encode(), content_type)
        return len(chunks)

    def tidy(self, document_id: str, revision: int, folder: str) -> None:
        """Of what was made up to this revision, only `folder` is shown on."""
        prefix = f"{PREFIX}{document_id}/"
        with aws_errors():
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
        for key in keys:
            if int(key.removeprefix(prefix).partition("/")[0]) <= revision and not key.startswith(folder):
                self._delete(key)

    def remove(self, folder: str) -> None:
        """What was made for a state that never came to be; what is not there is no error."""
        for name in FILES:
            self._delete(f"{folder}{name}")

    def _delete(self, key: str) -> None:
        with aws_errors():
            self.client.delete_object(Bucket=self.bucket, Key=key)


def folder_of(document_id: str, revision: int, version_id: str) -> str:
    return f"{PREFIX}{document_id}/{revision:08d}/{version_id}/"
