"""Put the cells of a form's row into the columns of its block, or say that it cannot be told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fiscal_analysis.document import Cell, Table, fold
from fiscal_analysis.extract.alignment import align, fit
from fiscal_analysis.extract.form_columns import MONEY, Column
from fiscal_analysis.extract.glued import rate_fits, score_fits, split_figures, split_scores
from fiscal_analysis.extract.table_cells import kind_of, number_of
from fiscal_analysis.readers.header_words import word

__all__ = ["place", "place_glued", "unglue_scores", "without"]

Places = dict[str, Cell]
_GLUED = re.compile(r"[0-9][0-9.]*(?:[-—]+[0-9][0-9.]*)?%[0-9.]*[-—]*$")
_OF_PARTS = {"weight": "part_weight", "score": "part_score"}
_SCORED = ("actual", "coefficient", "weight", "score")
_REMARKS = frozenset(("note", "source", "method"))
_PRINTED = {part: role for role, part in _OF_PARTS.items()}


def place(
    row: Sequence[Cell], cells: Sequence[Cell], columns: Sequence[Column], table: Table, text: str
) -> Places | None:
    """Return the row's cell of each role.

    Parameters
    ----------
    row, cells : sequence of Cell
        The row as it stands, and its filled cells (after glued ones were cut).
    columns : sequence of Column
        The block's columns.
    table : Table
        The table that the row is of.
    text : str
        The document's text.

    Returns
    -------
    dict or None
        None where the assignment is open: nothing of the row is to be taken then.
    """
    roles = [column.role for column in columns]
    fund = "label" in roles
    if fund and cells and word(cells[0].text).label == "fund_part":
        # rows of a part of the money carry no points
        roles = [_OF_PARTS.get(role, role) for role in roles]
    if len(row) == len(roles) and len(cells) == sum(bool(cell.text) for cell in row):
        placed = _direct(_moved(row, roles), roles)
        if placed is not None:
            return placed
    short = len(roles) - len(row)
    if 0 < short <= 2 and _begins(row, roles, short):
        placed = _direct(row, roles[short:])
        if placed is not None:
            return placed
    if short > 0 and table.layout != "lines" and all(cell.text for cell in row[1:]) and _ends(row, roles, short):
        placed = _direct(row, roles[:-short])
        if placed is not None:
            return placed
    if not fund and cells and word(cells[0].text).level == "rate":
        rated = _rate_row(cells, roles)
        if rated is not None:
            return rated
    settle = _settle if fund else _settle_scores
    alignment = align(cells, roles, lambda ties: settle(ties, cells, roles))
    if alignment is None and table.layout == "lines":
        joined = _joined(cells, text)
        if joined is not None:
            cells = joined
            alignment = align(cells, roles, lambda ties: None)
    if alignment is not None:
        return _named([roles[column] for column in alignment.columns], cells)
    # an empty cell inside the row shows that the source keeps empty cells: only those at one end are lost
    if len(row) >= len(roles) or all(cell.text for cell in row[1:]):
        return None
    blank = [Cell("", row[-1].end, row[-1].end, row[-1].row, -1)] * (len(roles) - len(row))
    ways = [way for r in ((*row, *blank), (*blank, *row)) if (way := _direct(r, roles)) is not None]
    return ways[0] if len(ways) == 1 else None


def _moved(row: Sequence[Cell], roles: Sequence[str]) -> Sequence[Cell]:
    """Put a cell that spans several columns into the first of them that holds something by its header."""
    if all(cell.across == 1 for cell in row):
        return row
    cells = list(row)
    for i, cell in enumerate(row):
        if cell.across > 1 and cell.text and not roles[i]:
            at = next((j for j in range(i + 1, min(i + cell.across, len(row))) if roles[j] and not row[j].text), i)
            cells[i], cells[at] = cells[at], cells[i]
    return cells


def _begins(row: Sequence[Cell], roles: Sequence[str], short: int) -> bool:
    """Tell whether a row's first cell says by its word that the `short` columns before it are spanned from above."""
    found = word(row[0].text)
    role = roles[short]
    if any(before not in ("", "level1") for before in roles[:short]):
        return False
    if role == "level1":
        return "1" in found.level and len(row) > 1 and "2" in word(row[1].text).level
    if role == "level2":
        return found.level == "2" and len(row) > 1 and not word(row[1].text).level
    return role == "label" and found.label in ("fund_total", "fund_part")


