"""SES: the identity that sends, the configuration set, and who the message is from and for.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html
"""

from __future__ import annotations

from email.utils import parseaddr

from scripts.local_cloud.authorization.access import Access, action_of, arn_of
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.protocol.requests import AwsRequest


def accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    configuration_set = given.get("ConfigurationSetName")
    resources = []
    context = {}
    sender = parseaddr(str(given.get("FromEmailAddress") or ""))[1]
    if sender:
        resources.append(arn_of("ses", call.region, f"identity/{identity_of(call, sender)}"))
        addresses = (given.get("Destination") or {}).values()
        context = {
            "ses:FromAddress": sender,
            "ses:Recipients": sorted(str(address) for group in addresses for address in group),
        }
    elif given.get("EmailIdentity"):
        resources.append(arn_of("ses", call.region, f"identity/{given['EmailIdentity']}"))
    if configuration_set:
        resources.append(arn_of("ses", call.region, f"configuration-set/{configuration_set}"))
    return [Access(action_of(call), resource, context) for resource in resources]


def identity_of(call: AwsRequest, sender: str) -> str:
    """The address itself where it is an identity, and its domain otherwise."""
    known = backend_of("sesv2", call.region).core_backend.email_identities
    return sender if sender in known else sender.rpartition("@")[2]
