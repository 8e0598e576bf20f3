"""Access analyzers, GuardDuty, Inspector and AWS Config: a few calls a region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.detection import Analyzer, ConfigRecorder, Detector, Scanner
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader

_EXTERNAL = ("ACCOUNT", "ORGANIZATION")
# As the provider and EnableInspector name what BatchGetAccountStatus names in lower case.
_SCANS = {"ec2": "EC2", "ecr": "ECR", "lambda": "LAMBDA", "lambdaCode": "LAMBDA_CODE"}


@reader("analyzers", operations={"accessanalyzer": ("ListAnalyzers", "ListFindingsV2")})
def read_analyzers(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("accessanalyzer", "ListAnalyzers", "analyzers")
    return {"analyzers": Listing(aws.each(listed.items, lambda a: _analyzer(aws, a)), listed.problem)}


def _analyzer(aws: Aws, answer: Mapping[str, Any]) -> Analyzer:
    external, active = answer["type"] in _EXTERNAL, answer["status"] == "ACTIVE"
    findings: tuple[str, ...] | Unreadable = ()
    if external and active:
        listed = aws.pages(
            "accessanalyzer",
            "ListFindingsV2",
            "findings",
            analyzerArn=answer["arn"],
            filter={"status": {"eq": ["ACTIVE"]}},
        )
        named = {finding.get("resource") or finding["id"] for finding in listed.items}
        findings = listed.problem or tuple(sorted(named))
    return Analyzer(answer["arn"], answer["name"], external, active, findings)


@reader("detectors", operations={"guardduty": ("GetDetector", "ListDetectors")})
def read_detectors(aws: Aws, where: Where) -> Facts:
    listed = aws.pages("guardduty", "ListDetectors", "DetectorIds")
    found = aws.each(listed.items, lambda identifier: _detector(aws, identifier, where))
    return {"detectors": Listing(found, listed.problem)}


def _detector(aws: Aws, identifier: str, where: Where) -> Detector:
    answer = aws.optional("guardduty", "GetDetector", [], DetectorId=identifier)
    enabled = answer if isinstance(answer, Unreadable) else (answer or {})["Status"] == "ENABLED"
    return Detector(where.arn("guardduty", f"detector/{identifier}"), identifier, enabled)


@reader("scanners", operations={"inspector2": ("BatchGetAccountStatus",)})
def read_scanners(aws: Aws, where: Where) -> Facts:
    """Where Inspector is off there is none."""
    listed = aws.pages("inspector2", "BatchGetAccountStatus", "accounts", accountIds=[where.account])
    scans = tuple(
        sorted(
            _SCANS[kind]
            for answer in listed.items
            for kind, state in answer["resourceState"].items()
            if kind in _SCANS and state["status"] in ("ENABLED", "ENABLING")
        )
    )
    found = (Scanner(where.arn("inspector2", "account"), scans),) if scans else ()
    return {"scanners": Listing(found, listed.problem)}


@reader(
    "config_recorders",
    operations={
        "config": (
            "DescribeConfigurationRecorderStatus",
            "DescribeConfigurationRecorders",
            "DescribeDeliveryChannels",
        )
    },
)
def read_config_recorders(aws: Aws, where: Where) -> Facts:
    listed = aws.pages("config", "DescribeConfigurationRecorders", "ConfigurationRecorders")
    states = aws.pages("config", "DescribeConfigurationRecorderStatus", "ConfigurationRecordersStatus")
    channels = aws.pages("config", "DescribeDeliveryChannels", "DeliveryChannels")
    recording = {state["name"] for state in states.items if state.get("recording")}
    bucket = next((channel["s3BucketName"] for channel in channels.items), None)
    found = tuple(
        ConfigRecorder(
            arn=answer.get("arn") or where.arn("config", f"configuration-recorder/{answer['name']}"),
            name=answer["name"],
            everything=bool((answer.get("recordingGroup") or {}).get("allSupported")),
            recording=states.problem or answer["name"] in recording,
            bucket=channels.problem or bucket,
        )
        for answer in listed.items
    )
    return {"config_recorders": Listing(found, listed.problem)}
