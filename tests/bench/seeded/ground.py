"""What the seeded resources stand on: a key, networks, tables, queues and topics that are all compliant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import boto3

ID, REGION = "123456789012", "us-east-1"
LOCK_DAYS = 2557
SOURCE = {"StringEquals": {"aws:SourceAccount": ID}}


def arn(service: str, rest: str, region: str = REGION, account: str = ID) -> str:
    return f"arn:aws:{service}:{region}:{account}:{rest}"


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service: str = "lambda.amazonaws.com") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}


# Of the account's own principals, and of the alarms that publish to the topic.
KEY_POLICY = document(
    {
        "Effect": "Allow",
        "Principal": {"AWS": arn("iam", "root", "")},
        "Action": "kms:*",
        "Resource": "*",
    },
    {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": SOURCE,
    },
)


class Ground:
    """``client`` gives a boto3 client of the account; all that is shared is created here."""

    def __init__(self, endpoint_url: str | None = None) -> None:
        self._endpoint_url = endpoint_url
        self._clients: dict[str, Any] = {}
        self.stream = ""
        self._numbers = iter(range(256))  # of the networks: 10.<number>.0.0/16
        kms = self.client("kms")
        self.key: str = kms.create_key(Description="all data", Policy=KEY_POLICY)["KeyMetadata"]["Arn"]
        kms.enable_key_rotation(KeyId=self.key)
        self.client("logs").create_log_group(logGroupName="/flow", kmsKeyId=self.key)
        self.signing: str = self.client("lambda").create_code_signing_config(
            AllowedPublishers={"SigningProfileVersionArns": [arn("signer", "/signing-profiles/own/1")]},
            CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"},
        )["CodeSigningConfig"]["CodeSigningConfigArn"]
        self.dead_letters = self.queue("dead-letters")
        self.alerts = self.topic("alerts")
        self.client("sns").subscribe(TopicArn=self.alerts, Protocol="sqs", Endpoint=self.dead_letters)
        self._database_parameters()
        self.tables = [self.table("patients"), self.table("audit")]
        self.bucket("access-logs", encrypted=False)
        self.vpc, self.subnets, self.route_table = self.network()
        self.group = self.security_group("functions", self.vpc)
        for service in ("dynamodb", "sns"):
            self.endpoint(self.vpc, service, self.subnets[:1], [self.route_table])

    def _database_parameters(self) -> None:
        """A parameter group that asks for TLS."""
        rds = self.client("rds")
        rds.create_db_parameter_group(
            DBParameterGroupName="tls", DBParameterGroupFamily="postgres16", Description="TLS alone"
        )
        parameter = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}
        rds.modify_db_parameter_group(DBParameterGroupName="tls", Parameters=[parameter])

    def log_archive(self) -> None:
        """A stream into a locked bucket, for log groups to be subscribed to: ``stream`` is its ARN."""
        bucket = self.bucket("log-archive")
        self.stream = self.client("firehose").create_delivery_stream(
            DeliveryStreamName="log-archive",
            DeliveryStreamType="DirectPut",
            ExtendedS3DestinationConfiguration={
                "RoleARN": arn("iam", "role/firehose", ""),
                "BucketARN": bucket,
            },
        )["DeliveryStreamARN"]

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(  # type: ignore[call-overload]
                service,
                region_name=REGION,
                endpoint_url=self._endpoint_url,
                aws_access_key_id="testing",
                aws_secret_access_key="testing",
            )
        return self._clients[service]

    def queue(self, name: str, **attributes: str) -> str:
        made = self.client("sqs").create_queue(
            QueueName=name, Attributes={"KmsMasterKeyId": self.key} | attributes
        )
        return arn("sqs", made["QueueUrl"].rpartition("/")[2])

    def topic(self, name: str, key: bool = True) -> str:
        attributes = {"KmsMasterKeyId": self.key} if key else {}
        made: str = self.client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
        alarms = {"Principal": {"Service": "cloudwatch.amazonaws.com"}, "Condition": SOURCE}
        self.client("sns").set_topic_attributes(
            TopicArn=made,
            AttributeName="Policy",
            AttributeValue=document({"Effect": "Allow", "Action": "sns:Publish", "Resource": made} | alarms),
        )
        return made

    def table(self, name: str, *, key: bool = True, recovery: bool = True, protected: bool = True) -> str:
        dynamodb = self.client("dynamodb")
        made: str = dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=protected,
            **(
                {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.key}}
                if key
                else {}
            ),
        )["TableDescription"]["TableArn"]
        dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovery}
        )
        return made

    def bucket(
        self,
        name: str,
        *,
        encrypted: bool = True,
        blocked: bool = True,
        versions: bool = True,
        statements: Iterable[Mapping[str, Any]] = (),
        tls: bool = True,
        locked_days: int = LOCK_DAYS,
    ) -> str:
        s3 = self.client("s3")
        full = f"{ID}-{name}"
        made = f"arn:aws:s3:::{full}"
        s3.create_bucket(Bucket=full, ObjectLockEnabledForBucket=versions)
        refusal = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [made, f"{made}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        said = [{"Action": "s3:GetObject", "Resource": f"{made}/*", **statement} for statement in statements]
        if said or tls:
            s3.put_bucket_policy(Bucket=full, Policy=document(*said, *([refusal] if tls else [])))
        s3.put_public_access_block(
            Bucket=full,
            PublicAccessBlockConfiguration=dict.fromkeys(
                ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy"), True
            )
            | {"RestrictPublicBuckets": blocked},
        )
        rule = (
            {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key}
            if encrypted
            else {"SSEAlgorithm": "AES256"}
        )
        s3.put_bucket_encryption(
            Bucket=full,
            ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
        )
        if versions and locked_days:
            s3.put_object_lock_configuration(
                Bucket=full,
                ObjectLockConfiguration={
                    "ObjectLockEnabled": "Enabled",
                    "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": locked_days}},
                },
            )
        return made

    def network(
        self, *, gateway: str | None = None, flow_log: str | None = "ALL", closed: bool = True
    ) -> tuple[str, list[str], str]:
        """A VPC with two subnets of two zones; ``gateway`` is "igw" or "nat": where its default route goes.
        Gives the VPC's id, the subnets' and that of their route table."""
        ec2, number = self.client("ec2"), next(self._numbers)
        vpc: str = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        table: str = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        subnets = []
        for zone in (0, 1):
            made = ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.{number}.{zone}.0/24", AvailabilityZone=f"{REGION}{'ab'[zone]}"
            )["Subnet"]["SubnetId"]
            ec2.associate_route_table(RouteTableId=table, SubnetId=made)
            subnets.append(made)
        if gateway == "igw":
            target = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
            ec2.attach_internet_gateway(InternetGatewayId=target, VpcId=vpc)
            ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=target)
        if gateway == "nat":
            target = ec2.create_nat_gateway(SubnetId=subnets[1], ConnectivityType="private")
            ec2.create_route(
                RouteTableId=table,
                DestinationCidrBlock="0.0.0.0/0",
                NatGatewayId=target["NatGateway"]["NatGatewayId"],
            )
        if closed:
            for group in self.default_groups(vpc):
                ec2.revoke_security_group_egress(
                    GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"]
                )
                ec2.revoke_security_group_ingress(
                    GroupId=group["GroupId"], IpPermissions=group["IpPermissions"]
                )
        if flow_log:
            ec2.create_flow_logs(
                ResourceIds=[vpc],
                ResourceType="VPC",
                TrafficType=flow_log,
                LogGroupName="/flow",
                DeliverLogsPermissionArn=arn("iam", "role/flow", ""),
            )
        return vpc, subnets, table

    def default_groups(self, vpc: str) -> list[Any]:
        found: list[Any] = self.client("ec2").describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
        )["SecurityGroups"]
        return found

    def security_group(
        self, name: str, vpc: str, inbound: str = "10.0.0.0/16", outbound: str = "10.0.0.0/16"
    ) -> str:
        ec2 = self.client("ec2")
        made: str = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        everything = ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]["IpPermissionsEgress"]
        ec2.revoke_security_group_egress(GroupId=made, IpPermissions=everything)
        ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[_https(inbound)])
        ec2.authorize_security_group_egress(GroupId=made, IpPermissions=[_https(outbound)])
        return made

    def endpoint(
        self,
        vpc: str,
        service: str,
        subnets: list[str],
        tables: list[str],
        narrow: bool = True,
        resource: str = "*",
    ) -> str:
        gateway = service in ("dynamodb", "s3")
        says: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": resource}
        if narrow:
            says["Condition"] = {"StringEquals": {"aws:PrincipalAccount": ID, "aws:ResourceAccount": ID}}
        made: str = self.client("ec2").create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            VpcEndpointType="Gateway" if gateway else "Interface",
            PolicyDocument=document(says),
            **({"RouteTableIds": tables} if gateway else {"SubnetIds": subnets, "PrivateDnsEnabled": True}),
        )["VpcEndpoint"]["VpcEndpointId"]
        return made


def _https(peer: str) -> dict[str, Any]:
    ranges = {"Ipv6Ranges": [{"CidrIpv6": peer}]} if ":" in peer else {"IpRanges": [{"CidrIp": peer}]}
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **ranges}
