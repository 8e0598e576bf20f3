"""Statuses, verdicts and findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hipaa_policies.facts.base import Resource


class Status(Enum):
    """The six answers a control can give about a resource."""

    PASS = "PASS"  # noqa: S105 - a status, not a password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    WAIVED = "WAIVED"
    ATTESTED = "ATTESTED"


class Requirement(Enum):
    """How binding the rule's specification is: 45 CFR 164, Subpart C, Appendix A."""

    REQUIRED = "required"
    ADDRESSABLE = "addressable"


REQUIRED = Requirement.REQUIRED
ADDRESSABLE = Requirement.ADDRESSABLE


@dataclass(frozen=True)
class Verdict:
    """What a control says of one resource. ``about`` where it is another than the one it was asked about."""

    status: Status
    message: str
    about: Resource | None = None


@dataclass(frozen=True)
class Finding:
    """One line of the evidence. The fields, and the texts in them, are the documented JSON."""

    control_id: str
    title: str
    status: Status
    resource: str
    resource_type: str
    account: str
    region: str
    citation: str
    requirement: Requirement
    checklist: str
    message: str

    @property
    def where(self) -> str:
        """The resource as a reader of a list finds it soonest."""
        return self.resource


@dataclass(frozen=True)
class PlannedFinding(Finding):
    """A finding of the plan lens: with Terraform's address and, where its files are at hand, the line."""

    address: str | None = None
    file: str | None = None
    line: int | None = None

    @property
    def where(self) -> str:
        if self.address is None:
            return self.resource
        return f"{self.file}:{self.line} {self.address}" if self.file else self.address


def passed(message: str, about: Resource | None = None) -> Verdict:
    return Verdict(Status.PASS, message, about)


def failed(message: str, about: Resource | None = None) -> Verdict:
    return Verdict(Status.FAIL, message, about)


def unknown(message: str, about: Resource | None = None) -> Verdict:
    return Verdict(Status.UNKNOWN, message, about)


def not_applicable(message: str, about: Resource | None = None) -> Verdict:
    return Verdict(Status.NOT_APPLICABLE, message, about)


def attested(message: str, about: Resource | None = None) -> Verdict:
    return Verdict(Status.ATTESTED, message, about)


def judged(good: bool, when_good: str, when_bad: str, about: Resource | None = None) -> Verdict:
    """PASS or FAIL, with the message that belongs to it."""
    return passed(when_good, about) if good else failed(when_bad, about)
