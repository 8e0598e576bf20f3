"""The summary of a plan, as GitHub would show it: cmarkgfm is GitHub's own renderer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]
from hipaa_policies.commands.plan import judge_plan
from hipaa_policies.reports.as_json import render_json

from scripts.ci import plan_summary
from scripts.ci.changes import Changes
from scripts.ci.markdown import code, prose
from scripts.environments.environment import Environment
from tests.unit.ci.test_changes import PROVIDERS, read
from tests.unit.policies.plan import compliant
from tests.unit.policies.plan.documents import changing, document

WIDTHLESS = "\u200b"  # which keeps @ and # from meaning anything
SECRET = "Zq7-canary-value"
HOSTILE = (
    'x"] | @octocat #1 [a](https://evil.example) ![i](https://evil.example/i.png) <img onerror=x()> '
    "`x` **b** __c__ ~~d~~ www.evil.example https://evil.example a@evil.example :tada: </code></table>"
    "\\| &lt; --> \n# heading\n\n| new | row |\u202e"
)
WAIVER = """
waivers:
  - control: LAM-09
    resource: "*"
    reason: "tried out"
    owner: "somebody"
    expires: 2999-12-31
"""


def plan(**resources: Any) -> dict[str, Any]:
    """A plan with a FAIL (LAM-03), a waived one (LAM-09) and what is not known before it is applied."""
    every = compliant.resources()
    changing("aws_lambda_function.reader", tracing_config=[])(every)
    changing("aws_lambda_function.reader", environment=[{"variables": {"API_KEY": SECRET}}])(every)
    return document(every | resources)


def judged(document: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(WAIVER)
    found: dict[str, Any] = json.loads(
        render_json(judge_plan(json.dumps(document).encode(), waivers=waivers).assessment)
    )
    return found


class Page(HTMLParser):
    """What a reader's browser would make of it: the elements, the texts, and the texts inside code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements, self.code, self.text = list[tuple[str, dict[str, str | None]]](), list[str](), ""
        self._open = list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "code" in self._open:
            self.code[-1] += data.replace(WIDTHLESS, "")
        else:
            self.text += data


def shown(markdown: str) -> Page:
    return Page(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))


@dataclass(frozen=True)
class Summary:
    """A real plan's summary, with the report it is of."""

    markdown: str
    report: dict[str, Any]
    page: Page


@pytest.fixture
def summary(tmp_path: Path) -> Summary:
    planned = plan()
    report = judged(planned, tmp_path)
    markdown = plan_summary.render("prod", read(planned), report)
    return Summary(markdown, report, shown(markdown))


def test_it_has_the_counts_of_the_report(summary: Summary) -> None:
    counts = summary.report["summary"]
    assert counts["FAIL"]
    assert counts["UNKNOWN"]
    assert counts["WAIVED"]
    cells = re.findall(r"^\| (\d+(?: \| \d+)*) \|$", summary.markdown, re.MULTILINE)
    statuses = ("FAIL", "UNKNOWN", "WAIVED", "PASS", "ATTESTED", "NOT_APPLICABLE")
    assert cells == [" | ".join(str(counts[status]) for status in statuses)]
    assert f"prod: {counts['FAIL']} FAIL" in summary.page.text


def test_it_names_the_versions_that_planned_it(summary: Summary) -> None:
    assert "and hashicorp/aws 5.100.0." in summary.page.text
    assert f"Planned by Terraform {plan()['terraform_version']}" in summary.page.text


def test_it_names_every_control_that_fails_is_waived_or_is_not_known_with_its_addresses(
    summary: Summary,
) -> None:
    for status in ("FAIL", "UNKNOWN", "WAIVED"):
        found = [finding for finding in summary.report["findings"] if finding["status"] == status]
        assert {finding["control_id"] for finding in found} <= set(summary.page.code)
        addresses = {finding["address"] for finding in found if finding["address"]}
        assert addresses
        assert addresses <= set(summary.page.code)
    passing = {f["control_id"] for f in summary.report["findings"]} - {
        f["control_id"] for f in summary.report["findings"] if f["status"] in ("FAIL", "UNKNOWN", "WAIVED")
    }
    assert passing
    assert not passing & set(summary.page.code)


def test_it_has_no_value_no_account_and_no_message(summary: Summary) -> None:
    assert SECRET not in summary.markdown
    assert summary.report["account"] not in summary.page.text + "".join(summary.page.code)
    messages = {f["message"] for f in summary.report["findings"] if f["status"] in ("FAIL", "UNKNOWN")}
    assert not any(prose(message) in summary.markdown for message in messages)


