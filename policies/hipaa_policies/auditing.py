"""Audit live accounts: the library's entry, which ``hipaa audit`` and whoever else runs the checklist call::

assessment = audit(regions=["us-east-1"], waivers=Path("waivers.yaml"))
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError

from hipaa_policies.assessment import Assessment, assess
from hipaa_policies.catalogue import catalogue
from hipaa_policies.decisions import Waiver, read_settings, read_waivers
from hipaa_policies.facts import Unreadable
from hipaa_policies.problems import NotDoneError
from hipaa_policies.readers.live import UnreadableError, read_account, read_tag_scope
from hipaa_policies.readers.live.disabled import unread_account
from hipaa_policies.readers.live.sessions import EXPIRED, assumed, check_role, explained, session_of
from hipaa_policies.settings import Settings
from hipaa_policies.side_by_side import side_by_side

# Accounts and regions at a time. Each has a pool of its own for its calls.
_AT_A_TIME = 4
Say = Callable[[str], None]


@dataclass(frozen=True)
class _Target:
    """An account, by the session that reads it (or why there is none), in a region."""

    session: boto3.Session | NotDoneError
    region: str
    role: str

    @property
    def label(self) -> str:
        return (
            f"the account of {self.role} in {self.region}" if self.role else f"the account in {self.region}"
        )


@dataclass(frozen=True)
class _Decisions:
    waivers: tuple[Waiver, ...]
    settings: Settings
    tags: tuple[tuple[str, str], ...]
    taken_at: datetime


def audit(
    *,
    regions: Sequence[str] = (),
    profile: str | None = None,
    roles: Sequence[str] = (),
    external_id: str | None = None,
    tags: Sequence[str] = (),
    waivers: Path | None = None,
    attestations: Path | None = None,
    proposed_rule: bool = False,
    progress: bool = False,
) -> Assessment:
    """Read and judge the account that the standard AWS variables point to, or those of the roles.

    Of several, one that cannot be read is UNKNOWN throughout, and named in ``not_read``.
    ``external_id`` goes with every role; ``tags`` are written ``key=value``.
    Raises ``NotDoneError`` where nothing at all can be read, and ``DecisionFileError``.
    """
    taken_at = datetime.now(UTC)
    controls = [control.id for control in catalogue()]
    decisions = _Decisions(
        waivers=read_waivers(waivers, controls) if waivers else (),
        settings=replace(read_settings(attestations, taken_at.date()), proposed_rule=proposed_rule),
        tags=tuple(_tag(text) for text in tags),
        taken_at=taken_at,
    )
    say = _teller(progress)
    targets = _targets(profile, regions, roles, external_id)
    pool = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="account")
    try:
        running = [pool.submit(_tried, target, decisions, say) for target in targets]
        done = [future.result() for future in running]
    finally:
        # Without waiting: who interrupts (Ctrl-C) does not want to see the calls' retries out.
        pool.shutdown(wait=False, cancel_futures=True)
    judged = [one for one in done if isinstance(one, Assessment)]
    if not judged:
        raise next(one for one in done if isinstance(one, NotDoneError))
    return side_by_side(
        [
            one if isinstance(one, Assessment) else _not_read(target, one, judged[0].account, decisions)
            for target, one in zip(targets, done, strict=True)
        ]
    )


def _tried(target: _Target, decisions: _Decisions, say: Say) -> Assessment | NotDoneError:
    try:
        return _judge(target, decisions, say)
    except NotDoneError as error:
        return error


def _not_read(target: _Target, error: NotDoneError, account: str, decisions: _Decisions) -> Assessment:
    """An account beside others, which could not be read: its id is the role's, else that of the others."""
    partition, identifier = "aws", account
    if target.role:
        _, partition, _, _, identifier, _ = target.role.split(":", 5)
    problem = Unreadable(f"reading {target.label}", "NotRead", str(error))
    assessment = assess(
        unread_account(identifier, target.region, partition, problem),
        decisions.settings,
        lens="live",
        taken_at=decisions.taken_at,
        waivers=decisions.waivers,
        unreadable=(problem,),
    )
    return replace(assessment, not_read=(f"{target.label} was not read: {error}",))


def _tag(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise NotDoneError(f"--tag {text!r} must be KEY=VALUE")
    return key, value


def _teller(progress: bool) -> Say:
    started = time.monotonic()

    def say(text: str) -> None:
        if progress:
            sys.stderr.write(f"[{time.monotonic() - started:5.1f} s] {text}\n")
            sys.stderr.flush()

    return say


def _targets(
    profile: str | None, regions: Sequence[str], roles: Sequence[str], external_id: str | None
) -> list[_Target]:
    """Every account in every region, each once."""
    if external_id is not None and not roles:
        raise NotDoneError("--external-id goes with --role-arn: there is no role to assume")
    session = session_of(profile)
    # boto3 knows AWS_DEFAULT_REGION only; the other SDKs and Terraform go by AWS_REGION first.
    chosen = list(dict.fromkeys(regions)) or [os.environ.get("AWS_REGION") or session.region_name or ""]
    if not all(chosen):
        raise NotDoneError(
            "no region is configured, so nothing was audited: set AWS_REGION=us-east-1 (or yours), take an "
            "AWS_PROFILE that has a region, or give --region"
        )
    if not roles:
        return [_Target(session, region, "") for region in chosen]
    sessions = [(role, _assumed(session, role, chosen[0], external_id)) for role in dict.fromkeys(roles)]
    return [_Target(one, region, role) for role, one in sessions for region in chosen]


def _assumed(
    session: boto3.Session, role: str, region: str, external_id: str | None
) -> boto3.Session | NotDoneError:
    check_role(role, external_id)
    try:
        return assumed(session, role, region, external_id)
    except NotDoneError as error:
        return error


def _judge(target: _Target, decisions: _Decisions, say: Say) -> Assessment:
    def tell(text: str) -> None:
        say(f"{target.label}: {text}")

    if isinstance(target.session, NotDoneError):
        raise target.session
    say(f"reading {target.label}")
    try:
        account, record = read_account(target.session, target.region, tell)
    except UnreadableError as error:
        of_role = f"{target.label}: " if target.role else ""
        raise NotDoneError(of_role + explained(error.problem, target.region)) from error
    except BotoCoreError as error:
        raise NotDoneError(f"AWS cannot be asked: {error}") from error
    scope = None
    if decisions.tags:
        try:
            scope = read_tag_scope(target.session, target.region, decisions.tags, record)
        except UnreadableError as error:
            raise NotDoneError(f"what has the tags cannot be listed: {error.problem}") from error
    assessment = assess(
        account,
        decisions.settings,
        lens="live",
        taken_at=decisions.taken_at,
        waivers=decisions.waivers,
        asked=record.asked,
        unreadable=tuple(record.problems),
        scope=scope,
    )
    expired = next((problem for problem in record.problems if problem.code in EXPIRED), None)
    if expired is None:
        return assessment
    return replace(
        assessment,
        not_read=(
            f"{target.label} was read in part: {expired} on the way. Renew the credentials, and run again.",
        ),
    )
