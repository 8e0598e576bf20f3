"""Restore the latest backup of every store to a new name, prove it, and delete it again.

Usage: ``python -m scripts.restore_test --vault healthcare-backup [--store ARN ...] [--back-up-first]
[--keep] [--sample 200] [--minimum-percent 90]``

The account is the one that the standard AWS variables point to. No item, key or object name is told, only
counts and whether keyed digests agree. Exit 0: everything is proven and deleted. 1: something is not as it
was, or was not restored; it stays for you to look at, and what deletes it is told. 2: nothing was restored.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.restore_test.account import Clients, NotDoneError, selected_stores
from scripts.restore_test.run import Options, Outcome, run, told_of

PROVEN, FAILED, NOT_DONE = 0, 1, 2
# What a locked vault takes: the module's shortest rule.
BACK_UP_DAYS = 35


def main(arguments: Sequence[str] | None = None) -> int:
    given = parse(arguments)
    try:
        clients = Clients(boto3.Session())
        outcomes = run(clients, options_of(clients, given), stores_of(clients, given), say)
    except NotDoneError as error:
        print(f"Not done: {error}", file=sys.stderr)
        return NOT_DONE
    except (BotoCoreError, ClientError) as error:
        print(
            f"Not done: AWS refused, or could not be asked ({told_of(error)}). Sign in to its account "
            "(AWS_PROFILE, AWS_REGION); docs/backup.md lists what the caller may do.",
            file=sys.stderr,
        )
        return NOT_DONE
    return conclude(outcomes)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.restore_test", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--vault", required=True, help="the vault: <name_prefix>-backup")
    parser.add_argument("--store", action="append", metavar="ARN", help="only this store; can be repeated")
    parser.add_argument("--role-arn", help="what backs up (default: the role named as the vault)")
    parser.add_argument("--restore-role-arn", help="what restores (default: the role named <vault>-restore)")
    parser.add_argument(
        "--back-up-first", action="store_true", help="back up every store now, and restore that"
    )
    parser.add_argument("--back-up-days", type=int, default=BACK_UP_DAYS, help="how long that backup is kept")
    parser.add_argument("--keep", action="store_true", help="delete nothing, and say what is left")
    parser.add_argument(
        "--sample", type=at_least_one, default=200, help="items of each store that are compared"
    )
    parser.add_argument(
        "--minimum-percent", type=int, default=90, help="how many of them must be as they are now"
    )
    return parser.parse_args(arguments)


def at_least_one(text: str) -> int:
    """What is compared with nothing proves nothing."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return int(text)


def options_of(clients: Clients, given: argparse.Namespace) -> Options:
    account = clients("sts").get_caller_identity()
    roles = f"{':'.join(account['Arn'].split(':')[:2])}:iam::{account['Account']}:role"
    return Options(
        vault=given.vault,
        role_arn=given.role_arn or f"{roles}/{given.vault}",
        restore_role_arn=given.restore_role_arn or f"{roles}/{given.vault}-restore",
        name_prefix=given.vault.removesuffix("-backup"),
        back_up_days=given.back_up_days if given.back_up_first else None,
        keep=given.keep,
        sample=given.sample,
        minimum_percent=given.minimum_percent,
    )


def stores_of(clients: Clients, given: argparse.Namespace) -> list[str]:
    selected = selected_stores(clients, given.vault)
    unknown = sorted(set(given.store or ()) - set(selected))
    if unknown:
        raise NotDoneError(f"No plan of {given.vault} selects {', '.join(unknown)}.")
    return sorted(given.store) if given.store else selected


def conclude(outcomes: Sequence[Outcome]) -> int:
    proven = sum(outcome.proven for outcome in outcomes)
    print(f"{proven} of {len(outcomes)} stores were restored and proven.")
    return PROVEN if proven == len(outcomes) else FAILED


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
