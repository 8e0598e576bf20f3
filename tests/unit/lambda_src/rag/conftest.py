"""One PostgreSQL for all tests of retrieval, an empty database of its schema for each that asks, and the
functions on an in-process AWS.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import boto3
import pytest

from scripts.local_cloud.postgresql import PostgreSQL
from tests.postgresql import make_database, migrated, prepare, rows
from tests.unit.lambda_src.rag.world import (
    BUCKET,
    DOCUMENTS,
    ENVIRONMENT,
    RELATIONSHIPS,
    MemoryStore,
    RagWorld,
    Titan,
)
from tests.unit.lambda_src.world import Stdout, create_table, hooked


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The server, with RDS's roles."""
    server = PostgreSQL()
    try:
        prepare(server)
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def migrated_database(postgresql: PostgreSQL) -> str:
    return migrated(postgresql, make_database(postgresql))


@pytest.fixture
def rag_database(postgresql: PostgreSQL, migrated_database: str) -> str:
    """The name of a database with the schema and no rows. The server's superuser empties it."""
    with postgresql.connect(migrated_database) as session:
        session.execute("TRUNCATE rag.document, rag.chunk")
        assert rows(session, "SELECT count(*) FROM rag.chunk") == [(0,)]
    return migrated_database


@cache
def client(service: Any) -> Any:
    """The tests' own client, apart from the functions'."""
    return boto3.client(service)


@pytest.fixture
def rag(aws: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[RagWorld]:
    """Retrieval and ingestion with a store in memory, and a doctor who treats Jane."""
    from rag_retrieval import stores

    monkeypatch.setitem(stores._MODULES, "memory", "tests.unit.lambda_src.rag.world")
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    services = {name: client(name) for name in ("dynamodb", "s3")}
    for table, keys in (
        (DOCUMENTS, ("document_id", "entry")),
        (RELATIONSHIPS, ("principal", "patient_id")),
    ):
        create_table(services["dynamodb"], table, keys)
    services["s3"].create_bucket(Bucket=BUCKET)

    from rag_retrieval import handler, ingest_handler
    from rag_retrieval.settings import IngestSettings, RetrievalSettings

    retrieval = handler.build(RetrievalSettings.from_environment())
    ingest = ingest_handler.build(IngestSettings.from_environment())
    store, titan = MemoryStore(), Titan()
    retrieval.store = ingest.store = store
    for stream in retrieval.logger.handlers:
        assert isinstance(stream, logging.StreamHandler)
        stream.stream = Stdout()
    with ExitStack() as hooks:
        for function in (retrieval, ingest):
            bedrock = getattr(function.embeddings, "client")  # noqa: B009 - of Titan, which the settings name
            hooks.enter_context(hooked(bedrock, "before-call.bedrock-runtime.InvokeModel", titan))
        world = RagWorld(retrieval, ingest, store, titan, services, capfd)
        world.relate()
        yield world
