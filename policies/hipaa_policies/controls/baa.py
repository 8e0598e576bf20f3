"""Business associate agreement: what no API can show, and the services that are used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from hipaa_policies.catalogue import control, whole_account
from hipaa_policies.checklist import Line
from hipaa_policies.egress import way_outside
from hipaa_policies.eligibility import services_of
from hipaa_policies.facts import Account, Listing
from hipaa_policies.joins import first_names
from hipaa_policies.settings import Settings
from hipaa_policies.tables import ELIGIBLE_SERVICES, ELIGIBLE_TABLE, NO_CUSTOMER_CONTENT
from hipaa_policies.verdicts import (
    REQUIRED,
    Status,
    Verdict,
    attested,
    failed,
    not_applicable,
    passed,
    unknown,
)

YEAR_DAYS = 365
# Listings of what holds no customer content (NO_CUSTOMER_CONTENT), or of settings of services that are
# eligible themselves: not seeing them leaves nothing open.
_NO_SERVICE = frozenset(
    {
        "analyzers",
        "anomaly_subscriptions",
        "backup_plans",
        "backup_vaults",
        "budgets",
        "config_recorders",
        "detectors",
        "log_exports",
        "restore_jobs",
        "roles",
        "scanners",
        "users",
        "written_policies",
    }
)


def _attestation(identifier: str, wanted: str) -> Callable[[Account, Account, Settings], Verdict]:
    def judge(_: Account, __: Account, settings: Settings) -> Verdict:
        given = settings.attestations.get(identifier)
        if given is None:
            return unknown(f"nobody has attested it. Enter {identifier} in attestations.yaml: {wanted}")
        if given.expires < settings.today:
            return failed(f"the attestation of {given.by} expired on {given.expires}")
        return attested(f"{given.statement} ({given.by}, {given.dated}; evidence: {given.evidence})")

    return judge


control(
    "ATT-01",
    "A business associate agreement is signed with AWS, and with every model provider",
    of=whole_account,
    cite="164.308(b)(1)",
    requirement=REQUIRED,
    checklist=Line.BAA_SIGNED,
    blind="Everything: no API shows it.",
    satisfied_by="attestations.yaml",
    remedy="Accept the agreement in AWS Artifact, and attest it.",
)(_attestation("ATT-01", "who signed the agreement, when, and where it is kept"))


@control(
    "ATT-04",
    "The provider of a model outside AWS keeps nothing of what it is asked",
    of=whole_account,
    cite="164.308(b)(1)",
    requirement=REQUIRED,
    checklist=Line.BAA_SIGNED,
    blind="What is at the end of a way: whether a model is asked there, and what its provider keeps. Models "
    "of Bedrock keep nothing by AWS's own terms.",
    satisfied_by="attestations.yaml",
    remedy="Have the provider confirm zero data retention for the project of the key, and attest it; or take "
    "the way out from the function.",
)
def nothing_is_kept(account: Account, _: Account, settings: Settings) -> Verdict:
    ways = (way_outside(function, account) for function in account.functions.complete())
    way = next((way for way in ways if way), None)
    if way is None:
        return not_applicable("no function has a way to a model outside AWS")
    wanted = "who confirmed that nothing is kept (or that no model is asked there), when, and where that is"
    given = _attestation("ATT-04", wanted)(account, account, settings)
    return unknown(f"{way}: {given.message}") if given.status is Status.UNKNOWN else given


@control(
    "ATT-02",
    "A risk analysis was made within a year",
    of=whole_account,
    cite="164.308(a)(1)(ii)(A)",
    requirement=REQUIRED,
    checklist=Line.DOCUMENTED,
    blind="Everything: no API shows it.",
    satisfied_by="attestations.yaml",
    remedy="Make the risk analysis, keep it, and attest it.",
)
def risk_analysis_is_recent(account: Account, _: Account, settings: Settings) -> Verdict:
    given = settings.attestations.get("ATT-02")
    if given is not None and (settings.today - given.dated).days > YEAR_DAYS:
        return failed(f"the risk analysis of {given.dated} is more than a year old")
    return _attestation("ATT-02", "when the analysis was made, by whom, and where it is kept")(
        account, account, settings
    )


@control(
    "ATT-03",
    "Only services under the agreement are used",
    of=whole_account,
    cite="164.308(b)(1)",
    requirement=REQUIRED,
    checklist=Line.ELIGIBLE_SERVICES,
    blind="The agreement itself, and services whose resources are not read.",
    satisfied_by="every module",
    remedy="Keep PHI out of the service, or replace it.",
    tables=(ELIGIBLE_TABLE,),
)
def services_are_eligible(account: Account, _: Account, __: Settings) -> Verdict:
    values = [getattr(account, field.name) for field in fields(account) if field.name not in _NO_SERVICE]
    listings = [value for value in values if isinstance(value, Listing)]
    kinds = {item.TYPE for listing in listings for item in listing.items}
    services = {kind.split("::")[1] for kind in kinds} - NO_CUSTOMER_CONTENT
    others = services_of(account.unread_types)
    if strange := [*sorted(services - ELIGIBLE_SERVICES), *others.not_eligible]:
        return failed(f"{first_names(strange)} was not eligible on {ELIGIBLE_TABLE.as_of}")
    for listing in listings:
        listing.complete()
    if others.unknown:
        return unknown(f"whose service {first_names(others.unknown)} is of is not in the table: look it up")
    return passed(
        f"{len(services)} services, and {len(others.eligible)} types that are not judged otherwise, "
        f"are used, all of them eligible on {ELIGIBLE_TABLE.as_of}"
    )
