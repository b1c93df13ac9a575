"""The figures of performance forms: execution rates with their budget, targets and actuals with their units."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from fiscal_analysis.document import Cell, fold
from fiscal_analysis.extract.form_columns import Column
from fiscal_analysis.extract.glued import rate_fits
from fiscal_analysis.extract.table_cells import number_of
from fiscal_analysis.quantity import Quantity
from fiscal_analysis.readers.header_words import plain

__all__ = ["execution_rate", "fund_subject", "like_target", "single_total"]

# What the rows of a department's own fund block are, by how their label begins: concept and fund.
_OVERALL = {
    "基本支出": ("expenditure_basic", None),
    "项目支出": ("expenditure_project", None),
    "人员经费": ("personnel_cost", None),
    "公用经费": ("operating_cost", None),
    "财政拨款": ("appropriation_expenditure", None),
    "当年财政拨款": ("appropriation_expenditure", None),
    "本年财政拨款": ("appropriation_expenditure", None),
    "一般公共预算": ("appropriation_expenditure", "general_public_budget"),
    "政府性基金": ("appropriation_expenditure", "government_fund"),
    "国有资本": ("appropriation_expenditure", "state_capital"),
}


def execution_rate(
    cell: Cell | None, columns: Sequence[Column], amounts: Mapping[str, Quantity]
) -> tuple[Quantity | None, str | None]:
    """Return a fund row's printed execution rate and the budget that it is relative to.

    The budget is the one that the header marks (``预算数(A)``), or the only one, or the one that the rate
    agrees with, the adjusted budget first (the general form divides by it). None where it stays open. A rate without
    a percent sign in cell and header is taken only where the row's amounts leave one reading.
    """
    quantity = number_of(cell) if cell is not None else None
    if quantity is None:
        return None, None
    header = {column.role: column.text for column in columns}
    outturn = amounts.get("final")
    marked = [role for role in ("initial", "adjusted") if role in header and "A" in fold(header[role])]
    bases = marked or [role for role in ("adjusted", "initial") if role in header]
    known = [(role, amounts[role].value) for role in bases if role in amounts]
    places = -quantity.exponent
    if quantity.unit is None:
        powers = {2}
        if "%" not in fold(header.get("rate", "")):
            powers = set()
            for _, base in known:
                for power in (0, 2):
                    shown = quantity.value * 10 ** (2 - power)
                    if outturn is not None and rate_fits(shown, max(places - 2 + power, 0), base, outturn.value):
                        powers.add(power)
        if len(powers) != 1:
            return None, None
        power = powers.pop()
        quantity = quantity._replace(unit="ratio", exponent=-places - power, decimals=places + power)
    if marked or len(bases) == 1:
        return quantity, plain(header[bases[0]])
    for role, base in known:
        if outturn is not None and rate_fits(quantity.value * 100, max(-quantity.exponent - 2, 0), base, outturn.value):
            return quantity, plain(header[role])
    return quantity, None


def like_target(actual: Quantity, target: Quantity) -> Quantity:
    """Return a bare actual with the target's unit; of a percentage only where one reading is near the target."""
    if target.unit is None:
        return actual
    if target.unit != "ratio":
        if target.exponent > 0 and target.unit == "CNY":
            power = 4 if target.raw.rstrip().endswith("万元") else 8 if target.raw.rstrip().endswith("亿元") else 0
            return actual._replace(
                unit="CNY", exponent=actual.exponent + power, decimals=(actual.decimals or 0) - power
            )
        return actual._replace(unit=target.unit, counted=target.counted, decimals=None)
    if not target.digits or not actual.digits:
        return actual
    near = [power for power in (0, 2) if Decimal("0.3") <= actual.value.scaleb(-power) / target.value <= 3]
    if len(near) != 1:
        return actual
    exponent = actual.exponent - near[0]
    return actual._replace(unit="ratio", exponent=exponent, decimals=-exponent)


_MONEY_OF = re.compile("资金|拨款|结[转余]|支出|收入|经费|财政|预算|中央|[省市区县级]级|上级|地方|自筹|其他")


def fund_subject(name: str, total: bool, item: str | None, overall: bool) -> tuple[str, str | None, str | None]:
    """Return concept, item and fund of a fund row.

    Parameters
    ----------
    name : str
        The row's label, bare.
    total : bool
        The row is the whole, not a part of it.
    item : str or None
        The project that the form is of.
    overall : bool
        The form is of a whole department, where no project is named.
    """
    if item is not None or not overall:
        if total:
            return "project_funding", item, None
        return "project_funding", f"{item}/{name}" if item else name, None
    if total:
        return "expenditure", None, None
    for start, (concept, fund) in _OVERALL.items():
        if name.startswith(start):
            return concept, None, fund
    # a row that names no money names a project
    return "expenditure" if _MONEY_OF.search(name) is not None else "project_funding", name, None


def single_total(
    number: Decimal, roles: Collection[str], weights: Sequence[Decimal | None], scores: Sequence[Decimal | None]
) -> str | None:
    """Return what the only figure of a total row is: ``weight``, ``score``, or None where the rows do not tell."""
    if "score" not in roles:
        return "weight" if "weight" in roles else "score"
    if "weight" not in roles:
        return "score"
    if None not in scores and number == sum((s for s in scores if s is not None), Decimal(0)):
        return "score"
    if None not in weights and number == sum((w for w in weights if w is not None), Decimal(0)):
        return "weight"
    return "score" if number < 100 else None
