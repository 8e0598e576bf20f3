"""Monitoring: services of AWS's that look for intruders and weaknesses. And what the proposed rule adds."""

from __future__ import annotations

from hipaa_policies.catalogue import control, whole_account
from hipaa_policies.checklist import Line
from hipaa_policies.facts import Account, known
from hipaa_policies.joins import first_names
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import ADDRESSABLE, REQUIRED, Verdict, failed, judged, not_applicable, passed


@control(
    "DET-01",
    "GuardDuty is on",
    of=whole_account,
    cite="164.308(a)(5)(ii)(B)",
    requirement=ADDRESSABLE,
    checklist=Line.SECURITY_ALERTS,
    blind="Who looks at its findings, and which protection plans (S3, Lambda) are on with it.",
    satisfied_by="modules/audit",
    remedy="Enable a detector in every region that is used.",
)
def guardduty_is_on(account: Account, _: Account, __: Settings) -> Verdict:
    detectors = account.detectors.complete()
    if not detectors:
        return failed("there is no detector in this region")
    return judged(any(known(d.enabled) for d in detectors), "a detector is on", "its detector is suspended")


@control(
    "DET-02",
    "Inspector scans functions",
    of=whole_account,
    cite="164.308(a)(5)(ii)(B)",
    requirement=ADDRESSABLE,
    checklist=Line.SECURITY_ALERTS,
    blind="Who mends what it finds; code that is written here, unless LAMBDA_CODE is on too.",
    satisfied_by="modules/audit",
    remedy="Enable Inspector for LAMBDA in every region that has functions.",
)
def functions_are_scanned(account: Account, _: Account, __: Settings) -> Verdict:
    if not account.functions.items:
        account.functions.complete()
        return not_applicable("there is no function to scan")
    scans = {kind for scanner in account.scanners.complete() for kind in scanner.scans}
    text = f"Inspector scans {first_names(sorted(scans)) or 'nothing'}"
    return judged("LAMBDA" in scans, text, f"{text}: functions are left out")


@control(
    "INV-01",
    "An inventory of all assets is kept, and exported",
    of=whole_account,
    cite="164.308(a)(1)(ii)(A)",
    requirement=REQUIRED,
    checklist=Line.DOCUMENTED,
    blind="What AWS Config does not know, and inventories kept elsewhere. Each report of this tool lists the "
    "assets that it has read.",
    satisfied_by="no module: AWS Config is the account's",
    remedy="Let AWS Config record all kinds of resources, and deliver to a bucket.",
    proposed=True,
)
def inventory_is_exported(account: Account, _: Account, __: Settings) -> Verdict:
    recorders = account.config_recorders.complete()
    working = [r.name for r in recorders if r.everything and known(r.recording) and known(r.bucket)]
    if working:
        return passed(f"{first_names(working)} records everything, and delivers it")
    if not recorders:
        return failed("AWS Config records nothing in this region")
    return failed(f"{recorders[0].name} records a part, is stopped, or delivers to no bucket")
