"""Direct invocations: a payload instead of a request, and a caller whom Terraform has named.

Lambda does not tell a function who invoked it. So a payload never names its caller, and claims are believed
only from API Gateway, which invokes through the alias: whoever may invoke the function itself (its ARN
without a qualifier, which is what IAM is to grant for this) could write any claims into an event.
https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

import json
import re
from typing import Any, Final

from healthcare.requests import event_kind

METHOD: Final = "INVOKE"
RESOURCE: Final = "/"
# arn:aws:lambda:REGION:ACCOUNT:function:NAME:ALIAS; versions are numbers, and $LATEST is the function itself.
_BY_ALIAS: Final = re.compile(r"arn(?::[^:]+){6}:(?!\d+$)[A-Za-z0-9_-]+", re.ASCII)
_NOT_CONFIGURED: Final = "direct-invocation"


def is_direct(event: object) -> bool:
    """Whether the event is a payload, well formed or not, and no other trigger's."""
    return (
        isinstance(event, dict)
        and event_kind(event) == "unknown"
        and not event.keys().isdisjoint(("patient_id", "query"))
    )


def as_request(event: dict[str, Any], caller: str | None) -> dict[str, Any]:
    """The payload as a request of its own kind. Without a caller it is put on record, and refused."""
    claims = {
        "sub": caller or _NOT_CONFIGURED,
        "cognito:groups": "Provider" if caller else "",
        "token_use": "id",
    }
    return {
        "httpMethod": METHOD,
        "resource": RESOURCE,
        "body": json.dumps(event),
        "requestContext": {"authorizer": {"claims": claims}},
    }


def believed(event: object, context: object) -> object:
    """The event as it is where it came through an alias, and without claims where it did not."""
    arn = getattr(context, "invoked_function_arn", "")
    if not isinstance(event, dict) or not isinstance(event.get("requestContext"), dict):
        return event
    if isinstance(arn, str) and _BY_ALIAS.fullmatch(arn):
        return event
    own = {name: value for name, value in event["requestContext"].items() if name != "authorizer"}
    return {**event, "requestContext": own}
