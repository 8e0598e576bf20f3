"""What was proven, as figures: needed / granted for each role, and what is not proven, with the reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.prove_iam.exceptions import NamedException, exception_for
from tests.prove_iam.grants import Grant
from tests.prove_iam.results import Record, read_record

MOST_NAMED = 20  # of a role, on the page; the terminal names all
PREFIX = "healthcare-"  # of every role's name: environments/local and the bootstrap here take no other
BEGIN, END = "<!-- BEGIN PROOF -->", "<!-- END PROOF -->"


@dataclass(frozen=True)
class RoleReport:
    """Of the ``granted`` pairs of action and resource: how many were proven, and which were not, with how far
    it came. What was only replayed was never taken away, so it is not proven. ``on``: the record's day."""

    role: str
    on: date
    granted: int
    run: int
    together: int
    excepted: tuple[Grant, ...]
    unproven: tuple[tuple[Grant, str], ...]

    @property
    def needed(self) -> int:
        return self.run + self.together

    @property
    def figures(self) -> tuple[int, ...]:
        """As the columns have them."""
        return self.needed, self.granted, self.run, self.together, len(self.excepted), len(self.unproven)


def report_of(record: Record, exceptions: Sequence[NamedException]) -> RoleReport:
    how = {Grant.of_name(record.role, name): result.how for name, result in record.results.items()}
    open_ = sorted(grant for grant in how if how[grant] not in ("run", "together"))
    # One that was asked for and survived its removal is no matter of what the local cloud does not check.
    excepted = [g for g in open_ if how[g] == "unused" and exception_for(g, exceptions)]
    counted = Counter(how.values())
    return RoleReport(
        role=record.role,
        on=record.on,
        granted=len(how),
        run=counted["run"],
        together=counted["together"],
        excepted=tuple(excepted),
        unproven=tuple((grant, how[grant]) for grant in open_ if grant not in excepted),
    )


def reports_of(
    folder: Path, roles: Sequence[str], exceptions: Sequence[NamedException]
) -> tuple[list[RoleReport], list[str]]:
    """What the records in the folder say of the roles, and the roles that have none there."""
    records = {role: read_record(folder, whole_name(role)) for role in roles}
    found = [report_of(record, exceptions) for record in records.values() if record]
    return found, [role for role, record in records.items() if not record]


def whole_name(role: str) -> str:
    return f"{PREFIX}{role}"


def no_record(role: str) -> str:
    return f"no record; `make prove-iam ROLE={role}` makes one"


def lines(
    reports: Sequence[RoleReport], missing: Sequence[str], exceptions: Sequence[NamedException]
) -> list[str]:
    """For the terminal. ``missing``: the roles without a record."""
    width = max(len(name) for name in (*(report.role for report in reports), *map(whole_name, missing)))
    found = [f"{'role':<{width}}  needed / granted   run  together  not checked here  unproven  on"]
    for r in reports:
        needed, granted, run, together, named, unproven = r.figures
        found.append(
            f"{r.role:<{width}}  {needed:>6} / {granted:<7}  {run:>4}  {together:>8}  "
            f"{named:>16}  {unproven:>8}  {r.on}"
        )
    found += [f"{whole_name(role):<{width}}  {no_record(role)}" for role in missing]
    found += ["", "Not proven, because the local cloud does not ask for it:"]
    for exception, number in excepted(reports, exceptions):
        found.append(
            f"  {', '.join(exception.actions)} ({number})\n    {exception.reason}\n    {exception.source}"
        )
    wrong = [(report.role, grant, how) for report in reports for grant, how in report.unproven]
    found += [f"UNPROVEN  {role}  {grant.name}: {how}" for role, grant, how in wrong]
    return found


def excepted(
    reports: Sequence[RoleReport], exceptions: Sequence[NamedException]
) -> list[tuple[NamedException, int]]:
    """The exceptions that were made use of, and for how many grants."""
    used = Counter(exception_for(grant, exceptions) for report in reports for grant in report.excepted)
    return [(exception, used[exception]) for exception in exceptions if used[exception]]


def needless(reports: Sequence[RoleReport], exceptions: Sequence[NamedException]) -> list[str]:
    """Actions whose exception excuses no grant any more, where all roles it is made for were reported."""
    roles = {report.role for report in reports}
    used = {(grant.role, grant.action) for report in reports for grant in report.excepted}
    found = []
    for exception in exceptions:
        scope = set(exception.roles) or roles
        if scope <= roles:
            found += [a for a in exception.actions if not any((role, a) in used for role in scope)]
    return found


def markdown(
    reports: Sequence[RoleReport], missing: Sequence[str], exceptions: Sequence[NamedException]
) -> str:
    """For docs/least_privilege.md."""
    table = [
        "By pairs of an action and a resource, each taken away; the last column is the day of the record:",
        "",
        "| role | needed / granted | run | together | not checked here | unproven | on |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
        *(row(r.role, r.figures, r.on) for r in reports),
        *(f"| {whole_name(role)} | {no_record(role)} | | | | | |" for role in missing),
        *([] if missing else [row(f"all {len(reports)}", summed(reports), "")]),
        "",
        "| not checked by the local cloud | grants | why they stay |",
        "| --- | ---: | --- |",
        *(
            f"| {', '.join(f'`{action}`' for action in exception.actions)} | {number} "
            f"| {exception.reason} [AWS]({exception.source}) |"
            for exception, number in excepted(reports, exceptions)
        ),
    ]
    wrong: dict[tuple[str, str], list[str]] = defaultdict(list)
    for report in reports:
        for grant, how in report.unproven:
            wrong[report.role, how].append(f"`{grant.action}` ({grant.sid or grant.policy})")
    if wrong:
        table += ["", "| unproven | | grants |", "| --- | --- | --- |"]
        table += [f"| {role} | {how} | {shortened(found)} |" for (role, how), found in wrong.items()]
    return "\n".join(table)


def summed(reports: Sequence[RoleReport]) -> list[int]:
    return [sum(column) for column in zip(*(report.figures for report in reports), strict=True)]


def row(name: str, figures: Sequence[int], on: object) -> str:
    needed, granted, *rest = figures
    return f"| {name} | {needed} / {granted} | {' | '.join(map(str, rest))} | {on} |"


def shortened(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def write(path: Path, text: str) -> None:
    """Put the text between the markers of the file. Raises ``ValueError`` where they are missing."""
    whole = path.read_text(encoding="utf-8")
    if BEGIN not in whole or END not in whole:
        raise ValueError(f"{path} has no {BEGIN} ... {END}")
    before, after = whole.partition(BEGIN)[0], whole.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
