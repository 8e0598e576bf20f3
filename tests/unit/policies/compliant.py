"""A small account that satisfies every control. Tests break one thing of it at a time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hipaa_policies.facts import Account, Listing, Policy
from hipaa_policies.facts.apis import DomainName, Method, RestApi, Stage, WebAcl
from hipaa_policies.facts.backups import BackupPlan, BackupVault, RestoreJob, Selection
from hipaa_policies.facts.detection import Analyzer, ConfigRecorder, Detector, Scanner
from hipaa_policies.facts.egress import (
    FirewallPolicy,
    NameFirewall,
    NameRule,
    NameRules,
    NetworkFirewall,
    RuleGroup,
)
from hipaa_policies.facts.functions import Function, FunctionUrl, ResourcePolicy
from hipaa_policies.facts.identities import Role, User, WrittenPolicy
from hipaa_policies.facts.keys import Key
from hipaa_policies.facts.logs import CountedMetric, DataEvents, LogExport, LogGroup, MetricFilter, Trail
from hipaa_policies.facts.messaging import EventBus, Queue, Subscription, Topic
from hipaa_policies.facts.monitoring import Alarm, Budget, Metric
from hipaa_policies.facts.network import (
    FlowLog,
    PrefixList,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from hipaa_policies.facts.stores import Bucket, Database, ObjectLock, PublicAccessBlock, Secret, Table
from hipaa_policies.facts.user_pools import PasswordPolicy, UserPool, UserPoolClient

from tests.unit.policies.decided import TODAY as TODAY
from tests.unit.policies.decided import attestation as attestation
from tests.unit.policies.decided import settings as settings

ID, REGION = "123456789012", "us-east-1"
FOREIGN = "210987654321"
KEY_ID = "11111111-2222-3333-4444-555555555555"


def arn(service: str, rest: str, region: str = REGION, account: str = ID) -> str:
    return f"arn:aws:{service}:{region}:{account}:{rest}"


KEY = arn("kms", f"key/{KEY_ID}")
FUNCTION = arn("lambda", "function:reader")
OTHER_FUNCTION = arn("lambda", "function:other")
ROLE = arn("iam", "role/reader", "")
OTHER_ROLE = arn("iam", "role/other", "")
TOPIC = arn("sns", "alerts")
QUEUE = arn("sqs", "dead-letters")
PATIENTS, AUDIT = arn("dynamodb", "table/patients"), arn("dynamodb", "table/audit")
BUCKET, ACCESS_BUCKET = "arn:aws:s3:::archive", "arn:aws:s3:::access-logs"
API = arn("apigateway", "/restapis/api1", account="")
STAGE = f"{API}/stages/live"
POOL = arn("cognito-idp", "userpool/us-east-1_pool")
TRAIL = arn("cloudtrail", "trail/audit")
VPC, SUBNETS = "vpc-1", ("subnet-a", "subnet-b")
DATABASE = arn("rds", "db:records")
ACCOUNT = f"arn:aws:iam::{ID}:root"
BREAK_GLASS = arn("iam", "role/break-glass", "")
USER = arn("iam", "user/jo", "")
ANALYZER = arn("access-analyzer", "analyzer/outside")
DETECTOR = arn("guardduty", "detector/d1")
RECORDER = arn("config", "configuration-recorder/default")
PREFIX_LIST = arn("ec2", "prefix-list/pl-own")
FIREWALL = arn("network-firewall", "firewall/egress")
NAMES = arn("route53resolver", "firewall-rule-group-association/rslvr-frgassoc-1")
NAME_FIREWALL = arn("route53resolver", "firewall-config/rslvr-fc-1")
PLAN = arn("backup", "backup-plan:p1")
VAULT = arn("backup", "backup-vault:main")
EXPORT = arn("logs", "account-policy:export")


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: object, resource: object, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal: object, **more: Any) -> str:
    return policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more})


LAMBDA_TRUST = trust({"Service": "lambda.amazonaws.com"})
TLS_ONLY = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "s3:*",
    "Resource": [BUCKET, f"{BUCKET}/*", ACCESS_BUCKET, f"{ACCESS_BUCKET}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
OWN_ONLY = {
    "Effect": "Allow",
    "Principal": {"AWS": "*"},
    "Action": "*",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:PrincipalAccount": ID, "aws:ResourceAccount": ID}},
}

MODEL = arn("bedrock", "foundation-model/openai.gpt-oss-120b-1:0", account="")
ONE_MODEL = OWN_ONLY | {
    "Action": "bedrock:InvokeModel",
    "Resource": MODEL,
    "Condition": {"StringEquals": {"aws:PrincipalAccount": ID}},
}


def resource_policies(own: str, **by_qualifier: str) -> Listing[ResourcePolicy]:
    """A function's policy, and those of its aliases by their names."""
    others = (ResourcePolicy(document, qualifier) for qualifier, document in by_qualifier.items())
    return Listing((ResourcePolicy(own), *others))


