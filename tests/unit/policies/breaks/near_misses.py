"""What AWS answers otherwise than it looks: a state, an exception, an ARN that is almost the one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hipaa_policies.facts.logs import DataEvents

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import BUS, Break, added, both, changed, one, role_says

_ORGANISATION = {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}
_LEGACY = c.arn("iam", "role/legacy", "")


def _keys() -> Iterator[Break]:
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
    state = "PendingReplicaDeletion"
    yield one(
        "KMS-03", "of all regions, and waits for its replicas", "keys", c.KEY, "is used by", state=state
    )


def _plain_connections() -> Iterator[Break]:
    """Denials that leave somebody out, who may then come without TLS."""
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    exceptions: dict[str, dict[str, Any]] = {
        "of an endpoint": {"Condition": plain | {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}},
        "of a network": {"Condition": plain | {"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}},
        "of a role": {"Condition": plain | {"ArnNotEquals": {"aws:PrincipalArn": _LEGACY}}},
    }
    for name, statement in exceptions.items():
        policy = c.policy({**c.TLS_ONLY, **statement})
        yield one("S3-03", f"but those {name}", "buckets", c.BUCKET, "does not refuse", policy=policy)
    but_one = {key: value for key, value in c.TLS_ONLY.items() if key != "Principal"}
    policy = c.policy(but_one | {"NotPrincipal": {"AWS": _LEGACY}})
    yield one("S3-03", "but a principal", "buckets", c.BUCKET, "does not refuse", policy=policy)


def _organisations() -> Iterator[Break]:
    """Every account of an organisation is let in, and none of them is listed."""
    trust = c.trust({"AWS": "*"}, Condition=_ORGANISATION)
    yield one("IAM-07", "an organisation", "roles", c.ROLE, "every account of o-1234567890", trust=trust)
    given = c.policy(c.allow("events:PutEvents", BUS, Principal="*", Condition=_ORGANISATION))
    yield one("EVB-01", "an organisation", "event_buses", BUS, "every account of o-1234567890", policy=given)
    paths = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1234567890/r-1/*"}}
    given = c.policy(c.allow("kms:Decrypt", "*", Principal="*", Condition=paths))
    yield one("KMS-02", "a part of an organisation", "keys", c.KEY, "every account of", policy=given)


def _federated() -> Iterator[Break]:
    # https://buildkite.com/docs/pipelines/security/oidc/aws: one issuer and one audience for all customers.
    issuer = "agent.buildkite.com"
    provider = {"Federated": c.arn("iam", f"oidc-provider/{issuer}", "")}
    audience = {f"{issuer}:aud": "sts.amazonaws.com"}
    for name, condition in {
        "anybody's builds": {"StringEquals": audience},
        "any organisation's builds": {
            "StringEquals": audience,
            "StringLike": {f"{issuer}:sub": "organization:*:pipeline:deploy:*"},
        },
    }.items():
        trust = c.trust(provider, Action="sts:AssumeRoleWithWebIdentity", Condition=condition)
        yield one("IAM-05", name, "roles", c.ROLE, "anybody known to", trust=trust)


def _trails() -> Iterator[Break]:
    # ARNs of functions are exact, in advanced selectors ("equals") and in basic ones:
    # https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html
    others = tuple(
        DataEvents(kind, (), (), True, True) for kind in ("AWS::S3::Object", "AWS::DynamoDB::Table")
    )
    first = replace(c.account().functions.items[0], arn=f"{c.FUNCTION}-2", name="reader-2")
    named = DataEvents("AWS::Lambda::Function", (), (), True, True, arns=(c.FUNCTION, c.OTHER_FUNCTION))
    yield Break(
        "TRL-01",
        "a function whose name goes on",
        c.ACCOUNT,
        "misses arn:aws:lambda:us-east-1:123456789012:function:reader-2",
        both(added("functions", first), changed("trails", c.TRAIL, data_events=(*others, named))),
    )
    stopped = changed("trails", c.TRAIL, logging=False)
    for control, about in {"ALM-03": c.ACCOUNT, "IAM-10": c.BREAK_GLASS}.items():
        yield Break(control, "the trail is stopped", about, "no alarm", stopped)


def _reads() -> Iterator[Break]:
    index = role_says(c.allow("dynamodb:Query", f"{c.PATIENTS}/index/by-name"))
    yield Break("AUD-01", "by an index alone", c.FUNCTION, "reads patients", index)


def _permissions() -> Iterator[Break]:
    for action, resource in (
        ("dynamodb:GetItem", c.arn("dynamodb", "table*")),
        ("lambda:InvokeFunction", c.arn("lambda", "func*")),
        ("secretsmanager:GetSecretValue", c.arn("secretsmanager", "secret?*")),
    ):
        words = f"{action} on {resource}"
        yield Break("IAM-03", f"all by {resource}", c.ROLE, words, role_says(c.allow(action, resource)))


def _alarms() -> Iterator[Break]:
    # https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
    closed = {
        "to its account's own": c.allow("sns:Publish", c.TOPIC, Principal={"AWS": c.ACCOUNT}),
        "to another account's alarms": c.allow(
            "sns:Publish",
            c.TOPIC,
            Principal={"Service": "cloudwatch.amazonaws.com"},
            Condition={"StringEquals": {"aws:SourceAccount": c.FOREIGN}},
        ),
    }
    for name, statement in closed.items():
        change = changed("topics", c.TOPIC, policy=c.policy(statement))
        words = "the policy of alerts does not let CloudWatch publish"
        yield Break("ALM-01", f"a topic that is open {name}", c.FUNCTION, words, change, (c.OTHER_FUNCTION,))


def _access_logs() -> Iterator[Break]:
    """User names are addresses of e-mail in many a pool; a session's ARN ends with its name."""
    for name in ("authorizer.claims.cognito:username", "authorizer.claims.nickname", "identity.userArn"):
        text = f"$context.requestId $context.{name}"
        yield one("API-02", name, "stages", c.STAGE, f"$context.{name}", access_log_format=text)


NEAR_MISSES = (
    *_keys(),
    *_plain_connections(),
    *_organisations(),
    *_federated(),
    *_trails(),
    *_reads(),
    *_permissions(),
    *_alarms(),
    *_access_logs(),
)
