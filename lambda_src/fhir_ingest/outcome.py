"""What is wrong with a resource, as places and rules: https://hl7.org/fhir/R4/operationoutcome.html

A place is made of the specification's own names and of positions, a rule is a word of this code: nothing of
the resource, not even a name that it made up, can be in either.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple

IssueType = Literal[
    "business-rule", "code-invalid", "conflict", "duplicate", "exception", "forbidden", "invalid",
    "invariant",
    "login", "not-found", "deleted", "not-supported", "processing", "required", "structure", "throttled",
    "too-costly",
    "transient", "value",
]  # fmt: skip
MAX_ISSUES: Final = 50


class Issue(NamedTuple):
    """`path` as in FHIRPath ("Patient.name[0].given[1]"), `code` of the issue-type value set, `rule` of
    ours.
    """

    path: str
    code: IssueType
    rule: str


class RefusedError(Exception):
    """A message, a Bundle or a resource is refused for good. Carries issues; its text is a constant."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        super().__init__("refused")
        self.issues = tuple(issues)[:MAX_ISSUES]


def refused(path: str, code: IssueType, rule: str) -> RefusedError:
    return RefusedError([Issue(path, code, rule)])


def operation_outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """An OperationOutcome of errors."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": issue.code,
                "details": {"text": issue.rule},
                **({"expression": [issue.path]} if issue.path else {}),
            }
            for issue in issues
        ],
    }
