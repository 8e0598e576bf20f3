"""HIPAA_LAM_05: CKV_AWS_45 knows the shapes of keys; a password has none, and is known by its name."""

from __future__ import annotations

import re
from typing import Any

from hipaa_reading import value

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

NAMES = re.compile(r"(?i)(password|passwd|passphrase|secret|token|(api|private|secret|access)_?key)$")
# Where the secret is, instead of the secret: an ARN, or an attribute that names something.
POINTERS = re.compile(r"^arn:|\.(arn|id|name|key_id)\}?$")


class LambdaEnvironmentSecrets(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Ensure no environment variable of a function holds a secret",
            id="HIPAA_LAM_05",
            categories=[CheckCategories.SECRETS],
            supported_resources=["aws_lambda_function"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        self.evaluated_keys = ["environment/[0]/variables"]
        block = value(conf, "environment")
        if not isinstance(block, dict):
            return CheckResult.PASSED
        variables = value(block, "variables")
        if isinstance(variables, str):
            return CheckResult.UNKNOWN
        for name, given in (variables or {}).items():
            text = given[0] if isinstance(given, list) and given else given
            if NAMES.search(str(name)) and isinstance(text, str) and text and not POINTERS.search(text):
                return CheckResult.FAILED
        return CheckResult.PASSED


check = LambdaEnvironmentSecrets()
