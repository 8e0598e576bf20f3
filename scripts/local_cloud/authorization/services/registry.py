"""The extractor of each service; a service without one is judged for the resource ``*``."""

from __future__ import annotations

from collections.abc import Callable

from scripts.local_cloud.authorization.access import Access, action_of
from scripts.local_cloud.authorization.services import (
    backup,
    bedrock,
    compute,
    dynamodb,
    kms,
    messaging,
    s3,
    security,
    ses,
)
from scripts.local_cloud.protocol.requests import AwsRequest

EXTRACTORS: dict[str, Callable[[AwsRequest], list[Access]]] = {
    "accessanalyzer": security.analyzer_accesses,
    "apigateway": compute.api_accesses,
    "backup": backup.accesses,
    "bedrock-runtime": bedrock.accesses,
    "budgets": compute.budget_accesses,
    "cloudwatch": compute.metric_accesses,
    "dynamodb": dynamodb.accesses,
    "dynamodbstreams": dynamodb.accesses,
    "events": messaging.event_accesses,
    "iam": security.identity_accesses,
    "kms": kms.accesses,
    "lambda": compute.function_accesses,
    "logs": compute.log_accesses,
    "s3": s3.accesses,
    "s3control": s3.account_accesses,
    "secretsmanager": security.secret_accesses,
    "sesv2": ses.accesses,
    "sns": messaging.topic_accesses,
    "sqs": messaging.queue_accesses,
    "ssm": security.parameter_accesses,
    "sts": security.token_accesses,
}


def accesses(call: AwsRequest) -> list[Access]:
    """Everything a request does. Never empty: a request for nothing is judged for ``*``."""
    extractor = EXTRACTORS.get(call.service)
    return (extractor(call) if extractor else []) or [Access(action_of(call))]
