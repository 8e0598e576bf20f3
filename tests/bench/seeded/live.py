"""Builds the seeded account with boto3: each seed, and its twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.bench.seeded import functions, logs, people
from tests.bench.seeded.ground import ID, REGION, Ground, arn, document
from tests.bench.seeded.seeds import SEEDS, Seed

Built = dict[tuple[str, str], str]
Builder = Callable[..., str]
SCHEDULER = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}}


def build(endpoint_url: str | None = None, progress: Callable[[str], None] = lambda text: None) -> Built:
    """Create all seeds and twins. Gives each one's ARN by kind and name."""
    ground = Ground(endpoint_url)
    ground.log_archive()
    functions.shared_role(ground)
    publishers(ground)
    built: Built = {}
    for number, seed in enumerate(seeds := [s for s in SEEDS if not s.whole_account], start=1):
        builder = BUILDERS[seed.kind]
        built[seed.kind, seed.name] = builder(ground, seed.name, **seed.changes)
        built[seed.kind, seed.twin] = builder(ground, seed.twin, **_kept(seed))
        if number % 20 == 0:
            progress(f"seeded {number}/{len(seeds)}")
    built |= {("account", s.name): arn("iam", "root", "") for s in SEEDS if s.whole_account}
    return built


def _kept(seed: Seed) -> Mapping[str, Any]:
    """What a twin has where the seed has a wrong one: a queue, a subscriber, a URL, a caller."""
    right = {
        "no-redrive": {"source": "redrive"},
        "by-mail": {"protocol": "sqs"},
        "open-url": {"url": "AWS_IAM"},
        "public-alias": {"alias_caller": ID},
    }
    return right.get(seed.name, {})


def publishers(ground: Ground) -> None:
    """A function that may publish to the two topics of SNS-01's second seed."""
    publish = {"Effect": "Allow", "Action": "sns:Publish", "Resource": arn("sns", "by-mail*")}
    functions.build(ground, "publisher", also=publish)


def policy_statement(says: Mapping[str, Any] | None, action: str, resource: str) -> list[dict[str, Any]]:
    """The statement that is told, or one for this account alone."""
    own = {"Effect": "Allow", "Principal": {"AWS": arn("iam", "root", "")}}
    return [{**(says or own), "Action": action, "Resource": resource}]


def network(ground: Ground, name: str, part: str, **changes: Any) -> str:
    """A VPC of its own with a function in it. Gives the ARN of ``part``: vpc, subnet, group or endpoint."""
    narrow = changes.pop("narrow", True)
    gateway = "nat" if changes.pop("nat", False) else None
    vpc, subnets, table = ground.network(gateway=gateway, **changes)
    endpoint = ground.endpoint(vpc, "dynamodb", [], [table], narrow)
    group = ground.security_group("functions", vpc)
    functions.build(ground, f"in-{part}-{name}", network=(subnets, group))
    resources = {
        "vpc": f"vpc/{vpc}",
        "subnet": f"subnet/{subnets[0]}",
        "group": f"security-group/{ground.default_groups(vpc)[0]['GroupId']}",
        "endpoint": f"vpc-endpoint/{endpoint}",
    }
    return arn("ec2", resources[part])


def model_endpoint(ground: Ground, name: str, named: bool = True) -> str:
    """An endpoint of Bedrock's in a VPC of its own that holds a function."""
    vpc, subnets, _ = ground.network()
    model = f"arn:aws:bedrock:{REGION}::foundation-model/openai.gpt-oss-120b-1:0"
    endpoint = ground.endpoint(vpc, "bedrock-runtime", subnets[:1], [], resource=model if named else "*")
    functions.build(ground, f"asks-{name}", network=(subnets, ground.security_group("functions", vpc)))
    return arn("ec2", f"vpc-endpoint/{endpoint}")


def security_group(ground: Ground, name: str, **rules: str) -> str:
    return arn("ec2", f"security-group/{ground.security_group(name, ground.vpc, **rules)}")


def policy(ground: Ground, name: str, says: Mapping[str, Any] | None = None) -> str:
    """Held by a user's group, so that no role fails with it."""
    iam = ground.client("iam")
    patients = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": ground.tables[0]}
    made: str = iam.create_policy(PolicyName=name, PolicyDocument=document(says or patients))["Policy"]["Arn"]
    iam.create_group(GroupName=name)
    iam.attach_group_policy(GroupName=name, PolicyArn=made)
    return made


def role(
    ground: Ground,
    name: str,
    says: Mapping[str, Any] | None = None,
    trust: Mapping[str, Any] | None = None,
) -> str:
    iam = ground.client("iam")
    trusting = document({**(trust or SCHEDULER), "Action": "sts:AssumeRole"})
    made: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting)["Role"]["Arn"]
    patients = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": ground.tables[0]}
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(says or patients))
    return made


def table(ground: Ground, name: str, **changes: bool) -> str:
    return ground.table(name, **changes)


def bucket(
    ground: Ground, name: str, policy: Mapping[str, Any] | None = None, key: bool = True, **changes: bool
) -> str:
    return ground.bucket(name, encrypted=key, statements=[policy] if policy else [], **changes)


