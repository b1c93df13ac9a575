"""Charts and tables of the study `district_profile`: one district on one page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from fiscal_analysis import metrics
from fiscal_analysis.charts import evidence_links, interval_chart, stacked_chart, strip_chart
from fiscal_analysis.charts.tables import EMPTY, Markup
from fiscal_analysis.charts.theme import CATEGORIES
from fiscal_analysis.charts.wording import percent_text

if TYPE_CHECKING:
    from fiscal_analysis.corpus import Corpus
    from fiscal_analysis.studies.view import View, Words

__all__ = [
    "audit",
    "composition",
    "documents",
    "evidence",
    "headline",
    "open_page",
    "position",
    "programmes",
    "provenance",
    "public_expenses",
    "rates",
    "said",
    "scores",
    "totals",
]

WORST = 5
"""How many findings of the audit stand on the page."""

_MOST_PARTS = 7
_VIEWS = ("expenditure_kind", "function_class", "economic_class")
_REST = "#d5dbe0"
_SMALLER = "#9aa5b1"
_DOCUMENT: Words = ("Document", "文件")
_SOURCES: Words = ("Sources", "出处")
_INTERVAL: Words = ("Interval", "区间")
_SHARE_VIEWS = ("three_public", "of_expenditure", "procurement_supplier")


class Page(NamedTuple):
    """One district and year: its documents, and what the metrics say of them.

    Attributes
    ----------
    view : View
        All documents of the data, in the reader's language and unit.
    own : Corpus
        The documents of the district and year.
    code, name, year
        Which district and year; `name` with its province.
    chosen : tuple of bool
        Whether the reader named the district and the year.
    profile, pieces, structure, costs, scores, positions : polars.DataFrame
        Rows of the metrics; ``document`` names a document where there are several.
    """

    view: View
    own: Corpus
    code: str | None
    name: str
    year: int | None
    chosen: tuple[bool, bool]
    profile: pl.DataFrame
    pieces: pl.DataFrame
    structure: pl.DataFrame
    costs: pl.DataFrame
    scores: pl.DataFrame
    positions: pl.DataFrame

    @property
    def several(self) -> bool:
        """Whether the district has several documents."""
        return self.own.documents.height > 1


def open_page(view: View, division_code: str | None = None, year: int | None = None) -> Page:
    """Return the page of one district; all but the comparison is computed of its own documents alone.

    Parameters
    ----------
    view : View
        As :func:`~fiscal_analysis.studies.open_view` returns it; it is narrowed to the district and year.
    division_code : str, optional
        Six-digit code of the district; otherwise the one whose documents state most figures.
    year : int, optional
        Fiscal year; the newest of the district otherwise.

    Returns
    -------
    Page

    Raises
    ------
    ContractError
        If there is no document of the district and year.
    """
    corpus = view.corpus
    own = view.district(division_code, year)
    code, found = next(iter(view.division_codes), None), view.year_from
    structure = metrics.spending_structure(own).filter((pl.col("measure") == "final") & pl.col("period").is_null())
    named = _documents(view, own)
    profile = _profile(own, code)
    frames = [
        profile,
        _pieces(structure),
        structure,
        metrics.subsidy_costs(own).filter(pl.col("fiscal_year").is_null() | (pl.col("fiscal_year") == found)),
        metrics.evaluation_scores(own),
        _positions(corpus, own, code, found),
    ]
    first = own.documents.row(0, named=True)
    parts = (first[column] for column in ("province", "prefecture", "county") if first[column])
    return Page(
        view,
        own,
        code,
        " ".join(parts) or view.t("place not stated", "地区不详"),
        found,
        (division_code is not None, year is not None),
        *(frame.join(named, on="doc_id", how="left", maintain_order="left") for frame in frames),
    )


def _documents(view: View, own: Corpus) -> pl.DataFrame:
    """Return what each document is called on the page: its publisher and kind, its name where these are the same."""
    kinds = own.documents.with_columns(view.labelled("kind", view.t("kind not told", "文件种类不详")))
    publisher = pl.coalesce("issuer", "title", "doc_id")
    name = pl.concat_str(publisher, "kind", separator=view.t(", ", "，"))
    named = kinds.select("doc_id", name.alias("document"))
    twice = pl.len().over("document") > 1
    return named.with_columns(
        pl.when(twice).then(pl.concat_str("document", "doc_id", separator=" ")).otherwise("document").alias("document")
    )


def _profile(own: Corpus, code: str | None) -> pl.DataFrame:
    """Return the key figures of the documents' own years; prior years are for the study of several years."""
    profile = metrics.district_profile(own, code or "", top=WORST)
    years = own.documents.select("doc_id", pl.col("fiscal_year").alias("of document"))
    joined = profile.join(years, on="doc_id", how="left", maintain_order="left")
    of_document = pl.col("of document")
    same = pl.col("fiscal_year").is_null() | of_document.is_null() | (pl.col("fiscal_year") == of_document)
    return joined.filter(same).drop("of document")


def _positions(corpus: Corpus, own: Corpus, code: str | None, year: int | None) -> pl.DataFrame:
    """Return where the district stands; of the other districts only the figures are read that it has itself."""
    here = metrics.comparable_figures(own)["figure"].unique().to_list() if code else []
    figures = metrics.comparable_figures(corpus, figures=here) if here else metrics.comparable_figures(own, figures=[])
    return metrics.district_positions(figures, code or "", fiscal_year=year)


