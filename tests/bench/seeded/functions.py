"""Builds functions: each with its role, log group and alarms."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from tests.bench.seeded.ground import ID, Ground, arn, document, trust

METRICS = ("Errors", "Throttles", "Duration")
# Of the shape of an access key, and no one's: AWS's own documentation writes it.
ACCESS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
SECRETS = {"name": {"DB_PASSWORD": "invented"}, "shape": {"CONFIG": ACCESS_KEY}}


def package() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("handler.py", "def handler(event, context): return event\n")
    return made.getvalue()


PACKAGE = package()


def build(
    ground: Ground,
    name: str,
    *,
    network: str | tuple[list[str], str] = "private",
    key: bool = True,
    dead_letters: bool = True,
    source: str = "",
    url: str = "",
    secret: str = "",
    runtime: str = "python3.13",
    caller: str = "",
    alias_caller: str = "",
    reserved: bool = True,
    tracing: str = "Active",
    signed: bool = True,
    alarms: str = "right",
    log_group: bool = True,
    audit: bool = True,
    managed: dict[str, Any] | None = None,
    also: dict[str, Any] | None = None,
    shared_role: bool = False,
) -> str:
    """Gives the ARN. ``network`` is private, public, none, one subnet, or subnets and a group; ``source`` is
    a queue with redrive, or a plain one."""
    role = arn("iam", "role/shared", "") if shared_role else _role(ground, name, audit, managed, also)
    placed = _placed(ground, network)
    made: str = ground.client("lambda").create_function(
        FunctionName=name,
        Runtime=runtime,
        Role=role,
        Handler="handler.handler",
        Code={"ZipFile": PACKAGE},
        Timeout=28,
        Environment={"Variables": {"PATIENT_TABLE": "patients"} | SECRETS.get(secret, {})},
        TracingConfig={"Mode": tracing},
        **({"CodeSigningConfigArn": ground.signing} if signed else {}),
        **({"KMSKeyArn": ground.key} if key else {}),
        **({"DeadLetterConfig": {"TargetArn": ground.dead_letters}} if dead_letters else {}),
        **({"VpcConfig": {"SubnetIds": placed[0], "SecurityGroupIds": [placed[1]]}} if placed else {}),
    )["FunctionArn"]
    _callers(ground, name, url, caller, source)
    if alias_caller:
        _call_alias(ground, name, alias_caller)
    if reserved:
        ground.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    if log_group:
        ground.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}", kmsKeyId=ground.key)
    if alarms != "none":
        _alarms(ground, name, alarms)
    return made


def _placed(ground: Ground, network: str | tuple[list[str], str]) -> tuple[list[str], str] | None:
    if network == "none":
        return None
    if network == "one subnet":
        return ground.subnets[:1], ground.group
    if network == "public":
        vpc, subnets, table = ground.network(gateway="igw")
        ground.endpoint(vpc, "dynamodb", [], [table])
        return subnets, ground.security_group("public", vpc)
    return (ground.subnets, ground.group) if isinstance(network, str) else network


def _role(
    ground: Ground, name: str, audit: bool, managed: dict[str, Any] | None, also: dict[str, Any] | None
) -> str:
    iam = ground.client("iam")
    made: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust()))["Role"]["Arn"]
    patients, audited = ground.tables
    says = [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": patients}]
    if audit:
        says.append({"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": audited})
    if also:
        says.append(also)
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*says))
    if managed:
        policy = iam.create_policy(PolicyName=f"{name}-managed", PolicyDocument=document(managed))
        iam.attach_role_policy(RoleName=name, PolicyArn=policy["Policy"]["Arn"])
    return made


def _callers(ground: Ground, name: str, url: str, caller: str, source: str) -> None:
    awslambda = ground.client("lambda")
    awslambda.add_permission(
        FunctionName=name,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=arn("execute-api", "api/*"),
    )
    if caller:
        awslambda.add_permission(
            FunctionName=name, StatementId="caller", Action="lambda:InvokeFunction", Principal=caller
        )
    if url:
        awslambda.create_function_url_config(FunctionName=name, AuthType=url)
        # Without it not even a URL of authorisation NONE answers anybody.
        awslambda.add_permission(
            FunctionName=name,
            StatementId="url",
            Action="lambda:InvokeFunctionUrl",
            Principal="*" if url == "NONE" else ID,
            FunctionUrlAuthType=url,
        )
    if source:
        redrive = json.dumps({"deadLetterTargetArn": ground.dead_letters, "maxReceiveCount": 3})
        attributes = {"RedrivePolicy": redrive} if source == "redrive" else {}
        queue = ground.queue(f"{name}-source", **attributes)
        awslambda.create_event_source_mapping(FunctionName=name, EventSourceArn=queue)


def _call_alias(ground: Ground, name: str, caller: str) -> None:
    awslambda = ground.client("lambda")
    version = awslambda.publish_version(FunctionName=name)["Version"]
    awslambda.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    awslambda.add_permission(
        FunctionName=name,
        Qualifier="live",
        StatementId="caller",
        Action="lambda:InvokeFunction",
        Principal=caller,
    )


def _alarms(ground: Ground, name: str, kind: str) -> None:
    for metric in METRICS:
        average = kind == "average" or metric == "Duration"
        ground.client("cloudwatch").put_metric_alarm(
            AlarmName=f"{name}-{metric}",
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            Statistic="Average" if average else "Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=20000 if metric == "Duration" else 10,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
            AlarmActions=[] if kind == "unheard" else [ground.alerts],
        )


def shared_role(ground: Ground) -> None:
    """A role that a function has already: whichever takes it, too, shares it."""
    build(ground, "sharer-first", also=None)
    iam = ground.client("iam")
    iam.create_role(RoleName="shared", AssumeRolePolicyDocument=document(trust()))
    ground.client("lambda").update_function_configuration(
        FunctionName="sharer-first", Role=f"arn:aws:iam::{ID}:role/shared"
    )