def test_hostile_names_do_nothing(tmp_path: Path) -> None:
    """The same summary with another name in it has the same elements, and shows the name as it is."""
    reports = [judged(plan(), tmp_path), judged(plan(), tmp_path)]
    names = ["aws_lambda_function.harmless", f'aws_lambda_function.x["{HOSTILE}"]']
    pages = []
    for report, name in zip(reports, names, strict=True):
        for finding in report["findings"]:
            if finding["address"] == "aws_lambda_function.reader":
                finding["address"] = name
        pages.append(
            shown(
                plan_summary.render(
                    "prod", Changes({"destroy": 1}, (name,), "0" * 64, ("Terraform 1.11.4",)), report
                )
            )
        )
    harmless, hostile = pages
    assert hostile.elements == harmless.elements
    assert hostile.text == harmless.text
    assert len(names[1]) < 300
    read = names[1].replace("\n", "\N{REPLACEMENT CHARACTER}").replace("\u202e", "\N{REPLACEMENT CHARACTER}")
    assert hostile.code == [read if name == names[0] else name for name in harmless.code]
    assert hostile.code.count(read) >= 3  # lost, failing, waived or not known


@pytest.mark.parametrize(
    "text", ["@octocat", "see #12", "<b>", "a | b", "*x*", "www.evil.example", "http://x.example"]
)
def test_prose_shows_as_it_is_and_does_nothing(text: str) -> None:
    page = shown(f"| a |\n| --- |\n| {prose(text)} |")
    assert page.text.replace(WIDTHLESS, "").replace("\n", "").removeprefix("a") == text
    assert not {"a", "b", "em"} & {name for name, _ in page.elements}
    # GitHub looks for mentions and issues in the text that a reader would see.
    assert not re.search(r"[@#]\w", page.text)


@pytest.mark.parametrize("character", [chr(number) for number in range(32, 127)])
def test_code_shows_each_character(character: str) -> None:
    page = shown(f"| a |\n| --- |\n| {code(f'{character}x{character}')} |")
    assert page.code == [f"{character}x{character}"]
    assert [name for name, _ in page.elements].count("td") == 1


def test_a_long_summary_is_cut_between_rows_and_says_so(tmp_path: Path) -> None:
    report = judged(plan(), tmp_path)
    finding = next(f for f in report["findings"] if f["status"] == "UNKNOWN")
    report["findings"] += [
        finding | {"control_id": f"XXX-{number}", "address": f"module.m{n}.{'a' * 200}"}
        for number in range(100)
        for n in range(30)
    ]
    lost = tuple(f"module.m{number}.{'b' * 500}" for number in range(1000))
    markdown = plan_summary.render(
        "prod", Changes({"destroy": 1000}, lost, "0" * 64, ("Terraform 1.11.4",)), report
    )
    assert len(markdown.encode()) <= plan_summary.LONGEST
    page = shown(markdown)
    names = [name for name, _ in page.elements]
    assert names.count("details") == markdown.count("</details>")
    missing = re.search(r"(\d+) more rows", page.text)
    assert missing
    rows = {
        f"{f['status']} {f['control_id']}"
        for f in report["findings"]
        if f["status"] in ("FAIL", "UNKNOWN", "WAIVED")
    }
    written = sum(line.startswith("| <code>") for line in markdown.splitlines())
    assert written + int(missing[1]) == len(rows)
    assert "and 990 more" in page.text


def environment(tmp_path: Path) -> Environment:
    (tmp_path / "environments" / "prod").mkdir(parents=True)
    (tmp_path / "policies").mkdir()
    return Environment("prod", tmp_path, "123456789012", "us-east-1")


def test_without_a_plan_it_says_so(tmp_path: Path) -> None:
    text, changes = plan_summary.summarise(environment(tmp_path))
    assert "prod: no plan" in shown(text).text
    assert changes is None


def test_a_plan_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    chosen = environment(tmp_path)
    chosen.saved.mkdir()
    chosen.document.write_text("{}")
    text, changes = plan_summary.summarise(chosen)
    assert "could not be judged" in shown(text).text
    assert changes is None


def test_the_hash_goes_to_github_and_into_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = environment(tmp_path)
    chosen.saved.mkdir()
    chosen.document.write_text(json.dumps(plan()))
    chosen.providers.write_text(json.dumps(PROVIDERS))
    output, page = tmp_path / "output", tmp_path / "page"
    output.write_text("before=1\n")
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    monkeypatch.setattr(plan_summary, "find", lambda name: chosen)
    assert plan_summary.main(["prod"]) == 0
    digest = read(plan()).sha256
    assert output.read_text() == f"before=1\nchanges={digest}\n"
    assert page.read_text() == (chosen.reports / "plan-summary.md").read_text()
    assert f"sha256:{digest}" in shown(page.read_text()).code
    assert digest in capsys.readouterr().out


def test_an_environment_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert plan_summary.main(["nowhere"]) == 2
    assert "There is no environment 'nowhere'" in capsys.readouterr().err
