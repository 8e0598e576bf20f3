"""scripts/constructs: which Python becomes of which variable, and what is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.constructs.__main__ import main
from scripts.constructs.render import module_text
from scripts.constructs.variables import Attribute, Collection, ConstructsError, Record, Scalar, read_module

PACKAGED = "object({ s3 = optional(object({ key = string })) })"


def variable(name: str, kind: str, rest: str = "") -> str:
    return f'variable "{name}" {{\n  description = "What it is."\n  type = {kind}\n  {rest}\n}}\n'


def text_of(folder: Path, *variables: str) -> str:
    (folder / "variables.tf").write_text("\n".join(variables))
    return module_text("Thing", "modules/thing", *read_module(folder))


def test_a_type_is_read_with_its_comments_defaults_and_optional_attributes(tmp_path: Path) -> None:
    (tmp_path / "variables.tf").write_text(
        variable(
            "api",
            """object({ # a comment with "quotes", commas and {
    names = optional(set(string), ["a,b", "c"]) # and another }
    burst = optional(number, 0.5)
    inner = map(object({ on = optional(bool, true), "quoted" = string }))
  })""",
            "nullable = false",
        )
        + 'output "url" {\n  description = <<-EOT\n    Two\n    lines.\n  EOT\n  value = 1\n}\n'
    )
    (api,), (url,) = read_module(tmp_path)
    assert api.type == Record(
        (
            Attribute("names", Collection("set", Scalar("string")), required=False, default=["a,b", "c"]),
            Attribute("burst", Scalar("number"), required=False, default=0.5),
            Attribute(
                "inner",
                Collection(
                    "map",
                    Record(
                        (
                            Attribute("on", Scalar("bool"), required=False, default=True),
                            Attribute("quoted", Scalar("string"), required=True),
                        )
                    ),
                ),
                required=True,
            ),
        )
    )
    assert (api.required, api.nullable) == (True, False)
    assert (url.name, url.description) == ("url", "Two lines.")


def test_an_argument_says_whether_it_is_needed_and_whether_it_may_be_null(tmp_path: Path) -> None:
    text = text_of(
        tmp_path,
        variable("needed", "string"),
        variable("off", "string", "default = null"),
        variable("ceiling", "number", "default = 20"),
        variable("size", "number", "default = 20\n  nullable = false"),
        variable("tags", "map(string)", "default = {}\n  nullable = false"),
    )
    assert "        needed: str,\n" in text
    assert "        off: str | None = None,\n" in text
    assert "        ceiling: float | Output | None = 20,\n" in text
    assert "        size: float | Output = 20,\n" in text
    assert "        tags: Mapping[str, str] | Output = MappingProxyType({}),\n" in text


def test_what_is_the_same_in_two_places_is_one_class(tmp_path: Path) -> None:
    text = text_of(
        tmp_path,
        variable("one", f"object({{ package = optional({PACKAGED}, {{}}) }})"),
        variable("two", f"object({{ package = optional({PACKAGED}, {{}}), zip = optional({PACKAGED}) }})"),
        variable("three", "object({ package = object({ name = string }) })"),
    )
    assert text.count("class Package:") == 1
    assert text.count("class PackageS3:") == 1
    assert "zip: Package | Output | None = None" in text
    assert "class ThreePackage:" in text


def test_a_word_of_pythons_own_gets_an_underscore(tmp_path: Path) -> None:
    text = text_of(tmp_path, variable("prefixes", "object({ lambda = optional(string) })"))
    assert "lambda_: str | None = None" in text


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ([variable("anything", "any")], "anything has the type 'any'"),
        ([variable("pair", "tuple([string, number])")], "pair has the type 'tuple'"),
        ([variable("deep", "map(object({ inner = list(any) }))")], "deep.inner has the type 'any'"),
        ([variable("scope", "string")], "scope is an argument that every construct has"),
        ([variable("from_", "string")], "from_ ends with an underscore"),
        ([variable("thing", "object({ a = string })")], "would be the class Thing"),
        (
            [
                variable("a", "object({ b_c = object({ x = string }) })"),
                variable("a_b", "object({ c = object({ y = string }) })"),
            ],
            "a_b.c would be the class ABC",
        ),
    ],
)
def test_what_has_no_python_is_refused_by_name(tmp_path: Path, variables: list[str], said: str) -> None:
    with pytest.raises(ConstructsError, match=said):
        text_of(tmp_path, *variables)


def test_a_stale_file_is_named_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "queue.py").write_text("old")
    (tmp_path / "table.py").write_text("new")
    monkeypatch.setattr("scripts.constructs.__main__.PACKAGE", tmp_path)
    monkeypatch.setattr(
        "scripts.constructs.__main__.generate", lambda root: {"queue.py": "new", "table.py": "new"}
    )
    assert main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "queue.py" in said
    assert "table.py" not in said
    assert (tmp_path / "queue.py").read_text() == "old"
    assert main([]) == 0
    assert (tmp_path / "queue.py").read_text() == "new"
