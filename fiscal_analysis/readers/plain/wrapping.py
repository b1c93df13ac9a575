"""Which line ends of a plain text break a line in two, and which end it.

Two things tell. A whole text that was wrapped at a width, as PDF text is, shows many lines of nearly the same greatest
length that end in the middle of a sentence: there each full line goes on in the next. An excerpt is too short for that:
there a line end is taken out where the words on both sides prove it (a number cut in two, a unit or a comma that begins
a line, or prose without a full stop that goes on in a line no longer than itself).

A line that begins with a heading's number, a TAB or a bar begins something new. Page numbers between two parts of a
sentence are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from fiscal_analysis.readers.header_words import word_pairs
from fiscal_analysis.readers.heading_numbers import marker_rank

__all__ = ["Join", "Wrap", "broken_lines", "find_wrap", "may_be_wrapped", "pieces_of", "wrapped_lines"]

Join = tuple[int, int]  # end of a line, start of the line that goes on with it

_STOP = frozenset("。;:!?；：！？")
_BLANK = frozenset(" \t\u3000\xa0")
_PAGE = re.compile(
    r"\s*(?:[-—─–·~]+ ?[0-9]{1,4} ?[-—─–·~]+|[0-9]{1,4}/[0-9]{1,4}"
    r"|第 ?[0-9]{1,4} ?页[,/]?(?: ?共 ?[0-9]{1,4} ?页)?)\s*"
)
_NEW_PAGE = "\f"
_ENDS_NUMBER = frozenset("0123456789 ")
_BARE_PAGE = re.compile(r"\s*[0-9]{1,3}\s*")
_NARROWEST, _WIDEST = 18, 100  # characters of a line of print
_LONGEST_WORD = 16
_LEVEL_MARKS = ("(类)", "(款)", "(项)")  # never begin a line of their own
_NUMBER = re.compile(r"\f?([0-9][0-9,]*(?:\.[0-9]+)?%?) ?(?=[万亿千]?元|%|[家个人户项辆])")
_CENTRED = " " * 9  # more than the indent of a paragraph
_LOOSE = 6  # columns by which a full line of PDF text may stay short of the width: three Chinese characters
_CUT_UNIT = frozenset("万亿千元家个户项人名辆台套批次场件篇分亩%％‰.．")
_GOES_ON = frozenset(",，。;；、)）%％”》】")
_DIGITS = frozenset("0123456789０１２３４５６７８９")
_YEAR = re.compile("[12][0-9]{3} ?年")
_LEADER = re.compile(r"[.·…]{4}")  # dots of a table of contents
_CLAUSE = re.compile("[,。;]")
_CLAUSE_MARK = re.compile("[，。；：、;:]|,(?![0-9]{3})")
_ROW_GAPS = 5
_PUNCTUATION = re.compile(r"[;:()]|,(?![0-9])")
_HAN = re.compile("[一-鿿]")


class Wrap(NamedTuple):
    """The width that a text's lines were cut at: in characters, or in columns (a Chinese character takes two).

    A line is full where it is at most `slack` short of `width`.
    """

    width: int
    columns: bool
    slack: int


def columns(line: str) -> int:
    """Return how many columns a line takes in a fixed-width print: two for each character that is not ASCII."""
    return 2 * len(line) - len(line.encode("ascii", "ignore")) - line.startswith(_NEW_PAGE)


def _has_gaps(line: str) -> bool:
    """Tell whether blanks lay a line out: the row of a table, a centred title. Its width is not that of the text."""
    if "\t" in line and line.count("\t") > 1:
        return True
    if line.count(" ") >= _ROW_GAPS and "|" not in line and _CLAUSE_MARK.search(line) is None:
        return True  # 产出指标 数量指标 保洁河道长度 ≥210公里 214公里 30 30
    return "   " in line and ("   " in line.strip() or line.startswith(_CENTRED))


def may_be_wrapped(lines: list[str]) -> bool:
    """Tell by the lengths alone whether a text's lines may be wrapped at a width: hardly one is longer than print."""
    spare = len(lines) // 50
    # counted no further than it takes to tell
    overlong = len(list(islice((line for line in lines if len(line) > _WIDEST and not _has_gaps(line)), spare + 1)))
    if overlong > spare:
        return False
    filled = len([line for line in lines if len(line) > 1])
    return filled >= 8 and overlong * 50 <= filled


