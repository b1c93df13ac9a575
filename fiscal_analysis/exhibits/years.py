"""Charts and tables of the study `panel`: several years of one body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from fiscal_analysis import metrics
from fiscal_analysis.charts import evidence_links, strip_chart, trend_chart
from fiscal_analysis.charts.tables import EMPTY, Markup
from fiscal_analysis.charts.wording import percent_decimals, printed_percent
from fiscal_analysis.exhibits.amounts import bare, below, heading
from fiscal_analysis.exhibits.asides import few, listed, quotes_of, tooltip

if TYPE_CHECKING:
    from fiscal_analysis.studies.view import View, Words

__all__ = [
    "Years",
    "evidence",
    "growth_chart",
    "headline",
    "lines_table",
    "observe",
    "printed_table",
    "provenance",
    "real_chart",
    "real_table",
    "restated_table",
    "totals_table",
    "trend",
    "years_table",
]

_PLACE: Words = ("Published by, year", "发布单位、年度")
_BODY: Words = ("Published by", "发布单位")
_SOURCES: Words = ("Sources", "出处")
_LINES = ("functional_expenditure", "economic_expenditure")
_BASES = ("as_restated", "as_first_published", "implied")
MOST_SERIES = 12
"""What a chart with a line for each body can hold."""


class Years(NamedTuple):
    """What the study shows, each table with ``body``: a name that no two bodies share."""

    growth: pl.DataFrame
    levels: pl.DataFrame
    restated: pl.DataFrame
    printed: pl.DataFrame
    base_year: int | None

    def fact_ids(self, line: str) -> pl.Series:
        """Return the facts behind every figure shown, `line` being the one that is drawn."""
        compared = self.growth.filter(pl.col("basis").is_not_null() | pl.col("stated_growth").is_not_null())
        tables = (compared, self.levels.filter(concept=line), self.restated, self.printed)
        return pl.concat([table["fact_ids"] for table in tables])


def observe(view: View, deflator: str | None = None, base_year: int | None = None) -> Years:
    """Return the figures of the bodies and years that the reader has chosen.

    Where a deflator is given and no base year, its last year is the base.
    """
    index = None if deflator is None else metrics.read_deflator(deflator)
    if index is not None and base_year is None:
        base_year = int(index["year"][-1])
    growth = view.select(metrics.panel(view.corpus, deflator=index, base_year=base_year))
    levels = _within(view, metrics.panel_levels(view.corpus, deflator=index, base_year=base_year))
    restated = _within(view, metrics.restatements(view.corpus))
    printed = _within(view, metrics.printed_growth(view.corpus))
    names = _bodies(view)
    return Years(
        growth=_named(view, growth, names),
        levels=_named(view, levels, names),
        restated=_named(view, restated, names),
        printed=_named(view, printed, names),
        base_year=base_year,
    )


def _within(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the districts and years; that there are none is no error here."""
    if view.division_codes:
        rows = rows.filter(pl.col("division_code").is_in(view.division_codes))
    if view.year_from is not None:
        rows = rows.filter(pl.col("fiscal_year") >= view.year_from)
    if view.year_to is not None:
        rows = rows.filter(pl.col("fiscal_year") <= view.year_to)
    return rows


def _bodies(view: View) -> dict[tuple[str | None, str], str]:
    """Return what each body is called: its district, and its own name where the district has several bodies."""
    documents = view.corpus.documents.select(
        "division_code", "prefecture", "county", pl.coalesce("issuer", "doc_id").alias("issuer")
    ).unique(maintain_order=True)
    several = pl.col("issuer").n_unique().over("division_code") > 1
    shared = pl.col("prefecture").n_unique().over("county") > 1
    county = pl.when(shared).then(pl.concat_str(pl.col("prefecture").fill_null(""), "county")).otherwise("county")
    named = pl.when(county.is_null()).then("issuer").when(several)
    rows = documents.with_columns(
        named.then(pl.concat_str(county, "issuer", separator=view.t(", ", "，"))).otherwise(county).alias("body")
    )
    return {(row["division_code"], row["issuer"]): row["body"] for row in rows.iter_rows(named=True)}


