"""The people of the demo, all invented: who they are, who treats whom, and how they sign in."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from scripts.local_deployment import LocalDeployment

# Every demo user has it, on a cloud that only this machine can reach and that is thrown away.
PASSWORD = "Correct-Horse-Battery-9"  # noqa: S105
TEMPORARY_PASSWORD = "Temporary-Horse-Battery-1"  # noqa: S105
RELATIONSHIP_SECONDS = 24 * 60 * 60

MARIA, SAM = "P-1001", "P-1002"


@dataclass(frozen=True)
class Person:
    """A user of the pool: ``groups`` decide the role; ``treats`` and ``is_patient`` name patient ids."""

    username: str
    groups: tuple[str, ...]
    treats: tuple[str, ...] = ()
    is_patient: str | None = None
    description: str = ""


PROVIDER = Person("dr.rivera", ("Provider",), treats=(MARIA,), description="treats Maria, not Sam")
SSN_PROVIDER = Person(
    "dr.okafor", ("Provider", "SsnAccess"), treats=(MARIA,), description="treats Maria, may see her SSN"
)
MARIA_HERSELF = Person("maria", ("Patient",), is_patient=MARIA, description="a patient")
SAM_HIMSELF = Person("sam", ("Patient",), is_patient=SAM, description="another patient")
BILLING = Person(
    "pat.billing", ("ProviderBilling",), treats=(MARIA,), description="a group that only contains 'Provider'"
)
ADMIN = Person("ada.admin", ("Admin",), description="keeps the records")
AUDITOR = Person("quinn.auditor", ("Auditor",), description="reads disclosures, never records")
EVERYONE = (PROVIDER, SSN_PROVIDER, MARIA_HERSELF, SAM_HIMSELF, BILLING, ADMIN, AUDITOR)

RECORDS: Mapping[str, dict[str, Any]] = {
    MARIA: {
        "version": 0,
        "demographics": {"given_name": "Maria", "family_name": "Example", "birth_date": "1984-02-29"},
    },
    SAM: {
        "version": 0,
        "demographics": {"given_name": "Sam", "family_name": "Sample", "birth_date": "1990-07-14"},
    },
}


@dataclass
class SignIn:
    """Signs people in as a real client does: password, then a time-based one-time code (MFA is on)."""

    deployment: LocalDeployment
    _secrets: dict[str, str] = field(default_factory=dict)

    @property
    def _cognito(self) -> Any:
        return self.deployment.client("cognito-idp")

    @property
    def _pool(self) -> str:
        return str(self.deployment.outputs["user_pool_id"])

    @property
    def _client(self) -> str:
        return str(self.deployment.outputs["user_pool_client_id"])

    def create(self, person: Person) -> str:
        """Create ``person`` with their groups; return the pool's id of them, their ``sub``."""
        cognito = self._cognito
        created = cognito.admin_create_user(
            UserPoolId=self._pool,
            Username=person.username,
            TemporaryPassword=TEMPORARY_PASSWORD,
            MessageAction="SUPPRESS",
        )
        for group in person.groups:
            self._ensure_group(group)
            cognito.admin_add_user_to_group(UserPoolId=self._pool, Username=person.username, GroupName=group)
        attributes = {item["Name"]: item["Value"] for item in created["User"]["Attributes"]}
        return str(attributes["sub"])

    def _ensure_group(self, group: str) -> None:
        cognito = self._cognito
        try:
            cognito.get_group(UserPoolId=self._pool, GroupName=group)
        except cognito.exceptions.ResourceNotFoundException:
            cognito.create_group(UserPoolId=self._pool, GroupName=group)

    def token(self, person: Person) -> str:
        """Sign ``person`` in, answering every challenge of the pool; return the id token (a JWT)."""
        cognito = self._cognito
        known = person.username in self._secrets
        answer = cognito.admin_initiate_auth(
            UserPoolId=self._pool,
            ClientId=self._client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={
                "USERNAME": person.username,
                "PASSWORD": PASSWORD if known else TEMPORARY_PASSWORD,
            },
        )
        while "AuthenticationResult" not in answer:
            answer = self._respond(person, answer)
        return str(answer["AuthenticationResult"]["IdToken"])

    def _respond(self, person: Person, challenge: Mapping[str, Any]) -> dict[str, Any]:
        name, session = challenge["ChallengeName"], challenge["Session"]
        responses = {"USERNAME": person.username}
        match name:
            case "NEW_PASSWORD_REQUIRED":
                responses["NEW_PASSWORD"] = PASSWORD
            case "MFA_SETUP":
                session = self._register_authenticator(person, session)
            case "SOFTWARE_TOKEN_MFA":
                responses["SOFTWARE_TOKEN_MFA_CODE"] = one_time_code(self._secrets[person.username])
            case _:
                raise RuntimeError(f"the user pool asks for {name}, which the demo cannot answer")
        answer: dict[str, Any] = self._cognito.admin_respond_to_auth_challenge(
            UserPoolId=self._pool,
            ClientId=self._client,
            ChallengeName=name,
            ChallengeResponses=responses,
            Session=session,
        )
        return answer

    def _register_authenticator(self, person: Person, session: str) -> str:
        associated = self._cognito.associate_software_token(Session=session)
        self._secrets[person.username] = associated["SecretCode"]
        verified = self._cognito.verify_software_token(
            Session=associated.get("Session", session), UserCode=one_time_code(associated["SecretCode"])
        )
        return str(verified.get("Session", session))


def one_time_code(secret: str) -> str:
    """The six digits an authenticator shows now for the base32 ``secret`` (RFC 6238, 30 s, SHA-1)."""
    padded = secret + "=" * (-len(secret) % 8)
    key = base64.b32decode(padded, casefold=True)
    return TOTP(key, 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time())).decode()  # noqa: S303


def relate(deployment: LocalDeployment, person: Person, sub: str) -> None:
    """Record whom ``person`` treats, and which patient they are, as the hospital's systems would."""
    table = deployment.outputs["relationship_table"]
    rows = [(patient, "treatment") for patient in person.treats]
    rows += [(person.is_patient, "self")] if person.is_patient else []
    for patient_id, relationship in rows:
        item = {
            "principal": {"S": sub},
            "patient_id": {"S": patient_id},
            "relationship": {"S": relationship},
        }
        if relationship == "treatment":
            item["expires_at"] = {"N": str(int(time.time()) + RELATIONSHIP_SECONDS)}
        deployment.client("dynamodb").put_item(TableName=table, Item=item)
