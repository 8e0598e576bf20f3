"""What a role is granted is taken apart into pairs, and each can be taken away by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hipaa_policies.iam import AccessRequest

from tests.prove_iam.grants import Grant, allows, digest, grants_of, without
from tests.unit.prove_iam.conftest import ROLE, TABLES

CONTEXT = {"aws:SecureTransport": "true"}


def asked(grant: Grant) -> AccessRequest:
    return AccessRequest(grant.action, grant.resource, CONTEXT)


def test_every_pair_of_action_and_resource_is_a_grant_and_a_denial_is_none(policies: Any) -> None:
    found = grants_of(ROLE, policies)
    assert [(g.policy, g.sid, g.action, g.resource) for g in found] == [
        ("more", "", "dynamodb:GetItem", TABLES[0]),
        ("workload", "Read", "dynamodb:GetItem", TABLES[0]),
        ("workload", "Read", "dynamodb:GetItem", TABLES[1]),
        ("workload", "Read", "dynamodb:Query", TABLES[0]),
        ("workload", "Read", "dynamodb:Query", TABLES[1]),
    ]
    assert len({grant.name for grant in found}) == len(found)
    assert [Grant.of_name(ROLE, grant.name).name for grant in found] == [grant.name for grant in found]


def test_a_statement_that_says_what_it_does_not_grant_has_no_list() -> None:
    statement = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    with pytest.raises(ValueError, match="does not grant"):
        grants_of(ROLE, {"all": {"Version": "2012-10-17", "Statement": [statement]}})


def test_two_grants_of_one_name_are_refused_since_one_would_go_untried() -> None:
    """Two keys that a record could not tell apart."""
    keys = [f"arn:aws:kms:us-east-1:1:key/{number}" for number in (1, 2)]
    document = {"Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": keys}]}
    with pytest.raises(ValueError, match=r"p/0: kms:Decrypt on alias/phi"):
        grants_of(ROLE, {"p": document}, dict.fromkeys(keys, "alias/phi"))


def test_what_is_no_grants_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no grant's name"):
        Grant.of_name(ROLE, "kms:Decrypt")


def test_one_pair_goes_and_every_other_stays_with_its_conditions(policies: Any) -> None:
    document = policies["workload"]
    grants = [grant for grant in grants_of(ROLE, policies) if grant.policy == "workload"]
    for gone in grants:
        rest = without(document, [gone])
        assert rest is not None
        assert [grant for grant in grants if not allows({"p": rest}, asked(grant))] == [gone]
        unsafe = AccessRequest(grants[0].action, grants[0].resource, {"aws:SecureTransport": "false"})
        assert not allows({"p": rest}, unsafe)
        assert rest["Statement"][-1]["Effect"] == "Deny"


def test_a_policy_whose_only_pair_goes_is_gone(policies: Any) -> None:
    (grant, *_) = grants_of(ROLE, policies)
    assert without(policies["more"], [grant]) is None


def test_the_document_itself_is_left_as_it_was(policies: Any) -> None:
    before = repr(policies)
    for grant in grants_of(ROLE, policies):
        without(policies[grant.policy], [grant])
    assert repr(policies) == before


def test_many_pairs_go_at_once(policies: Any) -> None:
    grants = [grant for grant in grants_of(ROLE, policies) if grant.policy == "workload"]
    rest = without(policies["workload"], grants[:3])
    assert rest is not None
    assert [grant for grant in grants if allows({"p": rest}, asked(grant))] == grants[3:]
    all_gone = without(policies["workload"], grants)
    assert all_gone is not None
    assert [statement["Effect"] for statement in all_gone["Statement"]] == ["Deny"]


def test_names_are_the_same_in_the_next_deployment() -> None:
    key = "arn:aws:kms:us-east-1:1:key/28276ff5-c504-4085-be03-9183afaa2ac7"
    stream = "arn:aws:dynamodb:us-east-1:1:table/outbox/stream/2026-11-22T07:37:08.767888"
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": [key, stream]}
    document = {"p": {"Version": "2012-10-17", "Statement": [statement]}}
    found = grants_of(ROLE, document, {key: "alias/healthcare-phi"})
    assert [grant.shown for grant in found] == [
        "alias/healthcare-phi",
        "arn:aws:dynamodb:us-east-1:1:table/outbox/stream/<time>",
    ]
    assert [grant.resource for grant in found] == [key, stream]


def test_the_digest_is_the_same_in_the_next_deployment_and_another_for_other_policies() -> None:
    def policies(key: str, effect: str = "Allow", **conditions: Any) -> dict[str, Any]:
        statement = {"Effect": effect, "Action": "kms:Decrypt", "Resource": [key], "Condition": conditions}
        return {"p": {"Version": "2012-10-17", "Statement": [statement]}}

    one, other = "arn:aws:kms:us-east-1:1:key/1", "arn:aws:kms:us-east-1:1:key/2"
    first = digest(policies(one), {one: "alias/phi"})
    assert digest(policies(other), {other: "alias/phi"}) == first
    others = [
        digest(policies(one), {one: "alias/logs"}),
        digest(policies(one, "Deny"), {one: "alias/phi"}),
        digest(policies(one, Bool={"aws:SecureTransport": "true"}), {one: "alias/phi"}),
        digest(policies(one) | {"q": policies(one)["p"]}, {one: "alias/phi"}),
    ]
    assert len({first, *others}) == 5
