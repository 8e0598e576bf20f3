"""Encryption: backups that exist, stay, and can be restored; databases that refuse plain connections."""

from __future__ import annotations

from hipaa_policies.catalogue import control, whole_account
from hipaa_policies.checklist import Line
from hipaa_policies.facts import Account, FactUnreadableError, Listing, known
from hipaa_policies.facts.backups import BackupPlan, BackupVault
from hipaa_policies.facts.stores import Database, Table
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import (
    ADDRESSABLE,
    REQUIRED,
    Verdict,
    failed,
    judged,
    not_applicable,
    passed,
    unknown,
)

# AWS Security Hub RDS.11: a week is enough to notice that something is wrong.
BACKUP_DAYS = 7
# The rule says "periodically"; contingency plans are tested once a year at the least.
RESTORE_DAYS = 365
WRONG = {"FAILED", "TIMED_OUT"}


@control(
    "RDS-03",
    "Databases refuse plain connections, and keep backups",
    of=lambda account: account.databases,
    cite="164.312(e)(2)(i), 164.308(a)(7)(ii)(A)",
    requirement=REQUIRED,
    checklist=(Line.IN_TRANSIT, Line.AT_REST),
    blind="Database users, and whether clients check the certificate.",
    satisfied_by="modules/database",
    remedy="Set rds.force_ssl (PostgreSQL, SQL Server) or require_secure_transport (MySQL, MariaDB) in the "
    f"parameter group, and keep automated backups for {BACKUP_DAYS} days or more.",
)
def database_is_encrypted_in_transit_and_backed_up(database: Database, _: Account, __: Settings) -> Verdict:
    if database.backup_days < BACKUP_DAYS:
        return failed(f"keeps backups for {database.backup_days} days, less than {BACKUP_DAYS}")
    forced = known(database.forces_tls)
    if forced is None:
        return unknown("its engine has no parameter that refuses plain connections: look at its options")
    kept = f"keeps backups for {database.backup_days} days"
    return judged(forced, f"refuses plain connections, and {kept}", "accepts plain connections")


def _stores(account: Account) -> Listing[Table | Database]:
    tables, databases = account.tables, account.databases
    return Listing((*tables.items, *databases.items), tables.problem or databases.problem)


@control(
    "BKP-01",
    "Tables and databases are in a backup plan",
    of=_stores,
    cite="164.308(a)(7)(ii)(A)",
    requirement=REQUIRED,
    checklist=Line.AT_REST,
    blind="Whether the backups succeed, and stores of other kinds; in a plan, what the region is opted into. "
    "Point-in-time recovery is DDB-02: it goes with the table.",
    satisfied_by="modules/backup",
    remedy="Let a plan of AWS Backup select the store, by its ARN or by a tag. What is selected by a tag, "
    "and Aurora however it is selected, needs the region's opt-in, too (aws backup update-region-settings).",
)
def store_is_in_a_plan(store: Table | Database, account: Account, _: Settings) -> Verdict:
    problem: FactUnreadableError | None = None
    # Of Aurora the cluster is backed up, not its instances.
    arn = (store.cluster_arn if isinstance(store, Database) else None) or store.arn
    for plan in account.backup_plans.items:
        try:
            if _backs_up(plan, arn):
                return passed(f"is backed up by {plan.name}")
        except FactUnreadableError as error:
            problem = error  # another plan may still have it
    account.backup_plans.complete()
    if problem is not None:
        raise problem
    return failed("no backup plan selects it")


def _backs_up(plan: BackupPlan, arn: str) -> bool:
    return bool(known(plan.vaults)) and any(one.selects(arn) for one in known(plan.selections))


def _used_vaults(account: Account) -> Listing[BackupVault]:
    used = {vault for plan in account.backup_plans.complete() for vault in known(plan.vaults)}
    return account.backup_vaults.where(lambda vault: vault.name in used)


@control(
    "BKP-02",
    "Vaults that backup plans write to are locked",
    of=_used_vaults,
    cite="164.312(c)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="Whether the lock is one of compliance, which nobody can lift; vaults of other accounts.",
    satisfied_by="modules/backup",
    remedy="Set a lock on the vault, with a minimum retention.",
)
def vault_is_locked(vault: BackupVault, _: Account, __: Settings) -> Verdict:
    return judged(vault.locked, "is locked", "is not locked: its recovery points can be deleted")


@control(
    "BKP-03",
    "A restore was tested within a year",
    of=whole_account,
    cite="164.308(a)(7)(ii)(D)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="Restores that AWS Backup did not make, or lists no more; whether the data was right where nobody "
    "recorded a validation, and in time.",
    satisfied_by="modules/backup",
    remedy="Restore a recovery point, compare it with what is live, record it (PutRestoreValidationResult), "
    "or let a restore testing plan of AWS Backup restore on a schedule.",
)
def restore_is_tested(account: Account, _: Account, settings: Settings) -> Verdict:
    if not _stores(account).items:
        _stores(account).complete()
        return not_applicable("there is no table or database to restore")
    jobs = sorted(account.restore_jobs.complete(), key=lambda job: job.completed)
    if not jobs:
        return failed("AWS Backup lists no completed restore")
    wrong = sum(job.validation in WRONG for job in {job.source or job.arn: job for job in jobs}.values())
    if wrong:
        return failed(f"the last restore of {wrong} stores was found to be wrong (ValidationStatus)")
    last = jobs[-1].completed.date()
    text = f"the last restore that AWS Backup lists is of {last}"
    return judged((settings.today - last).days <= RESTORE_DAYS, text, f"{text}, more than a year ago")
