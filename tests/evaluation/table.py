"""The results for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tests.evaluation.results import Results, musts

_WIDTH = 46


def table(results: Results) -> str:
    return "\n".join(_lines(results))


def _lines(results: Results) -> Iterator[str]:
    yield _title("Questions", "answered", "correct", "refused", "citations", "leaks", "seconds")
    for one in results.answers:
        refused, asked = one.refused + one.others_refused, one.unanswerable + one.about_others
        yield _row(
            one.model,
            f"{one.answered}/{one.answerable}",
            f"{one.correct}/{one.answerable}",
            f"{refused}/{asked}",
            f"{one.verified}/{one.cited}",
            str(len(one.leaks)),
            f"{one.seconds:.0f}",
        )
        within = [f"{count} in {number}" for number, count in one.found_within.items()]
        yield _row("  evidence within the first passages", *within)
        for use, (asked, right) in sorted(one.by_use.items()):
            yield _row(f"  {use}", "", f"{right}/{asked}")
    if results.wrong:
        yield _title("Models that do wrong", "claims", "shown")
        for wrong in results.wrong:
            yield _row(wrong.model, str(wrong.said), str(len(wrong.shown)))
    for attacked in results.attacked:
        yield _title(f"Attacks, {attacked.model} model", "tried", "success")
        for kind, (tried, successful) in attacked.by_kind.items():
            yield _row(kind, str(tried), str(successful))
        yield from (f"    {found[0]} ({found[1]}): {found[2]}" for found in attacked.successes)
    for phi in results.phi:
        yield _title(f"Identifiers, {phi.name}", "there", "found", "named")
        for kind, (there, found_, named) in phi.by_kind.items():
            yield _row(kind, str(there), str(found_), str(named))
        yield _row(
            "recall, precision, ms/KB",
            f"{phi.recall:.1%}",
            f"{phi.precision:.1%}",
            f"{phi.milliseconds_per_kilobyte:.1f}",
        )
    yield _title("What must hold", "")
    for must in musts(results):
        mark = "ok  " if must.holds else "FAIL"
        yield f"  {mark} {must.name:<{_WIDTH}} {must.figure:>12}   (demanded: {must.demanded})"
    yield from (f"  note: {note}" for note in results.notes)


def _title(name: str, *columns: str) -> str:
    return f"\n{name:<{_WIDTH}}" + "".join(f"{column:>12}" for column in columns)


def _row(name: str, *columns: str) -> str:
    return f"  {name:<{_WIDTH - 2}}" + "".join(f"{column:>12}" for column in columns)
