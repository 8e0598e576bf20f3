"""`make prove-iam`: see docs/least_privilege.md.

    python -m tests.prove_iam [--role patient-api] [--state-dir .local/up] [--fresh] [--write-docs]

Without ``--state-dir`` it deploys environments/local to a local cloud of its own, and ends it afterwards. The
functions' roles come first, then the bootstrap's, terraform-plan and hipaa-audit.
Exit status 1 where a grant is not proven and is no named exception, 2 where nothing could be proven.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from scripts.local_deployment import ROOT, DeploymentError
from tests.prove_iam.bootstrap import Bootstrap
from tests.prove_iam.exceptions import read_exceptions
from tests.prove_iam.functions import Functions, digests_of
from tests.prove_iam.probes import played_functions
from tests.prove_iam.proving import BrokenProbeError
from tests.prove_iam.report import RoleReport, lines, markdown, needless, write
from tests.prove_iam.results import Results
from tests.prove_iam.roles import NotPutBackError
from tests.reliability.__main__ import deployed

RESULTS = ROOT / "reports" / "prove_iam"
PAGE = ROOT / "docs" / "least_privilege.md"
BOOTSTRAP = {"hipaa-audit": "audit", "terraform-plan": "plan"}
INTERRUPTED = 130  # as a shell has it for SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    exceptions = read_exceptions()
    reports: list[RoleReport] = []
    try:
        with deployed(given.state_dir) as deployment:
            results = Results(given.results.resolve(), digests_of(deployment))
            functions, bootstrap = Functions(deployment, results, say), Bootstrap(deployment, results, say)
            if given.role not in BOOTSTRAP:
                if not given.report_only:
                    functions.prove(given.role, given.fresh, given.replay)
                reports += functions.report(given.role, exceptions)
            if given.role is None or given.role in BOOTSTRAP:
                purpose = BOOTSTRAP.get(given.role)
                if not given.report_only:
                    bootstrap.prove(purpose, given.fresh, given.replay)
                reports += bootstrap.report(purpose, exceptions)
    except (BrokenProbeError, DeploymentError, NotPutBackError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted. The policy is back; the next run goes on from here.", file=sys.stderr)
        return INTERRUPTED
    if not reports:
        print("Nothing was proven of it in this deployment: leave --report-only out.", file=sys.stderr)
        return 2
    say("\n" + "\n".join(lines(reports, exceptions)))
    if given.role is None and (left := needless(reports, exceptions)):
        say(f"exceptions.toml excuses what is proven by now, or granted no more: {', '.join(left)}")
    if given.write_docs:
        write(PAGE, markdown(reports, exceptions, datetime.now(UTC).date()))
    return 1 if any(report.unproven for report in reports) else 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    # Refused before minutes of deploying, with the names that there are.
    made.add_argument(
        "--role",
        choices=[*(name.replace("_", "-") for name in played_functions()), *BOOTSTRAP],
        metavar="ROLE",
        help="a function's name, or one of the bootstrap's two roles; default: every role",
    )
    made.add_argument("--state-dir", type=Path, help="of a deployment that runs already")
    made.add_argument("--results", type=Path, default=RESULTS, help="default: reports/prove_iam")
    made.add_argument("--fresh", action="store_true", help="prove again what an earlier run has proven")
    made.add_argument("--replay", action="store_true", help="record and ask the engine; take nothing away")
    made.add_argument("--report-only", action="store_true", help="say what earlier runs have proven")
    made.add_argument("--write-docs", action="store_true", help="write the table of docs/least_privilege.md")
    return made


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
