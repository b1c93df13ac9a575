"""Charts and tables of the study `execution_rates`: how budget execution is distributed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from fiscal_analysis import metrics
from fiscal_analysis.charts import cumulative_chart, evidence_links, strip_chart
from fiscal_analysis.charts.tables import EMPTY, Markup
from fiscal_analysis.charts.wording import percent_decimals, percent_text, printed_percent

if TYPE_CHECKING:
    from fiscal_analysis.studies.view import View, Words

__all__ = [
    "agreement",
    "bunching",
    "cumulative",
    "departments",
    "disagreements",
    "headline",
    "impossible_budgets",
    "lines_chart",
    "observe",
    "projects_chart",
    "projects_table",
    "provenance",
    "quantiles",
    "rates_table",
    "stated",
    "tested",
    "zero_budgets",
]

MOST_PLACES = 30
"""What a chart with a line for each district can hold."""

_ORDER = ("department", "department_part", "class", "group", "item", "project", "project_part")
_PLACE: Words = ("District, year", "地区、年度")
_SOURCES: Words = ("Sources", "出处")
_AXIS: Words = ("outturn as a share of the initial budget", "决算数占年初预算的比例")


def observe(view: View) -> pl.DataFrame:
    """Return the execution rates that the reader has chosen, with ``place`` and whether each is ``usable``.

    Amounts and rate a factor of ten apart are no pair of figures of one line: a unit was misprinted. Such a rate is
    shown, not counted; see :func:`fiscal_analysis.metrics.comparable_rates`.
    """
    return metrics.comparable_rates(view.placed(metrics.execution_rates(view.corpus)))


def readable(view: View, rates: pl.DataFrame) -> pl.DataFrame:
    """Return the rates with what a reader sees of each: name, rate as text, interval, sources, tooltip, link."""
    decimals = percent_decimals(rates["computed_low"], rates["computed_high"])
    rows = [_readable(view, row, decimals) for row in rates.iter_rows(named=True)]
    schema = dict.fromkeys(_readable_columns(), pl.String) | {"rate": pl.Float64}
    return pl.DataFrame(rows, schema=schema)


def _readable_columns() -> tuple[str, ...]:
    return (
        "place", "name", "base", "level", "rate", "told", "computed", "interval", "printed", "formula", "agreement",
        "note", "sources", "link", "tooltip",
    )  # fmt: skip


def _readable(view: View, row: dict[str, Any], decimals: int) -> dict[str, Any]:
    base = view.label(row["denominator"]) if row["denominator"] else view.t("budget not named", "未指明的预算")
    printed = printed_percent(row["printed_rate"])
    if row["printed_rate"] is None and row["stated_growth"] is not None:
        printed = printed_percent(row["stated_growth"], signed=True)
    low, high, computed = row["computed_low"], row["computed_high"], row["computed_rate"]
    told = printed_percent(row["rate"]) if computed is None else percent_text(row["rate"], 2)
    name = view.named(row)
    agreement = {True: view.t("yes", "是"), False: view.t("no", "否"), None: EMPTY}[row["agrees"]]
    said = [
        f"{row['place']}{view.t(': ', '：')}{name}",
        view.t(f"{told} of the {base}", f"占{base}的{told}"),
        row["formula"] or view.t("as printed", "原文所列"),
        *(f"“{quote}”" for quote in (row["quotes"] or [])[:1]),
    ]
    return {
        "place": row["place"],
        "name": name,
        "base": base,
        "level": view.label(row["level"]),
        "rate": row["rate"],
        "told": percent_text(row["rate"], 2, fixed=True),
        "computed": percent_text(computed, 2, fixed=True),
        "interval": EMPTY if computed is None else view.percent_span(low, high, decimals),
        "printed": printed,
        "formula": row["formula"],
        "agreement": agreement,
        "note": view.note(row),
        "sources": evidence_links(row["fact_ids"][:3]),
        "link": f"#fact-{row['fact_ids'][0]}" if row["fact_ids"] else "#",
        "tooltip": "\n".join(said),
    }


def lines_of(rates: pl.DataFrame, line_level: str) -> pl.DataFrame:
    """Return the usable rates of lines of one level on the initial budget."""
    return rates.filter("usable", level=line_level, denominator="initial_budget")


def tested(rates: pl.DataFrame) -> pl.DataFrame:
    """Return the printed rates that the amounts can test."""
    return rates.filter(pl.col("agrees").is_not_null())


def headline(view: View, rates: pl.DataFrame, line_level: str) -> Any:
    """Return the strip of key figures."""
    usable, lines, compared = rates.filter("usable"), lines_of(rates, line_level), tested(rates)
    wrong = compared.filter(~pl.col("agrees")).height
    median: Any = lines["rate"].median()
    return view.key_figures(
        [
            (f"{rates['doc_id'].n_unique():,}", "documents with execution rates", "份文件有执行率"),
            (f"{usable.height:,}", "rates, of all levels", "个执行率（各层级）"),
            (
                percent_text(median),
                f"median of {lines.height:,} lines, of the initial budget",
                f"{lines.height:,}个科目占年初预算比例的中位数",
            ),
            (
                view.t(f"{wrong:,} of {compared.height:,}", f"{wrong:,}/{compared.height:,}"),
                "printed rates that disagree with the amounts",
                "所列执行率与金额不符",
            ),
            (f"{rates.filter('zero_budget').height:,}", "lines with a budget of 0", "个科目预算为0"),
        ]
    )


def stated(view: View, rates: pl.DataFrame) -> Any:
    """Return the table of what the documents state, by district, level and denominator."""
    coverage = (
        rates.group_by("place", "level", "denominator", maintain_order=True)
        .agg(
            pl.col("rate").filter(~pl.col("convention")).count().alias("with_rate"),
            pl.col("computed_rate").count().alias("computed"),
            pl.col("stated_rate").count().alias("stated"),
            pl.col("zero_budget").sum().alias("zero"),
            pl.col("rate").filter("usable").median().alias("median"),
        )
        .with_columns(
            view.labelled("level", view.t("line, level not told", "层级不详的科目")),
            view.labelled("denominator", view.t("not named", "未指明")),
        )
    )
    return view.table(
        coverage,
        {
            "place": _PLACE,
            "level": ("Level", "层级"),
            "denominator": ("Denominator", "分母"),
            "with_rate": ("Rates", "执行率个数"),
            "computed": ("computed", "其中：可计算"),
            "stated": ("printed", "其中：原文列出"),
            "zero": ("Budget of 0", "预算为0"),
            "median": ("Median", "中位数"),
        },
        name="coverage",
        number=1,
        title=("Execution rates in the documents", "各文件中的执行率"),
        stub="level",
        groups="place",
        formats={"median": lambda rate: percent_text(rate, fixed=True)},
        notes=[
            view.t(
                "A rate can be both computed and printed. A median of two or three rates is for orientation only.",
                "同一执行率可以既能计算又有原文。两三个数的中位数仅供参考。",
            ),
            view.t(
                "The printed rate of a line whose initial budget is 0 is a convention: it counts as printed only.",
                "年初预算为0的科目所列的比例只是惯例写法，计入“原文列出”，不计入执行率。",
            ),
        ],
    )


def rates_table(
    view: View,
    rates: pl.DataFrame,
    *,
    name: str,
    number: int,
    title: Words,
    columns: Sequence[str],
    notes: Sequence[str] = (),
) -> Any:
    """Return a table of rates with the columns wanted, grouped by district and year."""
    shown = readable(view, rates)
    return view.table(
        shown,
        {"place": _PLACE} | {column: _HEADINGS[column] for column in columns},
        name=name,
        number=number,
        title=title,
        stub="name",
        groups="place",
        figures=[column for column in columns if column in ("told", "computed", "interval", "printed")],
        formats={"sources": Markup},
        notes=[*view.notes(shown["place"], shown["note"]), *notes],
    )


_HEADINGS: dict[str, Words] = {
    "name": ("Line or project", "科目或项目"),
    "base": ("Denominator", "分母"),
    "formula": ("Computed as", "计算"),
    "computed": ("Computed", "计算值"),
    "interval": ("Interval", "区间"),
    "told": ("Rate", "执行率"),
    "printed": ("As printed", "原文"),
    "agreement": ("Agree", "是否一致"),
    "sources": _SOURCES,
}


def departments(view: View, rates: pl.DataFrame) -> Any:
    """Return the table of whole departments and the parts of their expenditure."""
    whole = rates.filter(
        pl.col("level").is_in(["department", "department_part"])
        & ~pl.col("zero_budget").fill_null(False)
        & pl.col("rate").is_not_null()
    )
    if whole.is_empty():
        return view.none(
            "No document chosen states a rate of a department or of a part of it.",
            "所选文件没有部门整体或其支出构成的执行率。",
        )
    return rates_table(
        view,
        whole,
        name="departments",
        number=2,
        title=("Departments and the parts of their expenditure", "部门整体及其支出构成的执行率"),
        columns=["name", "base", "computed", "interval", "printed", "agreement", "sources"],
    )


def lines_chart(view: View, rates: pl.DataFrame, line_level: str, axis_limit: float) -> Any:
    """Return the chart of every line as a dot, or the sentence that there is none."""
    lines = lines_of(rates, line_level)
    level = view.label(line_level)
    if lines.is_empty():
        return view.none(
            f"No document chosen allows rates on the initial budget at the level “{level}”.",
            f"所选文件没有“{level}”级科目占年初预算的执行率。",
        )
    drawn = readable(view, lines)
    beyond = drawn.filter(pl.col("rate") > axis_limit).height
    limit = percent_text(axis_limit, 0)
    return strip_chart(
        _by_place(view, drawn),
        group="place",
        value="rate",
        description="tooltip",
        link="link",
        limit=axis_limit,
        axis_title=view.t(*_AXIS),
        title=view.figure(1, f"Execution rates by line: {level}", f"各科目执行率（{level}级）"),
        subtitle=view.t(
            "One dot is one line; the dashed line is 100 %. Triangles at the edge: "
            f"{beyond} of {drawn.height:,} lines beyond {limit}.",
            f"一点为一个科目，虚线为100 %。边缘的三角为超过{limit}的科目，共{drawn.height:,}个中的{beyond}个。",
        ),
    )


def _by_place(view: View, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their places; more places than a chart can hold become one."""
    places = frame["place"].n_unique()
    if places <= MOST_PLACES:
        return frame
    together = view.t(f"{places:,} districts and years", f"{places:,}个地区、年度")
    return frame.with_columns(pl.lit(together).alias("place"))


