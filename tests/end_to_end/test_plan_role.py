"""The bootstrap's plan role reads the whole stack, and no less would do. The rest of it: tests/bootstrap."""

from __future__ import annotations

import pytest

from scripts.local_deployment import LocalDeployment
from tests.bootstrap.roles import (
    PLAN,
    Role,
    plan_stack,
    planned_plan_role,
    put_role,
    remove_role,
    session_of,
)

pytestmark = pytest.mark.deployment


@pytest.fixture(scope="module")
def role(tmp_path_factory: pytest.TempPathFactory) -> Role:
    return planned_plan_role(tmp_path_factory.mktemp("plan-role"))


def plan_under(role: Role, deployment: LocalDeployment) -> tuple[int, str]:
    put_role(deployment, role)
    try:
        return plan_stack(deployment, session_of(deployment, PLAN))
    finally:
        remove_role(deployment, PLAN)


def test_it_reads_all_of_the_stack(role: Role, deployment: LocalDeployment) -> None:
    status, printed = plan_under(role, deployment)
    assert status in (0, 2), printed  # 2: an earlier test has left a change, which is none of the role's
    assert "Error" not in printed


def test_with_two_actions_less_it_says_which(role: Role, deployment: LocalDeployment) -> None:
    less = ("sqs:ListQueueTags", "dynamodb:DescribeTimeToLive")
    status, printed = plan_under(role.without(less[0]).without(less[1]), deployment)
    assert status == 1
    for action in less:
        assert f"not authorized to perform: {action}" in printed
