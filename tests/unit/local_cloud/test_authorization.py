"""IAM as AWS judges it: by resource and condition, boundaries and resource policies included."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.unit.local_cloud.support import Cloud, allow, deny, document, unique

KEY = {"pk": {"S": "patient"}}


def refused(call: Any, **arguments: Any) -> tuple[str, str]:
    """The code and message of the refusal that a call must meet."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_table_is_allowed_and_another_is_not(cloud: Cloud) -> None:
    mine, other = cloud.table(), cloud.table()
    client = cloud.as_role("dynamodb", [allow("dynamodb:GetItem", cloud.arn("dynamodb", f"table/{mine}"))])
    assert "Item" not in client.get_item(TableName=mine, Key=KEY)
    code, message = refused(client.get_item, TableName=other, Key=KEY)
    assert code == "AccessDeniedException"
    assert "dynamodb:GetItem on resource" in message
    assert other in message
    assert refused(client.put_item, TableName=mine, Item=KEY)[0] == "AccessDeniedException"


def test_an_index_has_an_arn_of_its_own(cloud: Cloud) -> None:
    index = {
        "IndexName": "by-pk",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    table = cloud.table(GlobalSecondaryIndexes=[index])
    arn = cloud.arn("dynamodb", f"table/{table}")
    query = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "a"}},
    }
    on_table = cloud.as_role("dynamodb", [allow("dynamodb:Query", arn)])
    assert on_table.query(**query)["Count"] == 0
    assert refused(on_table.query, IndexName="by-pk", **query)[0] == "AccessDeniedException"
    on_index = cloud.as_role("dynamodb", [allow("dynamodb:Query", f"{arn}/index/*")])
    assert on_index.query(IndexName="by-pk", **query)["Count"] == 0


def test_a_transaction_is_judged_by_its_parts(cloud: Cloud) -> None:
    first, second = cloud.table(), cloud.table()
    arns = [cloud.arn("dynamodb", f"table/{name}") for name in (first, second)]
    items = [
        {"Put": {"TableName": first, "Item": KEY}},
        {
            "Update": {
                "TableName": second,
                "Key": KEY,
                "UpdateExpression": "SET a = :a",
                "ExpressionAttributeValues": {":a": {"S": "b"}},
            }
        },
    ]
    half = cloud.as_role(
        "dynamodb", [allow("dynamodb:PutItem", arns[0]), allow("dynamodb:TransactWriteItems")]
    )
    code, message = refused(half.transact_write_items, TransactItems=items)
    assert code == "AccessDeniedException"
    assert "dynamodb:UpdateItem" in message
    whole = cloud.as_role(
        "dynamodb", [allow("dynamodb:PutItem", arns[0]), allow("dynamodb:UpdateItem", arns[1])]
    )
    whole.transact_write_items(TransactItems=items)
    assert cloud.client("dynamodb").get_item(TableName=second, Key=KEY)["Item"]["a"] == {"S": "b"}


def test_a_batch_is_judged_for_every_table(cloud: Cloud) -> None:
    mine, other = cloud.table(), cloud.table()
    client = cloud.as_role(
        "dynamodb", [allow("dynamodb:BatchWriteItem", cloud.arn("dynamodb", f"table/{mine}"))]
    )
    put = [{"PutRequest": {"Item": KEY}}]
    client.batch_write_item(RequestItems={mine: put})
    code, _ = refused(client.batch_write_item, RequestItems={mine: put, other: put})
    assert code == "AccessDeniedException"


def test_leading_keys_bind_items_and_queries(cloud: Cloud) -> None:
    table = cloud.table()
    only_mine = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["patient"]}}
    actions = ["dynamodb:GetItem", "dynamodb:Query"]
    client = cloud.as_role("dynamodb", [allow(actions, cloud.arn("dynamodb", f"table/{table}"), **only_mine)])
    client.get_item(TableName=table, Key=KEY)
    assert refused(client.get_item, TableName=table, Key={"pk": {"S": "x"}})[0] == "AccessDeniedException"
    query = {"TableName": table, "KeyConditionExpression": "pk = :pk"}
    client.query(**query, ExpressionAttributeValues={":pk": {"S": "patient"}})
    code, _ = refused(client.query, **query, ExpressionAttributeValues={":pk": {"S": "x"}})
    assert code == "AccessDeniedException"


