"""The controls on a real plan: what they say of it, and that one changed resource FAILs alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hipaa_policies.catalogue import catalogue
from hipaa_policies.commands.plan import judge_plan
from hipaa_policies.verdicts import Finding, Status

from tests.plan.conftest import Plan
from tests.unit.policies.compliant import FOREIGN, TODAY, allow, policy, trust
from tests.unit.policies.plan.breaks import UNDECIDABLE

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
# Why the plan of every default fails them, by control and type.
EXPECTED = {
    ("ALM-04", "aws_sns_topic"): "who is called at night is the reader's to say: observability.subscribers",
    ("LAM-10", "aws_lambda_function"): "a signing profile is the reader's to make: code_signing_config_arn",
    ("API-04", "aws_api_gateway_stage"): "X-Ray traces would hold patients' ids: docs/CURSED_KNOWLEDGE.md",
}
# Known only after apply in this plan, whatever is done: the documents name ids that AWS makes.
OPEN = {
    "API-01",
    "API-03",
    "LAM-05",
    "S3-02",
    "S3-03",
    "NET-04",
    "IAM-01",
    "IAM-02",
    "IAM-03",
    "IAM-04",
    "AUD-01",
    "EVB-01",
    "RDS-05",
}
Values = dict[str, Any]


def judged(plan: Plan, document: dict[str, Any]) -> tuple[Finding, ...]:
    found = judge_plan(json.dumps(document).encode(), root=plan.root, taken_at=NOW)
    return found.assessment.findings


@pytest.fixture(scope="module")
def findings(plan: Plan) -> tuple[Finding, ...]:
    return judged(plan, plan.document)


def address(finding: Finding) -> str:
    """Terraform's address; the account's ARN where the account itself was judged."""
    return getattr(finding, "address", None) or finding.resource


def kind(finding: Finding) -> str:
    return address(finding).rpartition(".")[0].rpartition(".")[2]


def test_nothing_fails_without_a_recorded_reason(findings: tuple[Finding, ...]) -> None:
    failing = [f for f in findings if f.status is Status.FAIL]
    assert [
        (f.control_id, address(f), f.message) for f in failing if (f.control_id, kind(f)) not in EXPECTED
    ] == []


def test_what_is_open_is_known_to_be(findings: tuple[Finding, ...]) -> None:
    open_controls = {f.control_id for f in findings if f.status is Status.UNKNOWN}
    assert open_controls <= OPEN | {"ATT-01", "ATT-02"}


def test_findings_about_resources_point_to_their_files(plan: Plan, findings: tuple[Finding, ...]) -> None:
    about = [f for f in findings if ":root" not in f.resource and getattr(f, "address", None)]
    assert len(about) > 80
    for finding in about:
        file, line = getattr(finding, "file", None), getattr(finding, "line", None)
        assert file is not None, finding
        assert line is not None, finding
        label = address(finding).rpartition(".")[2].partition("[")[0]
        text = Path(file).read_text().splitlines()[line - 1]
        assert text.startswith("resource ")
        assert f'"{label}"' in text or "aws_vpc" in text


@dataclass(frozen=True)
class Mutation:
    """``about`` is the end of the address that must FAIL: of the changed resource, unless it is told."""

    control: str
    changed: str
    change: Callable[[Values], object]
    about: str | None = None
    unknown: tuple[str, ...] = ()


PATIENT_API = "module.patient_api_function[0]"
FUNCTION = f"{PATIENT_API}.aws_lambda_function.this"
ROLE = f"{PATIENT_API}.aws_iam_role.this"
ARCHIVE = "module.audit.aws_s3_bucket.archive"
STAGE = "module.api[0].aws_api_gateway_stage.this"
TOPIC = "module.observability.aws_sns_topic.alerts"
POOL = "module.identity.aws_cognito_user_pool.this"
TABLE = "module.patients_table[0].aws_dynamodb_table.this"
TRAIL = "module.audit.aws_cloudtrail.this"
VPC = "module.network.aws_vpc.this"
GROUP = "module.network.aws_security_group.endpoints"
ACCOUNT = ":root"
OWN_ACCOUNT = {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}
OPEN_TO_ALL = policy(allow("s3:GetObject", "*", Principal="*"))


def to(**values: Any) -> Callable[[Values], object]:
    """Set attributes; a value that was unknown becomes known."""
    return lambda found: found.update(deepcopy(values))


def alarms(name: str) -> str:
    return f'module.observability.aws_cloudwatch_metric_alarm.this["{name}"]'


def attached(name: str) -> str:
    return f"module.audit.aws_s3_bucket_{name}.archive"


MUTATIONS = (
    Mutation("LAM-01", FUNCTION, to(vpc_config=[])),
    Mutation("NET-03", "module.network.aws_flow_log.this", to(traffic_type="ACCEPT"), VPC),
    Mutation(
        "NET-01",
        'module.network.aws_vpc_security_group_ingress_rule.endpoints_from_subnets["us-east-1a"]',
        to(cidr_ipv4="0.0.0.0/0"),
        GROUP,
    ),
    Mutation(
        "NET-02",
        f"{PATIENT_API}.aws_vpc_security_group_egress_rule.endpoints[0]",
        to(cidr_ipv4="0.0.0.0/0"),
        f"{PATIENT_API}.aws_security_group.this[0]",
    ),
    Mutation(
        "NET-05",
        'module.network.aws_route_table.private["us-east-1a"]',
        to(route=[{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]),
        'module.network.aws_subnet.private["us-east-1a"]',
    ),
    Mutation(
        "NET-06",
        "module.network.aws_default_security_group.closed",
        to(egress=[{"cidr_blocks": ["10.0.0.0/8"], "protocol": "-1"}]),
    ),
    Mutation(
        "NET-07",
        'module.network.aws_vpc_endpoint.interface["kms"]',
        to(policy=policy(allow("*", "*", Principal="*"))),
    ),
    Mutation(
        "NET-08",
        'module.network.aws_vpc_endpoint.interface["bedrock-runtime"]',
        to(policy=policy(allow("bedrock:InvokeModel", "*", Principal="*", Condition=OWN_ACCOUNT))),
    ),
    Mutation("LAM-02", FUNCTION, to(kms_key_arn=None, environment=[{"variables": {"LOG_LEVEL": "INFO"}}])),
    Mutation("LAM-05", FUNCTION, to(environment=[{"variables": {"API_KEY": "x"}}])),
    Mutation("KMS-01", 'module.encryption.aws_kms_key.this["phi"]', to(enable_key_rotation=False)),
    Mutation(
        "KMS-02",
        'module.encryption.aws_kms_key.this["phi"]',
        to(policy=policy(allow("kms:*", "*", Principal="*"))),
    ),
    Mutation("DDB-01", TABLE, to(server_side_encryption=[])),
    Mutation("DDB-02", TABLE, to(point_in_time_recovery=[{"enabled": False}])),
    Mutation("DDB-03", TABLE, to(deletion_protection_enabled=False)),
    Mutation(
        "BKP-01",
        'module.backup[0].aws_backup_selection.this["tables"]',
        lambda found: found["resources"].remove(
            "arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-patients"
        ),
        TABLE,
    ),
    Mutation(
        "BKP-02",
        "module.backup[0].aws_backup_vault_lock_configuration.this",
        to(backup_vault_name="another"),
        "module.backup[0].aws_backup_vault.this",
    ),
    Mutation("S3-01", attached("public_access_block"), to(block_public_acls=False), ARCHIVE),
    Mutation("S3-02", attached("policy"), to(policy=OPEN_TO_ALL), ARCHIVE),
    Mutation("S3-03", attached("policy"), to(policy=OPEN_TO_ALL), ARCHIVE),
    Mutation(
        "S3-04", attached("versioning"), to(versioning_configuration=[{"status": "Suspended"}]), ARCHIVE
    ),
    Mutation(
        "S3-05",
        attached("server_side_encryption_configuration"),
        to(rule=[{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]),
        ARCHIVE,
    ),
    Mutation("SQS-01", f"{PATIENT_API}.aws_sqs_queue.dead_letters[0]", to(kms_master_key_id=None)),
    Mutation("SQS-02", f"{PATIENT_API}.aws_sqs_queue.dead_letters[0]", to(policy=OPEN_TO_ALL)),
    Mutation("SNS-01", TOPIC, to(kms_master_key_id=None)),
    Mutation("SNS-02", "module.observability.aws_sns_topic_policy.alerts", to(policy=OPEN_TO_ALL), TOPIC),
    Mutation(
        "LAM-07",
        'module.api[0].aws_lambda_permission.this["patient_api"]',
        to(source_arn=None),
        FUNCTION,
    ),
    Mutation(
        "API-01",
        "module.api[0].aws_api_gateway_rest_api.this",
        to(body=json.dumps({"paths": {"/open": {"get": {}}}})),
    ),
    Mutation("API-02", STAGE, to(access_log_settings=[])),
    Mutation(
        "WAF-01", "module.api[0].aws_wafv2_web_acl_association.this", to(resource_arn="arn:aws:x"), STAGE
    ),
    Mutation(
        "WAF-02",
        "module.api[0].aws_wafv2_web_acl_logging_configuration.this",
        to(redacted_fields=[]),
        "module.api[0].aws_wafv2_web_acl.this",
    ),
    Mutation("COG-01", POOL, to(mfa_configuration="OPTIONAL")),
    Mutation("COG-02", POOL, to(password_policy=[{"minimum_length": 8}])),
    Mutation(
        "COG-03", "module.identity.aws_cognito_user_pool_client.this", to(access_token_validity=90), POOL
    ),
    Mutation("IAM-01", f"{PATIENT_API}.aws_iam_role_policy.platform", to(policy=policy(allow("*", "*")))),
    Mutation("IAM-05", ROLE, to(assume_role_policy=trust({"AWS": "*"}))),
    Mutation("IAM-07", ROLE, to(assume_role_policy=trust({"AWS": FOREIGN}))),
    Mutation("LOG-01", f"{PATIENT_API}.aws_cloudwatch_log_group.this", to(kms_key_id=None)),
    Mutation("LOG-02", f"{PATIENT_API}.aws_cloudwatch_log_group.this", to(retention_in_days=30)),
    Mutation(
        "LOG-03",
        f"{PATIENT_API}.aws_cloudwatch_log_subscription_filter.this[0]",
        to(filter_pattern="ERROR"),
        f"{PATIENT_API}.aws_cloudwatch_log_group.this",
    ),
    Mutation(
        "LOG-05",
        f"{PATIENT_API}.aws_cloudwatch_log_data_protection_policy.this[0]",
        to(log_group_name="/aws/lambda/another"),
        f"{PATIENT_API}.aws_cloudwatch_log_group.this",
    ),
    Mutation("TRL-01", TRAIL, to(enable_logging=False), ACCOUNT),
    Mutation("TRL-02", TRAIL, to(enable_log_file_validation=False)),
    Mutation("TRL-03", TRAIL, to(kms_key_id=None)),
    Mutation("TRL-04", TRAIL, to(is_multi_region_trail=False), ACCOUNT),
    Mutation(
        "TRL-05",
        attached("object_lock_configuration"),
        to(rule=[{"default_retention": [{"mode": "GOVERNANCE", "days": 30}]}]),
        TRAIL,
    ),
    Mutation(
        "ALM-01",
        f'{PATIENT_API}.aws_cloudwatch_metric_alarm.this["errors"]',
        to(actions_enabled=False),
        FUNCTION,
    ),
    Mutation("ALM-03", alarms("trail-root-use"), to(alarm_actions=[]), ACCOUNT),
    Mutation("IAM-10", alarms("patient-api-break-glass"), to(alarm_actions=[]), ACCOUNT),
    Mutation(
        "IAM-09",
        "module.audit.aws_accessanalyzer_analyzer.external_access[0]",
        to(type="ACCOUNT_UNUSED_ACCESS"),
        ACCOUNT,
    ),
    Mutation("DET-01", "module.audit.aws_guardduty_detector.this[0]", to(enable=False), ACCOUNT),
    Mutation("DET-02", "module.audit.aws_inspector2_enabler.this[0]", to(resource_types=["ECR"]), ACCOUNT),
    Mutation("CST-01", "module.observability.aws_budgets_budget.monthly[0]", to(notification=[]), ACCOUNT),
    Mutation("LAM-03", FUNCTION, to(dead_letter_config=[])),
    Mutation("LAM-06", FUNCTION, to(runtime="python3.8")),
    Mutation("LAM-09", FUNCTION, to(tracing_config=[{"mode": "PassThrough"}])),
    Mutation("LAM-08", FUNCTION, to(reserved_concurrent_executions=-1)),
)
# Decidable controls that one resource of this plan cannot break alone; small plans do (breaks.py).
ELSEWHERE = {
    "INV-01": "the proposed rule is not judged by default",
    "ALM-02": "refusals are alarmed three times over",
    "ALM-04": "fails by default here",
    "API-03": "the document with its TLS policy is known after apply",
    "API-04": "fails by default here",
    "ATT-03": "all services here are eligible; tests/unit/policies/plan/attacks.py adds one that is not",
    "AUD-01": "the role's documents are known after apply",
    "COG-04": "there are six groups",
    "EVB-01": "the bus's policy names roles that are known after apply",
    "IAM-02": "the role's documents are known after apply",
    "IAM-03": "the role's documents are known after apply",
    "IAM-04": "the role's documents are known after apply",
    "IAM-06": "needs a reference in the configuration",
    "LOG-04": "a group whose name is known after apply (API Gateway's) could be the function's",
    "LAM-04": "there is no function URL",
    "LAM-10": "fails by default here",
    "NET-04": "the role's documents are known after apply",
    **dict.fromkeys(
        ("RDS-01", "RDS-02", "RDS-03", "RDS-04"), "a change of the cluster fails for both instances"
    ),
    "RDS-05": "the state of its alarm is not in a plan",
    "DDB-04": "no table has a resource policy",
    "SEC-01": "there is no secret",
    "SEC-02": "there is no secret",
    "SEC-03": "there is no secret",
    "NET-09": "there is no way out: tests/unit/policies/plan/breaks_egress.py breaks one",
}


def test_every_decidable_control_has_a_mutation_or_a_reason_for_none() -> None:
    mutated = {mutation.control for mutation in MUTATIONS}
    assert mutated.isdisjoint(ELSEWHERE)
    assert mutated | set(ELSEWHERE) | set(UNDECIDABLE) == {control.id for control in catalogue()}


def mutated(document: dict[str, Any], mutation: Mutation) -> dict[str, Any]:
    """A copy of the plan in which one resource is different, its values and their marks alike."""
    copy = deepcopy(document)
    name = f"module.healthcare.{mutation.changed}"
    (resource,) = [r for r in everything(copy["planned_values"]["root_module"]) if r["address"] == name]
    before = dict(resource.setdefault("values", {}))  # left out where no value is known
    mutation.change(resource["values"])
    (change,) = [c for c in copy["resource_changes"] if c["address"] == name]
    for attribute, value in resource["values"].items():
        if attribute not in before or before[attribute] != value:
            change["change"]["after_unknown"].pop(attribute, None)
    for attribute in set(resource["values"]) - set(before):
        change["change"]["after_unknown"].pop(attribute, None)
    return copy


def everything(module: dict[str, Any]) -> list[dict[str, Any]]:
    found = list(module.get("resources", ()))
    for child in module.get("child_modules", ()):
        found += everything(child)
    return found


def failing(findings: tuple[Finding, ...], control: str) -> set[str]:
    return {address(f) for f in findings if f.control_id == control and f.status is Status.FAIL}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.control)
def test_one_changed_resource_fails_alone(
    plan: Plan, findings: tuple[Finding, ...], mutation: Mutation
) -> None:
    after = judged(plan, mutated(plan.document, mutation))
    new = failing(after, mutation.control) - failing(findings, mutation.control)
    wanted = mutation.about or mutation.changed
    assert len(new) == 1, new
    assert new.pop().endswith(wanted)


def test_the_plan_is_read_where_its_files_are_not(plan: Plan) -> None:
    """Without the local values there is more that is not known, and nothing else that fails."""
    found = judge_plan(json.dumps(plan.document).encode(), taken_at=NOW).assessment.findings
    failing_types = {(f.control_id, kind(f)) for f in found if f.status is Status.FAIL}
    assert failing_types <= set(EXPECTED)
    assert any("from local.function_platform" in f.message for f in found)
