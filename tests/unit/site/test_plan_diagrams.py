"""Pictures that say what they show, and a plan that says otherwise."""

from __future__ import annotations

import pytest

from scripts.site import plan_diagrams
from scripts.site.plan_facts import PlanFacts, facts
from scripts.site.problems import SiteError

PLAN = PlanFacts(
    addresses=frozenset(
        {
            "module.ingest.aws_lambda_function.this",
            "module.ingest.aws_sqs_queue.dead_letters",
            "module.messages.aws_sqs_queue.this",
            "module.events_table.aws_dynamodb_table.this",
            "module.other_table.aws_dynamodb_table.this",
        }
    ),
    alarms={},
    references={"module.ingest": frozenset({"module.messages", "local.events_table_arn"})},
)
DRAWN = """
flowchart LR
  accTitle: Messages
  %% sender: outside
  %% queue: module.messages.*
  %% ingest: module.ingest.*
  %% table: module.events_table.*
  sender(["Sender"])
  subgraph vpc["VPC"]
    ingest["ingest"]
  end
  queue["queue"]
  table[("events")]
  sender -- "TLS" --> queue
  queue --> ingest
  ingest -.-> table
"""


def problems(source: str) -> list[str]:
    return list(plan_diagrams.problems(plan_diagrams.parse(source), PLAN))


def test_a_true_picture() -> None:
    assert problems(DRAWN) == []


def test_a_box_that_is_not_planned() -> None:
    source = DRAWN.replace("module.messages.*", "module.messages.aws_sns_topic.this")
    assert "queue: the plan has no module.messages.aws_sns_topic.this" in problems(source)


def test_a_line_between_what_nothing_joins() -> None:
    source = DRAWN.replace("module.events_table.*", "module.other_table.*")
    assert problems(source) == [
        "ingest and table are joined by an edge, and nothing in the configuration joins them"
    ]


def test_a_box_that_says_nothing_and_a_comment_on_none() -> None:
    source = DRAWN.replace("%% queue:", "%% topic:")
    assert problems(source)[:2] == [
        "queue does not say what it is: add `%% queue: <addresses>` or `%% queue: outside`",
        "`%% topic:` speaks of a node that is not drawn",
    ]


def test_a_line_to_a_box_that_is_not_drawn() -> None:
    source = DRAWN + "  ingest --> archive\n"
    assert "an edge joins ingest and archive: archive is no node" in problems(source)


def test_what_nobody_drew() -> None:
    drawn = [plan_diagrams.parse(DRAWN)]
    assert plan_diagrams.left_out(drawn, PLAN) == {"module.other_table"}
    without = [plan_diagrams.parse(DRAWN.replace("  ingest -.-> table\n", ""))]
    assert list(plan_diagrams.missing_edges(drawn, PLAN)) == []
    assert list(plan_diagrams.missing_edges(without, PLAN)) == [
        "module.ingest uses module.events_table, and no edge says so"
    ]


def test_a_line_of_mermaid_that_is_not_known_is_refused() -> None:
    with pytest.raises(SiteError, match="a ==> b"):
        plan_diagrams.parse("flowchart LR\n  a ==> b\n")


def test_a_box_for_all_of_a_kind_draws_none_of_them() -> None:
    """`module.*_table` would take in tables that nobody thought of."""
    source = DRAWN + "  %% tables: module.*_table.*\n  tables[(all)]\n"
    assert problems(source) == []
    assert plan_diagrams.left_out([plan_diagrams.parse(source)], PLAN) == {"module.other_table"}


def test_facts_of_a_plan() -> None:
    alarm = {
        "address": 'module.healthcare.module.a[0].aws_cloudwatch_metric_alarm.this["k.v"]',
        "mode": "managed",
        "type": "aws_cloudwatch_metric_alarm",
        "values": {"alarm_name": "healthcare-x", "alarm_description": "X happened"},
    }
    call = {"expressions": {"x": {"references": ["module.b[0].name", "module.b[0]"]}}}
    root = {"module": {"module_calls": {"a": call}, "resources": []}}
    document = {
        "planned_values": {"root_module": {"child_modules": [{"resources": [alarm]}]}},
        "configuration": {"root_module": {"module_calls": {"healthcare": root}}},
    }
    read = facts(document)
    assert read.addresses == {"module.a.aws_cloudwatch_metric_alarm.this"}
    assert read.alarms == {"x": "X happened"}
    assert read.references["module.a"] == {"module.b"}
