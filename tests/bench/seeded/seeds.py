"""The violations, as data. A seed changes one thing of a resource that is compliant otherwise; its twin is
the same resource without the change. ``live.py`` builds both with boto3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Seed:
    """``control`` must FAIL on the resource. ``kind`` is what is built, ``changes`` how it is broken."""

    control: str
    name: str
    kind: str
    how: str
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def twin(self) -> str:
        return f"{self.name}-twin"

    @property
    def whole_account(self) -> bool:
        """Whether the account itself is broken: then the twin is another account."""
        return self.kind == "account"


EVERYBODY = {"Effect": "Allow", "Principal": "*"}
UNPINNED = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}
STRANGER = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::210987654321:root"}}
PHI_FORMAT = '{"id":"$context.requestId","path":"$context.path"}'


def allow(action: str | list[str], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


FUNCTIONS = (
    Seed("LAM-01", "no-vpc", "function", "outside every VPC", {"network": "none"}),
    Seed("LAM-01", "one-zone", "function", "in one subnet", {"network": "one subnet"}),
    Seed("LAM-01", "public-net", "function", "in subnets with an internet gateway", {"network": "public"}),
    Seed("LAM-02", "no-key", "function", "variables with the key that AWS owns", {"key": False}),
    Seed("LAM-03", "lost", "function", "no dead-letter queue", {"dead_letters": False}),
    Seed("LAM-03", "no-redrive", "function", "its queue has no redrive", {"source": "plain"}),
    Seed("LAM-04", "open-url", "function", "a URL for everybody", {"url": "NONE"}),
    Seed("LAM-05", "secret-name", "function", "a password in a variable", {"secret": "name"}),
    Seed("LAM-05", "secret-shape", "function", "an access key in a variable", {"secret": "shape"}),
    Seed("LAM-06", "old-runtime", "function", "python3.8", {"runtime": "python3.8"}),
    Seed("LAM-06", "old-node", "function", "nodejs16.x", {"runtime": "nodejs16.x"}),
    Seed("LAM-07", "public", "function", "everybody may invoke it", {"caller": "*"}),
    Seed("LAM-07", "unpinned", "function", "S3 of any account may invoke it", {"caller": "s3.amazonaws.com"}),
    Seed("LAM-07", "stranger", "function", "an unlisted account may invoke it", {"caller": "210987654321"}),
    Seed("LAM-07", "public-alias", "function", "everybody may invoke its alias", {"alias_caller": "*"}),
    Seed("LAM-08", "unreserved", "function", "nothing reserved", {"reserved": False}),
    Seed("LAM-09", "untraced", "function", "tracing PassThrough", {"tracing": "PassThrough"}),
    Seed("LAM-10", "unsigned", "function", "no code signing configuration", {"signed": False}),
    Seed("ALM-01", "unalarmed", "function", "no alarm", {"alarms": "none"}),
    Seed("ALM-01", "average", "function", "alarms on the mean of errors over 10", {"alarms": "average"}),
    Seed("ALM-01", "unheard", "function", "its alarms have no action", {"alarms": "unheard"}),
    Seed("LOG-04", "no-group", "function", "its log group is missing", {"log_group": False}),
    Seed("AUD-01", "unaudited", "function", "reads patients, has no audit table", {"audit": False}),
    Seed(
        "IAM-02",
        "whole-s3",
        "function",
        "a managed policy gives all of S3",
        {"managed": allow("s3:*", "*")},
    ),
    Seed("IAM-06", "shared", "function", "shares its role", {"shared_role": True}),
    Seed(
        "NET-04",
        "no-endpoint",
        "function",
        "calls a service without an endpoint",
        {"also": allow("ssm:GetParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/flag")},
    ),
)

NETWORK = (
    Seed("NET-01", "open-in", "security_group", "0.0.0.0/0 may connect", {"inbound": "0.0.0.0/0"}),
    Seed("NET-01", "open-in6", "security_group", "::/0 may connect", {"inbound": "::/0"}),
    Seed("NET-02", "open-out", "security_group", "0.0.0.0/0 may be reached", {"outbound": "0.0.0.0/0"}),
    Seed("NET-03", "unlogged", "vpc", "no flow log", {"flow_log": None}),
    Seed("NET-03", "half-logged", "vpc", "rejected traffic alone is logged", {"flow_log": "REJECT"}),
    Seed("NET-05", "nat", "subnet", "a route to a NAT gateway", {"nat": True}),
    Seed("NET-06", "default-open", "default_group", "the default group as AWS makes it", {"closed": False}),
    Seed("NET-07", "full-access", "endpoint", "an endpoint with full access", {"narrow": False}),
    Seed("NET-08", "any-model", "model_endpoint", "an endpoint for every model", {"named": False}),
)

IDENTITIES = (
    Seed("IAM-01", "all", "policy", "allows *", {"says": allow("*", "*")}),
    Seed(
        "IAM-03", "dynamo-all", "role", "dynamodb:*", {"says": allow("dynamodb:*", "arn:aws:dynamodb:*:*:*")}
    ),
    Seed("IAM-03", "any-table", "role", "reads every table", {"says": allow("dynamodb:GetItem", "*")}),
    Seed(
        "IAM-04",
        "pass-role",
        "role",
        "PassRole and CreateFunction",
        {
            "says": allow(
                ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
                "arn:aws:*:*:123456789012:*",
            )
        },
    ),
    Seed(
        "IAM-04",
        "new-version",
        "role",
        "CreatePolicyVersion",
        {"says": allow("iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/*")},
    ),
    Seed("IAM-08", "no-mfa", "user", "a password and no MFA", {"mfa": False}),
    Seed("IAM-05", "anybody", "role", "anybody may assume it", {"trust": EVERYBODY}),
    Seed("IAM-07", "partner", "role", "an unlisted account may assume it", {"trust": STRANGER}),
)

STORES = (
    Seed("DDB-01", "aws-key", "table", "the key that AWS owns", {"key": False}),
    Seed("DDB-02", "no-pitr", "table", "no point-in-time recovery", {"recovery": False}),
    Seed("DDB-03", "deletable", "table", "no deletion protection", {"protected": False}),
    Seed("S3-01", "unblocked", "bucket", "one of four switches is off", {"blocked": False}),
    Seed("S3-02", "public-read", "bucket", "everybody may read", {"policy": EVERYBODY}),
    Seed("S3-02", "any-sender", "bucket", "a service for any account", {"policy": UNPINNED}),
    Seed("S3-03", "plain-http", "bucket", "answers without TLS", {"tls": False}),
    Seed("S3-04", "unversioned", "bucket", "no versions", {"versions": False}),
    Seed("S3-05", "sse-s3", "bucket", "SSE-S3", {"key": False}),
    Seed("RDS-01", "bare-disk", "database", "not encrypted", {"encrypted": False}),
    Seed("RDS-02", "public-db", "database", "public", {"public": True}),
    Seed("RDS-03", "no-backups", "database", "no automated backups", {"backup_days": 0}),
    Seed("RDS-03", "plain-db", "database", "accepts connections without TLS", {"tls": False}),
    Seed("RDS-04", "password-db", "database", "takes passwords alone", {"tokens": False}),
    Seed("SEC-01", "aws-secret", "secret", "the key that AWS manages", {"key": False}),
    Seed("SEC-02", "lasting", "secret", "no rotation", {"rotates": False}),
    Seed("SEC-03", "open-secret", "secret", "everybody may read it", {"policy": EVERYBODY}),
    Seed("SEC-03", "lent-secret", "secret", "an unlisted account may read it", {"policy": STRANGER}),
    Seed("KMS-01", "lasting", "key", "no rotation", {"rotates": False}),
    Seed("KMS-02", "public-key", "key", "everybody may use it", {"policy": EVERYBODY}),
    Seed("KMS-02", "service-key", "key", "a service may administer it", {"policy": UNPINNED}),
    Seed("KMS-03", "dying", "key", "pending deletion, and used", {"pending": True}),
)

MESSAGING = (
    Seed("SQS-01", "sse-sqs", "queue", "SSE-SQS", {"key": False}),
    Seed("SQS-02", "open-queue", "queue", "everybody may send", {"policy": EVERYBODY}),
    Seed("SQS-02", "any-sender", "queue", "a service for any account", {"policy": UNPINNED}),
    Seed("SNS-01", "no-key", "topic", "no key", {"key": False}),
    Seed("SNS-01", "by-mail", "topic", "a function publishes, it mails", {"protocol": "email"}),
    Seed("SNS-02", "open-topic", "topic", "everybody may publish", {"policy": EVERYBODY}),
    Seed("EVB-01", "open-bus", "bus", "everybody may put events", {"policy": EVERYBODY}),
    Seed("ALM-04", "nobody", "alert_topic", "no subscriber", {"heard": False}),
)

APIS = (
    Seed("API-01", "open-api", "api", "a method without an authorizer", {"authorized": False}),
    Seed("API-02", "no-log", "stage", "no access log", {"log": None}),
    Seed("API-02", "phi-log", "stage", "the path in the access log", {"log": PHI_FORMAT}),
    Seed("API-02", "data-trace", "stage", "whole requests in the log", {"data_trace": True}),
    Seed("API-03", "old-tls", "domain", "TLS 1.0", {"security_policy": "TLS_1_0"}),
    Seed("API-04", "untraced", "stage", "no tracing", {"tracing": False}),
    Seed("WAF-01", "unguarded", "stage", "no web ACL", {"web_acl": False}),
    Seed("WAF-02", "unlogged", "web_acl", "no log", {"logs": False}),
    Seed("WAF-02", "token-log", "web_acl", "tokens in its log", {"redacts": False}),
    Seed("COG-01", "no-mfa", "pool", "MFA optional", {"mfa": "OPTIONAL"}),
    Seed("COG-02", "weak", "pool", "passwords of 8 characters", {"length": 8}),
    Seed("COG-03", "long-token", "pool", "access tokens for 10 hours", {"access_hours": 10}),
    Seed("COG-04", "no-groups", "pool", "no groups", {"groups": False}),
)

LOGS = (
    Seed("LOG-01", "aws-key", "log_group", "the key that AWS owns", {"key": False}),
    Seed("LOG-02", "month", "log_group", "30 days", {"days": 30}),
    Seed("LOG-03", "kept-here", "function_group", "nothing takes its events out", {"exported": False}),
    Seed("LOG-05", "unmasked", "function_group", "no data protection policy", {"masked": False}),
    Seed("TRL-02", "unvalidated", "trail", "no validation of its files", {"validated": False}),
    Seed("TRL-03", "no-key", "trail", "no key", {"key": False}),
    Seed("TRL-05", "unlocked", "trail", "its bucket is not locked", {"locked_days": 0}),
    Seed("TRL-05", "month-lock", "trail", "its bucket is locked for 30 days", {"locked_days": 30}),
)

ACCOUNT = (
    Seed("TRL-01", "no-data-events", "account", "no trail records data events"),
    Seed("TRL-04", "no-wide-trail", "account", "no trail of all regions"),
    Seed("ALM-02", "no-refusals", "account", "refused access is not alarmed"),
    Seed("ALM-03", "no-signals", "account", "use of root and changes are not alarmed"),
    Seed("CST-01", "no-budget", "account", "no budget"),
    Seed("DET-01", "no-detector", "account", "GuardDuty is off"),
    Seed("DET-02", "no-scans", "account", "Inspector is off"),
    Seed("IAM-10", "no-break-glass", "account", "no way in for emergencies"),
)

# Controls that no seed can break, and why.
NOT_SEEDED = {
    "ATT-01": "an attestation: no API shows it",
    "ATT-02": "an attestation: no API shows it",
    "ATT-04": "an attestation: no API shows it",
    "DDB-04": "came after the measurements of docs/benchmarks.md (tests/mutation breaks it)",
    "NET-09": "moto has no policies of network firewalls, so no twin can pass",
    "ATT-03": "every service that is read is eligible",
    "BKP-01": "moto has no selections of backup plans, so no twin can be in a plan",
    "BKP-02": "moto has no selections of backup plans, so no plan can be read",
    "BKP-03": "moto lists no restore jobs",
    "IAM-09": "moto has no access analyzers",
    "RDS-05": "one alarm tells of all databases: no twin can differ",
    "INV-01": "of the proposed rule, and off by default",
}

SEEDS = (*FUNCTIONS, *NETWORK, *IDENTITIES, *STORES, *MESSAGING, *APIS, *LOGS, *ACCOUNT)
