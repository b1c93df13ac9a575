"""A rectangle of cells, from a workbook, a separated file or a page, to lines of text and grids.

Such rectangles hold more than a table: a title, the body and the unit above it, notes below, and sometimes the next
table under them. What stands alone in its row, or says who publishes and in what unit, is a line of text; so captions
are found as in any other format. Rows and columns without text are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fiscal_analysis.document import fold
from fiscal_analysis.errors import SourceError
from fiscal_analysis.readers.content import Box, Grid, Text, join_lines
from fiscal_analysis.readers.limits import Limits
from fiscal_analysis.readers.plain.line_cells import CAPTION, is_figure

__all__ = ["refuse_cells", "sheet_blocks", "sheet_title"]

# 编制单位：… 单位：万元 公开01表 2024年度 - what stands around a table beside its title
_LABEL = re.compile(
    r"[^:。;]{0,12}(?:单位|部门|日期|时间|电话|制表|填表|填报|审核|负责人|联系人|经办人|表号)[^:。;]{0,10}:.{0,60}"
)
_NUMBERED = re.compile(
    r"(?:附?表|公开|财决|预算|附件)[^。;:]{0,4}[0-9一二三四五六七八九十]{1,3}(?:[-—][0-9]{1,2})?表?:?"
)
_YEAR = re.compile(r"\(?(?:19|20)[0-9]{2}(?:年度?)?\)?")
_NOTE = re.compile(r"\(?(?:注|备注|附注|说明|填表说明)[0-9]{0,2}\)?[:.、]|[*※★]")
_NAMELESS = re.compile(r"(?:sheet|工作表|表)\s*[0-9]*", re.IGNORECASE)
_MOST_LABELS = 6  # cells of a row of labels
_SHORT = 20  # characters: the label of a row without figures is no longer
_WIDE = 0.6  # part of a table's width that a line inside it spans


class _Row(NamedTuple):
    """A row with text: its number, its boxes, whether a blank row stands above, and whether it is one of a grid."""

    number: int
    boxes: list[Box]
    gap: bool
    wide: bool


def refuse_cells(shown: str, limits: Limits) -> SourceError:
    """Return the error that says that a file holds too many cells."""
    return SourceError(
        f"{shown}: holds tables of more than {limits.cells:,} cells. Raise the limit `cells`, or leave the file out."
    )


def sheet_title(name: str, blocks: Sequence[Text | Grid], page: int | None) -> list[Text]:
    """Return the name of a sheet as a line, unless it says nothing that the sheet's first lines do not say."""
    bare = "".join(name.split())
    if not bare or _NAMELESS.fullmatch(bare):
        return []
    for block in blocks[:4]:
        texts = [block.text] if isinstance(block, Text) else [box.text for box in block.boxes[:4]]
        for text in ("".join(text.split()) for text in texts):
            if text and (bare in text or (len(text) > 2 and text in bare)):
                return []
    return [Text(name.strip(), page)]


def sheet_blocks(boxes: Iterable[Box], *, shown: str, limits: Limits, page: int | None = None) -> list[Text | Grid]:
    """Return the lines and tables of a rectangle of cells.

    Parameters
    ----------
    boxes : iterable of Box
        The cells that hold text, by row and column, with what they span; lines of a cell parted by line ends.
    shown : str
        What messages call the file.
    limits : Limits
        The bound on the cells of a table, empty ones included.
    page : int, optional
        The sheet's number.

    Returns
    -------
    list of Text or Grid
        In reading order.

    Raises
    ------
    SourceError
        A table has more cells than the limit.
    """
    rows = _rows(boxes)
    following = [len(rows)] * (len(rows) + 1)  # the next row of a grid at or behind each row
    for i in range(len(rows) - 1, -1, -1):
        following[i] = i if rows[i].wide else following[i + 1]
    blocks: list[Text | Grid] = []
    at = 0
    while at < len(rows):
        begin = following[at]
        if begin < len(rows) and begin > at and _heads(rows[begin - 1], rows[begin]):
            begin -= 1
        for row in rows[at:begin]:
            blocks += _lines(row, page)
        if begin == len(rows):
            break
        at = _end(rows, following, begin)
        blocks.append(_grid(rows[begin:at], shown, limits, page))
    return blocks


def _rows(boxes: Iterable[Box]) -> list[_Row]:
    """Gather boxes to rows; a cell that spans rows counts in each of them."""
    by_row: dict[int, list[Box]] = {}
    for box in boxes:
        if box.text.strip():
            by_row.setdefault(box.row, []).append(box)
    rows: list[_Row] = []
    ends: dict[int, int] = {}  # row -> cells from above that end with it
    covered = 0
    low = high = -1
    for number in sorted(by_row):
        own = sorted(by_row[number], key=lambda box: box.column)
        for end in [end for end in ends if end < number]:
            covered -= ends.pop(end)
        labels = _are_labels(own)
        rows.append(_Row(number, own, bool(rows) and number > high + 1, len(own) + covered > 1 and not labels))
        low = max(low, number)
        for box in own:
            high = max(high, number + box.down - 1)
            if box.down > 1:
                ends[number + box.down - 1] = ends.get(number + box.down - 1, 0) + 1
                covered += 1
        high = max(high, low)
    return rows


