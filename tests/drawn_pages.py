"""Pages drawn for the tests of the PDF reader: text at places, and ruling lines in the ways of real producers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from reportlab.lib.colors import black
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

import fiscal_analysis

FONTS = Path(fiscal_analysis.__file__).parent / "fonts"
FONT = "Drawn"
WIDTH, HEIGHT = 595.0, 842.0
LEFT, RIGHT, TOP, BOTTOM = 80.0, WIDTH - 80.0, 80.0, HEIGHT - 80.0
CLOSING = "，。、；：！？）》”’】〕％%,.;:!?)"
OPENING = "（《“‘【〔("


class Drawing:
    """A PDF under way. Coordinates are points from the upper left corner, as a reader sees the page."""

    def __init__(
        self, width: float = WIDTH, height: float = HEIGHT, rotate: int = 0, password: str | None = None
    ) -> None:
        if FONT not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(FONT, str(next(FONTS.glob("*.ttf")))))
        self._buffer = io.BytesIO()
        encrypt = None
        if password is not None:
            from reportlab.lib.pdfencrypt import StandardEncryption

            encrypt = StandardEncryption(password)
        self.canvas = Canvas(self._buffer, pagesize=(width, height), encrypt=encrypt, invariant=1)
        self.height = height
        self.rotate = 0

    def text(self, x: float, y: float, text: str, size: float = 12, right: bool = False) -> Drawing:
        """Write text whose feet stand at `y`; `right` aligns its end with `x`."""
        self.canvas.setFont(FONT, size)
        (self.canvas.drawRightString if right else self.canvas.drawString)(x, self.height - y, text)
        return self

    def lines(self, x: float, y: float, texts: Sequence[str], size: float = 12, pitch: float = 20) -> Drawing:
        for i, text in enumerate(texts):
            self.text(x, y + i * pitch, text, size)
        return self

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.5) -> Drawing:
        self.canvas.setStrokeColor(black)
        self.canvas.setLineWidth(width)
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)
        return self

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: bool = False) -> Drawing:
        self.canvas.rect(x0, self.height - y1, x1 - x0, y1 - y0, stroke=not fill, fill=fill)
        return self

    def table(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        rows: Sequence[Sequence[str]],
        *,
        style: str = "lines",
        size: float = 10,
    ) -> Drawing:
        """Draw a table. A cell `<` is one with the cell on its left, `^` with the one above; figures at the right.

        `style` is how the lines are drawn: whole ``lines``, a ``boxes`` per cell, thin filled ``bars``, one ``path``.
        """
        path = self.canvas.beginPath() if style == "path" else None
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                if text in ("<", "^"):
                    continue
                right, bottom = c + 1, r + 1
                while right < len(row) and row[right] == "<":
                    right += 1
                while bottom < len(rows) and rows[bottom][c] == "^":
                    bottom += 1
                x0, x1, y0, y1 = xs[c], xs[right], ys[r], ys[bottom]
                if style == "boxes":
                    self.box(x0, y0, x1, y1)
                else:
                    for a, b, d, e in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
                        if style == "bars":
                            self.box(a - 0.2, b - 0.2, d + 0.2, e + 0.2, fill=True)
                        elif path is not None:
                            path.moveTo(a, self.height - b)
                            path.lineTo(d, self.height - e)
                        else:
                            self.rule(a, b, d, e)
                figure = text.replace(",", "").replace(".", "").isdigit() and len(text) > 3
                for i, line in enumerate(text.split("\n")):
                    y = y0 + 13 + i * (size + 2)
                    self.text(x1 - 3 if figure else x0 + 3, y, line, size, right=figure)
        if path is not None:
            self.canvas.drawPath(path)
        return self

    def page(self) -> Drawing:
        """End the page."""
        if self.rotate:
            self.canvas.setPageRotation(self.rotate)
        self.canvas.showPage()
        return self

    def done(self) -> bytes:
        self.canvas.save()
        return self._buffer.getvalue()


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
    """Set a text as pages: wrapped at a margin, paragraphs indented by some characters, pages numbered."""
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
