"""The figures count what was proven, excuse what is named, and tell of all the rest."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.prove_iam.exceptions import NamedException, read_exceptions
from tests.prove_iam.grants import digest, grants_of
from tests.prove_iam.report import BEGIN, END, lines, markdown, needless, report_of, write
from tests.prove_iam.results import How, Result, Results
from tests.unit.prove_iam.conftest import ROLE

QUERY = NamedException(("dynamodb:Query",), "nobody asks here", "https://docs.aws.amazon.com/x")


def results(policies: Any, *how: How) -> dict[str, Result]:
    return {
        grant.name: Result(one, "p", "f") for grant, one in zip(grants_of(ROLE, policies), how, strict=False)
    }


def test_needed_and_granted(policies: Any) -> None:
    grants = grants_of(ROLE, policies)
    found = results(policies, "run", "replayed", "together", "unused", "survived")
    report = report_of(ROLE, grants, found, [QUERY])
    assert (report.needed, report.granted, report.run, report.together) == (2, 5, 1, 1)
    assert [grant.name for grant in report.excepted] == [grants[3].name]
    assert report.unproven == ((grants[1], "replayed"), (grants[4], "survived")), (
        "an exception is for what nobody asks for, and what was never taken away is not proven"
    )


def test_an_exception_can_be_one_roles_alone(policies: Any) -> None:
    grants, found = grants_of(ROLE, policies), results(policies, "run", "run", "run", "unused", "run")
    others = NamedException(QUERY.actions, QUERY.reason, QUERY.source, roles=("somebody-else",))
    assert len(report_of(ROLE, grants, found, [others]).unproven) == 1
    mine = NamedException(QUERY.actions, QUERY.reason, QUERY.source, roles=(ROLE,))
    assert report_of(ROLE, grants, found, [mine]).unproven == ()


def test_an_exception_that_excuses_nothing_any_more_is_named(policies: Any) -> None:
    found = results(policies, "run", "run", "run", "unused", "run")
    reports = [report_of(ROLE, grants_of(ROLE, policies), found, [QUERY])]
    gone = NamedException(("dynamodb:GetItem", "dynamodb:Query"), QUERY.reason, QUERY.source)
    elsewhere = NamedException(("dynamodb:Scan",), QUERY.reason, QUERY.source, roles=("not-reported",))
    assert needless(reports, [QUERY]) == []
    assert needless(reports, [gone, elsewhere]) == ["dynamodb:GetItem"]


def test_what_was_not_tried_is_not_proven(policies: Any) -> None:
    report = report_of(ROLE, grants_of(ROLE, policies), results(policies, "run"), [])
    assert (report.needed, len(report.unproven)) == (1, 4)
    assert {how for _, how in report.unproven} == {"not tried"}


def test_the_lines_name_what_is_unproven(policies: Any) -> None:
    found = results(policies, "run", "run", "run", "unused", "unused")
    excused = lines([report_of(ROLE, grants_of(ROLE, policies), found, [QUERY])], [QUERY])
    assert not any(line.startswith("UNPROVEN") for line in excused)
    assert any("nobody asks here" in line for line in excused)
    bare = lines([report_of(ROLE, grants_of(ROLE, policies), found, [])], [])
    assert sum(line.startswith("UNPROVEN") for line in bare) == 2


def test_results_are_kept_as_they_come(tmp_path: Path, policies: Any) -> None:
    def results_now() -> Results:
        return Results(tmp_path / "new", lambda _role: digest(policies))

    kept, (first, second, *_) = results_now(), grants_of(ROLE, policies)
    kept.keep(first, Result("run", "p", "f"))
    kept.keep(second, Result("unused", "", ""))
    assert results_now().read(ROLE) == {
        first.name: Result("run", "p", "f"),
        second.name: Result("unused", "", ""),
    }


def test_results_of_other_policies_prove_nothing(tmp_path: Path, policies: Any) -> None:
    first, second, *_ = grants_of(ROLE, policies)
    Results(tmp_path, lambda _role: digest(policies)).keep(first, Result("run", "p", "f"))
    policies["workload"]["Statement"][0]["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    now = Results(tmp_path, lambda _role: digest(policies))
    assert now.read(ROLE) == {}
    now.keep(second, Result("unused", "", ""))
    assert now.read(ROLE) == {second.name: Result("unused", "", "")}, "what was known of the others is gone"


def test_results_that_do_not_say_of_which_policies_prove_nothing(tmp_path: Path) -> None:
    (tmp_path / f"{ROLE}.json").write_text('{"grant": {"how": "run", "probe": "p", "failure": "f"}}')
    assert Results(tmp_path, lambda _role: "a digest").read(ROLE) == {}


def test_the_page_is_written_between_its_markers(tmp_path: Path, policies: Any) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    report = report_of(ROLE, grants_of(ROLE, policies), results(policies, "run"), [])
    write(page, markdown([report], [], date(2026, 11, 22)))
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| reader | 1 / 5 |" in text
    page.write_text("nothing")
    with pytest.raises(ValueError, match="BEGIN PROOF"):
        write(page, "x")


def test_every_exception_has_a_reason_and_a_page_of_awss() -> None:
    for exception in read_exceptions():
        assert exception.source.startswith("https://docs.aws.amazon.com/"), exception


@pytest.mark.parametrize(
    "entry",
    [
        'actions = ["ec2:*"]\nreason = "r"\nsource = "https://x"',
        'actions = ["ec2:A"]\nsource = "https://x"',
        'actions = ["ec2:A"]\nreason = "r"',
        'reason = "r"\nsource = "https://x"',
    ],
)
def test_an_exception_that_says_too_little_or_excuses_too_much_is_refused(tmp_path: Path, entry: str) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text(f"[[exception]]\n{entry}\n")
    with pytest.raises(ValueError, match="exception"):
        read_exceptions(file)


def test_the_readme_says_the_sum_of_the_page() -> None:
    root = Path(__file__).resolve().parents[3]
    page = (root / "docs" / "least_privilege.md").read_text()
    rows = re.findall(r"^\| healthcare-\S+ \| (\d+) / (\d+) \|", page, re.MULTILINE)
    needed, granted = (sum(map(int, column)) for column in zip(*rows, strict=True))
    assert f"{needed} of {granted} are proven so" in (root / "README.md").read_text()
