"""Regions that an account has not opted into: they answer as if the credentials were wrong."""

from __future__ import annotations

from dataclasses import fields

import boto3

from hipaa_policies.facts import Account, Listing, Unreadable
from hipaa_policies.readers.live.aws import Aws, Operation, UnreadableError

# What regional endpoints answer to the tokens of an account that has not enabled the region.
# https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
_CODES = frozenset(
    {
        "AuthFailure",
        "InvalidClientTokenId",
        "OptInRequired",
        "RegionDisabledException",
        "UnrecognizedClientException",
    }
)
# A region of each partition that cannot be switched off.
_ALWAYS_ON = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_WHO = Operation("sts", "GetCallerIdentity")


def in_disabled_region(session: boto3.Session, region: str, problem: Unreadable) -> Account:
    """The account, with nothing readable, where the credentials hold elsewhere and so the region is off.

    Raises ``UnreadableError`` with the problem where they hold nowhere, or it is of another kind.
    """
    partition = session.get_partition_for_region(region)
    home = _ALWAYS_ON.get(partition)
    if problem.code not in _CODES or home in (None, region):
        raise UnreadableError(problem)
    aws = Aws(session, home, frozenset({_WHO}))
    try:
        who = aws.call(_WHO.service, _WHO.name)
    except UnreadableError:
        raise UnreadableError(problem) from None
    finally:
        aws.close()
    reason = f"{problem.code} (the region {region} is not enabled for this account)"
    unread = Unreadable(problem.operation, reason, problem.message)
    return unread_account(who["Account"], region, partition, unread)


def unread_account(identifier: str, region: str, partition: str, problem: Unreadable) -> Account:
    """An account of which nothing could be read, and why: whatever is asked of it is unknown."""
    listing = Listing[object]((), problem)
    listings = {f.name: listing for f in fields(Account) if "Listing" in str(f.type)}
    return Account(id=identifier, region=region, partition=partition, **listings)  # type: ignore[arg-type]
