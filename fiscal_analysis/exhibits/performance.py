"""Charts and tables of the study `performance_evaluation`: how performance scores come about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from fiscal_analysis import metrics
from fiscal_analysis.charts import (
    cumulative_chart,
    evidence_links,
    interval_chart,
    scatter_chart,
    stacked_chart,
    strip_chart,
    wording,
)
from fiscal_analysis.charts.tables import EMPTY, Markup
from fiscal_analysis.charts.theme import CATEGORIES
from fiscal_analysis.charts.wording import percent_text

if TYPE_CHECKING:
    from fiscal_analysis.studies.view import View, Words

__all__ = [
    "Evaluations",
    "compression",
    "correlation",
    "coverage",
    "cumulative",
    "departures",
    "dimensions",
    "directions",
    "evidence",
    "full_marks_chart",
    "grades",
    "headline",
    "kinds",
    "observe",
    "provenance",
    "ratios_chart",
    "rule",
    "sample",
    "scatter",
    "scores_chart",
    "scores_table",
    "targets",
    "weights_chart",
    "weights_summary",
    "weights_table",
]

MOST_BARS = 12
"""What a chart with a bar for each table can hold; of more tables it shows how their weights are distributed."""

MOST_NAMED = 20
"""How many documents a note names."""

FEW = 20
"""Below so many tables or scores a report says that they carry no general statement."""

_LONGEST = 34
_DIMENSIONS = ("execution_rate", "outputs", "cost", "benefits", "satisfaction", "other_dimension", None)
_PLACE: Words = ("District, year", "地区、年度")
_SOURCES: Words = ("Sources", "出处")
_INTERVAL: Words = ("95 % interval", "95 %区间")


class Evaluations(NamedTuple):
    """What the chosen documents say of performance: rows of tables, weights by dimension, total scores."""

    rows: pl.DataFrame
    weights: pl.DataFrame
    scores: pl.DataFrame

    @property
    def indicators(self) -> pl.DataFrame:
        """The rows that are indicators: documents without a table have a row, too."""
        return self.rows.filter(pl.col("status") != "no_data")

    @property
    def totals(self) -> pl.DataFrame:
        """The total scores of one value."""
        return self.scores.filter(pl.col("score_rate").is_not_null())


def observe(view: View) -> Evaluations:
    """Return what the documents that the reader has chosen say of performance, each row with its ``place``."""
    corpus = view.chosen
    printed = corpus.indicators.select("indicator_id", "target_text", "actual_text", "deviation_note")
    rows = metrics.performance_evaluation(corpus).join(
        printed, on="indicator_id", how="left", maintain_order="left", nulls_equal=False
    )
    return Evaluations(
        _placed(view, rows),
        _placed(view, metrics.dimension_weights(corpus)),
        _placed(view, metrics.evaluation_scores(corpus)),
    )


def _placed(view: View, frame: pl.DataFrame) -> pl.DataFrame:
    return wording.with_place(frame, view.corpus.documents, view.language)


def _short(text: str | None) -> str:
    said = " ".join((text or "").split())
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _of(view: View, row: dict[str, Any], *, project: bool) -> str:
    return _short(row["item"]) or (
        view.t("the project", "本项目") if project else view.t("whole department", "部门整体")
    )


def _points(value: float | None) -> str:
    return EMPTY if value is None else f"{value:,.2f}".rstrip("0").rstrip(".").replace("-", "−")


def _signed(value: float | None) -> str:
    return _points(value) if value is None or value <= 0 else f"+{_points(value)}"


def _linked(ids: Sequence[str | None] | None, to: str = "row") -> str:
    """Return the link of a mark: to its first row or fact, or to the table of weights where it has none."""
    found = [each for each in ids or () if each]
    return f"#{to}-{found[0]}" if found else "#table-weights"


def _count(part: int, whole: int, view: View) -> str:
    return view.t(f"{part:,} of {whole:,}", f"{part:,}/{whole:,}")


def headline(view: View, seen: Evaluations) -> Any:
    """Return the strip of key figures."""
    rows, totals = seen.indicators, seen.totals
    scored = rows.filter(pl.col("score_rate").is_not_null())
    full = scored.filter(pl.col("score_rate") == 1).height
    low, high = totals["score_rate"].min(), totals["score_rate"].max()
    span = EMPTY if low is None else f"{_points(100 * float(low))}–{_points(100 * float(high))}"  # type: ignore[arg-type]
    verdicts = rows.filter(pl.col("rule").is_not_null())
    off = verdicts.filter(pl.col("rule") != "as_rule").height
    return view.key_figures(
        [
            (f"{rows.height:,}", "rows of performance tables", "行绩效指标"),
            (_count(full, scored.height, view), "scored rows with full marks", "行有得分的指标得满分"),
            (f"{totals.height:,}", "total scores", "个总分"),
            (span, "lowest to highest total, out of 100", "总分的最低至最高（百分制）"),
            (
                _count(off, verdicts.height, view),
                "scores that differ from the points that the rule gives",
                "个得分与按比例应得的分数不同",
            ),
        ]
    )


def coverage(view: View, seen: Evaluations, top: int) -> Any:
    """Return the table of what each document states, of many documents what those of each kind state.

    Documents that state nothing have a row, or are named in a note.
    """
    counted = seen.rows.group_by("doc_id", maintain_order=True).agg(
        (pl.col("status") != "no_data").sum().alias("rows"),
        *((pl.col("kind") == kind).sum().alias(kind) for kind in ("quantitative", "qualitative")),
        pl.col("weight").count().alias("weighted"),
        pl.col("score").count().alias("scored"),
    )
    totals = seen.scores.group_by("doc_id").agg(
        pl.col("score").count().alias("totals"), (pl.col("status") == "ambiguous").sum().alias("ambiguous")
    )
    shown = view.documents.select("doc_id", "place", "kind").rename({"kind": "document"})
    shown = shown.join(counted, on="doc_id", how="left", maintain_order="left")
    shown = shown.join(totals, on="doc_id", how="left", maintain_order="left")
    notes = [
        view.t(
            "Rows: of performance tables. Of these, targets that are numbers (quantitative) and targets in words "
            "(qualitative); the row of the execution rate is none of the two. Totals: scores of a whole department or "
            "project.",
            "指标：绩效指标表的行数；目标值为数字的是定量指标，为文字的是定性指标，预算执行率一行两者都不计入。"
            "总分：部门整体或项目的得分个数。",
        )
    ]
    if ambiguous := int(shown["ambiguous"].sum()):
        notes.append(
            view.t(
                f"Totals that are stated with several values: {ambiguous:,}; none is chosen, and they are not counted.",
                f"前后表述不一的总分：{ambiguous:,}个，未作取舍，不计入。",
            )
        )
    silent = shown.filter((pl.col("rows") == 0) & (pl.col("totals") == 0) & (pl.col("ambiguous") == 0))
    if silent.height:
        named = view.t(", ", "、").join(silent["place"].head(MOST_NAMED))
        more = silent.height - MOST_NAMED
        further = view.t(f" and {more:,} more", f"等{silent.height:,}份") if more > 0 else ""
        notes.append(
            view.t(f"Neither a row nor a total: {named}{further}.", f"既无绩效指标表又无总分：{named}{further}。")
        )
    columns: dict[str, Words] = {
        "rows": ("Rows", "指标"),
        "quantitative": ("numbers", "定量"),
        "qualitative": ("words", "定性"),
        "weighted": ("weighted", "有分值"),
        "scored": ("scored", "有得分"),
        "totals": ("Totals", "总分"),
    }
    if shown.height > top:
        shown = shown.group_by("document", maintain_order=True).agg(
            pl.len().alias("documents"),
            (pl.col("rows") > 0).sum().alias("tables"),
            *(pl.col(column).sum() for column in columns),
        )
        first: dict[str, Words] = {
            "document": ("Document", "文件种类"),
            "documents": ("Documents", "份数"),
            "tables": ("with a table", "有表"),
        }
    else:
        first = {"place": _PLACE, "document": ("Document", "文件种类")}
    return view.table(
        shown.with_columns(view.labelled("document")),
        first | columns,
        name="coverage",
        number=1,
        title=("Performance tables and scores in the documents", "各文件中的绩效指标表和得分"),
        stub=next(iter(first)),
        formats=dict.fromkeys([*columns, "documents", "tables"], "{:,}".format),
        notes=notes,
    )


def sample(view: View, seen: Evaluations) -> Any:
    """Return the sentence that says how much so many tables and scores can carry."""
    tables, totals = _tables(view, seen).unique(["doc_id", "item"]).height, seen.totals.height
    en = f"**{tables:,} tables with weights and {totals:,} total scores** were read."
    zh = f"共读到**{tables:,}张列出分值的表、{totals:,}个总分**。"
    if min(tables, totals) < FEW:
        return view.say(
            f"{en} That is too few for any statement about evaluations in general: what follows describes these "
            "documents, shows what can be asked of more of them, and tests nothing.",
            f"{zh}数量太少，不足以对绩效评价作一般判断：以下只描述这些文件，说明文件更多时可以问什么，不作任何检验。",
        )
    return view.say(
        f"{en} They are the documents that were collected, not a random sample: intervals say how firm a share is "
        "among such documents, not in the country.",
        f"{zh}这些是收集到的文件，不是随机样本：区间说明的是此类文件中占比的可靠程度，不能推及全国。",
    )


# --- weights ----------------------------------------------------------------------------------------------------------


def _dimension(view: View, code: str | None) -> str:
    return view.label(code) if code else view.t("not stated", "未注明")


def _tables(view: View, seen: Evaluations) -> pl.DataFrame:
    """Return the weights of tables that have any, with the name of each table."""
    weights = seen.weights.filter(status="computed")
    projects = set(view.documents.filter(kind="project_evaluation")["doc_id"])
    of = [_of(view, row, project=row["doc_id"] in projects) for row in weights.iter_rows(named=True)]
    names = [f"{place}{view.t(': ', '：')}{name}" for place, name in zip(weights["place"], of, strict=True)]
    return weights.with_columns(pl.Series("table", names, dtype=pl.String), pl.Series("of", of, dtype=pl.String))


def weights_chart(view: View, seen: Evaluations) -> Any:
    """Return the chart of the weights: a bar per table, or of many tables how they are distributed."""
    weights = _tables(view, seen)
    if weights.is_empty():
        return view.none("No document chosen prints weights.", "所选文件没有列出分值。")
    name = {code: _dimension(view, code) for code in _DIMENSIONS}
    weights = weights.with_columns(pl.Series("part", [name[code] for code in weights["dimension"]], dtype=pl.String))
    told = [
        f"{row['table']}\n{row['part']}{view.t(': ', '：')}{_points(row['weight'])}{view.t(' points', '分')}"
        for row in weights.iter_rows(named=True)
    ]
    weights = weights.with_columns(
        pl.Series("tooltip", told, dtype=pl.String),
        pl.Series("link", [_linked(ids) for ids in weights["indicator_ids"].to_list()], dtype=pl.String),
    )
    axis = view.t("points", "分值")
    tables = weights.unique(["doc_id", "item"]).height
    title = view.figure(1, "Weights by dimension", "各一级指标的分值")
    if tables > MOST_BARS:
        return strip_chart(
            weights.filter(pl.col("dimension").is_not_null()),
            group="part",
            value="weight",
            description="tooltip",
            link="link",
            reference=None,
            limit=100,
            axis_title=axis,
            axis_format=",~r",
            title=title,
            subtitle=view.t(
                f"One dot is one of {tables:,} tables; the recommended points are in the table below.",
                f"一点为一张表，共{tables:,}张；推荐分值见下表。",
            ),
        )
    recommended = view.t("recommended for self-evaluations (财预〔2020〕10号)", "自评推荐权重（财预〔2020〕10号）")
    first = pl.DataFrame(
        [
            {
                "table": recommended,
                "part": name[code],
                "weight": float(points),
                "tooltip": f"{name[code]}{view.t(': ', '：')}{points}{view.t(' points', '分')}",
                "link": _linked(()),
                "total": 100.0,
            }
            for code, points in metrics.performance.RECOMMENDED_WEIGHTS.items()
        ]
    )
    drawn = pl.concat([first, weights.select(first.columns)])
    ends = [f"{_points(total)}{view.t(' points', '分')}" for total in drawn["total"]]
    return stacked_chart(
        drawn.with_columns(pl.Series("end", ends, dtype=pl.String)),
        label="table",
        part="part",
        value="weight",
        description="tooltip",
        link="link",
        text="end",
        axis_title=axis,
        colours={name[code]: CATEGORIES[at] for at, code in enumerate(_DIMENSIONS)},
        title=title,
        subtitle=view.t(
            "One bar is one table of a document; beside it the sum of its points.",
            "一条为文件中的一张表，右侧为分值合计。",
        ),
    )


def weights_summary(view: View, seen: Evaluations) -> Any:
    """Return the table of weights by dimension over all tables, beside the recommended ones."""
    weights = _tables(view, seen).filter(pl.col("recommended").is_not_null())
    if weights.is_empty():
        return view.none(
            "No table chosen names the dimensions of its weights.",
            "所选文件的分值没有注明一级指标，无法与推荐权重比较。",
        )
    medians = metrics.quantiles(weights, [0.5], column="compared", by=["dimension"])
    counted = weights.group_by("dimension", maintain_order=True).agg(
        pl.col("recommended").first(),
        pl.col("compared").min().alias("lowest"),
        pl.col("compared").max().alias("highest"),
        (pl.col("difference") == 0).sum().alias("equal"),
        (pl.col("difference") > 0).sum().alias("more"),
        (pl.col("difference") < 0).sum().alias("fewer"),
    )
    shown = counted.join(
        medians.select("dimension", "n", "value", "low", "high"), on="dimension", maintain_order="left"
    )
    spans = [
        _points_span(view, *ends) if None in ends else _observed(view, *ends)
        for ends in shown.select("low", "high").iter_rows()
    ]
    ranges = [_observed(view, *ends) for ends in shown.select("lowest", "highest").iter_rows()]
    names = [
        view.t("Outputs with cost (产出、成本)", "产出和成本指标") if code == "outputs" else view.label(code)
        for code in shown["dimension"]
    ]
    return view.table(
        shown.with_columns(
            pl.Series("interval", spans, dtype=pl.String),
            pl.Series("range", ranges, dtype=pl.String),
            pl.Series("dimension", names, dtype=pl.String),
        ),
        {
            "dimension": ("Dimension", "一级指标"),
            "recommended": ("Recommended", "推荐分值"),
            "n": ("Tables", "表数"),
            "equal": ("equal", "相同"),
            "fewer": ("fewer", "偏低"),
            "more": ("more", "偏高"),
            "range": ("Range", "范围"),
            "value": ("Median", "中位数"),
            "interval": ("its interval", "其区间"),
        },
        name="weights-summary",
        number=2,
        title=("Weights by dimension against the recommended ones", "各一级指标分值与推荐分值"),
        stub="dimension",
        figures=["range", "interval"],
        formats=dict.fromkeys(["recommended", "value"], _points),
        notes=[
            view.t(
                "The regulation counts cost (成本指标) among the outputs; tables that print it as a dimension of its "
                "own are compared with both together.",
                "办法把成本指标列在产出指标之下；把成本单列为一级指标的表，以两者之和比较。",
            ),
            view.t(
                "Tables: of these with as many points as recommended, with fewer, with more. The 95 % interval of the "
                "median lies between two observed weights; it needs at least six tables and is open below that.",
                "表数：其中与推荐分值相同、偏低、偏高的各有多少。中位数的95 %区间以两个观测值为端点，"
                "至少需要六张表，不足时不定。",
            ),
        ],
    )


def _points_span(view: View, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return view.t("open", "不定")
    return view.t(f"{_points(low)} to {_points(high)}", f"{_points(low)}至{_points(high)}")


def _observed(view: View, low: float, high: float) -> str:
    """Return the lowest and the highest of some points."""
    return _points(low) if _points(low) == _points(high) else _points_span(view, low, high)


def weights_table(view: View, seen: Evaluations, top: int) -> Any:
    """Return the table of the weights of each table; those that differ most from the recommended ones first."""
    weights = _tables(view, seen)
    if weights.is_empty():
        return view.none("Hence there is no table of them.", "因此没有表格。")
    tables: list[dict[str, Any]] = []
    for part in weights.partition_by("doc_id", "item", maintain_order=True):
        first = part.row(0, named=True)
        cells = {row["dimension"] or "none": row for row in part.iter_rows(named=True)}
        shown = {code: _weight(cells.get(code)) for code in _DIMENSIONS if code}
        ids = [row["indicator_ids"][0] for row in part.iter_rows(named=True) if row["indicator_ids"]]
        tables.append(
            shown
            | {
                "place": first["place"],
                "name": first["of"],
                "none": _points(cells["none"]["weight"]) if "none" in cells else EMPTY,
                "total": _points(first["total"]),
                "apart": float(part["difference"].abs().sum()),
                "note": view.note(first),
                "sources": evidence_links(ids, to="row"),
            }
        )
    frame = pl.DataFrame(tables, infer_schema_length=None)
    notes = []
    if frame.height > top:
        notes.append(
            view.t(
                f"The {top:,} of {frame.height:,} tables that differ most from the recommended weights.",
                f"只列与推荐分值相差最大的{top:,}张表，共{frame.height:,}张。",
            )
        )
        frame = frame.sort("apart", descending=True, maintain_order=True).head(top).sort("place", maintain_order=True)
    some = [code for code in (*_DIMENSIONS[:-1], "none") if code and (frame[code] != EMPTY).any()]
    headings: dict[str, Words] = {
        code: (
            wording.label(code, "en").partition(" (")[0],
            wording.label(code, "zh").removesuffix("指标"),
        )
        for code in some
        if code != "none"
    }
    if "none" in some:
        headings["none"] = ("Not stated", "未注明")
    return view.table(
        frame,
        {
            "place": _PLACE,
            "name": ("Of", "评价对象"),
            **headings,
            "total": ("Sum", "合计"),
            "sources": _SOURCES,
        },
        name="weights",
        number=3,
        title=("Weights of each table, in points", "各表的分值"),
        stub="name",
        groups="place",
        figures=[*some, "total"],
        formats={"sources": Markup},
        notes=[*view.notes(frame["place"], frame["note"]), *notes],
    )


def _weight(row: dict[str, Any] | None) -> str:
    """Return the points of a dimension: a dash where the table does not have it or does not tell dimensions."""
    return EMPTY if row is None else _points(row["weight"])


# --- full marks -------------------------------------------------------------------------------------------------------


def _marks(view: View, by: str) -> pl.DataFrame:
    """Return the weights and scores by kind or dimension, with the names of the groups."""
    found = metrics.performance_dimensions(view.chosen, by=[by]).filter(pl.col("indicators") > 0)
    order: tuple[str | None, ...] = _DIMENSIONS
    if by == "kind":
        order = ("quantitative", "qualitative", "execution_rate", None)
    rank = {code: at for at, code in enumerate(order)}
    found = found.with_columns(
        pl.Series("rank", [rank.get(code, len(rank)) for code in found[by]], dtype=pl.Int64)
    ).sort("rank", maintain_order=True)
    missing = view.t("no target printed", "未列目标值") if by == "kind" else view.t("not stated", "未注明")
    spans = [
        EMPTY if low is None else view.percent_span(low, high, 0)
        for low, high in found.select("full_low", "full_high").iter_rows()
    ]
    return found.with_columns(view.labelled(by, missing).alias("name"), pl.Series("interval", spans, dtype=pl.String))


def full_marks_chart(view: View, seen: Evaluations) -> Any:
    """Return the chart of the shares of rows with full marks, by kind of target and by dimension."""
    parts = [_marks(view, by).filter(pl.col("scored") > 0) for by in ("kind", "dimension")]
    # The row of the execution rate is a kind and a dimension: once is enough.
    both = pl.concat([parts[0].filter(pl.col("kind") != "execution_rate").drop("kind"), parts[1].drop("dimension")])
    if both.is_empty():
        return view.none("No document chosen prints scores beside weights.", "所选文件没有同时列出分值和得分。")
    shown = []
    for row in both.iter_rows(named=True):
        ids = set(row["indicator_ids"])
        lost = seen.indicators.filter(pl.col("indicator_id").is_in(list(ids)) & (pl.col("score_rate") < 1))
        counted = _count(row["full_marks"], row["scored"], view)
        shown.append(
            {
                "name": row["name"],
                "share": 100 * row["full_share"],
                "low": 100 * row["full_low"],
                "high": 100 * row["full_high"],
                "text": counted,
                "tooltip": "\n".join(
                    [
                        row["name"],
                        view.t(f"{counted} rows have full marks", f"得满分的指标：{counted}"),
                        view.t(f"interval {row['interval']}", f"区间{row['interval']}"),
                    ]
                ),
                # What stands out is a row that lost points, where there is one.
                "link": _linked([*lost["indicator_id"].to_list(), *row["indicator_ids"]]),
            }
        )
    return interval_chart(
        pl.DataFrame(shown),
        label="name",
        value="share",
        low="low",
        high="high",
        text="text",
        description="tooltip",
        link="link",
        axis_title=view.t("rows with full marks, %", "得满分的指标所占比例，%"),
        title=view.figure(2, "Share of rows with full marks", "得满分的指标所占比例"),
        subtitle=view.t(
            "Dot: share of the scored rows; bar: its 95 % interval (Clopper and Pearson, 1934).",
            "点为有得分的指标中得满分的比例，横条为其95 %区间（Clopper和Pearson，1934）。",
        ),
    )


def _marks_table(view: View, by: str, *, name: str, number: int, title: Words, heading: Words) -> Any:
    found = _marks(view, by)
    if found.is_empty():
        return view.none("There is no row of a performance table.", "没有绩效指标。")
    return view.table(
        found,
        {
            "name": heading,
            "indicators": ("Rows", "指标"),
            "weight": ("Points", "分值"),
            "scored": ("scored", "有得分"),
            "scored_weight": ("possible", "可得"),
            "score": ("given", "实得"),
            "score_rate": ("Rate", "得分率"),
            "full_marks": ("Full marks", "满分"),
            "full_share": ("Share", "占比"),
            "interval": _INTERVAL,
        },
        name=name,
        number=number,
        title=title,
        stub="name",
        figures=["interval"],
        formats={
            **dict.fromkeys(["indicators", "scored", "full_marks"], "{:,}".format),
            "weight": _points,
            "scored_weight": _points,
            "score": _points,
            "score_rate": lambda rate: percent_text(rate, fixed=True),
            "full_share": lambda share: percent_text(share, 0),
        },
        notes=[
            view.t(
                "Rows, and their points; of these the scored rows, the points possible in them, and the points given. "
                "Rate: given ÷ possible. Share: scored rows with full marks.",
                "指标及其分值；其中有得分的指标、可得分值、实得分数。得分率为实得÷可得，占比为有得分的指标中得满分的比例。",
            ),
            view.t(
                "Points of tables with different totals are added up as printed. The interval takes the rows for "
                "independent ones, which those of one form are not: what is known is less than it says.",
                "满分不同的各表分值按原文相加。区间假定各指标相互独立，而同一张表内的指标并非如此，实际的不确定性更大。",
            ),
        ],
    )


def kinds(view: View) -> Any:
    """Return the table of quantitative against qualitative targets."""
    return _marks_table(
        view,
        "kind",
        name="kinds",
        number=4,
        title=("Quantitative and qualitative targets", "定量指标与定性指标"),
        heading=("Target", "指标类型"),
    )


def dimensions(view: View) -> Any:
    """Return the table of points and full marks by dimension."""
    return _marks_table(
        view,
        "dimension",
        name="dimensions",
        number=5,
        title=("Points and full marks by dimension", "各一级指标的得分和满分"),
        heading=("Dimension", "一级指标"),
    )


# --- targets ----------------------------------------------------------------------------------------------------------


def _targets(seen: Evaluations) -> pl.DataFrame:
    """Return the rows whose target is a number, and that say which side of it is good or do not."""
    return seen.indicators.filter(pl.col("direction").is_not_null() & (pl.col("kind") == "quantitative"))


def _mark(view: View, rate: float | None) -> str:
    if rate is None:
        return view.t("not scored", "未列得分")
    return view.t("full marks", "得满分") if rate >= 1 else view.t("points lost", "有失分")


def _amount(view: View, row: dict[str, Any], what: str) -> str:
    """Return a target or an actual value: money in the reader's unit, the rest as printed."""
    value, text = row[what], " ".join((row[f"{what}_text"] or "").split())
    if value is None:
        return _short(text) or EMPTY
    if row["unit"] != "CNY":
        said = _short(text) or f"{value:g}"
        # Some forms print the sign in a column of its own, and words (不低于) for it.
        told = what != "target" or any(mark in text for mark in (*_SIGNS, *_WORDS))
        return said if told else f"{_MARKS.get(row['comparator'] or '', '')}{said}"
    # The sign of the printed text stays: of an actual value, too, for the comparator is that of the target.
    sign = next((mark for mark in _SIGNS if mark in text), "")
    # All digits that were printed, whatever the unit: 108.33万元 is 0.010833亿元.
    size = view.unit.yuan
    digits = next((d for d in range(9) if abs(round(value / size, d) * size - value) < 0.005), None)
    return f"{sign}{view.amount(value, decimals=digits)}"


