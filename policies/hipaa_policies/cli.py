"""The command line.

Exit status: 0 where nothing failed, 1 where a control failed (or, with ``--strict-unknown``, could not
be judged), 2 where the work could not be done, 130 where it was interrupted.

What asks AWS is imported by the commands that ask: importing boto3 takes longer than judging a plan.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence

from hipaa_policies import __version__
from hipaa_policies.assessment import Assessment
from hipaa_policies.catalogue import catalogue
from hipaa_policies.commands import audit, drift, plan
from hipaa_policies.commands.common import INTERRUPTED, NOT_DONE, PASSED
from hipaa_policies.decisions import DecisionFileError
from hipaa_policies.explain import UnknownControlError, explain, find_control
from hipaa_policies.problems import NotDoneError
from hipaa_policies.reports.as_json import schema_text

# The threads that ask AWS (auditing.py, readers/live).
_WORKERS = ("account", "aws", "reader")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except (NotDoneError, DecisionFileError) as error:
        print(f"hipaa: {error}", file=sys.stderr)
        return NOT_DONE
    except BrokenPipeError:
        _drop_output()  # whoever read has had enough (`| head`)
        return NOT_DONE
    except OSError as error:
        if error.filename is not None:  # files are read and written elsewhere, and errors of theirs told
            raise
        _drop_output()
        print(f"hipaa: standard output cannot be written: {error.strerror}", file=sys.stderr)
        return NOT_DONE
    except KeyboardInterrupt:
        print("hipaa: interrupted, nothing was written", file=sys.stderr)
        return _interrupted()
    return status


def _interrupted() -> int:
    """Python would wait for the calls that are under way, and for their retries, before it ends."""
    if any(thread.name.startswith(_WORKERS) for thread in threading.enumerate()):
        sys.stderr.flush()
        os._exit(INTERRUPTED)
    return INTERRUPTED


def _drop_output() -> None:
    """Python would flush once more at its end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hipaa", description="The HIPAA checklist for serverless AWS.")
    parser.add_argument("--version", action="version", version=f"hipaa-policies {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    audit.add_to(commands)
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


def _live(region: str | None, profile: str | None, progress: bool) -> Assessment:
    """The live lens of `hipaa drift`: waivers aside, since it compares what is, not what is accepted."""
    from hipaa_policies.auditing import audit as audit_live

    return audit_live(regions=[region] if region else [], profile=profile, progress=progress)


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
    from hipaa_policies.readers.live import policy_document

    print(policy_document())
    return PASSED


if __name__ == "__main__":
    sys.exit(main())
