"""Answers as FHIR writes them: resources, histories, and OperationOutcomes for what is refused.

https://hl7.org/fhir/R4/http.html
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from healthcare.answers import Dialect
from healthcare.problems import Problem

from fhir_ingest import fhir_json
from fhir_ingest.outcome import Issue, IssueType, operation_outcome
from fhir_ingest.store import Version

MEDIA_TYPE: Final = "application/fhir+json"
_CODES: Final[Mapping[int, IssueType]] = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    410: "deleted",
    429: "throttled",
    503: "transient",
}


def outcome_of(problem: Problem, request_id: str) -> dict[str, Any]:
    """A Problem as an OperationOutcome; the request's id, for support, is its diagnostics."""
    code = _CODES.get(problem.status, "exception")
    issues = [Issue(error.path, code, error.rule) for error in problem.errors]
    document = operation_outcome(issues or [Issue("", code, problem.code)])
    for issue in document["issue"]:
        issue["diagnostics"] = f"request {request_id}"
    return document


FHIR: Final = Dialect(MEDIA_TYPE, MEDIA_TYPE, outcome_of)


def headers_of(version: Version) -> dict[str, str]:
    """ETag and Last-Modified of a version: https://hl7.org/fhir/R4/http.html#versioning"""
    modified = format_datetime(datetime.fromisoformat(version.time), usegmt=True)
    return {"ETag": f'W/"{version.number}"', "Last-Modified": modified}


def history_of(resource: str, versions: list[Version], after: int | None, count: int) -> str:
    """A Bundle of type history as JSON text, with a link to the next page where there is one."""
    links = [{"relation": "self", "url": f"{resource}/_history?_count={count}"}]
    if after is not None:
        links.append({"relation": "next", "url": f"{resource}/_history?_count={count}&_before={after}"})
    entries = [_entry(resource, version) for version in versions]
    return fhir_json.dumps(
        {
            "resourceType": "Bundle",
            "type": "history",
            "link": links,
            **({"entry": entries} if entries else {}),
        }
    )


def _entry(resource: str, version: Version) -> dict[str, Any]:
    address = resource.partition("/")[0] if version.method == "POST" else resource
    status = {"POST": "201", "DELETE": "204"}.get(version.method, "200")
    entry: dict[str, Any] = {"resource": fhir_json.loads(version.body)} if version.body else {}
    return {
        **entry,
        "request": {"method": version.method, "url": address},
        "response": {"status": status, "etag": f'W/"{version.number}"', "lastModified": version.time},
    }
