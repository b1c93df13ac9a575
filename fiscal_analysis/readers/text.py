"""Plain text to a document: decoding, then tables, outline and paragraphs, then metadata."""

from __future__ import annotations

import re

from fiscal_analysis.document import Document, Metadata, Paragraph, Table, fold
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.flat_tables import find_tables
from fiscal_analysis.readers.metadata import find_metadata
from fiscal_analysis.readers.outline import read_lines

__all__ = ["decode", "read_text"]

_HAN = re.compile("[一-鿿]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def decode(data: bytes, shown: str) -> str:
    """Return the text of a file's bytes: UTF-8, UTF-16 with a byte-order mark, or GB18030.

    Raises
    ------
    SourceError
        The bytes are none of these, or decode to something that is no Chinese text.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        encodings: tuple[str, ...] = ("utf-8-sig",)
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        head = text[:20000]
        odd = len(_CONTROL.findall(head))
        if odd * 50 > len(head) or (encoding == "gb18030" and len(_HAN.findall(head)) * 5 < len(head)):
            continue
        return text
    raise SourceError(
        f"{shown}: not readable as text (tried {', '.join(encodings)}): it holds binary or damaged bytes. "
        "Download the file again, or save it as UTF-8 text."
    )


def read_text(text: str, *, doc_id: str, file: str = "", sha256: str = "", format: str = "txt") -> Document:
    """Build a document from decoded text."""
    folded = fold(text)
    tables = find_tables(text, folded)
    outline, paragraphs = read_lines(folded, [(t.start, t.end) for t in tables])
    blocks: list[Paragraph | Table] = list(paragraphs)
    if tables:
        starts = [heading.start for heading in outline]
        for table in tables:
            section = _section_at(starts, table.start)
            blocks.append(
                Table(table.rows, table.start, table.end, section, table.layout, table.caption, table.page, table.index)
            )
        blocks.sort(key=lambda block: block.start)
    document = Document(doc_id, text, folded, Metadata(), outline, blocks, file, sha256, format)
    document.metadata = find_metadata(document)
    return document


def _section_at(starts: list[int], offset: int) -> int:
    from bisect import bisect_right

    return bisect_right(starts, offset) - 1
