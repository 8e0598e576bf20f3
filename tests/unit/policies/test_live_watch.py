"""The live readers of what watches an account, backs it up, and who signs in to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hipaa_policies.facts import Account, FactUnreadableError, Unreadable, known
from hipaa_policies.facts.backups import Selection
from hipaa_policies.facts.identities import User
from moto import mock_aws

from tests.unit.policies import moto_account
from tests.unit.policies.replay import Recording, refusal
from tests.unit.policies.test_live_readers import only

ARCHIVE_STREAM = f"arn:aws:firehose:us-east-1:{moto_account.ID}:deliverystream/logs"
REPORT = (
    "user,arn,user_creation_time,password_enabled,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_2_active,access_key_2_last_rotated\n"
    "<root_account>,arn:root,2020-01-01T00:00:00+00:00,{root},false,false,N/A,true,N/A\n"
    "jo,arn:jo,2021-01-01T00:00:00+00:00,no_information,true,true,2026-01-02T03:04:05+00:00,true,"
    "2025-01-02T03:04:05+00:00\n"
)


@pytest.fixture(scope="module")
def recording() -> Recording:
    made = Recording()
    with mock_aws():
        moto_account.create()
        made.record()
    return made


def read(recording: Recording, **answers: Any) -> Account:
    """The account, with other answers to operations."""
    return recording.replay(lambda _, operation: answers.get(operation))[0]


def test_what_watches_is_read(recording: Recording) -> None:
    account = read(recording)
    assert only(account.analyzers).findings == ("arn:aws:s3:::open",)
    assert only(account.detectors).enabled is True
    assert only(account.scanners).scans == ("LAMBDA",)
    recorder = only(account.config_recorders)
    assert (recorder.everything, recorder.recording, recorder.bucket) == (True, True, "archive")


def test_backups_are_read(recording: Recording) -> None:
    account = read(recording)
    plan = only(account.backup_plans)
    assert (plan.name, plan.vaults) == ("daily", ("main",))
    assert plan.selections == (Selection(("arn:aws:dynamodb:*",), (), None),)
    assert only(account.backup_vaults).locked is True
    assert only(account.restore_jobs).completed.date() == date(2026, 10, 1)
    assert only(account.databases).backup_days == 7


def test_stores_are_selected_by_their_tags(recording: Recording) -> None:
    chosen = {
        "ListOfTags": [
            {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}
        ],
        "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/a", "ConditionValue": "b"}]},
    }
    account = read(
        recording,
        GetBackupSelection={"BackupSelection": chosen},
        GetResources={"ResourceTagMappingList": [{"ResourceARN": "arn:aws:rds:us-east-1:1:db:a"}]},
    )
    (selection,) = known(only(account.backup_plans).selections)
    assert selection.tagged == ("arn:aws:rds:us-east-1:1:db:a",)
    assert selection.selects("arn:aws:rds:us-east-1:1:db:a")
    assert not selection.selects("arn:aws:rds:us-east-1:1:db:b")


TABLE, INSTANCE, CLUSTER = (
    f"arn:aws:{rest}" for rest in ("dynamodb:r:1:table/t", "rds:r:1:db:d", "rds:r:1:cluster:c")
)


@pytest.mark.parametrize(
    ("chosen", "selected"),
    [
        # By tags alone the region's settings decide; what is named by its ARN is backed up, but for Aurora.
        ({"ListOfTags": [{"ConditionKey": "a", "ConditionValue": "b"}]}, {INSTANCE}),
        ({"Resources": [TABLE, INSTANCE, CLUSTER]}, {TABLE, INSTANCE}),
        ({"Resources": ["arn:aws:*"]}, {INSTANCE}),
    ],
)
def test_what_the_region_is_not_opted_into_is_not_selected(
    recording: Recording, chosen: dict[str, Any], selected: set[str]
) -> None:
    settings = {"Aurora": False, "DynamoDB": False, "RDS": True}
    account = read(
        recording,
        GetBackupSelection={"BackupSelection": chosen},
        GetResources={"ResourceTagMappingList": [{"ResourceARN": arn} for arn in (TABLE, INSTANCE, CLUSTER)]},
        DescribeRegionSettings={"ResourceTypeOptInPreference": settings},
    )
    (selection,) = known(only(account.backup_plans).selections)
    assert {arn for arn in (TABLE, INSTANCE, CLUSTER) if selection.selects(arn)} == selected


def test_clusters_are_among_what_is_selected_by_tags(recording: Recording) -> None:
    """Of Aurora the cluster is backed up, not its instances: BKP-01 looks for its ARN."""
    tag = {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}
    kinds: set[str] = set()

    def resources(parameters: Mapping[str, Any]) -> dict[str, Any]:
        kinds.update(parameters["ResourceTypeFilters"])
        return {"ResourceTagMappingList": []}

    chosen = {"BackupSelection": {"ListOfTags": [tag]}}
    read(recording, GetBackupSelection=chosen, GetResources=resources)
    assert kinds == {"dynamodb:table", "rds:cluster", "rds:db"}


@pytest.mark.parametrize(
    ("status", "logging"),
    [
        ({"IsLogging": True}, True),
        ({"IsLogging": False}, False),
        ({"IsLogging": True, "LatestDeliveryError": "AccessDenied"}, False),
        ({"IsLogging": True, "LatestDeliveryError": ""}, True),
    ],
)
def test_a_trail_that_cannot_deliver_is_not_logging(
    recording: Recording, status: dict[str, Any], logging: bool
) -> None:
    assert only(read(recording, GetTrailStatus=status).trails).logging is logging


def test_a_trail_that_cannot_write_to_its_log_group_has_none(recording: Recording) -> None:
    trail = {"TrailARN": "arn:t", "Name": "t", "CloudWatchLogsLogGroupArn": "arn:aws:logs:r:1:log-group:/t:*"}
    told = {"DescribeTrails": {"trailList": [trail]}, "GetEventSelectors": {}}
    written = read(recording, GetTrailStatus={"IsLogging": True}, **told)
    assert only(written.trails).log_group_arn == "arn:aws:logs:r:1:log-group:/t:*"
    lost = {"IsLogging": True, "LatestCloudWatchLogsDeliveryError": "Access denied."}
    assert only(read(recording, GetTrailStatus=lost, **told).trails).log_group_arn is None


def test_conditions_that_are_not_evaluated_are_unreadable(recording: Recording) -> None:
    unlike = {"StringNotEquals": [{"ConditionKey": "aws:ResourceTag/a", "ConditionValue": "b"}]}
    account = read(recording, GetBackupSelection={"BackupSelection": {"Conditions": unlike}})
    selections = only(account.backup_plans).selections
    assert isinstance(selections, Unreadable)
    assert selections.code == "NotEvaluated"


def test_people_are_read_from_the_credential_report(recording: Recording) -> None:
    jo = only(read(recording).users, name="jo")
    assert (jo.root, jo.password, jo.mfa, len(jo.keys)) == (False, True, False, 1)
    report = {"Content": REPORT.format(root="not_supported").encode()}
    assert read(recording, GetCredentialReport=report).users.complete() == (
        User("arn:root", "<root_account>", True, True, False, (date(2020, 1, 1),)),
        User("arn:jo", "jo", False, False, True, (date(2025, 1, 2), date(2026, 1, 2))),
    )
    taken_away = {"Content": REPORT.format(root="false").encode()}
    assert read(recording, GetCredentialReport=taken_away).users.items[0].password is False


def test_the_report_is_waited_for(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("hipaa_policies.readers.live.sign_in.time.sleep", waits.append)
    states = iter(["STARTED", "INPROGRESS", "COMPLETE"])
    account, record = recording.replay(
        lambda _, operation: {"State": next(states)} if operation == "GenerateCredentialReport" else None
    )
    assert only(account.users, name="jo").keys
    assert waits == [1.0, 1.0]
    assert record.asked["iam:GenerateCredentialReport"] == 3


def test_a_report_that_is_never_ready_is_unreadable(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hipaa_policies.readers.live.sign_in.time.sleep", lambda _: None)
    account, record = recording.replay(
        lambda _, operation: {"State": "INPROGRESS"} if operation == "GenerateCredentialReport" else None
    )
    assert account.users.problem is not None
    assert account.users.problem.code == "ReportInProgress"
    assert account.users.problem in record.problems


def test_subscriptions_are_followed_to_their_bucket(recording: Recording) -> None:
    export = only(read(recording).log_exports)
    assert (export.log_group, export.pattern, export.bucket) == ("/aws/lambda/reader", "", "archive")


def _policy(**more: Any) -> dict[str, Any]:
    document = f'{{"DestinationArn": "{ARCHIVE_STREAM}", "FilterPattern": ""}}'
    return {"accountPolicies": [{"policyName": "all", "policyDocument": document, **more}]}


def test_one_subscription_of_the_whole_account_is_enough(recording: Recording) -> None:
    account, record = recording.replay(
        lambda _, operation: _policy() if operation == "DescribeAccountPolicies" else None
    )
    export = only(account.log_exports)
    assert (export.log_group, export.bucket, export.takes("/any")) == (None, "archive", True)
    assert "logs:DescribeSubscriptionFilters" not in record.asked


def test_groups_that_it_leaves_out_are_asked_for_their_own(recording: Recording) -> None:
    criteria = 'LogGroupName NOT IN ["/aws/lambda/reader"]'
    account = read(recording, DescribeAccountPolicies=_policy(selectionCriteria=criteria))
    takes = [export.takes("/aws/lambda/reader") for export in account.log_exports.complete()]
    assert takes == [False, True]


def test_a_selection_that_is_not_understood_leaves_the_list_open(recording: Recording) -> None:
    account = read(recording, DescribeAccountPolicies=_policy(selectionCriteria="LogGroupName LIKE x"))
    assert account.log_exports.problem is not None
    assert account.log_exports.problem.code == "NotEvaluated"


@pytest.mark.parametrize(("metrics", "asked"), [([], False), ([{"MetricName": "ForwardedBytes"}], True)])
def test_groups_are_asked_one_by_one_only_where_something_is_forwarded(
    recording: Recording, metrics: list[Any], asked: bool
) -> None:
    answers: dict[str, Any] = {
        "ListDeliveryStreams": {"DeliveryStreamNames": [], "HasMoreDeliveryStreams": False},
        "ListMetrics": {"Metrics": metrics},
    }
    account, record = recording.replay(lambda _, operation: answers.get(operation))
    assert account.log_exports.problem is None
    assert ("logs:DescribeSubscriptionFilters" in record.asked) is asked
    # To a stream that is not in this account: where it ends is not known.
    assert [export.bucket for export in account.log_exports.items] == ([None] if asked else [])


def test_streams_are_listed_page_by_page(recording: Recording) -> None:
    pages = iter([True, False])
    account = recording.replay(
        lambda _, operation: (
            {"DeliveryStreamNames": ["logs"], "HasMoreDeliveryStreams": next(pages)}
            if operation == "ListDeliveryStreams"
            else {"DeliveryStreamDescription": {"Destinations": []}}
            if operation == "DescribeDeliveryStream"
            else None
        )
    )[0]
    assert only(account.log_exports).bucket is None
    assert next(pages, None) is None


def _cluster(name: str) -> dict[str, Any]:
    return {
        "DBClusterArn": f"arn:{name}",
        "DBClusterIdentifier": name,
        "DBClusterParameterGroup": "group",
        "IAMDatabaseAuthenticationEnabled": name == "cluster",
    }


def _database(**more: Any) -> dict[str, Any]:
    database = {
        "DBInstanceArn": "arn:db",
        "DBInstanceIdentifier": "db",
        "Engine": "aurora-postgresql",
        **more,
    }
    return {"DBInstances": [database]}


@pytest.mark.parametrize(
    ("value", "forced"), [("1", True), ("ON", True), ("0", False), ("OFF", False), (None, False)]
)
def test_a_clusters_parameters_decide_for_its_instances(
    recording: Recording, value: str | None, forced: bool
) -> None:
    parameter = {"ParameterName": "rds.force_ssl"} | ({} if value is None else {"ParameterValue": value})
    account = read(
        recording,
        DescribeDBInstances=_database(DBClusterIdentifier="cluster"),
        DescribeDBClusters={"DBClusters": [_cluster("other"), _cluster("cluster")]},
        DescribeDBClusterParameters={"Parameters": [{"ParameterName": "other"}, parameter]},
    )
    found = only(account.databases)
    assert found.forces_tls is forced
    assert (found.iam_sign_in, found.cluster_arn) == (True, "arn:cluster")


@pytest.mark.parametrize("answer", [{"DBClusters": []}, refusal("AccessDenied", "DescribeDBClusters")])
def test_what_a_cluster_decides_is_unknown_without_it(recording: Recording, answer: Any) -> None:
    found = only(
        read(
            recording,
            DescribeDBInstances=_database(DBClusterIdentifier="cluster"),
            DescribeDBClusters=answer,
        ).databases
    )
    for value in (found.forces_tls, found.iam_sign_in):
        with pytest.raises(FactUnreadableError):
            known(value)
    with pytest.raises(FactUnreadableError):
        assert found.cluster_arn


@pytest.mark.parametrize("value", ["1", "0"])
def test_a_parameter_that_waits_for_a_restart_does_not_hold_for_certain(
    recording: Recording, value: str
) -> None:
    parameters = {"Parameters": [{"ParameterName": "rds.force_ssl", "ParameterValue": value}]}
    alone = _database(
        Engine="sqlserver-se",
        DBParameterGroups=[{"DBParameterGroupName": "g", "ParameterApplyStatus": "pending-reboot"}],
    )
    member = {"DBInstanceIdentifier": "db", "DBClusterParameterGroupStatus": "pending-reboot"}
    found = (
        read(recording, DescribeDBInstances=alone, DescribeDBParameters=parameters),
        read(
            recording,
            DescribeDBInstances=_database(DBClusterIdentifier="cluster"),
            DescribeDBClusters={"DBClusters": [_cluster("cluster") | {"DBClusterMembers": [member]}]},
            DescribeDBClusterParameters=parameters,
        ),
    )
    for account in found:
        forced = only(account.databases).forces_tls
        assert isinstance(forced, Unreadable)
        assert "pending-reboot" in str(forced)


def test_users_of_an_instance_alone_are_its_own(recording: Recording) -> None:
    told = _database(
        Engine="postgres",
        IAMDatabaseAuthenticationEnabled=True,
        DBParameterGroups=[{"DBParameterGroupName": "g"}],
    )
    found = only(read(recording, DescribeDBInstances=told, DescribeDBParameters={"Parameters": []}).databases)
    assert (found.iam_sign_in, found.cluster_arn) == (True, None)


@pytest.mark.parametrize("state", ["OK", "ALARM", "INSUFFICIENT_DATA"])
def test_the_state_of_alarms_is_read(recording: Recording, state: str) -> None:
    told = {
        "AlarmArn": "arn:alarm",
        "AlarmName": "rows",
        "ComparisonOperator": "LessThanThreshold",
        "EvaluationPeriods": 1,
        "MetricName": "RowLevelSecurityForced",
        "Namespace": "Healthcare/Rag",
        "Period": 86400,
        "StateValue": state,
        "Statistic": "Minimum",
    }
    assert only(read(recording, DescribeAlarms={"MetricAlarms": [told]}).alarms).state == state
    # Others' states come and go: the facts of an account that stays the same stay the same.
    others = told | {"MetricName": "Errors"}
    assert only(read(recording, DescribeAlarms={"MetricAlarms": [others]}).alarms).state is None


def test_engines_without_such_a_parameter_are_not_judged_by_it(recording: Recording) -> None:
    assert (
        only(read(recording, DescribeDBInstances=_database(Engine="oracle-ee")).databases).forces_tls is None
    )


def test_masking_is_told_with_the_groups(recording: Recording) -> None:
    told: list[dict[str, Any]] = [
        {"logGroupName": "own", "dataProtectionStatus": "ACTIVATED"},
        {"logGroupName": "inherited", "inheritedProperties": ["ACCOUNT_DATA_PROTECTION"]},
        {"logGroupName": "off", "dataProtectionStatus": "DISABLED"},
    ]
    account = read(recording, DescribeLogGroups={"logGroups": told})
    assert [group.masked for group in account.log_groups.items] == [True, True, False]
