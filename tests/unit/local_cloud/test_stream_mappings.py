"""DynamoDB streams call functions as Lambda does: record shape, order, checkpoints, splitting, giving up."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.local_cloud.events import FAILING, STREAM_ACTIONS, events, mapped, queue, recorder, url
from tests.unit.local_cloud.support import Cloud, Eventually, allow, document

PARTIAL = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
FROM_START = {"StartingPosition": "TRIM_HORIZON"}


def streamed(cloud: Cloud, view: str = "NEW_AND_OLD_IMAGES", **options: Any) -> tuple[str, str]:
    """Make a table with a stream; return its name and the stream's ARN."""
    specification = {"StreamEnabled": True, "StreamViewType": view}
    name = cloud.table(StreamSpecification=specification, **options)
    table = cloud.client("dynamodb").describe_table(TableName=name)["Table"]
    return name, table["LatestStreamArn"]


def reader(arn: str) -> list[Any]:
    return [allow(STREAM_ACTIONS, arn)]


def put(cloud: Cloud, table: str, *keys: str, text: str = "") -> None:
    for key in keys:
        item = {"pk": {"S": key}, "text": {"S": text or key}}
        cloud.client("dynamodb").put_item(TableName=table, Item=item)


def keys_of(seen: Any) -> list[list[str]]:
    return [[r["dynamodb"]["Keys"]["pk"]["S"] for r in event["Records"]] for event in events(seen)]


def records_of(seen: Any) -> list[Any]:
    return [record for event in events(seen) for record in event["Records"]]


def test_a_record_has_the_shape_of_awss(cloud: Cloud, eventually: Eventually) -> None:
    table, arn = streamed(cloud)
    function, seen = recorder(cloud, statements=reader(arn))
    dynamodb = cloud.client("dynamodb")
    put(cloud, table, "a", text="one")
    put(cloud, table, "a", text="one")  # nothing changes: no record
    dynamodb.update_item(
        TableName=table,
        Key={"pk": {"S": "a"}},
        UpdateExpression="SET #t = :t, picture = :r",
        ExpressionAttributeNames={"#t": "text"},
        ExpressionAttributeValues={":t": {"S": "two"}, ":r": {"B": b"\x00"}},
    )
    dynamodb.delete_item(TableName=table, Key={"pk": {"S": "a"}})
    with mapped(cloud, function, arn, **FROM_START):
        inserted, modified, removed = eventually(
            lambda: records_of(seen) if len(records_of(seen)) == 3 else None
        )
    assert [r["eventName"] for r in (inserted, modified, removed)] == ["INSERT", "MODIFY", "REMOVE"]
    assert set(inserted) == {
        "eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "dynamodb", "eventSourceARN"
    }  # fmt: skip
    assert (inserted["eventVersion"], inserted["eventSource"]) == ("1.1", "aws:dynamodb")
    assert (inserted["eventSourceARN"], inserted["awsRegion"]) == (arn, cloud.state.region)
    one = {"pk": {"S": "a"}, "text": {"S": "one"}}
    two = {"pk": {"S": "a"}, "text": {"S": "two"}, "picture": {"B": "AA=="}}
    assert set(inserted["dynamodb"]) == {
        "ApproximateCreationDateTime", "Keys", "NewImage", "SequenceNumber", "SizeBytes", "StreamViewType"
    }  # fmt: skip
    assert inserted["dynamodb"]["NewImage"] == one
    assert (modified["dynamodb"]["OldImage"], modified["dynamodb"]["NewImage"]) == (one, two)
    assert removed["dynamodb"]["OldImage"] == two
    assert "NewImage" not in removed["dynamodb"]
    assert inserted["dynamodb"]["SizeBytes"] == len("pka") + len("pkatextone")
    assert abs(inserted["dynamodb"]["ApproximateCreationDateTime"] - time.time()) < 600
    numbers = [int(r["dynamodb"]["SequenceNumber"]) for r in (inserted, modified, removed)]
    assert numbers == sorted(set(numbers))


