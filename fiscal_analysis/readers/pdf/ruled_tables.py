"""Ruling lines to tables: where lines cross there are cells; what stands in a cell is told by each glyph's middle.

Pure geometry over :class:`Rule` and :class:`Glyph`; it does not know where they come from.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from fiscal_analysis.readers.content import Box, join_lines
from fiscal_analysis.readers.pdf.page import Glyph, Rule

__all__ = ["Frame", "fill_frames", "find_frames", "lines_of", "text_of"]

_NEAR = 3.0  # lines closer than this are one; ends this far apart meet
_OPEN = 8.0  # a table whose lines reach this far beyond its last upright is open at its side
_TOUCHING = 0.12  # of the font's height: glyphs closer than this are one word
_BLANK = 0.3  # of the font's height: a wider gap is a blank
_RAISED = 0.35  # of the font's size: the middle of a glyph above its line
_SAME_LINE = 0.4  # of the font's size: glyphs whose feet are closer stand on one line
_LEFT, _BASE = itemgetter(1), itemgetter(3)  # of a glyph: as its fields' names, only faster
_MOST_LINES = 3_000


@dataclass(slots=True)
class Frame:
    """A table's lines: `xs` and `ys` bound its columns and rows; `owner` gives the cell of each of their meetings.

    `cells` holds (row, column, rows, columns) of each cell; `held` the glyphs of each, once the frame is filled.
    """

    xs: list[float]
    ys: list[float]
    owner: list[list[int]]
    cells: list[tuple[int, int, int, int]]
    held: dict[int, list[Glyph]] = field(default_factory=dict)

    def cell_at(self, x: float, y: float) -> int:
        """Return the number of the cell that holds a point, -1 where none does."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1:
            return self.owner[row][column]
        return -1

    def boxes(self) -> list[Box]:
        """Return the cells with their text, row by row."""
        return [Box(text_of(self.held.get(i, ())), *cell) for i, cell in enumerate(self.cells)]


