"""How one run of a study sees the tables: its districts and years, its language, its unit of money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fiscal_analysis.charts import wording
from fiscal_analysis.charts.tables import EMPTY, Markup, ReadingTable, key_figures, reading_table
from fiscal_analysis.corpus import Corpus, load
from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.studies import reading
from fiscal_analysis.studies.catalogue import resolve_processed

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from IPython.display import Markdown

    Frame = pl.DataFrame | pd.DataFrame

__all__ = ["MOST_ROWS", "View", "open_view"]

MOST_ROWS = 300
"""What a table in a report can hold; the function of `metrics` that it shows gives all rows."""

Words = tuple[str, str]
"""What is said in English and in Chinese."""


def open_view(
    processed: str | Path = "data/processed",
    *,
    language: str = "en",
    unit: str = "万元",
    division_codes: Sequence[str] = (),
    year_from: int | None = None,
    year_to: int | None = None,
) -> View:
    """Load the processed tables as a study sees them, and make charts show themselves.

    Parameters
    ----------
    processed : str or Path
        Folder of the processed tables, relative to the project.
    language : str
        ``en`` or ``zh``.
    unit : str
        ``元``, ``万元`` (10,000 yuan) or ``亿元`` (100 million yuan).
    division_codes : sequence of str
        Six-digit codes of the districts; empty for all.
    year_from, year_to : int, optional
        First and last fiscal year.

    Returns
    -------
    View

    Raises
    ------
    ContractError
        If the language or the unit is another one, or there is no document of the districts and years.
    """
    from fiscal_analysis.charts.renderer import enable

    enable()
    return View(
        load(resolve_processed(processed)),
        language=language,
        unit=unit,
        division_codes=division_codes,
        year_from=year_from,
        year_to=year_to,
    )


class View:
    """A corpus with what a reader has chosen: districts, years, language, unit of money.

    Everything that is shown goes through it: words in two languages become those of the reader (:meth:`t`), codes
    become labels, amounts are written in the reader's unit with the digits that the source leaves certain.

    Attributes
    ----------
    corpus : Corpus
        All documents.
    language, unit, division_codes, year_from, year_to
        As given to :func:`open_view`; `unit` is a :class:`~fiscal_analysis.charts.wording.MoneyUnit`.
    """

    def __init__(
        self,
        corpus: Corpus,
        *,
        language: str = "en",
        unit: str = "万元",
        division_codes: Sequence[str] = (),
        year_from: int | None = None,
        year_to: int | None = None,
    ) -> None:
        if language not in wording.LANGUAGES:
            raise ContractError(
                f"parameter “language” is to be one of {', '.join(wording.LANGUAGES)}, got {language!r}"
            )
        if unit not in wording.UNITS:
            raise ContractError(f"parameter “unit” is to be one of {', '.join(wording.UNITS)}, got {unit!r}")
        self.corpus = corpus
        self.language = language
        self.unit = wording.UNITS[unit]
        self.division_codes = list(division_codes)
        self.year_from = year_from
        self.year_to = year_to

    # --- choosing ---------------------------------------------------------------------------------------------------

    @cached_property
    def documents(self) -> pl.DataFrame:
        """The documents of the districts and years, with ``place``: a name that no two of them share."""
        return wording.with_document_name(self.select(self.corpus.documents), self.language)

    @cached_property
    def chosen(self) -> Corpus:
        """The corpus of these documents only."""
        return reading.restrict(self.corpus, self.documents["doc_id"].to_list())

    def select(self, frame: Frame) -> pl.DataFrame:
        """Return the rows of the districts and years; see :func:`~fiscal_analysis.studies.reading.select`."""
        return reading.select(frame, self.division_codes, self.year_from, self.year_to)

    def placed(self, frame: Frame) -> pl.DataFrame:
        """Return the rows of the districts and years with ``place``, the district and the year of the figure."""
        return wording.with_place(self.select(frame), self.corpus.documents, self.language)

    def district(self, division_code: str | None = None, year: int | None = None) -> Corpus:
        """Narrow the view to one district and year, and return the corpus of their documents.

        Parameters
        ----------
        division_code : str, optional
            Six-digit code; otherwise the one whose documents state most figures.
        year : int, optional
            Fiscal year; the newest of the district otherwise. A document that does not state its year is of the years
            of its figures.

        Raises
        ------
        ContractError
            If there is no document of the district, or none of it in that year.
        """
        of_figures = self.corpus.facts.group_by("doc_id", pl.col("fiscal_year").alias("of figures")).len("figures")
        rows = self.corpus.documents.join(of_figures, on="doc_id", how="left").select(
            "doc_id", "division_code", pl.coalesce("fiscal_year", "of figures"), pl.col("figures").fill_null(0)
        )
        code, found = reading.one_district(rows, division_code, year)
        kept = rows.filter(pl.col("division_code").eq_missing(pl.lit(code)))
        if found is not None:
            kept = kept.filter(pl.col("fiscal_year") == found)
        self.division_codes, self.year_from, self.year_to = [code] if code else [], found, found
        return reading.restrict(self.corpus, kept["doc_id"].unique().to_list())

    # --- words and numbers ------------------------------------------------------------------------------------------

    def t(self, en: str, zh: str) -> str:
        """Return what is said in the reader's language."""
        return zh if self.language == "zh" else en

    def label(self, code: str | None) -> str:
        """Return what a code is called."""
        return wording.label(code, self.language)

    def labelled(self, column: str, missing: str = EMPTY) -> pl.Expr:
        """Return a column of codes as labels, null as `missing`."""
        return wording.labelled(column, missing, self.language)

    def named(self, row: Mapping[str, Any]) -> str:
        """Return what a row of figures is of: its line, its item or its concept, with fund and scope."""
        name = " ".join(filter(None, (row.get("subject_name"), row.get("subject_code") or row.get("economic_code"))))
        if not name:
            name = (row.get("item") or "").replace("/", self.t(": ", "："))
        fund, scope = row.get("fund"), row.get("scope")
        if name and fund == "general_public_budget":
            fund = None  # lines are of it unless something else is said
        further = [self.label(code) for code in (fund, scope) if code]
        return self.t(", ", "，").join([name or self.label(row.get("concept")), *further])

    def amount(
        self, yuan: float | None, low: float | None = None, high: float | None = None, decimals: int | None = None
    ) -> str:
        """Return an amount in the reader's unit, with the decimals that its interval leaves certain, or `decimals`."""
        return wording.words_of(yuan, low, high, self.unit, decimals)

    def span(self, low: float | None, high: float | None, decimals: int | None = None) -> str:
        """Return an interval of yuan in the reader's unit, rounded outwards."""
        return wording.interval_text(low, high, self.unit, decimals, self.language)

    def column(self, amounts: Iterable[float | None]) -> list[str]:
        """Return a column of amounts with two decimals, in 亿元 with four: what 万元 are printed with as a rule."""
        decimals = 4 if self.unit.yuan > 10_000 else 2
        return [self.amount(yuan, decimals=decimals) for yuan in amounts]

    def amounts(self, frame: pl.DataFrame, value: str, low: str, high: str) -> tuple[list[str], list[str]]:
        """Return a column of amounts and one of their intervals as text, each with one number of decimals."""
        values, lows, highs = (frame[name].to_list() for name in (value, low, high))
        of_values, of_ends = wording.column_decimals(values, lows, highs, self.unit)
        return (
            [self.amount(yuan, decimals=of_values) for yuan in values],
            [self.span(*ends, of_ends) if ends != (None, None) else EMPTY for ends in zip(lows, highs, strict=True)],
        )

    def percent(self, ratio: float | None, decimals: int = 1, *, fixed: bool = False) -> str:
        """Return a ratio as a percentage."""
        return wording.percent_text(ratio, decimals, fixed=fixed)

    def percent_span(self, low: float | None, high: float | None, decimals: int | None = None) -> str:
        """Return an interval of ratios as percentages, rounded outwards."""
        return wording.percent_interval(low, high, decimals, self.language)

    def percents(self, frame: pl.DataFrame, value: str, low: str, high: str) -> tuple[list[str], list[str]]:
        """Return a column of ratios and one of their intervals as text, each with one number of decimals."""
        values, lows, highs = (frame[name].to_list() for name in (value, low, high))
        decimals = wording.percent_decimals(lows, highs)
        return (
            [self.percent(ratio, min(decimals, 2), fixed=True) for ratio in values],
            [
                self.percent_span(*ends, decimals) if ends != (None, None) else EMPTY
                for ends in zip(lows, highs, strict=True)
            ],
        )

    def note(self, row: Mapping[str, Any], column: str = "note") -> str | None:
        """Return the note, reason or message of a row in the reader's language."""
        value = row[f"{column}_zh"] if self.language == "zh" else row.get(f"{column}_en", row.get(column))
        return None if value is None else str(value)

    # --- showing ----------------------------------------------------------------------------------------------------

    def say(self, en: str, zh: str) -> Markdown:
        """Return a paragraph."""
        from IPython.display import Markdown

        return Markdown(self.t(en, zh))  # type: ignore[no-untyped-call]

    def none(self, en: str, zh: str) -> Markdown:
        """Return the sentence that stands where there is nothing to show."""
        return self.say(f"*{en}*", f"*{zh}*")

    def figure(self, number: int, en: str, zh: str) -> str:
        """Return the title of a chart."""
        return self.t(f"Figure {number}. {en}", f"图{number}　{zh}")

    def table(
        self,
        frame: Frame,
        columns: Mapping[str, Words],
        *,
        name: str,
        number: int,
        title: Words,
        notes: Iterable[str] = (),
        formats: Mapping[str, Callable[[Any], str]] | None = None,
        stub: str | None = None,
        groups: str | None = None,
        figures: Sequence[str] = (),
    ) -> ReadingTable:
        """Return a table for reading; see :func:`~fiscal_analysis.charts.reading_table`.

        Headings and title are given in both languages; the notes are those of the reader's. Rows beyond `MOST_ROWS` are
        left out, and a note says so.
        """
        rows = as_polars(frame)
        said = list(notes)
        if rows.height > MOST_ROWS:
            more = rows.height - MOST_ROWS
            said.append(self.t(f"Another {more:,} rows are not shown.", f"另有{more:,}行未列出。"))
        return reading_table(
            rows.head(MOST_ROWS),
            {column: self.t(*heading) for column, heading in columns.items()},
            name=name,
            title=self.t(f"Table {number}. {title[0]}", f"表{number}　{title[1]}"),
            notes=said,
            formats=formats,
            stub=stub,
            groups=groups,
            figures=figures,
        )

    def key_figures(self, figures: Sequence[tuple[str, str, str]]) -> Markup:
        """Return a strip of key figures: each the figure, and what it is in English and Chinese."""
        return key_figures([(figure, self.t(en, zh)) for figure, en, zh in figures])

    def notes(self, places: Iterable[str], texts: Iterable[str | None]) -> list[str]:
        """Return the notes below a table, each once, with the places that it is of."""
        return reading.notes(places, texts, self.language)

    def doubts(self, fact_ids: Sequence[str]) -> str | None:
        """Return what the audit says of figures; see :func:`~fiscal_analysis.studies.reading.doubts`."""
        return reading.doubts(self.corpus, fact_ids, self.language)

    def sources(self, fact_ids: Sequence[str], *quotes: str | None) -> list[str | None]:
        """Return for each quote the first of the facts that it is the quote of, None where there is none."""
        return reading.sources(self.corpus.facts, fact_ids, *quotes)

    def evidence(
        self, fact_ids: pl.Series, number: int, indicator_ids: Iterable[str | None] = (), *, most: int = 2000
    ) -> ReadingTable:
        """Return the table of the sentences, and of the rows of performance tables, that a study's figures rest on."""
        title = self.t(f"Table {number}. Sentences and table rows", f"表{number}　所依据的原文")
        return reading.evidence(
            self.corpus, fact_ids, title=title, most=most, language=self.language, indicator_ids=indicator_ids
        )

    def provenance(self, doc_ids: Iterable[str], parameters: Mapping[Words, Any] | None = None) -> ReadingTable:
        """Return the table of documents used, with the hash of the data and the parameters of the run.

        `parameters` are those that the study has beside districts, years, language and unit.
        """
        told = {
            self.t("districts", "地区"): self.division_codes,
            self.t("from year", "起始年度"): self.year_from,
            self.t("to year", "截止年度"): self.year_to,
            self.t("unit of money", "金额单位"): self.unit.name,
        }
        told |= {self.t(*name): value for name, value in (parameters or {}).items()}
        return reading.provenance(self.corpus, list(doc_ids), told, language=self.language)
