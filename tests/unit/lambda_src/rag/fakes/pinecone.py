"""An index of Pinecone, as far as the store uses one.

It evaluates namespace, filter and vector that are sent, so that a filter which is missing is missed. It
refuses a request without the key, and knows pages, limits and namespaces that come and go with their records.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from tests.unit.lambda_src.rag.fakes.server import Request

PAGE = 100
LARGEST_REQUEST = 2_097_152


@dataclass
class FakeIndex:
    """`faults` are statuses to answer with first; `requests` is all that came. With `lag` on, queries and
    lists see what was there at the last `refresh`.
    """

    key: str
    dimension: int
    lag: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    namespaces: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    seen: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    faults: list[tuple[int, Any]] = field(default_factory=list)

    def refresh(self) -> None:
        self.seen = {name: dict(records) for name, records in self.namespaces.items()}

    def answer(self, request: Request) -> tuple[int, Any]:
        self.requests.append(request)
        if self.faults:
            return self.faults.pop(0)
        if request.headers.get("api-key") != self.key:
            return 401, {"message": f"Invalid API key: {request.headers.get('api-key')}"}
        if request.headers.get("x-pinecone-api-version") != "2025-04":
            return 400, {"message": "which version"}
        if len(request.body) > LARGEST_REQUEST:
            return 400, {"message": "too large"}
        if not self.lag:
            self.refresh()
        if (request.method, request.path) == ("GET", "/vectors/list"):
            return self._list(request.parameters)
        operations = {
            "/query": self._query,
            "/vectors/upsert": self._upsert,
            "/vectors/delete": self._delete,
        }
        if request.method != "POST" or request.path not in operations:
            return 405, {}
        return operations[request.path](request.document)

    def _upsert(self, said: dict[str, Any]) -> tuple[int, Any]:
        for vector in said["vectors"]:
            if len(vector["values"]) != self.dimension or not any(vector["values"]):
                return 400, {"message": f"bad vector {vector}"}
        records = self.namespaces.setdefault(said["namespace"], {})
        records |= {vector["id"]: vector for vector in said["vectors"]}
        return 200, {"upsertedCount": len(said["vectors"])}

    def _query(self, said: dict[str, Any]) -> tuple[int, Any]:
        # Without a namespace it is the default one that is asked; a filter is all that narrows it.
        scored = {
            key: sum(one * other for one, other in zip(vector["values"], said["vector"], strict=True))
            for key, vector in self.seen.get(said.get("namespace", ""), {}).items()
            if passes(said.get("filter", {}), vector["metadata"])
        }
        # Of equals the newest first: the store may not lean on any order.
        newest = list(scored)[::-1]
        order = sorted(newest, key=scored.__getitem__, reverse=True)[: said["topK"]]
        return 200, {"matches": [{"id": key, "score": scored[key]} for key in order]}

    def _list(self, said: dict[str, str]) -> tuple[int, Any]:
        records = sorted(self.seen.get(said["namespace"], {}))
        found = [key for key in records if key.startswith(said.get("prefix", ""))]
        start = int(said.get("paginationToken", 0))
        page: dict[str, Any] = {"vectors": [{"id": key} for key in found[start : start + PAGE]]}
        if len(found) > start + PAGE:
            page["pagination"] = {"next": str(start + PAGE)}
        return 200, page

    def _delete(self, said: dict[str, Any]) -> tuple[int, Any]:
        if set(said) != {"namespace", "ids"} or len(said["ids"]) > 1_000:
            return 400, {"message": "ids of a namespace"}
        records = self.namespaces.get(said["namespace"])
        if records is None:
            return 404, {"message": f"Namespace {said['namespace']} not found"}
        for key in said["ids"]:
            records.pop(key, None)
        if not records:
            del self.namespaces[said["namespace"]]
        return 200, {}


def passes(condition: dict[str, Any], metadata: dict[str, Any]) -> bool:
    """Pinecone's filter language, as far as it is used: fields with $eq or $in, all of them to hold."""
    for name, said in condition.items():
        ((operator, wanted),) = said.items()
        if operator not in ("$eq", "$in"):
            raise AssertionError(f"the index does not know {operator}")
        if (metadata.get(name) != wanted) if operator == "$eq" else (metadata.get(name) not in wanted):
            return False
    return True
