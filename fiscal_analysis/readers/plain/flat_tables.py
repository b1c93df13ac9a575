"""Find tables that were flattened into plain text, and give back their cells with exact offsets.

A web page's or a word processor's table reaches us as text in a few shapes: a bar or a TAB between cells, a bar or a
TAB at each cell with one cell a line, one cell a line without any mark, and rows with blanks between the cells. Prose
uses bars, TABs and short lines too (navigation, indents, lists), so lines count as a table only where header words or
columns of figures prove it. Every scan passes each line a fixed number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fiscal_analysis.document import Cell, Table
from fiscal_analysis.readers.header_words import statement_column, statement_row, table_word, word
from fiscal_analysis.readers.plain.form_streams import (
    forms_on_one_line,
    stream_between_bars,
    streams_of_bars_alone,
)
from fiscal_analysis.readers.plain.label_pairs import staff_pairs
from fiscal_analysis.readers.plain.line_cells import (
    CAPTION,
    HEADING,
    PAGE_NUMBER,
    Lines,
    Span,
    cell_at,
    continued,
    cut_cells,
    header_length,
    is_figure,
    rows_of,
)
from fiscal_analysis.readers.plain.statements import plain_statements
from fiscal_analysis.readers.plain.unmarked_tables import unmarked_tables

__all__ = ["caption_of", "find_tables"]

_WIDEST = 60  # cells of a row on one line; more is no table that anyone reads
_UNIT_LINE = re.compile(r"[^\n。]{0,60}单 ?位 ?[::] ?(?:人民币)?(?:亿元|万元|千元|元|%|家|户|人|个|项)[^\n。]{0,12}")
# 公开01表, 部门公开表5, 预算公开 01 表: the title stands above it
_TABLE_NUMBER = re.compile(
    r"(?=.*表)[(]?(?:部门|单位)?(?:财决|预算|决算|公开|附){0,3} ?表? ?"
    r"[0-9一二三四五六七八九十]{1,3}(?:-[0-9]{1,2})? ?表?[)]?"
)
# 基本支出表--人员经费(...)
_LONG_TITLE = re.compile("[^。;,|]{2,30}(?:支出|预算|决算|收支)表 ?[-—]{1,2} ?[^。;,|]{2,30}")
# the body that a table is of, with the table's number before it where both stand on one line of a page; or a year
_BODY_LINE = re.compile(
    r"(?:(?:公开|财决|预算) ?[0-9]{2} ?表 ?)?"
    r"[一-鿿]{0,6}(?:部门|单位)(?:\([^)]{1,8}\))?(?:名称|全称)? ?: ?[^\n。:;]{2,60}"
    r"|(?:19|20)[0-9]{2} ?年度?"
)
_LONGEST_ROW = 12  # lines that one row of wrapped cells may take
_new = tuple.__new__
_BLANKS = re.compile(" {2,}")
_SEPARATOR = re.compile(r"[-:=+| ]+")


def find_tables(text: str, folded: str) -> list[Table]:
    """Find the tables of a plain text.

    Parameters
    ----------
    text : str
        The text as decoded.
    folded : str
        The same text folded (see :func:`fiscal_analysis.document.fold`), same length.

    Returns
    -------
    list of Table
        In order of their place, never overlapping, ``section`` -1, ``index`` from 0. For each cell
        ``text[cell.start:cell.end] == cell.text``. ``layout`` is ``pipes``, ``tabs`` or ``lines`` (one cell a line
        without a mark, or blanks between the cells of a row).
    """
    found: list[Lines] = []
    if "|" in folded:
        for run in _runs(folded, "|"):
            stream = stream_between_bars(folded, run)
            found.extend(_pipe_tables(folded, run) if stream is None else [stream])
        found.extend(streams_of_bars_alone(folded))
    if "\t" in folded:
        for run in _runs(folded, "\t"):
            found.extend(_tab_tables(folded, run))
    found.extend(forms_on_one_line(folded))
    # a label above a table with bars (项目名称:某项目) is not the beginning of one without
    marked = [(lines.start, lines.end) for lines in found if len(lines.rows) > 2]
    found.extend(
        lines
        for lines in unmarked_tables(folded)
        if not any(start < lines.end and lines.start < end for start, end in marked)
    )
    found.extend(plain_statements(folded))
    found.extend(staff_pairs(folded))
    found.sort(key=lambda lines: (lines.start, -lines.end))
    tables: list[Table] = []
    used: set[int] = set()
    last = -1
    for lines in found:
        if lines.start <= last:
            continue
        first = folded.rfind("\n", 0, lines.start) + 1
        last = folded.find("\n", lines.end)
        last = len(folded) if last < 0 else last
        rows = tuple(
            [
                tuple([_new(Cell, (text[start:end], start, end, y, x, 1, 1)) for x, (_, start, end) in enumerate(row)])
                for y, row in enumerate(lines.rows)
            ]
        )
        caption = caption_of(text, folded, first, last, used)
        tables.append(Table(rows, first, last, -1, lines.layout, caption, None, len(tables)))
    return tables


# -- lines and cells ------------------------------------------------------------------------------------------------


def _runs(folded: str, mark: str) -> Iterator[list[tuple[int, int]]]:
    """Yield runs of lines that hold `mark`; up to two blank lines and short continuation lines stay inside a run."""
    size = len(folded)
    at = folded.find(mark)
    while at >= 0:
        start = folded.rfind("\n", 0, at) + 1
        lines: list[tuple[int, int]] = []
        held: list[tuple[int, int]] = []
        blanks = 0
        while start <= size:
            end = folded.find("\n", start)
            if end < 0:
                end = size
            if folded.find(mark, start, end) >= 0:
                lines += held
                held, blanks = [], 0
                lines.append((start, end))
            else:
                stripped = folded[start : min(end, start + 60)].strip()
                if not stripped:
                    blanks += 1
                elif end - start < 16 and PAGE_NUMBER.fullmatch(stripped) is not None:
                    blanks = 0  # a page ends here; its number stands between two rows
                    start = end + 1
                    continue
                elif not lines or blanks or len(held) > 3 or not _continues(stripped, end - start):
                    break
                if blanks > 2:
                    break
                held.append((start, end))
            start = end + 1
        yield lines
        at = folded.find(mark, lines[-1][1]) if start <= size else -1


def _continues(stripped: str, length: int) -> bool:
    """Tell whether a line without a mark may be the rest of the cell before it."""
    return (
        length <= 44
        and stripped[-1] not in "。;:"
        and HEADING.match(stripped) is None
        and CAPTION.fullmatch(stripped) is None
    )


# -- bars -----------------------------------------------------------------------------------------------------------


def _pipe_tables(folded: str, run: list[tuple[int, int]]) -> Iterator[Lines]:
    """Read a run of lines with bars: one row a line, or one cell a line with runs of bars that close a merged row."""
    cores = [core for s, e in run[:40] if (core := folded[s : min(e, s + 400)].strip("| \t"))]
    if sum("|" in core for core in cores) * 2 >= len(cores):
        yield from _whole_run(_pipe_rows(folded, run), run)
        return
    chunks: list[tuple[list[Span], int]] = [([], 0)]
    held = -1
    for start, end in run:
        line = folded[start:end].strip()
        if not line:
            continue
        if "|" not in line:
            held = start if held < 0 else held
            continue
        content = line.rstrip("|")
        bars = len(line) - len(content)
        if not content or (content[0] == "|" and not content.strip("| ")):
            if bars > 1:
                chunks[-1] = (chunks[-1][0], bars)
                chunks.append(([], 0))
            else:
                chunks[-1][0].append(Span("", start, start))
            held = -1
            continue
        if held < 0 and "|" not in content:
            text = content.rstrip()
            at = folded.index(text, start)
            chunks[-1][0].append(Span(text, at, at + len(text)))
        else:
            last = folded.rindex(content[-1], start, end) + 1
            cells = cut_cells(folded, start if held < 0 else held, last, "|")
            if cells and not cells[0].text and len(cells) > 1:
                del cells[0]
            chunks[-1][0].extend(cells[:_WIDEST])
        held = -1
        if bars > 1:
            chunks[-1] = (chunks[-1][0], bars)
            chunks.append(([], 0))
    yield from _whole_run(_unmerge([chunk for chunk in chunks if chunk[0]]), run)


def _whole_run(rows: list[list[Span]], run: list[tuple[int, int]]) -> Iterator[Lines]:
    """Yield a run of lines with bars as one table, where it is one: bars mark every cell, prose cells too."""
    rows = [row for row in rows if row]
    if (len(rows) > 1 and _is_table(rows)) or any(_is_balance(row) for row in rows):
        yield Lines(rows, run[0][0], run[-1][1], "pipes")


def _unmerge(chunks: list[tuple[list[Span], int]]) -> list[list[Span]]:
    """Cut off full rows, which no run of bars closes, from the merged row behind them.

    A merged row of a grid of `width` columns has fewer cells, and its closing run makes up for the missing ones: cells
    plus bars are the same number for all merged rows of a table.
    """
    sums = [len(cells) + bars for cells, bars in chunks if bars]
    if not sums:
        return [row for cells, _ in chunks for row in rows_of(cells)]
    width = min(sums) - 1
    rows: list[list[Span]] = []
    for cells, bars in chunks:
        extra = len(cells) + bars - width - 1 if bars else len(cells) - width
        if extra <= 0 or width < 2:
            rows.append(cells)
            continue
        step = next((w for w in (width, width + 1) if not (extra if bars else len(cells)) % w), 0)
        if not step:
            rows.extend(rows_of(cells))
            continue
        cut = extra if bars else len(cells)
        rows.extend(cells[i : i + step] for i in range(0, cut, step))
        if cut < len(cells):
            rows.append(cells[cut:])
    return rows


def _pipe_rows(folded: str, run: list[tuple[int, int]]) -> list[list[Span]]:
    rows: list[list[Span]] = []
    filled = [(s, e) for s, e in run if folded[s : min(e, s + 200)].strip()]
    filled = _whole_lines(folded, filled)
    led = sum(folded[s:e].lstrip().startswith("|") for s, e in filled) * 5 >= len(filled) * 4
    for start, end in filled:
        if folded.count("|", start, end) > 4 * _WIDEST or _SEPARATOR.fullmatch(folded, start, end):
            rows.append([])
            continue
        cells = cut_cells(folded, start, end, "|")
        if led and not cells[0].text:
            del cells[0]
        if len(cells) > 1 and not cells[-1].text:
            del cells[-1]
        while cells and not cells[-1].text and folded[cells[-1].start - 1 : cells[-1].start + 1] == "||":
            del cells[-1]
        rows.append(cells)
    return _mended(folded, rows)


def _whole_lines(folded: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a row that goes on in the next lines, where bars open and close each row of a table."""
    whole: list[tuple[int, int]] = []
    inside = 0  # lines of a row that a bar opened and none closed yet
    for start, end in lines:
        line = folded[start:end].strip()
        opens, closes = line.startswith("|"), line.endswith("|")
        if opens == (inside > 0) or inside > _LONGEST_ROW:
            return lines
        if inside:
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
        inside = 0 if closes else inside + 1
    return lines if inside else whole


