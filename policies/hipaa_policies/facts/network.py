"""VPCs and what is in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hipaa_policies.facts.base import Unreadable


@dataclass(frozen=True)
class Vpc:
    TYPE: ClassVar[str] = "AWS::EC2::VPC"

    arn: str
    id: str


@dataclass(frozen=True)
class Subnet:
    TYPE: ClassVar[str] = "AWS::EC2::Subnet"

    arn: str
    id: str
    vpc_id: str
    zone: str
    assigns_public_ip: bool


@dataclass(frozen=True)
class Route:
    """``destination`` is a CIDR or a prefix list, ``target`` an id (igw-, nat-, vpce-, local)."""

    destination: str
    target: str


@dataclass(frozen=True)
class RouteTable:
    """``main`` tables serve every subnet of the VPC that has no table of its own."""

    TYPE: ClassVar[str] = "AWS::EC2::RouteTable"

    arn: str
    id: str
    vpc_id: str
    subnet_ids: tuple[str, ...]
    main: bool
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class Rule:
    """A line of a group. ``peer`` is a CIDR, a prefix list or another group; no ports: all of them."""

    peer: str
    protocol: str
    from_port: int | None
    to_port: int | None


@dataclass(frozen=True)
class SecurityGroup:
    TYPE: ClassVar[str] = "AWS::EC2::SecurityGroup"

    arn: str
    id: str
    name: str
    vpc_id: str
    inbound: tuple[Rule, ...]
    outbound: tuple[Rule, ...]


@dataclass(frozen=True)
class PrefixList:
    """Networks under one name, that rules and routes may mention. AWS's own are those of its services:
    their ``cidrs`` are not read."""

    TYPE: ClassVar[str] = "AWS::EC2::PrefixList"

    arn: str
    id: str
    name: str
    of_aws: bool
    cidrs: tuple[str, ...] | Unreadable


@dataclass(frozen=True)
class VpcEndpoint:
    """``service`` is without its prefix: ``s3``, ``kms``. No policy means full access."""

    TYPE: ClassVar[str] = "AWS::EC2::VPCEndpoint"

    arn: str
    id: str
    vpc_id: str
    service: str
    kind: str
    state: str
    policy: str | None
    private_dns: bool
    subnet_ids: tuple[str, ...]
    route_table_ids: tuple[str, ...]


@dataclass(frozen=True)
class FlowLog:
    TYPE: ClassVar[str] = "AWS::EC2::FlowLog"

    arn: str
    id: str
    resource_id: str
    active: bool
    traffic: str
