"""What the notebooks of all studies share: choosing rows, finding sources, saying what a study rests on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from fiscal_analysis import __version__
from fiscal_analysis.charts import wording
from fiscal_analysis.charts.tables import ReadingTable, evidence_table, reading_table
from fiscal_analysis.corpus import Corpus
from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.store import TABLES
from fiscal_analysis.studies.catalogue import data_fingerprint

if TYPE_CHECKING:
    import pandas as pd

    Frame = pl.DataFrame | pd.DataFrame

__all__ = ["doubts", "evidence", "notes", "one_district", "provenance", "restrict", "select", "sources"]


def select(
    frame: Frame,
    division_codes: Sequence[str] = (),
    year_from: int | None = None,
    year_to: int | None = None,
) -> pl.DataFrame:
    """Return the rows of some districts and years.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        Rows with ``division_code`` and ``fiscal_year``.
    division_codes : sequence of str
        Six-digit codes; empty for all districts.
    year_from, year_to : int, optional
        First and last fiscal year. Rows without a year are left out where either is given.

    Returns
    -------
    polars.DataFrame

    Raises
    ------
    ContractError
        If a code does not occur in the data, or nothing is left.
    """
    rows = as_polars(frame)
    known = rows["division_code"].drop_nulls().unique().sort().to_list()
    unknown = [code for code in division_codes if code not in known]
    if unknown:
        raise ContractError(
            f"parameter “division_codes”: there is no document of {', '.join(unknown)}; codes in the data: "
            f"{', '.join(known[:20])}{' …' if len(known) > 20 else ''}"
        )
    kept = rows.filter(pl.col("division_code").is_in(list(division_codes))) if division_codes else rows
    if year_from is not None:
        kept = kept.filter(pl.col("fiscal_year") >= year_from)
    if year_to is not None:
        kept = kept.filter(pl.col("fiscal_year") <= year_to)
    if kept.is_empty() and not rows.is_empty():
        years = rows["fiscal_year"].drop_nulls().unique().sort().to_list()
        span = f"up to {year_to}" if year_from is None else f"from {year_from} on"
        if None not in (year_from, year_to):
            span = f"between {year_from} and {year_to}"
        of = f" of {', '.join(division_codes)}" if division_codes else ""
        raise ContractError(
            f"parameters “year_from” and “year_to”: nothing is left {span}{of}; years in the data: "
            f"{', '.join(map(str, years))}"
        )
    return kept


def one_district(
    frame: Frame, division_code: str | None = None, year: int | None = None
) -> tuple[str | None, int | None]:
    """Return the district and year that a page about one district is of.

    Parameters
    ----------
    frame : polars or pandas DataFrame
        ``division_code``, ``fiscal_year`` and ``figures`` (how many there are) of the documents.
    division_code : str, optional
        Six-digit code; else the one whose documents (of `year`, where it is given) state most figures, the first by
        code among equals.
    year : int, optional
        Fiscal year; else the newest of the district.

    Returns
    -------
    tuple of str and int
        None for a code or a year where no document states any.

    Raises
    ------
    ContractError
        If there is no document of the district, or none of it in that year.
    """
    division_code = division_code or None
    rows = as_polars(frame).select("division_code", "fiscal_year", "figures")
    codes = rows["division_code"].drop_nulls().unique().sort().to_list()
    if division_code is not None and division_code not in codes:
        raise ContractError(
            f"parameter “division_code”: there is no document of {division_code}; codes in the data: "
            f"{', '.join(codes[:20]) or 'none'}{' …' if len(codes) > 20 else ''}"
        )
    if division_code is not None:
        rows = rows.filter(pl.col("division_code") == division_code)
    years = rows["fiscal_year"].drop_nulls().unique().sort().to_list()
    if year is not None and year not in years:
        of = f" of {division_code}" if division_code is not None else ""
        raise ContractError(
            f"parameter “year”: there is no document{of} of {year}; years in the data: "
            f"{', '.join(map(str, years)) or 'none'}"
        )
    if year is not None:
        rows = rows.filter(pl.col("fiscal_year") == year)
    counted = rows.drop_nulls("division_code").group_by("division_code").agg(pl.col("figures").sum())
    code = division_code or next(
        iter(counted.sort("figures", "division_code", descending=[True, False])["division_code"]), None
    )
    newest = rows.filter(pl.col("division_code").eq_missing(pl.lit(code)))["fiscal_year"].max()
    return code, year if year is not None else newest  # type: ignore[return-value]


def restrict(corpus: Any, doc_ids: Sequence[str]) -> Corpus:
    """Return a corpus of some documents only: the rows of each of its tables that are of them.

    Parameters
    ----------
    corpus : Corpus
        Documents and all that was read in them.
    doc_ids : sequence of str
        Which documents.

    Returns
    -------
    Corpus
    """
    wanted = list(doc_ids)
    return Corpus({name: getattr(corpus, name).filter(pl.col("doc_id").is_in(wanted)) for name in TABLES})


def sources(facts: Frame, fact_ids: Sequence[str], *quotes: str | None) -> list[str | None]:
    """Return for each quote the first of `fact_ids` that it is the quote of, None where there is none.

    Parameters
    ----------
    facts : polars or pandas DataFrame
        The facts table.
    fact_ids : sequence of str
        The facts that a derived figure rests on.
    *quotes : str or None
        Sentences.
    """
    table = as_polars(facts).filter(pl.col("fact_id").is_in(list(fact_ids))).select("fact_id", "quote")
    by_id = dict(table.iter_rows())
    first: dict[str, str] = {}
    for fact_id in fact_ids:
        first.setdefault(by_id.get(fact_id) or "", fact_id)
    return [first.get(quote) if quote else None for quote in quotes]


def doubts(corpus: Any, fact_ids: Sequence[str], language: str = "en") -> str | None:
    """Return what the audit says of the figures that a derived figure rests on, None where it says nothing.

    Parameters
    ----------
    corpus : Corpus
        Its ``facts`` and ``findings`` are used.
    fact_ids : sequence of str
        The facts that the derived figure rests on.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    str or None
        One part for each finding that has one of them, separated by ``; `` (``；``), as :func:`notes` takes it: the
        figure as printed, whether it is a suspect, and what the finding says.
    """
    table = as_polars(corpus.facts).filter(pl.col("fact_id").is_in(list(fact_ids))).select("fact_id", "raw")
    printed = {fact_id: " ".join((raw or "").split()) for fact_id, raw in table.iter_rows()}
    said: list[str] = []
    for finding in as_polars(corpus.findings).iter_rows(named=True):
        of_finding, suspects = ((finding[column] or "").split(";") for column in ("fact_ids", "suspects"))
        used = [fact_id for fact_id in fact_ids if fact_id in of_finding]
        if not used:
            continue
        doubted = any(fact_id in suspects for fact_id in used)
        said.append(_doubt(finding, [printed.get(fact_id) for fact_id in used], doubted, language))
    return _BETWEEN[language].join(said) or None


_BETWEEN = {"en": "; ", "zh": "；"}


def _doubt(finding: Mapping[str, Any], printed: Sequence[str | None], doubted: bool, language: str) -> str:
    if language == "zh":
        figures = "、".join(dict.fromkeys(raw or "表中数字" for raw in printed))
        standing = "存疑" if doubted else "与其他数字不一致"
        message = finding["message_zh"].partition("原文：“")[0].rstrip("。").replace("；", "，")
        return f"审核提示{figures}{standing}：{message}"
    figures = "、".join(dict.fromkeys(raw or "a figure of a table" for raw in printed))
    standing = "a suspect in" if doubted else "among the figures of"
    message = finding["message_en"].partition(" Source: ")[0].rstrip(".").replace("; ", ", ")
    return f"{figures} is {standing} a finding of the audit: {message}"


def notes(places: Iterable[str], texts: Iterable[str | None], language: str = "en") -> list[str]:
    """Return notes for below a table, ``place: note``, each once; a note of several places is said once for all."""
    said: dict[str, list[str]] = {}
    for place, text in zip(places, texts, strict=True):
        for part in (text or "").split(_BETWEEN[language]):
            if part and place not in said.setdefault(part, []):
                said[part].append(place)
    if language == "zh":
        return [f"{'、'.join(at)}：{text}。" for text, at in said.items()]
    return [f"{', '.join(at)}: {text}." for text, at in said.items()]


_EVIDENCE: dict[str, dict[str, Any]] = {
    "en": {
        "columns": ("District, year", "As printed", "Under the heading"),
        "more": "Another {:,} figures are not listed; the facts table has them.",
        "rows": "Rows of performance tables: their cells as printed, the level that covers several rows repeated.",
    },
    "zh": {
        "columns": ("地区、年度", "原文", "所在标题"),
        "more": "另有{:,}个数字未列出，见facts表。",
        "rows": "绩效指标表的各行由原文单元格拼接，跨行的上级指标逐行重复。",
    },
}


def evidence(
    corpus: Any,
    fact_ids: pl.Series,
    *,
    title: str,
    most: int = 2000,
    language: str = "en",
    indicator_ids: Iterable[str | None] = (),
) -> ReadingTable:
    """Return the table of the sentences that a study's figures rest on, in the order of the documents.

    Parameters
    ----------
    corpus : Corpus
        Its ``documents`` and ``facts`` are used, and its ``indicators`` where `indicator_ids` are given.
    fact_ids : polars.Series
        Lists of the facts that each derived figure rests on.
    title : str
        The table's heading.
    most : int
        How many facts and rows the table holds at most; a note says so where there are more.
    language : str
        ``en`` or ``zh``.
    indicator_ids : iterable of str
        The rows of performance tables that figures rest on.

    Returns
    -------
    ReadingTable
        Links ``#fact-<fact_id>`` and ``#row-<indicator_id>`` lead to its rows.
    """
    used = fact_ids.explode().drop_nulls().unique()
    documents = as_polars(corpus.documents)
    facts = as_polars(corpus.facts).filter(pl.col("fact_id").is_in(used.implode()))
    facts = facts.with_columns(pl.concat_str(pl.lit("fact-"), "fact_id").alias("anchor")).select(list(_CITED))
    of_tables = _printed_rows(corpus, indicator_ids)
    cited = pl.concat([facts, of_tables]).join(
        documents.select("doc_id", "county"), on="doc_id", how="left", maintain_order="left"
    )
    # The place of a prior-year figure is still that of its document's district; its year is the figure's.
    rows = wording.with_place(cited, documents, language).with_columns(
        pl.col("section").map_elements(wording.section_text, return_dtype=pl.String)
    )
    left_out = rows.height - most
    words = _EVIDENCE[language]
    said = [words["more"].format(left_out)] if left_out > 0 else []
    return evidence_table(
        rows.sort("doc_id", "source_start", maintain_order=True).head(most),
        name="evidence",
        title=title,
        columns=dict(zip(("place", "quote", "section"), words["columns"], strict=True)),
        notes=[*said, *([words["rows"]] if of_tables.height else [])],
    )


_CITED = {
    "fact_id": pl.String,
    "doc_id": pl.String,
    "issuer": pl.String,
    "fiscal_year": pl.Int64,
    "source_start": pl.Int64,
    "section": pl.String,
    "raw": pl.String,
    "quote": pl.String,
    "anchor": pl.String,
}
"""What a table of evidence needs to know of a figure or a row."""


def _printed_rows(corpus: Any, indicator_ids: Iterable[str | None]) -> pl.DataFrame:
    """Return rows of performance tables in the form of facts.

    The row is quoted as a fact of it quotes it, where there is one; else its cells are put side by side, and marked
    from the target on.
    """
    wanted = {each for each in indicator_ids if each}
    if not wanted:
        return pl.DataFrame(schema=_CITED)
    indicators = as_polars(corpus.indicators).filter(pl.col("indicator_id").is_in(wanted))
    documents = as_polars(corpus.documents)
    heads = {row["doc_id"]: row for row in documents.select("doc_id", "issuer", "fiscal_year").iter_rows(named=True)}
    facts = as_polars(corpus.facts).filter(
        pl.col("doc_id").is_in(indicators["doc_id"].unique().implode()) & pl.col("source_start").is_not_null()
    )
    placed: dict[str, list[dict[str, Any]]] = {}
    columns = ("doc_id", "source_start", "section", "quote", "extractor")
    for fact in facts.sort("source_start", maintain_order=True).select(columns).iter_rows(named=True):
        placed.setdefault(fact["doc_id"], []).append(fact)
    rows = []
    for row in indicators.iter_rows(named=True):
        near, start = placed.get(row["doc_id"], []), row["source_start"]
        at = 0 if start is None else bisect_left(near, start, key=lambda fact: fact["source_start"])
        first = near[at] if start is not None and at < len(near) else None
        inside = first is not None and row["source_end"] is not None and first["source_start"] < row["source_end"]
        # A row that holds no fact stands under the heading of the fact before it.
        beside = first if inside else near[at - 1] if start is not None and at else first
        quoted = first["quote"] if first is not None and inside and first["extractor"] == "performance" else None
        rows.append(
            {
                "fact_id": f"row-{row['indicator_id']}",
                "doc_id": row["doc_id"],
                "issuer": heads.get(row["doc_id"], {}).get("issuer"),
                "fiscal_year": heads.get(row["doc_id"], {}).get("fiscal_year"),
                "source_start": start,
                "section": beside["section"] if beside is not None else None,
                "raw": row["actual_text"] if quoted else " | ".join(_figures(row)),
                "quote": quoted or " | ".join([*_names(row), *_figures(row), *_names(row, "deviation_note")]),
                "anchor": f"row-{row['indicator_id']}",
            }
        )
    return pl.DataFrame(rows, schema=_CITED)


def _names(row: Mapping[str, Any], *columns: str) -> list[str]:
    """Return the cells of a row of a performance table that say what is measured, or those of other columns."""
    return [" ".join(row[name].split()) for name in columns or ("level1", "level2", "level3") if row[name]]


def _figures(row: Mapping[str, Any]) -> list[str]:
    """Return the cells of a row of a performance table that say what was aimed at, reached and given for it."""
    return [
        *_names(row, "target_text", "actual_text"),
        *(f"{row[name]:.10g}" for name in ("weight", "score") if row[name] is not None),
    ]


_PROVENANCE: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Documents used",
        "columns": ("Published by", "Year", "Document", "File", "Figures read", "SHA-256 begins"),
        "notes": (
            "Made from {documents}; content of the data (documents, facts, indicators): {fingerprint}.",
            "Parameters: {parameters}.",
            "Computed by fiscal_analysis {version}.",
        ),
        "documents": ("1 document", "{:,} documents"),
        "none": "none",
        "all": "all",
        "given": "{}: {}",
        "and": (", ", "; "),
    },
    "zh": {
        "title": "所用文件",
        "columns": ("发布单位", "年度", "文件种类", "文件", "读取数字", "SHA-256前12位"),
        "notes": (
            "依据{documents}；数据（文件、数字、指标）的内容标识：{fingerprint}。",
            "参数：{parameters}。",
            "由fiscal_analysis {version}计算。",
        ),
        "documents": ("1份文件", "{:,}份文件"),
        "none": "无",
        "all": "全部",
        "given": "{}：{}",
        "and": ("、", "；"),
    },
}


def provenance(
    corpus: Any, doc_ids: Iterable[str], parameters: Mapping[str, Any], *, language: str = "en"
) -> ReadingTable:
    """Return the table of the documents that a study used, with what identifies the data and the run.

    Parameters
    ----------
    corpus : Corpus
        Its ``documents``, ``facts`` and ``indicators`` are used.
    doc_ids : iterable of str
        The documents that the study used.
    parameters : mapping
        The study's parameters in words, and their values.
    language : str
        ``en`` or ``zh``.

    Returns
    -------
    ReadingTable
    """
    words = _PROVENANCE[language]
    used = as_polars(corpus.documents).filter(pl.col("doc_id").is_in(list(doc_ids)))
    counted = as_polars(corpus.facts).group_by("doc_id").agg(pl.len().alias("figures"))
    rows = used.join(counted, on="doc_id", how="left", maintain_order="left").with_columns(
        pl.col("figures").fill_null(0),
        pl.col("sha256").str.slice(0, 12),
        pl.coalesce("issuer", "title", "doc_id").alias("issuer"),
        wording.labelled("kind", language=language),
    )
    one, many = words["documents"]
    listing, between = words["and"]

    def told(value: Any) -> str:
        if value is None or value == []:
            return str(words["all"])
        return listing.join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    given = between.join(words["given"].format(name, told(value)) for name, value in parameters.items())
    values = {
        "documents": one if rows.height == 1 else many.format(rows.height),
        "fingerprint": data_fingerprint(*(as_polars(t) for t in (corpus.documents, corpus.facts, corpus.indicators))),
        "parameters": given or words["none"],
        "version": __version__,
    }
    columns = ("issuer", "fiscal_year", "kind", "file", "figures", "sha256")
    return reading_table(
        rows,
        dict(zip(columns, words["columns"], strict=True)),
        name="documents",
        title=words["title"],
        stub="issuer",
        formats={"figures": "{:,}".format, "file": _breakable},
        notes=[note.format(**values) for note in words["notes"]],
    )


def _breakable(name: str) -> str:
    # File names have no blanks; a narrow column may break them after a hyphen.
    return name.replace("-", "-\u200b")
