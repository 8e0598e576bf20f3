"""modules/search_collection, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
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


class SearchCollection(TerraformModule):
    """modules/search_collection: variables as arguments, outputs as properties."""

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
        subnet_ids: Mapping[str, str] | Output,
        vpc_id: str,
        clients: Mapping[str, str] | Output = MappingProxyType({}),
        index_name: str = "chunks",
        reader_role_arns: Mapping[str, str] | Output = MappingProxyType({}),
        standby_replicas: bool | Output = True,
        writer_role_arns: Mapping[str, str] | Output = MappingProxyType({}),
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``context``: see ``Context``.

        ``kms_key_arn``: Key that encrypts the collection. It can't be changed afterwards. Whoever applies
        this needs kms:CreateGrant and kms:DescribeKey with it: OpenSearch Serverless uses the key by a
        grant.

        ``name``: Name of the collection after the prefix: "chunks" makes <name_prefix>-chunks.

        ``subnet_ids``: Private subnets of the endpoint, one a zone, by a static name: { us-east-1a =
        module.network.private_subnet_ids["us-east-1a"] }.

        ``vpc_id``: VPC that the collection can be reached from, and from nowhere else. It has to have DNS
        support and DNS host names: the endpoint brings a private zone.

        ``clients``: Security groups that may reach the collection's endpoint on 443, by a static name: {
        rag-retrieval = module.rag_retrieval.security_group_id }. Each has to let itself out to this
        module's security group.

        ``index_name``: The one index that the named roles may use. The first writer makes it, with its
        mapping.

        ``reader_role_arns``: Roles of this account that may search the index, by a static name: {
        rag-retrieval = module.rag_retrieval.role_arn }. Each needs aoss:APIAccessAll on the collection in
        its own policy, too.

        ``standby_replicas``: Whether a second zone stands by (production). It can't be changed afterwards,
        and without it half the capacity runs idle: docs/rag_stores.md has what that costs.

        ``writer_role_arns``: Roles of this account that may make the index, search it, write and delete, by
        a static name: { rag-ingest = module.rag_ingest.role_arn }. Each needs aoss:APIAccessAll on the
        collection in its own policy, too.
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
                "subnet_ids": subnet_ids,
                "vpc_id": vpc_id,
                "clients": clients,
                "index_name": index_name,
                "reader_role_arns": reader_role_arns,
                "standby_replicas": standby_replicas,
                "writer_role_arns": writer_role_arns,
            },
        )

    @property
    def arn(self) -> Output:
        """ARN of the collection, known after apply: what aoss:APIAccessAll is to be allowed on."""
        return self.output("arn")

    @property
    def endpoint(self) -> Output:
        """Address of the collection's API, with https://."""
        return self.output("endpoint")

    @property
    def host(self) -> Output:
        """Host of the collection's API."""
        return self.output("host")

    @property
    def id(self) -> Output:
        """Id of the collection, which its host begins with."""
        return self.output("id")

    @property
    def index_name(self) -> Output:
        """Name of the index that the roles may use."""
        return self.output("index_name")

    @property
    def name(self) -> Output:
        """Name of the collection: <name_prefix>-<name>."""
        return self.output("name")

    @property
    def security_group_id(self) -> Output:
        """Security group of the endpoint: clients let themselves out to it on 443."""
        return self.output("security_group_id")

    @property
    def vpc_endpoint_id(self) -> Output:
        """Id of the endpoint, through which alone the collection can be reached."""
        return self.output("vpc_endpoint_id")