def find_wrap(lines: list[str]) -> Wrap | None:
    """Return how the lines of a whole text are wrapped, None where they are not.

    Parameters
    ----------
    lines : list of str
        The lines as they stand in the source, blanks and all.
    """
    if not may_be_wrapped(lines):
        return None
    # rows of a table are about as long as one another, and are whole
    prose = [
        line
        for line in lines
        if 1 < len(line) <= _WIDEST and not _has_gaps(line) and not _is_row(line) and line.count("|") < 2
    ]
    measured = {False: [len(line) for line in prose], True: [columns(line) for line in prose]}
    for tries in (((False, 0), (True, 1)), ((True, _LOOSE),)):
        found = [_widths(measured[wide], prose, wide, slack) for wide, slack in tries]
        best = max(found, key=lambda pair: pair[0])
        if best[1] is not None:
            return best[1]
    return None


_ROW = re.compile(r"(?: (?:[-+]?[0-9][0-9,]*(?:\.[0-9]+)?%?|[-—]{1,2})){2,} *$")


def _is_row(line: str) -> bool:
    """Tell whether a line ends in figures with blanks between them: a row of a table is whole."""
    return line[-1:] in _ENDS_ROW and _ROW.search(line[-60:]) is not None


def _widths(sizes: list[int], lines: list[str], in_columns: bool, slack: int) -> tuple[int, Wrap | None]:
    """Return how many lines are full, and the width that makes them so."""
    counts = Counter(sizes)
    narrowest = _NARROWEST * 2 if in_columns else _NARROWEST
    spare = len(sizes) // 50  # so many lines may be longer: rows of tables, addresses
    best: tuple[int, Wrap | None] = (0, None)
    for top in sorted(counts, reverse=True):
        if top < narrowest or spare < 0:
            break
        full = sum(counts[top - short] for short in range(slack + 1))
        if full >= 4 and full * 2 >= sum(n for size, n in counts.items() if top >= size > top / 2):
            ends = [line[-1] for size, line in zip(sizes, lines, strict=True) if top - slack <= size <= top]
            if sum(end not in _STOP for end in ends) * 10 >= len(ends) * 7:
                best = max(best, (full, Wrap(top, in_columns, slack)), key=lambda pair: pair[0])
        spare -= counts[top]
    return best


def wrapped_lines(lines: list[str], source: list[str], wrap: Wrap, starts: list[int]) -> list[Join]:
    """Return the line ends to take out of a text whose lines are wrapped at a width.

    Parameters
    ----------
    lines, source : list of str
        The lines folded, and as they stand in the source: their widths are those of the source.
    wrap : Wrap
        The width.
    starts : list of int
        The offset of each line.
    """
    measure: Callable[[str], int] = columns if wrap.columns else len
    least = wrap.width - wrap.slack
    full = [
        least <= measure(line) <= wrap.width
        and _LEADER.search(line) is None
        and not _has_gaps(line)
        and not _is_row(line)
        for line in source
    ]
    indented = _paragraphs_are_indented(lines, full)
    numbers = _page_numbers(lines)
    joins: list[Join] = []
    head = 0  # the line that the paragraph began with
    index = 0
    last = len(lines) - 1
    while index < last:
        following = index + 1
        short = least - measure(source[index])
        behind = 0
        nearly = wrap.slack > 0 and 0 < short <= _LONGEST_WORD
        if full[index] or nearly:
            behind = _behind_page_number(lines, following, numbers)
        after = lines[behind or following]
        if full[index] or (nearly and (_pushes_on(after, short) or after.lstrip().startswith(_LEVEL_MARKS))):
            if behind and lines[index][-1] not in _STOP:
                following = behind
            if _continues(lines, index, following, head, indented):
                # what a cut at an exact width took apart is put together as it was, blanks too
                joins.append(_join(lines, starts, index, following, exact=wrap.slack == 0))
                index = following
                continue
        index = head = following
    return sorted([*joins, *_without_page_numbers(lines, starts, numbers, joins)])


