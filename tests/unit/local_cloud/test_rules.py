"""EventBridge: what S3 tells it, rules, targets under their own policies, dead letters, schedules."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.control import Control, ControlError
from scripts.local_cloud.event_sources.inputs import InvalidInputError, input_of
from scripts.local_cloud.event_sources.schedules import ScheduleError, Schedules, next_time
from tests.unit.local_cloud.events import bodies, events, left, queue, recorder, url
from tests.unit.local_cloud.support import Cloud, Eventually, document, unique


def rule(cloud: Cloud, pattern: Any = None, bus: str = "default", **options: Any) -> str:
    name = unique("rule")
    if pattern is not None:
        options["EventPattern"] = json.dumps(pattern)
    cloud.client("events").put_rule(Name=name, EventBusName=bus, **options)
    return name


def rule_arn(cloud: Cloud, name: str, bus: str = "default") -> str:
    return cloud.arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")


def target(cloud: Cloud, name: str, arn: str, bus: str = "default", **options: Any) -> None:
    cloud.client("events").put_targets(
        Rule=name, EventBusName=bus, Targets=[{"Id": "target", "Arn": arn, **options}]
    )


def let_invoke(cloud: Cloud, function: str, source: str) -> None:
    cloud.client("lambda").add_permission(
        FunctionName=function,
        StatementId=unique("rule"),
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=source,
    )


def open_queue(cloud: Cloud, source: str = "*") -> str:
    """A queue that EventBridge may send to, for the rules of ``source``."""
    name = queue(cloud)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": cloud.arn("sqs", name),
        "Condition": {"ArnLike": {"aws:SourceArn": source}},
    }
    cloud.client("sqs").set_queue_attributes(
        QueueUrl=url(cloud, name), Attributes={"Policy": document([statement])}
    )
    return name


def called(cloud: Cloud, pattern: Any = None, **options: Any) -> tuple[str, Path]:
    """A rule that calls a recorder; its name, and the file."""
    function, seen = recorder(cloud)
    name = rule(cloud, pattern, **options)
    let_invoke(cloud, function, rule_arn(cloud, name))
    target(cloud, name, cloud.arn("lambda", f"function:{function}"))
    return name, seen


def telling_bucket(cloud: Cloud, versioned: bool) -> str:
    s3, bucket = cloud.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    if versioned:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    return bucket


def test_s3_tells_of_objects_as_aws_does(cloud: Cloud, eventually: Eventually) -> None:
    bucket = telling_bucket(cloud, versioned=True)
    _name, seen = called(cloud, {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}})
    s3 = cloud.client("s3")
    put = s3.put_object(Bucket=bucket, Key="in/a b.txt", Body=b"hello")
    marker = s3.delete_object(Bucket=bucket, Key="in/a b.txt")
    s3.delete_object(Bucket=bucket, Key="in/a b.txt", VersionId=put["VersionId"])
    found = eventually(lambda: events(seen) if len(events(seen)) == 3 else None)
    by_kind = {event["detail"].get("deletion-type", event["detail-type"]): event for event in found}
    created, deleted = by_kind["Object Created"], by_kind["Delete Marker Created"]
    assert set(created) == {
        "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"
    }  # fmt: skip
    assert (created["version"], created["source"]) == ("0", "aws.s3")
    assert created["resources"] == [f"arn:aws:s3:::{bucket}"]
    assert datetime.strptime(created["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).year >= 2024
    detail = created["detail"]
    assert set(detail) == {
        "version", "bucket", "object", "request-id", "requester", "source-ip-address", "reason"
    }  # fmt: skip
    sequencer = detail["object"].pop("sequencer")
    assert detail["object"] == {
        "key": "in/a b.txt",
        "size": 5,
        "etag": put["ETag"].strip('"'),
        "version-id": put["VersionId"],
    }
    assert (detail["bucket"], detail["reason"]) == ({"name": bucket}, "PutObject")
    assert detail["requester"] == cloud.state.account_id
    assert deleted["detail-type"] == "Object Deleted"
    assert deleted["detail"]["reason"] == "DeleteObject"
    assert deleted["detail"]["object"]["version-id"] == marker["VersionId"]
    assert deleted["detail"]["object"]["sequencer"] > sequencer
    gone = by_kind["Permanently Deleted"]["detail"]["object"]
    assert (gone["key"], gone["version-id"]) == ("in/a b.txt", put["VersionId"])


def test_an_object_that_is_not_versioned_has_no_version(cloud: Cloud, eventually: Eventually) -> None:
    bucket = telling_bucket(cloud, versioned=False)
    _name, seen = called(cloud, {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}})
    s3 = cloud.client("s3")
    s3.put_object(Bucket=bucket, Key="a", Body=b"", Tagging="kind=new")
    s3.copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="c")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="c", UploadId=upload, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="c", UploadId=upload, MultipartUpload=parts)
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_object(Bucket=bucket, Key="never there")
    found = eventually(lambda: events(seen) if len(events(seen)) == 4 else None)
    details = [event["detail"] for event in found]
    reasons = sorted((d["object"]["key"], d["reason"]) for d in details)
    assert reasons == [
        ("a", "DeleteObject"),
        ("a", "PutObject"),
        ("b", "CopyObject"),
        ("c", "CompleteMultipartUpload"),
    ]
    assert not any("version-id" in detail["object"] for detail in details)


def test_a_bucket_is_silent_unless_asked(cloud: Cloud, eventually: Eventually) -> None:
    loud, silent = telling_bucket(cloud, versioned=False), unique("bucket")
    cloud.client("s3").create_bucket(Bucket=silent)
    _name, seen = called(cloud, {"source": ["aws.s3"], "detail": {"bucket": {"name": [loud, silent]}}})
    for bucket in (silent, loud):
        cloud.client("s3").put_object(Bucket=bucket, Key="a", Body=b"")
    assert eventually(lambda: events(seen))
    assert [event["detail"]["bucket"]["name"] for event in events(seen)] == [loud]


@pytest.mark.parametrize(
    ("condition", "fits", "fits_not"),
    [
        ([{"prefix": "in/"}], "in/a", "out/a"),
        ([{"suffix": ".pdf"}], "a.pdf", "a.txt"),
        ([{"anything-but": ["a", "b"]}], "c", "a"),
        ([{"anything-but": {"prefix": "in/"}}], "out/a", "in/a"),
        ([{"exists": True}], "a", None),
        ([{"exists": False}], None, "a"),
        ([{"numeric": [">", 1, "<=", 5]}], 5, 6),
        (["a", None], "a", "b"),
        ([{"equals-ignore-case": "ABC"}], "abc", "abcd"),
        ([{"wildcard": "in/*.pdf"}], "in/a.pdf", "in/a.txt"),
    ],
)
def test_patterns(cloud: Cloud, eventually: Eventually, condition: Any, fits: Any, fits_not: Any) -> None:
    source = unique("source")
    name, inbox = rule(cloud, {"source": [source], "detail": {"value": condition}}), open_queue(cloud)
    target(cloud, name, cloud.arn("sqs", inbox), InputPath="$.detail")
    entries = [
        {
            "Source": source,
            "DetailType": "t",
            "Detail": json.dumps({"n": n} | ({} if v is None else {"value": v})),
        }
        for n, v in enumerate((fits_not, fits))
    ]
    cloud.client("events").put_events(Entries=entries)
    (body,) = eventually(lambda: bodies(cloud, inbox))
    assert json.loads(body)["n"] == 1
    assert left(cloud, inbox) == 1


def test_events_of_a_bus_of_ones_own(cloud: Cloud, eventually: Eventually) -> None:
    client, bus = cloud.client("events"), unique("bus")
    client.create_event_bus(Name=bus)
    name = rule(cloud, {"detail-type": ["Message Received"]}, bus)
    inbox = open_queue(cloud, rule_arn(cloud, name, bus))
    target(cloud, name, cloud.arn("sqs", inbox), bus)
    entry = {"Source": "hl7", "DetailType": "Message Received", "Detail": '{"a": 1}', "Resources": ["x"]}
    client.put_events(Entries=[{**entry, "EventBusName": bus}, entry])
    (body,) = eventually(lambda: bodies(cloud, inbox))
    event = json.loads(body)
    assert event["detail"] == {"a": 1}
    assert (event["source"], event["resources"], event["account"]) == ("hl7", ["x"], cloud.state.account_id)
    datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert left(cloud, inbox) == 1


def test_a_disabled_rule_and_one_with_a_schedule_alone_get_no_events(
    cloud: Cloud, eventually: Eventually
) -> None:
    """moto would call both."""
    source, inbox, other = unique("source"), open_queue(cloud), open_queue(cloud)
    for options in (
        {"State": "DISABLED", "pattern": {"source": [source]}},
        {"ScheduleExpression": "rate(1 day)"},
    ):
        target(cloud, rule(cloud, **options), cloud.arn("sqs", inbox))
    target(cloud, rule(cloud, {"source": [source]}), cloud.arn("sqs", other))
    cloud.client("events").put_events(Entries=[{"Source": source, "DetailType": "t", "Detail": "{}"}])
    assert eventually(lambda: left(cloud, other) == 1)
    assert left(cloud, inbox) == 0


@pytest.mark.parametrize("kind", ["lambda", "sqs"])
def test_a_target_that_does_not_let_the_rule_in(cloud: Cloud, eventually: Eventually, kind: str) -> None:
    source = unique("source")
    name = rule(cloud, {"source": [source]})
    other = rule_arn(cloud, "another")
    if kind == "lambda":
        function, _seen = recorder(cloud)
        let_invoke(cloud, function, other)
        arn = cloud.arn("lambda", f"function:{function}")
    else:
        arn = cloud.arn("sqs", open_queue(cloud, other))
    dead = open_queue(cloud, rule_arn(cloud, name))
    target(cloud, name, arn, DeadLetterConfig={"Arn": cloud.arn("sqs", dead)})
    cloud.client("events").put_events(Entries=[{"Source": source, "DetailType": "t", "Detail": "{}"}])
    receive = {"QueueUrl": url(cloud, dead), "MessageAttributeNames": ["All"]}
    (message,) = eventually(lambda: cloud.client("sqs").receive_message(**receive).get("Messages"))
    attributes = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert (attributes["RULE_ARN"], attributes["TARGET_ARN"]) == (rule_arn(cloud, name), arn)
    assert json.loads(message["Body"])["source"] == source


@pytest.mark.parametrize(
    "condition", [{}, {"ArnLike": {"aws:SourceArn": "*"}}, {"StringLike": {"aws:SourceAccount": "*"}}]
)
def test_a_topic_that_asks_for_the_rule_or_the_account_gets_nothing(
    cloud: Cloud, eventually: Eventually, condition: Any
) -> None:
    sns, source = cloud.client("sns"), unique("source")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    service = {"Service": "events.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": service, "Action": "sns:Publish", "Resource": topic}
    policy = document([statement | ({"Condition": condition} if condition else {})])
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    inbox, after = queue(cloud), open_queue(cloud)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=cloud.arn("sqs", inbox))
    name = rule(cloud, {"source": [source]})
    cloud.client("events").put_targets(
        Rule=name,
        Targets=[{"Id": "topic", "Arn": topic}, {"Id": "queue", "Arn": cloud.arn("sqs", after)}],
    )
    cloud.client("events").put_events(Entries=[{"Source": source, "DetailType": "t", "Detail": "{}"}])
    assert eventually(lambda: left(cloud, after) == 1)
    if condition:
        assert left(cloud, inbox) == 0
    else:
        assert eventually(lambda: left(cloud, inbox) == 1)


def test_the_key_of_a_bus_must_let_eventbridge_use_it(cloud: Cloud, eventually: Eventually) -> None:
    client, kms = cloud.client("events"), cloud.client("kms")
    found = {}
    for allowed in (False, True):
        own = {"Effect": "Allow", "Principal": {"AWS": cloud.role_arn("x").replace(":role/x", ":root")}}
        statements = [{**own, "Action": "kms:*", "Resource": "*"}]
        if allowed:
            use = ["kms:Decrypt", "kms:GenerateDataKey*"]
            service = {"Service": "events.amazonaws.com"}
            statements.append({"Effect": "Allow", "Principal": service, "Action": use, "Resource": "*"})
        key = kms.create_key(Policy=document(statements))["KeyMetadata"]["Arn"]
        bus, inbox = unique("bus"), open_queue(cloud)
        client.create_event_bus(Name=bus, KmsKeyIdentifier=key)
        target(cloud, rule(cloud, {"source": ["a"]}, bus), cloud.arn("sqs", inbox), bus)
        entry = {"Source": "a", "DetailType": "t", "Detail": "{}", "EventBusName": bus}
        client.put_events(Entries=[entry])
        found[allowed] = inbox
    assert eventually(lambda: left(cloud, found[True]) == 1)
    assert left(cloud, found[False]) == 0


def test_a_schedule_is_fired_by_hand(cloud: Cloud, eventually: Eventually) -> None:
    name, seen = called(cloud, ScheduleExpression="cron(0 3 * * ? *)")
    sent = Control(cloud.state).fire(name)
    assert [arn.split(":")[5] for arn in sent] == ["function"]
    (event,) = eventually(lambda: events(seen))
    assert (event["detail-type"], event["source"], event["detail"]) == ("Scheduled Event", "aws.events", {})
    assert event["resources"] == [rule_arn(cloud, name)]


def test_firing_says_what_is_wrong(cloud: Cloud) -> None:
    control = Control(cloud.state)
    with pytest.raises(ControlError, match="there is no rule nothing"):
        control.fire("nothing")
    patterned = rule(cloud, {"source": ["a"]})
    with pytest.raises(ControlError, match="has no schedule"):
        control.fire(patterned)
    with pytest.raises(ControlError, match="does not match"):
        control.fire(patterned, {"source": "b"})
    closed = rule(cloud, ScheduleExpression="rate(1 day)")
    target(cloud, closed, cloud.arn("lambda", "function:nothing"))
    with pytest.raises(ControlError, match="NO_RESOURCE"):
        control.fire(closed)


EVENT = {"source": "s", "detail-type": "t", "detail": {"name": 'a "b"', "list": [1, {"x": 2}]}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, EVENT),
        ({"Input": '{"a": 1}'}, {"a": 1}),
        ({"InputPath": "$.detail.list[1].x"}, 2),
        ({"InputPath": "$.detail-type"}, "t"),
        ({"InputPath": "$.nothing"}, None),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"n": "$.detail.name", "l": "$.detail.list"},
                    "InputTemplate": '{"n": <n>, "t": "is <n>", "l": <l>, "r": "<aws.events.rule-name>"}',
                }
            },
            {"n": 'a "b"', "t": 'is a "b"', "l": [1, {"x": 2}], "r": "mine"},
        ),
    ],
)
def test_inputs(given: Any, expected: Any) -> None:
    arn = "arn:aws:events:us-east-1:123456789012:rule/mine"
    assert json.loads(input_of(given, EVENT, arn, "2026-01-01T00:00:00Z")) == expected


def test_a_template_that_makes_no_json() -> None:
    given = {"InputTransformer": {"InputPathsMap": {"n": "$.nothing"}, "InputTemplate": '{"n": <n>}'}}
    with pytest.raises(InvalidInputError):
        input_of(given, EVENT, "arn", "now")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rate(5 minutes)", "2026-02-13 10:22:30"),
        ("rate(1 day)", "2026-02-14 10:17:30"),
        ("cron(0/15 * * * ? *)", "2026-02-13 10:30:00"),
        ("cron(0 3 * * ? *)", "2026-02-14 03:00:00"),
        ("cron(5,17,18 10 * * ? *)", "2026-02-13 10:18:00"),
        ("cron(0 8 1 * ? *)", "2026-03-01 08:00:00"),
        ("cron(0 8 L * ? *)", "2026-02-28 08:00:00"),
        ("cron(0 8 15W * ? *)", "2026-02-16 08:00:00"),
        ("cron(0 18 ? * MON-FRI *)", "2026-02-13 18:00:00"),
        ("cron(0 8 ? * 2#1 *)", "2026-03-02 08:00:00"),
        ("cron(0 8 ? * 6L *)", "2026-02-27 08:00:00"),
        ("cron(0 0 29 2 ? *)", "2028-02-29 00:00:00"),
        ("cron(0 0 1 JAN ? 2027)", "2027-01-01 00:00:00"),
        ("cron(0 0 1 1 ? 2020)", None),
    ],
)
def test_schedules(expression: str, expected: str | None) -> None:
    after = datetime(2026, 2, 13, 10, 17, 30, tzinfo=UTC)  # a Friday
    found = next_time(expression, after)
    assert (found.strftime("%Y-%m-%d %H:%M:%S") if found else None) == expected


@pytest.mark.parametrize("expression", ["cron(0 3 * * ?)", "cron(x * * * ? *)", "every day"])
def test_what_is_no_schedule(expression: str) -> None:
    with pytest.raises(ScheduleError):
        next_time(expression, datetime(2026, 2, 13, tzinfo=UTC))


def test_a_schedule_fires_when_it_is_due() -> None:
    """On the clock of the test, and on moto's rules in this process."""
    backend = backend_of("events", "eu-central-1")
    backend.put_rule("minutely", scheduled_expression="rate(1 minute)")
    backend.put_rule("off", scheduled_expression="rate(1 minute)", state="DISABLED")
    backend.put_rule("broken", scheduled_expression="cron(1 2)")
    fired: list[str] = []
    schedules = Schedules("eu-central-1", fired.append)
    schedules.close()
    fired.clear()
    start = max(due for due in [datetime.now(UTC), *schedules.due.values()] if due)
    schedules.due.clear()
    for seconds in (0, 59, 60, 61, 119, 120):
        schedules.look(start + timedelta(seconds=seconds))
    assert fired == ["minutely", "minutely"]
    backend.delete_rule("minutely", None)
    schedules.look(start + timedelta(seconds=600))
    assert len(fired) == 2