def test_an_item_that_an_update_makes_is_one_record(cloud: Cloud, eventually: Eventually) -> None:
    table, arn = streamed(cloud, "NEW_IMAGE")
    function, seen = recorder(cloud, statements=reader(arn))
    cloud.client("dynamodb").update_item(
        TableName=table,
        Key={"pk": {"S": "a"}},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "1"}},
    )
    put(cloud, table, "end")
    with mapped(cloud, function, arn, **FROM_START):
        found = eventually(lambda: records_of(seen) if "end" in str(events(seen)) else None)
    assert found[0]["dynamodb"]["NewImage"] == {"pk": {"S": "a"}, "n": {"N": "1"}}
    assert [r["eventName"] for r in found] == ["INSERT", "INSERT"]


def test_a_transaction_that_fails_leaves_no_trace(cloud: Cloud, eventually: Eventually) -> None:
    table, arn = streamed(cloud)
    function, seen = recorder(cloud, statements=reader(arn))
    put(cloud, table, "there", text="before")
    put_new = {"Put": {"TableName": table, "Item": {"pk": {"S": "new"}}}}
    change = {
        "Update": {
            "TableName": table,
            "Key": {"pk": {"S": "there"}},
            "UpdateExpression": "SET #t = :t",
            "ExpressionAttributeNames": {"#t": "text"},
            "ExpressionAttributeValues": {":t": {"S": "after"}},
        }
    }
    check = {
        "ConditionCheck": {
            "TableName": table,
            "Key": {"pk": {"S": "absent"}},
            "ConditionExpression": "attribute_exists(pk)",
        }
    }
    dynamodb = cloud.client("dynamodb")
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        dynamodb.transact_write_items(TransactItems=[put_new, change, check])
    assert [item["text"]["S"] for item in dynamodb.scan(TableName=table)["Items"]] == ["before"]
    dynamodb.transact_write_items(TransactItems=[put_new, change])
    with mapped(cloud, function, arn, **FROM_START):
        found = eventually(lambda: records_of(seen) if len(records_of(seen)) == 3 else None)
    names = [(r["eventName"], r["dynamodb"]["Keys"]["pk"]["S"]) for r in found]
    assert names == [("INSERT", "there"), ("INSERT", "new"), ("MODIFY", "there")]


def test_what_came_before_the_latest_is_not_read(cloud: Cloud, eventually: Eventually) -> None:
    table, arn = streamed(cloud, "KEYS_ONLY")
    function, seen = recorder(cloud, statements=reader(arn))
    put(cloud, table, "before")
    with mapped(cloud, function, arn, StartingPosition="LATEST"):
        put(cloud, table, "after")
        assert eventually(lambda: keys_of(seen)) == [["after"]]
    assert not {"NewImage", "OldImage"} & set(records_of(seen)[0]["dynamodb"])


def test_batches_keep_the_order(cloud: Cloud, eventually: Eventually) -> None:
    table, arn = streamed(cloud)
    function, seen = recorder(cloud, statements=reader(arn))
    put(cloud, table, *"abcdefg")
    with mapped(cloud, function, arn, BatchSize=3, **FROM_START):
        assert eventually(lambda: len(records_of(seen)) == 7)
    assert keys_of(seen) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]


