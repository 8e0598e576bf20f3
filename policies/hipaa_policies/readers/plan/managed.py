"""Managed policies of AWS's, of which a plan shows the ARN alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hipaa_policies.facts import Unreadable
from hipaa_policies.readers.plan.model import NotDecided, Plan, Planned

_OF_AWS = ":iam::aws:policy/"
# What gives the power of an administrator in them. The smaller permissions beside it change, and add nothing.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
_ADMINISTRATORS: dict[str, dict[str, Any]] = {
    "AdministratorAccess": {"Action": "*"},
    "IAMFullAccess": {"Action": "iam:*"},
    "PowerUserAccess": {"NotAction": ["account:*", "iam:*", "organizations:*"]},
}
_PEOPLE = {"user": ("users", "aws_iam_user"), "group": ("groups", "aws_iam_group")}
ATTACHMENTS = tuple(f"aws_iam_{kind}_policy_attachment" for kind in _PEOPLE)


def is_of_aws(arn: str) -> bool:
    return _OF_AWS in arn


def text_of(arn: str, planned: Planned) -> str | NotDecided:
    """The policy's text, where it is one that gives everything."""
    says = _ADMINISTRATORS.get(arn.rpartition("/")[2]) if is_of_aws(arn) else None
    if says is None:
        why = "is not in the plan, which shows no policy of AWS's or of others"
        return NotDecided(planned.address, arn, why)
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*", **says}})


def of_people(plan: Plan) -> Iterator[tuple[Planned, str, str, Any]]:
    """What is attached to users and groups: the attachment, the holder's type and name, the policy's ARN.

    A holder who is not decided has the attachment's address for a name: nobody is left out for that.
    """
    for kind, (several, holder) in _PEOPLE.items():
        for planned in plan.of(f"aws_iam_{kind}_policy_attachment"):
            name = planned.reference(kind, (holder,), "name")
            yield planned, holder, _named(name, planned), _arn(planned)
        for planned in plan.of("aws_iam_policy_attachment"):
            names = planned.all_references(several, (holder,), "name")
            for name in (names,) if isinstance(names, Unreadable) else names:
                yield planned, holder, _named(name, planned), _arn(planned)


def _named(name: Any, planned: Planned) -> str:
    return name if isinstance(name, str) else f"({planned.address})"


def _arn(planned: Planned) -> Any:
    return planned.reference("policy_arn", ("aws_iam_policy",))
