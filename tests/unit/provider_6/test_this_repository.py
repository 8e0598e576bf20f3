"""What is used here is in hashicorp/aws 6.x: the check itself, on the repository as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.provider_6 import checklist, schema
from scripts.provider_6.__main__ import problems_of, types_of
from scripts.provider_6.check import check
from scripts.provider_6.usage import Usage, files, usage

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def here() -> Usage:
    return usage(ROOT, files(ROOT))


def test_all_that_is_used_here_is_in_6(here: Usage) -> None:
    problems = problems_of(here)
    assert problems == [], "\n" + "\n".join(problems)


def test_it_looks_at_every_block_of_every_root_and_module(here: Usage) -> None:
    """Counted another way, so that a parser that sees nothing is no clean bill of health."""
    counted = sum(
        len(re.findall(r'^(?:resource|data|ephemeral) "aws_|^provider "aws"', file.read_text(), re.MULTILINE))
        for file in files(ROOT)
    )
    assert len(here.written) == counted > 200
    looked_in = {Path(block.file).parts[0] for block in here.written}
    assert {"modules", "environments"} <= looked_in
    assert len(here.read) > 300


def test_the_extract_says_what_it_is_made_of(here: Usage) -> None:
    extract = schema.load()
    assert re.fullmatch(r"6\.\d+\.\d+", extract.version)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", extract.date)
    assert re.search(r"SHA-256 [0-9a-f]{64}$", extract.source)
    assert types_of(here) <= set(extract.types), schema.RENEW


def test_every_change_of_the_guide_has_a_judgement() -> None:
    judged = checklist.load()
    assert len({change.title for change in judged.changes}) == len(judged.changes) >= 17
    assert all(change.judgement.endswith(".") for change in judged.changes)


def test_a_judgement_falls_once_the_thing_is_used(here: Usage, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "aws_redshift_cluster" "this" {\n  cluster_identifier = "reports"\n}\n'
        'output "where" {\n  value = aws_s3_bucket.records.region\n}\n'
    )
    more = usage(tmp_path, [tmp_path / "main.tf"])
    broken = checklist.contradicted(checklist.load(), more)
    assert [text.split()[0] for text in broken] == [
        "*.region",
        "aws_s3_bucket.region",
        "aws_redshift_cluster",
    ]


def test_what_is_judged_by_hand_is_still_in_use(here: Usage) -> None:
    judged, findings = checklist.load(), check(here, schema.load())
    assert checklist.stale(judged, findings) == []
    assert len(checklist.stale(judged, [])) == len(judged.judged) > 0
