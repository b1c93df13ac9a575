"""What is known while a performance form is read: its block and columns, what rows inherit, what was found."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fiscal_analysis.document import Cell, Document, Table
from fiscal_analysis.extract.form_columns import Column
from fiscal_analysis.extract.table_cells import has_digit, new_reading, quantities_of
from fiscal_analysis.facts import Fact, Indicator
from fiscal_analysis.quantity import Quantity
from fiscal_analysis.readers.header_words import printed_unit, word

__all__ = ["FormState"]


class FormState:
    """The state of reading one form: the block, its columns, what was carried down."""

    def __init__(self, table: Table, doc: Document, item: str | None) -> None:
        self.table = table
        self.doc = doc
        self.default = item
        self.reading = new_reading()
        self.money_unit = printed_unit(table.caption)
        self.declares: bool | None = None  # known once it was asked for
        self._begin(item)

    def _begin(self, item: str | None) -> None:
        self.item = item
        self.block = ""
        self.columns: list[Column] = []
        self.level1 = self.level2 = ""
        self.rate_row = False
        self.weights: list[Decimal | None] = []
        self.scores: list[Decimal | None] = []
        self.fund_unit: str | None = None
        self.goals: list[tuple[str, int]] = []
        self.whole: dict[str, Quantity] = {}
        self.parts: dict[str, list[tuple[str, Quantity, Cell, int, int]]] = {}

    def _unparsed(self, cells: Sequence[Cell], reason: str) -> None:
        self.reading.unparsed.append((cells[0].start, cells[-1].end, reason))

    def _claim(self, quantities: Sequence[Quantity], role: str) -> None:
        for quantity in quantities:
            self.reading.claimed.append((quantity.start, quantity.end, role))

    def _claim_cell(self, cell: Cell, role: str) -> None:
        """Claim what a cell holds; a bare number is all of it."""
        if cell.text.isdecimal():
            self.reading.claimed.append((cell.start, cell.end, role))
        elif has_digit(cell.text):
            self._claim(quantities_of(cell), role)

    def _is_overall(self) -> bool:
        """Tell whether the form is of a whole department's expenditure."""
        return (
            self.doc.metadata.kind in ("overall_evaluation", "final_accounts")
            or "整体" in self.table.caption
            or "整体" in self.doc.metadata.title
            or any(
                "整体" in cell.text or word(cell.text).label == "body" for row in self.table.rows[:6] for cell in row
            )
        )

    def _add(
        self,
        levels: tuple[str, str, str],
        target: tuple[str, Quantity | None],
        actual: tuple[str, Quantity | None],
        weight: Decimal | None,
        score: Decimal | None,
        note: str,
        cells: Sequence[Cell],
    ) -> None:
        self.reading.indicators.append(
            Indicator(
                self.item, *levels, *target, *actual, weight, score, note, cells[0].start, cells[-1].end,
                self.table.index, cells[0].row,
            )
        )  # fmt: skip

    def _fact(
        self, concept: str, measure: str, quantity: Quantity, cell: Cell, item: str | None, start: int, end: int
    ) -> Fact:
        fact = Fact(
            concept,
            measure,
            quantity.digits,
            quantity.exponent,
            quantity.unit or "",
            self.doc.metadata.fiscal_year,
            self.doc.text[quantity.start : quantity.end],
            quantity.start,
            quantity.end,
            decimals=quantity.decimals,
            high_digits=quantity.high_digits,
            comparator=quantity.comparator,
            counted=quantity.counted,
            item=item,
            section=self.table.section,
            quote_start=start,
            quote_end=end,
            extractor="performance",
            flag=quantity.flag,
            page=self.table.page,
            table=self.table.index,
            row=cell.row,
            column=cell.column,
        )
        self.reading.facts.append(fact)
        return fact
