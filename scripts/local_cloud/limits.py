"""What AWS refuses before it makes anything, and moto takes.

Lengths and patterns come from botocore's descriptions of the services, which are AWS's own. What those don't
say is below, and in role_limits.py.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.local_cloud.backends import role_with_arn
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest
from scripts.local_cloud.role_limits import check_roles

# What configures, and not what stores: items, objects, messages, events and metrics are moto's to judge.
VERBS = ("Associate", "Attach", "Authorize", "Create", "Modify", "Put", "Register", "Set", "Update")
DATA = frozenset({"PutEvents", "PutItem", "PutLogEvents", "PutMetricData", "PutObject", "UpdateItem"})
CODES = {"ec2": "InvalidParameterValue", "query": "ValidationError"}

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
GROUP_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
SOURCES = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")


def check_limits(call: AwsRequest) -> None:
    """A guard of the front door. Raises ``AwsError`` for what AWS would refuse."""
    operation = call.operation or ""
    if call.model is None or operation in DATA or not operation.startswith(VERBS):
        return
    if call.model.input_shape is not None:
        for problem in problems(call.model.input_shape, call.parameters, operation):
            raise AwsError(CODES.get(call.protocol, "ValidationException"), problem)
    if call.service == "iam":
        check_roles(call)
    elif call.service == "ec2":
        check_descriptions(call)
    elif call.service == "cloudtrail":
        check_trail_role(call)


def problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    """What breaks the constraints of ``shape``, without the value itself."""
    match value:
        case Mapping() if shape.type_name == "structure":
            for name, member in shape.members.items():
                yield from problems(member, value.get(name), f"{path}.{name}")
        case Mapping() if shape.type_name == "map":
            yield from size_problems(shape, len(value), path)
            for key, item in value.items():
                yield from problems(shape.key, key, f"{path}.key")
                yield from problems(shape.value, item, f"{path}.{key}")
        case list() if shape.type_name == "list":
            yield from size_problems(shape, len(value), path)
            for item in value:
                yield from problems(shape.member, item, f"{path}[]")
        case str() if shape.type_name == "string":
            yield from size_problems(shape, len(value), path)
            pattern = compiled(shape.metadata.get("pattern", ""))
            if pattern and not pattern.fullmatch(value):
                yield f"{path} must match {shape.metadata['pattern']}"
        case int() | float() if shape.type_name in ("integer", "long", "float", "double"):
            yield from size_problems(shape, value, path)


def size_problems(shape: Any, size: float, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path} must have at least {least}"
    if most is not None and size > most:
        yield f"{path} must have at most {most}"


@functools.cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """None for none, and for what Java knows and Python doesn't (``\\p{L}``): such are not judged."""
    try:
        return re.compile(pattern, re.DOTALL) if pattern else None
    except re.error:
        return None


def check_descriptions(call: AwsRequest) -> None:
    """botocore has no pattern for these."""
    found = [call.parameters.get("Description")] if call.operation == "CreateSecurityGroup" else []
    for permission in call.parameters.get("IpPermissions") or ():
        found += [source.get("Description") for key in SOURCES for source in permission.get(key) or ()]
    if any(text and not GROUP_DESCRIPTION.fullmatch(text) for text in found):
        raise AwsError(
            "InvalidParameterValue",
            "Invalid security group description. Valid descriptions are strings less than 256 characters"
            " from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        )


def check_trail_role(call: AwsRequest) -> None:
    """CloudTrail says neither trail nor account when it takes a role on.

    https://github.com/prowler-cloud/prowler/issues/4714
    """
    role = role_with_arn(call.parameters.get("CloudWatchLogsRoleArn"))
    if role is not None and "aws:source" in str(role.assume_role_policy_document).lower():
        raise AwsError(
            "InvalidCloudWatchLogsRoleArnException",
            "Access denied. Check the trust relationships for your role.",
        )
