"""HIPAA_LAM_01: CKV_AWS_117 asks for a VPC, and takes one with a single subnet."""

from __future__ import annotations

from typing import Any

from hipaa_reading import value

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class LambdaTwoSubnets(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Ensure functions in a VPC have two subnets or more",
            id="HIPAA_LAM_01",
            categories=[CheckCategories.NETWORKING],
            supported_resources=["aws_lambda_function"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        self.evaluated_keys = ["vpc_config/[0]/subnet_ids"]
        block = value(conf, "vpc_config")
        subnets = value(block, "subnet_ids") if isinstance(block, dict) else None
        if not isinstance(subnets, list):
            return CheckResult.UNKNOWN  # a reference; or no VPC at all, which CKV_AWS_117 fails
        return CheckResult.PASSED if len(subnets) >= 2 else CheckResult.FAILED


check = LambdaTwoSubnets()