_SIGNS = ("≥", "≤", "＞", "＜", ">", "<", "约", "超")
_WORDS = ("不低于", "不少于", "不高于", "不超过", "不多于", "以上", "以下", "以内", "至少", "至多", "大于", "小于")
_MARKS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}


def _name(row: dict[str, Any]) -> str:
    return _short(row["level3"] or row["level2"] or row["level1"])


def _percents(view: View, low: float, high: float) -> str:
    """Return two ratios that were observed: rounded, not outwards as the ends of an interval are."""
    ends = [percent_text(each, fixed=True).removesuffix("\u00a0%") for each in (low, high)]
    return f"{view.t(' to ', '至').join(dict.fromkeys(ends))}\u00a0%"


def directions(view: View, seen: Evaluations) -> Any:
    """Return the table of targets by their direction: how many were met, and by how much."""
    rows = _targets(seen)
    if rows.is_empty():
        return view.none("No target chosen is a number.", "所选文件没有定量目标值。")
    counted = rows.group_by("direction").agg(
        pl.len().alias("n"),
        pl.col("ratio").count().alias("ratios"),
        pl.col("met").sum().alias("met"),
        (~pl.col("met")).sum().alias("missed"),
        pl.col("met").is_null().sum().alias("open"),
        pl.col("ratio").min().alias("lowest"),
        pl.col("ratio").max().alias("highest"),
    )
    medians = metrics.quantiles(rows, [0.5], column="ratio", by=["direction"])
    order = {code: at for at, code in enumerate(("at_least", "at_most", "unstated"))}
    shown = (
        counted.join(medians.select("direction", "value", "low", "high"), on="direction", how="left")
        .with_columns(pl.col("direction").replace_strict(order, return_dtype=pl.Int64).alias("rank"))
        .sort("rank")
    )
    spans = [
        EMPTY
        if value is None
        else view.percent_span(low, high, 1)
        if None in (low, high)
        else _percents(view, low, high)
        for value, low, high in shown.select("value", "low", "high").iter_rows()
    ]
    ranges = [
        EMPTY if lowest is None else _percents(view, lowest, highest)
        for lowest, highest in shown.select("lowest", "highest").iter_rows()
    ]
    return view.table(
        shown.with_columns(
            view.labelled("direction"),
            pl.Series("interval", spans, dtype=pl.String),
            pl.Series("range", ranges, dtype=pl.String),
        ),
        {
            "direction": ("Target is", "目标方向"),
            "n": ("Targets", "目标数"),
            "met": ("Met", "达到"),
            "missed": ("Missed", "未达到"),
            "open": ("Open", "无法判断"),
            "ratios": ("Ratios", "有比值"),
            "range": ("Range", "范围"),
            "value": ("Median", "中位数"),
            "interval": ("its interval", "其区间"),
        },
        name="directions",
        number=6,
        title=("Actual ÷ target by direction of the target", "实际值÷目标值，按目标方向"),
        stub="direction",
        figures=["range", "interval"],
        formats={"value": lambda ratio: percent_text(ratio, fixed=True)},
        notes=[
            view.t(
                "A ratio above 100 % is good for a target that is at least (≥) something, bad for one that is at most "
                "(≤) something, and cannot be judged where no direction is printed: such a target counts as met only "
                "if it was reached exactly.",
                "比值高于100 %，对“不低于”的目标是好，对“不超过”的目标是差；"
                "未注明方向的无法判断，只有恰好相等才算达到。",
            ),
            view.t(
                "An actual value such as “＞90%” has no ratio, only the lowest that it may be. The 95 % interval of "
                "the median lies between two observed ratios; with fewer than six it is open.",
                "实际值写作“＞90%”一类的没有比值，只知道最低可能值。"
                "中位数的95 %区间以两个观测值为端点，不足六个时不定。",
            ),
        ],
    )


