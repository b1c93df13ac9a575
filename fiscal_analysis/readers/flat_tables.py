"""Find tables that were flattened into plain text, and give back their cells with exact offsets.

A web page's or a word processor's table reaches us as text in a few shapes: a bar or a TAB between cells, a bar or a
TAB at each cell with one cell a line, one cell a line without any mark, and rows with blanks between the cells. Prose
uses bars, TABs and short lines too (navigation, indents, lists), so lines count as a table only where header words or
columns of figures prove it. Every scan passes each line a fixed number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from fiscal_analysis import taxonomy
from fiscal_analysis.document import Cell, Table
from fiscal_analysis.readers.header_words import table_word, word
from fiscal_analysis.readers.line_cells import Span, header_length, is_number, rows_by_words, rows_of
from fiscal_analysis.wordlist import longest_of

__all__ = ["find_tables"]

_WIDEST = 60  # cells of a row on one line; more is no table that anyone reads
_CAPTION = re.compile(
    r"[ \t]*(?:附?表 ?[0-9一二三四五六七八九十]{0,3}(?:[-.—][0-9]{1,2})? ?[::、.]? ?[^。;\n]{0,40}表?|[^。;,\n|]{2,40}表(?:\([^)\n]{1,14}\))?)[ \t]*"
)
_UNIT_LINE = re.compile(r"[^\n。]{0,30}单位[::] ?(?:人民币)?(?:亿元|万元|千元|元|%|家|户|人|个|项)[^\n。]{0,12}")
_HEADING = re.compile(
    r"(?:第[一二三四五六七八九十]{1,3}(?:部分|章|节)|[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十]{1,3}\)|附件)"
)
_SEPARATOR = re.compile(r"[-:=+| ]+")


class _Lines(NamedTuple):
    """Cells in rows, not yet proven to be a table, with the span of their lines."""

    rows: list[list[Span]]
    start: int
    end: int
    layout: str


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
    found: list[_Lines] = []
    if "|" in folded:
        for run in _runs(folded, "|"):
            found.extend(_pipe_tables(folded, run))
    if "\t" in folded:
        for run in _runs(folded, "\t"):
            found.extend(_tab_tables(folded, run))
    found.extend(_line_tables(folded))
    found.sort(key=lambda lines: (lines.start, -lines.end))
    tables: list[Table] = []
    used: set[int] = set()
    last = -1
    for lines in found:
        if lines.start <= last:
            continue
        start = folded.rfind("\n", 0, lines.start) + 1
        last = folded.find("\n", lines.end)
        last = len(folded) if last < 0 else last
        rows = tuple(
            tuple(Cell(text[c.start : c.end], c.start, c.end, y, x) for x, c in enumerate(row))
            for y, row in enumerate(lines.rows)
        )
        caption = _caption(text, folded, start, last, used)
        tables.append(Table(rows, start, last, -1, lines.layout, caption, None, len(tables)))
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
        and _HEADING.match(stripped) is None
        and _CAPTION.fullmatch(stripped) is None
    )


def _span(folded: str, start: int, end: int) -> Span:
    """Return the cell between two offsets, stripped."""
    raw = folded[start:end]
    text = raw.strip()
    if not text:
        return Span("", start, start)
    start += len(raw) - len(raw.lstrip())
    return Span(text, start, start + len(text))


def _cut(folded: str, start: int, end: int, mark: str) -> list[Span]:
    """Return the cells of one line, empty ones kept."""
    cells = []
    at = start
    while True:
        stop = folded.find(mark, at, end)
        if stop < 0:
            cells.append(_span(folded, at, end))
            return cells
        cells.append(_span(folded, at, stop))
        at = stop + 1


# -- bars -----------------------------------------------------------------------------------------------------------


def _pipe_tables(folded: str, run: list[tuple[int, int]]) -> Iterator[_Lines]:
    """Read a run of lines with bars: one row a line, or one cell a line with runs of bars that close a merged row."""
    across = sum(folded.find("|", s, e) < e - 1 and folded[s:e].strip("| \t").find("|") >= 0 for s, e in run)
    if across * 2 >= sum(bool(folded[s : min(e, s + 80)].strip("| \t")) for s, e in run):
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
        if not content.strip("| "):
            if bars > 1:
                chunks[-1] = (chunks[-1][0], bars)
                chunks.append(([], 0))
            else:
                chunks[-1][0].append(Span("", start, start))
            held = -1
            continue
        cells = _cut(folded, start if held < 0 else held, folded.rindex(content[-1], start, end) + 1, "|")
        if cells and not cells[0].text and len(cells) > 1:
            del cells[0]
        chunks[-1][0].extend(cells[:_WIDEST])
        held = -1
        if bars > 1:
            chunks[-1] = (chunks[-1][0], bars)
            chunks.append(([], 0))
    yield from _whole_run(_unmerge([chunk for chunk in chunks if chunk[0]]), run)


def _whole_run(rows: list[list[Span]], run: list[tuple[int, int]]) -> Iterator[_Lines]:
    """Yield a run of lines with bars as one table, where it is one: bars mark every cell, prose cells too."""
    rows = [row for row in rows if row]
    if len(rows) > 1 and _is_table(rows):
        yield _Lines(rows, run[0][0], run[-1][1], "pipes")


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
    led = sum(folded[s:e].lstrip().startswith("|") for s, e in filled) * 5 >= len(filled) * 4
    for start, end in filled:
        if folded.count("|", start, end) > 4 * _WIDEST or _SEPARATOR.fullmatch(folded, start, end):
            rows.append([])
            continue
        cells = _cut(folded, start, end, "|")
        if led and not cells[0].text:
            del cells[0]
        if len(cells) > 1 and not cells[-1].text:
            del cells[-1]
        while cells and not cells[-1].text and folded[cells[-1].start - 1 : cells[-1].start + 1] == "||":
            del cells[-1]
        rows.append(cells)
    return rows


# -- tabs -----------------------------------------------------------------------------------------------------------


def _tab_tables(folded: str, run: list[tuple[int, int]]) -> Iterator[_Lines]:
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
            cells = _cut(folded, start, end, "\t") if folded.count("\t", start, end) <= 4 * _WIDEST else []
            if led and cells and not cells[0].text:
                del cells[0]
            while cells and not cells[-1].text and len(cells) > 1:
                del cells[-1]
            rows.append(cells)
        yield from _proven(rows, "tabs")
        return
    groups: list[list[Span]] = [[]]
    for start, end in run:
        if folded.find("\t", start, end) >= 0:
            groups[-1].append(_span(folded, start, end))
        elif not folded[start:end].strip():
            if groups[-1]:
                groups.append([])
        elif groups[-1] and groups[-1][-1].text:
            groups[-1][-1] = _span(folded, groups[-1][-1].start, end)
    rows = []
    for cells in groups:
        if len(cells) > 14 and any(header_length(cells, i) for i in range(min(len(cells), 80))):
            rows.extend(rows_of([cell for cell in cells if cell.text]))
        elif len(cells) > 14:
            rows.extend(rows_of(cells))
        else:
            rows.append(cells)
    yield from _proven(rows, "tabs")


# -- no mark --------------------------------------------------------------------------------------------------------


@cache
def _openers() -> re.Pattern[str]:
    """A line that is the first header word, or the first label, of a table and nothing else."""
    roles = ("index", "level1", "level2", "level3", "name")
    words = {
        row["word"]
        for row in taxonomy.table("performance_headers")
        if (row["kind"] == "header" and row["role"] in roles) or (row["kind"] == "label" and row["role"] in ("project", "body"))
    }
    words |= {row["word"] for row in taxonomy.table("table_headers") if row["role"] in ("index", "label")}
    words = {w for w in words if len(w) > 1}
    words |= {"部门(单位)名称", "单位(部门)名称", "预算部门(单位)名称", "项目(政策)名称"}
    loose = longest_of(words)
    return re.compile(rf"\n[ ]{{0,8}}(?:{loose}|一级 指标|项目 名称|三级 指标|序 号)(?=[ ]{{0,8}}\n| [一-鿿])")


def _line_tables(folded: str) -> Iterator[_Lines]:
    """Read tables of one cell a line without a mark, and of rows with blanks between the cells."""
    search = _openers().search
    at, size = 0, len(folded)
    while True:
        match = search(folded, at)
        if match is None:
            return
        start = match.start() + 1
        end = folded.find("\n", start)
        end = size if end < 0 else end
        if folded[match.end() : end].strip():
            lines = _spaced(folded, start, end)
        else:
            lines = _form(folded, start) or _listed(folded, start)
        if lines is None:
            at = match.end()
            continue
        yield lines
        at = lines.end


def _tokens(folded: str, start: int, most: int, gap: int = 6) -> Iterator[Span]:
    """Yield the lines from `start` on that may be cells; stops at headings, captions, long gaps."""
    size = len(folded)
    blanks = 0
    for _ in range(most * 2):
        if start >= size:
            return
        end = folded.find("\n", start)
        end = size if end < 0 else end
        if end - start > 2000:
            return
        cell = _span(folded, start, end)
        if cell.text:
            if "|" in cell.text or "\t" in cell.text or _HEADING.match(cell.text):
                return
            if cell.text[0] in "表附" and _CAPTION.fullmatch(cell.text):
                return
            blanks = 0
            yield cell
        else:
            blanks += 1
            if blanks > gap:
                return
        start = end + 1


def _form(folded: str, start: int) -> _Lines | None:
    """Read a performance form of one cell a line that begins at `start`."""
    cells: list[Span] = []
    header = -1
    for cell in _tokens(folded, start, 30):
        if cells and header < 0 and (cell.text == cells[-1].text or word(cell.text).label == "project"):
            return None
        cells.append(cell)
        if len(cells) > 2 and header < 0 and word(cell.text).header in ("target", "weight", "actual", "initial", "adjusted"):
            header = next((i for i in range(max(0, len(cells) - 6), len(cells)) if header_length(cells, i) > 1), -1)
            header = header if header < 0 else len(cells)
        if len(cells) == 24 or header >= 0:
            break
    if header < 0 and not any(header_length(cells, i) for i in range(len(cells))):
        return None
    cells = []
    total = begun = 0
    for cell in _tokens(folded, start, 3000):
        found = word(cell.text)
        if total:
            if not (is_number(cell.text) or found.label == "grade" or len(cell.text) <= 2):
                if found.label not in ("project", "body", "fund_head", "goal") and not found.header and not found.level:
                    break
                total = 0
        elif found.label == "total" and begun > 1:
            total = 1
        if begun > 1 and len(cell.text) > 15 and cell.text[-1] == "。":
            following = list(_tokens(folded, cell.end + 1, 3))[:2]
            if not any(is_number(c.text) or word(c.text).level or len(c.text) <= 12 for c in following):
                break
        begun += bool(found.level)
        cells.append(cell)
    return _whole(rows_by_words(cells), start)


def _whole(rows: list[list[Span]], start: int) -> _Lines | None:
    rows = [row for row in rows if row]
    if len(rows) < 2 or not any(header_length(row, i) for row in rows for i in range(min(3, len(row)))):
        return None
    return _Lines(rows, start, max(cell.end for cell in rows[-1]), "lines")


def _listed(folded: str, start: int) -> _Lines | None:
    """Read a list of one cell a line: header words, then rows with a running number or of one shape."""
    header: list[Span] = []
    for cell in _tokens(folded, start, 18, 3):
        if is_number(cell.text) or len(cell.text) > 24 or (header and cell.text == header[0].text):
            break
        header.append(cell)
    numbered = table_word(header[0].text).role == "index" if header else False
    known = 0
    while known < len(header) and (table_word(header[known].text).role or word(header[known].text).header):
        known += 1
    width = len(header) if numbered else known
    if not (2 if numbered else 3) <= width <= 16:
        return None
    rows: list[list[Span]] = [header[:width]]
    row: list[Span] = []
    number = 1
    shape: list[bool] = []
    for cell in _tokens(folded, header[width - 1].end, 3000, 3):
        if len(cell.text) > 80 or (len(cell.text) > 24 and cell.text[-1] == "。"):
            break
        if numbered and cell.text == str(number) and (number == 1 and not row or len(row) > 1):
            if row:
                rows.append(row)
            row, number = [cell], number + 1
            continue
        if numbered and (not row or len(row) == width):
            break
        row.append(cell)
        if not numbered and len(row) == width:
            kinds = [is_number(c.text) for c in row]
            shape = shape or kinds
            if kinds != shape or kinds[0] or not any(kinds):
                row = []
                break
            rows.append(row)
            row = []
    if numbered and len(row) > 1:
        rows.append(row)
    if len(rows) < (3 if known < 2 else 2) or (not numbered and row):
        return None
    return _Lines(rows, start, rows[-1][-1].end, "lines")


def _spaced(folded: str, start: int, end: int) -> _Lines | None:
    """Read rows with blanks between the cells; only a line of header words proves them."""
    header = _cut(folded, start, end, " ")
    header = [cell for cell in header if cell.text]
    if len(header) > 16 or sum(bool(word(c.text).header or table_word(c.text).role) for c in header) < max(4, len(header) - 1):
        return None
    rows = [header]
    size = len(folded)
    last = end
    at = end + 1
    while at < size:
        stop = folded.find("\n", at)
        stop = size if stop < 0 else stop
        if stop - at > 600:
            break
        cells = [cell for cell in _cut(folded, at, stop, " ") if cell.text]
        if len(cells) > 40 or len(cells) < 2 or _HEADING.match(cells[0].text):
            break
        figures = sum(is_number(cell.text) for cell in cells)
        if not figures or not (any(is_number(c.text) for c in cells[-3:]) or word(cells[0].text).level):
            break
        rows.append(cells)
        last, at = stop, stop + 1
    return _Lines(rows, start, last, "lines") if len(rows) > 1 else None


# -- what proves a table --------------------------------------------------------------------------------------------


def _proven(rows: Sequence[list[Span]], layout: str) -> Iterator[_Lines]:
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
            yield _Lines(stretch, stretch[0][0].start, max(cell.end for cell in stretch[-1]), layout)
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
    figured = [row for row in rows if len(row) >= 3 and any(is_number(c.text) and c.text not in "-—/" for c in row)]
    return len(figured) >= 2 and len(figured) * 2 >= len(rows)


# -- captions -------------------------------------------------------------------------------------------------------


def _caption(text: str, folded: str, start: int, end: int, used: set[int]) -> str:
    """Return the caption line before or after a table, with the unit line where one stands apart."""
    parts = []
    at = folded.rfind("\n", 0, start) if start else -1
    for _ in range(3):
        if at <= 0:
            break
        begin = folded.rfind("\n", max(0, at - 200), at) + 1
        line = folded[begin:at].strip()
        unit = bool(line) and _UNIT_LINE.fullmatch(line) is not None
        if line and (unit or (_CAPTION.fullmatch(line) is not None and begin not in used)):
            parts.insert(0, text[begin:at].strip())
            used.add(begin)
            if not unit:
                return " ".join(parts)
        elif line:
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
            if line[0] in "表附" and begin not in used and _CAPTION.fullmatch(line) is not None:
                parts.insert(0, text[begin:at].strip())
                used.add(begin)
            break
    return " ".join(parts)
