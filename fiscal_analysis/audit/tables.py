"""The audit of tables: facts and indicators as users hold them, turned back into exact figures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from fiscal_analysis.audit.document import audit_book
from fiscal_analysis.audit.model import AuditResult
from fiscal_analysis.errors import ContractError
from fiscal_analysis.facts import Fact, Indicator
from fiscal_analysis.frames import as_polars
from fiscal_analysis.quantity import Quantity, find_quantities

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["audit_tables"]

# Facts further apart than this, in characters, stand in two paragraphs: the tables do not keep line ends.
_PARAGRAPH = 200
# Quotes that follow each other as closely as this are clauses of one sentence.
_CLAUSE = 12
_NEEDED = ("doc_id", "fiscal_year", "concept", "measure", "value", "unit", "decimals", "raw")


class _Place(NamedTuple):
    """A passage as the audit sees it."""

    start: int


def audit_tables(
    facts: pl.DataFrame | pd.DataFrame, indicators: pl.DataFrame | pd.DataFrame | None = None
) -> AuditResult:
    """Return checks and findings of every document in a facts table; see :func:`fiscal_analysis.audit.audit_frames`."""
    frame = as_polars(facts)
    lacking = [name for name in _NEEDED if name not in frame.columns]
    if lacking:
        raise ContractError(
            f"the facts table lacks the column(s) {', '.join(lacking)}: "
            "pass a table with the columns of the facts table"
        )
    documents: dict[str, list[Mapping[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        documents.setdefault(row["doc_id"], []).append(row)
    forms: dict[str, list[Indicator]] = {}
    if indicators is not None:
        for number, row in enumerate(as_polars(indicators).iter_rows(named=True)):
            forms.setdefault(row["doc_id"], []).append(_indicator(row, number))
    checks, findings = [], []
    for doc_id, rows in documents.items():
        result = _audit_rows(doc_id, rows, forms.get(doc_id, []))
        checks += result.checks
        findings += result.findings
    return AuditResult(checks, findings)


def _audit_rows(doc_id: str, rows: list[Mapping[str, Any]], indicators: list[Indicator]) -> AuditResult:
    facts: list[Fact] = []
    quotes: dict[int, str] = {}
    sections: dict[str, int] = {}
    for number, row in enumerate(rows):
        fact = _fact(row, number, sections)
        facts.append(fact)
        quotes[id(fact)] = row.get("quote") or ""
    ordered = sorted(facts, key=lambda f: f.source_start)
    places = [_Place(0)]
    # A text of blanks, with a full stop where the quote changes, tells the audit what stands in one sentence.
    marks = [" "] * (ordered[-1].source_end + 1)
    for before, fact in pairwise(ordered):
        if fact.section != before.section or fact.source_start - before.source_end > _PARAGRAPH:
            places.append(_Place(fact.source_start))
        elif quotes[id(fact)] != quotes[id(before)] and fact.source_start - before.source_end > _CLAUSE:
            marks[fact.source_start - 1] = "。"
    return audit_book(doc_id, facts, indicators, "".join(marks), places, lambda fact: quotes.get(id(fact), ""))


def _scaled(value: float, decimals: int | None) -> tuple[int, int]:
    """Return digits and exponent of a stored value, exactly as printed.

    Examples
    --------
    >>> _scaled(151733800.0, -2)
    (1517338, 2)
    """
    exact = Decimal(repr(value))
    exponent = exact.as_tuple().exponent
    places = max(decimals if decimals is not None else 0, -exponent if isinstance(exponent, int) and exact % 1 else -99)
    if decimals is None and places < 0:
        places = 0
    return int(exact.scaleb(places).to_integral_value()), -places


def _fact(row: Mapping[str, Any], number: int, sections: dict[str, int]) -> Fact:
    decimals = row["decimals"]
    digits, exponent = _scaled(row["value"], decimals)
    high = row.get("value_high")
    start = row.get("source_start")
    position = number if start is None else start
    section = row.get("section") or ""
    return Fact(
        row["concept"],
        row["measure"],
        digits,
        exponent,
        row["unit"],
        row["fiscal_year"],
        row["raw"] or "",
        position,
        position + 1 if start is None or row.get("source_end") is None else row["source_end"],
        decimals,
        high_digits=None if high is None else int(Decimal(repr(high)).scaleb(-exponent).to_integral_value()),
        comparator=row.get("comparator"),
        counted=row.get("counted"),
        fund=row.get("fund"),
        subject_code=row.get("subject_code"),
        economic_code=row.get("economic_code"),
        subject_name=row.get("subject_name"),
        scope=row.get("scope"),
        item=row.get("item"),
        period=row.get("period"),
        base=row.get("base"),
        section=sections.setdefault(section, len(sections)),
        page=row.get("page"),
        table=row.get("table"),
        row=row.get("row"),
        column=row.get("column"),
        flag="" if row.get("corrected") else _flag(row["raw"] or ""),
        fact_id=row.get("fact_id") or "",
    )


def _flag(raw: str) -> str:
    found = find_quantities(raw)
    return found[0].flag if found else ""


def _indicator(row: Mapping[str, Any], number: int) -> Indicator:
    start = row.get("source_start")
    return Indicator(
        row.get("item"),
        row.get("level1") or "",
        row.get("level2") or "",
        row.get("level3") or "",
        row.get("target_text") or "",
        _quantity(row.get("target_text")),
        row.get("actual_text") or "",
        _quantity(row.get("actual_text")),
        _exact(row.get("weight")),
        _exact(row.get("score")),
        row.get("deviation_note") or "",
        number if start is None else start,
        number + 1 if start is None or row.get("source_end") is None else row["source_end"],
        row=number,
        indicator_id=row.get("indicator_id") or "",
    )


def _quantity(text: str | None) -> Quantity | None:
    found = find_quantities(text) if text else []
    return found[0] if found else None


def _exact(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value)).normalize() + 0
