"""Charts and tables of the study `subsidy_cost`: what a certified high-tech firm costs its district."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median_low
from typing import TYPE_CHECKING, Any

import polars as pl

from fiscal_analysis import metrics
from fiscal_analysis.charts import evidence_links, interval_chart
from fiscal_analysis.charts.tables import EMPTY, Markup

if TYPE_CHECKING:
    from fiscal_analysis.studies.view import View, Words

__all__ = [
    "computed",
    "cost_chart",
    "cost_table",
    "headline",
    "observe",
    "overview",
    "provenance",
    "refused",
]

MOST_BARS = 40
"""What a chart with a bar for each unit cost can hold."""

MOST_PLACES = 30
"""How many districts and years a note names."""

_PLACE: Words = ("District, year", "地区、年度")
_SOURCES: Words = ("Sources", "出处")
_KIND: Words = ("Kind of money", "资金类型")

_NUMBERS = {"review_service": 1, "reward": 2, "guidance_fund": 3}
_TITLES: dict[str, Words] = {
    "review_service": ("Review service: cost per unit", "认定评审服务：单位成本"),
    "reward": ("Reward: money per firm paid", "认定奖励：平均每家企业所得金额"),
    "guidance_fund": (
        "Guidance fund: money per project or firm supported",
        "引导资金：平均每个项目（企业）所得金额",
    ),
}
_AXES: dict[str, Words] = {
    "review_service": ("cost per unit", "单位成本"),
    "reward": ("money per firm", "平均每家企业所得金额"),
    "guidance_fund": ("money per project or firm", "平均每个项目（企业）所得金额"),
}


def observe(view: View) -> pl.DataFrame:
    """Return the unit costs that the reader has chosen, and the reasons where there is none, with ``place``."""
    return view.placed(metrics.subsidy_costs(view.corpus))


def computed(costs: pl.DataFrame, kind: str | None = None) -> pl.DataFrame:
    """Return the unit costs that could be computed, of one kind of money or of all."""
    found = costs.filter(pl.col("status") == "computed")
    return found if kind is None else found.filter(pl.col("kind") == kind)


def headline(view: View, costs: pl.DataFrame) -> Any:
    """Return the strip of key figures."""
    found = computed(costs).height
    return view.key_figures(
        [
            (f"{costs['doc_id'].n_unique():,}", "documents", "份文件"),
            (f"{costs['place'].n_unique():,}", "districts and years", "个地区、年度"),
            (f"{found:,}", "unit costs computed", "个单位成本可以计算"),
            (f"{costs.height - found:,}", "not computable, with the reason", "项不能计算，已说明原因"),
        ]
    )


def overview(view: View, costs: pl.DataFrame) -> Any:
    """Return the table of the programmes that the documents state, one row for each district, year and kind."""
    found = costs.group_by("place", "issuer", "kind", maintain_order=True).agg(
        pl.col("programme").drop_nulls().first(),
        (pl.col("status") == "computed").sum().alias("computed"),
        (pl.col("status") != "computed").sum().alias("refused"),
    )
    return view.table(
        found.with_columns(view.labelled("kind", view.t("none found", "未见相关资金"))),
        {
            "place": _PLACE,
            "issuer": ("Published by", "发布单位"),
            "kind": _KIND,
            "programme": ("Programme, as printed", "项目（原文名称）"),
            "computed": ("Unit costs", "单位成本个数"),
            "refused": ("Not computable", "不能计算"),
        },
        name="overview",
        number=1,
        title=("Programmes for high-tech firms in the documents", "各文件中支持高新技术企业的资金"),
        stub="place",
    )


def readable(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """Return unit costs with what a reader sees of each: name, amount and interval as text, sources, tooltip, link."""
    costs, intervals = _columns(view, rows)
    shown = [
        _readable(view, row) | {"cost": cost, "interval": interval}
        for row, cost, interval in zip(rows.iter_rows(named=True), costs, intervals, strict=True)
    ]
    return pl.DataFrame(shown, schema=_READABLE)


def _columns(view: View, rows: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return the columns of amounts and of intervals, each with one number of decimals.

    Amounts get the decimals that half of their intervals leave certain. The fewest that any leaves would let one
    programme that is told in round figures blur all others; how far each is certain, its interval says.
    """
    names = ("unit_cost_yuan", "unit_cost_low", "unit_cost_high")
    costs, intervals = view.amounts(rows, *names)
    rounded = [ends for ends in rows.select(names).iter_rows() if None not in ends and ends[1] != ends[2]]
    if rounded:
        own = (view.amount(*ends).partition("\u00a0")[0].partition(".")[2] for ends in rounded)
        decimals = median_low(map(len, own))
        costs = [view.amount(yuan, decimals=decimals) for yuan in rows[names[0]]]
    return costs, intervals


