"""Lambda, CloudWatch, CloudWatch Logs, API Gateway and Budgets.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html,
list_amazoncloudwatch.html, list_amazoncloudwatchlogs.html, list_amazonapigatewaymanagement.html
and list_awsbudgets.html
"""

from __future__ import annotations

from scripts.local_cloud.authorization.access import ACCOUNT_ID, Access, action_of, arn_of
from scripts.local_cloud.protocol.requests import AwsRequest

LAMBDA_ACTIONS = {
    "Invoke": "InvokeFunction",
    "InvokeAsync": "InvokeAsync",
    "InvokeWithResponseStream": "InvokeFunction",
}


def function_accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    action = f"lambda:{LAMBDA_ACTIONS.get(str(call.operation), call.operation)}"
    name = given.get("FunctionName")
    if given.get("UUID"):
        return [Access(action, arn_of("lambda", call.region, f"event-source-mapping:{given['UUID']}"))]
    if not name:
        return [Access(action, given.get("Resource") or "*")]
    arn = function_arn(call.region, str(name), given.get("Qualifier"))
    if "EventSourceMapping" in str(call.operation):
        return [Access(action, "*", {"lambda:FunctionArn": arn})]
    return [Access(action, arn)]


def function_arn(region: str, name: str, qualifier: str | None) -> str:
    """From a name, a partial ARN or an ARN, each with a qualifier or without.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    plain = name.partition(":function:")[2] or name
    plain, _, own_qualifier = plain.partition(":")
    suffix = qualifier or own_qualifier
    return arn_of("lambda", region, f"function:{plain}" + (f":{suffix}" if suffix else ""))


def metric_accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    if call.operation == "PutMetricData":
        return [Access("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": given.get("Namespace", "")})]
    names = given.get("AlarmNames") or [given[key] for key in ("AlarmName",) if given.get(key)]
    if names:
        return [Access(action_of(call), arn_of("cloudwatch", call.region, f"alarm:{name}")) for name in names]
    return [Access(action_of(call), given.get("ResourceARN") or "*")]


def log_accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    group = given.get("logGroupName") or given.get("logGroupIdentifier")
    if not group:
        return [Access(action_of(call), given.get("resourceArn") or "*")]
    stream = given.get("logStreamName") or ""
    # Also of a group as a whole AWS writes the ARN with an (empty) stream: policies end in ":*".
    name = str(group).partition(":log-group:")[2] or str(group)
    name = name.partition(":")[0]
    return [Access(action_of(call), arn_of("logs", call.region, f"log-group:{name}:log-stream:{stream}"))]


def api_accesses(call: AwsRequest) -> list[Access]:
    """API Gateway's actions are HTTP methods, its resources are paths."""
    resource = f"arn:aws:apigateway:{call.region}::{call.http.path}"
    return [Access(f"apigateway:{call.http.method}", resource)]


def budget_accesses(call: AwsRequest) -> list[Access]:
    """Budgets has one action to look and one to change; tags have their own."""
    operation = str(call.operation)
    if "Tag" in operation:
        return [Access(action_of(call), call.parameters.get("ResourceARN") or "*")]
    given = call.parameters.get("Budget") or call.parameters.get("NewBudget") or call.parameters
    name = given.get("BudgetName")
    action = "budgets:ViewBudget" if operation.startswith("Describe") else "budgets:ModifyBudget"
    # Budgets are of no region.
    return [Access(action, f"arn:aws:budgets::{ACCOUNT_ID}:budget/{name or '*'}")]
