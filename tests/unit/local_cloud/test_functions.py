"""Functions run from their zips as Lambda runs them: with their role, their variables, their limits."""

from __future__ import annotations

import base64
import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.unit.local_cloud.support import Cloud, Eventually, allow, unique, zip_of

COUNTING = """
count = 0
def handler(event, context):
    global count
    count += 1
    return {"event": event, "count": count, "id": context.aws_request_id, "version": context.function_version,
            "arn": context.invoked_function_arn, "left": context.get_remaining_time_in_millis()}
"""
FAULTY = """
import os, time
def handler(event, context):
    match event["do"]:
        case "raise": raise ValueError("said by the function")
        case "sleep": time.sleep(60)
        case "exit": os._exit(3)
        case "large": return "x" * 7_000_000
    return "fine"
"""
ENVIRONMENT = """
import os
def handler(event, context):
    return dict(os.environ)
"""


def test_the_first_invocation_is_cold_and_the_next_is_warm(cloud: Cloud) -> None:
    name = cloud.function(COUNTING)
    first, second = cloud.invoke(name, {"a": "ü"}, LogType="Tail"), cloud.invoke(name, LogType="Tail")
    assert first["payload"]["event"] == {"a": "ü"}
    assert (first["payload"]["count"], second["payload"]["count"]) == (1, 2)
    assert first["payload"]["arn"] == cloud.arn("lambda", f"function:{name}")
    assert 0 < first["payload"]["left"] <= 10_000
    assert first["ExecutedVersion"] == "$LATEST"
    tails = [base64.b64decode(answer["LogResult"]).decode() for answer in (first, second)]
    assert tails[0].startswith(f"START RequestId: {first['payload']['id']} Version: $LATEST\n")
    assert "Init Duration" in tails[0]
    assert "Init Duration" not in tails[1]


