"""What CloudWatch Logs checks before it subscribes a stream to a log group: it sends a message, as the role.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#FirehoseExample
"""

from __future__ import annotations

from hipaa_policies.iam import Decision

from scripts.local_cloud.authorization.access import Access
from scripts.local_cloud.authorization.callers import caller_of_role
from scripts.local_cloud.authorization.judgement import judge
from scripts.local_cloud.backends import backend_of, role_with_arn
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

# Firehose encrypts with a customer's key in the name of who sends:
# https://github.com/ministryofjustice/modernisation-platform-environments/pull/19063
KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


def check_subscription(call: AwsRequest) -> None:
    """A guard of the front door. Raises ``AwsError`` InvalidParameterException (400)."""
    stream_arn = str(call.parameters.get("destinationArn") or "")
    if (call.service, call.operation) != ("logs", "PutSubscriptionFilter") or ":firehose:" not in stream_arn:
        return
    streams = backend_of("firehose", call.region).delivery_streams
    stream = streams.get(stream_arn.rpartition("/")[2])
    role = role_with_arn(call.parameters.get("roleArn"))
    if stream is None or role is None:  # moto says so itself
        return
    sender = caller_of_role(role)
    accesses = [Access("firehose:PutRecord", stream_arn)]
    key = (stream.delivery_stream_encryption_configuration or {}).get("KeyARN")
    if key:
        via = {"kms:ViaService": f"firehose.{call.region}.amazonaws.com"}
        accesses += [Access(action, key, via, needs_resource_policy=True) for action in KEY_ACTIONS]
    for access in accesses:
        if judge(sender, access, dict(access.context)) is not Decision.ALLOWED:
            raise AwsError(
                "InvalidParameterException",
                "Could not deliver test message to specified Firehose stream. Check if the given Firehose"
                " stream is in ACTIVE state.",
            )