def _mended(folded: str, rows: list[list[Span]]) -> list[list[Span]]:
    """Join a row that was broken inside one of its cells with its rest.

    Either the two parts of the cell are one word of forms (``其中:当年财``, ``政拨款``), or the first part of the row
    holds words only and both parts make one row of the header's width, or the row is whole and words alone follow.
    """
    widths: tuple[int, ...] = ()
    whole: list[list[Span]] = []
    for row in rows:
        if any(header_length(row, i) > 3 for i in range(min(3, len(row)))):
            noted = word(row[-1].text).header == "note"
            widths = (len(row), len(row) - noted)
        elif len(row) > 0 and widths and widths[0] > 4 and whole[-1] and whole[-1][-1].text and row[0].text:
            before = whole[-1]
            left, right = before[-1], row[0]
            named = not any(is_figure(c.text) for c in before)
            parts = named and len(before) + len(row) - 1 in widths
            remark = len(row) == 1 and len(before) == widths[0]
            cell = continued(folded, left, right, parts or remark) if named or remark else None
            if cell is not None:
                whole[-1] = [*before[:-1], cell, *row[1:]]
                continue
        whole.append(row)
    return whole


# -- tabs -----------------------------------------------------------------------------------------------------------


def _tab_tables(folded: str, run: list[tuple[int, int]]) -> Iterator[Lines]:
    """Read a run of lines with TABs: one row a line, or one TAB-led cell a line with a blank line after each row."""
    inside = 0
    for start, end in run:
        line = folded[start : min(end, start + 400)].strip("\t ")
        inside += "\t" in line
    if inside * 2 >= len(run) or inside > 2:
        rows = []
        lines = [(s, e) for s, e in run if folded[s : min(e, s + 200)].strip()]
        led = all(folded[s] == "\t" for s, e in lines if folded.find("\t", s, e) >= 0)
        for start, end in lines:
            cells = cut_cells(folded, start, end, "\t") if folded.count("\t", start, end) <= 4 * _WIDEST else []
            if led and cells and not cells[0].text:
                del cells[0]
            while cells and not cells[-1].text and len(cells) > 1:
                del cells[-1]
            rows.append(cells)
        yield from _proven(_mended(folded, rows), "tabs")
        return
    groups: list[list[Span]] = [[]]
    for start, end in run:
        if folded.find("\t", start, end) >= 0:
            cell = cell_at(folded, start, end)
            if groups[-1] and word(cell.text).label == "project":
                groups.append([])  # the next form
            groups[-1].append(cell)
        elif not folded[start:end].strip():
            if groups[-1]:
                groups.append([])
        elif groups[-1] and groups[-1][-1].text:
            groups[-1][-1] = cell_at(folded, groups[-1][-1].start, end)
    rows = []
    for cells in groups:
        if len(cells) > 14 and any(header_length(cells, i) for i in range(min(len(cells), 80))):
            rows.extend(rows_of([cell for cell in cells if cell.text]))
        elif len(cells) > 14:
            rows.extend(rows_of(cells))
        else:
            rows.append(cells)
    yield from _proven(rows, "tabs")


