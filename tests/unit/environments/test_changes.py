"""What is said of a plan: every change by its address, never a value."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.environments.changes import lines, unsigned

CONFIG = "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg"


def change(address: str, *actions: str, **given: Any) -> dict[str, Any]:
    return {
        "address": address,
        "type": address.rsplit(".", 2)[-2],
        "change": {"actions": list(actions), "before": None, "after": None, "after_unknown": {}} | given,
    }


def test_nothing_to_change_is_said() -> None:
    assert list(lines({"resource_changes": [change("aws_sqs_queue.a", "no-op")]})) == [
        "Nothing to change: the account is as the code says."
    ]
    assert list(lines({})) == ["Nothing to change: the account is as the code says."]


def test_each_change_is_a_line_and_destruction_is_not_overlooked() -> None:
    document = {
        "resource_changes": [
            change("aws_sqs_queue.gone", "delete", before={"name": "SECRET"}),
            change("module.a.aws_sqs_queue.new", "create", after={"name": "SECRET"}),
            change(
                "aws_sqs_queue.slower",
                "update",
                before={"name": "SECRET", "delay": 1, "tags": {}},
                after={"name": "SECRET", "delay": 2, "tags": {}},
                after_unknown={"policy": True, "tags": {}},
            ),
            change("aws_kms_key.other", "delete", "create", before={"usage": "a"}, after={"usage": "b"}),
            change("data.aws_region.here", "read"),
        ]
    }
    said = list(lines(document))
    assert said == [
        "  + create  module.a.aws_sqs_queue.new",
        "  ~ change  aws_sqs_queue.slower  (delay, policy)",
        "  - destroy aws_sqs_queue.gone",
        "  ± replace aws_kms_key.other  (usage)",
        "1 to create, 1 to change, 1 to destroy, 1 to replace",
    ]
    assert "SECRET" not in "".join(said)


def test_what_is_not_known_here_is_shown_too() -> None:
    """A later Terraform may have another way to lose something: "nothing to change" would be a lie."""
    document = {
        "resource_changes": [
            change("aws_sqs_queue.a", "create", "forget"),
            change("aws_sqs_queue.b", "evaporate"),
        ]
    }
    assert list(lines(document)) == [
        "  ± replace aws_sqs_queue.a",
        "  ? evaporate aws_sqs_queue.b",
        "1 to replace, 1 to evaporate",
    ]


@pytest.mark.parametrize(
    ("after", "unknown", "found"),
    [
        ({"filename": "a.zip"}, {"code_signing_config_arn": True}, True),
        ({"filename": "a.zip", "code_signing_config_arn": CONFIG}, {}, True),
        ({"filename": "a.zip"}, {}, False),
        ({"s3_bucket": "packages", "code_signing_config_arn": CONFIG}, {}, False),
    ],
)
def test_a_file_is_what_nobody_signed(after: dict[str, Any], unknown: dict[str, Any], found: bool) -> None:
    function = change("module.a.aws_lambda_function.this", "create", after=after, after_unknown=unknown)
    assert unsigned({"resource_changes": [function]}) == (
        ["module.a.aws_lambda_function.this"] if found else []
    )
    function["change"]["actions"] = ["no-op"]
    assert unsigned({"resource_changes": [function]}) == []
