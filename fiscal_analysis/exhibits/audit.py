"""Charts and tables of the study `disclosure_audit`: do published figures agree, and what follows where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

from fiscal_analysis import metrics
from fiscal_analysis.charts import case_text, evidence_links, interval_chart, stacked_chart
from fiscal_analysis.charts.tables import EMPTY, Markup
from fiscal_analysis.charts.theme import JUDGEMENTS
from fiscal_analysis.charts.wording import percent_text
from fiscal_analysis.metrics.doubt import VARIANTS

if TYPE_CHECKING:
    from fiscal_analysis.studies.view import View, Words

__all__ = [
    "Audit",
    "cases",
    "costs_table",
    "evidence",
    "findings_by_document",
    "findings_by_kind",
    "findings_table",
    "headline",
    "observe",
    "outcomes_by_document",
    "outcomes_by_kind",
    "outcomes_table",
    "provenance",
    "rates_chart",
    "rates_table",
    "touched",
]

MOST_BARS = 30
"""What a chart with a bar for each document can hold."""

MOST_PIECES = 600
"""Findings that a chart can show one by one."""

FEWEST = 5
"""Rates that a level must have for its quantiles to be drawn."""

STATES = ("holds", "broken", "skipped", "not_applicable")
SEVERITIES = ("error", "warning", "note")

_KINDS = ("sums", "bounds", "ratios", "changes", "repeats", "products", "scores", "sense", "other")
_LINES = ("department", "department_part", "class", "group", "item", "project", "project_part")
_PLACE: Words = ("District, year", "地区、年度")
_RELATION: Words = ("Kind of relation", "关系种类")
_SOURCES: Words = ("Sources", "出处")
_ALL: Words = ("All kinds", "全部")
_SEVERAL: dict[str, Words] = {
    "error": ("Errors", "错误"),
    "warning": ("Warnings", "警告"),
    "note": ("Notes", "提示"),
}


class Audit:
    """What the audit says of the documents that a reader has chosen, as far as the severities chosen.

    Attributes
    ----------
    view : View
        The reader's choice.
    levels : list of str
        The severities to show, the most serious first.
    findings : polars.DataFrame
        The findings of these severities.
    """

    def __init__(self, view: View, severities: Sequence[str] = ()) -> None:
        self.view = view
        self.levels = [level for level in SEVERITIES if level in (severities or SEVERITIES)]
        self.findings = view.chosen.findings.filter(pl.col("severity").is_in(self.levels))

    # --- the relations and the findings -----------------------------------------------------------------------------

    @cached_property
    def checks(self) -> pl.DataFrame:
        """How the relations of each document came out; a document without any has a row of zeros."""
        view = self.view
        return self.placed(metrics.check_counts(view.chosen, by=["doc_id"], documents=view.documents))

    @cached_property
    def counts(self) -> pl.DataFrame:
        """The findings of each document, by severity, and per 100 figures."""
        return self.placed(metrics.finding_counts(self.findings, self.view.chosen.facts, self.view.documents))

    @cached_property
    def ranked(self) -> pl.DataFrame:
        """The findings, the worst first."""
        return self.placed(metrics.rank_findings(self.findings, self.view.chosen.facts))

    @cached_property
    def raws(self) -> dict[str, str]:
        """Every figure as printed, by its id."""
        return dict(self.view.corpus.facts.select("fact_id", "raw").iter_rows())

    def known(self, fact_ids: Iterable[str]) -> list[str]:
        """Return the figures that have a sentence to show; cells of a performance table that are no facts have none."""
        return [fact for fact in fact_ids if fact in self.raws]

    def placed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows with the name of their document."""
        return frame.join(self.view.documents.select("doc_id", "place"), on="doc_id", maintain_order="left")

    # --- what rests on figures in doubt -----------------------------------------------------------------------------

    @cached_property
    def serious(self) -> pl.DataFrame:
        """The findings that a figure is wrong or that two statements cannot both hold; notes are none of these."""
        return self.findings.filter(pl.col("severity") != "note")

    @cached_property
    def repaired(self) -> pl.DataFrame:
        """The facts, repaired where the arithmetic leaves one suspect and one value."""
        return metrics.repaired_facts(self.view.chosen.facts, self.serious)

    @cached_property
    def rates(self) -> pl.DataFrame:
        """The execution rates, marked; those without a denominator or a level are of no distribution."""
        rates = metrics.comparable_rates(metrics.execution_rates(self.view.chosen))
        return metrics.mark_rows(rates, self.serious).drop_nulls(["denominator", "level"])

    @cached_property
    def shifts(self) -> pl.DataFrame:
        """How the quantiles of the rates move."""
        repaired = metrics.comparable_rates(metrics.execution_rates(self.repaired, self.view.chosen.documents))
        shifts = metrics.quantiles_in_doubt(self.rates, repaired)
        order = {level: at for at, level in enumerate(_LINES)}
        return shifts.sort(
            pl.col("denominator") != "initial_budget",
            pl.col("level").replace_strict(order, default=len(order), return_dtype=pl.Int64),
            maintain_order=True,
        )

    @cached_property
    def costs(self) -> pl.DataFrame:
        """The unit costs, marked."""
        costs = metrics.mark_rows(metrics.subsidy_costs(self.view.chosen), self.serious)
        return costs.filter(pl.col("status") == "computed")

    @cached_property
    def doubtful_costs(self) -> pl.DataFrame:
        """The unit costs in doubt, with what is left without them and what a repair gives."""
        repaired = metrics.subsidy_costs(self.repaired, self.view.chosen.documents)
        return self.placed(metrics.costs_in_doubt(self.costs, repaired))


