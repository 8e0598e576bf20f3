"""Access control: who signs in, who gets in from outside, and who gets in when all else fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hipaa_policies.alarms import NO_ALARM, heard, named_like, trail_filters, why_silent
from hipaa_policies.catalogue import control, whole_account
from hipaa_policies.checklist import Line
from hipaa_policies.facts import Account, known
from hipaa_policies.facts.identities import Role, User
from hipaa_policies.facts.monitoring import Alarm
from hipaa_policies.joins import first_names
from hipaa_policies.settings import Settings
from hipaa_policies.trail_events import as_role, assuming
from hipaa_policies.verdicts import REQUIRED, Verdict, failed, judged, not_applicable, passed

# CIS AWS Foundations Benchmark, "access keys are rotated every 90 days or less".
KEY_DAYS = 90


@control(
    "IAM-08",
    "Whoever signs in with a password has MFA, and access keys are not old",
    of=lambda account: account.users,
    cite="164.312(d), 164.312(a)(2)(i)",
    requirement=REQUIRED,
    checklist=Line.MFA,
    blind="People who come by federation or IAM Identity Center, and whether a name is one person's.",
    satisfied_by="no module: people are the account's",
    remedy="Give the user MFA, or take the password away; replace keys by roles, or rotate them. The root "
    "user has MFA and no access key.",
)
def signs_in_safely(user: User, _: Account, settings: Settings) -> Verdict:
    wrong = []
    if user.password and not user.mfa:
        wrong.append("has a password and no MFA")
    if user.root and user.keys:
        wrong.append("is the root user, and has an access key")
    ages = [(settings.today - made).days for made in user.keys]
    if ages and max(ages) > KEY_DAYS:
        wrong.append(f"has an access key of {max(ages)} days, more than {KEY_DAYS}")
    return judged(not wrong, "signs in safely", "; ".join(wrong))


@control(
    "IAM-09",
    "An access analyzer is on, and finds nobody from outside",
    of=whole_account,
    cite="164.308(a)(8)",
    requirement=REQUIRED,
    checklist=Line.LEAST_PRIVILEGE,
    blind="Findings that were archived, and who archived them.",
    satisfied_by="modules/audit",
    remedy="Create an analyzer of external access; mend what it finds, or archive what is meant.",
)
def outsiders_are_looked_for(account: Account, _: Account, __: Settings) -> Iterator[Verdict]:
    analyzers = [a for a in account.analyzers.items if a.external and a.active]
    if not analyzers:
        account.analyzers.complete()
        yield failed("no analyzer of external access is active in this region")
    else:
        yield passed(f"{first_names([a.name for a in analyzers])} is active")
    for analyzer in analyzers:
        findings = known(analyzer.findings)
        if findings is None:
            yield not_applicable("a plan shows no findings: `hipaa audit` reads them", analyzer)
        else:
            found = f"finds access from outside to {first_names(findings)}"
            yield judged(not findings, "has no active finding", found, analyzer)
    account.analyzers.complete()


_BREAK_GLASS = re.compile(r"(?i)break[-_ ]?(the[-_ ]?)?glass|emergency[-_ ]?access")


@control(
    "IAM-10",
    "There is a way in for emergencies, and its use is alarmed",
    of=whole_account,
    cite="164.312(a)(2)(ii)",
    requirement=REQUIRED,
    checklist=Line.ROLE_BASED,
    blind="Drills, and a way in that is not called break-glass or emergency access. Rules of EventBridge.",
    satisfied_by="lambda_src/patient_api",
    remedy="Keep a role for emergencies (named break-glass), and alarm on the trail's AssumeRole of it; or "
    "let the application count the use of its own (a metric named BreakGlass), and alarm on that.",
)
def emergencies_have_a_way_in(account: Account, _: Account, __: Settings) -> Iterator[Verdict]:
    roles = [role for role in account.roles.complete() if _BREAK_GLASS.search(role.arn)]
    for role in roles:
        problem = _unheard_use(role, account)
        yield judged(problem is None, "its use is alarmed", f"its use is not alarmed: {problem}", role)
    if not roles:
        problem = _unheard(named_like(account, _BREAK_GLASS), account)
        if problem is not None:
            account.trails.complete()  # a plan without the account's trail may leave the role to another, too
        yield judged(
            problem is None,
            "the application has a way in, and its use is alarmed",
            f"no role is for emergencies, and no application counts such access: {problem}",
        )


def _unheard_use(role: Role, account: Account) -> str | None:
    """Why no alarm tells that the role was assumed, or did something."""
    filters = trail_filters(account)
    found = [heard(account, filters, event) for event in (assuming(role.arn), as_role(role.arn))]
    return None if any(one.alarms for one in found) else found[0].problem


def _unheard(alarms: list[Alarm], account: Account) -> str | None:
    if not alarms:
        return NO_ALARM
    problems = [why_silent(alarm, account) for alarm in alarms]
    return None if None in problems else f"{alarms[0].name} cannot work: {problems[0]}"