def test_the_lowest_failure_is_the_checkpoint(cloud: Cloud, eventually: Eventually) -> None:
    table, arn = streamed(cloud)
    dead = queue(cloud)
    leave = [*reader(arn), allow("sqs:SendMessage", cloud.arn("sqs", dead))]
    function, seen = recorder(cloud, FAILING, leave)
    put(cloud, table, "a", "b", "fail-c", "d")
    target = {"OnFailure": {"Destination": cloud.arn("sqs", dead)}}
    options = {"MaximumRetryAttempts": 1, "BisectBatchOnFunctionError": True, "DestinationConfig": target}
    with mapped(cloud, function, arn, **PARTIAL, **FROM_START, **options):
        (message,) = eventually(lambda: messages(cloud, dead))
        assert eventually(lambda: keys_of(seen)[-1] == ["d"])
    tried = keys_of(seen)
    assert tried[:2] == [["a", "b", "fail-c", "d"], ["fail-c", "d"]]
    assert tried.count(["fail-c"]) == 2  # once, and retried once
    place = message["DDBStreamBatchInfo"]
    number = next(r for r in records_of(seen) if "fail-c" in str(r))["dynamodb"]["SequenceNumber"]
    assert (place["startSequenceNumber"], place["endSequenceNumber"]) == (number, number)


