"""The one place that knows the reader of PDF: PDFium, by pypdfium2
(docs/decisions/0009-document-libraries.md).

It is C++ and reads hostile files, so it runs in a process of its own, which has little memory, little time
and no credentials: child.py.
"""

from typing import Final

import pypdfium2
import pypdfium2.raw as pdfium_c

from document_ingest.faults import Rejected
from document_ingest.texts import PAGE, Extracted, Passage

MAXIMUM_PAGES: Final = 2_000
# PDFium marks the hyphen at which a word was broken: the word goes on in the next line.
_BROKEN: Final = "\ufffe"


def read(source: str | bytes) -> Extracted:
    """A passage a page, of a path or of bytes. Pages that are pictures have no text, and are counted."""
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD
        raise Rejected("pdf_encrypted" if is_locked else "pdf_broken") from None
    with document:
        pages = len(document)
        if pages > MAXIMUM_PAGES:
            raise Rejected("limit_pages")
        if pages == 0:
            raise Rejected("pdf_broken")
        extracted = Extracted(pages=pages)
        for number in range(pages):
            text = _page(document, number)
            if not text.strip():
                extracted.pages_without_text += 1
            extracted.add(Passage(text, f"{PAGE}{number + 1}"))
    return extracted


def _page(document: pypdfium2.PdfDocument, number: int) -> str:
    try:
        page = document[number]
        text_page = page.get_textpage()
        text = text_page.get_text_bounded()
        text_page.close()
        page.close()
    except pypdfium2.PdfiumError:
        raise Rejected("pdf_broken") from None
    lines = text.replace("\r\n", "\n")
    return str(lines.replace(f"{_BROKEN}\n", "").replace(_BROKEN, ""))
