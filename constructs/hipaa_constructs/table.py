"""modules/table, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

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
class GlobalSecondaryIndexesSortKey:
    """`global_secondary_indexes.sort_key`."""

    name: str
    type: str = "S"


@dataclass(frozen=True, kw_only=True)
class GlobalSecondaryIndexesPartitionKey:
    """`global_secondary_indexes.partition_key`."""

    name: str
    type: str = "S"


@dataclass(frozen=True, kw_only=True)
class GlobalSecondaryIndexes:
    """Indexes by name. `projection` is ALL, KEYS_ONLY, or INCLUDE with `included_attributes`."""

    partition_key: GlobalSecondaryIndexesPartitionKey | Output
    sort_key: GlobalSecondaryIndexesSortKey | Output | None = None
    projection: str = "ALL"
    included_attributes: Items[str] | Output = ()


@dataclass(frozen=True, kw_only=True)
class PartitionKey:
    """Name and type (S, N or B) of the partition key."""

    name: str
    type: str = "S"


@dataclass(frozen=True, kw_only=True)
class SortKey:
    """Name and type (S, N or B) of the sort key. Null: none."""

    name: str
    type: str = "S"


class Table(TerraformModule):
    """modules/table: variables as arguments, outputs as properties."""

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
        partition_key: PartitionKey | Output,
        deletion_protection: bool | Output = True,
        global_secondary_indexes: Mapping[str, GlobalSecondaryIndexes] | Output = MappingProxyType({}),
        point_in_time_recovery: bool | Output = True,
        sort_key: SortKey | Output | None = None,
        stream_view_type: str | None = None,
        ttl_attribute: str | None = None,
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``context``: see ``Context``.

        ``kms_key_arn``: Key that encrypts the table, its indexes, its stream and its backups.

        ``name``: Name of the table after the prefix: "patients" makes <name_prefix>-patients.

        ``partition_key``: see ``PartitionKey``.

        ``deletion_protection``: Whether AWS refuses to delete the table. Off only where the data is worth
        nothing, such as a local or a review environment.

        ``global_secondary_indexes``: Indexes by name. `projection` is ALL, KEYS_ONLY, or INCLUDE with
        `included_attributes`.

        ``point_in_time_recovery``: Whether the table can be restored to any second of the last 35 days.

        ``sort_key``: see ``SortKey``.

        ``stream_view_type``: What the table's stream carries: KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or
        NEW_AND_OLD_IMAGES. Null: no stream.

        ``ttl_attribute``: Attribute that holds the time (Unix seconds) after which DynamoDB removes an
        item. Null: items stay.
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
                "partition_key": partition_key,
                "deletion_protection": deletion_protection,
                "global_secondary_indexes": global_secondary_indexes,
                "point_in_time_recovery": point_in_time_recovery,
                "sort_key": sort_key,
                "stream_view_type": stream_view_type,
                "ttl_attribute": ttl_attribute,
            },
        )

    @property
    def arn(self) -> Output:
        """ARN of the table."""
        return self.output("arn")

    @property
    def index_arns(self) -> Output:
        """ARNs of the indexes, by name."""
        return self.output("index_arns")

    @property
    def name(self) -> Output:
        """Name of the table: <name_prefix>-<name>."""
        return self.output("name")

    @property
    def stream_arn(self) -> Output:
        """ARN of the stream. Null where there is none."""
        return self.output("stream_arn")
