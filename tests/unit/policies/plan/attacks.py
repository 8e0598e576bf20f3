"""Plans that break a control while they look like ones that keep it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.policies.breaks.attacks import AUDIENCE, GITHUB
from tests.unit.policies.compliant import FOREIGN, ID, allow, policy, trust
from tests.unit.policies.plan.breaks import ACCOUNT, INLINE, ROLE, PlanBreak, one, says
from tests.unit.policies.plan.documents import adding, both, changing, ref


def permissions() -> Iterator[PlanBreak]:
    yield says("IAM-01", INLINE, "every action", allow("*", "arn:aws:*:*:*:*"))
    yield says("IAM-01", INLINE, "every", {"Effect": "Allow", "NotAction": "s3:PutObject", "Resource": "*"})
    yield says("IAM-03", ROLE, "dynamodb:*e*", allow("dynamodb:*e*", f"arn:aws:dynamodb:::{ID}:table/a"))
    yield says("IAM-03", ROLE, "on arn:aws:s3:::*", allow("s3:GetObject", "arn:aws:s3:::*/*"))
    own = {"Effect": "Allow", "NotAction": "s3:*", "Resource": f"arn:aws:iam::{ID}:role/reader"}
    yield says("IAM-04", ROLE, "iam:PutRolePolicy", own)
    everybody = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}
    yield one("IAM-05", ROLE, "anybody", assume_role_policy=trust({"AWS": "*"}, Condition=everybody))
    github = trust({"Federated": GITHUB}, Condition={"StringEquals": AUDIENCE})
    yield one("IAM-05", ROLE, "anybody known to", assume_role_policy=github)
    stranger = allow(
        "sqs:SendMessage",
        "*",
        Principal={"Service": "sns.amazonaws.com"},
        Condition={"StringEquals": {"aws:SourceAccount": FOREIGN}},
    )
    yield one("SQS-02", "aws_sqs_queue.dead_letters", FOREIGN, policy=policy(stranger))


def network() -> Iterator[PlanBreak]:
    nat = {"cidr_block": "0.0.0.0/0", "network_interface_id": ref("aws_network_interface.nat.id")}
    yield PlanBreak(
        "NET-05",
        "aws_subnet.a",
        "0.0.0.0/0 to eni-",
        both(adding("aws_network_interface.nat"), changing("aws_route_table.a", route=[nat])),
    )
    anybody = policy(allow("kms:Decrypt", "*", Principal="*"))
    yield one("NET-07", "aws_vpc_endpoint.kms", "credentials of any account", policy=anybody)


def trails() -> Iterator[PlanBreak]:
    trail = "aws_cloudtrail.audit"
    kms = {"field": "eventSource", "not_equals": ["kms.amazonaws.com"]}
    management = [{"field": "eventCategory", "equals": ["Management"]}, kms]
    yield PlanBreak(
        "TRL-04",
        ACCOUNT,
        "no multi-region",
        changing(trail, advanced_event_selector=[{"field_selector": management}]),
    )
    named = [
        {"field": "eventCategory", "equals": ["Data"]},
        {"field": "resources.type", "equals": ["AWS::S3::Object"]},
        {"field": "userIdentity.arn", "starts_with": ["arn:aws:sts::"]},
    ]
    yield PlanBreak(
        "TRL-01",
        ACCOUNT,
        "no trail",
        changing(trail, advanced_event_selector=[{"field_selector": named}]),
    )


def services() -> Iterator[PlanBreak]:
    api = "aws_api_gateway_rest_api.main"
    yield one("API-03", api, "TLS_1_0", disable_execute_api_endpoint=False)
    old = '{"paths": {}, "x-amazon-apigateway-security-policy": "TLS_1_0"}'
    yield one("API-03", api, "TLS_1_0", disable_execute_api_endpoint=False, body=old)
    yield PlanBreak("ATT-03", ACCOUNT, "GameLift", adding("aws_gamelift_fleet.x", name="x"))


def half_measures() -> Iterator[PlanBreak]:
    reader, other = "aws_lambda_function.reader", "aws_lambda_code_signing_config.warning"
    config = ref(f"{other}.arn")
    for policies in ([{"untrusted_artifact_on_deployment": "Warn"}], []):
        change = both(adding(other, policies=policies), changing(reader, code_signing_config_arn=config))
        yield PlanBreak("LAM-10", reader, "only warns", change)
    stream = adding(
        "aws_lambda_event_source_mapping.stream",
        function_name=ref("aws_lambda_function.reader.arn"),
        event_source_arn=f"arn:aws:dynamodb:us-east-1:{ID}:table/patients/stream/1",
    )
    yield PlanBreak("LAM-03", reader, "are lost", stream)
    foreign = policy(allow("kms:Decrypt", "*", Principal={"AWS": FOREIGN}))
    yield one("KMS-02", "aws_kms_key.phi", FOREIGN, policy=foreign)


PLAN_ATTACKS: tuple[PlanBreak, ...] = (*permissions(), *network(), *trails(), *services(), *half_measures())
