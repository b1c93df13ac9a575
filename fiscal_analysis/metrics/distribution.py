"""Distributions of rates without asymptotics: quantiles, the empirical distribution, mass at a notch.

A study of counties may have four points, or four thousand. All intervals here are exact at any number of points;
where the points cannot carry an interval, it is null.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics.intervals import exact

__all__ = ["binomial_interval", "bunching_at", "ecdf", "quantiles"]

_PROBABILITIES = (0.1, 0.25, 0.5, 0.75, 0.9)


def quantiles(
    rates: Any,
    probabilities: Sequence[float] = _PROBABILITIES,
    *,
    column: str = "computed_rate",
    by: Sequence[str] = (),
    level: float = 0.95,
) -> pl.DataFrame:
    """Return quantiles with exact confidence intervals, by group.

    Parameters
    ----------
    rates : polars.DataFrame, pandas.DataFrame or sequence of float
        A frame with `column`, or the numbers themselves. Missing ones are left out.
    probabilities : sequence of float
        Each in [0, 1].
    column : str
        The column of rates.
    by : sequence of str
        Columns to group by, ``("denominator", "level")`` for example: rates on different denominators should never
        share a group.
    level : float
        Confidence that the interval covers the population's quantile.

    Returns
    -------
    polars.DataFrame
        `by`, ``n`` (points), ``probability``, ``value``, ``low``, ``high``. The interval is between two observed values
        (order statistics), whatever the distribution, and covers at least at `level`; an end that the points cannot
        carry is null (the median needs six points at 95 %).

    Raises
    ------
    ContractError
        If a column is missing or a probability lies outside [0, 1].

    References
    ----------
    Hyndman, R. J., Fan, Y. (1996): Sample quantiles in statistical packages. The American Statistician 50(4): type 7,
    the default of numpy, pandas and R.
    David, H. A., Nagaraja, H. N. (2003): Order Statistics, 3rd ed., section 7.1 (distribution-free intervals).
    """
    for p in probabilities:
        if not 0 <= p <= 1:
            raise ContractError(f"a probability lies between 0 and 1, got {p}")
    rows: list[dict[str, Any]] = []
    for keys, values, _ in _groups(rates, column, by):
        for p in probabilities:
            low, high = _order_interval(values, p, level)
            rows.append(
                keys | {"n": len(values), "probability": p, "value": _type7(values, p), "low": low, "high": high}
            )
    schema = {"n": pl.Int64, "probability": pl.Float64, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    return _table(rows, rates, by, schema)


def ecdf(rates: Any, *, column: str = "computed_rate", by: Sequence[str] = ()) -> pl.DataFrame:
    """Return the empirical distribution function, by group.

    Parameters
    ----------
    rates, column, by
        As in :func:`quantiles`.

    Returns
    -------
    polars.DataFrame
        One row per distinct value, rising: `by`, ``n``, ``value``, ``at`` (points of this value), ``at_or_below``, and
        ``share`` = at_or_below ÷ n, the height of the step that begins at the value.
    """
    rows: list[dict[str, Any]] = []
    for keys, values, _ in _groups(rates, column, by):
        n = len(values)
        for value, some in groupby(enumerate(values, start=1), key=itemgetter(1)):
            places = [place for place, _ in some]
            rows.append(
                keys | {"n": n, "value": value, "at": len(places), "at_or_below": places[-1], "share": places[-1] / n}
            )
    schema = {"n": pl.Int64, "value": pl.Float64, "at": pl.Int64, "at_or_below": pl.Int64, "share": pl.Float64}
    return _table(rows, rates, by, schema)


def bunching_at(
    rates: Any,
    point: float = 1.0,
    width: float = 0.005,
    *,
    column: str = "computed_rate",
    by: Sequence[str] = (),
    level: float = 0.95,
) -> pl.DataFrame:
    """Return how many rates stand at `point`, against the windows beside it, by group.

    Budgets that are spent to the last yuan pile up at 100 %: at the notch where unspent money is lost and a
    performance score starts to fall. Bunching is the mass at such a point beyond what its surroundings suggest.

    Parameters
    ----------
    rates, column, by, level
        As in :func:`quantiles`.
    point : float
        Where the notch is; 1.0 is 100 %.
    width : float
        Half the width of the window; 0.005 takes 99.5 % to 100.5 %, ends included.

    Returns
    -------
    polars.DataFrame
        `by`, ``n``, ``point``, ``width``; ``exactly`` (equal to the point), ``within`` (the window), ``below`` and
        ``above`` (outside it), ``beside_below`` and ``beside_above`` (the next window of the same size on each side);
        ``share`` = within ÷ n, with ``share_low`` and ``share_high``, its exact (Clopper-Pearson) interval at `level`;
        and, where the frame has ``computed_low`` and ``computed_high``, ``compatible``: rates whose printed digits
        allow the point.

    Raises
    ------
    ContractError
        If a column is missing or `width` is negative.

    Notes
    -----
    Kleven (2016) estimates the excess mass against a counterfactual density fitted to the bins outside the window.
    That needs some hundreds of points. Here the counts of the window and of its neighbours are given as they are; the
    reader sees whether there is anything to fit. Rates on adjusted budgets stand at 1 by construction (what cannot be
    spent is cut from the budget before the year ends): bunching says something about initial budgets only.

    References
    ----------
    Kleven, H. J. (2016): Bunching. Annual Review of Economics 8, 435-464.
    Clopper, C. J., Pearson, E. S. (1934): The use of confidence or fiducial limits illustrated in the case of the
    binomial. Biometrika 26(4), 404-413.
    """
    if width < 0:
        raise ContractError(f"the half width of a window cannot be negative, got {width}")
    at, half = exact(float(point)), exact(float(width))
    rows: list[dict[str, Any]] = []
    for keys, values, spans in _groups(rates, column, by):
        # Exact distances: 1.005 is inside a window of 0.005, which float subtraction denies.
        gaps = [exact(value) - at for value in values]
        within = sum(abs(gap) <= half for gap in gaps)
        low, high = binomial_interval(within, len(gaps), level)
        rows.append(
            keys
            | {
                "n": len(gaps),
                "point": float(point),
                "width": float(width),
                "exactly": sum(gap == 0 for gap in gaps),
                "within": within,
                "below": sum(gap < -half for gap in gaps),
                "above": sum(gap > half for gap in gaps),
                "beside_below": sum(-3 * half <= gap < -half for gap in gaps),
                "beside_above": sum(half < gap <= 3 * half for gap in gaps),
                "share": within / len(gaps),
                "share_low": low,
                "share_high": high,
                "compatible": None if spans is None else sum(_allows(span, at) for span in spans),
            }
        )
    floats = ("point", "width", "share", "share_low", "share_high")
    names = ("n", "point", "width", "exactly", "within", "below", "above", "beside_below", "beside_above")
    schema: dict[str, Any] = {name: pl.Float64 if name in floats else pl.Int64 for name in names}
    schema |= {"share": pl.Float64, "share_low": pl.Float64, "share_high": pl.Float64, "compatible": pl.Int64}
    return _table(rows, rates, by, schema)


def binomial_interval(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) interval of a share of `successes` among `n`.

    Covers at least at `level` for every `n`, four included. No points say nothing: (0, 1).

    Raises
    ------
    ContractError
        If `successes` is not between 0 and `n`, or `level` not between 0 and 1.
    """
    if not 0 <= successes <= n or not 0 < level < 1:
        raise ContractError(f"a share needs 0 <= successes <= n and 0 < level < 1, got {successes}, {n}, {level}")
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else _solve(lambda p: _upper_tail(successes, n, p), tail)
    high = 1.0 if successes == n else 1 - _solve(lambda p: _upper_tail(n - successes, n, p), tail)
    return low, high


