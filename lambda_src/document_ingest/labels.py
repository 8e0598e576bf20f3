"""Of two access labels the stricter: a document may say more of itself than its uploader, and never less."""

from healthcare.access_labels import LABELS

from document_ingest.faults import Rejected


def stricter(one: str, other: str) -> str:
    """The stricter of two labels, "" being none; Rejected for a code that is not on the list."""
    for label in (one, other):
        if label and label not in LABELS:
            raise Rejected("access_label_unknown")
    return max(one, other, key=lambda label: LABELS.index(label) if label else -1)
