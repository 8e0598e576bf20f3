"""AWS Backup: what plans select. Nothing is copied here."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.responses import BackupResponse

from scripts.local_cloud.gaps.patching import add


def store_of(response: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """By plan and selection; on moto's own backend, so that it goes when that is reset."""
    kept: dict[tuple[str, str], dict[str, Any]] = response.backup_backend.__dict__.setdefault(
        "local_cloud_selections", {}
    )
    return kept


def key_of(response: Any) -> tuple[str, str]:
    """Paths are /backup/plans/PLAN/selections/SELECTION."""
    parts = str(response.path).strip("/").split("/")
    return parts[2], parts[4]


def found(response: Any) -> dict[str, Any]:
    key = key_of(response)
    if key not in store_of(response):
        raise ResourceNotFoundException(f"There is no selection {key[1]}.")
    return store_of(response)[key]


@add(BackupResponse, "create_backup_selection")
def create_backup_selection(response: Any) -> str:
    plan, identifier = str(response.path).strip("/").split("/")[2], str(uuid.uuid4())
    store_of(response)[plan, identifier] = {
        "BackupPlanId": plan,
        "BackupSelection": json.loads(response.body)["BackupSelection"],
        "CreationDate": time.time(),
        "SelectionId": identifier,
    }
    return json.dumps({"SelectionId": identifier, "BackupPlanId": plan})


@add(BackupResponse, "get_backup_selection")
def get_backup_selection(response: Any) -> str:
    return json.dumps(found(response))


@add(BackupResponse, "delete_backup_selection")
def delete_backup_selection(response: Any) -> str:
    gone = found(response)
    del store_of(response)[gone["BackupPlanId"], gone["SelectionId"]]
    return "{}"


@add(BackupResponse, "list_backup_selections")
def list_backup_selections(response: Any) -> str:
    plan = str(response.path).strip("/").split("/")[2]
    listed = [
        {name: kept[name] for name in ("BackupPlanId", "CreationDate", "SelectionId")}
        | {name: kept["BackupSelection"].get(name) for name in ("IamRoleArn", "SelectionName")}
        for (owner, _), kept in store_of(response).items()
        if owner == plan
    ]
    return json.dumps({"BackupSelectionsList": listed})
