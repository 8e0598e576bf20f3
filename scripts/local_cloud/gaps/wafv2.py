"""WAF: which resources a web ACL protects."""

from __future__ import annotations

import json
from typing import Any

from moto.wafv2.responses import WAFV2Response

from scripts.local_cloud.gaps.patching import add

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
