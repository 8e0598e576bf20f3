"""`make bench`: every measure, or those that are named (``MEASURES``).

A part of the catalogue's is named with it: ``catalogue:scale``.
"""

from __future__ import annotations

import sys

from scripts.demo.__main__ import demo
from tests.bench import (
    catalogue,
    documents,
    fhir,
    functions,
    hl7,
    hl7_batches,
    rag_cold_start,
    rag_retrieval,
    rag_s3_store,
    rag_text,
    terraform,
)

MEASURES = {
    "functions": functions.main,
    "terraform": terraform.main,
    "demo": demo,
    "catalogue": catalogue.main,
    "documents": documents.main,
    "fhir": fhir.main,
    "hl7": hl7.main,
    "hl7-batches": hl7_batches.main,
    "rag-cold-start": rag_cold_start.main,
    "rag-retrieval": rag_retrieval.main,
    "rag-s3-store": rag_s3_store.main,
    "rag-text": rag_text.main,
}

if __name__ == "__main__":
    for argument in sys.argv[1:] or MEASURES:
        name, _, part = argument.partition(":")
        if name not in MEASURES:
            raise SystemExit(f"no measure {name!r}: there are {', '.join(MEASURES)}")
        if part:
            catalogue.part(part)
        else:
            MEASURES[name]()
