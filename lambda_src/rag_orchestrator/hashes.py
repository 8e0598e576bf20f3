"""Keyed hashes: equal texts are seen to be equal, and nobody without the key can try texts against one."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from healthcare.aws import aws_errors

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_PURPOSE: Final = b"healthcare/rag_orchestrator/hashes/1"


@dataclass(slots=True)
class KeyedHashes:
    """HMAC-SHA-256 with a key that KMS derives: the same for every process, for as long as KMS's key stands.

    KMS is asked once a process, with the first question and not when the function starts: where it refuses,
    that question has its audit rows and its 503, and a snapshot of the started function holds no key.
    """

    client: "Callable[[], KMSClient]"
    key_id: str
    _key: bytes = field(default=b"", repr=False)

    def of(self, kind: Literal["question", "answer", "caller"], text: str) -> str:
        """64 hexadecimal characters. Equal texts of two kinds have nothing in common."""
        if not self._key:
            with aws_errors():
                self._key = self.client().generate_mac(
                    KeyId=self.key_id, Message=_PURPOSE, MacAlgorithm="HMAC_SHA_256"
                )["Mac"]
        return hmac.new(self._key, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()
