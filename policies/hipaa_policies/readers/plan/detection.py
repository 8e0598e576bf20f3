"""Access analyzers, GuardDuty, Inspector, AWS Config, as planned; and who signs in, which no plan shows."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.detection import Analyzer, ConfigRecorder, Detector, Scanner
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.model import Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, elsewhere, reader

_EXTERNAL = ("ACCOUNT", "ORGANIZATION")
_RECORDER = ("aws_config_configuration_recorder",)


@reader("users", types=())
def read_users(_: Plan) -> Facts:
    return {"users": Listing((), elsewhere("those who sign in"))}


@reader("analyzers", types=("aws_accessanalyzer_analyzer",))
def read_analyzers(plan: Plan) -> Facts:
    found = tuple(map(_analyzer, plan.of("aws_accessanalyzer_analyzer")))
    return {"analyzers": Listing(found, None if found else elsewhere("access analyzers"))}


def _analyzer(planned: Planned) -> Analyzer:
    kind = planned.get("type") or "ACCOUNT"
    return partial(
        Analyzer,
        arn=planned.arn,
        name=planned.name,
        external=kind if isinstance(kind, Unreadable) else kind in _EXTERNAL,
        active=True,
        findings=None,
    )


@reader("detectors", types=("aws_guardduty_detector",))
def read_detectors(plan: Plan) -> Facts:
    found = tuple(
        partial(Detector, arn=planned.arn, id=planned.id, enabled=planned.flag("enable", True))
        for planned in plan.of("aws_guardduty_detector")
    )
    return {"detectors": Listing(found, None if found else elsewhere("GuardDuty's detectors"))}


@reader("scanners", types=("aws_inspector2_enabler",))
def read_scanners(plan: Plan) -> Facts:
    found = tuple(map(_scanner, plan.of("aws_inspector2_enabler")))
    return {"scanners": Listing(found, None if found else elsewhere("Inspector's settings"))}


def _scanner(planned: Planned) -> Scanner:
    accounts = planned.all_references("account_ids", ())
    scans: Any = planned.all_references("resource_types", ())
    if isinstance(accounts, Unreadable):
        scans = accounts
    elif planned.plan.account not in accounts:
        scans = ()  # an administrator's, for other accounts
    return partial(Scanner, arn=planned.arn, scans=scans)


@reader(
    "config_recorders",
    types=(*_RECORDER, "aws_config_configuration_recorder_status", "aws_config_delivery_channel"),
)
def read_config_recorders(plan: Plan) -> Facts:
    started = {
        planned.reference("name", _RECORDER, "name"): planned.flag("is_enabled")
        for planned in plan.of("aws_config_configuration_recorder_status")
    }
    channels = [
        planned.reference("s3_bucket_name", ("aws_s3_bucket",), "name")
        for planned in plan.of("aws_config_delivery_channel")
    ]
    found = tuple(
        partial(
            ConfigRecorder,
            arn=planned.arn,
            name=planned.name,
            everything=_everything(planned),
            recording=started.get(planned.name, False),
            bucket=channels[0] if channels else None,
        )
        for planned in plan.of(*_RECORDER)
    )
    return {"config_recorders": Listing(found, None if found else elsewhere("AWS Config's recorders"))}


def _everything(planned: Planned) -> Any:
    group = planned.block("recording_group", computed=True)
    if group is None or isinstance(group, Unreadable):
        return True if group is None else group
    return group.flag("all_supported", True)