def _are_labels(boxes: Sequence[Box]) -> bool:
    """Tell whether a row only says who, when, and in what unit: no row of a table."""
    if not 1 < len(boxes) <= _MOST_LABELS or any(box.down > 1 for box in boxes):
        return False
    known = 0
    for box in boxes:
        text = fold(box.text).strip()
        if is_figure(text) or len(text) > 72:
            return False
        named = bool(_LABEL.fullmatch(text) or _NUMBERED.fullmatch(text) or _YEAR.fullmatch(text))
        known += named or (len(boxes) < 4 and CAPTION.fullmatch(text) is not None)
    return known * 2 >= len(boxes) and known >= len(boxes) - 1


def _is_label(text: str) -> bool:
    return any(pattern.fullmatch(text) is not None for pattern in (_LABEL, _NUMBERED, _YEAR))


def _heads(row: _Row, below: _Row) -> bool:
    """Tell whether a cell alone in its row heads columns of the table below: it spans some of them, not the first."""
    if len(row.boxes) != 1 or below.gap:
        return False
    box = row.boxes[0]
    text = fold(box.text).strip()
    first = below.boxes[0].column
    last = max(other.column + other.across for other in below.boxes)
    return (
        box.column > first
        and box.across > 1
        and box.column + box.across <= last
        and not _is_label(text)
        and CAPTION.fullmatch(text) is None
    )


def _lines(row: _Row, page: int | None) -> list[Text]:
    """Return a row outside tables as lines: each label a line, with what stands behind it."""
    lines: list[str] = []
    for i, box in enumerate(row.boxes):
        parts = [part.strip() for part in box.text.splitlines() if part.strip()]
        if i and len(parts) == 1 and lines and ":" not in fold(parts[0]) and not _NUMBERED.fullmatch(fold(parts[0])):
            lines[-1] += f" {parts[0]}"
        else:
            lines += parts
    return [Text(line, page) for line in lines]


def _end(rows: Sequence[_Row], following: Sequence[int], begin: int) -> int:
    """Return the index behind the last row of the table that begins at `begin`."""
    at = begin
    width = 0
    while at < len(rows):
        if rows[at].wide or at == begin:
            width = max(width, *(box.column + box.across for box in rows[at].boxes))
            at += 1
            continue
        until = following[at]
        if until == len(rows) or _parts_tables(rows, at, until, width):
            while at < until and _is_open_row(rows[at]):
                at += 1
            return at
        at = until
    return at


def _is_open_row(row: _Row) -> bool:
    """Tell whether a cell alone at a table's end is its last row: a short label without figures, or a figure."""
    if len(row.boxes) != 1 or row.gap:
        return False
    box = row.boxes[0]
    text = fold(box.text).strip()
    return is_figure(text) or (
        box.across == 1
        and len(text) <= _SHORT
        and _NOTE.match(text) is None
        and CAPTION.fullmatch(text) is None
        and not _is_label(text)
    )


def _parts_tables(rows: Sequence[_Row], at: int, until: int, width: int) -> bool:
    """Tell whether the rows between two rows of grids are notes, a title or labels, and no rows of one table."""
    gap = rows[until].gap
    titled = labelled = False
    for i in range(at, until):
        row = rows[i]
        gap = gap or row.gap
        text = fold(row.boxes[0].text).strip()
        if len(row.boxes) > 1 or _is_label(text):
            labelled = True
        elif CAPTION.fullmatch(text) is not None and _NOTE.match(text) is None:
            below = i + 1 < until and (len(rows[i + 1].boxes) > 1 or _is_label(fold(rows[i + 1].boxes[0].text).strip()))
            titled = titled or below or row.boxes[0].across >= _WIDE * width
            titled = titled or row.gap
    return titled or (gap and labelled)


def _grid(rows: Sequence[_Row], shown: str, limits: Limits, page: int | None) -> Grid:
    """Return rows as a grid of the rows and columns in which cells begin."""
    columns = sorted({box.column for row in rows for box in row.boxes})
    if len(columns) * len(rows) > limits.cells:
        raise refuse_cells(shown, limits)
    column_at = {column: i for i, column in enumerate(columns)}
    numbers = [row.number for row in rows]
    boxes = []
    for y, row in enumerate(rows):
        for box in row.boxes:
            x = column_at[box.column]
            down = _count(numbers, y, box.row + box.down) if box.down > 1 else 1
            across = _count(columns, x, box.column + box.across) if box.across > 1 else 1
            text = join_lines(box.text.splitlines())
            boxes.append(Box(text, y, x, down, across))
    return Grid(boxes, [page] * len(rows) if page is not None else [])


def _count(places: Sequence[int], first: int, end: int) -> int:
    """Return how many of rising places, from the index `first` on, lie before `end`."""
    at = first
    while at < len(places) and places[at] < end:
        at += 1
    return at - first
