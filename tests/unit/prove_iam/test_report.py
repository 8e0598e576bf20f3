"""The figures count what was proven, excuse what is named, and tell of all the rest."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.prove_iam.__main__ import ROLES
from tests.prove_iam.exceptions import NamedException, read_exceptions
from tests.prove_iam.grants import digest, grants_of
from tests.prove_iam.report import (
    BEGIN,
    END,
    RoleReport,
    lines,
    markdown,
    needless,
    report_of,
    write,
)
from tests.prove_iam.results import How, Record, Result, Results, read_record
from tests.unit.prove_iam.conftest import ROLE

DAY = date(2026, 1, 2)
QUERY = NamedException(("dynamodb:Query",), "nobody asks here", "https://docs.aws.amazon.com/x")


def results(policies: Any, *how: How) -> dict[str, Result]:
    return {
        grant.name: Result(one, "p", "f") for grant, one in zip(grants_of(ROLE, policies), how, strict=False)
    }


def reported(policies: Any, exceptions: list[NamedException], *how: How) -> RoleReport:
    return report_of(Record(ROLE, DAY, results(policies, *how)), exceptions)


def test_needed_and_granted(policies: Any) -> None:
    grants = grants_of(ROLE, policies)
    report = reported(policies, [QUERY], "run", "replayed", "together", "unused", "survived")
    assert (report.needed, report.granted, report.run, report.together) == (2, 5, 1, 1)
    assert [grant.name for grant in report.excepted] == [grants[3].name]
    assert [(grant.name, how) for grant, how in report.unproven] == [
        (grants[1].name, "replayed"),
        (grants[4].name, "survived"),
    ], "an exception is for what nobody asks for, and what was never taken away is not proven"


def test_an_exception_can_be_one_roles_alone(policies: Any) -> None:
    how: tuple[How, ...] = ("run", "run", "run", "unused", "run")
    others = NamedException(QUERY.actions, QUERY.reason, QUERY.source, roles=("somebody-else",))
    assert len(reported(policies, [others], *how).unproven) == 1
    mine = NamedException(QUERY.actions, QUERY.reason, QUERY.source, roles=(ROLE,))
    assert reported(policies, [mine], *how).unproven == ()


def test_an_exception_can_be_one_statements_alone(policies: Any) -> None:
    """What DynamoDB's key is described for says nothing of a queue's key."""
    how: tuple[How, ...] = ("run", "run", "run", "unused", "run")
    others = NamedException(QUERY.actions, QUERY.reason, QUERY.source, statements=("Scan",))
    assert len(reported(policies, [others], *how).unproven) == 1
    mine = NamedException(QUERY.actions, QUERY.reason, QUERY.source, statements=("Scan", "Read"))
    assert reported(policies, [mine], *how).unproven == ()


def test_every_exception_of_a_key_says_for_which_use() -> None:
    of_keys = [each for each in read_exceptions() if any(a.startswith("kms:") for a in each.actions)]
    assert of_keys
    assert all(each.statements for each in of_keys)


def test_an_exception_that_excuses_nothing_any_more_is_named(policies: Any) -> None:
    reports = [reported(policies, [QUERY], "run", "run", "run", "unused", "run")]
    gone = NamedException(("dynamodb:GetItem", "dynamodb:Query"), QUERY.reason, QUERY.source)
    elsewhere = NamedException(("dynamodb:Scan",), QUERY.reason, QUERY.source, roles=("not-reported",))
    assert needless(reports, [QUERY]) == []
    assert needless(reports, [gone, elsewhere]) == ["dynamodb:GetItem"]


def test_the_day_and_the_grants_are_the_records_own(tmp_path: Path, policies: Any) -> None:
    """Two grants of one action are two; what a policy says by now is not asked."""
    Results(tmp_path, str).write(ROLE, results(policies, "run", "run", "run", "run", "survived"))
    path = tmp_path / f"{ROLE}.json"
    path.write_text(re.sub(r'"on": "[^"]+"', '"on": "2026-01-02"', path.read_text()))
    record = read_record(tmp_path, ROLE)
    assert record
    report = report_of(record, [])
    assert (report.on, report.figures) == (DAY, (4, 5, 4, 0, 0, 1))
    Results(tmp_path, str).write(ROLE, record.results)
    assert read_record(tmp_path, ROLE) == record, "nothing new was found out: the day stays"
    (grant, *_), today = grants_of(ROLE, policies), datetime.now(UTC).date()
    Results(tmp_path, str).keep(grant, Result("survived", "p", "f"))
    renewed = read_record(tmp_path, ROLE)
    assert renewed
    assert renewed.on >= today


def test_a_record_of_no_day_is_none(tmp_path: Path) -> None:
    assert read_record(tmp_path, ROLE) is None
    (tmp_path / f"{ROLE}.json").write_text('{"policies": "x", "grants": {}}')
    assert read_record(tmp_path, ROLE) is None


def test_the_lines_name_what_is_unproven(policies: Any) -> None:
    how: tuple[How, ...] = ("run", "run", "run", "unused", "unused")
    excused = lines([reported(policies, [QUERY], *how)], [], [QUERY])
    assert not any(line.startswith("UNPROVEN") for line in excused)
    assert any("nobody asks here" in line for line in excused)
    bare = lines([reported(policies, [], *how)], [], [])
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
    report = reported(policies, [], "run", "together", "survived")
    write(page, markdown([report, report], [], []))
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| reader | 2 / 3 | 1 | 1 | 0 | 1 | 2026-01-02 |" in text
    assert "| all 2 | 4 / 6 | 2 | 2 | 0 | 2 |  |" in text
    write(page, markdown([report], ["terraform-plan"], []))
    text = page.read_text()
    assert "| healthcare-terraform-plan | no record; `make prove-iam ROLE=terraform-plan` makes one |" in text
    assert "| all" not in text, "a sum without it would be another one's"
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


def test_the_page_names_whoever_makes_roles_that_are_not_taken_apart() -> None:
    root = Path(__file__).resolve().parents[3]
    page = (root / "docs" / "least_privilege.md").read_text()
    made = {file.parent.name for file in root.glob("modules/*/*.tf") if '"aws_iam_role"' in file.read_text()}
    assert "function" in made
    unproven = page.partition("## What it does not say")[2]
    assert sorted(set(re.findall(r"`modules/(\w+)`", unproven))) == sorted(made - {"function"})


def test_the_readme_says_the_sum_of_the_page() -> None:
    root = Path(__file__).resolve().parents[3]
    page = (root / "docs" / "least_privilege.md").read_text()
    rows = re.findall(r"^\| healthcare-(\S+) \| (\d+) / (\d+) \|", page, re.MULTILINE)
    assert [role for role, *_ in rows] == ROLES
    needed, granted = (sum(int(row[column]) for row in rows) for column in (1, 2))
    assert f"\n| all {len(rows)} | {needed} / {granted} |" in page
    assert f"{needed} of {granted} are proven so" in (root / "README.md").read_text()
