"""The scores that evaluations end with, and how close to the full mark they stand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics._indicators import indicators_of
from fiscal_analysis.metrics._inputs import Body, Source, Stated, bodies_of, fact_ids, facts_of, statements
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics._readings import OPEN, WHOSE, Reading, closing, read, table, whose
from fiscal_analysis.metrics.distribution import binomial_interval
from fiscal_analysis.metrics.execution import comparable_rates, execution_rates
from fiscal_analysis.metrics.intervals import as_float

__all__ = ["GRADES", "evaluation_scores", "score_compression", "score_grades"]

GRADES = {"excellent": Fraction(9, 10), "good": Fraction(8, 10), "fair": Fraction(6, 10), "poor": Fraction(0)}
"""The grades 优, 良, 中, 差 of 财预〔2020〕10号, and the share of the full mark from which on each is given."""

_FULL = Fraction(100)
SCORES: dict[str, Any] = WHOSE | {
    "kind": pl.String,
    "item": pl.String,
    "score": pl.Float64,
    "candidates": pl.List(pl.Float64),
    "full_mark": pl.Float64,
    "full_mark_source": pl.String,
    "score_rate": pl.Float64,
    "execution_rate": pl.Float64,
    "execution_low": pl.Float64,
    "execution_high": pl.Float64,
    "denominator": pl.String,
    "status": pl.String,
    "fact_ids": pl.List(pl.String),
    "note": pl.String,
    "note_zh": pl.String,
}


def evaluation_scores(corpus: Source, documents: Source | None = None) -> pl.DataFrame:
    """Return the total scores of evaluations, each beside the execution rate of what was evaluated.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `facts` and `documents` are used) or the facts table alone.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table.

    Returns
    -------
    polars.DataFrame
        One row per document, year and evaluated project or department; documents without a score have one row.

        - ``doc_id, division_code, county, issuer, fiscal_year``; ``kind``: ``project`` or ``department``; ``item``
        - ``score``: points; null where several are stated, which ``candidates`` lists
        - ``full_mark``, ``full_mark_source``: ``stated``, or ``assumed`` (100, as 财预〔2020〕10号 has it)
        - ``score_rate``: score ÷ full mark
        - ``execution_rate``, ``execution_low``, ``execution_high``, ``denominator``: of the same project or department
          from :func:`execution_rates`; of the adjusted budget where it is known, which is the ratio that scores use
        - ``status``: ``stated``, ``ambiguous``, ``no_data``; ``fact_ids``; ``note``, ``note_zh``

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have.

    Notes
    -----
    A project and its rate belong together where their names are the same but for brackets, quotes and blanks, or where
    a project evaluation states one project and one rate. Not comparable: self-evaluations with evaluations by others,
    projects with departments.

    References
    ----------
    财政部：《项目支出绩效评价管理办法》，财预〔2020〕10号 (100 points; 90 and more is 优).
    """
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    rates = _rates(execution_rates(corpus, documents))
    rows: list[dict[str, Any]] = []
    for total in _totals(facts, bodies):
        score, of = total.score, total.full_mark
        rate = rates.get((total.body.doc_id, total.year, _name(total.item) if total.kind == "project" else None))
        notes: list[Text] = []
        if score.ambiguous:
            notes.append(Text("several scores are stated, none is chosen", "得分有多种表述，未作取舍"))
        if score.value is not None and score.value > of:
            notes.append(Text("the score is above the full mark", "得分高于满分"))
        if rate is not None and rate["said"] is not None:
            notes.append(Text(f"execution rate: {rate['said'].en}", f"执行率：{rate['said'].zh}"))
        ids = fact_ids([*score.facts, *total.full.facts])
        rows.append(
            whose(total.body, total.year)
            | {
                "kind": total.kind,
                "item": total.item,
                "score": as_float(score.value),
                "candidates": score.candidates,
                "full_mark": float(of),
                "full_mark_source": "stated" if total.full.value is not None else "assumed",
                "score_rate": as_float(score.value / of) if score.value is not None else None,
            }
            | (rate or {})
            | closing(score.status, notes=notes)
            | {"fact_ids": list(dict.fromkeys([*ids, *(rate or {}).get("fact_ids", [])]))}
        )
    seen = {row["doc_id"] for row in rows}
    for body in bodies.values():
        if body.doc_id not in seen:
            why = [Text("no evaluation score is stated", "没有评价得分")]
            rows.append(whose(body, body.fiscal_year) | {"candidates": []} | closing("no_data", notes=why))
    order = {doc_id: at for at, doc_id in enumerate(bodies)}
    rows.sort(key=lambda row: order[row["doc_id"]])
    return table(rows, SCORES)


def score_compression(
    corpus: Source,
    documents: Source | None = None,
    *,
    thresholds: Sequence[float] = (0.9, 0.95, 1.0),
    by: Sequence[str] = ("kind",),
    level: float = 0.95,
) -> pl.DataFrame:
    """Return how many scores stand near the full mark, and how far scores are apart.

    Parameters
    ----------
    corpus : Corpus
        Its `facts`, `indicators` and `documents` are used; a facts table alone gives total scores only.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is a facts table.
    thresholds : sequence of float
        Shares of the full mark in [0, 1].
    by : sequence of str
        ``kind`` (``indicator``, ``project``, ``department``), ``doc_id``, ``division_code``, ``fiscal_year``. Leave
        ``kind`` in: an indicator's score and a total are different things.
    level : float
        Confidence of the interval of a share.

    Returns
    -------
    polars.DataFrame
        One row per group and threshold.

        - `by`; ``n``: scores with a full mark; ``ambiguous``: scores left out because several values are stated
        - ``threshold``; ``at_or_above``: scores at or above it; ``share`` with ``share_low`` and ``share_high``, its
          exact (Clopper-Pearson) interval
        - ``lowest``, ``median``, ``highest``: score ÷ full mark; ``spread``: highest - lowest; ``distinct``: different
          values of score ÷ full mark
        - ``ids``: of the facts and indicators counted

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have, a threshold lies outside [0, 1], or `by` names another column.

    Notes
    -----
    Formula: share = scores at or above threshold × full mark, ÷ n. The interval takes the scores for a sample of
    independent ones, which those of one form are not: it is no narrower than that. A score of an indicator is of its
    weight; total scores without a printed full mark are of 100.

    References
    ----------
    Clopper, C. J., Pearson, E. S. (1934): The use of confidence or fiducial limits illustrated in the case of the
    binomial. Biometrika 26(4), 404-413.
    财政部：《项目支出绩效评价管理办法》，财预〔2020〕10号 (90 and more is 优).
    """
    allowed = ("kind", "doc_id", "division_code", "fiscal_year")
    if any(not 0 <= t <= 1 for t in thresholds):
        raise ContractError(f"a threshold lies between 0 and 1, got {', '.join(map(str, thresholds))}")
    if any(name not in allowed for name in by):
        raise ContractError(f"by may name {', '.join(allowed)}, got {', '.join(by)}")
    points: dict[tuple[Any, ...], list[tuple[Fraction | None, list[str]]]] = {}
    facts = facts_of(corpus)
    bodies = bodies_of(corpus, facts, documents)
    for total in _totals(facts, bodies):
        key = whose(total.body, total.year) | {"kind": total.kind}
        rate = total.score.value / total.full_mark if total.score.value is not None else None
        points.setdefault(tuple(key[c] for c in by), []).append((rate, fact_ids(total.score.facts)))
    if getattr(corpus, "indicators", None) is not None:
        known, indicators = indicators_of(corpus, documents)
        for each in indicators:
            if each.weight is None or each.score is None or each.weight <= 0:
                continue
            body = known[each.doc_id]
            key = whose(body, body.fiscal_year) | {"kind": "indicator"}
            ids = [each.indicator_id] if each.indicator_id else []
            points.setdefault(tuple(key[c] for c in by), []).append((each.score / each.weight, ids))
    rows: list[dict[str, Any]] = []
    for group in sorted(points, key=lambda group: [(v is None, str(v)) for v in group]):
        rates = sorted(rate for rate, _ in points[group] if rate is not None)
        ids = list(dict.fromkeys(i for rate, some in points[group] if rate is not None for i in some))
        for threshold in thresholds:
            at = sum(rate >= Fraction(str(threshold)) for rate in rates)
            low, high = binomial_interval(at, len(rates), level)
            rows.append(
                dict(zip(by, group, strict=True))
                | {"n": len(rates), "ambiguous": len(points[group]) - len(rates)}
                | {"threshold": float(threshold), "at_or_above": at, "share": at / len(rates) if rates else None}
                | {"share_low": low if rates else None, "share_high": high if rates else None}
                | {"lowest": as_float(min(rates, default=None)), "median": as_float(_median(rates))}
                | {"highest": as_float(max(rates, default=None))}
                | {"spread": as_float(rates[-1] - rates[0]) if rates else None}
                | {"distinct": len(set(rates)), "ids": ids}
            )
    types = {"fiscal_year": pl.Int64}
    schema: dict[str, Any] = {name: types.get(name, pl.String) for name in by}
    schema |= {"n": pl.Int64, "ambiguous": pl.Int64, "threshold": pl.Float64, "at_or_above": pl.Int64}
    schema |= dict.fromkeys(("share", "share_low", "share_high", "lowest", "median", "highest", "spread"), pl.Float64)
    return table(rows, schema | {"distinct": pl.Int64, "ids": pl.List(pl.String)})


def score_grades(corpus: Source, documents: Source | None = None, *, level: float = 0.95) -> pl.DataFrame:
    """Return how many total scores fall into each grade, by kind of what was evaluated.

    Parameters
    ----------
    corpus, documents
        As in :func:`evaluation_scores`.
    level : float
        Confidence of the interval of a share.

    Returns
    -------
    polars.DataFrame
        One row per ``kind`` (``department``, ``project``) and ``grade`` (``excellent`` 优, ``good`` 良, ``fair`` 中,
        ``poor`` 差), best first: ``n``: scores; ``from_share``: share of the full mark from which on the grade is
        given; ``count``; ``share`` = count ÷ n with ``share_low`` and ``share_high``, its exact (Clopper-Pearson)
        interval; ``fact_ids``.

    Raises
    ------
    ContractError
        If a table lacks the columns that it must have.

    Notes
    -----
    The grade is that of the score on one scale for all documents, not the printed word: local forms use other words
    (优秀, 一般) and may use other limits. A score above the full mark counts as the best grade.

    References
    ----------
    财政部：《项目支出绩效评价管理办法》，财预〔2020〕10号 (90 to 100 优, 80 to below 90 良, 60 to below 80
    中, else 差).
    """
    facts = facts_of(corpus)
    found: dict[str, list[tuple[Fraction, list[str]]]] = defaultdict(list)
    for total in _totals(facts, bodies_of(corpus, facts, documents)):
        if total.score.value is not None:
            found[total.kind].append((total.score.value / total.full_mark, fact_ids(total.score.facts)))
    rows: list[dict[str, Any]] = []
    for kind in sorted(found):
        above: Fraction | None = None
        for grade, limit in GRADES.items():
            some = [ids for rate, ids in found[kind] if rate >= limit and (above is None or rate < above)]
            low, high = binomial_interval(len(some), len(found[kind]), level)
            rows.append(
                {"kind": kind, "grade": grade, "n": len(found[kind]), "from_share": float(limit), "count": len(some)}
                | {"share": len(some) / len(found[kind]), "share_low": low, "share_high": high}
                | {"fact_ids": list(dict.fromkeys(i for ids in some for i in ids))}
            )
            above = limit
    schema: dict[str, Any] = {"kind": pl.String, "grade": pl.String, "n": pl.Int64, "from_share": pl.Float64}
    schema |= {"count": pl.Int64} | dict.fromkeys(("share", "share_low", "share_high"), pl.Float64)
    return table(rows, schema | {"fact_ids": pl.List(pl.String)})


class _Total(NamedTuple):
    """The score of one project or department, and the full mark as far as it is printed."""

    body: Body
    year: int | None
    kind: str
    item: str | None
    score: Reading
    full: Reading

    @property
    def full_mark(self) -> Fraction:
        return self.full.value if self.full.value is not None else _FULL


def _totals(facts: pl.DataFrame, bodies: Mapping[str, Body]) -> Iterator[_Total]:
    wanted = facts.filter(
        (pl.col("concept") == "evaluation_score")
        & pl.col("measure").is_in(["score", "weight"])
        & (pl.col("unit") == "score")
    )
    groups: dict[tuple[str, int | None, str], dict[str, list[Stated]]] = defaultdict(lambda: defaultdict(list))
    for fact in statements(wanted):
        groups[fact.doc_id, fact.fiscal_year, _name(fact.item)][fact.measure].append(fact)
    for (doc_id, year, name), stated in groups.items():
        score, full = read(stated["score"]), read(fact for fact in stated["weight"] if fact.value > 0)
        if score is not None:
            kind = "project" if name or bodies[doc_id].kind == "project_evaluation" else "department"
            item = next((fact.item for fact in stated["score"] if fact.item), None)
            yield _Total(bodies[doc_id], year, kind, item, score, full or Reading(None, OPEN, ()))


def _median(ordered: Sequence[Fraction]) -> Fraction | None:
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _name(item: str | None) -> str:
    return re.sub(r"[\s“”\"《》()（）]", "", item or "")


def _rates(rates: pl.DataFrame) -> dict[tuple[str, int | None, str | None], dict[str, Any]]:
    """Return the one usable rate of each project (by name) and department (None), the adjusted budget first."""
    usable = comparable_rates(rates).filter(
        pl.col("usable") & pl.col("level").is_in(["department", "project"]) & pl.col("period").is_null()
    )
    found: dict[tuple[str, int | None, str | None], dict[str, Any]] = {}
    ranks = {"adjusted_budget": 0, "initial_budget": 2}
    order = sorted(usable.iter_rows(named=True), key=lambda row: ranks.get(row["denominator"], 1))
    for row in order:
        name = _name(row["item"]) if row["level"] == "project" else None
        found.setdefault(
            (row["doc_id"], row["fiscal_year"], name),
            {
                "execution_rate": row["rate"],
                "execution_low": row["computed_low"],
                "execution_high": row["computed_high"],
                "denominator": row["denominator"],
                "fact_ids": row["fact_ids"],
                "said": Text(row["note"], row["note_zh"]) if row["note"] else None,
            },
        )
    return found
