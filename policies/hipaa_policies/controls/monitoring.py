"""Monitoring: alarms that can fire and are heard, costs, and functions that stay up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hipaa_policies.alarms import NO_ALARM, heard, named_like, on_function, trail_filters, why_silent
from hipaa_policies.catalogue import control, whole_account
from hipaa_policies.checklist import Line
from hipaa_policies.facts import Account, Listing, known
from hipaa_policies.facts.functions import EventSource, Function
from hipaa_policies.facts.messaging import Topic
from hipaa_policies.facts.monitoring import Alarm
from hipaa_policies.filter_patterns import Event, FilterPatternError, example, filter_pattern
from hipaa_policies.joins import first_names, sources_of
from hipaa_policies.settings import Settings
from hipaa_policies.tables import RUNTIME_DEPRECATION, RUNTIMES_TABLE
from hipaa_policies.trail_events import KEY_DELETION, POLICY_CHANGES, REFUSALS, ROOT_USE, TRAIL_CHANGES
from hipaa_policies.verdicts import (
    ADDRESSABLE,
    REQUIRED,
    Verdict,
    failed,
    judged,
    not_applicable,
    passed,
    unknown,
)

_UNAUTHORIZED = re.compile(r"(?i)unauthori[sz]ed|access_?denied|forbidden")
_FUNCTION_METRICS = ("Errors", "Throttles", "Duration")


@control(
    "ALM-01",
    "Errors, throttles and duration of every function are alarmed, by alarms that can fire",
    of=lambda account: account.functions,
    cite="164.308(a)(1)(ii)(D)",
    requirement=REQUIRED,
    checklist=(Line.ERROR_ALARMS, Line.PERFORMANCE),
    blind="That someone looks; what metric maths yields; composite alarms; topics of other accounts.",
    satisfied_by="modules/function",
    remedy="Alarm on the sum of Errors and Throttles and on the average or a percentile of Duration, "
    "with an action on a topic that has a subscriber.",
)
def function_is_alarmed(function: Function, account: Account, _: Settings) -> Verdict:
    wrong = []
    for metric in _FUNCTION_METRICS:
        alarms = on_function(account, function, metric)
        if problem := _problem_with(alarms, account, function.timeout * 1000):
            wrong.append(f"{metric}: {problem}")
    return judged(not wrong, "errors, throttles and duration are alarmed", "; ".join(wrong))


def _problem_with(alarms: list[Alarm], account: Account, duration_limit_ms: int | None = None) -> str | None:
    """``None`` where one of the alarms works; else what is wrong with the first."""
    if not alarms:
        return NO_ALARM
    problems = [why_silent(alarm, account, duration_limit_ms) for alarm in alarms]
    return None if None in problems else f"{alarms[0].name} cannot work: {problems[0]}"


@control(
    "ALM-02",
    "Unauthorised access is alarmed",
    of=whole_account,
    cite="164.308(a)(5)(ii)(C)",
    requirement=ADDRESSABLE,
    checklist=Line.SECURITY_ALERTS,
    blind="Whether the application counts every refusal.",
    satisfied_by="modules/observability",
    remedy="Alarm on a metric that counts refusals, of the application or of the trail (AccessDenied).",
)
def refusals_are_alarmed(account: Account, _: Account, __: Settings) -> Verdict:
    filters = account.metric_filters.complete()
    drawn = {(metric.namespace, metric.name) for f in filters for metric in f.metrics}
    # What a filter draws from a log is judged by its pattern, whatever it is called.
    named = [
        alarm
        for alarm in named_like(account, _UNAUTHORIZED)
        if not any((metric.namespace, metric.name) in drawn for metric in alarm.metrics)
    ]
    working = [alarm.name for alarm in named if why_silent(alarm, account) is None]
    working += _on_refusals_of_applications(account)
    if working:
        return passed(f"alarmed by {first_names(working)}")
    found = [heard(account, trail_filters(account), event) for event in REFUSALS]
    if of_the_trail := [name for one in found for name in one.alarms]:
        return passed(f"alarmed by {first_names(list(dict.fromkeys(of_the_trail)))}")
    problem = next((one.problem for one in found if one.problem != NO_ALARM), None)
    return failed(f"refused access is not alarmed: {problem or _problem_with(named, account)}")


def _on_refusals_of_applications(account: Account) -> list[str]:
    """Alarms on what a filter of another log than a trail's counts, where it asks for a word of refusal."""
    of_trails = {f.arn for f in trail_filters(replace(account, trails=Listing(account.trails.items)))}
    found: list[str] = []
    for each in account.metric_filters.complete():
        event = None if each.arn in of_trails else _refusal(each.pattern)
        found += [] if event is None else heard(account, [each], event).alarms
    return found


