"""Read performance forms (项目支出绩效自评表 and its kin): indicators, the fund block, the total, the goals.

The families of these forms differ in columns, order and words, so a column is known by its header word
(``performance_headers.csv``), never by its position. Where cells vanished in flattening, see
:mod:`fiscal_analysis.extract.alignment`; where they are glued, :mod:`fiscal_analysis.extract.glued`.

The general form is the annex of 《项目支出绩效评价管理办法》 (财预〔2020〕10号): execution rate = outturn of the year /
budget of the year after adjustment, ten points; output, benefit and satisfaction indicators, ninety.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from fiscal_analysis.document import Cell, Document, Table, fold
from fiscal_analysis.extract.form_columns import (
    block_of,
    indicator_columns,
)
from fiscal_analysis.extract.form_funds import FundBlock
from fiscal_analysis.extract.form_values import like_target, single_total
from fiscal_analysis.extract.row_places import place, unglue_scores, without
from fiscal_analysis.extract.table_cells import (
    Reading,
    clean,
    decimal_of,
    has_digit,
    kind_of,
    number_of,
    quantities_of,
    quantity_of,
    with_unit,
)
from fiscal_analysis.quantity import Quantity
from fiscal_analysis.readers.header_words import plain, printed_unit, word
from fiscal_analysis.readers.plain.line_cells import header_length

__all__ = ["Reading", "holds_form", "is_performance_table", "read"]

_UNIT_REMARK = re.compile(r"[(（][^()（）]*单位[^()（）]*[)）]$")
_POINTS = re.compile(r"[(（][0-9.]{1,5}分?[)）]$")
# Chapters in which 预算执行率 is an indicator like others, not the form's own execution-rate row.
_CHAPTERS = frozenset(
    ("过程", "项目过程", "决策", "项目决策", "投入", "管理", "项目管理", "预算管理", "资金管理", "管理效率", "投入管理")
)

_NAMES = frozenset(("level1", "level2", "level3", "name"))
# Columns of what is planned, done or scored.
_RESULTS = frozenset(("target", "target_adjusted", "actual", "score", "audit_score"))


def is_performance_table(table: Table) -> bool:
    """Tell whether a table is a performance form, or the fund block of one that stands apart.

    Statements of the accounts print budget and outturn side by side too (预算数, 决算数): a fund block alone counts
    only with its execution rate and the rows that such forms have.
    """
    return _is_form(table, [block_of(row) for row in table.rows])


def holds_form(table: Table) -> bool:
    """Tell whether the header of a performance form stands among other cells of a row: its rows are not told."""
    return any(
        header_length(row, i) for row in table.rows for i, cell in enumerate(row) if word(cell.text).header in _NAMES
    )


def _is_form(table: Table, blocks: Sequence[str]) -> bool:
    if "indicators" in blocks:
        return True
    rated = named = False
    for row, block in zip(table.rows, blocks, strict=True):
        if block == "fund":
            rated = rated or any(word(cell.text).header == "rate" for cell in row)
            named = named or any(word(cell.text).header == "task" for cell in row)
        else:
            named = named or any(_named(cell.text)[0] in ("project", "fund_total") for cell in row[:2])
    return rated and named


def _named(text: str) -> tuple[str, str]:
    """Return the label of a cell and what stands behind its colon (``项目名称：某项目``), empty where nothing does."""
    label = word(text).label
    if label or ("：" not in text and ":" not in text):
        return label, ""
    head, _, _ = fold(text).partition(":")
    label = word(head).label
    return (label, text[len(head) + 1 :].strip()) if label else ("", "")


def read(table: Table, doc: Document, item: str | None = None) -> Reading | None:
    """Read the performance forms of one table.

    Parameters
    ----------
    table : Table
        A table of `doc`, in any layout; several forms may follow one another.
    doc : Document
        The document that holds it; facts take its fiscal year.
    item : str, optional
        The project that the table is of, where no row (项目名称) names it; None for a whole department.

    Returns
    -------
    Reading or None
        None where no header row says that this is a performance form. Facts carry ``extractor="performance"`` and no
        id; indicators' and facts' offsets are offsets into ``doc.text``.
    """
    blocks = [block_of(row) for row in table.rows]
    if not _is_form(table, blocks):
        return _staff_only(table, doc)
    form = _Form(table, doc, _item_above(table, doc) or item)
    for row, block in zip(table.rows, blocks, strict=True):
        form.take(row, block)
    form.finish()
    return form.reading


def _staff_only(table: Table, doc: Document) -> Reading | None:
    """Read the staff in the general part of a department's form; None where the table holds anything else."""
    if not all(len(row) == 2 and word(row[0].text).label == "staff" for row in table.rows):
        return None
    form = _Form(table, doc, None)
    for row in table.rows:
        form.staff(row)
    return form.reading if form.reading.facts else None


