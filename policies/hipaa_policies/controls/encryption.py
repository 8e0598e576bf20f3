"""Encryption: environments, stores and messages with customer keys, TLS, rotation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hipaa_policies.catalogue import control
from hipaa_policies.checklist import Line
from hipaa_policies.facts import Account, Listing, Resource, known
from hipaa_policies.facts.apis import DomainName, RestApi
from hipaa_policies.facts.functions import Function
from hipaa_policies.facts.keys import Key
from hipaa_policies.facts.stores import Bucket, Secret
from hipaa_policies.iam import AccessRequest, foreign_accounts, organisations, public_statements
from hipaa_policies.iam.conditions import Context
from hipaa_policies.iam.evaluation import names_action, statement_applies
from hipaa_policies.iam.principals import account_of
from hipaa_policies.iam.statements import statements
from hipaa_policies.joins import document, first_names, names_key, with_customer_key
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import ADDRESSABLE, REQUIRED, Verdict, failed, judged, passed, unknown

_OUR_KEYS = "modules/encryption"
_STRANGER = "999999999999"
_ADMINISTRATION = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey")


@control(
    "LAM-02",
    "Environment variables are encrypted with a customer key",
    of=lambda account: account.functions,
    cite="164.312(a)(2)(iv)",
    requirement=ADDRESSABLE,
    checklist=Line.ENVIRONMENT,
    blind="Secrets held in code.",
    satisfied_by="modules/function",
    remedy="Set the function's KMS key (KMSKeyArn).",
)
def environment_is_encrypted(function: Function, account: Account, _: Settings) -> Verdict:
    if function.environment_key is None and not known(function.variables):
        return passed("has no environment variables")
    without = "its variables are encrypted with the key that AWS owns"
    return with_customer_key(function.environment_key, account, without)


@control(
    "LAM-05",
    "No environment variable holds a secret",
    of=lambda account: account.functions,
    cite="164.308(a)(5)(ii)(D)",
    requirement=ADDRESSABLE,
    checklist=Line.ENVIRONMENT,
    blind="Secrets that look like none: names and shapes of values are matched.",
    satisfied_by="modules/function",
    remedy="Keep it in Secrets Manager, and give the function its ARN.",
)
def environment_holds_no_secret(function: Function, _: Account, __: Settings) -> Verdict:
    found = [f"{s.variable} ({s.reason})" for s in known(function.suspected_secrets)]
    return judged(not found, "no variable looks like a secret", f"looks like a secret: {first_names(found)}")


def _rotatable(account: Account) -> Listing[Key]:
    return account.keys.where(
        lambda k: k.customer_managed and k.rotates and k.state in ("Enabled", "Disabled")
    )


@control(
    "KMS-01",
    "Customer keys rotate",
    of=_rotatable,
    cite="164.312(a)(2)(iv)",
    requirement=ADDRESSABLE,
    checklist=Line.ROTATION,
    blind="Imported and asymmetric keys, which AWS cannot rotate.",
    satisfied_by=_OUR_KEYS,
    remedy="Enable automatic rotation of the key.",
)
def key_rotates(key: Key, _: Account, __: Settings) -> Verdict:
    return judged(known(key.rotation) is True, "rotation is on", "rotation is off")


@control(
    "KMS-02",
    "Key policies are not public and give no service everything, and grants name nobody from outside",
    of=lambda account: account.keys.where(lambda key: key.customer_managed),
    cite="164.312(a)(2)(iv)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="Grants that a service of AWS's made: they name the service, and not for whom it acts.",
    satisfied_by=_OUR_KEYS,
    remedy="Name the principals; give a service the few actions it needs, pinned to aws:SourceArn; revoke "
    "the grants of accounts that are not listed under trusted_accounts.",
)
def key_policy_is_narrow(key: Key, account: Account, settings: Settings) -> Verdict:
    granted = {account_of(grantee) for grantee in key.grantees.items} - {None, account.id}
    if strangers := sorted(str(a) for a in granted if not settings.trusts(str(a))):
        return failed(f"a grant lets the account {first_names(strangers)} use it, which nobody listed")
    policy = document(known(key.policy) or "")
    if public_statements(policy):
        return failed("its policy lets anybody use the key")
    for statement in statements(policy):
        services = [p.value for p in statement.principals or () if p.type == "Service"]
        administers = any(names_action(statement, action) for action in _ADMINISTRATION)
        if statement.allows and services and administers:
            return failed(f"its policy lets {first_names(services)} administer the key")
    if strangers := [a for a in foreign_accounts(policy, [account.id]) if not settings.trusts(a)]:
        return failed(f"its policy lets the account {first_names(strangers)} in, which nobody listed")
    if whole := organisations(policy):
        return failed(f"its policy lets every account of {first_names(whole)} in, which nobody listed")
    key.grantees.complete()
    return passed("its policy names who may use it, and no service may administer it")


# The second is a multi-region key's that waits for its replicas to be deleted first.
# https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
_PENDING_DELETION = ("PendingDeletion", "PendingReplicaDeletion")


@control(
    "KMS-03",
    "No key that is in use is pending deletion",
    of=lambda account: account.keys.where(lambda key: key.customer_managed),
    cite="164.308(a)(7)(i)",
    requirement=REQUIRED,
    checklist=Line.AT_REST,
    blind="Use by what this tool does not read, and data encrypted in the past.",
    satisfied_by=_OUR_KEYS,
    remedy="Cancel the deletion, or move what uses the key to another one first.",
)
def key_stays(key: Key, account: Account, _: Settings) -> Verdict:
    if key.state not in _PENDING_DELETION:
        return passed(f"is {key.state}")
    users = [
        resource.arn
        for resource, reference in _key_references(account)
        if reference is not None and names_key(reference, key)
    ]
    return judged(not users, "is pending deletion, and nothing uses it", f"is used by {first_names(users)}")


def _key_references(account: Account) -> Iterator[tuple[Resource, str | None]]:
    yield from ((f, f.environment_key) for f in account.functions.complete())
    yield from ((g, g.key) for g in account.log_groups.complete())
    yield from ((t, t.key) for t in account.trails.complete())
    yield from ((t, known(t.key)) for t in account.tables.complete())
    yield from ((b, known(b.key)) for b in account.buckets.complete())
    yield from ((q, known(q.key)) for q in account.queues.complete())
    yield from ((t, known(t.key)) for t in account.topics.complete())
    yield from ((s, s.key) for s in account.secrets.complete())
    yield from ((d, d.key) for d in account.databases.complete())
    yield from ((b, known(b.key)) for b in account.event_buses.complete())
    yield from ((p, key) for p in account.user_pools.complete() for key in known(p.keys))


@control(
    "S3-03",
    "Buckets refuse connections without TLS",
    of=lambda account: account.buckets,
    cite="164.312(e)(2)(i), 164.312(e)(2)(ii)",
    requirement=ADDRESSABLE,
    checklist=Line.IN_TRANSIT,
    blind="The TLS version that clients choose.",
    satisfied_by="modules/audit",
    remedy="Deny s3:* where aws:SecureTransport is false.",
)
def bucket_needs_tls(bucket: Bucket, account: Account, _: Settings) -> Verdict:
    text = known(bucket.policy)
    if text is None:
        return failed("has no policy, so it answers without TLS")
    policy = document(text)

    def refused(action: str, resource: str, caller: str) -> bool:
        who = f"arn:{account.partition}:iam::{caller}:role/any"
        # A condition on anything else, or NotPrincipal, leaves somebody out of the denial.
        known_keys = {"aws:SecureTransport": "false", "aws:PrincipalAccount": caller}
        context = Context(known_keys | {"aws:PrincipalIsAWSService": "false"})
        request = AccessRequest(action, resource, principal=who)
        return any(
            not (statement.allows or statement.not_principals)
            and all(condition.key in context for condition in statement.conditions)
            and statement_applies(statement, request, context)
            for statement in statements(policy)
        )

    # Of this account and of others: a policy may refuse the one, and answer the other.
    good = all(
        refused(action, resource, caller)
        for caller in (account.id, _STRANGER)
        for action, resource in (
            ("s3:GetObject", f"{bucket.arn}/any"),
            ("s3:PutObject", f"{bucket.arn}/any"),
            ("s3:DeleteObject", f"{bucket.arn}/any"),
            ("s3:ListBucket", bucket.arn),
        )
    )
    return judged(good, "refuses requests without TLS", "its policy does not refuse requests without TLS")


_OLD_TLS = re.compile(r"(?i)TLS_?1_?0|TLS_?1_?1|SSL")


def _hosts(account: Account) -> Listing[RestApi | DomainName]:
    apis, domains = account.rest_apis, account.domain_names
    return Listing((*apis.items, *domains.items), apis.problem or domains.problem)


@control(
    "API-03",
    "Hosts of APIs, their own and their domains, need TLS 1.2 or newer",
    of=_hosts,
    cite="164.312(e)(2)(ii)",
    requirement=ADDRESSABLE,
    checklist=Line.IN_TRANSIT,
    blind="HTTP and WebSocket APIs, which take nothing older than TLS 1.2.",
    satisfied_by="modules/api",
    remedy="Set the security policy of the API and of its domains to TLS 1.2 or newer, "
    "or switch the API's own host (execute-api) off.",
)
def host_needs_new_tls(host: RestApi | DomainName, _: Account, __: Settings) -> Verdict:
    if isinstance(host, RestApi):
        if host.private:
            return passed("is private: its endpoints take nothing older than TLS 1.2")
        if not known(host.own_host):
            return passed("its own host is switched off")
        if known(host.security_policy) is None:
            return unknown("AWS does not tell the security policy of its own host")
    policy = known(host.security_policy)
    good = bool(policy) and not _OLD_TLS.search(policy or "")
    return judged(good, f"its security policy is {policy}", f"its security policy is {policy or 'not set'}")


@control(
    "SEC-01",
    "Secrets are encrypted with a customer key",
    of=lambda account: account.secrets,
    cite="164.308(a)(5)(ii)(D)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="Copies of the secret.",
    satisfied_by=_OUR_KEYS,
    remedy="Set the secret's KMS key.",
)
def secret_is_encrypted(secret: Secret, account: Account, _: Settings) -> Verdict:
    return with_customer_key(secret.key, account, "is encrypted with the key that AWS manages")


@control(
    "SEC-02",
    "Secrets rotate",
    of=lambda account: account.secrets,
    cite="164.308(a)(5)(ii)(D)",
    requirement=ADDRESSABLE,
    checklist=Line.ROTATION,
    blind="Whether the rotation works.",
    satisfied_by="modules/database",
    remedy="Turn on rotation.",
)
def secret_rotates(secret: Secret, _: Account, __: Settings) -> Verdict:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
    if secret.keeper == "rds":
        return passed("RDS made it, and rotates it")
    return judged(secret.rotation, "rotation is on", "rotation is off")
