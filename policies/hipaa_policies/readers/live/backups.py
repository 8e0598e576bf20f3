"""AWS Backup: plans with their selections, vaults, completed restores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.backups import BackupPlan, BackupVault, RestoreJob, Selection
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader

_TAG_KEY = "aws:ResourceTag/"
Settings = Mapping[str, Any] | Unreadable | None
# The stores that controls ask about, by the names that a region's settings have for them.
_STORES = {
    "Aurora": "arn:*:rds:*:*:cluster:*",
    "DynamoDB": "arn:*:dynamodb:*:*:table/*",
    "RDS": "arn:*:rds:*:*:db:*",
}
# What stores controls ask about; GetResources lists more than a page of others otherwise.
_TAGGED_STORES = ["dynamodb:table", "rds:cluster", "rds:db"]


@reader(
    "backup_plans",
    operations={
        "backup": (
            "DescribeRegionSettings",
            "GetBackupPlan",
            "GetBackupSelection",
            "ListBackupPlans",
            "ListBackupSelections",
        ),
        "resourcegroupstaggingapi": ("GetResources",),
    },
)
def read_backup_plans(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("backup", "ListBackupPlans", "BackupPlansList")
    settings = aws.optional("backup", "DescribeRegionSettings", []) if listed.items else None
    found = tuple(_plan(aws, answer, settings) for answer in listed.items)
    return {"backup_plans": Listing(found, listed.problem)}


def _plan(aws: Aws, answer: Mapping[str, Any], settings: Settings) -> BackupPlan:
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
        selections=settings if isinstance(settings, Unreadable) else _selections(aws, identifier, settings),
    )


def _selections(
    aws: Aws, plan: str, settings: Mapping[str, Any] | None
) -> tuple[Selection, ...] | Unreadable:
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
        left_out = (*left_out, *_not_opted_in(resources, settings))
        found.append(Selection(tuple(sorted(resources)), tuple(sorted(left_out)), tagged))
    return tuple(found)


def _not_opted_in(resources: Sequence[str], settings: Mapping[str, Any] | None) -> list[str]:
    """The stores that the region's settings leave out: those of a service that no ARN names, and Aurora's.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
    """
    opted = (settings or {}).get("ResourceTypeOptInPreference") or {}
    named = {resource.split(":")[2] for resource in resources if resource.count(":") > 1}
    return [
        pattern
        for kind, pattern in _STORES.items()
        if opted.get(kind) is False and (kind == "Aurora" or pattern.split(":")[2] not in named)
    ]


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
