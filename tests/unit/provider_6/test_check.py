"""What the check finds, tried on configurations with one thing wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.provider_6 import schema
from scripts.provider_6.check import Finding, check
from scripts.provider_6.schema import Schema
from scripts.provider_6.usage import usage

KEY = 'resource "aws_kms_key" "this" {\n  description = "records"\n}\n'
SMALL = Schema(
    version="6.69.1",
    date="2026-11-22",
    source="this test",
    types={
        "provider aws": {"region": "o string"},
        "data aws_region": {"region": "oc string"},
        "resource aws_kms_key": {"arn": "c string", "description": "o string", "tags": "o stringMap"},
        "resource aws_thing": {
            "arn": "c string",
            "name": "r string",
            "key_arn": "o string",
            "rule": {
                "": "o list",
                "id": "r string",
                "size": "oc number",
                "end": {"": "o list", "days": "o number"},
            },
            "statement": "o any",
        },
    },
)


def found(tmp_path: Path, text: str, extract: Schema = SMALL) -> list[Finding]:
    file = tmp_path / "main.tf"
    file.write_text(text)
    return check(usage(tmp_path, [file]), extract)


def problems(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    return [(finding.path, finding.problem) for finding in found(tmp_path, text)]


def thing(body: str) -> str:
    return f'resource "aws_thing" "this" {{\n  name = "a"\n{body}\n}}\n'


def test_what_is_there_is_taken(tmp_path: Path) -> None:
    text = (
        KEY
        + thing(
            "  count = 2\n  key_arn = aws_kms_key.this.arn\n  depends_on = [aws_kms_key.this]\n"
            '  rule {\n    id = "x"\n    end {\n      days = length(aws_kms_key.this)\n    }\n  }\n'
            "  lifecycle {\n    ignore_changes = [key_arn]\n  }\n"
            '  dynamic "rule" {\n    for_each = var.rules\n    content {\n      id = rule.value.anything\n'
            "      size = 1\n    }\n  }\n"
        )
        + 'output "tag" {\n  value = aws_kms_key.this.tags["aws_thing.this.gone"]\n}\n'
        + "moved {\n  from = aws_thing.old\n  to = aws_thing.this\n}\n"
    )
    assert problems(tmp_path, text) == []


@pytest.mark.parametrize(
    ("body", "path", "problem"),
    [
        ("  vpc = true\n", "vpc", "missing"),
        ('  rule {\n    id = "x"\n    gone = 1\n  }\n', "rule.gone", "missing"),
        ('  rule {\n    id = "x"\n    end {\n      gone = 1\n    }\n  }\n', "rule.end.gone", "missing"),
        ('  gone {\n    id = "x"\n  }\n', "gone", "missing"),
        ('  key_arn {\n    id = "x"\n  }\n', "key_arn", "missing"),
        (
            '  dynamic "gone" {\n    for_each = [1]\n    content {\n      id = "x"\n    }\n  }\n',
            "gone",
            "missing",
        ),
        (
            '  dynamic "rule" {\n    for_each = []\n    content {\n      id = 1\n      gone = 1\n    }\n  }',
            "rule.gone",
            "missing",
        ),
        ('  arn = "arn:aws:thing"\n', "arn", "read-only"),
        ("  rule {\n    size = 1\n  }\n", "rule.id", "required"),
        (
            "  statement {\n    byte_match {\n      field = 1\n    }\n  }\n",
            "statement.byte_match.field",
            "unchecked",
        ),
    ],
)
def test_what_is_written_and_not_taken_is_found(tmp_path: Path, body: str, path: str, problem: str) -> None:
    assert problems(tmp_path, thing(body)) == [(path, problem)]


def test_what_must_be_given_is_missed(tmp_path: Path) -> None:
    assert problems(tmp_path, 'resource "aws_thing" "this" {\n}\n') == [("name", "required")]


@pytest.mark.parametrize(
    "expression",
    [
        "aws_kms_key.this.gone",
        "aws_kms_key.this[0].gone",
        'aws_kms_key.this["a]b"].gone',
        "aws_kms_key.this[*].gone",
        "one(aws_kms_key.this.*.gone)",
        '"arn:${aws_kms_key.this.gone}:x"',
        '"${upper("${aws_kms_key.this.gone}")}"',
        "[for key in aws_kms_key.this : key.gone]",
        "{ for name, key in aws_kms_key.this : name => key.gone }",
        "[for key in concat(values(aws_kms_key.this), aws_kms_key.this) : key.gone]",
        "{ (aws_kms_key.this.gone) = 1 }",
    ],
)
def test_what_is_read_and_not_there_is_found(tmp_path: Path, expression: str) -> None:
    assert ("gone", "missing") in problems(tmp_path, f"{KEY}locals {{\n  value = {expression}\n}}\n")


def test_what_is_read_by_a_loops_name_is_found(tmp_path: Path) -> None:
    text = KEY + thing("  for_each = aws_kms_key.this\n  key_arn = each.value.gone\n")
    assert problems(tmp_path, text) == [("gone", "missing")]
    dynamic = (
        '  dynamic "rule" {\n    for_each = var.on ? aws_kms_key.this : []\n'
        "    content {\n      id = rule.value.gone\n    }\n  }\n"
    )
    assert problems(tmp_path, KEY + thing(dynamic)) == [("gone", "missing")]
    named = dynamic.replace("    content", "    iterator = key\n    content").replace(
        "rule.value", "key.value"
    )
    assert problems(tmp_path, KEY + thing(named)) == [("gone", "missing")]


def test_text_is_no_reading(tmp_path: Path) -> None:
    text = f'{KEY}locals {{\n  hint = "see aws_kms_key.this.gone, or $${{aws_kms_key.this.gone}}"\n}}\n'
    assert problems(tmp_path, text) == []


def test_a_whole_object_that_is_handed_on_is_found(tmp_path: Path) -> None:
    assert problems(tmp_path, f'{KEY}output "key" {{\n  value = aws_kms_key.this\n}}\n') == [("", "whole")]


def test_a_type_that_the_extract_lacks_says_how_to_renew_it(tmp_path: Path) -> None:
    for kind in ("resource", "data", "ephemeral"):
        (finding,) = found(tmp_path, f'{kind} "aws_new_thing" "this" {{\n}}\n')
        assert finding.problem == "unknown"
        assert "make provider-6-renew" in str(finding)


def test_a_data_source_and_the_provider_are_looked_at_too(tmp_path: Path) -> None:
    text = (
        'provider "aws" {\n  shared = 1\n}\ndata "aws_region" "this" {\n}\n'
        "locals {\n  region = data.aws_region.this.gone\n}\n"
    )
    assert problems(tmp_path, text) == [("shared", "missing"), ("gone", "missing")]


def test_other_providers_are_none_of_its_business(tmp_path: Path) -> None:
    assert problems(tmp_path, 'resource "random_id" "aws" {\n  byte_length = 4\n}\n') == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('resource "aws_eip" "a" {\n  vpc = true\n}\n', "vpc"),
        (
            'resource "aws_flow_log" "a" {\n  log_group_name = "a"\n  vpc_id = "vpc-1"\n}\n',
            "log_group_name",
        ),
        (
            'resource "aws_api_gateway_deployment" "a" {\n  rest_api_id = "a"\n  stage_name = "v1"\n}\n',
            "stage_name",
        ),
        ("locals {\n  url = aws_api_gateway_deployment.a.invoke_url\n}\n", "invoke_url"),
    ],
)
def test_the_extract_shows_what_6_removed(tmp_path: Path, text: str, path: str) -> None:
    """All of these are fine in 5.100, which is what `terraform validate` knows here."""
    findings = found(tmp_path, text, schema.load())
    assert [(finding.path, finding.problem) for finding in findings] == [(path, "missing")]