def test_attributes_bind_what_is_read_of_an_item(cloud: Cloud) -> None:
    table = cloud.table()
    conditions = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "name"]},
        "Null": {"dynamodb:Attributes": "false"},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    arn = cloud.arn("dynamodb", f"table/{table}")
    client = cloud.as_role("dynamodb", [allow("dynamodb:GetItem", arn, **conditions)])
    client.get_item(
        TableName=table, Key=KEY, ProjectionExpression="#n", ExpressionAttributeNames={"#n": "name"}
    )
    client.get_item(
        TableName=table,
        Key=KEY,
        ProjectionExpression="pk, #n.family",
        ExpressionAttributeNames={"#n": "name"},
    )
    for asked in ({}, {"ProjectionExpression": "pk, ssn"}, {"ProjectionExpression": "ssn[0]"}):
        code, _ = refused(client.get_item, TableName=table, Key=KEY, **asked)
        assert code == "AccessDeniedException"


def test_ses_judges_the_sender_and_the_configuration_set(cloud: Cloud) -> None:
    domain, name = f"{unique('mail')}.example", unique("set")
    cloud.client("sesv2").create_email_identity(EmailIdentity=domain)
    for known in (name, f"{name}-other"):
        cloud.client("sesv2").create_configuration_set(ConfigurationSetName=known)
    resources = [cloud.arn("ses", f"identity/{domain}"), cloud.arn("ses", f"configuration-set/{name}")]
    condition = {"StringEquals": {"ses:FromAddress": f"no-reply@{domain}"}}
    statements = [allow("ses:SendEmail", resource, **condition) for resource in resources]
    client = cloud.as_role("sesv2", statements)
    content = {"Simple": {"Subject": {"Data": "a"}, "Body": {"Text": {"Data": "b"}}}}

    def send(sender: str, configuration_set: str) -> Any:
        return client.send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": ["somebody@example.org"]},
            Content=content,
            ConfigurationSetName=configuration_set,
        )

    send(f"no-reply@{domain}", name)
    for sender, configuration_set in ((f"ceo@{domain}", name), (f"no-reply@{domain}", f"{name}-other")):
        assert refused(send, sender=sender, configuration_set=configuration_set)[0] == "AccessDeniedException"


def test_kms_judges_the_encryption_context(cloud: Cloud) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    alias = f"alias/{unique('key')}"
    cloud.client("kms").create_alias(AliasName=alias, TargetKeyId=key)
    condition = {"StringEquals": {"kms:EncryptionContext:field": "ssn"}}
    client = cloud.as_role("kms", [allow(["kms:Encrypt", "kms:Decrypt"], key, **condition)])
    context = {"field": "ssn"}
    blob = client.encrypt(KeyId=alias, Plaintext=b"a", EncryptionContext=context)["CiphertextBlob"]
    assert client.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"a"
    assert refused(client.encrypt, KeyId=key, Plaintext=b"a")[0] == "AccessDeniedException"
    wrong = {"field": "name"}
    code, message = refused(client.decrypt, CiphertextBlob=blob, EncryptionContext=wrong)
    assert code == "AccessDeniedException"
    assert key in message


def test_a_key_policy_that_does_not_delegate_keeps_identities_out(cloud: Cloud) -> None:
    name = cloud.role([allow("kms:Encrypt")])
    other = cloud.client("kms", cloud.session(cloud.role([allow("kms:Encrypt")])))
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": cloud.role_arn(name)},
        "Action": "kms:Encrypt",
        "Resource": "*",
    }
    key = cloud.client("kms").create_key(Policy=document([statement]))["KeyMetadata"]["KeyId"]
    named = cloud.client("kms", cloud.session(name))
    assert named.encrypt(KeyId=key, Plaintext=b"a")["CiphertextBlob"]
    assert refused(other.encrypt, KeyId=key, Plaintext=b"a")[0] == "AccessDeniedException"


