"""RAG's own text work, in processor time: redaction of questions and verification of claims.

Beside each stands one pass of one compiled pattern over the same text, so that a figure means something on
another machine.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
PASS = re.compile(r"\b[a-z]+ing\b", re.IGNORECASE)
QUESTIONS = (
    "What medications should be continued after discharge?",
    "Has Mrs. Okonkwo, DOB 01/31/1970, MRN 00482913, taken lisinopril daily since 12 September 2024?",
    "Is the Parkinson's disease stable on carbidopa-levodopa 25/100 mg three times daily?",
    "Call (202) 555-0143 about John Smith of 12 Elm Street, Springfield, IL 62701: is the HbA1c above 7%?",
    "Was the Foley catheter removed before the Holter monitor was placed, and what was the blood pressure?",
    "Does the record support prior authorization of apixaban 5 mg twice daily for atrial fibrillation?",
)
NOTE = (
    "Discharge medications: continue lisinopril 10 mg daily and atorvastatin 40 mg at bedtime; "
    "stop metformin 500 mg twice daily. Creatinine 1.0 mg/dL, normal. No evidence of pneumonia. "
    "Denies chest pain or fever. "
) * 7
CLAIMS = (
    ("Lisinopril 10 mg daily should be continued.", "continue lisinopril 10 mg daily"),
    ("Metformin 500 mg BID was stopped.", "stop metformin 500 mg twice daily"),
    ("There is no evidence of pneumonia.", "No evidence of pneumonia"),
    ("Lisinopril 20 mg daily should be continued.", "continue lisinopril 10 mg daily"),
    ("Creatinine was normal.", "Creatinine 1.0  mg/dL, normal"),
)


def main() -> None:
    sys.path.insert(0, str(ROOT / "lambda_src"))
    from rag_orchestrator.redaction import patterns, redact
    from rag_orchestrator.verifier import verify

    start = time.process_time()
    redact("warm", ())
    print("Redaction and verification, processor time")
    print(f"  word lists, once a process         {(time.process_time() - start) * 1000:>7.1f} ms")
    text = "\n".join(QUESTIONS)
    kilobytes = len(text.encode()) / 1024
    spent = _best(lambda: [redact(question, ()) for question in QUESTIONS], 50)
    one = _best(lambda: [PASS.findall(question) for question in QUESTIONS], 200)
    print(
        f"  redaction of {len(QUESTIONS)} questions          {spent * 1000 / kilobytes:>7.2f} ms/KB  "
        f"{spent / one:>6.0f} passes of one pattern  {spent * 1_000_000 / len(QUESTIONS):>6.0f} us a question"
    )
    for length in (2_000, 20_000):
        hostile = ("Smith, 1 A. 12/3 May at a.b " * 1_000)[:length]
        spent = _best(lambda text=hostile: patterns(text), 1)  # type: ignore[misc]
        print(f"  hostile text of {length:>6} characters  {spent * 1000 / length * 1024:>7.2f} ms/KB")
    context = [{"chunk_id": "1", "text": NOTE}]
    claims = [{"text": claim, "chunk_id": "1", "quote": quote} for claim, quote in CLAIMS]
    spent = _best(lambda: verify(claims, context), 50)
    one = _best(lambda: PASS.findall(NOTE), 200)
    print(
        f"  verifier, chunk of {len(NOTE)} characters  {spent * 1_000_000 / len(claims):>7.0f} us/claim "
        f"{spent / len(claims) / one:>6.1f} passes of one pattern over the chunk"
    )


def _best(call: Callable[[], object], times: int) -> float:
    """Seconds of processor time for one call: the best of some rounds, since others use this machine."""
    call()
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(times):
            call()
        rounds.append((time.process_time() - start) / times)
    return min(rounds)


if __name__ == "__main__":
    main()
