"""Lines to headings and paragraphs: Chinese heading numbers, with the defects that real disclosures have.

第一部分 · 一、 · （一） · 1. · (1) · ① are six ranks. Tolerated: a lost bracket (``三)``), a lost delimiter (``2部门收支``),
bullets in place of numbers, letter-spaced titles, a table of contents that repeats every heading. A numbered line is a
heading where it is short and no sentence; else it is a paragraph that begins with a number.

Text whose lines are wrapped at a fixed width is joined again; each paragraph then knows where its pieces stood.
"""

from __future__ import annotations

import re
from collections import Counter

from fiscal_analysis.document import Heading, Paragraph

__all__ = ["read_lines"]

_CN = "一二三四五六七八九十"
_MARKER = re.compile(
    rf"(?P<r1>第[{_CN}]+(?:部分|章|篇|节)[、:. ]*)"
    rf"|(?P<r2>[{_CN}]{{1,3}} ?[、.．](?! ?[0-9]))"
    rf"|(?P<r3>\(?[{_CN}]{{1,3}}\)[、.]?)"
    r"|(?P<r4>[0-9]{1,2} ?[、.．](?![0-9]))"
    r"|(?P<r5>\([0-9]{1,2}\)|[0-9]{1,2}\))"
    r"|(?P<r6>[①-⑳])"
    r"|(?P<r7>[•■●◆▪] *)"
    r"|(?P<r8>[0-9]{1,2}(?=[一-鿿]{4}))"
)
_FIRST = frozenset(f"第(•■●◆▪0123456789{_CN}①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_RANK = {"r1": 1, "r2": 2, "r3": 3, "r4": 4, "r5": 5, "r6": 6, "r7": 2, "r8": 4}
_ASIDE = re.compile(r"\([^()]{0,80}\)")
_SENTENCE = re.compile(r"[。;,!?](?!$)|[,;]$")
_LOST = re.compile(r"[0-9]{1,2}(?:年|月|日|个|家|项|万|亿|元|%|人|名|次|户|辆|场|批)")
_FIGURE = re.compile(r"[0-9](?:[0-9,.]*) ?(?:万|亿|元|%|家|个|户|项|人|分)")
_LONGEST_TITLE = 48
_DIGIT = re.compile(r"[0-9两]|[二三四五六七八九十百千]+[余多]?[家户]|[十百千]亿")
_PAGE = re.compile(r"\s*(?:[-—─–]+ ?[0-9]{1,4} ?[-—─–]+|第 ?[0-9]{1,4} ?页(?: ?共 ?[0-9]{1,4} ?页)?|[0-9]{1,3})\s*$")
_SPACED = re.compile(r"(?<=[一-鿿]) +(?=[一-鿿])")
_STOP = frozenset("。;:!?")


def read_lines(folded: str, tables: list[tuple[int, int]]) -> tuple[list[Heading], list[Paragraph]]:
    """Return the headings and the paragraphs of folded text, tables left out.

    Parameters
    ----------
    folded : str
        The text, half-width.
    tables : list of (start, end)
        Spans that are tables, in order.
    """
    lines = _lines(folded, tables)
    width = _wrap_width(lines)
    if width:
        lines_joined = _unwrap(lines, width)
    else:
        lines_joined = [(start, line, ()) for start, line in lines]
    skip_until = _contents_end(lines_joined)
    outline: list[Heading] = []
    paragraphs: list[Paragraph] = []
    stack: list[tuple[int, str]] = []
    for index, (start, line, breaks) in enumerate(lines_joined):
        if line[0] in _FIRST and index >= skip_until:
            heading = _heading(line)
            if heading is not None:
                rank, number, title = heading
                while stack and stack[-1][0] >= rank:
                    stack.pop()
                stack.append((rank, title))
                outline.append(
                    Heading(rank, number, title, start, start + len(line), tuple([name for _, name in stack]))
                )
                if not _FIGURE.search(title):
                    continue
        if _DIGIT.search(line) is None:
            if index < skip_until:
                continue
        paragraphs.append(Paragraph(start, _end(start, line, breaks), line, len(outline) - 1, breaks))
    return outline, paragraphs


def _end(start: int, line: str, breaks: tuple[tuple[int, int], ...]) -> int:
    if not breaks:
        return start + len(line)
    at, source = breaks[-1]
    return source + len(line) - at


def _lines(folded: str, tables: list[tuple[int, int]]) -> list[tuple[int, str]]:
    """Return (offset, stripped line) of the lines with text, outside tables."""
    lines: list[tuple[int, str]] = []
    position = 0
    queue = iter(tables)
    table = next(queue, None)
    for line in folded.split("\n"):
        begin, position = position, position + len(line) + 1
        while table is not None and table[1] <= begin:
            table = next(queue, None)
        if table is not None and table[0] < position - 1 and begin < table[1]:
            continue
        stripped = line.strip()
        if stripped:
            lines.append((begin + line.index(stripped[0]) if line[0] != stripped[0] else begin, stripped))
    return lines


def _heading(line: str) -> tuple[int, str, str] | None:
    """Return (rank, number, title) where the line is a heading."""
    match = _MARKER.match(line)
    if match is None:
        return None
    kind = match.lastgroup or ""
    title = line[match.end() :].strip()
    if not title or len(title) > _LONGEST_TITLE * 2:
        return None
    bare = _ASIDE.sub("", title) if "(" in title else title
    if len(bare) > _LONGEST_TITLE or _SENTENCE.search(bare) is not None:
        return None
    if kind == "r8" and (_LOST.match(line) is not None or len(bare) > 30 or bare[-1] in _STOP):
        return None
    if kind in ("r5", "r6", "r4") and bare[-1] in ";；":
        return None
    return _RANK[kind], match[0].strip(), _SPACED.sub("", title.rstrip("。:"))


def _contents_end(lines: list[tuple[int, str, tuple[tuple[int, int], ...]]]) -> int:
    """Return the index of the first line behind a table of contents, 0 where there is none."""
    for index, (_, line, _) in enumerate(lines[:60]):
        if line.replace(" ", "") in ("目录", "目次"):
            break
    else:
        return 0
    first: str | None = None
    for later in range(index + 1, len(lines)):
        text = _bare_title(lines[later][1])
        if first is None:
            first = text
        elif text == first:
            return later
        if later > index + 150:
            break
    later = index + 1
    while later < len(lines) and lines[later][1][0] in _FIRST and len(lines[later][1]) <= _LONGEST_TITLE:
        later += 1
    return later


def _bare_title(line: str) -> str:
    return re.sub(r"[\s.…·]+[0-9]*$", "", line).replace(" ", "")


def _wrap_width(lines: list[tuple[int, str]]) -> int:
    """Return the width at which the lines are wrapped, 0 where they are not.

    Wrapped text shows many lines of nearly the greatest length that end in the middle of a sentence.
    """
    lengths = [len(line) for _, line in lines]
    if len(lengths) < 8:
        return 0
    counts = Counter(n for n in lengths if n >= 18)
    if not counts:
        return 0
    longest = max(counts)
    if longest > 90:
        return 0
    near = [line for _, line in lines if longest - 3 <= len(line) <= longest]
    if len(near) < max(4, len(lines) // 5):
        return 0
    open_ended = sum(1 for line in near if line[-1] not in _STOP)
    return longest if open_ended * 10 >= len(near) * 7 else 0


def _unwrap(lines: list[tuple[int, str]], width: int) -> list[tuple[int, str, tuple[tuple[int, int], ...]]]:
    """Join the lines of each paragraph; a full line goes on in the next one unless a heading number begins there."""
    joined: list[tuple[int, str, tuple[tuple[int, int], ...]]] = []
    start = -1
    text = ""
    breaks: list[tuple[int, int]] = []
    full = False
    for offset, line in lines:
        if full and _PAGE.match(line) is not None:
            continue
        marked = line[0] in _FIRST and (match := _MARKER.match(line)) is not None and match.lastgroup != "r8"
        if full and not (marked and text[-1] in _STOP):
            breaks.append((len(text), offset))
            text += line
        else:
            if text:
                joined.append((start, text, tuple(breaks) if len(breaks) > 1 else ()))
            start, text, breaks = offset, line, [(0, offset)]
        full = len(line) >= width - 3
    if text:
        joined.append((start, text, tuple(breaks) if len(breaks) > 1 else ()))
    return joined
