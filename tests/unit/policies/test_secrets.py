"""Which environment variables look like secrets. All values are invented."""

from __future__ import annotations

import pytest
from hipaa_policies.secrets import suspected_secrets

SECRETS = {
    "DB_PASSWORD": "hunter2",
    "PGPASSWORD": "x",
    "OPENAI_API_KEY": "abc",
    "SLACK": "xoxb-" + "1" * 12,
    "KEY": "AKIA" + "ABCDEFGHIJKLMNOP",
    "PEM": "-----BEGIN RSA PRIVATE KEY-----",
    "GH": "ghp_" + "a" * 36,
    "MODEL": "sk-" + "proj_abcdefghijklmnopqrst",
    "DATABASE": "postgres://app:pass@db/records",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_123",
    "SOMETHING": "q8Zr2vL0xKp5Wn7Jt3Yb9Hd1Fs6Gc4Ma+Ue/TiRo",
    "LOWER": "q8zr2vl0xkp5wn7jt3-yb9hd1fs6gc4ma2ue",
    "client_secret": "s",
}
HARMLESS = {
    "PATIENT_TABLE": "healthcare-patients",
    "KMS_KEY_ID": "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555",
    "DB_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
    "DB_SECRET_NAME": "records/database",
    "ALLOWED_ORIGINS": "https://portal.example.org,https://staff.example.org",
    "SECRET": "",
    "TOKEN_URL": "https://login.example.org/token",
    "BUILD": "0123456789abcdef0123456789abcdef01234567",
    "RELEASE": "11111111-2222-3333-4444-555555555555",
    "EVIDENCE_BUCKET": "healthcare-evidence-123456789012",
    "PREFIX": "clinical/incoming/messages/quarantine_2026",
    "POWERTOOLS_METRICS_NAMESPACE": "Healthcare/Security",
    "PATH_TO_LAYER": "/opt/python/lib/python3.13/site-packages/healthcare/records",
}


@pytest.mark.parametrize("name", SECRETS)
def test_found_without_its_value(name: str) -> None:
    found = suspected_secrets({name: SECRETS[name]} | HARMLESS)
    assert [secret.variable for secret in found] == [name]
    assert len(SECRETS[name]) < 4 or SECRETS[name] not in repr(found)


@pytest.mark.parametrize("name", HARMLESS)
def test_not_found(name: str) -> None:
    assert suspected_secrets({name: HARMLESS[name]}) == ()