def cumulative(view: View, rates: pl.DataFrame, line_level: str, axis_limit: float) -> Any:
    """Return the chart of the shares of lines that do not exceed a rate."""
    lines = lines_of(rates, line_level)
    if lines.is_empty():
        return view.none("There is nothing to draw.", "没有可绘制的数据。")
    return cumulative_chart(
        lines,
        value="rate",
        group="place",
        limit=axis_limit,
        axis_title=view.t(*_AXIS),
        share_title=view.t("share of lines", "科目占比"),
        title=view.figure(2, "Share of lines that do not exceed a rate", "执行率不超过某值的科目占比"),
        subtitle=view.t(
            "Height at a rate: share of the lines with that rate or a lower one (empirical distribution).",
            "某一执行率处的高度：执行率不高于该值的科目所占比例（经验分布）。",
        ),
    )


def quantiles(view: View, rates: pl.DataFrame, line_level: str) -> Any:
    """Return the table of quantiles of the rates of lines, with an exact interval of the median."""
    lines = lines_of(rates, line_level)
    if lines.is_empty():
        return view.none("There is no distribution to describe.", "没有可描述的分布。")
    found = metrics.quantiles(lines, column="rate", by=["place"])
    spread = found.with_columns((pl.col("probability") * 100).round().cast(pl.Int64).cast(pl.String).alias("at")).pivot(
        "at", index=["place", "n"], values="value", maintain_order=True
    )
    medians = found.filter(probability=0.5)
    spans = [view.percent_span(*ends) for ends in medians.select("low", "high").iter_rows()]
    median = medians.select("place").with_columns(pl.Series("interval", spans, dtype=pl.String))
    return view.table(
        spread.join(median, on="place", maintain_order="left"),
        {
            "place": _PLACE,
            "n": ("Lines", "科目数"),
            "10": ("10 %", "10 %分位"),
            "25": ("25 %", "25 %分位"),
            "50": ("Median", "中位数"),
            "75": ("75 %", "75 %分位"),
            "90": ("90 %", "90 %分位"),
            "interval": ("95 % interval of the median", "中位数的95 %区间"),
        },
        name="quantiles",
        number=3,
        title=("Quantiles of the execution rates of lines", "科目执行率的分位数"),
        stub="place",
        figures=["interval"],
        formats=dict.fromkeys(["10", "25", "50", "75", "90"], lambda rate: percent_text(rate, fixed=True)),
        notes=[
            view.t(
                "A tenth of the lines has a rate below the first column, a quarter below the second, and so on "
                "(type 7 of Hyndman and Fan, 1996).",
                "十分之一的科目低于第一列，四分之一低于第二列，余类推（Hyndman和Fan，1996，第7种算法）。",
            ),
            view.t(
                "The interval lies between two observed rates and holds whatever the distribution; it treats the lines "
                "as a sample of comparable lines. It is open where there are too few lines.",
                "区间以两个观测值为端点，对任何分布都成立；它把所列科目看作可比科目的样本。科目太少时区间不定。",
            ),
        ],
    )