def _item_above(table: Table, doc: Document) -> str | None:
    """Return the project that a line before the table names (``项目名称：某项目``); other labels may stand between."""
    end = doc.text.rfind("\n", 0, table.start) if table.start else -1
    for _ in range(_LABELS_ABOVE):
        if end <= 0:
            return None
        begin = doc.text.rfind("\n", max(0, end - _LONGEST_LINE), end) + 1
        label, name = _named(doc.text[begin:end].strip())
        if label == "project":
            return _UNIT_REMARK.sub("", clean(name)) or None
        if label not in ("meta", "body") or not name:
            return None
        end = begin - 1
    return None


def _level(cell: Cell) -> str:
    """Return the name of a level without the points beside it (``产出指标（40分）``)."""
    text = clean(cell.text)
    return _POINTS.sub("", text).rstrip() if text[-1] in ")）" else text


_POINTS_UNIT = re.compile("[(（]分[)）]$")
_LONGEST_LABEL = 12
_LONGEST_LINE = 120
_LABELS_ABOVE = 5  # lines such as 主管部门:某局 between the project's name and its table


class _Form(FundBlock):
    """Reading of one form, row by row."""

    # -- rows ---------------------------------------------------------------------------------------------------

    def take(self, row: tuple[Cell, ...], block: str) -> None:
        """Read one row, which heads `block` or none, in the state that the rows before it left."""
        cells = [cell for cell in row if cell.text]
        if not cells:
            return
        first = word(cells[0].text)
        label, name = _named(cells[0].text)
        if label == "project" and not block:
            if not name:
                named = len(cells) > 1 and not word(cells[1].text).label and not word(cells[1].text).header
                name = clean(cells[1].text) if named else ""
            self.finish()
            self._begin(_UNIT_REMARK.sub("", clean(name)) or self.default)
            for cell, beside in zip(cells, [*cells[1:], None], strict=True):
                if "单位" in cell.text and len(cell.text) < 24:
                    self.money_unit = printed_unit(cell.text) or self.money_unit
                if (
                    beside is not None
                    and "总分" in cell.text
                    and word(_POINTS_UNIT.sub("", cell.text)).label == "total"
                ):
                    self._scored(beside, cells[0].start, cells[-1].end)
            return
        if block == "indicators":
            if self.block == "indicators" and self.reading.indicators and first.header == "index":
                self.level1 = self.level2 = ""
            self._head_indicators(row)
        elif block == "fund":
            self._head_fund(row)
        elif block == "goal":
            self._head_goal(row)
        elif first.label == "total" and (
            self.block == "indicators" or (self.block == "fund" and "分" in cells[0].text and len(cells) == 3)
        ):
            self._total(cells)
        elif self.block == "goal":
            self._goal(row)
        elif self.block == "fund":
            self._fund(row, cells)
        elif self.block == "indicators":
            self._indicator(row, cells)
        elif first.label == "goal" and len(cells) == 2 and len(cells[1].text) > _LONGEST_LABEL:
            self.reading.prose.append((cells[1], "target"))
        elif self._declared(cells):
            return
        else:
            self.staff(cells)
            if first.label == "fund_head" and len(cells) == 1:  # 项目资金(万元) above the money of a declaration
                self.money_unit = printed_unit(cells[0].text) or self.money_unit
            for cell in cells:
                if "单位" in cell.text and len(cell.text) < 24:
                    self.money_unit = printed_unit(cell.text) or self.money_unit

    def staff(self, cells: Sequence[Cell]) -> None:
        """Read the numbers that stand beside labels of staff (``人员编制 | 19``)."""
        for label, cell in pairwise(cells):
            quantity = quantity_of(quantities_of(cell)) if word(label.text).label == "staff" else None
            if quantity is None or quantity.exponent < 0 or quantity.unit not in (None, "count"):
                continue
            if not fold(cell.text).rstrip("人名 ").isdecimal():
                continue
            counted = quantity._replace(unit="count", decimals=None)
            self._fact("staff", "actual", counted, cell, plain(label.text), label.start, cell.end)
            self._claim([counted], "staff")

    def finish(self) -> None:
        """Settle what only the end of a form tells: what the parts of its money are parts of."""
        for parts in self.parts.values():
            self._settle_parts(parts)
        self.parts = {}

    # -- headers ------------------------------------------------------------------------------------------------

    def _head_indicators(self, row: tuple[Cell, ...]) -> None:
        self.block = "indicators"
        self.columns = indicator_columns(row)
        self.level1, self.level2 = self._inherited()

    def _inherited(self) -> tuple[str, str]:
        """Return the levels that a heading names (``（1）产出数量``), where the table prints none."""
        if any(column.role in ("level1", "level2") for column in self.columns) or self.table.section < 0:
            return "", ""
        title = plain(self.doc.outline[self.table.section].title)
        if word(title).level != "2" or not title.startswith(("产出", "数量", "质量", "时效", "经济", "社会", "生态")):
            return "", ""
        stem = title.removeprefix("产出") if title.startswith("产出") else title
        return ("效益指标" if "效益" in title else "产出指标"), stem.removesuffix("指标") + "指标"

    def _head_goal(self, row: tuple[Cell, ...]) -> None:
        self.block = "goal"
        self.goals = []
        filled = [cell for cell in row if cell.text]
        for i, cell in enumerate(row):
            label = word(cell.text).label
            if label in ("goal_target", "goal_actual") and not (i == 0 and len(filled) > 2):
                self.goals.append((label[5:], i))
        rest = [cell for cell in filled if not word(cell.text).label and len(cell.text) > 12]
        if rest:
            self._take_goals(rest)

    def _goal(self, row: tuple[Cell, ...]) -> None:
        cells = [cell for cell in row if cell.text and not word(cell.text).label]
        if not cells:
            return
        if word(row[0].text).label in ("fund_head", "meta", "body"):
            return
        if len(cells) < len(self.goals):
            places = {i: kind for kind, i in self.goals}
            for cell in cells:
                if len(row) > max(places) and cell.column in places:
                    self.reading.prose.append((cell, places[cell.column]))
            return
        self._take_goals(cells)

    def _take_goals(self, cells: list[Cell]) -> None:
        if len(cells) == len(self.goals) + 1 and len(cells[0].text) <= 8:
            cells = cells[1:]
        if len(cells) == len(self.goals):
            self.reading.prose.extend((cell, kind) for cell, (kind, _) in zip(cells, self.goals, strict=True))
        elif len(self.goals) == 1:
            self.reading.prose.extend((cell, self.goals[0][0]) for cell in cells)
        else:
            self._unparsed(cells, "goal cells cannot be told into planned and done")

    # -- indicators -----------------------------------------------------------------------------------------------

    def _indicator(self, row: tuple[Cell, ...], cells: list[Cell]) -> None:
        first = word(cells[0].text)
        if first.label in ("meta", "body", "grade", "goal") and not first.level:
            return
        if len(cells) == 1 and has_digit(cells[0].text) and len(cells[0].text.split()) > 2:
            self._unparsed(cells, "cells that cannot be cut into rows")
            return
        if len(cells) > 1 and _POINTS.fullmatch(cells[0].text):
            row, cells = without(row, cells[0]), cells[1:]  # the points of the level that the line above names
        cells = unglue_scores(cells, self.columns, self.doc.text)
        placed = place(row, cells, self.columns, self.table, self.doc.text)
        if placed is None:
            self._carry_levels(cells)
            if any(has_digit(cell.text) for cell in cells) or len(cells) > 2:
                self._unparsed(cells, "cells of the indicator row cannot be assigned to the columns")
            return
        if self.table.layout == "lines" and self._lacks_points(placed):
            self._unparsed(cells, "a row without weight and score below rows that have them")
            return
        printed1, printed2 = placed.get("level1"), placed.get("level2")
        level3 = clean(placed["level3"].text) if "level3" in placed else ""
        values = [placed.get(role) for role in ("target", "target_adjusted", "actual", "weight", "score")]
        if not any(values):
            if not level3 and (printed1 is not None or printed2 is not None):
                self.level1 = _level(printed1) if printed1 is not None else self.level1
                self.level2 = _level(printed2) if printed2 is not None else ""
            return
        if not any(column.role in _RESULTS for column in self.columns):
            for role in ("weight", "level_weight"):  # a scheme of points, nothing is planned or scored
                if role in placed:
                    self._claim_cell(placed[role], role)
            return
        is_rate = self._is_rate(printed1, printed2, level3)
        if is_rate:
            level1, level2 = "预算执行率", ""
            printed = printed2 or printed1
            level3 = level3 or (_level(printed) if printed is not None else "")
        else:
            if printed1 is not None:
                if _level(printed1) != self.level1:
                    self.level2 = ""
                self.level1 = _level(printed1)
            if printed2 is not None:
                self.level2 = _level(printed2)
            level1, level2 = self.level1, self.level2
            if not level3:
                if printed2 is None or not ("target" in placed or "actual" in placed):
                    for role in ("weight", "score", "level_weight"):
                        if role in placed:
                            self._claim(quantities_of(placed[role]), "subtotal")
                    return
                level3 = level2
        weight, score = decimal_of(placed.get("weight")), decimal_of(placed.get("score"))
        self.weights.append(weight)
        self.scores.append(score)
        target, actual = self._values(placed)
        note = clean(placed["note"].text) if "note" in placed else ""
        self._add((level1, level2, level3), target, actual, weight, score, note, cells)
        for role in ("weight", "score", "audit_score", "coefficient", "level_weight", "index", "method"):
            if role in placed:
                self._claim_cell(placed[role], role)
        if "note" in placed:
            self._claim_cell(placed["note"], "deviation_note")
        named = placed.get("level3")
        if (
            named is not None
            and has_digit(named.text)
            and ("，" in named.text or "。" in named.text or "," in named.text)
        ):
            self.reading.names.append(named)
        if is_rate or word(level3).level == "rate":
            for quantity, role in ((target[1], "target"), (actual[1], "actual")):
                if quantity is not None and quantity.unit == "ratio":
                    self._fact(
                        "execution_rate",
                        role,
                        quantity,
                        placed.get(role) or cells[0],
                        self.item,
                        cells[0].start,
                        cells[-1].end,
                    )

    def _lacks_points(self, placed: dict[str, Cell]) -> bool:
        """Tell whether a row that states values has neither weight nor score, while the row above has its weight."""
        roles = {column.role for column in self.columns}
        if not {"weight", "score"} <= roles or "weight" in placed or "score" in placed:
            return False
        last = self.reading.indicators[-1] if self.reading.indicators else None
        stated = "target" in placed or "actual" in placed
        return stated and last is not None and bool(last.level3) and last.weight is not None

    def _carry_levels(self, cells: Sequence[Cell]) -> None:
        """Keep the levels that a row prints which cannot be settled: the rows below inherit them."""
        for cell in cells[:2]:
            level = word(cell.text).level
            if level.startswith("1"):
                self.level1, self.level2 = _level(cell), ""
            elif level.startswith("2"):
                self.level2 = _level(cell)

    def _is_rate(self, printed1: Cell | None, printed2: Cell | None, level3: str) -> bool:
        """Tell whether a row is the form's execution-rate row and not an indicator of that name in a chapter."""
        process = plain(self.level1).removesuffix("指标") in _CHAPTERS
        own = printed1 or printed2
        if own is None:
            return word(level3).level == "rate" and not process
        if word(own.text).level == "rate":
            return True
        # 预算执行 | 预算执行率 is a chapter of its own where no chapter of process holds it
        named = plain(own.text).startswith("预算执行") and word(level3).level == "rate"
        return named and (printed1 is not None or (bool(self.level1) and not process))

    def _values(self, placed: dict[str, Cell]) -> tuple[tuple[str, Quantity | None], tuple[str, Quantity | None]]:
        """Return text and quantity of target and actual, with the unit and the nature of their own columns."""
        adjusted = placed.get("target_adjusted")
        target = adjusted if adjusted is not None and kind_of(adjusted.text) != "dash" else placed.get("target")
        for other in (placed.get("target"), adjusted):
            if other is not None and other is not target:
                self._claim(quantities_of(other), "target_initial")
        actual = placed.get("actual")
        unit = placed["unit"].text if "unit" in placed else None
        nature = placed["nature"].text if "nature" in placed else ""
        header = next((printed_unit(c.text) for c in self.columns if c.role == "target" and "(" in fold(c.text)), None)
        wanted = self._value(target, unit or header, nature, "target")
        done = self._value(actual, unit or header, "", "actual")
        if done[1] is not None and done[1].unit is None and wanted[1] is not None:
            done = (done[0], like_target(done[1], wanted[1]))
        return wanted, done

    def _value(self, cell: Cell | None, unit: str | None, nature: str, role: str) -> tuple[str, Quantity | None]:
        if cell is None:
            return "", None
        found = quantities_of(cell)
        self._claim(found, role)
        text = clean(cell.text)
        quantity = quantity_of(found)
        if quantity is None:
            return text, None
        bare = quantity.unit is None
        quantity = with_unit(quantity, unit, nature)
        if bare and kind_of(cell.text) == "number":
            sign = nature.strip() if fold(nature).strip() not in ("定性", "定量") and kind_of(nature) == "sign" else ""
            shown = clean(unit) if unit and quantity.unit is not None and role == "target" else ""
            text = f"{sign}{text}{shown}"
        elif (
            nature
            and kind_of(nature) == "sign"
            and quantity.comparator
            and nature.strip() not in text
            and len(nature.strip()) < 2
        ):
            text = nature.strip() + text
        return text, quantity

    def _total(self, cells: list[Cell]) -> None:
        """Read the row of the total: full marks and score."""
        numbers = [(cell, number) for cell in cells[1:] if (number := decimal_of(cell)) is not None]
        start, end = cells[0].start, cells[-1].end
        roles = {column.role for column in self.columns}
        if not numbers:
            return
        if not roles & _RESULTS and self.block == "indicators":
            self._claim(quantities_of(numbers[0][0]), "weight")  # a scheme of points, nothing is scored
            return
        if len(numbers) == 3 and {"weight", "score", "audit_score"} <= roles:
            self._scored_twice(numbers, start, end)
            return
        if len(numbers) >= 2 and {"weight", "score"} <= roles:
            given = [(numbers[0], "weight"), (numbers[1], "score")]
            if numbers[1][1] > numbers[0][1]:
                self._unparsed(cells, "the total's score is above its full marks")
                return
        elif len(numbers) == 1:
            measure = single_total(numbers[0][1], roles, self.weights, self.scores)
            if measure is None:
                self._unparsed(cells, "the total may be the full marks or the score")
                return
            given = [(numbers[0], measure)]
        else:
            self._unparsed(cells, "the total's figures match no columns of weight and score")
            return
        for (cell, _), measure in given:
            quantity = number_of(cell) or quantity_of(quantities_of(cell))
            if quantity is not None:
                quantity = quantity._replace(unit="score", decimals=None, counted=None)
                self._fact("evaluation_score", measure, quantity, cell, self.item, start, end)
                self._claim([quantity], measure)

    def _scored(self, cell: Cell, start: int, end: int) -> None:
        """Read the score that stands beside the project's name."""
        quantity = number_of(cell) or quantity_of(quantities_of(cell))
        if quantity is not None and quantity.unit in (None, "score"):
            quantity = quantity._replace(unit="score", decimals=None, counted=None)
            self._fact("evaluation_score", "score", quantity, cell, self.item, start, end)
            self._claim([quantity], "score")

    def _scored_twice(self, numbers: Sequence[tuple[Cell, Decimal]], start: int, end: int) -> None:
        """Read a total that the body and a second reader (财政审核) scored; the scores' items say who did."""
        columns = [column for column in self.columns if column.role in ("weight", "score", "audit_score")]
        for (cell, _), column in zip(numbers, columns, strict=True):
            quantity = number_of(cell)
            if quantity is None:
                continue
            who = plain(column.text).removesuffix("评分").removesuffix("得分")
            item = self.item if column.role == "weight" else f"{self.item}/{who}" if self.item else who
            measure = "weight" if column.role == "weight" else "score"
            self._fact(
                "evaluation_score", measure, quantity._replace(unit="score", decimals=None), cell, item, start, end
            )
            self._claim([quantity], measure)
