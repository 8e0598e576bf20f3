"""The four tests that guides to HIPAA on Lambda ask for, under their usual names.

They look at every function of the account, not at one by name, and at what policies say, not at
what they are called.
"""

from __future__ import annotations

from tests.compliance.conftest import Judge


def test_lambda_functions_are_in_a_vpc_with_at_least_two_subnets(judge: Judge) -> None:
    judge("LAM-01")


def test_lambda_environment_variables_are_encrypted(judge: Judge) -> None:
    judge("LAM-02")


def test_cloudwatch_log_groups_are_encrypted(judge: Judge) -> None:
    """Also that each function's group exists: one that Lambda makes later is not encrypted."""
    judge("LOG-01", "LOG-04")


def test_lambda_roles_have_least_privilege(judge: Judge) -> None:
    """No administrator, no whole service, no needless star, no way to more, no shared role."""
    judge("IAM-01", "IAM-02", "IAM-03", "IAM-04", "IAM-06")
