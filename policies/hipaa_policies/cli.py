"""The command line.

Exit status: 0 where nothing failed, 1 where a control failed (or, with ``--strict-unknown``, could not
be judged), 2 where the work could not be done.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.exceptions import (
    BotoCoreError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from hipaa_policies import __version__
from hipaa_policies.assessment import Assessment, assess
from hipaa_policies.catalogue import catalogue
from hipaa_policies.commands import drift, plan
from hipaa_policies.decisions import DecisionFileError, read_settings, read_waivers
from hipaa_policies.explain import UnknownControlError, explain, find_control
from hipaa_policies.facts import Unreadable
from hipaa_policies.problems import NotDoneError
from hipaa_policies.readers.live import UnreadableError, policy_document, read_account
from hipaa_policies.reports import FORMATS
from hipaa_policies.reports.as_json import schema_text
from hipaa_policies.verdicts import Status

PASSED, FAILED, NOT_DONE = 0, 1, 2
# Below the current directory: where this repository, and whoever copies its layout, keeps them.
WAIVERS = Path("policies", "waivers.yaml")
ATTESTATIONS = Path("policies", "attestations.yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (NotDoneError, DecisionFileError) as error:
        print(f"hipaa: {error}", file=sys.stderr)
        return NOT_DONE
    except KeyboardInterrupt:
        print("hipaa: interrupted, nothing was written", file=sys.stderr)
        return NOT_DONE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hipaa", description="The HIPAA checklist for serverless AWS.")
    parser.add_argument("--version", action="version", version=f"hipaa-policies {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    audit = commands.add_parser(
        "audit", help="judge a live account", description="Judge a live account. Reads only."
    )
    audit.add_argument("--format", choices=sorted(FORMATS), default="table", help="default: table")
    audit.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    audit.add_argument("--region", help="default: that of the environment, or of the profile")
    audit.add_argument("--profile", help="a profile of the AWS configuration")
    audit.add_argument("--waivers", type=Path, metavar="FILE", help=f"default: {WAIVERS}, where it exists")
    audit.add_argument(
        "--attestations", type=Path, metavar="FILE", help=f"default: {ATTESTATIONS}, where it exists"
    )
    audit.add_argument(
        "--strict-unknown", action="store_true", help="exit 1 also where something could not be judged"
    )
    audit.add_argument("--quiet", action="store_true", help="no progress on standard error")
    audit.set_defaults(run=_audit)
    plan.add_to(commands)
    drift.add_to(commands, _live)
    controls = commands.add_parser("controls", help="list the controls")
    controls.set_defaults(run=_controls)
    explained = commands.add_parser("explain", help="explain controls: what they check, why, how to mend it")
    explained.add_argument("controls", nargs="+", metavar="CONTROL", help="such as NET-01")
    explained.set_defaults(run=_explain)
    schema = commands.add_parser("schema", help="print the JSON schema of `audit --format json`")
    schema.set_defaults(run=_schema)
    policy = commands.add_parser("iam-policy", help="print the read-only IAM policy that `audit` needs")
    policy.set_defaults(run=_iam_policy)
    return parser


def _audit(options: argparse.Namespace) -> int:
    assessment = audit(
        region=options.region,
        profile=options.profile,
        waivers=options.waivers or _existing(WAIVERS),
        attestations=options.attestations or _existing(ATTESTATIONS),
        progress=not options.quiet,
    )
    _write(FORMATS[options.format](assessment), options.output)
    counts = assessment.counts()
    if not options.quiet:
        totals = ", ".join(f"{counts[status]} {status.value}" for status in Status if counts[status])
        print(f"{totals}; {sum(assessment.asked.values())} requests", file=sys.stderr)
    if counts[Status.FAIL] or (options.strict_unknown and counts[Status.UNKNOWN]):
        return FAILED
    return PASSED


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None


def _live(region: str | None, profile: str | None, progress: bool) -> Assessment:
    """The live lens of `hipaa drift`: waivers aside, since it compares what is, not what is accepted."""
    return audit(region=region, profile=profile, progress=progress)


def audit(
    *,
    region: str | None = None,
    profile: str | None = None,
    waivers: Path | None = None,
    attestations: Path | None = None,
    progress: bool = False,
) -> Assessment:
    """Read and judge the account that the standard AWS variables point to.

    Raises ``NotDoneError`` and ``DecisionFileError``.
    """
    taken_at = datetime.now(UTC)
    controls = [control.id for control in catalogue()]
    waived = read_waivers(waivers, controls) if waivers else ()
    settings = read_settings(attestations, taken_at.date())
    session = _session(profile)
    # boto3 knows AWS_DEFAULT_REGION only; the other SDKs and Terraform go by AWS_REGION first.
    chosen = region or os.environ.get("AWS_REGION") or session.region_name
    if not chosen:
        raise NotDoneError("no region: set AWS_REGION, or give --region (such as us-east-1)")
    started = time.monotonic()

    def say(text: str) -> None:
        if progress:
            print(f"[{time.monotonic() - started:5.1f} s] {text}", file=sys.stderr, flush=True)

    say(f"reading the account in {chosen}")
    try:
        account, record = read_account(session, chosen, say)
    except UnreadableError as error:
        raise NotDoneError(_explained(error.problem, chosen)) from error
    except BotoCoreError as error:
        raise NotDoneError(f"AWS cannot be asked: {error}") from error
    return assess(
        account,
        settings,
        lens="live",
        taken_at=taken_at,
        waivers=waived,
        asked=record.asked,
        unreadable=tuple(record.problems),
    )


def _session(profile: str | None) -> boto3.Session:
    try:
        return boto3.Session(profile_name=profile)
    except ProfileNotFound as error:
        raise NotDoneError(f"{error}: see `aws configure list-profiles`, or unset AWS_PROFILE") from error
    except BotoCoreError as error:
        raise NotDoneError(f"the AWS configuration cannot be used: {error}") from error


def _explained(problem: Unreadable, region: str) -> str:
    """Why AWS does not even say whose account this is."""
    if problem.code in (NoCredentialsError.__name__, PartialCredentialsError.__name__):
        return (
            "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or "
            "give --profile. For the local cloud `make up` prints the variables."
        )
    if problem.code in ("EndpointConnectionError", "InvalidRegionError", "ConnectTimeoutError"):
        return (
            f"AWS does not answer in the region {region!r}: {problem.message} Check the region's name, "
            "the network, and AWS_ENDPOINT_URL."
        )
    return f"{problem.operation} answered {problem.code}: {problem.message} Check, or renew, the credentials."


def _controls(_: argparse.Namespace) -> int:
    for control in catalogue():
        print(f"{control.id:<7} {control.cite:<24} {control.requirement.value:<12} {control.title}")
    return PASSED


def _explain(options: argparse.Namespace) -> int:
    try:
        controls = [find_control(identifier) for identifier in options.controls]
    except UnknownControlError as error:
        raise NotDoneError(str(error)) from error
    print("\n".join(explain(control) for control in controls), end="")
    return PASSED


def _schema(_: argparse.Namespace) -> int:
    print(schema_text())
    return PASSED


def _iam_policy(_: argparse.Namespace) -> int:
    print(policy_document())
    return PASSED


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NotDoneError(f"{output} cannot be written: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
