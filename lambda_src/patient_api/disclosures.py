"""The accounting of disclosures (45 CFR 164.528), newest first, from the audit table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from healthcare.attributes import from_item
from healthcare.audit import ATTEMPT, SUCCESS
from healthcare.aws import aws_errors
from healthcare.tokens import token_of

from patient_api.inputs import List

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SHOWN: Final = ("event_id", "time", "action", "outcome", "actor", "roles", "purpose", "disclosed")
_SHOWN_TO_REVIEWERS: Final = (*_SHOWN, "reason")
_ROWS_A_QUERY: Final = 200
_QUERIES: Final = (
    10  # a page that finds little after these many ends early, with a token: the answer is due in time
)


@dataclass(frozen=True, slots=True)
class DisclosureList:
    """Reads one patient's rows; which patient's is never taken from the token."""

    client: "DynamoDBClient"
    table: str

    def page(self, patient_id: str, asked: List, *, reviewer: bool) -> dict[str, Any]:
        """{patient_id, disclosures, next_token?}. A reviewer sees refusals and reasons too."""
        found: list[dict[str, Any]] = []
        after = asked.after
        for _ in range(_QUERIES):
            rows, after = self._query(patient_id, after, reviewer=reviewer)
            found += rows
            if after is None or len(found) >= asked.limit:
                break
        if len(found) > asked.limit:
            found = found[: asked.limit]
            after = found[-1]["event_id"]
        page: dict[str, Any] = {"patient_id": patient_id, "disclosures": found}
        if after is not None:
            page["next_token"] = token_of(after)
        return page

    def _query(
        self, patient_id: str, after: str | None, *, reviewer: bool
    ) -> tuple[list[dict[str, Any]], str | None]:
        shown = _SHOWN_TO_REVIEWERS if reviewer else _SHOWN
        query: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "#patient_id = :patient_id",
            "FilterExpression": "#outcome <> :attempt",
            "ProjectionExpression": ", ".join(f"#{name}" for name in shown),
            "ExpressionAttributeNames": {f"#{name}": name for name in ("patient_id", *shown)},
            "ExpressionAttributeValues": {":patient_id": {"S": patient_id}, ":attempt": {"S": ATTEMPT}},
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "Limit": _ROWS_A_QUERY,
        }
        if not reviewer:
            query["FilterExpression"] = "#outcome = :success AND size(#disclosed) > :nothing"
            values = {":patient_id": {"S": patient_id}, ":success": {"S": SUCCESS}, ":nothing": {"N": "0"}}
            query["ExpressionAttributeValues"] = values
        if after is not None:
            query["ExclusiveStartKey"] = {"patient_id": {"S": patient_id}, "event_id": {"S": after}}
        with aws_errors():
            answer = self.client.query(**query)
        last = answer.get("LastEvaluatedKey")
        return [from_item(item) for item in answer["Items"]], None if last is None else last["event_id"]["S"]
