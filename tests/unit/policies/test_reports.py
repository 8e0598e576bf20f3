"""The reports of one assessment that people read, and JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from hipaa_policies.assessment import Assessment, assess, facts_sha256
from hipaa_policies.catalogue import catalogue
from hipaa_policies.checklist import Group, Line
from hipaa_policies.decisions import Waiver
from hipaa_policies.facts import Unreadable
from hipaa_policies.reports import FORMATS
from hipaa_policies.reports.as_html import segments
from hipaa_policies.reports.as_json import schema_text
from hipaa_policies.verdicts import Status
from jsonschema import Draft202012Validator

from tests.unit.policies import compliant as c

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
REFUSED = Unreadable("kms:ListKeys", "AccessDeniedException", "<b>not allowed</b>", "kms:ListKeys")
WAIVER = Waiver("LAM-08", c.FUNCTION, "load <test>", "Jo & co", date(2027, 1, 31))
UNUSED = Waiver("LAM-09", c.FUNCTION, "long ago", "Jo", date(2027, 1, 31))


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return every_status()


def every_status() -> Assessment:
    """One finding of every status, and every list of the report filled."""
    functions = (c.function(reserved_concurrency=None), c.function("other", tracing="PassThrough"))
    account = c.account(functions=functions, databases=())
    settings = c.settings(attestations={name: c.attestation(name) for name in ("ATT-01", "ATT-04")})
    return assess(
        account,
        settings,
        lens="live",
        taken_at=NOW,
        waivers=(WAIVER, UNUSED),
        asked={"kms:ListKeys": 1},
        unreadable=(REFUSED,),
    )


def test_every_status_is_there(assessment: Assessment) -> None:
    assert set(assessment.counts()) == set(Status)


def test_json_has_the_documented_schema(assessment: Assessment) -> None:
    document = json.loads(FORMATS["json"](assessment))
    schema = json.loads(schema_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(document)
    assert len(document["findings"]) == len(assessment.findings) == sum(document["summary"].values())
    assert document["unused_waivers"] == [document["waivers"][1]]


def test_the_table_names_every_control_and_every_failure(assessment: Assessment) -> None:
    table = FORMATS["table"](assessment)
    for group in Group:
        assert f"\n{group.value}\n" in table
    for control in catalogue():
        assert re.search(rf"^  \w+ +{control.id} +{re.escape(control.title)}", table, re.MULTILINE)
    for finding in assessment.of(Status.FAIL):
        assert f"{finding.resource}: {finding.message}" in table


def test_the_table_says_once_what_holds_of_several_resources() -> None:
    untraced = (c.function(tracing="PassThrough"), c.function("other", tracing="PassThrough"))
    judged = assess(c.account(functions=untraced), c.settings(), lens="live", taken_at=NOW)
    (control, message), *others = {
        (finding.control_id, finding.message) for finding in judged.of(Status.FAIL)
    }
    assert not others
    table = FORMATS["table"](judged)
    assert table.count(message) == 1
    assert f"{control}  2 resources: {message}\n{'':<10}{c.FUNCTION}\n{'':<10}{c.OTHER_FUNCTION}\n" in table


class _Page(HTMLParser):
    """The text, the ids, the links and the tags of a page; fails on tags that do not match."""

    VOID = ("meta", "br", "link", "img", "rect", "hr", "input")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.ids, self.links, self.tags = "", set[str](), set[str](), list[str]()
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids |= {value for name, value in attrs if name == "id" and value}
        self.links |= {value for name, value in attrs if name in ("href", "src") and value}
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += data


@pytest.fixture(scope="module")
def page(assessment: Assessment) -> _Page:
    return _Page(FORMATS["html"](assessment))


def test_html_is_one_page_that_needs_nothing_else(page: _Page, assessment: Assessment) -> None:
    assert {link for link in page.links if not link.startswith("#")} == set()
    assert {link[1:] for link in page.links} <= page.ids
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    html = FORMATS["html"](assessment)
    assert "@import" not in html
    assert "url(" not in html


def test_html_shows_every_finding(page: _Page, assessment: Assessment) -> None:
    for finding in assessment.findings:
        assert finding.resource in page.text
        assert finding.message in page.text
    for control in assessment.controls:
        assert control.id in page.ids
        assert control.blind in page.text
    for line in Line:
        assert line.text in page.text


def test_html_has_the_inventory(page: _Page, assessment: Assessment) -> None:
    assert len(assessment.assets) > 40
    for asset in assessment.assets:
        assert asset.kind in page.text
        assert asset.arn in page.text
    assert f"{len(assessment.assets)} in all" in page.text


def test_html_shows_decisions_and_what_could_not_be_read(page: _Page, assessment: Assessment) -> None:
    for text in (
        "Waived until 2027-01-31 by Jo & co: load <test>",
        "long ago",
        "folder 17",
        "<b>not allowed</b>",
        "AccessDeniedException",
        assessment.facts_sha256,
        "123456789012",
        "2026-11-21 09:30:00 UTC",
        f"hipaa-policies {assessment.tool_version}",
    ):
        assert text in page.text
    assert "b" not in page.tags[page.tags.index("section") :]


def test_the_headline_counts(page: _Page, assessment: Assessment) -> None:
    assert "1 finding of 1 control fails." in page.text
    assert "1 could not be judged, and is not counted as good." in page.text
    assert "1 is waived." in page.text


def test_bars_fill_their_width(assessment: Assessment) -> None:
    parts = segments(assessment.counts())
    assert sum(part.width for part in parts) == pytest.approx(200, abs=0.1)
    assert [part.status for part in parts] == [
        Status.FAIL,
        Status.UNKNOWN,
        Status.WAIVED,
        Status.ATTESTED,
        Status.PASS,
        Status.NOT_APPLICABLE,
    ]


def test_the_hash_is_of_the_facts_alone() -> None:
    account = c.account()
    assert facts_sha256(account) == facts_sha256(c.account())
    changed = replace(account, functions=c.account(functions=(c.function(timeout=29),)).functions)
    assert facts_sha256(account) != facts_sha256(changed)
