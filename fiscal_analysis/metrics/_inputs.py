"""What the metrics take: the processed tables, or a corpus that holds them, and facts with exact values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics.intervals import Range, exact, printed

# A corpus (attributes facts, documents, indicators) or a polars or pandas frame: told apart at run time.
Source: TypeAlias = Any

_REQUIRED = ("doc_id", "concept", "measure", "value", "unit")
_FACTS: dict[str, Any] = {
    "fact_id": pl.String,
    "doc_id": pl.String,
    "division_code": pl.String,
    "issuer": pl.String,
    "fiscal_year": pl.Int64,
    "concept": pl.String,
    "measure": pl.String,
    "fund": pl.String,
    "subject_code": pl.String,
    "subject_name": pl.String,
    "economic_code": pl.String,
    "scope": pl.String,
    "item": pl.String,
    "period": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "counted": pl.String,
    "base": pl.String,
    "comparator": pl.String,
    "value_high": pl.Float64,
    "decimals": pl.Int64,
    "raw": pl.String,
    "source_start": pl.Int64,
    "section": pl.String,
    "quote": pl.String,
}
_DOCUMENTS: dict[str, Any] = {
    "doc_id": pl.String,
    "division_code": pl.String,
    "county": pl.String,
    "issuer": pl.String,
    "fiscal_year": pl.Int64,
    "kind": pl.String,
    "title": pl.String,
}


class Body(NamedTuple):
    """Whose document it is."""

    doc_id: str
    division_code: str | None
    county: str | None
    issuer: str | None
    fiscal_year: int | None
    kind: str | None
    title: str | None


class Stated(NamedTuple):
    """One fact, its value exact and as the interval that its print allows."""

    fact_id: str | None
    doc_id: str
    fiscal_year: int | None
    concept: str
    measure: str
    fund: str | None
    subject_code: str | None
    subject_name: str | None
    scope: str | None
    item: str | None
    period: str | None
    value: Fraction
    range: Range
    is_range: bool
    unit: str
    counted: str | None
    base: str | None
    comparator: str | None
    decimals: int | None
    raw: str
    start: int | None
    quote: str
    economic_code: str | None = None


# A period that ends with the year is the whole year; a half or a quarter is none, whatever else its name holds.
_WHOLE_YEAR = re.compile(
    r"(?<![0-9十])(?:1|一)月?[-—－至到~～]+(?:12|十二)月|全年|年末|年底|年度|12月(?:31日|底|末)|十二月底"
)
_PART_YEAR = re.compile(r"半年|季度|季末|旬")


def part_year(period: str | None) -> str | None:
    """Return `period` where it is a part of the year (``1-11月``), None where it is all of it."""
    if period is None or (_WHOLE_YEAR.search(period) and not _PART_YEAR.search(period)):
        return None
    return period


def facts_of(source: Source) -> pl.DataFrame:
    """Return the facts of a corpus, or of a frame of facts, with the columns and types of the contract."""
    table: Source = getattr(source, "facts", source)
    frame = as_polars(table)
    missing = [name for name in _REQUIRED if name not in frame.columns]
    if missing:
        raise ContractError(
            f"the facts table lacks the columns {', '.join(missing)}: pass a corpus or the table `facts` of "
            "data/processed"
        )
    return conform(frame, _FACTS)


def bodies_of(source: Source, facts: pl.DataFrame, documents: Source | None) -> dict[str, Body]:
    """Return every document by its id: those of the documents table first, then those that only facts name."""
    bodies: dict[str, Body] = {}
    given: Any = getattr(source, "documents", None) if documents is None else documents
    if given is not None:
        table: Source = given
        frame = as_polars(table)
        if "doc_id" not in frame.columns:
            raise ContractError(
                "the documents table lacks the column doc_id: pass the table `documents` of data/processed"
            )
        for row in conform(frame, _DOCUMENTS).iter_rows(named=True):
            bodies[row["doc_id"]] = Body(**row)
    named = facts.group_by("doc_id", maintain_order=True).agg(
        pl.col("division_code").drop_nulls().first(),
        pl.col("issuer").drop_nulls().first(),
        pl.col("fiscal_year").max(),
    )
    for row in named.iter_rows(named=True):
        known = bodies.get(row["doc_id"]) or Body(row["doc_id"], *(None,) * 6)
        bodies[row["doc_id"]] = known._replace(
            division_code=known.division_code or row["division_code"],
            issuer=known.issuer or row["issuer"],
            fiscal_year=known.fiscal_year if known.fiscal_year is not None else row["fiscal_year"],
        )
    return bodies


def statements(facts: pl.DataFrame) -> Iterator[Stated]:
    """Yield the facts with a value, exact. A count given to the unit is exact, as a count is not rounded."""
    for row in facts.filter(pl.col("value").is_not_null()).iter_rows(named=True):
        decimals: int | None = row["decimals"]
        if row["unit"] == "count" and decimals is not None and decimals >= 0:
            decimals = None
        yield Stated(
            row["fact_id"],
            row["doc_id"],
            row["fiscal_year"],
            row["concept"],
            row["measure"],
            row["fund"],
            row["subject_code"],
            row["subject_name"],
            row["scope"],
            row["item"],
            part_year(row["period"]),
            exact(row["value"]),
            printed(row["value"], decimals, row["comparator"], row["value_high"]),
            row["value_high"] is not None,
            row["unit"],
            row["counted"],
            row["base"],
            row["comparator"],
            decimals,
            row["raw"] or "",
            row["source_start"],
            row["quote"] or "",
            row["economic_code"],
        )


def fact_ids(facts: Iterable[Stated]) -> list[str]:
    """Return the ids of `facts`, each once, in their order."""
    return list(dict.fromkeys(fact.fact_id for fact in facts if fact.fact_id is not None))


def quotes(facts: Iterable[Stated]) -> list[str]:
    """Return the quotes of `facts`, each once, in their order."""
    return list(dict.fromkeys(fact.quote for fact in facts if fact.quote))


def printed_money(fact: Stated) -> str:
    """Return an amount with its unit, as printed where the print carries the unit, else in 万元 or 元."""
    raw = re.sub(r"\s", "", fact.raw)
    if raw.endswith("元"):
        return raw
    return money_text(fact.value, fact.decimals)


def money_text(yuan: Fraction, decimals: int | None = None) -> str:
    """Return an amount of yuan in 万元 from 10,000 yuan on, else in 元, with the decimals of its precision."""
    power = 4 if abs(yuan) >= 10_000 else 0
    scaled = yuan / 10**power
    places = 0 if decimals is None else max(0, decimals + power)
    while places < 8 and (scaled * 10**places).denominator != 1:
        places += 1
    text = f"{Decimal(round(scaled * 10**places)).scaleb(-places):f}"
    return text + ("万元" if power else "元")


def printed_count(fact: Stated) -> str:
    """Return a count with its counter, as printed where that has digits and the counter, else composed."""
    raw = re.sub(r"\s", "", fact.raw)
    counted = fact.counted or ""
    if counted and raw.endswith(counted) and re.search(r"[0-9]", raw):
        return raw
    sign = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "~": "约"}.get(fact.comparator or "", "")
    return (
        f"{sign}{float(fact.value):g}{counted}" if fact.value.denominator != 1 else f"{sign}{int(fact.value)}{counted}"
    )


def conform(frame: pl.DataFrame, schema: dict[str, Any]) -> pl.DataFrame:
    """Return the columns of `schema`: missing ones null, codes as text, empty text null."""
    columns: list[pl.Expr] = []
    for name, dtype in schema.items():
        if name not in frame.columns:
            columns.append(pl.lit(None, dtype=dtype).alias(name))
            continue
        column = pl.col(name)
        if dtype == pl.String:
            if frame.schema[name].is_float():
                column = column.cast(pl.Int64)  # a code column that pandas read with gaps: 206.0
            text = column.cast(pl.String)
            columns.append(pl.when(text != "").then(text).alias(name))
        elif frame.schema[name] == pl.String:
            columns.append(pl.when(column != "").then(column).cast(dtype).alias(name))
        else:
            columns.append(column.cast(dtype))
    return frame.select(columns)
