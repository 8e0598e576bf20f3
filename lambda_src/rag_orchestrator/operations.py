"""From a question to an answer, step by step. Each step says on the access what it has found out.

    may they? -> what is known of the patient -> the question without it -> evidence -> the model -> verified?

Whatever stops it is a Problem, and then nothing of evidence or answer is given out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from healthcare.api import Reply
from healthcare.audit import Access
from healthcare.metrics import Signal, Signals
from healthcare.model_problems import Kind, ModelProblem
from healthcare.problems import forbidden
from healthcare.relationships import TREATMENT, Relationships, personal_ground

from rag_orchestrator import prompt
from rag_orchestrator.addressed import name_of, speaks_to_a_model
from rag_orchestrator.hashes import KeyedHashes
from rag_orchestrator.inputs import Question
from rag_orchestrator.model import Model, ModelAnswer
from rag_orchestrator.patients import Patients
from rag_orchestrator.redaction import KnownValue, Redactor, known_values
from rag_orchestrator.retrieval import Context, Retrieval
from rag_orchestrator.time_left import TimeLeft
from rag_orchestrator.verifier import Verdict, verify

NOT_ENOUGH: Final = "There is not enough information in the record to answer this."
LONGEST_CLAIM: Final = 1000
ANSWERING_SECONDS: Final = 1.5
"""Kept back from the model: to verify, to write the outcome, and to answer."""

_SIGNALS: Final[Mapping[Kind, Signal]] = {
    "timeout": "ModelTimeout",
    "connection": "ModelConnection",
    "rate_limited": "ModelRateLimited",
    "server_error": "ModelServerError",
    "configuration": "ModelConfiguration",
    "refused": "ModelRefused",
    "content_filter": "ModelContentFilter",
    "cut_off": "ModelCutOff",
    "unusable": "ModelUnusable",
}


@dataclass(frozen=True, slots=True)
class Operations:
    """What answering takes. `policy_version` and `model_id` go on record with every question."""

    relationships: Relationships
    patients: Patients
    redact: Redactor
    retrieval: Retrieval
    model: Model
    hashes: KeyedHashes
    time_left: TimeLeft
    model_id: str
    policy_version: str
    signals: Signals = field(default_factory=Signals)

    def ask(self, access: Access, asked: Question) -> Reply:
        """The answer to a question; Problem where there is none to give."""
        if personal_ground(access, self.relationships) != TREATMENT:
            raise forbidden()
        access.ground.purpose = TREATMENT
        details = access.ground.details
        details |= {"policy_version": self.policy_version, "model": self.model_id}
        details["question_hash"] = self.hashes.of("question", asked.text)
        known = known_values(self.patients.demographics(access.patient_id))
        # The record number is of no field of the record, and known as well: 45 CFR 164.514(b)(2)(i)(H).
        redacted = self.redact(asked.text, (KnownValue("MRN", access.patient_id), *known))
        details["redacted"] = dict(Counter(finding.kind for finding in redacted.found))
        with self.signals.timed("RetrievalTime"):
            contexts = _named(self.retrieval.find(access, redacted.text, asked.top_k))
        details["documents"] = _distinct(contexts, "document_id")
        details["chunks"] = _distinct(contexts, "chunk_id")
        kept = self._supported(access, redacted.text, self._shown(access, contexts))
        return self._reply(access, contexts, kept)

    def _shown(self, access: Access, contexts: Sequence[Context]) -> list[Context]:
        """The contexts without those that speak to a model: addressed.py."""
        shown = [context for context in contexts if not any(map(speaks_to_a_model, _read_of(context)))]
        if withheld := len(contexts) - len(shown):
            access.ground.details["withheld_chunks"] = withheld
            self.signals.count("EvidenceSuspicious", withheld)
        return shown

    def _supported(self, access: Access, question: str, contexts: Sequence[Context]) -> list[Verdict]:
        """The verdicts of the claims that stand."""
        if not contexts:
            return []
        made = prompt.build(question, contexts)
        access.ground.details["suspicious_chunks"] = made.suspicious
        if made.suspicious:
            self.signals.count("EvidenceSuspicious", made.suspicious)
        answer = self._asked(access, made)
        with self.signals.timed("VerificationTime"):
            verdicts = verify(_claims(answer, contexts), contexts)
        codes = Counter("verified" if verdict.ok else verdict.reason for verdict in verdicts)
        access.ground.details["verdicts"] = dict(codes)
        if dropped := codes.total() - codes["verified"]:
            self.signals.count("ClaimsDropped", dropped)
        return [verdict for verdict in verdicts if verdict.ok] if answer.supported else []

    def _asked(self, access: Access, made: prompt.Prompt) -> ModelAnswer:
        caller = self.hashes.of("caller", access.caller.subject)
        try:
            with self.signals.timed("ModelTime"):
                return self.model.ask(made, caller, self.time_left.seconds() - ANSWERING_SECONDS)
        except ModelProblem as problem:
            access.ground.details["model_error"] = problem.kind
            self.signals.count(_SIGNALS[problem.kind])
            raise

    def _reply(self, access: Access, contexts: Sequence[Context], kept: Sequence[Verdict]) -> Reply:
        by_id = {context["chunk_id"]: context for context in contexts}
        citations = [_citation(verdict, by_id) for verdict in kept]
        answer = " ".join(str(citation["claim"]) for citation in citations) or NOT_ENOUGH
        sources = _distinct(contexts, "source")
        access.ground.details["answer_hash"] = self.hashes.of("answer", answer)
        access.ground.disclosed = [*(["answer"] if kept else []), *(["sources"] if sources else [])]
        self.signals.count("QuestionAnswered" if kept else "QuestionNotEnoughInformation")
        document = {
            "answer": answer,
            "supported": bool(kept),
            "sources": sources,
            "citations": citations,
            "request_id": access.request_id,
        }
        return Reply(200, document)


def _read_of(context: Context) -> list[str]:
    """What a model reads of it: a heading may begin what the text goes on with."""
    heading, text = context.get("heading", ""), context["text"]
    return [text, f"{heading}\n{text}"] if heading else [text]


def _claims(answer: ModelAnswer, contexts: Sequence[Context]) -> list[dict[str, str]]:
    """The claims with the chunks' own ids in the place of the prompt's numbers; each claim once.

    What can't be shown as one line of text gets no chunk, and so fails.
    """
    numbers = {str(number): context["chunk_id"] for number, context in enumerate(contexts, start=1)}
    claims = {}
    for claim in answer.claims:
        text = " ".join(claim["text"].split())
        shown = bool(text) and len(text) <= LONGEST_CLAIM and text.isprintable()
        chunk_id = numbers.get(claim["chunk_id"].strip("[] "), "") if shown else ""
        claims[text, chunk_id] = {"text": text, "chunk_id": chunk_id, "quote": claim["quote"]}
    return list(claims.values())


def _citation(verdict: Verdict, by_id: Mapping[str, Context]) -> dict[str, Any]:
    context = by_id[verdict.claim["chunk_id"]]
    start, end = verdict.span or (0, 0)
    return {
        "claim": verdict.claim["text"],
        "source": context["source"],
        "document_id": context["document_id"],
        "chunk_id": context["chunk_id"],
        "span": {"start": context["start"] + start, "end": context["start"] + end},
    }


def _named(contexts: Sequence[Context]) -> list[Context]:
    return [
        context | {"source": name_of(context["source"], str(context.get("kind", "")))} for context in contexts
    ]


def _distinct(contexts: Sequence[Context], name: str) -> list[str]:
    return list(dict.fromkeys(context[name] for context in contexts))
