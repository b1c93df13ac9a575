"""Tables for reading: headings in words, rounded figures, notes below, and every figure's source one click away."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from fiscal_analysis.charts.font import FONT_STACK
from fiscal_analysis.charts.report_mode import for_report
from fiscal_analysis.charts.theme import GRID, INK, MUTED
from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars

if TYPE_CHECKING:
    import great_tables
    import pandas as pd

    Frame = pl.DataFrame | pd.DataFrame

__all__ = [
    "TABLE_MIME",
    "Markup",
    "ReadingTable",
    "case_text",
    "evidence_links",
    "evidence_table",
    "key_figures",
    "reading_table",
]

TABLE_MIME = "application/vnd.fiscal-analysis.table+json"
"""The data of a table, in a notebook that runs for a report; they are not stored in the notebook."""

EMPTY = "–"
"""What stands where there is no figure: an absent figure is not 0."""


class Markup(str):
    """HTML that this package wrote; every other string is escaped before it enters a page."""

    __slots__ = ()

    def __repr__(self) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", self).split())

    def _repr_html_(self) -> str:
        return str(self)


class ReadingTable:
    """A table for reading: HTML in a notebook, one line of text elsewhere; ``.gt`` is the great_tables object."""

    def __init__(self, title: str, rows: int, gt: great_tables.GT, data: dict[str, Any] | None = None) -> None:
        self.title = title
        self.rows = rows
        self.gt = gt
        self._data = data

    def __repr__(self) -> str:
        return f"{self.title} ({self.rows:,} row{'' if self.rows == 1 else 's'})"

    def _repr_html_(self) -> str:
        return str(self.gt._repr_html_())  # type: ignore[no-untyped-call]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {} if self._data is None else {TABLE_MIME: self._data}


def reading_table(
    frame: Frame,
    columns: Mapping[str, str],
    *,
    name: str,
    title: str,
    subtitle: str = "",
    formats: Mapping[str, Callable[[Any], str]] | None = None,
    stub: str | None = None,
    groups: str | None = None,
    figures: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> ReadingTable:
    """Return a table that a person reads.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        The rows, in the order to be read.
    columns : mapping of str to str
        Which columns, in which order, and the heading of each in words.
    name : str
        The table's name within its page (letters, digits, hyphens); it makes ids stable from run to run.
    title, subtitle : str
        Heading and the line below it.
    formats : mapping of str to callable, optional
        How a column's values are written; the rest is written by ``str``. Null is always written as a dash. What a
        function returns is escaped unless it is `Markup`.
    stub : str, optional
        The column that names the rows.
    groups : str, optional
        The column whose values head groups of rows.
    figures : sequence of str
        Columns of text that hold figures with their units: they stand at the right like columns of numbers.
    notes : sequence of str
        Notes below the table.

    Returns
    -------
    ReadingTable
        Shows itself in Jupyter.

    Raises
    ------
    ContractError
        If a column is missing.
    """
    from great_tables import GT

    rows = as_polars(frame)
    missing = [column for column in columns if column not in rows.columns]
    if missing:
        raise ContractError(
            f"table “{title}”: the frame has no column {', '.join(missing)}; it has {', '.join(rows.columns)}"
        )
    formats = formats or {}
    cells: dict[str, list[str]] = {}
    numeric: list[str] = []
    for column, heading in columns.items():
        write = formats.get(column, str)
        values = rows[column].to_list()
        written = [None if value is None else write(value) for value in values]
        # great_tables escapes the names of rows and groups itself.
        escape = _plain if column in (stub, groups) else _cell
        cells[heading] = [escape(value) for value in written]
        if (rows[column].dtype.is_numeric() or column in figures) and column not in (stub, groups):
            numeric.append(heading)
    body = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    table = GT(
        body,
        id=name,
        rowname_col=columns[stub] if stub else None,
        groupname_col=columns[groups] if groups else None,
    ).tab_header(title=title, subtitle=subtitle or None)
    if stub:
        table = table.tab_stubhead(columns[stub])
    # The cells are escaped above, where it is known which of them are our own markup.
    table = table.fmt(_unchanged, columns=[h for c, h in columns.items() if c not in (stub, groups)])
    textual = [h for c, h in columns.items() if c not in (stub, groups) and h not in numeric]
    if numeric:
        table = table.cols_align("right", columns=numeric)
    if textual:
        table = table.cols_align("left", columns=textual)
    for note in notes:
        table = table.tab_source_note(note)
    table = table.tab_options(
        table_font_names=[part.strip() for part in FONT_STACK.split(",")],
        table_font_size="14px",
        table_font_color=INK,
        table_width="100%",
        heading_align="left",
        heading_title_font_size="16px",
        heading_subtitle_font_size="13px",
        source_notes_font_size="12px",
        column_labels_font_size="13px",
        row_group_font_weight="600",
        table_border_top_color=INK,
        table_border_bottom_color=INK,
        table_body_hlines_color=GRID,
        column_labels_border_bottom_color=MUTED,
        data_row_padding="5px",
    )
    plain = tuple(columns[column] for column in (stub, groups) if column)
    return ReadingTable(
        title, body.height, table, _data(rows, columns, cells, name, title, plain) if for_report() else None
    )


def _data(
    rows: pl.DataFrame,
    columns: Mapping[str, str],
    cells: Mapping[str, list[str]],
    name: str,
    title: str,
    plain: Sequence[str],
) -> dict[str, Any]:
    """Return what a table holds, for other programs: numbers unrounded, everything else as the table tells it."""
    values: list[list[Any]] = []
    numbers: list[bool] = []
    for column, heading in columns.items():
        kind = rows[column].dtype
        numbers.append(kind.is_numeric() or kind == pl.Boolean)
        if kind.is_numeric():
            # JSON has no number for those that are none.
            found = rows[column].cast(pl.Float64) if kind.is_decimal() else rows[column]
            values.append([None if v is None or not math.isfinite(v) else v for v in found.to_list()])
        elif kind == pl.Boolean:
            values.append(rows[column].to_list())
        else:
            told = cells[heading] if heading in plain else [_text(cell) for cell in cells[heading]]
            values.append([None if raw is None else cell for raw, cell in zip(rows[column], told, strict=True)])
    return {
        "name": name,
        "title": title,
        "columns": list(columns.values()),
        "numbers": numbers,
        "rows": [list(row) for row in zip(*values, strict=True)],
    }


def _text(markup: str) -> str:
    """Return what a cell says, without its markup."""
    spaced = re.sub(r"<br\s*/?>", "\n", markup)
    return html.unescape(re.sub(r"<[^>]+>", "", spaced))


def evidence_table(
    facts: Frame,
    *,
    name: str,
    title: str,
    columns: Mapping[str, str],
    subtitle: str = "",
    notes: Sequence[str] = (),
) -> ReadingTable:
    """Return the table of quotes that figures rest on, one row per sentence; links ``#fact-<fact_id>`` lead to it.

    Parameters
    ----------
    facts : polars or pandas DataFrame
        Rows of the facts table (``fact_id``, ``doc_id``, ``raw`` and ``quote`` needed), with any further columns that
        are to be shown; the value of a sentence's first fact is shown. Where there is a column ``anchor``, links lead
        to it (``#row-…``) and not to the id; ``fact_id`` is then any name that no two rows share.
    name, title, subtitle, notes
        As for `reading_table`. A name that begins with ``evidence`` is laid out for long quotes on a phone.
    columns : mapping of str to str
        Which columns are shown, and their headings; ``quote`` shows the printed figures marked.

    Returns
    -------
    ReadingTable
    """
    rows = as_polars(facts).unique("fact_id", keep="first", maintain_order=True)
    if "anchor" not in rows.columns:
        rows = rows.with_columns(pl.concat_str(pl.lit("fact-"), "fact_id").alias("anchor"))
    by_sentence = rows.group_by("doc_id", "quote", maintain_order=True).agg(
        pl.col("anchor"),
        pl.col("raw"),
        *(pl.col(column).first() for column in columns if column not in ("doc_id", "quote", "anchor", "raw")),
    )
    first = next(iter(columns))
    shown: dict[str, list[str]] = {column: [] for column in columns}
    for row in by_sentence.iter_rows(named=True):
        for column in columns:
            if column == "quote":
                written: str = mark_quote(row["quote"] or "", row["raw"])
            elif column == "raw":
                written = Markup(html.escape("，".join(dict.fromkeys(row["raw"]))))
            else:
                written = Markup(_cell(row[column]))
            if column == first:
                written = Markup("".join(map(_anchor, row["anchor"])) + written)
            shown[column].append(written)
    return reading_table(
        pl.DataFrame(shown, schema=dict.fromkeys(columns, pl.String)),
        columns,
        name=name,
        title=title,
        subtitle=subtitle,
        notes=notes,
        formats=dict.fromkeys(columns, Markup),
    )


def _anchor(name: str) -> str:
    return f'<span id="{html.escape(name, quote=True)}" class="anchor"></span>'


def mark_quote(quote: str, figures: Sequence[str]) -> Markup:
    """Return a quote as HTML with the printed figures marked, each where it first stands in the quote."""
    taken: list[tuple[int, int]] = []
    for figure in sorted({figure for figure in figures if figure}, key=lambda f: (-len(f), f)):
        at = quote.find(figure)
        while at >= 0 and any(at < end and start < at + len(figure) for start, end in taken):
            at = quote.find(figure, at + 1)
        if at >= 0:
            taken.append((at, at + len(figure)))
    parts: list[str] = []
    last = 0
    for start, end in sorted(taken):
        parts += [html.escape(quote[last:start]), f"<mark>{html.escape(quote[start:end])}</mark>"]
        last = end
    return Markup("".join([*parts, html.escape(quote[last:])]))


def case_text(text: str, quote: str | None, figures: Sequence[str] = ()) -> Markup:
    """Return what is said of a case, with the quote below it and its printed figures marked, as HTML."""
    said = html.escape(text, quote=False)
    if not quote:
        return Markup(said)
    return Markup(f'{said}<br><span style="color:{MUTED}">“{mark_quote(quote, figures)}”</span>')


def evidence_links(
    fact_ids: Sequence[str | None] | None, words: Sequence[str] | None = None, *, to: str = "fact"
) -> Markup:
    """Return links to the quotes of facts: numbered, or with the words given (one for each fact; None is left out).

    With ``to="row"`` the ids are those of indicators, and the links lead to the rows of performance tables.
    """
    ids = list(fact_ids or ())
    shown = list(words) if words is not None else [str(number) for number in range(1, len(ids) + 1)]
    links = (
        f'<a href="#{to}-{html.escape(fact, quote=True)}">{html.escape(word)}</a>'
        for fact, word in zip(ids, shown, strict=True)
        if fact is not None
    )
    return Markup(", ".join(links) or EMPTY)


def key_figures(figures: Sequence[tuple[str, str]]) -> Markup:
    """Return a strip of key figures, each a pair of figure and what it is, as HTML."""
    items = "".join(
        f'<div style="flex:1 1 9rem;border-top:3px solid #1f4e79;padding-top:.4rem">'
        f'<dd style="margin:0;font-size:1.5rem;color:{INK}">{_cell(figure)}</dd>'
        f'<dt style="font-weight:normal;font-size:.85rem;color:{MUTED}">{_cell(words)}</dt></div>'
        for figure, words in figures
    )
    return Markup(f'<dl class="key-figures" style="display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0">{items}</dl>')


def _cell(value: object) -> str:
    if value is None:
        return EMPTY
    return value if isinstance(value, Markup) else html.escape(str(value), quote=False)


def _plain(value: object) -> str:
    return EMPTY if value is None else str(value)


def _unchanged(value: str) -> str:
    return value
