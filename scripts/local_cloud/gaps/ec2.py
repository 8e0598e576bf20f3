"""EC2: descriptions of security-group rules, flow logs, and what goes with a VPC."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.flow_logs import FlowLogsBackend
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.vpcs import VPCBackend
from moto.ec2.responses.vpcs import VPCs

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.gaps.patching import Method, wrap

SOURCES = ("source_group", "prefix_list_id")


@wrap(SecurityGroupRule, "__init__")
def create_rule(original: Method, rule: Any, *args: Any, **kwargs: Any) -> None:
    """moto keeps a rule's description only where its source is an address range."""
    original(rule, *args, **kwargs)
    # Positions of the two in moto's constructor, which it calls by position.
    sources = [*args[6:8], *(kwargs.get(name) for name in SOURCES)]
    described = next(
        (s["Description"] for s in sources if isinstance(s, dict) and s.get("Description")), None
    )
    if described is not None:
        rule.ip_range = {**rule.ip_range, "Description": described}
        rule.source_group = {k: v for k, v in rule.source_group.items() if k != "Description"}


@wrap(VPCBackend, "delete_vpc")
def delete_vpc(original: Method, backend: Any, vpc_id: str) -> Any:
    """moto leaves a deleted VPC's default network ACL behind."""
    vpc = original(backend, vpc_id)
    for name, acl in list(backend.network_acls.items()):
        if acl.vpc_id == vpc_id:
            del backend.network_acls[name]
    return vpc


@wrap(FlowLogsBackend, "create_flow_logs")
def create_flow_logs(original: Method, backend: Any, *args: Any, **kwargs: Any) -> Any:
    """moto reports a failed delivery where the log group is named by its ARN."""
    made, unsuccessful = original(backend, *args, **kwargs)
    groups = backend_of("logs", backend.region_name).groups
    for flow_log in made:
        name = str(flow_log.log_destination or "").partition(":log-group:")[2].removesuffix(":*")
        if name in groups:
            flow_log.deliver_logs_status, flow_log.deliver_logs_error_message = "SUCCESS", None
    return made, unsuccessful


@wrap(VPCs, "modify_vpc_endpoint")
def modify_vpc_endpoint(original: Method, response: Any) -> Any:
    """moto drops PrivateDnsEnabled."""
    wanted = response._get_param("PrivateDnsEnabled")
    if wanted is not None:
        endpoint = response.ec2_backend.vpc_end_points.get(response._get_param("VpcEndpointId"))
        if endpoint is not None:
            endpoint.private_dns_enabled = str(wanted).lower() == "true"
    return original(response)
