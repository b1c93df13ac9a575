"""Statement tables whose source marks neither rows nor cells: one cell a line, or rows with blanks between the cells.

A title line (…决算表, …预算表, …总表) followed by header words proves the table; without a title, lines that each begin
with a code and end with figures do. Everything else is prose or a table of contents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fiscal_analysis.readers.header_words import statement_column, statement_row
from fiscal_analysis.readers.plain.line_cells import HEADING, Lines, Span, cell_at, is_number

__all__ = ["plain_statements"]

_TITLE = re.compile(
    r"[^\n。;,:|\t]{0,30}(?:决算|预算|收支|收入|支出|经费|拨款)[^\n。;,:|\t]{0,24}表(?:\([^\n()]{1,16}\))?"
)
_BESIDE = re.compile(
    r"(?:公开|财决|预算)?\s?[0-9]{2}\s?表|.{0,14}(?:单位|部门|编制单位)(?:名称)?\s?:.*|.*单位\s?:\s?(?:人民币)?[亿万千]?元.{0,8}"
)
_CODED = re.compile(
    r"\n\f? {0,12}[23][0-9]{2}(?:[0-9]{2}){0,2} {1,8}[一-鿿“][^\n0-9|\t]{1,40}? {1,8}[-0-9][-0-9,. ]*(?=\n)"
)
_NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.]|[(][一二三四五六七八九十]{1,3}[)]|[0-9]{1,2}[.、](?![0-9])|其中)"
)
_MARK = re.compile(r"[0-9]{1,2}[.、]|[(][一二三四五六七八九十0-9]{1,2}[)]|[一二三四五六七八九十]{1,3}、")
_NOTE = re.compile(r"注\s?[:：]|说明\s?[:：]|备注\s?[:：]")
_CODE = re.compile(r"[235][0-9]{2}(?:[0-9]{2}){0,2}")
_LONGEST_LINE = 160
_LONGEST_NAME = 34
_MOST_HEADERS = 30


def plain_statements(folded: str) -> Iterator[Lines]:
    """Read statements of one cell a line without a mark, and of rows with blanks between the cells."""
    at = folded.find("表")
    floor = 0
    size = len(folded)
    while at >= 0:
        after = at + 1
        if after < size and folded[after] in "\n( ":
            start = folded.rfind("\n", floor, at) + 1
            end = folded.find("\n", at)
            end = size if end < 0 else end
            if start >= floor and end - start <= 80 and _TITLE.fullmatch(folded[start:end].strip()):
                lines = _statement(folded, end)
                if lines is not None:
                    yield lines
                    floor = after = lines.end
        at = folded.find("表", after)
    yield from _coded(folded)


def _coded(folded: str) -> Iterator[Lines]:
    """Read runs of lines that each begin with a code, a name, and end with figures, where no title was found."""
    rows: list[list[Span]] = []
    for match in _CODED.finditer(folded):
        row = _cells(folded, match.start() + 1, match.end())
        if rows and folded[rows[-1][-1].end : match.start()].strip():
            if len(rows) > 2:
                yield Lines(rows, rows[0][0].start, rows[-1][-1].end, "lines")
            rows = []
        rows.append(row)
    if len(rows) > 2:
        yield Lines(rows, rows[0][0].start, rows[-1][-1].end, "lines")


def _lines(folded: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the filled lines behind `at`, up to a gap of several blank ones."""
    size = len(folded)
    blanks = 0
    start = at + 1
    while start < size:
        end = folded.find("\n", start)
        end = size if end < 0 else end
        if folded[start : min(end, start + 200)].strip():
            blanks = 0
            yield start, end
        else:
            blanks += 1
            if blanks > 3:
                return
        start = end + 1