# -- what proves a table --------------------------------------------------------------------------------------------


def _proven(rows: Sequence[list[Span]], layout: str) -> Iterator[Lines]:
    """Yield the stretches of rows that are a table: header words or several rows of figures prove it."""
    stretch: list[list[Span]] = []
    for row in (*rows, None):
        if row is not None and not row:
            continue
        if row is not None and _is_row(row):
            stretch.append(row)
            continue
        while stretch and sum(bool(c.text) for c in stretch[-1]) < 2:
            del stretch[-1]  # a lone cell before prose is no row
        if len(stretch) > 1 and _is_table(stretch):
            yield Lines(stretch, stretch[0][0].start, max(cell.end for cell in stretch[-1]), layout)
        stretch = []


def _is_row(row: list[Span]) -> bool:
    filled = [cell for cell in row if cell.text]
    if not filled:
        return bool(row)
    if len(filled) == 1:
        return len(filled[0].text) <= 60 and filled[0].text[-1] not in "。;:"
    short = sum(len(cell.text) <= 30 for cell in filled)
    return short * 2 >= len(filled) or bool(word(filled[0].text).label) or max(len(c.text) for c in filled) > 100


def _is_table(rows: list[list[Span]]) -> bool:
    if any(sum(bool(word(c.text).header or table_word(c.text).role) for c in row) >= 2 for row in rows[:60]):
        return True
    if any(word(row[0].text).label == "project" for row in rows[:10]):
        return len(rows) > 3
    figured = [row for row in rows if len(row) >= 3 and any(is_figure(c.text) for c in row)]
    if len(figured) >= 2 and len(figured) * 2 >= len(rows):
        return True
    return any(sum(bool(statement_column(c.text).role) for c in row) >= 3 for row in rows[:6])


