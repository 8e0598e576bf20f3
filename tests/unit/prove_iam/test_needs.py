"""A grant is needed by a request that nothing else would allow."""

from __future__ import annotations

from typing import Any

from tests.prove_iam.grants import Grant, grants_of
from tests.prove_iam.needs import Need, needs
from tests.unit.prove_iam.conftest import ROLE, TABLES


def judgement(label: str, action: str, resource: str, **changes: Any) -> dict[str, Any]:
    return {
        "label": label,
        "principal": f"arn:aws:iam::1:role/{ROLE}",
        "action": action,
        "resource": resource,
        "context": {"aws:SecureTransport": "true"},
        "decision": "ALLOWED",
        "needs_role": True,
    } | changes


def needed(policies: Any, *judgements: dict[str, Any]) -> dict[Grant, Need]:
    found = needs(grants_of(ROLE, policies), policies, judgements)
    return {grant: need for grant, need in found.items() if need.probes or need.shared}


def test_the_probe_whose_request_a_grant_alone_allows_needs_it(policies: Any) -> None:
    query = judgement("one", "dynamodb:Query", TABLES[1])
    ((grant, need),) = needed(policies, query, query | {"label": "two"}).items()
    assert (grant.action, grant.resource, need.probes) == ("dynamodb:Query", TABLES[1], {"one", "two"})


def test_what_two_grants_allow_needs_neither(policies: Any) -> None:
    found = needed(policies, judgement("one", "dynamodb:GetItem", TABLES[0]))
    assert sorted(grant.policy for grant in found) == ["more", "workload"]
    first, second = found
    assert found[first] == Need(probes=set(), shared={"one"}, partners={second})
    assert found[second] == Need(probes=set(), shared={"one"}, partners={first})


def test_a_refused_request_and_one_that_the_resource_allows_need_nothing(policies: Any) -> None:
    query = judgement("one", "dynamodb:Query", TABLES[0])
    assert needed(policies, query | {"decision": "IMPLICIT_DENY"}, query | {"needs_role": False}) == {}


def test_a_condition_counts(policies: Any) -> None:
    plain = judgement("one", "dynamodb:Query", TABLES[0], context={"aws:SecureTransport": "false"})
    assert needed(policies, plain) == {}
