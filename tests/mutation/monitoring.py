"""Mutations of monitoring: alarms, costs, and functions that stay up."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts.monitoring import Alarm

from tests.mutation.cloud import Cloud
from tests.mutation.model import Broken, Steps, mutation


def _alarms(cloud: Cloud, *ends: str) -> list[Alarm]:
    found = [alarm for alarm in cloud.account.alarms.items if alarm.name.endswith(ends)]
    if len(found) < len(ends):
        raise AssertionError(f"there are no alarms {ends}")
    return found


def _changed(cloud: Cloud, end: str, resource: str, **change: Any) -> Steps:
    """One alarm with other settings."""
    cloudwatch = cloud.client("cloudwatch")
    before = [cloud.alarm(alarm.name) for alarm in _alarms(cloud, end)]
    for alarm in before:
        merged = {**alarm, **change}
        cloudwatch.put_metric_alarm(**{key: value for key, value in merged.items() if value is not None})
    yield Broken(resource)
    for alarm in before:
        cloudwatch.put_metric_alarm(**alarm)


def _deleted(cloud: Cloud, resource: str, *ends: str) -> Steps:
    cloudwatch = cloud.client("cloudwatch")
    before = [cloud.alarm(alarm.name) for alarm in _alarms(cloud, *ends)]
    cloudwatch.delete_alarms(AlarmNames=[alarm["AlarmName"] for alarm in before])
    yield Broken(resource)
    for alarm in before:
        cloudwatch.put_metric_alarm(**alarm)


ERRORS, THROTTLES, DURATION = "patient-api-errors", "patient-api-throttles", "patient-api-duration"


@mutation("ALM-01", "no alarm on errors")
def no_error_alarm(cloud: Cloud) -> Steps:
    yield from _deleted(cloud, cloud.function.arn, ERRORS)


@mutation("ALM-01", "no alarm on throttles")
def no_throttle_alarm(cloud: Cloud) -> Steps:
    yield from _deleted(cloud, cloud.function.arn, THROTTLES)


@mutation("ALM-01", "actions off")
def actions_off(cloud: Cloud) -> Steps:
    yield from _changed(cloud, ERRORS, cloud.function.arn, ActionsEnabled=False)


@mutation("ALM-01", "no action")
def no_action(cloud: Cloud) -> Steps:
    yield from _changed(cloud, ERRORS, cloud.function.arn, AlarmActions=[])


@mutation("ALM-01", "a topic that is not there")
def lost_topic(cloud: Cloud) -> Steps:
    yield from _changed(cloud, THROTTLES, cloud.function.arn, AlarmActions=[f"{cloud.topic.arn}-gone"])


@mutation("ALM-01", "the mean of errors, which never passes 10")
def mean_of_errors(cloud: Cloud) -> Steps:
    yield from _changed(cloud, ERRORS, cloud.function.arn, Statistic="Average")


@mutation("ALM-01", "a duration past the timeout")
def past_the_timeout(cloud: Cloud) -> Steps:
    yield from _changed(cloud, DURATION, cloud.function.arn, Threshold=cloud.function.timeout * 1000.0)


@mutation("ALM-01", "always on, because no data is breaching")
def always_on(cloud: Cloud) -> Steps:
    yield from _changed(cloud, ERRORS, cloud.function.arn, TreatMissingData="breaching")


@mutation("ALM-01", "downwards")
def downwards(cloud: Cloud) -> Steps:
    yield from _changed(cloud, ERRORS, cloud.function.arn, ComparisonOperator="LessThanThreshold")


@mutation("ALM-01", "another function's")
def of_another_function(cloud: Cloud) -> Steps:
    dimensions = [{"Name": "FunctionName", "Value": "another"}]
    yield from _changed(cloud, ERRORS, cloud.function.arn, Dimensions=dimensions)


@mutation("ALM-02", "no alarm on refusals")
def no_refusal_alarm(cloud: Cloud) -> Steps:
    yield from _deleted(cloud, cloud.root, *_refusals(cloud))


@mutation("ALM-02", "alarms on refusals that nobody hears")
def silent_refusals(cloud: Cloud) -> Steps:
    cloudwatch, names = cloud.client("cloudwatch"), _refusals(cloud)
    cloudwatch.disable_alarm_actions(AlarmNames=names)
    yield Broken(cloud.root)
    cloudwatch.enable_alarm_actions(AlarmNames=names)


def _refusals(cloud: Cloud) -> list[str]:
    words = ("unauthorized", "accessdenied", "forbidden", "client-errors")
    return [a.name for a in cloud.account.alarms.items if any(word in a.name.lower() for word in words)]


SIGNALS = {
    "use of root": "trail-root-use",
    "deletion of keys": "trail-kms-key-removal",
    "changes of policies": "trail-iam-policy-changes",
    "changes of trails": "trail-cloudtrail-changes",
}


def _signal_steps(end: str) -> Any:
    def steps(cloud: Cloud) -> Steps:
        yield from _deleted(cloud, cloud.root, end)

    return steps


for _name, _end in SIGNALS.items():
    mutation("ALM-03", f"no alarm on {_name}")(_signal_steps(_end))


def _filter(cloud: Cloud, end: str, **change: Any) -> Steps:
    logs = cloud.client("logs")
    found = next(f for f in cloud.account.metric_filters.items if f.name.endswith(end))
    before = logs.describe_metric_filters(logGroupName=found.log_group, filterNamePrefix=found.name)
    kept = {
        key: before["metricFilters"][0][key]
        for key in ("filterName", "filterPattern", "metricTransformations", "logGroupName")
    }
    transformed = [{**t, **change.pop("metric", {})} for t in kept["metricTransformations"]]
    logs.put_metric_filter(**{**kept, "metricTransformations": transformed, **change})
    yield Broken(cloud.root)
    logs.put_metric_filter(**kept)


@mutation("ALM-03", "the filter matches nothing")
def empty_filter(cloud: Cloud) -> Steps:
    yield from _filter(cloud, "trail-root-use", filterPattern='{ $.userIdentity.type = "Nobody" }')


@mutation("ALM-03", "the filter leaves out what it names")
def filter_of_the_rest(cloud: Cloud) -> Steps:
    names = " && ".join(f"($.eventName != {name})" for name in ("StopLogging", "DeleteTrail", "UpdateTrail"))
    yield from _filter(cloud, "trail-cloudtrail-changes", filterPattern=f"{{ {names} }}")


@mutation("ALM-03", "the filter asks for two names at once")
def filter_of_both(cloud: Cloud) -> Steps:
    pattern = "{ ($.eventName = ScheduleKeyDeletion) && ($.eventName = DisableKey) }"
    yield from _filter(cloud, "trail-kms-key-removal", filterPattern=pattern)


@mutation("ALM-03", "the filter counts 0")
def filter_of_nothing(cloud: Cloud) -> Steps:
    yield from _filter(cloud, "trail-iam-policy-changes", metric={"metricValue": "0"})


@mutation("ALM-03", "the topic's key is closed to CloudWatch")
def key_without_cloudwatch(cloud: Cloud) -> Steps:
    """The spare key's policy names the account alone."""
    sns = cloud.client("sns")
    named = {"TopicArn": cloud.topic.arn, "AttributeName": "KmsMasterKeyId"}
    sns.set_topic_attributes(**named, AttributeValue=cloud.spare_key.arn)
    yield Broken(cloud.root, also=tuple(pair for pair in cloud.alarmed() if pair[0] != "ALM-03"))
    sns.set_topic_attributes(**named, AttributeValue=cloud.topic.key)