def ratios_chart(view: View, seen: Evaluations, ratio_limit: float) -> Any:
    """Return the chart of the ratios of actual value and target, on a line for each direction."""
    rows = _targets(seen).filter(pl.col("ratio").is_not_null())
    if rows.is_empty():
        return view.none("There is no ratio to draw.", "没有可绘制的比值。")
    drawn = []
    for row in rows.sort("direction", maintain_order=True).iter_rows(named=True):
        said = [
            f"{row['place']}{view.t(': ', '：')}{_name(row)}",
            view.t(
                f"target {_amount(view, row, 'target')}, actual {_amount(view, row, 'actual')}",
                f"目标值{_amount(view, row, 'target')}，实际值{_amount(view, row, 'actual')}",
            ),
            f"{percent_text(row['ratio'])} ({view.percent_span(row['ratio_low'], row['ratio_high'])})",
        ]
        if row["score"] is not None and row["weight"] is not None:
            said.append(
                view.t(
                    f"{_points(row['score'])} of {_points(row['weight'])} points",
                    f"得分{_points(row['score'])}，分值{_points(row['weight'])}",
                )
            )
        drawn.append(
            {
                "direction": view.label(row["direction"]),
                "ratio": row["ratio"],
                "mark": _mark(view, row["score_rate"]),
                "tooltip": "\n".join(said),
                "link": _linked([row["indicator_id"]]),
            }
        )
    beyond = rows.filter(pl.col("ratio") > ratio_limit).height
    limit = percent_text(ratio_limit, 0)
    return strip_chart(
        pl.DataFrame(drawn),
        group="direction",
        value="ratio",
        description="tooltip",
        link="link",
        kind="mark",
        kinds=[_mark(view, 1.0), _mark(view, 0.0), _mark(view, None)],
        limit=ratio_limit,
        axis_title=view.t("actual ÷ target", "实际值÷目标值"),
        title=view.figure(3, "How far targets were reached", "目标的完成程度"),
        subtitle=view.t(
            f"A dot is a target, the dashed line is 100 %. Triangles: {beyond:,} of {rows.height:,} beyond {limit}. "
            "Right of the line is good for ≥, left of it for ≤.",
            f"一点为一个目标，虚线为100 %，三角为超过{limit}的{beyond:,}个（共{rows.height:,}个）。"
            "对≥目标右侧为好，对≤目标左侧为好。",
        ),
    )


