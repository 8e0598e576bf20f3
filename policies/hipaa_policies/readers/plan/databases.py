"""Databases, as planned, with what their parameter groups say of plain connections."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.partial import partial
from hipaa_policies.facts.stores import Database
from hipaa_policies.readers.plan.model import Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, reader
from hipaa_policies.readers.shared import ON, TLS_PARAMETERS

_KEYS = ("aws_kms_key", "aws_kms_replica_key")
_GROUP = ("aws_db_parameter_group",)


@reader("databases", types=("aws_db_instance", "aws_rds_cluster_instance", *_GROUP))
def read_databases(plan: Plan) -> Facts:
    found = tuple(
        partial(
            Database,
            arn=planned.arn,
            name=planned.name,
            key=planned.reference("kms_key_id", _KEYS),
            encrypted=planned.flag("storage_encrypted"),
            public=planned.flag("publicly_accessible"),
            backup_days=_days(planned),
            forces_tls=_forces_tls(planned),
        )
        for planned in plan.of("aws_db_instance")
    )
    return {"databases": Listing(found)}


def _days(planned: Planned) -> Any:
    days = planned.get("backup_retention_period")
    return 0 if days is None else days  # the provider's default


def _forces_tls(planned: Planned) -> Any:
    engine = planned.get("engine")
    if isinstance(engine, Unreadable):
        return engine
    parameter = TLS_PARAMETERS.get(engine)
    if parameter is None:
        return None
    name = planned.reference("parameter_group_name", _GROUP, "name")
    if isinstance(name, Unreadable):
        return name
    group = next((found for found in planned.plan.of(*_GROUP) if found.name == name), None)
    if group is None:
        return planned.undecided("parameter_group_name", "a plan does not show a group that it does not make")
    parameters = group.blocks("parameter")
    if isinstance(parameters, Unreadable):
        return parameters
    for found in parameters:
        if found.values.get("name") == parameter:
            return found.values.get("value") in ON
    return planned.undecided("parameter_group_name", f"{parameter} is then the engine's default")
