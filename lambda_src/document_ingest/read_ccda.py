"""CCDA: the text that people are to read, the patient's ids, and how confidential it is.

The narrative of each section is what its author has signed; the coded entries beneath it repeat it for
machines, and are left in the original. HL7 CDA R2, 4.3.5 (narrative), 4.2.2.1 (recordTarget).

Python's expat does the parsing, and a document type declaration of whatever kind ends it: no entity is ever
declared, fetched or expanded. CDA has none (ITS, 1.4 and CDA R2 schema).
"""

import base64
import binascii
import re
from typing import Final, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from document_ingest import read_pdf, read_text
from document_ingest.faults import Rejected
from document_ingest.labels import stricter
from document_ingest.texts import Extracted, Passage

MAXIMUM_DEPTH: Final = 100
MAXIMUM_ATTRIBUTE: Final = 65_536
MAXIMUM_ATTRIBUTES: Final = 100

_NS: Final = "{urn:hl7-org:v3}"
_PIECE: Final = 65_536
_ROWS: Final = frozenset({"br", "caption", "item", "list", "paragraph", "table", "tr"})
_CELLS: Final = frozenset({"td", "th"})
_POWER: Final = re.compile(r"\s*[+\-\u2212]?[0-9]+\s*", re.ASCII)


def parse(data: bytes) -> Element:
    """The document's root; Rejected for what no CDA document holds, or no machine should read."""
    builder = TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAXIMUM_DEPTH:
            raise Rejected("xml_depth")
        if len(attributes) > MAXIMUM_ATTRIBUTES or any(
            len(value) > MAXIMUM_ATTRIBUTE for value in attributes.values()
        ):
            raise Rejected("xml_attribute")
        builder.start(_universal(name), attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_universal(name))

    def refuse(*_: object) -> NoReturn:
        raise Rejected("xml_doctype")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        for begin in range(0, len(data), _PIECE):
            parser.Parse(data[begin : begin + _PIECE], False)
        parser.Parse(b"", True)
        return builder.close()
    except (expat.ExpatError, AssertionError, ValueError, LookupError):
        raise Rejected("xml_broken") from None


def read(data: bytes) -> Extracted:
    """Title and sections as passages, with the master ids as they are given; Rejected where it is no CDA."""
    root = parse(data)
    if root.tag != f"{_NS}ClinicalDocument":
        raise Rejected("not_ccda")
    title, time = _narrative(root.find(f"{_NS}title")), root.find(f"{_NS}effectiveTime")
    extracted = Extracted(label=_label(root, ""), patients=_patients(root), title=title)
    extracted.effective_time = "" if time is None else time.get("value", "")
    extracted.add(Passage(title, "title", extracted.label))
    body = f"{_NS}component/{_NS}structuredBody/{_NS}component/{_NS}section"
    for section in root.findall(body):
        _section(section, extracted.label, extracted)
    unstructured = root.find(f"{_NS}component/{_NS}nonXMLBody/{_NS}text")
    if unstructured is not None:
        _attached(unstructured, extracted)
    return extracted


def _section(section: Element, label: str, extracted: Extracted) -> None:
    # Psychotherapy, substance use: a section can be stricter than its document, never laxer.
    label = _label(section, label)
    code = section.find(f"{_NS}code")
    loinc = "" if code is None else code.get("code", "")
    place = f"section {loinc}" if _is_code(loinc) else "section"
    title = _narrative(section.find(f"{_NS}title"))
    extracted.add(Passage(f"{title}\n{_narrative(section.find(f'{_NS}text'))}", place, label))
    for inner in section.findall(f"{_NS}component/{_NS}section"):
        _section(inner, label, extracted)


def _attached(text: Element, extracted: Extracted) -> None:
    """A CDA document around another one: a scan, a letter."""
    media_type, content = text.get("mediaType", "text/plain"), "".join(text.itertext())
    if text.get("representation") == "B64":
        try:
            data = base64.b64decode("".join(content.split()), validate=True)
        except (binascii.Error, ValueError):
            raise Rejected("encoding") from None
    else:
        data = content.encode()
    if media_type == "application/pdf":
        inner = read_pdf.read(data)
    elif media_type == "text/plain":
        inner = read_text.read(data)
    else:
        raise Rejected("unsupported_type")
    extracted.pages, extracted.pages_without_text = inner.pages, inner.pages_without_text
    for passage in inner.passages:
        extracted.add(Passage(passage.text, passage.place, extracted.label))


def _patients(root: Element) -> list[tuple[str, str]]:
    ids = root.findall(f"{_NS}recordTarget/{_NS}patientRole/{_NS}id")
    return [
        (found.get("root", ""), found.get("extension", "")) for found in ids if not found.get("nullFlavor")
    ]


def _label(element: Element, outer: str) -> str:
    code = element.find(f"{_NS}confidentialityCode")
    given = "" if code is None else code.get("code", "")
    return stricter(outer, given) if given else outer


def _narrative(element: Element | None) -> str:
    if element is None:
        return ""
    parts: list[str] = []
    _write(element, parts)
    lines = (" ".join(line.split()) for line in "".join(parts).splitlines())
    return "\n".join(line for line in lines if line)


def _write(element: Element, parts: list[str]) -> None:
    name = element.tag.removeprefix(_NS)
    if element.get("revised") == "delete":  # struck out by its author
        return
    if name in _ROWS:
        parts.append("\n")
    text = _flat(element.text)
    if name == "sup" and _POWER.fullmatch(text):
        text = f"^{text.strip()}"  # 10<sup>9</sup>/L is not 109/L
    parts.append(text)
    for child in element:
        _write(child, parts)
        parts.append(_flat(child.tail))
    parts.append("\n" if name in _ROWS else " | " if name in _CELLS else "")


def _flat(text: str | None) -> str:
    return " ".join(f"_{text}_".split())[1:-1] if text else ""


def _is_code(text: str) -> bool:
    return 0 < len(text) <= 20 and text.isascii() and text.replace("-", "").isalnum()


def _universal(name: str) -> str:
    uri, closed, local = name.rpartition("}")
    return f"{{{uri}}}{local}" if closed else name
