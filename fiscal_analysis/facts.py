"""Facts and indicators as the extractors state them, exact, before they become rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fiscal_analysis.quantity import Quantity

__all__ = ["Fact", "Indicator"]


@dataclass(slots=True)
class Fact:
    """One stated figure with its meaning. Columns as in the facts table; the value is exact.

    The value is ``digits * 10**exponent`` in the base unit (decreases negative), ``high_digits`` the upper end of a
    range at the same exponent. `source_start` and `source_end` are offsets into ``Document.text``. `quantity` is the
    index of the claimed quantity in the document's list of quantities. `printed` is digits and exponent of what the
    source prints, where a correction stands for it.
    """

    concept: str
    measure: str
    digits: int
    exponent: int
    unit: str
    fiscal_year: int | None
    raw: str
    source_start: int
    source_end: int
    decimals: int | None = None
    high_digits: int | None = None
    comparator: str | None = None
    counted: str | None = None
    fund: str | None = None
    subject_code: str | None = None
    economic_code: str | None = None
    subject_name: str | None = None
    scope: str | None = None
    item: str | None = None
    period: str | None = None
    base: str | None = None
    section: int = -1
    quote_start: int = 0
    quote_end: int = 0
    extractor: str = ""
    flag: str = ""
    page: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    quantity: int = -1
    fact_id: str = ""
    printed: tuple[int, int] | None = None

    @property
    def value(self) -> Decimal:
        """The value in the base unit, exact."""
        return Decimal(self.digits).scaleb(self.exponent)


@dataclass(slots=True)
class Indicator:
    """One third-level indicator of a performance table, as in the indicators table.

    `target` and `actual` are the quantities in the cells (None where the cell is text only); `weight` and `score` are
    exact. The execution-rate row that such tables carry has ``level1 == "预算执行率"``.
    """

    item: str | None
    level1: str
    level2: str
    level3: str
    target_text: str
    target: Quantity | None
    actual_text: str
    actual: Quantity | None
    weight: Decimal | None
    score: Decimal | None
    deviation_note: str
    source_start: int
    source_end: int
    table: int = 0
    row: int = 0
    indicator_id: str = ""
