"""The live readers: what they read, what they ask for, and what becomes of every error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hipaa_policies.catalogue import catalogue
from hipaa_policies.facts import Account, Unreadable, known
from hipaa_policies.facts.logs import CountedMetric
from hipaa_policies.facts.network import Route
from hipaa_policies.facts.stores import ObjectLock, Replica
from hipaa_policies.iam import statements
from hipaa_policies.judge import judge
from hipaa_policies.readers.live import (
    Record,
    UnreadableError,
    operations,
    policy_document,
    unfilled,
)
from hipaa_policies.readers.live.permissions import iam_action
from hipaa_policies.verdicts import Status
from moto import mock_aws

from tests.unit.policies import compliant, moto_account
from tests.unit.policies.replay import Recording, refusal

DECLARED = {(o.service, o.name) for o in operations()} - {("sts", "GetCallerIdentity")}
# Asked only for a managed policy whose document the list leaves out, with --tag and for selections by tag,
# for databases in clusters, where there is no Firehose stream: all have tests.
SELDOM = {
    ("cloudwatch", "ListMetrics"),
    ("iam", "GetPolicyVersion"),
    ("rds", "DescribeDBClusterParameters"),
    ("rds", "DescribeDBClusters"),
    ("resourcegroupstaggingapi", "GetResources"),
}
ASKED = sorted(DECLARED - SELDOM)
# What firewalls let through says nothing where a route leads past them, as in moto_account: test_live_egress.
LED_PAST = (
    "network-firewall:DescribeFirewall",
    "network-firewall:DescribeFirewallPolicy",
    "network-firewall:DescribeRuleGroup",
    "route53resolver:ListFirewallDomainLists",
    "route53resolver:ListFirewallDomains",
    "route53resolver:ListFirewallRules",
)


@pytest.fixture(scope="module")
def recording() -> Recording:
    recording = Recording()
    with mock_aws():
        moto_account.create()
        recording.record()
    return recording


@pytest.fixture(scope="module")
def read(recording: Recording) -> tuple[Account, Record]:
    return recording.replay()


@pytest.fixture(scope="module")
def account(read: tuple[Account, Record]) -> Account:
    return read[0]


def only(listing: Any, **wanted: Any) -> Any:
    found = [item for item in listing.complete() if all(getattr(item, k) == v for k, v in wanted.items())]
    assert len(found) == 1
    return found[0]


def test_every_listing_has_a_reader_and_is_read(account: Account) -> None:
    assert unfilled() == set()
    listings = {field.name: getattr(account, field.name) for field in fields(account)}
    for name, listing in listings.items():
        if name not in ("id", "region", "partition", "unread_types"):
            assert listing.problem is None, name
    empty = {n for n, v in listings.items() if getattr(v, "items", True) == ()}
    assert account.unread_types == ()  # of plans alone
    assert empty == {"anomaly_subscriptions", "domain_names"}


def test_functions(account: Account) -> None:
    function = only(account.functions, name="reader")
    assert len(function.subnet_ids) == 2
    assert function.vpc_id
    assert function.environment_key == only(account.keys, aliases=("alias/phi",)).arn
    assert function.variables == ("API_KEY", "PATIENT_TABLE")
    assert [secret.variable for secret in known(function.suspected_secrets)] == ["API_KEY"]
    assert function.tracing == "Active"
    assert function.reserved_concurrency == 5
    assert function.failure_destinations == (f"arn:aws:sqs:us-east-1:{moto_account.ID}:dead",)
    own, live = function.policies.complete()
    assert (own.qualifier, live.qualifier) == (None, "live")
    assert "apigateway.amazonaws.com" in own.document
    assert "lambda:InvokeFunctionUrl" in live.document
    assert function.code_signing_config == "arn:csc"
    assert function.log_group == "/aws/lambda/reader"
    assert [url.authorization for url in known(function.urls)] == ["AWS_IAM"]
    assert only(account.event_sources).source_arn.endswith(":in")
    plain = only(account.functions, name="plain")
    assert (plain.subnet_ids, plain.policies.complete(), plain.reserved_concurrency) == ((), (), None)
    assert plain.urls is None


def test_values_of_variables_never_become_facts(account: Account) -> None:
    assert "invented" not in json.dumps(asdict(account), default=str)


def test_network(account: Account) -> None:
    function = only(account.functions, name="reader")
    group = only(account.security_groups, name="functions")
    assert {rule.peer for rule in group.inbound} == {"10.9.0.0/16", "::/0"}
    table = next(t for t in account.route_tables.items if set(t.subnet_ids) & set(function.subnet_ids))
    assert any(r.destination == "0.0.0.0/0" and r.target.startswith("igw-") for r in table.routes)
    assert Route("10.9.0.0/16", "local") in table.routes
    assert only(account.vpc_endpoints).service == "dynamodb"
    log = only(account.flow_logs)
    assert (log.resource_id, log.active, log.traffic) == (group.vpc_id, True, "ALL")
    assert {s.zone for s in account.subnets.items if s.id in function.subnet_ids} == {
        "us-east-1a",
        "us-east-1b",
    }


def test_replicas(recording: Recording) -> None:
    copies = [
        {"RegionName": "us-east-1"},
        {"RegionName": "eu-west-1", "KMSMasterKeyId": "k"},
        {"RegionName": "eu-west-2"},
    ]
    answer = {"Table": {"TableName": "patients", "Replicas": copies}}
    other, _ = recording.replay(lambda _, operation: answer if operation == "DescribeTable" else None)
    assert only(other.tables).replicas == (Replica("eu-west-1", "k"), Replica("eu-west-2", None))


def test_web_acls(account: Account, recording: Recording) -> None:
    assert only(account.web_acls).stops is False
    blocking = {"WebACL": {"DefaultAction": {"Allow": {}}, "Rules": [{"Action": {"Block": {}}}]}}
    other, _ = recording.replay(lambda _, operation: blocking if operation == "GetWebACL" else None)
    assert only(other.web_acls).stops is True
    refused, _ = recording.replay(
        lambda _, operation: refusal("AccessDenied", operation) if operation == "GetWebACL" else None
    )
    problem = only(refused.web_acls).stops
    assert isinstance(problem, Unreadable)
    assert problem.missing_action == "wafv2:GetWebACL"


def test_prefix_lists(account: Account) -> None:
    own = only(account.prefix_lists, of_aws=False)
    assert (own.name, own.cidrs) == ("offices", ("192.0.2.0/24",))
    assert own.id.startswith("pl-")
    assert all(one.cidrs == () for one in account.prefix_lists.items if one.of_aws)


def test_identities(account: Account) -> None:
    role = only(account.roles, name="reader")
    assert [(p.name, p.arn is None) for p in role.policies] == [("inline", True), ("read", False)]
    assert role.boundary is not None
    assert role.boundary.arn is not None
    assert role.boundary.arn.endswith("policy/limit")
    assert statements(json.loads(role.trust))[0].principals is not None
    written = {policy.arn.rpartition("/")[2]: policy.holders for policy in account.written_policies.items}
    assert written == {"inline": ("reader",), "read": ("reader",)}


def test_stores(account: Account) -> None:
    table = only(account.tables)
    key = only(account.keys, aliases=("alias/phi",))
    assert (table.key, table.recovery, table.deletion_protection) == (key.arn, True, True)
    assert key.rotation is True
    archive, plain = only(account.buckets, name="archive"), only(account.buckets, name="plain")
    assert archive.lock == ObjectLock("COMPLIANCE", 7 * 365)
    assert (archive.algorithm, archive.key, archive.versioning) == ("aws:kms", key.arn, True)
    assert known(archive.public_access_block).complete
    assert not known(plain.public_access_block).complete
    assert (plain.policy, plain.versioning, plain.lock) == (None, False, None)
    assert only(account.databases).encrypted
    secret = only(account.secrets)
    assert (secret.key, secret.policy, secret.keeper) == ("alias/phi", None, None)


def test_messaging_and_monitoring(account: Account) -> None:
    dead, incoming = only(account.queues, name="dead"), only(account.queues, name="in")
    assert incoming.redrive_target == dead.arn
    assert incoming.key is None
    assert only(account.subscriptions).protocol == "email"
    assert {bus.name for bus in account.event_buses.items} == {"default", "clinical"}
    alarm = only(account.alarms)
    assert alarm.metrics[0].dimensions == (("FunctionName", "reader"),)
    assert (alarm.threshold, alarm.datapoints_to_alarm, alarm.missing_data) == (10.0, 1, "notBreaching")
    assert only(account.metric_filters).metrics == (CountedMetric("App", "Refused", "1"),)
    assert only(account.log_groups, name="/aws/lambda/reader").retention == 2557
    assert only(account.budgets).notified is True
    trail = only(account.trails)
    assert (trail.logging, trail.multi_region, trail.management_events) == (True, True, True)
    (events,) = known(trail.data_events)
    assert (events.resource_type, events.left_out, events.reads) == (
        "AWS::S3::Object",
        ("arn:aws:s3:::archive/",),
        True,
    )


def test_apis_and_people(account: Account) -> None:
    api = only(account.rest_apis)
    (method,) = known(api.methods)
    assert (method.authorization, method.authorizer_id) == (
        "COGNITO_USER_POOLS",
        known(api.authorizer_ids)[0],
    )
    stage = only(account.stages)
    assert (stage.public, stage.tracing, stage.access_log_arn) == (True, True, None)
    assert only(account.web_acls).log_destinations == ()
    pool = only(account.user_pools)
    assert (pool.mfa, pool.groups) == ("ON", ("Provider",))
    assert known(pool.password).minimum_length == 14
    (client,) = known(pool.clients)
    assert (client.access_token, client.id_token, client.refresh_token) == (900, 3600, 30 * 86400)


def test_the_readers_ask_for_what_they_declare_and_nothing_else(read: tuple[Account, Record]) -> None:
    asked = {tuple(name.split(":")) for name in read[1].asked} - {("sts", "GetCallerIdentity")}
    assert asked == set(ASKED)


def test_the_generated_policy_holds_those_actions_and_reads_only() -> None:
    (statement,) = statements(json.loads(policy_document()))
    assert set(statement.actions) == {iam_action(service, name) for service, name in DECLARED}
    verbs = {action.partition(":")[2] for action in statement.actions} - {"GET"}
    reading = ("BatchGet", "Describe", "Get", "List", "View")
    # AWS lists GenerateCredentialReport as reading, too: it makes a report, and changes nothing.
    assert {v for v in verbs if not v.startswith(reading)} == {"GenerateCredentialReport"}


@pytest.mark.parametrize(("service", "operation"), ASKED, ids=lambda value: str(value))
def test_a_refused_call_is_unknown_names_its_action_and_hides_nothing(
    recording: Recording, account: Account, service: str, operation: str
) -> None:
    error = refusal("AccessDeniedException", operation)
    found, record = recording.replay(lambda *asked: error if asked == (service, operation) else None)
    action = iam_action(service, operation)
    named = {problem.missing_action for problem in record.problems}
    # Without the account's sum functions are asked one by one, which the recording need not hold.
    unrecorded = {None} if operation == "GetAccountSettings" else set()
    assert named - unrecorded == {action}
    before: dict[tuple[str, str], set[Status]] = {}
    for finding in judge(account, compliant.settings()):
        before.setdefault((finding.control_id, finding.resource), set()).add(finding.status)
    after = judge(found, compliant.settings())
    assert {f.control_id for f in after} == {control.id for control in catalogue()}
    for finding in after:
        was = before.get((finding.control_id, finding.resource), set())
        assert finding.status in {*was, Status.UNKNOWN}, f"{finding} was {was}"
    lost = [f for f in after if f"grant {action}" in f.message]
    # The budget already passes the one control that looks at anomaly subscriptions. Without the account's
    # sum each function is asked for its reserved concurrency.
    # A bus's key counts where a key is to be deleted, a web ACL's rules where it has a stage.
    excused = (
        "ce:GetAnomalySubscriptions",
        "events:DescribeEventBus",
        "lambda:GetAccountSettings",
        *LED_PAST,
        "wafv2:GetWebACL",
    )
    assert lost or action in excused
    assert {f.status for f in lost} <= {Status.UNKNOWN}


def test_all_queues_are_listed(recording: Recording) -> None:
    """SQS lists a thousand, and tells of a next page only where MaxResults was given.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/list-all-queues-pagination.html
    """

    def listed(parameters: Mapping[str, Any]) -> dict[str, Any]:
        if "NextToken" in parameters:
            return {"QueueUrls": ["https://sqs/1/second"]}
        more = {"NextToken": "2"} if "MaxResults" in parameters else {}
        return {"QueueUrls": ["https://sqs/1/first"]} | more

    answers: dict[str, Any] = {"ListQueues": listed, "GetQueueAttributes": {"Attributes": {}}}
    found, _ = recording.replay(lambda service, operation: answers.get(operation))
    assert [queue.name for queue in found.queues.complete()] == ["first", "second"]


def test_a_page_that_fails_leaves_an_incomplete_listing(recording: Recording) -> None:
    pages: list[dict[str, Any] | Exception] = [
        {"Functions": [], "NextMarker": "2"},
        refusal("TooManyRequestsException", "ListFunctions"),
    ]
    answers = iter(pages)
    found, _ = recording.replay(
        lambda service, operation: next(answers, None) if operation == "ListFunctions" else None
    )
    assert found.functions.problem is not None
    assert found.functions.problem.code == "TooManyRequestsException"
    assert found.functions.problem.missing_action is None


def test_a_network_error_is_a_fact_too(recording: Recording) -> None:
    error = EndpointConnectionError(endpoint_url="https://kms.us-east-1.amazonaws.com")
    found, _ = recording.replay(lambda service, operation: error if service == "kms" else None)
    assert found.keys.problem is not None
    assert found.keys.problem.code == "EndpointConnectionError"


def test_an_answer_of_another_form_makes_its_listing_unreadable(recording: Recording) -> None:
    strange: dict[str, dict[str, Any]] = {"ListFunctions": {"Functions": [{}]}}
    found, record = recording.replay(lambda service, operation: strange.get(operation))
    assert isinstance(found.functions.problem, Unreadable)
    assert found.functions.problem.code == "UnexpectedAnswer"
    assert found.event_sources.problem == found.functions.problem
    assert found.functions.problem in record.problems


def test_hidden_variables_are_unknown_and_name_what_is_missing(recording: Recording) -> None:
    with_error = {
        "Functions": [
            {
                "FunctionName": "reader",
                "FunctionArn": compliant.FUNCTION,
                "Role": compliant.ROLE,
                "Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "KMS"}},
            }
        ]
    }
    plain: dict[str, dict[str, Any]] = {
        "ListFunctions": with_error,
        "ListFunctionEventInvokeConfigs": {"FunctionEventInvokeConfigs": []},
        "GetPolicy": {"Policy": "{}"},
        "GetFunctionConcurrency": {},
    }
    found, _ = recording.replay(lambda service, operation: plain.get(operation))
    controls = [control for control in catalogue() if control.id == "LAM-05"]
    (finding,) = judge(found, compliant.settings(), controls)
    assert finding.status is Status.UNKNOWN
    assert "grant kms:Decrypt" in finding.message


def test_a_managed_policy_that_cannot_be_read_leaves_no_role_judged(recording: Recording) -> None:
    listed = {
        "Arn": compliant.arn("iam", "policy/read", ""),
        "DefaultVersionId": "v2",
        "PolicyVersionList": [],
    }
    answers: dict[str, Any] = {
        "GetAccountAuthorizationDetails": {"RoleDetailList": [], "Policies": [listed]},
        "GetPolicyVersion": refusal("AccessDenied", "GetPolicyVersion"),
    }
    found, _ = recording.replay(lambda service, operation: answers.get(operation))
    assert found.roles.problem is not None
    assert found.roles.problem.missing_action == "iam:GetPolicyVersion"
    answers["GetPolicyVersion"] = {"PolicyVersion": {"Document": moto_account.READ_TABLE}}
    found, _ = recording.replay(lambda service, operation: answers.get(operation))
    assert found.roles.problem is None


def test_nobodys_account_is_an_error(recording: Recording) -> None:
    error = refusal("ExpiredToken", "GetCallerIdentity")
    with pytest.raises(UnreadableError, match="sts:GetCallerIdentity answered ExpiredToken"):
        recording.replay(lambda service, operation: error if service == "sts" else None)
