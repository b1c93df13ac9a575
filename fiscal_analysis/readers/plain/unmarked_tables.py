"""Tables whose source marks neither rows nor cells: one cell a line, or rows with blanks between the cells.

Header words alone on their lines prove the first, a whole line of header words the second; a running number or rows
of one shape go on from there. Everything else is prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from fiscal_analysis import taxonomy
from fiscal_analysis.readers.header_words import table_word, word
from fiscal_analysis.readers.plain.form_streams import rows_of_cells
from fiscal_analysis.readers.plain.line_cells import (
    CAPTION,
    HEADING,
    Lines,
    Span,
    cell_at,
    continued,
    cut_cells,
    header_length,
    is_figure,
    is_number,
    rows_by_words,
)
from fiscal_analysis.wordlist import longest_of

__all__ = ["unmarked_tables"]


def _outturn_words() -> list[str]:
    rows = taxonomy.table("performance_headers")
    return [row["word"] for row in rows if row["role"] in ("adjusted", "final") and row["kind"] == "header"]


@cache
def _openers() -> re.Pattern[str]:
    """Return the pattern of a line that is the first header word, or the first label, of a table and nothing else."""
    roles = ("index", "level1", "level2", "level3", "name")
    words = {
        row["word"]
        for row in taxonomy.table("performance_headers")
        if (row["kind"] == "header" and row["role"] in roles)
        or (row["kind"] == "label" and row["role"] in ("project", "body"))
    }
    words |= {row["word"] for row in taxonomy.table("table_headers") if row["role"] in ("index", "label")}
    words = {w for w in words if len(w) > 1}
    money = [r["word"] for r in taxonomy.table("performance_headers") if r["role"] in ("initial", "adjusted")]
    words |= {w for w in money if len(w) > 4}
    words |= {"部门(单位)名称", "单位(部门)名称", "预算部门(单位)名称", "项目(政策)名称"}
    loose = longest_of(words)
    # a header whose words stand without anything between them: budget, then outturn
    labels = [r["word"] for r in taxonomy.table("performance_headers") if r["role"] == "fund_head"]
    glued = "(?:(?:" + longest_of(labels) + r")(?:\([^()\n]{1,6}\))?)?"
    glued = "一级指标二级指标|" + glued
    glued += "(?:" + longest_of(money) + ")(?:" + longest_of(_outturn_words()) + ")"
    # a block of money that no other line opens: its label, then budget, then other words
    block = r"[^\n 。;,|]{1,20} (?:" + longest_of(money) + r")(?:\([^\n ()]{1,6}\))? (?=[一-鿿])"
    return re.compile(
        rf"\n[ ]{{0,8}}(?:(?:{loose}|一级 指标|项目 名称|三级 指标|序 号)(?=[ ]{{0,8}}\n|[ :][ ]?[一-鿿])|{glued}"
        rf"|(?P<money>{block}))"
    )


def unmarked_tables(folded: str) -> Iterator[Lines]:
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
        if match.lastgroup == "money":
            lines = _spaced_form(folded, start)
        elif folded[match.end() : end].strip():
            ways = [way for way in (_spaced(folded, start, end), _spaced_form(folded, start)) if way is not None]
            lines = max(ways, key=lambda way: way.end, default=None)
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
        cell = cell_at(folded, start, end)
        if cell.text:
            if "|" in cell.text or "\t" in cell.text or HEADING.match(cell.text):
                return
            if cell.text[0] in "表附" and CAPTION.fullmatch(cell.text):
                return
            blanks = 0
            yield cell
        else:
            blanks += 1
            if blanks > gap:
                return
        start = end + 1


def _form(folded: str, start: int) -> Lines | None:
    """Read a performance form of one cell a line that begins at `start`."""
    cells: list[Span] = []
    header = -1
    for cell in _tokens(folded, start, 30):
        if (
            cells
            and header < 0
            and not is_number(cell.text)
            and (cell.text in (cells[-1].text, cells[0].text) or word(cell.text).label == "project")
        ):
            return None
        cells.append(cell)
        if (
            len(cells) > 2
            and header < 0
            and word(cell.text).header in ("target", "weight", "actual", "initial", "adjusted", "final", "rate")
        ):
            header = next((i for i in range(max(0, len(cells) - 6), len(cells)) if header_length(cells, i) > 1), -1)
            header = header if header < 0 else len(cells)
        if len(cells) == 24 or header >= 0:
            break
    if header < 0 and not any(header_length(cells, i) for i in range(len(cells))):
        return None
    gaps = sum(folded.count("\n", a.end, b.start) > 1 for a, b in pairwise(cells))
    tokens = _unbroken(folded, _tokens(folded, start, 3000), gaps * 5 >= (len(cells) - 1) * 4)
    cells = []
    total = begun = 0
    for cell in tokens:
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
    return _whole(rows_of_cells(folded, cells) or rows_by_words(cells), start)


def _unbroken(folded: str, tokens: Iterator[Span], parted: bool) -> Iterator[Span]:
    """Join a cell that goes on in the next line: a broken word of forms, or words where blank lines part cells.

    Parameters
    ----------
    folded : str
        The text.
    tokens : iterator of Span
        Its lines.
    parted : bool
        Blank lines part the cells of the table.
    """
    held: Span | None = None
    for cell in tokens:
        if held is not None and folded.count("\n", held.end, cell.start) == 1:
            whole = continued(folded, held, cell, parted)
            if whole is not None:
                held = whole
                continue
        if held is not None:
            yield held
        held = cell
    if held is not None:
        yield held


def _whole(rows: list[list[Span]], start: int) -> Lines | None:
    rows = [row for row in rows if row]
    if len(rows) < 2 or not any(header_length(row, i) for row in rows for i in range(min(3, len(row)))):
        return None
    return Lines(rows, start, max(cell.end for cell in rows[-1]), "lines")


def _listed(folded: str, start: int) -> Lines | None:
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
        if numbered and cell.text == str(number) and ((number == 1 and not row) or len(row) > 1):
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
    if len(rows) < (3 if known < 2 else 2) or (not numbered and any(is_number(cell.text) for cell in row)):
        return None
    return Lines(rows, start, rows[-1][-1].end, "lines")


def _spaced(folded: str, start: int, end: int) -> Lines | None:
    """Read rows with blanks between the cells; only a line of header words proves them."""
    header = cut_cells(folded, start, end, " ")
    header = [cell for cell in header if cell.text]
    if len(header) > 16 or sum(bool(word(c.text).header or table_word(c.text).role) for c in header) < max(
        4, len(header) - 1
    ):
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
        cells = [cell for cell in cut_cells(folded, at, stop, " ") if cell.text]
        if len(cells) > 40 or len(cells) < 2 or HEADING.match(cells[0].text):
            break
        figures = sum(is_number(cell.text) for cell in cells)
        if not figures or not (any(is_number(c.text) for c in cells[-3:]) or word(cells[0].text).level):
            break
        rows.append(cells)
        last, at = stop, stop + 1
    return Lines(rows, start, last, "lines") if len(rows) > 1 else None


def _spaced_form(folded: str, start: int) -> Lines | None:
    """Read a performance form whose rows have blanks between the cells, or whose figures are glued.

    A line of header words proves it; lines that name the project may stand before, and parts of the money, indicators
    and the total follow.
    """
    rows: list[list[Span]] = []
    header: list[Span] = []
    last = start
    at = start
    size = len(folded)
    while at < size:
        stop = folded.find("\n", at)
        stop = size if stop < 0 else stop
        cells = _blank_cells(folded, at, stop)
        if not cells:
            break
        glued = _glued_header(cells[0]) if len(cells) == 1 else []
        cells = glued or cells
        if glued or _is_header(cells, folded, stop):
            header = cells
        elif not header:
            if len(rows) > 8 or not _precedes_form(cells, rows):
                break
        elif _is_total(rows[-1], header) and not any(word(_label(cells[0]))):
            break
        elif not _continues_form(cells, header):
            if not _goes_on(folded, stop, header):
                break
            if (remark := _remark_of(folded, rows[-1], cells, header)) is not None:
                rows[-1] = [*rows[-1][:-1], remark]
                last, at = stop, stop + 1
                continue
        elif (joined := _rejoined(folded, rows[-1], cells, header)) is not None:
            rows[-1] = joined
            last, at = stop, stop + 1
            continue
        rows.append(cells)
        last, at = stop, stop + 1
    return Lines(rows, start, last, "lines") if header and len(rows) > 1 else None


_LONGEST_LINE = 300
_MOST_CELLS = 24
_LONGEST_LABEL = 60


def _blank_cells(folded: str, start: int, end: int) -> list[Span]:
    """Return the cells of a line with blanks between them; none where it is too long for a row."""
    if end - start > _LONGEST_LINE:
        return []
    cells = [cell for cell in cut_cells(folded, start, end, " ") if cell.text]
    return cells if len(cells) <= _MOST_CELLS else []


def _precedes_form(cells: list[Span], rows: list[list[Span]]) -> bool:
    """Tell whether a line may stand between the beginning of a form and its first header."""
    if word(_label(cells[0])).label in _FORM_LABELS:
        return True
    named = bool(rows) and word(_label(rows[0][0])).label == "project"
    length = cells[-1].end - cells[0].start
    return named and len(cells) > 1 and length <= _LONGEST_LABEL and HEADING.match(cells[0].text) is None


def _is_total(row: list[Span], header: list[Span]) -> bool:
    """Tell whether a row is the total of the indicators, which ends a form."""
    return word(row[0].text).label == "total" and any(word(cell.text).header in _INDICATOR for cell in header)


_INDICATOR = frozenset(("level1", "level2", "level3", "name"))


def _goes_on(folded: str, end: int, header: list[Span]) -> bool:
    """Tell whether a form goes on behind a line that is no row of it: the next ones are a row or a header."""
    for _ in range(2):
        start, end = end + 1, folded.find("\n", end + 1)
        cells = _blank_cells(folded, start, end) if end > 0 else []
        if not cells or HEADING.match(cells[0].text):
            return False
        if len(cells) > 2 and (_is_header(cells, folded, end) or _continues_form(cells, header)):
            return True
    return False


def _remark_of(folded: str, before: list[Span], cells: list[Span], header: list[Span]) -> Span | None:
    """Return the remark at the end of a row with the rest of it, which stands on the next line."""
    left, right = before[-1], cells[0]
    if len(cells) > 1 or any(word(right.text)) or word(header[-1].text).header != "note" or before is header:
        return None
    if any(word(cell.text + right.text).level for cell in before):
        return None  # the rest of a level's name: 服务对象满意 ... 度指标
    if is_figure(left.text) or not _HAN_TAIL.search(left.text) or len(right.text) > len(left.text) + 1:
        return None
    return Span(folded[left.start : right.end], left.start, right.end)


_HAN_TAIL = re.compile("[一-鿿,、;]$")


def _rejoined(folded: str, before: list[Span], cells: list[Span], header: list[Span]) -> list[Span] | None:
    """Return a row that was broken inside its name, whole; None where the two lines are rows of their own."""
    if any(is_figure(cell.text) for cell in before) or any(word(cells[0].text)) or before is header:
        return None
    level = bool(word(before[0].text).level) and not any(word(before[-1].text))
    fits = len(header) - 2 <= len(before) + len(cells) - 1 <= len(header)
    whole = continued(folded, before[-1], cells[0], level and fits)
    return None if whole is None else [*before[:-1], whole, *cells[1:]]


_FORM_LABELS = frozenset(("project", "body", "meta", "fund_head", "fund_total", "fund_part"))


def _is_header(cells: list[Span], folded: str, end: int) -> bool:
    """Tell whether the cells of a line head a block; the block's label may stand before the words of the money."""
    if header_length(cells, 0) == len(cells):
        return True
    if len(cells) < 4 or header_length(cells[1:], 0) != len(cells) - 1:
        return False
    if word(cells[0].text).label == "fund_head":  # 项目资金(万元) 年初预算数 ...
        return True
    # a label that is not known: the total of the money stands below
    following = folded[end + 1 : end + 60].lstrip().partition(" ")[0]
    return not any(word(cells[0].text)) and word(following).label == "fund_total"


