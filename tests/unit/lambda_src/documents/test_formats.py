"""What the four formats yield, and what is refused of them."""

from __future__ import annotations

import io

import pydicom
import pytest

from tests.unit.lambda_src.documents.samples import (
    EXTERNAL,
    EXTERNAL_DTD,
    JANE,
    JOHN,
    LAUGHS,
    NOTE,
    PREAMBLE,
    ccda,
    ccda_around,
    pdf,
    pdf_bomb,
    section,
)
from tests.unit.lambda_src.documents.world import DocumentWorld

MANY_ATTRIBUTES = " ".join(f"a{number}='1'" for number in range(200))


def refused(row: dict[str, object]) -> object:
    assert row["status"] == "quarantined"
    assert "patient_id" not in row
    return row["reason"]


def test_what_changes_a_patients_record_is_on_record(documents: DocumentWorld) -> None:
    documents.drop(pdf("Discharge summary", NOTE), "incoming/1.pdf", ContentType="application/pdf")
    assert documents.audited() == [(JANE, "store_document")]
    documents.drop(b"%PDF-1.7 broken", "incoming/2.pdf", ContentType="application/pdf")
    assert len(documents.audited()) == 1  # whose it is can't be told


def test_a_document_that_becomes_anothers_is_on_both_records(documents: DocumentWorld) -> None:
    documents.drop(NOTE.encode(), "incoming/1.txt")
    documents.drop(NOTE.encode(), "incoming/1.txt", patient=JOHN)
    found = documents.audited()
    assert sorted(found) == [(JANE, "remove_document"), (JANE, "store_document"), (JOHN, "store_document")]


def test_a_pdf(documents: DocumentWorld) -> None:
    row = documents.drop(pdf("Discharge summary", NOTE), "incoming/1.pdf", ContentType="application/pdf")
    assert (row["status"], row["kind"], row["patient_id"], row["access_label"]) == (
        "stored",
        "pdf",
        JANE,
        "N",
    )
    assert (row["pages"], row["pages_without_text"], row["chunks"]) == (2, 0, 2)
    text, chunks = documents.derived()
    assert text == f"Discharge summary\n\n{NOTE}"
    assert [chunk["place"] for chunk in chunks] == ["page 1", "page 2"]
    assert documents.metrics() == ["DocumentStored"]


def test_a_scan_is_stored_without_text(documents: DocumentWorld) -> None:
    row = documents.drop(pdf("", ""), "incoming/scan.pdf")
    assert (row["status"], row["pages_without_text"]) == ("no_text", 2)
    assert "chunks" not in row
    assert documents.objects("derived/") == {}
    assert documents.metrics() == ["DocumentWithoutText"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf(NOTE, encrypted=True), "pdf_encrypted"),
        (b"%PDF-1.7\nnothing of the kind", "pdf_broken"),
        (pdf(NOTE)[:60], "pdf_broken"),
        (pdf(), "pdf_broken"),
        (pdf(*[""] * 2001), "limit_pages"),
    ],
    ids=["encrypted", "no PDF", "cut off", "no pages", "too many pages"],
)
def test_pdfs_that_are_refused(documents: DocumentWorld, content: bytes, reason: str) -> None:
    assert refused(documents.drop(content, "incoming/1.pdf")) == reason
    assert documents.metrics() == ["DocumentQuarantined"]


def test_a_pdf_bomb_ends_within_its_limits(documents: DocumentWorld) -> None:
    bomb = pdf_bomb(400)
    assert len(bomb) < 20_000
    row = documents.drop(bomb, "incoming/bomb.pdf")
    # PDFium gives the stream up, or the reader's memory or time does: the function goes on either way.
    assert row["status"] in ("no_text", "quarantined")
    assert documents.drop(pdf(NOTE), "incoming/next.pdf")["status"] == "stored"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ("Zoë: 38.5 °C".encode(), ""),
        ("Zoë: 38.5 °C".encode("utf-8-sig"), "text/plain"),
        ("Zoë: 38.5 °C".encode("utf-16"), "text/plain"),
        ("Zoë: 38.5 °C".encode("utf-32"), ""),
        ("Zoë: 38.5 °C".encode("cp1252"), ""),
        ("Zoë: 38.5 °C".encode("latin-1"), "text/plain; charset=ISO-8859-1"),
        ("Zoë: 38.5 °C".encode("iso8859-15"), 'text/plain; charset="iso-8859-15"'),
    ],
)
def test_text_in_its_encodings(documents: DocumentWorld, content: bytes, content_type: str) -> None:
    options = {"ContentType": content_type} if content_type else {}
    assert documents.drop(content, "incoming/1.txt", **options)["status"] == "stored"
    assert documents.derived()[0] == "Zoë: 38.5 °C"


