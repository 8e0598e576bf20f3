"""The site's navigation: mkdocs.yml's, with what is generated put in, and held complete against the pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from hipaa_policies.catalogue import Control
from hipaa_policies.checklist import Group

from scripts.site import mentions

# What stands for generated entries in mkdocs.yml.
CONTROLS, MODULES, EXAMPLES, DECISIONS = "<controls>", "<modules>", "<examples>", "<decisions>"
# Pages that no list needs: they are what links lead to.
UNLISTED = ("source/",)
Entry = Any  # a path, or a title with a path or with a list of entries


def expanded(entries: Sequence[Entry], generated: dict[str, list[Entry]]) -> list[Entry]:
    """The navigation with every placeholder replaced by its entries."""
    result: list[Entry] = []
    for entry in entries:
        if isinstance(entry, str) and entry in generated:
            result += generated[entry]
        elif isinstance(entry, dict):
            ((title, inner),) = entry.items()
            result.append({title: expanded(inner, generated) if isinstance(inner, list) else inner})
        else:
            result.append(entry)
    return result


def control_entries(controls: Sequence[Control]) -> list[Entry]:
    """A section for each group of the checklist, folded until it is opened: all would hide the rest."""
    return [
        {
            group.value: [
                {f"{control.id} {control.title}": str(mentions.page_of(control.id))}
                for control in controls
                if control.group is group
            ]
        }
        for group in Group
    ]


def page_entries(pages: Sequence[PurePosixPath], folder: str) -> list[Entry]:
    """One entry for each page below the folder, by path; MkDocs takes its title from the heading."""
    return [str(page) for page in sorted(pages) if page.parts[0] == folder]


def module_entries(pages: Sequence[PurePosixPath]) -> list[Entry]:
    return [{page.parts[1]: str(page)} for page in sorted(pages) if page.parts[0] == "modules"]


def paths(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        inner = next(iter(entry.values())) if isinstance(entry, dict) else entry
        if isinstance(inner, list):
            yield from paths(inner)
        else:
            yield inner


def problems(entries: Sequence[Entry], pages: Sequence[PurePosixPath]) -> Iterator[str]:
    """Pages that the navigation leaves out, has twice, or has although they are not there."""
    listed = list(paths(entries))
    there = {str(page) for page in pages if not str(page).startswith(UNLISTED)}
    for page in sorted(there - set(listed)):
        yield f"{page} is a page and not in `nav` of mkdocs.yml: put it where readers will look for it"
    for path in sorted(set(listed) - there):
        yield f"`nav` of mkdocs.yml has {path}, and there is no such page"
    for path in sorted({path for path in listed if listed.count(path) > 1}):
        yield f"`nav` of mkdocs.yml has {path} twice"
