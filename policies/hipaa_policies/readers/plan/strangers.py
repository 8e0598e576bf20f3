"""What a plan changes and does not make: a policy for a bucket of another plan, a rule of its group."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any, TypeVar

from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.model import NotDecided, Plan, Planned

F = TypeVar("F")
WHY = "is not in the plan, which changes the resource and does not make it"


def stranger(kind: type[F], changing: Planned, arn: str, **known: Any) -> F:
    """The fact of such a resource: ``known`` is what the plan gives it, all else is not decided."""
    changing.plan.strangers[arn] = changing.address
    names = (field.name for field in fields(kind) if field.name not in known)  # type: ignore[arg-type]
    hidden = {name: NotDecided(changing.address, name, WHY) for name in names}
    return partial(kind, **hidden | known | {"arn": arn})


def named_elsewhere(
    plan: Plan, kind: str, attribute: str, owners: tuple[str, ...], form: str, made: Collection[str]
) -> dict[str, Planned]:
    """The resources of ``kind`` that belong to what is not ``made`` here, by the name of that."""
    found = {planned.reference(attribute, owners, form): planned for planned in plan.of(kind)}
    return {name: planned for name, planned in found.items() if isinstance(name, str) and name not in made}


# Parts of what is judged as a whole: without it they tell too little.
_PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "aws_api_gateway_method": ("rest_api_id", ("aws_api_gateway_rest_api",)),
    "aws_iam_role_policy": ("role", ("aws_iam_role",)),
    "aws_iam_role_policy_attachment": ("role", ("aws_iam_role",)),
    "aws_lambda_function_url": ("function_name", ("aws_lambda_function", "aws_lambda_alias")),
    "aws_lambda_permission": ("function_name", ("aws_lambda_function", "aws_lambda_alias")),
    "aws_route": ("route_table_id", ("aws_route_table", "aws_default_route_table")),
    "aws_vpc_endpoint_policy": ("vpc_endpoint_id", ("aws_vpc_endpoint",)),
}


def unjudged(plan: Plan) -> tuple[str, ...]:
    """The addresses of what is given to a resource that the plan does not make, and that is not judged."""
    found = []
    for kind, (attribute, owners) in _PARTS.items():
        made = {name for owner in plan.of(*owners) for name in (owner.id, owner.name, owner.arn)}
        for planned in plan.of(kind):
            owner = planned.text(attribute)
            if isinstance(owner, str) and not {owner, plain_name(owner)} & made:
                found.append(planned.address)
    return tuple(found)


def plain_name(reference: str) -> str:
    """A function's name, from its name, ARN or partial ARN, without a qualifier."""
    if ":function:" in reference:
        reference = reference.partition(":function:")[2]
    return reference.split(":")[0] if not reference.startswith("(") else reference
