"""`make prove-iam`: see docs/least_privilege.md.

    python -m tests.prove_iam [--role patient-api] [--state-dir .local/up] [--fresh] [--write-docs]
    python -m tests.prove_iam --report-only [--write-docs]

Without ``--state-dir`` it deploys environments/local to a local cloud of its own, and ends it afterwards. The
functions' roles come first, then the bootstrap's, terraform-plan and hipaa-audit. The report is what the
records of the runs have, so that ``--report-only`` deploys nothing.
Exit status 1 where a grant is not proven and is no named exception, or a role has no record; 2 where nothing
could be proven.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.broken_pipe import ending_quietly
from scripts.local_deployment import ROOT, DeploymentError
from tests.prove_iam.bootstrap import Bootstrap
from tests.prove_iam.exceptions import read_exceptions
from tests.prove_iam.functions import Functions, digests_of
from tests.prove_iam.probes import played_functions
from tests.prove_iam.proving import BrokenProbeError
from tests.prove_iam.report import lines, markdown, needless, reports_of, write
from tests.prove_iam.results import Results
from tests.prove_iam.roles import NotPutBackError
from tests.reliability.__main__ import deployed

RESULTS = ROOT / "reports" / "prove_iam"
PAGE = ROOT / "docs" / "least_privilege.md"
BOOTSTRAP = {"hipaa-audit": "audit", "terraform-plan": "plan"}
ROLES = [*(name.replace("_", "-") for name in played_functions()), *BOOTSTRAP]
INTERRUPTED = 130  # as a shell has it for SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    words = parser()
    given = words.parse_args(arguments)
    if given.report_only and given.state_dir:
        words.error("--report-only says what the records have, and asks no deployment: leave --state-dir out")
    exceptions = read_exceptions()
    try:
        if not given.report_only:
            prove(given)
    except (BrokenProbeError, DeploymentError, NotPutBackError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted. The policy is back; the next run goes on from here.", file=sys.stderr)
        return INTERRUPTED
    reports, missing = reports_of(given.results, [given.role] if given.role else ROLES, exceptions)
    if not reports:
        print(
            f"{given.results} has no record of it: leave --report-only out, and it is made.", file=sys.stderr
        )
        return 2
    say("\n" + "\n".join(lines(reports, missing, exceptions)))
    if len(reports) == len(ROLES) and (left := needless(reports, exceptions)):
        say(f"exceptions.toml excuses what is proven by now, or granted no more: {', '.join(left)}")
    if given.write_docs:  # every role, also after a run of one
        write(PAGE, markdown(*reports_of(given.results, ROLES, exceptions), exceptions))
    return 1 if missing or any(report.unproven for report in reports) else 0


def prove(given: argparse.Namespace) -> None:
    with deployed(given.state_dir) as deployment:
        results = Results(given.results.resolve(), digests_of(deployment))
        if given.role not in BOOTSTRAP:
            Functions(deployment, results, say).prove(given.role, given.fresh, given.replay)
        if given.role is None or given.role in BOOTSTRAP:
            Bootstrap(deployment, results, say).prove(BOOTSTRAP.get(given.role), given.fresh, given.replay)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    # Refused before minutes of deploying, with the names that there are.
    made.add_argument(
        "--role",
        choices=ROLES,
        metavar="ROLE",
        help="a function's name, or one of the bootstrap's two roles; default: every role",
    )
    made.add_argument("--state-dir", type=Path, help="of a deployment that runs already")
    made.add_argument("--results", type=Path, default=RESULTS, help="default: reports/prove_iam")
    made.add_argument("--fresh", action="store_true", help="prove again what an earlier run has proven")
    made.add_argument("--replay", action="store_true", help="record and ask the engine; take nothing away")
    made.add_argument(
        "--report-only",
        action="store_true",
        help="say what earlier runs have proven, by their records; deploy nothing",
    )
    made.add_argument("--write-docs", action="store_true", help="write the table of docs/least_privilege.md")
    return made


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(ending_quietly(main))
