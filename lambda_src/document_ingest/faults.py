"""Why a document can never be stored: a code, and nothing of what is in the document, its key or its tags."""

from typing import Final

CODES: Final = frozenset(
    {
        "access_label_unknown",
        "ambiguous_patient",
        "date_unusable",
        "dicom_meta",
        "dicom_tags_too_far",
        "dicom_transfer_syntax",
        "dicom_truncated",
        "dicom_uid",
        "empty",
        "encoding",
        "limit_memory",
        "limit_pages",
        "limit_text",
        "limit_time",
        "no_patient",
        "not_a_document",
        "not_ccda",
        "parser_crashed",
        "patient_mismatch",
        "pdf_broken",
        "pdf_encrypted",
        "title_unusable",
        "too_large",
        "type_mismatch",
        "unsupported_type",
        "xml_attribute",
        "xml_broken",
        "xml_depth",
        "xml_doctype",
    }
)


class Rejected(Exception):  # noqa: N818 - no error of ours: the document goes to quarantine
    """The document goes to quarantine: trying again cannot help. `code` is one of CODES."""

    def __init__(self, code: str) -> None:
        if code not in CODES:
            raise ValueError("no such code")
        super().__init__(code)
        self.code = code
