"""Any bytes under any name and type: stored or quarantined, and never anything else. Spans are exact."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from document_ingest import extraction, kinds, reading
from document_ingest.child import Reader, ReaderNotStartedError
from document_ingest.chunks import LONGEST, chunks_of, text_of
from document_ingest.faults import CODES, Rejected
from document_ingest.objects import StoredObject
from document_ingest.texts import Extracted, Passage, plain
from healthcare.access_labels import LABELS
from healthcare.patient_identity import PATIENT_ID, PatientIdentifier
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.lambda_src.documents.conftest import ENVIRONMENT
from tests.unit.lambda_src.documents.samples import (
    JANE,
    NAMESPACE,
    OID,
    PREAMBLE,
    ccda,
    ccda_around,
    dicom,
    pdf,
)
from tests.unit.lambda_src.documents.test_dicom import Sparse

SEEDS = [
    pdf("Hello", "again"),
    ccda(),
    ccda_around(pdf("x")),
    dicom(),
    dicom(pixels=None),
    b"Plain text.",
    PREAMBLE,
]
RULES = reading.Rules(PatientIdentifier(NAMESPACE, OID, "https://hosp.example.org/mrn", "MR"), "R", {})
NAMES = st.sampled_from(
    ["a", "a.pdf", "a.txt", "a.xml", "a.dcm", "a.exe", ".pdf", "a.b.c", "", "Jane Doe.PDF"]
)
TYPES = st.sampled_from(
    ["", "application/pdf", "text/plain", "text/plain; charset=utf-16", "text/plain; charset=\u00e9", "a/b",
     ";", "application/xml", "application/dicom", "application/octet-stream", "text/plain; charset*=x''%ff"]
)  # fmt: skip


class InProcess:
    """The reader without its process: what a document does to it is seen, not contained."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, stored: StoredObject, kind: str, charset: str) -> Extracted:
        path = self.folder / "document"
        with path.open("wb") as file:
            stored.copy_to(file)
        return extraction.extract(kind, path, charset)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Random bytes, or a whole document with some bytes changed, cut out or put in."""
    if draw(st.booleans()):
        return draw(st.sampled_from([b"", b"%PDF-1.4\n", PREAMBLE, b"<a>", b"\xff\xfe"])) + draw(
            st.binary(max_size=600)
        )
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        content[at : at + draw(st.integers(0, 40))] = draw(st.binary(max_size=40))
    return bytes(content)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents(), NAMES, TYPES, st.sampled_from([None, JANE, "\u00e9"]), st.sampled_from(["", "N", "x"]))
def test_stored_or_quarantined(
    tmp_path: Path, content: bytes, name: str, content_type: str, declared: str | None, label: str
) -> None:
    if not content:
        return
    stored = Sparse(content, len(content)).open()
    stored.key, stored.content_type, stored.metadata = (
        f"incoming/{name}",
        content_type,
        {"access-label": label},
    )
    reader: Any = InProcess(tmp_path)
    try:
        found = reading.read(stored, declared, RULES, reader)
    except Rejected as rejected:
        assert rejected.code in CODES  # noqa: PT017 - either way is right
        return
    assert found.facts["status"] in ("stored", "no_text")
    assert PATIENT_ID.fullmatch(found.facts["patient_id"])
    assert found.facts["access_label"] in LABELS
    assert found.facts["kind"] in (kinds.CCDA, kinds.DICOM, kinds.PDF, kinds.TEXT)
    assert text_of(found.passages).encode().decode() == text_of(found.passages)


WORDS = st.sampled_from(["Word", "end. ", "\n\n", "\n", " ", "a" * 700, "\u00e9\u0301"])
PASSAGES = st.lists(
    st.builds(
        Passage,
        st.one_of(
            st.text(max_size=4_000),
            st.lists(WORDS, max_size=80).map("".join),
        ).map(plain),
        st.sampled_from(["page 1", "section 1-1"]),
        st.sampled_from(["N", "V"]),
    ).filter(lambda passage: passage.text),
    max_size=4,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(PASSAGES)
def test_chunks_are_the_text(passages: list[Passage]) -> None:
    text, chunks = text_of(passages), chunks_of(passages)
    rest = list(text)
    end = 0
    for chunk in chunks:
        piece = text[chunk.start : chunk.end]
        assert end <= chunk.start < chunk.end
        assert len(piece) <= LONGEST
        assert piece == piece.strip()
        rest[chunk.start : chunk.end] = " " * len(piece)
        end = chunk.end
    assert "".join(rest).strip() == ""  # nothing but white space is left out
    offset = 0
    for passage in passages:
        inside = [chunk for chunk in chunks if offset <= chunk.start < offset + len(passage.text)]
        assert all(chunk.end <= offset + len(passage.text) for chunk in inside)
        assert {(chunk.place, chunk.access_label) for chunk in inside} == {(passage.place, passage.label)}
        offset += len(passage.text) + 2


def test_chunks_end_where_sentences_do() -> None:
    sentence = "The patient slept well and had no pain. "
    chunks = chunks_of([Passage(plain(sentence * 100))])
    text = plain(sentence * 100)
    assert len(chunks) >= 3
    assert all(text[chunk.end - 1] == "." for chunk in chunks)
    paragraphs = plain("\n\n".join([sentence * 20] * 5))
    assert [chunk.start for chunk in chunks_of([Passage(paragraphs)])] == [
        802 * number for number in range(5)
    ]


@pytest.mark.parametrize("content", [*SEEDS[:2], b"Plain text."])
def test_the_child_says_what_the_reader_says(tmp_path: Path, content: bytes) -> None:
    stored = Sparse(content, len(content)).open()
    kind = kinds.kind_of(content, "incoming/1", "")
    inside = InProcess(tmp_path).read(stored, kind, "")
    outside = Reader(768, 20).read(stored, kind, "")
    assert asdict(outside) == asdict(inside)


def test_a_reader_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\nsleep 60\n")
    (tmp_path / "python").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(Rejected, match="limit_time"):
        Reader(768, 0).read(Sparse(b"text", 4).open(), kinds.TEXT, "")


@pytest.mark.parametrize(
    ("script", "code"),
    [("kill -SEGV $$", "parser_crashed"), ("kill -XCPU $$", "limit_time"), ("kill -KILL $$", "limit_memory"),
     ("exit 3", "limit_memory"), ("exit 1", "parser_crashed")],
)  # fmt: skip
def test_a_reader_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, code: str) -> None:
    (tmp_path / "python").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "python").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(Rejected, match=code):
        Reader(768, 5).read(Sparse(b"text", 4).open(), kinds.TEXT, "")


def test_a_reader_without_end_is_told_from_one_without_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the hard limit of processor time Linux sends SIGKILL, at the soft one SIGXCPU: setrlimit(2)."""
    limits: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    (tmp_path / "document").write_bytes(b"text")
    files = [str(tmp_path / "document"), str(tmp_path / "answer")]
    assert extraction.main([kinds.TEXT, *files, "", "768", "45"]) == 0
    soft, hard = limits[resource.RLIMIT_CPU]
    assert soft == 45 < hard


