"""What a table cell holds: a bare number, a quantity, a dash, words; and the quantity that it states.

Offsets of the quantities are offsets into ``Document.text``. A bare number takes its unit from its column or caption;
that unit is never guessed from the size of the number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from fiscal_analysis.document import Cell, fold
from fiscal_analysis.facts import Fact, Indicator
from fiscal_analysis.quantity import Quantity, find_quantities, unit_of

__all__ = [
    "DASHES",
    "Reading",
    "clean",
    "decimal_of",
    "has_digit",
    "kind_of",
    "number_of",
    "quantities_of",
    "quantity_of",
    "with_unit",
]

DASHES = frozenset(("-", "—", "——", "--", "/", "\\", "–", "―"))
_BARE = re.compile(r"([-+]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?( ?%)?")
_HAN = "一-鿿，。、；：（）《》“”"
_GAP = re.compile(rf"(?<=[{_HAN}])\s+(?=\S)|(?<=\S)\s+(?=[{_HAN}])")
_SIGNS = {"≥": ">=", "≧": ">=", ">=": ">=", "≤": "<=", "≦": "<=", "<=": "<=", ">": ">", "<": "<", "约": "~"}
_NATURES = frozenset(
    (*_SIGNS, "=", "═", "＝", "定性", "定量", "⩾", "⩽", "优良中低差", "正向", "反向", "正向指标", "反向指标")
)
_DIGIT = re.compile("[0-9０-９]")
_HAN_FIRST = frozenset("约超达优定正反")  # characters that a figure or a sign may begin with
_FIGURE = re.compile(r"[≥≤≧≦⩾⩽><=═约超达]{0,2} ?(?!(?:19|20)[0-9]{2}年)[0-9]")


class Reading(NamedTuple):
    """What was read from one table.

    Attributes
    ----------
    indicators, facts : list
        The rows, exact.
    claimed : list of (start, end, role)
        Every quantity span that the rows used, as offsets into ``Document.text``.
    unparsed : list of (start, end, reason)
        Rows that could not be settled; nothing of them was taken.
    prose : list of (Cell, "target" or "actual")
        Cells of the general goal, which are prose: what was planned, what was done.
    names : list of Cell
        Names of indicators that hold figures of their own and are sentences.
    codes : list of Cell
        Cells with codes of classifications: they are no quantities.
    """

    indicators: list[Indicator]
    facts: list[Fact]
    claimed: list[tuple[int, int, str]]
    unparsed: list[tuple[int, int, str]]
    prose: list[tuple[Cell, str]]
    names: list[Cell]
    codes: list[Cell]


def new_reading() -> Reading:
    """Return a reading that holds nothing yet."""
    return Reading([], [], [], [], [], [], [])


def clean(text: str) -> str:
    """Return a cell's text without line breaks, and without blanks beside Chinese characters and punctuation."""
    return _GAP.sub("", text.strip()) if (" " in text or "\n" in text or "\t" in text or "　" in text) else text


def has_digit(text: str) -> bool:
    """Tell whether a text may hold a quantity."""
    return _DIGIT.search(text) is not None


@lru_cache(maxsize=8192)
def kind_of(text: str) -> str:
    """Return what a cell holds: ``empty``, ``dash``, ``number``, ``percent``, ``figure``, ``sign`` or ``text``."""
    if text.isdecimal() and text.isascii():
        return "number"
    if text and "一" <= text[0] <= "鿿" and text[0] not in _HAN_FIRST:
        return "text"
    folded = text if text.isascii() else fold(text)
    if not folded:
        return "empty"
    if folded in DASHES:
        return "dash"
    match = _BARE.fullmatch(folded)
    if match is not None:
        return "percent" if match[4] else "number"
    if folded in _NATURES:
        return "sign"
    if len(folded) <= 24 and _FIGURE.match(folded) is not None:
        return "figure"
    return "text"


def number_of(cell: Cell) -> Quantity | None:
    """Return the bare number or percentage that is all of a cell, unit None or ``ratio``."""
    text = cell.text
    if "一" <= text[-1:] <= "鿿":
        return None
    match = _BARE.fullmatch(text if text.isascii() else fold(text))
    if match is None:
        return None
    sign, whole, part, percent = match.groups()
    digits = int(whole.replace(",", "") + (part or "")) * (-1 if sign == "-" else 1)
    places = len(part or "")
    if percent:
        return Quantity(cell.start, cell.end, cell.text, digits, -places - 2, "ratio", None, None, None, places + 2)
    return Quantity(cell.start, cell.end, cell.text, digits, -places, None, None, None, None, places)


def quantities_of(cell: Cell) -> list[Quantity]:
    """Return the quantities of a cell, in order."""
    number = number_of(cell)
    if number is not None:
        return [number]
    if not has_digit(cell.text):
        return list(_shifted(cell)) if any(c in "两十百千万亿" for c in cell.text[:8]) else []
    return _shifted(cell)


def _shifted(cell: Cell) -> list[Quantity]:
    start = cell.start
    return [q._replace(start=q.start + start, end=q.end + start) for q in find_quantities(cell.text)]


def quantity_of(found: Sequence[Quantity]) -> Quantity | None:
    """Return the one quantity of a cell; None where it holds none, or several of which none is the figure."""
    return found[0] if len(found) == 1 else None


def with_unit(quantity: Quantity, printed: str | None, nature: str = "") -> Quantity:
    """Return a bare `quantity` with the unit of its column and the comparator of its nature."""
    comparator = quantity.comparator or _SIGNS.get(fold(nature).strip())
    if quantity.unit is not None or not printed:
        return quantity if comparator == quantity.comparator else quantity._replace(comparator=comparator)
    unit = unit_of(printed)
    if unit is None or unit.base is None:
        if has_digit(printed) or len(printed) > 8:
            return quantity._replace(comparator=comparator)
        return quantity._replace(comparator=comparator, unit="count", counted=clean(printed), decimals=None)
    exponent = quantity.exponent + unit.exponent
    return quantity._replace(
        comparator=comparator,
        unit=unit.base,
        counted=unit.counted,
        exponent=exponent,
        decimals=None if unit.exact else -exponent,
    )


def decimal_of(cell: Cell | None) -> Decimal | None:
    """Return the exact number of a weight or score cell (``10``, ``9.5``, ``10分``, ``10%`` as ten points)."""
    if cell is None:
        return None
    text = cell.text
    if text.isdecimal() and text.isascii():
        return Decimal(text)
    text = fold(text).removesuffix("分").removesuffix("%").strip()
    match = _BARE.fullmatch(text)
    if match is None or match[4]:
        return None
    return (
        Decimal(f"{match[1]}{match[2].replace(',', '')}.{match[3] or 0}")
        if match[3]
        else Decimal(match[1] + match[2].replace(",", ""))
    )