def _named(view: View, rows: pl.DataFrame, names: dict[tuple[str | None, str], str]) -> pl.DataFrame:
    unknown = view.label("unknown place")
    told = [
        names.get((code, issuer)) or issuer or unknown
        for code, issuer in rows.select("division_code", "issuer").iter_rows()
    ]
    return rows.with_columns(pl.Series("body", told, dtype=pl.String))


def _line_name(view: View, row: dict[str, Any]) -> str:
    name = " ".join(filter(None, (row["name"], row["code"])))
    fund, scope = row["fund"], row["scope"]
    if name and fund == "general_public_budget":
        fund = None  # lines are of it unless something else is said
    parts = [
        name or view.label(row["concept"]),
        view.label(fund) if fund else None,
        view.label(f"expenditure_{scope}") if scope else None,
        row.get("counted"),
        row["period"],
    ]
    return view.t(", ", "，").join(part for part in parts if part)


def _written(view: View, row: dict[str, Any], column: str) -> str:
    """Return a figure in its unit: money in the reader's, rates as percentages, counts as they are."""
    text = _bare(view, row, column)
    return f"{text}\u00a0{view.unit.name}" if row["unit"] == "CNY" and text != EMPTY else text


def _bare(view: View, row: dict[str, Any], column: str) -> str:
    """Return a figure as above, money without its unit; of several values stated the interval."""
    value, low, high = (row[f"{column}{end}"] for end in ("", "_low", "_high"))
    if row["unit"] == "CNY":
        return bare(view, value, low, high)
    if value is None:
        return (
            EMPTY if low is None or high is None else view.t(f"{low:,.6g} to {high:,.6g}", f"{low:,.6g}至{high:,.6g}")
        )
    return view.percent(value, 2) if row["unit"] == "ratio" else f"{value:,.10g}".replace("-", "−")


def _cell(view: View, row: dict[str, Any], column: str, *, signed: bool = False) -> Markup:
    """Return a figure for a table; the two ends of an interval stand below each other."""
    value, text = row[column], _bare(view, row, column)
    return below(view, f"+{text}" if signed and value is not None and value > 0 else text)


def _signed(view: View, ratio: float | None) -> str:
    text = view.percent(ratio, 2, fixed=True)
    return f"+{text}" if ratio is not None and ratio > 0 else text


