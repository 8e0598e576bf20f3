"""Configurations that break a control while they look like ones that keep it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hipaa_policies.facts.functions import EventSource
from hipaa_policies.facts.logs import DataEvents
from hipaa_policies.facts.monitoring import Metric
from hipaa_policies.facts.network import Route

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import (
    BUS,
    RTB,
    SUBNET_A,
    Break,
    added,
    alarm_with,
    both,
    changed,
    fn,
    one,
    role_says,
)

GITHUB = c.arn("iam", "oidc-provider/token.actions.githubusercontent.com", "")
AUDIENCE = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
SUBJECT = "token.actions.githubusercontent.com:sub"
TABLES = "AWS::DynamoDB::Table"
GUESTS = "cognito-identity.amazonaws.com"


def _written(name: str, **statement: Any) -> Break:
    document = c.policy({"Effect": "Allow", **statement})
    return one("IAM-01", name, "written_policies", f"{c.ROLE}/policy/workload", "every", document=document)


def _trusted(name: str, principal: object, words: str, **condition: Any) -> Break:
    more = {"Condition": condition} if condition else {}
    return one("IAM-05", name, "roles", c.ROLE, words, trust=c.trust(principal, **more))


def _key(name: str, words: str, *statements: dict[str, Any]) -> Break:
    return one("KMS-02", name, "keys", c.KEY, words, policy=c.policy(*statements))


def _policies() -> Iterator[Break]:
    """Wildcards where few look for them, and exceptions that leave everything."""
    yield _written("wild ARN", Action="*", Resource="arn:aws:*:*:*:*")
    yield _written("short ARN", Action="*", Resource="arn:aws:*")
    yield _written("question marks", Action="*:?*", Resource="*?")
    yield _written("everything but one action", NotAction="s3:PutBucketPolicy", Resource="*")
    for name, words, action, resource in (
        ("service by letters", "dynamodb:*e*", "dynamodb:*e*", c.PATIENTS),
        ("every table", "table/*", "dynamodb:GetItem", c.arn("dynamodb", "table/*")),
        ("every bucket's objects", "arn:aws:s3:::*/*", "s3:GetObject", "arn:aws:s3:::*/*"),
        ("wild ARN", "on every resource", "dynamodb:GetItem", "arn:aws:*"),
    ):
        yield Break("IAM-03", name, c.ROLE, words, role_says(c.allow(action, resource)))
    own = {"Effect": "Allow", "NotAction": "s3:*", "Resource": c.ROLE}
    yield Break("IAM-04", "everything but, of roles", c.ROLE, "iam:PutRolePolicy", role_says(own))
    wide = {"Effect": "Allow", "NotAction": "s3:*", "NotResource": c.PATIENTS}
    yield Break("IAM-04", "everything but, twice", c.ROLE, "can use", role_says(wide))


def _trusts() -> Iterator[Break]:
    """Conditions that hold for everybody."""
    anybody = {"AWS": "*"}
    yield _trusted(
        "a role's name in any account",
        anybody,
        "anybody",
        ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:role/admin"},
    )
    itself = {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}
    yield _trusted("a variable of the request", anybody, "anybody", StringEquals=itself)
    yield _trusted(
        "an account, if there is one",
        anybody,
        "anybody",
        StringEqualsIfExists={"aws:PrincipalAccount": c.ID},
    )
    yield _trusted("a tag", anybody, "anybody", StringEquals={"aws:PrincipalTag/team": "care"})
    yield _trusted("GitHub's audience", {"Federated": GITHUB}, "anybody known to", StringEquals=AUDIENCE)
    yield _trusted(
        "any repository",
        {"Federated": GITHUB},
        "anybody known to",
        StringEquals=AUDIENCE,
        StringLike={SUBJECT: "repo:*:ref:refs/heads/main"},
    )
    yield _trusted(
        "users of any identity pool",
        {"Federated": GUESTS},
        "anybody known to",
        **{"ForAnyValue:StringLike": {f"{GUESTS}:amr": "authenticated"}},
    )
    yield _trusted(
        "guests of the identity pool",
        {"Federated": GUESTS},
        "anybody known to",
        StringEquals={f"{GUESTS}:aud": "us-east-1:pool"},
    )
    pinned_to_a_stranger = c.policy(
        c.allow(
            "sqs:SendMessage",
            "*",
            Principal={"Service": "sns.amazonaws.com"},
            Condition={"StringEquals": {"aws:SourceAccount": c.FOREIGN}},
        )
    )
    yield one("SQS-02", "a service for a stranger", "queues", c.QUEUE, c.FOREIGN, policy=pinned_to_a_stranger)


def _network() -> Iterator[Break]:
    """Ways out, and endpoints, that are not what they are called."""
    both_subnets = (SUBNET_A, c.arn("ec2", "subnet/subnet-b"))
    for name, target in (("a machine as NAT", "i-1"), ("an interface", "eni-1"), ("a carrier", "cagw-1")):
        change = changed("route_tables", RTB, routes=(Route("0.0.0.0/0", target),))
        yield Break("NET-05", name, SUBNET_A, target, change, both_subnets[1:])
    dynamodb, kms = (c.arn("ec2", f"vpc-endpoint/vpce-{name}") for name in ("dynamodb", "kms"))
    unrouted = changed("vpc_endpoints", dynamodb, route_table_ids=())
    yield Break("NET-04", "a gateway without a route", c.FUNCTION, "dynamodb", unrouted)
    nowhere = changed("vpc_endpoints", kms, subnet_ids=())
    yield Break("NET-04", "an interface without a subnet", c.FUNCTION, "kms", nowhere, (c.OTHER_FUNCTION,))
    anybody: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Resource": "*"}
    narrowed: dict[str, dict[str, Any]] = {
        "one action": {"Action": "kms:Decrypt"},
        "everything but": {"NotAction": "kms:Encrypt"},
        "own resources": {
            "Action": "kms:*",
            "Condition": {"StringEquals": {"aws:ResourceAccount": c.ID}},
        },
        "a condition on the network": {
            "Action": "kms:Decrypt",
            "Condition": {"StringEquals": {"aws:SourceVpc": c.VPC}},
        },
    }
    for name, statement in narrowed.items():
        yield one(
            "NET-07", name, "vpc_endpoints", kms, "of any account", policy=c.policy(anybody | statement)
        )


def _trails() -> Iterator[Break]:
    kept = tuple(DataEvents(kind, (), (), True, True) for kind in ("AWS::Lambda::Function", TABLES))
    secret = DataEvents("AWS::S3::Object", (), ("arn:aws:s3:::patients/secret/",), True, True)
    uploads = replace(c.account().buckets.items[0], name="patients", arn="arn:aws:s3:::patients")
    yield Break(
        "TRL-01",
        "a folder is left out",
        c.ACCOUNT,
        "misses arn:aws:s3:::patients/",
        both(added("buckets", uploads), changed("trails", c.TRAIL, data_events=(*kept, secret))),
    )


def _services() -> Iterator[Break]:
    """Hosts, keys and services behind what is looked at first."""
    for policy in ("TLS_1_0", ""):
        yield one("API-03", f"own host {policy}", "rest_apis", c.API, policy, security_policy=policy)
    spare = replace(c.account().keys.items[0], arn=f"{c.KEY}-2", id="spare", state="PendingDeletion")
    pending = added("keys", spare)
    pool = changed("user_pools", c.POOL, keys=(spare.arn,))
    yield Break("KMS-03", "of a user pool", spare.arn, "userpool", both(pending, pool))
    bus = changed("event_buses", BUS, key=spare.arn)
    yield Break("KMS-03", "of an event bus", spare.arn, "event-bus", both(pending, bus))
    yield Break(
        "ATT-03",
        "a type that nobody reads",
        c.ACCOUNT,
        "Lightsail (aws_lightsail_instance)",
        lambda a, s: (replace(a, unread_types=("aws_lightsail_instance", "random_id")), s),
    )


def _half_measures() -> Iterator[Break]:
    """What is there, and does half of what it seems to do."""
    yield fn("LAM-10", "a warning", "only warns", code_signing_enforced=False)
    stream = EventSource("arn:1", c.FUNCTION, f"{c.PATIENTS}/stream/2026")
    yield Break("LAM-03", "records of a stream", c.FUNCTION, "are lost", added("event_sources", stream))
    halves: dict[str, dict[str, Any]] = {
        "own callers alone": {"Principal": {"AWS": c.ACCOUNT}},
        "strangers alone": {
            "Principal": "*",
            "Condition": {
                "Bool": {"aws:SecureTransport": "false"},
                "StringNotEquals": {"aws:PrincipalAccount": c.ID},
            },
        },
    }
    for name, statement in halves.items():
        policy = c.policy({**c.TLS_ONLY, **statement})
        yield one("S3-03", f"TLS of {name}", "buckets", c.BUCKET, "does not refuse", policy=policy)
    yield _key("a stranger's key", c.FOREIGN, c.allow("kms:Decrypt", "*", Principal={"AWS": c.FOREIGN}))
    yield _key(
        "a service that may delete it",
        "administer",
        c.allow("kms:Schedule*", "*", Principal={"Service": "sns.amazonaws.com"}),
    )
    conditional = c.allow("sns:Publish", c.TOPIC, Condition={"StringEquals": {"aws:RequestTag/a": "b"}})
    yield Break("SNS-01", "under a condition", c.TOPIC, "may publish", role_says(conditional))
    for name, dimensions in {
        "of something else": (("QueueName", "q"),),
        "that no metric has": (("FunctionName", "reader"), ("Stage", "live")),
    }.items():
        metric = Metric("AWS/Lambda", "Errors", dimensions, "Sum", 300)
        change = alarm_with("reader-errors", metrics=(metric,))
        yield Break("ALM-01", f"dimensions {name}", c.FUNCTION, "Errors: no alarm", change)
    elsewhere = (c.TOPIC.replace("us-east-1", "eu-west-1"),)
    change = alarm_with("reader-errors", actions=elsewhere)
    yield Break("ALM-01", "a topic of another region", c.FUNCTION, "leads nowhere", change)
    least = c.lambda_metric("Errors", "reader", "Minimum")
    change = alarm_with("reader-errors", metrics=(least,), threshold=0.5)
    yield Break("ALM-01", "the least of errors", c.FUNCTION, "every single call", change)


ATTACKS = (*_half_measures(), *_services(), *_policies(), *_trusts(), *_network(), *_trails())
