"""Write the generated part of each module's README from its variables and outputs.

Usage: ``python -m scripts.module_docs [--check]``. Between the two markers stand the inputs, the outputs and
the resources, read from the ``.tf`` files, so that a README cannot say what the code does not.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import hcl2

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- BEGIN GENERATED -->", "<!-- END GENERATED -->"
BLOCK_START = re.compile(r'^(variable|output|resource|module) "([^"]+)"(?: "([^"]+)")? \{', re.MULTILINE)
LONGEST_TYPE_IN_A_TABLE = 40


class ModuleDocsError(Exception):
    """A module or its README cannot be documented; the message says which and why."""


@dataclass(frozen=True)
class Block:
    """One top-level block: its kind, its labels and its text between the braces."""

    kind: str
    labels: tuple[str, ...]
    body: str

    @property
    def description(self) -> str:
        """The description, heredocs unfolded into one line; empty where there is none."""
        labels = " ".join(f'"{label}"' for label in self.labels)
        parsed = hcl2.loads(f"{self.kind} {labels} {{{self.body}}}\n")
        value = unquote(parsed[self.kind][0], self.labels).get("description", "")
        return " ".join(str(value).removeprefix('"').removesuffix('"').replace('\\"', '"').split())

    def argument(self, name: str) -> str | None:
        """The source text of an argument, with its lines as they stand, or ``None``."""
        lines = self.body.splitlines()
        for number, line in enumerate(lines):
            match = re.match(rf"^  {name}\s*=\s*(.*)$", line)
            if match:
                return textwrap.dedent(
                    "\n".join(take_expression(match.group(1), lines[number + 1 :]))
                ).strip()
        return None


def unquote(parsed: dict[str, object], labels: tuple[str, ...]) -> dict[str, object]:
    """python-hcl2 nests a block below each of its labels, which it leaves quoted."""
    inner: object = parsed
    for label in labels:
        assert isinstance(inner, dict)  # noqa: S101 (the shape that python-hcl2 documents)
        inner = inner.get(label, inner.get(f'"{label}"'))
    assert isinstance(inner, dict)  # noqa: S101
    return inner


def take_expression(first: str, following: list[str]) -> list[str]:
    """The lines of an expression: up to the one that closes what its first line opened."""
    lines, depth = [first], bracket_depth(first)
    for line in following:
        if depth <= 0:
            break
        lines.append(line.removeprefix("  "))
        depth += bracket_depth(line)
    return lines


def bracket_depth(line: str) -> int:
    code = re.sub(r'"(?:[^"\\]|\\.)*"|#.*', "", line)
    return sum(code.count(char) for char in "{[(") - sum(code.count(char) for char in "}])")


def read_blocks(module: Path) -> list[Block]:
    """Every top-level variable, output, resource and module block of the folder's ``.tf`` files."""
    blocks = []
    for file in sorted(module.glob("*.tf")):
        text = file.read_text(encoding="utf-8")
        for match in BLOCK_START.finditer(text):
            end = (
                text.index("\n}", match.end() - 1)
                if text[match.end() : match.end() + 1] != "}"
                else match.end()
            )
            labels = tuple(label for label in match.groups()[1:] if label)
            blocks.append(Block(match.group(1), labels, text[match.end() : end + 1]))
    return blocks


def generate(module: Path) -> str:
    """The generated part as Markdown. Raises ``ModuleDocsError`` where a description is missing."""
    blocks = read_blocks(module)
    variables = sorted((b for b in blocks if b.kind == "variable"), key=lambda b: b.labels)
    outputs = sorted((b for b in blocks if b.kind == "output"), key=lambda b: b.labels)
    nameless = [b.labels[0] for b in [*variables, *outputs] if not b.description]
    if nameless:
        raise ModuleDocsError(f"{module.name}: {', '.join(nameless)} has no description. Say what it is for.")
    parts = [inputs_section(variables), outputs_section(outputs), resources_section(blocks)]
    return "\n\n".join(part for part in parts if part)


def inputs_section(variables: list[Block]) -> str:
    rows = ["## Inputs", "", "| name | type | default | what it is |", "| --- | --- | --- | --- |"]
    long_types = []
    for variable in variables:
        name, kind, default = (
            variable.labels[0],
            variable.argument("type") or "",
            variable.argument("default"),
        )
        if "\n" in kind or len(kind) > LONGEST_TYPE_IN_A_TABLE:
            long_types.append(f"### {name}\n\n```hcl\n{kind}\n```")
            kind = f"[{kind.split('(')[0]}](#{name})"
        else:
            kind = f"`{kind}`"
        shown = "required" if default is None else f"`{' '.join(default.split())}`"
        rows.append(f"| `{name}` | {kind} | {shown} | {cell(variable.description)} |")
    return "\n\n".join(["\n".join(rows), *long_types]) if variables else ""


def outputs_section(outputs: list[Block]) -> str:
    rows = ["## Outputs", "", "| name | what it is |", "| --- | --- |"]
    rows += [f"| `{output.labels[0]}` | {cell(output.description)} |" for output in outputs]
    return "\n".join(rows) if outputs else ""


def resources_section(blocks: list[Block]) -> str:
    kinds = sorted({b.labels[0] for b in blocks if b.kind == "resource"})
    return "## Resources\n\n" + ", ".join(f"`{kind}`" for kind in kinds) + "." if kinds else ""


def cell(text: str) -> str:
    """``<name_prefix>-x`` is words outside of code, and no HTML, which Markdown would drop."""
    escaped = re.sub(r"(`[^`]*`)|<", lambda match: match.group(1) or "&lt;", text)
    return escaped.replace("|", "\\|")


def with_generated_part(readme: str, generated: str, name: str) -> str:
    if BEGIN not in readme or END not in readme:
        raise ModuleDocsError(
            f"{name}/README.md lacks the markers {BEGIN} and {END}. Put them where the tables go."
        )
    head, tail = readme.split(BEGIN)[0], readme.split(END)[1]
    return f"{head}{BEGIN}\n\n{generated}\n\n{END}{tail}"


def modules() -> list[Path]:
    return sorted(path.parent for path in (ROOT / "modules").glob("*/variables.tf"))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write, or check, the modules' READMEs.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a README is stale")
    check = parser.parse_args(arguments).check
    stale = []
    try:
        for module in modules():
            readme = module / "README.md"
            if not readme.exists():
                raise ModuleDocsError(
                    f"modules/{module.name} has no README.md. Write what it is for, and an example."
                )
            before = readme.read_text(encoding="utf-8")
            after = with_generated_part(before, generate(module), f"modules/{module.name}")
            if before != after:
                stale.append(module.name)
                if not check:
                    readme.write_text(after, encoding="utf-8")
    except ModuleDocsError as error:
        print(error, file=sys.stderr)
        return 1
    if check and stale:
        print(f"Stale: modules/{', modules/'.join(stale)}. Run `make docs` and commit.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
