"""Where one body stands among others: figures that can be compared, and their ranks with what rounding leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._findings import require
from fiscal_analysis.metrics._inputs import Source, bodies_of, facts_of
from fiscal_analysis.metrics._readings import WHOSE, table
from fiscal_analysis.metrics.execution import comparable_rates, execution_rates
from fiscal_analysis.metrics.scores import evaluation_scores
from fiscal_analysis.metrics.structure import spending_structure

__all__ = ["comparable_figures", "district_positions"]

FIGURES = (
    "execution_initial_budget",
    "execution_adjusted_budget",
    "basic_share",
    "three_public_share",
    "procurement_share",
    "sme_share",
    "score_share",
)
_SHARES = {
    ("expenditure_kind", "expenditure_basic"): "basic_share",
    ("of_expenditure", "three_public"): "three_public_share",
    ("of_expenditure", "procurement"): "procurement_share",
    ("procurement_supplier", "procurement_sme"): "sme_share",
}
_CONCEPTS = {
    "execution_initial_budget": ("expenditure", "execution_rate"),
    "execution_adjusted_budget": ("expenditure", "execution_rate"),
    "basic_share": ("expenditure", "expenditure_basic"),
    "three_public_share": ("expenditure", "three_public"),
    "procurement_share": ("expenditure", "procurement"),
    "sme_share": ("procurement", "procurement_sme"),
    "score_share": ("evaluation_score",),
}
# Accounts are the record of what was spent; an evaluation repeats them, often rounded.
_KINDS = ("final_accounts", "overall_evaluation", "project_evaluation", "budget")
COMPARABLE: dict[str, Any] = WHOSE | {
    "kind": pl.String,
    "figure": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "unit": pl.String,
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
    "note": pl.String,
    "note_zh": pl.String,
}
_PEER = pl.Struct(
    {
        "doc_id": pl.String,
        "division_code": pl.String,
        "county": pl.String,
        "issuer": pl.String,
        "fiscal_year": pl.Int64,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "fact_ids": pl.List(pl.String),
    }
)
POSITIONS: dict[str, Any] = COMPARABLE | {
    "rank": pl.Int64,
    "rank_best": pl.Int64,
    "rank_worst": pl.Int64,
    "n": pl.Int64,
    "lowest": pl.Float64,
    "median": pl.Float64,
    "highest": pl.Float64,
    "left_out": pl.Int64,
    "peers": pl.List(_PEER),
}


def comparable_figures(
    corpus: Source, documents: Source | None = None, *, figures: Sequence[str] | None = None
) -> pl.DataFrame:
    """Return the figures by which bodies can be compared, one row per body, year and figure.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `facts` and `documents` are used) or the facts table alone.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table.
    figures : sequence of str, optional
        Which figures; all otherwise. Fewer take less time.

    Returns
    -------
    polars.DataFrame
        Sorted by figure, division, body and year; a body without any of the figures has no row.

        - ``doc_id, division_code, county, issuer, fiscal_year``; ``kind`` of the document
        - ``figure``: ``execution_initial_budget``, ``execution_adjusted_budget`` (outturn ÷ budget of the whole
          department); ``basic_share`` (basic ÷ all expenditure), ``three_public_share``, ``procurement_share`` (÷ all
          expenditure), ``sme_share`` (contracts with SMEs ÷ procurement), all of outturns; ``score_share`` (score of
          the department's evaluation ÷ full mark)
        - ``value``, ``low``, ``high``: a ratio and its interval (``unit`` is ``ratio``)
        - ``status``: ``stated``, ``computed`` or ``ambiguous`` (no value, the interval spans the candidates);
          ``fact_ids``; ``note``, ``note_zh``

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have, or `figures` names another one.

    Notes
    -----
    The formulas are those of :func:`execution_rates`, :func:`spending_structure` and :func:`evaluation_scores`. Only
    ratios of whole departments over whole years are here: amounts compare the size of bodies, and projects differ in
    kind. Where several documents of a body give a figure, that of the final accounts is taken, then of the overall
    evaluation; one without a value gives way to one with a value.
    """
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    given: Any = getattr(corpus, "documents", None) if documents is None else documents
    wanted = FIGURES if figures is None else tuple(figures)
    unknown = [name for name in wanted if name not in FIGURES]
    if unknown:
        raise ContractError(f"figures may name {', '.join(FIGURES)}, got {', '.join(unknown)}")
    # Most facts are of lines and projects: only those of whole departments are worth reading, in a corpus of any size.
    whole = facts.filter(
        pl.col("concept").is_in({concept for name in wanted for concept in _CONCEPTS[name]})
        & pl.col("item").is_null()
        & pl.col("fund").is_null()
        & pl.col("subject_code").is_null()
        & pl.col("subject_name").is_null()
        & pl.col("scope").is_null()
    )
    rows = [
        row | {"kind": bodies[row["doc_id"]].kind, "unit": "ratio"}
        for names, read in ((FIGURES[:2], _rates), (FIGURES[2:6], _shares), (FIGURES[6:], _scores))
        if set(names) & set(wanted)
        for row in read(whole, given)
        if row["figure"] in wanted and (row["low"] is not None or row["value"] is not None)
    ]
    rows.sort(
        key=lambda row: (
            FIGURES.index(row["figure"]),
            *_body(row),
            row["fiscal_year"] or 0,
            row["value"] is None,
            _KINDS.index(row["kind"]) if row["kind"] in _KINDS else len(_KINDS),
        )
    )
    return table(rows, COMPARABLE).unique(
        ["figure", "division_code", "issuer", "fiscal_year"], keep="first", maintain_order=True
    )


def district_positions(figures: Source, division_code: str, *, fiscal_year: int | None = None) -> pl.DataFrame:
    """Return where the bodies of one district stand among those of the other districts, one row per body and figure.

    Parameters
    ----------
    figures : polars.DataFrame or pandas.DataFrame
        As :func:`comparable_figures` returns them.
    division_code : str
        The district's six-digit code (GB/T 2260).
    fiscal_year : int, optional
        Figures of the district of this year only; else the newest of each.

    Returns
    -------
    polars.DataFrame
        The columns of :func:`comparable_figures`, and

        - ``rank``: 1 is the highest of ``n``, the district's body and those of other districts with a value; null
          where the district's figure is ambiguous. ``rank_best``, ``rank_worst``: the ranks that the intervals allow
        - ``lowest``, ``median``, ``highest``: of these ``n`` values
        - ``left_out``: bodies of other districts whose figure is ambiguous
        - ``peers``: the others, each with its year, value and interval

    Raises
    ------
    ContractError
        If a column is missing.

    Notes
    -----
    Of every other body the year is taken that is nearest to the district's, the earlier of two. A rank says nothing
    of good or bad, and among a handful of bodies next to nothing at all: it is a position, not a test.
    """
    frame = as_polars(figures)
    require(frame, [*WHOSE, "figure", "value", "low", "high"], "figures")
    own: dict[tuple[Any, ...], dict[str, Any]] = {}
    others: dict[str, dict[tuple[Any, ...], list[dict[str, Any]]]] = {}
    for row in frame.iter_rows(named=True):
        if row["division_code"] != division_code:
            others.setdefault(row["figure"], {}).setdefault(_body(row), []).append(row)
        elif fiscal_year is None or row["fiscal_year"] == fiscal_year:
            key = (row["figure"], _body(row))
            if key not in own or (row["fiscal_year"] or 0) > (own[key]["fiscal_year"] or 0):
                own[key] = row
    rows = [row | _position(row, others.get(row["figure"], {})) for row in own.values()]
    return table(rows, POSITIONS)


def _body(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["division_code"] or "", row["issuer"] or row["doc_id"]


def _position(own: Mapping[str, Any], others: Mapping[tuple[Any, ...], Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    year = own["fiscal_year"] or 0
    nearest = [
        min(rows, key=lambda row: (abs((row["fiscal_year"] or 0) - year), row["fiscal_year"] or 0))
        for rows in others.values()
    ]
    peers = [row for row in nearest if row["value"] is not None]
    found = {"left_out": len(nearest) - len(peers), "peers": [{name: row[name] for name in _NAMES} for row in peers]}
    low, high = _ends(own)
    spans = [_ends(row) for row in peers]
    found |= {
        "rank_best": 1 + sum(other[0] > high for other in spans),
        "rank_worst": 1 + sum(other[1] > low for other in spans),
        "n": len(peers) + 1,
    }
    if own["value"] is None:
        return found
    values = [own["value"], *(row["value"] for row in peers)]
    return found | {
        "rank": 1 + sum(value > own["value"] for value in values),
        "lowest": min(values),
        "median": median(values),
        "highest": max(values),
    }


_NAMES = ("doc_id", "division_code", "county", "issuer", "fiscal_year", "value", "low", "high", "fact_ids")


def _ends(row: Mapping[str, Any]) -> tuple[float, float]:
    """Return the ends of a figure's interval; a rate as printed, without amounts, has none but itself."""
    low = row["low"] if row["low"] is not None else row["value"]
    high = row["high"] if row["high"] is not None else row["value"]
    return (float("-inf") if low is None else low), (float("inf") if high is None else high)


def _rates(facts: pl.DataFrame, documents: Source | None) -> Iterator[dict[str, Any]]:
    rates = comparable_rates(
        execution_rates(facts.filter(pl.col("concept").is_in(_CONCEPTS["execution_initial_budget"])), documents)
    )
    usable = rates.filter(
        pl.col("usable")
        & (pl.col("level") == "department")
        & pl.col("period").is_null()
        & pl.col("denominator").is_not_null()
    )
    for row in usable.iter_rows(named=True):
        yield _kept(row) | {
            "figure": f"execution_{row['denominator']}",
            "value": row["rate"],
            "low": row["computed_low"],
            "high": row["computed_high"],
            "status": "stated" if row["computed_rate"] is None else "computed",
        }


def _shares(facts: pl.DataFrame, documents: Source | None) -> Iterator[dict[str, Any]]:
    money = facts.filter(
        ~pl.col("concept").is_in(["execution_rate", "evaluation_score"]) & (pl.col("measure") == "final")
    )
    structure = spending_structure(money, documents).filter(pl.col("period").is_null() & pl.col("view").is_not_null())
    for row in structure.iter_rows(named=True):
        figure = _SHARES.get((row["view"], row["concept"]))
        if figure is not None:
            yield _kept(row) | {
                "figure": figure,
                "value": row["share"],
                "low": row["share_low"],
                "high": row["share_high"],
                "status": "computed" if row["share"] is not None else "ambiguous",
            }


def _scores(facts: pl.DataFrame, documents: Source | None) -> Iterator[dict[str, Any]]:
    scores = evaluation_scores(facts.filter(pl.col("concept") == "evaluation_score"), documents)
    for row in scores.filter(pl.col("kind") == "department").iter_rows(named=True):
        points = [*_points(row)]
        yield _kept(row) | {
            "figure": "score_share",
            "value": row["score_rate"],
            "low": min(points, default=None),
            "high": max(points, default=None),
            "status": row["status"],
        }


def _points(row: Mapping[str, Any]) -> Iterable[float]:
    """Return the stated scores as shares of the full mark; they are exact."""
    if row["score_rate"] is not None:
        return [row["score_rate"]]
    return [score / row["full_mark"] for score in row["candidates"] or []] if row["full_mark"] else []


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in (*WHOSE, "fact_ids", "note", "note_zh")}
