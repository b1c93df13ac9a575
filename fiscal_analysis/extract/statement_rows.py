"""The rows of a statement table: which cells name a row, which are its figures, and of what code or label they are.

Rows may hold several panels side by side (收入 | 支出, halves of the economic classes). Where the source keeps
empty cells a cell's place tells its column; where it dropped them, the order of codes, names and figures does,
and a figure whose column stays open is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from fiscal_analysis.document import Cell, fold
from fiscal_analysis.extract.lexicon import functional_names
from fiscal_analysis.extract.statement_codes import is_code, known_class
from fiscal_analysis.extract.statement_columns import SUBJECTS, StatementColumn, panels_of
from fiscal_analysis.extract.table_cells import kind_of, number_of
from fiscal_analysis.readers.header_words import statement_label, statement_row

__all__ = ["Entry", "cell_kind", "entries", "sole_choice"]

_FIGURES = frozenset(("number", "percent", "dash", "empty", "figure"))
_SHORT = re.compile(r"[0-9]{1,2}")
_NUMBER = re.compile(r"[0-9]{1,3}")  # of a row
_BODY_CODE = re.compile(r"[0-9]{3,12}")
_CODED_NAME = re.compile(r"([\[(（【]?)([235][0-9]{2}(?:[0-9]{2}){0,2})[\])）】]? *[-—_－]{0,2} *(?=[一-鿿])[^0-9]+")
_LABEL = re.compile("[0-9]{1,2} ?[.、．](?![0-9])|[0-9]+[^0-9.,%]*[:：]|[^0-9]*[0-9]+[^0-9]{6,}")
_PLAIN = StatementColumn("value")
_SIDES = {"carryover_opening": "revenue", "carryover_closing": "expenditure"}  # where a balance stands
_HALVES = ("人员经费", "公用经费", "日常公用经费")
_MOST_OPEN = 12
_TOTALS = frozenset(("", "revenue", "expenditure", "appropriation_expenditure"))


class Entry(NamedTuple):
    """One panel of a row: codes and label as printed, and each figure with its column (None: the column is open).

    `marked` are the cells that hold the codes; `unit` is the body under a department that the row is of.
    """

    panel: int
    codes: tuple[str, ...]
    label: str
    figures: tuple[tuple[Cell, StatementColumn | None], ...]
    marked: tuple[Cell, ...] = ()
    unit: str = ""


def cell_kind(text: str) -> str:
    """Return what a cell holds, as :func:`kind_of`; a label with a number before it is words."""
    kind = kind_of(text)
    return "text" if kind == "figure" and _LABEL.match(text) is not None else kind


def entries(row: Sequence[Cell], columns: Sequence[StatementColumn], keeps_blanks: bool) -> list[Entry]:
    """Return what a row says, panel by panel.

    Parameters
    ----------
    row : sequence of Cell
        The row as it stands.
    columns : sequence of StatementColumn
        The columns; empty where the table has no header.
    keeps_blanks : bool
        The source keeps empty cells, so that a shorter row lacks cells at its end only.
    """
    if columns and (len(row) == len(columns) or (keeps_blanks and len(row) < len(columns))) and _fits(row, columns):
        return _by_place(row, columns)
    return _by_order(row, columns)


def _fits(row: Sequence[Cell], columns: Sequence[StatementColumn]) -> bool:
    for cell, column in zip(row, columns, strict=False):
        kind = cell_kind(cell.text)
        if column.role == "value" and kind not in _FIGURES:
            return False
        if column.role in ("name", "label", "unit") and kind in ("number", "percent"):
            if column.role != "name" or not is_code(cell.text):
                return False
        if column.role in ("code", "part") and (
            kind in ("percent", "figure") or (kind == "number" and not _digits(fold(cell.text)))
        ):
            return False
    return True


def _by_place(row: Sequence[Cell], columns: Sequence[StatementColumn]) -> list[Entry]:
    found: list[Entry] = []
    for number, panel in enumerate(panels_of(columns)):
        here = [(row[i], columns[i]) for i in panel if i < len(row)]
        entry = _named([pair for pair in here if pair[1].role != "value"], number)
        figures = tuple(
            (cell, column)
            for cell, column in here
            if column.role == "value" and cell_kind(cell.text) in ("number", "percent", "figure")
        )
        if figures and found and not (entry.label or any(entry.codes)) and found[-1].label and not found[-1].figures:
            # a total spans the panel behind its own
            halves = {columns[i].half for i in panels_of(columns)[found[-1].panel]}
            figures = tuple((c, k if k.half in halves else k._replace(half="")) for c, k in figures)
            found[-1] = found[-1]._replace(figures=figures)
        else:
            found.append(entry._replace(figures=figures))
    return found


def _named(cells: Sequence[tuple[Cell, StatementColumn]], number: int) -> Entry:
    """Return what the cells that name a row say of it: codes, label, body."""
    codes: list[str] = []
    marked: list[Cell] = []
    label = unit = ""
    settled = False  # the label is the name of a code, or of a part
    for whole, column in cells:
        *coded, cell = _parted(whole) if column.role in ("code", "name", "label") else [whole]
        total = bool(cell.text) and statement_row(cell.text).role in ("total", "grand_total")
        if coded or (column.role == "name" and is_code(cell.text)):
            if not any(codes):
                codes.append((coded or [cell])[0].text)
                marked.extend(coded or [cell])
                label, settled = (cell.text, True) if coded and not settled else (label, settled)
        elif column.role in ("code", "part"):
            if not cell.text or _digits(cell.text):
                codes.append(fold(cell.text).strip())
                marked.append(cell)
            else:
                label = label or cell.text
        elif column.role == "unit" and not total:
            unit = cell.text or unit
        elif column.role in SUBJECTS:
            # of 上级资金 | 小计 the first says whose sum it is; of two names of a code, the first is the code's
            sums = total or statement_label(cell.text) == "小计"
            if cell.text and not (settled and (sums or (column.role == "name" and any(codes)))):
                label, settled = cell.text, True
        elif total and not label:
            label = cell.text  # 合计 under the number or the code of a body
    return Entry(number, tuple(codes), label, (), tuple(marked), unit)


def _is_short(
    columns: Sequence[StatementColumn], panels: Sequence[Sequence[int]], cells: Sequence[Cell], label: str
) -> bool:
    """Tell whether a body and what is its own (单位名称, 项目名称) cannot be told apart in a row."""
    roles = [column.role for column in columns if column.role in ("unit", "label", "name")]
    if len(panels) > 1 or not {"unit", "label"} <= set(roles):
        return False
    words = sum(cell_kind(cell.text) == "text" for cell in cells)
    return words < len(roles) and statement_row(label).role not in ("total", "grand_total")


def _nameless(cells: Sequence[Cell], columns: Sequence[StatementColumn]) -> bool:
    """Tell whether a row is a code and a figure for each column: its name stands in the lines around it."""
    if not cells or len(cells) != 1 + sum(column.role == "value" for column in columns):
        return False
    code = cells[0].text
    return is_code(code) and known_class(code) and all(cell_kind(cell.text) in _FIGURES for cell in cells[1:])


def _digits(text: str) -> bool:
    return text.replace(" ", "").isdigit()


def _by_order(row: Sequence[Cell], columns: Sequence[StatementColumn]) -> list[Entry]:
    """Read a row whose cells cannot be told by their place: codes, label and figures in their order."""
    coded = not columns or any(column.role in ("code", "part") for column in columns)
    cells = [part for cell in row if cell.text for part in _parted(cell)]
    panels = panels_of(columns) if columns else [[]]
    numbered = [any(columns[i].name == "行次" for i in panel) for panel in panels]
    only = -1  # the panel that a row's number tells
    if numbered[0] and len(cells) > 1 and _NUMBER.fullmatch(cells[0].text) and cell_kind(cells[1].text) == "text":
        del cells[0]  # the number of a row whose first panel is blank
        only = 1 if len(panels) == 2 else -1
    leading = _leading(cells)
    if coded and not leading and _nameless(cells, columns):
        leading = 1
    segments: list[tuple[list[str], list[str], list[Cell]]] = [([], [], [])]
    marked: list[Cell] = []
    for i, cell in enumerate(cells):
        kind = cell_kind(cell.text)
        codes, labels, values = segments[-1]
        following = cells[i + 1].text if i + 1 < len(cells) else ""
        if i < leading:
            codes.append(fold(cell.text))
            marked.append(cell)
        elif coded and kind in ("number", "text") and _opens(cell.text, codes, labels, values, following):
            if labels or values:
                segments.append(([], [], []))
            segments[-1][0].extend(fold(cell.text).split())
            marked.append(cell)
        elif kind in _FIGURES:
            values.append(cell)
        elif labels or values:
            segments.append(([], [cell.text], []))
        else:
            labels.append(cell.text)
    if len(panels) == 1 and len(segments) > 1 and not any(values for _, _, values in segments[:-1]):
        if all(codes for codes, _, _ in segments):
            # a functional and an economic code, each with its name
            segments = [([code for codes, _, _ in segments for code in codes], segments[-1][1], segments[-1][2])]
    found: list[Entry] = []
    for number, (codes, labels, values) in enumerate(segments):
        label = labels[0] if labels else ""
        at = number if len(segments) == len(panels) else _panel_of(label, panels, columns)
        if any(numbered) and (labels or codes):
            if values and _NUMBER.fullmatch(values[0].text):
                del values[0]
            if len(segments) < len(panels) and values and _NUMBER.fullmatch(values[-1].text):
                del values[-1]  # the number of a row whose next panel is blank
                only = 0 if len(panels) == 2 and only < 0 else only
            at = only if at < 0 else at
        if at >= 0 and values and _BODY_CODE.fullmatch(values[0].text) and columns:
            if any(columns[i].name.endswith("码") and columns[i].role == "skip" for i in panels[at]):
                del values[0]
        if at >= 0 or not columns:
            lined = _line_up(
                values, [columns[i] for i in panels[at] if columns[i].role == "value"] if columns else [_PLAIN]
            )
        else:
            # the panel is open: figures are taken only where all panels have one column of figures alike
            single = all(sum(columns[i].role == "value" for i in panel) == 1 for panel in panels)
            halves = {columns[i].half for panel in panels for i in panel if columns[i].role == "value"}
            alike = next((columns[i]._replace(side="") for i in panels[0] if columns[i].role == "value"), None)
            if alike is not None and len(halves) > 1:
                alike = alike._replace(half="")  # below 人员经费 and 公用经费: of both
            lined = [(cell, alike if single and len(values) == 1 else None) for cell in values]
        if _is_short(columns, panels, cells, label):
            lined = [(cell, None) for cell, _ in lined]
        figures = tuple((c, k) for c, k in lined if cell_kind(c.text) != "dash")
        found.append(Entry(at, tuple(codes), label, figures, () if found else tuple(marked)))
    return found


def _parted(cell: Cell) -> list[Cell]:
    """Part a code from the name that stands in one cell with it (``206 科学技术支出``, ``[30101]基本工资``)."""
    match = _CODED_NAME.fullmatch(cell.text)
    if match is None or not known_class(match[2]):
        return [cell]
    at = match.end(2) + next(i for i, letter in enumerate(cell.text[match.end(2) :]) if "一" <= letter <= "鿿")
    return [
        Cell(match[2], cell.start + match.start(2), cell.start + match.end(2), cell.row, cell.column),
        Cell(cell.text[at:], cell.start + at, cell.end, cell.row, cell.column),
    ]


def _leading(cells: Sequence[Cell]) -> int:
    """Return how many cells in front of a row's first name are codes, their parts, or a row's number: never money."""
    at = 0
    while at < len(cells) and (_SHORT.fullmatch(cells[at].text) or is_code(cells[at].text)):
        at += 1
    return at if at and at < len(cells) and cell_kind(cells[at].text) == "text" else 0


def _panel_of(label: str, panels: Sequence[Sequence[int]], columns: Sequence[StatementColumn]) -> int:
    """Return the panel that a row's only label belongs to: the one there is, or the one of its side; else -1."""
    if len(panels) == 1:
        return 0 if columns else -1
    if statement_label(label) in functional_names().classes:
        side = "expenditure"
    else:
        concept = statement_row(label).concept
        side = _SIDES.get(concept, concept.partition("_")[0])
        if side not in ("revenue", "expenditure") and ("收入" in label) != ("支出" in label):
            side = "revenue" if "收入" in label else "expenditure"  # 收入总计
    sided = [at for at, panel in enumerate(panels) if side and any(columns[i].side == side for i in panel)]
    return sided[0] if len(sided) == 1 else -1