# -- inside ---------------------------------------------------------------------------------------------------------

Span = tuple[float | None, float | None]


def _groups(
    rates: Any, column: str, by: Sequence[str]
) -> Iterable[tuple[dict[str, Any], list[float], list[Span] | None]]:
    """Yield the keys, the sorted values and, where the frame has them, the intervals of each group."""
    frame = _frame(rates, column)
    missing = [name for name in (column, *by) if name not in frame.columns]
    if missing:
        raise ContractError(f"the table lacks the columns {', '.join(missing)}; it has {', '.join(frame.columns)}")
    frame = frame.filter(pl.col(column).is_not_null() & pl.col(column).cast(pl.Float64).is_finite()).sort(column)
    spanned = column == "computed_rate" and {"computed_low", "computed_high"} <= set(frame.columns)
    parts = frame.partition_by(by, maintain_order=True) if by else [frame]
    keyed = [({name: part[name][0] for name in by}, part) for part in parts if part.height]
    for keys, part in sorted(keyed, key=lambda pair: [(v is None, str(v)) for v in pair[0].values()]):
        spans = list(part.select("computed_low", "computed_high").iter_rows()) if spanned else None
        yield keys, [float(value) for value in part[column]], spans


def _frame(rates: Any, column: str) -> pl.DataFrame:
    if isinstance(rates, pl.Series) or (isinstance(rates, Sequence) and not isinstance(rates, str)):
        return pl.DataFrame({column: pl.Series([None if v is None else float(v) for v in rates], dtype=pl.Float64)})
    if hasattr(rates, "tolist"):  # a numpy array, a pandas series
        return _frame(rates.tolist(), column)
    return as_polars(rates)


