"""The Social Security number: encrypted by itself, and useless away from its record.

The encryption context appears in CloudTrail in plain text, so it holds no health information: the field's
name and the record's random id. The plaintext names the patient: a ciphertext that is copied to another
patient's record, together with its record id, still does not decrypt to an answer.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from healthcare.aws import aws_errors

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class BindingBrokenError(Exception):
    """A ciphertext belongs to another patient. Carries nothing."""


@dataclass(frozen=True, slots=True)
class SsnCipher:
    """Encrypts and decrypts with the key `key_id`; `client` is asked for KMS's client when it is needed."""

    client: "Callable[[], KMSClient]"
    key_id: str

    def encrypt(self, ssn: str, patient_id: str, record_id: str) -> bytes:
        with aws_errors():
            return self.client().encrypt(
                KeyId=self.key_id,
                Plaintext=json.dumps({"patient_id": patient_id, "ssn": ssn}).encode("utf-8"),
                EncryptionContext=_context(record_id),
            )["CiphertextBlob"]

    def decrypt(self, ciphertext: bytes, patient_id: str, record_id: str) -> str:
        """The number; BindingBrokenError where it is not this patient's."""
        with aws_errors():
            plaintext = self.client().decrypt(
                KeyId=self.key_id,
                CiphertextBlob=ciphertext,
                EncryptionContext=_context(record_id),
            )["Plaintext"]
        content = json.loads(plaintext)
        if content["patient_id"] != patient_id:
            raise BindingBrokenError
        return str(content["ssn"])


def _context(record_id: str) -> dict[str, str]:
    return {"field": "ssn", "record": record_id}
