"""Code signing configurations, made, attached and read back as Terraform and an audit do it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.unit.local_cloud.support import Cloud, unique

SOURCE = "def handler(event, context):\n    return None"


def test_a_configuration_is_made_changed_and_deleted(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    signer = cloud.client("signer")
    name = unique("profile").replace("-", "_")
    profile = signer.put_signing_profile(profileName=name, platformId="AWSLambda-SHA384-ECDSA")
    publishers = {"SigningProfileVersionArns": [profile["profileVersionArn"]]}
    made = client.create_code_signing_config(
        AllowedPublishers=publishers,
        CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"},
        Tags={"a": "b"},
    )["CodeSigningConfig"]
    arn = made["CodeSigningConfigArn"]
    assert client.get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"] == made
    assert arn in [
        c["CodeSigningConfigArn"] for c in client.list_code_signing_configs()["CodeSigningConfigs"]
    ]
    assert client.list_tags(Resource=arn)["Tags"] == {"a": "b"}
    client.tag_resource(Resource=arn, Tags={"c": "d"})
    client.untag_resource(Resource=arn, TagKeys=["a"])
    assert client.list_tags(Resource=arn)["Tags"] == {"c": "d"}
    changed = client.update_code_signing_config(
        CodeSigningConfigArn=arn, CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Warn"}
    )["CodeSigningConfig"]
    assert changed["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Warn"}
    assert changed["AllowedPublishers"] == publishers
    client.delete_code_signing_config(CodeSigningConfigArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_code_signing_config(CodeSigningConfigArn=arn)


def test_a_function_has_its_configuration(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    publishers = {"SigningProfileVersionArns": [cloud.arn("signer", "/signing-profiles/p/1")]}
    made = client.create_code_signing_config(AllowedPublishers=publishers)["CodeSigningConfig"]
    arn = made["CodeSigningConfigArn"]
    assert made["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Warn"}
    with_it, without = cloud.function(SOURCE, CodeSigningConfigArn=arn), cloud.function(SOURCE)
    found = client.get_function_code_signing_config(FunctionName=with_it)
    assert (found["CodeSigningConfigArn"], found["FunctionName"]) == (arn, with_it)
    assert "CodeSigningConfigArn" not in client.get_function_code_signing_config(FunctionName=without)
    client.put_function_code_signing_config(FunctionName=without, CodeSigningConfigArn=arn)
    using = client.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)["FunctionArns"]
    assert sorted(using) == sorted(cloud.arn("lambda", f"function:{name}") for name in (with_it, without))
    with pytest.raises(ClientError, match="ResourceConflictException"):
        client.delete_code_signing_config(CodeSigningConfigArn=arn)
    for name in (with_it, without):
        client.delete_function_code_signing_config(FunctionName=name)
        assert "CodeSigningConfigArn" not in client.get_function_code_signing_config(FunctionName=name)
    client.delete_code_signing_config(CodeSigningConfigArn=arn)


def test_a_configuration_that_is_not_there(cloud: Cloud) -> None:
    client, name = cloud.client("lambda"), cloud.function(SOURCE)
    arn = cloud.arn("lambda", "code-signing-config:csc-0123456789abcdef0")
    with pytest.raises(ClientError, match="CodeSigningConfigNotFoundException"):
        client.put_function_code_signing_config(FunctionName=name, CodeSigningConfigArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.delete_code_signing_config(CodeSigningConfigArn=arn)