def _statement(folded: str, at: int) -> Lines | None:
    """Read the statement whose title ends at `at`; None where no header words and figures follow."""
    rows: list[list[Span]] = []
    single: list[Span] = []
    headers = 0
    begin = -1
    body = False
    for start, end in _lines(folded, at):
        if end - start > _LONGEST_LINE or "|" in folded[start:end] or "\t" in folded[start:end]:
            break
        whole = cell_at(folded, start, end)
        if begin < 0:
            if _BESIDE.fullmatch(whole.text):
                continue
            if whole.text[-1] in "表明。;":
                return None  # a list of contents, or prose
        cells = _cells(folded, start, end)
        if not body:
            known = sum(bool(statement_column(cell.text).role) for cell in cells)
            if known == len(cells) and headers < _MOST_HEADERS:
                begin = whole.start if begin < 0 else begin
                headers += known
                if len(cells) == 1:
                    single += cells
                else:
                    rows.append(cells)
                continue
            if headers < 2:
                return None
            body = True
        if not _is_row(cells, whole.text):
            break
        if len(cells) == 1:
            single += cells
        else:
            if single and rows and len(single) < 3:
                rows.extend([cell] for cell in single)
                single = []
            rows.append(cells)
    if len(single) > 4 and len(single) > 2 * len(rows):
        rows = _cut(single)
    if len(rows) < 2 or not any(is_number(cell.text) for row in rows for cell in row):
        return None
    return Lines(rows, begin, max(cell.end for row in rows for cell in row), "lines")


def _is_row(cells: list[Span], text: str) -> bool:
    """Tell whether a line may belong to a statement: figures, codes, and short names."""
    if _NOTE.match(text):
        return False
    if any(is_number(cell.text) for cell in cells):
        names = [cell for cell in cells if not is_number(cell.text)]
        return all(len(cell.text) <= _LONGEST_NAME for cell in names) and "。" not in text
    if statement_row(text).role or statement_column(text).role:
        return True
    if text[-1] in "。;:" or len(cells) > 4 or len(text) > 2 * _LONGEST_NAME:
        return False
    if HEADING.match(text) and not text.endswith(("支出", "收入", "事务", "结余")):
        return False
    return len(text) <= _LONGEST_NAME and "表" not in text


def _cells(folded: str, start: int, end: int) -> list[Span]:
    """Return the cells of a line: words and figures between blanks and page breaks, the blanks within a name kept."""
    cells: list[Span] = []
    for match in re.finditer(r"[^ \f]+", folded[start:end]):
        text = match[0]
        here = Span(text, start + match.start(), start + match.end())
        numbered = bool(cells) and _MARK.fullmatch(cells[-1].text) is not None
        if (
            cells
            and not is_number(text)
            and (numbered or (not is_number(cells[-1].text) and _same_name(cells[-1], here)))
        ):
            before = cells.pop()
            here = Span(folded[before.start : here.end], before.start, here.end)
        cells.append(here)
    return cells


def _same_name(left: Span, right: Span) -> bool:
    """Tell whether two words with a blank between them are one cell."""
    if _NUMBERED.match(right.text) or statement_column(left.text).role or statement_column(right.text).role:
        return False
    if statement_row(left.text).role and statement_row(right.text).role:
        return False
    return right.start - left.end < 3


def _cut(cells: list[Span]) -> list[list[Span]]:
    """Cut cells of one a line into rows: header words, then a row at each code or name behind figures."""
    rows: list[list[Span]] = []
    at = 0
    while at < len(cells) and statement_column(cells[at].text).role and not _NUMBERED.match(cells[at].text):
        following = cells[at + 1].text if at + 1 < len(cells) else ""
        if is_number(following) and not _CODE.fullmatch(following) and len({c.text for c in cells[:at]}) > 2:
            if statement_row(cells[at].text).role:
                break  # a label before its figure names a row
        at += 1
    rows.append(cells[:at])
    row: list[Span] = []
    for i, cell in enumerate(cells[at:], at):
        number = is_number(cell.text)
        following = cells[i + 1].text if i + 1 < len(cells) else ""
        code = _CODE.fullmatch(cell.text) is not None and following != "" and not is_number(following)
        named = any(not is_number(c.text) for c in row)
        if row and (code or (not number and named)):
            rows.append(row)
            row = []
        row.append(cell)
    if row:
        rows.append(row)
    return rows
