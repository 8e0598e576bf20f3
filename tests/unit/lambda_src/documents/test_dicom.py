"""DICOM: one request for a typical file, nothing beyond the allow-list, and nothing that is not whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from botocore.response import StreamingBody
from document_ingest import dicom as reader
from document_ingest.faults import Rejected
from document_ingest.objects import FIRST_BYTES, StoredObject
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    BasicTextSRStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)

from tests.unit.lambda_src.documents.samples import JANE, JOHN, OID, PREAMBLE, dicom
from tests.unit.lambda_src.documents.world import DocumentWorld

SYNTAXES = [
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
]
PIXELS_AT = FIRST_BYTES


class Sparse:
    """S3 with one object: some bytes, and zeros after them up to a size. It holds none of the zeros."""

    def __init__(self, beginning: bytes, size: int, ending: bytes = b"") -> None:
        self.beginning, self.size, self.ending = beginning, size, ending
        self.ranges: list[tuple[int, int]] = []

    def get_object(self, Range: str = "bytes=0-99999999999", **_: object) -> dict[str, Any]:  # noqa: N803 - S3's name
        first, last = (int(part) for part in Range.removeprefix("bytes=").split("-"))
        end = min(last + 1, self.size)
        self.ranges.append((first, end))
        data = bytearray(end - first)
        for at, content in ((0, self.beginning), (self.size - len(self.ending), self.ending)):
            low, high = max(at, first), min(at + len(content), end)
            if low < high:
                data[low - first : high - first] = content[low - at : high - at]
        return {"Body": StreamingBody(io.BytesIO(bytes(data)), len(data))}

    def open(self) -> StoredObject:
        head = self.get_object(f"bytes=0-{FIRST_BYTES - 1}")["Body"].read()
        client: Any = self
        return StoredObject(client, "bucket", "key", "v1", self.size, head, "", {}, bytes_read=len(head))


def header(content: bytes, size: int | None = None, ending: bytes = b"") -> reader.Header:
    return reader.header_of(Sparse(content, size or len(content), ending).open())


def with_pixels_of(megabytes: int, **tags: Any) -> Sparse:
    """A file whose pixels are `megabytes` of zeros, which nobody holds."""
    content = dicom(pixels=b"\0\0", **tags)
    length = megabytes * 1_048_576
    beginning = content[:-6] + length.to_bytes(4, "little")
    return Sparse(beginning, len(beginning) + length)


@pytest.mark.parametrize("megabytes", [200, 4_000])
def test_one_request_of_64_kb_whatever_the_size(megabytes: int) -> None:
    s3 = with_pixels_of(megabytes)
    assert reader.header_of(s3.open()).identifier == JANE
    assert s3.ranges == [(0, 65_536)]


def test_a_large_element_before_the_rest_is_stepped_over() -> None:
    content = dicom(pixels=b"\0\0")
    at = content.index(b"\x10\x00\x20\x00LO")  # PatientID
    private = (
        b"\x09\x00\x10\x00LO\x04\x00ACME" + b"\x09\x00\x01\x10OB\0\0" + (100_000_000).to_bytes(4, "little")
    )
    s3 = _with_hole(content, at, private, 100_000_000)
    assert reader.header_of(s3.open()).identifier == JANE
    assert len(s3.ranges) == 2
    assert sum(end - first for first, end in s3.ranges) <= 2 * FIRST_BYTES


def _with_hole(content: bytes, at: int, before: bytes, hole: int) -> Sparse:
    rest = content[at:]
    beginning = content[:at] + before
    return Sparse(beginning, len(beginning) + hole + len(rest), rest)


def test_tags_too_far_are_given_up() -> None:
    content = dicom(pixels=b"\0\0")
    at = content.index(b"\x10\x00\x20\x00LO")
    elements = b"".join(
        b"\x09\x00"
        + number.to_bytes(2, "little")
        + b"OB\0\0"
        + (70_000).to_bytes(4, "little")
        + b"\0" * 70_000
        for number in range(0x1000, 0x1000 + 100)
    )
    with pytest.raises(Rejected, match="dicom_tags_too_far"):
        header(content[:at] + elements + content[at:])


def test_an_element_of_4_gb_is_not_read() -> None:
    content = dicom(pixels=b"\0\0")
    at = content.index(b"\x10\x00\x20\x00LO")
    greedy = b"\x10\x00\x20\x00UN\0\0" + (4_000_000_000).to_bytes(4, "little")
    with pytest.raises(Rejected, match="dicom_tags_too_far"):
        reader.header_of(Sparse(content[:at] + greedy, 5_000_000_000).open())


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: str(syntax.name))
@pytest.mark.parametrize("pixels", [b"\0" * 3_000, None], ids=["image", "report"])
def test_every_syntax_and_every_cut(syntax: Any, pixels: bytes | None) -> None:
    tags: dict[str, Any] = {} if pixels else {"SOPClassUID": BasicTextSRStorage, "Modality": "SR"}
    issuer = Dataset()
    issuer.UniversalEntityID, issuer.UniversalEntityIDType = OID, "ISO"
    issuer.is_undefined_length_sequence_item = True
    content = dicom(syntax, pixels, IssuerOfPatientIDQualifiersSequence=[issuer], **tags)
    found = header(content)
    assert found.issuers == [("HOSP", OID, "ISO")]
    assert found.identifier == JANE
    assert found.metadata["transfer_syntax_uid"] == syntax
    assert (found.metadata["rows"], found.metadata["study_date"]) == (32, "20260131")
    step = 1 if len(content) < 1_000 else 3
    unnoticed = [size for size in range(132, len(content), step) if not _is_refused(content[:size])]
    if syntax == DeflatedExplicitVRLittleEndian:
        assert unnoticed in ([], [len(content) - 1])  # the byte that pads it to an even length
    elif pixels:
        assert unnoticed == []
    else:
        # A report that ends between two elements is whole as far as anybody can tell: all it must have is
        # there, and after those UIDs come three elements more.
        assert len(unnoticed) <= 3


def _is_refused(content: bytes) -> bool:
    try:
        found = header(content)
    except Rejected as rejected:
        return rejected.code.startswith("dicom_")
    assert set(reader.MANDATORY) <= set(found.metadata)
    return False


def test_compressed_pixels_end_with_their_delimiter() -> None:
    content = dicom(JPEGBaseline8Bit, encapsulate([b"\xff\xd8" + b"a" * 200_000]), encapsulated=True)
    assert header(content).identifier == JANE
    for size in (len(content) - 8, len(content) - 9, len(content) // 2):
        with pytest.raises(Rejected, match="dicom_truncated"):
            header(content[:size])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (PREAMBLE, "dicom_meta"),
        (PREAMBLE + b"\0" * 6, "dicom_truncated"),
        (PREAMBLE + b"\xff" * 5_000, "dicom_"),
        (dicom().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.4."), "dicom_uid"),
        (dicom(ImplicitVRLittleEndian).replace(b"DICM", b"DICM" * 2), "dicom_"),
        (dicom(StudyInstanceUID="1.2.03"), "dicom_uid"),
        (dicom(StudyInstanceUID="1.2." + "9" * 61), "dicom_uid"),
        (dicom(StudyInstanceUID="Jane"), "dicom_uid"),
        (dicom(SeriesInstanceUID=""), "dicom_uid"),
        (dicom(pixels=None), "dicom_truncated"),
        *((dicom(without=(name,)), "dicom_uid") for name in
          ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")),
    ],
)  # fmt: skip
def test_what_is_no_dicom_file(content: bytes, code: str) -> None:
    with pytest.raises(Rejected, match=code):
        header(content)


def test_a_deflated_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAXIMUM_INFLATED", 10_000)
    content = dicom(DeflatedExplicitVRLittleEndian, b"\0" * 100_000)
    assert len(content) < 2_000
    with pytest.raises(Rejected, match="too_large"):
        header(content)


def test_nested_sequences_have_an_end() -> None:
    # 2,000 items of undefined length, each within the other, in bytes that no writer would make.
    content = dicom(pixels=b"\0\0")
    at = content.index(b"\x10\x00\x20\x00LO")
    nested = b"\x10\x00\x24\x00SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * 2_000
    with pytest.raises(Rejected, match="dicom_"):
        header(content[:at] + nested + content[at:])


def test_only_what_is_on_the_list_is_stored(documents: DocumentWorld) -> None:
    row = documents.drop(dicom(), "incoming/1.dcm", ContentType="application/dicom", patient=None)
    assert (row["status"], row["kind"], row["patient_id"]) == ("stored", "dicom", JANE)
    assert row["dicom"] == {
        "sop_class_uid": "1.2.840.10008.5.1.4.1.1.2",
        "sop_instance_uid": "1.2.840.99.1",
        "study_instance_uid": "1.2.840.99",
        "series_instance_uid": "1.2.840.99.2",
        "transfer_syntax_uid": "1.2.840.10008.1.2.1",
        "modality": "CT",
        "study_date": "20260131",
        "instance_number": 7,
        "rows": 32,
        "columns": 32,
    }
    assert documents.objects("derived/") == {}


def test_a_name_in_place_of_a_code_stays_where_it_is() -> None:
    found = header(dicom(Modality="Doe^Jane", BodyPartExamined="Jane's left knee"))
    assert not {"modality", "body_part_examined"} & set(found.metadata)


def qualified(oid: str) -> Callable[[], dict[str, Any]]:
    def tags() -> dict[str, Any]:
        item = Dataset()
        item.UniversalEntityID, item.UniversalEntityIDType = oid, "ISO"
        return {"IssuerOfPatientID": "", "IssuerOfPatientIDQualifiersSequence": [item]}

    return tags


@pytest.mark.parametrize(
    ("tags", "declared", "outcome"),
    [
        (dict, JANE, JANE),
        (dict, JOHN, "patient_mismatch"),
        (lambda: {"IssuerOfPatientID": ""}, None, "no_patient"),  # anybody's number
        (lambda: {"IssuerOfPatientID": ""}, JOHN, JOHN),
        (lambda: {"IssuerOfPatientID": "CLINIC"}, None, "no_patient"),
        (lambda: {"IssuerOfPatientID": "CLINIC"}, JOHN, JOHN),
        (qualified(OID), None, JANE),
        (qualified("9.9"), None, "no_patient"),
        (lambda: {"PatientID": "Doe, Jane"}, None, "no_patient"),
    ],
)
def test_patient_id_is_an_identifier_with_its_issuer_alone(
    documents: DocumentWorld, tags: Callable[[], dict[str, Any]], declared: str | None, outcome: str
) -> None:
    row = documents.drop(dicom(**tags()), "incoming/1.dcm", patient=declared)
    assert row.get("patient_id", row.get("reason")) == outcome
