"""The AWS provider without its bindings, which are 600 MB for a dozen arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs import Construct
from hipaa_constructs.runtime import Items, encode, library_of

SOURCE = "hashicorp/aws"
VERSIONS = ">= 5.100.0, < 7.0.0"  # versions.tf of the root module


class AwsProvider:
    """``provider "aws"``. ``terraform_provider`` is what other constructs take as their ``provider``.

    ``allowed_account_ids`` refuses every other account, whatever the credentials are for: give it always.
    ``settings`` are further arguments by the names they have in Terraform.
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs#argument-reference

    Needs no bindings. Where yours are there already, use their provider instead of this.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        region: str,
        allowed_account_ids: Items[str] | None = None,
        assume_role_arn: str | None = None,
        default_tags: Mapping[str, str] | None = None,
        profile: str | None = None,
        alias: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        library = library_of(scope)
        # The class is abstract. What bindings add to it are its arguments, and the alias by which it is named.
        named = {} if alias is None else {"alias": property(lambda _: alias)}
        concrete = type("AwsProvider", (library.TerraformProvider,), named)
        self.terraform_provider: Any = concrete(
            scope,
            id_,
            terraform_resource_type="aws",
            terraform_provider_source=SOURCE,
            terraform_generator_metadata=library.TerraformProviderGeneratorMetadata(
                provider_name="aws", provider_version_constraint=VERSIONS
            ),
        )
        arguments: dict[str, Any] = {
            "region": region,
            "allowed_account_ids": allowed_account_ids,
            "assume_role": None if assume_role_arn is None else [{"role_arn": assume_role_arn}],
            "default_tags": None if default_tags is None else [{"tags": default_tags}],
            "profile": profile,
            **(settings or {}),
        }
        for name, value in arguments.items():
            if value is not None:
                self.terraform_provider.add_override(name, encode(value))