def messages(cloud: Cloud, name: str) -> list[Any]:
    found = cloud.client("sqs").receive_message(QueueUrl=url(cloud, name), MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def test_a_bad_record_is_found_by_splitting_and_told_without_its_content(
    cloud: Cloud, eventually: Eventually
) -> None:
    table, arn = streamed(cloud)
    dead = queue(cloud)
    leave = [*reader(arn), allow("sqs:SendMessage", cloud.arn("sqs", dead))]
    function, seen = recorder(cloud, FAILING, leave)
    put(cloud, table, "a", "b", "raise-c", "d")
    target = {"OnFailure": {"Destination": cloud.arn("sqs", dead)}}
    options = {"MaximumRetryAttempts": 0, "BisectBatchOnFunctionError": True, "DestinationConfig": target}
    with mapped(cloud, function, arn, **FROM_START, **options):
        (message,) = eventually(lambda: messages(cloud, dead))
        assert eventually(lambda: keys_of(seen)[-1] == ["d"])
    assert keys_of(seen) == [["a", "b", "raise-c", "d"], ["a", "b"], ["raise-c", "d"], ["raise-c"], ["d"]]
    assert set(message) == {"requestContext", "responseContext", "version", "timestamp", "DDBStreamBatchInfo"}
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["requestContext"]["approximateInvokeCount"] == 1
    assert message["responseContext"]["functionError"] == "Unhandled"
    place = message["DDBStreamBatchInfo"]
    assert (place["batchSize"], place["streamArn"]) == (1, arn)
    assert {"shardId", "approximateArrivalOfFirstRecord", "approximateArrivalOfLastRecord"} <= set(place)
    assert "raise-c" not in str(message)


def test_a_batch_that_nothing_splits_is_retried_as_a_whole(cloud: Cloud, eventually: Eventually) -> None:
    table, arn = streamed(cloud)
    function, seen = recorder(cloud, FAILING, reader(arn))
    put(cloud, table, "raise-a", "b")
    with mapped(cloud, function, arn, BatchSize=2, MaximumRetryAttempts=2, **FROM_START):
        assert eventually(lambda: len(keys_of(seen)) == 3)
        put(cloud, table, "c")
        assert eventually(lambda: keys_of(seen)[-1] == ["c"])
    assert keys_of(seen) == [["raise-a", "b"]] * 3 + [["c"]]


@pytest.mark.parametrize("missing", [*STREAM_ACTIONS[1:], "kms:Decrypt"])
def test_the_poller_may_do_what_the_functions_role_may(
    cloud: Cloud, eventually: Eventually, missing: str
) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    encrypted = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    table, arn = streamed(cloud, SSESpecification=encrypted)
    everything = [*STREAM_ACTIONS, "kms:Decrypt"]
    role = cloud.role([allow(everything)], {"Service": "lambda.amazonaws.com"})
    function, seen = recorder(cloud, Role=cloud.role_arn(role))
    client = cloud.client("lambda")
    with mapped(cloud, function, arn, **FROM_START) as uuid:
        less = document([allow([action for action in everything if action != missing])])
        cloud.client("iam").put_role_policy(RoleName=role, PolicyName="main", PolicyDocument=less)
        put(cloud, table, "a")

        def problem() -> str:
            result: str = client.get_event_source_mapping(UUID=uuid)["LastProcessingResult"]
            return result if "PROBLEM" in result else ""

        assert missing in eventually(problem)
    assert events(seen) == []


@pytest.mark.parametrize("missing", STREAM_ACTIONS)
def test_a_role_that_may_not_read_the_stream_gets_no_mapping(cloud: Cloud, missing: str) -> None:
    _table, arn = streamed(cloud)
    leave = [allow([action for action in STREAM_ACTIONS if action != missing])]
    function, _seen = recorder(cloud, statements=leave)
    with pytest.raises(ClientError, match="Cannot access stream"), mapped(cloud, function, arn, **FROM_START):
        pass


def test_an_expired_item_says_who_deleted_it(cloud: Cloud, eventually: Eventually) -> None:
    table, arn = streamed(cloud)
    function, seen = recorder(cloud, statements=reader(arn))
    dynamodb = cloud.client("dynamodb")
    dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    ages = {"gone": -10, "stays": 3600, "ancient": -6 * 366 * 86400}
    for name, age in ages.items():
        item = {"pk": {"S": name}, "until": {"N": str(int(time.time()) + age)}}
        dynamodb.put_item(TableName=table, Item=item)
    with mapped(cloud, function, arn, **FROM_START):
        removed = eventually(lambda: [r for r in records_of(seen) if r["eventName"] == "REMOVE"])
    assert [r["dynamodb"]["Keys"]["pk"]["S"] for r in removed] == ["gone"]
    assert removed[0]["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert {item["pk"]["S"] for item in dynamodb.scan(TableName=table)["Items"]} == {"stays", "ancient"}


def test_a_filter_keeps_records_from_the_function(cloud: Cloud, eventually: Eventually) -> None:
    table, arn = streamed(cloud)
    function, seen = recorder(cloud, statements=reader(arn))
    criteria = {"Filters": [{"Pattern": '{"dynamodb": {"NewImage": {"text": {"S": ["wanted"]}}}}'}]}
    put(cloud, table, "a")
    put(cloud, table, "b", text="wanted")
    with mapped(cloud, function, arn, FilterCriteria=criteria, **FROM_START):
        assert eventually(lambda: keys_of(seen)) == [["b"]]


def test_two_writers_cannot_both_meet_a_condition(cloud: Cloud) -> None:
    """moto decides and writes without a lock."""
    table = cloud.table()
    dynamodb = cloud.client("dynamodb", config={"max_pool_connections": 8})

    def write(number: int) -> bool:
        try:
            dynamodb.put_item(
                TableName=table,
                Item={"pk": {"S": str(number // 8)}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as writers:
        assert sum(writers.map(write, range(160))) == 20


def test_a_query_reads_its_partition_in_order(cloud: Cloud) -> None:
    table, dynamodb = cloud.table(sort_key=True), cloud.client("dynamodb")
    for pk, sk in (("b", "2"), ("a", "3"), ("a", "1"), ("a", "21"), ("b", "1")):
        dynamodb.put_item(TableName=table, Item={"pk": {"S": pk}, "sk": {"S": sk}})

    def query(pk: str, **options: Any) -> list[str]:
        values = {":p": {"S": pk}, **options.pop("values", {})}
        condition = "pk = :p" + options.pop("condition", "")
        found = dynamodb.query(
            TableName=table, KeyConditionExpression=condition, ExpressionAttributeValues=values, **options
        )
        return [item["sk"]["S"] for item in found["Items"]]

    assert query("a") == ["1", "21", "3"]
    assert query("a", ScanIndexForward=False, Limit=2) == ["3", "21"]
    assert query("a", condition=" AND begins_with(sk, :s)", values={":s": {"S": "2"}}) == ["21"]
    assert query("c") == []
