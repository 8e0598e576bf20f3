"""The plan lens: the same facts, from ``terraform show -json``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hipaa_policies.facts import Account, FactUnreadableError, Listing
from hipaa_policies.readers.plan import (  # noqa: F401 - importing them enters their readers
    apis,
    backups,
    databases,
    detection,
    egress,
    functions,
    identities,
    keys,
    log_exports,
    logs,
    messaging,
    monitoring,
    network,
    prefix_lists,
    stores,
    user_pools,
)
from hipaa_policies.readers.plan.building import UNKNOWN_ACCOUNT, build
from hipaa_policies.readers.plan.document import PlanError, load
from hipaa_policies.readers.plan.model import NotDecided, Plan
from hipaa_policies.readers.plan.references import Locals
from hipaa_policies.readers.plan.registry import READERS, Elsewhere, Reader
from hipaa_policies.readers.plan.strangers import unjudged

__all__ = ["UNKNOWN_ACCOUNT", "PlanError", "PlanReading", "handled_types", "load", "read_plan"]


@dataclass(frozen=True)
class PlanReading:
    """``addresses`` are Terraform's, by the ARN that the facts have; ``actions`` what is planned for each;
    ``ignored`` counts the resources by type that no reader looks at; ``unjudged`` are the addresses of what
    belongs to a resource that the plan does not make."""

    account: Account
    addresses: Mapping[str, str]
    actions: Mapping[str, tuple[str, ...]]
    ignored: Mapping[str, int]
    resources: int
    terraform_version: str
    unjudged: tuple[str, ...] = ()


def handled_types() -> frozenset[str]:
    """The resource types that a reader looks at."""
    return frozenset().union(*(reader.types for reader in READERS))


def read_plan(
    document: Mapping[str, Any],
    *,
    account: str | None = None,
    region: str | None = None,
    locals_of: Locals | None = None,
) -> PlanReading:
    """The facts of a plan. ``account`` is for a plan that does not tell; ``region`` goes before its own.

    Raises ``PlanError``.
    """
    plan = build(document, handled_types(), locals_of)
    if account and plan.account == UNKNOWN_ACCOUNT:
        plan.account = account
    plan.region = region or plan.region or "us-east-1"
    left_out = _leave_out_other_regions(plan)
    listings: dict[str, Listing[Any]] = {}
    for reader in READERS:
        problem = _partly(reader, plan, left_out)
        for name, listing in _read(reader, plan).items():
            if isinstance(listing.problem, Elsewhere) and _ONE_OF_EACH.get(name) in plan.deleted:
                listing = Listing(())  # what another plan may make, and this one takes away
            listings[name] = listing.limited_by(problem)
    facts = Account(
        id=plan.account,
        region=plan.region,
        partition=plan.partition,
        unread_types=tuple(plan.ignored),
        **listings,
    )
    return PlanReading(
        account=facts,
        addresses=_addresses(facts, plan),
        actions={p.address: p.actions for p in plan.managed()},
        ignored=plan.ignored,
        resources=sum(len(found) for found in plan.by_type.values()),
        terraform_version=plan.terraform_version,
        unjudged=unjudged(plan),
    )


# What an account has one of, as a rule: who deletes it leaves none.
_ONE_OF_EACH = {
    "analyzers": "aws_accessanalyzer_analyzer",
    "backup_plans": "aws_backup_plan",
    "config_recorders": "aws_config_configuration_recorder",
    "detectors": "aws_guardduty_detector",
    "scanners": "aws_inspector2_enabler",
    "trails": "aws_cloudtrail",
}
# Facts whose ARN is made of another resource's, with the types they come from, in the readers' order.
_DERIVED = {
    "stages": ("aws_api_gateway_stage",),
    "metric_filters": ("aws_cloudwatch_log_metric_filter",),
}
_IMPLIED = re.compile(r"\((.+)\)$")


def _addresses(facts: Account, plan: Plan) -> dict[str, str]:
    """The addresses by the ARNs of the facts."""
    found = plan.strangers | plan.parts | {planned.arn: planned.address for planned in plan.managed()}
    for name, types in _DERIVED.items():
        found |= {
            fact.arn: p.address for fact, p in zip(getattr(facts, name).items, plan.of(*types), strict=False)
        }
    # What AWS makes with a planned resource (a VPC's default group) is named by that one's address.
    for group in facts.security_groups.items:
        if group.arn not in found and (implied := _IMPLIED.search(group.arn)):
            found[group.arn] = implied[1]
    return found


# Services whose resources are of no region, or of one that does not matter.
_GLOBAL = ("aws_budgets_", "aws_ce_", "aws_cloudfront_", "aws_iam_", "aws_organizations_", "aws_route53_")


def _leave_out_other_regions(plan: Plan) -> dict[str, set[str]]:
    """Take out of the plan what is of other regions, whose log groups and alarms are none of this one's:
    the regions by type."""
    left_out: dict[str, set[str]] = {}
    for kind, found in plan.by_type.items():
        if kind.startswith(_GLOBAL):
            continue
        strange = [p for p in found if p.region and p.region != plan.region]
        if strange:
            left_out[kind] = {planned.region for planned in strange}
            plan.by_type[kind] = [planned for planned in found if planned not in strange]
    return left_out


def _partly(reader: Reader, plan: Plan, left_out: Mapping[str, set[str]]) -> NotDecided | None:
    """Why a reader's listings are not whole."""
    regions = {region for kind in reader.types for region in left_out.get(kind, ())}
    if regions:
        name = ", ".join(sorted(regions))
        return NotDecided("the plan", f"what is in {name}", "is judged apart, with --region")
    if not plan.complete:
        what = "is not complete, says Terraform (-target, -refresh-only or deferred changes)"
        return NotDecided("the plan", "as a whole", what)
    return None


def _read(reader: Reader, plan: Plan) -> dict[str, Listing[Any]]:
    """One reader's listings. Values that have not the form of the provider's schema make them unreadable."""
    try:
        filled = reader.read(plan)
    except (KeyError, TypeError, ValueError, AttributeError, FactUnreadableError) as error:
        what = f"{type(error).__name__}: {error}"
        problem = NotDecided("the plan", ", ".join(reader.fills), f"have a form that is not known ({what})")
        return {name: Listing((), problem) for name in reader.fills}
    if set(filled) != set(reader.fills):
        raise AssertionError(f"a reader filled {sorted(filled)} and declares {sorted(reader.fills)}")
    return dict(filled)
