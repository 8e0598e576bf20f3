"""Instances that stand warm behind an alias: kept and read back, as Terraform does it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.unit.local_cloud.support import Cloud

SOURCE = "def handler(event, context):\n    return None"


def test_it_is_put_read_changed_and_deleted_behind_an_alias(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    name = cloud.function(SOURCE)
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    alias = {"FunctionName": name, "Qualifier": "live"}
    with pytest.raises(ClientError, match="ProvisionedConcurrencyConfigNotFoundException"):
        client.get_provisioned_concurrency_config(**alias)
    client.put_provisioned_concurrency_config(ProvisionedConcurrentExecutions=2, **alias)
    client.put_provisioned_concurrency_config(ProvisionedConcurrentExecutions=3, **alias)
    found = client.get_provisioned_concurrency_config(**alias)
    assert (found["Status"], found["AllocatedProvisionedConcurrentExecutions"]) == ("READY", 3)
    client.delete_provisioned_concurrency_config(**alias)
    with pytest.raises(ClientError, match="ProvisionedConcurrencyConfigNotFoundException"):
        client.get_provisioned_concurrency_config(**alias)


def test_it_is_refused_for_what_is_not_there(cloud: Cloud) -> None:
    client, name = cloud.client("lambda"), cloud.function(SOURCE)
    for function, qualifier in ((name, "gone"), ("nobody", "live")):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            client.put_provisioned_concurrency_config(
                FunctionName=function, Qualifier=qualifier, ProvisionedConcurrentExecutions=1
            )
