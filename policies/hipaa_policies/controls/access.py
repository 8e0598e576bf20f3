"""Access control: functions, APIs, user pools and stores that let in only whom they should."""

from __future__ import annotations

from hipaa_policies.catalogue import control
from hipaa_policies.checklist import Line
from hipaa_policies.facts import Account, FactUnreadableError, Listing, Unreadable, known
from hipaa_policies.facts.apis import RestApi, Stage, WebAcl
from hipaa_policies.facts.functions import Function, ResourcePolicy
from hipaa_policies.facts.messaging import EventBus, Queue, Topic
from hipaa_policies.facts.stores import Bucket, Database, Secret, Table
from hipaa_policies.facts.user_pools import UserPool
from hipaa_policies.iam import (
    foreign_accounts,
    nameless_principals,
    organisations,
    public_statements,
    unpinned_services,
)
from hipaa_policies.joins import document, first_names
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import ADDRESSABLE, REQUIRED, Status, Verdict, failed, judged, passed, unknown

PASSWORD_LENGTH = 12
TOKEN_SECONDS = 3600
SESSION_SECONDS = 24 * 3600


@control(
    "LAM-04",
    "No function URL answers without IAM authorisation",
    of=lambda account: account.functions,
    cite="164.312(d)",
    requirement=REQUIRED,
    checklist=Line.AUTHORIZER,
    blind="Authorisation in the function's code, and a live URL that no resource policy opens: nobody can "
    "call it without a permission in IAM.",
    satisfied_by="modules/function",
    remedy="Set the URL's authorisation to AWS_IAM, or remove it and use the API.",
)
def urls_need_iam(function: Function, _: Account, __: Settings) -> Verdict:
    urls = known(function.urls)
    if urls is None:
        return passed("no resource policy lets anybody call a URL of it")
    bad = [u.url for u in urls if u.authorization != "AWS_IAM"]
    good = "its URL needs IAM authorisation" if urls else "has no URL"
    return judged(not bad, good, f"{first_names(bad)} answers anybody")


@control(
    "LAM-07",
    "Resource policies of functions are not public, and pin their source",
    of=lambda account: account.functions,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.ROLE_BASED,
    blind="What the named caller intends, and the policies of single versions (those of aliases are read).",
    satisfied_by="modules/function",
    remedy="Set SourceArn or SourceAccount of every permission.",
)
def function_policy_is_narrow(function: Function, account: Account, settings: Settings) -> Verdict:
    return _worst_of(function.policies, account, settings)


def _worst_of(policies: Listing[ResourcePolicy], account: Account, settings: Settings) -> Verdict:
    found = [_policy_verdict(one.document, account, settings, _which(one)) for one in policies.items]
    if bad := [verdict for verdict in found if verdict.status is Status.FAIL]:
        return bad[0]
    if not policies.complete():
        return passed("has no resource policy")
    return next((v for v in found if v.status is Status.UNKNOWN), found[0])


def _which(policy: ResourcePolicy) -> str:
    if policy.qualifier is None:
        return "its policy"
    return f"the policy of its {'version' if policy.qualifier.isdigit() else 'alias'} {policy.qualifier}"


def _policy_verdict(
    text: str,
    account: Account,
    settings: Settings,
    which: str = "its policy",
    unpinnable: frozenset[str] = frozenset(),
) -> Verdict:
    policy = document(text)
    if public_statements(policy):
        return failed(f"{which} is public")
    if loose := [service for service in unpinned_services(policy) if service not in unpinnable]:
        return failed(f"{which} lets {first_names(loose)} in on anybody's behalf (no aws:SourceArn)")
    strangers = [a for a in foreign_accounts(policy, [account.id]) if not settings.trusts(a)]
    if strangers:
        return failed(f"{which} lets the account {first_names(strangers)} in, which nobody listed")
    if whole := organisations(policy):
        return failed(f"{which} lets every account of {first_names(whole)} in, which nobody listed")
    if nameless := nameless_principals(policy):
        return unknown(f"{which} lets in {first_names(nameless)}: an id that tells no account")
    return passed(f"{which} names who may use it")


@control(
    "API-01",
    "Every method of an API has an authorizer",
    of=lambda account: account.rest_apis,
    cite="164.312(d)",
    requirement=REQUIRED,
    checklist=Line.AUTHORIZER,
    blind="The authorizer's logic, and HTTP and WebSocket APIs.",
    satisfied_by="modules/api",
    remedy="Give the method an authorizer. CORS preflights (OPTIONS on a mock) are left out.",
)
def methods_are_authorized(api: RestApi, _: Account, __: Settings) -> Verdict:
    methods = [m for m in known(api.methods) if not (m.verb == "OPTIONS" and m.integration == "MOCK")]
    existing = known(api.authorizer_ids)
    bad = [
        f"{m.verb} {m.path}"
        for m in methods
        if m.authorization == "NONE" or (m.authorizer_id is not None and m.authorizer_id not in existing)
    ]
    return judged(not bad, f"all {len(methods)} methods need authorisation", f"{first_names(bad)} needs none")


