"""HIPAA_NET_07: the default policy of an endpoint lets data out to the buckets of every account."""

from __future__ import annotations

from typing import Any

from hipaa_reading import statements, texts, value

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class VpcEndpointPolicy(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Ensure VPC endpoints have a policy other than full access",
            id="HIPAA_NET_07",
            categories=[CheckCategories.NETWORKING],
            supported_resources=["aws_vpc_endpoint"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        self.evaluated_keys = ["policy"]
        if value(conf, "vpc_endpoint_type") == "GatewayLoadBalancer":
            return CheckResult.UNKNOWN  # has no policies
        policy = value(conf, "policy")
        if not policy:
            return CheckResult.FAILED
        found = statements(policy)
        if found is None:
            return CheckResult.UNKNOWN
        return CheckResult.FAILED if any(map(_is_full_access, found)) else CheckResult.PASSED


def _is_full_access(statement: Any) -> bool:
    principal = statement.get("Principal")
    named = list(principal.values()) if isinstance(principal, dict) else [principal]
    anybody = any("*" in texts(one) for one in named)
    everything = "*" in texts(statement.get("Resource"))
    return statement.get("Effect") == "Allow" and anybody and everything and not statement.get("Condition")


check = VpcEndpointPolicy()
