"""One root module with every block of the documents, each in a child module of its own, for one plan."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from pathlib import Path

from tests.examples.blocks import ROOT, Block

# What a block names and does not make: the rest of its reader's stack.
STAND_INS = {
    "module.encryption.": """
module "encryption" {
  source  = "./modules/encryption"
  context = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare" }
  keys    = { phi = { description = "Patients' data" }, logs = { description = "Logs" } }
}
""",
    "module.healthcare.": """
module "healthcare" {
  source = "./foundation"
}
""",
    "module.hl7_queue.": """
module "hl7_queue" {
  source          = "./modules/queue"
  context         = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare" }
  name            = "hl7"
  alert_topic_arn = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts"
  kms_key_arn     = "arn:aws:kms:us-east-1:123456789012:key/1b2c3d4e-0000-4000-8000-000000000000"
}
""",
    "module.outbox_table.": """
module "outbox_table" {
  source        = "./modules/table"
  context       = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare" }
  name          = "outbox"
  partition_key = { name = "event_id" }
  kms_key_arn   = "arn:aws:kms:us-east-1:123456789012:key/1b2c3d4e-0000-4000-8000-000000000000"
  stream_view_type = "NEW_IMAGE"
}
""",
}
# The outputs of the root module that modules/function takes: what it makes of them is another test's.
FOUNDATION = """
output "context" {
  value = { account_id = "123456789012", name_prefix = "healthcare", region = "us-east-1" }
}

output "function_platform" {
  value = {
    alert_topic_arn            = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts"
    endpoint_security_group_id = "sg-0123456789abcdef0"
    environment_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/1b2c3d4e-0000-4000-8000-000000000000"
    logs_key_arn               = "arn:aws:kms:us-east-1:123456789012:key/2b2c3d4e-0000-4000-8000-000000000000"
    phi_key_arn                = "arn:aws:kms:us-east-1:123456789012:key/3b2c3d4e-0000-4000-8000-000000000000"
    prefix_list_ids            = { dynamodb = "pl-02cd2c6b", s3 = "pl-63a5400a" }
    subnet_ids                 = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
    vpc_id                     = "vpc-0123456789abcdef0"
  }
}
"""
# Arguments of the root module that a block does not show.
ROOT_ARGUMENTS = {
    "account_id": '"123456789012"',
    "network": '{ subnets = { a = { cidr = "10.0.0.0/20" }, b = { cidr = "10.0.16.0/20" } } }',
    "region": '"us-east-1"',
}
IDENTIFIER = '{ namespace_id = "MAIN", system = "https://hospital.example/mrn" }'
NEEDED_BY = {
    "documents": {"patient_identifier": IDENTIFIER},
    "fhir": {"patient_identifier": IDENTIFIER},
    "hl7": {"patient_identifier": IDENTIFIER},
    "rag": {"documents": "{}", "patient_identifier": IDENTIFIER},
}


def write_root(folder: Path, blocks: list[Block]) -> None:
    """Write the root module, and below ``blocks/`` a child module for each block that is to be planned.

    The root module's own arguments are tried on its variables alone (tests/terraform/variables): a plan of it
    for each would take minutes, and tests/plan has one.
    """
    shutil.copytree(ROOT / "modules", folder / "modules")
    shutil.copytree(
        ROOT / "tests" / "terraform" / "variables", folder / "variables"
    )  # what the links point to
    shutil.copy(ROOT / "openapi.yaml", folder)
    (folder / "foundation").mkdir()
    (folder / "foundation" / "outputs.tf").write_text(FOUNDATION)
    calls = []
    for block in blocks:
        if block.kind in ("type", "configuration", "arguments"):
            child = folder / "blocks" / block.name
            child.mkdir(parents=True)
            # A block says ./modules/function, as from the repository's root.
            for name in ("foundation", "modules", "variables"):
                (child / name).symlink_to(os.path.relpath(folder / name, child), target_is_directory=True)
            (child / "main.tf").write_text(completed(block, blocks))
            calls.append(f'module "{block.name}" {{\n  source = "./blocks/{block.name}"\n}}\n')
    (folder / "main.tf").write_text('provider "aws" {\n  region = "us-east-1"\n}\n\n' + "\n".join(calls))


def completed(block: Block, blocks: list[Block]) -> str:
    """The block with what it leaves to its reader."""
    if block.kind == "type":
        indented = textwrap.indent(block.text, "  ").strip()
        return f'variable "shown" {{\n  default = null\n  type    = {indented}\n}}\n'
    text = block.text
    if block.kind == "arguments":
        text = arguments_of_module(block, blocks) if block.module else arguments_of_root(block)
    made = set(re.findall(r'^module "(\w+)"', text, re.MULTILINE))
    stand_ins = (
        stand_in for name, stand_in in STAND_INS.items() if name in text and name.split(".")[1] not in made
    )
    return text + "".join(stand_ins)


def arguments_of_module(block: Block, blocks: list[Block]) -> str:
    """The call that the same README begins with, and these arguments in it."""
    first = next(other for other in blocks if other.file == block.file and other.kind == "configuration")
    beginning, closing = first.text.rstrip()[:-1], "}\n"
    assert first.text.rstrip().endswith("\n}"), f"{first.file}:{first.line} is one module call"
    return f"{beginning}\n{textwrap.indent(block.text, '  ')}{closing}"


def arguments_of_root(block: Block) -> str:
    given = set(re.findall(r"^(\w+)\s*=", block.text, re.MULTILINE))
    wanted = dict(ROOT_ARGUMENTS)
    for name in given & NEEDED_BY.keys():
        wanted |= NEEDED_BY[name]
    rest = "".join(f"  {name} = {value}\n" for name, value in wanted.items() if name not in given)
    shown = textwrap.indent(block.text, "  ")
    return f'module "healthcare" {{\n  source = "./variables"\n{rest}{shown}}}\n'
