"""What a rule's target is sent: the event, a part of it, a constant, or a template filled from it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]")
PLACEHOLDER = re.compile(r"<([\w.-]+)>")
MISSING = object()


class InvalidInputError(Exception):
    """The template does not make JSON of this event."""


def input_of(target: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str, ingested: str) -> str:
    """The text that the target gets. Raises ``InvalidInputError``."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        found = value_at(event, str(target["InputPath"]))
        return json.dumps(None if found is MISSING else found)
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(event)
    values = {name: value_at(event, path) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    return filled(str(transformer["InputTemplate"]), {**values, **reserved(event, rule_arn, ingested)})


def reserved(event: Mapping[str, Any], rule_arn: str, ingested: str) -> dict[str, Any]:
    return {
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.ingestion-time": ingested,
        "aws.events.event.json": event,
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
    }


def value_at(event: Any, path: str) -> Any:
    """A JSON path of names and indexes: EventBridge takes no others. ``MISSING`` where it leads nowhere."""
    found = event
    for name, index, quoted in STEP.findall(path.removeprefix("$")):
        try:
            found = found[int(index)] if index else found[name or quoted]
        except (IndexError, KeyError, TypeError):
            return MISSING
    return found


def filled(template: str, values: Mapping[str, Any]) -> str:
    """The template with its placeholders replaced: within quotes by text, elsewhere by JSON."""
    parts, quoted, position = [], False, 0
    for match in PLACEHOLDER.finditer(template):
        if match[1] not in values:
            continue
        before = template[position : match.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', before)) % 2 == 1
        parts += [before, text_of(values[match[1]], quoted)]
        position = match.end()
    text = "".join([*parts, template[position:]])
    try:
        json.loads(text)
    except ValueError as error:
        raise InvalidInputError("the input template makes no JSON") from error
    return text


def text_of(value: Any, quoted: bool) -> str:
    if value is MISSING:
        return ""
    if not quoted:
        return json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text)[1:-1]