def _refusal(pattern: str) -> Event | None:
    """An event that the filter counts, and that tells of a refusal."""
    try:
        return example(filter_pattern(pattern), _UNAUTHORIZED)
    except FilterPatternError:
        return None


_SIGNALS = (
    ("use of the root user", ROOT_USE),
    ("deletion of keys", KEY_DELETION),
    ("changes of policies", POLICY_CHANGES),
    ("changes of trails", TRAIL_CHANGES),
)


@control(
    "ALM-03",
    "Use of root, deletion of keys, and changes of policies and trails are alarmed",
    of=whole_account,
    cite="164.308(a)(1)(ii)(D)",
    requirement=REQUIRED,
    checklist=Line.SECURITY_ALERTS,
    blind="Rules of EventBridge, and of tools outside this account. Filters are tried on sample events: one "
    "that asks for fields which those have not is not seen to match.",
    satisfied_by="modules/observability",
    remedy="Filter the trail's log group for the calls, and alarm on the metric.",
)
def account_changes_are_alarmed(account: Account, _: Account, __: Settings) -> Iterator[Verdict]:
    filters = trail_filters(account)
    for signal, events in _SIGNALS:
        missed: dict[str, list[str]] = {}
        for event in events:
            found = heard(account, filters, event)
            if not found.alarms:
                missed.setdefault(found.problem, []).append(event["eventName"])
        problems = [f"{problem} ({', '.join(names)})" for problem, names in missed.items()]
        yield judged(not missed, f"{signal}: alarmed", f"{signal}: {'; '.join(problems)}")


def _alert_topics(account: Account) -> Listing[Topic]:
    used = {action for alarm in account.alarms.complete() for action in alarm.actions}
    return account.topics.where(lambda topic: topic.arn in used)


@control(
    "ALM-04",
    "Topics that alarms go to have a confirmed subscriber",
    of=_alert_topics,
    cite="164.308(a)(6)(ii)",
    requirement=REQUIRED,
    checklist=Line.SECURITY_ALERTS,
    blind="That someone answers.",
    satisfied_by="modules/observability",
    remedy="Subscribe the people on call, and confirm the subscription.",
)
def alerts_are_heard(topic: Topic, account: Account, _: Settings) -> Verdict:
    subscribed = [s for s in account.subscriptions.complete() if s.topic_arn == topic.arn]
    confirmed = sum(s.confirmed for s in subscribed)
    if confirmed:
        return passed(f"has {confirmed} confirmed subscriber(s)")
    return failed("its subscriptions wait for confirmation" if subscribed else "has no subscriber")


@control(
    "CST-01",
    "Costs are watched by a budget or an anomaly alert",
    of=whole_account,
    cite="164.308(a)(1)(ii)(D)",
    requirement=REQUIRED,
    checklist=Line.COST,
    blind="Whether the limit is right. The checklist asks for it; the rule only for review of activity.",
    satisfied_by="modules/observability",
    remedy="Create a cost budget, or a cost anomaly subscription, with a subscriber.",
)
def costs_are_watched(account: Account, _: Account, __: Settings) -> Verdict:
    budgets = [b.name for b in account.budgets.items if b.kind == "COST" and known(b.notified)]
    anomalies = [s.name for s in account.anomaly_subscriptions.items if s.notified]
    if watching := budgets + anomalies:
        return passed(f"watched by {first_names(watching)}")
    account.budgets.complete()
    account.anomaly_subscriptions.complete()
    return failed("no cost budget with a subscriber, and no cost anomaly subscription")


