"""The header rows of performance forms: which block begins, and what each of its columns holds.

A column is known by its header word (``performance_headers.csv``), never by its position.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from fiscal_analysis.document import Cell, fold
from fiscal_analysis.readers.header_words import word

__all__ = ["MONEY", "Column", "block_of", "fund_columns", "indicator_columns", "printed_points"]

MONEY = ("initial", "adjusted", "final")
_LEVELS = frozenset(("level1", "level2", "level3", "name"))
_VALUES = frozenset(("target", "target_adjusted", "actual", "weight", "score"))
_FUND_ROLES = frozenset((*MONEY, "rate", "weight", "score", "received", "rate_weight", "rate_score", "note", "method"))
_POINTS = re.compile(r"[(](?:满分)?([0-9]{1,3})分[^)]*[)]?")


class Column(NamedTuple):
    """A column's role in its block (empty: none that matters) and its header as printed."""

    role: str
    text: str


def block_of(row: Sequence[Cell]) -> str:
    """Return ``indicators``, ``fund``, ``goal`` or nothing: the block whose header the row is."""
    filled = levels = values = money = rates = goals = others = shared = 0
    for cell in row:
        if not cell.text:
            continue
        filled += 1
        found = word(cell.text)
        role = found.header
        if role in _LEVELS:
            levels += 1
        elif role in _VALUES:
            values += 1
        elif role in MONEY:
            money += 1
        elif role == "rate":
            rates += 1
        elif role:
            others += 1
        if found.label in ("goal_target", "goal_actual"):
            goals += 1
            shared += role in _VALUES
    known = levels + values + money + rates + others
    if levels and values and known >= 3 and known * 2 >= filled:
        return "indicators"
    if money and money + rates >= 2 and not levels and known * 2 >= filled - 1:
        return "fund"
    return "goal" if goals and goals * 3 >= filled and values == shared else ""


def indicator_columns(row: Sequence[Cell]) -> list[Column]:
    """Return the columns of an indicator block from its header row.

    Where a form prints no third level, its deepest level or name is the indicator. Points beside the first and second
    level (分值 after each) are ``level_weight``; a second body's score is ``audit_score``.
    """
    found = [word(cell.text) for cell in row]
    roles = [entry.header or ("actual" if entry.label == "goal_actual" else "") for entry in found]
    if "level3" not in roles:
        at = next((i for i in range(len(roles) - 1, -1, -1) if roles[i] in ("name", "level2", "level1")), -1)
        content = roles.index("content") if "content" in roles and "target" in roles else -1
        if content >= 0 and at >= 0 and roles[at] != "name":
            roles[content] = "level3"
        elif at >= 0:
            roles[at] = "level3"
    for i, role in enumerate(roles):
        if role == "name" or role in MONEY or role in ("rate", "received"):
            roles[i] = ""
        elif role == "content":
            roles[i] = "" if "target" in roles else "target"
        elif role == "weight" and i and roles[i - 1] in ("level1", "level2") and roles.count("weight") > 1:
            roles[i] = "level_weight"
    for role in set(roles) - {"", "level_weight", "note", "method", "source"}:
        places = [i for i, other in enumerate(roles) if other == role]
        for i in places[:-1] if role == "weight" else places[1:]:
            roles[i] = "level_weight" if role == "weight" else "audit_score" if role == "score" else ""
    return [Column(role, cell.text) for role, cell in zip(roles, row, strict=True)]


def fund_columns(row: Sequence[Cell]) -> list[Column]:
    """Return the columns of a fund block from its header row; the column before the figures is the rows' label."""
    columns = []
    for cell in row:
        role = word(cell.text).header
        columns.append(Column(role if role in _FUND_ROLES else "", cell.text))
    first = next(i for i, column in enumerate(columns) if column.role)
    if columns[first].role in [column.role for column in columns[first + 1 :]]:
        # 年度预算数 over 年初预算, 调整后预算数, 执行数 heads them and holds no figure of its own
        columns[first] = Column("", "")
        first += 1
    tasks = next((i for i, column in enumerate(columns[:first]) if word(column.text).header == "task"), -1)
    if tasks >= 0:
        return [Column("label" if i == tasks else column.role, column.text) for i, column in enumerate(columns)]
    lead = [column.text for column in columns[:first]] or [""]
    at = next((i for i in range(len(lead) - 1, -1, -1) if not lead[i]), 0)
    return [*(Column("label" if i == at else "", text) for i, text in enumerate(lead)), *columns[first:]]


def printed_points(columns: Iterable[Column]) -> Decimal | None:
    """Return the full marks that the header of weight or score prints (``得分(20分*执行率)``)."""
    for column in columns:
        if column.role in ("weight", "score", "rate_score"):
            match = _POINTS.search(fold(column.text))
            if match is not None:
                return Decimal(match[1])
    return None
