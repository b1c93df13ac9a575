"""The money of a performance form: budget, outturn and execution rate by source, and what a declaration applies for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from fiscal_analysis.document import Cell, fold
from fiscal_analysis.extract.form_columns import MONEY, block_of, fund_columns, printed_points
from fiscal_analysis.extract.form_state import FormState
from fiscal_analysis.extract.form_values import execution_rate, fund_subject
from fiscal_analysis.extract.row_places import place, place_glued, without
from fiscal_analysis.extract.table_cells import (
    clean,
    decimal_of,
    has_digit,
    kind_of,
    number_of,
    quantities_of,
    with_unit,
)
from fiscal_analysis.quantity import Quantity, unit_of
from fiscal_analysis.readers.header_words import plain, printed_unit, word

__all__ = ["FundBlock"]

_MEASURES = {"initial": "initial_budget", "adjusted": "adjusted_budget", "final": "final"}
_LABEL_ONLY = re.compile(r"^[^一-鿿]+")
_OF_WHICH = re.compile(r"^其中[:：]?")
_UNIT_ONLY = re.compile(r"\((?:亿元|万元|千元|元)\):?")
_PAIR = re.compile(r"(?:其中[:：])?([^:：0-9]{2,20})[:：]\s*([0-9][0-9,.]*)\s*(亿元|万元|元)?")


def _amount(cell: Cell) -> Quantity | None:
    """Return the amount that is all of a cell, with or without its unit."""
    number = number_of(cell)
    if number is not None:
        return number
    found = quantities_of(cell)
    whole = len(found) == 1 and found[0].unit == "CNY" and (found[0].start, found[0].end) == (cell.start, cell.end)
    return found[0] if whole else None


class FundBlock(FormState):
    """Reading of the rows of a form that state money."""

    def _head_fund(self, row: tuple[Cell, ...]) -> None:
        self.block = "fund"
        self.columns = fund_columns(row)
        self.fund_unit = next((u for u in (printed_unit(cell.text) for cell in row) if u and u.endswith("元")), None)

    def _fund(self, row: tuple[Cell, ...], cells: list[Cell]) -> None:
        first = word(cells[0].text)
        if first.label == "goal":
            self.block = "goal"
            self.goals = [("target", 1)]
            rest = [cell for cell in cells[1:] if not word(cell.text).label]
            if len(rest) == 1:
                self.reading.prose.append((rest[0], "target"))
            return
        if first.label in ("meta", "body", "grade") or not any(has_digit(cell.text) for cell in cells):
            return
        if any(_PAIR.fullmatch(fold(cell.text)) and not cell.text.startswith("按") for cell in cells):
            self._take_parts(cells)
            return
        if len(cells) > 1 and _UNIT_ONLY.fullmatch(fold(cells[0].text)):
            # the unit of the block's label, which stands a line above
            self.fund_unit = self.fund_unit or printed_unit(cells[0].text)
            row, cells = without(row, cells[0]), cells[1:]
        placed = place_glued(cells, self.columns, self.doc.text)
        if placed is None:
            if not any(kind_of(cell.text) in ("number", "percent", "figure") for cell in cells):
                self._unparsed(cells, "figures among words, or glued so that arithmetic does not part them")
                return
            placed = place(row, cells, self.columns, self.table, self.doc.text)
        if placed is None:
            self._unparsed(cells, "figures of the fund row cannot be told apart")
            return
        label = placed.get("label")
        name = clean(label.text) if label is not None else ""
        name = _OF_WHICH.sub("", plain(_LABEL_ONLY.sub("", fold(name))))
        self._fund_facts(cells, placed, name, word(label.text).label if label is not None else "fund_total")

    def _take_parts(self, cells: Sequence[Cell]) -> None:
        """Keep the parts of the money by nature of revenue and of expenditure (``一般公共预算：1528.80``)."""
        for cell in cells:
            match = _PAIR.fullmatch(fold(cell.text))
            found = (
                quantities_of(
                    Cell(cell.text[match.start(2) :], cell.start + match.start(2), cell.end, cell.row, cell.column)
                )
                if match
                else []
            )
            if match is None or len(found) != 1:
                continue
            kind = "expenditure" if "支出" in match[1] or match[1].endswith("经费") else "revenue"
            quantity = with_unit(found[0], self.fund_unit or self.money_unit or "万元")
            if quantity.unit == "CNY":
                self.parts.setdefault(kind, []).append((plain(match[1]), quantity, cell, cells[0].start, cells[-1].end))

    def _settle_parts(self, parts: Sequence[tuple[str, Quantity, Cell, int, int]]) -> None:
        """State the parts of the money as what they add up to: budget or outturn of the form's total."""
        total = sum((part[1].value for part in parts), Decimal(0))
        roles = [
            role for role in ("final", "adjusted", "initial") if role in self.whole and self.whole[role].value == total
        ]
        for name, quantity, cell, start, end in parts:
            concept, item, fund = fund_subject(name, False, self.item, self.item is None and self._is_overall())
            if not roles:
                self._unparsed([cell], "the parts add up to none of the totals")
                continue
            if concept == "appropriation_expenditure":
                concept = "revenue_appropriation"  # 按收入性质分
            self._fact(concept, _MEASURES[roles[0]], quantity, cell, item, start, end).fund = fund
            self._claim([quantity], roles[0])

    def _declared(self, cells: Sequence[Cell]) -> bool:
        """Read a row of a goal declaration's money (资金总额), which is applied for: the initial budget."""
        head, second = word(cells[0].text).label, word(cells[1].text).label if len(cells) > 2 else ""
        if head == "fund_head" and second in ("fund_total", "fund_part"):
            self.money_unit = printed_unit(cells[0].text) or self.money_unit
            cells = cells[1:]
        unit = None
        if len(cells) == 3 and (printed := unit_of(cells[2].text)) is not None and printed.base == "CNY":
            unit, cells = cells[2].text, cells[:2]  # 资金总额 | 862.45 | 万元
        label = word(cells[0].text).label
        number = _amount(cells[1]) if len(cells) == 2 else None
        if label not in ("fund_total", "fund_part", "fund_head") or number is None or not self._declares():
            return False
        self.fund_unit = printed_unit(cells[0].text) or self.fund_unit
        quantity = with_unit(number, unit or self.fund_unit or self.money_unit)
        if quantity.unit != "CNY":
            self._unparsed(cells, "no unit is stated for the figure")
            return True
        name = _OF_WHICH.sub("", plain(_LABEL_ONLY.sub("", fold(cells[0].text))))
        concept, item, fund = fund_subject(
            name, label != "fund_part", self.item, self.item is None and self._is_overall()
        )
        self._fact(concept, "initial_budget", quantity, cells[1], item, cells[0].start, cells[1].end).fund = fund
        self._claim([quantity], "initial")
        return True

    def _declares(self) -> bool:
        """Tell whether the form declares goals: it has no column of what was done or scored."""
        if self.declares is None:
            headers = {word(cell.text).header for row in self.table.rows if block_of(row) for cell in row}
            self.declares = not headers & {"actual", "score", "final"}
        return self.declares

    def _fund_facts(self, cells: list[Cell], placed: dict[str, Cell], name: str, label: str) -> None:
        start, end = cells[0].start, cells[-1].end
        unit = self.fund_unit or self.money_unit or "万元"
        total = label in ("fund_total", "total", "fund_head", "body") or not name or name.endswith("总额")
        amounts: dict[str, Quantity] = {}
        for role in MONEY:
            cell = placed.get(role)
            found = quantities_of(cell) if cell is not None else []
            if cell is None or len(found) != 1:
                continue
            quantity = with_unit(found[0], unit)
            if quantity.unit == "CNY":
                amounts[role] = quantity
        rate, base = execution_rate(placed.get("rate"), self.columns, amounts)
        if placed.get("rate") is not None and rate is None and kind_of(placed["rate"].text) == "number":
            self._unparsed([placed["rate"]], "execution rate without a percent sign that agrees with no budget")
        concept, item, fund = fund_subject(name, total, self.item, self.item is None and self._is_overall())
        if any(word(column.text).header == "task" for column in self.columns):
            concept, item, fund = ("expenditure", None, None) if total else ("project_funding", name or None, None)
        if total and not self.whole:
            self.whole = amounts
        received = placed.get("received")
        if received is not None and any("下达" in c.text for c in self.columns if c.role == "received"):
            allotted = number_of(received)
            if allotted is not None and allotted.unit is None:
                quantity = with_unit(allotted, unit)
                place = f"{item}/实际下达" if item else "实际下达"
                self._fact(concept, "adjusted_budget", quantity, received, place, start, end).fund = fund
                self._claim([quantity], "received")
        for role, quantity in amounts.items():
            fact = self._fact(concept, _MEASURES[role], quantity, placed[role], item, start, end)
            fact.fund = fund
            self._claim([quantity], role)
        if rate is not None:
            fact = self._fact("execution_rate", "actual", rate, placed["rate"], item, start, end)
            fact.base, fact.fund = base, fund
            self._claim([rate], "rate")
        weight_cell = placed.get("rate_weight") or placed.get("weight")
        score_cell = placed.get("rate_score") or placed.get("score")
        weight, score = decimal_of(weight_cell), decimal_of(score_cell)
        for cell, role in ((weight_cell, "weight"), (score_cell, "score")):
            if cell is not None and kind_of(cell.text) != "dash":
                self._claim(quantities_of(cell), role)
        if weight is None and score is not None:
            weight = printed_points(self.columns)
        if self.rate_row or (weight is None and score is None and (rate is None or not total)):
            return
        if any(word(column.text).header == "task" for column in self.columns):
            return
        self.rate_row = True
        self.weights.append(weight)
        self.scores.append(score)
        text = clean(placed["rate"].text) if placed.get("rate") is not None else ""
        note = clean(placed["note"].text) if placed.get("note") is not None else ""
        self._add(("预算执行率", "", ""), ("", None), (text, rate), weight, score, note, cells)