def _opens(text: str, codes: list[str], labels: list[str], values: list[Cell], following: str) -> bool:
    """Tell whether a cell is a code, or a part of one behind its class."""
    if following and cell_kind(following) != "text" and not _SHORT.fullmatch(following) and not (codes and not labels):
        return False
    if is_code(text) or (" " in text and _digits(text) and is_code(text.split()[0])):
        return not values or cell_kind(following) == "text" or _SHORT.fullmatch(following) is not None
    return bool(codes) and not labels and not values and _SHORT.fullmatch(text) is not None


def _line_up(values: Sequence[Cell], columns: Sequence[StatementColumn]) -> list[tuple[Cell, StatementColumn | None]]:
    """Give figures to columns: all of them, or only the total where arithmetic shows that the first is it."""
    if len(values) == len(columns):
        return list(zip(values, columns, strict=True))
    if not columns or len(values) > len(columns) or not values:
        return [(value, None) for value in values]
    sole = _sole_places(values, columns)
    if sole is not None:
        return [(value, columns[at]) for value, at in zip(values, sole, strict=True)]
    first = columns[0]
    if not _is_total(first, columns[1:]):
        return [(value, None) for value in values]
    numbers = [number.value if (number := number_of(value)) is not None else Decimal(0) for value in values]
    total = len(values) == 1 or numbers[0] == sum(numbers[1:], Decimal(0))
    return [(value, first if i == 0 and total else None) for i, value in enumerate(values)]