def test_the_child_finds_lambdas_own_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda's Python is linked with libpython in /var/lang/lib, which no loader knows by itself: without the
    variable it ends with 127 and "error while loading shared libraries: libpython3.8.so.1.0: cannot open".

    https://github.com/lambci/docker-lambda/issues/276; the variable is Lambda's:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    libraries = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime"
    checks = f'[ "$LD_LIBRARY_PATH" = {libraries} ] || exit 127\n[ -z "$AWS_SECRET_ACCESS_KEY" ] || exit 1'
    (tmp_path / "python").write_text(f'#!/bin/sh\n{checks}\nexec "{sys.executable}" "$@"\n')
    (tmp_path / "python").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("LD_LIBRARY_PATH", libraries)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none of the child's business")
    found = Reader(768, 20).read(Sparse(b"Plain text.", 11).open(), kinds.TEXT, "")
    assert [passage.text for passage in found.passages] == ["Plain text."]


def test_a_reader_that_does_not_even_start_is_no_fault_of_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quarantined it would be for good, and each document after it."""
    (tmp_path / "python").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ReaderNotStartedError):
        Reader(768, 5).read(Sparse(b"text", 4).open(), kinds.TEXT, "")


REGION = {"AWS_REGION": "us-east-1"}
PROBE = """
import ctypes, document_ingest.handler
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's, and so is Lambda")
def test_the_function_is_closed_to_its_children() -> None:
    paths = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", PROBE]
    told = subprocess.run(
        command, env=paths | REGION | ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "0"


def test_the_reader_has_no_credentials_and_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    (tmp_path / "python").write_text(f"#!/bin/sh\nenv > {tmp_path}/environment\nexit 1\n")
    (tmp_path / "python").chmod(0o700)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(tmp_path / "python"))
        with pytest.raises(Rejected):
            Reader(768, 5).read(Sparse(b"text", 4).open(), kinds.TEXT, "")
    assert "AWS" not in (tmp_path / "environment").read_text()
    content = b"<a>" + b"<b/>" * 1_000_000 + b"</a>"
    with pytest.raises(Rejected, match="limit_memory"):
        Reader(100, 20).read(Sparse(content, len(content)).open(), kinds.CCDA, "")
