"""Where a page of the accounting ended, as 32 opaque characters.

A token is a position (microseconds since 1970 in 8 bytes, then the row's UUID) and nothing else. Whose rows
are read is said by the path, which the caller was judged for: a token taken to another patient is just a
position in time there. So every text of the right shape is a good token, and there is nothing in it to forge
or to keep secret.
"""

import base64
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def token_of(event_id: str) -> str:
    """The token of "<RFC 3339 UTC time with microseconds>#<UUID>"."""
    time, _, row = event_id.partition("#")
    microseconds = (datetime.fromisoformat(time) - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(microseconds.to_bytes(8, "big") + uuid.UUID(row).bytes).decode("ascii")


def event_id_of(token: str) -> str:
    """The event_id of a token for which is_token() holds; times beyond the year 9999 are its end."""
    raw = base64.urlsafe_b64decode(token)
    time = _EPOCH + min(int.from_bytes(raw[:8], "big"), _LAST) * _MICROSECOND
    text = time.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return f"{text}#{uuid.UUID(bytes=raw[8:])}"
