"""Other ways to satisfy a control than the compliant account's: no false alarm on them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hipaa_policies.facts import Account, Listing, Policy
from hipaa_policies.facts.identities import WrittenPolicy
from hipaa_policies.facts.logs import DataEvents
from hipaa_policies.facts.messaging import Queue
from hipaa_policies.facts.monitoring import AnomalySubscription, Metric
from hipaa_policies.facts.network import Rule
from hipaa_policies.facts.stores import Replica
from hipaa_policies.settings import Settings, TrustedAccount
from hipaa_policies.verdicts import Status

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import (
    SG,
    SOURCE,
    SOURCE_QUEUE,
    Change,
    added,
    alarm_with,
    both,
    changed,
    listed,
    role_says,
    told,
    without_alarm,
)
from tests.unit.policies.test_controls import findings

READ = c.allow("dynamodb:GetItem", c.PATIENTS)
ARCHIVE_LEFT_OUT = tuple(
    DataEvents(kind, (), (f"{c.BUCKET}/", f"{c.ACCESS_BUCKET}/") if "S3" in kind else (), True, True)
    for kind in ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")
)
GITHUB = {"Federated": c.arn("iam", "oidc-provider/token.actions.githubusercontent.com", "")}
SUBJECT = {
    "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
    "StringLike": {"token.actions.githubusercontent.com:sub": "repo:example/infra:*"},
}

CASES: dict[str, Change] = {
    "NET-01 private networks": changed(
        "security_groups",
        SG,
        inbound=(Rule("10.0.0.0/8", "tcp", 443, 443), Rule("pl-1", "tcp", 443, 443)),
    ),
    "NET-04 another account's grant through S3 only": role_says(
        READ,
        c.allow("kms:Decrypt", c.KEY, Condition={"StringEquals": {"kms:ViaService": "sqs.amazonaws.com"}}),
    ),
    "NET-04 tokens for a database, which are signed without a call": role_says(
        READ, c.allow("rds-db:connect", c.arn("rds-db", "dbuser:cluster-ABC/rag_reader"))
    ),
    "LAM-02 no variables": changed("functions", c.FUNCTION, environment_key=None, variables=()),
    "LAM-03 on-failure destination": changed(
        "functions", c.FUNCTION, dead_letter_arn=None, failure_destinations=(c.QUEUE,)
    ),
    "LAM-03 queue with redrive": both(
        added("event_sources", SOURCE), added("queues", Queue(SOURCE_QUEUE, "in", c.KEY, None, c.QUEUE))
    ),
    "LAM-07 no policy": changed("functions", c.FUNCTION, policies=Listing()),
    "LAM-04 no URL that anybody could call": changed("functions", c.FUNCTION, urls=None),
    "LAM-07 a listed account": both(
        changed(
            "functions",
            c.FUNCTION,
            policies=c.resource_policies(
                c.policy(c.allow("lambda:InvokeFunction", "*", Principal={"AWS": c.FOREIGN}))
            ),
        ),
        told(trusted_accounts=(TrustedAccount(c.FOREIGN, "lab", "Jo", date(2027, 1, 1)),)),
    ),
    "DDB-01 a replica with a key of its region": changed(
        "tables", c.PATIENTS, replicas=(Replica("eu-west-1", c.KEY.replace("us-east-1", "eu-west-1")),)
    ),
    "WAF-01 by the web ACL's own list": changed("stages", c.STAGE, web_acl_arn=None),
    "IAM-01 what ReadOnlyAccess is like": added(
        "written_policies",
        WrittenPolicy(
            f"{c.USER}/attached-policy/ReadOnlyAccess",
            c.policy(c.allow(["iam:Get*", "s3:Get*", "kms:*"], "*")),
            ("jo",),
        ),
    ),
    "IAM-01 everything, of one bucket": changed(
        "written_policies",
        f"{c.ROLE}/policy/workload",
        document=c.policy(c.allow("*", c.BUCKET), c.allow("iam:*", c.ROLE)),
    ),
    "IAM-01 nothing": changed(
        "written_policies",
        f"{c.ROLE}/policy/workload",
        document=c.policy({"Effect": "Allow", "NotAction": "*", "Resource": "*"}),
    ),
    "KMS-02 grants to one's own, to a service, and to who is listed": both(
        changed(
            "keys",
            c.KEY,
            grantees=Listing((c.ROLE, "rds.us-east-1.amazonaws.com", f"arn:aws:iam::{c.FOREIGN}:root")),
        ),
        told(trusted_accounts=(TrustedAccount(c.FOREIGN, "backup", "Jo", date(2027, 1, 1)),)),
    ),
    "IAM-03 actions without resources": role_says(
        c.allow(["ec2:CreateNetworkInterface", "kms:ListKeys"], "*")
    ),
    "IAM-03 tags on recovery points that are being made": role_says(
        c.allow("backup:TagResource", c.arn("backup", "recovery-point:*"))
    ),
    "IAM-03 the objects of one bucket": role_says(c.allow("s3:GetObject", "arn:aws:s3:::one/*")),
    "IAM-04 PassRole for another service": role_says(
        c.allow(
            "iam:PassRole",
            "*",
            Condition={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
        ),
        c.allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "*"),
    ),
    "IAM-04 within a boundary": both(
        role_says(c.allow("iam:*", "*")),
        changed("roles", c.ROLE, boundary=Policy("boundary", c.policy(c.allow("dynamodb:*", "*")))),
    ),
    "IAM-04 denied": role_says(c.allow("iam:*", "*"), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}),
    "IAM-05 one repository": changed(
        "roles", c.ROLE, trust=c.trust(GITHUB, Action="sts:AssumeRoleWithWebIdentity", Condition=SUBJECT)
    ),
    "IAM-05 everyone of one organisation": changed(
        "roles",
        c.ROLE,
        trust=c.trust("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}),
    ),
    "LOG-02 for ever": changed("log_groups", c.arn("logs", "log-group:/aws/lambda/reader"), retention=None),
    "LOG-02 six years": changed("log_groups", c.arn("logs", "log-group:/aws/lambda/reader"), retention=2192),
    "TRL-01 without the archive itself": changed("trails", c.TRAIL, data_events=ARCHIVE_LEFT_OUT),
    "ALM-01 one alarm for all functions": both(
        *(without_alarm(f"reader-{name}") for name in ("errors", "throttles", "duration")),
        added(
            "alarms",
            c.alarm("errors", Metric("AWS/Lambda", "Errors", (), "Sum", 60)),
            c.alarm("throttles", Metric("AWS/Lambda", "Throttles", (), "Sum", 60)),
            c.alarm("duration", Metric("AWS/Lambda", "Duration", (), "p99", 60), threshold=3000.0),
        ),
    ),
    "ALM-01 a second alarm works": added(
        "alarms", c.alarm("broken", c.lambda_metric("Errors", "reader"), actions=())
    ),
    "ALM-02 an application's metric": both(
        alarm_with("refusals", actions=()),
        added(
            "alarms",
            c.alarm("own", Metric("Healthcare/Security", "UnauthorizedAccessAttempt", (), "Sum", 60)),
        ),
    ),
    "AUD-01 reads on a condition, and appends": role_says(
        c.allow("dynamodb:GetItem", c.PATIENTS, Condition={"StringEquals": {"a:b": "c"}}),
        c.allow("dynamodb:PutItem", c.AUDIT),
    ),
    "SNS-02 EventBridge, which takes no condition there": changed(
        "topics",
        c.TOPIC,
        policy=c.policy(c.allow("sns:Publish", c.TOPIC, Principal={"Service": "events.amazonaws.com"})),
    ),
    "ALM-01 a topic with the policy that SNS gives it": changed(
        "topics",
        c.TOPIC,
        policy=c.policy(
            c.allow(
                ["SNS:Publish", "SNS:Subscribe"],
                c.TOPIC,
                Principal={"AWS": "*"},
                Condition={"StringEquals": {"AWS:SourceOwner": c.ID}},
            )
        ),
    ),
    "CST-01 anomalies instead of a budget": both(
        listed("budgets"), listed("anomaly_subscriptions", AnomalySubscription("arn:a", "a", True))
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_no_false_alarm(name: str) -> None:
    account, settings = CASES[name](c.account(), c.settings())
    found = findings(account, settings, name.split()[0])
    assert {f.status for f in found} <= {Status.PASS, Status.NOT_APPLICABLE}
    assert Status.PASS in {f.status for f in found}


def test_a_runtime_that_the_table_does_not_know_is_unknown() -> None:
    assert _statuses("LAM-06", runtime="python4.0") == [Status.UNKNOWN, Status.PASS]


def test_an_image_has_an_unknown_runtime_and_no_code_signing() -> None:
    assert _statuses("LAM-06", runtime=None) == [Status.UNKNOWN, Status.PASS]
    assert _statuses("LAM-10", runtime=None) == [Status.NOT_APPLICABLE, Status.PASS]


@pytest.mark.parametrize(
    ("control", "values"),
    [
        ("LAM-02", {"environment_key": "arn:aws:kms:us-east-1:210987654321:key/elsewhere"}),
        ("LAM-01", {"subnet_ids": ("subnet-shared", "subnet-a")}),
        ("IAM-02", {"role_arn": "arn:aws:iam::123456789012:role/gone"}),
    ],
)
def test_what_lies_in_another_account_is_unknown(control: str, values: dict[str, Any]) -> None:
    assert _statuses(control, **values) == [Status.UNKNOWN, Status.PASS]


def test_the_bucket_of_a_trail_in_another_account_is_unknown() -> None:
    account, settings = changed("trails", c.TRAIL, bucket="of-the-security-account")(
        c.account(), c.settings()
    )
    assert [f.status for f in findings(account, settings, "TRL-05")] == [Status.UNKNOWN]


def _statuses(control: str, **values: Any) -> list[Status]:
    account: Account
    settings: Settings
    account, settings = changed("functions", c.FUNCTION, **values)(c.account(), c.settings())
    return [f.status for f in findings(account, settings, control)]
