"""Apply what somebody approved, and nothing else, on another machine than the one that planned it.

Usage: ``python -m scripts.ci.apply_approved ENVIRONMENT HASH``. No plan travels: it is made again, and
applied where the hash of its changes is the approved one: docs/decisions/0019-no-plan-leaves-its-machine.md.

Exit: as ``python -m scripts.environments`` has it; 2 where the changes are others, and nothing was applied.
"""

from __future__ import annotations

import sys

from scripts.ci.approved import REFUSED, approved_hash
from scripts.ci.changes import PlanFormError, changes_of
from scripts.environments.environment import ROOT, Environment, find
from scripts.environments.interrupts import ending_in_order
from scripts.environments.problems import RefusedError


def compare(environment: Environment, approved: str) -> None:
    """Raises ``RefusedError`` unless the saved plan makes the changes that were approved."""
    try:
        changes = changes_of(environment)
    except PlanFormError as error:
        raise RefusedError(f"The plan could not be compared, so nothing was applied: {error}") from error
    if changes.sha256 != approved:
        raise RefusedError(
            f"sha256:{approved} was approved, and the changes are now sha256:{changes.sha256}, planned by "
            f"{' and '.join(changes.made_with)}: the account, the state, the code, or one of those versions "
            "is not what it was (the approved summary names its own). Nothing was applied. Read the new "
            f"plan, and approve it: make plan-report ENV={environment.name}"
        )


def main(words: list[str]) -> int:
    try:
        environment = find(words[0] if words else "")
        approved = approved_hash(words[1] if len(words) > 1 else "")
        if planned := _run("plan", environment):
            return planned
        compare(environment, approved)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return REFUSED
    return _run("apply", environment)


def _run(command: str, environment: Environment) -> int:
    words = [sys.executable, "-m", "scripts.environments", command, environment.name]
    with ending_in_order(words, cwd=ROOT) as process:
        return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
