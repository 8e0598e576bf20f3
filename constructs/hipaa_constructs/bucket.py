"""modules/bucket, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Output, TerraformModule


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
class ObjectLock:
    """Default lock of each new version. Null: none; a bucket made without it can't get it later by this
    module. GOVERNANCE: only who holds s3:BypassGovernanceRetention can delete before the time is over.
    COMPLIANCE: nobody can, the account's root included, and the bucket stays (and costs) until then; it
    has to be acknowledged.
    """

    retention_days: float | Output
    mode: str = "GOVERNANCE"
    acknowledge_compliance_locks: bool | Output = False


class Bucket(TerraformModule):
    """modules/bucket: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        context: Context | Output,
        kms_key_arn: str,
        name: str,
        access_log_bucket: str | None = None,
        event_notifications: bool | Output = False,
        force_destroy: bool | Output = False,
        noncurrent_version_days: float | Output = 2557,
        object_lock: ObjectLock | Output | None = None,
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``context``: see ``Context``.

        ``kms_key_arn``: Key that encrypts the objects, through a bucket key. Whoever reads needs
        kms:Decrypt with it, whoever writes kms:GenerateDataKey (and kms:Decrypt for uploads in parts).

        ``name``: Name of the bucket between prefix and account: "documents" makes
        <name_prefix>-documents-<account_id>.

        ``access_log_bucket``: Name of the bucket that receives the access logs, below the prefix `<name>/`
        (modules/audit's output `access_log_bucket_name` takes those of every bucket of the same name
        prefix). Null: who touched the objects is in CloudTrail's data events alone.

        ``event_notifications``: Whether S3 tells EventBridge's default bus of each object that is created,
        deleted or restored (source `aws.s3`).

        ``force_destroy``: Whether `destroy` may empty the bucket first, past a GOVERNANCE lock. For local
        and review environments only: all versions of all objects go with it.

        ``noncurrent_version_days``: How long a version stays after it was overwritten or deleted: the time
        to notice a mistake. The default is 7 years.

        ``object_lock``: see ``ObjectLock``.
        """
        super().__init__(
            scope,
            id_,
            source=source,
            version=version,
            providers=providers,
            depends_on=depends_on,
            variables={
                "context": context,
                "kms_key_arn": kms_key_arn,
                "name": name,
                "access_log_bucket": access_log_bucket,
                "event_notifications": event_notifications,
                "force_destroy": force_destroy,
                "noncurrent_version_days": noncurrent_version_days,
                "object_lock": object_lock,
            },
        )

    @property
    def arn(self) -> Output:
        """ARN of the bucket. Objects are below it."""
        return self.output("arn")

    @property
    def name(self) -> Output:
        """Name of the bucket: <name_prefix>-<name>-<account_id>."""
        return self.output("name")
