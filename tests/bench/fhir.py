"""CPU of validating FHIR resources: ours beside fhir.resources, on the same examples, a process for each.

fhir.resources is measured where it is installed (``.venv/bin/pip install fhir.resources``): it is no part of
the project. It has R4B and not R4, the nearest that it has. ``FHIR_EXAMPLES`` may name the unpacked npm
package hl7.fhir.r4.examples; the examples that the tests hold are taken otherwise.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDORED = ROOT / "tests" / "unit" / "lambda_src" / "fhir" / "examples"
# Of the whole package, those that describe the specification itself: an EHR sends none of them.
CONFORMANCE = (
    "Bundle CapabilityStatement CodeSystem CompartmentDefinition ConceptMap ImplementationGuide Library "
    "NamingSystem OperationDefinition SearchParameter StructureDefinition TestScript ValueSet package .index"
)
ROUNDS = 5


def main() -> None:
    """Print the table: CPU at the start, CPU for each resource, how many of the examples are accepted."""
    print("FHIR R4: CPU of reading, validating and writing a resource (median of rounds, one process each)")
    print(f"  {'':<16} {'start':>9} {'first':>12} {'then':>12} {'a second':>10} {'accepted':>14}")
    names = ["ours", *(["fhir.resources"] if importlib.util.find_spec("fhir") else [])]
    for name in names:
        command = [sys.executable, "-m", "tests.bench.fhir", name]
        path = os.pathsep.join([str(ROOT), str(ROOT / "lambda_src")])
        environment = os.environ | {"PYTHONPATH": path}
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        found = json.loads(run.stdout)
        first, then = found["first"] * 1e6, found["then"] * 1e6
        print(
            f"  {name:<16} {found['start'] * 1e3:>6.0f} ms {first:>9.0f} us {then:>9.0f} us "
            f"{1e6 / then:>10.0f} {found['accepted']:>7} of {found['of']}"
        )
    if len(names) == 1:
        print("  fhir.resources is not installed here: .venv/bin/pip install fhir.resources, and run again")


def examples() -> list[bytes]:
    folder = Path(os.environ.get("FHIR_EXAMPLES", VENDORED))
    left_out = tuple(CONFORMANCE.split()) if folder != VENDORED else ("README",)
    files = (file for file in sorted(folder.glob("*.json")) if not file.name.startswith(left_out))
    return [file.read_bytes() for file in files]


def ours() -> Callable[[bytes], bool]:
    from fhir_ingest import fhir_json
    from fhir_ingest.definitions import definitions
    from fhir_ingest.validation import validate

    definitions()

    def run(raw: bytes) -> bool:
        document = fhir_json.loads(raw)
        right = not validate(document)
        zlib.compress(fhir_json.dumps(document).encode())
        return right

    return run


def fhir_resources() -> Callable[[bytes], bool]:
    module = importlib.import_module("fhir.resources.R4B")

    def run(raw: bytes) -> bool:
        document = json.loads(raw)
        try:
            model = module.get_fhir_model_class(document["resourceType"]).model_validate(document)
        except ValueError:  # pydantic's own, whose text repeats the value
            return False
        zlib.compress(model.model_dump_json().encode())
        return True

    return run


def measure(name: str) -> dict[str, float]:
    raws = examples()
    begun = time.process_time()
    run = {"ours": ours, "fhir.resources": fhir_resources}[name]()
    start = time.process_time() - begun
    rounds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        accepted = sum(run(raw) for raw in raws)
        rounds.append((time.process_time() - begun) / len(raws))
    then = statistics.median(rounds[1:])
    return {"start": start, "first": rounds[0], "then": then, "accepted": accepted, "of": len(raws)}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
