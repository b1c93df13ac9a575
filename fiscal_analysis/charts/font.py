"""The one font that charts are measured and drawn with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["FAMILY", "FONT_FILE", "FONT_STACK", "font_path", "register_font", "text_width"]

FAMILY = "Fiscal Sans SC"
FONT_FILE = "FiscalSansSC-Regular.ttf"
# The shipped font comes first, so it is what a layout is measured with; the others are for viewers that show a chart
# where the font is not at hand (a notebook on a website, say).
FONT_STACK = f"{FAMILY}, Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


def font_path() -> Path:
    """Return where the font file lies."""
    return Path(__file__).resolve().parent.parent / "fonts" / FONT_FILE


@cache
def register_font() -> str:
    """Make the font known to the chart renderer (once in a process) and return its family name."""
    import vl_convert

    vl_convert.register_font_directory(str(font_path().parent))
    return FAMILY


def text_width(text: str, size: float) -> float:
    """Return about how many pixels `text` takes at `size` pixels: for wrapping titles, not for layout.

    Chinese characters and full-width signs take one em, Latin letters and digits about 0.56 em.
    """
    return size * sum(1.0 if ord(character) > 0x2E7F else 0.56 for character in text)
