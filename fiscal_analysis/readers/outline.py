"""Lines to headings and paragraphs: Chinese heading numbers, with the defects that real disclosures have.

第一部分 · 一、 · （一） · 1. · (1) · ① are six ranks. Tolerated: a lost bracket (``三)``), a lost delimiter
(``2部门收支``), bullets in place of numbers, letter-spaced titles, a table of contents that repeats every heading. A
numbered line is a heading where it is short and no sentence; else it is a paragraph that begins with a number. A line
that lost its number, as those do that a word processor counts, is a heading where it ends as titles do and stands
between paragraphs; the numbers before and behind it tell its rank.
"""

from __future__ import annotations

import re

from fiscal_analysis.document import Heading, Paragraph
from fiscal_analysis.readers.heading_numbers import FIRST, MARKER, RANK

__all__ = ["read_lines"]

_ASIDE = re.compile(r"\([^()]{0,80}\)")
_LOST = re.compile(r"[0-9]{1,2}(?:年|月|日|个|家|项|万|亿|元|%|人|名|次|户|辆|场|批)")
_FIGURE = re.compile(r"[0-9](?:[0-9,.]*) ?(?:万|亿|元|%|家|个|户|项|人|分)")
_LONGEST_TITLE = 48
_LONGEST_HEADING = 2 * _LONGEST_TITLE + 12
_DIGIT = re.compile(r"[0-9两]|[二三四五六七八九十百千]+[余多]?[家户]|[十百千]亿")
_SPACED = re.compile(r"(?<=[一-鿿]) +(?=[一-鿿])")
_DOTS = re.compile(r"[\s.…·]+[0-9]*$")
_CONTENTS = frozenset(("目录", "目次"))
_STOP = frozenset("。;:!?")
_TITLED = re.compile(
    '(?![^的]{0,12}[如以]下)[一-鿿0-9“”"()、]{0,36}'
    "(?:[一-鿿”)]情况|[一-鿿”)](?<!填表)(?<!填报)说明|主要内容|名词解释|概况|工作任务|绩效目标)"
)
_TITLE_ENDS = frozenset("况明容释务标")
_SENTENCE = re.compile("[,。;]")
_NUMERALS = "零一二三四五六七八九十"
_BELOW = 7  # the rank of a title without a number below the numbered ones
_AHEAD = 60  # lines to the next number

Line = tuple[int, str]  # offset, stripped text


def read_lines(lines: list[str], tables: list[tuple[int, int]]) -> tuple[list[Heading], list[Paragraph]]:
    """Return the headings and the paragraphs of folded lines, tables left out.

    Parameters
    ----------
    lines : list of str
        The text's lines, half-width, none broken in two.
    tables : list of (start, end)
        Spans that are tables, in order.
    """
    filled = _filled(lines, tables)
    skip_until = _contents_end(filled)
    outline: list[Heading] = []
    paragraphs = [Paragraph(at, at + len(line), line, -1) for at, line in filled[:skip_until] if _DIGIT.search(line)]
    titles: tuple[str, ...] = ()
    ranks: tuple[int, ...] = ()
    section = -1
    add, first, new = paragraphs.append, FIRST, tuple.__new__
    for index in range(skip_until, len(filled)):
        start, line = filled[index]
        # a line that is longer than a title and its asides can be is not looked at twice, nor is a plain sentence
        if line[0] in first and len(line) <= _LONGEST_HEADING and ("," not in line or "(" in line):
            heading = _heading(line)
        else:
            heading = None
        if heading is None and line[-1] in _TITLE_ENDS and _stands_as_title(filled, index):
            heading = _unnumbered(filled, index, outline, ranks)
        if heading is not None:
            rank, number, title = heading
            while ranks and ranks[-1] >= rank:
                ranks, titles = ranks[:-1], titles[:-1]
            ranks += (rank,)
            titles += (title,)
            outline.append(new(Heading, (rank, number, title, start, start + len(line), titles)))
            section += 1
            if _FIGURE.search(title) is None:
                continue
        add(new(Paragraph, (start, start + len(line), line, section, ())))
    return outline, paragraphs


def _filled(lines: list[str], tables: list[tuple[int, int]]) -> list[Line]:
    """Return (offset, stripped line) of the lines with text, outside tables."""
    found: list[Line] = []
    begin = 0
    queue = iter(tables)
    none = (1 << 62, 1 << 62)
    table_start, table_end = next(queue, none)
    for line in lines:
        end = begin + len(line)
        if end > table_start:
            while table_end <= begin:
                table_start, table_end = next(queue, none)
            if table_start < end:
                begin = end + 1
                continue
        if line:
            stripped = line.strip()
            if stripped:
                found.append((begin if stripped[0] == line[0] else begin + line.index(stripped[0]), stripped))
        begin = end + 1
    return found


