"""The deployed OpenAPI document of a stage, and which of its operations a request is for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
ANY = "x-amazon-apigateway-any-method"


@dataclass(frozen=True)
class Route:
    """One path template with its operations by method."""

    template: str
    resource_id: str
    pattern: re.Pattern[str]
    parameter_names: tuple[str, ...]
    operations: Mapping[str, Mapping[str, Any]]

    @property
    def order(self) -> tuple[tuple[int, str], ...]:
        """Literal segments go before parameters, those before greedy ones."""
        return tuple((segment_rank(segment), segment) for segment in self.template.split("/")[1:])


@dataclass(frozen=True)
class Document:
    """A deployed document; ``body`` is the OpenAPI with its x-amazon-apigateway extensions."""

    body: Mapping[str, Any]
    routes: tuple[Route, ...]

    def match(self, path: str) -> tuple[Route, dict[str, str]] | None:
        """Find the route of a raw (encoded) path, with its decoded parameters."""
        for route in self.routes:
            found = route.pattern.fullmatch(path)
            if found:
                values = (unquote(value) for value in found.groups())
                return route, dict(zip(route.parameter_names, values, strict=True))
        return None

    def extension(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body.get(f"x-amazon-apigateway-{name}") or {}
        return found


def read_document(text: str | bytes, resource_ids: Mapping[str, str]) -> Document:
    body = json.loads(text)
    routes = [make_route(path, item, resource_ids.get(path, "")) for path, item in body["paths"].items()]
    return Document(body, tuple(sorted(routes, key=lambda route: route.order)))


def make_route(template: str, item: Mapping[str, Any], resource_id: str) -> Route:
    operations = {
        ("ANY" if name == ANY else name.upper()): operation
        for name, operation in item.items()
        if name == ANY or name.upper() in METHODS
    }
    names = tuple(name.rstrip("+") for name in re.findall(r"\{([^}]+)\}", template))
    return Route(template, resource_id, re.compile(pattern_of(template)), names, operations)


def pattern_of(template: str) -> str:
    parts = re.split(r"(\{[^}]+\})", template)
    return "".join(
        ("(.+)" if part.endswith("+}") else "([^/]+)") if part.startswith("{") else re.escape(part)
        for part in parts
    )


def segment_rank(segment: str) -> int:
    if segment.endswith("+}"):
        return 2
    return 1 if segment.startswith("{") else 0
