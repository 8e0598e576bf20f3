"""A real language model and a real embedding model, where .venv-evaluation-models is there."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag_orchestrator.prompt import SCHEMA

from tests.evaluation.judge import Question
from tests.evaluation.misbehaving import honest
from tests.evaluation.models import Messages, Model, Said
from tests.evaluation.pipeline import pipeline
from tests.evaluation.results import Results
from tests.evaluation.run import answer_questions, patients, questions

LANGUAGE, EMBEDDING = "SmolLM2 135M", "all-MiniLM-L6-v2"
ANSWERABLE, UNANSWERABLE = 4, 2
"""Questions for the language model, which takes seconds for each."""
_SECONDS = 26
_PROCESS = Path(__file__).with_name("model_process.py")


def evaluate(environment: Path, results: Results, say: Callable[[str], None]) -> None:
    """The stand-in on real embeddings, all questions; the language model on them, a few."""
    python = environment / "bin" / "python"
    if not python.exists():
        results.notes.append(
            f"No real model was asked: {environment.name} is not there "
            "(python3 scripts/setup_environment.py evaluation_models, some 200 MB)."
        )
        return
    say(f"loading {LANGUAGE} and {EMBEDDING}")
    with _models(python) as (base_url, embed), pipeline(honest, embed, EMBEDDING) as made:
        for patient in patients():
            made.add(patient)
        asked = questions()
        results.answers.append(answer_questions(made, f"stand-in on {EMBEDDING}", honest, asked, say))
        model = local(base_url)
        few = sample(asked)
        results.answers.append(answer_questions(made, f"{LANGUAGE} on {EMBEDDING}", model, few, say))
    if made.model_failures:
        failed = f"{len(made.model_failures)} of {len(few)} questions ({made.model_failures[0]})"
        results.notes.append(f"{LANGUAGE} gave no answer in {_SECONDS} s to {failed}.")


def sample(asked: Sequence[Question]) -> list[Question]:
    """Spread over patients and uses."""
    answerable = [question for question in asked if question.kind == "answerable"]
    unanswerable = [question for question in asked if question.kind == "unanswerable"]
    return [
        *answerable[:: len(answerable) // ANSWERABLE][:ANSWERABLE],
        *unanswerable[:: len(unanswerable) // UNANSWERABLE][:UNANSWERABLE],
    ]


def local(base_url: str) -> Model:
    """Asks a server with the schema that the orchestrator sends. TimeoutError where it takes too long."""

    def model(messages: Messages) -> Said:
        schema = {"name": "answer", "strict": True, "schema": SCHEMA}
        body = {
            "messages": list(messages),
            "temperature": 0,
            "response_format": {"type": "json_schema", "json_schema": schema},
        }
        request = urllib.request.Request(  # noqa: S310 (the server started here)
            f"{base_url}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            choice = json.load(answer)["choices"][0]
        return Said(choice["message"]["content"], choice["finish_reason"])

    return model


@contextmanager
def _models(python: Path) -> Iterator[tuple[str, Callable[[str, int], list[float]]]]:
    """The process of both models: the base URL of the one, a function of the other."""
    process = subprocess.Popen(
        [str(python), str(_PROCESS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    kept: dict[str, list[float]] = {}

    def say_and_hear(said: Any = None) -> Any:
        assert process.stdin is not None
        assert process.stdout is not None
        if said is not None:
            process.stdin.write(json.dumps(said) + "\n")
            process.stdin.flush()
        heard = process.stdout.readline()
        if not heard:
            raise RuntimeError(f"{_PROCESS.name} ended: run it by hand with {python} to see why")
        return json.loads(heard)

    def embed(text: str, dimensions: int) -> list[float]:
        if text not in kept:
            kept[text] = say_and_hear([text])[0]
        # The store's vectors have 1,024 numbers; zeros change neither length nor angle.
        return kept[text] + [0.0] * (dimensions - len(kept[text]))

    try:
        yield say_and_hear()["base_url"], embed
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:  # in the middle of an answer that nobody waits for
            process.kill()
            process.wait()