def _label(cell: Span) -> str:
    """Return the label that a line begins with: what stands before its colon, without 其中."""
    return cell.text.removeprefix("其中").lstrip(":").partition(":")[0]


def _continues_form(cells: list[Span], header: list[Span]) -> bool:
    """Tell whether a line goes on with a form: a known label or level first, and a figure or another label."""
    text = _label(cells[0])
    first = word(text)
    if first.label or first.level:
        return len(cells) > 1 or ":" in cells[0].text
    if is_number(cells[-1].text) or (len(cells) == 1 and _GLUED_ROW.fullmatch(text) is not None):
        return True
    if len(cells) == 1:  # a row whose cells are glued: it belongs to the form, though nothing parts it
        return text[-1] != "。" and _GLUED_LEVEL.match(text) is not None
    # a row whose levels are merged, or that has none
    named = any(word(cell.text).header in ("level3", "name") for cell in header)
    if not named or not len(header) > len(cells) - 2 > 0 or any(cell.text[-1] in ":。" for cell in cells):
        return False
    return any(is_figure(cell.text) for cell in cells[1:])


_GLUED_LEVEL = re.compile("(?:[一-鿿]{2,8}指标|(?:总分|合计))[^。;]{0,60}[0-9]")
_GLUED_ROW = re.compile(r"[一-鿿()]{2,12}[0-9.]+(?:[-—]+[0-9.]+)?%[0-9.]*[-—]*")


@cache
def _header_words() -> re.Pattern[str]:
    roles = ("initial", "adjusted", "final", "rate", "weight", "score", *_INDICATOR, "target", "actual", "note")
    words = [r["word"] for r in taxonomy.table("performance_headers") if r["kind"] == "header" and r["role"] in roles]
    return re.compile(longest_of(words))


@cache
def _glued_label() -> re.Pattern[str]:
    words = [r["word"] for r in taxonomy.table("performance_headers") if r["role"] == "fund_head"]
    return re.compile(r"(?:" + longest_of(words) + r")(?:\([^()]{1,6}\))?")


def _glued_header(cell: Span) -> list[Span]:
    """Cut a line that is header words without anything between them; empty where it is not."""
    cells: list[Span] = []
    at = 0
    label = _glued_label().match(cell.text)
    if label is not None and _header_words().match(cell.text, label.end()) is not None:
        cells.append(Span(label[0], cell.start, cell.start + label.end()))
        at = label.end()
    first = len(cells)
    while at < len(cell.text):
        match = _header_words().match(cell.text, at)
        if match is None:
            return []
        cells.append(Span(match[0], cell.start + at, cell.start + match.end()))
        at = match.end()
    return cells if len(cells) - first > 2 else []
