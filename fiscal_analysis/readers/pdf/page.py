"""What a page of a PDF draws, as plain data: glyphs with their boxes, and ruling lines.

Coordinates are points from the page's upper left corner as a person sees the page: a turned page, and text that is set
sideways on an upright page, are turned back.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

__all__ = ["WIDE", "Glyph", "Page", "Rule", "read_page"]

_THIN = 2.6  # a filled box no thicker than this is a line
_SHORTEST = 3.0  # a line shorter than this is a dash or a part of a drawing
_MOST_RULES = 20_000  # a page with more lines is a drawing, not a table
_DEEPEST = 4  # forms within forms
_SAMPLE = 12  # glyphs that tell how the text is turned
_FORM, _PATH, _IMAGE = 5, 2, 3
_BLANKS = frozenset((*map(chr, range(9, 33)), "\xa0", "\xad", "\u3000"))
_ODD = re.compile("[\x00-\x08\ue000-\uf8ff\ufffc-\uffff]")  # characters that mean nothing
WIDE = "\u2000"  # from here on characters are as wide as high


class Glyph(NamedTuple):
    """A character: its left and right edge, the height of the line that it stands on, and its font's size.

    The size is told by the width (a Chinese character is as wide as the font is high, a figure half as wide): what
    fonts say of their own height is too often wrong.
    """

    char: str
    left: float
    right: float
    base: float
    size: float


class Rule(NamedTuple):
    """A ruling line: its height (of a vertical one: its distance from the left), and where it begins and ends."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Page:
    """A page. `pictured` is the largest share of it that one picture covers; `odd` counts unreadable characters."""

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    pictured: float = 0.0
    odd: int = 0


class _Quick(NamedTuple):
    """The functions of PDFium that are called per character or object, without checks of their arguments.

    The checks, and giving way to other threads at each call, would take most of the time of a page.
    """

    loose_box: Any
    origin: Any
    angle: Any
    bounds: Any
    object_of_page: Any
    object_of_form: Any
    type_of: Any


@cache
def _quick() -> _Quick:
    import pypdfium2.raw as pdfium

    pointer, number = ctypes.c_void_p, ctypes.c_int

    def bare(function: Any, result: Any = number, *arguments: Any) -> Any:
        return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, pointer).value or 0)

    return _Quick(
        bare(pdfium.FPDFText_GetLooseCharBox),
        bare(pdfium.FPDFText_GetCharOrigin),
        bare(pdfium.FPDFText_GetCharAngle, ctypes.c_float),
        bare(pdfium.FPDFPageObj_GetBounds, number, *[pointer] * 5),
        bare(pdfium.FPDFPage_GetObject, pointer, pointer, number),
        bare(pdfium.FPDFFormObj_GetObject, pointer, pointer, ctypes.c_ulong),
        bare(pdfium.FPDFPageObj_GetType, number, pointer),
    )


_Point = Callable[[float, float], tuple[float, float]]
_Matrix = tuple[float, float, float, float, float, float]


