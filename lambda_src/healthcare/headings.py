"""What stands over a line of a document: "STOP these medications:" turns each line of its list.

document_ingest keeps it with a piece that was cut off from its heading; rag_orchestrator's verifier looks it
up within a piece. Both by the same rules.
"""

import re
from typing import Final

_END: Final = "\n"
_LONGEST: Final = 80
_TITLE: Final = re.compile(r"[^\W\d_a-z][^\d|]*(?<![.,:;!?])")


def lines_over(text: str, start: int) -> list[str]:
    """Title and heading of the block that text[start] is in, as they stand; empty where there is none.

    A heading is a line that ends with a colon: the nearest one counts. A title is a short first line of a
    block. A blank line ends the block, unless it stands below one of the two.
    """
    lines = [line.strip() for line in text[:start].split(_END)[:-1]]
    found: list[str] = []
    for at in range(len(lines) - 1, -1, -1):
        if not lines[at]:
            continue
        opens = at == 0 or not lines[at - 1]
        if (lines[at].endswith(":") and not found) or (opens and is_title(lines[at])):
            found.insert(0, lines[at])
        elif at + 1 < len(lines) and not lines[at + 1]:
            break
        if opens and found:
            break
    return found


def is_title(line: str) -> bool:
    """Whether the line, without white space around it, is a title where it is the first of its block."""
    return len(line) <= _LONGEST and _TITLE.fullmatch(line) is not None
