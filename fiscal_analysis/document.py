"""What a reader makes of a file: text, outline, paragraphs and tables, each with its place in the text.

The classes hold no knowledge of budgets. Offsets are offsets into ``Document.text``, which is the file's text as
decoded, unchanged. ``Document.folded`` is the same text, character for character, with full-width forms folded to
half-width ones: patterns run over it, so that they need to know one form only.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from fiscal_analysis.script import is_traditional, to_simplified

__all__ = ["Cell", "Document", "Heading", "Metadata", "Paragraph", "Places", "Table", "fold"]

_LONG = 400
_WIDE = re.compile("[！-～　\xa0﹪﹢﹣－﹝﹞]")
# A comma comes first in the pattern, so that the search jumps from comma to comma.
_LISTED = re.compile("，(?<=[0-9]，)(?=[0-9])(?![0-9]{3}(?:[.,，元万亿]))")
_COMMON: tuple[tuple[str, str], ...] = (
    *((mark, chr(ord(mark) - 0xFEE0)) for mark in "，：；（）％"),
    ("　", " "),
    ("\xa0", " "),
)
_RARE: tuple[tuple[str, str], ...] = (
    *((chr(code), chr(code - 0xFEE0)) for code in range(0xFF01, 0xFF5F) if chr(code) not in "，：；（）％"),
    ("﹪", "%"),
    ("﹢", "+"),
    ("﹣", "-"),
    ("﹝", "〔"),
    ("﹞", "〕"),
)


def fold(text: str) -> str:
    """Return `text` with full-width forms, odd blanks and traditional script folded one for one (same offsets)."""
    if "\r" in text:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    if text.isascii():
        return text
    # a long text is searched for each form by itself: faster than one search for all
    if len(text) > _LONG or _WIDE.search(text) is not None:
        if "，" in text:
            # between digits a full-width comma separates (59，100个) unless it groups thousands (1，000万元)
            text = _LISTED.sub("、", text)
        for wide, narrow in _COMMON:
            if wide in text:
                text = text.replace(wide, narrow)
        if len(text) <= _LONG or _has_rare(text):
            for wide, narrow in _RARE:
                if wide in text:
                    text = text.replace(wide, narrow)
    return to_simplified(text) if is_traditional(text) else text


def _has_rare(text: str) -> bool:
    """Tell whether a long text holds one of the rarer forms: the high byte of every full-width one is FF."""
    if "﹪" in text or "﹢" in text or "﹣" in text or "﹝" in text or "﹞" in text:
        return True
    return b"\xff" in text.encode("utf-16-le", "surrogatepass")[1::2]


class Places:
    """Where the pieces of a joined text stand in the text that they were cut from.

    Parameters
    ----------
    pieces : sequence of (int, int)
        Start and end in the source of each piece, rising; joined without anything between, they are the text.
    """

    __slots__ = ("_positions", "_sources")

    def __init__(self, pieces: Sequence[tuple[int, int]]) -> None:
        self._sources = [start for start, _ in pieces]
        self._positions = [0, *accumulate(end - start for start, end in pieces[:-1])]

    def start(self, position: int) -> int:
        """Return the offset in the source of the character at a position of the joined text."""
        at = bisect_right(self._positions, position) - 1
        return self._sources[at] + position - self._positions[at]

    def end(self, position: int) -> int:
        """Return the offset in the source behind the character before a position of the joined text."""
        return self.start(position - 1) + 1 if position else 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the source of a span of the joined text; an empty one stays empty."""
        first = self.start(start)
        return first, self.end(end) if end > start else first

    def breaks(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return (position from `start`, offset in the source) of each piece of a span; empty where it is one piece."""
        low = bisect_right(self._positions, start)
        high = bisect_left(self._positions, end)
        if low >= high:
            return ()
        inside = zip(self._positions[low:high], self._sources[low:high], strict=True)
        return (0, self.start(start)), *((position - start, source) for position, source in inside)


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
    """A table cell: its text stripped, its offsets in ``Document.text`` (of the stripped text), its row and column.

    `down` and `across` count the rows and columns that it spans, where the source says so.
    """

    text: str
    start: int
    end: int
    row: int
    column: int
    down: int = 1
    across: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands in the source, ragged rows kept; nothing is guessed about merged cells.

    Rows of a ``grid`` are of full width: what a merged cell covers beside its first place is an empty cell.

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
    """One disclosure as read. ``outline`` are the headings; ``blocks`` paragraphs and tables in reading order.

    Where the source's lines are wrapped at a width, ``unwrapped`` is the same document with whole lines, and ``places``
    leads from its offsets back to this one's. Extraction reads the whole lines: no figure is then cut by a line's end.

    ``pages`` holds the offset at which each page (of a workbook: each sheet) begins, ``recognised`` the pages that were
    read from a picture. ``attachments`` are files that the document hands out. ``unread`` lists the parts of the file
    that could not be read, each with its remedy.
    """

    doc_id: str
    text: str
    folded: str
    metadata: Metadata
    outline: list[Heading]
    blocks: list[Paragraph | Table]
    file: str = ""
    sha256: str = ""
    format: str = "txt"
    unwrapped: Document | None = None
    places: Places | None = None
    pages: tuple[int, ...] = ()
    recognised: frozenset[int] = frozenset()
    attachments: tuple[str, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the page, from 1, that holds an offset; None where the source has no pages."""
        return bisect_right(self.pages, offset) or 1 if self.pages else None

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
