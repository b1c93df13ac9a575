"""PDF files: text in reading order, paragraphs, ruled and aligned tables, page by page.

The order of the text layer is not used: it is too often wrong. Lines are told by where glyphs stand, tables by ruling
lines or, where there are none, by blank strips; a table goes on over the page's end where the next page begins with one
of the same columns. Pages without usable text are listed, or recognised where the extra ``ocr`` is installed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

from fiscal_analysis.collector import collector_paused
from fiscal_analysis.errors import SourceError
from fiscal_analysis.guard.child import more_time
from fiscal_analysis.readers.content import Box, Content, Grid, Text, join_lines
from fiscal_analysis.readers.limits import Limits
from fiscal_analysis.readers.pdf.aligned_tables import find_aligned
from fiscal_analysis.readers.pdf.lines import Line, Margins, furniture, lines_on, margins_of, paragraphs
from fiscal_analysis.readers.pdf.page import Glyph, Page, read_page
from fiscal_analysis.readers.pdf.ruled_tables import fill_frames, find_frames

__all__ = ["read_content"]

logger = logging.getLogger(__name__)

_LOCK = threading.Lock()  # PDFium is not made for threads
_SCANNED = 0.25  # of a page without text: a picture that covers more is a scan
_ODD = 0.3  # of the characters: more unreadable ones, and the text layer is of no use
_TELLING = 40  # characters from which a page without any Chinese is doubted
_SAME_COLUMN = 6.0  # points
_REMEDY = (
    "Install the extra `ocr` (pip install 'fiscal-analysis[ocr]') to have such pages recognised, "
    "or give a PDF with text."
)
_DAMAGED = "is damaged"
_LOOK = "Look at the page: what stands there is missing from the tables."


class _Table(NamedTuple):
    """A table of a page: its cells, where its columns begin (from the leftmost), and its place on the page."""

    boxes: list[Box]
    edges: list[float]
    rows: int
    top: float


@collector_paused()
def read_content(data: bytes, shown: str, limits: Limits) -> Content:
    """Read a PDF.

    Parameters
    ----------
    data : bytes
        The file.
    shown : str
        What messages call it.
    limits : Limits
        ``pages`` holds here.

    Returns
    -------
    Content
        Paragraphs and grids with their pages; `unread` lists pages without usable text.

    Raises
    ------
    SourceError
        The file is damaged, encrypted, has too many pages, or no page can be read.
    """
    with _LOCK:
        pages, unread, recognised = _pages(data, shown, limits)
    if not any(page.glyphs for page in pages):
        pictured = " All of its pages are pictures." if unread else ""
        raise SourceError(f"{shown}: the PDF holds no text that can be read.{pictured} {_REMEDY}")
    content = _content(pages)
    content.page_count = len(pages)
    content.recognised = recognised
    for number, reason in unread:
        content.unread.append((f"page {number} {reason}", _LOOK if number in recognised else _REMEDY))
    return content


def _pages(data: bytes, shown: str, limits: Limits) -> tuple[list[Page], list[tuple[int, str]], set[int]]:
    """Read the pages; return them with (number, reason) of those that cannot be read, and those recognised."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise SourceError(
                f"{shown}: the PDF is encrypted. Save it without a password, and give that file."
            ) from error
        raise SourceError(f"{shown}: the PDF is damaged ({error}). Download the file again.") from error
    pages: list[Page] = []
    unread: list[tuple[int, str]] = []
    recognised: set[int] = set()
    slow = False
    try:
        if not count:
            raise SourceError(f"{shown}: the PDF has no pages. Download the file again.")
        if count > limits.pages:
            raise SourceError(
                f"{shown}: the PDF has {count:,} pages, more than {limits.pages:,}. "
                "Raise the limit `pages`, or leave the file out."
            )
        for number in range(1, count + 1):
            page, reason = _page(document, number)
            pictured = reason and not reason.startswith(_DAMAGED)
            if pictured and not slow and find_spec("rapidocr") is not None:
                # That there are pictures shows only now, and each takes seconds.
                slow = True
                more_time(limits.picture_seconds)
            if pictured and (found := _recognise(document[number - 1])) is not None:
                page, reason = found, ""
                recognised.add(number)
                if page.odd:
                    unread.append((number, f"is a picture, and {page.odd} of its lines could not be recognised"))
            if reason:
                page.glyphs.clear()
                unread.append((number, reason))
            pages.append(page)
    finally:
        document.close()
    return pages, unread, recognised


def _page(document: Any, number: int) -> tuple[Page, str]:
    """Return a page, and why it cannot be used; empty where it can."""
    import pypdfium2

    try:
        handle = document[number - 1]
        try:
            page = read_page(handle)
        finally:
            handle.close()
    except pypdfium2.PdfiumError as error:
        return Page(595.0, 842.0), f"{_DAMAGED} ({error})"
    return page, _unusable(page)


def _unusable(page: Page) -> str:
    """Return why a page's text is of no use; empty where it is, or where the page is blank."""
    if not page.glyphs:
        return "is a picture without text" if page.pictured > _SCANNED else ""
    total = len(page.glyphs)
    if page.odd > _ODD * total:
        return "has a text layer whose characters cannot be read"
    if total >= _TELLING and not any("㐀" <= glyph.char <= "鿿" for glyph in page.glyphs):
        letters = sum(not ("!" <= glyph.char <= "@") for glyph in page.glyphs)
        if letters > total / 2:
            return "has a text layer without any Chinese"
    return ""


def _recognise(page: Any) -> Page | None:
    """Return a page as recognised from its picture; None where the engine is not installed."""
    try:
        from fiscal_analysis.readers.pdf.recognition import recognise
    except ImportError:
        return None
    return recognise(page)


