"""Databases, as planned, with what their parameter groups say of plain connections."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.partial import partial
from hipaa_policies.facts.stores import Database
from hipaa_policies.readers.plan.model import Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, reader
from hipaa_policies.readers.shared import IAM_ENGINES, ON, TLS_PARAMETERS

_KEYS = ("aws_kms_key", "aws_kms_replica_key")
_CLUSTER = ("aws_rds_cluster",)
_GROUP = ("aws_db_parameter_group",)
_CLUSTER_GROUP = ("aws_rds_cluster_parameter_group",)


@reader(
    "databases",
    types=("aws_db_instance", "aws_rds_cluster_instance", *_CLUSTER, *_GROUP, *_CLUSTER_GROUP),
)
def read_databases(plan: Plan) -> Facts:
    alone = tuple(_database(planned, planned, None) for planned in plan.of("aws_db_instance"))
    return {"databases": Listing((*alone, *map(_of_cluster, plan.of("aws_rds_cluster_instance"))))}


def _of_cluster(instance: Planned) -> Database:
    name = instance.reference("cluster_identifier", _CLUSTER, "name")
    cluster = next((found for found in instance.plan.of(*_CLUSTER) if found.name == name), None)
    if cluster is not None:
        return _database(instance, cluster, cluster.arn)
    hidden = instance.undecided("cluster_identifier", "a plan does not show a cluster that it does not make")
    return partial(
        Database,
        arn=instance.arn,
        name=instance.name,
        key=hidden,
        encrypted=hidden,
        public=instance.flag("publicly_accessible"),
        backup_days=hidden,
        forces_tls=hidden,
        engine=instance.get("engine"),
        iam_sign_in=hidden,
        cluster_arn=hidden,
    )


def _database(instance: Planned, keeper: Planned, cluster_arn: str | None) -> Database:
    """``keeper`` is what encryption, backups and users are configured on: the instance, or its cluster."""
    engine = keeper.get("engine")
    return partial(
        Database,
        arn=instance.arn,
        name=instance.name,
        key=keeper.reference("kms_key_id", _KEYS),
        encrypted=keeper.flag("storage_encrypted"),
        public=instance.flag("publicly_accessible"),
        backup_days=_days(keeper, 0 if cluster_arn is None else 1),
        forces_tls=_forces_tls(keeper, engine),
        engine=engine,
        iam_sign_in=_iam_sign_in(keeper, engine),
        cluster_arn=cluster_arn,
    )


def _days(keeper: Planned, default: int) -> Any:
    days = keeper.get("backup_retention_period")
    return default if days is None else days  # the provider's defaults: an instance keeps none


def _iam_sign_in(keeper: Planned, engine: Any) -> Any:
    if isinstance(engine, Unreadable):
        return engine
    return keeper.flag("iam_database_authentication_enabled") if engine in IAM_ENGINES else None


def _forces_tls(keeper: Planned, engine: Any) -> Any:
    if isinstance(engine, Unreadable):
        return engine
    parameter = TLS_PARAMETERS.get(engine)
    if parameter is None:
        return None
    of_cluster = keeper.type in _CLUSTER
    attribute = "db_cluster_parameter_group_name" if of_cluster else "parameter_group_name"
    kinds = _CLUSTER_GROUP if of_cluster else _GROUP
    name = keeper.reference(attribute, kinds, "name")
    if isinstance(name, Unreadable):
        return name
    group = next((found for found in keeper.plan.of(*kinds) if found.name == name), None)
    if group is None:
        return keeper.undecided(attribute, "a plan does not show a group that it does not make")
    parameters = group.blocks("parameter")
    if isinstance(parameters, Unreadable):
        return parameters
    for found in parameters:
        if found.values.get("name") == parameter:
            return found.values.get("value") in ON
    return keeper.undecided(attribute, f"{parameter} is then the engine's default")
