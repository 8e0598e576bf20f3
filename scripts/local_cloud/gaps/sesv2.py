"""SES: what a configuration set says of sending, and its tags, in the shapes of SES's API."""

from __future__ import annotations

from typing import Any

from moto.ses.models import ConfigurationSet
from moto.sesv2.models import SESV2Backend

from scripts.local_cloud.backends import arn_of
from scripts.local_cloud.gaps.patching import Method, wrap


@wrap(ConfigurationSet, "to_dict_v2")
def to_dict_v2(original: Method, configuration_set: ConfigurationSet) -> dict[str, Any]:
    """moto answers SendingEnabled with an object, and with empty options where there are none."""
    described = {name: value for name, value in original(configuration_set).items() if value != {}}
    sending = configuration_set.enabled
    enabled = sending.get("SendingEnabled", True) if isinstance(sending, dict) else bool(sending)
    return described | {
        "SendingOptions": {"SendingEnabled": enabled},
        "ReputationOptions": {"ReputationMetricsEnabled": False, **described.get("ReputationOptions", {})},
    }


@wrap(SESV2Backend, "create_configuration_set")
def create_configuration_set(original: Method, backend: Any, *args: Any, **kwargs: Any) -> None:
    """moto keeps its tags where ListTagsForResource does not look."""
    original(backend, *args, **kwargs)
    tag(backend, f"configuration-set/{kwargs['configuration_set_name']}", kwargs.get("tags"))


@wrap(SESV2Backend, "create_email_identity")
def create_email_identity(
    original: Method, backend: Any, email_identity: str, tags: Any, *args: Any, **kwargs: Any
) -> Any:
    """moto keeps its tags under email-identity/; SES's ARNs say identity/."""
    made = original(backend, email_identity, tags, *args, **kwargs)
    tag(backend, f"identity/{email_identity}", tags)
    return made


def tag(backend: Any, resource: str, tags: Any) -> None:
    if tags:
        backend.core_backend.tagger.tag_resource(arn_of("ses", backend.region_name, resource), tags)
