"""Lines of a page to paragraphs: which line ends are a paragraph's, which only the page's width made.

A line goes on in the next one where it reaches the right margin, so that the next line's first word had no room on it,
and the next line is neither indented nor the beginning of something else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from fiscal_analysis.document import fold
from fiscal_analysis.readers.content import Text, join_lines
from fiscal_analysis.readers.heading_numbers import MARKER
from fiscal_analysis.readers.pdf.page import WIDE, Glyph
from fiscal_analysis.readers.pdf.ruled_tables import line_text, lines_of

__all__ = ["Line", "Margins", "furniture", "lines_on", "margins_of", "paragraphs"]

_PAGE_NUMBER = re.compile(
    r"[-—–─·~ ]*[0-9]{1,3}[-—–─·~ ]*|[-—–─]+ ?[0-9]{1,4} ?[-—–─]+|[0-9]{1,4} ?/ ?[0-9]{1,4}"
    r"|第 ?[0-9]{1,4} ?页(?:[ ,，/]*共 ?[0-9]{1,4} ?页)?"
)
_DIGITS = re.compile("[0-9]+")
_LEADERS = re.compile(r"[.…·．]{3,} *[0-9ivxIVX]*$")
# What a line's end does not part, in the layout programs that part least: a figure or a word in Latin letters, a
# character with its brackets and stops, what stands on either side of a quotation mark, figures behind a stop, and
# brackets and what is of Latin letters or figures beside them.
_UNIT = r"[（(《【〔「]*(?:[0-9A-Za-z.,%]+|.)[）)》】〕」，。、；：！？％,.;:%]*"
_HELD = (
    r"(?<=[“”‘’\"'])|(?=[“”‘’\"'])|(?<=[,.:;，、])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[（(])|(?<=[）)])(?=[-0-9A-Za-z])"
)
_TOKEN = re.compile(f"{_UNIT}(?:(?:{_HELD}){_UNIT})*")
_ITEM = re.compile("[（(][一二三四五六七八九十0-9]{1,2}[）)]|[一二三四五六七八九十]{1,3}、")
_MARGIN = 0.12  # of the page's height: where headers, footers and page numbers stand
_LONG = 12  # glyphs of a line that tells where the margins are
_WIDE_GAP = 3.0  # of the font's size: a line with such a gap is set in columns
_INDENT = 0.8  # of the font's size
_SET_APART = 6.0  # of the font's size: a line that begins further in is no paragraph's first
_PITCH = 2.6  # of the font's size: lines further apart are of two paragraphs
_LARGE = 1.15  # of the body's size: a title's


class Line(NamedTuple):
    """A line of a page: its text, its edges, the height of its feet, its font's size.

    `first` is the width of its first word, `gap` the widest of its gaps where one is as wide as a character.
    """

    text: str
    page: int
    left: float
    right: float
    base: float
    size: float
    first: float
    gap: float
    length: int

    @property
    def parted(self) -> bool:
        """Whether the line is set in columns."""
        return self.gap > _WIDE_GAP * self.size


class Margins(NamedTuple):
    """Where lines of a page begin and end when they are full, the size of most text, and the page's middle."""

    left: float
    right: float
    size: float
    centre: float


