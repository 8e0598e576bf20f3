"""Find the deployed stage that a request's first path segments name."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from moto.apigateway.models import apigateway_backends

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.gateway.document import Document, read_document
from scripts.local_cloud.state import State


@dataclass(frozen=True)
class DeployedStage:
    """``path`` below is what is left of the request's path once the stage is taken off."""

    api_id: str
    api_name: str
    name: str
    region: str
    deployment_id: str
    document: Document
    access_log: Mapping[str, str]
    variables: Mapping[str, str]


class UnknownStageError(Exception):
    """No stage, or more than one, goes by that name; the message says which there are."""


class Stages:
    """Reads each deployment's document once, through GetExport as anybody could."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.lock = threading.Lock()
        self.documents: dict[tuple[str, str, str], Document] = {}

    def find(self, path: str) -> tuple[DeployedStage, str]:
        """``/<stage>/...``, or ``/<api id>/<stage>/...`` where several APIs have a stage of that name."""
        apis = backend(self.state.region).apis
        _, first, *rest = [*path.split("/", 2), ""][:3]
        below = rest[0] if rest else ""
        if first in apis:
            second, _, below = below.partition("/")
            candidates = [(apis[first], second)]
        else:
            candidates = [(api, first) for api in list(apis.values())]
        found = [(api, api.stages[name]) for api, name in candidates if name in api.stages]
        if len(found) != 1:
            known = ", ".join(f"/{api.id}/{name}/" for api in list(apis.values()) for name in api.stages)
            raise UnknownStageError(f"{len(found)} stages are named so. There are: {known or 'none'}")
        api, stage = found[0]
        return self.describe(api, stage), f"/{below}"

    def describe(self, api: Any, stage: Any) -> DeployedStage:
        return DeployedStage(
            api_id=api.id,
            api_name=api.name,
            name=stage.name,
            region=self.state.region,
            deployment_id=stage.deployment_id,
            document=self.document(api, stage),
            access_log=dict(stage.access_log_settings or {}),
            variables=dict(stage.variables or {}),
        )

    def document(self, api: Any, stage: Any) -> Document:
        key = (api.id, stage.name, stage.deployment_id)
        with self.lock:
            if key not in self.documents:
                resources = {resource.get_path(): resource.id for resource in api.resources.values()}
                self.documents[key] = read_document(self.export(api.id, stage.name), resources)
            return self.documents[key]

    def export(self, api_id: str, stage_name: str) -> bytes:
        client = boto3.client(
            "apigateway",
            endpoint_url=self.state.endpoint_url,
            region_name=self.state.region,
            aws_access_key_id=self.state.access_key_id,
            aws_secret_access_key=self.state.secret_access_key,
        )
        answer = client.get_export(
            restApiId=api_id,
            stageName=stage_name,
            exportType="oas30",
            parameters={"extensions": "apigateway"},
            accepts="application/json",
        )
        return answer["body"].read()


def backend(region: str) -> Any:
    return apigateway_backends[ACCOUNT_ID][region]
