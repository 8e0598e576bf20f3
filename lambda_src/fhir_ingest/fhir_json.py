"""JSON as FHIR needs it: decimals keep their digits, and what one reader would see otherwise is refused.

0.010 is not 0.01 in FHIR (https://hl7.org/fhir/R4/datatypes.html#decimal), so no number ever becomes a float.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final

MAX_DEPTH: Final = 60
"""Deeper than any resource of the specification, and far from where Python's own recursion ends."""

_MAX_DIGITS: Final = 100
_encode_text: Final = json.encoder.encode_basestring


class NotJsonError(Exception):
    """The bytes are no JSON document in UTF-8 that can be stored. Its text is a constant."""

    def __init__(self) -> None:
        super().__init__("not a JSON document")


def loads(raw: bytes | str) -> Any:
    """The document; NotJsonError for all else, duplicate names, NaN and lone surrogates included."""
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        text.encode("utf-8")
        document = json.loads(
            text,
            object_pairs_hook=_members,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_refused,
        )
        _check_depth_and_text(document)
    except (ValueError, RecursionError, InvalidOperation):
        raise NotJsonError from None
    return document


def dumps(document: Any) -> str:
    """The document as JSON text, decimals digit by digit as they came."""
    if isinstance(document, str):
        return _encode_text(document)
    if isinstance(document, bool):
        return "true" if document else "false"
    if document is None:
        return "null"
    if isinstance(document, (int, Decimal)):
        return str(document)
    if isinstance(document, dict):
        return (
            "{" + ",".join(f"{_encode_text(name)}:{dumps(value)}" for name, value in document.items()) + "}"
        )
    return "[" + ",".join(dumps(value) for value in document) + "]"


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _decimal(text: str) -> Decimal:
    if len(text) > _MAX_DIGITS:
        raise ValueError
    return Decimal(text)


def _integer(text: str) -> int | Decimal:
    if len(text) > _MAX_DIGITS:
        raise ValueError
    return Decimal(text) if text == "-0" else int(text)


def _refused(_name: str) -> object:
    raise ValueError


def _check_depth_and_text(document: Any) -> None:
    # Escapes ("\ud800") make lone surrogates that the bytes did not have: they are no characters, and no
    # UTF-8.
    level = [document]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += value.values()
                "".join(value).encode("utf-8")
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str):
                value.encode("utf-8")
        if not below:
            return
        level = below
    raise ValueError
