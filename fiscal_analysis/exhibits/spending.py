"""Charts and tables of the study `spending_structure`: what money is spent on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from fiscal_analysis import metrics
from fiscal_analysis.charts import evidence_links, interval_chart, stacked_chart
from fiscal_analysis.charts.tables import EMPTY, Markup
from fiscal_analysis.charts.theme import CATEGORIES
from fiscal_analysis.charts.wording import UNITS, percent_decimals, printed_percent, with_document_name, words_of
from fiscal_analysis.exhibits.amounts import amount, bare, below, heading
from fiscal_analysis.exhibits.asides import few, listed, quotes_of, tooltip

if TYPE_CHECKING:
    from fiscal_analysis.studies.view import View, Words

__all__ = [
    "Spending",
    "concentration_chart",
    "concentration_table",
    "coverage",
    "economic_chart",
    "economic_table",
    "evidence",
    "function_chart",
    "function_table",
    "headline",
    "kinds_chart",
    "kinds_table",
    "observe",
    "operations_table",
    "per_head",
    "procurement_table",
    "provenance",
    "spread",
]

MOST_BARS = 40
"""What a chart with a bar for each document can hold."""

_NAMED = 6  # lines with a colour of their own; the others are grey

REST, UNSURE, _OTHER = "#e3e7eb", "#c3ccd5", "#8d99a5"
BAR: Words = ("Published by, year", "单位、年度")
SOURCES: Words = ("Sources", "出处")
_KINDS = (
    "expenditure_basic",
    "expenditure_project",
    "expenditure_superior_remittance",
    "expenditure_operating",
    "expenditure_affiliate_subsidy",
    "expenditure_other",
)


class Spending(NamedTuple):
    """What the study shows: all of one measure (outturn, say) and of whole years, with ``place`` and ``bar``."""

    structure: pl.DataFrame
    coverage: pl.DataFrame
    concentration: pl.DataFrame
    cofog: pl.DataFrame
    cofog_lines: pl.DataFrame
    measure: str
    part_years: int

    @property
    def fact_ids(self) -> pl.Series:
        """The facts behind every figure shown."""
        return pl.concat([self.structure["fact_ids"], self.cofog_lines["fact_ids"]])


def observe(view: View, measure: str = "final") -> Spending:
    """Return the composition of expenditure of the documents that the reader has chosen, of one measure."""
    rows = view.select(metrics.spending_structure(view.corpus))
    chosen = rows.filter(measure=measure)
    structure = _placed(view, chosen.filter(pl.col("period").is_null()))
    known = structure["doc_id"].unique().to_list()
    cofog = metrics.cofog_spending(view.corpus).filter(pl.col("doc_id").is_in(known) & pl.col("period").is_null())
    lines = metrics.cofog_lines(view.corpus).filter(pl.col("doc_id").is_in(known) & pl.col("period").is_null())
    years = structure["fiscal_year"].unique().to_list()
    of = {"measure": measure}
    return Spending(
        structure=structure,
        coverage=_placed(view, metrics.spending_coverage(structure)),
        concentration=_placed(view, metrics.spending_concentration(structure)),
        cofog=_placed(view, cofog.filter(pl.col("fiscal_year").is_in(years), **of)),
        cofog_lines=_placed(view, lines.filter(pl.col("fiscal_year").is_in(years), **of)),
        measure=measure,
        part_years=chosen.filter(pl.col("period").is_not_null()).height,
    )


def _placed(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``place``, a name that no two documents share, and ``bar``, the name with fund and kind of expenditure."""
    names = with_document_name(view.corpus.documents, view.language).select(
        "doc_id", "place", pl.col("fiscal_year").alias("year of document")
    )
    rows = rows.drop("place", "bar", strict=False).join(names, on="doc_id", how="left", maintain_order="left")
    elsewhere = pl.col("fiscal_year") != pl.col("year of document")
    year = pl.col("fiscal_year").cast(pl.String)
    of_year = pl.concat_str("place", pl.lit(view.t(", figures of ", "，")), year, pl.lit(view.t("", "年数字")))
    rows = rows.with_columns(pl.when(elsewhere.fill_null(False)).then(of_year).otherwise("place").alias("place"))
    # Whose whole it is: of a fund, or of basic or project expenditure. Only what is cut by fund is told it.
    cut = pl.col("view").is_in(["three_public", "vehicle", "procurement", "procurement_supplier", "of_expenditure"])
    fund = view.labelled("fund", view.t("all funds", "全部资金"))
    told = [
        pl.col("place"),
        pl.when(cut).then(None).otherwise(fund) if "view" in rows.columns else fund,
        _scope_name(view),
    ]
    return rows.with_columns(pl.concat_str(told, separator=view.t(", ", "，"), ignore_nulls=True).alias("bar")).drop(
        "year of document"
    )


