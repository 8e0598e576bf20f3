"""Prices, plans, assumptions, the report, and the command."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scripts.cost.__main__ import main
from scripts.cost.assumptions import AssumptionError, Assumptions
from scripts.cost.components import Line
from scripts.cost.documents import BEGIN, END, DocumentError, with_figures
from scripts.cost.plan import PlanError, read
from scripts.cost.prices import TABLE, PriceError, load
from scripts.cost.report import as_json, as_text, priced
from scripts.cost.unpriced import FREE, PRICED
from tests.unit.scripts.cost.stacks import reported, resource

ROOT = Path(__file__).resolve().parents[4]
TODAY = load().as_of


def plan(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"planned_values": {"root_module": {"resources": list(resources)}}} | more


def planned(kind: str, **values: Any) -> dict[str, Any]:
    return {"address": f"{kind}.this", "mode": "managed", "type": kind, "values": values}


def written(folder: Path, document: Any) -> str:
    path = folder / "plan.json"
    path.write_text(json.dumps(document))
    return str(path)


class TestPrices:
    def test_each_has_dollars_a_unit_and_a_source(self) -> None:
        for price in load().prices.values():
            assert price.usd > 0
            assert price.unit
            assert price.source.startswith("https://")
            assert price.unchecked is False or price.seen == "", f"{price.name}: seen, and yet unchecked"

    def test_each_is_used(self) -> None:
        sources = "".join((TABLE.parent / f"{name}.py").read_text() for name in ("components", "requests"))
        made = {f"cognito_{tier}_user" for tier in ("lite", "essentials", "plus")} | {
            f"lambda_{kind}{architecture}_gb_second"
            for kind in ("", "provisioned_")
            for architecture in ("arm64", "x86_64")
        }
        assert {name for name in load().prices if f'"{name}"' not in sources} == made

    def test_a_missing_one_ends_it(self) -> None:
        with pytest.raises(PriceError, match="no price 'moon_dust'"):
            list(priced(load(), [Line("Moon", "dust", "moon_dust", Decimal(1))]))

    @pytest.mark.parametrize("usd", ['"0"', '"-1"', '"much"', "[]"])
    def test_a_wrong_one_ends_it(self, tmp_path: Path, usd: str) -> None:
        table = tmp_path / "prices.toml"
        table.write_text(
            f'date = "2026-01-01"\nregion = "r"\n[prices.a]\nusd = {usd}\n'
            'unit = "u"\nsource = "s"\nseen = ""\n'
        )
        with pytest.raises(PriceError, match=r"prices\.toml"):
            load(table)

    def test_a_table_older_than_a_year_is_stale(self) -> None:
        assert not load().is_stale(TODAY + timedelta(days=365))
        assert load().is_stale(TODAY + timedelta(days=366))

    def test_types_are_priced_or_free_and_not_both(self) -> None:
        assert not PRICED & FREE


class TestPlan:
    def test_what_is_no_plan_is_refused(self) -> None:
        with pytest.raises(PlanError, match="no planned_values"):
            read({"format_version": "1.0"})

    def test_a_state_is_read_too(self) -> None:
        state = {"values": {"root_module": {"resources": [planned("aws_kms_key")]}}}
        assert len(read(state).of_type("aws_kms_key")) == 1

    def test_data_sources_are_none_of_it(self) -> None:
        source = planned("aws_kms_key") | {"mode": "data"}
        assert read(plan(source)).resources == ()

    @pytest.mark.parametrize(
        "document",
        [
            {"variables": {"network": {"value": {"interface_endpoint_zones": ["a"]}}}},
            {
                "configuration": {
                    "root_module": {
                        "module_calls": {
                            "healthcare": {
                                "expressions": {
                                    "network": {"constant_value": {"interface_endpoint_zones": ["a"]}}
                                }
                            }
                        }
                    }
                }
            },
        ],
    )
    def test_the_zones_of_endpoints_where_the_root_names_them(self, document: dict[str, Any]) -> None:
        assert read(plan(**document)).named_endpoint_zones == 1
        assert read(plan()).named_endpoint_zones is None

    def test_an_empty_set_names_no_zone(self) -> None:
        document: dict[str, Any] = {"variables": {"network": {"value": {"interface_endpoint_zones": []}}}}
        assert read(plan(**document)).named_endpoint_zones is None

    def test_an_endpoints_zones_from_the_configuration(self) -> None:
        endpoint = planned("aws_vpc_endpoint", vpc_endpoint_type="Interface") | {
            "address": 'aws_vpc_endpoint.this["kms"]'
        }
        subnets = [
            planned("aws_subnet", availability_zone=zone) | {"address": f'aws_subnet.private["{zone}"]'}
            for zone in "abc"
        ]
        expressions = {"subnet_ids": {"references": ["local.zones", "aws_subnet.private"]}}
        block = {"address": "aws_vpc_endpoint.this", "expressions": expressions}
        stack = read(plan(endpoint, *subnets, configuration={"root_module": {"resources": [block]}}))
        assert stack.zones(stack.of_type("aws_vpc_endpoint")[0]) == 3


class TestAssumptions:
    def test_one_can_be_changed(self) -> None:
        assert Assumptions().changed(["seconds=0.25"]).seconds == Decimal("0.25")

    @pytest.mark.parametrize(
        "given", ["second=1", "seconds", "seconds=fast", "seconds=-1", "seconds=Infinity"]
    )
    def test_a_wrong_one_is_refused(self, given: str) -> None:
        with pytest.raises(AssumptionError, match="second"):
            Assumptions().changed([given])


class TestUnpriced:
    @pytest.mark.parametrize(
        ("kind", "values", "told"),
        [
            ("aws_instance", {}, "aws_instance (1)"),
            ("aws_rds_cluster", {}, "fixed size"),
            ("aws_rds_cluster_instance", {"instance_class": "db.r8g.large"}, "db.r8g.large"),
            ("aws_rds_cluster_instance", {"performance_insights_retention_period": 731}, "seven days"),
            ("aws_api_gateway_stage", {"cache_cluster_enabled": True, "cache_cluster_size": "0.5"}, "0.5 GB"),
            ("aws_dynamodb_table", {"billing_mode": "PROVISIONED"}, "provisioned"),
            ("aws_accessanalyzer_analyzer", {"type": "ACCOUNT_UNUSED_ACCESS"}, "unused access"),
            ("aws_lambda_event_source_mapping", {"provisioned_poller_config": [{}]}, "pollers"),
            ("aws_networkfirewall_firewall", {}, "zones"),
            ("aws_vpc_endpoint", {"vpc_endpoint_type": "Resource"}, "another price"),
            ("aws_sns_topic_subscription", {"protocol": "sms"}, "text messages"),
        ],
    )
    def test_what_may_cost_is_told(self, kind: str, values: dict[str, Any], told: str) -> None:
        (sentence,) = reported(resource(kind, **values)).unpriced
        assert told in sentence

    def test_every_type_of_the_modules_is_priced_or_known_to_be_free(self) -> None:
        files = [*ROOT.glob("*.tf"), *ROOT.glob("modules/**/*.tf"), *ROOT.glob("environments/*/*.tf")]
        kinds = {
            kind
            for file in files
            for kind in re.findall(r'^resource "(\w+)"', file.read_text(), re.MULTILINE)
        }
        assert "aws_lambda_function" in kinds
        assert sorted(kinds - PRICED - FREE) == [], "Price it in components.py, or put it into types.toml."

    def test_what_is_free_is_not(self) -> None:
        assert reported(resource("aws_iam_role"), resource("aws_kms_key")).unpriced == ()


class TestReport:
    report = reported(
        resource("aws_kms_key"),
        resource("aws_inspector2_enabler", resource_types=["LAMBDA"]),
        resource("aws_lambda_function", function_name="f"),
        resource("aws_instance"),
        resource("aws_api_gateway_rest_api"),
    )

    def test_the_components_come_to_the_total(self) -> None:
        rows = self.report.components()
        assert sum(row[1] for row in rows) == self.report.idle_usd
        assert sum(row[2] for row in rows) == self.report.requested_usd
        assert rows == sorted(rows, key=lambda row: -(row[1] + row[2]))

    def test_the_text_says_what_is_assumed_missing_and_unchecked(self) -> None:
        text = as_text(self.report, TODAY)
        assert "seconds = 1" in text
        assert "aws_instance (1)" in text
        assert "inspector_function = 0.30" in text
        assert "WARNING" not in text

    def test_a_stale_table_warns(self) -> None:
        assert "WARNING: the table of prices is 400 days old" in as_text(
            self.report, TODAY + timedelta(days=400)
        )

    def test_json_has_the_same_figures(self) -> None:
        document = json.loads(json.dumps(as_json(self.report, TODAY)))
        assert document["total"] == pytest.approx(document["idle"] + document["requested"], abs=0.001)
        assert sum(line["usd"] for line in document["lines"]) == pytest.approx(document["total"], abs=0.01)
        assert document["components"]["KMS keys"] == {"idle": 1.0, "requested": 0.0}
        assert "inspector_function" in document["unchecked_prices"]


class TestCommand:
    def test_priced_or_free_is_0(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        given = written(tmp_path, plan(planned("aws_kms_key"), planned("aws_iam_role")))
        assert main(["--plan", given, "--output", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["total"] == 1.0

    def test_something_unknown_is_3(self, tmp_path: Path) -> None:
        assert main(["--plan", written(tmp_path, plan(planned("aws_instance")))]) == 3

    def test_no_plan_is_1(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--plan", str(tmp_path / "none.json")]) == 1
        assert "terraform show -json" in capsys.readouterr().err

    def test_a_table_that_lacks_a_price_is_1(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        table = tmp_path / "prices.toml"
        table.write_text(TABLE.read_text().replace("[prices.kms_key]", "[prices.kms_kee]"))
        given = written(tmp_path, plan(planned("aws_kms_key")))
        assert main(["--plan", given, "--prices", str(table)]) == 1
        assert "'kms_key'" in capsys.readouterr().err

    def test_an_old_table_warns_and_counts(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        table = tmp_path / "prices.toml"
        table.write_text(TABLE.read_text().replace(f'"{TODAY}"', f'"{date(2020, 1, 1)}"'))
        given = written(tmp_path, plan(planned("aws_kms_key")))
        assert main(["--plan", given, "--prices", str(table), "--output", "json"]) == 0
        assert "days old (2020-01-01)" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "words", [[], ["--plan", "a", "--environment", "b"], ["--plan", "a", "--requests", "0"]]
    )
    def test_wrong_arguments_are_2(self, words: list[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2


def test_figures_go_between_the_markers() -> None:
    assert with_figures(f"a\n{BEGIN}\nold\n{END}\nb\n", "new", "x") == f"a\n{BEGIN}\nnew\n{END}\nb\n"
    with pytest.raises(DocumentError, match="x needs"):
        with_figures("no markers", "new", "x")
