"""What stands over a list: "Discontinued:" turns each of its lines, and no line says so itself."""

import re
from typing import Final

from rag_orchestrator.verifier_words import terms_of

_END: Final = "\n"

_LONGEST: Final = 80
_ITEM: Final = re.compile(r"[-*•·–—|]|\(?[0-9]+[.)]\s")  # noqa: RUF001 - the marks that are meant
_TITLE: Final = re.compile(r"[^\W\d_a-z][^\d|]*(?<![.,:;!?])")
_LABEL: Final = re.compile(r"([^:]{1,40}):\s")


def over(text: str, start: int) -> str:
    """The heading of the block that text[start] is in, as "Title: Heading:"; "" where there is none.

    A heading is a line that ends with a colon: the nearest one counts. A title is a short first line of a
    block. A blank line ends the block, unless it stands below one of the two. A line that begins with a label
    of its own ("Plan: ...") is under no other's; a medicine's name is no label.
    """
    *above, begun = text[:start].split(_END)
    own = f"{begun}{text[start:].partition(_END)[0]}".strip()
    label = _LABEL.match(own + " ")
    if label and not _ITEM.match(own) and not terms_of(label[1]):
        return ""
    lines = [line.strip() for line in above]
    found: list[str] = []
    for at in range(len(lines) - 1, -1, -1):
        if not lines[at]:
            continue
        opens = at == 0 or not lines[at - 1]
        is_heading = lines[at].endswith(":") and not found
        is_title = opens and len(lines[at]) <= _LONGEST and _TITLE.fullmatch(lines[at]) is not None
        if is_heading or is_title:
            found.insert(0, f"{lines[at].rstrip(':')}:")
        elif at + 1 < len(lines) and not lines[at + 1]:
            break
        if opens and found:
            break
    return " ".join(found)
