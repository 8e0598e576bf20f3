"""The server's own log, with all statements on: it has their text, and no value of any of them.

The settings are those of modules/database (parameters.tf), and log_statement beside: an operator may need it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from healthcare.problems import Problem
from rag_retrieval import postgresql as module
from rag_retrieval.store import Scope

from scripts.local_cloud.postgresql import PostgreSQL
from tests.postgresql import make_database, migrated, prepare
from tests.unit.lambda_src.rag.store_contract import ALL, JANE, axis, embedded
from tests.unit.lambda_src.rag.test_postgresql import store_as

ROOT = Path(__file__).resolve().parents[4]
CANARY = "CANARYZEBULON"
LOGGED = ("log_error_verbosity", "log_min_error_statement", "log_parameter_max_length",
          "log_parameter_max_length_on_error")  # fmt: skip


def settings_of_the_module() -> dict[str, str]:
    text = (ROOT / "modules/database/parameters.tf").read_text(encoding="utf-8")
    found = dict(re.findall(r'"(log_\w+)"\s*=\s*"([^"]*)"', text))
    return {name: found[name] for name in LOGGED}


def test_no_value_is_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    server = PostgreSQL(settings_of_the_module() | {"log_statement": "all"})
    try:
        prepare(server)
        database = migrated(server, make_database(server))
        writer = store_as(server, database, "rag_writer", model=CANARY)
        reader = store_as(server, database, "rag_reader", model=CANARY)
        more: dict[str, Any] = {
            "patient_id": CANARY,
            "document_id": CANARY,
            "place": CANARY,
            "source": CANARY,
        }
        assert writer.replace(CANARY, 1, CANARY, [embedded(CANARY, **more)])
        for _ in range(10):  # prepared after some
            assert reader.search(Scope(CANARY, ALL), f"{CANARY} '", axis(0), 5)
        monkeypatch.setattr(module, "check_chunks", lambda *_: None)
        wrong = {
            "of two": [embedded(CANARY, **more), embedded(CANARY, **more)],
            "of another": [embedded(CANARY, **more | {"patient_id": JANE})],
            "of no label": [embedded(CANARY, **more | {"access_label": f"{CANARY},V"})],
        }
        for chunks in wrong.values():
            with pytest.raises(Problem):
                writer.replace(CANARY, 2, CANARY, chunks)
        descriptor = server.log.fileno()  # the server writes where this file stands: so no seek
        log = os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")
    finally:
        server.close()
    for expected in ("INSERT INTO rag.chunk", "WITH scoped AS", "set_config", "duplicate key",
                     "row-level security", "violates check constraint"):  # fmt: skip
        assert expected in log, expected
    assert CANARY not in log
    assert JANE not in log