@control(
    "LAM-03",
    "What a function fails to handle has somewhere to go",
    of=lambda account: account.functions,
    cite="164.312(c)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.ERROR_ALARMS,
    blind="That anyone reads it.",
    satisfied_by="modules/function",
    remedy="Give it a dead-letter queue or an on-failure destination; give its queues a redrive policy.",
)
def failures_go_somewhere(function: Function, account: Account, _: Settings) -> Verdict:
    queues = {queue.arn: queue for queue in account.queues.items}
    for source in sources_of(function, account):
        if _is_stream(source) and not source.failure_destination:
            return failed(f"records of {source.source_arn} that it fails to handle are lost")
        if source.source_arn is None or ":sqs:" not in source.source_arn:
            continue
        if source.source_arn not in queues:
            account.queues.complete()
            return unknown(f"its queue {source.source_arn} is not in this account and region")
        if known(queues[source.source_arn].redrive_target) is None:
            return failed(f"its queue {queues[source.source_arn].name} has no dead-letter queue")
    if function.dead_letter_arn:
        return passed(f"failed events go to {function.dead_letter_arn.rpartition(':')[2]}")
    destinations = known(function.failure_destinations)
    return judged(bool(destinations), "failed events go to a destination", "failed events are lost")


def _is_stream(source: EventSource) -> bool:
    """Whether records that fail are given up in the end (queues keep theirs, for a dead-letter queue)."""
    return source.source_arn is not None and source.source_arn.split(":")[2] in ("dynamodb", "kinesis")


@control(
    "LAM-06",
    "Runtimes of functions are supported",
    of=lambda account: account.functions,
    cite="164.308(a)(1)(ii)(B)",
    requirement=REQUIRED,
    checklist=Line.PERFORMANCE,
    blind="Packages in images and layers.",
    satisfied_by="modules/function",
    remedy="Move the function to a supported runtime.",
    tables=(RUNTIMES_TABLE,),
)
def runtime_is_supported(function: Function, _: Account, settings: Settings) -> Verdict:
    if function.runtime is None:
        return unknown("is an image: its runtime is inside it, and Lambda does not tell it")
    ends = RUNTIME_DEPRECATION.get(function.runtime)
    if ends is None:
        return unknown(f"{function.runtime} is not in the table of {RUNTIMES_TABLE.as_of}")
    return judged(
        settings.today < ends,
        f"{function.runtime} is supported until {ends}",
        f"{function.runtime} is deprecated since {ends}",
    )


@control(
    "LAM-10",
    "Functions only run signed code",
    of=lambda account: account.functions,
    cite="164.312(c)(2)",
    requirement=ADDRESSABLE,
    checklist=Line.SECURITY_ALERTS,
    blind="Whether the signer deserves the trust; images, which are signed otherwise.",
    satisfied_by="modules/function",
    remedy="Attach a code signing configuration that enforces.",
)
def code_is_signed(function: Function, _: Account, __: Settings) -> Verdict:
    if function.runtime is None:
        return not_applicable("is an image")
    if known(function.code_signing_config) is None:
        return failed("accepts unsigned code")
    enforced = known(function.code_signing_enforced)
    return judged(enforced, "runs signed code alone", "its code signing configuration only warns")


@control(
    "LAM-08",
    "Functions have reserved concurrency",
    of=lambda account: account.functions,
    cite="164.308(a)(7)(ii)(C)",
    requirement=REQUIRED,
    checklist=Line.PERFORMANCE,
    blind="The right value.",
    satisfied_by="modules/function",
    remedy="Reserve as much as the function needs, so that none can starve the others. Where the account's "
    "limit is too low for that (10 in a new one), have Service Quotas raise it.",
)
def concurrency_is_reserved(function: Function, _: Account, __: Settings) -> Verdict:
    reserved = known(function.reserved_concurrency)
    if reserved is None:
        return failed("nothing is reserved: another function can starve it, and it the others")
    return judged(reserved > 0, f"{reserved} are reserved", "0 are reserved: it is switched off")
