"""Operations that moto has no path for, so that ``gaps`` cannot add them: access analyzers.

They are answered as AWS answers; nothing is analysed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from scripts.local_cloud.backends import arn_of
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

Operations = Mapping[tuple[str, str], Callable[[AwsRequest], Response]]


def _answer(body: Mapping[str, Any]) -> Response:
    return Response(json.dumps(body), content_type="application/json")


class AccessAnalyzers:
    """Analyzers that find nothing."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Any]] = {}

    def operations(self) -> Operations:
        return {
            ("accessanalyzer", "CreateAnalyzer"): self.create,
            ("accessanalyzer", "DeleteAnalyzer"): self.delete,
            ("accessanalyzer", "GetAnalyzer"): self.get,
            ("accessanalyzer", "ListAnalyzers"): self.list,
            ("accessanalyzer", "ListFindingsV2"): self.findings,
        }

    def create(self, call: AwsRequest) -> Response:
        name = call.parameters["analyzerName"]
        if name in self._kept:
            raise AwsError("ConflictException", f"An analyzer {name} exists.", 409)
        self._kept[name] = {
            "arn": arn_of("access-analyzer", call.region, f"analyzer/{name}"),
            "createdAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "name": name,
            "status": "ACTIVE",
            "tags": call.parameters.get("tags") or {},
            "type": call.parameters["type"],
        }
        return _answer({"arn": self._kept[name]["arn"]})

    def get(self, call: AwsRequest) -> Response:
        return _answer({"analyzer": self._found(call.parameters["analyzerName"])})

    def delete(self, call: AwsRequest) -> Response:
        del self._kept[self._found(call.parameters["analyzerName"])["name"]]
        return _answer({})

    def list(self, _: AwsRequest) -> Response:
        return _answer({"analyzers": list(self._kept.values())})

    def findings(self, call: AwsRequest) -> Response:
        self._found(str(call.parameters["analyzerArn"]).rpartition("/")[2])
        return _answer({"findings": []})

    def _found(self, name: str) -> dict[str, Any]:
        if name not in self._kept:
            raise AwsError("ResourceNotFoundException", f"There is no analyzer {name}.", 404)
        return self._kept[name]


def operations() -> Operations:
    """All of them, newly made: by (botocore's service, operation)."""
    return AccessAnalyzers().operations()
