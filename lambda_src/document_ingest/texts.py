"""What a reader makes of a document: passages of text, one after the other."""

from dataclasses import dataclass, field
from typing import Final

from document_ingest.faults import Rejected

MAXIMUM_CHARACTERS: Final = 5_000_000
BETWEEN: Final = "\n\n"
"""What stands between two passages in the document's text."""

PAGE: Final = "page "
"""How the place of a passage begins that the next one may go on with."""

# Vertical tabs and form feeds end lines and pages: without them 5 and 10 would be 510.
_UNWANTED: Final = dict.fromkeys([*range(9), *range(14, 32), 0x7F, 0xFEFF, 0xFFFE, 0xFFFF]) | dict.fromkeys(
    [0x0B, 0x0C], "\n"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A page, a section or the whole: `place` says which ("page 3", "section 10160-0"), `label` how
    confidential it says that it is, where it does.
    """

    text: str
    place: str = ""
    label: str = ""


@dataclass(slots=True)
class Extracted:
    """Passages, the ids that the document gives its patient (root, extension), its label, its pages, what it
    is called, and of when it says that it is.
    """

    passages: list[Passage] = field(default_factory=list)
    patients: list[tuple[str, str]] = field(default_factory=list)
    label: str = ""
    pages: int = 0
    pages_without_text: int = 0
    characters: int = 0
    title: str = ""
    effective_time: str = ""

    def add(self, passage: Passage) -> None:
        """Rejected where it gets too much. An empty passage is none."""
        text = plain(passage.text)
        if not text:
            return
        self.characters += len(text) + len(BETWEEN)
        if self.characters > MAXIMUM_CHARACTERS:
            raise Rejected("limit_text")
        self.passages.append(Passage(text, passage.place, passage.label))


def plain(text: str) -> str:
    """Lines end with LF; control characters, marks and halves of surrogate pairs are gone."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNWANTED)
    return text.encode("utf-8", errors="ignore").decode("utf-8").strip()
