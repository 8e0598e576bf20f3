"""Evidence for one question, from what its caller may see of one patient: contexts, or a problem.

    is it the request? -> may they, and with which labels? -> embed the question -> search within that scope

There is no audit row here. The orchestrator alone may invoke this function: it writes the attempt before it
does, and the outcome, with the documents and chunks that came back, before it answers. A second pair of rows
would say the same access twice, and would give this function a table to write to.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from aws_lambda_powertools import Logger
from healthcare.logs import describe
from healthcare.metrics import Signals
from healthcare.problems import Problem, internal
from healthcare.relationships import TREATMENT
from healthcare.requests import lambda_request_id_of

from rag_retrieval.access import Judge
from rag_retrieval.embeddings import Embeddings
from rag_retrieval.inputs import Asked, asked_of
from rag_retrieval.store import ChunkStore, Found, Scope

Answer = dict[str, Any]
"""{"query", "patient_id", "contexts": [...], "purpose"} or {"problem": {"status", "code", "retry_after"}}"""


@dataclass(slots=True)
class Retrieval:
    """The judge, the embeddings and the store."""

    judge: Judge
    embeddings: Embeddings
    store: ChunkStore
    logger: Logger
    signals: Signals = field(default_factory=Signals)
    cold: bool = True

    def answer(self, event: object, context: object) -> Answer:
        """The answer to any event at all. Nothing is raised: an exception's text would go to the invoker."""
        line: dict[str, object] = {
            "cold_start": self.cold,
            "lambda_request_id": lambda_request_id_of(context),
            "route": "retrieve",
        }
        self.cold = False
        try:
            asked = asked_of(event)
            line |= {"request_id": asked.request_id, "roles": ",".join(sorted(asked.caller.roles))}
            found = self._find(asked)
        except Problem as problem:
            return self._refuse(problem, problem, line)
        except Exception as error:  # noqa: BLE001 - the last resort: an answer that says nothing, a log of type and place
            return self._refuse(internal(), error, line)
        self.signals.count("EvidenceFound" if found else "EvidenceNotFound")
        self.logger.info(
            "request served", extra={**line, "status": 200, "found": len(found), "purpose": TREATMENT}
        )
        return {
            "query": asked.query,
            "patient_id": asked.patient_id,
            "contexts": [_context(one) for one in found],
            "purpose": TREATMENT,
        }

    def _find(self, asked: Asked) -> list[Found]:
        scope = self.judge.scope(asked.caller, asked.patient_id)
        (embedding,) = self.embeddings.embed([asked.query])
        found = self.store.search(scope, asked.query, embedding, asked.top_k)
        _demand_within(scope, found)
        return found

    def _refuse(self, problem: Problem, error: Exception, line: dict[str, object]) -> Answer:
        if problem.status == 403:
            self.signals.count("UnauthorizedAccessAttempt")
        fields = {**line, "status": problem.status, "code": problem.code, "outcome": problem.outcome}
        if problem.errors:
            fields["field"] = problem.errors[0].path
        if problem.status >= 500:
            self.logger.error("request failed", extra={**fields, **describe(error)})
        else:
            self.logger.info("request refused", extra=fields)
        return {
            "problem": {
                "status": problem.status,
                "code": problem.code,
                "retry_after": problem.retry_after,
            }
        }


def _demand_within(scope: Scope, found: Sequence[Found]) -> None:
    """Problem 500 where a store gives what it was not asked for: the last look before anything leaves."""
    for chunk, _ in found:
        if chunk.patient_id != scope.patient_id or chunk.access_label not in scope.access_labels:
            raise internal("ChunkOutOfScope")


def _context(found: Found) -> dict[str, object]:
    fields = asdict(found.chunk)
    del fields["patient_id"]  # said once, above
    return fields | {"score": found.score}
