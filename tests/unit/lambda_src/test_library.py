"""The parts of the library, each by itself."""

from __future__ import annotations

import json
import logging
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from healthcare import attributes, callers, schemas
from healthcare.logs import AllowListFormatter, describe, function_logger
from healthcare.settings import SettingMissingError, names, required
from hypothesis import given
from hypothesis import strategies as st

CANARY = "Canary Zebulon Quist 987-65-4321"


ROOT = Path(__file__).resolve().parents[3]


def test_a_role_is_a_group_of_the_pool_and_known_to_the_api() -> None:
    """A role that openapi.yaml does not know would make the disclosures that name it invalid."""
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    roles = document["components"]["schemas"]["Disclosure"]["properties"]["roles"]["items"]["enum"]
    assert set(roles) == callers.ROLES
    groups = (ROOT / "modules/identity/variables.tf").read_text(encoding="utf-8")
    default = groups[groups.index('variable "groups"') :].partition("default = {")[2].partition("}")[0]
    assert {line.split()[0] for line in default.strip().splitlines()} == callers.ROLES


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        ("Admin,Provider", {"Admin", "Provider"}),
        ("Admin, Provider", {"Admin", "Provider"}),
        ("[Admin Provider]", {"Admin", "Provider"}),
        ("[Admin, Provider]", {"Admin", "Provider"}),
        (["Admin", "Provider"], {"Admin", "Provider"}),
        (["Admin", 7, None, ["Provider"]], {"Admin"}),
        (["Admin,Provider"], {"Admin,Provider"}),
        ("Provider", {"Provider"}),
        ("[Provider]", {"Provider"}),
        ("Not Provider", {"Not Provider"}),
        ("[", {"["}),
        ("[]", set()),
        ("", set()),
        (",", set()),
        (None, set()),
        (7, set()),
        (True, set()),
        ({"Admin": 1}, set()),
    ],
)
def test_groups_are_an_exact_set_whatever_their_form(claim: object, groups: set[str]) -> None:
    assert callers.groups_of(claim) == groups


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_groups_claim_is_a_set_of_texts(claim: object) -> None:
    assert all(isinstance(group, str) for group in callers.groups_of(claim))


@pytest.fixture
def log(environment: None) -> Any:
    logger = function_logger()
    stream = StringIO()
    for handler in logger.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.stream = stream  # setStream flushes the one before, which pytest may have closed
    return logger, stream


def test_log_lets_through_listed_fields_only(log: Any) -> None:
    logger, stream = log
    logger.info("request served", extra={"status": 200, "patient_id": CANARY, "body": {"name": CANARY}})
    logger.append_keys(name=CANARY)
    logger.info(
        "request served", extra={"route": CANARY + "\u00fc", "roles": [CANARY], "outcome": {"x": CANARY}}
    )
    logger.remove_keys(["name"])
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["status"] == 200
    assert second["route"] == second["roles"] == second["outcome"] == "withheld"
    assert CANARY not in stream.getvalue()


def test_log_withholds_messages_and_the_text_of_exceptions(log: Any) -> None:
    logger, stream = log
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        logger.exception("request failed")
        logger.exception(str(error))
        logger.error(error, exc_info=True, stack_info=True)
        logger.error("patient %s", CANARY)
        logger.error({"message": CANARY})
        fields = describe(error)
        logger.error("request failed", extra=fields)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 6
    assert [line["message"] for line in lines] == ["request failed", *["withheld"] * 4, "request failed"]
    assert lines[-1]["error_type"] == "ValueError"
    assert lines[-1]["error_location"].partition(":")[0].endswith("test_library")
    assert "Zebulon" not in stream.getvalue()


def test_libraries_lines_do_not_reach_the_root(log: Any) -> None:
    root = logging.getLogger()
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    root.addHandler(handler)
    try:
        for library in ("botocore.endpoint", "urllib3.connectionpool", "boto3.resources"):
            logging.getLogger(library).error(CANARY)
    finally:
        root.removeHandler(handler)
    assert stream.getvalue() == ""


def test_formatter_is_the_one_in_use(log: Any) -> None:
    logger, _ = log
    assert all(isinstance(handler.formatter, AllowListFormatter) for handler in logger.handlers)


plain = st.recursive(
    st.text() | st.booleans() | st.integers() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(plain)
def test_attribute_values_come_back_as_they_were(value: object) -> None:
    back = attributes.from_attribute(attributes.to_attribute(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("value", [1.5, None, {1, 2}, object()])
def test_values_of_other_types_are_refused_by_type(value: object) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        attributes.to_attribute(value)


def test_setting_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPTY", "  ")
    for name in ("EMPTY", "ABSENT"):
        with pytest.raises(SettingMissingError, match=name):
            required(name)
        assert names(name) == frozenset()
    monkeypatch.setenv("ORIGINS", "https://a, https://b,")
    assert names("ORIGINS") == {"https://a", "https://b"}


def test_document_is_found_at_the_task_root_or_said_to_be_missing(
    environment: None, packaged_document: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert schemas.load_document()["openapi"] == "3.0.3"
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))
    with pytest.raises(schemas.DocumentMissingError):
        schemas.load_document()


@given(st.dates())
def test_full_dates_are_dates(day: date) -> None:
    assert schemas._is_date(day.isoformat())


@pytest.mark.parametrize(
    "text",
    [
        "19700131",
        "1970-W05-6",
        "1970-02-30",
        "1970-1-31",
        "1970-01-31\n",
        "\uff11970-01-31",
        "",
        "1970-01-31T00",
    ],
)
def test_other_forms_are_no_dates(text: str) -> None:
    assert not schemas._is_date(text)


@given(st.datetimes(), st.uuids())
def test_tokens_come_back_as_the_position(time: Any, row: Any) -> None:
    from healthcare import tokens

    if time.year < 1970:
        return
    event_id = f"{time.isoformat(timespec='microseconds')}Z#{row}"
    token = tokens.token_of(event_id)
    assert tokens.is_token(token)
    assert tokens.event_id_of(token) == event_id


@given(st.from_regex("[A-Za-z0-9_-]{32}", fullmatch=True))
def test_every_token_is_a_position(token: str) -> None:
    from healthcare import tokens

    event_id = tokens.event_id_of(token)
    assert tokens.event_id_of(tokens.token_of(event_id)) == event_id