@control(
    "WAF-01",
    "Public stages of APIs have a web ACL that can stop requests",
    of=lambda account: account.stages.where(lambda stage: stage.public),
    cite="164.308(a)(1)(ii)(B)",
    requirement=REQUIRED,
    checklist=Line.AUTHORIZER,
    blind="Whether its rules are good ones. A rule group counts as stopping requests unless it is overridden "
    "as a whole.",
    satisfied_by="modules/api",
    remedy="Associate a web ACL with the stage, and let its rules block instead of count.",
)
def stage_has_web_acl(stage: Stage, account: Account, _: Settings) -> Verdict:
    acl = _web_acl_of(stage, account)
    if acl is None:
        return failed("is public and has no web ACL")
    return judged(
        known(acl.stops),
        f"is behind {acl.name}, which can stop requests",
        f"is behind {acl.name}, which stops nothing: no rule of it does more than count",
    )


def _web_acl_of(stage: Stage, account: Account) -> WebAcl | None:
    """Raises ``FactUnreadableError``, also for one that another account manages."""
    acls = account.web_acls.items
    if stage.web_acl_arn:
        named = next((acl for acl in acls if acl.arn == stage.web_acl_arn), None)
        if named is not None:
            return named
        account.web_acls.complete()
        message = f"the web ACL {stage.web_acl_arn} is not among those of this account and region"
        raise FactUnreadableError(Unreadable("wafv2:ListWebACLs", "NotHere", message))
    return next((acl for acl in account.web_acls.complete() if stage.arn in known(acl.protects)), None)


@control(
    "COG-01",
    "User pools require MFA",
    of=lambda account: account.user_pools,
    cite="164.312(d)",
    requirement=REQUIRED,
    checklist=Line.MFA,
    blind="MFA at federated providers.",
    satisfied_by="modules/identity",
    remedy="Set MFA to required (ON).",
)
def pool_requires_mfa(pool: UserPool, _: Account, __: Settings) -> Verdict:
    mfa = known(pool.mfa)
    return judged(mfa == "ON", "MFA is required", f"MFA is {mfa.lower()}")


@control(
    "COG-02",
    "User pools ask for strong passwords",
    of=lambda account: account.user_pools,
    cite="164.308(a)(5)(ii)(D)",
    requirement=ADDRESSABLE,
    checklist=Line.MFA,
    blind="Passwords at federated providers.",
    satisfied_by="modules/identity",
    remedy=f"Ask for at least {PASSWORD_LENGTH} characters of all four kinds.",
)
def pool_asks_for_strong_passwords(pool: UserPool, _: Account, __: Settings) -> Verdict:
    policy = known(pool.password)
    kinds = (policy.lower_case, policy.upper_case, policy.numbers, policy.symbols)
    return judged(
        policy.minimum_length >= PASSWORD_LENGTH and all(kinds),
        f"asks for {policy.minimum_length} characters of all four kinds",
        f"asks for {policy.minimum_length} characters of {sum(kinds)} of four kinds",
    )


@control(
    "COG-03",
    "Sessions of user pools are short",
    of=lambda account: account.user_pools,
    cite="164.312(a)(2)(iii)",
    requirement=ADDRESSABLE,
    checklist=Line.ROLE_BASED,
    blind="Logoff in the client.",
    satisfied_by="modules/identity",
    remedy="Let access and id tokens live for an hour at most, refresh tokens for a day.",
)
def sessions_are_short(pool: UserPool, _: Account, __: Settings) -> Verdict:
    long = [
        client.name
        for client in known(pool.clients)
        if max(client.access_token, client.id_token) > TOKEN_SECONDS or client.refresh_token > SESSION_SECONDS
    ]
    return judged(not long, "tokens are short-lived", f"tokens of {first_names(long)} live too long")


@control(
    "COG-04",
    "User pools have groups, so that access goes by role",
    of=lambda account: account.user_pools,
    cite="164.308(a)(4)(ii)(C)",
    requirement=ADDRESSABLE,
    checklist=Line.ROLE_BASED,
    blind="Who is in which group, and what the application makes of it.",
    satisfied_by="modules/identity",
    remedy="Create a group for each role, and let the application compare them.",
)
def pool_has_groups(pool: UserPool, _: Account, __: Settings) -> Verdict:
    groups = known(pool.groups)
    return judged(bool(groups), f"has the groups {', '.join(groups)}", "has no groups: everybody is alike")


