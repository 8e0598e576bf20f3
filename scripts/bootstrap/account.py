"""One account to prepare: what it is called, and where its files are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scripts.environments.environment import ROOT, VARIABLES, Environment, find

FOLDER = "environments/bootstrap"
# One assignment of a text at the top of a file of variables, as `terraform fmt` writes it.
_ASSIGNMENT = re.compile(r'^(name_prefix|partition)\s*=\s*"([^"$]*)"\s*(?:#.*)?$', re.MULTILINE)


@dataclass(frozen=True)
class Account:
    """The account of an environment, whose terraform.tfvars says which it is."""

    environment: Environment
    name_prefix: str = "healthcare"
    partition: str = "aws"

    @property
    def name(self) -> str:
        return self.environment.name

    @property
    def configuration(self) -> Path:
        return self.environment.root / FOLDER

    @property
    def local_state(self) -> Path:
        """Terraform's state until it is in the bucket: beside the configuration, where nobody tidies up."""
        return self.configuration / f"{self.name}.tfstate"

    @property
    def backend_file(self) -> Path:
        return self.configuration / f"{self.name}.s3.tfbackend"

    @property
    def scratch(self) -> Path:
        """What can be lost at any time: Terraform's data, and the configuration as it is applied first."""
        return self.environment.root / ".local" / "bootstrap" / self.name

    @property
    def bucket(self) -> str:
        return f"{self.name_prefix}-terraform-state-{self.environment.account_id}-{self.environment.region}"

    @property
    def state_key(self) -> str:
        return "bootstrap/terraform.tfstate"

    @property
    def backend(self) -> str:
        """What ``backend_file`` says: the output `bootstrap_backend`, known before anything is applied."""
        account, region = self.environment.account_id, self.environment.region
        key = f"arn:{self.partition}:kms:{region}:{account}:alias/{self.name_prefix}-terraform-state"
        return (
            f'bucket       = "{self.bucket}"\n'
            f'key          = "{self.state_key}"\n'
            f'region       = "{region}"\n'
            "encrypt      = true\n"
            f'kms_key_id   = "{key}"\n'
            "use_lockfile = true\n"
        )

    @property
    def variables(self) -> list[str]:
        """The options that say which account it is; the rest is in the configuration's terraform.tfvars."""
        given = {
            "account_id": self.environment.account_id,
            "environment": self.name,
            "name_prefix": self.name_prefix,
            "partition": self.partition,
            "region": self.environment.region,
        }
        return [f"-var={name}={value}" for name, value in given.items()]


def account_of(name: str, root: Path = ROOT) -> Account:
    """The account of the environment of that name. Raises ``RefusedError`` where there is none."""
    environment = find(name, root)
    text = (environment.folder / VARIABLES).read_text(encoding="utf-8")
    return Account(environment, **dict(_ASSIGNMENT.findall(text)))