def _ends(row: Sequence[Cell], roles: Sequence[str], short: int) -> bool:
    """Tell whether only remarks are missing at a row's end: its first cells are the levels that its columns want.

    A first cell that is empty is that of a level printed above.
    """
    if any(role not in _REMARKS for role in roles[-short:]) or "level1" not in roles[:2]:
        return False
    at = roles.index("level1")
    levels = [word(cell.text).level for cell in row[at : at + 2]]
    if not row[at].text:
        return at == 0 and "2" in levels[-1] and roles[1] == "level2"
    return levels[0].startswith("1") and ("2" in levels[-1] or "level2" not in roles)


def _rate_row(cells: Sequence[Cell], roles: Sequence[str]) -> Places | None:
    """Return the cells of an execution-rate row that lost empty ones: percentages, then weight and score.

    A single percentage is the rate that was reached where the score is the weight times it.
    """
    kinds = [kind_of(cell.text) for cell in cells[1:]]
    rates = next((i for i, kind in enumerate(kinds) if kind != "percent"), len(kinds))
    if kinds[rates:] != ["number", "number"] or rates > 2 or not {"target", "actual", "weight", "score"} <= set(roles):
        return None
    order = ["weight", "score"] if roles.index("weight") < roles.index("score") else ["score", "weight"]
    named = ["level3", *(["target", "actual"] if rates == 2 else ["actual"] * rates), *order]
    placed = _named(named, cells)
    weight, score = number_of(placed["weight"]), number_of(placed["score"])
    if weight is None or score is None or score.value > weight.value or not 0 < weight.value <= 100:
        return None
    if rates == 1:
        reached = number_of(placed["actual"])
        if reached is None or not score_fits(score.value, weight.value, reached.value * 100):
            return None
    return placed


def _named(roles: Sequence[str], cells: Sequence[Cell]) -> Places:
    return {_PRINTED.get(role, role): cell for role, cell in zip(roles, cells, strict=True) if role}


def _direct(row: Sequence[Cell], roles: Sequence[str]) -> Places | None:
    for role, cell in zip(roles, row, strict=True):
        if cell.text and fit(role, cell) is None:
            return None
    filled = [(role, cell) for role, cell in zip(roles, row, strict=True) if cell.text]
    return _named([role for role, _ in filled], [cell for _, cell in filled])


def _joined(cells: Sequence[Cell], text: str) -> list[Cell] | None:
    """Join the words of one cell where blanks part cells and words alike; None unless one run only is joinable."""
    runs: list[tuple[int, int]] = []
    leading = next((i for i, cell in enumerate(cells) if not word(cell.text).level), len(cells))
    for i in range(leading, len(cells) - 1):
        a, b = cells[i], cells[i + 1]
        if kind_of(a.text) != "text" or kind_of(b.text) != "text":
            continue
        if text[a.end : b.start].strip(" "):
            continue
        if runs and runs[-1][1] == i:
            runs[-1] = (runs[-1][0], i + 1)
        else:
            runs.append((i, i + 1))
    if len(runs) != 1:
        return None
    first, last = runs[0]
    a, b = cells[first], cells[last]
    return [*cells[:first], Cell(text[a.start : b.end], a.start, b.end, a.row, a.column), *cells[last + 1 :]]


def _settle(ties: list[tuple[int, ...]], cells: Sequence[Cell], roles: Sequence[str]) -> tuple[int, ...] | None:
    """Choose among equally good assignments of a fund row by rate = outturn / budget."""
    kept = []
    for made in ties:
        placed = _named([roles[column] for column in made], cells)
        numbers = {role: number_of(cell) for role, cell in placed.items() if role in (*MONEY, "rate")}
        rate, outturn = numbers.get("rate"), numbers.get("final")
        base = numbers.get("adjusted") or numbers.get("initial")
        if rate is None or outturn is None or base is None or rate.unit is None:
            continue
        if rate_fits(rate.value * 100, max(-rate.exponent - 2, 0), base.value, outturn.value):
            kept.append(made)
    return kept[0] if len(kept) == 1 else None