def _scope_name(view: View) -> pl.Expr:
    """Return basic or project expenditure in words, null for both together."""
    names = {scope: view.label(f"expenditure_{scope}") for scope in ("basic", "project")}
    return pl.col("scope").replace(names)


def _line_name(view: View, row: dict[str, Any]) -> str:
    """Return what a line is called: as printed with its code, else its label."""
    if row["name"] or row["code"]:
        return " ".join(filter(None, (row["name"], row["code"])))
    return view.label(row["concept"])


def _of_views(spending: Spending, *views: str) -> pl.DataFrame:
    """Return the lines of views; where lines are stated as a whole, those of basic and project money are left out."""
    rows = spending.structure.filter(pl.col("view").is_in(views))
    whole = pl.col("scope").is_null().any().over("doc_id", "fiscal_year", "fund", "view")
    return rows.filter(pl.col("scope").is_null() | ~whole)


def without(view: View, places: Iterable[str], of: pl.DataFrame) -> str | None:
    """Return the sentence that names the documents that have no row."""
    have = set(of["place"].to_list())
    lacking = [place for place in dict.fromkeys(places) if place not in have]
    if not lacking:
        return None
    named = listed(view, lacking)
    return view.t(f"No such figures: {named}.", f"没有此类数字：{named}。")


def everywhere(view: View) -> list[str]:
    names = with_document_name(view.corpus.documents, view.language)
    chosen = view.documents["doc_id"].to_list()
    return names.filter(pl.col("doc_id").is_in(chosen))["place"].to_list()


def headline(view: View, spending: Spending) -> Any:
    """Return the strip of key figures."""
    documents = view.documents.height
    stated = spending.structure["doc_id"].n_unique()
    one = _one_per_document(spending.structure)
    project: Any = one.filter(concept="expenditure_project")["share"].drop_nulls()
    small: Any = one.filter(concept="procurement_sme")["share"].drop_nulls()
    unclear = spending.structure.filter(status="ambiguous")["doc_id"].n_unique()
    complete = spending.coverage.filter(coverage="whole").height
    return view.key_figures(
        [
            (
                view.t(f"{stated:,} of {documents:,}", f"{stated:,}/{documents:,}"),
                f"documents state {view.label(spending.measure)} by line",
                f"份文件按类列示{view.label(spending.measure)}",
            ),
            (
                view.percent(project.median()),
                f"median share of project expenditure ({project.len():,} documents; of all funds where stated)",
                f"项目支出占比的中位数（{project.len():,}份文件；优先取全部资金）",
            ),
            (
                view.percent(small.median()),
                f"median share of small and medium firms in procurement ({small.len():,} documents)",
                f"授予中小企业合同占政府采购的中位数（{small.len():,}份文件）",
            ),
            (
                view.t(f"{complete:,} of {spending.coverage.height:,}", f"{complete:,}/{spending.coverage.height:,}"),
                "breakdowns whose lines make the whole",
                "组分类的各项之和等于总额",
            ),
            (f"{unclear:,}", "documents with a line or total of several values", "份文件有数字不一致的项目或总额"),
        ]
    )


_BREAKDOWNS = (
    "expenditure_kind",
    "function_class",
    "function_group",
    "function_item",
    "economic_class",
    "economic_group",
    "economic_government_class",
    "economic_government_group",
    "basic_half",
    "three_public",
    "vehicle",
    "procurement",
)