@mutation("ALM-04", "alarms go to a new topic, too")
def new_topic(cloud: Cloud) -> Steps:
    sns, cloudwatch = cloud.client("sns"), cloud.client("cloudwatch")
    arn = sns.create_topic(Name="mutation", Attributes={"KmsMasterKeyId": cloud.topic.key})["TopicArn"]
    before = cloud.alarm(_alarms(cloud, ERRORS)[0].name)
    cloudwatch.put_metric_alarm(**{**before, "AlarmActions": [*before["AlarmActions"], arn]})
    yield Broken(arn)
    cloudwatch.put_metric_alarm(**before)
    sns.delete_topic(TopicArn=arn)


@mutation("ALM-04", "nobody is subscribed")
def nobody(cloud: Cloud) -> Steps:
    sns = cloud.client("sns")
    found = [s for s in cloud.account.subscriptions.items if s.topic_arn == cloud.topic.arn]
    attributes = [sns.get_subscription_attributes(SubscriptionArn=s.arn)["Attributes"] for s in found]
    for subscription in found:
        sns.unsubscribe(SubscriptionArn=subscription.arn)
    yield Broken(cloud.topic.arn)
    for attribute in attributes:
        sns.subscribe(
            TopicArn=cloud.topic.arn, Protocol=attribute["Protocol"], Endpoint=attribute["Endpoint"]
        )


