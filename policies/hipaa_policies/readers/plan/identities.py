"""Roles, and the policies written in a plan with who holds them."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Policy, Unreadable
from hipaa_policies.facts.identities import Role, WrittenPolicy
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan import managed
from hipaa_policies.readers.plan.model import Block, NotDecided, Plan, Planned
from hipaa_policies.readers.plan.policies import policy_text
from hipaa_policies.readers.plan.registry import Facts, reader
from hipaa_policies.readers.shared import attached_policy

_INLINE = {
    "aws_iam_role_policy": ("role", "aws_iam_role"),
    "aws_iam_user_policy": ("user", "aws_iam_user"),
    "aws_iam_group_policy": ("group", "aws_iam_group"),
}


@reader(
    "roles",
    "written_policies",
    types=(
        "aws_iam_group",
        "aws_iam_policy",
        "aws_iam_role",
        "aws_iam_user",
        "aws_iam_policy_attachment",
        "aws_iam_role_policy_attachment",
        *managed.ATTACHMENTS,
        *_INLINE,
    ),
)
def read_identities(plan: Plan) -> Facts:
    documents = {p.arn: policy_text(p, "policy") for p in plan.of("aws_iam_policy")}
    held = _Held(plan)
    roles = tuple(_role(planned, documents, held) for planned in plan.of("aws_iam_role"))
    return {
        "roles": Listing(roles, held.unplaced.get("aws_iam_role")),
        "written_policies": Listing((*_written(plan, held), *_of_aws(plan))),
    }


class _Held:
    """Inline and attached policies by (type of the holder, its name)."""

    def __init__(self, plan: Plan) -> None:
        self.inline: dict[tuple[str, str], list[Planned]] = {}
        self.attached: dict[tuple[str, str], list[Any]] = {}
        self.unplaced: dict[str, NotDecided] = {}
        for kind, (attribute, holder) in _INLINE.items():
            for planned in plan.of(kind):
                self._enter(self.inline, planned, attribute, holder, planned)
        for planned in plan.of("aws_iam_role_policy_attachment"):
            arn = planned.reference("policy_arn", ("aws_iam_policy",))
            self._enter(self.attached, planned, "role", "aws_iam_role", arn)
        for _, holder, name, arn in managed.of_people(plan):
            self.attached.setdefault((holder, name), []).append(arn)
        for planned in plan.of("aws_iam_policy_attachment"):
            arn = planned.reference("policy_arn", ("aws_iam_policy",))
            names = planned.all_references("roles", ("aws_iam_role",), "name")
            if isinstance(names, Unreadable):
                self.unplaced["aws_iam_role"] = planned.undecided("roles")
                continue
            for name in names:
                self.attached.setdefault(("aws_iam_role", name), []).append(arn)

    def _enter(
        self,
        table: dict[tuple[str, str], list[Any]],
        planned: Planned,
        attribute: str,
        holder: str,
        what: Any,
    ) -> None:
        name = planned.reference(attribute, (holder,), "name")
        if isinstance(name, Unreadable):
            # It may belong to any of them, so none of them can be judged whole. What it says is judged.
            self.unplaced[holder] = planned.undecided(attribute)
            name = f"({planned.address})"
        table.setdefault((holder, str(name)), []).append(what)


def _role(planned: Planned, documents: dict[str, Any], held: _Held) -> Role:
    key = ("aws_iam_role", planned.name)
    found: list[Any] = [
        _policy(str(p.values.get("name") or p.address), policy_text(p, "policy"))
        for p in held.inline.get(key, ())
    ]
    found += _blocks(planned)
    for arn in (*held.attached.get(key, ()), *_managed(planned)):
        found.append(
            arn
            if isinstance(arn, Unreadable)
            else _policy(arn.rpartition("/")[2], _text(arn, documents, planned), arn)
        )
    problem = next((p for p in found if isinstance(p, Unreadable)), None)
    boundary = planned.reference("permissions_boundary", ("aws_iam_policy",))
    limit: Any = boundary
    if isinstance(boundary, str):
        text = _text(boundary, documents, planned)
        limit = text if isinstance(text, Unreadable) else partial(Policy, "boundary", text, boundary)
    return partial(
        Role,
        arn=planned.arn,
        name=planned.name,
        path=planned.get("path") or "/",
        trust=policy_text(planned, "assume_role_policy") or planned.undecided("assume_role_policy"),
        policies=problem or tuple(found),
        boundary=limit,
    )


def _policy(name: str, text: Any, arn: str | None = None) -> Any:
    """The policy, or why its text is not known."""
    return text if isinstance(text, Unreadable) else partial(Policy, name, text or "{}", arn)


def _text(arn: str, documents: dict[str, Any], planned: Planned) -> Any:
    return documents[arn] if arn in documents else managed.text_of(arn, planned)


def _blocks(planned: Planned) -> list[Any]:
    blocks = planned.blocks("inline_policy", computed=True)
    if isinstance(blocks, Unreadable):
        return [blocks]
    written = [block for block in blocks if block.values.get("name") or block.unknown.get("policy")]
    return [_policy(str(b.values.get("name", "")), policy_text(b, "policy")) for b in written]


def _managed(planned: Planned) -> tuple[Any, ...]:
    arns = planned.all_references("managed_policy_arns", ("aws_iam_policy",))
    return (arns,) if isinstance(arns, Unreadable) else tuple(arns)


def _written(plan: Plan, held: _Held) -> list[WrittenPolicy]:
    found = []
    for (kind, holder), inline in sorted(held.inline.items()):
        for planned in inline:
            name = planned.values.get("name") or f"({planned.address})"
            arn = f"{_arn_of(plan, kind, holder)}/policy/{name}"
            plan.parts[arn] = planned.address
            found.append(_written_policy(arn, planned, (holder,)))
    for planned in plan.of("aws_iam_role"):
        blocks = planned.blocks("inline_policy", computed=True)
        for block in () if isinstance(blocks, Unreadable) else blocks:
            if block.values.get("name"):
                arn = f"{planned.arn}/policy/{block.values['name']}"
                plan.parts[arn] = planned.address
                found.append(_written_policy(arn, block, (planned.name,)))
    holders: dict[str, list[str]] = {}
    for (_, holder), arns in held.attached.items():
        for attached_arn in arns:
            if isinstance(attached_arn, str):
                holders.setdefault(attached_arn, []).append(holder)
    return [
        *found,
        *(
            _written_policy(p.arn, p, tuple(sorted(holders.get(p.arn, ()))))
            for p in plan.of("aws_iam_policy")
        ),
    ]


def _of_aws(plan: Plan) -> list[WrittenPolicy]:
    """Managed policies that users and groups have; other plans judge those that they write."""
    found = []
    for planned, kind, holder, policy in managed.of_people(plan):
        if isinstance(policy, str) and not managed.is_of_aws(policy):
            continue
        name = policy if isinstance(policy, str) else f"({planned.address})"
        arn = attached_policy(_arn_of(plan, kind, holder), name)
        plan.parts[arn] = planned.address
        text = managed.text_of(policy, planned) if isinstance(policy, str) else policy
        found.append(partial(WrittenPolicy, arn=arn, document=text, holders=(holder,)))
    return found


def _arn_of(plan: Plan, kind: str, name: str) -> str:
    made = next((planned.arn for planned in plan.of(kind) if planned.name == name), None)
    return made or plan.arn("iam", f"{kind.removeprefix('aws_iam_')}/{name}", region="")


def _written_policy(arn: str, block: Block, holders: tuple[str, ...]) -> WrittenPolicy:
    text = policy_text(block, "policy")
    return partial(WrittenPolicy, arn=arn, document="{}" if text is None else text, holders=holders)