def _heading(line: str) -> tuple[int, str, str] | None:
    """Return (rank, number, title) where the line is a heading."""
    if ("," in line or ";" in line) and "(" not in line:
        return None  # a sentence, as most numbered lines are
    match = MARKER.match(line)
    if match is None:
        return None
    kind = match.lastgroup or ""
    title = line[match.end() :].strip()
    if not title or len(title) > _LONGEST_TITLE * 2:
        return None
    bare = _ASIDE.sub("", title) if "(" in title else title
    if len(bare) > _LONGEST_TITLE or _is_sentence(bare):
        return None
    if kind == "r8" and (_LOST.match(line) is not None or len(bare) > 30 or bare[-1] in _STOP):
        return None
    if kind in ("r5", "r6", "r4") and bare and bare[-1] == ";":
        return None
    title = title.rstrip("。:")
    return RANK[kind], match[0].strip(), _SPACED.sub("", title) if " " in title else title


def _stands_as_title(lines: list[Line], index: int) -> bool:
    """Tell whether a line without a number is a title: it ends as titles do, and prose or a heading follows."""
    line = lines[index][1]
    if index + 1 == len(lines) or len(line) > _LONGEST_TITLE or _TITLED.fullmatch(line) is None:
        return False
    if index and _SENTENCE.search(lines[index - 1][1]) is not None and lines[index - 1][1][-1] not in _STOP:
        return False  # the end of a sentence that goes over two lines
    following = lines[index + 1][1]
    if _SENTENCE.search(following) is not None and (len(following) > len(line) or following[-1] == ":"):
        return True
    return following[0] in FIRST and len(following) <= _LONGEST_HEADING and _heading(following) is not None


def _unnumbered(
    lines: list[Line], index: int, outline: list[Heading], ranks: tuple[int, ...]
) -> tuple[int, str, str] | None:
    """Return (rank, number, title) of a title without a number, None where its rank would close a part."""
    title = lines[index][1]
    ahead = None
    for _, line in lines[index + 1 : index + _AHEAD]:
        if line[0] in FIRST and len(line) <= _LONGEST_HEADING and (ahead := _heading(line)) is not None:
            break
    rank = _BELOW
    if ahead is not None:
        value = _value(ahead[1])
        if value == 1:
            rank = ahead[0] - 1
        elif (above := next((h for h in reversed(outline) if h.level == ahead[0]), None)) is not None:
            # 三、 ... 五、: the title between them is the fourth
            rank = ahead[0] if ahead[0] in ranks and _value(above.number) == value - 2 else _BELOW
    if rank < 2:
        return None
    return rank, "", title


def _value(number: str) -> int:
    """Return the number that a heading begins with, 0 where it is none (a bullet)."""
    digits = "".join(letter for letter in number if letter in _NUMERALS or letter.isdigit())
    if digits.isascii():
        return int(digits or 0)
    tens, ten, ones = digits.rpartition("十")
    return (10 * (_NUMERALS.find(tens) if tens else 1) if ten else 0) + max(0, _NUMERALS.find(ones) if ones else 0)


def _is_sentence(title: str) -> bool:
    if "," in title or ";" in title:
        return True
    inner = title[:-1]
    return "。" in inner or "!" in inner or "?" in inner


def _contents_end(lines: list[Line]) -> int:
    """Return the index of the first line behind a table of contents, 0 where there is none."""
    marks = (i for i, (_, line) in enumerate(lines[:60]) if line[0] == "目" and line.replace(" ", "") in _CONTENTS)
    index = next(marks, -1)
    if index < 0 or index + 1 == len(lines):
        return 0
    opening = lines[index + 1][1]
    first = _bare_title(opening)
    for later in range(index + 2, min(len(lines), index + 152)):
        if lines[later][1][0] == opening[0] and _bare_title(lines[later][1]) == first:
            return later
    later = index + 1
    while later < len(lines) and lines[later][1][0] in FIRST and len(lines[later][1]) <= _LONGEST_TITLE:
        later += 1
    return later


def _bare_title(line: str) -> str:
    return _DOTS.sub("", line[-200:] if len(line) > 200 else line).replace(" ", "")
