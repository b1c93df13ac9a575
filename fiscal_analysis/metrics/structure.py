"""What money is spent on: classes, kinds, three-public expenses and procurement, each as a share of its whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import polars as pl

from fiscal_analysis import taxonomy
from fiscal_analysis.metrics._inputs import Body, Source, Stated, bodies_of, facts_of, statements
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics._readings import (
    NOTES,
    WHOSE,
    Reading,
    ambiguity,
    amount,
    closing,
    quotient,
    read,
    table,
    whose,
)

__all__ = ["spending_structure"]

SCHEMA: dict[str, Any] = (
    WHOSE
    | {
        "period": pl.String,
        "measure": pl.String,
        "view": pl.String,
        "partition": pl.Boolean,
        "concept": pl.String,
        "fund": pl.String,
        "scope": pl.String,
        "code": pl.String,
        "name": pl.String,
        "value_yuan": pl.Float64,
        "value_low": pl.Float64,
        "value_high": pl.Float64,
        "candidates": pl.List(pl.Float64),
        "whole_concept": pl.String,
        "whole_yuan": pl.Float64,
        "whole_low": pl.Float64,
        "whole_high": pl.Float64,
        "share": pl.Float64,
        "share_low": pl.Float64,
        "share_high": pl.Float64,
        "stated_shares": pl.List(pl.Float64),
    }
    | NOTES
)

MEASURES = ("final", "initial_budget", "adjusted_budget", "prior_year")


class View(NamedTuple):
    """One way to cut a whole: the concepts that are its lines, and whether they are a partition of it."""

    name: str
    lines: tuple[str, ...]
    whole: str
    partition: bool = True


VIEWS = (
    View(
        "expenditure_kind",
        (
            "expenditure_basic",
            "expenditure_project",
            "expenditure_superior_remittance",
            "expenditure_operating",
            "expenditure_affiliate_subsidy",
            "expenditure_other",
        ),
        "expenditure",
    ),
    View("basic_half", ("personnel_cost", "operating_cost"), "expenditure_basic"),
    View("three_public", ("three_public_overseas", "three_public_reception", "three_public_vehicle"), "three_public"),
    View("vehicle", ("three_public_vehicle_purchase", "three_public_vehicle_operation"), "three_public_vehicle"),
    View("procurement", ("procurement_goods", "procurement_works", "procurement_services"), "procurement"),
    View("procurement_supplier", ("procurement_sme", "procurement_small_micro"), "procurement", partition=False),
    View(
        "of_expenditure",
        ("three_public", "agency_operating_cost", "procurement", "purchased_services"),
        "expenditure",
        partition=False,
    ),
)
_CLASSIFIED = {"functional_expenditure": "function", "economic_expenditure": "economic"}
_LEVELS = {3: "class", 5: "group", 7: "item"}
_WHOLES = ("expenditure", "appropriation_expenditure")
_SCOPES = {"basic": "expenditure_basic", "project": "expenditure_project"}
_LINE, _WHOLE = Text("the line", "本项"), Text("the whole", "总额")


class _Key(NamedTuple):
    concept: str
    fund: str | None
    scope: str | None
    code: str | None


_Page = dict[_Key, Reading]


def spending_structure(corpus: Source, documents: Source | None = None) -> pl.DataFrame:
    """Return the composition of expenditure, one row per line of each view.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `facts` and `documents` are used) or the facts table alone.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table; gives counties, and makes documents without any figure
        appear.

    Returns
    -------
    polars.DataFrame
        Money in yuan (CNY, current prices), shares as ratios (0.25 is 25 %). Every document has at least one row.

        - ``doc_id, division_code, county, issuer, fiscal_year``; ``period`` where the figures are of a part of
          the year
        - ``measure``: ``final``, ``initial_budget``, ``adjusted_budget`` or ``prior_year`` (then `fiscal_year` is the
          prior year); never mixed: part and whole are of one measure
        - ``view``: ``function_class``, ``function_group``, ``function_item`` (类, 款, 项), ``function_unclassified``
          (no code); ``economic_class``, ``economic_group`` (of departments, codes from 301 on),
          ``economic_government_class``, ``economic_government_group`` (of governments, codes from 501 on);
          ``expenditure_kind`` (basic, project ...); ``basic_half`` (人员经费, 公用经费); ``three_public``, ``vehicle``;
          ``procurement`` (goods, works, services); ``procurement_supplier`` (SMEs, and small and micro firms among
          them); ``of_expenditure`` (three-public expenses, agency operating cost, procurement, purchased services as
          shares of all expenditure)
        - ``partition``: whether the lines of the view exclude each other and make the whole; only then do shares add up
        - ``concept, fund, scope``: as in the facts table; ``code``, ``name``: of the class, as printed
        - ``value_yuan``, ``value_low``, ``value_high``: the amount and the interval of its print
        - ``candidates``: every value that the document states for the line, the true one unknown if more than one
        - ``whole_concept``, ``whole_yuan``, ``whole_low``, ``whole_high``: what the line is a share of
        - ``share``, ``share_low``, ``share_high``: line ÷ whole
        - ``stated_shares``: the shares that the document prints for the line, of the same whole
        - ``status``: ``stated``; ``ambiguous`` (line or whole has two values that no rounding reconciles: value and
          share are null, their intervals span the candidates); ``no_data``
        - ``fact_ids``: of line and whole; ``note``, ``note_zh``: what is ambiguous, why there is no share

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have.

    Notes
    -----
    Formula: share = line ÷ whole, [low, high] = [line low ÷ whole high, line high ÷ whole low].

    The whole of a class is the expenditure of its fund (财政拨款支出 of that fund; without a fund, 本年支出合计), or
    basic or project expenditure where the line is of one of the two. A whole is never made by adding up lines: what is
    not stated is missing, not 0. Figures of a part of a line (with an `item`) are left out.

    Not comparable: funds with each other; views of different bodies where one states classes and the other groups;
    ``agency_operating_cost`` of administrative bodies with bodies that are not (公益一类 and others have none); shares
    of ``three_public`` in years with and without a vehicle bought; economic classes of departments with those of
    governments. Shares of small and micro firms are within those of SMEs. Procurement is counted by contracts signed
    in the year, expenditure by payments.

    References
    ----------
    IMF (2014): Government Finance Statistics Manual 2014, chapter 6 (economic and functional classification of
    expense).
    《中华人民共和国预算法》 (2018 amendment), article 27 (expenditure by function and by economic class), article 14
    (disclosure of procurement and agency operating cost).
    """
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    lines = {name for view in VIEWS for name in (*view.lines, view.whole)}
    concepts = sorted(lines | set(_CLASSIFIED) | set(_WHOLES))
    wanted = facts.filter(
        pl.col("concept").is_in(concepts)
        & pl.col("item").is_null()
        & (
            (pl.col("measure").is_in(MEASURES) & (pl.col("unit") == "CNY"))
            | ((pl.col("measure") == "share") & (pl.col("unit") == "ratio"))
        )
    )
    pages: dict[tuple[Any, ...], dict[_Key, list[Stated]]] = defaultdict(lambda: defaultdict(list))
    printed: dict[tuple[Any, ...], dict[_Key, list[Stated]]] = defaultdict(lambda: defaultdict(list))
    for fact in statements(wanted):
        key = _Key(fact.concept, fact.fund, fact.scope, fact.economic_code or fact.subject_code or fact.subject_name)
        page = (fact.doc_id, fact.fiscal_year, fact.period)
        if fact.measure == "share":
            printed[page][key].append(fact)
        else:
            pages[*page, fact.measure][key].append(fact)
    order = {doc_id: at for at, doc_id in enumerate(bodies)}
    rows: list[dict[str, Any]] = []
    for (doc_id, year, period, measure), stated in pages.items():
        readings = {key: reading for key, some in stated.items() if (reading := read(some)) is not None}
        main = "final" if (doc_id, year, period, "final") in pages else "initial_budget"
        head = whose(bodies[doc_id], year) | {"period": period, "measure": measure}
        rows += [head | row for row in _rows(readings, printed[doc_id, year, period] if measure == main else {})]
    rows += _without(bodies, {row["doc_id"] for row in rows})
    rows.sort(
        key=lambda row: (
            order[row["doc_id"]],
            row["fiscal_year"] or 0,
            row.get("period") or "",
            MEASURES.index(row.get("measure", "final")),
        )
    )
    return table(rows, SCHEMA)


def _without(bodies: Mapping[str, Body], seen: set[str]) -> list[dict[str, Any]]:
    why = [Text("the document states no expenditure by line", "文件没有按科目或类别列示支出")]
    return [
        whose(body, body.fiscal_year) | closing("no_data", notes=why) | {"candidates": [], "stated_shares": []}
        for body in bodies.values()
        if body.doc_id not in seen
    ]


def _rows(page: _Page, shares: Mapping[_Key, Sequence[Stated]]) -> Iterator[dict[str, Any]]:
    """Yield the lines of all views of one document, year, period and measure."""
    for view in VIEWS:
        funds = sorted({key.fund for key in page if key.concept in view.lines}, key=lambda fund: fund or "")
        for fund in funds:
            for concept in view.lines:
                key = _Key(concept, fund, None, None)
                if key in page:
                    whole = _whole_of_view(view, fund, page)
                    yield _row(view.name, view.partition, key, whole, page, shares)
    for key in sorted(page, key=lambda k: (k.concept, k.fund or "", k.scope or "", k.code or "")):
        if key.concept in _CLASSIFIED:
            name = _view_of_code(key)
            yield _row(name, not name.endswith("unclassified"), key, _whole_of_class(key), page, shares)


def _view_of_code(key: _Key) -> str:
    kind = _CLASSIFIED[key.concept]
    level = _LEVELS.get(len(key.code or "")) if (key.code or "").isdigit() else None
    if level is None:
        return f"{kind}_unclassified"
    if kind == "economic" and (key.code or "").startswith("5"):
        kind = "economic_government"
    return f"{kind}_{level}"


def _whole_of_view(view: View, fund: str | None, page: _Page) -> _Key:
    if view.name == "of_expenditure":
        return _Key(view.whole, None, None, None)
    if view.name == "expenditure_kind" and fund is not None:
        return _Key("appropriation_expenditure", fund, None, None)
    same = _Key(view.whole, fund, None, None)
    # Three-public expenses and procurement are printed with their fund in one place and without it in another.
    loose = view.whole.startswith(("three_public", "procurement")) and same not in page
    return _Key(view.whole, None, None, None) if loose else same


def _whole_of_class(key: _Key) -> _Key:
    if key.scope is not None:
        return _Key(_SCOPES.get(key.scope, key.scope), key.fund, None, None)
    return _Key("expenditure" if key.fund is None else "appropriation_expenditure", key.fund, None, None)


def _row(
    view: str, partition: bool, key: _Key, of: _Key, page: _Page, shares: Mapping[_Key, Sequence[Stated]]
) -> dict[str, Any]:
    line, whole = page[key], page.get(of)
    share, span = quotient(line, whole)
    notes = ambiguity(line, _LINE) + ambiguity(whole, _WHOLE)
    if whole is None:
        notes.append(Text("the whole is not stated", "总额未列示"))
    elif whole.value is not None and whole.value <= 0:
        notes.append(Text("the whole is 0", "总额为0"))
    unclear = line.ambiguous or (whole is not None and whole.ambiguous)
    said = [f for f in shares.get(key, ()) if f.base is None or whole_named(f.base) in (None, of.concept)]
    names = [f.subject_name for f in line.facts if f.subject_name]
    return (
        {
            "view": view,
            "partition": partition,
            "concept": key.concept,
            "fund": key.fund,
            "scope": key.scope,
            "code": key.code if key.code and key.code.isdigit() else None,
            "name": names[0] if names else None,
            "candidates": line.candidates,
            "whole_concept": of.concept if whole is not None else None,
            "stated_shares": list(dict.fromkeys(float(f.value) for f in said)),
        }
        | amount("value", line.value, line.range, "_yuan")
        | (amount("whole", whole.value, whole.range, "_yuan") if whole is not None else {})
        | amount("share", share, span)
        | closing(
            "ambiguous" if unclear else "stated",
            [*line.facts, *(whole.facts if whole is not None else ()), *said],
            notes,
        )
    )


@cache
def whole_named(base: str) -> str | None:
    """Return the concept that the words of a share's base name, None where the vocabulary knows none."""
    found = [
        (len(word), row["whole"])
        for row in taxonomy.table("relations")
        if row["form"] == "base"
        for word in row["parts"].split("|")
        if word in base
    ]
    return max(found)[1] if found else None
