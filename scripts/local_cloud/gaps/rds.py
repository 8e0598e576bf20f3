"""RDS: clusters that something answers for, and master users' secrets that are true."""

from __future__ import annotations

import json
import secrets
from typing import Any

from moto.rds.models import DBCluster, MasterUserSecret

from scripts.local_cloud.gaps.patching import Method, wrap

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


@wrap(MasterUserSecret, "_generate_secret_string")
def master_user_secret(_: Method, secret: Any) -> str:
    """moto gives every master user the name admin and one password."""
    return json.dumps({"username": secret.resource.master_username, "password": secrets.token_urlsafe(21)})
