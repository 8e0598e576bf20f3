"""``hipaa audit``: judge live accounts."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from hipaa_policies.commands.common import (
    ATTESTATIONS,
    FAILED,
    NOT_DONE,
    PASSED,
    WAIVERS,
    add_decision_options,
    existing,
)
from hipaa_policies.commands.outputs import add_output_options, outputs, write_reports
from hipaa_policies.verdicts import Status


def add_to(commands: Any) -> None:
    """Enter the command."""
    parser = commands.add_parser(
        "audit", help="judge a live account", description="Judge live accounts. Reads only."
    )
    add_output_options(parser)
    parser.add_argument(
        "--region",
        action="append",
        default=[],
        help="repeatable; default: that of the environment, or of the profile",
    )
    parser.add_argument("--profile", help="a profile of the AWS configuration")
    parser.add_argument(
        "--role-arn",
        action="append",
        default=[],
        metavar="ARN",
        help="assume this role, and judge its account; repeatable: several accounts in one report",
    )
    parser.add_argument(
        "--external-id", metavar="ID", help="what the trust policies of the roles ask for (sts:ExternalId)"
    )
    parser.add_argument(
        "--tag",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="judge what has this tag; repeatable (one key: any of the values, several keys: all of them)",
    )
    add_decision_options(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from hipaa_policies.auditing import audit  # imports boto3, which `hipaa --help` can do without

    wanted = outputs(options.format, options.output)
    assessment = audit(
        regions=options.region,
        profile=options.profile,
        roles=options.role_arn,
        external_id=options.external_id,
        tags=options.tag,
        waivers=options.waivers or existing(WAIVERS),
        attestations=options.attestations or existing(ATTESTATIONS),
        proposed_rule=options.proposed_rule,
        progress=not options.quiet,
    )
    write_reports(assessment, wanted)
    counts = assessment.counts()
    if not options.quiet:
        totals = ", ".join(f"{counts[status]} {status.value}" for status in Status if counts[status])
        sys.stderr.write(f"{totals}; {sum(assessment.asked.values())} requests\n")
    for text in assessment.not_read:
        sys.stderr.write(f"hipaa: {text}\n")
    if assessment.not_read:
        return NOT_DONE
    if counts[Status.FAIL] or (options.strict_unknown and counts[Status.UNKNOWN]):
        return FAILED
    return PASSED
