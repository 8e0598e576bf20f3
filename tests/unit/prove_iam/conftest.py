"""A role of three statements, as the tests of `make prove-iam` take it apart."""

from __future__ import annotations

from typing import Any

import pytest

ROLE = "reader"
TABLES = ["arn:aws:dynamodb:us-east-1:1:table/a", "arn:aws:dynamodb:us-east-1:1:table/b"]


@pytest.fixture
def policies() -> dict[str, Any]:
    return {
        "workload": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Read",
                    "Effect": "Allow",
                    "Action": ["dynamodb:GetItem", "dynamodb:Query"],
                    "Resource": TABLES,
                    "Condition": {"Bool": {"aws:SecureTransport": "true"}},
                },
                {"Sid": "Never", "Effect": "Deny", "Action": "dynamodb:DeleteItem", "Resource": "*"},
            ],
        },
        "more": {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLES[0]},
        },
    }
