"""Several years of one body: change and growth, what was restated, and the same in constant prices."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._findings import require
from fiscal_analysis.metrics._inputs import Body, Source, Stated, bodies_of, facts_of, statements
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics._readings import OPEN, WHOSE, Reading, ambiguity, amount, closing, read, table, whose
from fiscal_analysis.metrics.intervals import Range, exact, ratio_to_base

__all__ = ["panel", "panel_levels", "printed_growth", "read_deflator", "restatements"]

_LINE: dict[str, Any] = {
    "division_code": pl.String,
    "county": pl.String,
    "issuer": pl.String,
    "concept": pl.String,
    "fund": pl.String,
    "scope": pl.String,
    "code": pl.String,
    "name": pl.String,
    "unit": pl.String,
    "counted": pl.String,
    "period": pl.String,
    "fiscal_year": pl.Int64,
}


def _floats(*names: str) -> dict[str, Any]:
    return {f"{name}{end}": pl.Float64 for name in names for end in ("", "_low", "_high")}


PANEL: dict[str, Any] = (
    _LINE
    | {"doc_ids": pl.List(pl.String)}
    | _floats("value")
    | {"candidates": pl.List(pl.Float64), "basis": pl.String, "previous_year": pl.Int64}
    | _floats("previous", "change", "growth")
    | _floats("stated_growth")
    | {"growth_agrees": pl.Boolean, "base_year": pl.Int64, "deflator": pl.Float64}
    | _floats("real_value", "real_growth")
    | {"status": pl.String, "fact_ids": pl.List(pl.String), "note": pl.String, "note_zh": pl.String}
)
RESTATED: dict[str, Any] = (
    _LINE
    | {"first_doc_id": pl.String, "later_doc_id": pl.String}
    | _floats("first", "later", "restatement", "relative")
    | {"agrees": pl.Boolean, "status": pl.String, "fact_ids": pl.List(pl.String), "note": pl.String}
    | {"note_zh": pl.String}
)
LEVELS: dict[str, Any] = (
    _LINE
    | {"origin": pl.String, "doc_ids": pl.List(pl.String)}
    | _floats("value")
    | {"candidates": pl.List(pl.Float64), "base_year": pl.Int64}
    | _floats("real_value")
    | {"status": pl.String, "fact_ids": pl.List(pl.String), "note": pl.String, "note_zh": pl.String}
)
GROWTHS: dict[str, Any] = (
    WHOSE
    | dict.fromkeys(("period", "concept", "fund", "scope", "code", "name", "item"), pl.String)
    | _floats("growth")
    | {"candidates": pl.List(pl.Float64), "status": pl.String, "fact_ids": pl.List(pl.String)}
)
# Outturns of money, and realised counts and rates; a target or a budget is none of the two.
_LEVELS = ("final", "actual")
_AFTER, _CHANGE = Text("the figure of the year after", "下年数"), Text("the change", "增减额")
_VALUE, _PREVIOUS = Text("the figure", "本年数"), Text("the figure of the year before", "上年数")


class _Line(NamedTuple):
    division_code: str | None
    issuer: str
    concept: str
    fund: str | None
    scope: str | None
    code: str | None
    period: str | None
    unit: str
    counted: str | None


class _Series(NamedTuple):
    """All that is stated of one line of one body, by document and year."""

    levels: dict[tuple[str, int], list[Stated]]
    priors: dict[tuple[str, int], list[Stated]]
    changes: dict[tuple[str, int], list[Stated]]
    growths: dict[tuple[str, int], list[Stated]]


def panel(
    corpus: Source,
    documents: Source | None = None,
    *,
    deflator: Source | None = None,
    base_year: int | None = None,
) -> pl.DataFrame:
    """Return the figures of each body over the years, one row per figure and base that it is compared with.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `facts` and `documents` are used) or the facts table alone.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table; it says whose documents they are.
    deflator : polars.DataFrame or pandas.DataFrame, optional
        A price index: columns ``year`` and ``index``, positive, any base.
    base_year : int, optional
        The year of whose prices the real figures are; needed with a deflator, and one of its years.

    Returns
    -------
    polars.DataFrame
        Every body has at least one row.

        - ``division_code, county, issuer``: the body; ``concept, fund, scope, code, name, unit, counted, period``:
          the line
        - ``fiscal_year``, ``doc_ids``: the year, and the documents that state the figure; those of later years only
          where there is none of the year, and `note` says so
        - ``value``, ``value_low``, ``value_high``: yuan for ``CNY``; ``candidates``: all values stated
        - ``basis``: what the figure is compared with. ``as_first_published``: the figure that the document of the year
          before printed; ``as_restated``: the figure of the year before that a document of this year prints;
          ``implied``: this figure less its printed change on the year before; null where nothing is known
        - ``previous_year``, ``previous``, ``previous_low``, ``previous_high``: that figure
        - ``change``, ``growth`` with ``_low`` and ``_high``: value - previous, and that ÷ previous
        - ``stated_growth`` with bounds: the growth on the year before that a document prints, null where several
          differ; ``growth_agrees``: whether that can be the growth on this base; null where there is nothing to
          compare, or where it hangs on which of several values is true
        - ``base_year``, ``deflator``: the index of the year ÷ the index of the base year
        - ``real_value``, ``real_growth`` with bounds: in prices of `base_year`; null for counts and rates, and for
          years that the deflator does not have
        - ``status``: ``computed``; ``ambiguous`` (a figure has several values: intervals only); ``one_year`` (nothing
          to compare with); ``no_data``
        - ``fact_ids``; ``note``, ``note_zh``

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have; if the deflator states a year twice or an index of 0 or less;
        if `base_year` is missing or none of its years.

    Notes
    -----
    Formulas: growth = value ÷ previous - 1; real value = value ÷ deflator; real growth = (value ÷ deflator of the year)
    ÷ (previous ÷ deflator of the year before) - 1. The implied base stands on both sides of its ratio, whose interval
    is taken over both figures at once. The deflator counts as exact.

    A body is a publisher in a division; two names are two bodies. Years that do not follow each other are not compared,
    nor part-year with full-year figures; a budget or a target is no outturn. Figures with an `item` are left out.

    Not comparable: ``as_first_published`` over a reform of the body or of the classification: the later document
    restates for that, hence ``as_restated``; bodies with each other by growth from very small amounts. A general price
    index (CPI, GDP deflator) is no price index of government services.

    References
    ----------
    IMF (2014): Government Finance Statistics Manual 2014, chapter 3 (time of recording).
    European Commission, IMF, OECD, UN, World Bank (2009): System of National Accounts 2008, chapter 15 (price and
    volume measures).
    """
    index = _index(deflator, base_year)
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    counties = _counties(bodies)
    series = _series(facts, bodies)
    rows: list[dict[str, Any]] = []
    for line, some in series.items():
        head = _head(line, some, counties)
        rows += [head | row | _real(line, row, index, base_year) for row in _panel_rows(some)]
    seen = {(line.division_code, line.issuer) for line in series}
    for body in bodies.values():
        key = (body.division_code, body.issuer or body.doc_id)
        if key not in seen:
            seen.add(key)
            why = [Text("no outturn, realised count or rate without an item is stated", "没有不带项目的决算数或实际数")]
            whose = {"division_code": key[0], "issuer": key[1], "county": body.county, "fiscal_year": body.fiscal_year}
            rows.append(whose | {"candidates": [], "doc_ids": [body.doc_id]} | closing("no_data", notes=why))
    frame = table([{k: v for k, v in row.items() if k in PANEL} for row in rows], PANEL)
    return _ordered(frame)


def restatements(corpus: Source, documents: Source | None = None) -> pl.DataFrame:
    """Return prior-year figures beside the figures that the documents of these years printed.

    Parameters
    ----------
    corpus, documents
        As in :func:`panel`.

    Returns
    -------
    polars.DataFrame
        One row per line, year and pair of documents of one body; no row where no body has both.

        - ``division_code, county, issuer, concept, fund, scope, code, name, unit, counted, period, fiscal_year``: the
          line and the year that both figures are of
        - ``first_doc_id``, ``first``, ``first_low``, ``first_high``: as printed by a document of the year
        - ``later_doc_id``, ``later``, ``later_low``, ``later_high``: as printed by a later document as the prior year
        - ``restatement`` with bounds: later - first; ``relative`` with bounds: that ÷ first
        - ``agrees``: whether the two can be the same figure
        - ``status``: ``computed`` or ``ambiguous``; ``fact_ids``; ``note``, ``note_zh``

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have.

    Notes
    -----
    A restatement is no error: bodies are merged, classes are changed, accounts are approved late. Not comparable over
    a change of units of a department (下属单位), which documents do not always mention.

    References
    ----------
    PEFA (2016): Framework for Assessing Public Financial Management, PI-29 (annual financial reports).
    """
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    counties = _counties(bodies)
    rows: list[dict[str, Any]] = []
    for line, some in _series(facts, bodies).items():
        for (later_doc, year), prior in some.priors.items():
            for (first_doc, first_year), level in some.levels.items():
                if first_year != year or first_doc == later_doc:
                    continue
                first, later = read(level), read(prior)
                if first is None or later is None:
                    continue
                both = first.value is not None and later.value is not None
                value = later.value - first.value if later.value is not None and first.value is not None else None
                growth, span = _growth(later, first)
                notes = ambiguity(first, Text("the first figure", "原数")) + ambiguity(later, Text("the later", "后数"))
                rows.append(
                    _head(line, some, counties)
                    | {"fiscal_year": year, "first_doc_id": first_doc, "later_doc_id": later_doc}
                    | amount("first", first.value, first.range)
                    | amount("later", later.value, later.range)
                    | amount("restatement", value, later.range - first.range)
                    | amount("relative", growth, span)
                    | {"agrees": first.range.overlaps(later.range)}
                    | closing("computed" if both else "ambiguous", [*first.facts, *later.facts], notes)
                )
    return _ordered(table(rows, RESTATED))


def panel_levels(
    corpus: Source,
    documents: Source | None = None,
    *,
    deflator: Source | None = None,
    base_year: int | None = None,
) -> pl.DataFrame:
    """Return the figures of each body over the years, one row per figure and year: what a line over years is drawn of.

    Parameters
    ----------
    corpus, documents, deflator, base_year
        As in :func:`panel`.

    Returns
    -------
    polars.DataFrame
        No row for a year of which nothing is known: a gap.

        - ``division_code, county, issuer, concept, fund, scope, code, name, unit, counted, period, fiscal_year``: as in
          :func:`panel`; a part of a year (``period``) is a line of its own
        - ``origin``: ``as_first_published`` (a document of the year states it), ``as_restated`` (only a later document
          does, as its prior year), ``implied`` (no document states it: the figure of the year after less its printed
          change); the first of these that there is
        - ``doc_ids``; ``value`` with bounds, ``candidates``; ``base_year``, ``real_value`` with bounds
        - ``status``: ``computed`` or ``ambiguous`` (several values: bounds only); ``fact_ids``; ``note``, ``note_zh``

    Raises
    ------
    ContractError
        As :func:`panel`.

    Notes
    -----
    Formulas: implied value = value of the year after - its printed change, over intervals; real value = value ÷
    (index of the year ÷ index of the base year).
    """
    index = _index(deflator, base_year)
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    counties = _counties(bodies)
    rows: list[dict[str, Any]] = []
    for line, some in _series(facts, bodies).items():
        head = _head(line, some, counties)
        for year, (origin, level, notes) in sorted(_levels_of(some).items()):
            row: dict[str, Any] = {
                "fiscal_year": year,
                "origin": origin,
                "doc_ids": list(dict.fromkeys(fact.doc_id for fact in level.facts)),
                "candidates": level.candidates if origin != "implied" else [],
            }
            by = index.get(year) if line.unit == "CNY" else None
            if by is not None:
                value = level.value / by if level.value is not None else None
                row |= {"base_year": base_year} | amount("real_value", value, level.range / Range.point(by))
            certain = level.value is not None
            rows.append(
                head
                | row
                | amount("value", level.value, level.range)
                | closing("computed" if certain else "ambiguous", level.facts, notes)
            )
    return _ordered(table(rows, LEVELS))


def printed_growth(corpus: Source, documents: Source | None = None) -> pl.DataFrame:
    """Return every growth on the year before that a document prints, with or without an amount beside it.

    Parameters
    ----------
    corpus, documents
        As in :func:`panel`.

    Returns
    -------
    polars.DataFrame
        One row per document, year, period, line and item.

        - ``doc_id, division_code, county, issuer, fiscal_year``; ``period``: the part of the year, as printed
        - ``concept, fund, scope, code, name``; ``item``: the result or kind that it is of, as printed
        - ``growth`` with bounds (0.065 is 6.5 %); ``candidates``
        - ``status``: ``stated``, or ``ambiguous`` where several growths are stated: bounds only
        - ``fact_ids``

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have.

    Notes
    -----
    Nothing is computed: a growth without its two amounts cannot be tested. :func:`panel` tests those that can be.
    """
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    found: dict[tuple[Any, ...], list[Stated]] = defaultdict(list)
    for fact in statements(facts.filter(pl.col("measure") == "growth_on_prior_year")):
        code = fact.economic_code or fact.subject_code or fact.subject_name
        of = (fact.concept, fact.fund, fact.scope, code, fact.item)
        found[fact.doc_id, fact.fiscal_year, fact.period, *of].append(fact)
    rows: list[dict[str, Any]] = []
    for (doc_id, year, period, concept, fund, scope, code, item), some in found.items():
        growth = read(some)
        if growth is None:  # pragma: no cover - a line has a statement
            continue
        rows.append(
            whose(bodies[doc_id], year)
            | {"period": period, "concept": concept, "fund": fund, "scope": scope, "item": item}
            | {"code": code if code and code.isdigit() else None}
            | {"name": next((fact.subject_name for fact in some if fact.subject_name), None)}
            | amount("growth", growth.value, growth.range)
            | {"candidates": growth.candidates}
            | closing(growth.status, growth.facts)
        )
    order = {doc_id: at for at, doc_id in enumerate(bodies)}
    rows.sort(key=lambda row: order[row["doc_id"]])
    return table(rows, GROWTHS)


_YEAR = re.compile(r"(?:19|20)\d\d")


def read_deflator(source: str | Path | Source) -> pl.DataFrame:
    """Return a price index by year, checked, as :func:`panel` takes it.

    Parameters
    ----------
    source : str, Path, polars.DataFrame or pandas.DataFrame
        A CSV file (UTF-8, header row) or a frame with the columns

        - ``year``: four digits
        - ``index``: the level of prices, above 0; any year may be 100; a rate of change (``0.2`` %) is none

        Further columns (``source``, say) are kept out.

    Returns
    -------
    polars.DataFrame
        ``year``, ``index``, sorted.

    Raises
    ------
    SourceError
        If the file cannot be read.
    ContractError
        If a column is missing, a year has not four digits or is stated twice, an index is missing, no number or not
        above 0, or there is no year. The message names the file, the line and the column, and what is expected.

    Notes
    -----
    Statistical yearbooks print indices with the year before = 100 (上年=100). These are no levels: multiply them up to
    one base year first.

    References
    ----------
    European Commission, IMF, OECD, UN, World Bank (2009): System of National Accounts 2008, chapter 15.
    """
    name = f"deflator {source}" if isinstance(source, str | Path) else "deflator"
    if isinstance(source, str | Path):
        try:
            frame = pl.read_csv(source, infer_schema=False, encoding="utf8")
        except (OSError, pl.exceptions.PolarsError) as error:
            raise SourceError(
                f"{name}: cannot be read as a CSV file in UTF-8 with the header row year,index ({error})"
            ) from error
    else:
        frame = as_polars(source)
    frame = frame.rename({column: column.strip().lstrip("\ufeff") for column in frame.columns})
    missing = [column for column in ("year", "index") if column not in frame.columns]
    if missing:
        raise ContractError(
            f"{name}: no column {' and no column '.join(missing)}; it has {', '.join(frame.columns) or 'none'}: "
            "the header row is to be year,index"
        )
    found: dict[int, float] = {}
    for number, (year, value) in enumerate(frame.select("year", "index").iter_rows(), start=2):
        text = re.sub(r"\.0$", "", str("" if year is None else year).strip())
        if not _YEAR.fullmatch(text):
            raise ContractError(f"{name}, line {number}, column year: four digits such as 2023 expected, got {text!r}")
        if int(text) in found:
            raise ContractError(f"{name}, line {number}, column year: {text} is stated twice; leave one line of it")
        try:
            index = float(exact(str("" if value is None else value).replace(",", "").strip()))
        except (ValueError, ArithmeticError) as error:
            raise ContractError(
                f"{name}, line {number}, column index: a number such as 102.5 expected, got {value!r}; "
                "leave out a year whose index is not known"
            ) from error
        if index <= 0:
            raise ContractError(
                f"{name}, line {number}, column index: a level of prices above 0 expected, got {value}; "
                "a rate of change is no index"
            )
        found[int(text)] = index
    if not found:
        raise ContractError(f"{name}: no year in it; at least one line of year,index is expected")
    years = sorted(found)
    return pl.DataFrame(
        {"year": years, "index": [found[year] for year in years]}, schema={"year": pl.Int64, "index": pl.Float64}
    )


# -- inside ---------------------------------------------------------------------------------------------------------


def _index(deflator: Source | None, base_year: int | None) -> dict[int, Fraction]:
    """Return the index by year, relative to the base year."""
    if deflator is None:
        if base_year is not None:
            raise ContractError("a base year needs a deflator: give a frame with the columns year and index")
        return {}
    frame = as_polars(deflator)
    require(frame, ("year", "index"), "deflator")
    years = [int(year) for year in frame["year"].cast(pl.Int64)]
    values = [exact(float(value)) for value in frame["index"].cast(pl.Float64).fill_null(0)]
    if len(set(years)) < len(years):
        raise ContractError("the deflator states a year more than once: one index per year is expected")
    if any(value <= 0 for value in values):
        raise ContractError("the deflator has an index that is missing or not above 0")
    index = dict(zip(years, values, strict=True))
    if base_year not in index:
        known = ", ".join(map(str, sorted(index)))
        raise ContractError(f"the base year must be a year of the deflator ({known}), got {base_year}")
    return {year: value / index[base_year] for year, value in index.items()}


def _counties(bodies: Mapping[str, Body]) -> dict[str | None, str | None]:
    return {body.division_code: body.county for body in bodies.values() if body.county}


def _series(facts: pl.DataFrame, bodies: Mapping[str, Body]) -> dict[_Line, _Series]:
    measures = [*_LEVELS, "prior_year", "change_on_prior_year", "growth_on_prior_year"]
    wanted = facts.filter(
        pl.col("measure").is_in(measures) & pl.col("item").is_null() & pl.col("fiscal_year").is_not_null()
    )
    found: dict[_Line, _Series] = {}
    growths: list[tuple[_Line, Stated]] = []
    for fact in statements(wanted):
        body = bodies[fact.doc_id]
        code = fact.economic_code or fact.subject_code or fact.subject_name
        whose = (body.division_code, body.issuer or body.doc_id)
        counted = fact.counted if fact.unit == "count" else None
        line = _Line(*whose, fact.concept, fact.fund, fact.scope, code, fact.period, fact.unit, counted)
        if fact.measure == "growth_on_prior_year":
            growths.append((line, fact))
            continue
        series = found.get(line)
        if series is None:
            series = found[line] = _Series(*(defaultdict[tuple[str, int], list[Stated]](list) for _ in range(4)))
        earlier = body.fiscal_year is not None and (fact.fiscal_year or 0) < body.fiscal_year
        kind = series.changes if fact.measure == "change_on_prior_year" else series.priors if earlier else series.levels
        kind[fact.doc_id, fact.fiscal_year or 0].append(fact)
    units: dict[tuple[Any, ...], list[_Line]] = defaultdict(list)
    for line in found:
        units[line[:-2]].append(line)
    for line, fact in growths:  # a growth is a ratio, whatever the unit of the line that it is of
        if len(units[line[:-2]]) == 1:
            found[units[line[:-2]][0]].growths[fact.doc_id, fact.fiscal_year or 0].append(fact)
    return {line: series for line, series in found.items() if series.levels or series.priors}


def _panel_rows(series: _Series) -> Iterator[dict[str, Any]]:
    for year in sorted({year for _, year in (*series.levels, *series.priors)}):
        own = _of(series.levels, year)
        levels = own or _of(series.priors, year)
        value = read(levels)
        if value is None:
            continue
        docs = list(dict.fromkeys(fact.doc_id for fact in levels))
        growth = read(_of(series.growths, year))
        bases: list[tuple[str, Reading, Range | None]] = []
        for basis, stated in (("as_first_published", series.levels), ("as_restated", series.priors)):
            previous = read(_of(stated, year - 1))
            if previous is not None:
                bases.append((basis, previous, None))
        change = read(_of(series.changes, year))
        if change is not None:
            base = value.value - change.value if value.value is not None and change.value is not None else None
            span = value.range - change.range
            implied = Reading(base, span, change.figures)
            bases.append(("implied", implied, change.range))
        head = {
            "fiscal_year": year,
            "doc_ids": docs,
            "candidates": value.candidates,
            "_value": value,
        } | amount("value", value.value, value.range)
        if growth is not None:
            head |= amount("stated_growth", growth.value, growth.range)
        facts = [*value.facts, *(growth.facts if growth is not None else ())]
        late = [] if own else [Text("stated by a later document only", "仅见于以后年度的文件")]
        for basis, previous, by in bases:
            delta = value.value - previous.value if value.value is not None and previous.value is not None else None
            rate, span = _growth(value, previous, by)
            notes = late + ambiguity(value, _VALUE) + ambiguity(previous, _PREVIOUS)
            if previous.value is not None and previous.value <= 0:
                notes.append(Text("no growth from 0 or less", "上年数不大于0，没有增长率"))
            unclear = value.value is None or previous.value is None
            yield (
                head
                | {"basis": basis, "previous_year": year - 1, "_previous": previous, "_by": by}
                | {"growth_agrees": _agrees(growth, span, certain=not unclear)}
                | amount("previous", previous.value, previous.range)
                | amount("change", delta, by if by is not None else value.range - previous.range)
                | amount("growth", rate, span)
                | closing("ambiguous" if unclear else "computed", [*facts, *previous.facts], notes)
            )
        if not bases:
            yield head | closing("ambiguous" if value.ambiguous else "one_year", facts, late + ambiguity(value, _VALUE))


def _levels_of(series: _Series) -> dict[int, tuple[str, Reading, list[Text]]]:
    """Return where the figure of each year is from, the figure, and what is ambiguous about it."""
    found: dict[int, tuple[str, Reading, list[Text]]] = {}
    for origin, stated in (("as_restated", series.priors), ("as_first_published", series.levels)):
        for year in {year for _, year in stated}:
            level = read(_of(stated, year))
            if level is not None:
                found[year] = origin, level, ambiguity(level, _VALUE)
    for year in {year for _, year in series.changes}:
        change = read(_of(series.changes, year))
        if change is None or year not in found or year - 1 in found:
            continue
        after = found[year][1]
        base = after.value - change.value if after.value is not None and change.value is not None else None
        figures = (*after.figures, *change.figures)
        notes = ambiguity(after, _AFTER) + ambiguity(change, _CHANGE)
        found[year - 1] = "implied", Reading(base, after.range - change.range, figures), notes
    return found


def _agrees(printed: Reading | None, computed: Range, *, certain: bool) -> bool | None:
    """Return whether a printed growth can be the computed one; None where that is open."""
    if printed is None or printed.ambiguous or (computed.low is None and computed.high is None):
        return None
    possible = printed.range.overlaps(computed)
    return possible if certain or not possible else None


def _of(stated: Mapping[tuple[str, int], Sequence[Stated]], year: int) -> list[Stated]:
    return [fact for (_, of), facts in stated.items() if of == year for fact in facts]


def _growth(value: Reading, previous: Reading, change: Range | None = None) -> tuple[Fraction | None, Range]:
    """Return value ÷ previous - 1; where only the change is printed, over both figures at once."""
    if previous.value is not None and previous.value <= 0:
        return None, OPEN
    one = Range.point(1)
    if change is not None:
        span = ratio_to_base(value.range, change)
    else:
        span = value.range / previous.range
    rate = value.value / previous.value - 1 if value.value is not None and previous.value is not None else None
    return rate, span - one


def _real(line: _Line, row: Mapping[str, Any], index: Mapping[int, Fraction], base_year: int | None) -> dict[str, Any]:
    now = index.get(row["fiscal_year"])
    if base_year is None or line.unit != "CNY":
        return {}
    if now is None:
        said = Text("the deflator lacks the year", "缺少该年的价格指数")
        note, note_zh = row["note"], row["note_zh"]
        return {
            "base_year": base_year,
            "note": f"{note}; {said.en}" if note else said.en,
            "note_zh": f"{note_zh}；{said.zh}" if note_zh else said.zh,
        }
    by = Range.point(now)
    value: Reading = row["_value"]
    real = value.value / now if value.value is not None else None
    found = {"base_year": base_year, "deflator": float(now)} | amount("real_value", real, value.range / by)
    before = index.get(row["fiscal_year"] - 1)
    previous: Reading | None = row.get("_previous")
    if previous is None or before is None:
        return found
    rate, span = _growth(value, previous, row["_by"])
    scale, one = before / now, Fraction(1)
    ends = [None if end is None else (end + one) * scale - one for end in (span.low, span.high)]
    return found | amount("real_growth", None if rate is None else (rate + one) * scale - one, Range(*ends))


def _head(line: _Line, series: _Series, counties: Mapping[str | None, str | None]) -> dict[str, Any]:
    stated = [fact for kind in (series.levels, series.priors) for facts in kind.values() for fact in facts]
    names = [fact.subject_name for fact in stated if fact.subject_name]
    return {
        "division_code": line.division_code,
        "county": counties.get(line.division_code),
        "issuer": line.issuer,
        "concept": line.concept,
        "fund": line.fund,
        "scope": line.scope,
        "code": line.code if line.code and line.code.isdigit() else None,
        "name": names[0] if names else None,
        "unit": line.unit,
        "counted": line.counted,
        "period": line.period,
    }


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    by = ["division_code", "issuer", "concept", "fund", "scope", "code", "unit", "counted", "period", "fiscal_year"]
    return frame.sort(by, nulls_last=False, maintain_order=True)
