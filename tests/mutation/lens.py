"""Reading the account again after a change: only what the change can have touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
from hipaa_policies.facts import Account
from hipaa_policies.judge import judge
from hipaa_policies.readers.live import operations, read_account
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import READERS, Where
from hipaa_policies.settings import Settings

from tests.mutation.cloud import Cloud
from tests.mutation.model import Statuses, statuses


class Lens:
    """The live lens on one account. ``account`` is as it was read before the first mutation.

    A whole reading takes 2 to 3 seconds, most of it for identities: so ``again`` asks only the readers
    of the services that were touched, and the last test compares a whole reading with the first.
    """

    def __init__(self, session: boto3.Session) -> None:
        self.session = session
        self.region = str(session.region_name)
        self.account = self.whole()
        self.baseline = self.judged(self.account)
        self._aws = Aws(session, self.region, operations())

    def close(self) -> None:
        self._aws.close()

    def whole(self) -> Account:
        account, record = read_account(self.session, self.region, _silent)
        if record.problems:
            raise AssertionError(f"the local cloud could not be read: {record.problems[0]}")
        return account

    def again(self, services: set[str]) -> Statuses:
        """The statuses now, where nothing but ``services`` was asked to change anything."""
        where = Where(self.account.id, self.region, self.account.partition)
        listings: dict[str, Any] = {}
        for reader in READERS:
            if services & {operation.service for operation in reader.operations}:
                listings |= reader.read(self._aws, where)
        return self.judged(replace(self.account, **listings))

    @staticmethod
    def judged(account: Account) -> Statuses:
        """Without waivers and attestations: what is, not what is accepted."""
        return statuses(judge(account, Settings(datetime.now(UTC).date(), proposed_rule=True)))


def _silent(_: str) -> None:
    return None


@contextmanager
def prepared(session: boto3.Session) -> Iterator[tuple[Cloud, Lens]]:
    """The deployed account with a spare key in it, which is given up at the end.

    So is a flow log that replaced Terraform's: Terraform would not know it, and leave it behind.
    """
    kms = session.client("kms")
    key = kms.create_key(Description="Of the mutation tests: sound, and used by nothing")["KeyMetadata"]
    kms.enable_key_rotation(KeyId=key["KeyId"])
    kms.create_alias(AliasName="alias/healthcare-mutation-spare", TargetKeyId=key["KeyId"])
    lens = Lens(session)
    try:
        yield Cloud(session, lens.account), lens
    finally:
        lens.close()
        known = {log.id for log in lens.account.flow_logs.items}
        ec2 = session.client("ec2")
        replaced = {log["FlowLogId"] for log in ec2.describe_flow_logs()["FlowLogs"]} - known
        if replaced:
            ec2.delete_flow_logs(FlowLogIds=sorted(replaced))
        kms.delete_alias(AliasName="alias/healthcare-mutation-spare")
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
