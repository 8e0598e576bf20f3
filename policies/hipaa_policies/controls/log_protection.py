"""Audit logging: what functions log stays, and shows no PHI."""

from __future__ import annotations

from hipaa_policies.catalogue import control
from hipaa_policies.checklist import Line
from hipaa_policies.controls.audit_logging import RETENTION_DAYS
from hipaa_policies.facts import Account, Listing, known
from hipaa_policies.facts.logs import LogGroup
from hipaa_policies.joins import functions_with
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import ADDRESSABLE, REQUIRED, Verdict, failed, judged, passed, unknown


def _function_groups(account: Account) -> Listing[LogGroup]:
    """Once each function's is found, the rest cannot be one: a plan has groups (of an API) whose names come
    after apply, and lists them last."""
    logging = functions_with("log_group", account)
    names = {function.log_group for function in logging.items}
    found: list[LogGroup] = []
    for group in account.log_groups.items:
        if len(found) == len(names):
            break
        if group.name in names:
            found.append(group)
    return Listing(tuple(found), account.log_groups.problem or logging.problem)


@control(
    "LOG-03",
    "What functions log is exported to a locked bucket as it comes",
    of=_function_groups,
    cite="164.312(c)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.LOGS_KEPT,
    blind="What a subscriber other than Firehose does with the events. Export tasks are not counted: what is "
    "deleted between two of them is lost. A trail writes to its bucket itself: TRL-05.",
    satisfied_by="modules/audit",
    remedy="Subscribe the group, or the whole account, to a Firehose stream into a bucket with Object Lock.",
)
def logs_are_exported(group: LogGroup, account: Account, _: Settings) -> Verdict:
    exports = [export for export in account.log_exports.complete() if export.takes(group.name)]
    if not exports:
        return failed("nothing takes its events out of CloudWatch: they go with the group")
    locks = [_lock_of(known(export.bucket), account) for export in exports]
    if best := next((text for good, text in locks if good), None):
        return passed(best)
    good, text = next((lock for lock in locks if lock[0] is None), locks[0])
    return unknown(text) if good is None else failed(text)


def _lock_of(name: str | None, account: Account) -> tuple[bool | None, str]:
    """Whether a bucket is locked long enough; ``None`` where that cannot be seen from here."""
    if name is None:
        return None, "its events go to another account, or to what is no Firehose stream into a bucket"
    bucket = next((b for b in account.buckets.items if b.name == name), None)
    if bucket is None:
        account.buckets.complete()
        return None, f"its events go to {name}, a bucket of another account"
    lock = known(bucket.lock)
    if lock is None or lock.mode is None:
        return False, f"its events go to {name}, which has no default lock"
    text = f"its events go to {name}, locked ({lock.mode}) for {lock.days} days"
    long = lock.days >= RETENTION_DAYS
    return long, text if long else f"{text}, less than {RETENTION_DAYS}"


@control(
    "LOG-05",
    "Log groups of functions mask what looks like PHI",
    of=_function_groups,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.PHI_AUDIT,
    blind="PHI that the policy's identifiers do not know, and who may unmask (logs:Unmask).",
    satisfied_by="modules/function",
    remedy="Put a data protection policy on the group, or on the account.",
)
def logs_are_masked(group: LogGroup, _: Account, __: Settings) -> Verdict:
    return judged(group.masked, "a data protection policy masks it", "no data protection policy masks it")
