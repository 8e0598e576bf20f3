"""Let a request through, or refuse it as AWS would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hipaa_policies.iam import AccessRequest, Decision, MalformedPolicyError, evaluate

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.authorization.access import Access, Context
from scripts.local_cloud.authorization.callers import Caller, Document, authenticate
from scripts.local_cloud.authorization.recording import RECORDING
from scripts.local_cloud.authorization.resource_policies import policy_of, without_delegation
from scripts.local_cloud.authorization.services.registry import accesses
from scripts.local_cloud.protocol.errors import access_denied
from scripts.local_cloud.protocol.requests import AwsRequest

ACCOUNT_ROOT = f"arn:aws:iam::{ACCOUNT_ID}:root"
# "No permissions are required": https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}


def guard(call: AwsRequest) -> None:
    """Raise ``AwsError`` unless the caller is who they say, and may do all that the request does."""
    if not call.needs_signature:
        return
    caller = authenticate(call)
    shared = global_context(call, caller)
    for access in accesses(call):
        if access.action in ALWAYS_ALLOWED:
            continue
        try:
            decision = judge(caller, access, {**shared, **access.context})
        except MalformedPolicyError as error:
            raise access_denied(
                call, f"{refusal(caller, access)}: a policy cannot be read, {error}"
            ) from error
        if decision is not Decision.ALLOWED:
            raise access_denied(call, f"{refusal(caller, access)} {reason(access, decision)}")


def judge(caller: Caller, access: Access, context: Context) -> Decision:
    """Identity policies with the resource's policy, within the boundary and the session's policy."""
    decision = decide(caller, access, context)
    if RECORDING.label is not None:
        without = decide(replace(caller, policies=()), access, context)
        RECORDING.note(caller, access, context, decision.value, without is not Decision.ALLOWED)
    return decision


def decide(caller: Caller, access: Access, context: Context) -> Decision:
    own = policy_of(access.resource)
    direct = without_delegation(own) if own else None
    request = AccessRequest(access.action, access.resource, context, caller.arn)
    if access.needs_resource_policy and not delegates(own, access, context):
        # Who the resource names itself needs nothing else; nobody else gets in by their own policy.
        identity = [deny_only(document) for document in caller.policies]
        policies: Sequence[Document] = [p for p in [*identity, direct] if p]
    else:
        policies = [*caller.policies, *([direct] if direct else [])]
    decision = evaluate(policies, request, caller.boundary)
    if decision is Decision.ALLOWED and caller.session is not None:
        return evaluate(caller.session, request)
    return decision


def delegates(policy: Document | None, access: Access, context: Context) -> bool:
    """Whether the resource's policy leaves this to the account's own policies."""
    if policy is None:
        return False
    request = AccessRequest(access.action, access.resource, context, ACCOUNT_ROOT)
    return evaluate([policy], request) is Decision.ALLOWED


def deny_only(document: Document) -> Document | None:
    statements = document.get("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    denies = [statement for statement in listed if statement.get("Effect") == "Deny"]
    return {**document, "Statement": denies} if denies else None


def global_context(call: AwsRequest, caller: Caller) -> dict[str, str | Sequence[str]]:
    """The condition keys that every request has. docs/local_cloud.md says which are not quite true."""
    now = datetime.now(UTC)
    context: dict[str, str | Sequence[str]] = {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:PrincipalAccount": ACCOUNT_ID,
        "aws:PrincipalArn": caller.principal_arn,
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": "User" if caller.user_name else "AssumedRole",
        "aws:RequestedRegion": call.region,
        "aws:ResourceAccount": ACCOUNT_ID,
        # The loopback connection stands for the TLS that AWS's endpoints only speak.
        "aws:SecureTransport": "true",
        "aws:UserAgent": call.http.headers.get("User-Agent", ""),
        "aws:ViaAWSService": "false",
        "aws:userid": caller.user_id,
    }
    if caller.user_name:
        context["aws:username"] = caller.user_name
    if caller.function_arn:
        context["lambda:SourceFunctionArn"] = caller.function_arn
    else:
        context["aws:SourceIp"] = call.http.remote_addr or "127.0.0.1"
    return context | {f"aws:PrincipalTag/{name}": value for name, value in caller.tags.items()}


def refusal(caller: Caller, access: Access) -> str:
    return f"User: {caller.arn} is not authorized to perform: {access.action} on resource: {access.resource}"


def reason(access: Access, decision: Decision) -> str:
    if decision is Decision.EXPLICIT_DENY:
        return "with an explicit deny"
    if access.needs_resource_policy:
        return f"because no identity-based or resource-based policy allows the {access.action} action"
    return f"because no identity-based policy allows the {access.action} action"
