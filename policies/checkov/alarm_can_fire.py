"""HIPAA_ALM_01: CKV_AWS_319 asks for enabled actions, and takes alarms without any, or that never fire."""

from __future__ import annotations

from typing import Any

from hipaa_reading import number, value

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

PER_CALL = ("Errors", "Throttles")  # Lambda writes 0 or 1 for each call: only their sum counts


class AlarmCanFire(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="Ensure alarms have an action, are not always on, and can be reached by their metric",
            id="HIPAA_ALM_01",
            categories=[CheckCategories.LOGGING],
            supported_resources=["aws_cloudwatch_metric_alarm"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        self.evaluated_keys = ["alarm_actions", "treat_missing_data", "statistic", "threshold"]
        actions = value(conf, "alarm_actions")
        if not actions or value(conf, "treat_missing_data") == "breaching" or _is_out_of_reach(conf):
            return CheckResult.FAILED
        return CheckResult.PASSED


def _is_out_of_reach(conf: dict[str, Any]) -> bool:
    """A threshold of 1 or more on the mean or the maximum of what is 0 or 1."""
    per_call = value(conf, "namespace") == "AWS/Lambda" and value(conf, "metric_name") in PER_CALL
    threshold = number(conf, "threshold")
    if not per_call or threshold is None or value(conf, "statistic") not in ("Average", "Maximum", "Minimum"):
        return False
    strictly = value(conf, "comparison_operator") == "GreaterThanThreshold"
    return threshold > 1 or (threshold == 1 and strictly)


check = AlarmCanFire()
