"""One quantity against another: a dot per observation, with the interval of the horizontal one where there is one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from fiscal_analysis.charts.plots import _PLOT_WIDTH, _field, _finished, _reading, _rows
from fiscal_analysis.charts.theme import CATEGORIES, PRIMARY

if TYPE_CHECKING:
    import pandas as pd

    Frame = pl.DataFrame | pd.DataFrame

__all__ = ["scatter_chart"]

_STEP = 0.05


def scatter_chart(
    frame: Frame,
    *,
    x: str,
    y: str,
    description: str,
    x_title: str,
    y_title: str,
    title: str,
    subtitle: str = "",
    low: str | None = None,
    high: str | None = None,
    link: str | None = None,
    kind: str | None = None,
    kinds: Sequence[str] = (),
    x_limits: tuple[float, float] | None = None,
    y_limits: tuple[float, float] | None = None,
    axis_format: str = ".0%",
) -> alt.LayerChart:
    """Draw one dot per observation at the place that two quantities give it.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        One row per observation.
    x, y, description : str
        Columns: the two quantities and the dot's tooltip.
    x_title, y_title, title, subtitle : str
        What the axes measure; the chart's heading and the line below it.
    low, high : str, optional
        Columns: the interval of `x`, drawn as a bar; null where it is open.
    link : str, optional
        Column with a link within the page.
    kind : str, optional
        Column that colours the dots.
    kinds : sequence of str
        Values of `kind` that have the first colours in every chart, in this order, whether they occur or not.
    x_limits, y_limits : tuple of float, optional
        Ends of the axes; dots beyond them stand at the edge, as triangles. By default the axes hold all dots and end
        at multiples of five percent: they need not begin at 0.
    axis_format : str
        Format of both axes in d3's notation.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    ContractError
        If a column is missing or there is no row to draw.
    """
    rows = _rows(frame, [x, y, description, *filter(None, (low, high, link, kind))], title)
    across, upwards = _ends(rows[x], x_limits), _ends(rows[y], y_limits)
    rows = rows.with_columns(
        pl.col(x).cast(pl.Float64).clip(*across).alias("across"),
        pl.col(y).cast(pl.Float64).clip(*upwards).alias("upwards"),
        (~pl.col(x).is_between(*across) | ~pl.col(y).is_between(*upwards)).alias("beyond"),
    )
    axis = alt.Axis(format=axis_format, tickCount=6)
    drawn_x = alt.X("across:Q", title=x_title, scale=alt.Scale(domain=across, nice=False), axis=axis)
    drawn_y = alt.Y(
        "upwards:Q",
        title=y_title,
        scale=alt.Scale(domain=upwards, nice=False),
        axis=alt.Axis(format=axis_format, tickCount=6, grid=True),
    )
    colour: Any = alt.value(PRIMARY)
    if kind is not None:
        found = rows[kind].unique(maintain_order=True).to_list()
        colours = dict(zip([*kinds, *(name for name in found if name not in kinds)], cycle(CATEGORIES), strict=False))
        drawn = [name for name in colours if name in found]
        scale = alt.Scale(domain=drawn, range=[colours[name] for name in drawn])
        colour = alt.Color(f"{_field(kind)}:N", title=None, scale=scale, legend=alt.Legend(symbolOpacity=1))
    base = alt.Chart(rows)
    layers: list[Any] = []
    if low is not None and high is not None:
        spans = rows.filter(pl.col(low).is_not_null() & pl.col(high).is_not_null() & ~pl.col("beyond")).with_columns(
            pl.col(low).clip(*across).alias("from"), pl.col(high).clip(*across).alias("to")
        )
        if spans.height:
            layers.append(
                alt.Chart(spans)
                .mark_rule(strokeWidth=6, opacity=0.25, aria=False)
                .encode(
                    y=drawn_y,
                    x=alt.X("from:Q", title=x_title, scale=alt.Scale(domain=across, nice=False), axis=axis),
                    x2=alt.X2("to"),
                    color=colour,
                )
            )
    layers.append(
        # Dots on one another are darker: scores and rates bunch.
        base.mark_point(filled=True, size=64, opacity=0.7).encode(
            x=drawn_x,
            y=drawn_y,
            color=colour,
            shape=alt.Shape(
                "beyond:N", scale=alt.Scale(domain=[False, True], range=["circle", "triangle-right"]), legend=None
            ),
            **_reading(description, link),
        )
    )
    return _finished(alt.layer(*layers).properties(width=_PLOT_WIDTH + 100, height=300), title, subtitle)


def _ends(values: pl.Series, limits: tuple[float, float] | None) -> tuple[float, float]:
    """Return where an axis begins and ends: at the limits given, else around all values, at multiples of a step."""
    if limits is not None:
        return limits
    lowest, highest = float(values.min() or 0.0), float(values.max() or 0.0)  # type: ignore[arg-type]
    # A value on the edge of the plot is half hidden, hence a hundredth more on each side.
    low = math.floor(round((lowest - 0.01) / _STEP, 6)) * _STEP
    high = math.ceil(round((highest + 0.01) / _STEP, 6)) * _STEP
    return round(low, 6), round(high, 6)
