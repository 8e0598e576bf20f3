"""Restore testing plans and their selections: kept and read back. No test is run by them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from scripts.local_cloud.backends import arn_of, backend_of
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

Operations = Mapping[tuple[str, str], Callable[[AwsRequest], Response]]


def answer(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")


class RestoreTesting:
    """Plans by name; selections by plan and name."""

    def __init__(self) -> None:
        self.plans: dict[str, dict[str, Any]] = {}
        self.selections: dict[tuple[str, str], dict[str, Any]] = {}

    def operations(self) -> Operations:
        return {
            ("backup", "CreateRestoreTestingPlan"): self.create_plan,
            ("backup", "CreateRestoreTestingSelection"): self.create_selection,
            ("backup", "DeleteRestoreTestingPlan"): self.delete_plan,
            ("backup", "DeleteRestoreTestingSelection"): self.delete_selection,
            ("backup", "GetRestoreTestingPlan"): self.get_plan,
            ("backup", "GetRestoreTestingSelection"): self.get_selection,
            ("backup", "ListRestoreTestingPlans"): self.list_plans,
            ("backup", "ListRestoreTestingSelections"): self.list_selections,
            ("backup", "UpdateRestoreTestingPlan"): self.update_plan,
            ("backup", "UpdateRestoreTestingSelection"): self.update_selection,
        }

    def create_plan(self, call: AwsRequest) -> Response:
        given = dict(call.parameters["RestoreTestingPlan"])
        name = given["RestoreTestingPlanName"]
        if name in self.plans:
            raise AwsError("AlreadyExistsException", f"Restore testing plan {name} exists.", 400)
        arn = arn_of("backup", call.region, f"restore-testing-plan:{name}")
        self.plans[name] = given | {"RestoreTestingPlanArn": arn, "CreationTime": time.time()}
        if tags := call.parameters.get("Tags"):
            backend_of("backup", call.region).tag_resource(arn, dict(tags))
        return answer(self.told(self.plans[name]), 201)

    def told(self, plan: Mapping[str, Any]) -> dict[str, Any]:
        return {key: plan[key] for key in ("CreationTime", "RestoreTestingPlanArn", "RestoreTestingPlanName")}

    def get_plan(self, call: AwsRequest) -> Response:
        return answer({"RestoreTestingPlan": self.plan(call)})

    def list_plans(self, _: AwsRequest) -> Response:
        return answer({"RestoreTestingPlans": list(self.plans.values())})

    def update_plan(self, call: AwsRequest) -> Response:
        plan = self.plan(call)
        plan |= dict(call.parameters["RestoreTestingPlan"]) | {"LastUpdateTime": time.time()}
        return answer(self.told(plan) | {"UpdateTime": plan["LastUpdateTime"]})

    def delete_plan(self, call: AwsRequest) -> Response:
        name = self.plan(call)["RestoreTestingPlanName"]
        if any(plan == name for plan, _ in self.selections):
            raise AwsError("InvalidRequestException", "The plan has selections.", 400)
        del self.plans[name]
        return answer({}, 204)

    def create_selection(self, call: AwsRequest) -> Response:
        plan = self.plan(call)["RestoreTestingPlanName"]
        given = dict(call.parameters["RestoreTestingSelection"])
        key = plan, given["RestoreTestingSelectionName"]
        if key in self.selections:
            raise AwsError("AlreadyExistsException", f"Restore testing selection {key[1]} exists.", 400)
        self.selections[key] = given | {"RestoreTestingPlanName": plan, "CreationTime": time.time()}
        return answer(self.told_selection(key), 201)

    def told_selection(self, key: tuple[str, str]) -> dict[str, Any]:
        plan, name = key
        return {
            "CreationTime": self.selections[key]["CreationTime"],
            "RestoreTestingPlanArn": self.plans[plan]["RestoreTestingPlanArn"],
            "RestoreTestingPlanName": plan,
            "RestoreTestingSelectionName": name,
        }

    def get_selection(self, call: AwsRequest) -> Response:
        return answer({"RestoreTestingSelection": self.selections[self.selection(call)]})

    def list_selections(self, call: AwsRequest) -> Response:
        name = self.plan(call)["RestoreTestingPlanName"]
        kept = [selection for (plan, _), selection in self.selections.items() if plan == name]
        return answer({"RestoreTestingSelections": kept})

    def update_selection(self, call: AwsRequest) -> Response:
        key = self.selection(call)
        self.selections[key] |= dict(call.parameters["RestoreTestingSelection"])
        return answer(self.told_selection(key) | {"UpdateTime": time.time()})

    def delete_selection(self, call: AwsRequest) -> Response:
        del self.selections[self.selection(call)]
        return answer({}, 204)

    def plan(self, call: AwsRequest) -> dict[str, Any]:
        name = call.parameters["RestoreTestingPlanName"]
        if name not in self.plans:
            raise AwsError("ResourceNotFoundException", f"Restore testing plan {name} does not exist.", 400)
        return self.plans[name]

    def selection(self, call: AwsRequest) -> tuple[str, str]:
        key = call.parameters["RestoreTestingPlanName"], call.parameters["RestoreTestingSelectionName"]
        if key not in self.selections:
            raise AwsError(
                "ResourceNotFoundException", f"Restore testing selection {key[1]} does not exist.", 400
            )
        return key