def function(name: str = "reader", **changes: Any) -> Function:
    values: dict[str, Any] = {
        "arn": arn("lambda", f"function:{name}"),
        "name": name,
        "role_arn": arn("iam", f"role/{name}", ""),
        "runtime": "python3.13",
        "timeout": 28,
        "subnet_ids": SUBNETS,
        "security_group_ids": ("sg-1",),
        "vpc_id": VPC,
        "variables": ("PATIENT_TABLE",),
        "suspected_secrets": (),
        "environment_key": KEY,
        "dead_letter_arn": QUEUE,
        "tracing": "Active",
        "log_group": f"/aws/lambda/{name}",
        "urls": (FunctionUrl("https://a.lambda-url.us-east-1.on.aws/", "AWS_IAM"),),
        "policies": resource_policies(
            policy(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "apigateway.amazonaws.com"},
                    "Action": "lambda:InvokeFunction",
                    "Resource": arn("lambda", f"function:{name}"),
                    "Condition": {"ArnLike": {"AWS:SourceArn": arn("execute-api", "api1/*")}},
                }
            )
        ),
        "reserved_concurrency": 10,
        "code_signing_config": arn("lambda", "code-signing-config:csc-1"),
        "code_signing_enforced": True,
    }
    return Function(**(values | changes))


def role(name: str, *policies: Policy, **changes: Any) -> Role:
    values: dict[str, Any] = {
        "arn": arn("iam", f"role/{name}", ""),
        "name": name,
        "path": "/",
        "trust": LAMBDA_TRUST,
        "policies": policies,
        "boundary": None,
    }
    return Role(**(values | changes))


READER_POLICY = policy(
    allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], PATIENTS),
    allow(["dynamodb:PutItem", "dynamodb:Query"], AUDIT),
    allow(["kms:Decrypt"], KEY),
    allow(["xray:PutTraceSegments", "ec2:CreateNetworkInterface"], "*"),
    allow(["sqs:SendMessage"], QUEUE),
)


def alarm(name: str, metric: Metric, **changes: Any) -> Alarm:
    values: dict[str, Any] = {
        "arn": arn("cloudwatch", f"alarm:{name}"),
        "name": name,
        "metrics": (metric,),
        "expression": False,
        "comparison": "GreaterThanThreshold",
        "threshold": 0.0,
        "evaluation_periods": 1,
        "datapoints_to_alarm": 1,
        "missing_data": "notBreaching",
        "actions_enabled": True,
        "actions": (TOPIC,),
    }
    return Alarm(**(values | changes))


def lambda_metric(metric: str, name: str, statistic: str = "Sum") -> Metric:
    return Metric("AWS/Lambda", metric, (("FunctionName", name),), statistic, 300)


