"""The chart forms of the studies: estimates with intervals, strips of observations, cumulative shares, stacked bars.

Each takes a tidy frame and the names of its columns and returns an Altair chart. What a reader can see of a mark (the
name, the figure, the sentence that it rests on) is in its description: it becomes the mark's native tooltip in an SVG
and its tooltip in JupyterLab. Where a `link` column is given (``#fact-…``), the mark leads to the quote in the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from fiscal_analysis.charts.font import text_width
from fiscal_analysis.charts.renderer import NARROW, rewrap
from fiscal_analysis.charts.theme import ACCENT, CATEGORIES, MUTED, PRIMARY, WIDTH
from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars

if TYPE_CHECKING:
    import pandas as pd

    Frame = pl.DataFrame | pd.DataFrame

__all__ = ["cumulative_chart", "interval_chart", "legend_columns", "stacked_chart", "strip_chart", "titled"]

_PLOT_WIDTH = 430
_BAND = 46
_MOST_COLOURED = len(CATEGORIES)


def titled(chart: Any, title: str, subtitle: str = "", *, width: float = WIDTH) -> Any:
    """Return `chart` under a title and a subtitle that are wrapped to `width` pixels."""
    header: dict[str, Any] = {"title": {"text": title}}
    if subtitle:
        header["title"]["subtitle"] = subtitle
    rewrap(header, width)
    return chart.properties(title=alt.TitleParams(**header["title"]))


def interval_chart(
    frame: Frame,
    *,
    label: str,
    value: str,
    low: str,
    high: str,
    text: str,
    description: str,
    axis_title: str,
    title: str,
    subtitle: str = "",
    link: str | None = None,
    group: str | None = None,
) -> alt.LayerChart:
    """Draw one dot per row with its interval as a bar, on an axis that begins at 0.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        One row per estimate, drawn from top to bottom in the order given.
    label, value, low, high, text, description : str
        Columns: the row's name, the estimate and the ends of its interval (numbers, in the unit of `axis_title`), the
        figure as it is to be read beside the dot, and the tooltip.
    axis_title, title, subtitle : str
        What the axis measures, with its unit; the chart's heading and the line below it.
    link : str, optional
        Column with a link within the page (``#fact-…``).
    group : str, optional
        Column that colours the dots (a district, say); its values are few.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    ContractError
        If a column is missing or there is no row to draw.
    """
    rows = _rows(frame, [label, value, low, high, text, description, *filter(None, (link, group))], title)
    # Two estimates may have one name; each still has a line of its own.
    rows = rows.with_row_index("line")
    top = float(rows.select(pl.max_horizontal(pl.col(value, low, high)).max()).item() or 1.0)
    scale = alt.Scale(domain=[0, top * 1.22], nice=False)
    axis = alt.Axis(tickCount=5, format=",~r")
    x = alt.X(f"{_field(value)}:Q", title=axis_title, scale=scale, axis=axis)
    y = alt.Y("line:O", axis=None)
    base = alt.Chart(rows).encode(y=y)
    if group is None:
        colour: Any = alt.value(PRIMARY)
    else:
        colour = alt.Color(f"{_field(group)}:N", title=None, sort=rows[group].unique(maintain_order=True).to_list())
    bars = base.mark_rule(strokeWidth=7, opacity=0.3, aria=False).encode(
        x=alt.X(f"{_field(low)}:Q", title=axis_title, scale=scale, axis=axis),
        x2=alt.X2(_field(high)),
        color=colour,
    )
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(x=x, color=colour, **_reading(description, link))
    figures = base.mark_text(align="left", dx=11, aria=False).encode(
        x=alt.X(f"{_field(high)}:Q", title=axis_title, scale=scale, axis=axis), text=f"{_field(text)}:N"
    )
    # The names stand above their dots, not beside the axis: names are long, and a phone is narrow.
    names = base.mark_text(align="left", dy=-16, dx=2, aria=False, color=MUTED).encode(
        x=alt.value(0), text=f"{_field(label)}:N"
    )
    layered = alt.layer(bars, dots, figures, names).properties(width=_PLOT_WIDTH + 180, height=_BAND * rows.height + 8)
    return _finished(layered, title, subtitle)


def strip_chart(
    frame: Frame,
    *,
    group: str,
    value: str,
    description: str,
    axis_title: str,
    title: str,
    subtitle: str = "",
    link: str | None = None,
    kind: str | None = None,
    kinds: Sequence[str] = (),
    foremost: str | None = None,
    reference: float | None = 1.0,
    limit: float | None = None,
    axis_format: str = ".0%",
    tallest: float = 260.0,
) -> alt.LayerChart:
    """Draw every observation as a dot on the line of its group; equal values are stacked, so bunching is seen.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        One row per observation.
    group, value, description : str
        Columns: the line that a dot stands on, where on it, and the dot's tooltip.
    axis_title, title, subtitle : str
        What the axis measures; the chart's heading and the line below it.
    link : str, optional
        Column with a link within the page.
    kind : str, optional
        Column that colours the dots.
    kinds : sequence of str
        Values of `kind` that have the first colours in every chart, in this order, whether they occur or not.
    foremost : str, optional
        The value of `kind` whose dots stand on their line and before all others, which are stacked around them.
    reference : float, optional
        Where a vertical line stands (1.0 is 100 %).
    limit : float, optional
        Values above it are drawn at it, as triangles.
    axis_format : str
        Format of the axis in d3's notation.
    tallest : float
        How many pixels a line of a group takes at most.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    ContractError
        If a column is missing or there is no row to draw.
    """
    rows = _rows(frame, [group, value, description, *filter(None, (link, kind))], title)
    top = float(rows[value].max() or 0.0)  # type: ignore[arg-type]
    if limit is not None:
        top = min(top, limit)
    if reference is not None:
        top = max(top, reference)
    step = (top or 1.0) / 90
    order = rows[group].unique(maintain_order=True).to_list()
    if kind is not None and foremost is not None:
        rows = rows.sort(pl.col(kind) == foremost, descending=True, maintain_order=True)
    rows = rows.with_columns(
        pl.min_horizontal(pl.col(value), pl.lit(top)).alias("drawn at"),
        (pl.col(value) > top).alias("beyond"),
    )
    rows = rows.with_columns((pl.col("drawn at") / step).round().alias("bin")).with_columns(
        pl.int_range(pl.len()).over(group, "bin").alias("rank"),
    )
    # 0, +1, -1, +2, -2 … from the middle of the line.
    rows = rows.with_columns(
        ((pl.col("rank") + 1) // 2 * pl.when(pl.col("rank") % 2 == 1).then(1).otherwise(-1))
        .cast(pl.Float64)
        .alias("dodge")
    ).drop("bin", "rank")
    if kind is not None and foremost is not None:
        rows = rows.sort(pl.col(kind) == foremost, maintain_order=True)  # what is drawn last lies above
    reach = max(4.0, float(rows["dodge"].abs().max() or 0.0) + 1)  # type: ignore[arg-type]
    x = alt.X(
        "drawn at:Q",
        title=axis_title,
        scale=alt.Scale(domain=[min(0.0, float(rows[value].min() or 0.0)), top * 1.02], nice=False),  # type: ignore[arg-type]
        axis=alt.Axis(format=axis_format, tickCount=6),
    )
    encodings: dict[str, Any] = _reading(description, link)
    if kind is None:
        encodings["color"] = alt.value(PRIMARY)
    else:
        found = rows[kind].unique(maintain_order=True).to_list()
        colours = dict(zip([*kinds, *(name for name in found if name not in kinds)], cycle(CATEGORIES), strict=False))
        drawn = [name for name in colours if name in found]
        scale = alt.Scale(domain=drawn, range=[colours[name] for name in drawn])
        encodings["color"] = alt.Color(f"{_field(kind)}:N", title=None, scale=scale)
    dots = (
        alt.Chart(rows)
        .mark_point(filled=True, size=46, opacity=0.8)
        .encode(
            y=alt.Y(f"{_field(group)}:N", sort=order, title=None, axis=alt.Axis(grid=True)),
            yOffset=alt.YOffset("dodge:Q", scale=alt.Scale(domain=[-reach, reach])),
            x=x,
            shape=alt.Shape(
                "beyond:N",
                scale=alt.Scale(domain=[False, True], range=["circle", "triangle-right"]),
                legend=None,
            ),
            **encodings,
        )
    )
    layers: list[Any] = []
    if reference is not None:
        layers.append(_reference(reference))
    layers.append(dots)
    # Dots of a large group overlap rather than fill pages.
    height = min(max(46.0, 11.0 * reach), tallest) * len(order)
    return _finished(alt.layer(*layers).properties(width=_PLOT_WIDTH + 40, height=height), title, subtitle)


def cumulative_chart(
    frame: Frame,
    *,
    value: str,
    group: str,
    axis_title: str,
    share_title: str,
    title: str,
    subtitle: str = "",
    reference: float | None = 1.0,
    limit: float | None = None,
    axis_format: str = ".0%",
) -> alt.LayerChart:
    """Draw the empirical distribution function of each group: the share of observations that do not exceed a value.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        One row per observation.
    value, group : str
        Columns: the observed value, and the group that has a line of its own. With more groups than can be told
        apart by colour, all lines are grey.
    axis_title, share_title, title, subtitle : str
        What the two axes measure; the chart's heading and the line below it.
    reference : float, optional
        Where a vertical line stands.
    limit : float, optional
        The axis ends here; a line that goes on beyond it ends below 100 %.
    axis_format : str
        Format of the horizontal axis in d3's notation.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    ContractError
        If a column is missing or there is no row to draw.
    """
    rows = _rows(frame, [value, group], title).sort(group, value, maintain_order=True)
    order = as_polars(frame)[group].unique(maintain_order=True).to_list()
    top = float(rows[value].max() or 1.0)  # type: ignore[arg-type]
    if limit is not None:
        top = min(top, limit)
    if reference is not None:
        top = max(top, reference * 1.02)
    bottom = min(0.0, float(rows[value].min() or 0.0))  # type: ignore[arg-type]
    steps = []
    for name in order:
        values = rows.filter(pl.col(group) == name)[value].to_list()
        points = [(bottom, 0.0)]
        points += [(v, (i + 1) / len(values)) for i, v in enumerate(values) if v <= top]
        points.append((top, points[-1][1]))
        caption = f"{name} (n = {len(values)})"
        steps += [(caption, position, share, i) for i, (position, share) in enumerate(points)]
    lines = pl.DataFrame(steps, schema=["line", "position", "share", "step"], orient="row")
    captions = lines["line"].unique(maintain_order=True).to_list()
    x = alt.X(
        "position:Q",
        title=axis_title,
        scale=alt.Scale(domain=[bottom, top], nice=False),
        axis=alt.Axis(format=axis_format, tickCount=6),
    )
    y = alt.Y("share:Q", title=share_title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%", tickCount=5))
    coloured = len(captions) <= _MOST_COLOURED
    encodings: dict[str, Any] = {"detail": "line:N"}
    if coloured:
        encodings = {
            "color": alt.Color(
                "line:N", title=None, sort=captions, legend=alt.Legend(columns=1, orient="top", symbolType="stroke")
            )
        }
    drawn = (
        alt.Chart(lines)
        .mark_line(interpolate="step-after", strokeWidth=2.2 if coloured else 1, opacity=0.95 if coloured else 0.4)
        .encode(x=x, y=y, order="step:Q", description="line:N", **encodings)
    )
    if not coloured:
        drawn = drawn.mark_line(interpolate="step-after", strokeWidth=1, opacity=0.4, color=MUTED)
    layers: list[Any] = [drawn] if reference is None else [_reference(reference), drawn]
    return _finished(alt.layer(*layers).properties(width=_PLOT_WIDTH + 100, height=230), title, subtitle)


def stacked_chart(
    frame: Frame,
    *,
    label: str,
    part: str,
    value: str,
    description: str,
    text: str,
    axis_title: str,
    title: str,
    colours: Mapping[str, str],
    subtitle: str = "",
    link: str | None = None,
    axis_format: str = ",~r",
) -> alt.LayerChart:
    """Draw one bar per label, made of the pieces of its rows side by side, coloured by what they are.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        One row per piece; bars stand from top to bottom in the order in which labels first occur.
    label, part, value, description, text : str
        Columns: the bar's name, what a piece is, its length (not negative; 0 draws nothing), its tooltip, and what is
        to be read beside the bar's end (the same in all rows of a bar).
    axis_title, title, subtitle : str
        What the axis measures; the chart's heading and the line below it.
    colours : mapping of str to str
        The values of `part` in the order in which they stand in a bar and in the legend, and their colours.
    link : str, optional
        Column with a link within the page.
    axis_format : str
        Format of the axis in d3's notation.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    ContractError
        If a column is missing, there is no row to draw, or a value of `part` has no colour.
    """
    rows = _rows(frame, [label, part, value, description, text, *filter(None, (link,))], title)
    unknown = rows.filter(~pl.col(part).is_in(list(colours)))[part].unique(maintain_order=True).to_list()
    if unknown:
        raise ContractError(f"chart “{title}”: no colour for {', '.join(map(str, unknown))}; give it in `colours`")
    names = rows[label].unique(maintain_order=True).to_list()
    place = {name: at for at, name in enumerate(colours)}
    rows = (
        rows.with_columns(
            pl.col(label)
            .replace_strict({name: at for at, name in enumerate(names)}, return_dtype=pl.Int64)
            .alias("bar"),
            pl.col(part).replace_strict(place, return_dtype=pl.Int64).alias("rank"),
        )
        .sort("bar", "rank", maintain_order=True)
        .with_columns(pl.col(value).cum_sum().over("bar").cast(pl.Float64).alias("to"))
        .with_columns((pl.col("to") - pl.col(value)).alias("from"))
        .drop("rank")
    )
    ends = rows.group_by("bar", maintain_order=True).agg(pl.col(label, text).first(), pl.col("to").max())
    top = float(ends["to"].max() or 1.0)  # type: ignore[arg-type]
    found = set(rows[part].to_list())
    drawn = [name for name in colours if name in found]
    scale = alt.Scale(domain=[0, top * 1.16], nice=False)
    axis = alt.Axis(tickCount=5, format=axis_format)
    y = alt.Y("bar:O", axis=None, scale=alt.Scale(paddingOuter=0.3, paddingInner=0))
    pieces = (
        alt.Chart(rows.filter(pl.col(value) > 0))
        .mark_bar(size=15, stroke="white", strokeWidth=0.7)
        .encode(
            y=y,
            x=alt.X("from:Q", title=axis_title, scale=scale, axis=axis),
            x2=alt.X2("to"),
            color=alt.Color(
                f"{_field(part)}:N",
                title=None,
                scale=alt.Scale(domain=drawn, range=[colours[name] for name in drawn]),
                legend=alt.Legend(symbolType="square", symbolStrokeWidth=0, **legend_columns(drawn)),
            ),
            **_reading(description, link),
        )
    )
    beside = (
        alt.Chart(ends)
        .mark_text(align="left", dx=7, aria=False)
        .encode(y=y, x=alt.X("to:Q", title=axis_title, scale=scale, axis=axis), text=f"{_field(text)}:N")
    )
    # The names stand above their bars, not beside the axis: names are long, and a phone is narrow.
    above = (
        alt.Chart(ends)
        .mark_text(align="left", dy=-18, aria=False, color=MUTED)
        .encode(y=y, x=alt.value(0), text=f"{_field(label)}:N")
    )
    layered = alt.layer(pieces, beside, above).properties(width=_PLOT_WIDTH + 180, height=_BAND * (len(names) + 0.6))
    return _finished(layered, title, subtitle)


def legend_columns(names: Sequence[str]) -> dict[str, Any]:
    """Return the number of columns in which a legend fits a phone; none where its names stand side by side on one."""
    widths = [text_width(str(name), 12) + 34 for name in names]
    return {"columns": max(1, int(NARROW // max(widths)))} if sum(widths) > NARROW else {}


def _reference(position: float) -> alt.Chart:
    line = pl.DataFrame({"position": [position]})
    rule = alt.Chart(line).mark_rule(color=ACCENT, strokeDash=[4, 3], strokeWidth=1.2, aria=False)
    drawn: alt.Chart = rule.encode(x=alt.X("position:Q"))
    return drawn


def _reading(description: str, link: str | None) -> dict[str, Any]:
    """Return the encodings that let a mark speak: description, tooltip, and the link to the quote."""
    encodings: dict[str, Any] = {
        "description": alt.Description(f"{_field(description)}:N"),
        "tooltip": [alt.Tooltip(f"{_field(description)}:N", title=" ")],
    }
    if link is not None:
        encodings["href"] = alt.Href(f"{_field(link)}:N")
    return encodings


def _rows(frame: Frame, columns: list[str], title: str) -> pl.DataFrame:
    rows = as_polars(frame)
    missing = [column for column in columns if column not in rows.columns]
    if missing:
        raise ContractError(
            f"chart “{title}”: the frame has no column {', '.join(missing)}; it has {', '.join(rows.columns)}"
        )
    if rows.is_empty():
        raise ContractError(f"chart “{title}”: there is no row to draw; say so in the text instead of drawing nothing")
    return rows.select(list(dict.fromkeys(columns)))


def _field(name: str) -> str:
    """Return a column's name with the characters escaped that mean something to Vega-Lite."""
    return name.replace("\\", "\\\\").replace(".", "\\.").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def _finished(chart: Any, title: str, subtitle: str) -> alt.LayerChart:
    finished: alt.LayerChart = titled(chart, title, subtitle)
    return finished
