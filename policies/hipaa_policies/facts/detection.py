"""Services that watch an account: access analyzers, GuardDuty, Inspector, AWS Config."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hipaa_policies.facts.base import Unreadable


@dataclass(frozen=True)
class Analyzer:
    """``external`` ones look for access from outside (others for access that nobody uses). ``findings`` are
    the resources of its active findings; ``None`` where the lens can have none (a plan)."""

    TYPE: ClassVar[str] = "AWS::AccessAnalyzer::Analyzer"

    arn: str
    name: str
    external: bool
    active: bool
    findings: tuple[str, ...] | Unreadable | None


@dataclass(frozen=True)
class Detector:
    """GuardDuty's, one in each region."""

    TYPE: ClassVar[str] = "AWS::GuardDuty::Detector"

    arn: str
    id: str
    enabled: bool | Unreadable


@dataclass(frozen=True)
class Scanner:
    """Inspector in this account and region. ``scans`` are the kinds it is on for: LAMBDA, LAMBDA_CODE, ..."""

    TYPE: ClassVar[str] = "AWS::InspectorV2::Scanner"

    arn: str
    scans: tuple[str, ...]


@dataclass(frozen=True)
class ConfigRecorder:
    """AWS Config's. ``everything`` tells that it records all kinds of resources, ``bucket`` where the
    inventory goes."""

    TYPE: ClassVar[str] = "AWS::Config::ConfigurationRecorder"

    arn: str
    name: str
    everything: bool
    recording: bool | Unreadable
    bucket: str | Unreadable | None