def _function_alarms(name: str) -> list[Alarm]:
    return [
        alarm(f"{name}-errors", lambda_metric("Errors", name), threshold=10.0),
        alarm(f"{name}-throttles", lambda_metric("Throttles", name)),
        alarm(f"{name}-duration", lambda_metric("Duration", name, "Average"), threshold=5000.0),
    ]


ROWS = Metric("Healthcare/Rag", "RowLevelSecurityForced", (), "Minimum", 86400)
SIGNALS = {
    "root-use": '{ ($.userIdentity.type = "Root") }',
    "key-removal": "{ ($.eventName = ScheduleKeyDeletion) || ($.eventName = DisableKey) }",
    "policy-changes": "{ ($.eventName = PutRolePolicy) || ($.eventName = AttachRolePolicy) "
    "|| ($.eventName = CreatePolicyVersion) }",
    "trail-changes": "{ ($.eventName = StopLogging) || ($.eventName = DeleteTrail) "
    "|| ($.eventName = UpdateTrail) }",
    "break-glass": '{ ($.eventName = "AssumeRole") && ($.requestParameters.roleArn = "*:role/break-glass") }',
    "refusals": '{ ($.errorCode = "AccessDenied*") }',
}


def _bucket(name: str, **changes: Any) -> Bucket:
    values: dict[str, Any] = {
        "arn": f"arn:aws:s3:::{name}",
        "name": name,
        "public_access_block": PublicAccessBlock(True, True, True, True),
        "policy": policy(TLS_ONLY),
        "versioning": True,
        "algorithm": "aws:kms",
        "key": KEY,
        "lock": ObjectLock("GOVERNANCE", 2557),
    }
    return Bucket(**(values | changes))


def _group(name: str, identifier: str) -> SecurityGroup:
    peers = ("10.0.0.0/16", "pl-1", "pl-own") if name != "default" else ()
    rules = tuple(Rule(peer, "tcp", 443, 443) for peer in peers)
    return SecurityGroup(arn("ec2", f"security-group/{identifier}"), identifier, name, VPC, rules, rules)


def _database() -> Database:
    return Database(
        DATABASE,
        "records",
        KEY,
        True,
        False,
        backup_days=7,
        forces_tls=True,
        engine="postgres",
        iam_sign_in=True,
    )


# As modules/network writes them.
EXACT = """\
drop udp any any -> any any (msg:"UDP"; sid:1; rev:1;)
drop tcp $HOME_NET any -> any !443 (msg:"not 443"; sid:3; rev:1;)
pass tls $HOME_NET any -> any 443 (msg:"api.example.org"; tls.sni; content:"api.example.org"; startswith; \
endswith; nocase; flow:to_server,established; sid:100; rev:1;)
"""


def rule_groups(*groups: Any, **changes: Any) -> FirewallPolicy:
    """The policy of a firewall: strict order, and all that no group passes is dropped."""
    values: dict[str, Any] = {
        "strict_order": True,
        "stateless": ("aws:drop", "aws:forward_to_sfe"),
        "defaults": ("aws:alert_established", "aws:drop_established"),
        "groups": groups or (RuleGroup("egress", EXACT),),
    }
    return FirewallPolicy(**(values | changes))


RESOLVED = NameRule("resolve", "ALLOW", ("api.example.org.", "*.us-east-1.rds.amazonaws.com."))
BLOCKED = NameRule("block", "BLOCK", ("*.",))


def _endpoint(service: str, kind: str) -> VpcEndpoint:
    return VpcEndpoint(
        arn("ec2", f"vpc-endpoint/vpce-{service}"),
        f"vpce-{service}",
        VPC,
        service,
        kind,
        "available",
        policy(OWN_ONLY),
        kind == "Interface",
        SUBNETS if kind == "Interface" else (),
        ("rtb-1",) if kind == "Gateway" else (),
    )


