"""How studies write amounts in tables: the unit stands in the heading, the ends of an interval below each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fiscal_analysis.charts.tables import EMPTY, Markup

if TYPE_CHECKING:
    from fiscal_analysis.studies.view import View, Words

__all__ = ["amount", "bare", "below", "decimals", "heading"]


def decimals(view: View, yuan: float | None) -> int:
    """Return two decimals, in 亿元 four, as amounts are printed in 万元 as a rule; more for what is small in 亿元.

    Whole yuan and 0 have none.
    """
    if not yuan or (view.unit.yuan == 1 and yuan == round(yuan)):
        return 0
    if view.unit.yuan <= 10_000:
        return 2
    return 6 if abs(yuan) < 1_000_000 else 4


def amount(view: View, value: float | None, low: float | None = None, high: float | None = None) -> str:
    """Return an amount with its unit; of one that is stated in several ways, the interval."""
    text = bare(view, value, low, high)
    return text if text == EMPTY else f"{text}\u00a0{view.unit.name}"


def bare(view: View, value: float | None, low: float | None = None, high: float | None = None) -> str:
    """Return an amount as above, without its unit."""
    if value is not None:
        return view.amount(value, decimals=decimals(view, value)).removesuffix(f"\u00a0{view.unit.name}")
    if low is None or high is None:
        return EMPTY
    return view.span(low, high, max(decimals(view, low), decimals(view, high)))


def below(view: View, text: str) -> Markup:
    """Return text such as ``1 to 2`` with its second part below the first: columns of figures do not wrap."""
    for between in (view.t(" to ", "至"), view.t(" or ", "或")):
        text = text.replace(between, f"<br>{between.strip()} ")
    return Markup(text)


def heading(view: View, en: str, zh: str) -> Words:
    """Return the heading of a column of amounts."""
    return f"{en}, {view.unit.name}", f"{zh}（{view.unit.name}）"
