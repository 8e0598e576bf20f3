"""Access control, least privilege: what the policies of roles say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hipaa_policies.catalogue import control
from hipaa_policies.checklist import Line
from hipaa_policies.facts import Account, Listing
from hipaa_policies.facts.functions import Function
from hipaa_policies.facts.identities import Role, WrittenPolicy
from hipaa_policies.iam import (
    MalformedPolicyError,
    Statement,
    foreign_accounts,
    organisations,
    public_statements,
    statements,
)
from hipaa_policies.iam.escalation import escalation_paths
from hipaa_policies.iam.federation import open_providers
from hipaa_policies.joins import boundary, document, documents, first_names, functions_with, role_that_runs
from hipaa_policies.settings import Settings
from hipaa_policies.tables import ESCALATION_TABLE, UNSCOPED_ACTIONS, UNSCOPED_TABLE
from hipaa_policies.verdicts import ADDRESSABLE, REQUIRED, Verdict, failed, judged, passed

_NEED = "Whether the permissions are needed."
# What is left of an action's name, or of an ARN, once its wildcards are gone.
_WILD = "*?"
_FEW_LETTERS = 2
# Services whose ARNs have a kind before each name (table/patients, secret:keys).
_OF_KINDS = frozenset(
    {"dynamodb", "events", "iam", "kinesis", "kms", "lambda", "rds", "secretsmanager", "ssm"}
)


def _everywhere(statement: Statement) -> bool:
    """Whether it is for everything: ``*``, ``arn:aws:*``, or everything but a list."""
    return statement.not_resources or any(_is_everything(r) for r in statement.resources or ())


def _is_everything(resource: str) -> bool:
    parts = resource.split(":")
    return not "".join(parts[2:] if parts[0] == "arn" else parts).strip(_WILD)


def _everything_of_a_kind(resource: str) -> bool:
    """Every bucket (``arn:aws:s3:::*``), every table, every function: an ARN that names none."""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return not parts[-1].strip(_WILD)
    if parts[2] == "logs" and parts[4].isdigit():
        return False  # API Gateway names its log groups by ids that are not known before it writes them
    if parts[2] in _OF_KINDS and not re.search("[:/]", parts[5]):
        return bool(set(_WILD) & set(parts[5]))  # "table*": a part of the kind, and every name
    # S3's ARNs have no kind before the name: what stands first is the bucket.
    name = parts[5].partition("/")[0] if parts[2] == "s3" else re.split(r"[:/]", parts[5], maxsplit=1)[-1]
    return not name.strip(_WILD + "/:")


def _tags_what_is_being_made(action: str, resource: str) -> bool:
    """Recovery points are tagged as they are made, by ids that AWS gives them: nobody can name one before.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
    """
    return action.lower() == "backup:tagresource" and ":recovery-point:" in resource


def _whole_services(statement: Statement) -> list[str]:
    """The services that an allow gives completely: ``*``, ``*:*``, ``s3:*``, or everything but a list.

    ``iam:*e*`` is a whole service, too: a letter or two in a pattern keep little out.
    """
    if statement.not_actions:
        return ["everything but " + ", ".join(statement.actions)]
    wide = [a for a in statement.actions if _names_little(a.rpartition(":")[2])]
    return ["every action" if not a.partition(":")[0].strip(_WILD) else a for a in wide]


def _names_little(name: str) -> bool:
    return set(_WILD) & set(name) != set() and len(re.sub(r"[*?]", "", name)) <= _FEW_LETTERS


def _power_of_an_administrator(statement: Statement) -> list[str]:
    """Every action, all but some, or all of IAM's, by which the rest can be had."""
    whole = _whole_services(statement)
    if statement.not_actions:
        return [] if "*" in statement.actions else whole
    return [one for one in whole if one == "every action" or one.partition(":")[0].lower() == "iam"]


@control(
    "IAM-01",
    "No policy of this account, and none of AWS's that a user or a group has, allows everything",
    of=lambda account: account.written_policies,
    cite="164.308(a)(4)(ii)(B)",
    requirement=ADDRESSABLE,
    checklist=Line.LEAST_PRIVILEGE,
    blind="Whether the permissions are needed, boundaries, and managed policies of AWS's that people have by "
    "a role.",
    satisfied_by="modules/function",
    remedy="Name the actions and the resources; let administrators come by a role, for a time and with MFA.",
)
def allows_not_everything(policy: WrittenPolicy, _: Account, __: Settings) -> Verdict:
    holders = first_names(policy.holders) or "nobody that is known"
    for statement in statements(document(policy.document)):
        if statement.allows and _everywhere(statement) and (whole := _power_of_an_administrator(statement)):
            return failed(f"allows {first_names(whole)} on every resource to {holders}")
    return passed("does not allow everything")


@control(
    "IAM-02",
    "No managed policy gives a function's role a whole service",
    of=lambda account: account.functions,
    cite="164.308(a)(4)(ii)(B)",
    requirement=ADDRESSABLE,
    checklist=Line.LEAST_PRIVILEGE,
    blind=_NEED,
    satisfied_by="modules/function",
    remedy="Detach the managed policy, and write one with the actions that the function makes.",
)
def managed_policies_are_narrow(function: Function, account: Account, _: Settings) -> Verdict:
    for policy in role_that_runs(function, account).policies:
        if policy.arn is None:
            continue
        for statement in statements(document(policy.document)):
            if statement.allows and _everywhere(statement) and (whole := _whole_services(statement)):
                return failed(f"its role has {policy.name}, which allows {first_names(whole)} on everything")
    return passed("no managed policy of its role allows a whole service on everything")