def _points_of(view: View, row: dict[str, Any]) -> str:
    if row["weight"] is None:
        return EMPTY
    score = view.t("no score", "未列") if row["score"] is None else _points(row["score"])
    return view.t(f"{score} of {_points(row['weight'])}", f"{score}/{_points(row['weight'])}")


def _rows_table(
    view: View, rows: pl.DataFrame, *, name: str, number: int, title: Words, notes: Sequence[str], why: bool
) -> Any:
    shown = []
    for row in rows.iter_rows(named=True):
        span = row["ratio_low"] is not None or row["ratio_high"] is not None
        low, high = row["rule_low"], row["rule_high"]
        by_rule = EMPTY if low is None else _points(high) if low == high else _points_span(view, low, high)
        shown.append(
            {
                "place": row["place"],
                "name": _name(row),
                "target": _amount(view, row, "target"),
                "actual": _amount(view, row, "actual"),
                "points": _points_of(view, row),
                "ratio": percent_text(row["ratio"], fixed=True),
                "interval": view.percent_span(row["ratio_low"], row["ratio_high"], 1) if span else EMPTY,
                "met": {True: view.t("yes", "是"), False: view.t("no", "否"), None: EMPTY}[row["met"]],
                "by_rule": by_rule,
                "verdict": view.label(row["rule"]) if row["rule"] else EMPTY,
                "reason": _short(row["deviation_note"]) or EMPTY,
                "sources": evidence_links([row["indicator_id"]], to="row"),
            }
        )
    columns: dict[str, Words] = {
        "place": _PLACE,
        "name": ("Indicator", "指标"),
        "target": ("Target", "目标值"),
        "actual": ("Actual", "实际值"),
    }
    if why:
        columns |= {
            "points": ("Points", "得分/分值"),
            "by_rule": ("By the rule", "按比例应得"),
            "verdict": ("Difference", "差异"),
            "reason": ("Reason printed", "所列原因"),
        }
    else:
        columns |= {
            "ratio": ("Ratio", "实际÷目标"),
            "interval": ("Interval", "区间"),
            "met": ("Met", "达到"),
            "points": ("Points", "得分/分值"),
        }
    figures = ("target", "actual", "ratio", "interval", "points", "by_rule")
    return view.table(
        pl.DataFrame(shown),
        columns | {"sources": _SOURCES},
        name=name,
        number=number,
        title=title,
        stub="name",
        groups="place",
        figures=[column for column in figures if column in columns],
        formats={"sources": Markup},
        notes=notes,
    )


