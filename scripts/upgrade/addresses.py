"""Whether an upgrade from the last release keeps every stateful resource, at its address or moved to another.

Usage: ``python -m scripts.upgrade.addresses [--write VERSION]``

Without ``--write`` it compares today's plan with last_release.json: exit 1 where a stateful resource has gone
from its address without a ``moved`` or ``removed`` block, or where a change of its arguments makes Terraform
replace it. With ``--write`` (at a release) it writes that file anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.broken_pipe import ending_quietly
from scripts.upgrade.everything import ROOT, PlanError, plan_document, resources_of
from scripts.upgrade.moves import Move, destination, moves_of

LIST = Path(__file__).with_name("last_release.json")
CALLER = "module.healthcare."
# What holds something that no second apply brings back, and the arguments of which a change replaces it.
# https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs ("Forces new resource")
STATEFUL: Mapping[str, tuple[str, ...]] = {
    "aws_api_gateway_rest_api": (),  # its id is in the address that clients call
    "aws_backup_vault": ("name",),
    "aws_cloudtrail": ("name",),
    "aws_cloudwatch_event_bus": ("name",),
    "aws_cloudwatch_log_group": ("name",),
    "aws_cognito_user_group": ("name",),
    "aws_cognito_user_pool": ("alias_attributes", "username_attributes"),
    "aws_cognito_user_pool_client": (),  # its id is in every application that signs people in
    "aws_dynamodb_table": ("hash_key", "name", "range_key"),
    "aws_kms_key": ("customer_master_key_spec", "key_usage", "multi_region"),
    "aws_opensearchserverless_collection": ("name", "type"),
    "aws_rds_cluster": (
        "cluster_identifier",
        "database_name",
        "engine",
        "master_username",
        "storage_encrypted",
    ),
    "aws_s3_bucket": ("bucket", "object_lock_enabled"),
    "aws_secretsmanager_secret": ("name",),
    "aws_sesv2_email_identity": ("email_identity",),
    "aws_sns_topic": ("fifo_topic", "name"),
    "aws_sqs_queue": ("fifo_queue", "name"),
}

Record = Mapping[str, Any]


def records_of(document: Mapping[str, Any]) -> dict[str, Record]:
    """By address within the root module: the type, and the arguments that tie it to what it holds."""
    found = {}
    for resource in resources_of(document["planned_values"]["root_module"]):
        if resource["type"] in STATEFUL:
            values = resource["values"]
            held = {name: values[name] for name in STATEFUL[resource["type"]] if values.get(name) is not None}
            found[str(resource["address"]).removeprefix(CALLER)] = {"type": resource["type"], **held}
    return dict(sorted(found.items()))


def problems(before: Mapping[str, Record], after: Mapping[str, Record], moves: Iterable[Move]) -> list[str]:
    """What an upgrade would lose, each with how to mend it."""
    known, said = tuple(moves), []
    for address, record in before.items():
        now = destination(address, known)
        if now is None:
            continue  # a `removed` block says it
        if now not in after:
            said.append(
                f"{address} ({record['type']}) is planned no more: users would lose what it holds. "
                "Add `moved` to where it is now, or `removed` with destroy = false: docs/upgrading.md."
            )
            continue
        if now in before and now != address:
            said.append(
                f"{address} is moved to {now}, which the last release had as well: both can't be there."
            )
        for name, value in record.items():
            if after[now].get(name) != value:
                said.append(
                    f"{now}: {name} was {value!r} and is {after[now].get(name)!r}. Terraform would "
                    "replace it, and what it holds goes: keep the old value."
                )
    return said


def last_release() -> tuple[str, dict[str, Record]]:
    kept = json.loads(LIST.read_text())
    return str(kept["version"]), kept["resources"]


def write(version: str, records: Mapping[str, Record]) -> None:
    LIST.write_text(json.dumps({"version": version, "resources": records}, indent=2, sort_keys=True) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.upgrade.addresses")
    parser.add_argument("--write", metavar="VERSION", help="write the list anew, for this version")
    given = parser.parse_args(arguments)
    try:
        planned = records_of(plan_document())
    except PlanError as error:
        print(f"Nothing was compared, as Terraform did not plan:\n{error}", file=sys.stderr)
        return 2
    if given.write:
        write(given.write, planned)
        print(f"{LIST.relative_to(ROOT)}: {len(planned)} stateful resources of {given.write}")
        return 0
    version, before = last_release()
    said = problems(before, planned, moves_of(ROOT))
    print("\n".join(said) or f"All {len(before)} stateful resources of {version} are kept.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(ending_quietly(main))
