"""SNS: topic attributes that moto keeps but does not give back."""

from __future__ import annotations

from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.sns.responses import SNSResponse

from scripts.local_cloud.gaps.patching import Method, wrap

KEPT_ATTRIBUTES = (
    "ArchivePolicy",
    "FifoThroughputScope",
    "LambdaFailureFeedbackRoleArn",
    "LambdaSuccessFeedbackRoleArn",
    "SQSFailureFeedbackRoleArn",
    "SQSSuccessFeedbackRoleArn",
    "SignatureVersion",
    "TracingConfig",
)


@wrap(SNSResponse, "get_topic_attributes")
def get_topic_attributes(original: Method, response: Any) -> Any:
    """moto answers with a fixed list of attributes."""
    answer = original(response)
    topic = response.backend.get_topic(response._get_param("TopicArn"))
    for name in KEPT_ATTRIBUTES:
        value = getattr(topic, camelcase_to_underscores(name), None)
        if value is not None:
            answer.result["Attributes"][name] = value
    return answer
