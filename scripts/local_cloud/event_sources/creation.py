"""What Lambda checks before it makes an event source mapping: the function's role may read the source."""

from __future__ import annotations

from hipaa_policies.iam import Decision

from scripts.local_cloud.authorization.access import Access
from scripts.local_cloud.authorization.callers import caller_of_session, session_with_key
from scripts.local_cloud.authorization.judgement import judge
from scripts.local_cloud.functions.credentials import assume_role, forget
from scripts.local_cloud.functions.deployed import find_function
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
QUEUE_ACTIONS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
# https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
STREAM_ACTIONS = ("GetRecords", "GetShardIterator", "DescribeStream")


def check_role(call: AwsRequest) -> None:
    """A guard of the front door. Raises ``AwsError`` InvalidParameterValueException (400)."""
    if (call.service, call.operation) != ("lambda", "CreateEventSourceMapping"):
        return
    source = str(call.parameters.get("EventSourceArn") or "")
    name = str(call.parameters.get("FunctionName") or "")
    if ":sqs:" in source:
        missing = missing_action(call.region, name, source, "sqs", QUEUE_ACTIONS)
        message = f"The function execution role does not have permissions to call {missing} on SQS"
    elif ":dynamodb:" in source:
        missing = missing_action(call.region, name, source, "dynamodb", STREAM_ACTIONS)
        message = (
            f"Cannot access stream {source}. Please ensure the role can perform the GetRecords, "
            "GetShardIterator and DescribeStream actions on your stream in IAM."
        )
    else:
        return
    if missing:
        raise AwsError("InvalidParameterValueException", message, 400)


def missing_action(
    region: str, function_name: str, source: str, service: str, actions: tuple[str, ...]
) -> str | None:
    """The first action that the function's role may not do on the source."""
    credentials = assume_role(find_function(region, function_name, None))
    forget(credentials)
    caller = caller_of_session(session_with_key(credentials.access_key_id))
    for action in actions:
        if judge(caller, Access(f"{service}:{action}", source), {}) is not Decision.ALLOWED:
            return action
    return None
