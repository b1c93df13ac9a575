"""Lines over years: a point per figure, joined only where two years follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from fiscal_analysis.charts.plots import _field, _finished, _reading, _rows, legend_columns
from fiscal_analysis.charts.theme import CATEGORIES, MUTED

if TYPE_CHECKING:
    import pandas as pd

    Frame = pl.DataFrame | pd.DataFrame

__all__ = ["trend_chart"]

_WIDTH = 540
_HEIGHT = 260


def trend_chart(
    frame: Frame,
    *,
    year: str,
    value: str,
    low: str,
    high: str,
    series: str,
    description: str,
    axis_title: str,
    title: str,
    subtitle: str = "",
    link: str | None = None,
    hollow: str | None = None,
    part: str | None = None,
    axis_format: str = ",~r",
) -> alt.LayerChart:
    """Draw each series as points over years, with a line between the points of years that follow each other.

    A year that is missing leaves a gap, as does one whose value is not certain: that year has a bar from its lowest to
    its highest possible value, and no point.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        One row per series and year.
    year, value, low, high, series, description : str
        Columns: the year (a whole number), the figure (null where several are stated), the ends of its interval (null
        where there are none), the series that it is of, and the tooltip.
    axis_title, title, subtitle : str
        What the vertical axis measures; the chart's heading and the line below it.
    link : str, optional
        Column with a link within the page.
    hollow : str, optional
        Column of booleans: points that are drawn as rings, and the line to them broken (figures that no document
        states, say).
    part : str, optional
        Column of booleans: figures of a part of a year; they are diamonds that no line joins to anything.
    axis_format : str
        Format of the vertical axis in d3's notation.

    Returns
    -------
    altair.LayerChart
        Series in colours with a legend; with more series than can be told apart by colour, all are grey.

    Raises
    ------
    ContractError
        If a column is missing or there is no row to draw.
    """
    flags = [name for name in (hollow, part) if name]
    rows = _rows(frame, [year, value, low, high, series, description, *flags, *filter(None, (link,))], title)
    names = rows[series].unique(maintain_order=True).to_list()
    rows = rows.with_columns(
        (pl.col(hollow) if hollow else pl.lit(False)).fill_null(False).alias("ring"),
        (pl.col(part) if part else pl.lit(False)).fill_null(False).alias("partial"),
    ).sort(pl.col(series).replace_strict({n: i for i, n in enumerate(names)}, return_dtype=pl.Int64), year)
    years = sorted({int(at) for at in rows[year].to_list()})
    ends = [float(at) for column in (value, low, high) for at in rows[column].drop_nulls()]
    scale = alt.Scale(domain=[min([0.0, *ends]), max([0.0, *ends]) * 1.06 or 1.0], nice=False)
    y_axis = alt.Axis(format=axis_format, tickCount=6)
    x_scale = alt.Scale(domain=[years[0] - 0.35, years[-1] + 0.35], nice=False)
    # A year that is missing has its tick, too; every second year where not all fit, and so on.
    step = 1 + (years[-1] - years[0]) // 8
    ticks = list(range(years[-1], years[0] - 1, -step))
    x_axis = alt.Axis(format="d", values=ticks, grid=False, labelFlush=False)

    def x() -> alt.X:
        return alt.X(f"{_field(year)}:Q", title=None, scale=x_scale, axis=x_axis)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{_field(column)}:Q", title=axis_title, scale=scale, axis=y_axis)

    coloured = len(names) <= len(CATEGORIES)
    colours = alt.Scale(domain=names, range=list(CATEGORIES[: len(names)]))
    shown = (
        alt.Legend(symbolType="circle", symbolStrokeWidth=0, symbolOpacity=1, **legend_columns(names))
        if len(names) > 1
        else None
    )

    def colour(column: str) -> Any:
        if not coloured:
            return alt.value(MUTED)
        return alt.Color(f"{_field(column)}:N", title=None, scale=colours, legend=shown)

    layers: list[alt.Chart] = []
    segments = _segments(rows, year, value, series)
    if segments.height:
        dash = alt.Scale(domain=[False, True], range=[[1, 0], [5, 4]])
        layers.append(
            alt.Chart(segments)
            .mark_line(strokeWidth=2.2, aria=False)
            .encode(
                x=alt.X("at:Q", title=None, scale=x_scale, axis=x_axis),
                y=alt.Y("to:Q", title=axis_title, scale=scale, axis=y_axis),
                detail="segment:N",
                strokeDash=alt.StrokeDash("dashed:N", scale=dash, legend=None),
                color=colour("of"),
            )
        )
    spans = rows.filter(pl.col(low).is_not_null() & pl.col(high).is_not_null())
    if spans.height:
        layers.append(
            alt.Chart(spans)
            .mark_rule(strokeWidth=7, opacity=0.4)
            .encode(x=x(), y=y(low), y2=alt.Y2(_field(high)), color=colour(series), **_reading(description, link))
        )
    # A bar may be too short to be seen: its ends are dashes.
    unsure = spans.filter(pl.col(value).is_null())
    for end in (low, high) if unsure.height else ():
        dashes = alt.Chart(unsure).mark_tick(orient="horizontal", thickness=2, size=16, aria=False)
        layers.append(dashes.encode(x=x(), y=y(end), color=colour(series)))
    shape = alt.Scale(domain=[False, True], range=["circle", "diamond"])
    for ring in (False, True):
        points = rows.filter(pl.col(value).is_not_null() & (pl.col("ring") == ring))
        if points.height:
            chart = alt.Chart(points)
            mark = (
                chart.mark_point(filled=False, fill="white", size=80, opacity=1, strokeWidth=2)
                if ring
                else chart.mark_point(filled=True, size=80, opacity=1, strokeWidth=2)
            )
            layers.append(
                mark.encode(
                    x=x(),
                    y=y(value),
                    color=colour(series),
                    shape=alt.Shape("partial:N", scale=shape, legend=None),
                    **_reading(description, link),
                )
            )
    return _finished(alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT), title, subtitle)


def _segments(rows: pl.DataFrame, year: str, value: str, series: str) -> pl.DataFrame:
    """Return the ends of the lines: two figures of whole years of one series, a year apart."""
    ends: list[tuple[int, str, int, float, bool]] = []
    last: dict[str, dict[str, Any]] = {}
    for row in rows.filter(~pl.col("partial")).iter_rows(named=True):
        before = last.get(row[series])
        last[row[series]] = row
        if before is None or before[value] is None or row[value] is None or int(row[year]) - int(before[year]) != 1:
            continue
        number, dashed = len(ends) // 2, bool(before["ring"] or row["ring"])
        ends += [(number, row[series], int(at[year]), float(at[value]), dashed) for at in (before, row)]
    schema = {
        "segment": pl.Int64, "of": pl.String, "at": pl.Int64, "to": pl.Float64, "dashed": pl.Boolean
    }  # fmt: skip
    return pl.DataFrame(ends, schema=schema, orient="row")
