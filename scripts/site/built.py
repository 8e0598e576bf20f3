"""What is asked of the HTML: it loads nothing from elsewhere, and its links and their anchors exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Where a browser loads by itself; an `a` is followed by people.
_LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
# Links that name an address and load nothing.
_NAMING = {"canonical", "next", "prev", "alternate"}


@dataclass
class Seen(HTMLParser):
    """What one page loads, links to and can be linked to at."""

    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if name := values.get("id"):
            self.ids.add(name)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        wanted = values.get(_LOADED.get(tag, ""))
        if wanted and not (tag == "link" and values.get("rel") in _NAMING):
            self.loads.append(wanted)


def problems(folder: Path) -> Iterator[str]:
    """One line for each thing loaded from another host, link without a page, anchor without a place."""
    pages = {file.resolve(): read(file) for file in sorted(folder.rglob("*.html"))}
    for file, seen in pages.items():
        name = file.relative_to(folder.resolve())
        for address in [*seen.loads, *seen.links]:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if address in seen.loads:
                    yield f"{name} loads {address}"
            elif file.name != "404.html":  # its addresses begin at the site's root, wherever that will be
                yield from (
                    f"{name}: {address}: {reason}"
                    for reason in unreachable(file, parts.path, parts.fragment, pages)
                )


def unreachable(file: Path, path: str, fragment: str, pages: dict[Path, Seen]) -> Iterator[str]:
    target = (file.parent / unquote(path)).resolve() if path else file
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        yield "there is no such file"
    elif fragment and target in pages and unquote(fragment) not in pages[target].ids:
        yield "there is no such place in the page"


def read(file: Path) -> Seen:
    seen = Seen()
    seen.feed(file.read_text(encoding="utf-8"))
    return seen