@control(
    "S3-01",
    "Buckets block public access",
    of=lambda account: account.buckets,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.LEAST_PRIVILEGE,
    blind="Access lists of single objects, where they are not ignored.",
    satisfied_by="modules/audit",
    remedy="Set all four switches of the bucket's public access block.",
)
def bucket_blocks_public_access(bucket: Bucket, _: Account, __: Settings) -> Verdict:
    complete = known(bucket.public_access_block).complete
    return judged(complete, "all four switches are on", "not all four switches are on")


@control(
    "S3-02",
    "Bucket policies are not public",
    of=lambda account: account.buckets,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.LEAST_PRIVILEGE,
    blind="Access lists of single objects.",
    satisfied_by="modules/audit",
    remedy="Name the principals, and pin services with aws:SourceArn or aws:SourceAccount.",
)
def bucket_policy_is_narrow(bucket: Bucket, account: Account, settings: Settings) -> Verdict:
    text = known(bucket.policy)
    return passed("has no policy") if text is None else _policy_verdict(text, account, settings)


@control(
    "SQS-02",
    "Queue policies are not public",
    of=lambda account: account.queues,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.LEAST_PRIVILEGE,
    blind="What the named senders send.",
    satisfied_by="modules/function",
    remedy="Name the principals, and pin services with aws:SourceArn or aws:SourceAccount.",
)
def queue_policy_is_narrow(queue: Queue, account: Account, settings: Settings) -> Verdict:
    text = known(queue.policy)
    return passed("has no policy") if text is None else _policy_verdict(text, account, settings)


# AWS: no conditions for EventBridge in a topic's policy.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
_UNPINNABLE_IN_TOPICS = frozenset({"events.amazonaws.com"})


@control(
    "SNS-02",
    "Topic policies are not public",
    of=lambda account: account.topics,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.LEAST_PRIVILEGE,
    blind="What the named publishers send, whose rules EventBridge publishes for, and what subscribers do.",
    satisfied_by="modules/observability",
    remedy="Name the principals, and pin services with aws:SourceArn or aws:SourceAccount.",
)
def topic_policy_is_narrow(topic: Topic, account: Account, settings: Settings) -> Verdict:
    text = known(topic.policy)
    if text is None:
        return passed("has no policy")
    return _policy_verdict(text, account, settings, unpinnable=_UNPINNABLE_IN_TOPICS)


@control(
    "SEC-03",
    "Secrets' resource policies let nobody from outside in",
    of=lambda account: account.secrets,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.LEAST_PRIVILEGE,
    blind="Who reads it by a policy of his own, within the account.",
    satisfied_by="rag.tf (it takes secrets by their ARN, and gives none a policy)",
    remedy="Remove the policy, or name the principals in it, and pin services with aws:SourceArn.",
)
def secret_policy_is_narrow(secret: Secret, account: Account, settings: Settings) -> Verdict:
    text = known(secret.policy)
    return passed("has no policy") if text is None else _policy_verdict(text, account, settings)


@control(
    "DDB-04",
    "Tables' resource policies let nobody from outside in",
    of=lambda account: account.tables,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.LEAST_PRIVILEGE,
    blind="Who reads it by a policy of his own, within the account, and policies of streams in a live one.",
    satisfied_by="modules/table",
    remedy="Remove the policy, or name the principals in it, and list their accounts under trusted_accounts.",
)
def table_policy_is_narrow(table: Table, account: Account, settings: Settings) -> Verdict:
    return _worst_of(table.policies, account, settings)


@control(
    "EVB-01",
    "Event buses are not open",
    of=lambda account: account.event_buses,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.LEAST_PRIVILEGE,
    blind="What the named senders send.",
    satisfied_by="modules/event_bus",
    remedy="Name the accounts that may put events, and list them under trusted_accounts.",
)
def bus_policy_is_narrow(bus: EventBus, account: Account, settings: Settings) -> Verdict:
    return passed("has no policy") if bus.policy is None else _policy_verdict(bus.policy, account, settings)


@control(
    "RDS-02",
    "Databases are not public",
    of=lambda account: account.databases,
    cite="164.312(e)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.LEAST_PRIVILEGE,
    blind="Who is behind the networks that are let in, and snapshots that are shared (IAM-09 finds those).",
    satisfied_by="modules/database",
    remedy="Set it not publicly accessible.",
)
def database_is_private(database: Database, _: Account, __: Settings) -> Verdict:
    return judged(not database.public, "has no public address", "has a public address")
