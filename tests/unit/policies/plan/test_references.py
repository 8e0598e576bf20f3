"""References through modules, count, for_each and local values, and what is written where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hipaa_policies.readers.plan import hcl, read_plan
from hipaa_policies.readers.plan.references import longest, segments
from hipaa_policies.readers.plan.sources import Sources, locate

KEY_TYPES = ("aws_kms_key",)


def resource(address: str, kind: str, label: str, index: Any = None, **values: Any) -> dict[str, Any]:
    item = {"address": address, "mode": "managed", "type": kind, "name": label, "values": values}
    return item if index is None else {**item, "index": index}


def change(address: str, **unknown: Any) -> dict[str, Any]:
    return {"address": address, "change": {"actions": ["create"], "after_unknown": unknown}}


def configured(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"mode": "managed", "type": kind, "name": name, "expressions": {}, **more}


def references(*names: str) -> dict[str, Any]:
    return {"references": list(names)}


def nested(
    given: dict[str, Any], inside: dict[str, Any], key_names: tuple[Any, ...] = ("a", "b")
) -> dict[str, Any]:
    """Keys by for_each in module.keys; a queue in module.app["x"].module.queue[0], which takes ``key``."""
    keys = "module.keys"
    queue = 'module.app["x.y"].module.queue[0]'
    planned = {
        "root_module": {
            "child_modules": [
                {
                    "address": keys,
                    "resources": [
                        resource(f'{keys}.aws_kms_key.this["{k}"]', "aws_kms_key", "this", k)
                        for k in key_names
                    ],
                },
                {
                    "address": 'module.app["x.y"]',
                    "child_modules": [
                        {
                            "address": queue,
                            "resources": [
                                resource(f"{queue}.aws_sqs_queue.q", "aws_sqs_queue", "q", name="q")
                            ],
                        }
                    ],
                },
            ]
        }
    }
    queue_module = {
        "resources": [
            configured("aws_sqs_queue", "q", expressions={"kms_master_key_id": references("var.key")})
        ]
    }
    return {
        "format_version": "1.2",
        "planned_values": planned,
        "resource_changes": [
            change(f"{queue}.aws_sqs_queue.q", id=True, kms_master_key_id=True),
            *(change(f'{keys}.aws_kms_key.this["{k}"]', id=True, arn=True, key_id=True) for k in key_names),
        ],
        "configuration": {
            "root_module": {
                "module_calls": {
                    "keys": {
                        "module": {
                            "resources": [
                                configured("aws_kms_key", "this", for_each_expression=references("var.keys"))
                            ],
                            "outputs": {"arns": {"expression": references("aws_kms_key.this")}},
                        }
                    },
                    "app": {
                        "expressions": {"keys": given},
                        "for_each_expression": {"constant_value": ["x.y"]},
                        "module": {
                            "module_calls": {
                                "queue": {
                                    "expressions": {"key": inside},
                                    "count_expression": {"constant_value": 1},
                                    "module": queue_module,
                                }
                            }
                        },
                    },
                }
            }
        },
    }


def queue_key(document: dict[str, Any], **options: Any) -> Any:
    (queue,) = read_plan(document, **options).account.queues.items
    return queue.key


def key(name: str) -> str:
    return f'key/(module.keys.aws_kms_key.this["{name}"])'


def test_a_reference_goes_through_outputs_variables_and_instances() -> None:
    given = references('module.keys.arns["a"]', "module.keys.arns", "module.keys")
    assert queue_key(nested(given, references("var.keys"))).endswith(key("a"))


def test_the_key_may_come_last() -> None:
    given = references("module.keys.arns", "module.keys")
    inside = references('var.keys["b"]', "var.keys")
    assert queue_key(nested(given, inside)).endswith(key("b"))


def test_one_of_several_is_not_decided() -> None:
    given = references("module.keys.arns", "module.keys")
    problem = queue_key(nested(given, references("var.keys")))
    assert "one of module.keys" in str(problem)
    assert queue_key(nested(given, references("var.keys"), key_names=("a",))).endswith(key("a"))


def test_a_local_value_is_named_where_nothing_resolves_it() -> None:
    problem = queue_key(nested({"constant_value": None}, references("local.key", "local.key")))
    assert "from local.key, which the plan does not resolve" in str(problem)


def test_local_values_are_read_from_the_files(tmp_path: Path) -> None:
    (tmp_path / "app" / "queue").mkdir(parents=True)
    (tmp_path / "main.tf").write_text('module "app" {\n  source = "./app"\n}\n')
    (tmp_path / "app" / "main.tf").write_text(
        """
