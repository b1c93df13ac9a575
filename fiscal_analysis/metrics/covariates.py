"""Money per head, per firm and of GDP: the user's table of population, firms and GDP, by district and year."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from fiscal_analysis import taxonomy
from fiscal_analysis.errors import ContractError, SourceError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._inputs import Source, Stated, bodies_of, facts_of, statements
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics._readings import WHOSE, ambiguity, amount, closing, read, table, whose
from fiscal_analysis.metrics.intervals import Range, as_float, exact, printed

__all__ = ["per_covariate", "read_covariates"]

_REQUIRED = ("division_code", "year", "variable", "value", "unit", "source")
_OPTIONAL = ("decimals",)
_BASES = {"population": "count", "firms": "count", "gdp": "CNY"}
_COUNTED = {"population": ("人",), "firms": ("家", "户", "个")}
_PER = {"population": "CNY per person", "firms": "CNY per firm", "gdp": "ratio"}
COVARIATES: dict[str, Any] = {
    "division_code": pl.String,
    "year": pl.Int64,
    "variable": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "unit": pl.String,
    "source": pl.String,
}
PER: dict[str, Any] = WHOSE | {
    "period": pl.String,
    "concept": pl.String,
    "measure": pl.String,
    "fund": pl.String,
    "scope": pl.String,
    "code": pl.String,
    "name": pl.String,
    "value_yuan": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "candidates": pl.List(pl.Float64),
    "variable": pl.String,
    "covariate": pl.Float64,
    "covariate_low": pl.Float64,
    "covariate_high": pl.Float64,
    "covariate_unit": pl.String,
    "source": pl.String,
    "per": pl.Float64,
    "per_low": pl.Float64,
    "per_high": pl.Float64,
    "per_unit": pl.String,
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
    "note": pl.String,
    "note_zh": pl.String,
}


def read_covariates(source: str | Path | Source) -> pl.DataFrame:
    """Return a table of population, firms and GDP by district and year, checked and in base units.

    Parameters
    ----------
    source : str, Path, polars.DataFrame or pandas.DataFrame
        A CSV file (UTF-8, header row) or a frame with exactly these columns:

        - ``division_code``: six digits (GB/T 2260); ``year``
        - ``variable``: ``population``, ``firms`` or ``gdp``
        - ``value``: a number; empty where it is not known
        - ``unit``: as printed: 人, 万人; 家, 户, 个, 万家 and so on; 元, 万元, 亿元
        - ``source``: where the number is from, in words
        - ``decimals``, may be left out: digits behind the point of `value` as printed, in `unit`, from which the
          interval follows; empty: the number counts as exact

    Returns
    -------
    polars.DataFrame
        ``division_code, year, variable``; ``value``, ``low``, ``high`` in ``unit`` (``person``, ``firm``, ``CNY``);
        ``source``. Sorted.

    Raises
    ------
    SourceError
        If the file cannot be read.
    ContractError
        If a column is missing or unknown, a code has not six digits, a variable or unit is unknown or they do not fit
        each other, a value is not above 0, a source is empty, or a district states a variable twice for a year.

    Notes
    -----
    Which population (常住人口 at the end of the year, 户籍人口, average) and which firms (在营, 四上) is for the user
    to decide and for ``source`` to say; figures on different definitions are not comparable.
    """
    frame = _frame(source)
    unknown = [name for name in frame.columns if name not in (*_REQUIRED, *_OPTIONAL)]
    missing = [name for name in _REQUIRED if name not in frame.columns]
    if unknown or missing:
        raise ContractError(
            f"covariates have the columns {', '.join(_REQUIRED)} and may have decimals; "
            f"missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}"
        )
    rows: dict[tuple[str, int, str], dict[str, Any]] = {}
    for number, row in enumerate(frame.iter_rows(named=True), start=2):
        found = _row(row, f"covariates, line {number}")
        if found is None:
            continue
        key = (found["division_code"], found["year"], found["variable"])
        if key in rows:
            raise ContractError(f"covariates, line {number}: {key[2]} of {key[0]} in {key[1]} is stated twice")
        rows[key] = found
    return table([rows[key] for key in sorted(rows)], COVARIATES)


def per_covariate(
    corpus: Source,
    covariates: str | Path | Source,
    documents: Source | None = None,
    *,
    concepts: Sequence[str] = ("expenditure", "functional_expenditure", "three_public", "procurement"),
    measure: str = "final",
    variables: Sequence[str] = ("population", "firms", "gdp"),
) -> pl.DataFrame:
    """Return amounts per person, per firm and of GDP, one row per amount and variable.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `facts` and `documents` are used) or the facts table alone.
    covariates : str, Path, polars.DataFrame or pandas.DataFrame
        As :func:`read_covariates` takes it.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table.
    concepts : sequence of str
        Concepts of money.
    measure : str
        One measure; outturns and budgets are not mixed.
    variables : sequence of str
        Of ``population``, ``firms``, ``gdp``.

    Returns
    -------
    polars.DataFrame
        Every document has a row per variable at least.

        - ``doc_id, division_code, county, issuer, fiscal_year, period``; ``concept, measure, fund, scope, code, name``
        - ``value_yuan``, ``value_low``, ``value_high``, ``candidates``: the amount, as in :func:`spending_structure`
        - ``variable``, ``covariate``, ``covariate_low``, ``covariate_high``, ``covariate_unit``, ``source``
        - ``per``, ``per_low``, ``per_high``, ``per_unit``: ``CNY per person``, ``CNY per firm``, ``ratio`` (of GDP)
        - ``status``: ``computed``; ``ambiguous`` (the amount has several values: bounds only); ``no_covariate``;
          ``part_year`` (an amount of a part of a year is not set against a year); ``no_data``
        - ``fact_ids``; ``note``, ``note_zh``

    Raises
    ------
    SourceError, ContractError
        As :func:`read_covariates`; if a variable is unknown.

    Notes
    -----
    Formula: per = amount ÷ covariate, [low, high] = [amount low ÷ covariate high, amount high ÷ covariate low]. Joined
    by division code and fiscal year; no year stands in for another, no prefecture for its district.

    The numerator is one department's money, not the district's: what a science bureau spends per resident says nothing
    of what the district spends. Not comparable: districts whose departments have different tasks.

    References
    ----------
    GB/T 2260: codes of administrative divisions. IMF (2014): Government Finance Statistics Manual 2014 (sectors: a
    department is a part of general government).
    """
    wrong = [name for name in variables if name not in _BASES]
    if wrong:
        raise ContractError(f"variables are {', '.join(_BASES)}, got {', '.join(wrong)}")
    known = {
        (r["division_code"], r["year"], r["variable"]): r for r in read_covariates(covariates).iter_rows(named=True)
    }
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    wanted = facts.filter(
        pl.col("concept").is_in(list(concepts))
        & (pl.col("measure") == measure)
        & (pl.col("unit") == "CNY")
        & pl.col("item").is_null()
    )
    lines: dict[tuple[Any, ...], list[Stated]] = defaultdict(list)
    for fact in statements(wanted):
        code = fact.economic_code or fact.subject_code or fact.subject_name
        where = (fact.doc_id, fact.fiscal_year, fact.period)
        lines[*where, fact.concept, fact.fund, fact.scope, code].append(fact)
    order = {doc_id: at for at, doc_id in enumerate(bodies)}
    rows: list[dict[str, Any]] = []
    for (doc_id, year, period, concept, fund, scope, code), stated in sorted(
        lines.items(), key=lambda x: order[x[0][0]]
    ):
        body = bodies[doc_id]
        head = whose(body, year) | {"period": period, "concept": concept, "measure": measure, "fund": fund}
        head |= {"scope": scope, "code": code if code and code.isdigit() else None}
        head["name"] = next((fact.subject_name for fact in stated if fact.subject_name), None)
        given = [(variable, known.get((body.division_code, year, variable))) for variable in variables]
        rows += [head | _per(stated, period, variable, covariate) for variable, covariate in given]
    seen = {row["doc_id"] for row in rows}
    why = [Text("none of the amounts is stated", "没有列示相关金额")]
    for body in bodies.values():
        if body.doc_id not in seen:
            head = (
                whose(body, body.fiscal_year) | {"measure": measure, "candidates": []} | closing("no_data", notes=why)
            )
            rows += [head | {"variable": variable} for variable in variables]
    return table(rows, PER)


def _per(
    stated: Sequence[Stated], period: str | None, variable: str, covariate: Mapping[str, Any] | None
) -> dict[str, Any]:
    reading = read(stated)
    if reading is None:  # pragma: no cover - a line has a statement
        return {}
    row = amount("value", reading.value, reading.range, "_yuan") | {
        "candidates": reading.candidates,
        "variable": variable,
        "per_unit": _PER[variable],
    }
    notes = ambiguity(reading, Text("the amount", "金额"))
    if covariate is None:
        said = Text(f"no {variable} is given for the district and year", "未提供该地区该年的数据")
        return row | closing("no_covariate", reading.facts, [*notes, said])
    row |= {
        "covariate": covariate["value"],
        "covariate_low": covariate["low"],
        "covariate_high": covariate["high"],
        "covariate_unit": covariate["unit"],
        "source": covariate["source"],
    }
    if period is not None:
        said = Text(f"the amount is of {period}, not of a year", f"金额是{period}的，不是全年")
        return row | closing("part_year", reading.facts, [*notes, said])
    by = Range(exact(covariate["low"]), exact(covariate["high"]))
    value = reading.value / exact(covariate["value"]) if reading.value is not None else None
    return (
        row
        | amount("per", value, reading.range / by)
        | closing("ambiguous" if value is None else "computed", reading.facts, notes)
    )


# -- the table that the user gives ----------------------------------------------------------------------------------


class _Unit(NamedTuple):
    base: str
    factor: Fraction
    counted: str


@cache
def _units() -> dict[str, _Unit]:
    return {
        row["printed_unit"]: _Unit(row["base_unit"], Fraction(row["factor"]), row["counted"])
        for row in taxonomy.table("counters")
        if row["base_unit"] and row["factor"] and row["kind"] != "rate"
    }


def _frame(source: str | Path | Source) -> pl.DataFrame:
    if not isinstance(source, str | Path):
        return as_polars(source)
    try:
        return pl.read_csv(source, infer_schema=False, encoding="utf8")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SourceError(f"{source}: cannot be read as a CSV file with a header row ({error})") from error


def _text(value: object) -> str:
    text = "" if value is None else str(value).strip().lstrip("\ufeff")
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text


def _row(row: Mapping[str, Any], place: str) -> dict[str, Any] | None:
    """Return one checked row in base units; None where its value is not known."""
    code, year, variable, unit = (_text(row[name]) for name in ("division_code", "year", "variable", "unit"))
    if not re.fullmatch(r"[1-9]\d{5}", code):
        raise ContractError(f"{place}: a division code has six digits, got {code or 'nothing'}")
    if not re.fullmatch(r"(?:19|20)\d\d", year):
        raise ContractError(f"{place}: a year has four digits, got {year or 'nothing'}")
    if variable not in _BASES:
        raise ContractError(f"{place}: variable is one of {', '.join(_BASES)}, got {variable or 'nothing'}")
    if not _text(row["source"]):
        raise ContractError(f"{place}: the source is missing: say where the number is from")
    if row["value"] is None or str(row["value"]).strip() == "":
        return None
    found = _unit_of(unit, variable)
    if found is None:
        raise ContractError(f"{place}: {unit or 'nothing'} is no unit of {variable}")
    try:
        value = exact(
            row["value"] if isinstance(row["value"], int | float) else str(row["value"]).replace(",", "").strip()
        )
        digits = _text(row.get("decimals"))
        decimals = int(digits) if digits else None
    except ValueError as error:
        raise ContractError(f"{place}: value and decimals are numbers, got {row['value']!r}") from error
    if value <= 0:
        raise ContractError(f"{place}: a value is above 0, got {row['value']}: leave a missing one empty")
    span = printed(value, decimals)
    scale = Range.point(found.factor)
    return {
        "division_code": code,
        "year": int(year),
        "variable": variable,
        "value": as_float(value * found.factor),
        "low": as_float((span * scale).low),
        "high": as_float((span * scale).high),
        "unit": {"population": "person", "firms": "firm", "gdp": "CNY"}[variable],
        "source": _text(row["source"]),
    }


def _unit_of(printed_unit: str, variable: str) -> _Unit | None:
    """Return a unit of the counters table, or a multiple (万, 亿) of one, that the variable is counted in."""
    multiple = {"万": 10**4, "亿": 10**8}.get(printed_unit[:1])
    unit = _units().get(printed_unit)
    if unit is None and multiple is not None and printed_unit[1:] in _units():
        inner = _units()[printed_unit[1:]]
        unit = inner._replace(factor=inner.factor * multiple)
    if unit is None or unit.base != _BASES[variable]:
        return None
    if variable in _COUNTED and unit.counted not in _COUNTED[variable]:
        return None
    return unit