def read_page(page: Any) -> Page:
    """Read a page of an open `pypdfium2.PdfDocument`."""
    import pypdfium2.raw as pdfium

    left, bottom, right, top = page.get_bbox()
    textpage = page.get_textpage()
    try:
        turn = _turn_of_text(pdfium, textpage.raw, page.get_rotation() // 90)
        width, height = (right - left, top - bottom) if turn % 2 == 0 else (top - bottom, right - left)
        place = _upright(turn, left, bottom, right, top)
        found = Page(width, height)
        _read_glyphs(pdfium, textpage.raw, turn, place, found)
    finally:
        textpage.close()
    _read_rules(pdfium, page.raw, place, found)
    return found


def _upright(turn: int, left: float, bottom: float, right: float, top: float) -> _Point:
    """Return the function from the page's own coordinates to those that a reader sees."""
    if turn == 0:
        return lambda x, y: (x - left, top - y)
    if turn == 1:
        return lambda x, y: (y - bottom, x - left)
    if turn == 2:
        return lambda x, y: (right - x, y - bottom)
    return lambda x, y: (top - y, right - x)


def _turn_of_text(pdfium: Any, textpage: Any, turn_of_page: int) -> int:
    """Return by how many quarter turns, clockwise, most of the text stands upright; without text, the page's turn."""
    count = pdfium.FPDFText_CountChars(textpage)
    step = max(1, count // _SAMPLE)
    turns: Counter[int] = Counter()
    for i in range(0, count, step):
        if pdfium.FPDFText_GetUnicode(textpage, i) > 32:
            turns[-round(pdfium.FPDFText_GetCharAngle(textpage, i) / (math.pi / 2)) % 4] += 1
    return turns.most_common(1)[0][0] if turns else turn_of_page


def _read_glyphs(pdfium: Any, textpage: Any, turn: int, place: _Point, found: Page) -> None:
    """Read the characters; one that touches the one before it stands on the same line and is not asked for its foot.

    Slanting ones are watermarks: they are left out.
    """
    rect = pdfium.FS_RECTF()
    box = ctypes.byref(rect)
    foot_x, foot_y = ctypes.c_double(), ctypes.c_double()
    at_x, at_y = ctypes.byref(foot_x), ctypes.byref(foot_y)
    loose, origin, slant = _quick()[:3]
    upright = -turn % 4 * math.pi / 2
    edge = -place(0.0, 0.0)[0]
    handle = ctypes.cast(textpage, ctypes.c_void_p)
    new, add = tuple.__new__, found.glyphs.append
    end = bottom = base = 0.0
    for i, char in enumerate(_characters(pdfium, textpage)):
        if char in _BLANKS or not loose(handle, i, box):
            continue
        start, low, right = rect.left, rect.bottom, rect.right
        size = right - start if char >= WIDE else (right - start) * 2
        if not (-0.5 < start - end < 0.5 and -size < 2 * (low - bottom) < size):
            if not origin(handle, i, at_x, at_y) or 0.1 < (slant(handle, i) - upright) % (2 * math.pi) < 6.18:
                continue
            _, base = place(foot_x.value, foot_y.value)
        end, bottom = right, low
        if turn:
            x0, _ = place(start, low)
            x1, _ = place(right, rect.top)
            if x0 > x1:
                x0, x1 = x1, x0
            add(new(Glyph, (char, x0, x1, base, x1 - x0 if char >= WIDE else (x1 - x0) * 2)))
        else:  # nearly all pages: what `place` would give, without the calls
            add(new(Glyph, (char, start - edge, right - edge, base, size)))
    found.odd = len(_ODD.findall("".join([glyph.char for glyph in found.glyphs])))


def _characters(pdfium: Any, textpage: Any) -> Sequence[str]:
    """Return the characters of a page by their numbers."""
    count = pdfium.FPDFText_CountChars(textpage)
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(textpage, 0, count, buffer) == count + 1:
        text = bytes(buffer)[:-2].decode("utf-16-le", "surrogatepass")
        if len(text) == count:
            return text
    # Some have no code, or are beyond the first 65,536 and have two numbers: the second half is left blank.
    found: list[str] = []
    for i in range(count):
        code = pdfium.FPDFText_GetUnicode(textpage, i)
        if 0xDC00 <= code < 0xE000 and found and "\ud800" <= found[-1] < "\udc00":
            found[-1] = chr(0x10000 + ((ord(found[-1]) - 0xD800) << 10) + code - 0xDC00)
            code = 32
        found.append(chr(code))
    return found


def _read_rules(pdfium: Any, page: Any, place: _Point, found: Page) -> None:
    area = max(1.0, found.width * found.height)
    edges = [ctypes.c_float() for _ in range(4)]
    x_low, y_low, x_high, y_high = edges
    low_x, low_y, high_x, high_y = [ctypes.byref(edge) for edge in edges]
    bounds = _quick().bounds
    for item, kind, matrix in _objects(pdfium, page):
        if not bounds(item, low_x, low_y, high_x, high_y):
            continue
        left, bottom, right, top = x_low.value, y_low.value, x_high.value, y_high.value
        if matrix is not None:
            left, bottom, right, top = _corners(matrix, left, bottom, right, top)
        x0, y1 = place(left, bottom)
        x1, y0 = place(right, top)
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        if kind == _IMAGE:
            if y1 - y0 > _THIN and x1 - x0 > _THIN:
                found.pictured = max(found.pictured, (x1 - x0) * (y1 - y0) / area)
                continue
        elif y1 - y0 > _THIN and x1 - x0 > _THIN:
            _read_path(pdfium, _object(pdfium, item), matrix, place, found)
            continue
        _add_rule(found, x0, y0, x1, y1)
        if len(found.across) + len(found.down) > _MOST_RULES:
            found.across.clear()
            found.down.clear()
            return


def _add_rule(found: Page, x0: float, y0: float, x1: float, y1: float) -> None:
    if y1 - y0 <= _THIN and x1 - x0 >= _SHORTEST:
        found.across.append(Rule((y0 + y1) / 2, x0, x1))
    elif x1 - x0 <= _THIN and y1 - y0 >= _SHORTEST:
        found.down.append(Rule((x0 + x1) / 2, y0, y1))


def _objects(pdfium: Any, page: Any) -> Iterator[tuple[int, int, _Matrix | None]]:
    """Yield the paths and pictures of a page with their kind, and the matrix of the forms that hold them."""
    of_page, of_form, type_of = _quick()[4:]
    waiting: list[tuple[Any, Any, int, _Matrix | None, int]] = [
        (ctypes.cast(page, ctypes.c_void_p).value, of_page, pdfium.FPDFPage_CountObjects(page), None, 0)
    ]
    while waiting:
        holder, get, count, matrix, depth = waiting.pop()
        for i in range(count):
            item = get(holder, i)
            kind = type_of(item)
            if kind in (_PATH, _IMAGE):
                yield item, kind, matrix
            elif kind == _FORM and depth < _DEEPEST:
                form = _object(pdfium, item)
                own = _matrix_of(pdfium, form)
                inner = own if matrix is None else _product(own, matrix)
                waiting.append((item, of_form, pdfium.FPDFFormObj_CountObjects(form), inner, depth + 1))


def _object(pdfium: Any, address: int) -> Any:
    return ctypes.cast(address, pdfium.FPDF_PAGEOBJECT)


def _matrix_of(pdfium: Any, item: Any) -> _Matrix:
    m = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, ctypes.byref(m)):
        return (1, 0, 0, 1, 0, 0)
    return (m.a, m.b, m.c, m.d, m.e, m.f)


def _product(first: _Matrix, second: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _apply(m: _Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _corners(m: _Matrix, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
    points = [_apply(m, x, y) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _read_path(pdfium: Any, path: Any, matrix: _Matrix | None, place: _Point, found: Page) -> None:
    """Read the upright and level lines of a path: of a stroked box its sides, of a filled one only where it is thin."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    own = _matrix_of(pdfium, path)
    whole = own if matrix is None else _product(own, matrix)
    boxes: list[list[tuple[float, float]]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for i in range(min(pdfium.FPDFPath_CountSegments(path), _MOST_RULES)):
        segment = pdfium.FPDFPath_GetPathSegment(path, i)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = place(*_apply(whole, x.value, y.value))
        if kind == pdfium.FPDF_SEGMENT_MOVETO or not boxes:
            boxes.append([point])
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            boxes[-1].append(point)
        else:
            boxes.append([point])  # a curve: what follows begins anew
        if pdfium.FPDFPathSegment_GetClose(segment) and len(boxes[-1]) > 2:
            boxes[-1].append(boxes[-1][0])
    for points in boxes:
        xs, ys = [px for px, _ in points], [py for _, py in points]
        x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        if y1 - y0 <= _THIN or x1 - x0 <= _THIN:
            _add_rule(found, x0, y0, x1, y1)
        elif stroke.value:
            for (ax, ay), (bx, by) in itertools.pairwise(points):
                _add_rule(found, min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