def test_what_ends_a_line_or_a_page_parts_what_it_stands_between(documents: DocumentWorld) -> None:
    documents.drop(b"Warfarin 5\x0b10 tablets\x0cPotassium 4\x0b", "incoming/1.txt")
    assert documents.derived()[0] == "Warfarin 5\n10 tablets\nPotassium 4"


@pytest.mark.parametrize(
    ("content", "content_type", "reason"),
    [
        (b"caf\xe9", "text/plain; charset=utf-8", "encoding"),
        (b"x", "text/plain; charset=rot13", "encoding"),
        (b"x", "text/plain; charset=zlib_codec", "encoding"),
        (b"x", "text/plain; charset*0*=utf-8; charset*=utf-8", "encoding"),
        (b"\x81\x8d", "", "encoding"),
        (b"\xff\xfea", "", "encoding"),
    ],
)
def test_bytes_that_are_no_text(
    documents: DocumentWorld, content: bytes, content_type: str, reason: str
) -> None:
    options = {"ContentType": content_type} if content_type else {}
    assert refused(documents.drop(content, "incoming/1.txt", **options)) == reason


def test_a_ccda_document_by_its_sections(documents: DocumentWorld) -> None:
    rows = "<thead><tr><th>Drug</th><th>Dose</th></tr></thead><tr><td>Aspirin</td><td>81 mg</td></tr>"
    table = f"<table>{rows}</table>"
    listed = "<list><item>Rest</item><item><content revised='delete'>Run</content>Walk</item></list>"
    content = ccda(
        section("Course", NOTE), section("Drugs", table, "10160-0"), section("Plan", listed, "18776-5")
    )
    row = documents.drop(content, "incoming/1.xml", patient=None)
    assert (row["status"], row["kind"], row["patient_id"]) == ("stored", "ccda", JANE)
    text, chunks = documents.derived()
    assert text == (
        f"Discharge summary\n\nCourse\n{NOTE}\n\nDrugs\nDrug | Dose |\nAspirin | 81 mg |\n\nPlan\nRest\nWalk"
    )
    assert [chunk["place"] for chunk in chunks][-1] == "section 18776-5"
    assert "900-12-3456" not in text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Platelets 150 x 10<sup>9</sup>/L", "Platelets 150 x 10^9/L"),
        ("10<sup> -3 </sup>", "10^-3"),
        ("Take on the 1<sup>st</sup>, CO<sub>2</sub> high", "Take on the 1st, CO2 high"),
    ],
)
def test_a_power_is_no_part_of_its_number(documents: DocumentWorld, written: str, read: str) -> None:
    documents.drop(ccda(section("Labs", written)), "incoming/1.xml")
    assert read in documents.derived()[0].splitlines()


def test_a_section_stricter_than_its_document(documents: DocumentWorld) -> None:
    content = ccda(section("Course", NOTE), section("Psychiatry", "Confided.", label="V"))
    assert documents.drop(content, "incoming/1.xml", label="")["access_label"] == "N"
    assert [chunk["access_label"] for chunk in documents.derived()[1]] == ["N", "N", "V"]