def observe(view: View, severities: Sequence[str] = ()) -> Audit:
    """Return what the audit says of the documents chosen; without severities, of all."""
    return Audit(view, severities)


def headline(view: View, audit: Audit) -> Any:
    """Return the strip of key figures."""
    [total] = metrics.check_counts(view.chosen, by=[]).to_dicts()
    tried, judged, share = total["tried"], total["judged"], total["share_of_judged"]
    errors = audit.findings.filter(severity="error").height
    found = audit.findings.height
    return view.key_figures(
        [
            (f"{view.documents.height:,}", "documents", "份文件"),
            (f"{tried:,}", "relations tried", "个关系经过检验"),
            (
                percent_text(share),
                f"of the {judged:,} that can be judged hold",
                f"能判断的{judged:,}个关系中成立的比例",
            ),
            (
                view.t(f"{errors:,} of {found:,}", f"{errors:,}/{found:,}"),
                "findings are errors: printed figures that cannot all be right",
                "条审核结果中的错误：所列数字不可能同时正确",
            ),
        ]
    )


def _colours(view: View, codes: Iterable[str]) -> dict[str, str]:
    """Return the colours of what the audit says, by their words, in a fixed order."""
    return {view.label(code): JUDGEMENTS[code] for code in codes}


def _drawn_of(view: View, number: int, en: str, zh: str) -> str:
    """Return the sentence for charts that hold a part only."""
    if number <= MOST_BARS:
        return ""
    return view.t(
        f" The first {MOST_BARS} of {number:,} {en} are drawn; the table has more.",
        f"图中为{number:,}{zh}中的前{MOST_BARS}个，其余见表。",
    )


# --- relations -------------------------------------------------------------------------------------------------------


def _no_relations(view: View) -> Any:
    return view.none(
        "No relation between figures was tried in the documents chosen: they state too few that belong together.",
        "所选文件没有可检验的关系：相互有关的数字太少。",
    )


