"""modules/encryption, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

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
class Keys:
    """Customer-managed keys by data domain (static names such as phi, logs, configuration). `services` are
    the AWS services that use the key on their own account, each admitted with the least that AWS
    documents; functions and people are admitted by their IAM policies. `hmac = true` makes a key that
    encrypts nothing and makes keyed hashes (kms:GenerateMac); it has no services, and KMS can't rotate
    it.
    """

    description: str
    services: Items[str] | Output = ()
    rotation_days: float | Output = 365
    deletion_window_days: float | Output = 30
    hmac: bool | Output = False


class Encryption(TerraformModule):
    """modules/encryption: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        context: Context | Output,
        keys: Mapping[str, Keys] | Output,
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``context``: see ``Context``.

        ``keys``: Customer-managed keys by data domain (static names such as phi, logs, configuration).
        `services` are the AWS services that use the key on their own account, each admitted with the least
        that AWS documents; functions and people are admitted by their IAM policies. `hmac = true` makes a
        key that encrypts nothing and makes keyed hashes (kms:GenerateMac); it has no services, and KMS
        can't rotate it.
        """
        super().__init__(
            scope,
            id_,
            source=source,
            version=version,
            providers=providers,
            depends_on=depends_on,
            variables={"context": context, "keys": keys},
        )

    @property
    def alias_names(self) -> Output:
        """Aliases of the keys, by domain: alias/<name_prefix>-<domain>."""
        return self.output("alias_names")

    @property
    def key_arns(self) -> Output:
        """ARNs of the keys, by domain."""
        return self.output("key_arns")

    @property
    def key_ids(self) -> Output:
        """Ids of the keys, by domain."""
        return self.output("key_ids")