def _without_page_numbers(
    lines: list[str], starts: list[int], numbers: Iterable[int], joins: list[Join]
) -> Iterator[Join]:
    """Yield the page numbers that stand between two lines, for instance two rows of a table, and no join takes out."""
    taken = {at for end, start in joins for at in range(bisect_left(starts, end), bisect_left(starts, start))}
    for number in sorted(numbers):
        following = next((at for at in range(number + 1, len(lines)) if lines[at].strip()), 0)
        if number in taken or not following or not _ends_page(lines, number):  # a bare number may be a cell
            continue
        first = number
        before = next((at for at in range(number - 1, -1, -1) if lines[at].strip()), 0)
        if lines[before].rstrip()[-1:] == "|" or lines[following].lstrip(_NEW_PAGE)[0] in "\t|":
            first = before + 1  # a blank line would end the table
        yield starts[first], starts[following] + lines[following].startswith(_NEW_PAGE)


def _pushes_on(line: str, short: int) -> bool:
    """Tell whether a line begins with a number too long for the `short` columns that the line before has left."""
    number = _NUMBER.match(line)
    return number is not None and number.end() - number.start(1) >= short and _YEAR.match(line) is None


def _continues(lines: list[str], index: int, following: int, head: int, indented: bool) -> bool:
    """Tell whether a line goes on with the full line `index` of the paragraph that begins with the line `head`."""
    line, after = lines[index], lines[following].lstrip(_NEW_PAGE)
    if not after or after.isspace() or after[0] == "\t" or _is_row(after):
        return False
    if line[-1] == "|":
        return line.count("|") > 1 and after[0] != "|"
    if indented and after[0] in _BLANK and line[-1] not in _BLANK:
        return False
    if after[0] == "|":
        return True
    if line[-1] in _STOP and after.rstrip()[-1] == "|" and not _behind_bar(lines, head):
        return False  # the first cell of a table behind prose
    rank = marker_rank(after.lstrip())
    if not rank:
        return not (_YEAR.match(after) is not None and 0 < marker_rank(lines[head]) < 4 and line[-1] in ")表况明")
    if line[-1] in _STOP or line[-1] == ")":
        return False
    # a heading ends without a stop, and so may a paragraph that is exactly as long as the line
    return rank > 3 or line[-1] in "、,(第“《"


def _behind_bar(lines: list[str], head: int) -> bool:
    """Tell whether the line before a paragraph ends with a bar: then the paragraph is a cell."""
    before = next((at for at in range(head - 1, max(-1, head - 4), -1) if lines[at].strip()), -1)
    return before >= 0 and lines[before].rstrip()[-1] == "|"


def _paragraphs_are_indented(lines: list[str], full: list[bool]) -> bool:
    """Tell whether paragraphs begin with blanks and their further lines do not."""
    begun = inside = begun_all = inside_all = 0
    for index in range(1, len(lines)):
        line = lines[index]
        if not line or line.isspace():
            continue
        blank = line[0] in _BLANK and line[0] != "\t"
        if full[index - 1] and lines[index - 1][-1] not in _STOP:
            inside += blank
            inside_all += 1
        elif not full[index - 1]:
            begun += blank
            begun_all += 1
    return begun * 10 >= begun_all * 6 and begun > 2 and inside * 10 <= inside_all


def _page_numbers(lines: list[str]) -> frozenset[int]:
    """Return the indices of bare numbers that count the pages: each one more than the one before."""
    bare = [
        (at, int(line))
        for at, line in enumerate(lines)
        if line and line[-1] in _ENDS_NUMBER and _BARE_PAGE.fullmatch(line) is not None
    ]
    found = {i for i, _ in bare if _ends_page(lines, i)}
    for (at, number), (later, following) in pairwise(bare):
        if following == number + 1 and later - at > 5:
            found |= {at, later}
    return frozenset(found)


