"""The table of performance indicators as exact rows: target and actual as intervals, weight and score."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._inputs import Body, Source, bodies_of, conform
from fiscal_analysis.metrics.intervals import Range, exact, printed
from fiscal_analysis.quantity import Quantity, find_quantities

EXECUTION = "预算执行率"
_SCHEMA: dict[str, Any] = {
    "indicator_id": pl.String,
    "doc_id": pl.String,
    "item": pl.String,
    "level1": pl.String,
    "level2": pl.String,
    "level3": pl.String,
    "target_text": pl.String,
    "target": pl.Float64,
    "actual_text": pl.String,
    "actual": pl.Float64,
    "unit": pl.String,
    "comparator": pl.String,
    "weight": pl.Float64,
    "score": pl.Float64,
}


class Indicator(NamedTuple):
    """One indicator of a performance table."""

    indicator_id: str | None
    doc_id: str
    item: str | None
    level1: str | None
    level2: str | None
    level3: str | None
    target_text: str | None
    target: Fraction | None
    target_range: Range
    actual_text: str | None
    actual: Fraction | None
    actual_range: Range
    unit: str | None
    comparator: str | None
    weight: Fraction | None
    score: Fraction | None

    @property
    def kind(self) -> str | None:
        """``execution_rate``, ``quantitative`` (the target is a number), ``qualitative``, or None without a target."""
        if self.level1 == EXECUTION:
            return "execution_rate"
        if self.target is not None:
            return "quantitative"
        return None if self.target_text is None else "qualitative"

    @property
    def actual_is_bound(self) -> bool:
        """Whether the actual value is stated as a bound (＞90%) or about, not as a number."""
        return self.actual_range.low is None or self.actual_range.high is None


def indicators_of(corpus: Source, documents: Source | None) -> tuple[dict[str, Body], list[Indicator]]:
    """Return the documents and the indicators of a corpus, or of a frame of indicators."""
    given: Any = getattr(corpus, "indicators", corpus)
    frame = as_polars(given)
    missing = [
        name for name in ("doc_id", "level1", "target", "actual", "weight", "score") if name not in frame.columns
    ]
    if missing:
        raise ContractError(
            f"the indicators table lacks the columns {', '.join(missing)}: pass a corpus or the table `indicators` of "
            "data/processed"
        )
    frame = conform(frame, _SCHEMA)
    known = pl.DataFrame({"doc_id": frame["doc_id"]}).with_columns(
        pl.lit(None, dtype=pl.String).alias("division_code"),
        pl.lit(None, dtype=pl.String).alias("issuer"),
        pl.lit(None, dtype=pl.Int64).alias("fiscal_year"),
    )
    return bodies_of(corpus, known, documents), list(_rows(frame))


def _rows(frame: pl.DataFrame) -> Iterator[Indicator]:
    for row in frame.iter_rows(named=True):
        target = None if row["target"] is None else exact(row["target"])
        actual = None if row["actual"] is None else exact(row["actual"])
        yield Indicator(
            row["indicator_id"],
            row["doc_id"],
            row["item"],
            row["level1"],
            row["level2"],
            row["level3"],
            row["target_text"],
            target,
            _target_range(target, row["target_text"]),
            row["actual_text"],
            actual,
            _actual_range(actual, row["actual_text"]),
            row["unit"],
            row["comparator"],
            None if row["weight"] is None else exact(row["weight"]),
            None if row["score"] is None else exact(row["score"]),
        )


def _quantity(value: Fraction, text: str | None) -> Quantity | None:
    """Return the one quantity of `text` that has the value, if it is one."""
    found = [q for q in find_quantities(text or "") if exact(q.value) == value]
    return found[0] if len(found) == 1 else None


def _target_range(target: Fraction | None, text: str | None) -> Range:
    """Return the target as an interval: a number that was set is exact; about (约) leaves it open, a range is one."""
    if target is None:
        return Range(None, None)
    quantity = _quantity(target, text)
    if quantity is None or (quantity.comparator != "~" and quantity.value_high is None):
        return Range.point(target)
    return printed(target, None, quantity.comparator, quantity.value_high)


def _actual_range(actual: Fraction | None, text: str | None) -> Range:
    """Return the actual value as the interval of its print; without a print that says its precision, nothing."""
    quantity = None if actual is None else _quantity(actual, text)
    if actual is None or quantity is None:
        return Range(None, None)
    decimals = None if quantity.unit == "count" and (quantity.decimals or 0) >= 0 else quantity.decimals
    return printed(actual, decimals, quantity.comparator, quantity.value_high)