def test_a_pdf_and_a_text_within_ccda(documents: DocumentWorld) -> None:
    row = documents.drop(ccda_around(pdf(NOTE)), "incoming/1.xml", patient=None)
    assert (row["status"], row["pages"], row["patient_id"]) == ("stored", 1, JANE)
    assert NOTE in documents.derived()[0]
    assert documents.drop(ccda_around(NOTE.encode(), "text/plain"), "incoming/2.xml")["status"] == "stored"
    assert (
        refused(documents.drop(ccda_around(b"GIF89a", "image/gif"), "incoming/3.xml")) == "unsupported_type"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (ccda(section("x", "&lol9;"), prolog=LAUGHS), "xml_doctype"),
        (ccda(section("x", "&x;"), prolog=EXTERNAL), "xml_doctype"),
        (ccda(prolog=EXTERNAL_DTD), "xml_doctype"),
        (ccda(section("x", "<paragraph>" * 200 + "</paragraph>" * 200)), "xml_depth"),
        (ccda(section("x", "<paragraph>" * 100_000)), "xml_depth"),
        (ccda(section("x", f'<paragraph ID="{"a" * 70_000}"/>')), "xml_attribute"),
        (ccda(section("x", f"<paragraph {MANY_ATTRIBUTES}/>")), "xml_attribute"),
        (ccda(section("x", "<paragraph>")), "xml_broken"),
        (ccda(section("x", "&undeclared;")), "xml_broken"),
        (ccda()[:-40], "xml_broken"),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", "xml_broken"),
        (b"<!DOCTYPE html><html><body>Hi</body></html>", "xml_doctype"),
        (b"<ClinicalDocument/>", "not_ccda"),
        (b'<ClinicalDocument xmlns="urn:other"/>', "not_ccda"),
        (ccda_around(b"").replace(b"</text>", b"?</text>"), "encoding"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_xml_that_is_refused(documents: DocumentWorld, content: bytes, reason: str) -> None:
    assert refused(documents.drop(content, "incoming/1.xml")) == reason


@pytest.mark.parametrize(
    ("content", "key", "content_type", "reason"),
    [
        (pdf(NOTE), "incoming/1.txt", "", "type_mismatch"),
        (pdf(NOTE), "incoming/1.pdf", "text/plain", "type_mismatch"),
        (NOTE.encode(), "incoming/1.pdf", "", "type_mismatch"),
        (NOTE.encode(), "incoming/1.dcm", "", "type_mismatch"),
        (ccda(), "incoming/1.PDF", "", "type_mismatch"),
        (b"PK\x03\x04" + b"\0" * 100, "incoming/1.docx", "", "unsupported_type"),
        (b"PK\x03\x04" + b"\0" * 100, "incoming/1.pdf", "", "unsupported_type"),
        (NOTE.encode(), "incoming/1", "image/png", "unsupported_type"),
        (b"", "incoming/1.txt", "", "empty"),
        (b"a" * 1_048_577, "incoming/1.txt", "", "too_large"),
        (b"%PDF-1.7" + b"a" * 5_242_880, "incoming/1.pdf", "", "too_large"),
    ],
)
def test_names_that_lie_and_kinds_that_are_not_taken(
    documents: DocumentWorld, content: bytes, key: str, content_type: str, reason: str
) -> None:
    options = {"ContentType": content_type} if content_type else {}
    assert refused(documents.drop(content, key, **options)) == reason


def test_a_name_without_extension_is_told_by_its_content(documents: DocumentWorld) -> None:
    assert documents.drop(pdf(NOTE), "incoming/report.final")["kind"] == "pdf"


def test_what_is_extracted_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from document_ingest import texts
    from document_ingest.faults import Rejected

    monkeypatch.setattr(texts, "MAXIMUM_CHARACTERS", 100)
    extracted = texts.Extracted()
    extracted.add(texts.Passage("a" * 60))
    with pytest.raises(Rejected, match="limit_text"):
        extracted.add(texts.Passage("a" * 60))


def test_whose_it_is(documents: DocumentWorld) -> None:
    """Metadata and content must agree, and something must say it."""
    said = documents.drop
    assert refused(said(NOTE.encode(), "incoming/1.txt", patient=None)) == "no_patient"
    assert refused(said(NOTE.encode(), "incoming/2.txt", patient="no id!")) == "no_patient"
    assert refused(said(ccda(patient=None), "incoming/3.xml", patient=None)) == "no_patient"
    assert refused(said(ccda(root="9.9.9"), "incoming/4.xml", patient=None)) == "no_patient"
    assert refused(said(ccda(patient=JOHN), "incoming/5.xml", patient=JANE)) == "patient_mismatch"
    two = ccda(more_ids=f'<id root="1.2.3.4" extension="{JOHN}"/>')
    assert refused(said(two, "incoming/6.xml", patient=JANE)) == "ambiguous_patient"
    assert said(ccda(root="9.9.9"), "incoming/7.xml", patient=JOHN)["patient_id"] == JOHN


def test_how_confidential_it_is(documents: DocumentWorld) -> None:
    def label(content: bytes, key: str, given: str) -> object:
        return documents.drop(content, f"incoming/{key}", label=given).get("access_label")

    assert label(NOTE.encode(), "1.txt", "") == "R"  # the deployment's default
    assert label(NOTE.encode(), "2.txt", "V") == "V"
    assert label(ccda(label="R"), "3.xml", "N") == "R"
    assert label(ccda(label="N"), "4.xml", "V") == "V"
    assert refused(documents.drop(NOTE.encode(), "incoming/5.txt", label="secret")) == "access_label_unknown"
    assert refused(documents.drop(ccda(label="X"), "incoming/6.xml")) == "access_label_unknown"


def test_pydicom_reads_a_bare_preamble_and_a_cut_off_file_without_complaint() -> None:
    """Why the function looks for itself."""
    from tests.unit.lambda_src.documents.samples import dicom

    assert len(pydicom.dcmread(io.BytesIO(PREAMBLE))) == 0
    whole = dicom(pixels=b"\0" * 100_000)
    half = pydicom.dcmread(io.BytesIO(whole[: len(whole) // 2]))
    assert half.PatientID == JANE
