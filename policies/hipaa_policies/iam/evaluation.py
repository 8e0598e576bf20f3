"""One request against a set of policies.

The order is AWS's: an explicit deny anywhere wins, then an allow is needed, and where there is a
permissions boundary it must allow as well.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hipaa_policies.iam.conditions import Context, lookup_in
from hipaa_policies.iam.matching import Pattern, UnresolvedVariableError, matches_action
from hipaa_policies.iam.model import AccessRequest, Decision
from hipaa_policies.iam.principals import principal_matches
from hipaa_policies.iam.statements import Statement, statements


def evaluate(
    policies: Sequence[Mapping[str, Any]],
    request: AccessRequest,
    boundary: Sequence[Mapping[str, Any]] | None = None,
) -> Decision:
    """Decide one request.

    ``policies`` are the identity's documents (and, for a caller of the same account, the resource's:
    there one allow of either is enough). ``boundary`` is the permissions boundary: ``None`` where
    there is none; an empty sequence allows nothing. Raises ``MalformedPolicyError``.
    """
    context = Context(request.context)
    decision = _decide((s for policy in policies for s in statements(policy)), request, context)
    if boundary is None:
        return decision
    limit = _decide((s for policy in boundary for s in statements(policy)), request, context)
    if Decision.EXPLICIT_DENY in (decision, limit):
        return Decision.EXPLICIT_DENY
    return decision if limit is Decision.ALLOWED else Decision.IMPLICIT_DENY


def _decide(found: Iterable[Statement], request: AccessRequest, context: Context) -> Decision:
    decision = Decision.IMPLICIT_DENY
    # Every statement is read even after a deny: a malformed one further on is an error all the same.
    for statement in found:
        if statement_applies(statement, request, context):
            if not statement.allows:
                decision = Decision.EXPLICIT_DENY
            elif decision is Decision.IMPLICIT_DENY:
                decision = Decision.ALLOWED
    return decision


def statement_applies(statement: Statement, request: AccessRequest, context: Context) -> bool:
    return (
        names_action(statement, request.action)
        and names_resource(statement, request.resource, context)
        and principal_matches(statement, request.principal)
        and all(condition.holds(context, statement.variables) for condition in statement.conditions)
    )


def names_action(statement: Statement, action: str) -> bool:
    matched = any(matches_action(pattern, action) for pattern in statement.actions)
    return matched != statement.not_actions


def names_resource(statement: Statement, resource: str, context: Context) -> bool:
    """Whether ``Resource`` (or ``NotResource``) covers it; without the element, always."""
    if statement.resources is None:
        return True
    lookup = lookup_in(context, statement.variables)
    matched = False
    for text in statement.resources:
        try:
            matched = matched or Pattern(text, lookup).matches_arn(resource)
        except UnresolvedVariableError:
            # AWS: the statement does not apply then. For an exception list that would widen an
            # allow to everything, so an unresolved exception covers nothing, whichever it is.
            if statement.not_resources:
                return not statement.allows
    return matched != statement.not_resources
