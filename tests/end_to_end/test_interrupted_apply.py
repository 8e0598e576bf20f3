"""An apply that is interrupted half way, as by a closed laptop, is resumed by the next one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

from scripts.local_deployment import TERRAFORM, LocalDeployment

CONFIGURATION = """
provider "aws" {{
  region      = "us-east-1"
  max_retries = 3
}}

locals {{
  context = {{ account_id = "{account_id}", region = "us-east-1", name_prefix = "interrupted" }}
}}

module "encryption" {{
  source  = "{modules}/encryption"
  context = local.context
  keys = {{
    phi  = {{ description = "Health information" }}
    logs = {{ description = "Logs", services = ["logs"] }}
  }}
}}

module "network" {{
  source          = "{modules}/network"
  context         = local.context
  log_kms_key_arn = module.encryption.key_arns["logs"]
  subnets = {{
    us-east-1a = {{ cidr = "10.0.0.0/20" }}
    us-east-1b = {{ cidr = "10.0.16.0/20" }}
  }}
}}

module "patients" {{
  source              = "{modules}/table"
  context             = local.context
  name                = "patients"
  kms_key_arn         = module.encryption.key_arns["phi"]
  partition_key       = {{ name = "patient_id" }}
  deletion_protection = false
}}
"""


def test_an_interrupted_apply_is_resumed_and_destroyed(deployment: LocalDeployment, tmp_path: Path) -> None:
    modules = os.path.relpath(Path(__file__).parents[2] / "modules", tmp_path)
    configuration = CONFIGURATION.format(modules=modules, account_id=deployment.state.account_id)
    (tmp_path / "main.tf").write_text(configuration)
    environment = os.environ | deployment.environment

    def terraform(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(TERRAFORM), f"-chdir={tmp_path}", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert terraform("init", "-input=false").returncode == 0
    interrupted = interrupt_apply(tmp_path, environment)
    assert interrupted != 0, "the apply ended well before it could be interrupted"
    state = json.loads((tmp_path / "terraform.tfstate").read_text())
    assert state["resources"], "what was made before the interruption is in the state"

    resumed = terraform("apply", "-auto-approve", "-input=false", "-no-color")
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    again = terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")
    assert again.returncode == 0, again.stdout
    destroyed = terraform("destroy", "-auto-approve", "-input=false", "-no-color")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr


def interrupt_apply(folder: Path, environment: dict[str, str]) -> int:
    """Start an apply, interrupt it while it waits for slow resources, and return its exit status.

    The first sign of waiting is Terraform's "still creating": the quick resources are made by then, and the
    slow ones have been asked for. In the middle of a call the interruption may lose what that call makes,
    here as in AWS: docs/CURSED_KNOWLEDGE.md.
    """
    command = [str(TERRAFORM), f"-chdir={folder}", "apply", "-auto-approve", "-input=false", "-json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        interrupted = False
        for line in process.stdout:
            if '"type":"apply_progress"' in line and not interrupted:
                process.send_signal(signal.SIGINT)
                interrupted = True
        return process.wait()
