"""Why a document can't be indexed as it is: a code, and nothing of what is in it."""

from typing import Final

CODES: Final = frozenset(
    {
        "chunk_malformed",  # a line of chunks.jsonl is not what document_ingest writes
        "chunk_of_another",  # a line names another document, version or patient than the row
        "chunks_missing",  # the row points to a folder that is not there
        "chunks_incomplete",  # the row counts more or fewer
        "no_such_document",  # the table has no row of it
        "out_of_time",  # there are more chunks than the function has time for
        "row_malformed",
        "too_many_chunks",
    }
)


class NotIndexedError(Exception):
    """The store stays as it was. The message comes again, and then it is a dead letter."""

    def __init__(self, code: str) -> None:
        if code not in CODES:
            raise ValueError("no such code")
        super().__init__(code)
        self.code = code
