"""The published texts set as pages: wrapped, indented or not, with page numbers; they state what the texts state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics

import fiscal_analysis as fa
from fiscal_analysis.readers import read_bytes
from tests.drawn_pages import FONT, HEIGHT, WIDTH, Drawing

RAW = sorted((Path(__file__).parents[1] / "data" / "raw").glob("*.txt"))
LEFT, RIGHT, TOP, BOTTOM = 80.0, WIDTH - 80.0, 80.0, HEIGHT - 80.0
CLOSING = "，。、；：！？）》”’】〕％%,.;:!?)"
OPENING = "（《“‘【〔("
MEANING = ("concept", "measure", "fund", "subject_code", "economic_code", "scope", "item", "value", "unit", "base")


def pieces(text: str) -> Iterator[str]:
    """The parts of a text between which a line may end."""
    piece = ""
    for char in text:
        word = piece[-1:].isascii() and piece[-1:].isalnum() and char.isascii() and (char.isalnum() or char in ".,%")
        number = piece[-1:] in (".", ",") and char.isdigit()
        if piece and not (word or number or char in CLOSING or piece[-1] in OPENING):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def set_as_pages(text: str, size: float, pitch: float, indent: float) -> bytes:
    drawing = Drawing()
    y, page = TOP, 1

    def show(x: float, line: str) -> None:
        nonlocal y, page
        if y > BOTTOM:
            drawing.text(WIDTH / 2, HEIGHT - 40, f"- {page} -", 9).page()
            y, page = TOP, page + 1
        drawing.text(x, y, line, size)
        y += pitch

    for paragraph in filter(None, map(str.strip, text.split("\n"))):
        x, line = LEFT + indent * size, ""
        for piece in pieces(paragraph):
            if line and x + pdfmetrics.stringWidth(line + piece, FONT, size) > RIGHT:
                show(x, line)
                x, line = LEFT, ""
            line += piece
        show(x, line)
    return drawing.text(WIDTH / 2, HEIGHT - 40, f"- {page} -", 9).page().done()


@pytest.mark.parametrize(("size", "pitch", "indent"), [(16, 28, 2), (10.5, 16, 2), (12, 20, 0)])
@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
def test_a_text_set_as_pages_states_the_same(path: Path, size: float, pitch: float, indent: float) -> None:
    text = path.read_text(encoding="utf-8")
    data = set_as_pages(text, size, pitch, indent)
    document = read_bytes(data, file="set.pdf", doc_id="set", suffix=".pdf")
    facts = fa.extract(document)
    expected = fa.extract(fa.read(path))
    lost = Counter(expected.select(MEANING).iter_rows()) - Counter(facts.select(MEANING).iter_rows())
    new = Counter(facts.select(MEANING).iter_rows()) - Counter(expected.select(MEANING).iter_rows())
    assert not new, new
    assert sum(lost.values()) <= len(expected) // 200, lost
    assert facts["page"].is_between(1, len(document.pages)).all()
