"""`make eval`: how questions about a patient are answered, what is stopped, and what is found to redact.

    python -m tests.evaluation [--only attacks|phi] [--without-model] [--output reports]

Prints a table, and writes evaluation.json and evaluation.html. Exit status 1 where something that must hold
does not. docs/rag_evaluation.md says how to read it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.setup_environment import ENVIRONMENTS, ROOT
from tests.evaluation import local_model
from tests.evaluation.data_check import check_data
from tests.evaluation.misbehaving import honest
from tests.evaluation.page import page
from tests.evaluation.pipeline import pipeline
from tests.evaluation.results import Results, musts
from tests.evaluation.run import attack, detect, evaluate
from tests.evaluation.table import table


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=("attacks", "phi"), help="one part, without a report")
    parser.add_argument("--without-model", action="store_true", help="also where a local model is installed")
    parser.add_argument("--output", type=Path, default=ROOT / "reports")
    given = parser.parse_args(arguments)
    results = Results()
    began = time.perf_counter()
    if given.only == "phi":
        results.phi = [detect("with the patient's demographics", with_demographics=True)]
        results.phi.append(detect("detector alone", with_demographics=False))
        print(table(results))
        return 0 if all(must.holds for must in musts(results) if "PHI" in must.name) else 1
    say("starting PostgreSQL and both functions")
    with pipeline(honest) as made:
        if given.only == "attacks":
            results.attacked = [attack(made, say)]
            print(table(results))
            return 1 if results.attacked[0].successes else 0
        evaluate(made, results, say)
        failures = list(made.model_failures)
    if failures:
        print(f"FAIL: a scripted model raised: {failures[:3]}. Nothing was written: mend it first.")
        return 1
    results.notes += check_data(ENVIRONMENTS["evaluation"], say)
    if given.without_model:
        results.notes.append("No real model was asked, as --without-model says.")
    else:
        local_model.evaluate(ENVIRONMENTS["evaluation_models"], results, say)
    results.seconds = time.perf_counter() - began
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "evaluation.json").write_text(
        json.dumps(results.as_json(), indent=1) + "\n", encoding="utf-8"
    )
    (given.output / "evaluation.html").write_text(page(results), encoding="utf-8")
    print(table(results))
    print(f"\n{results.seconds:.0f} s. {given.output / 'evaluation.html'}")
    wrong = [note for note in results.notes if note.startswith("FAIL")]
    return 1 if wrong or not all(must.holds for must in musts(results)) else 0


def say(text: str) -> None:
    """Progress, on standard error: in place on a terminal, a line each elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K  {text} ...")
    else:
        sys.stderr.write(f"  {text} ...\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
