"""Which attributes an expression reads: ``aws_lambda_function.this[0].vpc_config[0].vpc_id`` and its like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

OBJECT = re.compile(r"(?<![\w.\"-])(?P<data>data\.)?(?P<type>aws_[a-z0-9_]+)\.(?P<name>[A-Za-z_][\w-]*)")
STEP = re.compile(r"\.(\*|[A-Za-z_][\w-]*)")
LOOP = re.compile(r"\bfor\s+(?:\w+\s*,\s*)?(?P<value>\w+)\s+in\s")
# What asks how many there are or what they are called, and reads no attribute.
COUNTED = re.compile(r"(?:length|keys|toset|can)\($")


@dataclass(frozen=True)
class Reference:
    """What is read: ``type`` as the extract has it (``resource aws_vpc``), ``path`` empty for all of it."""

    type: str
    name: str
    path: tuple[str, ...]


# Names that stand for resources, as each.value does, and for which.
Aliases: TypeAlias = Mapping[str, list[Reference]]


def code_of(expression: str) -> str:
    """The expression without the text of its strings: what stands in ${...} stays."""
    kept, stack, position = [], ["code"], 0
    while position < len(expression):
        two, one = expression[position : position + 2], expression[position]
        if stack[-1] == "text":
            if one == "\\":
                position += 1
            elif two in ("${", "%{") and expression[position - 1] != one:
                stack.append("code")
                kept.append(" ( ")
                position += 1
            elif one == '"':
                stack.pop()
                kept.append('"')
        else:
            if one == '"':
                stack.append("text")
            elif one == "{":
                stack.append("code")
            elif one == "}" and len(stack) > 1:
                stack.pop()
            kept.append(" ) " if one == "}" and stack[-1] == "text" else one)
        position += 1
    return "".join(kept)


def path_after(code: str, position: int) -> tuple[str, ...]:
    """The names that follow, without indices and splats."""
    path = []
    while position < len(code):
        if code[position] == "[":
            position = closing(code, position) + 1
        elif match := STEP.match(code, position):
            if match[1] != "*":
                path.append(match[1])
            position = match.end()
        else:
            break
    return tuple(path)


def closing(code: str, position: int) -> int:
    depth = 0
    for index in range(position, len(code)):
        depth += {"[": 1, "]": -1}.get(code[index], 0)
        if depth == 0:
            return index
    return len(code)


def loops(code: str) -> list[tuple[int, int, str]]:
    """Where each `for` says what it goes over, and the name of its values."""
    found = []
    for match in LOOP.finditer(code):
        depth = 0
        for end in range(match.end(), len(code)):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(code[end], 0)
            if code[end] == ":" and depth == 0:
                found.append((match.end(), end, match["value"]))
                break
    return found


def references(expression: str, aliases: Aliases) -> Iterator[Reference]:
    """Everything that ``expression`` reads of resources and data sources.

    ``aliases`` are names that stand for some here: ``each.value``, or ``subnet.value`` of a dynamic block.
    """
    code = code_of(expression)
    known = {name: list(targets) for name, targets in aliases.items()}
    over = loops(code)
    for match in OBJECT.finditer(code):
        kind = "data" if match["data"] else "resource"
        path = path_after(code, match.end())
        reference = Reference(f"{kind} {match['type']}", match["name"], path)
        values = [value for start, end, value in over if start <= match.start() < end]
        if values:
            known.setdefault(values[-1], []).append(reference)
        if path or not (values or COUNTED.search(code[: match.start()])):
            yield reference
    for alias, targets in known.items():
        for match in re.finditer(rf"(?<![\w.\"-]){re.escape(alias)}(?=[.\[])", code):
            if path := path_after(code, match.end()):
                yield from (Reference(target.type, target.name, (*target.path, *path)) for target in targets)


def gone_over(expression: str, alias: str) -> dict[str, list[Reference]]:
    """``alias`` for all that a ``for_each`` goes over; empty where that is no resource."""
    found = list(references(expression, {}))
    return {alias: found} if found else {}
