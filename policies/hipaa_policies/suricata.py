"""What a firewall's rules let through: Suricata's text, as far as an allow-list needs it.

https://docs.suricata.io/en/latest/rules/intro.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Actions that let nothing through. A rule that only alerts leaves the decision to the rules after it.
_HARMLESS = frozenset({"alert", "drop", "reject", "rejectboth", "rejectdst", "rejectsrc"})
_OPTION = re.compile(r'\s*((?:[^;"\\]|\\.|"(?:[^"\\]|\\.)*")+);')
_SNI = frozenset({"tls.sni", "tls_sni"})
_CONTENT = "content"


@dataclass(frozen=True)
class Passing:
    """A rule that lets something through: what it is called, and whether that is one exact name of TLS."""

    name: str
    exact: bool


class NotUnderstoodError(ValueError):
    """A rule is not of the form that is known."""


def passing_rules(text: str) -> Iterator[Passing]:
    """The rules that let something through. Raises ``NotUnderstoodError``."""
    for line in text.replace("\\\n", " ").splitlines():
        rule = line.strip()
        if not rule or rule.startswith("#"):
            continue
        header, bracket, body = rule.partition("(")
        words = header.split()
        if not bracket or not body.endswith(")") or len(words) < 2:
            raise NotUnderstoodError(f"the rule {rule[:60]!r} has a form that is not known")
        if words[0] == "pass":
            options = _options(body[:-1])
            yield Passing(_name(options), words[1] == "tls" and _is_exact(options))
        elif words[0] not in _HARMLESS:
            raise NotUnderstoodError(f"the rule {rule[:60]!r} has an action that is not known")


def _options(body: str) -> list[tuple[str, str]]:
    """Each option with its value, in their order."""
    found, at = [], 0
    while match := _OPTION.match(body, at):
        word, _, value = match[1].partition(":")
        found.append((word.strip(), value.strip()))
        at = match.end()
    if body[at:].strip():
        raise NotUnderstoodError(f"the options {body[:60]!r} have a form that is not known")
    return found


def _name(options: list[tuple[str, str]]) -> str:
    values = dict(options)
    return values.get("msg", "").strip('"') or f"sid {values.get('sid', '?')}"


def _is_exact(options: list[tuple[str, str]]) -> bool:
    """Whether the name that the handshake says must be one content from start to end.

    Conditions of a rule all have to hold, so that whatever else stands in it narrows it.
    """
    words = [word for word, _ in options]
    for number, (word, _) in enumerate(options[:-1]):
        # A transformation (dotprefix, ...) between the buffer and its content makes it another text.
        if word not in _SNI or words[number + 1] != _CONTENT:
            continue
        value = options[number + 1][1]
        about = _of_the_content(words[number + 2 :])
        if value.startswith('"') and {"startswith", "endswith"} <= about:
            return True
    return False


def _of_the_content(words: list[str]) -> set[str]:
    """The modifiers of a content: what follows it, until another content or buffer."""
    found: set[str] = set()
    for word in words:
        if word == _CONTENT or "." in word:
            break
        found.add(word)
    return found