def _settle_scores(ties: list[tuple[int, ...]], cells: Sequence[Cell], roles: Sequence[str]) -> tuple[int, ...] | None:
    """Choose among equally good assignments of an indicator row by coefficient = actual / target and weight x it."""
    if "coefficient" not in roles:
        return None
    # a target that was not adjusted leaves the column of adjusted ones empty, never its own
    ties = [made for made in ties if "target" in (named := [roles[i] for i in made]) or "target_adjusted" not in named]
    kept = []
    for made in ties:
        placed = _named([roles[column] for column in made], cells)
        target, actual, coefficient, weight, score = (
            number.value if (cell := placed.get(role)) is not None and (number := number_of(cell)) is not None else None
            for role in ("target_adjusted" if "target_adjusted" in placed else "target", *_SCORED)
        )
        if target is None or actual is None or coefficient is None or weight is None or score is None:
            continue
        places = max(-coefficient.normalize().as_tuple().exponent, 0)  # type: ignore[operator]
        # a full score proves nothing: it goes with every target that was reached
        if coefficient != 100 and rate_fits(coefficient, places, target, actual):
            kept += [made] if score_fits(score, weight, coefficient) else []
    return kept[0] if len(kept) == 1 else None


def place_glued(cells: Sequence[Cell], columns: Sequence[Column], text: str) -> Places | None:
    """Return the cells of a fund row whose figures are glued, where arithmetic leaves one way; else None.

    The label stands in a cell of its own, or glued before the figures.
    """
    tail = cells[-1]
    folded = fold(tail.text)
    match = _GLUED.search(folded)
    if match is None or len(cells) > 2 or number_of(tail) is not None:
        return None
    roles = [column.role for column in columns if column.role not in ("label", "", "note", "method", "received")]
    # rows of a part of the money print no points, or dashes instead: both ways are tried, and only one may fit
    without = [role for role in roles if role not in ("weight", "score")]
    base = tail.start + match.start()
    at = [i for i, character in enumerate(match[0]) if character not in "-—"]
    dashed = len(at) < len(match[0])
    figures = "".join(match[0][i] for i in at)
    ways = [] if dashed else [(roles, split_figures(figures, roles))]
    if dashed or without != roles:
        ways.append((without, split_figures(figures, without)))
    found = [(names, spans) for names, spans in ways if spans is not None]
    if len(found) != 1:
        return None
    names, spans = found[0]
    if any(at[end - 1] - at[start] != end - 1 - start for start, end in spans):
        return None  # a dash inside a figure
    placed = {
        role: Cell(text[base + at[start] : base + at[end - 1] + 1], base + at[start], base + at[end - 1] + 1,
                   tail.row, tail.column)
        for role, (start, end) in zip(names, spans, strict=True)
    }  # fmt: skip
    head = tail.text[: match.start()].rstrip()
    if head:
        placed["label"] = Cell(head, tail.start, tail.start + len(head), tail.row, tail.column)
    elif len(cells) == 2:
        placed["label"] = cells[0]
    return placed


def without(row: Sequence[Cell], cell: Cell) -> tuple[Cell, ...]:
    """Return a row with one of its cells empty."""
    return tuple(Cell("", c.start, c.start, c.row, c.column) if c is cell else c for c in row)


def unglue_scores(cells: list[Cell], columns: Sequence[Column], text: str) -> list[Cell]:
    """Cut a glued pair of weight and score at the end of an indicator row, where only one cut is possible."""
    roles = [column.role for column in columns if column.role not in ("note", "source", "", "method")]
    if roles[-2:] != ["weight", "score"] or len(cells) >= len(roles):
        return cells
    for i in range(len(cells) - 1, max(len(cells) - 3, -1), -1):
        cell = cells[i]
        folded = fold(cell.text)
        if re.fullmatch(r"[0-9.]+", folded) is None:
            continue
        cut = split_scores(folded)
        if cut is None:
            return cells
        at = cell.start + cut
        pair = [
            Cell(text[cell.start : at], cell.start, at, cell.row, cell.column),
            Cell(text[at : cell.end], at, cell.end, cell.row, cell.column),
        ]
        return [*cells[:i], *pair, *cells[i + 1 :]]
    return cells