def projects(rates: pl.DataFrame) -> pl.DataFrame:
    """Return the usable rates of projects."""
    return rates.filter("usable", level="project")


def projects_chart(view: View, rates: pl.DataFrame, axis_limit: float) -> Any:
    """Return the chart of the rates of projects, coloured by denominator, or the sentence that there is none."""
    found = projects(rates)
    if found.is_empty():
        return view.none("No document chosen states the rate of a project.", "所选文件没有项目的执行率。")
    return strip_chart(
        _by_place(view, readable(view, found)),
        group="place",
        value="rate",
        description="tooltip",
        link="link",
        kind="base",
        kinds=[view.label("initial_budget"), view.label("adjusted_budget")],
        limit=axis_limit,
        axis_title=view.t("outturn as a share of the budget", "执行数占预算的比例"),
        title=view.figure(3, "Execution rates of projects", "项目执行率"),
        subtitle=view.t("One dot is one project and one denominator.", "一点为一个项目的一种执行率，颜色区分分母。"),
    )


def projects_table(view: View, rates: pl.DataFrame) -> Any:
    """Return the table of the rates of projects."""
    found = projects(rates)
    if found.is_empty():
        return view.none("Hence there is no table.", "因此没有表格。")
    return rates_table(
        view,
        found,
        name="projects",
        number=4,
        title=("Execution rates of projects", "项目执行率"),
        columns=["name", "base", "formula", "told", "printed", "sources"],
    )


