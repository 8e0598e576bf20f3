"""One request through the gateway, with the ``$context`` that logs, templates and functions see."""

from __future__ import annotations

import json
import re
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.wrappers import Response

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.gateway.document import Route
from scripts.local_cloud.gateway.stages import DeployedStage
from scripts.local_cloud.protocol.server import RAW_HEADERS

VARIABLE = re.compile(r"\$context\.([A-Za-z][\w:-]*(?:\.[\w:-]+)*)")


@dataclass
class Exchange:
    """What is known of a request grows as it goes through; ``path`` has no stage in it, and is encoded."""

    method: str
    path: str
    stage: DeployedStage
    headers: list[tuple[str, str]]
    query: list[tuple[str, str]]
    body: bytes
    source_ip: str
    protocol: str = "HTTP/1.1"
    route: Route | None = None
    path_parameters: dict[str, str] = field(default_factory=dict)
    claims: Mapping[str, Any] | None = None
    context: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        now = datetime.now(UTC)
        self.request_id = str(uuid.uuid4())
        self.context |= {
            "accountId": ACCOUNT_ID,
            "apiId": self.stage.api_id,
            "deploymentId": self.stage.deployment_id,
            "domainName": f"{self.stage.api_id}.execute-api.{self.stage.region}.amazonaws.com",
            "domainPrefix": self.stage.api_id,
            "extendedRequestId": secrets.token_urlsafe(11) + "=",
            "httpMethod": self.method,
            "identity.sourceIp": self.source_ip,
            "identity.userAgent": self.header("user-agent") or "",
            "path": f"/{self.stage.name}{self.path}",
            "protocol": self.protocol,
            "requestId": self.request_id,
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": str(int(now.timestamp() * 1000)),
            "stage": self.stage.name,
            "xrayTraceId": f"1-{int(now.timestamp()):08x}-{secrets.token_hex(12)}",
        }

    def header(self, name: str) -> str | None:
        """The last value of a header, whatever its case."""
        values = [value for given, value in self.headers if given.lower() == name.lower()]
        return values[-1] if values else None

    def query_value(self, name: str) -> str | None:
        values = [value for given, value in self.query if given == name]
        return values[-1] if values else None

    def take_route(self, route: Route, parameters: dict[str, str]) -> None:
        self.route, self.path_parameters = route, parameters
        self.context |= {"resourcePath": route.template, "resourceId": route.resource_id}

    def take_claims(self, claims: Mapping[str, str]) -> None:
        self.claims = claims
        self.context |= {f"authorizer.claims.{name}": value for name, value in claims.items()}
        self.context["authorizer.principalId"] = claims.get("sub", "")

    def fill(self, template: str, missing: str) -> str:
        """Put the values of ``$context`` variables into a text."""
        return VARIABLE.sub(lambda found: self.context.get(found[1], missing), template)

    def ended(self, response: Response) -> None:
        self.context |= {
            "responseLatency": str(int((time.perf_counter() - self.started) * 1000)),
            "responseLength": str(len(response.get_data())),
            "status": str(response.status_code),
        }


def start_exchange(environ: Mapping[str, Any], stage: DeployedStage, path: str, body: bytes) -> Exchange:
    return Exchange(
        method=environ["REQUEST_METHOD"],
        path=path,
        stage=stage,
        headers=list(environ[RAW_HEADERS]),
        query=parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True),
        body=body,
        source_ip=environ.get("REMOTE_ADDR", "127.0.0.1"),
    )


class GatewayRefusalError(Exception):
    """The gateway answers by itself: ``kind`` is a gateway response type, ``status`` its default."""

    def __init__(self, kind: str, message: str, status: int, validation: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status
        self.validation = validation

    def context(self) -> dict[str, str]:
        return {
            "error.message": self.message,
            "error.messageString": json.dumps(self.message),
            "error.responseType": self.kind,
            "error.validationErrorString": self.validation,
        }
