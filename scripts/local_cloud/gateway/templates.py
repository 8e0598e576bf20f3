"""The part of the Velocity template language that mapping templates for preflight answers need.

``#set``, ``#if``/``#elseif``/``#else``/``#end``, references with properties and method calls, lists,
text, numbers, ``!``, ``==``, ``!=``, ``&&``, ``||``, and ``$context.responseOverride``. What is not
understood is an error, never printed as it stands.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from scripts.local_cloud.gateway.exchange import Exchange
from scripts.local_cloud.gateway.expressions import Reader, TemplateError, evaluate_reference, is_true

TOKEN = re.compile(r"#(?P<word>set|if|elseif|else|end)\b(?P<open>\s*\()?|(?P<reference>\$!?\{?[A-Za-z])")
OVERRIDE = "context.responseOverride."


@dataclass
class Rendered:
    """What a template made: the text, and what it put into ``$context.responseOverride``."""

    body: str = ""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Branch:
    """One ``#if``: whether this part of it is written, and whether any part was."""

    active: bool
    taken: bool


class Template:
    def __init__(self, exchange: Exchange) -> None:
        self.names: dict[str, Any] = {"input": Input(exchange), "context": ContextValues(exchange)}
        self.rendered = Rendered()
        self.branches: list[Branch] = []

    @property
    def writing(self) -> bool:
        return all(branch.active for branch in self.branches)

    def render(self, text: str) -> Rendered:
        position = 0
        while found := TOKEN.search(text, position):
            self.write(text[position : found.start()])
            position = self.directive(text, found) if found["word"] else self.reference(text, found)
        self.write(text[position:])
        if self.branches:
            raise TemplateError("#if without #end")
        return self.rendered

    def write(self, text: str) -> None:
        if self.writing:
            self.rendered.body += text

    def reference(self, text: str, found: re.Match[str]) -> int:
        reader = Reader(text, found.start())
        reference = reader.reference()
        if self.writing:
            value = evaluate_reference(reference, self.names)
            self.rendered.body += "" if value is None else str(value)
        return reader.position

    def directive(self, text: str, found: re.Match[str]) -> int:
        word, position = found["word"], found.end()
        if word in ("else", "end"):
            self.close_part(word)
            return position - len(found["open"] or "")
        if not found["open"]:
            raise TemplateError(f"#{word} without (")
        reader = Reader(text, position)
        if word == "set":
            self.assign(reader)
        else:
            self.open_part(word, reader)
        reader.expect(")")
        return reader.position

    def open_part(self, word: str, reader: Reader) -> None:
        condition = reader.expression()
        if word == "if":
            value = self.writing and is_true(condition, self.names)
            self.branches.append(Branch(value, value))
        else:
            branch = self.current()
            value = not branch.taken and is_true(condition, self.names)
            branch.active, branch.taken = value, branch.taken or value

    def close_part(self, word: str) -> None:
        branch = self.current()
        if word == "end":
            self.branches.pop()
        else:
            branch.active, branch.taken = not branch.taken, True

    def current(self) -> Branch:
        if not self.branches:
            raise TemplateError("a part of an #if without #if")
        return self.branches[-1]

    def assign(self, reader: Reader) -> None:
        target = reader.target()
        reader.expect("=")
        value = reader.expression()
        if not self.writing:
            return
        result = value(self.names)
        if target.startswith(f"{OVERRIDE}header."):
            self.rendered.headers[target.removeprefix(f"{OVERRIDE}header.")] = str(result)
        elif target == f"{OVERRIDE}status":
            self.rendered.status = int(result)
        else:
            self.names[target] = result


class Input:
    """``$input``, as far as headers, query and path parameters go."""

    def __init__(self, exchange: Exchange) -> None:
        self.parts = {
            "header": dict(exchange.headers),
            "querystring": dict(exchange.query),
            "path": exchange.path_parameters,
        }

    def params(self, name: str | None = None) -> Any:
        """All parameters by where they stand, or the one of that name: path, query, header in turn."""
        if name is None:
            return self.parts
        found = (self.parts[part].get(name) for part in ("path", "querystring", "header"))
        return next((value for value in found if value is not None), "")


class ContextValues:
    """``$context``: dotted names."""

    def __init__(self, exchange: Exchange) -> None:
        self.values = exchange.context

    def lookup(self, dotted: str) -> str | None:
        return self.values.get(dotted)


def render(exchange: Exchange, template: str) -> Rendered:
    """Fill a template in. Raises ``TemplateError`` for what is beyond the part that is known here."""
    return Template(exchange).render(template)