def bunching(view: View, rates: pl.DataFrame, window: float) -> Any:
    """Return the table of rates at 100 % and to either side of it."""
    counted = metrics.bunching_at(rates.filter("usable"), 1.0, window, column="rate", by=["denominator", "level"]).sort(
        pl.col("denominator").replace_strict({"initial_budget": 0}, default=1, return_dtype=pl.Int8),
        pl.col("level").replace_strict({level: at for at, level in enumerate(_ORDER)}, default=9, return_dtype=pl.Int8),
    )
    spans = [view.percent_span(*ends) for ends in counted.select("share_low", "share_high").iter_rows()]
    wide = percent_text(window, 1)
    return view.table(
        counted.with_columns(
            view.labelled("denominator", view.t("not named", "未指明")),
            view.labelled("level", view.t("line, level not told", "层级不详的科目")),
            pl.Series("interval", spans, dtype=pl.String),
        ),
        {
            "denominator": ("Denominator", "分母"),
            "level": ("Level", "层级"),
            "n": ("Rates", "执行率个数"),
            "below": ("Below", "低于"),
            "within": ("At 100 %", "等于100 %"),
            "exactly": ("of these exactly", "其中：恰好相等"),
            "above": ("Above", "高于"),
            "share": ("Share at 100 %", "等于100 %的占比"),
            "interval": ("95 % interval", "95 %区间"),
        },
        name="bunching",
        number=5,
        title=("Rates at 100 %, all districts together", "集中在100 %的执行率（各地区合计）"),
        stub="level",
        groups="denominator",
        figures=["interval"],
        formats={"share": lambda share: percent_text(share, 0)},
        notes=[
            view.t(
                f"At 100 % means within {wide} to either side. "
                "The interval of the share is exact at any number of rates (Clopper and Pearson, 1934).",
                f"“等于100 %”指上下相差不超过{wide}。占比的区间对任何样本量都精确成立（Clopper和Pearson，1934）。",
            )
        ],
    )


