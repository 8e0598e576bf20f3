"""The few messages of PostgreSQL's protocol that come before a session, and the errors that end it.

https://www.postgresql.org/docs/18/protocol-message-formats.html
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

PROTOCOL_3 = 3
CANCEL_REQUEST = 80877102
SSL_REQUEST = 80877103
GSSENC_REQUEST = 80877104
MAXIMUM_STARTUP_BYTES = 10_000  # PostgreSQL's own MAX_STARTUP_PACKET_LENGTH
ASK_FOR_PASSWORD = b"R" + struct.pack("!ii", 8, 3)  # AuthenticationCleartextPassword


class FatalError(Exception):
    """Ends a session before it began; ``code`` is an SQLSTATE."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def packet(self) -> bytes:
        fields = {"S": "FATAL", "V": "FATAL", "C": self.code, "M": self.message}
        body = b"".join(kind.encode() + text.encode() + b"\0" for kind, text in fields.items()) + b"\0"
        return b"E" + struct.pack("!i", len(body) + 4) + body


def read_parameters(body: bytes) -> dict[str, str]:
    """Of a StartupMessage, without its length and version. Raises ``FatalError`` for what is none."""
    words = body.split(b"\0")
    if len(words) < 2 or words[-2:] != [b"", b""] or len(words) % 2:
        raise FatalError("08P01", "invalid startup packet layout: expected terminator as last byte")
    try:
        named = [word.decode() for word in words[:-2]]
    except UnicodeDecodeError:
        raise FatalError("08P01", "invalid startup packet: it is not UTF-8") from None
    parameters = dict(zip(named[::2], named[1::2], strict=True))
    if not parameters.get("user"):
        raise FatalError("28000", "no PostgreSQL user name specified in startup packet")
    return {"database": parameters["user"], **parameters}


def startup_message(version: int, parameters: Mapping[str, str]) -> bytes:
    words = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items()) + b"\0"
    return struct.pack("!ii", len(words) + 8, version) + words
