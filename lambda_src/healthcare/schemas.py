"""Bodies are judged by the schemas of the API's own OpenAPI document, packaged as openapi.json.

Only the place and the rule of an error are ever used: fastjsonschema's messages quote the value.
"""

import json
import os
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from healthcare.problems import FieldError, malformed

DOCUMENT_NAME: Final = "openapi.json"

Validator = Callable[[object], object]


class DocumentMissingError(Exception):
    """The function was packaged without its OpenAPI document."""


def load_document() -> dict[str, Any]:
    """The OpenAPI document: at the zip's root (LAMBDA_TASK_ROOT), or beside the package."""
    roots = [os.environ.get("LAMBDA_TASK_ROOT", ""), str(Path(__file__).resolve().parent.parent)]
    for root in filter(None, roots):
        path = Path(root) / DOCUMENT_NAME
        if path.is_file():
            document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return document
    raise DocumentMissingError(f"{DOCUMENT_NAME} is not in the package")


def check_body(body: object, model: str) -> dict[str, Any]:
    """The body as the object that `model` describes; Problem 400 with one place and rule otherwise."""
    # Compiled at the first body and not at start: reading a record needs neither the compiler nor the
    # document.
    validate, failure = _validator(model)
    try:
        validate(body)
    except failure as error:
        raise malformed(_field_error(error)) from None
    if not isinstance(body, dict):
        raise malformed(FieldError("body", "type"))
    return body


@cache
def _validator(model: str) -> tuple[Validator, type[Exception]]:
    import fastjsonschema

    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",  # what API Gateway's models are
        "$ref": f"#/components/schemas/{model}",
        "components": load_document()["components"],
    }
    validate = fastjsonschema.compile(schema, formats={"date": _is_date}, use_default=False)
    return validate, fastjsonschema.JsonSchemaValueException


def _field_error(error: Exception) -> FieldError:
    # The path is made of properties that the schema declares and of positions: undeclared names do not appear
    # in it.
    path: list[str] = getattr(error, "path", [])
    rule = getattr(error, "rule", None)
    return FieldError(".".join(["body", *path[1:]]), rule if isinstance(rule, str) else "schema")


def _is_date(value: str) -> bool:
    """RFC 3339 full-date; date.fromisoformat alone would take "20240131" too."""
    try:
        return len(value) == 10 and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
