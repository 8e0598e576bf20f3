"""The scenes of the demo: real HTTP requests, and ``SceneFailedError`` where an answer was wrong."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from scripts.demo.people import (
    ADMIN,
    AUDITOR,
    BILLING,
    EVERYONE,
    MARIA,
    MARIA_HERSELF,
    PROVIDER,
    RECORDS,
    SAM,
    SSN_PROVIDER,
    Person,
    SignIn,
    relate,
)
from scripts.demo.scenes import LONGEST_SECONDS, Scene, SceneFailedError, check, wait_for_alarm
from scripts.demo.story_appointments import AppointmentStory
from scripts.demo.story_backups import BackupStory
from scripts.demo.story_documents import DocumentStory
from scripts.demo.story_evidence import EvidenceStory
from scripts.demo.story_messages import MessageStory
from scripts.demo.story_questions import QuestionStory
from scripts.local_deployment import LocalDeployment

INVENTED_SSN = "900-12-3456"  # numbers beginning with 9 are never issued (SSA, RM 10201.035)


@dataclass
class Story:
    """Knows the deployment's address and everybody's token, and plays the scenes in order."""

    deployment: LocalDeployment
    tokens: dict[str, str] = field(default_factory=dict)
    reports: Path | None = None  # a folder for what a scene leaves to be read

    def scenes(self) -> list[Scene]:
        return [
            Scene(
                "People sign in with a password and a one-time code",
                "MFA is on, tokens are the pool's own",
                self.sign_in,
            ),
            Scene(
                "The administrator creates two records",
                "writes are versioned and audited",
                self.create_records,
            ),
            Scene(
                "Dr Rivera reads a patient of hers",
                "token verified by JWKS, read under audit",
                self.own_patient,
            ),
            Scene(
                "Dr Rivera asks for somebody else's patient",
                "treatment relationship is checked on the server",
                self.foreign_patient,
            ),
            Scene(
                "Dr Rivera breaks the glass with a reason",
                "emergency access works, and an alarm goes off",
                self.break_the_glass,
            ),
            Scene(
                "Maria reads her own record, not Sam's",
                "a patient is mapped to one record",
                self.patient_scope,
            ),
            Scene(
                "The SSN is asked for with and without the right",
                "the field is encrypted on its own and released by scope",
                self.ssn,
            ),
            Scene(
                "Someone from group ProviderBilling tries",
                "groups are compared exactly",
                self.lookalike_group,
            ),
            Scene(
                "An expired, a forged and an unsigned token are tried",
                "nothing is believed that Cognito did not sign",
                self.bad_tokens,
            ),
            Scene(
                "Two clinicians change one record at once", "nobody's change is lost", self.concurrent_change
            ),
            Scene(
                "Maria asks who has seen her record",
                "accounting of disclosures, 45 CFR 164.528",
                self.disclosures,
            ),
            Scene(
                "The audit table is cut off",
                "without an audit record nothing is disclosed",
                self.audit_cut_off,
            ),
            *AppointmentStory(self).scenes(),
            *MessageStory(self).scenes(),
            *DocumentStory(self).scenes(),
            *QuestionStory(self).scenes(),
            *BackupStory(self.deployment).scenes(),
            *EvidenceStory(self.deployment, self.reports).scenes(),
        ]

    # --- scenes ------------------------------------------------------------------------------

    def sign_in(self) -> None:
        sign_in = SignIn(self.deployment)
        for person in EVERYONE:
            relate(self.deployment, person, sign_in.create(person))
            self.tokens[person.username] = sign_in.token(person)

    def create_records(self) -> None:
        for patient_id, record in RECORDS.items():
            self.expect(201, self.put(ADMIN, patient_id, record))

    def own_patient(self) -> None:
        answer = self.expect(200, self.get(PROVIDER, MARIA))
        check(answer.json()["demographics"]["family_name"] == "Example", "the record is Maria's")
        check(answer.headers["Cache-Control"] == "no-store", "the answer may not be cached")

    def foreign_patient(self) -> None:
        refused = self.expect(403, self.get(PROVIDER, SAM))
        absent = self.expect(403, self.get(PROVIDER, "P-9999"))
        same = {key: refused.json()[key] == absent.json()[key] for key in ("type", "title", "detail", "code")}
        check(all(same.values()), "a record that is absent and one that is not theirs look the same")

    def break_the_glass(self) -> None:
        reason = {"X-Break-Glass-Reason": "Unconscious in the emergency room, no relative reachable"}
        self.expect(200, self.get(PROVIDER, SAM, headers=reason))
        wait_for_alarm(self.deployment, str(self.deployment.outputs["break_glass_alarm"]))

    def patient_scope(self) -> None:
        self.expect(200, self.get(MARIA_HERSELF, MARIA))
        self.expect(403, self.get(MARIA_HERSELF, SAM))

    def ssn(self) -> None:
        current = self.expect(200, self.get(SSN_PROVIDER, MARIA)).json()
        check("ssn" not in current, "the SSN is not part of a plain read")
        body = changeable(current) | {"ssn": INVENTED_SSN}
        self.expect(403, self.put(PROVIDER, MARIA, body))
        self.expect(200, self.put(SSN_PROVIDER, MARIA, body))
        self.expect(403, self.get(PROVIDER, MARIA, params={"include": "ssn"}))
        released = self.expect(200, self.get(SSN_PROVIDER, MARIA, params={"include": "ssn"}))
        check(released.json()["ssn"] == INVENTED_SSN, "the SSN comes back as it was given")
        stored = self.deployment.client("dynamodb").get_item(
            TableName=self.deployment.outputs["patient_table"], Key={"patient_id": {"S": MARIA}}
        )
        check(INVENTED_SSN not in str(stored["Item"]), "the table holds no readable SSN")

    def lookalike_group(self) -> None:
        self.expect(403, self.get(BILLING, MARIA))

    def bad_tokens(self) -> None:
        genuine = self.tokens[PROVIDER.username]
        header, claims = jwt.get_unverified_header(genuine), decode_unverified(genuine)
        strangers_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        forged = jwt.encode(claims, strangers_key, algorithm="RS256", headers={"kid": header["kid"]})
        unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": header["kid"]})
        tampered = replace_claims(genuine, claims | {"cognito:groups": ["Admin"]})
        for token in (self.expired(claims, header), forged, unsigned, tampered, "", "not.a.token"):
            self.expect(401, self.request("GET", f"/patients/{MARIA}", token))
        self.expect(401, requests.get(self.url(f"/patients/{MARIA}"), timeout=LONGEST_SECONDS))

    def concurrent_change(self) -> None:
        seen = changeable(self.expect(200, self.get(PROVIDER, MARIA)).json())
        first = seen | {"demographics": seen["demographics"] | {"phone": "+12025550100"}}
        second = seen | {"demographics": seen["demographics"] | {"phone": "+12025550199"}}
        self.expect(200, self.put(SSN_PROVIDER, MARIA, first))
        self.expect(409, self.put(PROVIDER, MARIA, second))
        now = self.get(PROVIDER, MARIA).json()["demographics"]
        check(now["phone"] == "+12025550100", "the first change stands")

    def disclosures(self) -> None:
        mine = self.expect(200, self.get_disclosures(MARIA_HERSELF, MARIA)).json()["disclosures"]
        check(len(mine) >= 3, f"Maria's reads are listed, and there are {len(mine)}")
        sams = self.expect(200, self.get_disclosures(AUDITOR, SAM)).json()["disclosures"]
        check(
            any(row["purpose"] == "break_glass" for row in sams),
            "the auditor sees that the glass was broken for Sam",
        )
        self.expect(403, self.get_disclosures(MARIA_HERSELF, SAM))
        self.expect(403, self.get(AUDITOR, MARIA))

    def audit_cut_off(self) -> None:
        role = self.deployment.outputs["patient_api_role"]
        audit_table = self.deployment.outputs["audit_table_arn"]
        iam = self.deployment.client("iam")
        deny = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": "dynamodb:*", "Resource": audit_table}],
        }
        iam.put_role_policy(RoleName=role, PolicyName="cut-off-audit", PolicyDocument=json.dumps(deny))
        try:
            answer = self.expect(503, self.get(PROVIDER, MARIA))
            check("Retry-After" in answer.headers, "the client is told to come back")
            check("Example" not in answer.text, "nothing of the record is disclosed")
        finally:
            iam.delete_role_policy(RoleName=role, PolicyName="cut-off-audit")
        self.expect(200, self.get(PROVIDER, MARIA))

    # --- requests ----------------------------------------------------------------------------

    def url(self, path: str) -> str:
        return f"{self.deployment.state.gateway_url}/{self.deployment.outputs['stage']}{path}"

    def request(self, method: str, path: str, token: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        return requests.request(method, self.url(path), headers=headers, timeout=LONGEST_SECONDS, **options)

    def get(self, person: Person, patient_id: str, **options: Any) -> requests.Response:
        return self.request("GET", f"/patients/{patient_id}", self.tokens[person.username], **options)

    def put(self, person: Person, patient_id: str, record: dict[str, Any]) -> requests.Response:
        return self.request("PUT", f"/patients/{patient_id}", self.tokens[person.username], json=record)

    def get_disclosures(self, person: Person, patient_id: str) -> requests.Response:
        return self.request("GET", f"/patients/{patient_id}/disclosures", self.tokens[person.username])

    def expect(self, status: int, answer: requests.Response) -> requests.Response:
        if answer.status_code != status:
            raise SceneFailedError(
                f"{answer.request.method} {answer.request.path_url} answered {answer.status_code}, "
                f"not {status}: {answer.text[:500]}"
            )
        return answer

    # --- helpers -----------------------------------------------------------------------------

    def expired(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        """A token that the pool itself signed and whose hour is over.

        moto signs every pool's tokens with one key, which its package carries: only the local cloud's
        tokens can be made so.
        """
        from moto.cognitoidp.models import CognitoIdpUserPool

        pool = CognitoIdpUserPool(self.deployment.state.account_id, self.deployment.state.region, "any", {})
        private_key = jwt.PyJWK(pool.json_web_key.as_dict(private=True), algorithm="RS256").key
        past = int(time.time()) - 7200
        return jwt.encode(
            claims | {"iat": past, "exp": past + 900, "auth_time": past},
            private_key,
            algorithm="RS256",
            headers={"kid": header["kid"]},
        )


def changeable(record: dict[str, Any]) -> dict[str, Any]:
    """What a PUT takes of what a GET gave."""
    return {name: value for name, value in record.items() if name not in ("patient_id", "updated_at")}


def decode_unverified(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def replace_claims(token: str, claims: dict[str, Any]) -> str:
    header, _, signature = token.split(".")
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{header}.{payload}.{signature}"
