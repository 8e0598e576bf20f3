"""What a person does next: GitHub's settings, and the environment's own files."""

from __future__ import annotations

from scripts.bootstrap.account import Account


def next_steps(account: Account) -> str:
    name, prefix = account.name, account.name_prefix
    iam = f"arn:{account.partition}:iam::{account.environment.account_id}"
    return f"""
Done. What is left to do (docs/bootstrap.md):
  1. Commit environments/bootstrap/{name}.s3.tfbackend.
  2. environments/{name}/terraform.tfvars:
       permissions_boundary_arn = "{iam}:policy/{prefix}-terraform-boundary"
     environments/{name}/state.s3.tfbackend: as the output `backend` above says.
  3. GitHub, before any workflow runs: the environments {name}-plan, {name} (with reviewers, for its branch
     alone) and {name}-audit. The roles' ARNs above go into its variables.
  4. make package; make sign ENV={name}; make plan ENV={name}; make apply ENV={name}"""
