"""The resource policies of functions and aliases, where moto's differ from Lambda's."""

from __future__ import annotations

import json

import pytest

from tests.unit.local_cloud.support import Cloud

SOURCE = "def handler(event, context):\n    return None"


def test_an_alias_has_a_policy_of_its_own(cloud: Cloud) -> None:
    client, name = cloud.client("lambda"), cloud.function(SOURCE, group=False)
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    for where in ({}, {"Qualifier": "live"}):
        client.add_permission(
            FunctionName=name,
            StatementId=where.get("Qualifier", "own"),
            Action="lambda:InvokeFunction",
            Principal="*",
            **where,
        )
    for qualifier, statement in ((None, "own"), ("live", "live")):
        at = {"Qualifier": qualifier} if qualifier else {}
        policy = json.loads(client.get_policy(FunctionName=name, **at)["Policy"])
        assert [s["Sid"] for s in policy["Statement"]] == [statement]
    client.remove_permission(FunctionName=name, StatementId="live", Qualifier="live")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_policy(FunctionName=name, Qualifier="live")


def test_a_permission_for_a_url_is_a_statement_with_a_condition(cloud: Cloud) -> None:
    client, name = cloud.client("lambda"), cloud.function(SOURCE, group=False)
    client.add_permission(
        FunctionName=name,
        StatementId="url",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    (statement,) = json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]
    assert statement.keys() == {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
    assert statement["Condition"] == {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}