_READABLE: dict[str, Any] = dict.fromkeys(
    ("place", "heading", "label", "what", "formula", "cost", "interval", "told", "sources", "link", "tooltip", "note"),
    pl.String,
) | dict.fromkeys(("value", "low", "high"), pl.Float64)


def _readable(view: View, row: dict[str, Any]) -> dict[str, Any]:
    colon, comma = view.t(": ", "："), view.t(", ", "，")
    value, low, high = row["unit_cost_yuan"], row["unit_cost_low"], row["unit_cost_high"]
    what = view.label(row["denominator"])
    if row["kind_of_certification"]:
        what += f"{comma}{view.label(row['kind_of_certification'])}"
    part = f"{comma}{row['programme']}" if row["part_of"] else ""
    number = "" if row["count"] is None else f"{row['count']:,.0f}"
    unit = row["counted"] or ""
    counted = number and view.t(f" ({' '.join(filter(None, (number, unit)))})", f"（{number}{unit}）")
    cost, interval = view.amount(value, low, high), view.span(low, high)
    money, count = view.sources(row["fact_ids"], row["amount_quote"], row["count_quote"])
    quotes = dict.fromkeys(quote for quote in (row["amount_quote"], row["count_quote"]) if quote)
    notes = [said for said in (view.note(row), view.doubts(row["fact_ids"])) if said]
    name = row["part_of"] or row["programme"] or view.t("no name printed", "原文未列名称")
    in_unit = {key: None if yuan is None else yuan / view.unit.yuan for key, yuan in (("l", low), ("h", high))}
    middle = None if value is None else value / view.unit.yuan
    return {
        "place": row["place"],
        "heading": f"{row['place']}{colon}{name}",
        "label": f"{row['place']}{part}{colon}{what}{counted}",
        "what": f"{row['programme']}{comma}{what}" if row["part_of"] else what,
        "formula": row["formula"],
        "told": cost,
        "sources": evidence_links([money, count], [view.t("money", "金额"), view.t("count", "数量")]),
        "link": f"#fact-{count or money}" if count or money else "#",
        "tooltip": "\n".join(
            [
                f"{row['place']}{part}{colon}{what}",
                view.t(f"{cost} ({interval})", f"{cost}（{interval}）"),
                *filter(None, [row["formula"]]),
                *(f"“{quote}”" for quote in quotes),
            ]
        ),
        "note": view.t("; ", "；").join(notes) or None,
        "value": middle,
        # An open end of an interval is drawn as none; the words beside it say that it is open.
        "low": middle if in_unit["l"] is None else in_unit["l"],
        "high": middle if in_unit["h"] is None else in_unit["h"],
    }


