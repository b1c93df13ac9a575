"""What performance tables say: weights and scores by dimension, and what was reached of each target."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from fiscal_analysis.errors import ContractError
from fiscal_analysis.metrics._indicators import Indicator, indicators_of
from fiscal_analysis.metrics._inputs import Source
from fiscal_analysis.metrics._messages import Text
from fiscal_analysis.metrics._readings import OPEN, WHOSE, amount, table, whose
from fiscal_analysis.metrics.distribution import binomial_interval
from fiscal_analysis.metrics.intervals import Range, as_float

__all__ = ["RECOMMENDED_WEIGHTS", "dimension_weights", "performance_dimensions", "performance_evaluation"]

RECOMMENDED_WEIGHTS = {"execution_rate": 10, "outputs": 50, "benefits": 30, "satisfaction": 10}
"""Points out of 100 that 财预〔2020〕10号 recommends for self-evaluations. Costs are among the outputs there."""

# What a first level is called varies (产出, 项目产出, 产出指标); the first word that occurs in it decides.
_DIMENSIONS = (
    ("执行率", "execution_rate"),
    ("满意", "satisfaction"),
    ("产出", "outputs"),
    ("成本", "cost"),
    ("效益", "benefits"),
    ("效果", "benefits"),
)
_DIMENSION_ORDER = ("execution_rate", "outputs", "cost", "benefits", "satisfaction", "other_dimension", None)

_LEVELS: dict[str, Any] = {"item": pl.String, "level1": pl.String, "level2": pl.String, "level3": pl.String}
SCHEMA: dict[str, Any] = (
    WHOSE
    | _LEVELS
    | {
        "dimension": pl.String,
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
        "rule_low": pl.Float64,
        "rule_high": pl.Float64,
        "rule": pl.String,
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
        - ``dimension``: the first level in one word, whatever it is printed as: ``execution_rate``, ``outputs``,
          ``cost``, ``benefits``, ``satisfaction``, ``other_dimension``; null where no first level is printed
        - ``kind``: ``quantitative`` (the target is a number), ``qualitative``, ``execution_rate`` (the row 预算执行率)
        - ``target``, ``actual``: in the base unit of ``unit``; ``comparator``: of the target
        - ``direction``: ``at_least`` (≥, >), ``at_most`` (≤, <), ``unstated`` (a bare number); null without a number
        - ``ratio``, ``ratio_low``, ``ratio_high``: actual ÷ target, whatever the direction
        - ``fulfilment``, ``fulfilment_low``, ``fulfilment_high``: 1 and more is reached: actual ÷ target, or target ÷
          actual where the target is an upper bound; null where the direction is unstated and the two differ
        - ``met``: whether the target was met; null where the printed figures leave it open
        - ``weight``, ``score``: points; ``score_rate``: score ÷ weight
        - ``rule_low``, ``rule_high``: the points that the rule of proportion gives; ``rule``: the score is ``as_rule``,
          ``below_rule`` or ``above_rule``; null where it cannot be told (no number, no weight, no score)
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

    Rule of proportion: a target that was met has its full weight, another one weight × fulfilment; an execution rate
    has weight × rate, at most the weight. Where the direction is unstated, the points lie between those of the two
    directions. A score agrees with the rule if its last printed digit may be rounded: whole points by half a point.
    Points below the rule are no fault: the regulation has points taken off where a target was set so low that it was
    far exceeded.

    A ratio is no measure of quality: a ratio far above 1 may mean a target set low. A target that is a bare number
    does not say which side of it is good; more firms may be meant to be better, a bare number of days may not.

    Not comparable: weights and scores of bodies that use different tables; scores of self-evaluations with scores
    given by others; indicators of other units; score rates of qualitative indicators, which are judged, with those of
    quantitative ones, which are computed.

    References
    ----------
    财政部：《项目支出绩效评价管理办法》，财预〔2020〕10号 (self-evaluation: full marks for a number that was reached,
    points in proportion for one that was not).
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
        - ``full_marks``: indicators with score = weight; ``scored``: indicators that have both; ``full_share``:
          full_marks ÷ scored, with ``full_low`` and ``full_high``, its exact (Clopper-Pearson) interval at 95 %
        - ``indicator_ids``

    Raises
    ------
    ContractError
        If the table lacks the columns that it must have, or `by` names another column.

    Notes
    -----
    Formulas as named. Points are exact: they are printed in full. A dimension without any weight has a null, not 0.
    The interval of a share takes the indicators for a sample of independent ones, which those of one form are not.

    References
    ----------
    Clopper, C. J., Pearson, E. S. (1934): The use of confidence or fiducial limits illustrated in the case of the
    binomial. Biometrika 26(4), 404-413.
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
    schema |= {"score_rate": pl.Float64, "full_marks": pl.Int64, "scored": pl.Int64}
    schema |= dict.fromkeys(("full_share", "full_low", "full_high"), pl.Float64)
    return table(rows, schema | {"indicator_ids": pl.List(pl.String)})


def dimension_weights(corpus: Source, documents: Source | None = None) -> pl.DataFrame:
    """Return the weights of each performance table by dimension, beside those that the regulation recommends.

    Parameters
    ----------
    corpus, documents
        As in :func:`performance_evaluation`.

    Returns
    -------
    polars.DataFrame
        One row per table (document and item) and dimension. Every document has at least one row.

        - ``doc_id, division_code, county, issuer, fiscal_year, item``
        - ``dimension``: as in :func:`performance_evaluation`; the four that are recommended are always there, with a
          weight of 0 where the table has no row of them, unless the table names no dimension at all
        - ``indicators``: rows with a weight; ``weight``: their points; ``total``: points of the whole table;
          ``weight_share``: weight ÷ total
        - ``compared``: the points to be compared: those of the outputs with those of the cost; ``recommended``: of
          100; ``difference``: compared - recommended; null for a dimension without a recommendation
        - ``status``: ``computed``, ``no_data`` (no table, or none with weights); ``indicator_ids``; ``note``,
          ``note_zh``

    Raises
    ------
    ContractError
        If the table lacks the columns that it must have.

    Notes
    -----
    The form of the regulation counts cost (成本指标) among the outputs (产出指标); many forms have it as a dimension of
    its own, hence ``compared``. The recommendation is one in principle (原则上), for self-evaluations of projects:
    other weights are no fault, and evaluations of whole departments and evaluations by others have other forms.

    References
    ----------
    财政部：《项目支出绩效评价管理办法》，财预〔2020〕10号 (execution rate 10, outputs 50, benefits 30,
    satisfaction 10).
    """
    bodies, indicators = indicators_of(corpus, documents)
    tables: dict[tuple[str, str | None], dict[str | None, list[Indicator]]] = {}
    for each in indicators:
        if each.weight is not None:
            tables.setdefault((each.doc_id, each.item), {}).setdefault(_dimension(each), []).append(each)
    rows: list[dict[str, Any]] = []
    for doc_id, body in bodies.items():
        head = whose(body, body.fiscal_year)
        some = {item: parts for (of, item), parts in tables.items() if of == doc_id}
        for item, parts in some.items():
            rows += [head | {"item": item} | row for row in _weights(parts)]
        if not some:
            why = [Text("no performance table with weights", "没有列出分值的绩效指标表")]
            rows.append(head | {"indicators": 0, "status": "no_data", "indicator_ids": []} | _said(why))
    schema: dict[str, Any] = WHOSE | {"item": pl.String, "dimension": pl.String, "indicators": pl.Int64}
    schema |= dict.fromkeys(("weight", "total", "weight_share", "compared", "recommended", "difference"), pl.Float64)
    schema |= {"status": pl.String, "indicator_ids": pl.List(pl.String), "note": pl.String, "note_zh": pl.String}
    return table(rows, schema)


def _weights(parts: dict[str | None, list[Indicator]]) -> list[dict[str, Any]]:
    """Return the rows of one table: its points by dimension."""
    points = {name: sum((each.weight or Fraction(0) for each in some), Fraction(0)) for name, some in parts.items()}
    total = sum(points.values(), Fraction(0))
    notes = []
    if total != 100:
        sum_of = f"{float(total):g}"
        notes.append(
            Text(f"the weights of the table add up to {sum_of}, not to 100", f"表中分值合计{sum_of}分，不是100分")
        )
    named = set(parts) != {None}
    rows = []
    for name in _DIMENSION_ORDER:
        recommended = RECOMMENDED_WEIGHTS.get(name or "") if named else None
        if name not in parts and recommended is None:
            continue
        weight = points.get(name, Fraction(0))
        compared = weight + points.get("cost", Fraction(0)) if name == "outputs" else weight
        some = parts.get(name, [])
        rows.append(
            {
                "dimension": name,
                "indicators": len(some),
                "weight": as_float(weight),
                "total": as_float(total),
                "weight_share": as_float(weight / total) if total > 0 else None,
                "compared": None if recommended is None else as_float(compared),
                "recommended": None if recommended is None else float(recommended),
                "difference": None if recommended is None else as_float(compared - recommended),
                "status": "computed",
                "indicator_ids": [each.indicator_id for each in some if each.indicator_id],
            }
            | _said(notes)
        )
    return rows


def _dimension(indicator: Indicator) -> str | None:
    if indicator.kind == "execution_rate":
        return "execution_rate"
    if not indicator.level1:
        return None
    return next((name for word, name in _DIMENSIONS if word in indicator.level1), "other_dimension")


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
        "dimension": _dimension(indicator),
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
        **_by_rule(indicator, direction, met, span, inverse),
        "status": "computed" if ratio is not None else "bounded" if some else "not_computed",
        "indicator_id": indicator.indicator_id,
        **amount("ratio", ratio, span),
        **amount("fulfilment", reached, bounds),
        **_said(notes),
    }


def _by_rule(
    indicator: Indicator, direction: str | None, met: bool | None, span: Range, inverse: Range
) -> dict[str, Any]:
    """Return the points that the rule of proportion gives, and whether the score is among them."""
    weight, score, actual = indicator.weight, indicator.score, indicator.actual
    if weight is None or weight <= 0 or score is None or actual is None or actual < 0:
        return {}
    if indicator.kind == "execution_rate":
        reached = indicator.actual_range if _is_printed(indicator) else Range.point(actual)
    elif direction is None:
        return {}
    elif met:
        reached = Range.point(Fraction(1))
    elif direction == "unstated":
        lows = [None if each is None else min(each, Fraction(1)) for each in (span.low, inverse.low)]
        reached = Range(None if lows[0] is None or lows[1] is None else min(lows[0], lows[1]), None)
    else:
        reached = inverse if direction == "at_most" else span
    low = weight * min(max(reached.low or Fraction(0), Fraction(0)), Fraction(1))
    high = weight if reached.high is None else weight * min(reached.high, Fraction(1))
    # What the last printed digit of the score may hide.
    hidden = Fraction(5, 10 ** (1 + len(format(Decimal(str(float(score))).normalize(), "f").partition(".")[2])))
    verdict = "below_rule" if score + hidden < low else "above_rule" if score - hidden > high else "as_rule"
    return {"rule_low": as_float(low), "rule_high": as_float(high), "rule": verdict}


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
    full_low, full_high = binomial_interval(full, len(both)) if both else (None, None)
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
        "scored": len(both),
        "full_share": full / len(both) if both else None,
        "full_low": full_low,
        "full_high": full_high,
        "indicator_ids": [each.indicator_id for each in some if each.indicator_id],
    }


def _said(notes: Sequence[Text]) -> dict[str, str | None]:
    return {"note": "; ".join(n.en for n in notes) or None, "note_zh": "；".join(n.zh for n in notes) or None}
