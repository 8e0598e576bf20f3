"""The generated parts of the modules' READMEs."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.module_docs import BEGIN, END, ModuleDocsError, generate, with_generated_part


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "variables.tf").write_text(
        'variable "name" {\n  description = "What it is | called."\n  type        = string\n}\n\n'
        'variable "sizes" {\n  description = "How large."\n'
        "  type = object({\n    memory = optional(number, 512)\n  })\n"
        "  default  = {}\n  nullable = false\n}\n"
    )
    (tmp_path / "main.tf").write_text('resource "aws_sqs_queue" "this" {\n  name = var.name\n}\n')
    (tmp_path / "outputs.tf").write_text(
        'output "arn" {\n  description = "Its ARN."\n  value       = aws_sqs_queue.this.arn\n}\n'
    )
    return tmp_path


def test_inputs_outputs_and_resources_are_listed(module: Path) -> None:
    generated = generate(module)
    assert "| `name` | `string` | required | What it is \\| called. |" in generated
    assert "| `sizes` | [object](#sizes) | `{}` | How large. |" in generated
    assert "memory = optional(number, 512)" in generated
    assert "| `arn` | Its ARN. |" in generated
    assert "`aws_sqs_queue`" in generated


def test_a_variable_without_description_is_refused(module: Path) -> None:
    (module / "more.tf").write_text('variable "silent" {\n  type = string\n}\n')
    with pytest.raises(ModuleDocsError, match="silent has no description"):
        generate(module)


def test_only_the_part_between_the_markers_is_replaced() -> None:
    readme = f"# head\n\n{BEGIN}\nold\n{END}\n\ntail\n"
    assert with_generated_part(readme, "new", "x") == f"# head\n\n{BEGIN}\n\nnew\n\n{END}\n\ntail\n"


def test_a_readme_without_markers_says_which_to_put() -> None:
    with pytest.raises(ModuleDocsError, match="BEGIN GENERATED"):
        with_generated_part("# head\n", "new", "modules/x")


def test_words_in_angle_brackets_and_in_quotes_are_shown_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "variables.tf").write_text(
        'variable "name" {\n  description = "Name: \\"hl7\\" makes <prefix>-hl7, below `<name>/`."\n'
        "  type = string\n}\n"
    )
    assert '| Name: "hl7" makes &lt;prefix>-hl7, below `<name>/`. |' in generate(tmp_path)
