"""Medical documents: what a DICOM file of 200 MB costs, and PDF readers side by side.

Run as ``python -m tests.bench.documents <part>`` it measures one part in a process of its own, so that peaks
of memory are that part's.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DICOM_MEGABYTES = 200
PAGES = 100
LINES = 40


def main() -> None:
    print(f"Documents: the header of a DICOM file of {DICOM_MEGABYTES} MB")
    for name in ("ranged", "whole"):
        found = _measure(name)
        print(
            f"  {found['how']:<34} {found['requests']} request(s)  {found['bytes'] / 1024:>9.0f} KB read  "
            f"{found['peak'] - found['before']:>4} MB more than the {found['before']} MB before"
        )
    print(f"Documents: text of a PDF of {PAGES} pages, {LINES} lines each, one process")
    for name in ("pypdfium2", "pypdf", "pdfminer"):
        found = _measure(name)
        print(
            f"  {name:<34} {found['rate']:>7.0f} pages/s  {found['right']} of {PAGES} pages right  "
            f"{found['peak'] - found['before']:>4} MB more than the {found['before']} MB before"
        )
    found = _measure("child")
    print(f"  as the function does, in a child   {found['rate']:>7.0f} pages/s  start of the child included")


def _measure(part: str) -> dict[str, Any]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "lambda_src")])
    command = [sys.executable, "-m", "tests.bench.documents", part]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _file(folder: str) -> Path:
    """A CT image whose pixels are a hole in a sparse file."""
    from tests.unit.lambda_src.documents.samples import dicom

    length = DICOM_MEGABYTES * 1_048_576
    beginning = dicom(pixels=b"\0\0")[:-6] + length.to_bytes(4, "little")
    path = Path(folder, "image.dcm")
    with path.open("wb") as file:
        file.write(beginning)
        file.truncate(len(beginning) + length)
    return path


def _ranged() -> dict[str, Any]:
    from document_ingest import dicom
    from document_ingest.objects import FIRST_BYTES, StoredObject

    class Disk:
        def get_object(self, Range: str, **_: object) -> dict[str, Any]:  # noqa: N803 - S3's name
            first, last = (int(part) for part in Range.removeprefix("bytes=").split("-"))
            with path.open("rb") as file:
                file.seek(first)
                return {"Body": io.BytesIO(file.read(last + 1 - first))}

    with tempfile.TemporaryDirectory() as folder:
        path = _file(folder)
        before = _peak()
        client: Any = Disk()
        head = client.get_object(f"bytes=0-{FIRST_BYTES - 1}")["Body"].read()
        size = path.stat().st_size
        stored = StoredObject(client, "b", "k", "v", size, head, "", {}, bytes_read=len(head))
        assert dicom.header_of(stored).identifier
        return {
            "how": "ours, by ranges",
            "requests": stored.requests,
            "bytes": stored.bytes_read,
            "before": before,
            "peak": _peak(),
        }


def _whole() -> dict[str, Any]:
    import pydicom

    with tempfile.TemporaryDirectory() as folder:
        path = _file(folder)
        before = _peak()
        body = path.read_bytes()  # get_object()["Body"].read(), as most examples have it
        assert pydicom.dcmread(io.BytesIO(body), stop_before_pixels=True).PatientID
        return {
            "how": "whole object, then pydicom",
            "requests": 1,
            "bytes": len(body),
            "before": before,
            "peak": _peak(),
        }


def _pdf() -> bytes:
    from tests.unit.lambda_src.documents import samples

    return samples.pdf(*(_line(number) for number in range(PAGES)))


def _line(number: int) -> str:
    line = "Troponin 0.04 ng/mL, heart rate 72, no chest pain since the second day."
    return "\n".join([f"Page {number}.", *[line] * LINES])


def _pypdfium2(data: bytes) -> list[str]:
    from document_ingest import read_pdf

    return [passage.text for passage in read_pdf.read(data).passages]


def _pypdf(data: bytes) -> list[str]:
    import pypdf

    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def _pdfminer(data: bytes) -> list[str]:
    from pdfminer.high_level import extract_text

    return extract_text(io.BytesIO(data)).rstrip("\f").split("\f")


def _text_of(read: Callable[[bytes], list[str]]) -> dict[str, Any]:
    data = _pdf()
    before = _peak()
    read(data)  # what is loaded at first
    start = time.process_time()
    pages = read(data)
    spent = time.process_time() - start
    right = sum(page.split() == _line(n).split() for n, page in enumerate(pages))
    return {"rate": PAGES / spent, "right": right, "before": before, "peak": _peak()}


def _child() -> dict[str, Any]:
    from document_ingest.child import Reader
    from document_ingest.objects import StoredObject

    data = _pdf()
    client: Any = None
    stored = StoredObject(client, "b", "k", "v", len(data), data, "", {})
    start = time.perf_counter()
    assert Reader(1024, 45).read(stored, "pdf", "").pages == PAGES
    return {"rate": PAGES / (time.perf_counter() - start)}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "ranged": _ranged,
    "whole": _whole,
    "pypdfium2": lambda: _text_of(_pypdfium2),
    "pypdf": lambda: _text_of(_pypdf),
    "pdfminer": lambda: _text_of(_pdfminer),
    "child": _child,
}

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]]()))
