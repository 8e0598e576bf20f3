"""Managed prefix lists, as planned."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.network import PrefixList
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.model import NotDecided, Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, reader

_LIST = ("aws_ec2_managed_prefix_list",)
_WORLD = ("0.0.0.0/0", "::/0")


@reader("prefix_lists", types=(*_LIST, "aws_ec2_managed_prefix_list_entry"))
def read_prefix_lists(plan: Plan) -> Facts:
    """Those that the plan makes, and those that it reads as data sources: AWS's own among them."""
    entries: dict[str, list[Any]] = {}
    unplaced: NotDecided | None = None
    for planned in plan.of("aws_ec2_managed_prefix_list_entry"):
        owner = planned.reference("prefix_list_id", _LIST, "id")
        if isinstance(owner, NotDecided):
            unplaced = unplaced or owner
        entries.setdefault(str(owner), []).append(planned.get("cidr"))
    made = [_prefix_list(planned, entries.get(planned.id, []), unplaced) for planned in plan.of(*_LIST)]
    read = [_read_prefix_list(planned) for planned in plan.read(*_LIST, "aws_prefix_list")]
    return {"prefix_lists": Listing((*made, *read))}


def _prefix_list(planned: Planned, separate: list[Any], unplaced: NotDecided | None) -> PrefixList:
    inline = planned.blocks("entry", computed=True)
    found = [inline] if isinstance(inline, Unreadable) else [block.get("cidr") for block in inline]
    found += separate
    # An entry that is not decided is no reason to overlook one that is the world.
    world = tuple(sorted({cidr for cidr in found if isinstance(cidr, str) and cidr in _WORLD}))
    undecided = next((cidr for cidr in found if isinstance(cidr, Unreadable)), unplaced)
    cidrs = world or undecided or tuple(sorted(cidr for cidr in found if isinstance(cidr, str)))
    return partial(PrefixList, arn=planned.arn, id=planned.id, name=planned.name, of_aws=False, cidrs=cidrs)


def _read_prefix_list(planned: Planned) -> PrefixList:
    of_aws = planned.type == "aws_prefix_list" or planned.values.get("owner_id") == "AWS"
    cidrs = tuple(sorted(str(entry.get("cidr")) for entry in planned.values.get("entries") or ()))
    return PrefixList(
        arn=str(planned.values.get("arn") or planned.address),
        id=str(planned.values.get("id") or planned.address),
        name=str(planned.values.get("name") or ""),
        of_aws=of_aws,
        cidrs=() if of_aws else cidrs,
    )
