"""Statement tables whose source marks neither rows nor cells: one cell a line, or rows with blanks between the cells.

A title line (…决算表, …预算表, …总表) followed by header words proves the table; without a title, lines that each begin
with a code and end with figures do. Everything else is prose or a table of contents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fiscal_analysis.readers.header_words import statement_column, statement_row
from fiscal_analysis.readers.plain.line_cells import HEADING, PAGE_NUMBER, Lines, Span, cell_at, is_number

__all__ = ["plain_statements"]

_TITLE = re.compile(
    r"(?!.*(?:绩效|自评|评价|评分|目标))(?:附?[表件]?[0-9一二三四五六七八九十]{1,3}:)?[^\n。;,:|\t]{0,30}(?:决算|预算|收支|收入|支出|经费|拨款|采购)"
    r"[^\n。;,:|\t]{0,24}表(?:\([^\n()]{1,16}\))?(?:(?:金额)?单位:(?:人民币)?[亿万千]?元)?"
)
# what stands between a title and the header: the table's number, the body, the year, the unit
_NUMBER = (
    r"(?=.*表)\(?(?:部门|单位)?(?:公开|财决|预算|决算|附){0,3}"
    r"表?[0-9一二三四五六七八九十]{1,3}(?:-[0-9]{1,2})?表?\)?"
)
_BESIDE = re.compile(
    rf"{_NUMBER}|(?:{_NUMBER})?.{{0,14}}(?:单位|部门|编制单位)(?:名称)?:.*|.*单位:(?:人民币)?[亿万千]?元.{{0,8}}"
    r"|(?:19|20)[0-9]{2}年度?"
)
_PAGE_TURN = re.compile(rf"{PAGE_NUMBER.pattern}|{_BESIDE.pattern}")
_CODED = re.compile(
    r"\n\f? {0,12}[23][0-9]{2}(?:[0-9]{2}){0,2} {1,8}[一-鿿“][^\n0-9|\t]{1,40}? {1,8}[-0-9][-0-9,. ]*(?=\n)"
)
_NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.]|[(][一二三四五六七八九十]{1,3}[)]|[0-9]{1,2}[.、](?![0-9])|其中)"
)
_MARK = re.compile(r"[0-9]{1,2}[.、]|[(][一二三四五六七八九十0-9]{1,2}[)]|[一二三四五六七八九十]{1,3}、")
_NOTE = re.compile(r"注\s?[:：]|说明\s?[:：]|备注\s?[:：]")
_CODE = re.compile(r"[235][0-9]{2}(?:[0-9]{2}){0,2}")
_PART = re.compile("[0-9]{2}")
_DIGIT = re.compile("[0-9]")
_LONGEST_LINE = 160
_LONGEST_NAME = 34
_LONGEST_HEADER = 24
_MOST_LETTERS = 12  # of a word whose letters stand apart
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
            if start >= floor and end - start <= 80 and _TITLE.fullmatch("".join(folded[start:end].split())):
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
    header: list[list[Span]] = []
    rows: list[list[Span]] = []
    single = 0
    repeated = {folded[folded.rfind("\n", 0, at) + 1 : at].strip()}  # at the top of each page
    for start, end in _lines(folded, at):
        if end - start > _LONGEST_LINE or "|" in folded[start:end] or "\t" in folded[start:end]:
            break
        whole = cell_at(folded, start, end)
        if not rows:
            if _BESIDE.fullmatch("".join(whole.text.split())):
                continue
            if not header and whole.text[-1] in "表明。;":
                return None  # a list of contents, or prose
            words = _header(folded, start, end)
            if words and (header or any(_known(word) for word in words)) and len(header) < _MOST_HEADERS:
                header.append(words)
                if len(words) > 2:
                    repeated.add(whole.text)
                continue
            if not header:
                return None
            header, above = _trimmed(header)
            if sum(_known(word) for words in header for word in words) < 2:
                return None
            rows += above
        elif whole.text in repeated or (len(whole.text) < 60 and _PAGE_TURN.fullmatch(whole.text) is not None):
            continue  # a page ends within the table
        cells = _cells(folded, start, end)
        if not _is_row(cells, whole.text):
            break
        single += len(cells) == 1
        rows.append(cells)
    if not rows:
        return None
    begin = header[0][0].start
    header = _repaired(folded, header)
    if single > 4 and single * 3 > len(rows) * 2:
        words, cells = [word for words in header for word in words], [cell for row in rows for cell in row]
        if all(len(words) == 1 for words in header):
            header, rows = [], _cut(words, cells)
        else:
            rows = _cut([], cells)
    rows = header + rows
    if len(rows) < 2 or not any(is_number(cell.text) for row in rows for cell in row):
        return None
    return Lines(rows, begin, max(cell.end for row in rows for cell in row), "lines")


def _known(word: Span) -> bool:
    return statement_column(word.text).role != ""


def _header(folded: str, start: int, end: int) -> list[Span]:
    """Return the words of a line of headers, letters with blanks between put together; empty where it is none."""
    parts = [
        Span(match[0], start + match.start(), start + match.end())
        for match in re.finditer(r"[^ \f]+", folded[start:end])
    ]
    if any(is_number(part.text) or part.text[-1] in "。;:、" or len(part.text) > _LONGEST_HEADER for part in parts):
        return []
    if all(map(_known, parts)):
        return parts
    words: list[Span] = []
    at = 0
    while at < len(parts):
        # the longest run of parts that is a word
        for stop in range(min(len(parts), at + _MOST_LETTERS), at, -1):
            word = Span(folded[parts[at].start : parts[stop - 1].end], parts[at].start, parts[stop - 1].end)
            if stop == at + 1 or (_known(word) and not _DIGIT.search(word.text)):
                words.append(word)
                at = stop
                break
    return words


def _trimmed(header: list[list[Span]]) -> tuple[list[list[Span]], list[list[Span]]]:
    """Part the lines of headers from lines behind them that hold none: names of rows whose figures follow."""
    last = max((i for i, words in enumerate(header) if any(map(_known, words))), default=-1)
    return header[: last + 1], header[last + 1 :]


def _repaired(folded: str, header: list[list[Span]]) -> list[list[Span]]:
    """Put words together that a line's end cuts in two: the last of a line and the only one of the next."""
    rows: list[list[Span]] = []
    for words in header:
        if rows and (len(words) == 1 or len(rows[-1]) == 1):
            last, first = rows[-1][-1], words[0]
            whole = Span(folded[last.start : first.end], last.start, first.end)
            if _known(whole) and not (_known(last) and _known(first)):
                rows[-1] = [*rows[-1][:-1], whole, *words[1:]]
                continue
        rows.append(words)
    if sum(len(words) == 1 for words in rows) > 1 and any(len(words) > 1 for words in rows):
        return [[word for words in rows for word in words]]  # what stands in one line is no row of the header
    return rows


