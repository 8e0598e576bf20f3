"""What was proven, as figures: needed / granted for each role, and what is not proven, with the reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.prove_iam.exceptions import NamedException, exception_for
from tests.prove_iam.grants import Grant
from tests.prove_iam.results import Result

MOST_NAMED = 20  # of a role, on the page; the terminal names all
BEGIN, END = "<!-- BEGIN PROOF -->", "<!-- END PROOF -->"


@dataclass(frozen=True)
class RoleReport:
    """Of the ``granted`` pairs of action and resource: how many were proven, and which were not, with how far
    it came. What was only replayed was never taken away, so it is not proven."""

    role: str
    granted: int
    run: int
    together: int
    excepted: tuple[Grant, ...]
    unproven: tuple[tuple[Grant, str], ...]

    @property
    def needed(self) -> int:
        return self.run + self.together


def report_of(
    role: str,
    grants: Sequence[Grant],
    results: Mapping[str, Result],
    exceptions: Sequence[NamedException],
) -> RoleReport:
    """A grant without a result is unproven: the run did not come so far."""
    how = {grant: results[grant.name].how if grant.name in results else "not tried" for grant in grants}
    open_ = [grant for grant in grants if how[grant] not in ("run", "together")]
    # One that was asked for and survived its removal is no matter of what the local cloud does not check.
    excepted = [g for g in open_ if how[g] == "unused" and exception_for(g, exceptions)]
    counted = Counter(how.values())
    return RoleReport(
        role=role,
        granted=len(grants),
        run=counted["run"],
        together=counted["together"],
        excepted=tuple(excepted),
        unproven=tuple((grant, how[grant]) for grant in open_ if grant not in excepted),
    )


def lines(reports: Sequence[RoleReport], exceptions: Sequence[NamedException]) -> list[str]:
    """For the terminal."""
    width = max(len(report.role) for report in reports)
    found = [f"{'role':<{width}}  needed / granted   run  together  not checked here  unproven"]
    found += [
        f"{r.role:<{width}}  {r.needed:>6} / {r.granted:<7}  {r.run:>4}  {r.together:>8}  "
        f"{len(r.excepted):>16}  {len(r.unproven):>8}"
        for r in reports
    ]
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


def markdown(reports: Sequence[RoleReport], exceptions: Sequence[NamedException], on: date) -> str:
    """For docs/least_privilege.md."""
    table = [
        f"On {on.isoformat()}, by pairs of an action and a resource, each taken away:",
        "",
        "| role | needed / granted | run | together | not checked here | unproven |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {r.role} | {r.needed} / {r.granted} | {r.run} | {r.together} "
            f"| {len(r.excepted)} | {len(r.unproven)} |"
            for r in reports
        ),
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
