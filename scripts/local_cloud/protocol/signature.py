"""Check AWS Signature Version 4, in the Authorization header or in a presigned URL.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
The chunk signatures of a streamed S3 upload are not checked; its seed signature is.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from botocore.utils import normalize_url_path
from moto.core.request import Request

ALGORITHM = "AWS4-HMAC-SHA256"
# https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html: fifteen minutes either way.
CLOCK_SKEW = timedelta(minutes=15)
HEX_DIGEST_LENGTH = 64


@dataclass(frozen=True)
class Signature:
    """What a request says about its own signature. ``expires_seconds`` is for presigned URLs alone."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    value: str
    session_token: str | None
    expires_seconds: int | None = None


class SignatureError(Exception):
    """The signature does not hold; ``args[0]`` says why."""


def read_signature(http: Request) -> Signature | None:
    """Return the signature of a request, or None where it carries none (or none that can be read)."""
    header = http.headers.get("Authorization", "")
    if header.startswith(ALGORITHM):
        fields = {
            name.strip(): value.strip()
            for name, _, value in (part.partition("=") for part in header[len(ALGORITHM) :].split(","))
        }
        date = http.headers.get("X-Amz-Date", "")
        token = http.headers.get("X-Amz-Security-Token")
        return make_signature(fields, "", date, token, None)
    if http.args.get("X-Amz-Algorithm") == ALGORITHM:
        expires = http.args.get("X-Amz-Expires", "")
        return make_signature(
            http.args,
            "X-Amz-",
            http.args.get("X-Amz-Date", ""),
            http.args.get("X-Amz-Security-Token"),
            int(expires) if expires.isdigit() else 0,
        )
    return None


def make_signature(
    fields: Mapping[str, str], prefix: str, date: str, token: str | None, expires: int | None
) -> Signature | None:
    scope = fields.get(f"{prefix}Credential", "").split("/")
    if len(scope) != 5:
        return None
    return Signature(
        access_key_id=scope[0],
        date=date,
        region=scope[2],
        service=scope[3].lower(),
        signed_headers=tuple(fields.get(f"{prefix}SignedHeaders", "").lower().split(";")),
        value=fields.get(f"{prefix}Signature", ""),
        session_token=token,
        expires_seconds=expires,
    )


def check_signature(http: Request, body: bytes, signature: Signature, secret: str) -> None:
    """Raise ``SignatureError`` unless ``secret`` made the request's signature, lately."""
    check_time(signature)
    check_payload_hash(http, body)
    scope = f"{signature.date[:8]}/{signature.region}/{signature.service}/aws4_request"
    canonical = hashlib.sha256(canonical_request(http, body, signature).encode()).hexdigest()
    to_sign = "\n".join([ALGORITHM, signature.date, scope, canonical])
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = sign(key, part)
    expected = sign(key, to_sign).hex()
    if not hmac.compare_digest(expected.encode(), signature.value.encode()):
        raise SignatureError(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method."
        )


def sign(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def check_time(signature: Signature) -> None:
    try:
        signed_at = datetime.strptime(signature.date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise SignatureError("Date must be in ISO-8601 'basic format'.") from None
    now = datetime.now(UTC)
    validity = CLOCK_SKEW
    if signature.expires_seconds is not None:
        validity = timedelta(seconds=signature.expires_seconds)
    if signed_at > now + CLOCK_SKEW or now > signed_at + validity:
        raise SignatureError(f"Signature expired: {signature.date} is not within the time allowed.")


def check_payload_hash(http: Request, body: bytes) -> None:
    claimed = http.headers.get("X-Amz-Content-SHA256", "")
    if len(claimed) == HEX_DIGEST_LENGTH and claimed != hashlib.sha256(body).hexdigest():
        raise SignatureError("The provided 'x-amz-content-sha256' header does not match what was computed.")


def canonical_request(http: Request, body: bytes, signature: Signature) -> str:
    headers = "".join(
        f"{name}:{' '.join(http.headers.get(name, '').split())}\n" for name in signature.signed_headers
    )
    return "\n".join(
        [
            http.method,
            canonical_path(http.raw_path, signature.service),
            canonical_query(urlsplit(http.raw_url).query),
            headers,
            ";".join(signature.signed_headers),
            payload_hash(http, body, signature),
        ]
    )


def canonical_path(path: str, service: str) -> str:
    # Every service but S3 encodes the path, which arrives encoded already, a second time.
    return path if service == "s3" else quote(str(normalize_url_path(path)), safe="/~")


def canonical_query(query: str) -> str:
    pairs = (part.partition("=") for part in query.split("&") if part)
    return "&".join(f"{name}={value}" for name, _, value in sorted(pairs) if name != "X-Amz-Signature")


def payload_hash(http: Request, body: bytes, signature: Signature) -> str:
    claimed = http.headers.get("X-Amz-Content-SHA256")
    if claimed:
        return str(claimed)
    if signature.expires_seconds is not None and signature.service == "s3":
        return "UNSIGNED-PAYLOAD"
    return hashlib.sha256(body).hexdigest()
