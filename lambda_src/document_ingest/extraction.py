"""The child's side: `python -m document_ingest.extraction <kind> <file> <answer> <charset> <MB> <seconds>`.

It reads one file, writes one answer as JSON, and has neither credentials nor anything else to do.
"""

import dataclasses
import json
import resource
import sys
from pathlib import Path
from typing import Final

from document_ingest import kinds
from document_ingest.faults import Rejected
from document_ingest.texts import Extracted

OUT_OF_MEMORY: Final = 3
MAXIMUM_ANSWER: Final = 67_108_864


def extract(kind: str, path: Path, charset: str) -> Extracted:
    """The text of a file of that kind. What reads it is loaded only then."""
    if kind == kinds.PDF:
        from document_ingest import read_pdf

        return read_pdf.read(str(path))
    if kind == kinds.CCDA:
        from document_ingest import read_ccda

        return read_ccda.read(path.read_bytes())
    from document_ingest import read_text

    return read_text.read(path.read_bytes(), charset)


def main(arguments: list[str]) -> int:
    kind, path, answer, charset, megabytes, seconds = arguments
    for what, limit, later in (
        (resource.RLIMIT_AS, int(megabytes) * 1_048_576, 0),
        # Later than the soft limit: at the hard one Linux sends SIGKILL, as it does where memory is short.
        # https://man7.org/linux/man-pages/man2/getrlimit.2.html
        (resource.RLIMIT_CPU, int(seconds), 1),
        (resource.RLIMIT_FSIZE, MAXIMUM_ANSWER, 0),
        (resource.RLIMIT_CORE, 0, 0),  # a core file would hold the document
    ):
        resource.setrlimit(what, (limit, limit + later))
    try:
        found: dict[str, object] = dataclasses.asdict(extract(kind, Path(path), charset))
    except Rejected as rejected:
        found = {"rejected": rejected.code}
    except MemoryError:
        return OUT_OF_MEMORY
    except RecursionError:
        found = {"rejected": "xml_depth"}
    Path(answer).write_text(json.dumps(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