def lines_on(page: int, glyphs: Sequence[Glyph]) -> list[tuple[Line, list[Glyph]]]:
    """Return the lines that glyphs make, from top to bottom, each with its glyphs."""
    found = []
    for glyphs_of_line in lines_of(glyphs):
        text = line_text(glyphs_of_line)
        # Chinese characters tell the size; figures are not half as wide in every font
        sizes = sorted([g.size for g in glyphs_of_line if g.char >= WIDE] or [g.size for g in glyphs_of_line])
        size = sizes[len(sizes) // 2]
        token = _TOKEN.match(text)
        reach = glyphs_of_line[len(token[0].replace(" ", "")) - 1 if token is not None else 0].right
        first, last = glyphs_of_line[0], glyphs_of_line[-1]
        gap = last.right - first.left - sum([glyph.right - glyph.left for glyph in glyphs_of_line])
        if gap > size:  # all gaps together; else none can be wide
            gap = max([b.left - a.right for a, b in pairwise(glyphs_of_line)])
        line = Line(text, page, first.left, last.right, first.base, size, reach - first.left, gap, len(glyphs_of_line))
        found.append((line, glyphs_of_line))
    return found


def furniture(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> tuple[set[Line], list[str]]:
    """Find headers, footers and page numbers: what stands in a page's margin and is a number, or repeats.

    Returns
    -------
    lines : set of Line
        The lines to leave out.
    texts : list of str
        The headers and footers among them, page numbers left out.
    """
    outer: list[Line] = []
    for lines, height in zip(pages, heights, strict=True):
        edges = {*lines[:2], *lines[-2:]}
        margin = height * _MARGIN
        outer += [line for line in edges if line.base < margin or line.base > height - margin]
    repeated = Counter((line.text, round(line.base / 4)) for line in outer)
    numbers = {line: int(_DIGITS.findall(line.text)[0]) for line in outer if _PAGE_NUMBER.fullmatch(line.text.strip())}
    # printed numbers run with the pages, from whatever page they begin on: a lone figure of a table does not
    steps = Counter(number - line.page for line, number in numbers.items())
    usual = {step for step, count in steps.items() if count > 1 or len(pages) == 1}
    found: set[Line] = set()
    texts: list[str] = []
    enough = max(3, len(pages) // 2)
    for line in outer:
        near = sum(repeated[line.text, round(line.base / 4) + step] for step in (-1, 0, 1))
        if line in numbers:
            if numbers[line] - line.page in usual:
                found.add(line)
        elif near >= enough:
            found.add(line)
            if line.text not in texts:
                texts.append(line.text)
    return found, texts


def margins_of(lines: Iterable[Line], width: float) -> Margins | None:
    """Return the margins of lines on pages of one width; None where no line is long enough to tell them."""
    long = [line for line in lines if line.length >= _LONG and not line.parted and line.right - line.left > width / 2]
    if not long:
        return None
    left = Counter(round(line.left) for line in long).most_common(1)[0][0]
    rights = sorted(line.right for line in long)
    sizes = Counter(round(line.size, 1) for line in long)
    return Margins(float(left), rights[len(rights) * 9 // 10], sizes.most_common(1)[0][0], width / 2)


def paragraphs(lines: Sequence[Line], margins: Sequence[Margins | None]) -> list[Text]:
    """Join lines that follow one another without a table between them; `margins` are those of each page."""
    found: list[Text] = []
    group: list[Line] = []

    def close() -> None:
        if group:
            found.append(_joined(group))
            group.clear()

    for line in lines:
        if group and not _goes_on(group[-1], line, margins[line.page - 1]):
            close()
        group.append(line)
    close()
    return found


def _joined(group: Sequence[Line]) -> Text:
    text = ""
    turns: list[tuple[int, int]] = []
    page = group[0].page
    for line in group:
        # of a sentence no figure follows another directly: it is one that the line's end cuts
        cut = text[-1:].isdigit() and line.text[0].isdigit()
        joined = text + line.text if cut or not text else join_lines([text, line.text])
        if line.page != page:
            page = line.page
            turns.append((len(joined) - len(line.text.strip()), page))
        text = joined
    return Text(text, group[0].page, tuple(turns))


def _goes_on(line: Line, following: Line, margins: Margins | None) -> bool:
    """Tell whether a paragraph goes on from a line to the one after it."""
    if line.parted or following.parted or _LEADERS.search(line.text):
        return False
    same_page = line.page == following.page
    if same_page and following.base - line.base > _PITCH * max(line.size, following.size):
        return False
    if margins is None:
        return False
    if abs(line.size - following.size) > 0.25 * line.size:
        return False
    if same_page and _is_title(line, margins) and _is_title(following, margins):
        return True
    if following.left > max(margins.left, 0) + _INDENT * following.size and not _starts_late(line, following, margins):
        return False
    if line.left > margins.left + _SET_APART * line.size and not _starts_late(line, following, margins):
        return False
    if line.right + following.first + following.size * 0.7 < margins.right:
        return False
    if line.text[-1] in "。；;！？：:" and MARKER.match(fold(following.text)):
        return False
    return line.text[-1] in "，、,（(" or _ITEM.match(following.text) is None


def _starts_late(line: Line, following: Line, margins: Margins) -> bool:
    """Tell whether a block is set in from the margin as a whole: both of its lines begin at one place."""
    return abs(line.left - following.left) < 1.5 and line.left > margins.left + 3.5 * line.size


def _is_title(line: Line, margins: Margins) -> bool:
    return line.size > _LARGE * margins.size and abs((line.left + line.right) / 2 - margins.centre) < line.size
