"""How much of a whole its lines cover, and how concentrated it is on few (Hirschman-Herfindahl), with bounds."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._findings import require
from fiscal_analysis.metrics._inputs import Source
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics._readings import WHOSE, amount, table
from fiscal_analysis.metrics.intervals import Range, as_float, exact

__all__ = ["spending_concentration", "spending_coverage"]

_BY = [*WHOSE, "period", "measure", "view", "fund", "scope"]
SCHEMA: dict[str, Any] = WHOSE | {
    "period": pl.String,
    "measure": pl.String,
    "view": pl.String,
    "fund": pl.String,
    "scope": pl.String,
    "lines": pl.Int64,
    "largest": pl.String,
    "hhi": pl.Float64,
    "hhi_low": pl.Float64,
    "hhi_high": pl.Float64,
    "equivalent_lines": pl.Float64,
    "equivalent_low": pl.Float64,
    "equivalent_high": pl.Float64,
    "sum_yuan": pl.Float64,
    "sum_low": pl.Float64,
    "sum_high": pl.Float64,
    "whole_yuan": pl.Float64,
    "coverage": pl.String,
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
    "note": pl.String,
    "note_zh": pl.String,
}
COVERAGE: dict[str, Any] = dict.fromkeys(_BY, pl.String) | {
    "fiscal_year": pl.Int64,
    "lines": pl.Int64,
    "sum_yuan": pl.Float64,
    "sum_low": pl.Float64,
    "sum_high": pl.Float64,
    "whole_concept": pl.String,
    "whole_yuan": pl.Float64,
    "whole_low": pl.Float64,
    "whole_high": pl.Float64,
    "covered": pl.Float64,
    "covered_low": pl.Float64,
    "covered_high": pl.Float64,
    "rest_yuan": pl.Float64,
    "rest_low": pl.Float64,
    "rest_high": pl.Float64,
    "coverage": pl.String,
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
    "note": pl.String,
    "note_zh": pl.String,
}
_ZERO, _ONE = Fraction(0), Fraction(1)


def spending_coverage(structure: Source) -> pl.DataFrame:
    """Return how much of each whole its stated lines cover.

    Parameters
    ----------
    structure : polars.DataFrame or pandas.DataFrame
        As :func:`spending_structure` returns it, or some of its rows; views that are no partition are left out.

    Returns
    -------
    polars.DataFrame
        One row per document, year, period, measure, view, fund and scope.

        - ``doc_id, division_code, county, issuer, fiscal_year, period, measure, view, fund, scope``
        - ``lines``: how many are stated, those of 0 among them
        - ``sum_yuan`` with bounds: of the lines, yuan; null where one is ambiguous
        - ``whole_concept``, ``whole_yuan`` with bounds: what they should make; yuan null where several are stated
        - ``covered`` with bounds: sum ÷ whole
        - ``rest_yuan`` with bounds: whole - sum, what stands on no line
        - ``coverage``: ``whole``, ``part``, ``exceeds`` or ``unknown``, as in :func:`spending_concentration`
        - ``status``: ``computed``, ``ambiguous`` (a line or the whole has several values: bounds only) or ``no_whole``
        - ``fact_ids``; ``note``, ``note_zh``: what is ambiguous

    Raises
    ------
    ContractError
        If the frame lacks columns of :func:`spending_structure`.

    Notes
    -----
    Lines and whole are figures of their own: their intervals are taken as independent.
    """
    frame = as_polars(structure)
    needed = [*_BY, "partition", "value_yuan", "value_low", "value_high", "whole_concept", "whole_yuan", "fact_ids"]
    require(frame, [*needed, "whole_low", "whole_high", "note", "note_zh"], "structure")
    frame = frame.filter(pl.col("partition").fill_null(False))
    rows: list[dict[str, Any]] = []
    for part in frame.partition_by(_BY, maintain_order=True) if frame.height else []:
        lines = list(part.iter_rows(named=True))
        rows.append({name: lines[0][name] for name in _BY} | _covered(lines))
    return table(rows, COVERAGE)


def _covered(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    values = [_exact(line["value_yuan"]) for line in lines]
    total = sum((Range(_exact(line["value_low"]), _exact(line["value_high"])) for line in lines), Range.point(0))
    added = None if None in values else sum((value for value in values if value is not None), _ZERO)
    first = lines[0]
    row: dict[str, Any] = {
        "lines": len(lines),
        "fact_ids": list(dict.fromkeys(fact_id for line in lines for fact_id in line["fact_ids"])),
        "whole_concept": first["whole_concept"],
    } | amount("sum", added, total, "_yuan")
    for name, between in (("note", "; "), ("note_zh", "；")):
        said = [part for line in lines for part in (line[name] or "").split(between) if part]
        row[name] = between.join(dict.fromkeys(said)) or None
    if first["whole_concept"] is None:
        return row | {"coverage": "unknown", "status": "no_whole"}
    whole, stated = Range(_exact(first["whole_low"]), _exact(first["whole_high"])), _exact(first["whole_yuan"])
    known = added is not None and stated is not None
    row |= amount("whole", stated, whole, "_yuan")
    row |= amount("rest", stated - added if stated is not None and added is not None else None, whole - total, "_yuan")
    row |= {"coverage": _coverage(total, whole), "status": "computed" if known else "ambiguous"}
    if stated is not None and stated <= 0:
        return row  # nothing divides by 0
    share = added / stated if stated is not None and added is not None else None
    return row | amount("covered", share, total / whole)


def spending_concentration(structure: Source) -> pl.DataFrame:
    """Return the concentration of expenditure over the lines of each view that is a partition.

    Parameters
    ----------
    structure : polars.DataFrame or pandas.DataFrame
        As :func:`spending_structure` returns it, or some of its rows; views that are no partition are left out.

    Returns
    -------
    polars.DataFrame
        One row per document, year, period, measure, view, fund and scope.

        - ``doc_id, division_code, county, issuer, fiscal_year, period, measure, view, fund, scope``
        - ``lines``: lines with an amount above 0; ``largest``: code (or concept) of the largest, null where intervals
          leave that open
        - ``hhi``, ``hhi_low``, ``hhi_high``: the index, a number in (0, 1], and bounds of the values
          that it takes while each amount runs through its interval
        - ``equivalent_lines`` with ``equivalent_low``, ``equivalent_high``: 1 ÷ hhi, the number of equal lines with the
          same index
        - ``sum_yuan``, ``sum_low``, ``sum_high``: of the lines, yuan; ``whole_yuan``: what they should make
        - ``coverage``: ``whole`` (the lines make the stated whole within rounding), ``part`` (some of it stands on no
          line), ``exceeds`` (the lines are more than the whole), ``unknown`` (no whole is stated, or several)
        - ``status``: ``computed``; ``bounded`` (a line is ambiguous or missing: bounds only); ``not_computed``, with
          the reason in ``note`` and ``note_zh``
        - ``fact_ids``: all figures behind it

    Raises
    ------
    ContractError
        If the frame lacks columns of :func:`spending_structure`.

    Notes
    -----
    Formula: HHI = Σ sᵢ², sᵢ = xᵢ ÷ Σ xⱼ. The bounds hold exactly, not to first order: for the least value every
    amount is as close to a common level as its interval allows; for the largest, amounts are at the ends of their
    intervals (where one is not, the bound is a little wide). Amounts below 0 that rounding allows count as 0; a
    negative amount has no share and no index is computed.

    Where lines are missing (``part``), shares are of the stated whole W and the rest R may be one line or very many:
    Σ (xᵢ ÷ W)² <= HHI <= Σ (xᵢ ÷ W)² + (R ÷ W)². Without a stated whole the index is of the listed lines.

    Not comparable: views with each other (a 类 has several 款, so an index of groups is lower by construction); a view
    over many possible lines with one over few: the least possible value is 1 ÷ lines.

    References
    ----------
    Hirschman, A. O. (1964): The paternity of an index. American Economic Review 54(5), 761-762.
    Dantzig, G. B. (1957): Discrete-variable extremum problems. Operations Research 5(2), 266-288 (the knapsack).
    """
    frame = as_polars(structure)
    needed = [*_BY, "partition", "concept", "code", "value_yuan", "value_low", "value_high", "fact_ids"]
    require(frame, [*needed, "whole_yuan", "whole_low", "whole_high"], "structure")
    frame = frame.filter(pl.col("partition").fill_null(False))
    rows: list[dict[str, Any]] = []
    for part in frame.partition_by(_BY, maintain_order=True) if frame.height else []:
        lines = list(part.iter_rows(named=True))
        rows.append({name: lines[0][name] for name in _BY} | _index(lines))
    return table(rows, SCHEMA)


def _index(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    ids = list(dict.fromkeys(fact_id for line in lines for fact_id in line["fact_ids"]))
    values = [_exact(line["value_yuan"]) for line in lines]
    spans = [Range(_exact(line["value_low"]), _exact(line["value_high"])) for line in lines]
    total = sum((span for span in spans), Range.point(0))
    known = [value for value in values if value is not None]
    whole = Range(_exact(lines[0]["whole_low"]), _exact(lines[0]["whole_high"]))
    stated = _exact(lines[0]["whole_yuan"])
    row = {
        "lines": sum(value is None or value > 0 for value in values),
        "largest": _largest(lines, spans),
        "sum_yuan": as_float(sum(known, _ZERO)) if len(known) == len(values) else None,
        "sum_low": as_float(total.low),
        "sum_high": as_float(total.high),
        "whole_yuan": as_float(stated),
        "coverage": _coverage(total, whole),
        "fact_ids": ids,
    }
    boxes = [
        (max(span.low, _ZERO), max(span.high, _ZERO))
        for span in spans
        if span.low is not None and span.high is not None
    ]
    if any(value is not None and value < 0 for value in values):
        return row | _refused("an amount is negative", "有负数金额")
    if len(boxes) < len(spans):
        return row | _refused("an amount is stated as a bound only", "有金额只给出上限或下限")
    if sum(high for _, high in boxes) <= 0 or (len(known) == len(values) and sum(known) <= 0):
        return row | _refused("all amounts are 0", "金额均为0")
    if row["coverage"] == "exceeds":
        return row | _refused("the lines add up to more than the whole", "各项之和大于总额")
    if row["coverage"] == "part":
        low, high = _partial(boxes, whole)
        note = Text(
            "part of the whole stands on no line: the bounds let it be one line or very many",
            "总额中有一部分未列入各项：区间按其为一项或许多小项估计",
        )
        return row | _bounded(low, high, note)
    low, high = smallest(boxes), largest(boxes)
    if len(known) < len(values):
        return row | _bounded(low, high, Text("the amount of a line is ambiguous", "有的项目金额不唯一"))
    hhi = sum((value * value for value in known), _ZERO) / sum(known, _ZERO) ** 2
    return (
        row
        | {
            "hhi": as_float(hhi),
            "hhi_low": as_float(low),
            "hhi_high": as_float(high),
            "equivalent_lines": as_float(1 / hhi),
            "status": "computed",
        }
        | _equivalent(low, high)
    )


def smallest(boxes: Sequence[tuple[Fraction, Fraction]]) -> Fraction | None:
    """Return the least Σx² ÷ (Σx)² for amounts in `boxes`: every amount as near to one level t as it can be.

    At the least value t = Σx² ÷ Σx; between two neighbouring ends the amounts that move all equal t, which leaves
    t = (Σ of squares at an end) ÷ (Σ at an end).
    """
    ends = sorted({end for box in boxes for end in box})
    for below, above in zip([_ZERO, *ends], [*ends, None], strict=True):
        fixed = [low if low > below else high for low, high in boxes if low > below or high <= below]
        free = len(boxes) - len(fixed)
        total, squares = sum(fixed, _ZERO), sum((x * x for x in fixed), _ZERO)
        if total == 0:
            if free:
                return Fraction(1, free)  # all that can be above 0 are free to be equal
            continue
        level = squares / total
        if below <= level and (above is None or level <= above):
            return (squares + free * level * level) / (total + free * level) ** 2
    return None


def largest(boxes: Sequence[tuple[Fraction, Fraction]]) -> Fraction | None:
    """Return an upper bound of Σx² ÷ (Σx)² for amounts in `boxes`, reached if no amount is between its ends.

    The ratio is quasi-convex, so its largest value is where every amount is at an end. For a given total the sum of
    squares, each replaced by its chord over the interval, is largest if the amounts with the largest low + high are
    at their upper ends, one at most in between: the fractional knapsack. That leaves a piecewise linear function of
    the total, divided by its square.
    """
    order = sorted((box for box in boxes if box[1] > box[0]), key=lambda box: box[0] + box[1], reverse=True)
    total = sum((low for low, _ in boxes), _ZERO)
    squares = sum((low * low for low, _ in boxes), _ZERO)
    if total == 0:
        return _ONE if order else None  # one amount above 0 and no other
    best = squares / total**2
    for low, high in order:
        slope = low + high
        start = squares - slope * total
        turn = -2 * start / slope
        if total < turn < total + high - low:
            best = max(best, (start + slope * turn) / turn**2)
        total, squares = total + high - low, squares + high * high - low * low
        best = max(best, squares / total**2)
    return min(best, _ONE)


def _partial(boxes: Sequence[tuple[Fraction, Fraction]], whole: Range) -> tuple[Fraction | None, Fraction | None]:
    if whole.low is None or whole.high is None or whole.low <= 0:
        return None, None
    squares = sum((low * low for low, _ in boxes), _ZERO)
    low = squares / whole.high**2
    # x²/W² + (1 - Σx/W)² is convex in every amount: the largest value is at ends, bounded here term by term.
    rest = _ONE - sum((low for low, _ in boxes), _ZERO) / whole.high
    high = sum((end * end for _, end in boxes), _ZERO) / whole.low**2 + max(rest, _ZERO) ** 2
    return low, min(high, _ONE)


def _coverage(total: Range, whole: Range) -> str:
    if whole.low is None or whole.high is None or total.low is None or total.high is None:
        return "unknown"
    if total.overlaps(whole):
        return "whole"
    return "part" if total.high < whole.low else "exceeds"


def _largest(lines: Sequence[dict[str, Any]], spans: Sequence[Range]) -> str | None:
    """Return the line that is larger than all others whatever their intervals hold."""
    lows = [(span.low if span.low is not None else _ZERO, at) for at, span in enumerate(spans)]
    low, at = max(lows)
    if any(span.high is None or span.high > low for other, span in enumerate(spans) if other != at):
        return None
    code: str | None = lines[at]["code"] or lines[at]["concept"]
    return code


def _exact(value: float | None) -> Fraction | None:
    return None if value is None else exact(value)


def _refused(en: str, zh: str) -> dict[str, Any]:
    return {"status": "not_computed", "note": en, "note_zh": zh}


def _bounded(low: Fraction | None, high: Fraction | None, note: Text) -> dict[str, Any]:
    if low is not None and high is not None and low > high:
        raise ContractError("the bounds of a concentration index run upwards: report this with the table at hand")
    return {
        "hhi_low": as_float(low),
        "hhi_high": as_float(high),
        "status": "bounded",
        "note": note.en,
        "note_zh": note.zh,
    } | _equivalent(low, high)


def _equivalent(low: Fraction | None, high: Fraction | None) -> dict[str, float | None]:
    """Return the bounds of 1 ÷ hhi."""
    return {
        "equivalent_low": as_float(1 / high) if high else None,
        "equivalent_high": as_float(1 / low) if low else None,
    }
