"""Tables without upright lines: columns are told by the blank strips that run down between the figures.

A table is a run of lines that hold figures beside other cells. Names that are wrapped around their figures (one half on
the line above, one below) are put back together; header words above take the columns that they stand over.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from fiscal_analysis.readers.content import Box, join_lines
from fiscal_analysis.readers.pdf.lines import Line
from fiscal_analysis.readers.pdf.page import Glyph
from fiscal_analysis.readers.pdf.ruled_tables import line_text

__all__ = ["Aligned", "find_aligned"]

_FIGURE = re.compile(r"[-+−]?[0-9][0-9,]*(?:\.[0-9]+)?%?|[-—–]{1,2}|/")
_BROKEN = re.compile(r"[-0-9,.]*[.,]|[0-9]+(?:,[0-9]{1,2}(?![0-9]))+.*|[.,][-0-9,.]*")
_GAP = 1.0  # of the font's size: a wider gap parts two cells
_STRIP = 0.35  # of the font's size: a blank strip between two columns
_CLOSE = 1.4  # of the font's size: lines of one cell are not further apart
_FEWEST = 3  # rows with figures
_HEADER_LINES = 6
_LONGEST_HEADER = 16
_BETWEEN = 2  # lines without figures between two rows


class Aligned(NamedTuple):
    """A table among the lines `first` to `last` (both included), and its cells; one a line where columns are open."""

    first: int
    last: int
    boxes: list[Box]


class _Piece(NamedTuple):
    text: str
    left: float
    right: float


def find_aligned(lines: Sequence[tuple[Line, Sequence[Glyph]]]) -> list[Aligned]:
    """Find tables among the lines of a page that stand outside of ruled tables."""
    pieces = [_pieces(line, glyphs) for line, glyphs in lines]
    rows = [_is_row(each) for each in pieces]
    found: list[Aligned] = []
    at = 0
    while at < len(lines):
        if not rows[at]:
            at += 1
            continue
        end = at
        i = at + 1
        while i < len(lines) and i - end <= _BETWEEN + 1 and not _is_prose(lines[i][0], pieces[i]):
            if rows[i]:
                end = i
            i += 1
        body = [i for i in range(at, end + 1) if rows[i]]
        if len(body) >= _FEWEST and not _is_contents([pieces[i] for i in body]):
            floor = found[-1].last + 1 if found else 0
            table = None if _is_cut(lines, pieces, body) else _table(lines, pieces, body, floor)
            found.append(table or _whole_lines(lines, body))
        at = end + 1
    return found


def _pieces(line: Line, glyphs: Sequence[Glyph]) -> list[_Piece]:
    """Cut a line where its gaps are wide."""
    if line.gap <= _GAP * line.size:
        return [_Piece(line.text, line.left, line.right)]
    found: list[_Piece] = []
    start = 0
    for i in range(1, len(glyphs) + 1):
        if i == len(glyphs) or glyphs[i].left - glyphs[i - 1].right > _GAP * max(glyphs[i].size, glyphs[i - 1].size):
            part = glyphs[start:i]
            found.append(_Piece(line_text(part), part[0].left, part[-1].right))
            start = i
    return found


def _is_row(pieces: Sequence[_Piece]) -> bool:
    return len(pieces) > 1 and any(_FIGURE.fullmatch(piece.text.strip()) for piece in pieces[1:])


def _is_prose(line: Line, pieces: Sequence[_Piece]) -> bool:
    return len(pieces) == 1 and (line.text[-1] in "。；：;:" or line.length > 40)


def _is_contents(rows: Sequence[Sequence[_Piece]]) -> bool:
    """Tell whether rows are a list of contents: each ends with a page's number, and these rise."""
    last = [row[-1].text.strip() for row in rows]
    if not all(text.isdigit() and len(text) < 4 for text in last):
        return False
    numbers = [int(text) for text in last]
    return all(len(row) < 4 for row in rows) and numbers == sorted(numbers)


def _whole_lines(lines: Sequence[tuple[Line, Sequence[Glyph]]], body: Sequence[int]) -> Aligned:
    """Return the rows as lines of one cell each: no prose, and nothing that any column is known of."""
    first, last = body[0], body[-1]
    return Aligned(first, last, [Box(lines[i][0].text, i - first, 0) for i in range(first, last + 1)])


