"""``make plan ENV=prod`` and its like: ``python -m scripts.environments plan|apply|audit|drift|sign NAME``.

Exit: 0 done; 1 a control FAILs; 2 nothing was done, or only in part. ``drift`` speaks as Terraform's
-detailed-exitcode does: 0 no drift, 1 not known, 2 drift. (``make`` turns whatever is not 0 into 2.)
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from scripts.broken_pipe import ending_quietly
from scripts.environments import commands, signing
from scripts.environments.account import check_account
from scripts.environments.environment import ROOT, find
from scripts.environments.problems import FailedControlsError, RefusedError

COMMANDS = {
    "plan": commands.plan,
    "apply": commands.apply,
    "audit": commands.audit,
    "drift": commands.drift,
    "sign": signing.sign,
}
INTERRUPTED = 130  # as a shell has it for SIGINT
QUIET_SECONDS = 10.0  # of work between two lines of progress


class Lines:
    """Progress, a line now and then, on standard error: standard output is for what was found."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, text: str) -> None:
        counting = text[:1].isdigit()
        if counting and time.monotonic() - self._last < QUIET_SECONDS:
            return
        self._last = time.monotonic()
        print(f"  {text}", file=sys.stderr, flush=True)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.environments", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("name", nargs="?", default="", help="a folder of environments/")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository; default: this one")
    return parser


def main(words: list[str] | None = None) -> int:
    given = arguments().parse_args(words)
    not_done = commands.DRIFT_NOT_KNOWN if given.command == "drift" else commands.NOT_DONE
    try:
        environment = find(given.name, given.root.resolve())
        check_account(environment)
        return COMMANDS[given.command](environment, Lines())
    except FailedControlsError as failed:
        print(failed, file=sys.stderr)
        return commands.FAILED
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        return not_done
    except KeyboardInterrupt:
        print(f"{given.command} was interrupted.", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(ending_quietly(main))
