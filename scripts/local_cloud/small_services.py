"""Operations that moto has no path for, so that ``gaps`` cannot add them: access analyzers, and some tags.

They are answered as AWS answers; nothing is analysed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from scripts.local_cloud.backends import arn_of, backend_of
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

Operation = Callable[[AwsRequest], Response]
Operations = Mapping[tuple[str, str], Operation]
Tags = dict[str, str]


def _answer(body: Mapping[str, Any]) -> Response:
    return Response(json.dumps(body), content_type="application/json")


def changing_tags(tags_of: Callable[[str, str], Tags], arn: str, given: str) -> Operation:
    """TagResource, or UntagResource where a list is given. ``arn`` and ``given`` name the parameters."""

    def change(call: AwsRequest) -> Response:
        tags, wanted = tags_of(call.parameters[arn], call.region), call.parameters[given]
        if isinstance(wanted, Mapping):
            tags.update(wanted)
        else:
            for key in wanted:
                tags.pop(key, None)
        return _answer({})

    return change


def found_in(kept: Mapping[str, Any], arn: str, kind: str) -> Any:
    """What the last part of the ARN names; ``arn`` may be the name alone."""
    name = arn.rpartition("/")[2]
    if name not in kept:
        raise AwsError("ResourceNotFoundException", f"There is no {kind} {name}.", 404)
    return kept[name]


def detector_tags(arn: str, region: str) -> Tags:
    tags: Tags = found_in(backend_of("guardduty", region).detectors, arn, "detector").tags
    return tags


def user_pool_tags(arn: str, region: str) -> Tags:
    pool = found_in(backend_of("cognito-idp", region).user_pools, arn, "user pool")
    tags: Tags = pool.extended_config.setdefault("UserPoolTags", {})
    return tags


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
            ("accessanalyzer", "TagResource"): changing_tags(self._tags, "resourceArn", "tags"),
            ("accessanalyzer", "UntagResource"): changing_tags(self._tags, "resourceArn", "tagKeys"),
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
        return _answer({"analyzer": found_in(self._kept, call.parameters["analyzerName"], "analyzer")})

    def delete(self, call: AwsRequest) -> Response:
        del self._kept[found_in(self._kept, call.parameters["analyzerName"], "analyzer")["name"]]
        return _answer({})

    def list(self, _: AwsRequest) -> Response:
        return _answer({"analyzers": list(self._kept.values())})

    def findings(self, call: AwsRequest) -> Response:
        found_in(self._kept, call.parameters["analyzerArn"], "analyzer")
        return _answer({"findings": []})

    def _tags(self, arn: str, _: str) -> Tags:
        tags: Tags = found_in(self._kept, arn, "analyzer")["tags"]
        return tags


def operations() -> Operations:
    """All of them, newly made: by (botocore's service, operation)."""
    tags = {
        (service, operation): changing_tags(tags_of, "ResourceArn", given)
        for service, tags_of in (("guardduty", detector_tags), ("cognito-idp", user_pool_tags))
        for operation, given in (("TagResource", "Tags"), ("UntagResource", "TagKeys"))
    }
    return {**AccessAnalyzers().operations(), **tags}
