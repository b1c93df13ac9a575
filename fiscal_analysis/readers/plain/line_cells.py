"""Rows for tables whose source marks cells but no rows: one cell a line, in reading order.

Nothing in such a source says where a row begins, and empty cells may have vanished. Three things can tell: a running
number, a width at which all rows look alike, and key words (header words, labels, levels of the indicator tree). Where
none decides, the cells stay together in one long row, and the extractor reports it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from fiscal_analysis.document import Cell
from fiscal_analysis.readers.header_words import table_word, word

__all__ = ["Span", "header_length", "is_number", "rows_by_width", "rows_by_words", "rows_of"]

CAPTION = re.compile(
    r"[ \t]*(?:附?表 ?[0-9一二三四五六七八九十]{0,3}(?:[-.—][0-9]{1,2})? ?[:、.]? ?[^。;\n]{0,40}"
    r"|[^。;,\n|]{2,40}表(?:\([^)\n]{1,14}\))?)[ \t]*"
)
HEADING = re.compile(
    r"(?:第[一二三四五六七八九十]{1,3}(?:部分|章|节)|[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十]{1,3}\)|附件)"
)
PAGE_NUMBER = re.compile("[-—–─·]{1,2} ?[0-9]{1,4} ?[-—–─·]{1,2}|第 ?[0-9]{1,4} ?页(?:[,，]? ?共 ?[0-9]{1,4} ?页)?")
_NUMBER = re.compile(r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?(?:%| %)?")
_FIGURE = re.compile(r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?(?: ?[%‰]| ?(?!年)[一-鿿]{1,3})?")
_DASHES = frozenset(("-", "—", "——", "--", "/", "\\", "－", "–"))
_WIDEST = 16
_LONGEST_PART = 30  # of a cell that goes on in the next line
_OPENS_VALUE = re.compile(r"[≥≤<>=]{0,2}[0-9]|[-—/]+$")
_TARGETS = frozenset(("target", "target_adjusted", "actual", "weight", "score", "nature", "unit", "goal_actual"))
_OPENERS = frozenset(("project", "body", "meta", "fund_head", "total", "grade"))


class Span(NamedTuple):
    """A cell before it has a row: its stripped text (folded), its offsets."""

    text: str
    start: int
    end: int


Rows = list[list[Span]]
_new = tuple.__new__


class Lines(NamedTuple):
    """Cells in rows, not yet proven to be a table, with the span of their lines."""

    rows: list[list[Span]]
    start: int
    end: int
    layout: str


def cell_at(folded: str, start: int, end: int) -> Span:
    """Return the cell between two offsets, stripped."""
    raw = folded[start:end]
    text = raw.strip()
    if not text:
        return _new(Span, ("", start, start))
    if len(text) == len(raw):
        return _new(Span, (text, start, end))
    start += len(raw) - len(raw.lstrip())
    return _new(Span, (text, start, start + len(text)))


def continued(folded: str, left: Span, right: Span, words: bool) -> Span | None:
    """Return two parts of a broken cell as one; None where they are cells of their own."""
    if any(word(left.text)) or any(word(right.text)):
        return None
    if any(_OPENS_VALUE.match(text) or len(text) > _LONGEST_PART for text in (left.text, right.text)):
        return None
    whole = Span(folded[left.start : right.end], left.start, right.end)
    # a line is broken where it is full
    return whole if any(word(whole.text)) or (words and len(right.text) <= len(left.text) + 1) else None


def cut_cells(folded: str, start: int, end: int, mark: str) -> list[Span]:
    """Return the cells of one line, empty ones kept."""
    cells = []
    at = start
    while True:
        stop = folded.find(mark, at, end)
        if stop < 0:
            cells.append(cell_at(folded, at, end))
            return cells
        cells.append(cell_at(folded, at, stop))
        at = stop + 1


def is_number(text: str) -> bool:
    """Tell whether a cell holds a bare number or percentage, or the dash that stands for none."""
    return text in _DASHES or _NUMBER.fullmatch(text) is not None


def is_figure(text: str) -> bool:
    """Tell whether a cell holds a number, with or without a unit of up to three characters; years are none."""
    return _FIGURE.fullmatch(text) is not None


def _is_bare(text: str) -> bool:
    return text in _DASHES or (text[-1:] != "%" and _NUMBER.fullmatch(text) is not None)


def rows_of(cells: list[Span]) -> Rows:
    """Return the rows of unmarked cells by the first means that decides; one row of all where none does."""
    if len(cells) <= 1:
        return [cells] if cells else []
    if header_length(cells, 0) and not _numbered(cells):
        return rows_by_words(cells)
    rows = rows_by_width(cells)
    if rows is not None:
        return rows
    return rows_by_words(cells) if any(header_length(cells, i) for i in range(min(len(cells), 80))) else [cells]


def _numbered(cells: Sequence[Span]) -> int:
    """Return the width of a table that begins with 序号 and whose rows begin with 1, 2, ...; 0 where it does not."""
    if table_word(cells[0].text).role != "index":
        return 0
    for width in range(2, min(_WIDEST, len(cells) - 1) + 1):
        if cells[width].text == "1":
            return width
        if is_number(cells[width].text):
            return 0
    return 0


def rows_by_width(cells: list[Span]) -> Rows | None:
    """Cut cells at a running number, or else at the smallest width at which all rows after the first look alike."""
    width = _numbered(cells)
    if width:
        rows = [cells[:width]]
        at, number = width, 1
        while at < len(cells):
            following = str(number + 1)
            stop = next((i for i in range(at + 2, min(at + width + 1, len(cells))) if cells[i].text == following), 0)
            rows.append(cells[at : stop or at + width])
            if not stop:
                if len(cells) > at + width:
                    rows.append(cells[at + width :])
                break
            at, number = stop, number + 1
        return rows
    size = len(cells)
    kinds = [is_number(cell.text) for cell in cells]
    for width in range(2, min(_WIDEST, size // 2) + 1):
        if size % width or any(kinds[:width]):
            continue
        pattern = kinds[width : 2 * width]
        alike = all(kinds[i : i + width] == pattern for i in range(2 * width, size, width))
        if alike and any(pattern) and not all(pattern):
            return [cells[i : i + width] for i in range(0, size, width)]
    return None


def header_length(cells: Sequence[Span | Cell], at: int) -> int:
    """Return how many cells from `at` on are the header of a form's block (fund block or indicators), or 0."""
    roles: set[str] = set()
    length = known = misses = 0
    for cell in cells[at : at + _WIDEST + 2]:
        found = word(cell.text)
        role = found.header or ("goal_actual" if found.label == "goal_actual" else "")
        if role and role not in roles:
            length += 1 + misses
            known += 1
            misses = 0
            roles.add(role)
        elif (
            known
            and not misses
            and len(cell.text) <= 12
            and not is_number(cell.text)
            and not found.label
            and not found.level
        ):
            misses = 1
        else:
            break
    if known < 3:
        return 0
    levels = roles & {"level1", "level2", "level3", "name"}
    money = roles & {"initial", "adjusted", "final"}
    if levels and roles & _TARGETS:
        return length
    return length if money and len(roles & {"initial", "adjusted", "final", "rate"}) >= 2 else 0


