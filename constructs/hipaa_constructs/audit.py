"""modules/audit, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
class DataEventArnPrefixes:
    """Narrows the data events that the trail records to resources whose ARN begins so. Empty, the default,
    records every S3 object, DynamoDB table and Lambda function of the account; no service can be left
    out altogether. An S3 prefix ends with the bucket's slash: "arn:aws:s3:::phi-documents/".
    """

    dynamodb: Items[str] | Output = ()
    lambda_: Items[str] | Output = ()
    s3: Items[str] | Output = ()


@dataclass(frozen=True, kw_only=True)
class Detection:
    """Services of AWS's that watch the account. There is one analyzer, one detector and one setting of
    Inspector for each account and region: false for those that an organisation or another deployment in
    the account has. `guardduty_features` are the protection plans that are switched on here; others
    stay as they are in the account. `inspector_code` lets Inspector look into the code of functions,
    and not at their packages alone: it keeps excerpts, under AWS's key, and is not in every region.
    """

    access_analyzer: bool | Output = True
    guardduty: bool | Output = True
    guardduty_features: Items[str] | Output = ("LAMBDA_NETWORK_LOGS", "S3_DATA_EVENTS")
    inspector: bool | Output = True
    inspector_code: bool | Output = False


@dataclass(frozen=True, kw_only=True)
class LogExportAlarm:
    """`log_export.alarm`."""

    topic_arn: str


@dataclass(frozen=True, kw_only=True)
class LogExport:
    """Whether there is a stream into the archive for what functions and the API log (output `log_export`,
    for `platform` of modules/function and `log_export` of modules/api). The topic of `alarm` hears
    where logs don't arrive; null: nobody does. The archive's lock holds for them too.
    """

    alarm: LogExportAlarm | Output | None = None
    enabled: bool | Output = True


@dataclass(frozen=True, kw_only=True)
class ObjectLock:
    """How the archive is locked. GOVERNANCE: only who holds s3:BypassGovernanceRetention can delete before
    the time is over. COMPLIANCE: nobody can, the account's root included, and the bucket stays (and
    costs) until then; it has to be acknowledged.
    """

    mode: str = "GOVERNANCE"
    retention_days: float | Output = 2557
    acknowledge_compliance_locks: bool | Output = False


class Audit(TerraformModule):
    """modules/audit: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        context: Context | Output,
        kms_key_arn: str,
        data_event_arn_prefixes: DataEventArnPrefixes | Output = DataEventArnPrefixes(),
        detection: Detection | Output = Detection(),
        force_destroy: bool | Output = False,
        log_export: LogExport | Output = LogExport(),
        log_retention_days: float | Output = 2557,
        object_lock: ObjectLock | Output = ObjectLock(),
        permissions_boundary_arn: str | None = None,
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``context``: see ``Context``.

        ``kms_key_arn``: Key that encrypts the trail, its archive and its log group. Its policy must admit
        both services (modules/encryption: services = ["cloudtrail", "logs"]).

        ``data_event_arn_prefixes``: see ``DataEventArnPrefixes``.

        ``detection``: see ``Detection``.

        ``force_destroy``: Whether `destroy` may empty the archive and the access log buckets first, past a
        GOVERNANCE lock. For local and review environments only: evidence goes with them.

        ``log_export``: see ``LogExport``.

        ``log_retention_days``: How long log groups keep their events. The default is 7 years; less than 6
        years (45 CFR 164.316(b)(2)(i)) is refused. 0 keeps them forever.

        ``object_lock``: see ``ObjectLock``.

        ``permissions_boundary_arn``: Permissions boundary of the roles made here. Null: none.
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
                "data_event_arn_prefixes": data_event_arn_prefixes,
                "detection": detection,
                "force_destroy": force_destroy,
                "log_export": log_export,
                "log_retention_days": log_retention_days,
                "object_lock": object_lock,
                "permissions_boundary_arn": permissions_boundary_arn,
            },
        )

    @property
    def access_log_bucket_arn(self) -> Output:
        """ARN of the bucket that receives the archive's access logs."""
        return self.output("access_log_bucket_arn")

    @property
    def access_log_bucket_name(self) -> Output:
        """Name of the bucket that receives the archive's access logs, and those of other buckets of this
        account and name prefix (modules/bucket: `access_log_bucket`).
        """
        return self.output("access_log_bucket_name")

    @property
    def alarm_names(self) -> Output:
        """Names of the alarms, by what they watch: log_export_late. Empty where nobody would hear them."""
        return self.output("alarm_names")

    @property
    def archive_bucket_arn(self) -> Output:
        """ARN of the locked archive."""
        return self.output("archive_bucket_arn")

    @property
    def archive_bucket_name(self) -> Output:
        """Name of the locked archive."""
        return self.output("archive_bucket_name")

    @property
    def detector_id(self) -> Output:
        """Id of GuardDuty's detector. Null where it is switched off here."""
        return self.output("detector_id")

    @property
    def log_export(self) -> Output:
        """What a log group needs to be exported to the archive: stream_arn and role_arn. Null where there is
        no stream.
        """
        return self.output("log_export")

    @property
    def log_group_arn(self) -> Output:
        """ARN of the trail's log group."""
        return self.output("log_group_arn")

    @property
    def log_group_name(self) -> Output:
        """Name of the trail's log group: modules/observability puts its metric filters on it."""
        return self.output("log_group_name")

    @property
    def trail_arn(self) -> Output:
        """ARN of the trail."""
        return self.output("trail_arn")

    @property
    def trail_name(self) -> Output:
        """Name of the trail."""
        return self.output("trail_name")
