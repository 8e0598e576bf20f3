"""Evidence, from the function that finds it: the one way to the store of documents.

That function judges the caller again by itself; docs/rag_retrieval.md.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ConnectionClosedError
from healthcare.audit import Access
from healthcare.aws import aws_errors
from healthcare.problems import RETRY_LATER, Problem, forbidden, internal, unavailable

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

Context = dict[str, Any]
"""{"source", "text", "heading", "chunk_id", "document_id", "start", "end", ...}: one passage, with its place.

`heading` may be missing: an older rag-retrieval gives none.
"""

_TEXTS: Final = ("source", "text", "chunk_id", "document_id")


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`function`: the retrieval function's alias, by name or ARN."""

    client: "LambdaClient"
    function: str

    def find(self, access: Access, query: str, top_k: int) -> list[Context]:
        """The passages, best first; Problem 403, 500 or 503, without a word of the function's answer."""
        asked = {
            "query": query,
            "patient_id": access.patient_id,
            "top_k": top_k,
            "caller": {"subject": access.caller.subject, "roles": sorted(access.caller.roles)},
            "request_id": access.request_id,
        }
        with aws_errors():
            answer = self._invoke(json.dumps(asked).encode())
            payload = answer["Payload"].read()
        # The payload of a FunctionError is the exception's text.
        if "FunctionError" in answer:
            raise unavailable("RetrievalFunctionError", RETRY_LATER)
        try:
            document = json.loads(payload)
        except ValueError:
            raise internal("RetrievalAnswer") from None
        if not isinstance(document, dict):
            raise internal("RetrievalAnswer")
        if "problem" in document:
            raise _problem(document["problem"])
        return _contexts(document, access.patient_id, top_k)

    def _invoke(self, payload: bytes) -> Any:
        """Lambda drops connections that rest, as a frozen function's do, and says so when one is used again.

        That fails at once, and the other function only reads: it is asked anew, and for nothing else.
        https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html
        """
        try:
            return self.client.invoke(FunctionName=self.function, Payload=payload)
        except ConnectionClosedError:
            return self.client.invoke(FunctionName=self.function, Payload=payload)


def _problem(found: object) -> Problem:
    status = found.get("status") if isinstance(found, dict) else None
    if status == 403:
        return forbidden()
    after = found.get("retry_after") if isinstance(found, dict) else None
    if status == 503:
        return unavailable("RetrievalUnavailable", after if type(after) is int else RETRY_LATER)
    if status == 502 and type(after) is int:  # its model of embeddings gave what is none: that passes
        return unavailable("RetrievalUnavailable", after)
    # A 400 is a fault of ours: nobody else has put the request together.
    return internal("RetrievalProblem")


def _contexts(document: dict[str, Any], patient_id: str, top_k: int) -> list[Context]:
    contexts = document.get("contexts")
    if document.get("patient_id") != patient_id or not isinstance(contexts, list) or len(contexts) > top_k:
        raise internal("RetrievalAnswer")
    if not all(_is_context(context) for context in contexts):
        raise internal("RetrievalAnswer")
    return contexts


def _is_context(value: object) -> bool:
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), str) for name in _TEXTS)
        and isinstance(value.get("heading", ""), str)
        and all(type(value.get(name)) is int for name in ("start", "end"))
    )