@mutation("CST-01", "no budget")
def no_budget(cloud: Cloud) -> Steps:
    client, account = cloud.client("budgets"), cloud.account.id
    budget = client.describe_budgets(AccountId=account)["Budgets"][0]
    name = budget["BudgetName"]
    told = _notifications(client, account, name)
    client.delete_budget(AccountId=account, BudgetName=name)
    yield Broken(cloud.root)
    client.create_budget(AccountId=account, Budget=budget, NotificationsWithSubscribers=told)


@mutation("CST-01", "a budget that tells nobody")
def silent_budget(cloud: Cloud) -> Steps:
    client, account = cloud.client("budgets"), cloud.account.id
    name = client.describe_budgets(AccountId=account)["Budgets"][0]["BudgetName"]
    told = _notifications(client, account, name)
    for one in told:
        client.delete_notification(AccountId=account, BudgetName=name, Notification=one["Notification"])
    yield Broken(cloud.root)
    for one in told:
        client.create_notification(AccountId=account, BudgetName=name, **one)


def _notifications(client: Any, account: str, name: str) -> list[dict[str, Any]]:
    named = {"AccountId": account, "BudgetName": name}
    listed = client.describe_notifications_for_budget(**named)["Notifications"]
    return [
        {
            "Notification": one,
            "Subscribers": client.describe_subscribers_for_notification(**named, Notification=one)[
                "Subscribers"
            ],
        }
        for one in listed
    ]


@mutation("LAM-03", "no dead-letter queue")
def no_dead_letters(cloud: Cloud) -> Steps:
    cloud.configure(DeadLetterConfig={"TargetArn": ""})
    yield Broken(cloud.function.arn)
    cloud.configure(DeadLetterConfig={"TargetArn": cloud.function.dead_letter_arn})


@mutation("LAM-03", "its queue has no dead-letter queue")
def source_without_redrive(cloud: Cloud) -> Steps:
    """A queue that is sound by itself feeds the function."""
    sqs, client, name = cloud.client("sqs"), cloud.client("lambda"), "mutation"
    url = sqs.create_queue(
        QueueName=name, Attributes={"KmsMasterKeyId": cloud.spare_key.arn, "VisibilityTimeout": "180"}
    )["QueueUrl"]
    queue = f"arn:aws:sqs:{cloud.account.region}:{cloud.account.id}:{name}"
    read = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    cloud.permit(cloud.role, name, {"Effect": "Allow", "Action": read, "Resource": queue})
    source = client.create_event_source_mapping(EventSourceArn=queue, FunctionName=cloud.function.name)
    yield Broken(cloud.function.arn)
    client.delete_event_source_mapping(UUID=source["UUID"])
    cloud.forbid(cloud.role, name)
    sqs.delete_queue(QueueUrl=url)


@mutation("LAM-06", "a runtime of the past")
def old_runtime(cloud: Cloud) -> Steps:
    cloud.configure(Runtime="python3.8")
    yield Broken(cloud.function.arn)
    cloud.configure(Runtime=cloud.function.runtime)


def _concurrency(cloud: Cloud, reserved: int | None) -> Steps:
    client, name = cloud.client("lambda"), cloud.function.name
    if reserved is None:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    yield Broken(cloud.function.arn)
    client.put_function_concurrency(
        FunctionName=name, ReservedConcurrentExecutions=cloud.function.reserved_concurrency
    )


@mutation("LAM-06", "another language's runtime of the past")
def old_other_runtime(cloud: Cloud) -> Steps:
    cloud.configure(Runtime="nodejs16.x")
    yield Broken(cloud.function.arn)
    cloud.configure(Runtime=cloud.function.runtime)


@mutation("LAM-08", "nothing reserved")
def nothing_reserved(cloud: Cloud) -> Steps:
    yield from _concurrency(cloud, None)


@mutation("LAM-08", "switched off")
def switched_off(cloud: Cloud) -> Steps:
    yield from _concurrency(cloud, 0)
