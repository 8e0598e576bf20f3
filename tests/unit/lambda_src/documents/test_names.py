"""What a document is called and of which day it is, where somebody says so."""

from __future__ import annotations

import pytest

from tests.unit.lambda_src.documents.samples import NOTE, ccda, dicom, pdf
from tests.unit.lambda_src.documents.world import DocumentWorld

NAMED = {"title": "Discharge summary", "date": "2024-09-12"}


def named(row: dict[str, object]) -> dict[str, object]:
    return {name: row[name] for name in ("title", "date") if name in row}


def test_what_it_is_called_and_of_which_day(documents: DocumentWorld) -> None:
    row = documents.drop(NOTE.encode(), "incoming/1.txt", metadata=NAMED)
    assert named(row) == NAMED
    assert [named(version) for version in documents.versions()] == [NAMED]
    assert [named(chunk) for chunk in documents.derived()[1]] == [NAMED]


def test_a_document_need_not_be_called_anything(documents: DocumentWorld) -> None:
    assert named(documents.drop(NOTE.encode(), "incoming/1.txt")) == {}
    assert named(documents.derived()[1][0]) == {}


def test_an_image_and_a_scan_are_called_something_too(documents: DocumentWorld) -> None:
    assert named(documents.drop(dicom(), "incoming/1.dcm", metadata=NAMED)) == NAMED
    assert named(documents.drop(pdf(""), "incoming/2.pdf", metadata=NAMED)) == NAMED


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("  X-ray  ", "X-ray"),
        ("=?UTF-8?Q?=C3=84rztlicher_Brief?=", "Ärztlicher Brief"),
        ("=?UTF-8?B?w4RyenRsaWNoZXIgQnJpZWY=?=", "Ärztlicher Brief"),
        ("a" * 200, "a" * 200),
        ("=?UTF-8?Q??=", "title_unusable"),
        ("=?UTF-8?B?w4Q?=x=?no-such?Q?a?=", "title_unusable"),
        ("=?UTF-8?Q?a=0Ab?=", "title_unusable"),
        ("=?UTF-8?Q?=FF?=", "title_unusable"),
        ("a" * 201, "title_unusable"),
        ("", "title_unusable"),
        ("  ", "title_unusable"),
    ],
)
def test_titles_that_uploaders_give(documents: DocumentWorld, title: str, read: str) -> None:
    row = documents.drop(NOTE.encode(), "incoming/1.txt", metadata={"title": title})
    assert row.get("title", row.get("reason")) == read


@pytest.mark.parametrize(
    "day",
    [
        "2024-02-30",
        "20240912",
        "2024-9-12",
        "12.09.2024",
        "2024-09-12T10:00",
        "0000-01-01",
        "-",
        "2024-W37-4",
    ],
)
def test_days_that_are_none(documents: DocumentWorld, day: str) -> None:
    row = documents.drop(NOTE.encode(), "incoming/1.txt", metadata={"date": day})
    assert (row["status"], row["reason"]) == ("quarantined", "date_unusable")


def test_a_ccda_document_says_it_itself(documents: DocumentWorld) -> None:
    content = ccda(effective_time="20240912103000-0500")
    assert named(documents.drop(content, "incoming/1.xml")) == NAMED
    assert named(documents.derived()[1][1]) == NAMED
    given = documents.drop(content, "incoming/2.xml", metadata={"title": "Letter"})
    assert named(given) == {"title": "Letter", "date": "2024-09-12"}  # the uploader knows it better


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("20240912", "2024-09-12"),
        ("202409", None),
        ("2024", None),
        ("20240230", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_day_of_a_ccda_document(documents: DocumentWorld, time: str, day: str | None) -> None:
    row = documents.drop(ccda(effective_time=time), "incoming/1.xml")
    assert (row["status"], row.get("date")) == ("stored", day)


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("A<br/>B\u200b  C", "A B C"),
        ("a" * 300, "a" * 200),
        ("<sub> </sub>", None),
    ],
)
def test_the_title_of_a_ccda_document(documents: DocumentWorld, title: str, read: str | None) -> None:
    row = documents.drop(ccda(title=title), "incoming/1.xml")
    assert (row["status"], row.get("title")) == ("stored", read)
