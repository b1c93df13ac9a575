"""Charts and tables of the study `corpus_overview`: what was read, what of it was understood, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from fiscal_analysis import metrics
from fiscal_analysis.charts import evidence_links, stacked_chart, strip_chart
from fiscal_analysis.charts.tables import EMPTY, Markup
from fiscal_analysis.charts.theme import PRIMARY
from fiscal_analysis.charts.wording import percent_text, section_text
from fiscal_analysis.metrics.overview import CONCEPT_GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fiscal_analysis.studies.view import View, Words

__all__ = [
    "concepts",
    "core_figures",
    "coverage",
    "documents",
    "evidence",
    "failures",
    "gaps",
    "headline",
    "observe",
    "provenance",
    "stated",
    "unclaimed",
]

MOST_BARS = 30
"""How many documents a chart with a bar for each can hold."""

MOST_NAMED = 6
"""How many documents, sections or numbers a cell names."""

_PLACE: Words = ("District, year", "地区、年度")
# File names have no blanks; a narrow column may break them after a hyphen.
_BREAKABLE = pl.col("file").str.replace_all("-", "-\u200b", literal=True)
_PARTS: tuple[tuple[str, Words, str], ...] = (
    ("fiscal_claimed", ("understood, in fiscal sections", "财政内容中已识别"), PRIMARY),
    ("fiscal_missed", ("not understood, in fiscal sections", "财政内容中未识别"), "#b5402a"),
    ("elsewhere", ("in other sections", "其他内容中"), "#d5dbe0"),
)


def observe(view: View) -> pl.DataFrame:
    """Return what was read of the documents that the reader has chosen, and the inputs that could not be read."""
    found = metrics.corpus_overview(view.corpus)
    places = view.documents.select("doc_id", "place")
    read = places.join(found, on="doc_id", how="left", maintain_order="left")
    failed = found.filter(pl.col("status") == "failed").with_columns(pl.lit(None, dtype=pl.String).alias("place"))
    return pl.concat([read, failed.select(read.columns)])


def _read(overview: pl.DataFrame) -> pl.DataFrame:
    return overview.filter(pl.col("status") == "read")


def headline(view: View, overview: pl.DataFrame) -> Any:
    """Return the strip of key figures."""
    read = _read(overview)
    found, claimed = int(read["fiscal_quantities"].sum()), int(read["fiscal_claimed"].sum())
    core, stated = int(read["core"].sum()), int(read["core_stated"].sum())
    failed = overview.height - read.height
    return view.key_figures(
        [
            (f"{read.height:,}", "documents read", "份文件已读取"),
            (f"{failed:,}", "inputs not read, or not whole", "份输入未能（完整）读取"),
            (f"{read['division_code'].drop_nulls().n_unique():,}", "districts", "个地区"),
            (f"{int(read['quantities'].sum()):,}", "numbers found", "个数字"),
            (
                percent_text(claimed / found if found else None),
                f"of {found:,} numbers in fiscal sections understood",
                f"财政内容中{found:,}个数字的识别率",
            ),
            (
                view.t(f"{core - stated:,} of {core:,}", f"{core - stated:,}/{core:,}"),
                "core figures not stated",
                "主要数字未列示",
            ),
        ]
    )


def documents(view: View, overview: pl.DataFrame) -> Any:
    """Return the table of documents."""
    read = _read(overview)
    return view.table(
        read.with_columns(
            view.labelled("kind", view.t("kind not told", "文件种类不详")),
            pl.coalesce("issuer", "title", "doc_id").alias("issuer"),
            _BREAKABLE,
            pl.concat_str("claimed", pl.lit(view.t(" of ", "/")), "quantities").alias("numbers"),
            pl.concat_str("errors", "warnings", "notes", separator=" / ").alias("findings"),
        ),
        {
            "place": _PLACE,
            "issuer": ("Published by", "发布单位"),
            "kind": ("Document", "文件种类"),
            "numbers": ("Understood", "已识别"),
            "coverage": ("Coverage", "识别率"),
            "facts": ("Figures", "数据条数"),
            "findings": ("Findings", "审核发现"),
            "file": ("File", "文件"),
        },
        name="read",
        number=1,
        title=("Documents that were read", "已读取的文件"),
        stub="place",
        figures=["numbers", "findings"],
        formats={"coverage": lambda share: percent_text(share, fixed=True), "facts": "{:,}".format},
        notes=[
            view.t(
                "Understood: numbers given a meaning, or found in the form of an evaluation, of all that were "
                "found. Coverage: their share in sections with fiscal or performance content only.",
                "已识别：已识别含义或属于绩效表格的数字，占找到的全部数字。识别率：只计财政和绩效内容中的数字。",
            ),
            view.t("Findings of the audit: errors / warnings / notes.", "审核发现依次为：错误／警告／提示。"),
        ],
    )


def failures(view: View, overview: pl.DataFrame) -> Any:
    """Return the table of inputs that could not be read, with reason and remedy, or the sentence that there is none."""
    failed = overview.filter(pl.col("status") == "failed")
    if failed.is_empty():
        return view.none("Every input was read whole.", "所有输入均已完整读取。")
    return view.table(
        failed.with_columns(_BREAKABLE),
        {"file": ("File", "文件"), "reason": ("Reason", "原因"), "remedy": ("What helps", "处理办法")},
        name="failures",
        number=2,
        title=("Inputs that were not read, or not whole", "未能（完整）读取的输入"),
        stub="file",
        notes=[
            view.t(
                "An input is of no district as long as it is not read: all are listed, whatever districts are chosen.",
                "未读取的输入无法归入地区，因此不论选择哪些地区，均全部列出。原因和处理办法为程序原文。",
            )
        ],
    )


def coverage(view: View, overview: pl.DataFrame) -> Any:
    """Return the chart of how much was understood: a bar for each document, or a dot where there are many."""
    read = _read(overview).filter(pl.col("quantities") > 0)
    if read.is_empty():
        return view.none("No document has a number.", "文件中没有数字。")
    title = view.figure(1, "Numbers found and understood", "找到和识别的数字")
    if read.height > MOST_BARS:
        return _coverage_strip(view, read.filter(pl.col("coverage").is_not_null()), title)
    counted = read.with_columns(
        (pl.col("fiscal_quantities") - pl.col("fiscal_claimed")).alias("fiscal_missed"),
        (pl.col("quantities") - pl.col("fiscal_quantities")).alias("elsewhere"),
    )
    pieces = [
        {
            "place": row["place"],
            "part": view.t(*words),
            "count": row[column],
            "beside": percent_text(row["coverage"]),
            "tooltip": f"{row['place']}{view.t(': ', '：')}{row[column]:,} {view.t(*words)}",
        }
        for row in counted.iter_rows(named=True)
        for column, words, _ in _PARTS
    ]
    return stacked_chart(
        pl.DataFrame(pieces),
        label="place",
        part="part",
        value="count",
        description="tooltip",
        text="beside",
        axis_title=view.t("numbers", "数字个数"),
        title=title,
        subtitle=view.t(
            "Beside the bar: coverage, the share understood in fiscal sections.", "条形右侧为财政内容中的识别率。"
        ),
        colours={view.t(*words): colour for _, words, colour in _PARTS},
    )


def _coverage_strip(view: View, read: pl.DataFrame, title: str) -> Any:
    drawn = read.with_columns(view.labelled("kind", view.t("kind not told", "文件种类不详"))).sort(
        "kind", maintain_order=True
    )
    told = [
        f"{place}{view.t(': ', '：')}{percent_text(share)}"
        for place, share in drawn.select("place", "coverage").iter_rows()
    ]
    return strip_chart(
        drawn.with_columns(pl.Series("tooltip", told, dtype=pl.String)),
        group="kind",
        value="coverage",
        description="tooltip",
        axis_title=view.t("coverage: share understood in fiscal sections", "识别率：财政内容中已识别数字的比例"),
        title=title,
        subtitle=view.t(
            f"One dot is one of {drawn.height:,} documents; the dashed line is 100 %.",
            f"一点为一份文件，共{drawn.height:,}份，虚线为100 %。",
        ),
        tallest=130.0,
    )


def concepts(view: View) -> Any:
    """Return the table of what the documents state, by concept, in groups that an economist knows."""
    chosen = view.chosen
    if chosen.facts.is_empty():
        return view.none("No document states a figure.", "文件中没有列示数字。")
    counted = metrics.concept_counts(chosen, by=["concept"])
    total = chosen.documents.height
    rows = [
        {
            "group": view.label(metrics.concept_group(row["concept"])),
            "order": (CONCEPT_GROUPS.index(metrics.concept_group(row["concept"])), -row["documents"], -row["facts"]),
            "concept": view.label(row["concept"]),
            "documents": _of(view, row["documents"], total),
            "facts": row["facts"],
            "measures": view.t(", ", "、").join(view.label(each) for each in row["measures"]),
            "years": _years(view, row["years"]),
        }
        for row in counted.iter_rows(named=True)
    ]
    rows.sort(key=lambda row: row["order"])
    columns = ("group", "concept", "documents", "facts", "measures", "years")
    shown = pl.DataFrame(
        [{name: row[name] for name in columns} for row in rows],
        schema=dict.fromkeys(columns, pl.String) | {"facts": pl.Int64},
    )
    return view.table(
        shown,
        {
            "group": ("Group", "类别"),
            "concept": ("Figure", "项目"),
            "documents": ("Documents", "文件数"),
            "facts": ("Figures", "数据条数"),
            "measures": ("Stated as", "列示形式"),
            "years": ("Years", "年度"),
        },
        name="concepts",
        number=3,
        title=("What the documents state", "文件列示的内容"),
        stub="concept",
        groups="group",
        figures=["documents", "years"],
        formats={"facts": "{:,}".format},
        notes=[
            view.t(
                "Documents: how many state the figure at all. A figure printed twice counts twice under Figures; the "
                "years are those that figures are of, the prior year included.",
                "文件数：列示该项目的文件份数。同一数字列示两次计两条；年度为数字所属年度，含上年。",
            )
        ],
    )


def _of(view: View, some: int, every: int) -> str:
    return view.t(f"{some:,} of {every:,}", f"{some:,}/{every:,}")


def _years(view: View, years: Sequence[int]) -> str:
    if not years:
        return EMPTY
    return str(years[0]) if years[0] == years[-1] else view.t(f"{years[0]} to {years[-1]}", f"{years[0]}至{years[-1]}")


def _core(view: View) -> pl.DataFrame:
    """Return the core figures of every document, with what they are called."""
    found = metrics.concept_gaps(view.corpus)
    places = view.documents.select("doc_id", "place")
    rows = places.join(found, on="doc_id", how="inner", maintain_order="left")
    named = [_core_name(view, row) for row in rows.iter_rows(named=True)]
    return rows.with_columns(pl.Series("figure", named, dtype=pl.String))


def _core_name(view: View, row: Mapping[str, Any]) -> str | None:
    if row["concept"] is None:
        return None
    either = view.t(" or ", "或")
    name = either.join(view.label(each) for each in row["concept"].split("|"))
    # Scores and rates are what they are; of money it matters whether a budget or the outturn is stated.
    measures = [each for each in (row["measure"] or "").split("|") if each.endswith(("budget", "final"))]
    if not measures or row["concept"] == "execution_rate":
        return name
    return view.t(f"{name}, ", f"{name}，") + either.join(view.label(each) for each in measures)


def core_figures(view: View) -> Any:
    """Return the table of core figures by kind of document: how many documents state them, and which do not."""
    rows = _core(view)
    known = rows.filter(pl.col("status") != "no_rule")
    if known.is_empty():
        return view.none(
            "For these kinds of documents no core figures are laid down.", "这些文件种类没有规定应列示的主要数字。"
        )
    counted = known.group_by("kind", "figure", maintain_order=True).agg(
        pl.len().alias("documents"),
        (pl.col("status") == "stated").sum().alias("stated"),
        pl.col("place").filter(pl.col("status") == "missing").alias("missing"),
    )
    shown = counted.with_columns(
        view.labelled("kind"),
        pl.concat_str("stated", pl.lit(view.t(" of ", "/")), "documents").alias("stating"),
        pl.col("missing").map_elements(lambda places: _named(view, list(places)), return_dtype=pl.String),
    ).sort("kind", maintain_order=True)
    none = rows.filter(pl.col("status") == "no_rule")["place"].to_list()
    return view.table(
        shown,
        {
            "kind": ("Kind", "文件种类"),
            "figure": ("Core figure", "主要数字"),
            "stating": ("Documents that state it", "列示的文件"),
            "missing": ("Missing in", "未列示的文件"),
        },
        name="core",
        number=4,
        title=("Core figures by kind of document", "各类文件应列示的主要数字"),
        stub="figure",
        groups="kind",
        figures=["stating"],
        notes=[
            view.t(
                f"No core figures are laid down for: {_named(view, none)}.", f"没有规定主要数字：{_named(view, none)}。"
            )
        ]
        if none
        else [],
    )


def _named(view: View, names: Sequence[str]) -> str:
    """Return a list of names, the first ones where there are many."""
    if not names:
        return EMPTY
    shown = view.t("; ", "；").join(names[:MOST_NAMED])
    left = len(names) - MOST_NAMED
    return shown if left <= 0 else view.t(f"{shown} and {left:,} more", f"{shown}等{len(names):,}份")


def gaps(view: View) -> Any:
    """Return the table of core figures that documents leave out, with where such a document has them as a rule."""
    missing = _core(view).filter(pl.col("status") == "missing")
    if missing.is_empty():
        return view.none("No document leaves out a core figure.", "没有文件缺少主要数字。")
    rows = [
        {
            "place": row["place"],
            "figure": row["figure"],
            "basis": view.note(row, "basis"),
            "instead": view.t(", ", "、").join(view.label(each) for each in row["other_measures"]) or EMPTY,
            "others": _of(view, row["others_stating"], row["others"]) if row["others"] else EMPTY,
        }
        for row in missing.iter_rows(named=True)
    ]
    columns = ("place", "figure", "basis", "instead", "others")
    return view.table(
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String)),
        {
            "place": _PLACE,
            "figure": ("Missing figure", "缺少的数字"),
            "basis": ("Where it stands as a rule", "通常所在位置"),
            "instead": ("Stated only as", "仅列示为"),
            "others": ("Others of the kind that state it", "同类其他文件中列示的"),
        },
        name="gaps",
        number=5,
        title=("Core figures that are missing", "缺少的主要数字"),
        stub="figure",
        groups="place",
        figures=["others"],
        notes=[
            view.t(
                "Missing says that no figure of the document's own year was read: the document leaves it out, prints "
                "it in an annex or a picture that is not part of the file, or was misread.",
                "缺少指没有读到本年度的数字：文件没有列示，或列在未随文件提供的附表、图片中，或识别有误。",
            )
        ],
    )


def unclaimed(view: View) -> Any:
    """Return the table of numbers that were found but not understood, by document and section."""
    found = metrics.unclaimed_quantities(view.chosen).join(
        view.documents.select("doc_id", "place"), on="doc_id", how="left", maintain_order="left"
    )
    if found.is_empty():
        return view.none("Every number was understood.", "所有数字均已识别。")
    # What counts in the coverage comes first, then the sections with most of them.
    found = found.sort(~pl.col("fiscal").fill_null(False), -pl.col("unclaimed"), maintain_order=True)
    rows = [
        {
            "place": row["place"],
            "section": section_text(row["section"]) or view.t("before the first heading", "首个标题之前"),
            "fiscal": view.t("yes", "是") if row["fiscal"] else view.t("no", "否"),
            "numbers": _of(view, row["unclaimed"], row["found"]),
            "raws": _raws(view, row["raws"]),
        }
        for row in found.iter_rows(named=True)
    ]
    counted = int(found.filter(pl.col("fiscal").fill_null(False))["unclaimed"].sum())
    every = int(found["unclaimed"].sum())
    columns = ("place", "section", "fiscal", "numbers", "raws")
    return view.table(
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String)),
        {
            "place": _PLACE,
            "section": ("Under the heading", "所在标题"),
            "fiscal": ("Counts in coverage", "计入识别率"),
            "numbers": ("Not understood", "未识别"),
            "raws": ("As printed", "原文"),
        },
        name="unclaimed",
        number=6,
        title=("Numbers that were found but not understood", "找到但未识别的数字"),
        stub="place",
        figures=["numbers"],
        notes=[
            view.t(
                f"{every:,} numbers, {counted:,} of them in sections that count in the coverage. Numbers of lists and "
                "headings, thresholds of a scale and names of forms are no figures: that these are not understood is "
                "right. The page of a document (fiscal show) marks every number where it stands.",
                f"共{every:,}个数字，其中计入识别率的内容中{counted:,}个。序号、标题编号、评分等级界限和表格名称"
                "不是财政数字，未识别是对的。单份文件的页面（fiscal show）标出每个数字的位置。",
            )
        ],
    )


def _raws(view: View, raws: Sequence[str]) -> str:
    printed = [" ".join((raw or "").split()) for raw in raws]
    shown = view.t(", ", "、").join(printed[:MOST_NAMED])
    return shown if len(printed) <= MOST_NAMED else f"{shown} …"


def _core_ids(view: View) -> pl.DataFrame:
    """Return the core figures stated by the first documents, each with the first fact that states it."""
    first = view.documents["doc_id"].head(MOST_BARS).to_list()
    stated = _core(view).filter((pl.col("status") == "stated") & pl.col("doc_id").is_in(first))
    return stated.with_columns(pl.col("fact_ids").list.head(1).alias("first"))


def stated(view: View) -> Any:
    """Return the table that leads from each document to the sentences of its core figures."""
    rows = _core_ids(view)
    if rows.is_empty():
        return view.none("No document states a core figure.", "没有文件列示主要数字。")
    by_document = rows.group_by("place", maintain_order=True).agg("figure", pl.col("first").explode().alias("ids"))
    shown = by_document.select(
        "place",
        pl.struct("ids", "figure")
        .map_elements(lambda row: str(evidence_links(list(row["ids"]), list(row["figure"]))), return_dtype=pl.String)
        .alias("figures"),
    )
    return view.table(
        shown,
        {"place": _PLACE, "figures": ("Core figures stated, with their sentences", "已列示的主要数字及出处")},
        name="stated",
        number=7,
        title=("Where the core figures stand", "主要数字的出处"),
        stub="place",
        formats={"figures": Markup},
        notes=[view.t(f"The first {MOST_BARS} documents.", f"列出前{MOST_BARS}份文件。")]
        if view.documents.height > MOST_BARS
        else [],
    )


def evidence(view: View) -> Any:
    """Return the table of the sentences that state the core figures."""
    rows = _core_ids(view)
    if rows.is_empty():
        return view.none("Hence there is no sentence to show.", "因此没有原文可列。")
    return view.evidence(rows["first"], 8)


def provenance(view: View, overview: pl.DataFrame) -> Any:
    """Return the table of documents used, with the parameters of the run."""
    return view.provenance(_read(overview)["doc_id"])
