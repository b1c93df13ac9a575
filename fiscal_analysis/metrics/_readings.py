"""What a document says of one line: one value, or several that no rounding reconciles, and then no value at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import polars as pl

from fiscal_analysis.metrics._figures import Figure, group_figures
from fiscal_analysis.metrics._inputs import Body, Stated, fact_ids
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics.intervals import Range, as_float

WHOSE: dict[str, Any] = {
    "doc_id": pl.String,
    "division_code": pl.String,
    "county": pl.String,
    "issuer": pl.String,
    "fiscal_year": pl.Int64,
}
NOTES: dict[str, Any] = {
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
    "note": pl.String,
    "note_zh": pl.String,
}
OPEN = Range(None, None)


class Reading(NamedTuple):
    """All statements of one line.

    Where they cannot all be of one value the line is ambiguous: there is no value, and `range` is the span of all
    candidates, which holds the true value if one of them is it.
    """

    value: Fraction | None
    range: Range
    figures: tuple[Figure, ...]

    @property
    def ambiguous(self) -> bool:
        """Whether several values are stated."""
        return len(self.figures) > 1

    @property
    def status(self) -> str:
        """``ambiguous`` or ``stated``."""
        return "ambiguous" if self.ambiguous else "stated"

    @property
    def facts(self) -> list[Stated]:
        """Every statement."""
        return [fact for figure in self.figures for fact in figure.facts]

    @property
    def candidates(self) -> list[float]:
        """The values that are stated, in the order in which they first stand in the text."""
        placed = sorted(self.figures, key=lambda f: min(s.start or 0 for s in f.facts))
        return [float(figure.best.value) for figure in placed]


def read(facts: Iterable[Stated]) -> Reading | None:
    """Return what `facts`, all of one line, say; None where there are none."""
    figures = group_figures(facts)
    if not figures:
        return None
    if len(figures) == 1:
        best = figures[0].best
        return Reading(None if best.is_range else best.value, best.range, tuple(figures))
    return Reading(None, hull(figure.best.range for figure in figures), tuple(figures))


def hull(ranges: Iterable[Range]) -> Range:
    """Return the smallest interval that holds all of `ranges`."""
    some = list(ranges)
    lows = [r.low for r in some if r.low is not None]
    highs = [r.high for r in some if r.high is not None]
    return Range(
        min(lows) if some and len(lows) == len(some) else None,
        max(highs) if some and len(highs) == len(some) else None,
    )


def quotient(part: Reading | None, whole: Reading | None) -> tuple[Fraction | None, Range]:
    """Return part ÷ whole and its interval; no value where one of them is ambiguous or the whole may be 0."""
    if part is None or whole is None:
        return None, OPEN
    if whole.value is not None and whole.value <= 0:
        return None, OPEN
    value = part.value / whole.value if part.value is not None and whole.value is not None else None
    return value, part.range / whole.range


def amount(prefix: str, value: Fraction | None, span: Range, unit: str = "") -> dict[str, float | None]:
    """Return the columns ``<prefix><unit>``, ``<prefix>_low`` and ``<prefix>_high``."""
    return {
        f"{prefix}{unit}": as_float(value),
        f"{prefix}_low": as_float(span.low),
        f"{prefix}_high": as_float(span.high),
    }


def whose(body: Body, year: int | None) -> dict[str, Any]:
    """Return the columns that say whose figures they are."""
    return {
        "doc_id": body.doc_id,
        "division_code": body.division_code,
        "county": body.county,
        "issuer": body.issuer,
        "fiscal_year": year,
    }


def closing(status: str, facts: Iterable[Stated] = (), notes: Sequence[Text] = ()) -> dict[str, Any]:
    """Return the columns that every observation ends with."""
    return {
        "status": status,
        "fact_ids": fact_ids(facts),
        "note": "; ".join(dict.fromkeys(n.en for n in notes)) or None,
        "note_zh": "；".join(dict.fromkeys(n.zh for n in notes)) or None,
    }


def ambiguity(reading: Reading | None, what: Text) -> list[Text]:
    """Return the note that names the values of an ambiguous line."""
    if reading is None or not reading.ambiguous:
        return []
    raws = dict.fromkeys(figure.best.raw or f"{float(figure.best.value):g}" for figure in reading.figures)
    figures = "、".join(raws)
    return [
        Text(
            f"{what.en} is stated as {figures}: none is chosen, the interval spans them",
            f"{what.zh}有多种表述（{figures}），未作取舍，区间涵盖各值",
        )
    ]


def table(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return `rows` as a frame; columns that a row lacks are null."""
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=dict(schema))
