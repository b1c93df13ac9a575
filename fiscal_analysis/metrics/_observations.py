"""What one observation of a unit cost says: its columns, its quotient, its notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from fiscal_analysis.metrics import _hightech as words
from fiscal_analysis.metrics._inputs import Body, Stated, fact_ids, money_text, printed_count, printed_money
from fiscal_analysis.metrics._messages import WHOLE_YEAR, Text, refusal
from fiscal_analysis.metrics._programmes import MEASURES, Programme
from fiscal_analysis.metrics.intervals import as_float

SCHEMA: dict[str, Any] = {
    "doc_id": pl.String,
    "division_code": pl.String,
    "county": pl.String,
    "issuer": pl.String,
    "fiscal_year": pl.Int64,
    "kind": pl.String,
    "programme": pl.String,
    "part_of": pl.String,
    "denominator": pl.String,
    "counted": pl.String,
    "kind_of_certification": pl.String,
    "period": pl.String,
    "amount_yuan": pl.Float64,
    "amount_measure": pl.String,
    "count": pl.Float64,
    "unit_cost_yuan": pl.Float64,
    "unit_cost_low": pl.Float64,
    "unit_cost_high": pl.Float64,
    "rate_yuan": pl.Float64,
    "cap_yuan": pl.Float64,
    "formula": pl.String,
    "amount_quote": pl.String,
    "count_quote": pl.String,
    "fact_ids": pl.List(pl.String),
    "status": pl.String,
    "reason_code": pl.String,
    "reason": pl.String,
    "reason_zh": pl.String,
    "note": pl.String,
    "note_zh": pl.String,
}


def distinct(facts: Iterable[Stated]) -> list[list[Stated]]:
    """Group statements of one and the same figure; the best measure of each group stands first."""
    groups: list[list[Stated]] = []
    for fact in facts:
        for group in groups:
            same = group[0].value == fact.value and group[0].range == fact.range
            # A table's cell has no counter of its own: the same number with one is the same count.
            counters = {f.counted for f in (*group, fact)} - {None}
            if same and len(counters) <= 1 and group[0].period == fact.period:
                group.append(fact)
                break
        else:
            groups.append([fact])
    for group in groups:
        group.sort(key=lambda f: (MEASURES.get(f.measure, 9), f.unit == "count" and f.counted is None))
    return groups


def unit_cost(amount: list[Stated], count: list[Stated], denominator: str, notes: Sequence[Text]) -> dict[str, Any]:
    """Return the unit cost of an amount and a count, or the reason why the two do not divide."""
    money, number = amount[0], count[0]
    row = amount_columns(amount) | count_columns(count)
    row["fact_ids"] = fact_ids([*amount, *count])
    if money.fiscal_year is not None and number.fiscal_year not in (None, money.fiscal_year):
        notes = [*notes, Text(f"the count is of {number.fiscal_year}", f"数量是{number.fiscal_year}年的")]
    row |= {"note": "; ".join(n.en for n in notes) or None, "note_zh": "；".join(n.zh for n in notes) or None}
    counted = number.counted or ""
    if money.period != number.period:
        spans = {
            "count_period": Text(number.period, number.period) if number.period else WHOLE_YEAR,
            "money_period": Text(money.period, money.period) if money.period else WHOLE_YEAR,
        }
        return row | refusal("part_year", **spans)
    if denominator in ("certified", "recipients", "projects") and counted in words.TIMES_COUNTERS:
        return row | refusal("times_not_firms", figures=printed_count(number))
    known = (*words.FIRM_COUNTERS, *words.PROJECT_COUNTERS, *words.TIMES_COUNTERS, "")
    if counted not in known:
        return row | refusal("not_firms", figures=printed_count(number))
    if number.value <= 0:
        return row | refusal("zero_count")
    cost = money.range / number.range
    return row | {
        # A range has no middle that the text would stand for: only its ends are stated.
        "unit_cost_yuan": None if money.is_range or number.is_range else as_float(money.value / number.value),
        "unit_cost_low": as_float(cost.low),
        "unit_cost_high": as_float(cost.high),
        "formula": f"{printed_money(money)} ÷ {printed_count(number)}",
        "status": "computed",
    }


def blank_row(body: Body, year: int | None) -> dict[str, Any]:
    """Return all columns of an observation, with whose figures they are."""
    return dict.fromkeys(SCHEMA) | {
        "doc_id": body.doc_id,
        "division_code": body.division_code,
        "county": body.county,
        "issuer": body.issuer,
        "fiscal_year": year,
        "fact_ids": [],
    }


def amount_columns(amount: Sequence[Stated], *, value: bool = True) -> dict[str, Any]:
    """Return the columns that the money fills."""
    if not amount:
        return {}
    return {
        "amount_yuan": as_float(amount[0].value) if value else None,
        "amount_measure": amount[0].measure,
        "amount_quote": amount[0].quote or None,
        "period": amount[0].period,
        "fact_ids": fact_ids(amount),
    }


def count_columns(count: Sequence[Stated]) -> dict[str, Any]:
    """Return the columns that the divisor fills; several different counts leave the number open."""
    one = len({f.value for f in count}) == 1
    return {
        "count": as_float(count[0].value) if one else None,
        "counted": count[0].counted if one else None,
        "count_quote": count[0].quote or None,
        "period": count[0].period,
        "fact_ids": fact_ids(count),
    }


def rate_columns(rates: Sequence[Stated]) -> dict[str, Any]:
    """Return the rate that the policy fixes, where it is one, and its cap."""
    fixed = {f.value for f in rates if f.comparator is None}
    caps = {f.value for f in rates if f.comparator in ("<=", "<")}
    return {
        "rate_yuan": as_float(fixed.pop()) if len(fixed) == 1 else None,
        "cap_yuan": as_float(max(caps)) if caps else None,
    }


def figures_text(facts: Iterable[Stated]) -> str:
    """Return figures as printed, each once."""
    return "、".join(dict.fromkeys(printed_money(f) if f.unit == "CNY" else printed_count(f) for f in facts))


def choice_notes(
    amounts: Sequence[list[Stated]],
    others: Sequence[list[Stated]],
    counts: Sequence[list[Stated]],
    what: Text,
) -> list[Text]:
    """Return what a reader must know of the choice among several figures."""
    notes: list[Text] = []
    if amounts[0][0].measure == "adjusted_budget":
        notes.append(Text("no outturn is stated: the allocation is used", "没有执行数，用的是安排（调整预算）数"))
    if len(amounts) > 1:
        figures = figures_text(group[0] for group in amounts)
        notes.append(
            Text(
                f"several amounts are stated ({figures}), one row each",
                f"金额有多种表述（{figures}），各列一行",
            )
        )
    if others:
        figures = figures_text(group[0] for group in others)
        notes.append(
            Text(
                f"also stated for the programme, not used: {figures}",
                f"原文还列出该项目的其他金额，未采用：{figures}",
            )
        )
    if len(counts) > 1:
        figures = figures_text(group[0] for group in counts)
        notes.append(
            Text(
                f"several counts of {what.en} are stated ({figures}), one row each",
                f"{what.zh}有多种表述（{figures}），各列一行",
            )
        )
    return notes


def kinds_note(programme: Programme, amounts: Sequence[list[Stated]]) -> list[Text]:
    """Return how rate × recipients over the kinds of certification compares with the programme's money."""
    terms: list[str] = []
    total = Fraction(0)
    for kind in sorted(programme.recipients_by_kind):
        counts = distinct(programme.recipients_by_kind[kind])
        rates = distinct(f for f in programme.rates if f.comparator is None and words.certification_kind(f) == kind)
        if len(counts) != 1 or len(rates) != 1:
            return []
        terms.append(f"{printed_count(counts[0][0])} × {printed_money(rates[0][0])}")
        total += counts[0][0].value * rates[0][0].value
    if len(terms) < 2 or len(amounts) != 1:
        return []
    agrees = amounts[0][0].range.contains(total)
    computed, printed = money_text(total), printed_money(amounts[0][0])
    arithmetic = " + ".join(terms) + f" = {computed}"
    if not agrees:
        arithmetic += f" ≠ {printed}"
    elif computed != printed:
        arithmetic += f" ≈ {printed}"
    if agrees:
        return [Text(f"by kind of certification: {arithmetic}", f"按认定类型核对：{arithmetic}")]
    return [Text(f"the kinds of certification do not add up: {arithmetic}", f"按认定类型核对不符：{arithmetic}")]