def rows_by_words(cells: list[Span]) -> Rows:
    """Cut cells into rows by header words, row labels and level words."""
    rows: Rows = []
    pending: list[Span] = []
    columns: list[str] = []
    at, size = 0, len(cells)
    while at < size:
        length = header_length(cells, at)
        if length:
            _close(rows, pending, columns)
            pending = []
            if rows and len(rows[-1]) == 1 and word(rows[-1][0].text).label == "fund_head":
                rows[-1] = rows[-1] + cells[at : at + length]
            else:
                rows.append(cells[at : at + length])
            columns = [_role(cell.text) for cell in cells[at : at + length]]
            at += length
            continue
        cell = cells[at]
        found = word(cell.text)
        opens = found.label in _OPENERS or found.label in ("goal", "goal_target")
        if found.level and "level3" in columns:
            opens = False
        if opens and not (pending and word(pending[0].text).label == "goal" and len(pending) == 1):
            _close(rows, pending, columns)
            pending = []
            if found.label in ("project", "body", "goal", "goal_target"):
                columns = []
        elif found.label == "goal_actual" and pending and word(pending[0].text).label in ("goal", "goal_target"):
            rows.append([*pending, cell])
            pending = []
            at += 1
            continue
        pending.append(cell)
        at += 1
    _close(rows, pending, columns)
    return rows


def _role(text: str) -> str:
    found = word(text)
    return found.header or ("actual" if found.label == "goal_actual" else "")


