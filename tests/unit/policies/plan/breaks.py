"""What breaks each control in a plan: a change of the compliant one, and the address that FAILs for it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.policies.compliant import FOREIGN, ID, allow, policy, trust
from tests.unit.policies.plan import breaks_egress, breaks_given, breaks_watch
from tests.unit.policies.plan.breaking import ACCOUNT, PlanBreak, one
from tests.unit.policies.plan.documents import adding, both, changing, ref, without

# Controls that no plan can fail, and why.
UNDECIDABLE = {
    "ATT-01": "a person attests it",
    "ATT-02": "a person attests it",
    "ATT-04": "a person attests it",
    "BKP-03": "a plan does not show restores",
    "IAM-08": "a plan does not show who signs in",
    "KMS-03": "a plan does not show keys that are pending deletion",
}
PUBLIC = policy(allow("s3:GetObject", "*", Principal="*"))
STRANGERS = policy(allow("secretsmanager:GetSecretValue", "*", Principal={"AWS": FOREIGN}))
UNPINNED = policy(allow("sqs:SendMessage", "*", Principal={"Service": "sns.amazonaws.com"}))
READER, ROLE = "aws_lambda_function.reader", "aws_iam_role.reader"
INLINE = "aws_iam_role_policy.reader"
WORLD = {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1"}


def says(control: str, about: str, words: str, *statements: object) -> PlanBreak:
    return PlanBreak(control, about, words, changing(INLINE, policy=policy(*statements)))  # type: ignore[arg-type]


def signal(name: str, words: str) -> PlanBreak:
    return PlanBreak("ALM-03", ACCOUNT, words, without(f'aws_cloudwatch_metric_alarm.this["{name}"]'))


def filtered(control: str, name: str, words: str, **values: object) -> PlanBreak:
    return PlanBreak(
        control, ACCOUNT, words, changing(f'aws_cloudwatch_log_metric_filter.this["{name}"]', **values)
    )


def network() -> Iterator[PlanBreak]:
    group = ref("aws_security_group.functions.id")
    yield one("LAM-01", READER, "outside every VPC", vpc_config=[])
    yield PlanBreak(
        "LAM-01",
        READER,
        "1 subnet(s)",
        changing(READER, vpc_config=[{"subnet_ids": ref("aws_subnet.a.id"), "security_group_ids": group}]),
    )
    nat = {"cidr_block": "0.0.0.0/0", "nat_gateway_id": ref("aws_nat_gateway.out.id")}
    yield PlanBreak(
        "NET-05",
        "aws_subnet.a",
        "0.0.0.0/0 to nat-",
        both(adding("aws_nat_gateway.out"), changing("aws_route_table.a", route=[nat])),
    )
    yield PlanBreak(
        "NET-05",
        "aws_subnet.a",
        "::/0 to eigw-",
        both(
            adding("aws_egress_only_internet_gateway.out"),
            adding(
                "aws_route.out",
                route_table_id=ref("aws_route_table.a.id"),
                destination_ipv6_cidr_block="::/0",
                egress_only_gateway_id=ref("aws_egress_only_internet_gateway.out.id"),
            ),
        ),
    )
    for control, kind in (("NET-01", "ingress"), ("NET-02", "egress")):
        separate = adding(f"aws_vpc_security_group_{kind}_rule.open", security_group_id=group, **WORLD)
        yield PlanBreak(control, "aws_security_group.functions", "0.0.0.0/0", separate)
        old = adding(
            "aws_security_group_rule.open",
            security_group_id=group,
            type=kind,
            protocol="-1",
            ipv6_cidr_blocks=["::/0"],
        )
        yield PlanBreak(control, "aws_security_group.functions", "::/0", old)
        inline = {kind: [{"cidr_blocks": ["0.0.0.0/0"], "protocol": "-1", "from_port": 0, "to_port": 0}]}
        yield one(control, "aws_security_group.functions", "0.0.0.0/0", **inline)
    offices = "aws_ec2_managed_prefix_list.offices"
    world = changing(offices, entry=[{"cidr": "192.0.2.0/24"}, {"cidr": "::/0"}])
    yield PlanBreak("NET-02", "aws_security_group.functions", "::/0 (by pl-", world)
    entry = adding(
        "aws_ec2_managed_prefix_list_entry.more", prefix_list_id=ref(f"{offices}.id"), cidr="0.0.0.0/0"
    )
    listed = {"prefix_list_ids": ref(f"{offices}.id"), "protocol": "tcp", "from_port": 0, "to_port": 443}
    inward = adding("aws_security_group_rule.in", security_group_id=group, type="ingress", **listed)
    yield PlanBreak("NET-01", "aws_security_group.functions", "0.0.0.0/0 (by pl-", both(entry, inward))
    yield PlanBreak("NET-06", "aws_vpc.main", "2 rule(s)", without("aws_default_security_group.closed"))
    yield PlanBreak("NET-03", "aws_vpc.main", "no flow log", without("aws_flow_log.main"))
    yield PlanBreak("NET-03", "aws_vpc.main", "part of", changing("aws_flow_log.main", traffic_type="REJECT"))
    yield one("NET-07", "aws_vpc_endpoint.kms", "no policy", policy=None)
    yield one("NET-08", "aws_vpc_endpoint.bedrock-runtime", "every model", policy=None)
    yield one(
        "NET-08",
        "aws_vpc_endpoint.bedrock-runtime",
        "to any model",
        policy=policy(allow("bedrock:*", "*", Principal="*")),
    )


def encryption() -> Iterator[PlanBreak]:
    yield one("LAM-02", READER, "AWS owns", kms_key_arn=None)
    yield one("LAM-02", READER, "AWS owns", kms_key_arn="")
    yield one("LAM-05", READER, "DB_PASSWORD", environment=[{"variables": {"DB_PASSWORD": "hunter2"}}])
    late = ref("aws_db_instance.records.password")
    yield one("LAM-05", READER, "DB_PASSWORD", environment=[{"variables": {"DB_PASSWORD": late}}])
    yield one("KMS-01", "aws_kms_key.phi", "rotation is off", enable_key_rotation=False)
    yield one("KMS-02", "aws_kms_key.phi", "anybody", policy=policy(allow("kms:*", "*", Principal="*")))
    yield from breaks_given.grants()
    yield PlanBreak("S3-03", "aws_s3_bucket.archive", "without TLS", without("aws_s3_bucket_policy.archive"))
    yield one("API-03", "aws_api_gateway_domain_name.main", "TLS_1_0", security_policy="TLS_1_0")
    yield one("SEC-01", "aws_secretsmanager_secret.db", "AWS manages", kms_key_id=None)
    yield PlanBreak(
        "SEC-02", "aws_secretsmanager_secret.db", "off", without("aws_secretsmanager_secret_rotation.db")
    )
    secret = "aws_secretsmanager_secret.db"
    yield one("SEC-03", secret, "public", policy=PUBLIC)
    attached = adding(
        "aws_secretsmanager_secret_policy.db", secret_arn=ref(f"{secret}.arn"), policy=STRANGERS
    )
    yield PlanBreak("SEC-03", secret, FOREIGN, attached)
    yield one("DDB-01", "aws_dynamodb_table.patients", "AWS owns", server_side_encryption=[])
    no_key = [{"enabled": True, "kms_key_arn": None}]
    yield one("DDB-01", "aws_dynamodb_table.patients", "AWS owns", server_side_encryption=no_key)
    copy = {"region_name": "eu-west-1", "kms_key_arn": None}
    yield one("DDB-01", "aws_dynamodb_table.patients", "its replica in eu-west-1", replica=[copy])
    apart = adding("aws_dynamodb_table_replica.west", global_table_arn=ref("aws_dynamodb_table.patients.arn"))
    yield PlanBreak("DDB-01", "aws_dynamodb_table.patients", "its replica in", apart)
    yield from breaks_given.table_policies()
    yield one("DDB-02", "aws_dynamodb_table.patients", "off", point_in_time_recovery=[{"enabled": False}])
    yield one("DDB-03", "aws_dynamodb_table.patients", "off", deletion_protection_enabled=False)
    suspended = changing(
        "aws_s3_bucket_versioning.archive", versioning_configuration=[{"status": "Suspended"}]
    )
    yield PlanBreak("S3-04", "aws_s3_bucket.archive", "off", suspended)
    kind = "aws_s3_bucket_server_side_encryption_configuration.archive"
    yield PlanBreak("S3-05", "aws_s3_bucket.archive", "AES256", without(kind))
    managed = {
        "apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms", "kms_master_key_id": None}]
    }
    yield PlanBreak("S3-05", "aws_s3_bucket.archive", "AWS manages", changing(kind, rule=[managed]))
    yield one("SQS-01", "aws_sqs_queue.dead_letters", "no customer key", kms_master_key_id=None)
    yield one("SNS-01", "aws_sns_topic.alerts", "no customer key", kms_master_key_id="alias/aws/sns")
    yield one("RDS-01", "aws_db_instance.records", "not encrypted", storage_encrypted=False)
    yield one("RDS-01", "aws_db_instance.records", "AWS manages", kms_key_id=None)


def access() -> Iterator[PlanBreak]:
    yield PlanBreak(
        "LAM-04", READER, "anybody", changing("aws_lambda_function_url.reader", authorization_type="NONE")
    )
    yield PlanBreak(
        "LAM-07", READER, "apigateway.amazonaws.com", changing("aws_lambda_permission.api", source_arn=None)
    )
    yield PlanBreak(
        "LAM-07", READER, "public", changing("aws_lambda_permission.api", principal="*", source_arn=None)
    )
    alias = adding(
        "aws_lambda_alias.live",
        name="live",
        function_name=ref("aws_lambda_function.reader.function_name"),
        function_version=ref("aws_lambda_function.reader.version"),
    )
    open_to_all = {"action": "lambda:InvokeFunction", "principal": "*"}
    qualified = adding(
        "aws_lambda_permission.open",
        function_name=ref("aws_lambda_function.reader.function_name"),
        qualifier="live",
        **open_to_all,
    )
    yield PlanBreak("LAM-07", READER, "alias live is public", both(alias, qualified))
    # The alias's ARN is known only after apply, and leads to the function all the same.
    through = adding(
        "aws_lambda_permission.open", function_name=ref("aws_lambda_alias.live.arn"), **open_to_all
    )
    yield PlanBreak("LAM-07", READER, "public", both(alias, through))
    url = adding(
        "aws_lambda_function_url.open",
        function_name=ref("aws_lambda_function.reader.function_name"),
        qualifier="live",
        authorization_type="NONE",
    )
    yield PlanBreak("LAM-04", READER, "anybody", both(alias, url))
    source = adding(
        "aws_lambda_event_source_mapping.reader",
        function_name=ref("aws_lambda_alias.live.arn"),
        event_source_arn=ref("aws_sqs_queue.lost.arn"),
    )
    yield PlanBreak(
        "LAM-03",
        READER,
        "no dead-letter queue",
        both(alias, adding("aws_sqs_queue.lost", name="lost"), source),
    )
    api = "aws_api_gateway_rest_api.main"
    open_method = changing("aws_api_gateway_method.get", authorization="NONE", authorizer_id=None)
    yield PlanBreak("API-01", api, "GET /patients", open_method)
    body = '{"paths": {"/open": {"get": {"x-amazon-apigateway-integration": {"type": "aws_proxy"}}}}}'
    yield one("API-01", api, "GET /open", body=body)
    yield PlanBreak(
        "WAF-01", "aws_api_gateway_stage.live", "no web ACL", without("aws_wafv2_web_acl_association.main")
    )
    for rules in (
        [],
        [{"name": "a", "action": [{"count": [{}]}]}, {"name": "b", "override_action": [{"count": [{}]}]}],
        [{"name": "a", "action": [{"allow": [{}], "block": []}]}],
    ):
        counting = changing("aws_wafv2_web_acl.main", rule=rules)
        yield PlanBreak("WAF-01", "aws_api_gateway_stage.live", "stops nothing", counting)
    in_json = '[{"Name": "a", "Action": {"Count": {}}}]'
    counting = changing("aws_wafv2_web_acl.main", rule=[], rule_json=in_json)
    yield PlanBreak("WAF-01", "aws_api_gateway_stage.live", "stops nothing", counting)
    pool = "aws_cognito_user_pool.users"
    yield one("COG-01", pool, "optional", mfa_configuration="OPTIONAL")
    yield one("COG-01", pool, "off", mfa_configuration=None)
    yield one("COG-02", pool, "8 characters", password_policy=[])
    yield PlanBreak(
        "COG-03", pool, "portal", changing("aws_cognito_user_pool_client.portal", refresh_token_validity=None)
    )
    yield PlanBreak("COG-04", pool, "no groups", without("aws_cognito_user_group.provider"))
    archive = "aws_s3_bucket.archive"
    block = "aws_s3_bucket_public_access_block.archive"
    yield PlanBreak("S3-01", archive, "not all", changing(block, restrict_public_buckets=False))
    yield PlanBreak("S3-01", archive, "not all", without(block))
    yield PlanBreak("S3-02", archive, "public", changing("aws_s3_bucket_policy.archive", policy=PUBLIC))
    yield one("SQS-02", "aws_sqs_queue.dead_letters", "sns.amazonaws.com", policy=UNPINNED)
    yield one("SNS-02", "aws_sns_topic.alerts", "public", policy=PUBLIC)
    yield PlanBreak(
        "EVB-01",
        "aws_cloudwatch_event_bus.main",
        "public",
        changing("aws_cloudwatch_event_bus_policy.main", policy=PUBLIC),
    )
    yield one("RDS-02", "aws_db_instance.records", "public", publicly_accessible=True)
    rows = changing("aws_cloudwatch_metric_alarm.rows", actions_enabled=False)
    yield PlanBreak("RDS-05", "aws_db_instance.records", "unheard: its actions are off", rows)
    sign_in = "iam_database_authentication_enabled"
    yield one("RDS-04", "aws_db_instance.records", "passwords alone", **{sign_in: False})
    of_cluster = changing("aws_rds_cluster.chunks", **{sign_in: None})
    yield PlanBreak("RDS-04", "aws_rds_cluster_instance.chunks", "passwords alone", of_cluster)


def permissions() -> Iterator[PlanBreak]:
    yield says("IAM-01", INLINE, "every action", allow("*", "*"))
    yield from breaks_given.people()
    attach = adding(
        "aws_iam_role_policy_attachment.wide",
        role=ref("aws_iam_role.reader.name"),
        policy_arn=ref("aws_iam_policy.wide.arn"),
    )
    wide = adding("aws_iam_policy.wide", name="Wide", policy=policy(allow("dynamodb:*", "*")))
    yield PlanBreak("IAM-02", READER, "dynamodb:*", both(wide, attach))
    yield says("IAM-03", ROLE, "GetItem on every", allow("dynamodb:GetItem", "*"))
    yield says("IAM-04", ROLE, "iam:PutRolePolicy", allow("iam:Put*", f"arn:aws:iam::{ID}:role/reader"))
    yield one("IAM-05", ROLE, "anybody", assume_role_policy=trust({"AWS": "*"}))
    yield one("IAM-07", ROLE, FOREIGN, assume_role_policy=trust({"AWS": FOREIGN}))
    yield PlanBreak(
        "IAM-06", READER, "other", changing("aws_lambda_function.other", role=ref("aws_iam_role.reader.arn"))
    )
    yield says(
        "NET-04",
        READER,
        "secretsmanager",
        allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ID}:secret:x"),
    )
    tables = f"arn:aws:dynamodb:us-east-1:{ID}:table/*"
    yield says("AUD-01", READER, "only append to", allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], tables))


def audit() -> Iterator[PlanBreak]:
    group = "aws_cloudwatch_log_group.reader"
    yield one("LOG-01", group, "AWS owns", kms_key_id=None)
    yield one("LOG-02", group, "30 days", retention_in_days=30)
    yield PlanBreak("LOG-04", READER, "does not exist", without(group))
    yield one("LAM-09", READER, "PassThrough", tracing_config=[])
    stage = "aws_api_gateway_stage.live"
    yield one("API-02", stage, "no access log", access_log_settings=[])
    yield PlanBreak(
        "API-02",
        stage,
        "whole requests",
        changing("aws_api_gateway_method_settings.all", settings=[{"data_trace_enabled": True}]),
    )
    yield one("API-04", stage, "off", xray_tracing_enabled=False)
    acl, logging = "aws_wafv2_web_acl.main", "aws_wafv2_web_acl_logging_configuration.main"
    yield PlanBreak("WAF-02", acl, "no log", without(logging))
    yield PlanBreak("WAF-02", acl, "authorization", changing(logging, redacted_fields=[]))
    trail = "aws_cloudtrail.audit"
    yield PlanBreak("TRL-01", ACCOUNT, "AWS::S3::Object", changing(trail, advanced_event_selector=[]))
    yield PlanBreak("TRL-01", ACCOUNT, "no trail that is logging", changing(trail, enable_logging=False))
    yield one("TRL-02", trail, "off", enable_log_file_validation=False)
    yield one("TRL-03", trail, "not encrypted", kms_key_id=None)
    yield PlanBreak("TRL-04", ACCOUNT, "no multi-region", changing(trail, is_multi_region_trail=False))
    lock = "aws_s3_bucket_object_lock_configuration.archive"
    yield PlanBreak("TRL-05", trail, "no default lock", without(lock))
    short = changing(lock, rule=[{"default_retention": [{"mode": "GOVERNANCE", "years": 1}]}])
    yield PlanBreak("TRL-05", trail, "365 days", short)


def monitoring() -> Iterator[PlanBreak]:
    errors = 'aws_cloudwatch_metric_alarm.reader["Errors"]'
    yield PlanBreak("ALM-01", READER, "no alarm", without(errors))
    yield PlanBreak("ALM-01", READER, "no action", changing(errors, alarm_actions=[]))
    elsewhere = changing(errors, dimensions={"FunctionName": "another"})
    yield PlanBreak("ALM-01", READER, "no alarm", elsewhere)
    yield PlanBreak("ALM-02", ACCOUNT, "not alarmed", without('aws_cloudwatch_metric_alarm.this["refusals"]'))
    yield signal("root-use", "root user: no alarm")
    yield signal("key-removal", "deletion of keys")
    unequal = "{ $.userIdentity.type != Root && $.userIdentity.type != AssumedRole }"
    yield filtered("ALM-03", "root-use", "root user: no alarm", pattern=unequal)
    both_names = "{ $.eventName = ScheduleKeyDeletion && $.eventName = DisableKey }"
    yield filtered("ALM-03", "key-removal", "deletion of keys: no alarm", pattern=both_names)
    nothing = [{"namespace": "Audit", "name": "trail-changes", "value": "0"}]
    yield filtered("ALM-03", "trail-changes", "writes 0", metric_transformation=nothing)
    yield filtered(
        "ALM-02", "refusals", "not alarmed", pattern="{ $.errorCode != *Denied* && $.errorCode != *Unauth* }"
    )
    aws_key = changing("aws_sns_topic.alerts", kms_master_key_id="alias/aws/sns")
    yield PlanBreak("ALM-03", ACCOUNT, "which AWS manages", aws_key)
    closed = changing("aws_kms_key.phi", policy=policy(allow("kms:*", "*", Principal={"AWS": ID})))
    yield PlanBreak("ALM-02", ACCOUNT, "does not let CloudWatch use it", closed)
    yield PlanBreak(
        "ALM-04", "aws_sns_topic.alerts", "no subscriber", without("aws_sns_topic_subscription.pager")
    )
    unheard: list[dict[str, list[str]]] = [
        {"subscriber_email_addresses": [], "subscriber_sns_topic_arns": []}
    ]
    yield PlanBreak(
        "CST-01", ACCOUNT, "no cost budget", changing("aws_budgets_budget.monthly", notification=unheard)
    )
    yield one("LAM-03", READER, "are lost", dead_letter_config=[])
    source = adding(
        "aws_lambda_event_source_mapping.in",
        function_name=ref("aws_lambda_function.reader.arn"),
        event_source_arn=ref("aws_sqs_queue.in.arn"),
    )
    queue = adding("aws_sqs_queue.in", name="in")
    yield PlanBreak("LAM-03", READER, "has no dead-letter queue", both(queue, source))
    yield one("LAM-06", READER, "deprecated", runtime="python3.9")
    yield one("LAM-08", READER, "nothing is reserved", reserved_concurrent_executions=-1)
    yield one("LAM-10", READER, "unsigned", code_signing_config_arn=None)


PLAN_BREAKS: tuple[PlanBreak, ...] = (
    *network(),
    *encryption(),
    *access(),
    *permissions(),
    *audit(),
    *monitoring(),
    *breaks_egress.egress(),
    *breaks_watch.backups(),
    *breaks_watch.sign_in(),
    *breaks_watch.log_protection(),
    *breaks_watch.detection(),
)
__all__ = ["ACCOUNT", "PLAN_BREAKS", "UNDECIDABLE", "PlanBreak", "one"]
