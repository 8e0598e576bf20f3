"""What a plan would change, and the hash of it: the same for the same changes, another for any other."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from scripts.ci.changes import Changes, PlanFormError, changes_of, read_changes
from scripts.environments.environment import Environment

PROVIDERS = {"registry.terraform.io/hashicorp/aws": "5.100.0"}


def read(document: dict[str, Any], providers: dict[str, str] = PROVIDERS) -> Changes:
    return read_changes(document, providers)


def change(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    values = {
        "actions": list(actions),
        "before": {"size": 1},
        "after": {"size": 2},
        "after_unknown": {"id": True},
    }
    return {"address": address, "change": values | more}


def plan(*changes: dict[str, Any], **outputs: Any) -> dict[str, Any]:
    return {"terraform_version": "1.11.4", "resource_changes": list(changes), "output_changes": outputs}


EVERY = plan(
    change("a.new", "create"),
    change("a.newer", "create"),
    change("a.changed", "update"),
    change("a.replaced", "delete", "create"),
    change("a.replaced_later", "create", "delete"),
    change("a.gone", "delete"),
    change("a.forgotten", "forget"),
    change("a.same", "no-op"),
    change("data.a.read", "read"),
    change("a.taken_over", "no-op", importing={"id": "x"}),
    change("a.moved", "no-op") | {"previous_address": "b.moved"},
    url={"actions": ["update"], "before": "a", "after": "b"},
    same={"actions": ["no-op"], "before": "a", "after": "a"},
)


def test_it_counts_what_terraform_counts() -> None:
    found = read(EVERY)
    assert found.counts == {
        "create": 2,
        "change": 1,
        "replace": 2,
        "destroy": 1,
        "forget": 1,
        "import": 1,
        "moved": 1,
        "output": 1,
    }
    assert found.lost == ("a.gone", "a.replaced", "a.replaced_later")
    assert not found.nothing


def test_nothing_is_nothing() -> None:
    assert read(plan(change("a.same", "no-op"), change("data.a.read", "read"))).nothing
    assert read(plan()).sha256 == read(plan(change("a.same", "no-op"))).sha256


def test_the_order_of_terraforms_list_does_not_matter() -> None:
    turned = EVERY | {"resource_changes": list(reversed(EVERY["resource_changes"])), "timestamp": "later"}
    assert read(turned).sha256 == read(EVERY).sha256


@pytest.mark.parametrize(
    "different",
    [
        plan(change("a.y", "update")),
        plan(change("a.x", "delete", "create")),
        plan(change("a.x", "update", before={"size": 0})),
        plan(change("a.x", "update", after={"size": 3})),
        plan(change("a.x", "update", after={"size": 2, "more": None})),
        plan(change("a.x", "update", after_unknown={})),
        plan(change("a.x", "update", importing={"id": "i"})),
        plan(change("a.x", "update", replace_paths=[["size"]])),
        plan(change("a.x", "update") | {"deposed": "0123abcd"}),
        plan(change("a.x", "update") | {"previous_address": "a.w"}),
        plan(change("a.x", "update"), change("a.y", "create")),
        plan(change("a.x", "update"), url={"actions": ["update"], "before": "a", "after": "c"}),
        plan(change("a.x", "update")) | {"terraform_version": "1.12.0"},
        plan(),
    ],
)
def test_any_other_change_has_another_hash(different: dict[str, Any]) -> None:
    assert read(plan(change("a.x", "update"))).sha256 != read(different).sha256


@pytest.mark.parametrize(
    "providers",
    [
        {},
        {"registry.terraform.io/hashicorp/aws": "6.0.0"},
        {"registry.example.org/hashicorp/aws": "5.100.0"},
        PROVIDERS | {"registry.terraform.io/hashicorp/random": "3.7.2"},
    ],
)
def test_the_same_changes_by_other_providers_have_another_hash(providers: dict[str, str]) -> None:
    assert read(EVERY, providers).sha256 != read(EVERY).sha256


def test_it_names_what_planned_it() -> None:
    assert read(EVERY).made_with == ("Terraform 1.11.4", "hashicorp/aws 5.100.0")


def test_a_saved_plan_is_read_with_its_providers(tmp_path: Path) -> None:
    environment = Environment("prod", tmp_path, "123456789012", "us-east-1")
    environment.saved.mkdir(parents=True)
    environment.document.write_text(json.dumps(EVERY))
    with pytest.raises(FileNotFoundError, match=r"providers\.json"):
        changes_of(environment)
    environment.providers.write_text(json.dumps(PROVIDERS))
    assert changes_of(environment) == read(EVERY)


def hidden(value: str, **more: str) -> dict[str, Any]:
    after = {"name": "n", "password": value, "rules": [{"key": value, "port": 1}, {"port": 2}]} | more
    sensitive = {"password": True, "rules": [{"key": True}]}
    return plan(
        change(
            "a.x", "update", after=after, after_sensitive=sensitive, before=after, before_sensitive=sensitive
        ),
        secret={
            "actions": ["update"],
            "before": value,
            "after": value,
            "before_sensitive": True,
            "after_sensitive": True,
        },
    )


def test_sensitive_values_are_not_in_the_hash_and_the_others_beside_them_are() -> None:
    assert read(hidden("first")).sha256 == read(hidden("second")).sha256
    assert read(hidden("first")).sha256 != read(hidden("first", name="m")).sha256
    other = deepcopy(hidden("first"))
    other["resource_changes"][0]["change"]["after"]["rules"][1]["port"] = 3
    assert read(hidden("first")).sha256 != read(other).sha256


def test_an_action_that_is_not_known_is_no_small_thing() -> None:
    with pytest.raises(
        PlanFormError, match=r"a\.x is to be treated in a way that is not known here: evaporate"
    ):
        read(plan(change("a.x", "evaporate")))


def test_what_a_newer_terraform_would_do_besides_is_refused() -> None:
    document = plan(change("a.x", "update"))
    assert read(document | {"action_invocations": [], "deferred_changes": []}).counts
    with pytest.raises(PlanFormError, match="has action_invocations, which no hash here covers"):
        read(document | {"action_invocations": [{"address": "action.aws_lambda_invoke.now"}]})


def test_another_document_is_refused() -> None:
    with pytest.raises(PlanFormError, match="terraform show -json"):
        read({"findings": []})