def disagreements(view: View, rates: pl.DataFrame) -> Any:
    """Return the table of the printed rates that the printed amounts contradict."""
    wrong = tested(rates).filter(~pl.col("agrees"))
    if wrong.is_empty():
        return view.none("No printed rate contradicts its amounts.", "没有与金额矛盾的执行率。")
    return rates_table(
        view,
        wrong,
        name="disagreements",
        number=6,
        title=("Printed rates that the printed amounts contradict", "与金额矛盾的执行率"),
        columns=["name", "base", "formula", "computed", "printed", "sources"],
        notes=[
            view.t(
                "A rate that differs from its amounts by a factor of ten or more is in no distribution above: "
                "a unit was misprinted.",
                "与金额相差十倍以上的执行率不计入上面的分布：应为单位误写。",
            )
        ],
    )


def zero_budgets(view: View, rates: pl.DataFrame) -> Any:
    """Return the table of the lines whose budget is 0 and that have an outturn."""
    empty = rates.filter("zero_budget")
    zero = empty.filter(pl.col("executed_yuan") != 0)
    if zero.is_empty():
        return view.none("No line with a budget of 0 has an outturn.", "没有预算为0而有支出的科目。")
    none = empty.height - zero.height
    return view.table(
        _with_amounts(view, zero, {"spent": zero["executed_yuan"]}),
        {
            "place": _PLACE,
            "name": ("Line", "科目"),
            "level": ("Level", "层级"),
            "base": ("Denominator", "分母"),
            "spent": ("Outturn", "决算数"),
            "printed": ("Printed rate or growth", "原文的比例或增幅"),
            "sources": _SOURCES,
        },
        name="zero-budgets",
        number=7,
        title=("Lines whose budget is 0 and that have an outturn", "预算为0而有支出的科目"),
        stub="name",
        groups="place",
        figures=["spent", "printed"],
        formats={"sources": Markup},
        notes=[
            view.t(
                f"Another {none:,} lines have neither a budget nor an outturn.", f"另有{none:,}个科目预算和支出均为0。"
            )
        ],
    )


def impossible_budgets(view: View, rates: pl.DataFrame) -> Any:
    """Return the table of the lines whose printed change on the initial budget exceeds their outturn."""
    impossible = rates.filter(pl.col("budget_yuan") < 0)
    if impossible.is_empty():
        return view.none("No printed change exceeds its outturn.", "没有增加额大于决算数的科目。")
    amounts = {
        "spent": impossible["executed_yuan"],
        "change": impossible["executed_yuan"] - impossible["budget_yuan"],
        "implied": impossible["budget_yuan"],
    }
    shown = _with_amounts(view, impossible, amounts)
    return view.table(
        shown,
        {
            "place": _PLACE,
            "name": ("Line", "科目"),
            "level": ("Level", "层级"),
            "spent": ("Outturn", "决算数"),
            "change": ("Printed change", "原文的增加额"),
            "implied": ("Budget that follows", "推算的年初预算"),
            "printed": ("Printed rate or growth", "原文的比例或增幅"),
            "sources": _SOURCES,
        },
        name="impossible-budgets",
        number=8,
        title=("Lines whose printed change exceeds the outturn", "增加额大于决算数的科目"),
        stub="name",
        groups="place",
        figures=["spent", "change", "implied", "printed"],
        formats={"sources": Markup},
        notes=view.notes(shown["place"], shown["note"]),
    )


def _with_amounts(view: View, rates: pl.DataFrame, amounts: dict[str, pl.Series]) -> pl.DataFrame:
    """Return readable rates with columns of amounts as text."""
    return readable(view, rates).with_columns(
        pl.Series(name, view.column(yuans), dtype=pl.String) for name, yuans in amounts.items()
    )


def agreement(view: View, rates: pl.DataFrame) -> Any:
    """Return the sentence that says how many printed rates agree with their amounts."""
    compared = tested(rates)
    wrong = compared.filter(~pl.col("agrees")).height
    right = compared.height - wrong
    return view.say(
        f"Of {compared.height:,} printed rates that can be tested, {right:,} agree with the amounts within rounding "
        f"and {wrong:,} do not.",
        f"可以复核的{compared.height:,}个执行率中，{right:,}个在四舍五入范围内与金额一致，{wrong:,}个不一致。",
    )


def provenance(view: View, rates: pl.DataFrame, line_level: str, axis_limit: float, window: float) -> Any:
    """Return the table of documents used, with the parameters of the run."""
    return view.provenance(
        rates["doc_id"],
        {
            ("lines", "科目层级"): view.label(line_level),
            ("window at 100 %", "100 %的范围"): percent_text(window),
            ("charts end at", "图的上限"): percent_text(axis_limit, 0),
        },
    )
