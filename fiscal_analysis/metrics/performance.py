"""What performance tables say: weights and scores by dimension, and what was reached of each target."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics._indicators import Indicator, indicators_of
from fiscal_analysis.metrics._inputs import Source
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics._readings import OPEN, WHOSE, amount, table, whose
from fiscal_analysis.metrics.intervals import Range, as_float

__all__ = ["performance_dimensions", "performance_evaluation"]

_LEVELS: dict[str, Any] = {"item": pl.String, "level1": pl.String, "level2": pl.String, "level3": pl.String}
SCHEMA: dict[str, Any] = (
    WHOSE
    | _LEVELS
    | {
        "kind": pl.String,
        "target": pl.Float64,
        "actual": pl.Float64,
        "unit": pl.String,
        "comparator": pl.String,
        "direction": pl.String,
        "ratio": pl.Float64,
        "ratio_low": pl.Float64,
        "ratio_high": pl.Float64,
        "fulfilment": pl.Float64,
        "fulfilment_low": pl.Float64,
        "fulfilment_high": pl.Float64,
        "met": pl.Boolean,
        "weight": pl.Float64,
        "score": pl.Float64,
        "score_rate": pl.Float64,
        "status": pl.String,
        "indicator_id": pl.String,
        "note": pl.String,
        "note_zh": pl.String,
    }
)
_BY = ("doc_id", "item", "level1")


def performance_evaluation(corpus: Source, documents: Source | None = None) -> pl.DataFrame:
    """Return the indicators of performance tables, one row each: what was aimed at, reached, and scored.

    Parameters
    ----------
    corpus : Corpus, polars.DataFrame or pandas.DataFrame
        A corpus (its `indicators` and `documents` are used) or the indicators table alone.
    documents : polars.DataFrame or pandas.DataFrame, optional
        The documents table, where `corpus` is an indicators table.

    Returns
    -------
    polars.DataFrame
        Every document has at least one row.

        - ``doc_id, division_code, county, issuer, fiscal_year``
        - ``item``: the project, null for the whole department; ``level1, level2, level3``: as printed
        - ``kind``: ``quantitative`` (the target is a number), ``qualitative``, ``execution_rate`` (the row 预算执行率)
        - ``target``, ``actual``: in the base unit of ``unit``; ``comparator``: of the target
        - ``direction``: ``at_least`` (≥, >), ``at_most`` (≤, <), ``unstated`` (a bare number); null without a number
        - ``ratio``, ``ratio_low``, ``ratio_high``: actual ÷ target, whatever the direction
        - ``fulfilment``, ``fulfilment_low``, ``fulfilment_high``: 1 and more is reached: actual ÷ target, or target ÷
          actual where the target is an upper bound; null where the direction is unstated and the two differ
        - ``met``: whether the target was met; null where the printed figures leave it open
        - ``weight``, ``score``: points; ``score_rate``: score ÷ weight
        - ``status``: ``computed`` (there is a ratio), ``bounded`` (an actual value such as ＞90%: bounds only),
          ``not_computed``, ``no_data`` (the document has no performance table)
        - ``indicator_id``: the row of the indicators table; ``note``, ``note_zh``

    Raises
    ------
    ContractError
        If the table lacks the columns that it must have.

    Notes
    -----
    Formula: ratio = actual ÷ target; fulfilment = ratio, or 1 ÷ ratio for an upper bound; score rate = score ÷ weight.
    A target is a number that was set and counts as exact, unless the text says about (约) or gives a range; an actual
    value has the precision of its print. A target or an actual value of 0 or less has no ratio.

    A ratio is no measure of quality: a ratio far above 1 may mean a target set low. A target that is a bare number
    does not say which side of it is good; more firms may be meant to be better, a bare number of days may not.

    Not comparable: weights and scores of bodies that use different tables; scores of self-evaluations with scores
    given by others; indicators of other units; score rates of qualitative indicators, which are judged, with those of
    quantitative ones, which are computed.

    References
    ----------
    财政部：《项目支出绩效评价管理办法》，财预〔2020〕10号, annex 1 (form of the self-evaluation).
    """
    bodies, indicators = indicators_of(corpus, documents)
    rows: list[dict[str, Any]] = []
    by_document: dict[str, list[Indicator]] = {doc_id: [] for doc_id in bodies}
    for indicator in indicators:
        by_document[indicator.doc_id].append(indicator)
    for doc_id, some in by_document.items():
        head = whose(bodies[doc_id], bodies[doc_id].fiscal_year)
        rows += [head | _row(indicator) for indicator in some]
        if not some:
            rows.append(head | {"status": "no_data"} | _said([Text("no performance table", "没有绩效指标表")]))
    return table(rows, SCHEMA)


def performance_dimensions(corpus: Source, documents: Source | None = None, *, by: Sequence[str] = _BY) -> pl.DataFrame:
    """Return weights and scores by dimension of the performance tables.

    Parameters
    ----------
    corpus, documents
        As in :func:`performance_evaluation`.
    by : sequence of str
        Columns of :func:`performance_evaluation` to group by. Without ``doc_id`` and ``item``, points of different
        tables are added up, which means something only where all are out of the same total.

    Returns
    -------
    polars.DataFrame
        One row per group, in the order in which groups first occur; documents without a table have a row with
        ``indicators`` 0.

        - `by`
        - ``indicators``, ``quantitative``, ``qualitative``: how many; an execution rate is none of the two
        - ``weight``: points of the indicators with a weight; ``unweighted``: indicators without one
        - ``weight_share``: of all weights of the same document and item; ``quantitative_weight``: points of
          quantitative indicators
        - ``score``, ``scored_weight``: points given, and the weight of the indicators that have a score
        - ``score_rate``: score ÷ scored_weight
        - ``full_marks``: indicators with score = weight; ``full_share``: of those that have both
        - ``indicator_ids``

    Raises
    ------
    ContractError
        If the table lacks the columns that it must have, or `by` names another column.

    Notes
    -----
    Formulas as named. Points are exact: they are printed in full. A dimension without any weight has a null, not 0.
    """
    wrong = [name for name in by if name not in SCHEMA]
    if wrong or not by:
        raise ContractError(f"by names columns of performance_evaluation, got {', '.join(by) or 'none'}")
    bodies, indicators = indicators_of(corpus, documents)
    totals: dict[tuple[str, str | None], Fraction] = {}
    for each in indicators:
        totals[each.doc_id, each.item] = totals.get((each.doc_id, each.item), Fraction(0)) + (each.weight or 0)
    groups: dict[tuple[Any, ...], list[Indicator]] = {}
    for each in indicators:
        row = whose(bodies[each.doc_id], bodies[each.doc_id].fiscal_year) | _row(each)
        groups.setdefault(tuple(row[name] for name in by), []).append(each)
    rows = [dict(zip(by, key, strict=True)) | _sums(some, totals) for key, some in groups.items()]
    seen = {each.doc_id for each in indicators}
    for doc_id, body in bodies.items():
        if doc_id not in seen:
            head = whose(body, body.fiscal_year)
            rows.append({name: head.get(name) for name in by} | {"indicators": 0, "indicator_ids": []})
    schema: dict[str, Any] = {name: SCHEMA[name] for name in by}
    schema |= {"indicators": pl.Int64, "quantitative": pl.Int64, "qualitative": pl.Int64}
    schema |= {"weight": pl.Float64, "unweighted": pl.Int64, "weight_share": pl.Float64}
    schema |= {"quantitative_weight": pl.Float64, "score": pl.Float64, "scored_weight": pl.Float64}
    schema |= {"score_rate": pl.Float64, "full_marks": pl.Int64, "full_share": pl.Float64}
    return table(rows, schema | {"indicator_ids": pl.List(pl.String)})


def _row(indicator: Indicator) -> dict[str, Any]:
    notes: list[Text] = []
    target, actual = indicator.target, indicator.actual
    ratio: Fraction | None = None
    span = inverse = OPEN
    direction = None
    met: bool | None = None
    if target is not None:
        sides = {">=": "at_least", ">": "at_least", "<=": "at_most", "<": "at_most"}
        direction = sides.get(indicator.comparator or "", "unstated")
    if target is not None and actual is not None:
        met = _met(indicator, direction)
        if target <= 0 or actual < 0:
            notes.append(
                Text("the target or the actual value is not above 0: no ratio", "目标值或实际值不大于0，没有比值")
            )
        else:
            ratio = None if indicator.actual_is_bound and _is_printed(indicator) else actual / target
            span = indicator.actual_range / indicator.target_range
            inverse = indicator.target_range / indicator.actual_range
        if indicator.target_range != Range.point(target):
            notes.append(Text("the target is a range or about a number", "目标值是区间或约数"))
            ratio = None
        if not _is_printed(indicator):
            notes.append(Text("the precision of the actual value is not known", "实际值的精度未知"))
        elif indicator.actual_is_bound:
            notes.append(Text("the actual value is a bound, not a number", "实际值是上下限，不是具体数值"))
    elif target is not None:
        notes.append(Text("no actual value", "没有实际值"))
    if direction == "at_most":
        reached, bounds = (1 / ratio if ratio else None), inverse
    elif direction == "at_least" or (ratio == 1 and direction is not None):
        reached, bounds = ratio, span
    else:
        reached, bounds = None, OPEN
        if ratio is not None:
            notes.append(Text("the target does not say which side of it is good", "目标值未说明方向"))
    some = span.low is not None or span.high is not None
    return {
        "item": indicator.item,
        "level1": indicator.level1,
        "level2": indicator.level2,
        "level3": indicator.level3,
        "kind": indicator.kind,
        "target": as_float(target),
        "actual": as_float(actual),
        "unit": indicator.unit,
        "comparator": indicator.comparator,
        "direction": direction,
        "met": met,
        "weight": as_float(indicator.weight),
        "score": as_float(indicator.score),
        "score_rate": as_float(_rate(indicator)),
        "status": "computed" if ratio is not None else "bounded" if some else "not_computed",
        "indicator_id": indicator.indicator_id,
        **amount("ratio", ratio, span),
        **amount("fulfilment", reached, bounds),
        **_said(notes),
    }


def _is_printed(indicator: Indicator) -> bool:
    return indicator.actual_range != OPEN or "约" in (indicator.actual_text or "")


def _met(indicator: Indicator, direction: str | None) -> bool | None:
    """Tell whether all values that the print of the actual allows meet the target, or none does."""
    target, actual = indicator.target, indicator.actual
    if target is None or actual is None:
        return None
    strict = indicator.comparator in (">", "<")
    span = indicator.actual_range if _is_printed(indicator) else Range.point(actual)
    if direction == "unstated":
        same = span == Range.point(target) or (actual == target and not indicator.actual_is_bound)
        return True if same and indicator.target_range == Range.point(target) else None
    low, high = span.low, span.high
    if direction == "at_most":
        low, high, target = (None if high is None else -high), (None if low is None else -low), -target
    # A figure printed equal to the bound meets it as printed, though its rounding may hide a little less.
    if not indicator.actual_is_bound and actual == indicator.target:
        return not strict
    exceeds = indicator.actual_text is not None and any(mark in indicator.actual_text for mark in "＞><＜超")
    if low is not None and (
        low > target or (low == target and (not strict or (exceeds and indicator.actual_is_bound)))
    ):
        return True
    if high is not None and high < target:
        return False
    return None


def _rate(indicator: Indicator) -> Fraction | None:
    if indicator.weight is None or indicator.score is None or indicator.weight <= 0:
        return None
    return indicator.score / indicator.weight


def _sums(some: Sequence[Indicator], totals: dict[tuple[str, str | None], Fraction]) -> dict[str, Any]:
    zero = Fraction(0)
    weights = [each.weight for each in some if each.weight is not None]
    both = [(each.weight, each.score) for each in some if each.weight is not None and each.score is not None]
    scored = sum((weight for weight, _ in both), zero)
    score = sum((points for _, points in both), zero)
    numbers = [each.weight for each in some if each.kind == "quantitative" and each.weight is not None]
    whole = sum((totals[key] for key in dict.fromkeys((each.doc_id, each.item) for each in some)), zero)
    full = sum(weight == points for weight, points in both)
    return {
        "indicators": len(some),
        "quantitative": sum(each.kind == "quantitative" for each in some),
        "qualitative": sum(each.kind == "qualitative" for each in some),
        "weight": as_float(sum(weights, zero)) if weights else None,
        "unweighted": len(some) - len(weights),
        "weight_share": as_float(sum(weights, zero) / whole) if weights and whole > 0 else None,
        "quantitative_weight": as_float(sum(numbers, zero)) if weights else None,
        "score": as_float(score) if both else None,
        "scored_weight": as_float(scored) if both else None,
        "score_rate": as_float(score / scored) if scored > 0 else None,
        "full_marks": full if both else None,
        "full_share": full / len(both) if both else None,
        "indicator_ids": [each.indicator_id for each in some if each.indicator_id],
    }


def _said(notes: Sequence[Text]) -> dict[str, str | None]:
    return {"note": "; ".join(n.en for n in notes) or None, "note_zh": "；".join(n.zh for n in notes) or None}
