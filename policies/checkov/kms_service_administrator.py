"""HIPAA_KMS_02: CKV_AWS_33 looks for everybody; a service that may administer a key passes it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from hipaa_reading import statements, texts, value

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class KmsServiceAdministrator(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Ensure no key policy lets a service administer the key",
            id="HIPAA_KMS_02",
            categories=[CheckCategories.ENCRYPTION],
            supported_resources=["aws_kms_key", "aws_kms_key_policy"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        self.evaluated_keys = ["policy"]
        policy = value(conf, "policy")
        if policy is None:
            return CheckResult.PASSED  # the default: the account alone
        found = statements(policy)
        if found is None:
            return CheckResult.UNKNOWN
        return CheckResult.FAILED if any(map(_service_administers, found)) else CheckResult.PASSED


def _service_administers(statement: Any) -> bool:
    principal = statement.get("Principal")
    service = isinstance(principal, dict) and principal.get("Service")
    actions = [action.lower() for action in texts(statement.get("Action"))]
    named = any(fnmatchcase("kms:putkeypolicy", action) for action in actions)
    return statement.get("Effect") == "Allow" and bool(service) and named


check = KmsServiceAdministrator()