def targets(view: View, seen: Evaluations, top: int) -> Any:
    """Return the table of targets that are numbers; of many, those that lost points and those far from 100 %."""
    rows = _targets(seen)
    if rows.is_empty():
        return view.none("Hence there is no table of them.", "因此没有表格。")
    notes = []
    if rows.height > top:
        notes.append(
            view.t(
                f"The {top:,} of {rows.height:,} targets that lost points or were missed, or whose ratio is farthest "
                "from 100 %.",
                f"只列失分、未达到或比值离100 %最远的{top:,}个目标，共{rows.height:,}个。",
            )
        )
        lost = ((pl.col("score_rate") < 1) | ~pl.col("met")).fill_null(False)
        kept = rows.with_row_index("at").sort(
            lost, (pl.col("ratio") - 1).abs().fill_null(0), descending=True, maintain_order=True
        )
        rows = kept.head(top).sort("at")
    notes.append(
        view.t(
            "Ratio: actual ÷ target. The interval is that of the printed digits: a target counts as exact, an actual "
            "value is rounded; what is counted (家, 个) is exact. Points: given of possible.",
            "区间由所列数字的位数得出：目标值视为精确，实际值经过四舍五入，计数（家、个）是精确的。",
        )
    )
    return _rows_table(
        view,
        rows,
        name="targets",
        number=7,
        title=("Targets that are numbers, and what was reached of them", "定量目标及其完成情况"),
        notes=[*view.notes(rows["place"], [view.note(row) for row in rows.iter_rows(named=True)]), *notes],
        why=False,
    )


