"""What a reader of a file format gives: paragraphs and grids in reading order; and how they become a document.

A reader of PDF, web pages, word processors or workbooks knows how its format writes lines and cells, and nothing else.
Here the pieces are laid out as one text, so that every figure has offsets into ``Document.text`` whatever the format:
a paragraph is a line, a row of a grid is a line with TABs between its cells. Outline, captions, metadata and tables
that are flattened into paragraphs are then found as in plain text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from fiscal_analysis.document import Cell, Document, Metadata, Paragraph, Table, fold
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.limits import DEFAULT, Limits
from fiscal_analysis.readers.metadata import find_metadata
from fiscal_analysis.readers.outline import read_lines
from fiscal_analysis.readers.plain.flat_tables import caption_of, find_tables

__all__ = ["Box", "Content", "Grid", "Text", "assemble", "join_lines"]

_BREAKS = re.compile(r"[\n\r\t\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_NUMBER_CHARACTERS = re.compile("[-0-9,.%]+")
_NUMBER = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?%?|-?[0-9]+(?:\.[0-9]+)?%?")
_AMOUNT = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\.[0-9]{2}")
_CODE = re.compile("[0-9]{3}(?:[0-9]{2}){0,2}")
_WIDE = re.compile("[⺀-鿿豈-﫿！-｠、-】“”‘’…—]")


class Text(NamedTuple):
    """A paragraph, a heading, a caption: one whole line.

    `page` counts from 1 and is None where the format has no pages. Where the paragraph runs on over the page's end,
    `turns` holds ``(position in text, page)`` of what stands on each further page.
    """

    text: str
    page: int | None = None
    turns: tuple[tuple[int, int], ...] = ()


class Box(NamedTuple):
    """A cell of a grid: its text on one line, its first row and column from 0, and how many of each it spans."""

    text: str
    row: int
    column: int
    down: int = 1
    across: int = 1


@dataclass(slots=True)
class Grid:
    """A table as the file draws it. Boxes do not overlap; what no box covers is empty.

    `pages` is the page of each row where the format has pages (of a workbook: the sheet), else empty.
    """

    boxes: list[Box]
    pages: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Content:
    """All that a reader found in a file.

    Attributes
    ----------
    blocks : list of Text or Grid
        In reading order.
    page_count : int
        Pages of the file, 0 where the format has none.
    recognised : set of int
        Pages whose text was recognised from a picture.
    attachments : list of str
        Names or addresses of files that the document hands out.
    notes : list of str
        What a user should know of the reading: hidden sheets that were read, pages left out.
    unread : list of (str, str)
        Parts of the file that could not be read, and the remedy of each; the rest was read.
    title : str
        What the file says of its own title; empty where it says nothing.
    """

    blocks: list[Text | Grid]
    page_count: int = 0
    recognised: set[int] = field(default_factory=set)
    attachments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    title: str = ""


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of a wrapped paragraph or cell: without anything next to Chinese, else with a blank.

    An amount with two decimals, or a code of seven or five digits, that a narrow cell cuts (``1,640.0`` over ``0``) is
    put together where its pieces are none by themselves, or no numbers at all; others below one another stay apart.
    """
    filled = [stripped for each in lines if (stripped := each.strip())]
    if len(filled) > 1 and all(map(_NUMBER_CHARACTERS.fullmatch, filled)):
        whole = "".join(filled)
        pieces = not all(map(_NUMBER.fullmatch, filled))
        for form in (_AMOUNT, _CODE):
            if form.fullmatch(whole) and (pieces or not any(map(form.fullmatch, filled))):
                return whole
    joined = ""
    for line in filled:
        if joined and not (
            _WIDE.match(joined[-1]) or _WIDE.match(line[0]) or (line[0] in ".,%)" or joined[-1] in ".,(")
        ):
            joined += " "
        joined += line
    return joined


