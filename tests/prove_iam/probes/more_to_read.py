"""What environments/local has none of, and an auditor reads all the same: there for one audit."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from scripts.local_deployment import LocalDeployment


@contextmanager
def more_to_read(deployment: LocalDeployment) -> Iterator[None]:
    """Within it the account has one of each, under a name that no other run has."""
    name = f"probe-{uuid.uuid4().hex[:12]}"
    with ExitStack() as all_of_it:
        for one in (prefix_list, code_signing, open_function, database, backup_by_tag):
            all_of_it.enter_context(one(deployment, name))
        yield


@contextmanager
def prefix_list(deployment: LocalDeployment, name: str) -> Iterator[None]:
    ec2 = deployment.client("ec2")
    made = ec2.create_managed_prefix_list(
        PrefixListName=name, AddressFamily="IPv4", MaxEntries=1, Entries=[{"Cidr": "10.0.0.0/8"}]
    )
    try:
        yield
    finally:
        ec2.delete_managed_prefix_list(PrefixListId=made["PrefixList"]["PrefixListId"])
        ec2.describe_managed_prefix_lists()  # moto shows it once more, and the next audit would read it


@contextmanager
def code_signing(deployment: LocalDeployment, name: str) -> Iterator[None]:
    signer, client = deployment.client("signer"), deployment.client("lambda")
    profile_name = name.replace("-", "_")
    profile = signer.put_signing_profile(profileName=profile_name, platformId="AWSLambda-SHA384-ECDSA")
    try:
        made = client.create_code_signing_config(
            AllowedPublishers={"SigningProfileVersionArns": [profile["profileVersionArn"]]}
        )
        try:
            yield
        finally:
            client.delete_code_signing_config(
                CodeSigningConfigArn=made["CodeSigningConfig"]["CodeSigningConfigArn"]
            )
    finally:
        signer.cancel_signing_profile(profileName=profile_name)


@contextmanager
def open_function(deployment: LocalDeployment, name: str) -> Iterator[None]:
    """Without dead letters, and with a policy by which anybody might call a URL of it."""
    client, role = deployment.client("lambda"), deployment.outputs["role_names"]["patient_api"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("handler.py", "")
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="handler.handler",
        Role=f"arn:aws:iam::{deployment.state.account_id}:role/{role}",
        Code={"ZipFile": packed.getvalue()},
    )
    try:
        client.add_permission(
            FunctionName=name,
            StatementId="url",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            FunctionUrlAuthType="NONE",
        )
        yield
    finally:
        client.delete_function(FunctionName=name)


@contextmanager
def database(deployment: LocalDeployment, name: str) -> Iterator[None]:
    """An instance of no cluster: whether it forces TLS is in its own parameters."""
    rds = deployment.client("rds")
    rds.create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description="for a probe"
    )
    try:
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t4g.micro",
            DBParameterGroupName=name,
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="probe",
            MasterUserPassword=uuid.uuid4().hex,
        )
        try:
            yield
        finally:
            rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    finally:
        rds.delete_db_parameter_group(DBParameterGroupName=name)


@contextmanager
def backup_by_tag(deployment: LocalDeployment, name: str) -> Iterator[None]:
    """A plan that selects stores by a tag: which have it is asked of the tags."""
    backup, account = deployment.client("backup"), deployment.state.account_id
    vault = backup.list_backup_vaults()["BackupVaultList"][0]["BackupVaultName"]
    rule = {"RuleName": "probe", "TargetBackupVaultName": vault}
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [rule]})["BackupPlanId"]
    tagged = {"ConditionType": "STRINGEQUALS", "ConditionKey": name, "ConditionValue": "yes"}
    try:
        made = backup.create_backup_selection(
            BackupPlanId=plan,
            BackupSelection={
                "SelectionName": name,
                "IamRoleArn": f"arn:aws:iam::{account}:role/{name}",
                "ListOfTags": [tagged],
            },
        )
        try:
            yield
        finally:
            backup.delete_backup_selection(BackupPlanId=plan, SelectionId=made["SelectionId"])
    finally:
        backup.delete_backup_plan(BackupPlanId=plan)
