"""HIPAA_SQS_01: CKV_AWS_27 takes SSE-SQS and AWS's key, of which the customer has no control."""

from __future__ import annotations

from typing import Any

from hipaa_reading import value

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class SqsCustomerKey(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Ensure queues are encrypted with a customer key",
            id="HIPAA_SQS_01",
            categories=[CheckCategories.ENCRYPTION],
            supported_resources=["aws_sqs_queue"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        self.evaluated_keys = ["kms_master_key_id"]
        key = value(conf, "kms_master_key_id")
        good = bool(key) and "alias/aws/" not in str(key)
        return CheckResult.PASSED if good else CheckResult.FAILED


check = SqsCustomerKey()
