"""What stands over a list: "Discontinued:" turns each of its lines, and no line says so itself."""

import re
from typing import Final

from healthcare.headings import lines_over

from rag_orchestrator.verifier_words import terms_of

_END: Final = "\n"
_ITEM: Final = re.compile(r"[-*•·–—|]|\(?[0-9]+[.)]\s")  # noqa: RUF001 - the marks that are meant
_LABEL: Final = re.compile(r"([^:]{1,40}):\s")


def over(text: str, start: int, above: str = "") -> str:
    """The heading of the block that text[start] is in, as "Title: Heading:"; "" where there is none.

    `above` are the lines that the text's first line stands under in its document (a chunk's "heading"). A
    line that begins with a label of its own ("Plan: ...") is under no other's; a medicine's name is no label.
    """
    own = f"{text[:start].rpartition(_END)[2]}{text[start:].partition(_END)[0]}".strip()
    label = _LABEL.match(own + " ")
    if label and not _ITEM.match(own) and not terms_of(label[1]):
        return ""
    before = f"{above}{_END}" if above else ""
    return " ".join(f"{line.rstrip(':')}:" for line in lines_over(before + text, len(before) + start))