def _outcomes(view: View, frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return one piece for each outcome of each row, with what a reader sees of it."""
    pieces = []
    for row in frame.head(MOST_BARS).iter_rows(named=True):
        held, judged = percent_text(row["share_of_judged"]), row["judged"]
        for state in STATES:
            word = view.label(state)
            said = [
                view.t(
                    f"{row[name]}: {row[state]:,} of {row['tried']:,} relations {word}",
                    f"{row[name]}：{row['tried']:,}个关系中{row[state]:,}个{word}",
                )
            ]
            if state in ("holds", "broken"):
                said.append(
                    view.t(f"{held} of the {judged:,} that can be judged hold", f"能判断的{judged:,}个中{held}成立")
                )
            beside = view.t(f"{held} hold", f"{held}成立") if judged else view.t("none judged", "无从判断")
            pieces.append(
                {"name": row[name], "state": word, "number": row[state], "told": "\n".join(said), "beside": beside}
            )
    return pl.DataFrame(pieces)


def _draw_outcomes(view: View, frame: pl.DataFrame, name: str, title: str, more: str) -> Any:
    return stacked_chart(
        _outcomes(view, frame, name),
        label="name",
        part="state",
        value="number",
        description="told",
        text="beside",
        colours=_colours(view, STATES),
        axis_title=view.t("relations tried", "经过检验的关系（个）"),
        title=title,
        subtitle=view.t(
            "Beside the bar: share that holds, of the relations that can be judged.",
            "横条右侧为成立的关系占能判断的关系的比例。",
        )
        + more,
    )


def outcomes_by_document(view: View, audit: Audit) -> Any:
    """Return the chart of how the relations of each document came out, or the sentence that there are none."""
    if view.chosen.checks.is_empty():
        return _no_relations(view)
    return _draw_outcomes(
        view,
        audit.checks,
        "place",
        view.figure(1, "Relations between figures, by document", "各文件的勾稽关系"),
        _drawn_of(view, audit.checks.height, "documents", "份文件"),
    )


def outcomes_by_kind(view: View, audit: Audit) -> Any:
    """Return the chart of how the relations of each kind came out."""
    kinds = metrics.check_counts(view.chosen, by=["kind"])
    if kinds.is_empty():
        return view.none("There is nothing to draw.", "没有可绘制的数据。")
    return _draw_outcomes(
        view,
        kinds.sort("tried", descending=True, maintain_order=True).with_columns(view.labelled("kind")),
        "kind",
        view.figure(2, "Relations between figures, by kind, all documents together", "各类勾稽关系（各文件合计）"),
        "",
    )


def outcomes_table(view: View, audit: Audit) -> Any:
    """Return the table of how the relations came out, by document and kind."""
    kinds = audit.placed(metrics.check_counts(view.chosen))
    if kinds.is_empty():
        return view.none("Hence there is no table.", "因此没有表格。")
    return view.table(
        _with_total(view, kinds, audit.checks),
        {
            "place": _PLACE,
            "kind": _RELATION,
            "tried": ("Tried", "检验"),
            "holds": ("Hold", "成立"),
            "broken": ("Broken", "不成立"),
            "skipped": ("Not tested", "未检验"),
            "not_applicable": ("Not appl.", "不适用"),
            "share_of_tried": ("Hold, of tried", "成立/检验"),
            "share_of_judged": ("of judged", "成立/能判断"),
        },
        name="relations",
        number=1,
        title=("Relations tried, by document and kind", "检验的关系（按文件和种类）"),
        stub="kind",
        groups="place",
        formats=dict.fromkeys(["share_of_tried", "share_of_judged"], _fixed),
        notes=[
            view.t("Judged: those that hold or are broken.", "能判断的关系为成立的与不成立的之和。"),
            view.t(
                "The shares are counted, not estimated: no interval belongs to them. Where a document has 0 relations, "
                "its figures do not allow any.",
                "比例由计数得出，不是估计值，因此没有区间。关系数为0的文件，其数字不足以检验任何关系。",
            ),
        ],
    )


def _with_total(view: View, kinds: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of each document, in the order of the documents: its kinds in words, then all together."""
    order = {place: at for at, place in enumerate(view.documents["place"])}
    rank = {kind: at for at, kind in enumerate(_KINDS)}
    by_kind = kinds.sort(
        pl.col("kind").replace_strict(rank, default=len(rank), return_dtype=pl.Int64), maintain_order=True
    ).with_columns(view.labelled("kind"))
    total = totals.with_columns(pl.lit(view.t(*_ALL)).alias("kind"))
    return pl.concat([by_kind, total.select(by_kind.columns)]).sort(
        pl.col("place").replace_strict(order, return_dtype=pl.Int64), maintain_order=True
    )


# --- findings --------------------------------------------------------------------------------------------------------


def _no_findings(view: View) -> Any:
    return view.none(
        "There is no finding of the severities chosen in these documents.", "所选文件没有所选级别的审核结果。"
    )


def _worst(view: View) -> str:
    """Return the link to the section of the worst cases: its heading, as the page makes it an anchor."""
    return "#" + quote(view.t("The-worst-cases", "最严重的情形"))


def _pieces(view: View, audit: Audit) -> pl.DataFrame:
    """Return one piece for each finding, with what a reader sees of it."""
    # A piece is as long as one finding weighs in its document.
    each = {row["doc_id"]: (row["per_100"] or 0.0) / (row["findings"] or 1) for row in audit.counts.to_dicts()}
    pieces = []
    for row in audit.ranked.iter_rows(named=True):
        kind, level = view.label(row["kind"]), view.label(row["severity"])
        said = [
            view.t(f"{row['place']}: {level}, {kind}", f"{row['place']}：{level}，{kind}"),
            view.note(row, "arithmetic"),
            f"“{row['quote']}”" if row["quote"] else "",
        ]
        known = audit.known(row["fact_ids"])
        pieces.append(
            {
                "place": row["place"],
                "kind": kind,
                "level": level,
                "one": 1.0,
                "per_100": each[row["doc_id"]],
                "told": "\n".join(filter(None, said)),
                "link": f"#fact-{known[0]}" if known else _worst(view),
            }
        )
    return pl.DataFrame(pieces)


def _draw_findings(
    view: View, audit: Audit, name: str, value: str, beside: Mapping[str, str], *, axis: str, title: str, subtitle: str
) -> Any:
    """Draw one bar for each key of `beside`; where there are too many findings, a piece for each severity."""
    kept = list(beside)[:MOST_BARS]
    pieces = _pieces(view, audit).filter(pl.col(name).is_in(kept))
    if pieces.height > MOST_PIECES:
        pieces = pieces.group_by(name, "level", maintain_order=True).agg(
            pl.col(value).sum(),
            (pl.len().cast(pl.String) + view.t(" findings", "条审核结果")).alias("told"),
            pl.lit(_worst(view)).alias("link"),
        )
    columns = [name, "level", value, "told", "link"]
    # A bar without findings is a result, too: it is drawn with its name and its 0.
    bare = [key for key in kept if key not in set(pieces[name])]
    empty = pl.DataFrame(
        {
            name: bare,
            "level": [view.label("note")] * len(bare),
            value: [0.0] * len(bare),
            "told": [view.t("no finding", "没有审核结果")] * len(bare),
            "link": [_worst(view)] * len(bare),
        }
    )
    drawn = pl.concat([pieces.select(columns), empty.select(columns)]) if bare else pieces.select(columns)
    place = {key: at for at, key in enumerate(kept)}
    drawn = drawn.sort(pl.col(name).replace_strict(place, return_dtype=pl.Int64), maintain_order=True)
    return stacked_chart(
        drawn.with_columns(pl.col(name).replace_strict(dict(beside), return_dtype=pl.String).alias("beside")),
        label=name,
        part="level",
        value=value,
        description="told",
        text="beside",
        link="link",
        colours=_colours(view, audit.levels) | _colours(view, ["note"]),
        axis_title=axis,
        title=title,
        subtitle=subtitle,
    )


def findings_by_document(view: View, audit: Audit) -> Any:
    """Return the chart of findings per 100 figures, by document, or the sentence that there are none."""
    if audit.findings.is_empty():
        return _no_findings(view)
    beside = {
        row["place"]: EMPTY
        if row["per_100"] is None
        else view.t(f"{row['per_100']:.1f} ({row['findings']:,})", f"{row['per_100']:.1f}（{row['findings']:,}）")
        for row in audit.counts.iter_rows(named=True)
    }
    return _draw_findings(
        view,
        audit,
        "place",
        "per_100",
        beside,
        axis=view.t("findings per 100 figures read", "每百个数字的审核结果（条）"),
        title=view.figure(3, "Findings per 100 figures, by document", "各文件每百个数字的审核结果"),
        subtitle=view.t(
            "One piece is one finding. Beside the bar: findings per 100 figures, and their number in brackets.",
            "一格为一条审核结果。横条右侧为每百个数字的条数，括号内为条数。",
        )
        + _drawn_of(view, audit.counts.height, "documents", "份文件"),
    )


def findings_by_kind(view: View, audit: Audit) -> Any:
    """Return the chart of findings by kind of relation."""
    if audit.findings.is_empty():
        return view.none("There is nothing to draw.", "没有可绘制的数据。")
    numbers = audit.ranked.group_by("kind", maintain_order=True).len().sort("len", descending=True, maintain_order=True)
    return _draw_findings(
        view,
        audit,
        "kind",
        "one",
        {view.label(kind): f"{number:,}" for kind, number in numbers.iter_rows()},
        axis=view.t("findings", "审核结果（条）"),
        title=view.figure(
            4, "Findings by kind of relation, all documents together", "各类关系的审核结果（各文件合计）"
        ),
        subtitle=view.t("One piece is one finding.", "一格为一条审核结果。"),
    )


def findings_table(view: View, audit: Audit) -> Any:
    """Return the table of findings by document and kind."""
    if audit.findings.is_empty():
        return view.none("Hence there is no table.", "因此没有表格。")
    kinds = metrics.finding_counts(audit.findings, view.chosen.facts, view.documents, by=["kind"])
    return view.table(
        _with_total(view, audit.placed(kinds), audit.counts),
        {
            "place": _PLACE,
            "kind": _RELATION,
            **{level: _SEVERAL[level] for level in audit.levels},
            "findings": ("Findings", "合计"),
            "figures": ("Figures read", "读取数字"),
            "per_100": ("Per 100 figures", "每百个数字"),
        },
        name="findings",
        number=2,
        title=("Findings, by document and kind", "审核结果（按文件和种类）"),
        stub="kind",
        groups="place",
        formats={"per_100": "{:.2f}".format, "figures": "{:,}".format},
        notes=[
            view.t(
                "Findings and broken relations (table 1) are not the same number: one wrong figure may break several "
                "relations and is one finding, and a malformed number or a rate on a base of 0 breaks none.",
                "审核结果与不成立的关系（表1）数目不同：一个数字写错可使几个关系不成立，只算一条；"
                "数字书写有误、以0为基数的比率则不破坏任何关系。",
            )
        ],
    )


# --- the worst cases -------------------------------------------------------------------------------------------------


def _apart(view: View, gap: float | None) -> str:
    """Return a relative distance: as a percentage, or as a multiple where it is large."""
    if gap is None:
        return EMPTY
    return view.t(f"{gap:,.0f}\u00a0times", f"{gap:,.0f}倍") if gap >= 10 else percent_text(gap)


def _doubted(view: View, row: Mapping[str, Any]) -> str:
    """Return the figures in doubt, and what they would have to be."""
    repair, suspects = view.note(row, "repair"), row["suspect"]
    if not suspects and not repair:
        return view.t("not told by the arithmetic", "仅凭计算无法断定")
    if len(row["suspects"]) == 1:
        return " → ".join(filter(None, [*(suspects or [view.t("as stated", "原文数字")]), repair]))
    return view.t(f"one of: {repair or ', '.join(suspects)}", f"其中之一：{repair or '、'.join(suspects)}")


def cases(view: View, audit: Audit, top: int) -> Any:
    """Return the table of the worst cases, or the sentence that there are none."""
    ranked = audit.ranked
    worst = ranked.head(top)
    if ranked.is_empty():
        return view.none(
            "There is no finding of the severities chosen in these documents. Their figures do not contradict each "
            "other as far as the relations above go; the last section says how far that is.",
            "所选文件没有所选级别的审核结果。就上述关系而言，所列数字互不矛盾；这说明多少，见最后一节。",
        )
    if worst.is_empty():
        return view.none("No case is shown: the number of cases to show is 0.", "没有列出：要列出的条数为0。")
    rows = worst.to_dicts()
    told = [
        case_text(view.note(row, "arithmetic") or "", row["quote"], [audit.raws.get(f) or "" for f in row["fact_ids"]])
        for row in rows
    ]
    shown = worst.with_columns(
        pl.Series("told", told, dtype=pl.String),
        pl.Series("doubted", [_doubted(view, row) for row in rows], dtype=pl.String),
        pl.Series("apart", [_apart(view, row["relative_gap"]) for row in rows], dtype=pl.String),
        pl.Series("sources", [evidence_links(audit.known(row["fact_ids"])[:6]) for row in rows], dtype=pl.String),
        view.labelled("severity"),
    )
    return view.table(
        shown,
        {
            "severity": ("Severity", "级别"),
            "place": _PLACE,
            "told": ("What does not fit, and the sentence that states the figure", "不一致之处及原文"),
            "doubted": ("Suspect → value that would repair it", "存疑数字 → 可使其一致的值"),
            "apart": ("Apart", "相差"),
            "sources": _SOURCES,
        },
        name="cases",
        number=3,
        title=(
            f"The worst {shown.height:,} of {ranked.height:,} findings",
            f"{ranked.height:,}条审核结果中最严重的{shown.height:,}条",
        ),
        stub="place",
        groups="severity",
        figures=["apart"],
        formats={"told": Markup, "sources": Markup},
        notes=[
            view.t(
                "Apart: distance from the stated figure to the nearest value that would fit, relative to the stated "
                "figure; a dash where there is no such value, or where the stated figure is 0.",
                "“相差”为所列数字与最近的可一致的值之差，占所列数字的比例；没有这样的值或所列数字为0时以“–”表示。",
            ),
            view.t(
                "Figures stand in the unit in which the document prints them. Sources lead to the first six of a case.",
                "数字均为文件所用单位。“出处”指向每条的前六个数字。",
            ),
        ],
    )


# --- what the errors do to the other studies' numbers ----------------------------------------------------------------


def _serious(view: View, audit: Audit) -> str:
    """Return the severities that count here, in words."""
    named = {"error": view.t("an error", "错误"), "warning": view.t("a warning", "警告")}
    said = view.t(" or ", "或").join(named[level] for level in audit.levels if level in named)
    return said or view.t("an error or a warning (none was chosen)", "错误或警告（未选这两级）")


def touched(view: View, audit: Audit) -> Any:
    """Return the table of how many execution rates and unit costs rest on figures in doubt."""
    counts = [
        metrics.standing_counts(rows).with_columns(pl.lit(name).alias("what"))
        for rows, name in (
            (audit.rates.filter("usable"), view.t("Execution rates", "预算执行率")),
            (audit.costs, view.t("Unit costs", "单位成本")),
        )
    ]
    mended = audit.repaired["repaired"].sum()
    return view.table(
        pl.concat(counts),
        {
            "what": ("Study", "研究"),
            "rows": ("Rows", "个数"),
            "suspect": ("Rest on a suspect", "含存疑数字"),
            "involved": ("on another figure of a finding", "含其他不一致的数字"),
            "clear": ("on none of these", "均不涉及"),
            "touched": ("Touched", "涉及的占比"),
        },
        name="touched",
        number=4,
        title=("Rows that rest on figures of errors and warnings", "涉及错误、警告所指数字的结果"),
        stub="what",
        formats={"touched": percent_text},
        notes=[
            view.t(
                f"Figures that are the only suspect of a finding and have one value that would repair it: {mended:,}.",
                f"唯一存疑且只有一个值可使其一致的数字：{mended:,}个。",
            ),
            view.t(
                "Rates of lines with a budget of 0, and those whose amounts and printed rate differ by a factor of ten "
                "or more, are in no distribution of the study of execution rates and not counted here.",
                "预算为0的科目的比例，以及与金额相差十倍以上的执行率，不在执行率研究的分布之内，这里也不计。",
            ),
        ],
    )


def _wide(view: View, audit: Audit) -> pl.DataFrame:
    """Return one row for each level and variant, with its quantiles and how its median moved."""
    shifts = audit.shifts.with_columns((pl.col("probability") * 100).round().cast(pl.Int64).cast(pl.String).alias("at"))
    wide = shifts.pivot(
        "at",
        index=["denominator", "level", "variant", "n"],
        values=["value", "shift", "low", "high"],
        maintain_order=True,
    )
    group = (
        pl.concat_str(view.labelled("level"), pl.lit("（占"), view.labelled("denominator"), pl.lit("的比例）"))
        if view.language == "zh"
        else pl.concat_str(view.labelled("level"), pl.lit(" on the "), view.labelled("denominator"))
    )
    published = pl.col("variant") == VARIANTS[0]
    spans = [view.percent_span(*ends) if n else EMPTY for n, *ends in wide.select("n", "low_50", "high_50").iter_rows()]
    return wide.with_columns(
        group.alias("group"),
        published.alias("published"),
        view.labelled("variant"),
        pl.when(~published).then(pl.col("shift_50")).alias("shift"),
        pl.Series("interval", spans, dtype=pl.String),
    )


def _fixed(ratio: float) -> str:
    """Return a ratio as a percentage in a column of one number of decimals."""
    return percent_text(ratio, fixed=True)


def _points(shift: float) -> str:
    """Return a difference of two rates in percentage points."""
    return f"{shift * 100:+.1f}".replace("-", "−").replace("+0.0", "0.0").replace("−0.0", "0.0")


def rates_chart(view: View, audit: Audit) -> Any:
    """Return the chart of the medians of execution rates with and without figures in doubt."""
    if audit.shifts.is_empty():
        counted = _serious(view, audit)
        return view.none(
            f"No execution rate rests on a figure of {counted}: the distributions stay as they are.",
            f"没有执行率涉及{counted}所指的数字：分布不变。",
        )
    wide = _wide(view, audit)
    enough = wide.filter("published", pl.col("n") >= FEWEST)["group"]
    drawn = wide.filter(pl.col("value_50").is_not_null() & pl.col("group").is_in(enough.implode())).head(MOST_BARS)
    if drawn.is_empty():
        return view.none(
            f"No level with a rate in doubt has {FEWEST} rates or more; the table has all.",
            f"有存疑执行率的层级都不足{FEWEST}个执行率，没有绘图，数值见下表。",
        )
    medians = [percent_text(median) for median in drawn["value_50"]]
    names = [
        view.t(f"{group}: {variant} (n = {n})", f"{group}：{variant}（{n}个）")
        for group, variant, n in drawn.select("group", "variant", "n").iter_rows()
    ]
    told = [view.t(f"{name}\nmedian {at}", f"{name}\n中位数{at}") for name, at in zip(names, medians, strict=True)]
    return interval_chart(
        drawn.with_columns(
            pl.Series("name", names),
            pl.Series("text", medians),
            pl.Series("told", told),
            *(pl.col(f"value_{at}") * 100 for at in (25, 50, 75)),
        ),
        label="name",
        value="value_50",
        low="value_25",
        high="value_75",
        text="text",
        description="told",
        axis_title=view.t("outturn as a percentage of the budget", "执行数占预算的比例（%）"),
        title=view.figure(5, "Execution rates with and without figures in doubt", "剔除或更正存疑数字前后的执行率"),
        subtitle=view.t(
            f"Dot: median. Bar: from the 25 % to the 75 % quantile. Levels with {FEWEST} rates or more, at least one "
            "of which rests on a figure of an error or a warning.",
            f"圆点为中位数，横条从25 %分位到75 %分位。只列有{FEWEST}个以上执行率、其中至少一个涉及错误或警告的层级。",
        ),
    )


def rates_table(view: View, audit: Audit) -> Any:
    """Return the table of the quantiles of execution rates with and without figures in doubt."""
    if audit.shifts.is_empty():
        return view.none("Hence there is no table.", "因此没有表格。")
    return view.table(
        _wide(view, audit),
        {
            "group": ("Level", "层级"),
            "variant": ("Computed", "计算方式"),
            "n": ("Rates", "执行率个数"),
            "value_25": ("25 %", "25 %分位"),
            "value_50": ("Median", "中位数"),
            "value_75": ("75 %", "75 %分位"),
            "shift": ("Median moves by", "中位数变动"),
            "interval": ("95 % interval", "95 %区间"),
        },
        name="rates",
        number=5,
        title=(
            "Quantiles of execution rates with and without figures in doubt",
            "剔除或更正存疑数字前后执行率的分位数",
        ),
        stub="variant",
        groups="group",
        figures=["interval"],
        formats=dict.fromkeys(["value_25", "value_50", "value_75"], _fixed) | {"shift": _points},
        notes=[
            view.t(
                "Levels with a rate that rests on a figure of an error or a warning; all others stay as they are. "
                "Among a few rates, one that is left out moves the median far.",
                "只列有执行率涉及错误或警告的层级，其他层级不变。执行率只有几个时，去掉一个就会使中位数变动很大。",
            ),
            view.t(
                "The median moves by percentage points, against the rates as published. A dash: no rate is left, or "
                "nothing to compare. The interval is that of the median: it lies between two observed rates and holds "
                "whatever the distribution; it is open where there are too few rates.",
                "中位数变动以百分点计，与按原文计算的相比。“–”表示没有剩下执行率或无从比较。"
                "区间为中位数的区间，以两个观测值为端点，对任何分布都成立；执行率太少时区间不定。",
            ),
        ],
    )


def costs_table(view: View, audit: Audit) -> Any:
    """Return the table of the unit costs in doubt, or the sentence that there are none."""
    rows = audit.doubtful_costs
    if rows.is_empty():
        counted = _serious(view, audit)
        return view.none(
            f"No unit cost rests on a figure of {counted}: all stay as they are.",
            f"没有单位成本涉及{counted}所指的数字：全部不变。",
        )
    shown = pl.DataFrame([_cost(view, audit, row) for row in rows.iter_rows(named=True)])
    total, rest = audit.costs.height, audit.costs.height - rows.height
    return view.table(
        shown,
        {
            "place": _PLACE,
            "what": ("Cost", "单位成本"),
            "formula": ("Computed as", "计算"),
            "standing": ("Rests", "涉及"),
            "now": ("As published (interval)", "按原文（区间）"),
            "without": ("Without findings", "剔除后"),
            "repaired": ("Repaired", "更正后"),
            "sources": _SOURCES,
        },
        name="costs",
        number=6,
        title=("Unit costs that rest on figures of errors and warnings", "涉及错误、警告所指数字的单位成本"),
        stub="what",
        groups="place",
        figures=["now", "without", "repaired"],
        formats=dict.fromkeys(["now", "without", "repaired", "sources"], Markup),
        notes=[
            view.t(
                "Without findings: what is left for the same programme and denominator; a dash where nothing is.",
                "“剔除后”为同一项目、同一分母所剩的单位成本，没有剩下的以“–”表示。",
            ),
            view.t(
                f"All other unit costs ({rest:,} of {total:,}) stay as they are.",
                f"其余单位成本（{total:,}个中的{rest:,}个）不变。",
            ),
        ],
    )


def _cost(view: View, audit: Audit, row: Mapping[str, Any]) -> dict[str, str | None]:
    """Return a unit cost in doubt with what a reader sees of it."""

    def several(found: Sequence[Mapping[str, float]]) -> str:
        amounts = dict.fromkeys(view.amount(each["cost"], each["low"], each["high"]) for each in found)
        return view.t(" or<br>", "或<br>").join(amounts) or EMPTY

    ends = (row["unit_cost_low"], row["unit_cost_high"])
    now, interval = view.amount(row["unit_cost_yuan"], *ends), view.span(*ends)
    kinds = (row["kind"], row["denominator"], row["kind_of_certification"])
    return {
        "place": row["place"],
        "what": view.t(", ", "，").join(view.label(code) for code in kinds if code),
        "formula": row["formula"],
        "standing": view.label(row["standing"]),
        "now": f"{now}<br>{view.t(f'({interval})', f'（{interval}）')}",
        "without": several(row["without"]),
        "repaired": several(row["repaired"]),
        "sources": evidence_links(audit.known(row["fact_ids"])[:3]),
    }


# --- where it comes from ---------------------------------------------------------------------------------------------


def evidence(view: View, audit: Audit) -> Any:
    """Return the table of the sentences that findings and unit costs in doubt rest on."""
    used = pl.concat([audit.ranked["fact_ids"], audit.doubtful_costs["fact_ids"]])
    if used.is_empty():
        return view.none("There is no finding, hence no sentence to show.", "没有审核结果，因此没有原文可列。")
    return view.evidence(used, 7)


def provenance(view: View, audit: Audit, top: int) -> Any:
    """Return the table of documents used, with the parameters of the run."""
    return view.provenance(
        view.documents["doc_id"],
        {
            ("severities", "级别"): [view.label(level) for level in audit.levels],
            ("worst cases", "列出条数"): top,
        },
    )
