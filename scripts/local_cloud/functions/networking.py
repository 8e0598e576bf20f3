"""What Lambda checks before it joins a function to a VPC: the role may manage network interfaces.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
"""

from __future__ import annotations

from typing import Any

from hipaa_policies.iam import Decision

from scripts.local_cloud.authorization.access import Access
from scripts.local_cloud.authorization.callers import caller_of_role
from scripts.local_cloud.authorization.judgement import judge
from scripts.local_cloud.backends import role_with_arn
from scripts.local_cloud.functions.deployed import find_function
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

OPERATIONS = ("CreateFunction", "UpdateFunctionConfiguration")
# For want of these Lambda refuses a role. The others of the page it needs later, as it takes up addresses.
ACTIONS = ("CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface")


def check_network(call: AwsRequest) -> None:
    """A guard of the front door. Raises ``AwsError`` InvalidParameterValueException (400)."""
    joins = (call.parameters.get("VpcConfig") or {}).get("SubnetIds")
    if call.service != "lambda" or call.operation not in OPERATIONS or not joins:
        return
    arn = call.parameters.get("Role") or role_of(call)
    role = role_with_arn(arn)
    if role is None:  # moto says so itself
        return
    lambda_itself = caller_of_role(role)
    for action in ACTIONS:
        # Without lambda:SourceFunctionArn: it is Lambda that calls, and no code of the function's.
        if judge(lambda_itself, Access(f"ec2:{action}"), {}) is not Decision.ALLOWED:
            message = f"The provided execution role does not have permissions to call {action} on EC2"
            raise AwsError("InvalidParameterValueException", message, 400)


def role_of(call: AwsRequest) -> Any:
    return find_function(call.region, str(call.parameters["FunctionName"]), None).role_arn
