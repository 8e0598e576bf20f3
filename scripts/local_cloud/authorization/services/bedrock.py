"""Bedrock: which model is invoked, by whichever of its APIs.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
"""

from __future__ import annotations

from scripts.local_cloud.authorization.access import Access, action_of, arn_of
from scripts.local_cloud.protocol.requests import AwsRequest

INVOCATIONS = {"Converse", "CreateChatCompletion", "CreateResponse", "InvokeModel"}
# Profiles that send to several regions: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
PROFILE_PREFIXES = ("apac.", "au.", "ca.", "eu.", "global.", "jp.", "us.", "us-gov.")


def accesses(call: AwsRequest) -> list[Access]:
    name = call.parameters.get("modelId") or call.parameters.get("model")
    if call.operation not in INVOCATIONS or not isinstance(name, str):
        return [Access(action_of(call))]
    return [Access("bedrock:InvokeModel", model_arn(call.region, name))]


def model_arn(region: str, name: str) -> str:
    """Of an inference profile the profile's alone: what it sends to is judged by AWS as well."""
    if name.startswith("arn:"):
        return name
    if name.startswith(PROFILE_PREFIXES):
        return arn_of("bedrock", region, f"inference-profile/{name}")
    return f"arn:aws:bedrock:{region}::foundation-model/{name}"
