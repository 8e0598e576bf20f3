"""`make reliability`: 10,000 HL7 messages through the deployed queue and function while AWS fails.

    python -m tests.reliability [--messages 10000] [--seed 1] [--fifo] [--state-dir .local/up]

Without ``--state-dir`` it deploys environments/local to a local cloud of its own, and ends it afterwards.
Exit status 1 where a message was lost, doubled or put in the wrong place.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts.local_deployment import ROOT, LocalDeployment, host_architecture
from scripts.package_functions import function_names, package
from tests.reliability.ehr import StuckError, say
from tests.reliability.run import run


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fifo", action="store_true", help="deploy a FIFO queue, with one group a patient")
    parser.add_argument("--state-dir", type=Path, help="of a deployment that runs already")
    given = parser.parse_args(arguments)
    if given.fifo:
        os.environ["TF_VAR_hl7_fifo"] = "true"  # noqa: SIM112  # Terraform's spelling
    with deployed(given.state_dir) as deployment:
        try:
            report = run(deployment, given.messages, given.seed, progress=True)
        except StuckError as stuck:
            print(f"WRONG  {stuck}")
            return 1
    print(report)
    return 1 if report.wrong else 0


@contextmanager
def deployed(state_dir: Path | None) -> Iterator[LocalDeployment]:
    """The deployment in `state_dir`, or one of its own that goes afterwards."""
    if state_dir is not None:
        yield LocalDeployment(state_dir.resolve())
        return
    say("deploying environments/local to a local cloud: some minutes")
    package(function_names(), host_architecture(), ROOT / "dist")
    with tempfile.TemporaryDirectory(prefix="reliability-") as directory:
        deployment = LocalDeployment(Path(directory))
        deployment.start()
        try:
            deployment.apply(None)
            yield deployment
        finally:
            deployment.stop()


if __name__ == "__main__":
    raise SystemExit(main())
