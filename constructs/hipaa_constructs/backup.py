"""modules/backup, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Items, Output, TerraformModule


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where and for whom this is deployed: 12-digit account, region, partition, the prefix of every name,
    and tags. ARNs are derived from it, so that no module reads the account.
    """

    account_id: str
    region: str
    name_prefix: str
    partition: str = "aws"
    tags: Mapping[str, str] | Output = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Lock:
    """The vault's lock: nothing can be deleted before the shortest rule's `delete_after_days`. GOVERNANCE:
    who may backup:DeleteBackupVaultLockConfiguration can take it off. COMPLIANCE: `grace_days` after
    the apply nobody can, AWS included, and vault and costs stay until the last recovery point has
    expired; it has to be acknowledged.
    """

    acknowledge_compliance_lock: bool | Output = False
    grace_days: float | Output = 3
    mode: str = "GOVERNANCE"


@dataclass(frozen=True, kw_only=True)
class RestoreTesting:
    """AWS Backup's own restore tests: on `schedule` (UTC) the newest recovery point of each table of the
    last `selection_window_days` is restored under a name of AWS's (awsbackup-restore-test-...),
    encrypted with the table's key, and deleted `validation_window_hours` later. Null, the default: off.
    It restores health information at a time when nobody looks, costs by the test, and compares no item:
    `make restore-test` does.
    """

    schedule: str = "cron(0 7 ? 1/3 SUN#1 *)"
    selection_window_days: float | Output = 30
    validation_window_hours: float | Output = 1


@dataclass(frozen=True, kw_only=True)
class Rules:
    """When recovery points are made, and how long they stay, by a static name. `schedule` is in UTC.
    `cold_storage_after_days` counts for tables alone: AWS Backup moves neither buckets nor Aurora
    there. 35 days of daily and 7 years of monthly ones are the default.
    """

    delete_after_days: float | Output
    schedule: str
    cold_storage_after_days: float | Output | None = None
    completion_window_minutes: float | Output = 720
    start_window_minutes: float | Output = 60


@dataclass(frozen=True, kw_only=True)
class Stores:
    """ARNs of what is backed up, by a static name: tables, buckets (with versions), Aurora clusters.
    Exactly these are.
    """

    buckets: Mapping[str, str] | Output = field(default_factory=dict)
    clusters: Mapping[str, str] | Output = field(default_factory=dict)
    tables: Mapping[str, str] | Output = field(default_factory=dict)


class Backup(TerraformModule):
    """modules/backup: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        alert_topic_arn: str,
        context: Context | Output,
        kms_key_arn: str,
        store_kms_key_arns: Items[str] | Output,
        stores: Stores | Output,
        copy_vault_arns: Mapping[str, str] | Output = MappingProxyType({}),
        deletion_role_arns: Items[str] | Output = (),
        force_destroy: bool | Output = False,
        lock: Lock | Output = Lock(),
        missed_after_hours: float | Output = 36,
        permissions_boundary_arn: str | None = None,
        restore_testing: RestoreTesting | Output | None = None,
        rules: Mapping[str, Rules] | Output = MappingProxyType(
            {
                "daily": Rules(delete_after_days=35, schedule="cron(0 3 * * ? *)"),
                "monthly": Rules(
                    cold_storage_after_days=90, delete_after_days=2557, schedule="cron(0 4 1 * ? *)"
                ),
            }
        ),
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``alert_topic_arn``: SNS topic that hears of failed and of missed backups. Its key must admit
        CloudWatch.

        ``context``: see ``Context``.

        ``kms_key_arn``: Key that encrypts the vault: one apart from the stores' own, so that what ends one
        does not end the other. Aurora's snapshots, and tables of accounts without advanced DynamoDB backup,
        stay under the store's key.

        ``store_kms_key_arns``: Keys that the stores are encrypted with: what makes and restores their
        backups may use them, through the stores' services alone.

        ``stores``: see ``Stores``.

        ``copy_vault_arns``: Vaults in another region or account that get a copy of every recovery point, by
        a static name. The vault there must admit this account (its access policy) and have a key of its
        own; nothing may be copied anywhere else.

        ``deletion_role_arns``: Roles that may delete recovery points, or shorten their time, once the lock
        lets them go. Empty: nobody; AWS Backup deletes what has expired.

        ``force_destroy``: Whether `destroy` may delete the recovery points in the vault. For local and
        review environments only: it is the last copy. A COMPLIANCE lock refuses all the same.

        ``lock``: see ``Lock``.

        ``missed_after_hours``: Hours without a completed backup after which an alarm goes off: the interval
        of the most frequent rule, its start window, and the time that a backup takes. 36 is for a daily
        rule.

        ``permissions_boundary_arn``: Permissions boundary of the roles. Null: none.

        ``restore_testing``: see ``RestoreTesting``.

        ``rules``: When recovery points are made, and how long they stay, by a static name. `schedule` is in
        UTC. `cold_storage_after_days` counts for tables alone: AWS Backup moves neither buckets nor Aurora
        there. 35 days of daily and 7 years of monthly ones are the default.
        """
        super().__init__(
            scope,
            id_,
            source=source,
            version=version,
            providers=providers,
            depends_on=depends_on,
            variables={
                "alert_topic_arn": alert_topic_arn,
                "context": context,
                "kms_key_arn": kms_key_arn,
                "store_kms_key_arns": store_kms_key_arns,
                "stores": stores,
                "copy_vault_arns": copy_vault_arns,
                "deletion_role_arns": deletion_role_arns,
                "force_destroy": force_destroy,
                "lock": lock,
                "missed_after_hours": missed_after_hours,
                "permissions_boundary_arn": permissions_boundary_arn,
                "restore_testing": restore_testing,
                "rules": rules,
            },
        )

    @property
    def alarm_names(self) -> Output:
        """Names of the alarms, by what they watch: aborted, expired, failed, missed, and copy-failed where
        there are copies.
        """
        return self.output("alarm_names")

    @property
    def plan_ids(self) -> Output:
        """Ids of the plans, by kind of store: buckets, clusters, tables."""
        return self.output("plan_ids")

    @property
    def restore_role_arn(self) -> Output:
        """ARN of the role that AWS Backup restores with: to new names alone."""
        return self.output("restore_role_arn")

    @property
    def role_arn(self) -> Output:
        """ARN of the role that AWS Backup copies with."""
        return self.output("role_arn")

    @property
    def vault_arn(self) -> Output:
        """ARN of the vault."""
        return self.output("vault_arn")

    @property
    def vault_name(self) -> Output:
        """Name of the vault: <name_prefix>-backup."""
        return self.output("vault_name")
