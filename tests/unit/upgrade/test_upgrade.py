"""The guard on upgrades: it sees what goes, and lets pass what says where it goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts.upgrade import addresses
from scripts.upgrade.addresses import problems, records_of
from scripts.upgrade.moves import Move, bare, declared, destination, moves_of

TABLE = {"hash_key": "patient_id", "name": "healthcare-patients", "type": "aws_dynamodb_table"}
OLD = "module.patients_table[0].aws_dynamodb_table.this"
NEW = 'module.tables["patients"].aws_dynamodb_table.this'


def test_what_stays_is_no_problem() -> None:
    assert problems({OLD: TABLE}, {OLD: TABLE, NEW: TABLE}, []) == []


def test_what_vanishes_is_named_with_what_to_do() -> None:
    (said,) = problems({OLD: TABLE}, {}, [])
    assert OLD in said
    assert "`moved`" in said


@pytest.mark.parametrize(
    "moves",
    [
        [Move("module.patients_table[0]", 'module.tables["patients"]')],
        [Move(OLD, NEW)],
        [
            Move(OLD, "module.between.aws_dynamodb_table.this"),
            Move("module.between", 'module.tables["patients"]'),
        ],
        [
            Move("aws_dynamodb_table.this", "aws_dynamodb_table.main", "patients_table"),
            Move("module.patients_table[0].aws_dynamodb_table.main", NEW),
        ],
    ],
)
def test_what_is_moved_is_no_problem(moves: list[Move]) -> None:
    assert problems({OLD: TABLE}, {NEW: TABLE}, moves) == []


def test_a_move_of_another_resource_does_not_count() -> None:
    for move in (
        Move("module.patients", "module.tables"),
        Move("aws_dynamodb_table.this", "aws_dynamodb_table.main"),
    ):
        assert problems({OLD: TABLE}, {NEW: TABLE}, [move]) != []
    assert Move("module.a", "module.b").applied("module.ab.aws_x.y") == "module.ab.aws_x.y"


def test_what_is_removed_in_so_many_words_is_no_problem() -> None:
    assert problems({OLD: TABLE}, {}, [Move("module.patients_table", None)]) == []


def test_a_change_that_replaces_is_named() -> None:
    (said,) = problems({OLD: TABLE}, {OLD: TABLE | {"name": "healthcare-records"}}, [])
    assert "name was 'healthcare-patients'" in said
    (said,) = problems({OLD: TABLE}, {OLD: TABLE | {"type": "aws_s3_bucket"}}, [])
    assert "type was" in said


def test_two_may_not_end_at_one_address() -> None:
    (said,) = problems({OLD: TABLE, NEW: TABLE}, {NEW: TABLE}, [Move(OLD, NEW)])
    assert "both can't be there" in said


def test_moves_that_go_in_a_circle_end() -> None:
    assert destination("aws_x.a", [Move("aws_x.a", "aws_x.b"), Move("aws_x.b", "aws_x.a")]) == "aws_x.a"


def test_blocks_are_read_from_the_root_and_from_its_modules(tmp_path: Path) -> None:
    (tmp_path / "modules" / "table").mkdir(parents=True)
    (tmp_path / "main.tf").write_text(
        'module "patients" {\n  source = "./modules/table"\n}\n\n'
        "moved {\n  from = module.people # its first name\n  to   = module.patients\n}\n\n"
        "removed {\n  from = aws_sqs_queue.old\n\n  lifecycle {\n    destroy = false\n  }\n}\n"
        "# moved {\n#   from = aws_x.a\n#   to = aws_x.b\n# }\n"
        'resource "aws_sqs_queue" "new" {\n}\n'
    )
    (tmp_path / "modules" / "table" / "table.tf").write_text(
        'resource "aws_dynamodb_table" "this" {\n}\n\n'
        "moved {\n  from = aws_dynamodb_table.main\n  to   = aws_dynamodb_table.this\n}\n"
    )
    assert set(moves_of(tmp_path)) == {
        Move("module.people", "module.patients"),
        Move("aws_sqs_queue.old", None),
        Move("aws_dynamodb_table.main", "aws_dynamodb_table.this", "patients"),
    }
    assert declared(tmp_path) == {"aws_sqs_queue.new", "module.patients.aws_dynamodb_table.this"}
    moved = destination("module.people[0].aws_dynamodb_table.main", moves_of(tmp_path))
    assert moved == "module.patients[0].aws_dynamodb_table.this"
    assert bare(moved) in declared(tmp_path)


def test_records_are_of_what_is_stateful_with_what_ties_it() -> None:
    table: dict[str, Any] = {
        "mode": "managed",
        "type": "aws_dynamodb_table",
        "address": f"module.healthcare.{OLD}",
    }
    table["values"] = {"name": "healthcare-patients", "hash_key": "patient_id", "range_key": None, "ttl": []}
    role = {
        "mode": "managed",
        "type": "aws_iam_role",
        "address": "module.healthcare.aws_iam_role.a",
        "values": {},
    }
    data = table | {"mode": "data"}
    module = {"child_modules": [{"resources": [table, role]}], "resources": [data]}
    assert records_of({"planned_values": {"root_module": module}}) == {OLD: TABLE}


def test_the_command_says_what_would_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(addresses, "LIST", tmp_path / "list.json")
    monkeypatch.setattr(addresses, "ROOT", tmp_path)
    monkeypatch.setattr(addresses, "plan_document", dict)
    monkeypatch.setattr(addresses, "records_of", lambda _: {OLD: TABLE})
    assert addresses.main(["--write", "1.2.3"]) == 0
    assert addresses.main([]) == 0
    assert "All 1 stateful resources of 1.2.3 are kept." in capsys.readouterr().out
    monkeypatch.setattr(addresses, "records_of", lambda _: {})
    assert addresses.main([]) == 1
    assert OLD in capsys.readouterr().out
