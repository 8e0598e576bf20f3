"""The results as one page that needs nothing else: bars, with every figure written beside them."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from tests.evaluation.results import Results, musts

_STYLE = Path(__file__).with_name("page.css")


def page(results: Results) -> str:
    """A whole HTML document. It loads nothing and runs nothing."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Clinical RAG: evaluation</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head>"
        f"<body>{''.join(_parts(results))}</body></html>\n"
    )


def _parts(results: Results) -> Iterator[str]:
    yield "<h1>Clinical RAG: what was asked, and what came back</h1>"
    yield (
        "<p>Both functions on a real PostgreSQL with row-level security, asked about invented patients. The "
        "stand-in quotes and is no language model. docs/rag_evaluation.md says how, and what "
        "this does not show.</p>"
    )
    yield _headline(results)
    yield "<h2>What must hold</h2><table>"
    for must in musts(results):
        mark = '<td class="ok">holds</td>' if must.holds else '<td class="no">does not</td>'
        yield f'<tr>{mark}<td>{escape(must.name)}</td><td class="n">{escape(must.figure)}</td>'
        yield f"<td>{escape(must.demanded)}</td></tr>"
    yield "</table>"
    for one in results.answers:
        yield f"<h2>Questions, {escape(one.model)}: {one.questions} in {one.seconds:.0f} s</h2><table>"
        for number, found in one.found_within.items():
            yield _bar(f"evidence in the first {number} of what retrieval found", found, one.answerable)
        yield _bar("answered, where there is an answer", one.answered, one.answerable)
        yield _bar("answered correctly", one.correct, one.answerable)
        for use, (asked, right) in sorted(one.by_use.items()):
            yield _bar(f"… {use}", right, asked)
        yield _bar("refused, where there is none", one.refused, one.unanswerable)
        yield _bar("refused, about another patient", one.others_refused, one.about_others)
        yield _bar("citations verified", one.verified, one.cited)
        yield "</table>"
    if results.wrong:
        yield "<h2>Models that do wrong on purpose: claims stopped</h2><table>"
        for wrong in results.wrong:
            yield _bar(wrong.model, wrong.said - len(wrong.shown), wrong.said)
        yield _bar("for comparison: true claims in other words, kept", *results.kept_of_true)
        yield "</table>"
    for attacked in results.attacked:
        yield f"<h2>Attacks stopped, {escape(attacked.model)} model</h2><table>"
        for kind, (tried, successful) in attacked.by_kind.items():
            yield _bar(kind, tried - successful, tried)
        yield "</table>"
    for phi in results.phi:
        yield (
            f"<h2>Identifiers found, {escape(phi.name)}: recall {phi.recall:.1%}, "
            f"precision {phi.precision:.1%}, "
            f"{phi.milliseconds_per_kilobyte:.1f} ms of CPU per KB</h2><table>"
        )
        for kind, (there, found, _) in phi.by_kind.items():
            yield _bar(kind, found, there)
        yield "</table>"
    yield "".join(f"<p>{escape(note)}</p>" for note in results.notes)


def _headline(results: Results) -> str:
    leaked = sum(len(one.leaks) for one in results.answers)
    successes = sum(len(one.successes) for one in results.attacked)
    shown = sum(len(wrong.shown) for wrong in results.wrong)
    said = sum(wrong.said for wrong in results.wrong)
    figures = [
        (str(leaked), f"cross-patient leaks in {sum(one.questions for one in results.answers)} questions"),
        (str(successes), f"successes of {sum(one.tried for one in results.attacked)} attempted injections"),
        (str(shown), f"of {said:,} wrong claims shown to a caller"),
        *((f"{phi.recall:.0%}", f"of identifiers redacted, {phi.name}") for phi in results.phi[:1]),
    ]
    cells = "".join(
        f"<div><b>{escape(figure)}</b><span>{escape(text)}</span></div>" for figure, text in figures
    )
    return f'<div class="big">{cells}</div>'


def _bar(name: str, part: int, whole: int) -> str:
    width = 100 * part / whole if whole else 0
    colour = "var(--bar)" if part == whole else "var(--bad)" if width < 50 else "var(--soft)"
    return (
        f'<tr><td>{escape(name)}</td><td class="b"><svg viewBox="0 0 100 14" preserveAspectRatio="none" '
        f'role="img" aria-label="{part} of {whole}"><rect width="100" height="14" fill="var(--line)"/>'
        f'<rect width="{width:.2f}" height="14" fill="{colour}"/></svg></td>'
        f'<td class="n">{part} of {whole}</td></tr>'
    )