def workload_roles(account: Account) -> Listing[Role]:
    """Roles that a service takes on: of functions, flow logs, trails. People's roles are not among them."""
    running = functions_with("role_arn", account)
    used = {function.role_arn for function in running.items}
    return account.roles.where(
        lambda role: not role.service_linked and (role.arn in used or _trusts_a_service(role))
    ).limited_by(running.problem)


def _trusts_a_service(role: Role) -> bool:
    try:
        trust = statements(document(role.trust))
    except MalformedPolicyError:
        return True  # judged all the same; IAM-05 says that its trust policy cannot be evaluated
    return any(
        principal.type == "Service"
        for statement in trust
        if statement.allows
        for principal in statement.principals or ()
    )


@control(
    "IAM-03",
    "Roles of workloads have no whole service, and no resource * where AWS knows resources",
    of=workload_roles,
    cite="164.308(a)(4)(ii)(B)",
    requirement=ADDRESSABLE,
    checklist=Line.LEAST_PRIVILEGE,
    blind=_NEED,
    satisfied_by="modules/function",
    remedy="Name actions, and the ARNs they are for.",
    tables=(UNSCOPED_TABLE,),
)
def permissions_are_scoped(role: Role, _: Account, __: Settings) -> Iterator[Verdict]:
    worst = []
    for policy in role.policies:
        for statement in statements(document(policy.document)):
            if not statement.allows:
                continue
            worst += [f"{policy.name}: {whole}" for whole in _whole_services(statement)]
            if statement.not_actions:
                continue
            wide = [] if _everywhere(statement) else filter(_everything_of_a_kind, statement.resources or ())
            for resource in ["every resource"] if _everywhere(statement) else wide:
                worst += [
                    f"{policy.name}: {action} on {resource}"
                    for action in statement.actions
                    if action.lower() not in UNSCOPED_ACTIONS
                    and not _tags_what_is_being_made(action, resource)
                ]
    unique = list(dict.fromkeys(worst))
    yield judged(not unique, "names actions and resources", f"allows {first_names(unique)}")


@control(
    "IAM-04",
    "No workload's role can raise its own privileges",
    of=workload_roles,
    cite="164.308(a)(4)(ii)(B)",
    requirement=ADDRESSABLE,
    checklist=Line.LEAST_PRIVILEGE,
    blind="Service control policies, and chains over several roles.",
    satisfied_by="modules/function",
    remedy="Take one action of the combination away, or bound the role.",
    tables=(ESCALATION_TABLE,),
)
def cannot_escalate(role: Role, _: Account, __: Settings) -> Verdict:
    names = [path.name for path in escalation_paths(documents(role), boundary(role))]
    return judged(not names, "no known combination is open", f"can use {first_names(names)}")


def _own_roles(account: Account) -> Listing[Role]:
    return account.roles.where(lambda role: not role.service_linked)


@control(
    "IAM-05",
    "No role can be assumed by anyone",
    of=_own_roles,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.ROLE_BASED,
    blind="Who holds an identity at a federated provider.",
    satisfied_by="modules/function",
    remedy="Name the principals in the trust policy; pin a federated provider to its audience and subject.",
)
def is_not_for_everyone(role: Role, _: Account, __: Settings) -> Verdict:
    trust = document(role.trust)
    if public_statements(trust):
        return failed("anybody can assume it")
    for statement in statements(trust):
        if federated := open_providers(statement):
            return failed(f"anybody known to {first_names(federated)} can assume it")
    return passed("its trust policy names who may assume it")


@control(
    "IAM-06",
    "Every function has a role of its own",
    of=lambda account: account.functions,
    cite="164.308(a)(4)(ii)(C)",
    requirement=ADDRESSABLE,
    checklist=(Line.LEAST_PRIVILEGE, Line.ROLE_BASED),
    blind="Functions of other regions.",
    satisfied_by="modules/function",
    remedy="Create a role for the function alone.",
)
def has_its_own_role(function: Function, account: Account, _: Settings) -> Verdict:
    others = [
        other.name
        for other in account.functions.complete()
        if other.role_arn == function.role_arn and other.arn != function.arn
    ]
    return judged(not others, "its role is its own", f"shares its role with {first_names(others)}")


@control(
    "IAM-07",
    "No role trusts a foreign account that is not listed",
    of=_own_roles,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.ROLE_BASED,
    blind="The other account's own controls, its MFA among them.",
    satisfied_by="modules/function",
    remedy="Remove the account from the trust policy, or list it in attestations.yaml (trusted_accounts). "
    "Name the accounts of an organisation: aws:PrincipalOrgID alone trusts all of them.",
)
def trusts_known_accounts(role: Role, account: Account, settings: Settings) -> Verdict:
    trust = document(role.trust)
    if whole := organisations(trust):
        return failed(f"trusts every account of {first_names(whole)}, which nobody listed")
    foreign = foreign_accounts(trust, [account.id])
    unlisted = [identifier for identifier in foreign if not settings.trusts(identifier)]
    if unlisted:
        return failed(f"trusts {first_names(unlisted)}, which nobody listed")
    return passed(f"trusts {', '.join(foreign)}, which is listed" if foreign else "trusts no foreign account")