def assemble(
    content: Content, *, doc_id: str, file: str = "", sha256: str = "", format: str, limits: Limits = DEFAULT
) -> Document:
    """Lay out what a reader found as a document.

    Returns
    -------
    Document
        For each cell of a table ``document.text[cell.start:cell.end] == cell.text``. Grids have the layout ``grid``.

    Raises
    ------
    SourceError
        Nothing was found, or more than `limits` allow.
    """
    pieces: list[str] = []
    size = 0
    starts: dict[int, int] = {}  # page -> offset of its first character
    tables: list[Table] = []
    cells = 0
    for block in content.blocks:
        if isinstance(block, Text):
            line = _BREAKS.sub(" ", block.text)
            if block.page is not None:
                starts.setdefault(block.page, size)
            for position, page in block.turns:
                starts.setdefault(page, size + position)
            pieces += (line, "\n")
            size += len(line) + 1
        elif block.boxes:
            rows, lines, begin = _laid_out(block, size), [], size
            cells += sum(map(len, rows))
            if cells > limits.cells:
                raise SourceError(
                    f"{file or doc_id}: holds tables of more than {limits.cells:,} cells. "
                    "Raise the limit `cells`, or leave the file out."
                )
            for row, row_page in zip(rows, block.pages or (None,) * len(rows), strict=False):
                if row_page is not None:
                    starts.setdefault(row_page, size)
                line = "\t".join([cell.text for cell in row])
                lines.append(line)
                size += len(line) + 1
            pieces += ("\n".join(lines), "\n")
            first_page = block.pages[0] if block.pages else None
            tables.append(Table(tuple(rows), begin, size - 1, -1, "grid", "", first_page, len(tables)))
        if size > limits.characters:
            raise SourceError(
                f"{file or doc_id}: holds more than {limits.characters:,} characters. "
                "Raise the limit `characters`, or leave the file out."
            )
    text = "".join(pieces)
    if not text.strip():
        raise SourceError(f"{file or doc_id}: holds neither text nor tables. Check that the file is the disclosure.")
    folded = fold(text)
    tables = _with_captions(text, folded, _with_flat(text, folded, tables))
    outline, paragraphs = read_lines(folded.split("\n"), [(table.start, table.end) for table in tables])
    headings = [heading.start for heading in outline]
    blocks: list[Paragraph | Table] = list(paragraphs)
    blocks += [
        Table(t.rows, t.start, t.end, bisect_right(headings, t.start) - 1, t.layout, t.caption, t.page, index)
        for index, t in enumerate(tables)
    ]
    blocks.sort(key=attrgetter("start"))
    document = Document(doc_id, text, folded, Metadata(), outline, blocks, file, sha256, format)
    document.pages = _page_starts(starts, content.page_count, size)
    document.recognised = frozenset(content.recognised)
    document.attachments = tuple(content.attachments)
    document.unread = tuple(content.unread)
    document.metadata = find_metadata(document)
    document.metadata.title = document.metadata.title or content.title
    document.metadata.notes += content.notes
    return document


def _laid_out(grid: Grid, offset: int) -> list[tuple[Cell, ...]]:
    """Return the rows of a grid, full width; cells that a box spans beside its first are empty."""
    height = 1 + max(box.row for box in grid.boxes)
    width = 1 + max(box.column for box in grid.boxes)
    by_row: list[list[Box | None]] = [[None] * width for _ in range(height)]
    for box in grid.boxes:
        by_row[box.row][box.column] = box
    rows = []
    for y, boxes in enumerate(by_row):
        row = []
        for x, here in enumerate(boxes):
            if here is None:
                row.append(Cell("", offset, offset, y, x))
            else:
                text = _BREAKS.sub(" ", here.text).strip()
                row.append(Cell(text, offset, offset + len(text), y, x, here.down, here.across))
                offset += len(text)
            offset += 1
        rows.append(tuple(row))
    return rows


def _with_flat(text: str, folded: str, grids: list[Table]) -> list[Table]:
    """Add the tables that are flattened into paragraphs outside the grids."""
    if not grids:
        return find_tables(text, folded)
    parts: list[str] = []
    at = 0
    for grid in grids:
        parts += (folded[at : grid.start], "\n" * (grid.end - grid.start))
        at = grid.end
    parts.append(folded[at:])
    flat = [t for t in find_tables(text, "".join(parts)) if any(cell.text.strip() for row in t.rows for cell in row)]
    if not flat:
        return grids
    spans = [grid.start for grid in grids]
    clear = [t for t in flat if bisect_right(spans, t.start) == bisect_right(spans, t.end)]
    return sorted([*grids, *clear], key=attrgetter("start"))


def _with_captions(text: str, folded: str, tables: list[Table]) -> list[Table]:
    """Give grids the caption lines around them."""
    used: set[int] = set()
    return [
        Table(t.rows, t.start, t.end, -1, t.layout, caption_of(text, folded, t.start, t.end, used), t.page)
        if t.layout == "grid"
        else t
        for t in tables
    ]


def _page_starts(starts: dict[int, int], count: int, size: int) -> tuple[int, ...]:
    """Return the offset at which each page begins; an empty page begins where the next one does."""
    found: list[int] = []
    following = size
    for page in range(max([count, *starts]) if starts or count else 0, 0, -1):
        following = min(following, starts.get(page, following))
        found.append(following)
    return tuple(reversed(found))
