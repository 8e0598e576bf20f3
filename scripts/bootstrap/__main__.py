"""``make bootstrap ENV=prod``. Usage: ``python -m scripts.bootstrap NAME [--yes]``.

Exit: 0 done; 1 shown and not agreed to; 2 not done, or in part: run it again once it is mended.
"""

from __future__ import annotations

import argparse
import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.bootstrap.account import Account, account_of
from scripts.bootstrap.next_steps import next_steps
from scripts.bootstrap.stages import bootstrap
from scripts.environments.account import check_account
from scripts.environments.environment import ROOT
from scripts.environments.files import private_folder
from scripts.environments.problems import RefusedError

DONE, NOT_AGREED, NOT_DONE, INTERRUPTED = 0, 1, 2, 130


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.bootstrap", description=__doc__)
    parser.add_argument("name", nargs="?", default="", help="a folder of environments/")
    parser.add_argument("--yes", action="store_true", help="apply without asking: you have seen the plan")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository; default: this one")
    return parser


def main(words: list[str] | None = None) -> int:
    given = arguments().parse_args(words)
    try:
        account = account_of(given.name, given.root.resolve())
        check_account(account.environment)
        with alone(account):
            if not bootstrap(account, say, lambda question: given.yes or agreed(question)):
                print("Not applied. What is there is as it was.", file=sys.stderr)
                return NOT_AGREED
        print(next_steps(account))
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        return NOT_DONE
    except KeyboardInterrupt:
        print(f"Interrupted. `make bootstrap ENV={given.name}` goes on from where it was.", file=sys.stderr)
        return INTERRUPTED
    return DONE


def say(text: str) -> None:
    print(f"── {text}", flush=True)


def agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise RefusedError(
            "There is nobody to ask whether to apply the plan above, so nothing was applied. Run it in a "
            "terminal, or with --yes (make bootstrap ENV=... BOOTSTRAP=--yes)."
        )
    return input(f'{question} Only "yes" will do: ').strip() == "yes"


@contextmanager
def alone(account: Account) -> Iterator[None]:
    """Nobody else on this machine does the same; elsewhere, the lock in the bucket keeps them out."""
    private_folder(account.scratch)
    with (account.scratch / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RefusedError(
                f"Another `make bootstrap ENV={account.name}` is at work on this machine. Nothing was done."
            ) from error
        yield


if __name__ == "__main__":
    sys.exit(main())
