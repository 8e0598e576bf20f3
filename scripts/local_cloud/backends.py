"""Where moto keeps its state, found by service, for this cloud's one account."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from moto.backends import get_backend

from scripts.local_cloud.administrator import ACCOUNT_ID, REGION

PARTITION = "aws"
# moto keeps the state of these once per partition, not per region.
GLOBAL_SERVICES = {"iam", "sts", "s3", "budgets", "route53", "cloudfront", "organizations"}

# moto has no locks. Two conditional writes side by side would both succeed, and whoever lists what another
# call adds to meanwhile gets "dictionary changed size during iteration", which ends an apply of Terraform's.
# Nothing is lost by it, as moto is pure Python: its calls never run at the same time anyway.
_LOCKS: dict[str, threading.RLock] = {}
_LOCKED_WITH = {"dynamodbstreams": "dynamodb"}
# They wait, or call functions and addresses while their caller waits, which may call the same service.
_SIDE_BY_SIDE = {
    "Publish",
    "PublishBatch",
    "PutEvents",
    "PutLogEvents",
    "PutRecord",
    "PutRecordBatch",
    "ReceiveMessage",
    "RotateSecret",
}


def one_at_a_time(service: str, operation: str | None = None) -> AbstractContextManager[Any]:
    """A lock on what moto keeps of ``service``; none for operations that may take as long as they like."""
    if operation in _SIDE_BY_SIDE:
        return nullcontext()
    return _LOCKS.setdefault(_LOCKED_WITH.get(service, service), threading.RLock())


def backend_of(service: str, region: str) -> Any:
    """moto's backend; ``service`` is moto's name, which is botocore's but for ``awslambda``."""
    name = "awslambda" if service == "lambda" else service
    per_account: Any = get_backend(name)[ACCOUNT_ID]
    return per_account[PARTITION if name in GLOBAL_SERVICES else region]


def role_with_arn(arn: str | None) -> Any:
    """moto's role of IAM; None where there is none."""
    return next((role for role in list(backend_of("iam", REGION).roles.values()) if role.arn == arn), None)


def arn_of(service: str, region: str, resource: str) -> str:
    return f"arn:{PARTITION}:{service}:{region}:{ACCOUNT_ID}:{resource}"
