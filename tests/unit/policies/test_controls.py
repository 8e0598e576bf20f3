"""Every control against facts: what it passes, what it fails, and what it does not know."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hipaa_policies.catalogue import catalogue
from hipaa_policies.checklist import Group, Line
from hipaa_policies.citations import CITATIONS
from hipaa_policies.facts import Account, Listing, Unreadable
from hipaa_policies.facts.messaging import Queue
from hipaa_policies.judge import judge
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import Finding, Requirement, Status

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks import BREAKS, Break
from tests.unit.policies.breaks.changes import SOURCE, SOURCE_QUEUE, Change, added, both, changed

CONTROLS = {control.id: control for control in catalogue()}
REFUSED = Unreadable("test:Operation", "AccessDenied", "no", "test:Action")
LISTINGS = tuple(f.name for f in fields(Account) if "Listing" in str(f.type))
GOOD = (Status.PASS, Status.ATTESTED)


def findings(account: Account, settings: Settings | None = None, control: str | None = None) -> list[Finding]:
    chosen = [CONTROLS[control]] if control else list(CONTROLS.values())
    return list(judge(account, settings or c.settings(), chosen))


def test_nothing_fails_and_everything_is_known_in_the_compliant_account() -> None:
    bad = [f for f in findings(c.account()) if f.status in (Status.FAIL, Status.UNKNOWN)]
    assert bad == []


@pytest.mark.parametrize("identifier", CONTROLS)
def test_every_control_has_something_that_it_passes(identifier: str) -> None:
    assert any(f.status in GOOD for f in findings(c.account(), control=identifier))


@pytest.mark.parametrize("identifier", CONTROLS)
def test_every_control_has_something_that_it_fails(identifier: str) -> None:
    assert any(broken.control == identifier for broken in BREAKS)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b.control} {b.name}")
def test_what_is_broken_fails_there_and_nowhere_else(broken: Break) -> None:
    before = findings(c.account(), control=broken.control)
    after = findings(*broken.change(c.account(), c.settings()), control=broken.control)
    failed = [f for f in after if f.status is Status.FAIL]
    wanted = {broken.about, *broken.also}
    assert {f.resource for f in failed} == wanted
    assert {f.resource for f in failed if broken.words in f.message} == wanted
    untouched = {f.resource for f in before} & {f.resource for f in after} - {f.resource for f in failed}
    for resource in untouched:
        assert [f.status for f in after if f.resource == resource] == [
            f.status for f in before if f.resource == resource
        ]


@pytest.mark.parametrize("identifier", [i for i in CONTROLS if i not in ("ATT-01", "ATT-02")])
def test_where_nothing_can_be_read_everything_is_unknown(identifier: str) -> None:
    account = c.account(**{name: Listing((), REFUSED) for name in LISTINGS})
    found = findings(account, control=identifier)
    assert {f.status for f in found} == {Status.UNKNOWN}
    assert all("test:Operation answered AccessDenied; grant test:Action" in f.message for f in found)


@pytest.mark.parametrize("name", LISTINGS)
def test_a_half_read_listing_leaves_nothing_out_and_invents_no_pass(name: str) -> None:
    """One resource of the kind was read, then a page failed: no control may now say more good than
    it did of the whole, and at least one must say that it does not know."""
    whole = c.account()
    listing = getattr(whole, name)
    half = c.with_listing(whole, name, Listing(listing.items[:1], REFUSED))
    before = {(f.control_id, f.resource, f.message) for f in findings(whole) if f.status in GOOD}
    after = findings(half)
    assert {f.control_id for f in after} == set(CONTROLS)
    assert {(f.control_id, f.resource, f.message) for f in after if f.status in GOOD} <= before
    assert not [f for f in after if f.status is Status.FAIL]
    # One budget, or one subscription, that notifies is enough, whatever else there may be.
    assert any(f.status is Status.UNKNOWN for f in after) or name in ("anomaly_subscriptions", "budgets")


UNREADABLE_FIELDS = [
    (name, field.name)
    for name in LISTINGS
    for item in getattr(c.account(), name).items[:1]
    for field in fields(item)
    if "Unreadable" in str(field.type)
]
ALIAS = c.arn("kms", "alias/phi")
ONLY_LOOKED_AT_WITH: dict[tuple[str, str], Change] = {
    ("functions", "failure_destinations"): changed(
        "functions", c.FUNCTION, dead_letter_arn=None, failure_destinations=(c.QUEUE,)
    ),
    ("event_buses", "key"): changed("keys", c.KEY, state="PendingDeletion"),
    ("user_pools", "keys"): changed("keys", c.KEY, state="PendingDeletion"),
    ("functions", "variables"): changed("functions", c.FUNCTION, environment_key=None, variables=()),
    ("keys", "aliases"): changed("tables", c.PATIENTS, key=ALIAS),
    ("queues", "redrive_target"): both(
        added("event_sources", SOURCE), added("queues", Queue(SOURCE_QUEUE, "in", c.KEY, None, c.QUEUE))
    ),
    ("web_acls", "protects"): changed("stages", c.STAGE, web_acl_arn=None),
}


@pytest.mark.parametrize(("name", "field"), UNREADABLE_FIELDS)
def test_an_unreadable_field_makes_unknown_and_never_pass(name: str, field: str) -> None:
    prepare = ONLY_LOOKED_AT_WITH.get((name, field))
    whole = prepare(c.account(), c.settings())[0] if prepare else c.account()
    unread: dict[str, Any] = {field: REFUSED}
    items = tuple(replace(item, **unread) for item in getattr(whole, name).items)
    before = set(findings(whole))
    different = set(findings(c.with_listing(whole, name, Listing(items)))) - before
    assert different, f"no control looks at {name}.{field}"
    assert {f.status for f in different} == {Status.UNKNOWN}


def test_an_empty_account_is_not_applicable_except_for_what_every_account_needs() -> None:
    statuses = {f.control_id: f.status for f in findings(Account(c.ID, c.REGION))}
    needed = {"TRL-01", "TRL-04", "ALM-02", "ALM-03", "CST-01", "IAM-09", "IAM-10", "DET-01", "INV-01"}
    assert {i for i, status in statuses.items() if status is Status.FAIL} == needed
    assert {i for i, s in statuses.items() if s in GOOD} == {"ATT-01", "ATT-02", "ATT-03"}


@pytest.mark.parametrize("identifier", [i for i, control in CONTROLS.items() if control.tables])
def test_a_stale_table_fails_loudly(identifier: str) -> None:
    table = CONTROLS[identifier].tables[0]
    last = table.as_of + timedelta(days=table.max_age_days)
    at_last = findings(c.account(), c.settings(today=last), identifier)
    too_late = findings(c.account(), c.settings(today=last + timedelta(days=1)), identifier)
    assert f"table:{table.name}" not in {f.resource for f in at_last}
    stale = [f for f in too_late if f.resource == f"table:{table.name}"]
    assert [f.status for f in stale] == [Status.FAIL]
    assert "install a newer hipaa-policies" in stale[0].message


def test_what_only_the_proposed_rule_asks_for_is_judged_where_that_is_asked_for() -> None:
    proposed = {identifier for identifier, control in CONTROLS.items() if control.proposed}
    assert proposed == {"INV-01"}
    broken = c.account(config_recorders=())
    (finding,) = findings(broken, c.settings(proposed_rule=False), "INV-01")
    assert finding.status is Status.NOT_APPLICABLE
    assert "not in force" in finding.message
    assert [f.status for f in findings(broken, control="INV-01")] == [Status.FAIL]


def test_a_missing_attestation_says_what_to_do() -> None:
    found = findings(c.account(), c.settings(attestations={}), "ATT-01")
    assert [f.status for f in found] == [Status.UNKNOWN]
    assert "Enter ATT-01 in attestations.yaml" in found[0].message


def test_a_policy_that_aws_would_refuse_makes_unknown() -> None:
    broken = replace(c.function(), policies=c.resource_policies('{"Statement": [{"Effect": "allow"}]}'))
    found = findings(c.account(functions=(broken, c.function("other"))), control="LAM-07")
    assert [f.status for f in found] == [Status.UNKNOWN, Status.PASS]
    assert "neither Allow nor Deny" in found[0].message


@pytest.mark.parametrize(
    ("principal", "status"), [("*", Status.FAIL), ({"AWS": c.ID}, Status.UNKNOWN)], ids=["public", "narrow"]
)
def test_policies_of_a_table_that_were_not_all_read_pass_nothing_and_hide_nothing(
    principal: Any, status: Status
) -> None:
    read = c.resource_policies(c.policy(c.allow("dynamodb:GetItem", "*", Principal=principal)))
    (table, *_) = c.account().tables.items
    account = c.account(tables=(replace(table, policies=Listing(read.items, REFUSED)),))
    assert [found.status for found in findings(account, control="DDB-04")] == [status]


@pytest.mark.parametrize(
    ("grantee", "status"), [(c.FOREIGN, Status.FAIL), (c.ROLE, Status.UNKNOWN)], ids=["stranger", "own"]
)
def test_grants_that_were_not_all_read_pass_nothing_and_hide_nothing(grantee: str, status: Status) -> None:
    (key,) = c.account().keys.items
    account = c.account(keys=(replace(key, grantees=Listing((grantee,), REFUSED)),))
    assert [found.status for found in findings(account, control="KMS-02")] == [status]


def test_a_policy_that_was_not_read_hides_no_grant() -> None:
    (key,) = c.account().keys.items
    account = c.account(keys=(replace(key, policy=REFUSED, grantees=Listing((c.FOREIGN,))),))
    assert [found.status for found in findings(account, control="KMS-02")] == [Status.FAIL]


@pytest.mark.parametrize(
    ("principal", "status"), [("*", Status.FAIL), ({"AWS": c.ID}, Status.UNKNOWN)], ids=["public", "narrow"]
)
def test_policies_that_were_not_all_read_pass_nothing_and_hide_nothing(
    principal: Any, status: Status
) -> None:
    read = c.resource_policies(c.policy(c.allow("lambda:InvokeFunction", "*", Principal=principal)))
    problem = Unreadable("lambda:ListAliases", "AccessDenied", "", "lambda:ListAliases")
    function = replace(c.function(), policies=Listing(read.items, problem))
    (found, _) = findings(c.account(functions=(function, c.function("other"))), control="LAM-07")
    assert found.status is status


@pytest.mark.parametrize("line", Line)
def test_every_line_of_the_checklist_has_a_control(line: Line) -> None:
    assert [control.id for control in CONTROLS.values() if line in control.checklist]


def test_the_checklist_has_its_six_groups() -> None:
    assert {control.group for control in CONTROLS.values()} == set(Group)
    assert len(Group) == 6


@pytest.mark.parametrize("identifier", CONTROLS)
def test_every_control_cites_the_rule_rightly_and_tells_its_limits(identifier: str) -> None:
    control = CONTROLS[identifier]
    cited = [CITATIONS[paragraph] for paragraph in control.cite.split(", ")]
    strictest = Requirement.REQUIRED if any(c.requirement is Requirement.REQUIRED for c in cited) else None
    assert control.requirement is (strictest or Requirement.ADDRESSABLE)
    for text in (control.blind, control.satisfied_by, control.remedy):
        assert text
