"""Plain text to a document: decoding, wrapped lines joined, then tables, outline and paragraphs, then metadata."""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from operator import attrgetter

from fiscal_analysis.document import Document, Heading, Metadata, Paragraph, Places, Table, fold
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.metadata import find_metadata
from fiscal_analysis.readers.outline import read_lines
from fiscal_analysis.readers.plain.flat_tables import find_tables
from fiscal_analysis.readers.plain.wrapping import (
    Join,
    broken_lines,
    find_wrap,
    may_be_wrapped,
    pieces_of,
    wrapped_lines,
)
from fiscal_analysis.script import find_glosses

__all__ = ["decode", "read_text"]

_HAN = re.compile("[一-鿿]")
_HEAD = 4000  # characters that tell text from damaged or binary bytes
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
        head = text[:_HEAD]
        odd = len(_CONTROL.findall(head))
        if odd * 50 > len(head) or (encoding == "gb18030" and len(_HAN.findall(head)) * 5 < len(head)):
            continue
        return text
    raise SourceError(
        f"{shown}: not readable as text (tried {', '.join(encodings)}): it holds binary or damaged bytes. "
        "Download the file again, or save it as UTF-8 text."
    )


def read_text(text: str, *, doc_id: str, file: str = "", sha256: str = "", format: str = "txt") -> Document:
    """Build a document from decoded text.

    Returns
    -------
    Document
        All offsets are offsets into `text`. Where its lines are wrapped, ``unwrapped`` is the document of the whole
        lines (see :mod:`fiscal_analysis.readers.plain.wrapping`).
    """
    folded = fold(text)
    glosses = find_glosses(text)
    if glosses:
        joins = _with_joins(text, glosses)
    else:
        lines = folded.split("\n")
        joins, tables = _joins(text, folded, lines)
        if not joins:
            return _document(text, folded, lines, tables, doc_id, file, sha256, format)
    pieces = pieces_of(len(text), joins)
    joined = "".join([text[start:end] for start, end in pieces])
    refolded = fold(joined)
    whole = _document(joined, refolded, refolded.split("\n"), None, doc_id, file, sha256, format)
    places = Places(pieces)
    return Document(
        doc_id,
        text,
        folded,
        whole.metadata,
        [_placed_heading(heading, places) for heading in whole.outline],
        [_placed(block, places) for block in whole.blocks],
        file,
        sha256,
        format,
        whole,
        places,
    )


def _with_joins(text: str, glosses: list[Join]) -> list[Join]:
    """Return what to take out of a text with pronunciations: these, and the line ends of what then remains."""
    pieces = pieces_of(len(text), glosses)
    bare = "".join([text[start:end] for start, end in pieces])
    folded = fold(bare)
    joins, _ = _joins(bare, folded, folded.split("\n"))
    places = Places(pieces)
    merged: list[Join] = []
    for start, end in sorted([*glosses, *((places.end(left), places.start(right)) for left, right in joins)]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))  # a pronunciation at a line's end
        else:
            merged.append((start, end))
    return merged


def _joins(text: str, folded: str, lines: list[str]) -> tuple[list[Join], list[Table] | None]:
    """Return the line ends to take out, and the tables where they had to be found for that."""
    if "\r\n" in text:  # folded to a blank and a line end: the blank is no part of the line
        content = [line.removesuffix(" ") for line in lines]
    else:
        content = lines

    def starts() -> list[int]:
        return list(accumulate([len(line) + 1 for line in lines], initial=0))

    if may_be_wrapped(content):
        # widths are those of the source: punctuation of full width takes two columns
        source = (
            content if folded is text else [text[at : at + len(c)] for at, c in zip(starts(), content, strict=False)]
        )
        wrap = find_wrap(source)
        if wrap is not None:
            return wrapped_lines(content, source, wrap, starts()), None
    joins = broken_lines(content, starts)
    if not joins:
        return joins, None
    tables = find_tables(text, folded)
    return _outside(joins, tables), tables


def _document(
    text: str,
    folded: str,
    lines: list[str],
    tables: list[Table] | None,
    doc_id: str,
    file: str,
    sha256: str,
    format: str,
) -> Document:
    """Build the document of a text whose lines are whole."""
    if tables is None:
        tables = find_tables(text, folded)
    outline, paragraphs = read_lines(lines, [(t.start, t.end) for t in tables])
    blocks: list[Paragraph | Table] = list(paragraphs)
    if tables:
        starts = [heading.start for heading in outline]
        blocks += [
            Table(t.rows, t.start, t.end, bisect_right(starts, t.start) - 1, t.layout, t.caption, t.page, t.index)
            for t in tables
        ]
        blocks.sort(key=attrgetter("start"))
    document = Document(doc_id, text, folded, Metadata(), outline, blocks, file, sha256, format)
    document.metadata = find_metadata(document)
    return document


def _outside(joins: list[Join], tables: list[Table]) -> list[Join]:
    """Return the joins that touch no table."""
    ends = [table.end for table in tables]
    kept: list[Join] = []
    for end, start in joins:
        at = bisect_left(ends, end)
        if at == len(tables) or tables[at].start > start:
            kept.append((end, start))
    return kept


def _placed_heading(heading: Heading, places: Places) -> Heading:
    start, end = places.span(heading.start, heading.end)
    return heading._replace(start=start, end=end)


def _placed(block: Paragraph | Table, places: Places) -> Paragraph | Table:
    """Return a block of the whole lines with its places in the source."""
    start, end = places.span(block.start, block.end)
    if isinstance(block, Paragraph):
        return block._replace(start=start, end=end, breaks=places.breaks(block.start, block.end))
    rows = []
    for row in block.rows:
        spans = [places.span(cell.start, cell.end) for cell in row]
        rows.append(tuple([cell._replace(start=s, end=e) for cell, (s, e) in zip(row, spans, strict=True)]))
    return dataclasses.replace(block, rows=tuple(rows), start=start, end=end)