def rule(view: View, seen: Evaluations) -> Any:
    """Return the sentence that says how many scores are those that the rule of proportion gives."""
    rows = seen.indicators.filter(pl.col("rule").is_not_null())
    if rows.is_empty():
        return view.none(
            "No score can be compared with the points that the rule gives.", "没有可与按比例应得分数相比较的得分。"
        )
    n = {code: rows.filter(rule=code).height for code in ("as_rule", "below_rule", "above_rule")}
    open_ = rows.filter((pl.col("rule") == "as_rule") & (pl.col("rule_high") - pl.col("rule_low") > 0.5)).height
    return view.say(
        f"Of {rows.height:,} scores that can be compared, {n['as_rule']:,} are what the rule gives, "
        f"{n['below_rule']:,} are lower and {n['above_rule']:,} higher. Of those that agree, {open_:,} agree only "
        "because the direction or the digits of the figures leave more than half a point open.",
        f"可以比较的{rows.height:,}个得分中，{n['as_rule']:,}个与按比例应得的分数相符，{n['below_rule']:,}个偏低，"
        f"{n['above_rule']:,}个偏高。相符者中有{open_:,}个只是因为目标方向或数字位数留有半分以上的余地。",
    )


def departures(view: View, seen: Evaluations, top: int) -> Any:
    """Return the table of scores that are not those that the rule of proportion gives."""
    rows = seen.indicators.filter(pl.col("rule").is_in(["below_rule", "above_rule"]))
    if rows.is_empty():
        return view.none("No score differs from the points that the rule gives.", "没有与按比例应得分数不同的得分。")
    notes = []
    if rows.height > top:
        notes.append(view.t(f"The first {top:,} of {rows.height:,}.", f"只列前{top:,}个，共{rows.height:,}个。"))
    return _rows_table(
        view,
        rows.head(top),
        name="departures",
        number=8,
        title=("Scores that differ from the points that the rule gives", "与按比例应得分数不同的得分"),
        notes=[
            *notes,
            view.t(
                "Points below the rule may be a correction of a target set too low, or of a result that was not "
                "measured; the printed reason tells.",
                "低于应得分数，可能是目标定得过低而调减，也可能是结果没有测量，见所列原因。",
            ),
        ],
        why=True,
    )


# --- scores -----------------------------------------------------------------------------------------------------------


def _kind(view: View, kind: str | None) -> str:
    return {
        "department": view.t("Whole department", "部门整体"),
        "project": view.t("Project", "项目"),
        "indicator": view.t("Single indicator", "单项指标"),
    }.get(kind or "", EMPTY)


def _grade(view: View, rate: float) -> str:
    found = next(code for code, limit in metrics.scores.GRADES.items() if rate >= float(limit) or code == "poor")
    return view.label(found)


def _told(view: View, row: dict[str, Any]) -> str:
    if row["score"] is not None:
        return _points(row["score"])
    if row["candidates"]:
        return view.t(" or ", "或").join(_points(each) for each in row["candidates"])
    return EMPTY


