"""Every control on plans: what it passes, what it fails, and what a plan leaves open."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hipaa_policies.catalogue import catalogue
from hipaa_policies.facts import Account
from hipaa_policies.judge import judge
from hipaa_policies.readers.plan import PlanReading, read_plan
from hipaa_policies.readers.plan.registry import READERS
from hipaa_policies.verdicts import Status

from tests.unit.policies import compliant as c
from tests.unit.policies.plan import compliant
from tests.unit.policies.plan.attacks import PLAN_ATTACKS
from tests.unit.policies.plan.breaks import ACCOUNT, PLAN_BREAKS, UNDECIDABLE, PlanBreak
from tests.unit.policies.plan.documents import Resources, adding, changing, document, ref, without

CONTROLS = {control.id: control for control in catalogue()}
# What a good plan is: PASS, but for what no plan shows.
GOOD = defaultdict(
    lambda: {"PASS", "ATTESTED"},
    {
        "BKP-03": {"UNKNOWN"},
        "IAM-08": {"UNKNOWN"},
        "IAM-09": {"PASS", "NOT_APPLICABLE"},
        "RDS-05": {"UNKNOWN"},
    },
)
# What breaks with the resource that a break is about, because it shares what was broken.
SHARED = {"IAM-06": {"aws_lambda_function.other"}, "RDS-05": {"aws_rds_cluster_instance.chunks"}}
Verdicts = dict[tuple[str, str], set[tuple[str, str]]]


def verdicts(reading: PlanReading) -> Verdicts:
    """(status, message) by control and address."""
    found: Verdicts = defaultdict(set)
    for finding in judge(reading.account, c.settings()):
        place = ACCOUNT if finding.resource == reading.account.arn else reading.addresses[finding.resource]
        found[finding.control_id, place].add((finding.status.value, finding.message))
    return found


def of(resources: Resources, module: str = "") -> Verdicts:
    return verdicts(read_plan(document(resources, module=module)))


@pytest.fixture(scope="module")
def before() -> Verdicts:
    return of(compliant.resources())


def test_the_compliant_plan_passes_every_control(before: Verdicts) -> None:
    bad = {k: v for k, v in before.items() if {status for status, _ in v} - GOOD[k[0]]}
    assert bad == {}
    assert {control for control, _ in before} == set(CONTROLS)


@pytest.mark.parametrize("identifier", CONTROLS)
def test_every_control_has_a_failing_plan_or_a_reason_for_none(identifier: str) -> None:
    failing = [b for b in (*PLAN_BREAKS, *PLAN_ATTACKS) if b.control == identifier]
    assert bool(failing) != (identifier in UNDECIDABLE)


@pytest.mark.parametrize("broken", [*PLAN_BREAKS, *PLAN_ATTACKS], ids=lambda b: f"{b.control} {b.words}")
def test_what_is_broken_fails_there_and_nowhere_else(broken: PlanBreak, before: Verdicts) -> None:
    resources = compliant.resources()
    broken.change(resources)
    after = {k: v for k, v in of(resources).items() if k[0] == broken.control}
    failing = {place for (_, place), v in after.items() if "FAIL" in {status for status, _ in v}}
    assert failing == {broken.about} | SHARED.get(broken.control, set())
    assert any(broken.words in message for s, message in after[broken.control, broken.about] if s == "FAIL")
    for (control, place), v in after.items():
        if place not in failing and (control, place) in before:
            assert {s for s, _ in v} == {s for s, _ in before[control, place]}, place


def test_a_module_changes_nothing_but_addresses(before: Verdicts) -> None:
    inside = of(compliant.resources(), module="module.records")
    assert {(c, p.removeprefix("module.records.")) for c, p in inside} == set(before)
    assert {k: v for k, v in inside.items() if {s for s, _ in v} - GOOD[k[0]]} == {}


def status(resources: Resources, control: str, place: str) -> set[str]:
    return {s for s, _ in of(resources)[control, place]}


@pytest.mark.parametrize(
    ("control", "address", "attribute"),
    [
        ("LAM-02", "aws_lambda_function.reader", "kms_key_arn"),
        ("LAM-06", "aws_lambda_function.reader", "runtime"),
        ("LAM-08", "aws_lambda_function.reader", "reserved_concurrent_executions"),
        ("LAM-09", "aws_lambda_function.reader", "tracing_config"),
        ("LAM-10", "aws_lambda_function.reader", "code_signing_config_arn"),
        ("LOG-01", "aws_cloudwatch_log_group.reader", "kms_key_id"),
        ("LOG-02", "aws_cloudwatch_log_group.reader", "retention_in_days"),
        ("DDB-01", "aws_dynamodb_table.patients", "server_side_encryption"),
        ("DDB-02", "aws_dynamodb_table.patients", "point_in_time_recovery"),
        ("DDB-03", "aws_dynamodb_table.patients", "deletion_protection_enabled"),
        ("KMS-01", "aws_kms_key.phi", "enable_key_rotation"),
        ("KMS-02", "aws_kms_key.phi", "policy"),
        ("IAM-05", "aws_iam_role.reader", "assume_role_policy"),
        ("SQS-01", "aws_sqs_queue.dead_letters", "kms_master_key_id"),
        ("SQS-02", "aws_sqs_queue.dead_letters", "policy"),
        ("SNS-01", "aws_sns_topic.alerts", "kms_master_key_id"),
        ("TRL-02", "aws_cloudtrail.audit", "enable_log_file_validation"),
        ("TRL-03", "aws_cloudtrail.audit", "kms_key_id"),
        ("COG-01", "aws_cognito_user_pool.users", "mfa_configuration"),
        ("COG-02", "aws_cognito_user_pool.users", "password_policy"),
        ("RDS-02", "aws_db_instance.records", "publicly_accessible"),
        ("API-04", "aws_api_gateway_stage.live", "xray_tracing_enabled"),
        ("NET-07", "aws_vpc_endpoint.kms", "policy"),
        ("NET-01", "aws_security_group.functions", "ingress"),
    ],
)
def test_what_only_the_apply_decides_is_unknown(control: str, address: str, attribute: str) -> None:
    resources = compliant.resources()
    resources[address][attribute] = ref("random_id.x.hex")
    found = of(resources)[control, address]
    assert {s for s, _ in found} == {"UNKNOWN"}
    assert any(f"{attribute}" in message for _, message in found)


@pytest.mark.parametrize("late", ["policy", "resource_arn"])
def test_a_policy_of_a_table_that_is_not_decided_is_unknown(late: str) -> None:
    resources = compliant.resources()
    table = "aws_dynamodb_table.patients"
    values = {"resource_arn": ref(f"{table}.arn"), "policy": c.policy(), late: ref("random_id.x.hex")}
    adding("aws_dynamodb_resource_policy.x", **values)(resources)
    assert status(resources, "DDB-04", table) == {"UNKNOWN"}


@pytest.mark.parametrize(
    ("late", "wanted"), [("", "PASS"), ("grantee_principal", "UNKNOWN"), ("key_id", "UNKNOWN")]
)
def test_a_grant_is_unknown_where_its_holder_or_its_key_is(late: str, wanted: str) -> None:
    resources = compliant.resources()
    values = {"key_id": ref("aws_kms_key.phi.key_id"), "grantee_principal": ref("aws_iam_role.reader.arn")}
    if late:
        values[late] = ref("random_id.x.hex")
    adding("aws_kms_grant.x", **values)(resources)
    assert status(resources, "KMS-02", "aws_kms_key.phi") == {wanted}


def test_an_attachment_to_an_unknown_role_leaves_no_role_passed() -> None:
    resources = compliant.resources()
    adding("aws_iam_role_policy.lost", name="x", role=ref("random_id.x.hex"), policy=c.policy())(resources)
    assert "PASS" not in status(resources, "IAM-02", "aws_lambda_function.reader")


def test_aws_managed_policies_are_unknown_and_not_passed() -> None:
    resources = compliant.resources()
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    adding("aws_iam_role_policy_attachment.logs", role="reader", policy_arn=arn)(resources)
    assert status(resources, "IAM-02", "aws_lambda_function.reader") == {"UNKNOWN"}


@pytest.mark.parametrize("name", ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"])
def test_those_of_an_administrator_are_known_by_their_name(name: str) -> None:
    resources = compliant.resources()
    arn = f"arn:aws-us-gov:iam::aws:policy/{name}"
    adding("aws_iam_role_policy_attachment.admin", role="reader", policy_arn=arn)(resources)
    assert status(resources, "IAM-02", "aws_lambda_function.reader") == {"FAIL"}


@pytest.mark.parametrize(
    "policy_arn", ["arn:aws:iam::aws:policy/ReadOnlyAccess", ref("random_id.x.hex")], ids=["of AWS", "late"]
)
def test_what_else_a_user_has_is_unknown_and_hides_no_administrator(policy_arn: object) -> None:
    resources = compliant.resources()
    adding("aws_iam_user_policy_attachment.x", user="jo", policy_arn=policy_arn)(resources)
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    adding("aws_iam_user_policy_attachment.admin", user="kim", policy_arn=arn)(resources)
    assert status(resources, "IAM-01", "aws_iam_user_policy_attachment.x") == {"UNKNOWN"}
    assert status(resources, "IAM-01", "aws_iam_user_policy_attachment.admin") == {"FAIL"}


def test_what_another_plan_writes_is_judged_there() -> None:
    resources = compliant.resources()
    elsewhere = f"arn:aws:iam::{c.ID}:policy/elsewhere"
    adding("aws_iam_user_policy_attachment.x", user="jo", policy_arn=elsewhere)(resources)
    assert ("IAM-01", "aws_iam_user_policy_attachment.x") not in of(resources)


def test_an_unconfirmed_subscription_is_unknown() -> None:
    resources = compliant.resources()
    changing("aws_sns_topic_subscription.pager", protocol="email")(resources)
    assert status(resources, "ALM-04", "aws_sns_topic.alerts") == {"UNKNOWN"}


def test_what_the_whole_account_needs_does_not_fail_a_plan_that_makes_none_of_it() -> None:
    reading = read_plan(document({"aws_dynamodb_table.t": {"name": "t"}}))
    found = judge(reading.account, c.settings())
    by_control = {f.control_id: f.status for f in found}
    for control in ("TRL-01", "TRL-04", "ALM-02", "ALM-03", "CST-01", "IAM-09", "DET-01", "BKP-01"):
        assert by_control[control] is Status.UNKNOWN, control
    assert {f.control_id for f in found if f.status is Status.FAIL} == {"DDB-01", "DDB-02", "DDB-03"}


def test_a_role_of_another_plan_is_unknown() -> None:
    resources = compliant.resources()
    changing("aws_lambda_function.reader", role=f"arn:aws:iam::{c.ID}:role/elsewhere")(resources)
    without("aws_iam_role_policy.reader", "aws_iam_role.reader")(resources)
    assert status(resources, "IAM-02", "aws_lambda_function.reader") == {"UNKNOWN"}


def test_every_listing_of_the_account_has_a_reader() -> None:
    filled = [name for reader in READERS for name in reader.fills]
    assert sorted(filled) == sorted(
        n for n, kind in Account.__annotations__.items() if "Listing" in str(kind)
    )