def _close(rows: Rows, pending: list[Span], columns: list[str]) -> None:
    """Add `pending` cells, cut into rows as the block's columns allow."""
    if not pending:
        return
    label = word(pending[0].text).label
    if label == "total":
        rows.append(pending)
    elif any(role in ("level1", "level2", "level3", "name") for role in columns):
        rows.extend(_indicator_rows(pending, columns))
    elif "final" in columns or "adjusted" in columns or "initial" in columns:
        rows.extend(_fund_rows(pending))
    else:
        # the money of a declaration: a label and its figure
        cuts = [
            i
            for i, cell in enumerate(pending[:-1])
            if word(cell.text).label in ("fund_total", "fund_part") and is_number(pending[i + 1].text)
        ]
        rows.extend(row for a, b in pairwise((0, *cuts, len(pending))) if (row := pending[a:b]))


def _fund_rows(cells: list[Span]) -> Rows:
    """Each row is a label and its figures."""
    rows: Rows = []
    for cell in cells:
        if (rows and _FIGURE.fullmatch(cell.text) is not None) or (cell.text in _DASHES and rows):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return rows


def _indicator_rows(cells: list[Span], columns: list[str]) -> Rows:
    """Begin a row at each level word; within a branch the pair of weight and score ends it, or the width does."""
    rows: Rows = []
    branch: list[Span] = []
    head = levels = 0  # cells of the branch that are levels, with the points that stand beside them
    pointed = columns.count("weight") > 1
    for cell in cells:
        level = word(cell.text).level
        if level and len(branch) > head:
            rows.extend(_branch_rows(branch, head, levels, columns))
            branch, head, levels = [], 0, 0
        if (level and levels < 3) or (pointed and levels and head == len(branch) and _is_bare(cell.text)):
            head += 1
            levels += bool(level)
        branch.append(cell)
    if branch:
        rows.extend(_branch_rows(branch, head, levels, columns))
    return rows


def _branch_rows(branch: list[Span], head_size: int, levels: int, columns: list[str]) -> Rows:
    points = columns.count("weight") - 1
    tail = [role for role in columns if role not in ("level1", "level2", "index", "")]
    for _ in range(points):
        tail.remove("weight")
    if "level3" in tail:  # the label of the block stands before its levels
        tail = [role for role in tail if role != "name"]
    noted = [role for role in tail if role in ("note", "source", "method", "audit_score")]
    width = len(tail) - len(noted)
    # a name that repeats a level word counts among the levels; it is the row's third level all the same
    named = sum(role in ("level1", "level2") for role in columns)
    keep = head_size if points > 0 else min(levels, named)
    head, cells = branch[:keep], branch[keep:]
    if len(cells) <= width + len(noted) and len(cells) < 2 * width:
        return [branch]
    required = [role for role in tail if role not in noted]
    if required[-2:] in (["weight", "score"], ["score", "weight"]):
        ends = [
            i
            for i in range(1, len(cells))
            if _is_bare(cells[i].text)
            and _is_bare(cells[i - 1].text)
            and not (i + 1 < len(cells) and is_number(cells[i + 1].text))
        ]
        rows: Rows = []
        at = 0
        for number, end in enumerate(ends):
            rows.append(cells[at : end + 1])
            at = end + 1
            following = ends[number + 1] + 1 - at if number + 1 < len(ends) else len(cells) - at
            is_note = following == width + 1 if number + 1 < len(ends) else following == 1
            if noted and is_note:
                rows[-1].append(cells[at])
                at += 1
        if at < len(cells):
            rows.append(cells[at:])
        rows[0] = head + rows[0]
        return rows
    for size in (width, width + 1) if noted else (width,):
        if size and len(cells) % size == 0:
            rows = [cells[i : i + size] for i in range(0, len(cells), size)]
            rows[0] = head + rows[0]
            return rows
    cuts = _noted_rows(cells, width) if noted else []
    return [head + cells[: cuts[0]], *(cells[a:b] for a, b in pairwise((*cuts, len(cells))))] if cuts else [branch]


def _noted_rows(cells: list[Span], width: int) -> list[int]:
    """Return where the rows of a branch begin, but for its first: a name and figures, in some rows a note behind."""
    ways: list[list[int]] = [[0]]
    for _ in range(len(cells) // max(width, 1)):
        longer = []
        for way in ways:
            at = way[-1]
            if at == len(cells):
                longer.append(way)
                continue
            values = cells[at + 1 : at + width]
            if len(values) < width - 1 or is_figure(cells[at].text) or not all(_is_value(c.text) for c in values):
                continue
            longer += [[*way, end] for end in (at + width, at + width + 1) if end <= len(cells)]
        ways = longer[:_WIDEST]
    ways = [way for way in ways if way[-1] == len(cells)]
    return ways[0][1:-1] if len(ways) == 1 else []


def _is_value(text: str) -> bool:
    return is_number(text) or is_figure(text.lstrip("≥≤≧≦<>=约"))