@pytest.mark.parametrize(
    ("fault", "error_type", "message"),
    [
        ("raise", "ValueError", "said by the function"),
        ("exit", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("sleep", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ("large", "Function.ResponseSizeTooLarge", "exceeded maximum allowed payload size (6291556 bytes)"),
    ],
)
def test_faults_look_as_lambda_shows_them(cloud: Cloud, fault: str, error_type: str, message: str) -> None:
    name = cloud.function(FAULTY, Timeout=1 if fault == "sleep" else 60)
    answer = cloud.invoke(name, {"do": fault})
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert answer["payload"]["errorType"] == error_type
    assert message in answer["payload"]["errorMessage"]
    assert cloud.invoke(name, {"do": "nothing"})["payload"] == "fine"


def test_a_module_that_cannot_be_imported_says_so(cloud: Cloud) -> None:
    answer = cloud.invoke(cloud.function("import nothing_of_that_name"))
    assert answer["FunctionError"] == "Unhandled"
    assert answer["payload"]["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'nothing_of_that_name'" in answer["payload"]["errorMessage"]


def test_nothing_of_the_local_cloud_leaks_into_the_environment(cloud: Cloud) -> None:
    name = cloud.function(ENVIRONMENT, Environment={"Variables": {"TABLE": "patients"}})
    seen = cloud.invoke(name)["payload"]
    assert seen["TABLE"] == "patients"
    assert seen["AWS_ENDPOINT_URL"] == cloud.state.endpoint_url
    assert seen["LD_LIBRARY_PATH"].startswith("/var/lang/lib:")
    ours = {name for name in os.environ if name not in ("LANG", "LD_LIBRARY_PATH", "PATH", "TZ")} - {
        "LC_CTYPE",
        "TMPDIR",
    }
    assert not {name for name in seen if name in ours and not name.startswith("AWS_")}
    assert cloud.state.secret_access_key not in seen.values()


def test_the_credentials_are_those_of_the_deployed_role(cloud: Cloud) -> None:
    mine, other = cloud.table(), cloud.table()
    read = allow("dynamodb:GetItem", cloud.arn("dynamodb", f"table/{mine}"))
    seen = cloud.invoke(cloud.function(ENVIRONMENT, [read], group=False))["payload"]
    credentials = {
        "AccessKeyId": seen["AWS_ACCESS_KEY_ID"],
        "SecretAccessKey": seen["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": seen["AWS_SESSION_TOKEN"],
    }
    dynamodb = cloud.client("dynamodb", credentials)
    dynamodb.get_item(TableName=mine, Key={"pk": {"S": "a"}})
    with pytest.raises(ClientError, match="AccessDeniedException"):
        dynamodb.get_item(TableName=other, Key={"pk": {"S": "a"}})
    arn = cloud.client("sts", credentials).get_caller_identity()["Arn"]
    assert arn.startswith(f"arn:aws:sts::{cloud.state.account_id}:assumed-role/role-")


def test_the_functions_own_code_is_known_by_its_arn(cloud: Cloud) -> None:
    """The usual statement on network interfaces: the role may, the function's own code may not."""
    own_code = {"lambda:SourceFunctionArn": cloud.arn("lambda", "function:*")}
    denied = {**allow("ec2:DescribeNetworkInterfaces", ArnLike=own_code), "Effect": "Deny"}
    name = cloud.function(ENVIRONMENT, [allow("ec2:DescribeNetworkInterfaces"), denied], group=False)
    seen = cloud.invoke(name)["payload"]
    credentials = {
        "AccessKeyId": seen["AWS_ACCESS_KEY_ID"],
        "SecretAccessKey": seen["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": seen["AWS_SESSION_TOKEN"],
    }
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        cloud.client("ec2", credentials).describe_network_interfaces()


def test_a_role_that_does_not_trust_lambda_runs_nothing(cloud: Cloud) -> None:
    name = cloud.function(COUNTING, Role=cloud.role_arn(cloud.role([])), group=False)
    with pytest.raises(ClientError, match=r"cannot be assumed by Lambda") as caught:
        cloud.invoke(name)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_changed_configuration_and_code_replace_the_environment(cloud: Cloud) -> None:
    name, client = cloud.function(COUNTING), cloud.client("lambda")
    assert cloud.invoke(name)["payload"]["count"] == 1
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"NEW": "1"}})
    assert cloud.invoke(name)["payload"]["count"] == 1
    client.update_function_code(FunctionName=name, ZipFile=zip_of(COUNTING.replace("+= 1", "+= 10")))
    assert cloud.invoke(name)["payload"]["count"] == 10


def test_an_alias_runs_its_version(cloud: Cloud) -> None:
    name, client = cloud.function(COUNTING), cloud.client("lambda")
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    client.update_function_code(FunctionName=name, ZipFile=zip_of(FAULTY))
    answer = cloud.invoke(f"{name}:live")
    assert answer["ExecutedVersion"] == "1"
    assert answer["payload"]["arn"] == cloud.arn("lambda", f"function:{name}:live")
    assert cloud.invoke(name, Qualifier="live")["payload"]["count"] == 2


def test_invocations_that_are_refused(cloud: Cloud) -> None:
    name = cloud.function(COUNTING)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        cloud.invoke("no-such-function")
    with pytest.raises(ClientError, match="RequestTooLargeException"):
        cloud.invoke(name, "x" * (6 * 1024 * 1024))
    with pytest.raises(ClientError, match="InvalidRequestContentException"):
        cloud.client("lambda").invoke(FunctionName=name, Payload=b"{")
    assert cloud.invoke(name, InvocationType="DryRun")["StatusCode"] == 204
    assert cloud.invoke(name)["payload"]["count"] == 1, "the dry run ran nothing"


def test_reserved_concurrency_caps_environments(cloud: Cloud, eventually: Eventually) -> None:
    waiting = "import time\ndef handler(event, context):\n    time.sleep(event)\n    return 'done'"
    name = cloud.function(waiting)
    cloud.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    assert cloud.invoke(name, 0)["payload"] == "done"

    def attempt(_: int) -> str:
        try:
            return str(cloud.invoke(name, 2)["payload"])
        except ClientError as error:
            return str(error.response["Error"]["Code"])

    with ThreadPoolExecutor(2) as workers:
        answers = sorted(workers.map(attempt, range(2)))
    # boto3 tries throttled calls again: the second may come to its turn, but never beside the first.
    assert answers in (["TooManyRequestsException", "done"], ["done", "done"])
    cloudwatch = cloud.client("cloudwatch")
    assert eventually(
        lambda: cloudwatch.list_metrics(
            MetricName="Throttles", Dimensions=[{"Name": "FunctionName", "Value": name}]
        )["Metrics"]
    )
    cloud.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        cloud.invoke(name, 0)


def messages_of(cloud: Cloud, group: str) -> list[str]:
    events = cloud.client("logs").filter_log_events(logGroupName=group)["events"]
    return [event["message"] for event in events]


def test_output_goes_to_the_deployed_log_group(cloud: Cloud, eventually: Eventually) -> None:
    name = cloud.function("def handler(event, context):\n    print('one')\n    print('two')")
    cloud.invoke(name)
    group = f"/aws/lambda/{name}"
    lines = eventually(lambda: messages_of(cloud, group))
    assert [line.partition(" ")[0] for line in lines] == ["START", "one", "two", "END", "REPORT"]


def test_without_leave_to_log_nothing_is_logged(cloud: Cloud, eventually: Eventually) -> None:
    silent = cloud.function("def handler(event, context):\n    print('secret')", statements=[])
    loud = cloud.function("def handler(event, context):\n    print('heard')")
    cloud.invoke(silent)
    cloud.invoke(loud)
    # They are written in order: once the second is there, the first would be.
    assert eventually(lambda: messages_of(cloud, f"/aws/lambda/{loud}"))
    assert messages_of(cloud, f"/aws/lambda/{silent}") == []


def test_json_logging_is_told_to_the_runtime(cloud: Cloud, eventually: Eventually) -> None:
    source = "import logging\ndef handler(event, context):\n    logging.getLogger().warning('careful')"
    name = cloud.function(source, LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "INFO"})
    cloud.invoke(name)
    lines = [json.loads(line) for line in eventually(lambda: messages_of(cloud, f"/aws/lambda/{name}"))]
    assert lines[0]["type"] == "platform.start"
    assert (lines[1]["level"], lines[1]["message"]) == ("WARNING", "careful")
    assert lines[2]["type"] == "platform.report"
    assert lines[2]["record"]["status"] == "success"


def test_metrics_come_from_lambda_and_from_embedded_metrics(cloud: Cloud, eventually: Eventually) -> None:
    namespace = unique("Namespace")
    source = f"""
import json
def handler(event, context):
    metric = {{"Name": "M", "Unit": "Count"}}
    directive = {{"Namespace": "{namespace}", "Dimensions": [["service"]], "Metrics": [metric]}}
    embedded = {{"Timestamp": 1, "CloudWatchMetrics": [directive]}}
    print(json.dumps({{"_aws": embedded, "service": "patient_api", "M": 3}}))
    raise ValueError
"""
    name = cloud.function(source)
    cloud.invoke(name)
    cloudwatch = cloud.client("cloudwatch")
    found = eventually(lambda: cloudwatch.list_metrics(Namespace=namespace)["Metrics"])
    assert found[0]["Dimensions"] == [{"Name": "service", "Value": "patient_api"}]
    names = {
        metric["MetricName"]
        for metric in cloudwatch.list_metrics(
            Namespace="AWS/Lambda", Dimensions=[{"Name": "FunctionName", "Value": name}]
        )["Metrics"]
    }
    assert names == {"Invocations", "Errors", "Duration"}


def test_an_event_that_fails_for_good_goes_to_the_dead_letters(cloud: Cloud, eventually: Eventually) -> None:
    sqs, queue = cloud.client("sqs"), unique("dead-letters")
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    arn = cloud.arn("sqs", queue)
    name = cloud.function(
        FAULTY, [allow("sqs:SendMessage", arn)], group=False, DeadLetterConfig={"TargetArn": arn}
    )
    assert cloud.invoke(name, {"do": "raise"}, InvocationType="Event")["StatusCode"] == 202
    received = eventually(
        lambda: sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")
    )
    assert json.loads(received[0]["Body"]) == {"do": "raise"}
    assert received[0]["MessageAttributes"]["ErrorMessage"]["StringValue"] == "said by the function"
    cloudwatch = cloud.client("cloudwatch")
    assert cloudwatch.list_metrics(
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": name}],
    )["Metrics"]


def test_a_dead_letter_that_the_role_may_not_send_is_counted(cloud: Cloud, eventually: Eventually) -> None:
    queue = unique("dead-letters")
    url = cloud.client("sqs").create_queue(QueueName=queue)["QueueUrl"]
    target = {"TargetArn": cloud.arn("sqs", queue)}
    name = cloud.function(FAULTY, [], group=False, DeadLetterConfig=target)
    cloud.client("lambda").put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    cloud.invoke(name, {"do": "raise"}, InvocationType="Event")
    cloudwatch = cloud.client("cloudwatch")
    assert eventually(
        lambda: cloudwatch.list_metrics(
            MetricName="DeadLetterErrors", Dimensions=[{"Name": "FunctionName", "Value": name}]
        )["Metrics"]
    )
    assert "Messages" not in cloud.client("sqs").receive_message(QueueUrl=url)