def _is_cut(lines: Sequence[tuple[Line, Sequence[Glyph]]], pieces: Sequence[list[_Piece]], body: Sequence[int]) -> bool:
    """Tell whether narrow columns cut figures in two, one half below the other: what belongs together is open."""
    if any(_BROKEN.fullmatch(piece.text.strip()) for i in body for piece in pieces[i]):
        return True
    left = min(pieces[i][0].left for i in body)
    for i in body[1:]:
        line = lines[i][0]
        near = line.base - lines[i - 1][0].base < _CLOSE * line.size
        if near and pieces[i][0].left > left + line.size and all(_FIGURE.fullmatch(p.text.strip()) for p in pieces[i]):
            return True
    return False


def _columns(rows: Sequence[Sequence[_Piece]], strip: float) -> list[tuple[float, float]]:
    """Return the stretches that pieces of any row cover, parted by the blank strips between them."""
    spans: list[tuple[float, float]] = []
    for left, right in sorted((piece.left, piece.right) for row in rows for piece in row):
        if spans and left - spans[-1][1] < strip:
            spans[-1] = (spans[-1][0], max(spans[-1][1], right))
        else:
            spans.append((left, right))
    return spans


def _table(
    lines: Sequence[tuple[Line, Sequence[Glyph]]], pieces: Sequence[list[_Piece]], body: list[int], floor: int
) -> Aligned | None:
    size = median(lines[i][0].size for i in body)
    columns = _columns([pieces[i] for i in body], _STRIP * size)
    if len(columns) < 2:
        return None
    bases = [lines[i][0].base for i in body]
    pitch = median(b - a for a, b in itertools.pairwise(bases))
    starts = [left for left, _ in columns]
    for i in body:
        places = [_place(piece, columns, starts)[0] for piece in pieces[i]]
        if len(set(places)) < len(places):
            return None  # cells of some rows bridge the strips: which column a figure stands in is not known
    texts: dict[tuple[int, int], list[str]] = {}
    first = _header_start(lines, pieces, body[0], floor, pitch)
    pending: list[int] = []
    figures = set(body)
    rows = [[i] for i in range(first, body[0])]  # the lines of each row of the table
    last = body[-1]
    while last + 1 < len(lines) and lines[last + 1][0].base - bases[-1] <= 0.75 * pitch:
        last += 1  # the second half of a name that is wrapped around the last row's figures
    for i in range(body[0], last + 1):
        if i not in figures:
            if i > body[-1]:
                rows[-1].append(i)
            else:
                pending.append(i)
            continue
        row: list[int] = []
        for other in pending:
            below = lines[i][0].base - lines[other][0].base
            above = lines[other][0].base - lines[rows[-1][0]][0].base if rows else below + 1
            if min(below, above) > 0.75 * pitch:
                rows.append([other])
            elif below <= above:
                row.append(other)
            else:
                rows[-1].append(other)
        pending = []
        rows.append([i, *row])
    boxes: list[Box] = []
    for number, members in enumerate(rows):
        spans: dict[int, int] = {}
        texts.clear()
        for i in sorted(members):
            for piece in pieces[i]:
                left, wide = _place(piece, columns, starts)
                spans[left] = max(spans.get(left, 1), wide)
                texts.setdefault((number, left), []).append(piece.text)
        taken = -1
        for left in sorted(spans):
            following = min((other for other in spans if other > left), default=len(columns))
            if left > taken:
                wide = min(spans[left], following - left)
                boxes.append(Box(join_lines(texts[number, left]), number, left, 1, wide))
                taken = left + wide - 1
    return Aligned(first, last, boxes)


def _place(piece: _Piece, columns: Sequence[tuple[float, float]], starts: Sequence[float]) -> tuple[int, int]:
    """Return the first column that a piece stands over, and how many it covers."""
    over = [i for i, (left, right) in enumerate(columns) if piece.left < right and piece.right > left]
    if over:
        return over[0], len(over)
    return max(0, bisect_right(starts, piece.left) - 1), 1


def _header_start(
    lines: Sequence[tuple[Line, Sequence[Glyph]]], pieces: Sequence[list[_Piece]], top: int, floor: int, pitch: float
) -> int:
    """Return the first of the header lines above a table's first row of figures."""
    first = top
    for i in range(top - 1, max(floor, top - _HEADER_LINES) - 1, -1):
        if lines[i + 1][0].base - lines[i][0].base > 2.5 * pitch:
            break
        if any(len(piece.text) > _LONGEST_HEADER or piece.text[-1] in "。；" for piece in pieces[i]):
            break
        if len(pieces[i]) > 1 and not any("：" in piece.text or ":" in piece.text for piece in pieces[i]):
            first = i
    return first
