"""The key figures of one body on one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.frames import as_polars
from fiscal_analysis.metrics._inputs import Body, Source, bodies_of, fact_ids, facts_of, statements
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics._readings import ambiguity, read, table
from fiscal_analysis.metrics.agreement import rank_findings
from fiscal_analysis.metrics.concentration import spending_concentration
from fiscal_analysis.metrics.execution import comparable_rates, execution_rates
from fiscal_analysis.metrics.intervals import as_float
from fiscal_analysis.metrics.scores import evaluation_scores
from fiscal_analysis.metrics.structure import spending_structure

__all__ = ["district_profile"]

PROFILE: dict[str, Any] = {
    "doc_id": pl.String,
    "issuer": pl.String,
    "fiscal_year": pl.Int64,
    "section": pl.String,
    "key": pl.String,
    "measure": pl.String,
    "detail": pl.String,
    "concept": pl.String,
    "fund": pl.String,
    "scope": pl.String,
    "code": pl.String,
    "name": pl.String,
    "item": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "unit": pl.String,
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
    "note": pl.String,
    "note_zh": pl.String,
}
_TOTALS = (
    "grand_total",
    "revenue",
    "revenue_appropriation",
    "expenditure",
    "appropriation_grand_total",
    "appropriation_expenditure",
    "carryover_opening",
    "carryover_closing",
)
_THREE_PUBLIC = (
    "three_public",
    "three_public_overseas",
    "three_public_reception",
    "three_public_vehicle",
    "agency_operating_cost",
    "procurement",
    "procurement_sme",
    "procurement_small_micro",
    "purchased_services",
)
_MEASURES = ("final", "initial_budget", "adjusted_budget")
_SECTIONS = ("totals", "execution", "structure", "three_public", "scores", "findings")


def district_profile(
    corpus: Source,
    division_code: str,
    documents: Source | None = None,
    *,
    fiscal_year: int | None = None,
    issuer: str | None = None,
    top: int = 5,
) -> pl.DataFrame:
    """Return the key figures of the bodies of one district, section by section, for a page of a report.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus, or the facts table alone: then there are no findings.
    division_code : str
        The district's six-digit code (GB/T 2260).
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table.
    fiscal_year : int, optional
        Documents of this year only; all years otherwise.
    issuer : str, optional
        Documents of this body only, where a district has several.
    top : int
        How many classes and findings at most.

    Returns
    -------
    polars.DataFrame
        ``doc_id, issuer, fiscal_year``; ``section``: ``totals``, ``execution``, ``structure``, ``three_public``,
        ``scores``, ``findings``; ``key``: the concept, level or rule, which :func:`fiscal_analysis.charts` has words
        for; ``measure``; ``detail``: fund, class, project or message, and its parts one by one: ``concept``, ``fund``,
        ``scope``, ``code``, ``name`` (of the class, as printed), ``item`` (project); ``value``, ``low``, ``high`` in
        ``unit`` (``CNY``, ``ratio``, ``score``, ``count``); ``status``: ``stated``, ``computed``, ``bounded``,
        ``ambiguous`` (no value, the interval spans the candidates), ``unusable`` (a rate on a budget of 0, or
        misprinted: see :func:`comparable_rates`) or ``no_data`` (the document states nothing for the section);
        ``fact_ids``; ``note``, ``note_zh``. Every document has every section.

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have, or no document is of the district, year and body.

    Notes
    -----
    The formulas are those of :func:`execution_rates`, :func:`spending_structure`, :func:`spending_concentration`,
    :func:`evaluation_scores` and :func:`rank_findings`; figures of a part of the year and figures with an `item` are
    left out, but for projects in ``execution`` and ``scores``. Not comparable: as said there.

    References
    ----------
    As in the functions named.
    """
    facts = facts_of(corpus)
    bodies = {
        doc_id: body
        for doc_id, body in bodies_of(corpus, facts, documents).items()
        if body.division_code == division_code
        and (fiscal_year is None or body.fiscal_year == fiscal_year)
        and (issuer is None or body.issuer == issuer)
    }
    if not bodies:
        known = sorted({b.division_code for b in bodies_of(corpus, facts, documents).values() if b.division_code})
        raise ContractError(
            f"no document is of division {division_code}, year {fiscal_year or 'any'} and body {issuer or 'any'}; "
            f"the divisions are {', '.join(known) or 'none'}"
        )
    own = facts.filter(pl.col("doc_id").is_in(list(bodies)))
    given: Any = getattr(corpus, "documents", None) if documents is None else documents
    rows: list[dict[str, Any]] = []
    rows += _stated(own, bodies, "totals", _TOTALS)
    rows += _execution(execution_rates(own, given))
    structure = spending_structure(own, given)
    rows += _structure(structure, top)
    rows += _stated(own, bodies, "three_public", _THREE_PUBLIC)
    rows += _scores(evaluation_scores(own, given))
    rows += _findings(corpus, bodies, top)
    rows = [row for row in rows if row["doc_id"] in bodies]
    seen = {(row["doc_id"], row["section"]) for row in rows}
    no_audit = getattr(corpus, "findings", None) is None
    for doc_id in bodies:
        for section in _SECTIONS:
            if (doc_id, section) not in seen:
                unknown = section != "findings" or no_audit
                rows.append(
                    {"doc_id": doc_id, "section": section, "status": "no_data" if unknown else "stated"}
                    | ({} if unknown else {"key": "findings", "value": 0.0, "unit": "count"})
                    | {"fact_ids": []}
                )
    order = {doc_id: at for at, doc_id in enumerate(bodies)}
    rows.sort(key=lambda row: (order[row["doc_id"]], _SECTIONS.index(row["section"])))
    for row in rows:
        row["issuer"] = bodies[row["doc_id"]].issuer
        row.setdefault("fiscal_year", bodies[row["doc_id"]].fiscal_year)
    return table(rows, PROFILE)


def _stated(
    facts: pl.DataFrame, bodies: dict[str, Body], section: str, concepts: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    wanted = facts.filter(
        pl.col("concept").is_in(concepts)
        & pl.col("measure").is_in(_MEASURES)
        & (pl.col("unit") == "CNY")
        & pl.col("item").is_null()
        & pl.col("subject_code").is_null()
    )
    lines: dict[tuple[Any, ...], list[Any]] = {}
    for fact in statements(wanted):
        if fact.period is None:
            key = (fact.doc_id, fact.fiscal_year, fact.concept, fact.measure, fact.fund, fact.scope)
            lines.setdefault(key, []).append(fact)
    order = {concept: at for at, concept in enumerate(concepts)}
    for key in sorted(lines, key=lambda k: (order[k[2]], _MEASURES.index(k[3]), k[4] or "", k[5] or "", -(k[1] or 0))):
        reading = read(lines[key])
        if reading is None:  # pragma: no cover - a line has a statement
            continue
        doc_id, year, concept, measure, fund, scope = key
        notes = ambiguity(reading, Text("the figure", "数额"))
        yield {
            "doc_id": doc_id,
            "fiscal_year": year,
            "section": section,
            "key": concept,
            "measure": measure,
            "detail": " ".join(part for part in (fund, scope) if part) or None,
            "concept": concept,
            "fund": fund,
            "scope": scope,
            "value": as_float(reading.value),
            "low": as_float(reading.range.low),
            "high": as_float(reading.range.high),
            "unit": "CNY",
            "status": reading.status,
            "fact_ids": fact_ids(reading.facts),
            "note": "; ".join(n.en for n in notes) or None,
            "note_zh": "；".join(n.zh for n in notes) or None,
        }


def _execution(rates: pl.DataFrame) -> Iterator[dict[str, Any]]:
    wanted = comparable_rates(rates).filter(
        pl.col("level").is_in(["department", "department_part", "class", "project"])
        & pl.col("period").is_null()
        & pl.col("rate").is_not_null()
    )
    for row in wanted.iter_rows(named=True):
        name = [row[c] for c in ("concept", "fund", "subject_code", "subject_name", "item")]
        yield {
            "doc_id": row["doc_id"],
            "fiscal_year": row["fiscal_year"],
            "section": "execution",
            "key": row["level"],
            "measure": row["denominator"],
            "detail": " ".join(part for part in name if part),
            **{column: row[column] for column in ("concept", "fund", "scope", "item")},
            "code": row["subject_code"],
            "name": row["subject_name"],
            "value": row["rate"] if row["usable"] else None,
            "low": row["computed_low"] if row["usable"] else None,
            "high": row["computed_high"] if row["usable"] else None,
            "unit": "ratio",
            "status": "computed" if row["usable"] else "unusable",
            "fact_ids": row["fact_ids"],
            "note": row["note"],
            "note_zh": row["note_zh"],
        }


def _structure(structure: pl.DataFrame, top: int) -> Iterator[dict[str, Any]]:
    final = structure.filter((pl.col("measure") == "final") & pl.col("period").is_null())
    for view in ("expenditure_kind", "basic_half", "function_class", "economic_class"):
        part = final.filter(pl.col("view") == view).sort("value_high", descending=True, maintain_order=True)
        for group in part.partition_by("doc_id", "fiscal_year", "fund", "scope", maintain_order=True):
            for row in group.head(top).iter_rows(named=True):
                name = [row[c] for c in ("concept", "fund", "scope", "code", "name")]
                yield {
                    "doc_id": row["doc_id"],
                    "fiscal_year": row["fiscal_year"],
                    "section": "structure",
                    "key": view,
                    "measure": "share",
                    "detail": " ".join(part for part in name if part),
                    **{column: row[column] for column in ("concept", "fund", "scope", "code", "name")},
                    "value": row["share"],
                    "low": row["share_low"],
                    "high": row["share_high"],
                    "unit": "ratio",
                    "status": row["status"],
                    "fact_ids": row["fact_ids"],
                    "note": row["note"],
                    "note_zh": row["note_zh"],
                }
    for row in spending_concentration(final).iter_rows(named=True):
        if row["view"] in ("function_class", "economic_class") and row["status"] != "not_computed":
            yield {
                "doc_id": row["doc_id"],
                "fiscal_year": row["fiscal_year"],
                "section": "structure",
                "key": "concentration",
                "measure": "hhi",
                "detail": " ".join(part for part in (row["view"], row["fund"], row["scope"]) if part),
                "fund": row["fund"],
                "scope": row["scope"],
                "value": row["hhi"],
                "low": row["hhi_low"],
                "high": row["hhi_high"],
                "unit": "ratio",
                "status": row["status"],
                "fact_ids": row["fact_ids"],
                "note": row["note"],
                "note_zh": row["note_zh"],
            }


def _scores(scores: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in scores.filter(pl.col("status") != "no_data").iter_rows(named=True):
        candidates = row["candidates"]
        yield {
            "doc_id": row["doc_id"],
            "fiscal_year": row["fiscal_year"],
            "section": "scores",
            "key": row["kind"],
            "measure": "score",
            "detail": row["item"],
            "item": row["item"],
            "value": row["score"],
            "low": min(candidates, default=None),
            "high": max(candidates, default=None),
            "unit": "score",
            "status": row["status"],
            "fact_ids": row["fact_ids"],
            "note": row["note"],
            "note_zh": row["note_zh"],
        }


def _findings(corpus: Source, bodies: dict[str, Body], top: int) -> Iterator[dict[str, Any]]:
    given: Any = getattr(corpus, "findings", None)
    if given is None:
        return
    ranked = rank_findings(corpus)
    messages = as_polars(given).select("finding_id", "message_en", "message_zh")
    said = {finding: (en, zh) for finding, en, zh in messages.iter_rows()}
    for doc_id in bodies:
        own = ranked.filter(pl.col("doc_id") == doc_id)
        for severity in ("error", "warning", "note"):
            some = own.filter(pl.col("severity") == severity)
            ids = list(dict.fromkeys(fact_id for each in some["fact_ids"].to_list() for fact_id in each))
            yield {
                "doc_id": doc_id,
                "section": "findings",
                "key": severity,
                "measure": "findings",
                "value": float(some.height),
                "unit": "count",
                "status": "stated",
                "fact_ids": ids,
            }
        for row in own.head(top).iter_rows(named=True):
            yield {
                "doc_id": doc_id,
                "section": "findings",
                "key": row["rule"],
                "measure": row["severity"],
                "detail": row["arithmetic"],
                "value": row["stated"],
                "low": row["expected_low"],
                "high": row["expected_high"],
                "unit": row["unit"],
                "status": "stated",
                "fact_ids": row["fact_ids"],
                "note": said.get(row["finding_id"], (None, None))[0],
                "note_zh": said.get(row["finding_id"], (None, None))[1],
            }