def _ends_page(lines: list[str], index: int) -> bool:
    """Tell whether a form feed follows a line, with nothing between."""
    behind = (line for line in lines[index + 1 : index + 4] if _NEW_PAGE in line or line.strip())
    return next(behind, "").startswith(_NEW_PAGE)


def _behind_page_number(lines: list[str], index: int, numbers: Iterable[int]) -> int:
    """Return the index of the line behind a page's end, a page number with blank lines around it; 0 for none."""
    paged = False
    for at in range(index, min(index + 6, len(lines))):
        line = lines[at]
        if at in numbers or (len(line) < 30 and _PAGE.fullmatch(line) is not None):
            paged = True
        elif line and not line.isspace():
            return at if paged or line[0] == _NEW_PAGE else 0
        elif _NEW_PAGE in line:
            paged = True
    return 0


def _join(lines: list[str], starts: list[int], index: int, following: int, *, exact: bool) -> Join:
    end, start = starts[index] + len(lines[index]), starts[following]
    if exact:
        return end, start
    return (
        end - len(lines[index]) + len(lines[index].rstrip()),
        start + len(lines[following]) - len(lines[following].lstrip()),
    )


# -- without a width ------------------------------------------------------------------------------------------------


def broken_lines(lines: list[str], starts: Callable[[], list[int]]) -> list[Join]:
    """Return the line ends to take out of a text that shows no width; `lines` are folded, `starts` gives their offsets.

    Where one line of a block (lines without a blank one between) is proven to be cut, the block's other
    lines are read as cut too, unless they end a sentence or are a heading.
    """
    suspects = [
        index
        for index, line in enumerate(lines)
        if line
        and (
            (
                len(line) <= _WIDEST and (last in _SUSPECT or "," in line or "。" in line)
                if (last := line[-1]) not in _STOP
                else last == ":" and line.endswith(_OPEN)
            )
            or line[0] in _NO_BEGINNING
        )
    ]
    suspects += [index - 1 for index in suspects if index and lines[index][0] in _NO_BEGINNING]
    cut: dict[int, int] = {}
    end = len(lines) - 1
    for index in suspects:
        if index < end and index not in cut and _is_prose(lines[index]):
            following = _next_line(lines, index)
            if not following:
                continue
            line, after = lines[index].strip(), lines[following].strip()
            if _is_cut(line, after) or (following > index + 1 and _is_parted(line, after)):
                cut[index] = following
                _spread(lines, index, following, cut)
            elif _fits(line, after):
                cut[index] = following
    if not cut:
        return []
    offsets = starts()
    return [_join(lines, offsets, index, cut[index], exact=False) for index in sorted(cut)]


_FIGURE = re.compile("[0-9][0-9,]*(?:[.][0-9]+)? ?(?:%|[万亿]?元|[个家项人名户件次场辆台批])")
_OPEN = ("用于:", "原因:", "原因是:")  # what follows stands in the same sentence
_ENDS_ROW = frozenset("0123456789%-— ")
_NO_BEGINNING = frozenset(",。;、)")
_SUSPECT = frozenset("0123456789.,、(")
_TITLE = re.compile("(?:报告|说明|公开|[表书]|情况|[决预]算|概况|[)）])$")


def _next_line(lines: list[str], index: int) -> int:
    """Return the index of the line that may go on with a line: the next, or the one behind a page number; or 0."""
    following = index + 1
    line = lines[following]
    if line and not line.isspace() and (len(line) > 30 or _PAGE.fullmatch(line) is None):
        if len(line) > 12 or _BARE_PAGE.fullmatch(line) is None or lines[index].rstrip()[-1:] in _DIGITS:
            return following
        return following + 1 if following + 1 < len(lines) and lines[following + 1].strip() else 0
    return _behind_page_number(lines, following, ())


def _is_prose(line: str) -> bool:
    return 3 < len(line) <= _WIDEST and "|" not in line and "\t" not in line and _HAN.search(line) is not None


