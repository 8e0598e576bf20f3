"""A small account in moto, with one resource of each kind that the readers know."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3

from tests.unit.policies import moto_watch

ID, REGION = "123456789012", "us-east-1"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
READ_TABLE = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}],
    }
)


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


def create() -> None:
    """Create it all. Call below ``mock_aws``."""
    key = client("kms").create_key(Description="phi")["KeyMetadata"]["Arn"]
    client("kms").create_alias(AliasName="alias/phi", TargetKeyId=key)
    client("kms").enable_key_rotation(KeyId=key)
    subnets, group = _network()
    _stores(key)
    topic, queue = _messaging(key)
    _identities()
    _function(key, subnets, group, queue)
    _logs_and_alarms(key, topic)
    _api()
    _user_pool()
    moto_watch.create()


def _network() -> tuple[list[str], str]:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")[
            "Subnet"
        ]["SubnetId"]
        for n, zone in enumerate("ab")
    ]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    group = ec2.create_security_group(GroupName="functions", Description="f", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "10.9.0.0/16"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
            }
        ],
    )
    offices = ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "192.0.2.0/24"}]
    )["PrefixList"]["PrefixListId"]
    inward = ec2.create_security_group(GroupName="offices", Description="o", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": offices}]}
    ec2.authorize_security_group_ingress(GroupId=inward, IpPermissions=[rule])
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.dynamodb",
        RouteTableIds=[table],
        PolicyDocument=READ_TABLE,
    )
    client("logs").create_log_group(logGroupName="/flow")
    ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogGroupName="/flow",
        DeliverLogsPermissionArn=f"arn:aws:iam::{ID}:role/flow",
    )
    return subnets, group


def _stores(key: str) -> None:
    client("dynamodb").create_table(
        TableName="patients",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        DeletionProtectionEnabled=True,
    )
    client("dynamodb").update_continuous_backups(
        TableName="patients", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    s3 = client("s3")
    s3.create_bucket(Bucket="archive", ObjectLockEnabledForBucket=True)
    s3.put_object_lock_configuration(
        Bucket="archive",
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 7}},
        },
    )
    s3.put_bucket_encryption(
        Bucket="archive",
        ServerSideEncryptionConfiguration={
            "Rules": [
                {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
            ]
        },
    )
    s3.put_public_access_block(
        Bucket="archive",
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::archive", "arn:aws:s3:::archive/*"],
    }
    s3.put_bucket_policy(
        Bucket="archive", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    s3.create_bucket(Bucket="plain")
    client("secretsmanager").create_secret(Name="db", SecretString="{}", KmsKeyId="alias/phi")
    client("rds").create_db_instance(
        DBInstanceIdentifier="records",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        StorageEncrypted=True,
        KmsKeyId=key,
        PubliclyAccessible=False,
        AllocatedStorage=20,
        BackupRetentionPeriod=7,
    )


def _messaging(key: str) -> tuple[str, str]:
    topic: str = client("sns").create_topic(Name="alerts", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="security@example.org")
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="dead", Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    queue: str = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": queue, "maxReceiveCount": 3})
    sqs.create_queue(QueueName="in", Attributes={"RedrivePolicy": redrive})
    client("events").create_event_bus(Name="clinical")
    return topic, queue


def _identities() -> None:
    iam = client("iam")
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=READ_TABLE)["Policy"]["Arn"]
    managed = iam.create_policy(PolicyName="read", PolicyDocument=READ_TABLE)["Policy"]["Arn"]
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=limit)
    iam.put_role_policy(RoleName="reader", PolicyName="inline", PolicyDocument=READ_TABLE)
    iam.attach_role_policy(RoleName="reader", PolicyArn=managed)


def _function(key: str, subnets: list[str], group: str, queue: str) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("handler.py", "def handler(event, context): return event\n")
    awslambda = client("lambda")
    for name in ("reader", "plain"):
        awslambda.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=f"arn:aws:iam::{ID}:role/reader",
            Handler="handler.handler",
            Code={"ZipFile": package.getvalue()},
            Timeout=28,
            Environment={"Variables": {"PATIENT_TABLE": "patients", "API_KEY": "invented"}},
            **(
                {
                    "KMSKeyArn": key,
                    "VpcConfig": {"SubnetIds": subnets, "SecurityGroupIds": [group]},
                    "TracingConfig": {"Mode": "Active"},
                }
                if name == "reader"
                else {}
            ),
        )
    awslambda.add_permission(
        FunctionName="reader",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ID}:api/*",
    )
    version = awslambda.publish_version(FunctionName="reader")["Version"]
    awslambda.create_alias(FunctionName="reader", Name="live", FunctionVersion=version)
    awslambda.add_permission(
        FunctionName="reader",
        Qualifier="live",
        StatementId="portal",
        Action="lambda:InvokeFunctionUrl",
        Principal=ID,
    )
    awslambda.put_function_concurrency(FunctionName="reader", ReservedConcurrentExecutions=5)
    awslambda.put_function_event_invoke_config(
        FunctionName="reader", DestinationConfig={"OnFailure": {"Destination": queue}}
    )
    source = queue.replace(":dead", ":in")
    awslambda.create_event_source_mapping(FunctionName="reader", EventSourceArn=source)


def _logs_and_alarms(key: str, topic: str) -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/reader", kmsKeyId=key)
    logs.put_retention_policy(logGroupName="/aws/lambda/reader", retentionInDays=2557)
    logs.put_metric_filter(
        logGroupName="/aws/lambda/reader",
        filterName="refusals",
        filterPattern="AccessDenied",
        metricTransformations=[{"metricName": "Refused", "metricNamespace": "App", "metricValue": "1"}],
    )
    client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": "reader"}],
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )
    trail = client("cloudtrail")
    trail.create_trail(
        Name="audit",
        S3BucketName="archive",
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=key,
    )
    trail.start_logging(Name="audit")
    trail.put_event_selectors(
        TrailName="audit",
        AdvancedEventSelectors=[
            {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
            {
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                    {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::archive/"]},
                ]
            },
        ],
    )
    client("budgets").create_budget(
        AccountId=ID,
        Budget={
            "BudgetName": "monthly",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "100", "Unit": "USD"},
        },
    )
    client("wafv2").create_web_acl(
        Name="api",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={
            "SampledRequestsEnabled": False,
            "CloudWatchMetricsEnabled": True,
            "MetricName": "api",
        },
    )


def _api() -> None:
    api = client("apigateway")
    identifier = api.create_rest_api(name="api", endpointConfiguration={"types": ["REGIONAL"]})["id"]
    root = api.get_resources(restApiId=identifier)["items"][0]["id"]
    authorizer = api.create_authorizer(
        restApiId=identifier, name="pool", type="COGNITO_USER_POOLS", providerARNs=["arn:aws:cognito-idp:x"]
    )["id"]
    api.put_method(
        restApiId=identifier,
        resourceId=root,
        httpMethod="GET",
        authorizationType="COGNITO_USER_POOLS",
        authorizerId=authorizer,
    )
    api.put_integration(
        restApiId=identifier,
        resourceId=root,
        httpMethod="GET",
        type="MOCK",
        integrationHttpMethod="GET",
        uri="",
    )
    deployment = api.create_deployment(restApiId=identifier)["id"]
    api.create_stage(restApiId=identifier, stageName="live", deploymentId=deployment, tracingEnabled=True)


def _user_pool() -> None:
    cognito = client("cognito-idp")
    pool = cognito.create_user_pool(
        PoolName="people",
        Policies={"PasswordPolicy": {"MinimumLength": 14, "RequireSymbols": True, "RequireNumbers": True}},
    )["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="ON"
    )
    cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="portal",
        AccessTokenValidity=15,
        TokenValidityUnits={"AccessToken": "minutes"},
    )
    cognito.create_group(UserPoolId=pool, GroupName="Provider")