def _is_row(cells: list[Span], text: str) -> bool:
    """Tell whether a line may belong to a statement: figures, codes, and short names."""
    if _NOTE.match(text):
        return False
    if any(is_number(cell.text) for cell in cells):
        names = [cell for cell in cells if not is_number(cell.text)]
        return all(len(cell.text) <= _LONGEST_NAME for cell in names) and "。" not in text
    if statement_column(text).role or all(statement_row(cell.text).role for cell in cells):
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
            and (numbered or (not is_number(cells[-1].text) and _same_name(folded, cells[-1], here)))
        ):
            before = cells.pop()
            here = Span(folded[before.start : here.end], before.start, here.end)
        cells.append(here)
    return cells


def _same_name(folded: str, left: Span, right: Span) -> bool:
    """Tell whether two words with a blank between them are one cell."""
    if len(right.text) == 1 and folded[left.end - 2 : left.end - 1] in " \n" and right.text not in "类款项":
        return True  # letters that stand apart
    if _NUMBERED.match(right.text) or statement_column(left.text).role or statement_column(right.text).role:
        return False
    if statement_row(left.text).role and statement_row(right.text).role:
        return False
    return right.start - left.end < 3


def _cut(header: list[Span], cells: list[Span]) -> list[list[Span]]:
    """Cut cells of one a line into rows: header words, then a row at each code or name behind figures."""
    first = next((i for i, cell in enumerate(cells) if is_number(cell.text) and not _begins(cells, i)), len(cells))
    behind = next((i for i in range(first, len(cells)) if not is_number(cells[i].text)), len(cells))
    if not first and behind < len(cells) and len(header) > 2:
        header, cells = header[:-1], [header[-1], *cells]  # 合计, or 栏次: the name of the first row
    rows = [header]
    row: list[Span] = []
    for i, cell in enumerate(cells):
        named = any(not is_number(c.text) for c in row)
        if row and (_begins(cells, i) or (not is_number(cell.text) and named)):
            rows.append(row)
            row = []
        row.append(cell)
    if row:
        rows.append(row)
    return [row for row in rows if row]


def _begins(cells: list[Span], at: int) -> bool:
    """Tell whether a cell is the code before a name, whole or the first of its parts."""
    if _CODE.fullmatch(cells[at].text) is None:
        return False
    following = at + 1
    while following < len(cells) and following < at + 3 and _PART.fullmatch(cells[following].text) is not None:
        following += 1
    return following < len(cells) and not is_number(cells[following].text)