def scores_table(view: View, seen: Evaluations, top: int) -> Any:
    """Return the table of total scores; of many, the lowest. Documents without a score have a row."""
    rows = seen.scores
    notes = []
    if rows.height > top:
        notes.append(
            view.t(f"The {top:,} lowest of {rows.height:,} scores.", f"只列最低的{top:,}个，共{rows.height:,}个。")
        )
        rows = rows.with_row_index("at").sort("score_rate", nulls_last=True).head(top).sort("at").drop("at")
    shown = []
    for row in rows.iter_rows(named=True):
        missing = row["status"] == "no_data"
        assumed = row["full_mark_source"] == "assumed"
        full = EMPTY if missing else f"{_points(row['full_mark'])}{view.t(' (assumed)', '（推定）') if assumed else ''}"
        shown.append(
            {
                "place": row["place"],
                "name": view.t("no score stated", "没有得分")
                if missing
                else _of(view, row, project=row["kind"] == "project"),
                "score": _told(view, row),
                "full": full,
                "grade": EMPTY if row["score_rate"] is None else _grade(view, row["score_rate"]),
                "rate": percent_text(row["execution_rate"], 2, fixed=True),
                "note": view.note(row),
                "doubt": view.doubts(row["fact_ids"]),
                "sources": evidence_links(row["fact_ids"][:4]),
            }
        )
    frame = pl.DataFrame(shown, schema_overrides={"note": pl.String, "doubt": pl.String})
    return view.table(
        frame,
        {
            "place": _PLACE,
            "name": ("Of", "评价对象"),
            "score": ("Score", "得分"),
            "full": ("Full mark", "满分"),
            "grade": ("Grade", "等级"),
            "rate": ("Execution rate", "预算执行率"),
            "sources": _SOURCES,
        },
        name="scores",
        number=9,
        title=("Total scores and execution rates", "总分和预算执行率"),
        stub="name",
        groups="place",
        figures=["score", "full", "rate"],
        formats={"sources": Markup},
        notes=[
            *view.notes(frame["place"], frame["note"]),
            *view.notes(frame["place"], frame["doubt"]),
            *notes,
            view.t(
                "The grade is that of the regulation, see table 11. A full mark that is not printed is taken to be "
                "100. Scores are exact as printed; the execution rate is on the adjusted budget where that is known.",
                "等级按办法的分档，见表11。未列满分的按100分。得分以所列为准；预算执行率以全年预算为分母，没有全年预算的除外。",
            ),
        ],
    )


def _score_points(view: View, seen: Evaluations) -> pl.DataFrame:
    """Return the total scores with what a reader sees of each."""
    rows = []
    for row in seen.totals.sort("kind", maintain_order=True).iter_rows(named=True):
        said = [
            f"{row['place']}{view.t(': ', '：')}{_of(view, row, project=row['kind'] == 'project')}",
            view.t(
                f"{_points(row['score'])} of {_points(row['full_mark'])} points",
                f"得分{_points(row['score'])}，满分{_points(row['full_mark'])}",
            ),
        ]
        if row["execution_rate"] is not None:
            said.append(
                view.t(
                    f"execution rate {percent_text(row['execution_rate'], 2)}",
                    f"预算执行率{percent_text(row['execution_rate'], 2)}",
                )
            )
        rows.append(
            {
                "kind": _kind(view, row["kind"]),
                "share": row["score_rate"],
                "rate": row["execution_rate"],
                "low": row["execution_low"],
                "high": row["execution_high"],
                "base": row["denominator"],
                "tooltip": "\n".join(said),
                "link": _linked(row["fact_ids"], "fact"),
            }
        )
    numbers = dict.fromkeys(("share", "rate", "low", "high"), pl.Float64)
    texts = dict.fromkeys(("kind", "base", "tooltip", "link"), pl.String)
    return pl.DataFrame(rows, schema={name: (numbers | texts)[name] for name in
                                      ("kind", "share", "rate", "low", "high", "base", "tooltip", "link")})  # fmt: skip


def _axis(view: View) -> str:
    return view.t("score as a share of the full mark", "得分占满分的比例")


def scores_chart(view: View, seen: Evaluations) -> Any:
    """Return the chart of total scores on the whole range that they could use."""
    points = _score_points(view, seen)
    if points.is_empty():
        return view.none("No document chosen states a total score.", "所选文件没有总分。")
    return strip_chart(
        points,
        group="kind",
        value="share",
        description="tooltip",
        link="link",
        reference=0.9,
        limit=1.0,
        axis_title=_axis(view),
        title=view.figure(4, "Total scores on the range from 0 to the full mark", "总分在零分至满分之间的位置"),
        subtitle=view.t(
            "One dot is one score; right of the dashed line (90 %) the grade is 优, the best of four.",
            "一点为一个总分，虚线（90 %）右侧为“优”，四档中的最高一档。",
        ),
    )


def cumulative(view: View, seen: Evaluations) -> Any:
    """Return the chart of the shares of scores that do not exceed a value."""
    points = _score_points(view, seen)
    if points.height < 2:
        return view.none("There is no distribution to draw.", "没有可绘制的分布。")
    return cumulative_chart(
        points,
        value="share",
        group="kind",
        reference=0.9,
        limit=1.0,
        axis_title=_axis(view),
        share_title=view.t("share of scores", "总分占比"),
        title=view.figure(5, "Share of total scores that do not exceed a value", "不超过某值的总分占比"),
        subtitle=view.t(
            "A line that stays at 0 and then jumps says that nearly all scores stand at the top.",
            "曲线长期贴近零后陡升，说明几乎所有得分都挤在最高处。",
        ),
    )


def compression(view: View) -> Any:
    """Return the table of how many scores stand near the full mark, and how far scores are apart."""
    found = metrics.score_compression(view.chosen)
    if found.is_empty():
        return view.none("There is no score.", "没有得分。")
    shown = []
    for part in found.partition_by("kind", maintain_order=True):
        first = part.row(0, named=True)
        row = {
            "kind": _kind(view, first["kind"]),
            "n": first["n"],
            **{name: first[name] for name in ("median", "spread", "distinct")},
            "range": EMPTY,
        }
        if first["lowest"] is not None:
            row["range"] = _observed(view, 100 * first["lowest"], 100 * first["highest"])
        for at in part.iter_rows(named=True):
            code = f"{at['threshold']:g}"
            row[code] = EMPTY
            if at["share"] is not None:
                span = view.percent_span(at["share_low"], at["share_high"], 0)
                counted = _count(at["at_or_above"], at["n"], view)
                row[code] = Markup(f"{counted}<br>{span}")
        shown.append(row)
    written: dict[str, Any] = dict.fromkeys(["median", "spread"], lambda rate: _points(100 * rate))
    written |= dict.fromkeys(["0.9", "0.95", "1"], Markup)
    return view.table(
        pl.DataFrame(shown, infer_schema_length=None),
        {
            "kind": ("Score of", "得分类型"),
            "n": ("Scores", "个数"),
            "distinct": ("different", "不同值"),
            "range": ("Range", "范围"),
            "median": ("Median", "中位数"),
            "spread": ("Points used", "所用幅度"),
            "0.9": ("90 and more", "90分及以上"),
            "0.95": ("95 and more", "95分及以上"),
            "1": ("Full mark", "满分"),
        },
        name="compression",
        number=10,
        title=("How much of the range scores use, on a scale of 100", "得分用了多大幅度（换算为百分制）"),
        stub="kind",
        figures=["range", "0.9", "0.95", "1"],
        formats=written,
        notes=[
            view.t(
                "Scores, and how many different ones; points used: highest less lowest. Below each count the 95 % "
                "interval of the share (Clopper and Pearson, "
                "1934), as if the scores were a sample.",
                "不同值：互不相同的得分个数；所用幅度：最高减最低。"
                "计数下方为占比的95 %区间（Clopper和Pearson，1934），把这些得分看作样本。",
            )
        ],
    )