module "queue" { # a comment with a brace {
  source = "./queue"
}
locals {
  other = "}" # not the end
  key = {
    "not-this" = aws_kms_key.gone.arn
    this       = var.keys["b"] /* and "this" */
  }
}
"""
    )
    given = references("module.keys.arns", "module.keys")
    document = nested(given, references("local.key.this", "local.key"))
    assert queue_key(document, locals_of=Sources(tmp_path).references).endswith(key("b"))


def test_configuration_that_refers_to_itself_ends() -> None:
    document = nested(references("module.keys.arns", "module.keys"), references("var.keys"))
    keys = document["configuration"]["root_module"]["module_calls"]["keys"]["module"]
    keys["outputs"]["arns"]["expression"] = references("local.loop")
    problem = queue_key(document, locals_of=lambda module, name, path: ("local.loop",))
    assert "is known only after apply" in str(problem)


def test_segments_and_prefixes() -> None:
    assert segments('module.a["x.y"].b[0].c') == ("module", "a", "x.y", "b", 0, "c")
    assert longest(["a.b.c", "a.b", "a.b2", "d"]) == ("a.b.c", "a.b2", "d")
    assert longest(["a.b[0].c", "a.b[0]", "a.b"]) == ("a.b[0].c",)


HCL = """# resource "aws_x" "commented" {
/* resource "aws_x" "this one too" {
*/
variable "a" { default = "resource \\"aws_x\\" \\"quoted\\" {" }

resource "aws_kms_key" "this" {
  for_each = var.keys
  policy   = <<-EOT
    resource "aws_x" "heredoc" {
    ${jsonencode({ a = local.b })}
  EOT
}
  resource   "aws_sqs_queue"   "indented"   {
}
data "aws_region" "now" {}
"""


def test_blocks_have_their_lines() -> None:
    found = [(b.kind, b.labels, b.line) for b in hcl.blocks(HCL)]
    assert found == [
        ("variable", ("a",), 4),
        ("resource", ("aws_kms_key", "this"), 6),
        ("resource", ("aws_sqs_queue", "indented"), 13),
        ("data", ("aws_region", "now"), 15),
    ]


@pytest.mark.parametrize(
    "text", ['resource "a" "b" {', 'a = "', "locals { x = <<E\n", "/*", "${", 'x = "${"']
)
def test_files_that_end_too_early_are_read_all_the_same(text: str) -> None:
    for block in hcl.blocks(text):
        list(hcl.attributes(block.body, block.masked))


def test_resources_are_located(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(f'module "inner" {{\n  source = "./inner"\n}}\n{HCL}')
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "x.tf").write_text('\n\nresource "aws_kms_key" "deep" {\n}\n')
    assert locate("aws_sqs_queue.indented", tmp_path) == (Path("main.tf"), 16)
    assert locate('aws_kms_key.this["a.b"]', tmp_path) == (Path("main.tf"), 9)
    assert locate("data.aws_region.now", tmp_path) == (Path("main.tf"), 18)
    assert locate('module.inner["x.y"].aws_kms_key.deep', tmp_path) == (Path("inner/x.tf"), 3)
    assert locate("aws_kms_key.elsewhere", tmp_path) is None
    assert locate("module.unknown.aws_kms_key.this", tmp_path) is None
    assert locate("", tmp_path) is None


def test_modules_that_init_installed_are_found(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('module "a" {\n  source = "registry/example/aws"\n}\n')
    (tmp_path / ".terraform" / "modules" / "a").mkdir(parents=True)
    (tmp_path / ".terraform" / "modules" / "a" / "m.tf").write_text('resource "aws_x" "y" {\n}\n')
    manifest = tmp_path / ".terraform" / "modules" / "modules.json"
    manifest.write_text('{"Modules": [{"Key": "", "Dir": "."}, {"Key": "a", "Dir": ".terraform/modules/a"}]}')
    assert locate("module.a.aws_x.y", tmp_path) == (Path(".terraform/modules/a/m.tf"), 1)
    manifest.write_text("{broken")
    sources = Sources(tmp_path)
    assert sources.locate("module.a.aws_x.y") is None


def test_policy_documents_are_rendered_before_they_are_read() -> None:
    """A data source that is read during apply: what is written in it decides, its ARNs by reference."""
    source = "data.aws_iam_policy_document.p"
    statement = {"actions": ["dynamodb:GetItem"], "effect": "Allow", "resources": None}
    document = {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "resources": [
                    resource("aws_iam_role.r", "aws_iam_role", "r", name="r"),
                    resource("aws_dynamodb_table.t", "aws_dynamodb_table", "t", name="t"),
                    resource("aws_iam_role_policy.p", "aws_iam_role_policy", "p", name="p", role="r"),
                    {
                        **resource(source, "aws_iam_policy_document", "p", statement=[statement]),
                        "mode": "data",
                    },
                ]
            }
        },
        "resource_changes": [
            change("aws_iam_role_policy.p", policy=True),
            change(source, json=True, statement=[{"actions": [False], "resources": True}]),
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    configured("aws_iam_role", "r"),
                    configured("aws_dynamodb_table", "t"),
                    configured(
                        "aws_iam_role_policy",
                        "p",
                        expressions={"policy": references(f"{source}.json", source)},
                    ),
                    {
                        **configured("aws_iam_policy_document", "p"),
                        "mode": "data",
                        "expressions": {
                            "statement": [
                                {"resources": references("aws_dynamodb_table.t.arn", "aws_dynamodb_table.t")}
                            ]
                        },
                    },
                ]
            }
        },
    }
    (policy,) = read_plan(document).account.written_policies.items
    assert '"Action": ["dynamodb:GetItem"]' in policy.document
    assert "table/t" in policy.document
