"""What must be in the plan of an environment that sets nothing weaker, and what must never be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.plan.conftest import Plan, readme_block

SEVEN_YEARS = 2557
NEVER = (
    "aws_internet_gateway",
    "aws_nat_gateway",
    "aws_networkfirewall_firewall",
    "aws_lambda_function_url",
    "aws_iam_user",
    "aws_iam_access_key",
)


@pytest.mark.parametrize("kind", NEVER)
def test_what_must_never_be_there(plan: Plan, kind: str) -> None:
    assert plan.of_type(kind) == []


def test_the_readmes_function_takes_fifteen_lines_and_is_planned_whole(plan: Plan) -> None:
    block = readme_block("hcl", "greeting_function")
    assert len(block.strip().splitlines()) <= 15
    prefix = "module.healthcare.module.greeting_function"
    mine = {address.removeprefix(prefix) for address in plan.addresses() if address.startswith(prefix)}
    assert {".aws_lambda_function.this", ".aws_cloudwatch_log_group.this", ".aws_iam_role.this"} <= mine
    assert {".aws_sqs_queue.dead_letters[0]", ".aws_lambda_alias.live"} <= mine
    assert any("aws_cloudwatch_metric_alarm" in address for address in mine)


def test_functions_are_private_traced_and_encrypted(plan: Plan) -> None:
    functions = plan.of_type("aws_lambda_function")
    assert {function["function_name"] for function in functions} == {
        "healthcare-patient-api",
        "healthcare-document-ingest",
        "healthcare-rag-ingest",
        "healthcare-rag-migrations",
        "healthcare-rag-orchestrator",
        "healthcare-rag-retrieval",
        "healthcare-greeting",
    }
    for function in functions:
        assert function["vpc_config"], function["function_name"]
        assert function["tracing_config"] == [{"mode": "Active"}]
        assert function["runtime"] == "python3.13"
        assert function["architectures"] == ["arm64"]
        assert function["dead_letter_config"]


def test_every_log_group_is_kept_seven_years(plan: Plan) -> None:
    groups = plan.of_type("aws_cloudwatch_log_group")
    assert len(groups) >= 6
    assert {group["retention_in_days"] for group in groups} == {SEVEN_YEARS}


def test_tables_cannot_be_lost(plan: Plan) -> None:
    tables = plan.of_type("aws_dynamodb_table")
    assert {table["name"] for table in tables} == {
        "healthcare-patients",
        "healthcare-audit",
        "healthcare-documents",
        "healthcare-relationships",
    }
    for table in tables:
        assert table["deletion_protection_enabled"], table["name"]
        assert table["point_in_time_recovery"][0]["enabled"], table["name"]
        assert table["server_side_encryption"][0]["enabled"], table["name"]


def test_the_archive_is_locked_for_seven_years_and_cannot_be_destroyed(plan: Plan) -> None:
    locks = plan.of_type("aws_s3_bucket_object_lock_configuration")
    assert {lock["rule"][0]["default_retention"][0]["days"] for lock in locks} == {SEVEN_YEARS}
    assert not any(bucket["force_destroy"] for bucket in plan.of_type("aws_s3_bucket"))


def test_no_allow_statement_has_a_wildcard_action(plan: Plan) -> None:
    wild = [
        (address, action)
        for address, statement in plan.policies()
        for action in as_list(statement["Action"])
        if statement["Effect"] == "Allow" and "*" in action and not wildcard_has_a_reason(address)
    ]
    assert wild == []


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def wildcard_has_a_reason(address: str) -> bool:
    """Key policies follow AWS's documented ones; endpoint policies limit who and whose, not what."""
    return "aws_vpc_endpoint" in address or "aws_kms_key" in address


def test_only_the_account_itself_may_do_everything_with_a_key(plan: Plan) -> None:
    for address, statement in plan.policies():
        if "aws_kms_key" in address and statement["Action"] == "kms:*":
            assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}


def test_endpoints_are_those_the_workloads_need_and_admit_this_account_alone(plan: Plan) -> None:
    endpoints = plan.of_type("aws_vpc_endpoint")
    assert {endpoint["service_name"].rsplit(".", 1)[1] for endpoint in endpoints} == {
        "bedrock-runtime",
        "dynamodb",
        "events",
        "kms",
        "lambda",
        "s3",
        "secretsmanager",
    }
    statements = {
        address: statement for address, statement in plan.policies() if "aws_vpc_endpoint" in address
    }
    assert len(statements) == len(endpoints)
    for address, statement in statements.items():
        condition = statement["Condition"]["StringEquals"]
        if "bedrock-runtime" in address:  # models are AWS's own, and so each is named
            assert condition == {"aws:PrincipalAccount": "123456789012"}
            assert statement["Action"] == ["bedrock:InvokeModel"]
            assert statement["Resource"] == [
                "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0",
                "arn:aws:bedrock:us-east-1::foundation-model/openai.gpt-oss-120b-1:0",
            ]
        else:
            assert condition == {
                "aws:PrincipalAccount": "123456789012",
                "aws:ResourceAccount": "123456789012",
            }


