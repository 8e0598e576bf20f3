"""WAF: which resources a web ACL protects, and what it keeps out of its logs."""

from __future__ import annotations

import json
from typing import Any

from moto.wafv2.models import FakeWebACL
from moto.wafv2.responses import WAFV2Response

from scripts.local_cloud.gaps.patching import Method, add, wrap

# How the ARNs of a resource type are known; load balancers are what AWS lists where no type is given.
SERVICES = {
    "API_GATEWAY": ":apigateway:",
    "APPLICATION_LOAD_BALANCER": ":elasticloadbalancing:",
    "APPSYNC": ":appsync:",
    "COGNITO_USER_POOL": ":cognito-idp:",
}


@add(WAFV2Response, "list_resources_for_web_acl")
def list_resources_for_web_acl(response: Any) -> Any:
    kind = response._get_param("ResourceType") or "APPLICATION_LOAD_BALANCER"
    acl = response.wafv2_backend.wacls.get(response._get_param("WebACLArn"))
    arns = acl.associated_resources if acl else []
    found = [arn for arn in arns if SERVICES.get(kind, kind) in arn]
    return 200, {"Content-Type": "application/json"}, json.dumps({"ResourceArns": found})


@wrap(WAFV2Response, "create_web_acl")
def create_web_acl(original: Method, response: Any) -> Any:
    """moto drops DataProtectionConfig."""
    answer = original(response)
    keep_data_protection(response, json.loads(answer[2])["Summary"]["ARN"])
    return answer


@wrap(WAFV2Response, "update_web_acl")
def update_web_acl(original: Method, response: Any) -> Any:
    """moto drops DataProtectionConfig."""
    answer = original(response)
    changed = json.loads(response.body)["Id"]
    for arn, acl in response.wafv2_backend.wacls.items():
        if acl.id == changed:
            keep_data_protection(response, arn)
    return answer


def keep_data_protection(response: Any, arn: str) -> None:
    acl = response.wafv2_backend.wacls[arn]
    acl.data_protection_config = json.loads(response.body).get("DataProtectionConfig")


@wrap(FakeWebACL, "to_dict")
def describe_web_acl(original: Method, acl: Any) -> Any:
    config = getattr(acl, "data_protection_config", None)
    return original(acl) | ({"DataProtectionConfig": config} if config else {})