def find_frames(across: Sequence[Rule], down: Sequence[Rule]) -> list[Frame]:
    """Find the tables that ruling lines draw.

    Parameters
    ----------
    across, down : sequence of Rule
        Level and upright lines, in any order and in pieces of any length.

    Returns
    -------
    list of Frame
        From top to bottom; a single framed cell is no table.
    """
    level, upright = _merged(across), _merged(down)
    if not upright or len(level) < 2 or len(level) > _MOST_LINES or len(upright) > _MOST_LINES:
        return []
    frames = []
    for rows, columns in _connected(level, upright):
        frame = _frame(rows, columns)
        if frame is not None:
            frames.append(frame)
    frames.sort(key=lambda frame: (frame.ys[0], frame.xs[0]))
    return frames


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Join pieces of one line; lines that stand close together (double ones) become one."""
    ordered = sorted(rules)
    merged: list[Rule] = []
    group: list[Rule] = []

    def close() -> None:
        if not group:
            return
        at = sum(rule.at for rule in group) / len(group)
        spans = sorted((rule.start, rule.end) for rule in group)
        start, end = spans[0]
        for begin, stop in spans[1:]:
            if begin > end + _NEAR:
                merged.append(Rule(at, start, end))
                start, end = begin, stop
            end = max(end, stop)
        merged.append(Rule(at, start, end))

    for rule in ordered:
        if group and (rule.at - group[-1].at > _NEAR / 2 or rule.at - group[0].at > _NEAR):
            close()
            group = []
        group.append(rule)
    close()
    return merged


def _connected(level: Sequence[Rule], upright: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Part the lines into sets that hang together by crossings; sets without both kinds are left out."""
    parent = list(range(len(level) + len(upright)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    heights = [rule.at for rule in level]
    for v, line in enumerate(upright, len(level)):
        low, high = bisect_left(heights, line.start - _NEAR), bisect_right(heights, line.end + _NEAR)
        for h in range(low, high):
            if level[h].start - _NEAR <= line.at <= level[h].end + _NEAR:
                parent[root(h)] = root(v)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i in range(len(parent)):
        rows, columns = groups.setdefault(root(i), ([], []))
        (rows if i < len(level) else columns).append(level[i] if i < len(level) else upright[i - len(level)])
    return [(rows, columns) for rows, columns in groups.values() if len(rows) > 1 and columns]


def _positions(rules: Sequence[Rule]) -> list[float]:
    """Return the distinct places of lines, those within reach of each other as one."""
    found: list[float] = []
    for at in sorted({rule.at for rule in rules}):
        if not found or at - found[-1] > _NEAR:
            found.append(at)
    return found


def _frame(rows: list[Rule], columns: list[Rule]) -> Frame | None:
    """Return the cells that a set of lines encloses."""
    rows, columns = list(rows), list(columns)
    _close_sides(rows, columns)
    _close_sides(columns, rows)
    xs, ys = _positions(columns), _positions(rows)
    if len(xs) < 2 or len(ys) < 2 or (len(xs) == 2 and len(ys) == 2):
        return None
    over = _covered(rows, ys, xs)  # over[j][i]: a line runs above the row j in the column i
    beside = _covered(columns, xs, ys)  # beside[i][j]: a line runs left of the column i in the row j
    height, width = len(ys) - 1, len(xs) - 1
    parent = list(range(height * width))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for j in range(height):
        for i in range(width):
            if i and not beside[i][j]:
                parent[root(j * width + i)] = root(j * width + i - 1)
            if j and not over[j][i]:
                parent[root(j * width + i)] = root((j - 1) * width + i)
    members: dict[int, list[int]] = {}
    for place, above in enumerate(parent):
        members.setdefault(above if above == place else root(place), []).append(place)
    cells: list[tuple[int, int, int, int]] = []
    owner = [[-1] * width for _ in range(height)]
    for places in members.values():
        for top, first, down, wide in _rectangles(places, width):
            for j in range(top, top + down):
                owner[j][first : first + wide] = [len(cells)] * wide
            cells.append((top, first, down, wide))
    return Frame(xs, ys, owner, cells) if len(cells) > 1 else None


def _rectangles(places: list[int], width: int) -> list[tuple[int, int, int, int]]:
    """Return the rectangle that joined places fill; of another shape, each row's stretches by themselves."""
    if len(places) == 1:
        return [(places[0] // width, places[0] % width, 1, 1)]
    rows, columns = [p // width for p in places], [p % width for p in places]
    top, first = min(rows), min(columns)
    down, wide = max(rows) - top + 1, max(columns) - first + 1
    if down * wide == len(places):
        return [(top, first, down, wide)]
    found = []
    start = last = places[0]
    for place in (*places[1:], -2):
        if place != last + 1 or place % width == 0:
            found.append((start // width, start % width, 1, last - start + 1))
            start = place
        last = place
    return found


def _close_sides(level: list[Rule], upright: list[Rule]) -> None:
    """Add the outer uprights of a table that is drawn open at its sides: most of its level lines run on beyond."""
    inner = [rule.at for rule in upright]
    low, high = min(inner), max(inner)
    left, right = [rule for rule in level if rule.start < low - _OPEN], [r for r in level if r.end > high + _OPEN]
    top, bottom = min(rule.at for rule in level), max(rule.at for rule in level)
    if len(left) * 2 > len(level):
        upright.append(Rule(min(rule.start for rule in left), top, bottom))
    if len(right) * 2 > len(level):
        upright.append(Rule(max(rule.end for rule in right), top, bottom))


def _covered(rules: Sequence[Rule], positions: Sequence[float], stops: Sequence[float]) -> list[list[bool]]:
    """Tell for each line's place, and each stretch between two stops, whether a line covers the stretch's middle."""
    found = [[False] * (len(stops) - 1) for _ in positions]
    middles = [(a + b) / 2 for a, b in itertools.pairwise(stops)]
    for rule in rules:
        place = max(0, bisect_right(positions, rule.at + 1e-6) - 1)
        for k in range(bisect_left(middles, rule.start), bisect_right(middles, rule.end)):
            found[place][k] = True
    return found


def fill_frames(frames: Sequence[Frame], glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Give glyphs to the cells that hold their middles; return those outside of all frames.

    A word that runs over a cell's edge (a figure that is too wide for its column) stays whole, in the cell that holds
    most of it: its figures would else turn up, cut in two, as two wrong ones.
    """
    outside: list[Glyph] = []
    if not frames:
        return list(glyphs)
    for word in _words(glyphs):
        head, tail = word[0], word[-1]
        middle = head.base - _RAISED * head.size
        centre = (head.left + tail.right) / 2
        for frame in frames:
            if frame.ys[0] <= middle <= frame.ys[-1] and frame.xs[0] <= centre <= frame.xs[-1]:
                break
        else:
            outside.extend(word)
            continue
        cell = frame.cell_at((head.left + head.right) / 2, middle)
        if head is not tail and cell != frame.cell_at((tail.left + tail.right) / 2, middle):
            votes: dict[int, int] = {}
            for glyph in word:
                cell = frame.cell_at((glyph.left + glyph.right) / 2, middle)
                votes[cell] = votes.get(cell, 0) + 1
            cell = max(votes, key=lambda cell: (cell >= 0, votes[cell]))
        if cell < 0:
            outside.extend(word)
        else:
            frame.held.setdefault(cell, []).extend(word)
    return outside


def _words(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Return runs of glyphs that touch, in the order in which the page draws them."""
    words: list[list[Glyph]] = []
    right = base = -1e9
    reach = 0.0
    for glyph in glyphs:
        if abs(glyph.base - base) < 1.0 and -reach < glyph.left - right < reach:
            words[-1].append(glyph)
        else:
            words.append([glyph])
        right, base, reach = glyph.right, glyph.base, glyph.size * _TOUCHING
    return words


def lines_of(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Return glyphs as lines from top to bottom, each from left to right."""
    lines: list[list[Glyph]] = []
    base = size = 0.0
    for glyph in sorted(glyphs, key=_BASE):
        if lines and glyph.base - base < _SAME_LINE * (max(size, glyph.size)):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
            base, size = glyph.base, glyph.size
    for line in lines:
        line.sort(key=_LEFT)
    return lines


def line_text(line: Sequence[Glyph]) -> str:
    """Return a line's text, with a blank for each gap wider than letters leave."""
    parts: list[str] = []
    right = None
    for char, left, end, _, size in line:
        if right is not None and left - right > size * _BLANK:
            parts.append(" ")
        parts.append(char)
        right = end
    return "".join(parts)


def text_of(glyphs: Sequence[Glyph]) -> str:
    """Return the text of a cell, its lines joined."""
    if not glyphs:
        return ""
    base, reach = glyphs[0].base, _SAME_LINE * glyphs[0].size
    left = glyphs[0].left
    for glyph in glyphs:
        if glyph.left < left or not -reach < glyph.base - base < reach:
            return join_lines([line_text(line) for line in lines_of(glyphs)])
        left = glyph.left
    return line_text(glyphs)  # one line, drawn in its order, as most cells hold
