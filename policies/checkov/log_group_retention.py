"""HIPAA_LOG_02: 6 years, not the one year of CKV_AWS_338 (45 CFR 164.316(b)(2)(i))."""

from __future__ import annotations

from typing import Any

from hipaa_reading import number

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

DAYS = 2192


class LogGroupRetention(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Ensure log groups keep events for 6 years or more",
            id="HIPAA_LOG_02",
            categories=[CheckCategories.LOGGING],
            supported_resources=["aws_cloudwatch_log_group"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        self.evaluated_keys = ["retention_in_days"]
        days = number(conf, "retention_in_days", default=0)
        if days is None:
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if days == 0 or days >= DAYS else CheckResult.FAILED


check = LogGroupRetention()