def account(**changes: Any) -> Account:
    """The account; ``changes`` replace whole listings (tuples become complete listings)."""
    names = ("reader", "other")
    listings: dict[str, Any] = {
        "alarms": (
            *(a for name in names for a in _function_alarms(name)),
            *(alarm(name, Metric("Security", name, (), "Sum", 300)) for name in SIGNALS),
            alarm(
                "rows",
                ROWS,
                comparison="LessThanThreshold",
                threshold=1.0,
                state="OK",
                missing_data="breaching",
            ),
        ),
        "analyzers": (Analyzer(ANALYZER, "outside", True, True, ()),),
        "backup_plans": (
            BackupPlan(PLAN, "daily", ("main",), (Selection((PATIENTS, AUDIT, DATABASE), (), None),)),
        ),
        "backup_vaults": (BackupVault(VAULT, "main", True),),
        "buckets": (_bucket("archive", log_target="access-logs"), _bucket("access-logs", algorithm="AES256")),
        "budgets": (Budget(arn("budgets", "budget/monthly", ""), "monthly", "COST", True),),
        "config_recorders": (ConfigRecorder(RECORDER, "default", True, True, "archive"),),
        "databases": (_database(),),
        "detectors": (Detector(DETECTOR, "d1", True),),
        "domain_names": (
            DomainName(arn("apigateway", "/domainnames/a.example.org", account=""), "a", "TLS_1_2"),
        ),
        "event_buses": (EventBus(arn("events", "event-bus/default"), "default", None),),
        "flow_logs": (FlowLog(arn("ec2", "vpc-flow-log/fl-1"), "fl-1", VPC, True, "ALL"),),
        "functions": tuple(function(name) for name in names),
        "keys": (
            Key(
                KEY,
                KEY_ID,
                "Enabled",
                "SYMMETRIC_DEFAULT",
                "AWS_KMS",
                True,
                True,
                policy(
                    allow("kms:*", "*", Principal={"AWS": ACCOUNT}),
                    allow(
                        ["kms:Decrypt", "kms:GenerateDataKey*"],
                        "*",
                        Principal={"Service": "cloudwatch.amazonaws.com"},
                        Condition={"StringEquals": {"aws:SourceAccount": ID}},
                    ),
                ),
                ("alias/phi",),
            ),
        ),
        "log_exports": (LogExport(EXPORT, None, (), "", "archive"),),
        "log_groups": tuple(
            LogGroup(arn("logs", f"log-group:{name}"), name, KEY, 2557, masked=True)
            for name in ("/aws/lambda/reader", "/aws/lambda/other", "/trail")
        ),
        "metric_filters": tuple(
            MetricFilter(
                arn("logs", f"log-group:/trail:metric-filter:{name}"),
                name,
                "/trail",
                pattern,
                (CountedMetric("Security", name, "1"),),
            )
            for name, pattern in SIGNALS.items()
        ),
        "name_firewalls": (NameFirewall(NAME_FIREWALL, VPC, "DISABLED"),),
        "name_rules": (NameRules(NAMES, VPC, 101, (RESOLVED, BLOCKED)),),
        "network_firewalls": (NetworkFirewall(FIREWALL, "egress", VPC, ("vpce-firewall",), rule_groups()),),
        "prefix_lists": (
            PrefixList(arn("ec2", "prefix-list/pl-1", account="aws"), "pl-1", "dynamodb", True, ()),
            PrefixList(PREFIX_LIST, "pl-own", "offices", False, ("192.0.2.0/24",)),
        ),
        "queues": (Queue(QUEUE, "dead-letters", KEY, None, None),),
        "restore_jobs": (
            RestoreJob(arn("backup", "restore-job:1"), "DynamoDB", datetime(2026, 10, 1, tzinfo=UTC)),
        ),
        "rest_apis": (
            RestApi(
                API,
                "api1",
                "api",
                False,
                (
                    Method("/patients", "GET", "COGNITO_USER_POOLS", "auth1", "AWS_PROXY"),
                    Method("/patients", "OPTIONS", "NONE", None, "MOCK"),
                ),
                ("auth1",),
                security_policy="SecurityPolicy_TLS13_1_2_2021_06",
            ),
        ),
        "roles": (
            role("reader", Policy("workload", READER_POLICY)),
            role("other", Policy("workload", policy(allow("kms:Decrypt", KEY)))),
            role("break-glass", trust=trust({"AWS": ACCOUNT})),
        ),
        "route_tables": (
            RouteTable(
                arn("ec2", "route-table/rtb-1"),
                "rtb-1",
                VPC,
                SUBNETS,
                False,
                (
                    Route("10.0.0.0/16", "local"),
                    Route("pl-1", "vpce-dynamodb"),
                    Route("0.0.0.0/0", "vpce-firewall"),
                ),
            ),
            RouteTable(
                arn("ec2", "route-table/rtb-main"), "rtb-main", VPC, (), True, (Route("0.0.0.0/0", "igw-1"),)
            ),
        ),
        "scanners": (Scanner(arn("inspector2", "account"), ("LAMBDA", "LAMBDA_CODE")),),
        "secrets": (Secret(arn("secretsmanager", "secret:db"), "db", KEY, True),),
        "security_groups": (_group("functions", "sg-1"), _group("default", "sg-default")),
        "stages": (
            Stage(
                STAGE,
                "api1",
                "live",
                True,
                arn("logs", "log-group:/access"),
                '{"path":"$context.resourcePath","status":"$context.status"}',
                True,
                False,
                arn("wafv2", "regional/webacl/api/1"),
            ),
        ),
        "subnets": tuple(
            Subnet(arn("ec2", f"subnet/{s}"), s, VPC, f"us-east-1{s[-1]}", False) for s in SUBNETS
        ),
        "subscriptions": (Subscription(f"{TOPIC}:1", TOPIC, "email", True),),
        "tables": (
            Table(PATIENTS, "patients", KEY, True, True),
            Table(AUDIT, "audit", KEY, True, True),
        ),
        "topics": (Topic(TOPIC, "alerts", KEY, None),),
        "trails": (
            Trail(
                TRAIL,
                "audit",
                "archive",
                arn("logs", "log-group:/trail:*"),
                KEY,
                True,
                True,
                True,
                True,
                tuple(
                    DataEvents(kind, (), (), True, True)
                    for kind in ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")
                ),
            ),
        ),
        "user_pools": (
            UserPool(
                POOL,
                "us-east-1_pool",
                "ON",
                PasswordPolicy(14, True, True, True, True),
                (UserPoolClient("portal", 900, 900, 28800),),
                ("Provider", "Patient"),
            ),
        ),
        "users": (
            User(ACCOUNT, "<root_account>", True, True, True, ()),
            User(USER, "jo", False, True, True, (date(2026, 10, 1),)),
        ),
        "vpc_endpoints": (
            _endpoint("dynamodb", "Gateway"),
            _endpoint("kms", "Interface"),
            replace(_endpoint("bedrock-runtime", "Interface"), policy=policy(ONE_MODEL)),
        ),
        "vpcs": (Vpc(arn("ec2", f"vpc/{VPC}"), VPC),),
        "web_acls": (
            WebAcl(
                arn("wafv2", "regional/webacl/api/1"),
                "api",
                (STAGE,),
                (arn("logs", "log-group:aws-waf-logs-api"),),
                ("authorization",),
                stops=True,
            ),
        ),
        "written_policies": (WrittenPolicy(f"{ROLE}/policy/workload", READER_POLICY, ("reader",)),),
    }
    listings |= changes
    made = Account(id=ID, region=REGION)
    for name, found in listings.items():
        made = with_listing(made, name, found if isinstance(found, Listing) else Listing(tuple(found)))
    return made


def with_listing(of: Account, name: str, listing: Listing[Any]) -> Account:
    """The account with another listing in place of one of its own."""
    values: dict[str, Any] = {name: listing}
    return replace(of, **values)
