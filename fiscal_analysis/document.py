"""What a reader makes of a file: text, outline, paragraphs and tables, each with its place in the text.

The classes hold no knowledge of budgets. Offsets are offsets into ``Document.text``, which is the file's text as
decoded, unchanged. ``Document.folded`` is the same text, character for character, with full-width forms folded to
half-width ones: patterns run over it, so that they need to know one form only.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Cell", "Document", "Heading", "Metadata", "Paragraph", "Table", "fold"]

_WIDE = re.compile("[！-～　\xa0﹪﹢﹣－﹝﹞]")
_LISTED = re.compile("(?<=[0-9])，(?=[0-9])(?![0-9]{3}(?:[.,，元万亿]))")
_FOLDS: tuple[tuple[str, str], ...] = (
    *((chr(code), chr(code - 0xFEE0)) for code in range(0xFF01, 0xFF5F)),
    ("　", " "),
    ("\xa0", " "),
    ("﹪", "%"),
    ("﹢", "+"),
    ("﹣", "-"),
    ("﹝", "〔"),
    ("﹞", "〕"),
)


def fold(text: str) -> str:
    """Return `text` with full-width ASCII forms and odd blanks folded one for one (same length, same offsets)."""
    if not _WIDE.search(text):
        return text
    if "，" in text:
        # between digits a full-width comma separates (59，100个) unless it groups thousands (1，000万元)
        text = _LISTED.sub("、", text)
    for wide, narrow in _FOLDS:
        if wide in text:
            text = text.replace(wide, narrow)
    return text


class Heading(NamedTuple):
    """A numbered heading. `level` 1 is the outermost; `path` holds the titles from the outermost down to this one."""

    level: int
    number: str
    title: str
    start: int
    end: int
    path: tuple[str, ...]


class Paragraph(NamedTuple):
    """A run of prose. `text` is folded and joined where the source wraps lines.

    `breaks` is empty where the paragraph stands on one line (then offset = start + position); else pairs
    ``(position in text, offset in Document.text)``, rising, that start each joined piece.
    """

    start: int
    end: int
    text: str
    section: int
    breaks: tuple[tuple[int, int], ...] = ()

    def offset(self, position: int) -> int:
        """Return the offset in ``Document.text`` of a position in `text`."""
        if not self.breaks:
            return self.start + position
        at, source = self.breaks[0]
        for piece, begin in self.breaks:
            if piece > position:
                break
            at, source = piece, begin
        return source + position - at


class Cell(NamedTuple):
    """A table cell: its text stripped, its offsets in ``Document.text`` (of the stripped text), its row and column."""

    text: str
    start: int
    end: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands in the source, ragged rows kept; nothing is guessed about merged cells.

    `layout` says how the source writes it: ``pipes``, ``tabs``, ``lines`` (one cell a line) or ``grid`` (a real
    table of a PDF, a web page or a workbook). `page` is the PDF page or the sheet's number, from 1.
    """

    rows: tuple[tuple[Cell, ...], ...]
    start: int
    end: int
    section: int
    layout: str
    caption: str = ""
    page: int | None = None
    index: int = 0


@dataclass(slots=True)
class Metadata:
    """Who published what, when. Unknown is None, never a guess; `notes` says what was left open and why."""

    title: str = ""
    issuer: str | None = None
    division_code: str | None = None
    province: str | None = None
    prefecture: str | None = None
    county: str | None = None
    level: str | None = None
    fiscal_year: int | None = None
    kind: str | None = None
    published: str | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """One disclosure as read. ``outline`` are the headings; ``blocks`` paragraphs and tables in reading order."""

    doc_id: str
    text: str
    folded: str
    metadata: Metadata
    outline: list[Heading]
    blocks: list[Paragraph | Table]
    file: str = ""
    sha256: str = ""
    format: str = "txt"

    @property
    def title(self) -> str:
        """The document's title, empty where none was recognised."""
        return self.metadata.title

    @property
    def tables(self) -> list[Table]:
        """The tables in reading order."""
        return [block for block in self.blocks if isinstance(block, Table)]

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The paragraphs in reading order."""
        return [block for block in self.blocks if isinstance(block, Paragraph)]

    def section_path(self, section: int) -> str:
        """Return the outline path of a section index, titles joined by `` / `` (empty before the first heading)."""
        return " / ".join(self.outline[section].path) if section >= 0 else ""

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<li style='margin-left:{1.2 * (h.level - 1)}em'>{html.escape(h.number)} {html.escape(h.title)}</li>"
            for h in self.outline
        )
        meta = self.metadata
        head = " · ".join(str(x) for x in (meta.issuer, meta.fiscal_year, meta.kind) if x)
        return (
            f"<b>{html.escape(meta.title or self.doc_id)}</b><br>{html.escape(head)}<br>"
            f"{len(self.text):,} characters, {len(self.tables)} tables"
            f"<ul style='list-style:none'>{rows}</ul>"
        )