def cost_chart(view: View, costs: pl.DataFrame, kind: str) -> Any:
    """Return the chart of the unit costs of one kind of money, or the sentence that there is none."""
    found = computed(costs, kind)
    if found.is_empty():
        return view.none(
            "No unit cost of this kind can be computed from these documents; table 5 gives the reasons.",
            "所选文件算不出这类资金的单位成本，原因见表5。",
        )
    drawn = readable(view, found.filter(pl.col("unit_cost_yuan").is_not_null()))
    if drawn.is_empty():
        return view.none(
            "The documents state ranges only: the table gives the intervals.", "文件只列出数值范围，区间见下表。"
        )
    subtitle = view.t(
        "Dot: unit cost. Bar: interval that rounding leaves open, where it is wider than the dot.",
        "圆点为单位成本；横条为四舍五入留下的区间，窄于圆点时看不到。",
    )
    if drawn.height > MOST_BARS:
        subtitle += view.t(
            f" The first {MOST_BARS} of {drawn.height:,} are drawn; the table has more.",
            f"图中为{drawn.height:,}个中的前{MOST_BARS}个，其余见表。",
        )
    number = _NUMBERS[kind]
    return interval_chart(
        drawn.head(MOST_BARS),
        label="label",
        value="value",
        low="low",
        high="high",
        text="cost",
        description="tooltip",
        link="link",
        axis_title=view.t(f"{_AXES[kind][0]}, {view.unit.name}", f"{_AXES[kind][1]}（{view.unit.name}）"),
        title=view.figure(number, *_TITLES[kind]),
        subtitle=subtitle,
    )


def cost_table(view: View, costs: pl.DataFrame, kind: str) -> Any:
    """Return the table of the unit costs of one kind of money; districts without any are named below it."""
    found = computed(costs, kind)
    if found.is_empty():
        return view.none("Hence there is no table.", "因此没有表格。")
    rows = readable(view, found)
    return view.table(
        rows,
        {
            "heading": ("Programme", "项目"),
            "what": ("Cost", "单位成本"),
            "formula": ("Computed as", "计算"),
            "cost": ("Unit cost", "金额"),
            "interval": (f"Interval, {view.unit.name}", f"区间（{view.unit.name}）"),
            "sources": _SOURCES,
        },
        name=f"costs-{kind.replace('_', '-')}",
        number=_NUMBERS[kind] + 1,
        title=_TITLES[kind],
        stub="what",
        figures=["cost", "interval"],
        groups="heading",
        formats={"sources": Markup},
        notes=[*view.notes(rows["place"], rows["note"]), *_without(view, costs, found)],
    )


def _without(view: View, costs: pl.DataFrame, found: pl.DataFrame) -> list[str]:
    """Return the note that names the districts and years without a unit cost of the kind shown."""
    rest = costs.filter(~pl.col("place").is_in(found["place"].unique().implode()))["place"]
    places: Iterable[str] = rest.unique(maintain_order=True).to_list()
    names = list(places)
    if not names:
        return []
    listed, more = names[:MOST_PLACES], len(names) - MOST_PLACES
    en, zh = ", ".join(listed), "、".join(listed)
    if more > 0:
        en, zh = f"{en} and {more:,} more", f"{zh}等{len(names):,}个"
    return [view.t(f"No unit cost of this kind: {en}.", f"没有这类资金的单位成本：{zh}。")]


def refused(view: View, costs: pl.DataFrame) -> Any:
    """Return the table of what the documents do not allow to compute, with the reasons."""
    reasons = costs.filter(pl.col("status") != "computed")
    if reasons.is_empty():
        return view.none("Every document chosen allows all of its unit costs.", "所选文件中的各项单位成本都可以计算。")
    links = [evidence_links(ids[:3]) for ids in reasons["fact_ids"].to_list()]
    told = [view.note(row, "reason") for row in reasons.iter_rows(named=True)]
    return view.table(
        reasons.with_columns(
            view.labelled("kind", EMPTY),
            view.labelled("denominator", view.t("any", "全部")),
            pl.Series("reason", told, dtype=pl.String),
            pl.Series("sources", links, dtype=pl.String),
        ),
        {
            "place": _PLACE,
            "kind": _KIND,
            "denominator": ("Cost", "单位成本"),
            "reason": ("Reason", "原因"),
            "sources": _SOURCES,
        },
        name="refused",
        number=5,
        title=("Unit costs that the documents do not allow", "文件不足以计算的单位成本"),
        stub="place",
        formats={"sources": Markup},
    )


def provenance(view: View, costs: pl.DataFrame) -> Any:
    """Return the table of documents used, with the parameters of the run."""
    return view.provenance(costs["doc_id"])