def test_a_table_with_a_customer_key_needs_the_key_through_dynamodb(cloud: Cloud) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    table = cloud.table(SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key})
    read = allow("dynamodb:GetItem", cloud.arn("dynamodb", f"table/{table}"))
    without = cloud.as_role("dynamodb", [read])
    code, message = refused(without.get_item, TableName=table, Key=KEY)
    assert code == "AccessDeniedException"
    assert "kms:Decrypt" in message
    through = {"StringEquals": {"kms:ViaService": f"dynamodb.{cloud.state.region}.amazonaws.com"}}
    role = cloud.session(cloud.role([read, allow("kms:*", key, **through)]))
    cloud.client("dynamodb", role).get_item(TableName=table, Key=KEY)
    direct = cloud.client("kms", role)
    assert refused(direct.encrypt, KeyId=key, Plaintext=b"a")[0] == "AccessDeniedException"


def test_a_boundary_limits_what_the_policy_allows(cloud: Cloud) -> None:
    table = cloud.table()
    iam = cloud.client("iam")
    limit = document([allow("dynamodb:GetItem")])
    boundary = iam.create_policy(PolicyName=unique("boundary"), PolicyDocument=limit)["Policy"]["Arn"]
    client = cloud.as_role("dynamodb", [allow("dynamodb:*")], boundary=boundary)
    client.get_item(TableName=table, Key=KEY)
    assert refused(client.put_item, TableName=table, Item=KEY)[0] == "AccessDeniedException"


def test_a_deny_that_comes_later_counts_at_once(cloud: Cloud) -> None:
    table = cloud.table()
    role = cloud.role([allow("dynamodb:*")])
    client = cloud.client("dynamodb", cloud.session(role))
    client.get_item(TableName=table, Key=KEY)
    iam = cloud.client("iam")
    cut_off = document([deny("dynamodb:*", cloud.arn("dynamodb", f"table/{table}"))])
    iam.put_role_policy(RoleName=role, PolicyName="cut-off", PolicyDocument=cut_off)
    _, message = refused(client.get_item, TableName=table, Key=KEY)
    assert message.endswith("with an explicit deny")
    iam.delete_role_policy(RoleName=role, PolicyName="cut-off")
    client.get_item(TableName=table, Key=KEY)


def test_other_services_are_judged_by_resource_and_refuse_in_their_own_words(cloud: Cloud) -> None:
    sqs, sns, secrets = (cloud.client(name) for name in ("sqs", "sns", "secretsmanager"))
    names = [unique("thing"), unique("thing")]
    queues = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in names]
    topics = [sns.create_topic(Name=name)["TopicArn"] for name in names]
    stored = [secrets.create_secret(Name=name, SecretString="s")["ARN"] for name in names]
    role = cloud.session(
        cloud.role(
            [
                allow("sqs:SendMessage", cloud.arn("sqs", names[0])),
                allow("sns:Publish", topics[0]),
                allow("secretsmanager:GetSecretValue", stored[0]),
            ]
        )
    )
    sqs, sns, secrets = (cloud.client(name, role) for name in ("sqs", "sns", "secretsmanager"))
    sqs.send_message(QueueUrl=queues[0], MessageBody="a")
    sns.publish(TopicArn=topics[0], Message="a")
    assert secrets.get_secret_value(SecretId=names[0])["SecretString"] == "s"
    assert refused(sqs.send_message, QueueUrl=queues[1], MessageBody="a")[0] == "AccessDenied"
    assert refused(sns.publish, TopicArn=topics[1], Message="a")[0] == "AuthorizationError"
    assert refused(secrets.get_secret_value, SecretId=names[1])[0] == "AccessDeniedException"


