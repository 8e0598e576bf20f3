"""``hipaa explain``: everything there is to know about one control."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files

from hipaa_policies.catalogue import Control, catalogue
from hipaa_policies.citations import CITATIONS

_WIDTH = 100
_INDENT = "  "
_ALIKE = 0.6


class UnknownControlError(Exception):
    """There is no control of this id; the message lists those that are meant, perhaps."""


@dataclass(frozen=True)
class Explanation:
    """What is looked at, and fails; what goes wrong otherwise; how our modules satisfy it."""

    checks: str
    why: str
    ours: str


@cache
def explanations() -> Mapping[str, Explanation]:
    """By control. ``explanations.toml`` documents its fields."""
    text = files("hipaa_policies").joinpath("explanations.toml").read_text(encoding="utf-8")
    return {identifier: Explanation(**entry) for identifier, entry in tomllib.loads(text).items()}


def find_control(identifier: str) -> Control:
    """The control, whatever the case of its id. Raises ``UnknownControlError``."""
    controls = {control.id: control for control in catalogue()}
    if found := controls.get(identifier.upper()):
        return found
    near = near_controls(identifier, controls)
    listed = "".join(f"\n  {i:<7} {controls[i].title}" for i in near)
    meant = f"Did you mean one of these?{listed}" if near else "`hipaa controls` lists all of them."
    raise UnknownControlError(f"there is no control {identifier!r}. {meant}")


def near_controls(identifier: str, known: Iterable[str]) -> list[str]:
    """The ids that look like it, those of the same family first, the most alike first; at most five."""
    wanted = identifier.upper()

    def family(name: str) -> bool:
        return wanted.startswith(name.partition("-")[0])

    def likeness(name: str) -> float:
        return SequenceMatcher(None, wanted, name).ratio()

    near = [name for name in known if family(name) or likeness(name) >= _ALIKE]
    return sorted(near, key=lambda name: (not family(name), -likeness(name), name))[:5]


def explain(control: Control) -> str:
    """The explanation as text for a terminal."""
    told = explanations()[control.id]
    cited = [CITATIONS[paragraph] for paragraph in control.cite.split(", ")]
    rule = [f"45 CFR {c.paragraph}, {c.name} ({c.requirement.value}). {c.says}" for c in cited]
    checklist = [f"{line.group.value}: {line.text}" for line in control.checklist]
    tables = [f"{table.name}, of {table.as_of}: {table.source}" for table in control.tables]
    parts = {
        "What it checks": [told.checks],
        "Why": [told.why],
        "Rule": rule,
        "Binding": [_binding(control)],
        "Checklist": checklist,
        "What it cannot see": [control.blind],
        f"How our modules satisfy it ({control.satisfied_by})": [told.ours],
        "How to mend it elsewhere": [control.remedy],
        "Dated tables": tables,
    }
    texts = [f"{control.id}  {control.title}"]
    for title, paragraphs in parts.items():
        if paragraphs:
            texts.append("\n".join([title, *(_wrapped(text) for text in paragraphs)]))
    return "\n\n".join(texts) + "\n"


def _binding(control: Control) -> str:
    if control.requirement.value == "required":
        return "required: it must be met."
    return (
        "addressable: meet it, or record why it is not reasonable and what is done instead "
        "(164.306(d)(3)). A waiver is that record."
    )


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT,
        break_on_hyphens=False,
        break_long_words=False,
    )