def _sole_places(values: Sequence[Cell], columns: Sequence[StatementColumn]) -> tuple[int, ...] | None:
    """Return the columns of a row's figures where only one choice adds up: total, basic and its halves, project."""
    halves = [i for i, column in enumerate(columns) if column.scope == "basic" and column.item in _HALVES]
    basic = [i for i, column in enumerate(columns) if column.scope == "basic" and i not in halves]
    project = [i for i, column in enumerate(columns) if column.scope == "project"]
    if (len(halves), len(basic), len(project), len(columns)) != (2, 1, 1, 5) or columns[0].scope is not None:
        return None
    numbers = [_amount(value) for value in values]
    found = []
    for places in combinations(range(5), len(values)):
        row = [Decimal(0)] * 5
        for at, number in zip(places, numbers, strict=True):
            row[at] = number
        if row[0] == row[basic[0]] + row[project[0]] and row[basic[0]] == row[halves[0]] + row[halves[1]]:
            found.append(places)
    return found[0] if len(found) == 1 else None


def _amount(cell: Cell) -> Decimal:
    """Return the number that a cell holds, 0 where it is a dash."""
    number = number_of(cell)
    return Decimal(0) if number is None else Decimal(number.digits).scaleb(number.exponent)


def _is_total(first: StatementColumn, others: Sequence[StatementColumn]) -> bool:
    """Tell whether a column is the total of the others: of no part itself, while each of them is of a part."""
    if first.scope is not None or first.fund is not None or first.item is not None or first.concept not in _TOTALS:
        return False
    return all(
        (other.measure, other.year) == (first.measure, first.year)
        and (other.scope or other.fund or other.item or other.code or other.concept not in _TOTALS)
        for other in others
    )


