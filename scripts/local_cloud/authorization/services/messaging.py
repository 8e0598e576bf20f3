"""SQS, SNS and EventBridge.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html, list_amazonsns.html
and list_amazoneventbridge.html
"""

from __future__ import annotations

from typing import Any

from scripts.local_cloud.authorization.access import Access, action_of, arn_of, arn_or
from scripts.local_cloud.authorization.services.kms import via_service
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.protocol.requests import AwsRequest

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
QUEUE_KEY_OPERATIONS = {
    "SendMessage": ["GenerateDataKey", "Decrypt"],
    "SendMessageBatch": ["GenerateDataKey", "Decrypt"],
    "ReceiveMessage": ["Decrypt"],
}
# The batch forms have no actions of their own.
QUEUE_ACTIONS = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}


def queue_accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    operation = str(call.operation)
    name = given.get("QueueName") or str(given.get("QueueUrl", "")).rstrip("/").rpartition("/")[2]
    if operation == "ListQueues" or not name:
        resource = given.get("SourceArn") or given.get("TaskHandle") or "*"
        return [Access(action_of(call), resource)]
    arn = arn_of("sqs", call.region, str(name))
    found = [Access(f"sqs:{QUEUE_ACTIONS.get(operation, operation)}", arn)]
    queue = backend_of("sqs", call.region).queues.get(name)
    key = getattr(queue, "kms_master_key_id", None)
    if key:
        context = {"aws:sqs:arn": arn}
        found += via_service(call, "sqs", key, QUEUE_KEY_OPERATIONS.get(operation, []), context)
    return found


def topic_accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    arn = given.get("TopicArn") or given.get("ResourceArn") or given.get("TargetArn")
    subscription = given.get("SubscriptionArn")
    if call.operation == "CreateTopic":
        arn = arn_of("sns", call.region, str(given.get("Name", "")))
    elif not arn and subscription:
        arn = str(subscription).rpartition(":")[0]
    if not arn:
        return [Access(action_of(call))]
    operation = "Publish" if call.operation == "PublishBatch" else str(call.operation)
    context: dict[str, Any] = {}
    if operation == "Subscribe":
        context = {"sns:Protocol": given.get("Protocol", ""), "sns:Endpoint": given.get("Endpoint", "")}
    found = [Access(f"sns:{operation}", arn, context)]
    topic = backend_of("sns", call.region).topics.get(arn)
    if operation == "Publish" and topic is not None and topic.kms_master_key_id:
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        uses = ["GenerateDataKey", "Decrypt"]
        found += via_service(call, "sns", topic.kms_master_key_id, uses, {"aws:sns:topicArn": arn})
    return found


def event_accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    if call.operation == "PutEvents":
        return [event_entry(call, entry) for entry in given.get("Entries") or []]
    if given.get("Rule") or (given.get("Name") and "Rule" in str(call.operation)):
        bus = given.get("EventBusName") or "default"
        rule = given.get("Rule") or given.get("Name")
        name = f"rule/{rule}" if bus == "default" else f"rule/{bus.rpartition('/')[2]}/{rule}"
        return [Access(action_of(call), arn_of("events", call.region, name))]
    if "EventBus" in str(call.operation) and given.get("Name"):
        return [Access(action_of(call), arn_or(given["Name"], "events", call.region, "event-bus/"))]
    return [Access(action_of(call), given.get("ResourceARN") or "*")]


def event_entry(call: AwsRequest, entry: dict[str, Any]) -> Access:
    bus = arn_or(entry.get("EventBusName") or "default", "events", call.region, "event-bus/")
    context = {"events:source": entry.get("Source", ""), "events:detail-type": entry.get("DetailType", "")}
    return Access("events:PutEvents", bus, context)