def database(
    ground: Ground,
    name: str,
    encrypted: bool = True,
    public: bool = False,
    backup_days: int = 35,
    tls: bool = True,
    tokens: bool = True,
) -> str:
    made: str = ground.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="master",
        MasterUserPassword="invented-only",
        BackupRetentionPeriod=backup_days,
        EnableIAMDatabaseAuthentication=tokens,
        **({"DBParameterGroupName": "tls"} if tls else {}),
        PubliclyAccessible=public,
        StorageEncrypted=encrypted,
        **({"KmsKeyId": ground.key} if encrypted else {}),
    )["DBInstance"]["DBInstanceArn"]
    return made


def user(ground: Ground, name: str, mfa: bool = True) -> str:
    iam = ground.client("iam")
    made: str = iam.create_user(UserName=name)["User"]["Arn"]
    iam.create_login_profile(UserName=name, Password="Invented-only-1")
    if mfa:
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(
            UserName=name, SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
        )
    return made


def secret(
    ground: Ground,
    name: str,
    key: bool = True,
    rotates: bool = True,
    policy: Mapping[str, Any] | None = None,
) -> str:
    manager = ground.client("secretsmanager")
    made: str = manager.create_secret(
        Name=name, SecretString="{}", **({"KmsKeyId": ground.key} if key else {})
    )["ARN"]
    if rotates:
        manager.rotate_secret(SecretId=made, RotationRules={"AutomaticallyAfterDays": 30})
    says = document(*policy_statement(policy, "secretsmanager:GetSecretValue", made))
    manager.put_resource_policy(SecretId=made, ResourcePolicy=says)
    return made


def key(
    ground: Ground,
    name: str,
    rotates: bool = True,
    policy: Mapping[str, Any] | None = None,
    pending: bool = False,
) -> str:
    """Each encrypts a log group, so that it is in use."""
    kms = ground.client("kms")
    root = {
        "Effect": "Allow",
        "Principal": {"AWS": arn("iam", "root", "")},
        "Action": "kms:*",
        "Resource": "*",
    }
    says = [root, *([{**policy, "Action": "kms:*", "Resource": "*"}] if policy else [])]
    made: str = kms.create_key(Description=name, Policy=document(*says))["KeyMetadata"]["Arn"]
    if rotates:
        kms.enable_key_rotation(KeyId=made)
    ground.client("logs").create_log_group(logGroupName=f"/key/{name}", kmsKeyId=made)
    if pending:
        kms.schedule_key_deletion(KeyId=made.rpartition("/")[2], PendingWindowInDays=30)
    return made


def queue(ground: Ground, name: str, key: bool = True, policy: Mapping[str, Any] | None = None) -> str:
    made = arn("sqs", name)
    says = document(*policy_statement(policy, "sqs:SendMessage", made))
    attributes = {"Policy": says}
    if not key:
        attributes |= {"KmsMasterKeyId": "", "SqsManagedSseEnabled": "true"}
    return ground.queue(name, **attributes)


def topic(
    ground: Ground,
    name: str,
    key: bool = True,
    policy: Mapping[str, Any] | None = None,
    protocol: str = "",
) -> str:
    made = ground.topic(name, key)
    sns = ground.client("sns")
    says = document(*policy_statement(policy, "sns:Publish", made))
    sns.set_topic_attributes(TopicArn=made, AttributeName="Policy", AttributeValue=says)
    if protocol:
        to = "care-team@example.org" if protocol == "email" else ground.dead_letters
        sns.subscribe(TopicArn=made, Protocol=protocol, Endpoint=to)
    return made


def alert_topic(ground: Ground, name: str, heard: bool = True) -> str:
    made = ground.topic(name)
    if heard:
        ground.client("sns").subscribe(TopicArn=made, Protocol="sqs", Endpoint=ground.dead_letters)
    ground.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Healthcare",
        MetricName="Denied",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[made],
    )
    return made


def bus(ground: Ground, name: str, policy: Mapping[str, Any] | None = None) -> str:
    events = ground.client("events")
    made: str = events.create_event_bus(Name=name)["EventBusArn"]
    says = document({"Sid": "put", **policy_statement(policy, "events:PutEvents", made)[0]})
    events.put_permission(EventBusName=name, Policy=says)
    return made


BUILDERS: dict[str, Builder] = {
    "function": functions.build,
    "vpc": lambda ground, name, **changes: network(ground, name, "vpc", **changes),
    "subnet": lambda ground, name, **changes: network(ground, name, "subnet", **changes),
    "default_group": lambda ground, name, **changes: network(ground, name, "group", **changes),
    "model_endpoint": model_endpoint,
    "endpoint": lambda ground, name, **changes: network(ground, name, "endpoint", **changes),
    "security_group": security_group,
    "policy": policy,
    "role": role,
    "table": table,
    "bucket": bucket,
    "database": database,
    "user": user,
    "function_group": logs.function_group,
    "secret": secret,
    "key": key,
    "queue": queue,
    "topic": topic,
    "alert_topic": alert_topic,
    "bus": bus,
    "api": people.api,
    "stage": people.stage,
    "domain": people.domain,
    "web_acl": people.web_acl,
    "pool": people.pool,
    "log_group": logs.log_group,
    "trail": logs.trail,
}
