"""Which grants the recorded requests need: the local cloud's engine, asked again without each grant."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hipaa_policies.iam import AccessRequest, Decision

from tests.prove_iam.grants import Document, Grant, allows, granted_by, without


@dataclass
class Need:
    """What speaks for a grant: labels of what was running when it was asked for.

    ``probes``: without the grant a request of theirs is refused. ``shared``: ``partners``, other grants of
    the role, allow it as well, so that this one by itself is not needed for it.
    """

    probes: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    partners: set[Grant] = field(default_factory=set)


def needs(
    grants: list[Grant], policies: Mapping[str, Document], judgements: Iterable[Mapping[str, Any]]
) -> dict[Grant, Need]:
    """``judgements`` are those of one role (``scripts.local_cloud.control.Control.record``).

    Refused requests need nothing, and neither does one that the resource's own policy allows.
    """
    found: dict[Grant, Need] = {grant: Need() for grant in grants}
    for request, labels in distinct(judgements).items():
        asked = AccessRequest(request.action, request.resource, json.loads(request.context))
        allowing = granted_by(grants, policies, asked)
        for grant in allowing:
            if len(allowing) == 1 and not allows(without_grant(policies, grant), asked):
                found[grant].probes |= labels
            else:
                found[grant].shared |= labels
                found[grant].partners |= set(allowing) - {grant}
    return found


@dataclass(frozen=True)
class Request:
    """``context`` is JSON: condition keys, sorted."""

    action: str
    resource: str
    context: str


def distinct(judgements: Iterable[Mapping[str, Any]]) -> dict[Request, set[str]]:
    """The requests that the role was needed for and allowed, with the labels under which they were made."""
    requests: dict[Request, set[str]] = defaultdict(set)
    for judgement in judgements:
        if judgement["decision"] == Decision.ALLOWED.value and judgement["needs_role"]:
            context = json.dumps(judgement["context"], sort_keys=True)
            requests[Request(judgement["action"], judgement["resource"], context)].add(judgement["label"])
    return requests


def without_grant(policies: Mapping[str, Document], grant: Grant) -> dict[str, Document]:
    """All policies of the role, without that grant."""
    rest = without(policies[grant.policy], [grant])
    others = {name: document for name, document in policies.items() if name != grant.policy}
    return others if rest is None else others | {grant.policy: rest}
