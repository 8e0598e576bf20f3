"""RDS: clusters that something answers for, and master users' secrets that are true."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from typing import Any

from moto.rds.models import DBCluster, DBInstance, DBInstanceClustered, MasterUserSecret, RDSBackend

from scripts.local_cloud.gaps.patching import Method, wrap

# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL.html
DEFAULT_AUTHORITY = "rds-ca-rsa2048-g1"
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html
ROTATION_DAYS = 7
LETTERS = string.ascii_uppercase + string.digits
# Where the local cloud's own database front listens: port -> host.
HOSTS: dict[int, str] = {}
_moto_endpoints = {name: vars(DBCluster)[name].fget for name in ("endpoint", "reader_endpoint")}


def endpoint(cluster: Any) -> str:
    """moto's host names belong to nobody. A cluster that asks for the front's port gets its host."""
    return HOSTS.get(cluster.port) or str(_moto_endpoints["endpoint"](cluster))


def reader_endpoint(cluster: Any) -> str:
    return HOSTS.get(cluster.port) or str(_moto_endpoints["reader_endpoint"](cluster))


DBCluster.endpoint = property(endpoint)
DBCluster.reader_endpoint = property(reader_endpoint)


_moto_scaling = vars(DBCluster)["scaling_configuration_info"].fget


def scaling_configuration_info(cluster: Any) -> Any:
    """moto has one, if an empty one, for clusters that are not of the old kind of serverless."""
    return _moto_scaling(cluster) if cluster.scaling_configuration else None


DBCluster.scaling_configuration_info = property(scaling_configuration_info)


@wrap(MasterUserSecret, "_generate_secret_string")
def master_user_secret(_: Method, secret: Any) -> str:
    """moto gives every master user the name admin and one password."""
    return json.dumps({"username": secret.resource.master_username, "password": secrets.token_urlsafe(21)})


@wrap(MasterUserSecret, "_create_secret")
def create_master_user_secret(original: Method, managed: Any, kms_key_id: str | None) -> Any:
    """moto does not say that RDS changes the password every seven days. It never does so here."""
    secret = original(managed, kms_key_id)
    secret.rotation_requested = secret.rotation_enabled = True
    secret.auto_rotate_after_days = ROTATION_DAYS
    return secret


@wrap(RDSBackend, "modify_db_cluster")
def modify_cluster(original: Method, backend: Any, kwargs: dict[str, Any]) -> Any:
    """moto keeps a change of sign-in by IAM under a name that it does not read."""
    if "enable_iam_database_authentication" in kwargs:
        cluster = backend.clusters[kwargs["db_cluster_identifier"]]
        cluster.iam_auth = kwargs["enable_iam_database_authentication"]
    return original(backend, kwargs)


@wrap(DBInstanceClustered, "__init__")
def create_instance(original: Method, instance: Any, *args: Any, **kwargs: Any) -> None:
    """moto gives every instance one resource id, a port of its own and a certificate authority that AWS has
    not (Terraform changes it, restarts and waits two minutes), and drops Performance Insights."""
    original(instance, *args, **{"ca_certificate_identifier": DEFAULT_AUTHORITY, **kwargs})
    instance.dbi_resource_id = f"db-{''.join(secrets.choice(LETTERS) for _ in range(26))}"
    instance.port = instance.cluster.port
    keep_insights(instance, kwargs)


@wrap(DBInstanceClustered, "update")
def update_instance(original: Method, instance: Any, **changes: Any) -> None:
    """moto drops Performance Insights."""
    original(instance, **changes)
    keep_insights(instance, changes)


def keep_insights(instance: Any, given: Mapping[str, Any]) -> None:
    """Under the names that moto's serializer looks for."""
    if "enable_performance_insights" in given:
        instance.performance_insights_enabled = given["enable_performance_insights"]
    for name in ("performance_insights_kms_key_id", "performance_insights_retention_period"):
        if name in given:
            setattr(instance, name, given[name])


def address(instance: Any) -> str:
    """Of its cluster, as above."""
    return HOSTS.get(instance.port) or str(_moto_address(instance))


_moto_address = vars(DBInstance)["address"].fget
DBInstanceClustered.address = property(address)