def test_actions_that_are_not_named_like_operations(cloud: Cloud) -> None:
    account = {"AccountId": cloud.state.account_id}
    reader = cloud.session(cloud.role([allow("budgets:ViewBudget"), allow("s3:ListAllMyBuckets")]))
    assert "Budgets" in cloud.client("budgets", reader).describe_budgets(**account)
    cloud.client("s3", reader).list_buckets()
    stranger = cloud.session(cloud.role([allow("budgets:DescribeBudgets"), allow("s3:ListBuckets")]))
    code, message = refused(cloud.client("budgets", stranger).describe_budgets, **account)
    assert code == "AccessDeniedException"
    assert "budgets:ViewBudget" in message
    assert refused(cloud.client("s3", stranger).list_buckets)[0] == "AccessDenied"


def test_s3_reads_bucket_policies_with_their_conditions(cloud: Cloud) -> None:
    admin, bucket = cloud.client("s3"), unique("bucket")
    admin.create_bucket(Bucket=bucket)
    tls_only = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    no_deletion = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    admin.put_bucket_policy(Bucket=bucket, Policy=document([tls_only, no_deletion]))
    admin.put_object(Bucket=bucket, Key="a/b c.txt", Body=b"text")
    reader = cloud.as_role("s3", [allow("s3:GetObject", f"arn:aws:s3:::{bucket}/a/*")])
    assert reader.get_object(Bucket=bucket, Key="a/b c.txt")["Body"].read() == b"text"
    assert refused(reader.get_object, Bucket=bucket, Key="other")[0] == "AccessDenied"
    assert refused(admin.delete_object, Bucket=bucket, Key="a/b c.txt")[0] == "AccessDenied"


def test_a_role_is_assumed_by_whom_it_trusts(cloud: Cloud) -> None:
    mine = cloud.role([])
    for_lambda = cloud.role([], {"Service": "lambda.amazonaws.com"})
    sts = cloud.client("sts")
    sts.assume_role(RoleArn=cloud.role_arn(mine), RoleSessionName="test")
    code, _ = refused(sts.assume_role, RoleArn=cloud.role_arn(for_lambda), RoleSessionName="test")
    assert code == "AccessDenied"
    # The account is trusted, so the caller's own policy has to allow it as well.
    nobody = cloud.as_role("sts", [])
    assert nobody.get_caller_identity()["Account"] == cloud.state.account_id
    assert (
        refused(nobody.assume_role, RoleArn=cloud.role_arn(mine), RoleSessionName="test")[0] == "AccessDenied"
    )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"SecretAccessKey": "wrong"}, "InvalidSignatureException"),
        ({"AccessKeyId": "AKIAUNKNOWNUNKNOWNXX"}, "UnrecognizedClientException"),
        ({"SessionToken": "of-somebody-else"}, "UnrecognizedClientException"),
    ],
)
def test_signatures_are_checked(cloud: Cloud, changed: dict[str, str], code: str) -> None:
    session = dict(cloud.session(cloud.role([allow("dynamodb:*")])))
    client = cloud.client("dynamodb", session | changed)
    assert refused(client.list_tables)[0] == code


def test_a_request_without_a_signature_is_refused(cloud: Cloud) -> None:
    target = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    answer = requests.post(cloud.state.endpoint_url, headers=target, data="{}", timeout=30)
    assert answer.status_code == 403
    assert json.loads(answer.text)["__type"] == "MissingAuthenticationTokenException"
    assert requests.post(f"{cloud.state.endpoint_url}/moto-api/reset", timeout=30).status_code == 403


def test_presigned_urls_work_until_they_are_changed(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a", Body=b"text")
    # boto3's older way of presigning (Signature Version 2) is refused, as AWS does in newer regions.
    s3 = cloud.client("s3", config={"signature_version": "s3v4"})
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"}, ExpiresIn=60)
    assert requests.get(url, timeout=30).content == b"text"
    assert requests.get(url.replace("/a?", "/b?"), timeout=30).status_code == 403


def test_what_moto_lacks_is_said_once_and_not_tried_again(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as caught:
        cloud.client("guardduty").list_coverage(DetectorId="none")
    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
