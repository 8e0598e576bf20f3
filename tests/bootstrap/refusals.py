"""What the bootstrap's roles may not, call by call: (role, service, what it would be, the call)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.bootstrap.roles import APPLY, AUDIT, PLAN

BUCKET = "healthcare-terraform-state-123456789012-us-east-1"
IAM = "arn:aws:iam::123456789012"
BOUNDARY = f"{IAM}:policy/healthcare-terraform-boundary"
Call = Callable[[Any], Any]
STATE = {"Bucket": BUCKET, "Key": "check/terraform.tfstate"}
OWN_STATE = {"Bucket": BUCKET, "Key": "bootstrap/terraform.tfstate"}
NOTHING = json.dumps({"Version": "2012-10-17", "Statement": []})
ROLE = {"RoleName": "healthcare-made-by-apply", "AssumeRolePolicyDocument": NOTHING}

REFUSED: list[tuple[str, str, str, Call]] = [
    # The state of others, and what may only be read.
    (PLAN, "s3", "write state", lambda s3: s3.put_object(**STATE, Body=b"{}")),
    (PLAN, "s3", "delete state", lambda s3: s3.delete_object(**STATE)),
    (PLAN, "s3", "read the bootstrap's state", lambda s3: s3.get_object(**OWN_STATE)),
    (
        PLAN,
        "s3",
        "lock the bootstrap",
        lambda s3: s3.put_object(Bucket=BUCKET, Key="bootstrap/terraform.tfstate.tflock"),
    ),
    (APPLY, "s3", "read the bootstrap's state", lambda s3: s3.get_object(**OWN_STATE)),
    (APPLY, "s3", "write the bootstrap's state", lambda s3: s3.put_object(**OWN_STATE, Body=b"{}")),
    (APPLY, "s3", "delete state", lambda s3: s3.delete_object(**STATE)),
    (APPLY, "s3", "delete a version", lambda s3: s3.delete_object(**STATE, VersionId="1")),
    (AUDIT, "s3", "read state", lambda s3: s3.get_object(**STATE)),
    (AUDIT, "s3", "write state", lambda s3: s3.put_object(**STATE, Body=b"{}")),
    # Patients' data, and secrets.
    *(
        (role, service, what, call)
        for role in (PLAN, APPLY, AUDIT)
        for service, what, call in (
            (
                "dynamodb",
                "read a record",
                lambda db: db.get_item(TableName="healthcare-patients", Key={"patient_id": {"S": "1"}}),
            ),
            ("dynamodb", "read all records", lambda db: db.scan(TableName="healthcare-patients")),
            (
                "dynamodb",
                "write a record",
                lambda db: db.put_item(TableName="healthcare-patients", Item={"patient_id": {"S": "1"}}),
            ),
            (
                "s3",
                "read a document",
                lambda s3: s3.get_object(Bucket="healthcare-documents-123456789012", Key="1"),
            ),
            (
                "secretsmanager",
                "read a secret",
                lambda sm: sm.get_secret_value(SecretId="healthcare-rag-model-key"),
            ),
            (
                "sqs",
                "read messages",
                lambda sqs: sqs.receive_message(
                    QueueUrl="http://sqs.us-east-1.amazonaws.com/123456789012/healthcare-hl7"
                ),
            ),
            (
                "logs",
                "read logs",
                lambda logs: logs.filter_log_events(logGroupName="/aws/lambda/healthcare-patient-api"),
            ),
            (
                "cognito-idp",
                "make a provider",
                lambda idp: idp.admin_add_user_to_group(
                    UserPoolId="us-east-1_1", Username="me", GroupName="Provider"
                ),
            ),
            ("lambda", "run a function", lambda fn: fn.invoke(FunctionName="healthcare-patient-api")),
        )
    ),
    # What the bootstrap made.
    (APPLY, "s3", "change the bucket's policy", lambda s3: s3.delete_bucket_policy(Bucket=BUCKET)),
    (
        APPLY,
        "s3",
        "stop versions",
        lambda s3: s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}),
    ),
    (APPLY, "s3", "delete the bucket", lambda s3: s3.delete_bucket(Bucket=BUCKET)),
    (
        APPLY,
        "kms",
        "delete the key",
        lambda kms: kms.schedule_key_deletion(KeyId="alias/healthcare-terraform-state"),
    ),
    (
        APPLY,
        "kms",
        "change the key's policy",
        lambda kms: kms.put_key_policy(
            KeyId="alias/healthcare-terraform-state", PolicyName="default", Policy=NOTHING
        ),
    ),
    (
        APPLY,
        "kms",
        "read with the key directly",
        lambda kms: kms.generate_data_key(KeyId="alias/healthcare-terraform-state", KeySpec="AES_256"),
    ),
    *(
        (APPLY, "iam", f"change {role}: {what}", call)
        for role in (PLAN, APPLY, AUDIT)
        for what, call in (
            (
                "its trust",
                lambda iam, role=role: iam.update_assume_role_policy(RoleName=role, PolicyDocument=NOTHING),
            ),
            (
                "its policies",
                lambda iam, role=role: iam.put_role_policy(
                    RoleName=role, PolicyName="more", PolicyDocument=NOTHING
                ),
            ),
            (
                "attach",
                lambda iam, role=role: iam.attach_role_policy(
                    RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
                ),
            ),
            ("delete", lambda iam, role=role: iam.delete_role(RoleName=role)),
            ("session", lambda iam, role=role: iam.update_role(RoleName=role, MaxSessionDuration=43200)),
        )
    ),
    (
        APPLY,
        "iam",
        "take its guard off",
        lambda iam: iam.detach_role_policy(
            RoleName=APPLY, PolicyArn=f"{IAM}:policy/healthcare-terraform-guard"
        ),
    ),
    (
        APPLY,
        "iam",
        "widen the boundary",
        lambda iam: iam.create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=NOTHING, SetAsDefault=True),
    ),
    (
        APPLY,
        "iam",
        "widen what audit reads",
        lambda iam: iam.create_policy_version(
            PolicyArn=f"{IAM}:policy/healthcare-hipaa-audit-read-only", PolicyDocument=NOTHING
        ),
    ),
    (
        APPLY,
        "iam",
        "let more tokens in",
        lambda iam: iam.add_client_id_to_open_id_connect_provider(
            OpenIDConnectProviderArn=f"{IAM}:oidc-provider/token.actions.githubusercontent.com",
            ClientID="attacker",
        ),
    ),
    # Ways round them.
    (
        APPLY,
        "iam",
        "make a provider of its own",
        lambda iam: iam.create_open_id_connect_provider(Url="https://attacker.example"),
    ),
    (APPLY, "iam", "make a user", lambda iam: iam.create_user(UserName="healthcare-me")),
    (APPLY, "iam", "make a key", lambda iam: iam.create_access_key(UserName="local-cloud-administrator")),
    (APPLY, "iam", "make a role without the boundary", lambda iam: iam.create_role(**ROLE)),
    (
        APPLY,
        "iam",
        "make a role with a boundary of its own",
        lambda iam: iam.create_role(
            **ROLE, PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess"
        ),
    ),
    (
        APPLY,
        "iam",
        "make a role of another name",
        lambda iam: iam.create_role(**{**ROLE, "RoleName": "admin"}, PermissionsBoundary=BOUNDARY),
    ),
    (
        APPLY,
        "sts",
        "take on another role",
        lambda sts: sts.assume_role(RoleArn=f"{IAM}:role/healthcare-anything", RoleSessionName="me"),
    ),
    (
        APPLY,
        "cloudtrail",
        "stop the trail",
        lambda trail: trail.stop_logging(
            Name="arn:aws:cloudtrail:us-east-1:123456789012:trail/healthcare-audit"
        ),
    ),
    (
        APPLY,
        "s3",
        "empty the archive",
        lambda s3: s3.delete_object(Bucket="healthcare-audit-123456789012", Key="AWSLogs/1"),
    ),
    (APPLY, "s3", "delete the archive", lambda s3: s3.delete_bucket(Bucket="healthcare-audit-123456789012")),
    (PLAN, "iam", "make a role", lambda iam: iam.create_role(**ROLE, PermissionsBoundary=BOUNDARY)),
    (
        PLAN,
        "lambda",
        "change a function",
        lambda fn: fn.delete_function(FunctionName="healthcare-patient-api"),
    ),
    (AUDIT, "iam", "make a role", lambda iam: iam.create_role(**ROLE, PermissionsBoundary=BOUNDARY)),
]