def sole_choice(
    whole: tuple[Decimal, Decimal, Decimal], parts: Sequence[tuple[tuple[Decimal, Decimal, Decimal], bool]]
) -> frozenset[int] | None:
    """Return which of the open parts are basic expenditure, the rest being project expenditure.

    Parameters
    ----------
    whole : tuple of Decimal
        Total, basic and project expenditure of the row above.
    parts : sequence of (figures, open)
        The rows below; of an open one only the total counts.

    Returns
    -------
    frozenset of int or None
        The indexes of the open parts that are basic. None where the rows do not add up to the row above, or where
        another choice adds up as well.
    """
    unknown = [i for i, (_, is_open) in enumerate(parts) if is_open]
    places = max(0, *(-int(v.as_tuple().exponent) for row in (whole, *(f for f, _ in parts)) for v in row))
    allowed = Decimal(len(parts) + 1).scaleb(-places) / 2
    if len(unknown) > _MOST_OPEN or abs(whole[0] - sum((f[0] for f, _ in parts), Decimal(0))) > allowed:
        return None
    rest = [whole[at] - sum((f[at] for f, is_open in parts if not is_open), Decimal(0)) for at in (1, 2)]
    amount = {i: parts[i][0][0] for i in unknown}
    whole_open = sum(amount.values(), Decimal(0))
    found = [
        chosen
        for size in range(len(unknown) + 1)
        for chosen in combinations(unknown, size)
        if abs(rest[0] - (basic := sum((amount[i] for i in chosen), Decimal(0)))) <= allowed
        and abs(rest[1] - (whole_open - basic)) <= allowed
    ]
    return frozenset(found[0]) if len(found) == 1 else None
