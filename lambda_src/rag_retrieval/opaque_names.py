"""Names that say nothing: keyed digests in place of ids, for what people read who may not see patients.

An object's key stands in access logs, inventories and CloudTrail's data events, a namespace in a vendor's
console. A plain digest would not hide a patient there: ids are few and have a pattern, so whoever reads the
log tries them all in seconds. Keyed, that takes the key, and the key can be used by our roles alone: KMS
makes one MAC when the function starts, and that is the key of all names.
"""

import hmac
from dataclasses import dataclass, field
from typing import Final

from healthcare.aws import aws_errors, kms

_MESSAGE: Final = b"names of the stores of chunks, 1"


@dataclass(frozen=True, slots=True)
class OpaqueNames:
    """The same name for the same id, always; `key` is at least 32 bytes."""

    key: bytes = field(repr=False)

    @classmethod
    def from_kms(cls, key_id: str) -> "OpaqueNames":
        """Of the HMAC key in KMS; Problem where it can't be used. GenerateMac gives the same MAC every time:
        https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html
        """
        with aws_errors():
            answer = kms().generate_mac(KeyId=key_id, Message=_MESSAGE, MacAlgorithm="HMAC_SHA_256")
        return cls(answer["Mac"])

    def patient(self, patient_id: str) -> str:
        """64 hexadecimal digits."""
        return self._of("patient", patient_id)

    def document(self, document_id: str) -> str:
        """64 hexadecimal digits."""
        return self._of("document", document_id)

    def _of(self, kind: str, value: str) -> str:
        # surrogatepass: any string that Python can hold has a name, and no two have the same.
        return hmac.digest(self.key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), "sha256").hex()