def _pieces(structure: pl.DataFrame) -> pl.DataFrame:
    """Return the pieces of the three compositions, with as many lines as colours can tell apart."""
    wanted = structure.filter(pl.col("view").is_in(_VIEWS))
    # A fund that the body has nothing of, or of which no total is printed, makes no bar of its own beside the others.
    wanted = wanted.filter((pl.col("value_high") > 0) & (pl.col("fund").is_null() | pl.col("whole_yuan").is_not_null()))
    found = []
    for view in _VIEWS:
        rows = wanted.filter(pl.col("view") == view)
        if view == "expenditure_kind":
            rows = _one_kind(rows)
        for top in range(5, 0, -1):
            pieces = metrics.composition(rows, top=top)
            if pieces.select("concept", "code", "name").n_unique() <= _MOST_PARTS:
                break
        found.append(pieces)
    return pl.concat(found)


def _one_kind(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the kinds of all expenditure; of each fund's, where a document's total is ambiguous or not stated."""
    clear = rows.filter(pl.col("fund").is_null() & pl.col("whole_yuan").is_not_null())["doc_id"].unique().implode()
    return rows.filter(pl.col("fund").is_null() == pl.col("doc_id").is_in(clear))


# --- who, and the key figures ---------------------------------------------------------------------------------------


def said(page: Page) -> Any:
    """Return the sentence that says which district and year the page is of, and why."""
    view = page.view
    every = view.corpus.documents.filter(pl.col("division_code") == page.code)
    districts = view.corpus.documents["division_code"].drop_nulls().n_unique()
    years = every["fiscal_year"].drop_nulls().unique().sort().to_list()
    told = [
        view.t(
            f"This page is of **{page.name}** ({page.code}), fiscal year {page.year or 'not stated'}.",
            f"本页反映**{page.name}**（{page.code}）{f'{page.year}年度' if page.year else '（年度不详）'}的情况。",
        )
    ]
    if not page.chosen[0]:
        told.append(
            view.t(
                f"No district was named: of the {districts:,} districts in the data it states most figures.",
                f"没有指定地区：数据中共有{districts:,}个地区，这里取列示数字最多的一个。",
            )
        )
    if not page.chosen[1] and page.year is not None:
        listed = ", ".join(map(str, years)) if view.language == "en" else "、".join(map(str, years))
        told.append(
            view.t(
                f"No year was named: it is the newest of the district (years in the data: {listed}).",
                f"没有指定年度：这里取该地区最新的年度（数据中的年度：{listed}）。",
            )
        )
    return view.say(" ".join(told), "".join(told))


def headline(page: Page) -> Any:
    """Return the strip of key figures; a figure that several documents state is in the tables."""
    view = page.view
    figures = [(f"{page.own.documents.height:,}", "documents" if page.several else "document", "份文件")]
    whole = page.profile.filter((pl.col("section") == "totals") & (pl.col("key") == "expenditure"))
    spent = whole.filter((pl.col("measure") == "final") & pl.col("fund").is_null() & pl.col("scope").is_null())
    figures.append((_only(page, spent, _money), "total expenditure (outturn)", "支出合计（决算数）"))
    department = page.profile.filter(
        (pl.col("section") == "execution") & (pl.col("key") == "department") & pl.col("value").is_not_null()
    )
    for measure, en, zh in (
        ("adjusted_budget", "of the adjusted budget spent", "支出占全年预算"),
        ("initial_budget", "of the initial budget spent", "支出占年初预算"),
    ):
        rate = department.filter(pl.col("measure") == measure)
        if rate.height or measure == "adjusted_budget":
            figures.append((_only(page, rate, lambda _, row: percent_text(row["value"])), en, zh))
    scored = page.profile.filter((pl.col("section") == "scores") & pl.col("value").is_not_null())
    for kind, en, zh in (
        ("department", "score of the department", "部门绩效得分"),
        ("project", "score of a project", "项目绩效得分"),
    ):
        of_kind = scored.filter(pl.col("key") == kind)
        if of_kind.height == 1:
            figures.append((f"{of_kind['value'][0]:g}", en, zh))
    errors = page.own.findings.filter(pl.col("severity") == "error").height
    figures.append((f"{errors:,}", "errors found by the audit", "个审核错误"))
    return view.key_figures(figures)


def _only(page: Page, rows: pl.DataFrame, write: Callable[[View, Mapping[str, Any]], str]) -> str:
    if rows.height > 1:
        return page.view.t("several", "多个")
    return write(page.view, rows.row(0, named=True)) if rows.height else EMPTY


def _money(view: View, row: Mapping[str, Any]) -> str:
    """Return an amount, or the span of the amounts that are stated."""
    if row["value"] is None:
        return f"{view.span(row['low'], row['high'], 4 if view.unit.yuan > 10_000 else 0)}\u00a0{view.unit.name}"
    return view.amount(row["value"], decimals=4 if view.unit.yuan > 10_000 else 0)


def documents(page: Page) -> Any:
    """Return the table of who published what, how much of it was understood and which core figures it leaves out."""
    view = page.view
    overview = metrics.corpus_overview(page.own).filter(pl.col("status") == "read")
    gaps = metrics.concept_gaps(page.own).filter(pl.col("status") == "missing")
    missing: dict[str, list[str]] = {}
    for row in gaps.iter_rows(named=True):
        missing.setdefault(row["doc_id"], []).append(
            view.t(" or ", "或").join(view.label(each) for each in row["concept"].split("|"))
        )
    shown = [
        {
            "issuer": row["issuer"] or row["title"] or row["doc_id"],
            "kind": view.label(row["kind"]) or EMPTY,
            "year": None if row["fiscal_year"] is None else str(row["fiscal_year"]),
            "facts": row["facts"],
            "coverage": row["coverage"],
            "core": EMPTY
            if row["core"] is None
            else view.t(f"{row['core_stated']} of {row['core']}", f"{row['core_stated']}/{row['core']}"),
            "missing": view.t("; ", "；").join(missing.get(row["doc_id"], [])) or EMPTY,
        }
        for row in overview.iter_rows(named=True)
    ]
    schema = dict.fromkeys(("issuer", "kind", "year", "core", "missing"), pl.String)
    return view.table(
        pl.DataFrame(shown, schema=schema | {"facts": pl.Int64, "coverage": pl.Float64}),
        {
            "issuer": ("Published by", "发布单位"),
            "kind": _DOCUMENT,
            "year": ("Year", "年度"),
            "facts": ("Figures read", "读取数字"),
            "coverage": ("Understood", "识别率"),
            "core": ("Core figures stated", "已列示的主要数字"),
            "missing": ("Not stated", "未列示"),
        },
        name="published",
        number=1,
        title=("Who published what", "发布单位和文件"),
        stub="issuer",
        figures=["core"],
        formats={"coverage": lambda share: percent_text(share, fixed=True), "facts": "{:,}".format},
        notes=[
            view.t(
                "Understood: share of the numbers in fiscal sections that were given a meaning; it does not say that "
                "the meaning is right. Core figures are those that a document of its kind states as a rule.",
                "识别率：财政内容中已识别含义的数字所占比例，不代表识别正确。主要数字指此类文件通常列示的数字。",
            )
        ],
    )


# --- totals and execution -------------------------------------------------------------------------------------------


def totals(page: Page) -> Any:
    """Return the table of totals: budgets and outturn."""
    view = page.view
    rows = page.profile.filter((pl.col("section") == "totals") & (pl.col("status") != "no_data"))
    if rows.is_empty():
        return view.none("No document states totals of revenue or expenditure.", "所发布的文件没有列示收入、支出总额。")
    shown = _measured(page, rows)
    return view.table(
        shown,
        _grouped(page)
        | {
            "name": ("Figure", "项目"),
            "initial_budget": ("Initial budget", "年初预算数"),
            "adjusted_budget": ("Adjusted budget", "全年预算数"),
            "final": ("Outturn", "决算数"),
            "sources": _SOURCES,
        },
        name="totals",
        number=2,
        title=("Revenue, expenditure and carry-over", "收支总额和结转结余"),
        stub="name",
        groups="document" if page.several else None,
        figures=["initial_budget", "adjusted_budget", "final"],
        formats={"sources": Markup},
        notes=view.notes(shown["document"] if page.several else shown["name"], shown["note"]),
    )


def _grouped(page: Page) -> dict[str, Words]:
    return {"document": _DOCUMENT} if page.several else {}


def _measured(page: Page, rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per figure, with a column of amounts for each measure."""
    view = page.view
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    decimals = _decimals(view, rows["value"])
    for row in rows.iter_rows(named=True):
        key = (row["doc_id"], row["concept"], row["fund"], row["scope"])
        line = found.setdefault(
            key,
            dict.fromkeys(("initial_budget", "adjusted_budget", "final", "note"))
            | {"document": row["document"], "doc_id": row["doc_id"], "concept": row["concept"], "fund": row["fund"]}
            | {"name": _figure(view, row), "ids": []},
        )
        line[row["measure"]] = _amount(view, row, decimals)
        line["ids"] += [each for each in row["fact_ids"][:2] if each not in line["ids"]]
        line["note"] = _joined(view, line["note"], view.note(row))
    strings = ("initial_budget", "adjusted_budget", "final", "note", "document", "doc_id", "concept", "fund", "name")
    schema: dict[str, Any] = dict.fromkeys((*strings, "sources"), pl.String)
    return pl.DataFrame(
        [{name: line[name] for name in strings} | {"sources": _links(line["ids"])} for line in found.values()],
        schema=schema,
    )


def _decimals(view: View, yuans: pl.Series) -> int:
    """Return the decimals of a column of amounts: those of the unit, or more where its smallest would lose digits."""
    usual, most = (4, 8) if view.unit.yuan > 10_000 else (2, 4)
    smallest: Any = yuans.drop_nulls().abs().filter(yuans.drop_nulls() != 0).min()
    if smallest is None or view.unit.yuan == 1:
        return usual
    return next((d for d in range(usual, most) if smallest / view.unit.yuan * 10**d >= 100), most)


def _amount(view: View, row: Mapping[str, Any], decimals: int) -> str:
    """Return a stated amount, or the span of the amounts that are stated for one figure."""
    if row["value"] is not None:
        return view.amount(row["value"], decimals=decimals)
    return f"{view.span(row['low'], row['high'])}\u00a0{view.unit.name}"


def _figure(view: View, row: Mapping[str, Any]) -> str:
    """Return what a figure is called: its concept, with fund and scope."""
    return view.t(", ", "，").join([view.label(row["concept"]), *_further(view, row)])


def _further(view: View, row: Mapping[str, Any]) -> list[str]:
    """Return the fund and the scope of a figure in words."""
    scope = [_lower(view, f"expenditure_{row['scope']}")] if row["scope"] else []
    return ([view.label(row["fund"])] if row["fund"] else []) + scope


def _joined(view: View, *texts: str | None) -> str | None:
    return view.t("; ", "；").join(dict.fromkeys(text for text in texts if text)) or None


def _links(fact_ids: Sequence[str], most: int = 3) -> str:
    return evidence_links(list(fact_ids)[:most])


def rates(page: Page) -> Any:
    """Return the table of execution rates: the department, its parts, classes and projects."""
    view = page.view
    found = page.profile.filter((pl.col("section") == "execution") & (pl.col("status") != "no_data"))
    if found.is_empty():
        return view.none("No document states or allows an execution rate.", "所发布的文件没有预算执行率，也无法计算。")
    texts, spans = view.percents(found, "value", "low", "high")
    levels = [
        {
            "document": row["document"],
            "level": view.label(row["key"]),
            "name": _line(view, row),
            "base": view.label(row["measure"]) if row["measure"] else view.t("not named", "未指明"),
            "told": text if row["value"] is not None else view.label("unusable"),
            "interval": _spanned(view, row, span),
            "sources": _links(row["fact_ids"]),
            "note": view.note(row),
        }
        for row, text, span in zip(found.iter_rows(named=True), texts, spans, strict=True)
    ]
    unusable = [
        view.t(
            "No usable rate: the budget is 0, or amounts and printed rate are apart by a factor of ten or more.",
            "没有可用的执行率：预算为0，或金额与所列执行率相差十倍以上。",
        )
    ]
    unusable = unusable if found["status"].is_in(["unusable"]).any() else []
    columns = ("document", "level", "name", "base", "told", "interval", "sources", "note")
    shown = pl.DataFrame(levels, schema=dict.fromkeys(columns, pl.String))
    return view.table(
        shown,
        _grouped(page)
        | {
            "name": ("Line or project", "科目或项目"),
            "level": ("Level", "层级"),
            "base": ("Budget", "预算"),
            "told": ("Rate", "执行率"),
            "interval": _INTERVAL,
            "sources": _SOURCES,
        },
        name="rates",
        number=3,
        title=("Execution rates", "预算执行率"),
        stub="name",
        groups="document" if page.several else None,
        figures=["told", "interval"],
        formats={"sources": Markup},
        notes=[*view.notes(shown["name"], shown["note"]), *unusable],
    )


def _spanned(view: View, row: Mapping[str, Any], span: str) -> str:
    if row["value"] is not None and row["low"] is None and row["high"] is None:
        return view.t("as printed", "原文所列")
    return span


def _line(view: View, row: Mapping[str, Any]) -> str:
    return view.named({**row, "subject_name": row["name"], "subject_code": row["code"]})


# --- composition ----------------------------------------------------------------------------------------------------


def _show(what: Any) -> None:
    from IPython.display import display

    display(what)  # type: ignore[no-untyped-call]


def composition(page: Page) -> Any:
    """Show the compositions that are stated as stacked bars; return the table of their pieces, with intervals."""
    view = page.view
    computed = page.pieces.filter(pl.col("status") == "computed")
    absent: list[str] = []
    for number, name in enumerate(_VIEWS, start=1):
        pieces = computed.filter(pl.col("view") == name)
        if pieces.is_empty():
            absent.append(_lower(view, name))
        else:
            _show(_bars(page, pieces, number, name))
    listed = view.t(", ", "、").join(absent)
    missing = view.none(
        f"Not stated, or not so that shares can be computed: {listed}.",
        f"没有列示，或无法计算占比：{listed}。",
    )
    if computed.is_empty():
        return missing
    if absent:
        _show(missing)
    return _composition_table(page, computed)


def _bars(page: Page, pieces: pl.DataFrame, number: int, name: str) -> Any:
    view = page.view
    rows = [
        {
            "whole": bar,
            "part": part,
            "share": row["share"],
            "beside": view.column([row["whole_yuan"]])[0],
            "tooltip": "\n".join(
                filter(None, [f"{bar}{view.t(': ', '：')}{part}", f"{percent_text(row['share'], 2)}", view.note(row)])
            ),
            "link": f"#fact-{row['fact_ids'][0]}" if row["fact_ids"] else "#",
        }
        for row in pieces.iter_rows(named=True)
        for bar, part in [(_bar(page, row), _part(view, row))]
    ]
    parts = list(dict.fromkeys(row["part"] for row in rows))
    special = {_part(view, {"piece": "smaller"}): _SMALLER, _part(view, {"piece": "rest"}): _REST}
    plain = [part for part in parts if part not in special]
    colours = {part: CATEGORIES[at % (len(CATEGORIES) - 1)] for at, part in enumerate(plain)}
    colours |= {part: colour for part, colour in special.items() if part in parts}
    return stacked_chart(
        pl.DataFrame(rows),
        label="whole",
        part="part",
        value="share",
        description="tooltip",
        text="beside",
        link="link",
        axis_title=view.t("share of the total", "占总额的比例"),
        title=view.figure(number, f"Expenditure {_lower(view, name)}", f"支出构成：{view.label(name)}"),
        subtitle=view.t(
            "Outturn. Beside the bar: the total. Every piece leads to its sentence.",
            "决算数。条形右侧为总额，点击各段可到达出处。",
        ),
        colours=colours,
        axis_format=".0%",
    )


def _lower(view: View, code: str) -> str:
    text = view.label(code)
    return f"{text[:1].lower()}{text[1:]}"


def _bar(page: Page, row: Mapping[str, Any]) -> str:
    view = page.view
    words = [row["document"]] if page.several else []
    text = view.t(", ", "，").join(words + (_further(view, row) or [view.t("all expenditure", "全部支出")]))
    return f"{text[:1].upper()}{text[1:]}"


def _part(view: View, row: Mapping[str, Any]) -> str:
    if row["piece"] == "smaller":
        return view.t("smaller ones together", "其余较小各项")
    if row["piece"] == "rest":
        return view.t("on no line, or ambiguous", "未列明或有多种表述")
    if row["code"] is None and row["name"] is None:
        return view.label(row["concept"])
    return " ".join(filter(None, (row["name"], row["code"])))


def _composition_table(page: Page, pieces: pl.DataFrame) -> Any:
    view = page.view
    texts, spans = view.percents(pieces, "share", "share_low", "share_high")
    rows = [
        {
            "bar": f"{view.label(row['view'])}{view.t(': ', '：')}{_bar(page, row)}",
            "part": _part(view, row),
            "amount": view.column([row["value_yuan"]])[0],
            "share": text,
            "interval": span,
            "sources": _links(row["fact_ids"]),
            "note": view.note(row),
        }
        for row, text, span in zip(pieces.iter_rows(named=True), texts, spans, strict=True)
    ]
    shown = pl.DataFrame(
        rows, schema=dict.fromkeys(("bar", "part", "amount", "share", "interval", "sources", "note"), pl.String)
    )
    return view.table(
        shown,
        {
            "bar": ("Composition", "构成"),
            "part": ("Part", "项目"),
            "amount": ("Outturn", "决算数"),
            "share": ("Share", "占比"),
            "interval": _INTERVAL,
            "sources": _SOURCES,
        },
        name="composition",
        number=4,
        title=("Composition of expenditure", "支出构成"),
        stub="part",
        groups="bar",
        figures=["amount", "share", "interval"],
        formats={"sources": Markup},
        notes=view.notes(shown["bar"], shown["note"]),
    )


# --- three public expenses, procurement -----------------------------------------------------------------------------


def public_expenses(page: Page) -> Any:
    """Return the table of the three public expenses, operating cost and procurement, with shares."""
    view = page.view
    rows = page.profile.filter((pl.col("section") == "three_public") & (pl.col("status") != "no_data"))
    if rows.is_empty():
        return view.none(
            "No document states three public expenses, operating cost of agencies or procurement.",
            "所发布的文件没有列示“三公”经费、机关运行经费和政府采购支出。",
        )
    structure = page.structure.filter(pl.col("view").is_in(_SHARE_VIEWS) & pl.col("share_low").is_not_null())
    # Three public expenses of 0 have no share that means anything, and its interval would begin below 0.
    structure = structure.filter(pl.col("value_yuan").is_null() | (pl.col("value_yuan") > 0))
    texts, spans = view.percents(structure, "share", "share_low", "share_high")
    shares = {
        (row["doc_id"], row["concept"], row["fund"]): (
            text if row["share"] is not None else view.label("ambiguous"),
            view.label(row["whole_concept"]),
            span,
        )
        for row, text, span in zip(structure.iter_rows(named=True), texts, spans, strict=True)
    }
    shown = _measured(page, rows)
    found = [shares.get(key, (EMPTY, EMPTY, EMPTY)) for key in shown.select("doc_id", "concept", "fund").rows()]
    shown = shown.with_columns(
        pl.Series(name, [each[at] for each in found], dtype=pl.String)
        for at, name in enumerate(("share", "whole", "interval"))
    )
    return view.table(
        shown,
        _grouped(page)
        | {
            "name": ("Figure", "项目"),
            "initial_budget": ("Budget", "预算数"),
            "final": ("Outturn", "决算数"),
            "share": ("Share", "占比"),
            "interval": _INTERVAL,
            "whole": ("of", "占比的分母"),
            "sources": _SOURCES,
        },
        name="public-expenses",
        number=5,
        title=("Three public expenses, operating cost, procurement", "“三公”经费、机关运行经费和政府采购"),
        stub="name",
        groups="document" if page.several else None,
        figures=["initial_budget", "final", "share", "interval"],
        formats={"sources": Markup},
        notes=view.notes(shown["document"] if page.several else shown["name"], shown["note"]),
    )


# --- programmes for high-tech firms ---------------------------------------------------------------------------------


def programmes(page: Page) -> Any:
    """Show the cost per firm or project as charts; return their table, or the sentence why there is no cost."""
    view = page.view
    if page.costs.filter(pl.col("status") == "computed").height:
        _programme_charts(page)
        return _programme_table(page)
    reasons = (
        view.note(row, "reason") for row in page.costs.iter_rows(named=True) if row["reason_code"] != "no_figures"
    )
    why = view.t("; ", "；").join(dict.fromkeys(filter(None, reasons)))
    if why:
        return view.none(
            f"No cost per high-tech firm or project can be computed: {why}.",
            f"无法计算高新技术企业（项目）的单位成本：{why}。",
        )
    return view.none(
        "No document states figures of a programme for high-tech firms.", "所发布的文件没有高新技术企业专项的数字。"
    )


def _programme_charts(page: Page) -> None:
    view = page.view
    costs = page.costs.filter((pl.col("status") == "computed") & pl.col("unit_cost_low").is_not_null())
    for kind in costs["kind"].unique(maintain_order=True):
        rows = costs.filter(pl.col("kind") == kind)
        wholes = rows.select(pl.coalesce("part_of", "programme").unique(maintain_order=True)).to_series().to_list()
        size = view.unit.yuan
        drawn = pl.DataFrame(
            [
                {
                    "label": _cost_name(page, row, within=wholes[0] if len(wholes) == 1 else None),
                    "value": row["unit_cost_yuan"] / size,
                    "low": row["unit_cost_low"] / size,
                    "high": row["unit_cost_high"] / size,
                    "text": _unit_cost(view, row),
                    "tooltip": "\n".join(filter(None, [_cost_name(page, row), row["formula"], view.note(row)])),
                    "link": f"#fact-{row['fact_ids'][0]}" if row["fact_ids"] else "#",
                }
                for row in rows.iter_rows(named=True)
                if row["unit_cost_yuan"] is not None and row["unit_cost_high"] is not None
            ]
        )
        if drawn.is_empty():
            continue
        _show(
            interval_chart(
                drawn,
                label="label",
                value="value",
                low="low",
                high="high",
                text="text",
                description="tooltip",
                link="link",
                axis_title=view.t(f"{view.unit.name} per unit", f"每单位金额（{view.unit.name}）"),
                title=view.figure(
                    4, f"Cost per firm or project: {_lower(view, kind)}", f"单位成本：{view.label(kind)}"
                ),
                subtitle=view.t(
                    f"{_of_programme(view, wholes)}: its money divided by the applications, firms or projects named.",
                    f"{_of_programme(view, wholes)}：资金除以所列的申报、企业或项目数。",
                ),
            )
        )


def _unit_cost(view: View, row: Mapping[str, Any]) -> str:
    return view.amount(row["unit_cost_yuan"], row["unit_cost_low"], row["unit_cost_high"])


def _of_programme(view: View, wholes: Sequence[str | None]) -> str:
    """Return the programme that a chart is of; where there are several, each name stands in the chart."""
    if len(wholes) == 1 and wholes[0]:
        return wholes[0]
    return view.t("Each programme", "各专项")


def _cost_name(page: Page, row: Mapping[str, Any], within: str | None = None) -> str:
    """Return the programme and what its money is divided by; within one programme only the part that it is of."""
    view = page.view
    name = row["programme"] or view.t("programme not named", "专项名称不详")
    if row["part_of"] and row["part_of"] != within:
        name = f"{row['part_of']}{view.t(': ', '：')}{name}"
    if name == within:
        name = None
    further = [view.label(row["denominator"])] if row["denominator"] else []
    further += [view.label(row["kind_of_certification"])] if row["kind_of_certification"] else []
    text = view.t(", ", "，").join(filter(None, [name, *further]))
    return f"{text[:1].upper()}{text[1:]}"


def _programme_table(page: Page) -> Any:
    view = page.view
    costs = page.costs
    rows = [
        {
            "name": _cost_name(page, row),
            "programme": row["programme"] or view.t("programme not named", "专项名称不详"),
            "kind": view.label(row["kind"]) or EMPTY,
            "cost": _unit_cost(view, row) if row["unit_cost_yuan"] is not None else EMPTY,
            "interval": view.span(row["unit_cost_low"], row["unit_cost_high"])
            if row["status"] == "computed"
            else EMPTY,
            "formula": row["formula"],
            "sources": _links(row["fact_ids"]),
            "note": _joined(view, view.note(row), view.note(row, "reason")),
        }
        for row in costs.iter_rows(named=True)
        if row["reason_code"] != "no_figures"
    ]
    columns = ("name", "programme", "kind", "cost", "interval", "formula", "sources", "note")
    shown = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    return view.table(
        shown,
        {
            "kind": ("Kind", "种类"),
            "name": ("Programme and unit", "专项和单位"),
            "formula": ("Computed as", "计算"),
            "cost": ("Cost per unit", "单位成本"),
            "interval": _INTERVAL,
            "sources": _SOURCES,
        },
        name="programmes",
        number=6,
        title=("Cost of programmes for high-tech firms", "高新技术企业专项的单位成本"),
        stub="name",
        groups="kind",
        figures=["cost", "interval"],
        formats={"sources": Markup},
        notes=view.notes(shown["programme"], shown["note"]),
    )


# --- scores and findings --------------------------------------------------------------------------------------------


def scores(page: Page) -> Any:
    """Return the table of evaluation scores, each beside the execution rate of what was evaluated."""
    view = page.view
    found = page.scores.filter(pl.col("status") != "no_data")
    if found.is_empty():
        return view.none("No document states the score of an evaluation.", "所发布的文件没有绩效评价得分。")
    texts, _ = view.percents(found, "execution_rate", "execution_low", "execution_high")
    assumed = view.t(" (assumed)", "（推定）")
    rows = [
        {
            "document": row["document"],
            "name": row["item"] or view.label(row["kind"]),
            "score": f"{row['score']:g}"
            if row["score"] is not None
            else view.t(" or ", "或").join(f"{each:g}" for each in row["candidates"]),
            "full": f"{row['full_mark']:g}" + (assumed if row["full_mark_source"] == "assumed" else ""),
            "share": percent_text(row["score_rate"], 2, fixed=True),
            "execution": text,
            "base": EMPTY
            if row["execution_rate"] is None
            else view.label(row["denominator"]) or view.t("not named", "未指明"),
            "sources": _links(row["fact_ids"]),
            "note": view.note(row),
        }
        for row, text in zip(found.iter_rows(named=True), texts, strict=True)
    ]
    columns = ("document", "name", "score", "full", "share", "execution", "base", "sources", "note")
    shown = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    return view.table(
        shown,
        _grouped(page)
        | {
            "name": ("What was evaluated", "评价对象"),
            "score": ("Score", "得分"),
            "full": ("Full mark", "满分"),
            "share": ("Share of full mark", "得分率"),
            "execution": ("Execution rate", "预算执行率"),
            "base": ("Budget", "预算"),
            "sources": _SOURCES,
        },
        name="scores",
        number=7,
        title=("Scores of evaluations", "绩效评价得分"),
        stub="name",
        groups="document" if page.several else None,
        figures=["score", "full", "share", "execution"],
        formats={"sources": Markup},
        notes=[
            *view.notes(shown["name"], shown["note"]),
            view.t("Execution rates have their intervals in table 3.", "执行率的区间见表3。"),
        ],
    )


def audit(page: Page) -> Any:
    """Return the table of the worst findings of the audit, with the number of all."""
    view = page.view
    found = page.profile.filter(pl.col("section") == "findings")
    counted = {
        level: int(found.filter((pl.col("measure") == "findings") & (pl.col("key") == level))["value"].sum() or 0)
        for level in ("error", "warning", "note")
    }
    told = view.t(
        f"{counted['error']:,} errors, {counted['warning']:,} warnings and {counted['note']:,} notes",
        f"错误{counted['error']:,}个、警告{counted['warning']:,}个、提示{counted['note']:,}个",
    )
    worst = found.filter(pl.col("measure").is_in(["error", "warning", "note"]))
    if worst.is_empty():
        return view.none(
            "The audit found no disagreement between the figures of these documents; what is stated only once cannot "
            "disagree.",
            "审核没有发现这些文件的数字相互矛盾；只列示一次的数字无从比对。",
        )
    known = set(page.own.facts["fact_id"])
    rows = [
        {
            "document": row["document"],
            "severity": view.label(row["measure"]),
            "kind": view.label(metrics.kind_of_rule(row["key"])),
            "said": _message(view, row),
            "sources": _links([each for each in row["fact_ids"] if each in known]),
        }
        for row in worst.iter_rows(named=True)
    ]
    shown = pl.DataFrame(rows, schema=dict.fromkeys(("document", "severity", "kind", "said", "sources"), pl.String))
    return view.table(
        shown,
        _grouped(page)
        | {
            "severity": ("Severity", "程度"),
            "kind": ("Kind of relation", "关系种类"),
            "said": ("What does not agree", "不一致之处"),
            "sources": _SOURCES,
        },
        name="findings",
        number=8,
        title=("Worst findings of the audit", "最严重的审核发现"),
        stub="severity",
        groups="document" if page.several else None,
        formats={"sources": Markup},
        notes=[
            view.t(
                f"All findings: {told}. Shown: the worst {WORST} of each document at most.",
                f"全部发现：{told}。每份文件最多列出最严重的{WORST}个。",
            )
        ],
    )


def _message(view: View, row: Mapping[str, Any]) -> str:
    # The quote stands behind the message, and in the evidence below.
    text = view.note(row) or row["detail"] or ""
    return text.partition(view.t(" Source: “", "原文：“"))[0].strip()


# --- among the others -----------------------------------------------------------------------------------------------


def _compared(page: Page) -> pl.DataFrame:
    return page.positions.filter(pl.col("n") > 1)


def position(page: Page) -> Any:
    """Show the district's comparable figures among those of the others; return the table of its ranks."""
    view = page.view
    compared = page.positions.filter((pl.col("n") > 1) & pl.col("value").is_not_null())
    if page.positions.filter(pl.col("n") > 1).is_empty():
        return view.none(
            "No figure of the district can be compared with one of another district: what it states is of another "
            "kind, or stated by no other.",
            "该地区没有可与其他地区比较的数字：其所列数字种类不同，或其他地区没有列示。",
        )
    if compared.height:
        _show(_position_chart(page, compared))
    return _position_table(page)


def _position_chart(page: Page, compared: pl.DataFrame) -> Any:
    view = page.view
    here, there = view.t("this district", "本地区"), view.t("other districts", "其他地区")
    rows = []
    for row in compared.iter_rows(named=True):
        figure = view.label(row["figure"])
        for kind, each in [(here, row), *((there, peer) for peer in row["peers"])]:
            place = " ".join(str(part) for part in (each["county"] or each["issuer"], each["fiscal_year"]) if part)
            rows.append(
                {
                    "figure": figure,
                    "value": each["value"],
                    "kind": kind,
                    "tooltip": f"{place}{view.t(': ', '：')}{figure} {percent_text(each['value'], 2)}",
                }
            )
    return strip_chart(
        pl.DataFrame(rows),
        group="figure",
        value="value",
        description="tooltip",
        kind="kind",
        kinds=[there, here],
        foremost=here,
        limit=2.0,
        tallest=80.0,
        axis_title=view.t("ratio of the two amounts or points", "两个金额（分数）之比"),
        title=view.figure(5, "This district among the others", "本地区在各地区中的位置"),
        subtitle=view.t(
            "One dot is one body; the dashed line is 100 %. Triangles at the edge stand for values above 200 %.",
            "一点为一个部门，虚线为100 %。边缘的三角为超过200 %的数值。",
        ),
    )


def _position_table(page: Page) -> Any:
    view = page.view
    rows = page.positions
    texts, spans = view.percents(rows, "value", "low", "high")
    several = rows.select("issuer").n_unique() > 1
    shown = [
        {
            "figure": ": ".join(filter(None, [view.label(row["figure"]), row["issuer"] if several else None])),
            "value": text if row["value"] is not None else view.label("ambiguous"),
            "interval": _spanned(view, row, span),
            "rank": _rank(view, row),
            "range": _range(view, row),
            "years": _years(view, row),
            "sources": _links(row["fact_ids"]),
        }
        for row, text, span in zip(rows.iter_rows(named=True), texts, spans, strict=True)
    ]
    columns = ("figure", "value", "interval", "rank", "range", "years", "sources")
    largest = int(rows["n"].max() or 1)  # type: ignore[arg-type]
    return view.table(
        pl.DataFrame(shown, schema=dict.fromkeys(columns, pl.String)),
        {
            "figure": ("Figure", "指标"),
            "value": ("This district", "本地区"),
            "interval": _INTERVAL,
            "rank": ("Rank", "位次"),
            "range": ("Lowest / median / highest", "最低／中位数／最高"),
            "years": ("Others of", "其他年度"),
            "sources": _SOURCES,
        },
        name="positions",
        number=9,
        title=("Position among the districts in the data", "在数据所含各地区中的位置"),
        stub="figure",
        figures=["value", "interval", "rank"],
        formats={"sources": Markup},
        notes=_position_notes(view, rows, largest),
    )


def _range(view: View, row: Mapping[str, Any]) -> str:
    if row["n"] < 2 or row["value"] is None:
        return EMPTY
    return view.t(" / ", "／").join(percent_text(row[name]) for name in ("lowest", "median", "highest"))


def _rank(view: View, row: Mapping[str, Any]) -> str:
    if row["n"] < 2:
        return view.t("no other", "无可比地区")
    best, worst = row["rank_best"], row["rank_worst"]
    places = str(best) if best == worst else view.t(f"{best} to {worst}", f"{best}至{worst}")
    return view.t(f"{places} of {row['n']}", f"{places}/{row['n']}")


def _years(view: View, row: Mapping[str, Any]) -> str:
    years = sorted({peer["fiscal_year"] for peer in row["peers"] if peer["fiscal_year"] is not None})
    if not years:
        return EMPTY
    return str(years[0]) if len(years) == 1 else view.t(f"{years[0]} to {years[-1]}", f"{years[0]}至{years[-1]}")


def _position_notes(view: View, rows: pl.DataFrame, largest: int) -> Iterable[str]:
    left = int(rows["left_out"].sum())
    notes = [
        view.t(
            "Rank 1 is the highest value, which is neither good nor bad; where rounding leaves the order open, the "
            "rank is a range. Of every other body the year nearest to this one is taken.",
            "第1位为数值最高者，不含好坏之意；因四舍五入而次序不定的，位次为一个范围。其他部门取最接近的年度。",
        )
    ]
    if largest < 10:
        notes.insert(
            0,
            view.t(
                f"At most {largest} bodies can be compared: a position among so few says next to nothing of districts "
                "in general.",
                f"最多只有{largest}个部门可比：这么少的样本中的位置，不能说明各地区的一般情况。",
            ),
        )
    if left:
        notes.append(
            view.t(
                f"Left out: {left} figures of other bodies that are stated with several values.",
                f"其他部门有多种表述的数字{left}个未列入。",
            )
        )
    return notes


# --- what it rests on -----------------------------------------------------------------------------------------------


def _used(page: Page) -> Iterator[pl.Series]:
    for frame in (page.profile, page.pieces, page.costs, page.scores, page.positions):
        yield frame["fact_ids"]
    yield page.structure.filter(pl.col("view").is_in(_SHARE_VIEWS))["fact_ids"]


def evidence(page: Page) -> Any:
    """Return the table of the sentences that the page rests on."""
    used = pl.concat(list(_used(page)))
    if used.explode().drop_nulls().is_empty():
        return page.view.none("There is no figure, hence no sentence.", "没有数字，因此没有原文。")
    return page.view.evidence(used, 10)


def provenance(page: Page) -> Any:
    """Return the table of the district's documents, with the parameters of the run."""
    peers = page.positions["peers"].explode().drop_nulls() if page.positions.height else pl.Series("peers", [])
    others = {peer["doc_id"] for peer in peers.to_list()}
    return page.view.provenance(
        page.own.documents["doc_id"],
        {("documents of other districts compared", "用于比较的其他地区文件"): str(len(others))},
    )
