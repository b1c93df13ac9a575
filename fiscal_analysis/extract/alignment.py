"""Which cell of a ragged row stands in which column: order kept, decided by what the cells hold.

Merged cells vanish or leave runs of empty ones when a table is flattened, so a row often has fewer cells than the
header. A cell is given to a column only where what it holds fits the column's role, and only where one assignment is
better than all others in everything that carries a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from fiscal_analysis.document import Cell
from fiscal_analysis.extract.table_cells import kind_of
from fiscal_analysis.quantity import find_quantities, unit_of
from fiscal_analysis.readers.header_words import word

__all__ = ["Alignment", "align", "fit"]

_FREE = frozenset(("level1", "level2", "", "source", "method", "index", "level_weight", "received"))
_SILENT = frozenset(("level1", "level2", "", "source", "method"))
_MARGIN = 1  # an assignment that suits so little worse is a rival all the same
_MOST = 24
_WORDS = re.compile("(?:[^一-鿿]*[一-鿿]){2}")
# What it costs to leave a column empty.
_MISSING = {
    "level3": 4, "label": 4, "target": 2, "actual": 2, "weight": 2, "score": 2, "rate": 2, "initial": 2,
    "adjusted": 2, "final": 2, "note": 0, "nature": 1, "unit": 1, "audit_score": 1, "target_adjusted": 1,
    "rate_weight": 1, "rate_score": 1, "content": 1, "coefficient": 1,
}  # fmt: skip
_FITS: dict[str, dict[str, int]] = {
    "level1": {"text": 1}, "level2": {"text": 1}, "level3": {"text": 2, "figure": 0},
    "nature": {"sign": 5}, "unit": {"text": 0, "sign": 0},
    "target": {"figure": 3, "percent": 3, "number": 2, "text": 1, "dash": 1, "sign": 1},
    "actual": {"figure": 3, "percent": 3, "number": 2, "text": 1, "dash": 1, "sign": 1},
    "target_adjusted": {"figure": 3, "percent": 3, "number": 2, "text": 1, "dash": 1},
    "content": {"text": 2, "figure": 1, "percent": 1, "number": 0},
    "weight": {"number": 3, "dash": 1, "percent": 1}, "score": {"number": 3, "dash": 1},
    "part_weight": {"number": 3, "dash": 1}, "part_score": {"number": 3, "dash": 1},
    "audit_score": {"number": 3, "dash": 1}, "level_weight": {"number": 3},
    "coefficient": {"number": 2, "percent": 3, "dash": 1},
    "note": {"text": 0, "dash": 1}, "method": {"text": 2, "figure": 1}, "source": {"text": 1, "dash": 1},
    "index": {"number": 2},
    "label": {"text": 3},
    "initial": {"number": 3, "figure": 3, "dash": 1}, "adjusted": {"number": 3, "figure": 3, "dash": 1},
    "final": {"number": 3, "figure": 3, "dash": 1}, "received": {"number": 3, "figure": 3, "dash": 1, "percent": 2},
    "rate": {"percent": 4, "number": 1, "dash": 1},
    "rate_weight": {"number": 3, "dash": 1}, "rate_score": {"number": 3, "dash": 1},
    "": {"text": 0, "number": 0, "percent": 0, "figure": 0, "sign": 0, "dash": 0},
}  # fmt: skip


class Alignment(NamedTuple):
    """The column index of each filled cell."""

    columns: tuple[int, ...]


def fit(role: str, cell: Cell) -> int | None:
    """Return how well a filled cell suits a column of `role`; None where it cannot stand there."""
    return _fit(role, cell.text, kind_of(cell.text))


def _fit(role: str, text: str, kind: str) -> int | None:
    value = _FITS[role].get(kind)
    if value is None:
        if kind == "figure" and role in ("weight", "score") and text.endswith("分"):
            return 3
        return 0 if kind == "figure" and role == "note" and _goes_on(text) else None
    if kind == "text":
        if role in ("level1", "level2"):
            level = word(text).level
            if level and level != "rate":
                if role[-1] not in level:
                    return None if level == "1" else -1
                return 4 if level[0] == role[-1] else 3
        elif role == "level3":
            return 1 if word(text).level else 2
        elif role in ("target", "actual", "note", "unit", "content"):
            if word(text).level:
                return -1
            if role == "unit":
                return 4 if unit_of(text) is not None else 0 if len(text) <= 6 else None
    elif kind == "figure" and role == "level3":
        return 0 if _goes_on(text) else -_MISSING["level3"]  # a bare figure is no name
    elif kind == "figure" and role == "target" and text[0] in "≥≤≧≦⩾⩽><＞＜":
        return 4
    return value


@lru_cache(maxsize=1024)
def _goes_on(text: str) -> bool:
    """Tell whether words stand behind the figure that a text begins with, so that it may be a remark."""
    found = find_quantities(text)
    return _WORDS.match(text, found[0].end if found else 3) is not None


def align(
    cells: Sequence[Cell], roles: Sequence[str], settle: Callable[[list[tuple[int, ...]]], tuple[int, ...] | None]
) -> Alignment | None:
    """Assign the filled `cells` to columns.

    Parameters
    ----------
    cells : sequence of Cell
        The row's filled cells, in order.
    roles : sequence of str
        The columns' roles, in order.
    settle : callable
        Chooses among assignments that suit equally well (by arithmetic, say); None where it cannot.

    Returns
    -------
    Alignment or None
        None where no assignment suits, or several do and nothing settles which.
    """
    count, width = len(cells), len(roles)
    if count > width:
        return None
    kinds = [kind_of(cell.text) for cell in cells]
    spare = width - count
    if not spare and all(_fit(roles[i], cells[i].text, kinds[i]) is not None for i in range(count)):
        return Alignment(tuple(range(width)))
    # a cell can stand no further right than there are columns to spare
    fits = [
        [_fit(roles[i + right], cell.text, kind) for right in range(spare + 1)]
        for i, (cell, kind) in enumerate(zip(cells, kinds, strict=True))
    ]
    # states[i]: assignments of the first i cells to the columns read so far, with how well they suit
    states: list[list[tuple[int, tuple[int, ...]]]] = [[(0, ())], *([] for _ in range(count))]
    for column, role in enumerate(roles):
        missing = 0 if role in _FREE else _MISSING.get(role, 0)
        following: list[list[tuple[int, tuple[int, ...]]]] = [[] for _ in range(count + 1)]
        for taken in range(max(0, count - (width - column)), min(column + 1, count) + 1):
            options = [(suit - missing, made) for suit, made in states[taken]] if missing else states[taken]
            right = column - taken + 1
            value = fits[taken - 1][right] if taken and 0 <= right <= spare else None
            if value is not None and states[taken - 1]:
                options = options + [(suit + value, (*made, column)) for suit, made in states[taken - 1]]
            if len(options) > 1:
                least = max(options)[0] - _MARGIN
                options = [option for option in options if option[0] >= least][:_MOST]
            following[taken] = options
        states = following
    rivals = states[count]
    if not rivals:
        return None
    if len(rivals) == 1:
        return Alignment(rivals[0][1])
    silent = [kind == "dash" for kind in kinds]
    valued = {
        tuple(c for c, dash in zip(made, silent, strict=True) if not dash and roles[c] not in _SILENT)
        for _, made in rivals
    }
    if len(valued) > 1:
        chosen = settle([made for _, made in rivals])
        return None if chosen is None else Alignment(chosen)
    # what differs are levels only: the best, and of equals the one that leaves the right columns of the levels empty
    top = max(rivals)[0]
    return Alignment(min(made for suit, made in rivals if suit == top))
