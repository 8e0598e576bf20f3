"""HIPAA_COG_03: automatic logoff (45 CFR 164.312(a)(2)(iii)); Cognito's own default is 30 days."""

from __future__ import annotations

from typing import Any

from hipaa_reading import number, value

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
# For each token: Cognito's default and its unit, and how long it may live, in seconds.
TOKENS = {
    "access_token": (1, "hours", 3600),
    "id_token": (1, "hours", 3600),
    "refresh_token": (30, "days", 86400),
}


class CognitoTokenValidity(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Ensure tokens live for an hour, and sessions for a day, at most",
            id="HIPAA_COG_03",
            categories=[CheckCategories.IAM],
            supported_resources=["aws_cognito_user_pool_client"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        self.evaluated_keys = [f"{token}_validity" for token in TOKENS]
        units = value(conf, "token_validity_units")
        units = units if isinstance(units, dict) else {}
        unknown = False
        for token, (default, unit, longest) in TOKENS.items():
            length = number(conf, f"{token}_validity", default=default)
            factor = SECONDS.get(str(value(units, token) or unit))
            if length is None or factor is None:
                unknown = True
            elif length * factor > longest:
                return CheckResult.FAILED
        return CheckResult.UNKNOWN if unknown else CheckResult.PASSED


check = CognitoTokenValidity()
