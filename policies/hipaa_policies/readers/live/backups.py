"""AWS Backup: plans with their selections, vaults, completed restores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.backups import BackupPlan, BackupVault, RestoreJob, Selection
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader

_TAG_KEY = "aws:ResourceTag/"
# What stores controls ask about; GetResources lists more than a page of others otherwise.
_TAGGED_STORES = ["dynamodb:table", "rds:cluster", "rds:db"]


@reader(
    "backup_plans",
    operations={
        "backup": ("GetBackupPlan", "GetBackupSelection", "ListBackupPlans", "ListBackupSelections"),
        "resourcegroupstaggingapi": ("GetResources",),
    },
)
def read_backup_plans(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("backup", "ListBackupPlans", "BackupPlansList")
    return {"backup_plans": Listing(tuple(_plan(aws, answer) for answer in listed.items), listed.problem)}


def _plan(aws: Aws, answer: Mapping[str, Any]) -> BackupPlan:
    identifier = answer["BackupPlanId"]
    described = aws.optional("backup", "GetBackupPlan", [], BackupPlanId=identifier)
    vaults: tuple[str, ...] | Unreadable
    if isinstance(described, Unreadable):
        vaults = described
    else:
        rules = (described or {})["BackupPlan"]["Rules"]
        vaults = tuple(sorted({rule["TargetBackupVaultName"] for rule in rules}))
    return BackupPlan(
        arn=answer["BackupPlanArn"],
        name=answer["BackupPlanName"],
        vaults=vaults,
        selections=_selections(aws, identifier),
    )


def _selections(aws: Aws, plan: str) -> tuple[Selection, ...] | Unreadable:
    listed = aws.pages("backup", "ListBackupSelections", "BackupSelectionsList", BackupPlanId=plan)
    if listed.problem:
        return listed.problem
    found = []
    for entry in listed.items:
        named = {"BackupPlanId": plan, "SelectionId": entry["SelectionId"]}
        answer = aws.optional("backup", "GetBackupSelection", [], **named)
        if isinstance(answer, Unreadable):
            return answer
        chosen = (answer or {})["BackupSelection"]
        tagged = _tagged(aws, chosen)
        if isinstance(tagged, Unreadable):
            return tagged
        resources, left_out = chosen.get("Resources") or (), chosen.get("NotResources") or ()
        found.append(Selection(tuple(sorted(resources)), tuple(sorted(left_out)), tagged))
    return tuple(found)


def _tagged(aws: Aws, chosen: Mapping[str, Any]) -> tuple[str, ...] | Unreadable | None:
    """The stores that have the tags a selection wants: any of ``ListOfTags``, all of ``Conditions``."""
    conditions = {kind: wanted for kind, wanted in (chosen.get("Conditions") or {}).items() if wanted}
    if others := sorted(set(conditions) - {"StringEquals"}):
        return Unreadable("backup:GetBackupSelection", "NotEvaluated", f"conditions of the kind {others[0]}")
    filters = [[_filter(tag)] for tag in chosen.get("ListOfTags") or ()]
    if equal := conditions.get("StringEquals"):
        filters.append([_filter(tag) for tag in equal])
    if not filters:
        return None
    found: set[str] = set()
    for wanted in filters:
        listed = aws.pages(
            "resourcegroupstaggingapi",
            "GetResources",
            "ResourceTagMappingList",
            TagFilters=wanted,
            ResourceTypeFilters=_TAGGED_STORES,
        )
        if listed.problem:
            return listed.problem
        found |= {answer["ResourceARN"] for answer in listed.items}
    return tuple(sorted(found))


def _filter(tag: Mapping[str, str]) -> dict[str, Any]:
    return {"Key": tag["ConditionKey"].removeprefix(_TAG_KEY), "Values": [tag["ConditionValue"]]}


@reader("backup_vaults", operations={"backup": ("ListBackupVaults",)})
def read_backup_vaults(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("backup", "ListBackupVaults", "BackupVaultList")
    found = tuple(
        BackupVault(answer["BackupVaultArn"], answer["BackupVaultName"], bool(answer.get("Locked")))
        for answer in listed.items
    )
    return {"backup_vaults": Listing(found, listed.problem)}


@reader("restore_jobs", operations={"backup": ("ListRestoreJobs",)})
def read_restore_jobs(aws: Aws, where: Where) -> Facts:
    listed = aws.pages("backup", "ListRestoreJobs", "RestoreJobs", ByStatus="COMPLETED")
    found = tuple(
        RestoreJob(
            arn=where.arn("backup", f"restore-job:{answer['RestoreJobId']}"),
            kind=answer.get("ResourceType", ""),
            completed=answer["CompletionDate"],
            source=answer.get("SourceResourceArn"),
            validation=answer.get("ValidationStatus"),
        )
        for answer in listed.items
    )
    return {"restore_jobs": Listing(found, listed.problem)}