def _is_cut(line: str, after: str) -> bool:
    """Tell whether two stripped lines are parts of one by the words on both sides of the line end."""
    if not after or len(line) < 6 or "|" in after or "\t" in after or len(after) > _WIDEST:
        return False
    last, first = line[-1], after[0]
    if line.endswith(_OPEN):
        return _CLAUSE.search(line) is not None and not marker_rank(after)
    if _CLAUSE.search(after) is None or (marker_rank(after) and not (last in _DIGITS and first in _DIGITS)):
        return False
    if last in _DIGITS or last in ".,":
        if first in _CUT_UNIT or first in _GOES_ON:
            return True
        if first in _DIGITS and _YEAR.match(after) is None and not (last == "," and marker_rank(line)):
            return True
    if first in _GOES_ON:
        return first not in "”》】"
    if last == "," and len(line) > 8:
        return True  # no sentence ends so
    if last in "万亿千" and line[-2] in _DIGITS and first == "元":
        return True
    if _HAN.match(last) is not None and len(line) > 14 and _FIGURE.match(after) is not None:
        return _CLAUSE.search(line) is not None  # 共涉及项目 / 18个,资金X
    if len(line) > 14 and _CLAUSE.search(line) is not None and last + first in word_pairs():
        return True  # 年初预算批 / 复624.80万元
    return last in "、(" and (marker_rank(line) == 0 or len(line) > 8)


def _is_parted(line: str, after: str) -> bool:
    """Tell whether a page number parts two lines of one sentence."""
    return line[-1] not in _STOP and not marker_rank(after) and _CLAUSE.search(line + after) is not None


def _printed(line: str) -> int:
    """Return how many columns a folded line took in print, where its punctuation was full-width."""
    return columns(line) + len(_PUNCTUATION.findall(line))


def _fits(line: str, after: str) -> bool:
    """Tell whether the line is prose as long as print allows, and the next goes on with it to a sentence's end."""
    width = _printed(line)
    if width < 24 or line[-1] in _STOP or line[-1] in ")%" or "|" in after or "\t" in after or not after:
        return False
    further = _printed(after)
    if _CLAUSE.search(line) is None or further > width + _LOOSE or marker_rank(after):
        return False
    if _YEAR.match(after) is not None and marker_rank(line):
        return False
    full = further >= width - _LOOSE or len(after) >= len(line) - 1  # cut at a width, or at a number of characters
    return after[-1] in "。;" or ("," in after and full)


def _spread(lines: list[str], index: int, following: int, cut: dict[int, int]) -> None:
    """Add the cut line ends of the block around a proven one."""
    at = index - 1
    while at >= 0 and at not in cut and _goes_on(lines[at], lines[at + 1]):
        cut[at] = at + 1
        at -= 1
    at = following
    while at + 1 < len(lines) and at not in cut:
        further = _next_line(lines, at) if lines[at] and not lines[at].isspace() else 0
        if not further or not _goes_on(lines[at], lines[further]):
            return
        cut[at] = further
        at = further


def _goes_on(line: str, after: str) -> bool:
    """Tell whether a line of a block that is cut up goes on in the next."""
    bare, next_bare = line.strip(), after.strip()
    if not _is_prose(line) or "|" in after or "\t" in after or not next_bare or bare[-1] in _STOP:
        return False
    if _is_cut(bare, next_bare):
        return True
    if marker_rank(next_bare):
        return False
    if _CLAUSE.search(bare) is not None:
        return bare[-1] != ")" or not marker_rank(bare)
    if marker_rank(bare) or _TITLE.search(bare) is not None or _YEAR.match(next_bare) is not None:
        return False
    return columns(bare) >= columns(next_bare) - _LOOSE or bare[-1] in _DIGITS


def pieces_of(length: int, joins: Iterable[Join]) -> list[tuple[int, int]]:
    """Return the spans of a text of `length` characters that remain when the joined line ends are taken out."""
    pieces: list[tuple[int, int]] = []
    at = 0
    for end, start in joins:
        pieces.append((at, end))
        at = start
    pieces.append((at, length))
    return pieces
