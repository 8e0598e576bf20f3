"""modules/identity, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""

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
class TokenValidity:
    """How long tokens live: identity and access tokens in minutes (5 to 60), the refresh token in hours (1
    to 24), after which the person signs in again.
    """

    access_minutes: float | Output = 15
    id_minutes: float | Output = 15
    refresh_hours: float | Output = 8


class Identity(TerraformModule):
    """modules/identity: variables as arguments, outputs as properties."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        context: Context | Output,
        additional_auth_flows: Items[str] | Output = (),
        client_secret: bool | Output = False,
        deletion_protection: bool | Output = True,
        groups: Mapping[str, str] | Output = MappingProxyType(
            {
                "Admin": "Keeps records: reads and creates demographics, never clinical data",
                "Auditor": "Reads who has seen a record, never the record",
                "Patient": "Reads their own record and who has seen it",
                "Provider": "Reads and changes the records of patients they treat",
                "SsnAccess": "May be given, and may set, the Social Security number",
                "VeryRestrictedAccess": "May be answered from documents labelled very restricted (V) of patients they treat",
            }
        ),
        password_history_size: float | Output = 24,
        password_minimum_length: float | Output = 14,
        threat_protection: str = "ENFORCED",
        token_validity: TokenValidity | Output = TokenValidity(),
        version: str | None = None,
        providers: Sequence[Any] | None = None,
        depends_on: Sequence[Any] | None = None,
    ) -> None:
        """``context``: see ``Context``.

        ``additional_auth_flows``: Ways to sign in besides SRP and refresh tokens. They send the password
        itself: ALLOW_ADMIN_USER_PASSWORD_AUTH is for servers with AWS credentials (and the local cloud),
        ALLOW_USER_PASSWORD_AUTH for migrations. ALLOW_USER_AUTH offers a choice of factors,
        ALLOW_CUSTOM_AUTH runs triggers of your own.

        ``client_secret``: Whether the client has a secret: true for a confidential client (a server), false
        for browsers and phones, which can keep none.

        ``deletion_protection``: Whether AWS refuses to delete the pool. Off only where its users are worth
        nothing, such as a local or a review environment.

        ``groups``: Groups of the pool, with what their members may do: the roles that functions compare
        exactly.

        ``password_history_size``: How many earlier passwords may not be used again, from 0 to 24.

        ``password_minimum_length``: Least number of characters of a password: at least 14.

        ``threat_protection``: Cognito's defence against stolen passwords and unusual sign-ins: ENFORCED
        acts on a risk, by the pool's risk configuration, AUDIT only records, OFF. The first two need the
        Plus tier, which is priced by active user.

        ``token_validity``: see ``TokenValidity``.
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
                "additional_auth_flows": additional_auth_flows,
                "client_secret": client_secret,
                "deletion_protection": deletion_protection,
                "groups": groups,
                "password_history_size": password_history_size,
                "password_minimum_length": password_minimum_length,
                "threat_protection": threat_protection,
                "token_validity": token_validity,
            },
        )

    @property
    def client_id(self) -> Output:
        """Id of the pool's client: the `aud` of identity tokens."""
        return self.output("client_id")

    @property
    def client_secret(self) -> Output:
        """Secret of the client, or an empty string where it has none."""
        return self.output("client_secret")

    @property
    def group_names(self) -> Output:
        """Names of the pool's groups."""
        return self.output("group_names")

    @property
    def issuer(self) -> Output:
        """Issuer (`iss`) of the pool's tokens; its keys are at /.well-known/jwks.json below it."""
        return self.output("issuer")

    @property
    def user_pool_arn(self) -> Output:
        """ARN of the user pool, for API Gateway's authorizer."""
        return self.output("user_pool_arn")

    @property
    def user_pool_id(self) -> Output:
        """Id of the user pool."""
        return self.output("user_pool_id")