def _is_balance(row: list[Span]) -> bool:
    """Tell whether a row is a line of a statement: a label that statements print, and its figure."""
    return len(row) == 2 and is_figure(row[1].text) and bool(statement_row(row[0].text).role)


# -- captions -------------------------------------------------------------------------------------------------------


def caption_of(text: str, folded: str, start: int, end: int, used: set[int]) -> str:
    """Return the caption line before or after a table, with the unit line where one stands apart."""
    parts: list[str] = []
    at = folded.rfind("\n", 0, start) if start else -1
    for _ in range(7):  # blank lines, the unit and the body stand between a title and its table
        if at <= 0:
            break
        begin = folded.rfind("\n", max(0, at - 200), at) + 1
        line = _BLANKS.sub(" ", folded[begin:at].strip())  # a page set in columns centres its titles with blanks
        unit = bool(line) and _UNIT_LINE.fullmatch(line) is not None
        number = bool(line) and _TABLE_NUMBER.fullmatch(line) is not None
        titled = CAPTION.fullmatch(line) is not None or _LONG_TITLE.fullmatch(line) is not None
        if line and (unit or number or (titled and begin not in used)):
            parts.insert(0, _BLANKS.sub(" ", text[begin:at].strip()))
            used.add(begin)
            if not unit and not number:
                return " ".join(parts)
        elif line and _BODY_LINE.fullmatch(line) is None:
            break
        at = begin - 1
    at = end
    for _ in range(2):
        begin = folded.find("\n", at) + 1
        if begin <= 0:
            break
        at = folded.find("\n", begin)
        at = len(folded) if at < 0 else at
        line = folded[begin : min(at, begin + 80)].strip()
        if line:
            if line[0] in "表附" and begin not in used and CAPTION.fullmatch(line) is not None:
                parts.insert(0, text[begin:at].strip())
                used.add(begin)
            break
    return " ".join(parts)
