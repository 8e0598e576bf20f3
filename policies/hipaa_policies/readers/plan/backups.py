"""AWS Backup's plans, selections and vaults, as planned. Restores are no matter of a plan."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.backups import BackupPlan, BackupVault, Selection
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.model import NotDecided, Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, elsewhere, reader

_PLAN = ("aws_backup_plan",)
_VAULT = ("aws_backup_vault",)
# The stores that controls ask about.
_STORES = ("aws_dynamodb_table", "aws_db_instance", "aws_rds_cluster")
_TAG_KEY = "aws:ResourceTag/"


@reader("restore_jobs", types=())
def read_restore_jobs(_: Plan) -> Facts:
    return {"restore_jobs": Listing((), elsewhere("restores"))}


@reader("backup_vaults", types=(*_VAULT, "aws_backup_vault_lock_configuration"))
def read_backup_vaults(plan: Plan) -> Facts:
    locked = {
        planned.reference("backup_vault_name", _VAULT, "name")
        for planned in plan.of("aws_backup_vault_lock_configuration")
    }
    unplaced = next((name for name in locked if isinstance(name, Unreadable)), None)
    found = tuple(
        partial(
            BackupVault,
            arn=planned.arn,
            name=planned.name,
            locked=True if planned.name in locked else unplaced or False,
        )
        for planned in plan.of(*_VAULT)
    )
    return {"backup_vaults": Listing(found, None if found else elsewhere("vaults"))}


@reader("backup_plans", types=(*_PLAN, "aws_backup_selection"))
def read_backup_plans(plan: Plan) -> Facts:
    selections: dict[str, list[Any]] = {}
    problem: NotDecided | None = None
    for planned in plan.of("aws_backup_selection"):
        owner = planned.reference("plan_id", _PLAN, "id")
        if isinstance(owner, NotDecided):
            problem = owner
        else:
            selections.setdefault(str(owner), []).append(_selection(planned))
    found = tuple(_plan(planned, selections.get(planned.id, []), problem) for planned in plan.of(*_PLAN))
    return {"backup_plans": Listing(found, None if found else elsewhere("backup plans"))}


def _plan(planned: Planned, selections: list[Any], problem: NotDecided | None) -> BackupPlan:
    rules = planned.blocks("rule")
    vaults: Any = rules
    if not isinstance(rules, Unreadable):
        names = [rule.reference("target_vault_name", _VAULT, "name") for rule in rules]
        unknown = next((name for name in names if isinstance(name, Unreadable)), None)
        vaults = unknown or tuple(sorted(set(names)))
    undecided = problem or next((one for one in selections if isinstance(one, Unreadable)), None)
    return partial(
        BackupPlan,
        arn=planned.arn,
        name=planned.name,
        vaults=vaults,
        selections=undecided or tuple(selections),
    )


def _selection(planned: Planned) -> Any:
    resources = planned.all_references("resources", _STORES)
    left_out = planned.all_references("not_resources", _STORES)
    tagged = _tagged(planned)
    unknown = next((part for part in (resources, left_out, tagged) if isinstance(part, Unreadable)), None)
    return unknown or partial(Selection, resources, left_out, tagged)


def _tagged(planned: Planned) -> Any:
    """The stores of the plan whose tags the selection wants: any ``selection_tag``, all ``condition``s."""
    tags, conditions = planned.blocks("selection_tag"), planned.blocks("condition", computed=True)
    if isinstance(tags, Unreadable) or isinstance(conditions, Unreadable):
        return planned.undecided("selection_tag")
    wanted: list[list[tuple[Any, Any]]] = [[(tag.get("key"), tag.get("value"))] for tag in tags]
    for condition in conditions:
        if any(
            condition.values.get(kind) for kind in ("string_like", "string_not_equals", "string_not_like")
        ):
            return planned.undecided("condition", "conditions of this kind are not evaluated")
        equal = condition.values.get("string_equals") or ()
        if equal:
            wanted.append([(pair["key"], pair["value"]) for pair in equal])
    if not wanted:
        return None
    return tuple(
        store.arn for store in planned.plan.of(*_STORES) if any(_has(store, pairs) for pairs in wanted)
    )


def _has(store: Planned, pairs: list[tuple[Any, Any]]) -> bool:
    tags = store.values.get("tags_all") or store.values.get("tags") or {}
    return all(tags.get(str(key).removeprefix(_TAG_KEY)) == value for key, value in pairs)