def coverage(view: View, spending: Spending) -> Any:
    """Return the table of the breakdowns that each document states, and how much of the whole their lines make."""
    found = spending.coverage.sort(
        pl.col("view").replace_strict(
            {name: at for at, name in enumerate(_BREAKDOWNS)}, default=99, return_dtype=pl.Int64
        ),
        maintain_order=True,
    )
    places = everywhere(view)
    order = {place: at for at, place in enumerate(dict.fromkeys([*places, *found["place"].to_list()]))}
    rows = [_coverage_row(view, row) for row in found.iter_rows(named=True)]
    stated = {row["place"] for row in rows}
    nothing = view.t("no expenditure by line", "没有按类列示的支出")
    rows += [{"place": place, "bar": place, "name": nothing} for place in places if place not in stated]
    rows.sort(key=lambda row: (order[row["place"]], row["bar"]))
    names = ("place", "bar", "name", "lines", "sum", "whole", "covered", "interval", "told", "note", "sources")
    frame = pl.DataFrame(
        [{name: row.get(name) for name in names} for row in rows], schema=dict.fromkeys(names, pl.String)
    )
    notes = few(view, view.notes(frame["place"], frame["note"]))
    if spending.part_years:
        notes.append(
            view.t(
                f"{spending.part_years:,} lines of a part of a year are left out.",
                f"另有{spending.part_years:,}项不足全年的数字未列入。",
            )
        )
    return view.table(
        frame,
        {
            "bar": BAR,
            "name": ("Breakdown", "分类"),
            "lines": ("Lines", "项数"),
            "sum": heading(view, "Sum", "各项之和"),
            "whole": heading(view, "Whole", "所列总额"),
            "covered": ("Covered", "覆盖比例"),
            "interval": ("Interval", "区间"),
            "told": ("Result", "结论"),
            "sources": SOURCES,
        },
        name="coverage",
        number=1,
        title=("What is broken down, and how much of the whole the lines cover", "有哪些分类，各项覆盖总额多少"),
        stub="name",
        groups="bar",
        figures=["lines", "sum", "whole", "covered", "interval"],
        formats=dict.fromkeys(["sum", "whole", "sources"], Markup),
        notes=notes,
    )


def _coverage_row(view: View, row: dict[str, Any]) -> dict[str, Any]:
    told = view.label("no_whole" if row["status"] == "no_whole" else f"coverage_{row['coverage']}")
    if row["status"] == "ambiguous":
        told = view.t("several values", "数字不一致")
        if row["coverage"] == "whole":
            told = view.t("several values, may be complete", "数字不一致，可能完整")
    if row["coverage"] == "part" and row["rest_yuan"] is not None:
        told += view.t(": ", "：") + amount(view, row["rest_yuan"])
    ends = (row["covered_low"], row["covered_high"])
    decimals = min(2, percent_decimals([ends[0]], [ends[1]]))
    return {
        "place": row["place"],
        "bar": row["bar"],
        "name": view.label(row["view"]),
        "lines": f"{row['lines']:,}",
        "sum": below(view, bare(view, row["sum_yuan"], row["sum_low"], row["sum_high"])),
        "whole": below(view, bare(view, row["whole_yuan"], row["whole_low"], row["whole_high"])),
        "covered": view.percent(row["covered"], 2, fixed=True),
        "interval": EMPTY if ends == (None, None) else view.percent_span(*ends, decimals),
        "told": told,
        "note": None if row["status"] == "no_whole" else view.note(row),
        "sources": evidence_links(row["fact_ids"][:2]),
    }


# --- charts ---------------------------------------------------------------------------------------------------------


def _bars(
    view: View,
    spending: Spending,
    rows: pl.DataFrame,
    parts: Sequence[str],
    part: str,
    *,
    number: int,
    title: Words,
    subtitle: Words,
) -> Any:
    """Return a chart with a bar per document and whole, cut into lines; `parts` have colours, in this order."""
    drawn = rows.filter(pl.col("share_high").is_not_null())
    if drawn.is_empty():
        return view.none(
            "No document chosen states such lines together with the whole that they are of.",
            "所选文件没有同时列示此类项目及其总额。",
        )
    bars = drawn["bar"].unique(maintain_order=True).to_list()
    said = [view.t(*subtitle), without(view, everywhere(view), drawn)]
    if len(bars) > MOST_BARS:
        drawn = drawn.filter(pl.col("bar").is_in(bars[:MOST_BARS]))
        said.append(
            view.t(f"The first {MOST_BARS} of {len(bars):,} bars.", f"仅画前{MOST_BARS}条，共{len(bars):,}条。")
        )
    rest, unsure = view.t("on no stated line", "未列入各项"), view.t("uncertain: several values stated", "数字不一致")
    other = view.t("other lines", "其他项")
    colours = dict(zip(parts[:_NAMED], CATEGORIES, strict=False))
    colours |= {other: _OTHER, unsure: UNSURE, rest: REST}
    sentences = quotes_of(view, drawn)
    pieces: list[dict[str, Any]] = []
    for row in drawn.iter_rows(named=True):
        kind = row[part] if row[part] in colours else other
        name = _line_name(view, row)
        head = {"whose": row["bar"], "text": amount(view, row["whole_yuan"], row["whole_low"], row["whole_high"])}
        said_of = [f"{row['bar']}{view.t(': ', '：')}{name}", share_told(view, row)]
        head |= {
            "tooltip": tooltip(said_of, sentences, row["fact_ids"]),
            "link": f"#fact-{row['fact_ids'][0]}",
        }
        low, high = max(row["share_low"] or 0.0, 0.0), max(row["share_high"], 0.0)
        if row["share"] is not None and row["share"] <= 0:
            continue
        if row["share"] is not None:
            pieces.append(head | {"part": kind, "share": max(row["share"], 0.0)})
        else:
            if low > 0:
                pieces.append(head | {"part": kind, "share": low})
            if high - low > 0.005:
                pieces.append(head | {"part": unsure, "share": high - low})
    for row in spending.coverage.filter(
        pl.col("bar").is_in(drawn["bar"].unique().implode()), coverage="part"
    ).iter_rows(named=True):
        if row["view"] not in drawn["view"].to_list() or row["covered"] is None:
            continue
        told = view.t("on no stated line: ", "未列入各项：") + amount(view, row["rest_yuan"])
        pieces.append(
            {
                "whose": row["bar"],
                "text": amount(view, row["whole_yuan"]),
                "tooltip": tooltip([f"{row['bar']}{view.t(', ', '，')}{told}"], sentences, row["fact_ids"][-1:]),
                "link": f"#fact-{row['fact_ids'][-1]}",
                "part": rest,
                "share": max(1.0 - row["covered"], 0.0),
            }
        )
    order = {bar: at for at, bar in enumerate(bars)}
    pieces.sort(key=lambda piece: order[piece["whose"]])
    return stacked_chart(
        pl.DataFrame(pieces, infer_schema_length=None),
        label="whose",
        part="part",
        value="share",
        description="tooltip",
        text="text",
        link="link",
        colours=colours,
        axis_title=view.t("share of the whole", "占总额的比例"),
        axis_format=".0%",
        title=view.figure(number, *title),
        subtitle=view.t(" ", "").join(part for part in said if part),
    )


