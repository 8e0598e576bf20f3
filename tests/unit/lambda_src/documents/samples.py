"""Documents as the world sends them, made here byte by byte. Everyone in them is invented."""

from __future__ import annotations

import base64
import io
import zlib
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

OID = "1.2.3.4"
NAMESPACE = "HOSP"
JANE = "P-1001"
JOHN = "P-2002"
NOTE = "Jane Doe was admitted with chest pain. She was sent home on aspirin."


def pdf(*pages: str, encrypted: bool = False) -> bytes:
    """A PDF with the text of each page (none for ""), its streams compressed. Letters are Helvetica's."""
    count = len(pages)
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(count))
    font = 3 + 2 * count
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {count}/Kids[{kids}]>>".encode(),
    ]
    for number, text in enumerate(pages):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {4 + 2 * number} 0 R"
            f"/Resources<</Font<</F1 {font} 0 R>>>>>>".encode()
        )
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        escaped = escaped.replace("\n", ") Tj 0 -15 Td (")
        objects.append(pdf_stream(f"BT /F1 12 Tf 72 720 Td ({escaped}) Tj ET".encode() if text else b"q Q"))
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    trailer = b""
    if encrypted:
        trailer = (
            b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4/O<"
            + b"11" * 32
            + b">/U<"
            + b"22" * 32
            + b">>>"
        )
    return pdf_file(objects, trailer)


def pdf_stream(content: bytes) -> bytes:
    data = zlib.compress(content, 9)
    return f"<</Length {len(data)}/Filter/FlateDecode>>stream\n".encode() + data + b"\nendstream"


def pdf_file(objects: list[bytes], trailer: bytes = b"") -> bytes:
    file, offsets = io.BytesIO(), []
    file.write(b"%PDF-1.7\n")
    for number, content in enumerate(objects, start=1):
        offsets.append(file.tell())
        file.write(f"{number} 0 obj\n".encode() + content + b"\nendobj\n")
    start = file.tell()
    file.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    file.writelines(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    file.write(f"trailer<</Size {len(objects) + 1}/Root 1 0 R".encode() + trailer)
    file.write(f">>\nstartxref\n{start}\n%%EOF".encode())
    return file.getvalue()


def pdf_bomb(megabytes: int) -> bytes:
    """A page whose content, compressed, holds `megabytes` of spaces, and of those compressed again."""
    packer, spaces = zlib.compressobj(9), b" " * 1_048_576
    inner = b"".join(packer.compress(spaces) for _ in range(megabytes)) + packer.flush()
    data = zlib.compress(inner, 9)
    stream = f"<</Length {len(data)}/Filter[/FlateDecode/FlateDecode]>>stream\n".encode() + data
    return pdf_file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>",
            stream + b"\nendstream",
        ]
    )


def section(title: str, text: str, code: str = "10160-0", label: str = "") -> str:
    confidentiality = f'<confidentialityCode code="{label}"/>' if label else ""
    return (
        f'<component><section><code code="{code}"/><title>{title}</title><text>{text}</text>'
        f"{confidentiality}</section></component>"
    )


def ccda(
    *sections: str,
    patient: str | None = JANE,
    root: str = OID,
    label: str = "N",
    more_ids: str = "",
    prolog: str = '<?xml version="1.0" encoding="UTF-8"?>',
    body: str = "",
    title: str = "Discharge summary",
    effective_time: str | None = None,
) -> bytes:
    identifier = "" if patient is None else f'<id root="{root}" extension="{patient}"/>'
    time = "" if effective_time is None else f'<effectiveTime value="{effective_time}"/>'
    inner = body or f"<structuredBody>{''.join(sections) or section('Course', NOTE)}</structuredBody>"
    return (
        f'{prolog}<ClinicalDocument xmlns="urn:hl7-org:v3"><title>{title}</title>{time}'
        f'<confidentialityCode code="{label}"/><recordTarget><patientRole>'
        f'<id root="2.16.840.1.113883.4.1" extension="900-12-3456"/>{identifier}{more_ids}'
        "<patient><name><given>Jane</given><family>Doe</family></name></patient></patientRole></recordTarget>"
        f"<component>{inner}</component></ClinicalDocument>"
    ).encode()


def ccda_around(content: bytes, media_type: str = "application/pdf") -> bytes:
    encoded = base64.encodebytes(content).decode()
    text = f'<text mediaType="{media_type}" representation="B64">{encoded}</text>'
    return ccda(body=f"<nonXMLBody>{text}</nonXMLBody>")


def dicom(
    syntax: str = ExplicitVRLittleEndian,
    pixels: bytes | None = b"\0" * 2048,
    *,
    encapsulated: bool = False,
    without: tuple[str, ...] = (),
    **tags: Any,
) -> bytes:
    """A CT image with preamble. `tags` by pydicom's keywords; `without` leaves some out."""
    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, UID("1.2.840.99.1")
    data.StudyInstanceUID, data.SeriesInstanceUID = "1.2.840.99", "1.2.840.99.2"
    data.PatientID, data.IssuerOfPatientID, data.PatientName = JANE, NAMESPACE, "Doe^Jane"
    data.StudyDate, data.Modality, data.StudyDescription = "20260131", "CT", "CHEST OF JANE DOE"
    data.InstanceNumber, data.Rows, data.Columns = "7", 32, 32
    for name, value in tags.items():
        setattr(data, name, value)
        data[name].is_undefined_length = data[name].VR == "SQ"
    for name in without:
        delattr(data, name)
    if pixels is not None:
        data.BitsAllocated, data.PixelRepresentation = 16, 0
        data.PixelData = pixels
        data["PixelData"].VR = "OB" if encapsulated else "OW"
        data["PixelData"].is_undefined_length = encapsulated
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = UID(syntax)
    meta.MediaStorageSOPClassUID = data.get("SOPClassUID", CTImageStorage)
    meta.MediaStorageSOPInstanceUID = UID("1.2.840.99.1")
    data.file_meta = meta
    file = io.BytesIO()
    pydicom.dcmwrite(file, data, enforce_file_format=True)
    return file.getvalue()


PREAMBLE = b"\0" * 128 + b"DICM"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]>"
)
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
EXTERNAL_DTD = '<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">'
