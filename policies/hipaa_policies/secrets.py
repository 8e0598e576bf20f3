"""Which environment variables look like secrets. Values are looked at here, and go no further."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping

from hipaa_policies.facts.functions import SuspectedSecret

_NAMES = re.compile(
    r"(?i)(passw(or)?d|passphrase|pwd$|secret|api_?key|access_?key|private_?key|auth_?token|bearer"
    r"|credential|connection_?string|client_?secret|_token$|^token$)"
)
# A name that ends so holds a reference to a secret, not the secret.
_REFERENCES = re.compile(r"(?i)(_arn|_id|_name|_path|_ref|_url|_uri|_parameter|_table|_bucket|_enabled)$")
_SHAPES = (
    (re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"), "an AWS access key id"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), "a private key"),
    (re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"), "a GitHub token"),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"), "an API key of a model provider"),
    (re.compile(r"\bsk_live_[A-Za-z0-9]{16,}"), "a Stripe key"),
    (re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"), "a Slack token"),
    (re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+"), "a JSON web token"),
    (re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@]+@"), "a URL with a password"),
)
_ARN = re.compile(r"arn:[a-z-]+:")
_RANDOM = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
_IDENTIFIER = re.compile(r"[0-9a-fA-F-]{32,64}|([a-z]{2,}|[0-9]+)([-_/]([a-z]{2,}|[0-9]+))+")
_RANDOM_BITS = 4.2  # bits a character: random base64 has about 4.9 at 40 characters, words and paths below 4


def suspected_secrets(
    variables: Mapping[str, str], sensitive: Collection[str] = ()
) -> tuple[SuspectedSecret, ...]:
    """The variables that look like secrets, with the reason; never with the value.

    ``sensitive`` are those whose values somebody marked so: secrets, unless they name where one is kept.
    """
    found = []
    for name, value in sorted(variables.items()):
        reason = _reason(name, value)
        if reason is None and name in sensitive and not (_ARN.match(value) or _REFERENCES.search(name)):
            reason = "Terraform marks its value as sensitive"
        if reason is not None:
            found.append(SuspectedSecret(name, reason))
    return tuple(found)


def _reason(name: str, value: str) -> str | None:
    for shape, text in _SHAPES:
        if shape.search(value):
            return f"its value looks like {text}"
    if not value or _ARN.match(value):
        return None
    if _NAMES.search(name) and not _REFERENCES.search(name):
        return "its name says so"
    if _RANDOM.fullmatch(value) and _bits(value) > _RANDOM_BITS and not _is_identifier(value):
        return "its value looks random"
    return None


def _bits(text: str) -> float:
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def _is_identifier(value: str) -> bool:
    """A UUID, a hexadecimal hash, or words and numbers joined as in a bucket's name: random, but a name."""
    return _IDENTIFIER.fullmatch(value) is not None