def _best(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per line and year: the growth on the restated figure, else on the first one, else as implied."""
    by = ["body", "concept", "fund", "scope", "code", "name", "unit", "counted", "period", "fiscal_year"]
    rank = pl.col("basis").replace_strict({b: at for at, b in enumerate(_BASES)}, default=9, return_dtype=pl.Int8)
    # The order of the rows stays; of each line and year the best basis is kept.
    ranked = rows.with_row_index("at").with_columns(rank.alias("rank"))
    kept = ranked.sort("rank", "at").unique(by, keep="first", maintain_order=True).sort("at")
    return kept.drop("at", "rank")


def headline(view: View, years: Years) -> Any:
    """Return the strip of key figures."""
    growth = years.growth
    of_body = growth.filter(pl.col("status") != "no_data").group_by("body").agg(pl.col("doc_ids").explode().n_unique())
    several = of_body.filter(pl.col("doc_ids") > 1).height
    computed = _best(growth.filter(pl.col("growth").is_not_null()))
    tested = growth.filter(pl.col("growth_agrees").is_not_null())
    wrong = tested.filter(~pl.col("growth_agrees")).height
    return view.key_figures(
        [
            (f"{growth['body'].n_unique():,}", "publishing bodies", "个发布单位"),
            (f"{several:,}", "of them with documents of several years", "个单位有多年文件"),
            (f"{computed.height:,}", "figures with a computed growth", "个数字可计算增长率"),
            (
                view.t(f"{wrong:,} of {tested.height:,}", f"{wrong:,}/{tested.height:,}"),
                "printed growths that disagree with the amounts",
                "所列增长率与金额不符",
            ),
            (f"{years.restated.filter(~pl.col('agrees')).height:,}", "restated figures", "个数字被后来的文件更改"),
        ]
    )


def years_table(view: View, years: Years) -> Any:
    """Return the table of bodies: which years their documents are of, and which are known from later ones only."""
    rows = []
    for (body,), some in years.growth.group_by(["body"], maintain_order=True):
        levels = years.levels.filter(pl.col("body") == body)

        def told(origin: str, levels: pl.DataFrame = levels) -> str:
            found = sorted(levels.filter(origin=origin)["fiscal_year"].unique().to_list())
            return view.t(", ", "、").join(map(str, found)) or EMPTY

        figures = some.filter(pl.col("status") != "no_data")
        own = levels.filter(origin="as_first_published")["fiscal_year"].n_unique()
        compared = _best(figures.filter(pl.col("basis").is_not_null())).height
        one = view.t("one year only: growth as printed or implied", "只有一年：仅有原文所列或推算的增长率")
        none = view.t("no outturn, count or rate", "没有决算数、数量或比率")
        several = view.t(f"{own} years", f"{own}年")
        rows.append(
            {
                "body": body,
                "own": told("as_first_published"),
                "restated": told("as_restated"),
                "implied": told("implied"),
                "lines": levels.unique(["concept", "fund", "scope", "code", "unit", "counted", "period"]).height,
                "compared": compared,
                "told": none if figures.is_empty() else one if own <= 1 else several,
            }
        )
    return view.table(
        pl.DataFrame(rows),
        {
            "body": _BODY,
            "own": ("Own documents", "本年文件"),
            "restated": ("Prior-year figures only", "仅见于上年数"),
            "implied": ("Implied by changes only", "仅由增减额推算"),
            "lines": ("Figures", "数字个数"),
            "compared": ("with a year before", "其中：有上年数"),
            "told": ("Result", "结论"),
        },
        name="years",
        number=1,
        title=("Which years are known", "有哪些年度"),
        stub="body",
        notes=[view.t("A year is listed where at least one figure of it is known.", "至少有一个数字的年度即列出。")],
    )


def _scaled(view: View, rows: pl.DataFrame, unit: str) -> pl.DataFrame:
    by = view.unit.yuan if unit == "CNY" else 1
    columns = [name for name in rows.columns if name.startswith(("value", "real_value"))]
    return rows.with_columns((pl.col(name) / by).alias(f"drawn_{name}") for name in columns)


def _drawn(view: View, years: Years, line: str, column: str, *, number: int, title: Words, subtitle: Words) -> Any:
    rows = years.levels.filter(
        (pl.col("concept") == line)
        & pl.col("scope").is_null()
        & pl.col("code").is_null()
        & pl.col(f"{column}_high").is_not_null()
    )
    if rows.is_empty():
        return view.none(
            f"No document chosen states this line: {view.label(line)}.", f"所选文件没有列示{view.label(line)}。"
        )
    unit = "CNY" if "CNY" in rows["unit"].to_list() else rows["unit"][0]
    rows = _scaled(view, rows.filter(unit=unit), unit)
    names, told = [], []
    sentences = quotes_of(view, rows)
    funds = rows["fund"].n_unique() > 1
    for row in rows.iter_rows(named=True):
        parts = [row["body"], view.label(row["fund"]) if funds and row["fund"] else None, row["counted"], row["period"]]
        names.append(view.t(", ", "，").join(part for part in parts if part))
        said_of = f"{names[-1]} {row['fiscal_year']}{view.t(': ', '：')}{_written(view, row, column)}" + view.t(
            " ({})", "（{}）"
        ).format(view.label(f"origin_{row['origin']}"))
        told.append(tooltip([said_of], sentences, row["fact_ids"]))
    rows = rows.with_columns(
        pl.Series("series", names, dtype=pl.String),
        pl.Series("tooltip", told, dtype=pl.String),
        pl.Series("link", [f"#fact-{ids[0]}" if ids else "#" for ids in rows["fact_ids"].to_list()], dtype=pl.String),
        (pl.col("origin") != "as_first_published").alias("not first"),
        pl.col("period").is_not_null().alias("part of a year"),
    )
    series = rows["series"].unique(maintain_order=True).to_list()
    said = [view.t(*subtitle)]
    if len(series) > MOST_SERIES:
        # Those with most years: a single point is in the table.
        most = rows.group_by("series", maintain_order=True).len().sort("len", descending=True, maintain_order=True)
        rows = rows.filter(pl.col("series").is_in(most["series"].head(MOST_SERIES).implode()))
        said.append(
            view.t(f"{MOST_SERIES} of {len(series):,} series.", f"共{len(series):,}个序列，画出{MOST_SERIES}个。")
        )
    lacking = [body for body in dict.fromkeys(years.growth["body"]) if body not in set(rows["body"])]
    if lacking:
        named = listed(view, lacking, 8)
        said.append(view.t(f"Not stated or not drawn: {named}.", f"未列示或未画出：{named}。"))
    return trend_chart(
        rows,
        year="fiscal_year",
        value=f"drawn_{column}",
        low=f"drawn_{column}_low",
        high=f"drawn_{column}_high",
        series="series",
        description="tooltip",
        link="link",
        hollow="not first",
        part="part of a year",
        axis_title=f"{view.label(line)}{view.t(', ', '，')}{view.unit.name if unit == 'CNY' else view.label(unit)}",
        title=view.figure(number, *title),
        subtitle=view.t(" ", "").join(said),
    )


def trend(view: View, years: Years, line: str) -> Any:
    """Return the chart of one line over the years, a series for each body."""
    return _drawn(
        view,
        years,
        line,
        "value",
        number=1,
        title=(f"{view.label(line)} over the years", f"{view.label(line)}：逐年"),
        subtitle=(
            "Filled: stated by a document of the year. Rings: known from a later document or its printed change only. "
            "Bars and pairs of dashes: several values stated. A missing year is a gap.",
            "实心点：当年文件所列。空心点：仅由以后年度的文件或其增减额得知。竖条或成对短横：数字不一致。缺年不连线。",
        ),
    )


def growth_chart(view: View, years: Years) -> Any:
    """Return the chart of the growth of all figures with a year before, a line for each body."""
    rows = _best(years.growth.filter(pl.col("growth").is_not_null()))
    if rows.is_empty():
        return view.none("No growth can be computed.", "没有可计算的增长率。")
    sentences = quotes_of(view, rows)
    told = [
        tooltip(
            [
                f"{row['body']} {row['fiscal_year']}{view.t(': ', '：')}{_line_name(view, row)}",
                _signed(view, row["growth"]) + view.t(" ({})", "（{}）").format(view.label(f"basis_{row['basis']}")),
            ],
            sentences,
            row["fact_ids"],
        )
        for row in rows.iter_rows(named=True)
    ]
    drawn = rows.with_columns(
        pl.Series("tooltip", told, dtype=pl.String),
        pl.Series("link", [f"#fact-{ids[0]}" if ids else "#" for ids in rows["fact_ids"].to_list()], dtype=pl.String),
        pl.concat_str("body", pl.col("fiscal_year").cast(pl.String), separator=" ").alias("place"),
        pl.concat_str(pl.lit("basis_"), "basis").alias("basis"),
    ).with_columns(view.labelled("basis"))
    places = drawn["place"].n_unique()
    if places > 30:
        together = view.t(f"{places:,} bodies and years", f"{places:,}个单位、年度")
        drawn = drawn.with_columns(pl.lit(together).alias("place"))
    return strip_chart(
        drawn,
        group="place",
        value="growth",
        description="tooltip",
        link="link",
        kind="basis",
        kinds=[view.label(f"basis_{basis}") for basis in _BASES],
        reference=0.0,
        limit=2.0,
        axis_format="+.0%",
        axis_title=view.t("growth on the year before", "比上年增长"),
        title=view.figure(2, "Growth of all figures on the year before", "各数字比上年的增长率"),
        subtitle=view.t(
            "One dot is one figure; the dashed line is no change. Triangles: more than +200 %.",
            "一点为一个数字，虚线为没有变化。三角为超过+200 %。",
        ),
    )


def _growth_table(
    view: View, rows: pl.DataFrame, *, name: str, number: int, title: Words, notes: Sequence[str] = ()
) -> Any:
    decimals = min(2, percent_decimals(rows["growth_low"], rows["growth_high"]))
    frame = pl.DataFrame(
        [_growth_row(view, row, decimals) for row in rows.iter_rows(named=True)], infer_schema_length=None
    )
    return view.table(
        frame,
        {
            "place": _PLACE,
            "line": ("Line", "项目"),
            "value": heading(view, "Amount", "本年"),
            "previous": heading(view, "Before", "上年"),
            "basis": ("From", "上年数来源"),
            "growth": ("Growth", "增长率"),
            "interval": ("Interval", "区间"),
            "printed": ("Printed", "原文"),
            "agree": ("Agree", "是否一致"),
            "sources": _SOURCES,
        },
        name=name,
        number=number,
        title=title,
        stub="line",
        groups="place",
        figures=["value", "previous", "growth", "interval", "printed"],
        formats=dict.fromkeys(["value", "previous", "interval", "sources"], Markup),
        notes=[*few(view, view.notes(frame["place"], frame["note"])), *notes],
    )


def _growth_row(view: View, row: dict[str, Any], decimals: int) -> dict[str, Any]:
    ends = (row["growth_low"], row["growth_high"])
    yes, no = view.t("yes", "是"), view.t("no", "否")
    agree = {True: yes, False: no, None: EMPTY}[row["growth_agrees"]]
    if row["growth_agrees"] is None and row["stated_growth"] is not None and ends != (None, None):
        agree = view.t("open", "不定")
    return {
        "place": f"{row['body']} {row['fiscal_year']}",
        "line": _line_name(view, row),
        "value": _cell(view, row, "value"),
        "previous": _cell(view, row, "previous"),
        "basis": view.label(f"from_{row['basis']}"),
        "growth": _signed(view, row["growth"]),
        "interval": below(view, EMPTY if ends == (None, None) else view.percent_span(*ends, decimals)),
        "printed": printed_percent(row["stated_growth"], signed=True),
        "agree": agree,
        "note": view.note(row) or "",
        "sources": evidence_links(row["fact_ids"][:2]),
    }


def totals_table(view: View, years: Years) -> Any:
    """Return the table of growth of totals and counts: printed against computed."""
    rows = years.growth.filter(pl.col("basis").is_not_null() & ~pl.col("concept").is_in(_LINES))
    both = ((pl.col("value") == 0) & (pl.col("previous") == 0)).fill_null(False)
    zero, rows = rows.filter(both), rows.filter(~both)
    lacking = [body for body in dict.fromkeys(years.growth["body"]) if body not in set(rows["body"])]
    notes = [
        view.t(
            "First: as first published; restated: the prior-year figure of this year's document; implied: this figure "
            "less its printed change. Open: it hangs on which of several stated values is true.",
            "首次：首次公布数；上年数：本年文件所列上年数；推算：本年数减增减额。不定：取决于不一致的数字中哪个正确。",
        )
    ]
    zeros: list[str] = []
    for (body,), some in zero.group_by(["body"], maintain_order=True):
        lines = view.t(", ", "、").join(dict.fromkeys(_line_name(view, row) for row in some.iter_rows(named=True)))
        zeros.append(view.t(f"{body}: 0 in both years: {lines}.", f"{body}：两年均为0的有{lines}。"))
    notes += few(view, zeros)
    if lacking:
        named = listed(view, lacking)
        notes.append(view.t(f"No figure of the year before: {named}.", f"没有上年数：{named}。"))
    if rows.is_empty():
        return view.none("No document chosen states a figure of the year before.", "所选文件没有上年数。")
    return _growth_table(
        view,
        rows,
        name="totals",
        number=2,
        title=("Totals, costs and counts: growth printed and computed", "总额、经费和数量：所列与计算的增长率"),
        notes=notes,
    )


def lines_table(view: View, years: Years) -> Any:
    """Return the table of growth of the lines of the classifications, the largest changes first."""
    rows = years.growth.filter(pl.col("concept").is_in(_LINES) & pl.col("basis").is_not_null())
    if rows.is_empty():
        one = years.growth.filter(pl.col("concept").is_in(_LINES)).height
        return view.none(
            f"{one:,} lines of the functional and economic classification are stated for one year only, without a "
            "figure of the year before: they have no growth.",
            f"{one:,}个功能分类和经济分类科目只有一年的数字，没有上年数，因此没有增长率。",
        )
    rows = _best(rows).sort(
        pl.col("body").rank("dense"), pl.col("change").abs(), descending=[False, True], nulls_last=True
    )
    return _growth_table(
        view,
        rows,
        name="lines",
        number=3,
        title=("Lines of the classifications, the largest changes first", "各科目比上年的变化（按变化额排序）"),
    )


def restated_table(view: View, years: Years) -> Any:
    """Return the table of figures that a later document prints again."""
    rows = years.restated
    if rows.is_empty():
        return view.none(
            "No body has a document of a year and a later one that prints that year again: nothing can be compared.",
            "没有一个单位既有某年的文件、又有再次列示该年数字的以后年度文件，无从比较。",
        )
    changed = rows.filter(~pl.col("agrees"))
    same = rows.height - changed.height
    told = view.t(
        f"Another {same:,} figures are the same in both documents, within rounding.",
        f"另有{same:,}个数字在两份文件中一致（四舍五入范围内）。",
    )
    if changed.is_empty():
        return view.none(
            f"All {same:,} figures that a later document prints again are the same, within rounding.",
            f"以后年度文件再次列示的{same:,}个数字全部一致（四舍五入范围内）。",
        )
    decimals = min(3, percent_decimals(changed["relative_low"], changed["relative_high"]))
    frame = pl.DataFrame(
        [
            {
                "body": row["body"],
                "line": _line_name(view, row),
                "year": str(row["fiscal_year"]),
                "first": _cell(view, row, "first"),
                "later": _cell(view, row, "later"),
                "change": _cell(view, row, "restatement", signed=True),
                "relative": _signed(view, row["relative"]),
                "interval": EMPTY
                if row["relative_low"] is None and row["relative_high"] is None
                else view.percent_span(row["relative_low"], row["relative_high"], decimals),
                "note": view.note(row) or "",
                "sources": evidence_links(row["fact_ids"][:2]),
            }
            for row in changed.iter_rows(named=True)
        ]
    )
    return view.table(
        frame,
        {
            "body": _BODY,
            "line": ("Line", "项目"),
            "year": ("Year", "年度"),
            "first": heading(view, "First", "首次公布"),
            "later": heading(view, "Later", "以后年度文件"),
            "change": heading(view, "Change", "更改额"),
            "relative": ("Relative", "更改幅度"),
            "interval": ("Interval", "区间"),
            "sources": _SOURCES,
        },
        name="restatements",
        number=4,
        title=("Figures that a later document changed", "被以后年度文件更改的数字"),
        stub="line",
        groups="body",
        figures=["year", "first", "later", "change", "relative", "interval"],
        formats=dict.fromkeys(["first", "later", "change", "sources"], Markup),
        notes=[*few(view, view.notes(frame["body"], frame["note"])), *([told] if same else [])],
    )


def _no_deflator(view: View) -> Any:
    return view.say(
        "*No deflator was given, so there are no real terms.* To see them, give the parameter `deflator` a CSV file "
        "with the columns `year,index`, one line per year, for example `2023,100` and `2024,100.2`, and `base_year` "
        "the year of whose prices the figures are to be (by default the last of the file).",
        "没有给出价格指数，因此没有实际值（不变价）。如需要，请用参数`deflator`给出一个CSV文件，列为`year,index`（年度、指数），"
        "每年一行，例如`2023,100`和`2024,100.2`；`base_year`为不变价的基年（默认为文件中的最后一年）。",
    )


def real_chart(view: View, years: Years, line: str) -> Any:
    """Return the chart of one line in constant prices."""
    if years.base_year is None:
        return _no_deflator(view)
    return _drawn(
        view,
        years,
        line,
        "real_value",
        number=3,
        title=(
            f"{view.label(line)} in prices of {years.base_year}",
            f"{view.label(line)}（{years.base_year}年不变价）",
        ),
        subtitle=("Years that the deflator does not have are left out.", "价格指数缺少的年度未画出。"),
    )


def real_table(view: View, years: Years) -> Any:
    """Return the table of nominal and real growth."""
    if years.base_year is None:
        return view.none("Hence there is no table.", "因此没有表格。")
    rows = _best(years.growth.filter(pl.col("real_growth_low").is_not_null() & ~pl.col("concept").is_in(_LINES)))
    if rows.is_empty():
        return view.none(
            "The deflator has no two years for which an amount and its year before are known.",
            "价格指数没有覆盖任何有本年数和上年数的年度。",
        )
    decimals = min(3, percent_decimals(rows["real_growth_low"], rows["real_growth_high"]))
    frame = pl.DataFrame(
        [
            {
                "body": row["body"],
                "line": _line_name(view, row),
                "year": str(row["fiscal_year"]),
                "value": _cell(view, row, "value"),
                "real": _cell(view, row, "real_value"),
                "growth": _signed(view, row["growth"]),
                "real_growth": _signed(view, row["real_growth"]),
                "interval": view.percent_span(row["real_growth_low"], row["real_growth_high"], decimals),
                "note": view.note(row) or "",
                "sources": evidence_links(row["fact_ids"][:2]),
            }
            for row in rows.iter_rows(named=True)
        ]
    )
    return view.table(
        frame,
        {
            "body": _BODY,
            "line": ("Line", "项目"),
            "year": ("Year", "年度"),
            "value": heading(view, "Current prices", "当年价"),
            "real": heading(view, f"Prices of {years.base_year}", f"{years.base_year}年价"),
            "growth": ("Growth", "名义增长率"),
            "real_growth": ("Real growth", "实际增长率"),
            "interval": ("Interval", "区间"),
            "sources": _SOURCES,
        },
        name="real",
        number=5,
        title=("Growth in current and in constant prices", "名义增长和实际增长"),
        stub="line",
        groups="body",
        figures=["year", "value", "real", "growth", "real_growth", "interval"],
        formats=dict.fromkeys(["value", "real", "sources"], Markup),
        notes=few(view, view.notes(frame["body"], frame["note"])),
    )


def printed_table(view: View, years: Years) -> Any:
    """Return the table of printed growths of results: there is no amount of the year before to test them."""
    tested = years.growth.filter(pl.col("stated_growth").is_not_null() & pl.col("basis").is_not_null())
    used = tested["fact_ids"].explode().drop_nulls().unique()
    known = set(used.to_list())
    rows = years.printed.filter(
        pl.Series(
            [not any(fact_id in known for fact_id in ids) for ids in years.printed["fact_ids"].to_list()],
            dtype=pl.Boolean,
        )
    )
    if rows.is_empty():
        return view.none("No growth is printed without its amounts.", "没有不带金额的增长率。")
    frame = pl.DataFrame(
        [
            {
                "body": row["body"],
                "line": view.t(": ", "：").join(filter(None, [(row["item"] or "").replace("/", "："), row["name"]]))
                or view.label(row["concept"]),
                "kind": view.label(row["concept"]),
                "when": view.t(", ", "，").join(filter(None, [str(row["fiscal_year"] or ""), row["period"]])),
                "growth": printed_percent(row["growth"], signed=True)
                if row["growth"] is not None
                else view.t(" or ", "或").join(printed_percent(value, signed=True) for value in row["candidates"]),
                "interval": view.percent_span(row["growth_low"], row["growth_high"], 2),
                "sources": evidence_links(row["fact_ids"][:2]),
            }
            for row in rows.iter_rows(named=True)
        ]
    )
    return view.table(
        frame,
        {
            "body": _BODY,
            "line": ("Result", "项目"),
            "kind": ("Kind", "类别"),
            "when": ("Year", "年度"),
            "growth": ("Printed growth", "原文增长率"),
            "interval": ("Interval", "区间"),
            "sources": _SOURCES,
        },
        name="printed",
        number=6,
        title=("Growths printed without an amount of the year before", "没有上年数的增长率"),
        stub="line",
        groups="body",
        figures=["growth", "interval"],
        formats={"sources": Markup},
        notes=[
            view.t(
                "Nothing tests these growths. A part of a year (such as 1-11月) is set against the same part of the "
                "year before.",
                "这些增长率无法复核。不足全年的（如1-11月）是与上年同期相比。",
            )
        ],
    )


def evidence(view: View, years: Years, line: str) -> Any:
    """Return the table of the sentences that the figures rest on."""
    return view.evidence(years.fact_ids(line), 7)


def provenance(view: View, years: Years, line: str, deflator: str | None) -> Any:
    """Return the table of documents used, with the parameters of the run."""
    return view.provenance(
        view.documents["doc_id"],
        {
            ("line of the charts", "图中项目"): view.label(line),
            ("deflator", "价格指数"): (deflator or "").rpartition("/")[2] or view.t("none", "无"),
            ("base year", "基年"): years.base_year or view.t("none", "无"),
        },
    )
