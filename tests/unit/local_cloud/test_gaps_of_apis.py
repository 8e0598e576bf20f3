"""What API Gateway's import refuses or changes on AWS, and moto's does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from scripts.local_cloud.gaps.apigateway import refuse_unknown_keywords
from tests.unit.local_cloud.api import openapi
from tests.unit.local_cloud.support import Cloud, unique

ROOT = Path(__file__).resolve().parents[3]
WELCOME = "/aws/apigateway/welcome"


def import_schema(cloud: Cloud, schema: dict[str, Any]) -> None:
    document = openapi(cloud, cloud.arn("cognito-idp", "userpool/none"), unique("function"))
    document["components"]["schemas"]["Name"] = schema
    apis = cloud.client("apigateway")
    api_id = apis.create_rest_api(name=unique("api"))["id"]
    apis.put_rest_api(restApiId=api_id, mode="overwrite", body=json.dumps(document).encode())


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"type": "object", "example": {"name": "Doe"}}, "example"),
        ({"type": "object", "properties": {"name": {"type": "string", "nullable": True}}}, "nullable"),
        ({"type": "array", "items": {"type": "string", "deprecated": True}}, "deprecated"),
    ],
)
def test_a_document_is_refused_for_one_keyword_that_models_lack(
    cloud: Cloud, schema: dict[str, Any], word: str
) -> None:
    with pytest.raises(ClientError, match=rf"'Name'.*Unsupported keyword\(s\): \[\"{word}\"\]"):
        import_schema(cloud, schema)


def test_a_property_may_be_named_like_a_keyword(cloud: Cloud) -> None:
    import_schema(cloud, {"type": "object", "properties": {"example": {"enum": [{"nullable": True}]}}})


def test_the_projects_own_document_has_no_word_that_models_lack() -> None:
    """A comma in a description that is not quoted makes a word of what follows: {type: string, a, b}."""
    refuse_unknown_keywords(yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8")))


def test_an_import_opens_the_own_address_unless_the_document_closes_it(cloud: Cloud) -> None:
    apis = cloud.client("apigateway")
    api_id = apis.create_rest_api(name=unique("api"), disableExecuteApiEndpoint=True)["id"]
    document = openapi(cloud, cloud.arn("cognito-idp", "userpool/none"), unique("function"))
    apis.put_rest_api(restApiId=api_id, mode="overwrite", body=json.dumps(document).encode())
    assert apis.get_rest_api(restApiId=api_id)["disableExecuteApiEndpoint"] is False
    closed = {"x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": True}}
    document["servers"] = [{"url": "https://api.example.org", **closed}]
    apis.put_rest_api(restApiId=api_id, mode="overwrite", body=json.dumps(document).encode())
    assert apis.get_rest_api(restApiId=api_id)["disableExecuteApiEndpoint"] is True


def test_the_role_of_the_account_makes_a_log_group_of_its_own(cloud: Cloud) -> None:
    apis, logs = cloud.client("apigateway"), cloud.client("logs")
    role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": cloud.arn("iam", "role/logging")}
    for _ in range(2):  # the second finds it there
        apis.update_account(patchOperations=[role])
    found = logs.describe_log_groups(logGroupNamePrefix=WELCOME)["logGroups"]
    assert [(group["logGroupName"], "kmsKeyId" in group) for group in found] == [(WELCOME, False)]
