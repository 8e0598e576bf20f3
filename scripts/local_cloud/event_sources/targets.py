"""Hand an event to a rule's target, as EventBridge: the target's own policy must let it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.authorization.service_principals import service_may, service_may_use_key
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.functions.credentials import new_request_id
from scripts.local_cloud.functions.deployed import DeployedFunction, find_function
from scripts.local_cloud.protocol.errors import AwsError

SERVICE = "events.amazonaws.com"
KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
Accept = Callable[[DeployedFunction, bytes, str], None]


class UndeliveredError(Exception):
    """EventBridge could not hand the event over; ``code`` is the one that its dead letters carry.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def send(target: Mapping[str, Any], rule_arn: str, body: str, accept: Accept) -> None:
    """``accept`` takes an asynchronous invocation. Raises ``UndeliveredError``."""
    arn = str(target["Arn"])
    service = arn.split(":")[2]
    if service == "lambda":
        send_to_function(arn, rule_arn, body, accept)
    elif service == "sqs":
        group = (target.get("SqsParameters") or {}).get("MessageGroupId")
        send_to_queue(arn, rule_arn, body, group=group)
    elif service == "sns":
        send_to_topic(arn, body)
    else:
        raise UndeliveredError("INVALID_PARAMETER", f"the local cloud has no {service} targets")


def source_of(rule_arn: str) -> dict[str, str]:
    return {"aws:SourceArn": rule_arn, "aws:SourceAccount": ACCOUNT_ID}


def send_to_function(arn: str, rule_arn: str, body: str, accept: Accept) -> None:
    try:
        function = find_function(arn.split(":")[3], arn, None)
    except AwsError as error:
        raise UndeliveredError("NO_RESOURCE", error.message) from error
    if not service_may(SERVICE, "lambda:InvokeFunction", arn, source_of(rule_arn)):
        raise UndeliveredError("NO_PERMISSIONS", f"no policy of {arn} lets the rule invoke it")
    accept(function, body.encode(), new_request_id())


def send_to_queue(
    arn: str, rule_arn: str, body: str, attributes: Mapping[str, str] | None = None, group: str | None = None
) -> None:
    region, name = arn.split(":")[3], arn.rpartition(":")[2]
    queues = backend_of("sqs", region)
    queue = queues.queues.get(name)
    if queue is None:
        raise UndeliveredError("NO_RESOURCE", f"there is no queue {arn}")
    # With a key EventBridge sends neither the account nor the rule.
    key_allowed = service_may_use_key(SERVICE, KEY_ACTIONS, "sqs", region, queue.kms_master_key_id, {})
    if not (service_may(SERVICE, "sqs:SendMessage", arn, source_of(rule_arn)) and key_allowed):
        raise UndeliveredError("NO_PERMISSIONS", f"no policy of {arn} or of its key lets the rule send")
    queues.send_message(
        name,
        body,
        message_attributes={
            key: {"DataType": "String", "StringValue": value} for key, value in (attributes or {}).items()
        },
        group_id=group,
        deduplication_id=hashlib.sha256(body.encode()).hexdigest() if group else None,
    )


def send_to_topic(arn: str, body: str) -> None:
    region = arn.split(":")[3]
    topic = backend_of("sns", region).topics.get(arn)
    if topic is None:
        raise UndeliveredError("NO_RESOURCE", f"there is no topic {arn}")
    key_allowed = service_may_use_key(SERVICE, KEY_ACTIONS, "sns", region, topic.kms_master_key_id, {})
    # To a topic it says neither, so that a condition in its policy refuses every event.
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
    if not (service_may(SERVICE, "sns:Publish", arn, {}) and key_allowed):
        raise UndeliveredError("NO_PERMISSIONS", f"no policy of {arn} or of its key lets the rule publish")
    topic.publish(body)
