"""A VPC is destroyed and made anew under a function, along docs/disaster.md: what is stored stays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from scripts.local_deployment import host_architecture
from tests.unit.local_cloud.support import Cloud, unique, zip_of
from tests.unit.local_cloud.test_upgrade import ROOT, Root

STACK = """
module "encryption" {
  source  = "./modules/encryption"
  context = local.context
  keys = {
    configuration = { description = "Environment variables", deletion_window_days = 7 }
    logs          = { description = "Logs", deletion_window_days = 7, services = ["cloudwatch", "logs"] }
    phi           = { description = "Health information", deletion_window_days = 7 }
  }
}

module "observability" {
  source               = "./modules/observability"
  alert_on_findings    = false
  context              = local.context
  kms_key_arn          = module.encryption.key_arns["logs"]
  monthly_budget       = null
  trail_log_group = { name = "none" }
}

module "network" {
  source          = "./modules/network"
  context         = local.context
  log_kms_key_arn = module.encryption.key_arns["logs"]
  vpc_cidr        = "%(cidr)s.0.0/16"
  subnets = {
    us-east-1a = { cidr = "%(cidr)s.0.0/20" }
    us-east-1b = { cidr = "%(cidr)s.16.0/20" }
  }
}

module "table" {
  source              = "./modules/table"
  context             = local.context
  deletion_protection = true
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = "patients"
  partition_key       = { name = "patient_id" }
}

module "function" {
  source       = "./modules/function"
  architecture = "%(architecture)s"
  context      = local.context
  handler      = "app.handler"
  name         = "greeting"
  package      = { filename = "${path.module}/app.zip" }
  permissions  = { read = { actions = ["dynamodb:GetItem"], resources = [module.table.arn] } }
  platform = {
    alert_topic_arn            = module.observability.alert_topic_arn
    endpoint_security_group_id = module.network.endpoint_security_group_id
    environment_key_arn        = module.encryption.key_arns["configuration"]
    logs_key_arn               = module.encryption.key_arns["logs"]
    phi_key_arn                = module.encryption.key_arns["phi"]
    prefix_list_ids            = module.network.gateway_endpoint_prefix_list_ids
    subnet_ids                 = values(module.network.subnet_ids)
    vpc_id                     = module.network.vpc_id
  }
}
"""
SOURCE = "def handler(event, context):\n    print('said before')\n    return 'hello'\n"
FUNCTION = "module.function.aws_lambda_function.this"


@pytest.fixture
def root(cloud: Cloud, tmp_path: Path) -> Root:
    shutil.copytree(ROOT / "modules", tmp_path / "modules")
    shutil.copy(ROOT / "versions.tf", tmp_path)
    (tmp_path / "app.zip").write_bytes(zip_of(SOURCE))
    return Root(tmp_path, cloud, unique("rebuilt"))


def write(root: Root, cidr: str) -> None:
    root.write(STACK % {"cidr": cidr, "architecture": host_architecture()})


def hello(root: Root) -> str:
    answer = root.cloud.client("lambda").invoke(FunctionName=f"{root.prefix}-greeting", Qualifier="live")
    return str(json.loads(answer["Payload"].read()))


def test_a_vpc_is_made_anew_under_its_function(root: Root) -> None:
    cloud, prefix = root.cloud, root.prefix
    write(root, "10.1")
    root.terraform("init", "-input=false")
    root.terraform("apply", "-input=false", "-auto-approve")
    assert hello(root) == "hello"
    vpc = vpc_of(root)
    cloud.client("dynamodb").put_item(TableName=f"{prefix}-patients", Item={"patient_id": {"S": "1"}})

    # Another range of addresses replaces the VPC: the new one comes, the function moves, the old one goes.
    write(root, "10.2")
    changes = root.planned()
    assert "module.network.aws_vpc.this" in changes["create+delete"]
    assert FUNCTION in changes["update"]
    kept = ("aws_cloudwatch_log_group.this", "aws_dynamodb_table", "aws_kms_key", "aws_sqs_queue")
    assert [one for kind in changes for one in changes[kind] if any(name in one for name in kept)] == []
    root.terraform("apply", "-input=false", "plan")

    assert hello(root) == "hello"
    assert vpc_of(root) != vpc
    # On AWS the version that ran in the old VPC would hold its network interfaces: docs/disaster.md.
    functions, name = cloud.client("lambda"), f"{prefix}-greeting"
    live = functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
    old = [one["Version"] for one in functions.list_versions_by_function(FunctionName=name)["Versions"]]
    for version in set(old) - {live, "$LATEST"}:
        functions.delete_function(FunctionName=name, Qualifier=version)
    assert hello(root) == "hello"
    assert root.planned() == {}
    # What is stored is where it was: the items, and what the function logged before.
    assert cloud.client("dynamodb").scan(TableName=f"{prefix}-patients", Select="COUNT")["Count"] == 1
    logs = cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{prefix}-greeting")["events"]
    assert sum("said before" in event["message"] for event in logs) == 3
    # And nothing of the old VPC is left.
    assert [one["VpcId"] for one in cloud.client("ec2").describe_vpcs()["Vpcs"] if one["VpcId"] == vpc] == []


def vpc_of(root: Root) -> str:
    configuration = root.cloud.client("lambda").get_function_configuration(
        FunctionName=f"{root.prefix}-greeting"
    )
    return str(configuration["VpcConfig"]["VpcId"])
