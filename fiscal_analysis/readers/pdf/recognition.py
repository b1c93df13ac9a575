"""Pages that are pictures: characters and ruling lines recognised from what a page looks like.

Needs the extra ``ocr``. The engine's models lie in its package, nothing is fetched. What comes out has the form of a
page with text, so that lines, paragraphs and tables are found in the same way; skewed scans are not straightened.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from rapidocr import RapidOCR

from fiscal_analysis.readers.pdf.page import Glyph, Page, Rule

__all__ = ["recognise"]

_DOTS = 200  # per inch
_SCALE = _DOTS / 72
_SURE = 0.6  # words that the engine is less sure of are left out
_STRETCHED = 2.0  # of a word's height: where its characters would be wider, most of them were not seen
_WIDE = 0x2E80  # from here on characters are twice as wide as a figure
_LINE = 60  # dots: a shorter stroke is part of a character
_FOOT = 0.35  # of the font's size: a line below the middle of its words


@cache
def _engine() -> Any:
    logging.getLogger("RapidOCR").setLevel(logging.WARNING)
    return RapidOCR(params={"Global.log_level": "warning"})


def recognise(page: Any) -> Page:
    """Recognise a page of an open `pypdfium2.PdfDocument` from its picture.

    Returns
    -------
    Page
        As :func:`fiscal_analysis.readers.pdf_page.read_page` gives it, `odd` counting the words that could not be
        recognised. A word's width is shared out among its characters, those of half width counting half.
    """
    picture = page.render(scale=_SCALE).to_numpy()
    height, width = picture.shape[0] / _SCALE, picture.shape[1] / _SCALE
    found = Page(width, height)
    result = _engine()(picture)
    if result.boxes is not None:
        for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
            if score < _SURE or not _add_word(found, box, text):
                found.odd += 1
    _add_rules(found, picture)
    return found


def _add_word(found: Page, box: Any, text: str) -> bool:
    """Add a word's characters; tell whether they fill the place that the word takes."""
    left, right = float(box[:, 0].min()) / _SCALE, float(box[:, 0].max()) / _SCALE
    top, bottom = float(box[:, 1].min()) / _SCALE, float(box[:, 1].max()) / _SCALE
    weights = [2 if ord(char) >= _WIDE else 1 for char in text]
    share = (right - left) / max(1, sum(weights))
    if share * 2 > _STRETCHED * (bottom - top):
        return False
    base = (top + bottom) / 2 + _FOOT * 2 * share
    at = left
    for char, weight in zip(text, weights, strict=True):
        if not char.isspace():
            found.glyphs.append(Glyph(char, at, at + share * weight, base, share * 2))
        at += share * weight
    return True


def _add_rules(found: Page, picture: Any) -> None:
    """Find the level and upright lines: what remains of the dark dots where all shorter strokes are taken away."""
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.ndim == 3 else picture
    dark = cv2.adaptiveThreshold(255 - grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 25, -10)
    for shape, rules in (((_LINE, 1), found.across), ((1, _LINE), found.down)):
        lines = cv2.morphologyEx(dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, shape))
        _, _, boxes, _ = cv2.connectedComponentsWithStats(lines)
        for x, y, wide, high, _ in boxes[1:]:
            if shape[0] > 1:
                rules.append(Rule((y + high / 2) / _SCALE, x / _SCALE, (x + wide) / _SCALE))
            else:
                rules.append(Rule((x + wide / 2) / _SCALE, y / _SCALE, (y + high) / _SCALE))