def grades(view: View) -> Any:
    """Return the table of grades by kind of what was evaluated."""
    found = metrics.score_grades(view.chosen)
    if found.is_empty():
        return view.none("Hence there are no grades.", "因此没有等级。")
    spans = [view.percent_span(low, high, 0) for low, high in found.select("share_low", "share_high").iter_rows()]
    names = [_kind(view, kind) for kind in found["kind"]]
    limits: list[str] = []
    above: str | None = None
    for grade, low in found.select("grade", "from_share").iter_rows():
        least, below = _points(100 * low), None if grade == "excellent" else above
        limits.append(
            view.t(f"{least} and more", f"{least}及以上")
            if below is None
            else view.t(f"{least} to below {below}", f"{least}至不足{below}")
        )
        above = least
    links = [evidence_links(ids[:5]) for ids in found["fact_ids"].to_list()]
    return view.table(
        found.with_columns(
            pl.Series("kind", names, dtype=pl.String),
            view.labelled("grade"),
            pl.Series("limits", limits, dtype=pl.String),
            pl.Series("interval", spans, dtype=pl.String),
            pl.Series("sources", links, dtype=pl.String),
        ),
        {
            "kind": ("Score of", "得分类型"),
            "grade": ("Grade", "等级"),
            "limits": ("Points of 100", "百分制得分"),
            "count": ("Scores", "个数"),
            "share": ("Share", "占比"),
            "interval": _INTERVAL,
            "sources": _SOURCES,
        },
        name="grades",
        number=11,
        title=("Total scores by grade", "总分的等级分布"),
        stub="grade",
        groups="kind",
        figures=["limits", "interval"],
        formats={"share": lambda share: percent_text(share, 0), "sources": Markup},
        notes=[
            view.t(
                "The grade is that of the score on the scale of the regulation, whatever word the document prints.",
                "等级按办法的分档由得分得出，与文件所写的等级名称无关。",
            )
        ],
    )


# --- scores and execution rates ---------------------------------------------------------------------------------------


def scatter(view: View, seen: Evaluations) -> Any:
    """Return the chart of scores against execution rates."""
    points = _score_points(view, seen).filter(pl.col("rate").is_not_null())
    if points.is_empty():
        return view.none(
            "No document chosen states a score and the execution rate of the same project or department.",
            "所选文件没有同一项目或部门的得分和预算执行率。",
        )
    highest = max(1.1, min(2.0, float(points["rate"].max() or 1.0) + 0.02))  # type: ignore[arg-type]
    lowest = min(0.9, max(0.0, float(points["rate"].min() or 0.0) - 0.02))  # type: ignore[arg-type]
    least = min(0.9, max(0.0, float(points["share"].min() or 0.0) - 0.02))  # type: ignore[arg-type]
    return scatter_chart(
        points,
        x="rate",
        y="share",
        low="low",
        high="high",
        description="tooltip",
        link="link",
        kind="kind",
        kinds=[_kind(view, "department"), _kind(view, "project")],
        x_limits=(round(lowest, 2), round(highest, 2)),
        y_limits=(round(least, 2), 1.005),
        x_title=view.t("execution rate", "预算执行率"),
        y_title=_axis(view),
        title=view.figure(6, "Score against execution rate", "得分与预算执行率"),
        subtitle=view.t(
            f"One dot is one score: {points.height:,} of {seen.totals.height:,} have an execution rate beside them. "
            "The axes do not begin at 0.",
            f"一点为一个总分，{seen.totals.height:,}个总分中有{points.height:,}个可对应预算执行率。坐标轴不从零开始。",
        ),
    )


def correlation(view: View) -> Any:
    """Return the table of the rank correlation of scores with execution rates."""
    found = metrics.score_against_execution(view.chosen)
    if found.is_empty():
        return view.none("Hence there is no correlation to compute.", "因此没有可计算的相关。")
    shown = []
    for row in found.iter_rows(named=True):
        computed = row["status"] == "computed"
        shown.append(
            {
                "kind": _kind(view, row["kind"]),
                "base": view.label(row["denominator"]) if row["denominator"] else view.t("not named", "未指明"),
                "n": row["n"],
                "rho": f"{row['rho']:.2f}".replace("-", "−") if computed else EMPTY,
                "p": (f"{row['p_value']:.4f}" if row["p_value"] >= 0.0001 else "<0.0001") if computed else EMPTY,
                "method": f"{view.label(row['method'])} ({row['orders']:,})" if computed else view.note(row),
                "sources": evidence_links(row["fact_ids"][:4]),
            }
        )
    return view.table(
        pl.DataFrame(shown),
        {
            "kind": ("Score of", "得分类型"),
            "base": ("Denominator of the rate", "执行率的分母"),
            "n": ("Pairs", "对数"),
            "rho": ("Rank correlation", "秩相关系数"),
            "p": ("p-value", "p值"),
            "method": ("How computed", "计算方法"),
            "sources": _SOURCES,
        },
        name="correlation",
        number=12,
        title=("Rank correlation of score and execution rate", "得分与预算执行率的秩相关"),
        stub="kind",
        figures=["rho", "p"],
        formats={"sources": Markup},
        notes=[
            view.t(
                "Spearman (1904). The p-value is the share of all orders of the scores whose correlation is at least "
                "as far from 0; up to eight pairs all orders are tried, beyond that 20,000 random ones. With three "
                "pairs it cannot be below 0.33, with four not below 0.08: so few say nothing either way.",
                "Spearman（1904）。p值为得分的全部排列中，相关系数离零不近于实际值者所占的比例；八对以内穷举，"
                "超过八对取20,000个随机排列。三对时p值不可能低于0.33，四对时不可能低于0.08：样本这样小，什么也说明不了。",
            )
        ],
    )


def evidence(view: View, seen: Evaluations) -> Any:
    """Return the table of the sentences and rows that the figures rest on."""
    return view.evidence(seen.scores["fact_ids"], 13, seen.indicators["indicator_id"], most=20_000)


def provenance(view: View, ratio_limit: float, top: int) -> Any:
    """Return the table of documents used, with the parameters of the run."""
    return view.provenance(
        view.documents["doc_id"],
        {
            ("charts of ratios end at", "比值图的上限"): percent_text(ratio_limit, 0),
            ("rows of a long table", "长表的行数"): top,
        },
    )