def _content(pages: Sequence[Page]) -> Content:
    """Lay out pages as paragraphs and tables in reading order."""
    tables: list[list[_Table]] = []
    lined: list[list[tuple[Line, list[Glyph]]]] = []
    for number, page in enumerate(pages, 1):
        frames = find_frames(page.across, page.down)
        outside = fill_frames(frames, page.glyphs)
        tables.append(
            [
                _Table(frame.boxes(), [x - frame.xs[0] for x in frame.xs], len(frame.ys) - 1, frame.ys[0])
                for frame in frames
                if frame.held
            ]
        )
        lined.append(lines_on(number, outside))
    left_out, texts = furniture([[line for line, _ in lines] for lines in lined], [page.height for page in pages])
    lined = [[(line, glyphs) for line, glyphs in lines if line not in left_out] for lines in lined]
    margins = _margins(pages, lined)
    blocks: list[Text | Grid] = []
    run: list[Line] = []
    edges: list[float] = []  # the columns of the table that ends the page before
    for number, (lines, ruled) in enumerate(zip(lined, tables, strict=True), 1):
        items = _in_order(lines, ruled)
        for place, item in enumerate(items):
            if isinstance(item, Line):
                run.append(item)
                continue
            blocks += paragraphs(run, margins)
            run = []
            before = blocks[-1] if blocks else None
            if place == 0 and isinstance(before, Grid) and (aligned := _aligned(before, edges, item)) is not None:
                boxes, edges = aligned
                rest = _rest_of_a_row(before, boxes)
                first = len(before.pages) - rest
                before.boxes += [box._replace(row=box.row + first) for box in boxes if box.row >= rest]
                before.pages += [number] * (item.rows - rest)
            else:
                blocks.append(Grid(list(item.boxes), [number] * item.rows))
                edges = item.edges
        if items and isinstance(items[-1], Line):
            edges = []
    blocks += paragraphs(run, margins)
    notes = [f"left out as headers and footers: {'; '.join(texts)}"] if texts else []
    return Content(blocks, notes=notes)


def _margins(pages: Sequence[Page], lined: Sequence[Sequence[tuple[Line, list[Glyph]]]]) -> list[Margins | None]:
    """Return the margins of the pages of each width."""
    by_width: dict[int, list[Line]] = {}
    for page, lines in zip(pages, lined, strict=True):
        by_width.setdefault(round(page.width), []).extend(line for line, _ in lines)
    margins = {width: margins_of(lines, width) for width, lines in by_width.items()}
    return [margins[round(page.width)] for page in pages]


def _in_order(lines: Sequence[tuple[Line, list[Glyph]]], ruled: Sequence[_Table]) -> list[Line | _Table]:
    """Return the lines and tables of a page from top to bottom; lines that are rows become tables."""
    items: list[tuple[float, Line | _Table]] = [(table.top, table) for table in ruled]
    at = 0
    for aligned in find_aligned(lines):
        items += [(line.base - line.size, line) for line, _ in lines[at : aligned.first]]
        rows = 1 + max(box.row for box in aligned.boxes)
        head = lines[aligned.first][0]
        items.append((head.base - head.size, _Table(aligned.boxes, [], rows, head.base - head.size)))
        at = aligned.last + 1
    items += [(line.base - line.size, line) for line, _ in lines[at:]]
    return [item for _, item in sorted(items, key=lambda pair: pair[0])]


def _rest_of_a_row(before: Grid, boxes: Sequence[Box]) -> int:
    """Give the rest of a row that the page's end cuts back to it; return how many rows were such a rest.

    It is one where the first row lacks the code that the row above has, and holds nothing but words, and pieces that
    make whole figures of those above.
    """
    last = max(box.row for box in before.boxes)
    above = {box.column: i for i, box in enumerate(before.boxes) if box.row == last and box.text}
    filled = [box for box in boxes if box.row == 0 and box.text]
    if 0 not in above or not before.boxes[above[0]].text.isdigit() or not filled:
        return 0
    if any(box.column == 0 or box.column not in above for box in filled):
        return 0
    joined = {above[box.column]: join_lines([before.boxes[above[box.column]].text, box.text]) for box in filled}
    if any(" " in text and any(character.isdigit() for character in text) for text in joined.values()):
        return 0
    for place, text in joined.items():
        before.boxes[place] = before.boxes[place]._replace(text=text)
    return 1


def _aligned(before: Grid, edges: list[float], table: _Table) -> tuple[list[Box], list[float]] | None:
    """Return a table's cells by the columns that it shares with the one before, and where these begin.

    None where it is not of the same columns. On one of the two pages all cells may be merged (a header's first row, a
    row of totals): then the other tells the columns.
    """
    boxes = _placed_in(table.boxes, table.edges, edges)
    if boxes is not None:
        return boxes, edges
    replaced = _placed_in(before.boxes, edges, table.edges)
    if replaced is None:
        return None
    before.boxes[:] = replaced
    return table.boxes, table.edges


def _placed_in(boxes: Sequence[Box], edges: Sequence[float], whole: Sequence[float]) -> list[Box] | None:
    """Return cells by the columns that `whole` bounds; None where an edge is none of its, or the outer ones differ.

    Edges are counted from the leftmost: where on their pages two tables begin does not matter.
    """
    if len(edges) < 2 or len(edges) > len(whole):
        return None
    places = [min(range(len(whole)), key=lambda k: abs(whole[k] - edge)) for edge in edges]
    if any(abs(whole[k] - edge) > _SAME_COLUMN for k, edge in zip(places, edges, strict=True)):
        return None
    if places[0] != 0 or places[-1] != len(whole) - 1 or len(set(places)) < len(places):
        return None
    return [
        box._replace(column=places[box.column], across=places[box.column + box.across] - places[box.column])
        for box in boxes
    ]