def _table(rows: list[dict[str, Any]], rates: Any, by: Sequence[str], schema: dict[str, Any]) -> pl.DataFrame:
    types = as_polars(rates).schema if by else {}
    return pl.DataFrame(rows, schema={name: types[name] for name in by} | schema)


def _type7(values: Sequence[float], p: float) -> float:
    """Return the quantile of sorted values by linear interpolation between order statistics (type 7)."""
    place = exact(float(p)) * (len(values) - 1)
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    low = exact(values[below])
    return float(low + (exact(values[above]) - low) * (place - below))


def _order_interval(values: Sequence[float], p: float, level: float) -> tuple[float | None, float | None]:
    """Return the order statistics that bracket the p-quantile, each side missing it at most (1 - level) / 2."""
    n = len(values)
    tail = (1 - level) / 2
    low = high = None
    # P(the r-th smallest lies above the quantile) = P(fewer than r points at or below it) = P(Binomial(n, p) < r).
    cumulative = 0.0
    for r in range(1, n + 1):
        cumulative += _mass(r - 1, n, p)
        if cumulative > tail:
            break
        low = values[r - 1]
    cumulative = 0.0
    for r in range(n, 0, -1):
        cumulative += _mass(r, n, p)
        if cumulative > tail:
            break
        high = values[r - 1]
    return low, high


def _mass(k: int, n: int, p: float) -> float:
    """Return the probability of `k` successes among `n`."""
    if p <= 0 or p >= 1:
        return float(k == (0 if p <= 0 else n))
    log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(log + k * math.log(p) + (n - k) * math.log1p(-p))


def _upper_tail(k: int, n: int, p: float) -> float:
    """Return the probability of at least `k` successes among `n`, always summed over the thinner tail."""
    if k > n * p:
        return _sum_away(k, n, p)
    return 1 - _sum_away(n - k + 1, n, 1 - p)  # at most k - 1 successes are at least n - k + 1 failures


def _sum_away(k: int, n: int, p: float) -> float:
    """Return the probability of at least `k` > n·p successes, summed until the falling terms vanish."""
    if k > n or p <= 0:
        return 0.0
    term = total = _mass(k, n, p)
    for j in range(k, n):
        term *= (n - j) / (j + 1) * p / (1 - p)
        total += term
        if term < total * 1e-17:
            break
    return total


def _solve(rising: Callable[[float], float], target: float) -> float:
    """Return where a rising function of a share reaches `target`, by bisection to the last bit."""
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if rising(middle) < target:
            low = middle
        else:
            high = middle


def _allows(span: Span, point: Fraction) -> bool:
    low, high = span
    return (low is not None or high is not None) and (
        (low is None or exact(low) <= point) and (high is None or point <= exact(high))
    )
