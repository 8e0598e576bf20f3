"""One client for every OpenAI-compatible server: Bedrock by the role's signature, others by a secret key.

Which server, which authentication and how long are configuration (ModelEndpoint): docs/decisions/0011.
Import this module where a model is asked, and nowhere else: the SDK behind it takes most of a cold start.

Nothing of the process's environment changes what is sent or where: not OPENAI_API_KEY, OPENAI_BASE_URL,
OPENAI_CUSTOM_HEADERS and the like, no proxy variables, no .netrc. The SDK's headers about platform, runtime
and retries are not sent; its User-Agent, name and version, is.
"""

import json
import os
import random
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import httpx2
import openai
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from healthcare import aws
from healthcare.model_problems import TRANSIENT, ModelProblem, problem_of
from healthcare.problems import internal

KEY_AGE_SECONDS: Final = 300
"""How long a key is used before its secret is read again."""

MAX_ANSWER_BYTES: Final = 16_777_216

_CONNECT_SECONDS: Final = 2.0
_SHORTEST_ATTEMPT: Final = 0.5
_FIRST_PAUSE: Final = 0.25
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_SENT: Final = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"}
)


class EndpointSettingError(Exception):
    """MODEL_ENDPOINT, or an endpoint in EMBEDDINGS, can't be used. Says what is wrong, without values."""


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """Where models are asked, as whom, and for how long.

    `base_url`: up to and with the API's version, as https://api.openai.com/v1; None is Bedrock of this
    region. `secret_arn`: the key as plain text, or as JSON {"api_key": ...}; with "secret" alone.
    `timeout_seconds`: for one question, all attempts and the pauses between them. `maximum_retries`:
    attempts after the first.
    """

    base_url: str | None = None
    authentication: Literal["sigv4", "secret"] = "sigv4"
    secret_arn: str | None = None
    timeout_seconds: float = 20
    maximum_retries: int = 2

    def __post_init__(self) -> None:
        if self.authentication not in ("sigv4", "secret"):
            raise EndpointSettingError('authentication is "sigv4" or "secret"')
        if (self.authentication == "secret") != bool(self.secret_arn):
            raise EndpointSettingError('secret_arn goes with authentication "secret", and with no other')
        if self.authentication == "secret" and self.base_url is None:
            raise EndpointSettingError("base_url is required with a key: it is sent to that host alone")
        if self.base_url is not None:
            _check_url(self.base_url)
        if not 1 <= self.timeout_seconds <= 28:
            raise EndpointSettingError("timeout_seconds is from 1 to 28: API Gateway waits for 29")
        if not 0 <= self.maximum_retries <= 5:
            raise EndpointSettingError("maximum_retries is from 0 to 5")

    @classmethod
    def from_json(cls, text: str) -> "ModelEndpoint":
        """From a JSON object with the fields' names; EndpointSettingError where it can't be used."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError):
            raise EndpointSettingError(
                f"an endpoint is a JSON object of {', '.join(cls.__dataclass_fields__)}"
            ) from None


def openai_client(endpoint: ModelEndpoint) -> openai.OpenAI:
    """The SDK's client for `endpoint`. It does not retry by itself: `asked` does, within its time."""
    base_url = endpoint.base_url or _bedrock_url()
    _check_url(base_url)
    auth = KeyAuth(endpoint.secret_arn) if endpoint.secret_arn else SignatureAuth(base_url)
    http = httpx2.Client(
        auth=auth,
        transport=_InTime(httpx2.HTTPTransport(trust_env=False)),
        timeout=httpx2.Timeout(endpoint.timeout_seconds, connect=_CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )
    return openai.OpenAI(
        # Given, so that none is looked for in the environment; `auth` puts its own in its place.
        api_key="none",
        base_url=base_url,
        max_retries=0,
        timeout=endpoint.timeout_seconds,
        http_client=http,
    )


def asked(
    endpoint: ModelEndpoint, call: Callable[[httpx2.Timeout], Any], seconds: float | None = None
) -> Any:
    """What `call` returns; it is given the timeout for its request, and is called again after passing faults.

    Never longer than the endpoint's `timeout_seconds`, nor than `seconds` (what is left for this). A pause
    that the server asks for is kept where it fits, and otherwise passed on as the Problem's retry_after.
    ModelProblem for whatever the SDK raises: nothing of the question, of the answer or of the error's text
    is in it. Problem where Secrets Manager refuses the key.
    """
    allowed = endpoint.timeout_seconds if seconds is None else min(seconds, endpoint.timeout_seconds)
    deadline = time.monotonic() + allowed
    for retries_left in range(endpoint.maximum_retries, -1, -1):
        left = deadline - time.monotonic()
        if left < _SHORTEST_ATTEMPT:
            raise ModelProblem("timeout")
        try:
            return call(httpx2.Timeout(left, connect=min(left, _CONNECT_SECONDS)))
        except openai.OpenAIError as error:
            problem = problem_of(error)
        except (ValueError, RecursionError):  # no JSON, though it is called so
            raise ModelProblem("unusable") from None
        pause = _pause(problem, endpoint.maximum_retries - retries_left)
        fits = time.monotonic() + pause + _SHORTEST_ATTEMPT <= deadline
        if problem.kind not in TRANSIENT or not retries_left or not fits:
            raise problem
        time.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def _pause(problem: ModelProblem, retries_made: int) -> float:
    if problem.server_asks is not None:
        return problem.server_asks
    # Spread out: those who were refused together would otherwise come back together.
    return _FIRST_PAUSE * 2.0**retries_made * random.uniform(0.5, 1.5)  # noqa: S311 - a pause, no secret


class SignatureAuth(httpx2.Auth):
    """Signs every attempt with the credentials that the role has at that moment (Signature Version 4).

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """

    requires_request_body = True

    def __init__(self, base_url: str) -> None:
        host = urlsplit(base_url).hostname or ""
        # The service that IAM judges: bedrock-mantle.<region>.api.aws is one of its own.
        self._service = "bedrock-mantle" if host.startswith("bedrock-mantle.") else "bedrock"

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        _leave_out_telemetry(request)
        unsigned = AWSRequest(
            request.method,
            str(request.url),
            headers={"Content-Type": request.headers.get("content-type", "")},
            data=request.content,
        )
        SigV4Auth(aws.credentials(), self._service, os.environ["AWS_REGION"]).add_auth(unsigned)
        for name in ("Authorization", "X-Amz-Date", "X-Amz-Security-Token"):
            if name in unsigned.headers:
                request.headers[name] = unsigned.headers[name]
        yield request


class KeyAuth(httpx2.Auth):
    """Sends a key of Secrets Manager. After a 401 the secret is read again, once: keys are rotated."""

    def __init__(self, secret_arn: str) -> None:
        self._secret_arn = secret_arn
        self._key = ""
        self._read_at = 0.0

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        _leave_out_telemetry(request)
        # The wall clock: a monotonic one stands still in a snapshot.
        age = time.time() - self._read_at
        kept = bool(self._key) and 0 <= age < KEY_AGE_SECONDS
        request.headers["Authorization"] = f"Bearer {self._key if kept else self._read()}"
        response = yield request
        if response.status_code == 401 and kept:
            request.headers["Authorization"] = f"Bearer {self._read()}"
            yield request

    def _read(self) -> str:
        with aws.aws_errors():
            text = (
                aws.secretsmanager()
                .get_secret_value(SecretId=self._secret_arn)
                .get("SecretString", "")
                .strip()
            )
        self._key, self._read_at = _key_in(text), time.time()
        return self._key


def _key_in(text: str) -> str:
    if text.startswith("{"):
        try:
            text = json.loads(text).get("api_key", "")
        except ValueError:
            text = ""
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text:
        raise internal("SecretWithoutKey")
    return text


class _InTime(httpx2.BaseTransport):
    """Ends an answer that comes in drops, or never ends: httpx's read timeout begins anew with every drop."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        seconds = request.extensions["timeout"]["read"]
        deadline = time.monotonic() + seconds
        response = self._inner.handle_request(request)
        # The body's reads take their timeout from here, once it is begun.
        request.extensions["timeout"]["read"] = max(deadline - time.monotonic(), 0.001)
        response.stream = _BodyInTime(response.stream, deadline, request)
        return response

    def close(self) -> None:
        self._inner.close()


class _BodyInTime(httpx2.SyncByteStream):
    def __init__(self, inner: Any, deadline: float, request: httpx2.Request) -> None:
        self._inner, self._deadline, self._request = inner, deadline, request

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for part in self._inner:
            size += len(part)
            if time.monotonic() > self._deadline:
                raise httpx2.ReadTimeout("the answer took too long", request=self._request)
            if size > MAX_ANSWER_BYTES:
                raise httpx2.RemoteProtocolError("the answer is too large", request=self._request)
            yield part

    def close(self) -> None:
        self._inner.close()


def _leave_out_telemetry(request: httpx2.Request) -> None:
    # An allow-list: OPENAI_CUSTOM_HEADERS, OPENAI_ORG_ID and OPENAI_PROJECT_ID would add headers, too.
    for name in set(request.headers) - _SENT:
        del request.headers[name]


def _bedrock_url() -> str:
    # botocore's own resolution: partitions, FIPS and AWS_ENDPOINT_URL_BEDROCK_RUNTIME are its business.
    return f"{aws.bedrock_runtime().meta.endpoint_url.rstrip('/')}/openai/v1"


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise EndpointSettingError("base_url begins with https://")
    if not parts.hostname or parts.query or parts.fragment or parts.username or parts.password:
        raise EndpointSettingError("base_url has a host and a path, and neither credentials nor a query")
