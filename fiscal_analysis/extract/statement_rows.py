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
from fiscal_analysis.extract.statement_columns import SUBJECTS, StatementColumn
from fiscal_analysis.extract.table_cells import kind_of, number_of
from fiscal_analysis.readers.header_words import statement_label, statement_row

__all__ = ["Entry", "cell_kind", "entries", "is_code", "panels_of", "sole_choice"]

_FIGURES = frozenset(("number", "percent", "dash", "empty", "figure"))
_CODE = re.compile(r"[235][0-9]{2}(?:[0-9]{2}){0,2}")
_SHORT = re.compile(r"[0-9]{1,2}")
_CODED_NAME = re.compile(r"([235][0-9]{2}(?:[0-9]{2}){0,2}) *(?=[一-鿿])[^0-9]+")
_LABEL = re.compile("[0-9]{1,2} ?[.、．](?![0-9])|[0-9]+[^0-9.,%]*[:：]|[^0-9]*[0-9]+[^0-9]{6,}")
_PLAIN = StatementColumn("value")
_MOST_OPEN = 12
_TOTALS = frozenset(("", "revenue", "expenditure", "appropriation_expenditure"))


class Entry(NamedTuple):
    """One panel of a row: codes and label as printed, and each figure with its column (None: the column is open).

    `marked` are the cells that hold the codes.
    """

    panel: int
    codes: tuple[str, ...]
    label: str
    figures: tuple[tuple[Cell, StatementColumn | None], ...]
    marked: tuple[Cell, ...] = ()


def cell_kind(text: str) -> str:
    """Return what a cell holds, as :func:`kind_of`; a label with a number before it is words."""
    kind = kind_of(text)
    return "text" if kind == "figure" and _LABEL.match(text) is not None else kind


def is_code(text: str) -> bool:
    """Tell whether a cell holds a functional or economic code of three, five or seven digits."""
    return _CODE.fullmatch(text) is not None


def panels_of(columns: Sequence[StatementColumn]) -> list[list[int]]:
    """Return the columns' indexes by panel: a panel begins at a column that names rows, behind figures."""
    panels: list[list[int]] = [[]]
    valued = False
    for i, column in enumerate(columns):
        if column.role in SUBJECTS and valued:
            panels.append([])
            valued = False
        panels[-1].append(i)
        valued = valued or column.role == "value"
    return panels


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
            return False
        if column.role in ("code", "part") and (
            kind in ("percent", "figure") or (kind == "number" and not _digits(fold(cell.text)))
        ):
            return False
    return True


def _by_place(row: Sequence[Cell], columns: Sequence[StatementColumn]) -> list[Entry]:
    found: list[Entry] = []
    for number, panel in enumerate(panels_of(columns)):
        codes: list[str] = []
        marked: list[Cell] = []
        label = ""
        named = False
        figures: list[tuple[Cell, StatementColumn | None]] = []
        for i in panel:
            if i >= len(row):
                break
            cell, column = row[i], columns[i]
            if column.role in ("code", "part"):
                if not cell.text or _digits(cell.text):
                    codes.append(fold(cell.text).strip())
                    marked.append(cell)
                else:
                    label = label or cell.text
            elif column.role in SUBJECTS:
                # of 上级资金 | 小计 the first says whose sum it is
                if cell.text and not (named and statement_row(cell.text).role == "total"):
                    label = cell.text
                    named = True
            elif column.role == "value" and cell_kind(cell.text) in ("number", "percent", "figure"):
                figures.append((cell, column))
        if figures and found and not (label or any(codes)) and found[-1].label and not found[-1].figures:
            found[-1] = found[-1]._replace(figures=tuple(figures))  # a total spans the panel behind its own
        else:
            found.append(Entry(number, tuple(codes), label, tuple(figures), tuple(marked)))
    return found


def _digits(text: str) -> bool:
    return text.replace(" ", "").isdigit()


def _by_order(row: Sequence[Cell], columns: Sequence[StatementColumn]) -> list[Entry]:
    """Read a row whose cells cannot be told by their place: codes, label and figures in their order."""
    coded = not columns or any(column.role in ("code", "part") for column in columns)
    cells = [part for cell in row if cell.text for part in _parted(cell)]
    leading = _leading(cells)
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
    panels = panels_of(columns) if columns else [[]]
    found: list[Entry] = []
    for number, (codes, labels, values) in enumerate(segments):
        label = labels[0] if labels else ""
        at = number if len(segments) == len(panels) else _panel_of(label, panels, columns)
        if at >= 0 or not columns:
            lined = _line_up(
                values, [columns[i] for i in panels[at] if columns[i].role == "value"] if columns else [_PLAIN]
            )
        else:
            # the panel is open: figures are taken only where all panels have one column of figures alike
            single = all(sum(columns[i].role == "value" for i in panel) == 1 for panel in panels)
            alike = next((columns[i]._replace(side="") for i in panels[0] if columns[i].role == "value"), None)
            lined = [(cell, alike if single and len(values) == 1 else None) for cell in values]
        figures = tuple((c, k) for c, k in lined if cell_kind(c.text) != "dash")
        found.append(Entry(at, tuple(codes), label, figures, () if found else tuple(marked)))
    return found


def _parted(cell: Cell) -> list[Cell]:
    """Part a code from the name that stands in one cell with it."""
    match = _CODED_NAME.fullmatch(cell.text)
    if match is None or len(fold(cell.text)) != len(cell.text):
        return [cell]
    at = cell.start + match.end(1)
    name = cell.text[match.end(1) :]
    bare = name.lstrip()
    begin = at + len(name) - len(bare)
    return [
        Cell(match[1], cell.start, at, cell.row, cell.column),
        Cell(bare, begin, cell.end, cell.row, cell.column),
    ]


def _leading(cells: Sequence[Cell]) -> int:
    """Return how many cells in front of a row's first name are codes, their parts, or a row's number: never money."""
    at = 0
    while at < len(cells) and (_SHORT.fullmatch(cells[at].text) or _CODE.fullmatch(cells[at].text)):
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
        side = "revenue" if concept.startswith("revenue") else "expenditure" if concept.startswith("expend") else ""
    sided = [at for at, panel in enumerate(panels) if side and any(columns[i].side == side for i in panel)]
    return sided[0] if len(sided) == 1 else -1


def _opens(text: str, codes: list[str], labels: list[str], values: list[Cell], following: str) -> bool:
    """Tell whether a cell is a code, or a part of one behind its class."""
    if following and cell_kind(following) != "text" and not _SHORT.fullmatch(following) and not (codes and not labels):
        return False
    if _CODE.fullmatch(text) or (" " in text and _digits(text) and _CODE.match(text)):
        return not values or cell_kind(following) == "text" or _SHORT.fullmatch(following) is not None
    return bool(codes) and not labels and not values and _SHORT.fullmatch(text) is not None


def _line_up(values: Sequence[Cell], columns: Sequence[StatementColumn]) -> list[tuple[Cell, StatementColumn | None]]:
    """Give figures to columns: all of them, or only the total where arithmetic shows that the first is it."""
    if len(values) == len(columns):
        return list(zip(values, columns, strict=True))
    if not columns or len(values) > len(columns) or not values:
        return [(value, None) for value in values]
    first = columns[0]
    if not _is_total(first, columns[1:]):
        return [(value, None) for value in values]
    numbers = [number.value if (number := number_of(value)) is not None else Decimal(0) for value in values]
    total = len(values) == 1 or numbers[0] == sum(numbers[1:], Decimal(0))
    return [(value, first if i == 0 and total else None) for i, value in enumerate(values)]


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