def share_told(view: View, row: dict[str, Any]) -> str:
    if row["share"] is None:
        span = view.percent_span(row["share_low"], row["share_high"], 2)
        return view.t(f"{span} of the whole (several values stated)", f"占总额{span}（数字不一致）")
    told, share = amount(view, row["value_yuan"]), view.percent(row["share"], 2)
    return view.t(f"{told}, {share} of the whole", f"{told}，占总额{share}")


def _largest_parts(rows: pl.DataFrame, part: str) -> list[str]:
    """Return the parts, those with the largest shares first."""
    sums = rows.group_by(part, maintain_order=True).agg(pl.col("share_high").sum()).sort("share_high", descending=True)
    return [name for name in sums[part].to_list() if name is not None]


def kinds_chart(view: View, spending: Spending) -> Any:
    """Return the chart of basic, project and other kinds of expenditure."""
    rows = _of_views(spending, "expenditure_kind").with_columns(view.labelled("concept").alias("part"))
    return _bars(
        view,
        spending,
        rows,
        [view.label(kind) for kind in _KINDS],
        "part",
        number=1,
        title=("Basic and project expenditure", "基本支出和项目支出"),
        subtitle=(
            "Each bar is the expenditure of a department or of one of its funds, its total beside it.",
            "每条为一个部门或其一类资金的支出，旁边是总额。",
        ),
    )


def function_chart(view: View, spending: Spending, level: str) -> Any:
    """Return the chart of the functional classification at a level."""
    rows = _by_code(_of_views(spending, f"function_{level}"))
    return _bars(
        view,
        spending,
        rows,
        _largest_parts(rows, "part"),
        "part",
        number=2,
        title=(f"Expenditure by function: {view.label(level)}", f"支出功能分类（{view.label(level)}级）"),
        subtitle=(
            f"The {_NAMED} lines with the largest shares have colours of their own.",
            f"占比最大的{_NAMED}个科目单独着色。",
        ),
    )


def economic_chart(view: View, spending: Spending) -> Any:
    """Return the chart of the economic classification."""
    rows = _by_code(_of_views(spending, "economic_class", "economic_government_class"))
    return _bars(
        view,
        spending,
        rows,
        _largest_parts(rows, "part"),
        "part",
        number=3,
        title=("Expenditure by economic class", "支出经济分类"),
        subtitle=("Basic and project expenditure are wholes of their own.", "基本支出和项目支出各为一个总额。"),
    )