def test_nothing_is_open_to_the_world(plan: Plan) -> None:
    ingress = plan.of_type("aws_vpc_security_group_ingress_rule")
    egress = plan.of_type("aws_vpc_security_group_egress_rule")
    assert ingress
    assert egress
    assert not [
        rule for rule in ingress + egress if rule["cidr_ipv4"] == "0.0.0.0/0" or rule["cidr_ipv6"] == "::/0"
    ]
    assert not any(function for function in plan.of_type("aws_db_instance"))


def test_sign_in_needs_a_second_factor_and_is_never_for_long(plan: Plan) -> None:
    (pool,) = plan.of_type("aws_cognito_user_pool")
    assert pool["mfa_configuration"] == "ON"
    assert pool["deletion_protection"] == "ACTIVE"
    assert pool["password_policy"][0]["minimum_length"] >= 14
    (client,) = plan.of_type("aws_cognito_user_pool_client")
    assert set(client["explicit_auth_flows"]) == {"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"}
    assert (client["id_token_validity"], client["token_validity_units"][0]["id_token"]) == (15, "minutes")


def test_alarms_reach_someone_and_missing_data_is_judged(plan: Plan) -> None:
    alarms = plan.of_type("aws_cloudwatch_metric_alarm")
    assert len(alarms) >= 12
    for alarm in alarms:
        assert alarm["actions_enabled"], alarm["alarm_name"]
        assert alarm["treat_missing_data"] in ("notBreaching", "breaching"), alarm["alarm_name"]


def test_the_dashboard_shows_the_alarms_of_every_workload(plan: Plan) -> None:
    (dashboard,) = plan.of_type("aws_cloudwatch_dashboard")
    shown = {
        arn.rsplit(":", 1)[1]
        for widget in json.loads(dashboard["dashboard_body"])["widgets"]
        if widget["type"] == "alarm"
        for arn in widget["properties"]["alarms"]
    }
    made = {alarm["alarm_name"] for alarm in plan.of_type("aws_cloudwatch_metric_alarm")}
    assert shown == {name for name in made if not name.startswith("healthcare-greeting-")}


def test_the_database_is_private_encrypted_and_kept(plan: Plan) -> None:
    (cluster,) = plan.of_type("aws_rds_cluster")
    assert cluster["storage_encrypted"]
    assert cluster["iam_database_authentication_enabled"]
    assert cluster["manage_master_user_password"]
    assert cluster["deletion_protection"]
    assert not cluster["skip_final_snapshot"]
    assert not cluster["enable_http_endpoint"]
    assert cluster["backup_retention_period"] == 35
    instances = plan.of_type("aws_rds_cluster_instance")
    assert len(instances) == 2
    assert not any(instance["publicly_accessible"] for instance in instances)
    assert not any(instance.get("engine_version") for instance in instances), "it is the cluster's to say"
    (parameters,) = plan.of_type("aws_rds_cluster_parameter_group")
    values = {parameter["name"]: parameter["value"] for parameter in parameters["parameter"]}
    assert values["rds.force_ssl"] == "1"
    assert values["log_statement"] == "none"
    assert values["log_min_error_statement"] == "panic"


def test_the_database_lets_in_three_functions_and_no_address(plan: Plan) -> None:
    rules = [
        resource["values"]
        for resource in plan.resources
        if resource["type"] == "aws_vpc_security_group_ingress_rule" and "rag_database" in resource["address"]
    ]
    assert {rule["description"] for rule in rules} == {
        "PostgreSQL from rag-ingest",
        "PostgreSQL from rag-migrations",
        "PostgreSQL from rag-retrieval",
    }
    for rule in rules:
        assert (rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (5432, 5432, "tcp")
        assert not rule["cidr_ipv4"]
        assert not rule["cidr_ipv6"]


def test_at_destroy_a_functions_role_outlives_its_network_interfaces(plan: Plan) -> None:
    """Lambda deletes them by the role's rights, and the security group waits for that."""
    calls = plan.document["configuration"]["root_module"]["module_calls"]["healthcare"]["module"][
        "module_calls"
    ]
    functions = [
        call["module"]["resources"] for call in calls.values() if call["source"] == "./modules/function"
    ]
    assert len(functions) >= 7
    for resources in functions:
        waits_for = {resource["address"]: resource.get("depends_on", []) for resource in resources}
        assert "aws_iam_role_policy.platform" in waits_for["aws_security_group.this"]
        assert "aws_iam_role_policy.platform" in waits_for["aws_lambda_function.this"]
