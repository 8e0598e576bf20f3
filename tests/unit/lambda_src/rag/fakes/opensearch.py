"""A vector collection of OpenSearch Serverless, as far as the store uses one.

It evaluates the filters, vectors and words that are sent, so that a filter which is missing is missed. It
refuses what the real one refuses: requests without a valid signature for "aoss", ids of one's own,
delete-by-query, fields that the mapping does not know. With `lag` on, searches see what was there at the last
`refresh`. The first `settling` records find no index, as for some seconds after it was made.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from tests.unit.lambda_src.rag.fakes.server import Request

Source = dict[str, Any]


@dataclass
class FakeCollection:
    """`faults` are statuses to answer with first; `requests` is all that came."""

    access_key: str
    secret_key: str
    region: str
    lag: bool = False
    settling: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    mappings: dict[str, Any] = field(default_factory=dict)
    records: dict[str, Source] = field(default_factory=dict)
    seen: dict[str, Source] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    faults: list[tuple[int, Any]] = field(default_factory=list)

    def refresh(self) -> None:
        self.seen = dict(self.records)

    def answer(self, request: Request) -> tuple[int, Any]:
        self.requests.append(request)
        if self.faults:
            return self.faults.pop(0)
        if not self._signed(request):
            return 403, {"message": f"Forbidden. The request said: {request.body.decode()}"}
        if not self.lag:
            self.refresh()
        if request.path == "/_bulk":
            return 200, self._bulk(request.body)
        if request.path.endswith("/_search"):
            return self._search(request.path.split("/")[1], request.document)
        if request.method == "PUT" and request.path.count("/") == 1:
            return self._create(request.path[1:], request.document)
        return 404, {"error": {"type": "no_such_operation"}}

    def _signed(self, request: Request) -> bool:
        """Signature Version 4, worked out anew from what came."""
        given = request.headers.get("authorization", "")
        parts = dict(re.findall(r"(Credential|SignedHeaders|Signature)=([^,]+)", given))
        scope = parts.get("Credential", "").split("/")
        if scope[:1] != [self.access_key] or scope[2:] != [self.region, "aoss", "aws4_request"]:
            return False
        digest = request.headers.get("x-amz-content-sha256")
        if digest != hashlib.sha256(request.body).hexdigest():
            return False
        names = parts["SignedHeaders"].split(";")
        if not {"host", "x-amz-content-sha256", "x-amz-date"} <= set(names):
            return False
        headers = {name: request.headers[name] for name in names}
        again = AWSRequest(
            request.method,
            f"http://{request.headers['host']}{request.url}",
            headers=headers,
            data=request.body,
        )
        again.context["timestamp"] = request.headers["x-amz-date"]
        auth = SigV4Auth(ReadOnlyCredentials(self.access_key, self.secret_key, None), "aoss", self.region)
        expected = auth.signature(auth.string_to_sign(again, auth.canonical_request(again)), again)
        return hmac.compare_digest(expected, parts.get("Signature", ""))

    def _create(self, index: str, document: Source) -> tuple[int, Any]:
        if index in self.mappings:
            return 400, {"error": {"type": "resource_already_exists_exception"}}
        self.mappings[index] = document["mappings"]["properties"]
        return 200, {"acknowledged": True}

    def _bulk(self, body: bytes) -> Source:
        lines = [json.loads(line) for line in body.splitlines()]
        items: list[Source] = []
        while lines:
            ((action, about),) = lines.pop(0).items()
            if action == "delete":
                gone = self.records.pop(about["_id"], None)
                items.append({"delete": {"_id": about["_id"], "status": 200 if gone else 404}})
                continue
            source = lines.pop(0)
            if self.settling:
                self.settling -= 1
                gone = {"type": "index_not_found_exception", "reason": f"no such index [{about['_index']}]"}
                items.append({action: {"_index": about["_index"], "status": 404, "error": gone}})
                continue
            known = self.mappings.get(about["_index"])
            if action != "index" or "_id" in about or known is None or set(source) - set(known):
                items.append({action: {"status": 400, "error": {"reason": f"refused: {source}"}}})
            elif len(source["vector"]) != known["vector"]["dimension"]:
                items.append({action: {"status": 400, "error": {"reason": "dimension"}}})
            else:
                key = uuid.uuid4().hex
                self.records[key] = source
                items.append({action: {"_id": key, "status": 201}})
        errors = any("error" in item for found in items for item in found.values())
        return {"errors": errors, "items": items}

    def _search(self, index: str, body: Source) -> tuple[int, Any]:
        if index not in self.mappings:
            return 404, {"error": {"type": "index_not_found_exception"}}
        scored = {
            key: score for key, source in self.seen.items() if (score := matches(body["query"], source))
        }
        if nearest := body["query"].get("knn", {}).get("vector"):
            best = sorted(scored, key=scored.__getitem__, reverse=True)[: nearest["k"]]
            scored = {key: scored[key] for key in best}
        # Of equals the newest first: the store may not lean on any order.
        newest = list(scored)[::-1]
        order = sorted(newest, key=scored.__getitem__, reverse=True)
        hits = [
            {
                "_id": key,
                "_score": scored[key],
                "_source": {name: self.seen[key][name] for name in body["_source"]},
            }
            for key in order[: body["size"]]
        ]
        return 200, {"timed_out": False, "_shards": {"failed": 0}, "hits": {"hits": hits}}


def matches(query: Source, source: Source) -> float:
    """The score of a record for a query of the kinds that are known; 0 is no match."""
    ((kind, said),) = query.items()
    if kind == "bool":
        required = [*said.get("must", []), *said.get("filter", [])]
        if not all(matches(part, source) for part in required):
            return 0.0
        return sum(matches(part, source) for part in said.get("must", [])) or 1.0
    ((name, wanted),) = said.items()
    value = source[name]
    if kind == "term":
        return float(value == wanted)
    if kind == "terms":
        return float(value in wanted)
    if kind == "range":
        return float(value < wanted["lt"])
    if kind == "match":
        found = re.findall(r"\w+", value.casefold())
        return float(sum(found.count(word) / math.sqrt(len(found)) for word in set(wanted["query"].split())))
    if kind == "knn":
        if "filter" in wanted and not matches(wanted["filter"], source):
            return 0.0
        return 1 / (1 + math.dist(value, wanted["vector"]) ** 2)  # as k-NN scores l2
    raise AssertionError(f"the collection does not know {kind}")
