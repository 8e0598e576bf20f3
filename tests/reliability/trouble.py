"""The faults between the function and AWS, in the measure of the number of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.local_cloud.fault import Fault

PATIENCE_SECONDS = 6.0  # the SDK's read timeout is 5 s: lambda_src/healthcare/aws.py
AFTER_THE_WRITE = frozenset({"lost_answer", "delay", "kill"})


def faults_of_hl7(role: str, messages: int) -> list[Fault]:
    """Throttles and failures before the call, lost and late answers after it, crashes in mid-message.

    Each `kill` comes after a write and before the message is deleted: after the original, the transaction,
    the event on the bus, and the note that this was sent.
    """
    few = max(1, messages // 1000)
    write, note = "TransactWriteItems", "UpdateItem"
    return [
        Fault("throttle", "dynamodb", role=role, probability=0.02),
        Fault("throttle", "s3", role=role, probability=0.02),
        Fault("throttle", "events", role=role, probability=0.02),
        Fault("error", "dynamodb", role=role, probability=0.005),
        Fault("error", "s3", role=role, probability=0.005),
        Fault("error", "events", role=role, probability=0.005),
        Fault("lost_answer", "s3", "PutObject", role, probability=0.01),
        Fault("lost_answer", "dynamodb", write, role, probability=0.02),
        Fault("lost_answer", "events", "PutEvents", role, probability=0.01),
        Fault("lost_answer", "dynamodb", note, role, probability=0.01),
        Fault("delay", "dynamodb", write, role, probability=0.01, at_most=few, seconds=PATIENCE_SECONDS),
        Fault("delay", "s3", "PutObject", role, probability=0.01, at_most=few, seconds=PATIENCE_SECONDS),
        Fault("kill", "s3", "PutObject", role, probability=0.01, at_most=few),
        Fault("kill", "dynamodb", write, role, probability=0.01, at_most=few),
        Fault("kill", "events", "PutEvents", role, probability=0.01, at_most=few),
        Fault("kill", "dynamodb", note, role, probability=0.01, at_most=few),
    ]


def injected(report: Mapping[str, Any]) -> dict[str, int]:
    """What was injected, by kind and call, from `Control.faults()`."""
    return {
        f"{fault['kind']} {fault['service']}:{fault['operation']}": int(fault["injected"])
        for fault in report["faults"]
    }


def unheard_of(injected_faults: Mapping[str, int]) -> int:
    """At most so often a message was delivered again after it had been stored or put into quarantine."""
    return sum(
        number
        for name, number in injected_faults.items()
        if name.partition(" ")[0] in AFTER_THE_WRITE or " events:" in name
    )
