"""Expenditure by the functions of government of COFOG, with what the mapping leaves open as bounds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any, Literal, NamedTuple

import polars as pl

from fiscal_analysis import taxonomy
from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics._inputs import Body, Source, Stated, bodies_of, fact_ids, facts_of, statements
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics._readings import WHOSE, Reading, amount, read, table, whose
from fiscal_analysis.metrics.intervals import Range
from fiscal_analysis.metrics.structure import MEASURES

__all__ = ["cofog_lines", "cofog_spending"]

SCHEMA: dict[str, Any] = WHOSE | {
    "period": pl.String,
    "measure": pl.String,
    "fund": pl.String,
    "scope": pl.String,
    "cofog_code": pl.String,
    "cofog_name": pl.String,
    "value_yuan": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "share": pl.Float64,
    "share_low": pl.Float64,
    "share_high": pl.Float64,
    "mapping": pl.String,
    "codes": pl.List(pl.String),
    "also_possible": pl.List(pl.String),
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
    "note": pl.String,
    "note_zh": pl.String,
}
LINES: dict[str, Any] = WHOSE | {
    "period": pl.String,
    "measure": pl.String,
    "fund": pl.String,
    "scope": pl.String,
    "code": pl.String,
    "name": pl.String,
    "rest": pl.Boolean,
    "value_yuan": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "share": pl.Float64,
    "share_low": pl.Float64,
    "share_high": pl.Float64,
    "cofog_code": pl.String,
    "cofog_name": pl.String,
    "mapping": pl.String,
    "also_possible": pl.List(pl.String),
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
}
_ZERO = Fraction(0)
# A division alone (10) or with its group (10.2); never a part of a functional code such as 2010306-08.
_COFOG = re.compile(r"(?<![\d.,-])(?:0[1-9]|10)(?![\d.])|(?<![\d.])(?:0[1-9]|10)\.[1-9](?!\.)")
_RANK = ("direct", "judgement", "split")
# Divisions that no functional class is mapped to as a whole; the map names the others.
_NAMES = {"04": "Economic affairs"}


class Mapped(NamedTuple):
    """Where a functional code belongs in COFOG."""

    code: str
    name: str
    mapping: str
    others: tuple[str, ...]
    note: str


class _Line(NamedTuple):
    code: str
    reading: Reading
    mapped: Mapped | None


def cofog_spending(
    corpus: Source, documents: Source | None = None, *, level: Literal["division", "group"] = "division"
) -> pl.DataFrame:
    """Return expenditure by function of government, from the functional classes that a document states.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `facts` and `documents` are used) or the facts table alone.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table.
    level : {"division", "group"}
        The ten divisions (``04``), or their groups (``04.8``); a code that the map gives to a division only stays one.

    Returns
    -------
    polars.DataFrame
        One row per document, year, period, measure, fund, scope and function; documents without functional classes
        have one row.

        - ``doc_id, division_code, county, issuer, fiscal_year, period, measure, fund, scope``
        - ``cofog_code, cofog_name``; null for codes that the map does not know
        - ``value_yuan``: the sum of the lines that the map gives to the function, yuan; null where one is ambiguous
        - ``value_low``: the lines that can be of no other function, at the low end of their print; ``value_high``: all
          lines that can be of it, at the high end
        - ``share``, ``share_low``, ``share_high``: of all lines of the document used here
        - ``mapping``: the least certain among its lines: ``direct`` (follows from the definitions), ``judgement`` (a
          reader may see it otherwise), ``split`` (the map names other functions that part or all may belong to)
        - ``codes``: the functional codes behind it; ``also_possible``: other functions that the map names for them
        - ``status``: ``computed``; ``bounded`` (nothing is assigned to it, but some of it is possible, or a line is
          ambiguous); ``unmapped``; ``no_data``
        - ``fact_ids``; ``note``, ``note_zh``: what the map says of its lines

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have, or `level` is another.

    Notes
    -----
    Formula: value = Σ of lines assigned. Where a 类 is printed with its 款, the 款 are used, which the map places more
    exactly (款 by 项 likewise); what is left where they do not add up to the 类 is a line of the 类, as the map places
    it on the whole; where they are more than the 类, the 类 alone is used. No money is counted twice, none left out.

    The map is of classes, not of transactions. Social insurance contributions, medical insurance and housing money
    paid for a body's own staff (20805, 21011, 22102) are compensation of employees in GFS and follow the function of
    the employer; the map can only give them to 10 and 07. Equity and debt principal (22302, 231) are no expense in GFSM
    2014. Transfers between governments (230) are consolidated out. A department's figures are no general government.

    Not comparable: with published COFOG tables of countries, for these reasons; a body that prints 类 only with one
    that prints 项.

    References
    ----------
    United Nations (2000): Classifications of Expenditure According to Purpose. Statistical Papers, Series M, No. 84.
    IMF (2014): Government Finance Statistics Manual 2014, chapter 6 and its annex on COFOG.
    """
    _check(level)
    bodies, pages = _pages(corpus, documents)
    rows = [head | row for head, page in pages for row in _functions(_lines(page), level)]
    seen = {row["doc_id"] for row in rows}
    empty = {"status": "no_data", "note": "no functional class is stated", "note_zh": "没有按功能分类列示的支出"}
    lists: dict[str, Any] = {"codes": [], "also_possible": [], "fact_ids": []}
    rows += [whose(body, body.fiscal_year) | lists | empty for body in bodies.values() if body.doc_id not in seen]
    order = {doc_id: at for at, doc_id in enumerate(bodies)}
    rows.sort(key=lambda row: order[row["doc_id"]])
    return table(rows, SCHEMA)


def cofog_lines(
    corpus: Source, documents: Source | None = None, *, level: Literal["division", "group"] = "division"
) -> pl.DataFrame:
    """Return the functional classes behind :func:`cofog_spending`, each with the function that the map gives it.

    Parameters
    ----------
    corpus, documents, level
        As in :func:`cofog_spending`.

    Returns
    -------
    polars.DataFrame
        One row per line that is counted; each yuan is on one line, documents without functional classes have none.

        - ``doc_id, division_code, county, issuer, fiscal_year, period, measure, fund, scope``
        - ``code``, ``name``: the functional class, as printed; ``rest``: whether the line is what the 款 of a 类 (or
          the 项 of a 款) leave of it
        - ``value_yuan``, ``value_low``, ``value_high``: yuan; ``share`` with bounds: of all lines of the document here
        - ``cofog_code, cofog_name``: null where the map does not know the class
        - ``mapping``: ``direct`` and ``judgement`` (one function only; the second is how the map sees it), ``split``
          (the map names other functions that part or all of it may belong to); ``also_possible``: these
        - ``status``: ``computed``, ``ambiguous`` (the line has several values) or ``unmapped``; ``fact_ids``

    Raises
    ------
    ContractError
        As :func:`cofog_spending`.
    """
    _check(level)
    _, pages = _pages(corpus, documents)
    rows: list[dict[str, Any]] = []
    for head, page in pages:
        lines = _lines(page)
        for line in lines:
            others_of_page = [other for other in lines if other is not line]
            stated = line.reading.facts
            home = _cut(line.mapped.code, level) if line.mapped else None
            others = {_cut(code, level) for code in line.mapped.others} if line.mapped else set()
            names = [fact.subject_name for fact in stated if fact.subject_code == line.code and fact.subject_name]
            unclear = page[line.code].ambiguous
            rows.append(
                head
                | {
                    "code": line.code,
                    "name": names[0] if names else None,
                    "rest": line.reading is not page[line.code],
                    "cofog_code": home,
                    "cofog_name": _names().get(home or ""),
                    "mapping": _certainty(line, level) if line.mapped else None,
                    "also_possible": sorted(others - {home or ""}),
                    "status": "unmapped" if home is None else "ambiguous" if unclear else "computed",
                    "fact_ids": fact_ids(stated),
                }
                | amount("value", line.reading.value, line.reading.range, "_yuan")
                | amount("share", *_share(line.reading.value, lines, [line], [], others_of_page))
            )
    return table(rows, LINES)


def _check(level: str) -> None:
    if level not in ("division", "group"):
        raise ContractError(f"level is 'division' or 'group', got {level!r}")


def _pages(
    corpus: Source, documents: Source | None
) -> tuple[dict[str, Body], list[tuple[dict[str, Any], dict[str, Reading]]]]:
    """Return the bodies, and what each document states by functional code, for every year, measure, fund and scope."""
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    wanted = facts.filter(
        (pl.col("concept") == "functional_expenditure")
        & pl.col("item").is_null()
        & pl.col("subject_code").is_not_null()
        & pl.col("measure").is_in(MEASURES)
        & (pl.col("unit") == "CNY")
    )
    pages: dict[tuple[Any, ...], dict[str, list[Stated]]] = defaultdict(lambda: defaultdict(list))
    for fact in statements(wanted):
        where = (fact.doc_id, fact.fiscal_year, fact.period, fact.measure, fact.fund, fact.scope)
        pages[where][fact.subject_code or ""].append(fact)
    order = {doc_id: at for at, doc_id in enumerate(bodies)}
    found: list[tuple[dict[str, Any], dict[str, Reading]]] = []
    for (doc_id, year, period, measure, fund, scope), stated in sorted(pages.items(), key=lambda x: order[x[0][0]]):
        head = {"period": period, "measure": measure, "fund": fund, "scope": scope}
        page = {code: reading for code, some in stated.items() if (reading := read(some)) is not None}
        found.append((whose(bodies[doc_id], year) | head, page))
    return bodies, found


@cache
def _map() -> Mapping[str, dict[str, str]]:
    return {row["functional_code"]: row for row in taxonomy.table("cofog_map")}


@cache
def mapped(code: str) -> Mapped | None:
    """Return where the map puts a functional code: its own line, or that of its nearest ancestor.

    A code whose own lines (款, 项) the map puts elsewhere may be of these functions as well.
    """
    for length in (7, 5, 3):
        row = _map().get(code[:length]) if len(code) >= length else None
        if row is None:
            continue
        note = row["note"]
        found = {m[0] for m in _COFOG.finditer(note)}
        found |= {below["cofog_code"] for other, below in _map().items() if other.startswith(code) and other != code}
        found -= {row["cofog_code"], row["cofog_code"][:2]}
        others = tuple(sorted(found))
        kind = "direct" if note.startswith("direct") else "judgement"
        return Mapped(row["cofog_code"], row["cofog_name"], kind, others, note)
    return None


def _lines(page: Mapping[str, Reading]) -> list[_Line]:
    """Return the finest lines that make up what is stated, each amount once, and what no finer line explains."""

    def finest(code: str) -> list[_Line]:
        below = sorted(other for other in page if len(other) == len(code) + 2 and other.startswith(code))
        total = sum((page[other].range for other in below), Range.point(0))
        whole = page[code]
        if not below or whole.value is None or any(page[other].value is None for other in below):
            return [_Line(code, whole, mapped(code))]
        parts = [leaf for other in below for leaf in finest(other)]
        if total.overlaps(whole.range):
            return parts
        rest = whole.range - total
        if rest.low is None or rest.low <= 0:
            return [_Line(code, whole, mapped(code))]  # the lines are more than their class
        value = whole.value - sum((page[other].value or _ZERO for other in below), _ZERO)
        figures = tuple(figure for key in (code, *below) for figure in page[key].figures)
        return [*parts, _Line(code, Reading(value, rest, figures), mapped(code))]

    tops = [code for code in page if not any(code[:size] in page for size in (3, 5) if size < len(code))]
    return [line for top in sorted(tops) for line in finest(top)]


def _cut(code: str, level: str) -> str:
    return code[:2] if level == "division" else code


def _certainty(line: _Line, level: str) -> str:
    if line.mapped is None:
        return "split"
    elsewhere = any(_cut(other, level) != _cut(line.mapped.code, level) for other in line.mapped.others)
    return "split" if elsewhere else line.mapped.mapping


@cache
def _names() -> dict[str, str]:
    return _NAMES | {row["cofog_code"]: row["cofog_name"] for row in _map().values()}


def _functions(lines: list[_Line], level: str) -> list[dict[str, Any]]:
    def cut(code: str) -> str:
        return _cut(code, level)

    def certainty(line: _Line) -> str:
        return _certainty(line, level)

    assigned: dict[str | None, list[_Line]] = defaultdict(list)
    possible: dict[str, list[_Line]] = defaultdict(list)
    for line in lines:
        home = cut(line.mapped.code) if line.mapped else None
        assigned[home].append(line)
        for other in dict.fromkeys(cut(code) for code in line.mapped.others) if line.mapped else ():
            if other != home:
                possible[other].append(line)
    names = _names()
    rows: list[dict[str, Any]] = []
    for code in sorted({*assigned, *possible}, key=lambda code: (code is None, code or "")):
        own, foreign = assigned.get(code, []), possible.get(code or "", [])
        sure = [line for line in own if certainty(line) != "split" or line.mapped is None]
        values = [line.reading.value for line in own]
        value = sum((v for v in values if v is not None), _ZERO) if own and None not in values else None
        low = sum((line.reading.range for line in sure), Range.point(0)).low
        high = sum((line.reading.range for line in [*own, *foreign]), Range.point(0)).high
        span = Range(low, high)
        used = {id(line) for line in (*own, *foreign)}
        rest = [line for line in lines if id(line) not in used]
        unsure = [line for line in lines if id(line) in used and all(line is not s for s in sure)]
        rows.append(
            {
                "cofog_code": code,
                "cofog_name": names.get(code or ""),
                "mapping": max((certainty(line) for line in own if line.mapped), key=_RANK.index, default=None),
                "codes": [line.code for line in own],
                "also_possible": sorted(
                    {cut(o) for line in own if line.mapped for o in line.mapped.others if cut(o) != code}
                ),
                "status": "unmapped" if code is None else "computed" if value is not None else "bounded",
                "fact_ids": fact_ids(fact for line in (*own, *foreign) for fact in line.reading.facts),
            }
            | amount("value", value, span, "_yuan")
            | amount("share", *_share(value, lines, sure, unsure, rest))
            | _notes(own, foreign)
        )
    return rows


def _share(
    value: Fraction | None, lines: list[_Line], sure: list[_Line], unsure: list[_Line], rest: list[_Line]
) -> tuple[Fraction | None, Range]:
    """Return the share of all lines: x ÷ (x + others) rises in x and falls in the others: its ends are at corners."""

    def end(some: list[_Line], side: str) -> Fraction | None:
        total = sum((line.reading.range for line in some), Range.point(0))
        found: Fraction | None = getattr(total, side)
        return None if found is None else max(found, _ZERO)

    total = [line.reading.value for line in lines]
    known = [v for v in total if v is not None]
    share = value / sum(known) if value is not None and len(known) == len(total) and sum(known) > 0 else None
    ends: list[Fraction | None] = []
    # Lowest: what is surely of the function small, the rest large. Highest: all that may be of it large.
    for inside, outside, side, other in (
        (sure, [*unsure, *rest], "low", "high"),
        ([*sure, *unsure], rest, "high", "low"),
    ):
        x, y = end(inside, side), end(outside, other)
        ends.append(x / (x + y) if x is not None and y is not None and x + y > 0 else None)
    return share, Range(*ends)


def _notes(own: list[_Line], foreign: list[_Line]) -> dict[str, str | None]:
    notes = [
        Text(f"{line.code} {line.mapped.note}", f"{line.code}：{line.mapped.note}")
        for line in own
        if line.mapped and line.mapped.mapping != "direct"
    ]
    notes += [
        Text(f"{line.code} could be of it, in part or all", f"{line.code}可能全部或部分属于此类") for line in foreign
    ]
    notes += [Text(f"{line.code} is not in the map", f"{line.code}不在对照表中") for line in own if line.mapped is None]
    return {"note": "; ".join(n.en for n in notes) or None, "note_zh": "；".join(n.zh for n in notes) or None}
