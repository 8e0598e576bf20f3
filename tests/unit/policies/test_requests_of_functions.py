"""How many requests a function takes: two, and one for each thing that AWS tells of one function alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hipaa_policies.facts import Listing
from hipaa_policies.facts.functions import Function, FunctionUrl
from moto import mock_aws

from tests.unit.policies import moto_account
from tests.unit.policies.replay import Recording, refusal

TOTAL = 1000


@pytest.fixture(scope="module")
def recording() -> Recording:
    recording = Recording()
    with mock_aws():
        moto_account.create()
        recording.record()
    return recording


def grant(action: str) -> dict[str, str]:
    """A resource policy that lets everybody do it."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}
    return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


def read(
    recording: Recording,
    functions: Mapping[str, tuple[bool, int | None]],
    settings: Any = None,
    aliases: int = 0,
    policy: Any = None,
) -> tuple[Listing[Function], Counter[str]]:
    """``functions`` tells for each name whether it has dead letters, and its reserved concurrency."""
    left = TOTAL - sum(reserved or 0 for _, reserved in functions.values())
    limit = {"ConcurrentExecutions": TOTAL, "UnreservedConcurrentExecutions": left}
    listed = [
        {
            "FunctionName": name,
            "FunctionArn": f"arn:aws:lambda:us-east-1:{moto_account.ID}:function:{name}",
            "Role": "arn:aws:iam::123456789012:role/reader",
            **({"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:1:dead"}} if dead_letters else {}),
        }
        for name, (dead_letters, _) in functions.items()
    ]
    answers: dict[str, Any] = {
        "ListFunctions": {"Functions": listed},
        "GetAccountSettings": settings or {"AccountLimit": limit},
        "GetPolicy": policy or refusal("ResourceNotFoundException", "GetPolicy"),
        "ListAliases": {"Aliases": [{"Name": f"a{number}"} for number in range(aliases)]},
        "ListFunctionUrlConfigs": {"FunctionUrlConfigs": [{"FunctionUrl": "https://x/", "AuthType": "NONE"}]},
        "ListFunctionEventInvokeConfigs": {"FunctionEventInvokeConfigs": []},
    }
    # A list's: several threads ask at once, and a generator refuses that.
    concurrency = iter(
        [
            {} if reserved is None else {"ReservedConcurrentExecutions": reserved}
            for name, (dead_letters, reserved) in sorted(functions.items(), key=lambda item: not item[1][0])
        ]
    )

    def answer(service: str, operation: str) -> Any:
        if operation == "GetFunctionConcurrency":
            return next(concurrency)
        return answers.get(operation) if service == "lambda" else None

    account, record = recording.replay(answer)
    # KMS has a ListAliases, too.
    ours = {operation: times for operation, times in record.asked.items() if operation.startswith("lambda:")}
    return account.functions, Counter({name.removeprefix("lambda:"): times for name, times in ours.items()})


def for_each(asked: Counter[str]) -> int:
    wanted = (
        "GetPolicy",
        "ListAliases",
        "ListFunctionUrlConfigs",
        "GetFunctionConcurrency",
        "ListFunctionEventInvokeConfigs",
    )
    return sum(asked[name] for name in wanted)


@pytest.mark.parametrize("dead_letters", [True, False])
def test_where_nothing_is_reserved_no_function_is_asked(recording: Recording, dead_letters: bool) -> None:
    names = [f"f{number}" for number in range(50)]
    found, asked = read(recording, dict.fromkeys(names, (dead_letters, None)))
    assert asked["GetFunctionConcurrency"] == 0
    assert {function.reserved_concurrency for function in found.complete()} == {None}
    assert for_each(asked) == 50 * (2 if dead_letters else 3)


def test_with_dead_letters_a_function_takes_three(recording: Recording) -> None:
    found, asked = read(recording, {f"f{number}": (True, 2) for number in range(50)})
    assert {function.reserved_concurrency for function in found.complete()} == {2}
    assert for_each(asked) == 150


def test_reservations_among_functions_with_dead_letters_cost_the_others_nothing(
    recording: Recording,
) -> None:
    kinds = [(True, 2), (False, None)]
    _, asked = read(recording, {f"f{number}": kinds[number % 2] for number in range(320)})
    assert asked["GetFunctionConcurrency"] - 160 <= 16  # those under way while the last one was found
    assert for_each(asked) <= 3 * 320 + 16


def test_four_is_what_a_reservation_without_dead_letters_takes(recording: Recording) -> None:
    """AWS tells none of these for more than one function at a time, so there is nothing to save."""
    _, asked = read(recording, {f"f{number}": (False, 2) for number in range(50)})
    assert for_each(asked) == 200


def test_every_alias_takes_one_more(recording: Recording) -> None:
    found, asked = read(recording, {f"f{number}": (True, None) for number in range(50)}, aliases=1)
    assert (asked["ListAliases"], asked["GetPolicy"], for_each(asked)) == (50, 100, 150)
    assert {function.policies.complete() for function in found.complete()} == {()}


@pytest.mark.parametrize("action", ["lambda:InvokeFunctionUrl", "lambda:*", "lambda:invokefunction*"])
def test_urls_are_asked_for_where_a_policy_opens_them(recording: Recording, action: str) -> None:
    found, asked = read(recording, {"f": (True, None)}, policy=grant(action))
    assert asked["ListFunctionUrlConfigs"] == 1
    assert found.complete()[0].urls == (FunctionUrl("https://x/", "NONE"),)


@pytest.mark.parametrize("policy", [None, grant("lambda:InvokeFunction"), grant("lambda:Get*")])
def test_urls_that_no_policy_opens_are_not_asked_for(recording: Recording, policy: Any) -> None:
    found, asked = read(recording, {"f": (True, None)}, aliases=2, policy=policy)
    assert asked["ListFunctionUrlConfigs"] == 0
    assert found.complete()[0].urls is None


@pytest.mark.parametrize(
    "policy", [refusal("AccessDeniedException", "GetPolicy"), {"Policy": '{"Statement": [{"Effect": "?"}]}'}]
)
def test_urls_are_asked_for_where_the_policy_tells_nothing(recording: Recording, policy: Any) -> None:
    found, asked = read(recording, {"f": (True, None)}, policy=policy)
    assert asked["ListFunctionUrlConfigs"] == 1
    assert found.complete()[0].urls == (FunctionUrl("https://x/", "NONE"),)


def test_where_the_sum_cannot_be_read_every_function_is_asked(recording: Recording) -> None:
    error = refusal("AccessDeniedException", "GetAccountSettings")
    found, asked = read(recording, {f"f{number}": (False, 1) for number in range(5)}, error)
    assert asked["GetFunctionConcurrency"] == 5
    assert {function.reserved_concurrency for function in found.complete()} == {1}
