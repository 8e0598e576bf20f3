"""The live lens: facts from boto3, by account-wide list calls that run side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import fields
from typing import Any

import boto3

from hipaa_policies.facts import Account, Listing, Unreadable
from hipaa_policies.readers.live import (  # noqa: F401 - importing them enters their readers
    apis,
    backups,
    databases,
    detection,
    egress,
    functions,
    identities,
    keys,
    log_exports,
    logs,
    messaging,
    monitoring,
    network,
    sign_in,
    stores,
    user_pools,
)
from hipaa_policies.readers.live.aws import Aws, Operation, Record, UnreadableError
from hipaa_policies.readers.live.disabled import in_disabled_region
from hipaa_policies.readers.live.permissions import read_only_policy
from hipaa_policies.readers.live.registry import READERS, Reader, Where
from hipaa_policies.scoping import TagScope

__all__ = ["Record", "UnreadableError", "operations", "policy_document", "read_account", "read_tag_scope"]

WHO = Operation("sts", "GetCallerIdentity")
TAGGED = Operation("resourcegroupstaggingapi", "GetResources")
# Each waits for its own calls in the pool of Aws, so they need threads of their own.
PARALLEL_READERS = 8

Progress = Callable[[str], None]


def operations() -> frozenset[Operation]:
    """All that the readers ask for."""
    return frozenset({WHO, TAGGED}.union(*(reader.operations for reader in READERS)))


def policy_document() -> str:
    """The read-only IAM policy for whoever runs the audit, as JSON."""
    # sts:GetCallerIdentity needs no permission.
    return read_only_policy((o.service, o.name) for o in operations() - {WHO})


def read_account(session: boto3.Session, region: str, progress: Progress) -> tuple[Account, Record]:
    """Read all facts. What could not be read is in the facts, as ``Unreadable``.

    Raises ``UnreadableError`` where AWS does not even say whose account this is.
    """
    aws = Aws(session, region, operations())
    try:
        try:
            who = aws.call("sts", "GetCallerIdentity")
        except UnreadableError as error:
            return in_disabled_region(session, region, error.problem), aws.record
        where = Where(who["Account"], region, who["Arn"].split(":")[1])
        listings: dict[str, Any] = {}
        with ThreadPoolExecutor(PARALLEL_READERS, thread_name_prefix="reader") as pool:
            running = {pool.submit(_read, reader, aws, where): reader for reader in READERS}
            for done, future in enumerate(as_completed(running), start=1):
                listings |= future.result()
                progress(f"read {done}/{len(running)}: {', '.join(running[future].fills)}")
        return Account(id=where.account, region=region, partition=where.partition, **listings), aws.record
    finally:
        aws.close()


def read_tag_scope(
    session: boto3.Session, region: str, tags: Sequence[tuple[str, str]], record: Record
) -> TagScope:
    """The ARNs of all that has the tags. Raises ``UnreadableError``: half a scope is none."""
    wanted: dict[str, list[str]] = {}
    for key, value in tags:
        wanted.setdefault(key, []).append(value)
    filters = [{"Key": key, "Values": values} for key, values in wanted.items()]
    aws = Aws(session, region, operations())
    try:
        listed = aws.pages(TAGGED.service, TAGGED.name, "ResourceTagMappingList", TagFilters=filters)
    finally:
        aws.close()
    record.asked.update(aws.record.asked)
    if listed.problem is not None:
        raise UnreadableError(listed.problem)
    return TagScope(tuple(tags), frozenset(answer["ResourceARN"] for answer in listed.items))


def _read(reader: Reader, aws: Aws, where: Where) -> dict[str, Listing[Any]]:
    """One reader's listings. An answer that has not the form that AWS documents makes them unreadable."""
    try:
        filled = reader.read(aws, where)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        text = f"{type(error).__name__}: {error}"
        problem = Unreadable(f"reading {', '.join(reader.fills)}", "UnexpectedAnswer", text)
        aws.record.fail(problem)
        return {name: Listing((), problem) for name in reader.fills}
    if set(filled) != set(reader.fills):
        raise AssertionError(f"a reader filled {sorted(filled)} and declares {sorted(reader.fills)}")
    return dict(filled)


def unfilled() -> set[str]:
    """The listings of ``Account`` that no reader fills: there must be none."""
    listed = {f.name for f in fields(Account) if "Listing" in str(f.type)}
    return listed - {name for reader in READERS for name in reader.fills}