def _by_code(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``part``: the code and its name; where documents name a class in several ways, the first name is shown."""
    names: dict[str, str] = {}
    for code, name in rows.select("code", "name").iter_rows():
        if code is not None and names.get(code, code) == code:
            names[code] = f"{code} {name}" if name else code
    return rows.with_columns(pl.col("code").replace(names).alias("part"))


# --- tables of lines ------------------------------------------------------------------------------------------------


def _lines(view: View, rows: pl.DataFrame, *, name: str, number: int, title: Words, notes: Sequence[str] = ()) -> Any:
    """Return a table of lines with amount, share, interval and printed share; lines of 0 are told in a note."""
    if rows.is_empty():
        return view.none("No document chosen states such lines.", "所选文件没有此类项目。")
    zero = (pl.col("value_yuan") == 0).fill_null(False)
    told: list[str] = []
    for (bar,), some in rows.filter(zero).group_by(["bar"], maintain_order=True):
        lines = view.t(", ", "、").join(_line_name(view, row) for row in some.iter_rows(named=True))
        told.append(view.t(f"{bar}: stated as 0: {lines}.", f"{bar}：列为0的有{lines}。"))
    shown = rows.filter(~zero)
    if shown.is_empty():
        told = few(view, told)
        return view.say("All such lines are stated as 0. " + " ".join(told), "此类项目均列为0。" + "".join(told))
    decimals = percent_decimals(shown["share_low"], shown["share_high"])
    frame = pl.DataFrame([_line(view, row, decimals) for row in shown.iter_rows(named=True)], infer_schema_length=None)
    lacking = without(view, everywhere(view), rows)
    return view.table(
        frame,
        {
            "bar": BAR,
            "line": ("Line", "项目"),
            "amount": heading(view, "Amount", "金额"),
            "of": ("Share of", "占比的分母"),
            "share": ("Share", "占比"),
            "interval": ("Interval", "区间"),
            "printed": ("As printed", "原文占比"),
            "sources": SOURCES,
        },
        name=name,
        number=number,
        title=title,
        stub="line",
        groups="bar",
        figures=["amount", "share", "interval", "printed"],
        formats=dict.fromkeys(["amount", "sources"], Markup),
        notes=[
            *few(view, view.notes(shown["place"], frame["note"])),
            *notes,
            *few(view, told),
            *filter(None, [lacking]),
        ],
    )


def _line(view: View, row: dict[str, Any], decimals: int) -> dict[str, Any]:
    told = bare(view, row["value_yuan"])
    if row["value_yuan"] is None and row["candidates"]:
        told = view.t(" or ", "或").join(bare(view, value) for value in row["candidates"])
    ends = (row["share_low"], row["share_high"])
    between = view.t(", ", "、")
    return {
        "bar": row["bar"],
        "line": _line_name(view, row),
        "amount": below(view, told),
        "of": view.label(row["whole_concept"]) if row["whole_concept"] else EMPTY,
        "share": view.percent(row["share"], 2, fixed=True),
        "interval": EMPTY if ends == (None, None) else view.percent_span(*ends, decimals),
        "printed": between.join(printed_percent(share) for share in row["stated_shares"]) or EMPTY,
        "note": view.note(row) or "",
        "sources": evidence_links(row["fact_ids"][:3]),
    }


def kinds_table(view: View, spending: Spending) -> Any:
    """Return the table of kinds of expenditure, and of the halves of basic expenditure."""
    return _lines(
        view,
        _of_views(spending, "expenditure_kind", "basic_half"),
        name="kinds",
        number=2,
        title=("Basic, project and other expenditure", "基本支出、项目支出和其他支出"),
    )


def function_table(view: View, spending: Spending, level: str) -> Any:
    """Return the table of the functional classification at a level."""
    return _lines(
        view,
        _of_views(spending, f"function_{level}", "function_unclassified"),
        name="functions",
        number=3,
        title=(f"Expenditure by function: {view.label(level)}", f"支出功能分类（{view.label(level)}级）"),
    )


def economic_table(view: View, spending: Spending) -> Any:
    """Return the table of the economic classification."""
    return _lines(
        view,
        _of_views(spending, "economic_class", "economic_government_class", "economic_unclassified"),
        name="economic",
        number=4,
        title=("Expenditure by economic class", "支出经济分类"),
    )


def operations_table(view: View, spending: Spending) -> Any:
    """Return the table of three-public expenses and the operating cost of agencies."""
    rows = _of_views(spending, "of_expenditure", "three_public", "vehicle")
    rows = rows.filter(~pl.col("concept").is_in(["procurement", "purchased_services"]))
    return _lines(
        view,
        rows.sort(pl.col("bar").rank("dense"), maintain_order=True),
        name="operations",
        number=5,
        title=("Three public expenses and operating cost of agencies", "“三公”经费和机关运行经费"),
    )


def procurement_table(view: View, spending: Spending) -> Any:
    """Return the table of procurement by kind and by supplier."""
    rows = _of_views(spending, "of_expenditure", "procurement", "procurement_supplier")
    rows = rows.filter(~pl.col("concept").is_in(["three_public", "agency_operating_cost"]))
    return _lines(
        view,
        rows.sort(pl.col("bar").rank("dense"), maintain_order=True),
        name="procurement",
        number=6,
        title=("Government procurement and services bought", "政府采购和政府购买服务"),
        notes=[
            view.t(
                "Small and micro firms are within small and medium firms: their shares are not added up.",
                "小微企业包含在中小企业之内，两个占比不能相加。",
            )
        ],
    )


# --- concentration --------------------------------------------------------------------------------------------------


def _indices(spending: Spending) -> pl.DataFrame:
    rows = spending.concentration.filter(pl.col("view").str.contains("^(?:function|economic)_"))
    whole = pl.col("scope").is_null().any().over("doc_id", "fiscal_year", "fund", "view")
    return rows.filter(pl.col("scope").is_null() | ~whole)


def concentration_chart(view: View, spending: Spending) -> Any:
    """Return the chart of the concentration index of each breakdown by function or economic class."""
    rows = _indices(spending).filter(pl.col("hhi_high").is_not_null())
    if rows.is_empty():
        return view.none("No document chosen allows an index.", "所选文件无法计算集中度。")
    shown = rows.head(MOST_BARS)
    sentences = quotes_of(view, shown)
    drawn = [
        {
            "name": f"{row['bar']}{view.t(': ', '：')}{view.label(row['view'])}",
            # Where only bounds are known, the dot stands in the middle of them.
            "hhi": row["hhi"] if row["hhi"] is not None else (row["hhi_low"] + row["hhi_high"]) / 2,
            "low": row["hhi_low"],
            "high": row["hhi_high"],
            "text": _index(view, row["hhi"], row["hhi_low"], row["hhi_high"]),
            "tooltip": tooltip(
                [f"{row['bar']}{view.t(': ', '：')}{_index(view, row['hhi'], row['hhi_low'], row['hhi_high'])}"],
                sentences,
                row["fact_ids"],
            ),
            "link": f"#fact-{row['fact_ids'][0]}",
        }
        for row in shown.iter_rows(named=True)
    ]
    left = rows.height - shown.height
    more = view.t(f" Another {left:,} are not drawn.", f"另有{left:,}个未画出。") if left else ""
    return interval_chart(
        pl.DataFrame(drawn),
        label="name",
        value="hhi",
        low="low",
        high="high",
        text="text",
        description="tooltip",
        link="link",
        axis_title=view.t("concentration (HHI)", "集中度（HHI）"),
        title=view.figure(4, "Concentration of expenditure on few lines", "支出在少数科目上的集中度"),
        subtitle=view.t(
            "1: all on one line. Bars are the interval; where only bounds are known the dot stands in their middle.",
            "1表示全部集中于一个科目。横条为区间；只知上下限时点在正中。",
        )
        + more,
    )


def _index(view: View, value: float | None, low: float | None, high: float | None) -> str:
    if value is not None:
        return f"{value:.4f}"
    if low is None or high is None:
        return EMPTY
    return view.t(f"{low:.4f} to {high:.4f}", f"{low:.4f}至{high:.4f}")


def concentration_table(view: View, spending: Spending) -> Any:
    """Return the table of the index, its interval, and the number of equal lines with the same index."""
    rows = _indices(spending)
    if rows.is_empty():
        return view.none("Hence there is no table.", "因此没有表格。")
    names = {
        (row["doc_id"], row["code"]): _line_name(view, row)
        for row in spending.structure.filter(pl.col("code").is_not_null()).iter_rows(named=True)
    }
    frame = pl.DataFrame(
        [
            {
                "bar": row["bar"],
                "name": view.label(row["view"]),
                "lines": f"{row['lines']:,}",
                "hhi": EMPTY if row["hhi"] is None else f"{row['hhi']:.4f}",
                "interval": EMPTY
                if row["hhi_low"] is None
                else view.t(
                    f"{row['hhi_low'] - 0.5e-6:.6f} to {row['hhi_high'] + 0.5e-6:.6f}",
                    f"{row['hhi_low'] - 0.5e-6:.6f}至{row['hhi_high'] + 0.5e-6:.6f}",
                ),
                "equal": f"{row['equivalent_lines']:.2f}"
                if row["equivalent_lines"] is not None
                else EMPTY
                if row["equivalent_low"] is None
                else view.t(
                    f"{row['equivalent_low']:.3f} to {row['equivalent_high']:.3f}",
                    f"{row['equivalent_low']:.3f}至{row['equivalent_high']:.3f}",
                ),
                "largest": names.get((row["doc_id"], row["largest"]), view.t("not certain", "不能确定")),
                "note": view.note(row) or "",
                "place": row["place"],
                "sources": evidence_links(row["fact_ids"][:3]),
            }
            for row in rows.iter_rows(named=True)
        ]
    )
    return view.table(
        frame,
        {
            "bar": BAR,
            "name": ("Breakdown", "分类"),
            "lines": ("Lines above 0", "大于0的项数"),
            "hhi": ("HHI", "HHI"),
            "interval": ("Interval", "区间"),
            "equal": ("Effective lines (1 ÷ HHI)", "有效科目数（1÷HHI）"),
            "largest": ("Largest line", "最大的科目"),
            "sources": SOURCES,
        },
        name="concentration",
        number=7,
        title=("Concentration of expenditure", "支出集中度"),
        stub="name",
        groups="bar",
        figures=["lines", "hhi", "interval", "equal"],
        formats={"sources": Markup},
        notes=few(view, view.notes(frame["place"], frame["note"])),
    )


# --- over the documents ---------------------------------------------------------------------------------------------


def _one_per_document(structure: pl.DataFrame) -> pl.DataFrame:
    """Return one share of each line per document: of all funds where that is stated, else of the fund that is."""
    rows = structure.filter(pl.col("share").is_not_null()).sort(pl.col("fund").is_not_null(), maintain_order=True)
    return rows.unique(["doc_id", "fiscal_year", "view", "concept", "code", "scope"], keep="first", maintain_order=True)


def spread(view: View, spending: Spending) -> Any:
    """Return the table of the lowest, the median and the highest share of each line over the documents."""
    wanted = ["expenditure_kind", "function_class", "of_expenditure", "procurement", "procurement_supplier"]
    rows = _one_per_document(spending.structure).filter(pl.col("view").is_in(wanted) & pl.col("scope").is_null())
    if rows.is_empty():
        return view.none("There are no shares to compare.", "没有可比较的占比。")
    found = metrics.quantiles(rows, (0.0, 0.5, 1.0), column="share", by=["view", "concept", "code"])
    names = {(row["view"], row["concept"], row["code"]): _line_name(view, row) for row in rows.iter_rows(named=True)}
    table = []
    for (kind, concept, code), some in found.group_by(["view", "concept", "code"], maintain_order=True):
        low, middle, high = some.sort("probability").iter_rows(named=True)
        if high["value"] == 0:
            continue
        table.append(
            {
                "view": view.label(str(kind)),
                "line": names[kind, concept, code],
                "n": middle["n"],
                "low": low["value"],
                "median": middle["value"],
                "high": high["value"],
                "interval": view.percent_span(middle["low"], middle["high"], 2),
                "order": (wanted.index(str(kind)), str(code or ""), -middle["value"]),
            }
        )
    table.sort(key=lambda row: row.pop("order"))
    return view.table(
        pl.DataFrame(table),
        {
            "view": ("Breakdown", "分类"),
            "line": ("Line", "项目"),
            "n": ("Documents", "文件数"),
            "low": ("Lowest", "最低"),
            "median": ("Median", "中位数"),
            "high": ("Highest", "最高"),
            "interval": ("95 % interval of the median", "中位数的95 %区间"),
        },
        name="spread",
        number=10,
        title=("Shares over the documents", "各文件占比的分布"),
        stub="line",
        groups="view",
        figures=["interval"],
        formats=dict.fromkeys(["low", "median", "high"], lambda share: view.percent(share, 2, fixed=True)),
        notes=[
            view.t(
                "Documents that state no such line are not counted as 0. The interval of the median lies between two "
                "observed shares and is open below six documents. Lines that are 0 everywhere are left out.",
                "没有列示该项的文件不按0计。中位数的区间以两个观测值为端点，少于六份文件时不定。各处均为0的项目未列。",
            )
        ],
    )


def per_head(view: View, spending: Spending, covariates: str | None) -> Any:
    """Return the table of money per resident, per firm and of gross domestic product, where the user gives these."""
    if covariates is None:
        return view.say(
            "*No table of residents, firms and gross domestic product (GDP) was given.* To see money per head and per "
            "firm, give the parameter `covariates` a CSV file: a line per district, year and variable (`population`, "
            "`firms` or `gdp`) with the six-digit code of the district, the year, the variable, its value, its unit "
            "and its source, such as `110106,2024,population,199.5,万人,communiqué`. The documentation of the package "
            "(From Python) names the columns.",
            "没有给出人口、企业数和地区生产总值（GDP）的表。如需人均、每家企业的金额，请用参数`covariates`给出一个CSV文件："
            "每个地区、年度和变量（`population`人口、`firms`企业数或`gdp`）一行，依次为六位区划代码、年度、变量、数值、"
            "单位和来源，例如`110106,2024,population,199.5,万人,统计公报`。列名见本软件包的文档（在Python里用）。",
        )
    rows = view.select(metrics.per_covariate(view.corpus, covariates, measure=spending.measure))
    level = pl.col("code").is_null() | (pl.col("code").str.len_chars() == 3)
    rows = _placed(view, rows.filter(pl.col("scope").is_null() & level & (pl.col("value_yuan") != 0).fill_null(True)))
    # Where a covariate is missing, one line says so for each document.
    lacking = pl.col("status").is_in(["no_covariate", "no_data"])
    rows = rows.filter(~lacking | (pl.int_range(pl.len()).over("place", "variable", "status") == 0))
    per_yuan, decimals = UNITS["元"], 2

    def per(row: dict[str, Any]) -> str:
        if row["per_unit"] == "ratio":
            return view.percent(row["per"], 4) if row["per"] is not None else EMPTY
        return words_of(row["per"], None, None, per_yuan, decimals)

    def span(row: dict[str, Any]) -> str:
        if row["per_low"] is None:
            return EMPTY
        if row["per_unit"] == "ratio":
            return view.percent_span(row["per_low"], row["per_high"], 4)
        low, high = row["per_low"], row["per_high"]
        return view.t(f"{low:,.4f} to {high:,.4f}", f"{low:,.4f}至{high:,.4f}")

    frame = pl.DataFrame(
        [
            {
                "place": row["place"],
                "line": view.t("no amount stated", "没有列示金额")
                if row["status"] == "no_data"
                else view.t("any line", "各项")
                if row["status"] == "no_covariate"
                else view.t(", ", "，").join(
                    filter(None, [_line_name(view, row), view.label(row["fund"]) if row["fund"] else None])
                ),
                "variable": view.label(f"per_{row['variable']}"),
                "amount": amount(view, row["value_yuan"], row["value_low"], row["value_high"])
                if row["status"] not in ("no_data", "no_covariate")
                else EMPTY,
                "per": per(row),
                "interval": span(row),
                "from": row["source"] or (view.t("not given", "未提供") if row["status"] == "no_covariate" else EMPTY),
                "note": (view.note(row) or "") if row["status"] in ("ambiguous", "part_year") else "",
                "sources": evidence_links(row["fact_ids"][:3]) if row["status"] != "no_covariate" else EMPTY,
            }
            for row in rows.iter_rows(named=True)
        ]
    )
    return view.table(
        frame,
        {
            "place": BAR,
            "line": ("Line", "项目"),
            "variable": ("Per", "除以"),
            "amount": ("Amount", "金额"),
            "per": ("Result", "结果"),
            "interval": ("Interval", "区间"),
            "from": ("Source of the divisor", "分母来源"),
            "sources": SOURCES,
        },
        name="per-head",
        number=11,
        title=("Money per resident, per firm and of GDP", "人均、每家企业的金额及占地区生产总值的比例"),
        stub="line",
        groups="place",
        figures=["amount", "per", "interval"],
        formats={"sources": Markup},
        notes=[
            *few(view, view.notes(frame["place"], frame["note"])),
            view.t(
                "The amount is that of one department, not of the district. Results are in yuan or percent.",
                "金额是一个部门的，不是全区（县）的。结果以元或百分比表示。",
            ),
        ],
    )


def evidence(view: View, spending: Spending, covariates: str | None = None) -> Any:
    """Return the table of the sentences that the figures rest on."""
    used = spending.fact_ids
    if covariates is not None:
        per = view.select(metrics.per_covariate(view.corpus, covariates, measure=spending.measure))
        used = pl.concat([used, per["fact_ids"]])
    return view.evidence(used, 12)


def provenance(view: View, spending: Spending, level: str, covariates: str | None) -> Any:
    """Return the table of documents used, with the parameters of the run."""
    return view.provenance(
        view.documents["doc_id"],
        {
            ("figures", "数字种类"): view.label(spending.measure),
            ("lines", "科目层级"): view.label(level),
            ("table of residents and firms", "人口和企业数表"): (covariates or "").rpartition("/")[2]
            or view.t("none", "无"),
        },
    )
