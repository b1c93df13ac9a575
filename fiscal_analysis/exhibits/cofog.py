"""Charts and tables of the study `spending_structure`: the functions of government (COFOG) that money is spent on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from fiscal_analysis.charts import evidence_links, stacked_chart
from fiscal_analysis.charts.tables import EMPTY, Markup
from fiscal_analysis.charts.theme import CATEGORIES
from fiscal_analysis.exhibits.amounts import bare, below, heading
from fiscal_analysis.exhibits.asides import quotes_of, tooltip
from fiscal_analysis.exhibits.spending import (
    BAR,
    MOST_BARS,
    REST,
    SOURCES,
    UNSURE,
    Spending,
    everywhere,
    share_told,
    without,
)

if TYPE_CHECKING:
    from fiscal_analysis.studies.view import View

__all__ = ["chart", "classes", "table"]

_COFOG = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10")


def _cofog_name(view: View, code: str | None) -> str:
    if code is None:
        return view.t("not in the map", "对照表未列")
    return f"{code} {view.label(f'cofog_{code}')}"


def _whole_scope(rows: pl.DataFrame) -> pl.DataFrame:
    whole = pl.col("scope").is_null().any().over("doc_id", "fiscal_year", "fund")
    return rows.filter(pl.col("scope").is_null() | ~whole)


def chart(view: View, spending: Spending) -> Any:
    """Return the chart of functions of government; lines that may be of several stand apart."""
    rows = _whole_scope(spending.cofog_lines).filter(pl.col("share").is_not_null())
    if rows.is_empty():
        return view.none(
            "No document chosen states expenditure by functional code.", "所选文件没有带科目编码的功能分类支出。"
        )
    several = view.t("could be of several functions", "可归入多个职能")
    unknown = _cofog_name(view, None)
    bars = rows["bar"].unique(maintain_order=True).to_list()
    sentences = quotes_of(view, rows)
    order = {bar: at for at, bar in enumerate(bars)}
    pieces = []
    for row in sorted(rows.iter_rows(named=True), key=lambda row: order[row["bar"]]):
        if order[row["bar"]] >= MOST_BARS:
            continue
        home = _cofog_name(view, row["cofog_code"])
        part = unknown if row["cofog_code"] is None else several if row["mapping"] == "split" else home
        told = [
            f"{row['bar']}{view.t(': ', '：')}{_class_name(view, row)} → {home}",
            share_told(view, row),
        ]
        pieces.append(
            {
                "whose": row["bar"],
                "part": part,
                "share": max(row["share"], 0.0),
                "text": "",
                "tooltip": tooltip(told, sentences, row["fact_ids"]),
                "link": f"#fact-{row['fact_ids'][0]}",
            }
        )
    found = {piece["part"] for piece in pieces}
    known = [name for name in (_cofog_name(view, code) for code in _COFOG) if name in found]
    colours = dict(zip(known, [*CATEGORIES, "#b98b5e", "#7d8f3a"], strict=False)) | {several: UNSURE, unknown: REST}
    said = [
        view.t("Grey: lines that the map cannot give to one function.", "灰色：对照表不能归入单一职能的科目。"),
        without(view, everywhere(view), rows),
    ]
    if len(bars) > MOST_BARS:
        said.append(
            view.t(f"The first {MOST_BARS} of {len(bars):,} bars.", f"仅画前{MOST_BARS}条，共{len(bars):,}条。")
        )
    return stacked_chart(
        pl.DataFrame(pieces),
        label="whose",
        part="part",
        value="share",
        description="tooltip",
        text="text",
        link="link",
        colours=colours,
        axis_title=view.t("share of all functional lines", "占全部功能科目的比例"),
        axis_format=".0%",
        title=view.figure(5, "Expenditure by function of government (COFOG)", "按政府职能分类（COFOG）的支出"),
        subtitle=view.t(" ", "").join(part for part in said if part),
    )


def _class_name(view: View, row: dict[str, Any]) -> str:
    name = " ".join(filter(None, (row["name"], row["code"])))
    return view.t(f"rest of {name}", f"{name}的其余部分") if row["rest"] else name


def table(view: View, spending: Spending) -> Any:
    """Return the table of functions of government with the bounds that the map leaves."""
    rows = _whole_scope(spending.cofog.filter(pl.col("status") != "no_data"))
    if rows.is_empty():
        return view.none("Hence there is no table.", "因此没有表格。")
    frame = pl.DataFrame(
        [
            {
                "bar": row["bar"],
                "name": _cofog_name(view, row["cofog_code"]),
                "amount": bare(view, row["value_yuan"]),
                "bounds": below(view, bare(view, None, max(row["value_low"], 0.0), max(row["value_high"], 0.0))),
                "share": view.percent(row["share"], 2, fixed=True),
                "interval": view.percent_span(row["share_low"], row["share_high"], 2),
                "mapping": view.label(f"short_{row['mapping']}") if row["mapping"] else EMPTY,
                "codes": view.t(", ", "、").join(row["codes"]) or EMPTY,
                "sources": evidence_links(row["fact_ids"][:3]),
            }
            for row in rows.iter_rows(named=True)
        ]
    )
    return view.table(
        frame,
        {
            "bar": BAR,
            "name": ("Function", "职能"),
            "amount": heading(view, "Assigned", "归入金额"),
            "bounds": ("Lowest to highest", "最低至最高"),
            "share": ("Share", "占比"),
            "interval": ("Interval", "区间"),
            "mapping": ("By", "依据"),
            "codes": ("From classes", "来自科目"),
            "sources": SOURCES,
        },
        name="cofog",
        number=8,
        title=("Expenditure by function of government (COFOG)", "按政府职能分类（COFOG）的支出"),
        stub="name",
        groups="bar",
        figures=["amount", "bounds", "share", "interval"],
        formats=dict.fromkeys(["bounds", "sources"], Markup),
        notes=[
            view.t(
                "By: the least certain of its lines. Definition: it follows from the definitions of COFOG. Judgement: "
                "the map's view. Open: it could be of other functions, too.",
                "依据：其中最不确定的科目。定义：由COFOG定义直接得出；判断：对照表的判断；未定：也可归入其他职能。",
            ),
            view.t(
                "A function without an assigned amount may still hold part of a line that is assigned elsewhere.",
                "没有归入金额的职能，仍可能包含归入他处科目的一部分。",
            ),
            *filter(None, [without(view, everywhere(view), rows)]),
        ],
    )


def classes(view: View, spending: Spending) -> Any:
    """Return the table of functional classes and where the map puts each."""
    rows = _whole_scope(spending.cofog_lines)
    if rows.is_empty():
        return view.none("Nor are there classes to map.", "也没有可对照的科目。")
    found = rows.group_by("code", "rest", "cofog_code", "mapping", maintain_order=True).agg(
        pl.col("name").drop_nulls().first(),
        pl.col("also_possible").first(),
        pl.col("doc_id").n_unique().alias("documents"),
        pl.col("fact_ids").list.first().first().alias("fact_id"),
    )
    found = found.sort(
        pl.col("mapping").replace_strict({"direct": 0, "judgement": 1, "split": 2}, default=3, return_dtype=pl.Int8),
        "code",
    )
    unmapped = view.t("not in the map", "对照表未列")
    frame = found.with_columns(
        pl.Series("class", [_class_name(view, row) for row in found.iter_rows(named=True)], dtype=pl.String),
        pl.Series("function", [_cofog_name(view, code) for code in found["cofog_code"]], dtype=pl.String),
        pl.Series(
            "others",
            [
                view.t("; ", "；").join(_cofog_name(view, code) for code in codes) or EMPTY
                for codes in found["also_possible"]
            ],
            dtype=pl.String,
        ),
        pl.Series(
            "certainty",
            [view.label(f"map_{mapping}") if mapping else unmapped for mapping in found["mapping"]],
            dtype=pl.String,
        ),
        pl.Series("sources", [evidence_links([fact_id]) for fact_id in found["fact_id"]], dtype=pl.String),
    )
    sure = found.filter(pl.col("mapping").is_in(["direct", "judgement"])).height
    return view.table(
        frame,
        {
            "certainty": ("Certainty", "把握程度"),
            "class": ("Functional class", "功能科目"),
            "function": ("Function", "职能"),
            "others": ("Could also be", "也可归入"),
            "documents": ("Documents", "文件数"),
            "sources": SOURCES,
        },
        name="cofog-map",
        number=9,
        title=("Which classes map to one function, and which do not", "哪些科目对应唯一职能，哪些不能"),
        stub="class",
        groups="certainty",
        formats={"sources": Markup},
        notes=[
            view.t(
                f"{sure:,} of {found.height:,} classes and remainders map to one function.",
                f"{found.height:,}个科目（含其余部分）中，{sure:,}个对应唯一职能。",
            )
        ],
    )
