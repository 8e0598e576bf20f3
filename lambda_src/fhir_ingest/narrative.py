"""Narratives: one XHTML div of text, tables and pictures, with nothing that a browser would run or fetch code
for.

https://hl7.org/fhir/R4/narrative.html (txt-1, txt-2)
"""

from typing import Final
from xml.parsers import expat

_NAMESPACE: Final = "http://www.w3.org/1999/xhtml"
_XHTML: Final = (
    "a abbr acronym address b bdo big blockquote br caption cite code col colgroup dd del dfn div dl dt "
    "em h1 h2 h3 h4 h5 h6 hr i img ins kbd li map area ol p pre q s samp small span strike strong sub "
    "sup table tbody td tfoot th thead tr tt u ul var "
)
_ELEMENTS: Final = frozenset(_XHTML.split())
_ADDRESSES: Final = frozenset({"href", "src", "cite", "longdesc", "usemap"})
_SCHEMES: Final = ("http:", "https:", "mailto:", "tel:", "ftp:", "urn:", "cid:", "data:image/")


class _UnsafeError(Exception):
    """The markup has something in it that narratives have not."""


def is_narrative(value: object) -> bool:
    """Whether it is such a div, well formed, with some content."""
    if not isinstance(value, str):
        return False
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    # Entities are declared in a DOCTYPE: without one there is nothing to expand.
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.ProcessingInstructionHandler = reader.refuse
    try:
        parser.Parse(_with_entities(value), True)
    except (expat.ExpatError, _UnsafeError, ValueError):
        return False
    return reader.has_content


class _Reader:
    def __init__(self) -> None:
        self.depth = 0
        self.has_content = False

    def start(self, element: str, attributes: dict[str, str]) -> None:
        namespace, _, local = element.rpartition(" ")
        if namespace != _NAMESPACE or local not in _ELEMENTS or (self.depth == 0 and local != "div"):
            raise _UnsafeError
        for name, value in attributes.items():
            # XML tells case apart, and the browser that the div ends in does not: OnError runs there, too.
            # https://html.spec.whatwg.org/multipage/parsing.html#attribute-name-state
            attribute = name.rpartition(" ")[2].lower()
            if attribute.startswith("on") or (attribute in _ADDRESSES and not _is_safe_address(value)):
                raise _UnsafeError
        self.has_content = self.has_content or local == "img"
        self.depth += 1

    def end(self, _name: str) -> None:
        self.depth -= 1

    def text(self, text: str) -> None:
        self.has_content = self.has_content or not text.isspace()

    def refuse(self, *_: object) -> None:
        raise _UnsafeError


def _is_safe_address(value: str) -> bool:
    address = "".join(value.split()).lower()
    return ":" not in address.split("/")[0] or address.startswith(_SCHEMES)


def _with_entities(value: str) -> str:
    # XHTML's own names for characters, which XML knows only with a DOCTYPE; what stays unknown is not well
    # formed.
    from html.entities import name2codepoint

    if "&" not in value:
        return value
    for name, code in name2codepoint.items():
        if name not in ("amp", "lt", "gt", "quot", "apos") and f"&{name};" in value:
            value = value.replace(f"&{name};", f"&#{code};")
    return value
