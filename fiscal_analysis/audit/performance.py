"""Performance tables 绩效自评表: weights and scores add up, scores follow from targets and actuals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from fiscal_analysis.audit.figures import Book, Figure, Key
from fiscal_analysis.audit.relation import Linear
from fiscal_analysis.audit.trial import Trial
from fiscal_analysis.facts import Fact, Indicator
from fiscal_analysis.quantity import Quantity

__all__ = ["try_indicators"]

_TOTALS = re.compile(
    r"(?:总\s*分|合\s*计|总\s*计|得分合计)[^0-9]{0,16}?([0-9]+(?:\.[0-9]+)?)(?![0-9.%])(?:[^0-9%]{1,12}([0-9]+(?:\.[0-9]+)?)(?![0-9.%]))?"
)
_EXECUTION = "预算执行率"
_LESS_IS_BETTER = ("成本", "时效")


def try_indicators(book: Book, trial: Trial, indicators: Sequence[Indicator]) -> None:
    """Try each form's weights and scores, and each row's score against its target and actual."""
    forms: dict[tuple[int, str | None], list[Indicator]] = {}
    for indicator in indicators:
        forms.setdefault((indicator.table, indicator.item), []).append(indicator)
    merged: list[list[Indicator]] = []
    for rows in forms.values():
        # The execution-rate row stands in the fund block, which some layouts give as a table of its own.
        if merged and rows[0].item == merged[-1][0].item and all(r.level1 == _EXECUTION for r in merged[-1]):
            merged[-1].extend(rows)
        else:
            merged.append(list(rows))
    for number, rows in enumerate(merged):
        start = rows[0].source_start
        figures = [_Row(row, _stated(book, row, "weight"), _stated(book, row, "score")) for row in rows]
        following = merged[number + 1][0].source_start if number + 1 < len(merged) else 1 << 60
        _try_form(book, trial, figures, start, following)
        for figure in figures:
            _try_row(book, trial, figure)


class _Row(NamedTuple):
    """A row of the form with its weight and score as figures."""

    row: Indicator
    weight: Figure | None
    score: Figure | None


def _stated(book: Book, row: Indicator, measure: str) -> Figure | None:
    value = row.weight if measure == "weight" else row.score
    return None if value is None else _figure(book, row, measure, value)


def _scaled(book: Book, value: Decimal) -> int:
    return int(value.scaleb(-book.exponent))


def _figure(book: Book, row: Indicator, measure: str, value: Decimal) -> Figure:
    """Return a weight or score of an indicator row as a figure that relations can hold (scores are exact)."""
    place = (row.source_start, row.source_end)
    return _wrap(book, measure, value, format(value, "f"), place, place, row.level3 or row.level1, row.indicator_id)


def _wrap(
    book: Book,
    measure: str,
    value: Decimal,
    raw: str,
    place: tuple[int, int],
    quote: tuple[int, int],
    item: str | None = None,
    fact_id: str = "",
) -> Figure:
    v = _scaled(book, value)
    fact = Fact("evaluation_score", measure, v, book.exponent, "score", None, raw, *place, item=item, fact_id=fact_id)
    fact.quote_start, fact.quote_end = quote
    figure = Figure()
    figure.fact, figure.fid, figure.v, figure.h = fact, fact_id or f"{book.doc_id}:{place[0]}", v, 0
    figure.key, figure.measure, figure.pos = Key(fact.concept, None, None, None, item, None, None), measure, place[0]
    figure.sent = figure.block = -1
    figure.usable = True
    return figure


def _try_form(book: Book, trial: Trial, rows: list[_Row], start: int, following: int) -> None:
    end = max(r.row.source_end for r in rows)
    printed = _TOTALS.search(book.text, end, min(following, end + 120)) if book.text else None
    for measure, kind, group in (("weight", "weight_sum", 1), ("score", "score_sum", 2)):
        stated = [r.weight if measure == "weight" else r.score for r in rows]
        parts = [figure for figure in stated if figure is not None]
        if len(parts) < 2:
            continue
        total = next(
            (
                f
                for f in book.by_concept.get("evaluation_score", ())
                if f.measure == measure and start <= f.pos < following and f.usable
            ),
            None,
        )
        if total is None and printed is not None and printed[group] is not None:
            total = _wrap(book, measure, Decimal(printed[group]), printed[group], printed.span(group), printed.span())
        if total is None or (measure == "score" and len(parts) < len(rows)):
            trial.skip(kind, tuple(parts), "missing")
        else:
            trial.relations.append(Linear(kind, kind, "error", (total, *parts)))


def _try_row(book: Book, trial: Trial, figures: _Row) -> None:
    row, full, stated = figures
    weight, score = row.weight, row.score
    if weight is None or score is None or full is None or stated is None:
        return
    name = row.level3 or row.level1
    if score > weight:
        trial.remark(
            "score_mismatch",
            "error",
            (stated, full),
            f"“{name}”得分{score}高于分值{weight}",
            f"score {score} is above the weight {weight}",
            0,
            full.v,
        )
        return
    if row.level1 == _EXECUTION:
        _try_execution(book, trial, row, stated, full)
        return
    reached, cleanly = _reached(row)
    if reached is None or weight == 0:
        trial.skip("indicator_score", (stated, full), "missing", "not_applicable")
    elif reached and score == 0:
        trial.remark(
            "score_mismatch",
            "error",
            (stated, full),
            f"“{name}”目标{row.target_text}，实际{row.actual_text}，已达标却得0分（分值{weight}）",
            f"target {row.target_text}, actual {row.actual_text}: reached, yet 0 of {weight} points",
            full.v,
            full.v,
        )
    elif not reached and cleanly and score == weight:
        trial.remark(
            "score_mismatch",
            "warning",
            (stated, full),
            f"“{name}”目标{row.target_text}，实际{row.actual_text}，未达标却得满分{weight}",
            f"target {row.target_text}, actual {row.actual_text}: missed, yet the full {weight} points",
        )
    elif not reached and row.target is not None and row.actual is not None and 0 < score < weight:
        _try_proportional(book, trial, row, stated, full)
    else:
        trial.skip("indicator_score", (stated, full), "", "holds")


def _try_execution(book: Book, trial: Trial, row: Indicator, stated: Figure, full: Figure) -> None:
    actual = row.actual
    if actual is None or actual.unit != "ratio" or row.weight is None or row.score is None:
        trial.skip("execution_score", (stated, full), "missing")
        return
    rate = min(actual.value, Decimal(1))
    exact = row.weight * rate
    sign_digits = row.score.as_tuple().exponent
    places = -sign_digits if isinstance(sign_digits, int) else 0
    half = Decimal(5).scaleb(-max(places, 0) - 1) + row.weight * Decimal(5).scaleb(-(actual.decimals or 4) - 1)
    if rate == 1:
        half = Decimal(0)
    if abs(row.score - exact) <= half:
        trial.skip("execution_score", (stated, full), "", "holds")
        return
    # Full marks below 100 % are a scoring rule of some forms, not a slip.
    severity = "note" if row.score == row.weight else "warning"
    expected = _scaled(book, exact)
    trial.remark(
        "score_mismatch",
        severity,
        (stated, full),
        f"预算执行率{row.actual_text}，分值{row.weight}，应得{exact.normalize():f}分，表中为{row.score}分",
        f"execution rate {row.actual_text} of weight {row.weight} gives {exact.normalize():f}, stated {row.score}",
        expected,
        expected,
    )


def _try_proportional(book: Book, trial: Trial, row: Indicator, stated: Figure, full: Figure) -> None:
    """Where a form scores a missed target in proportion, the score says so: 14.55 of 15 for 97 of 100."""
    target, actual, weight, score = row.target, row.actual, row.weight, row.score
    if target is None or actual is None or weight is None or score is None or not target.value:
        return
    exact = weight * actual.value / target.value
    places = score.as_tuple().exponent
    half = Decimal(5).scaleb(places - 1) if isinstance(places, int) else Decimal(0)
    if abs(score - exact) <= half:
        trial.skip("indicator_score", (stated, full), "", "holds")
    else:
        trial.remark(
            "score_mismatch",
            "note",
            (stated, full),
            f"“{row.level3}”实际{row.actual_text}为目标{row.target_text}的一部分，按比例应得{exact:.2f}分，表中为{score}分",
            f"actual {row.actual_text} of target {row.target_text} gives {exact:.2f} in proportion, stated {score}",
            _scaled(book, exact),
            _scaled(book, exact),
        )


def _reached(row: Indicator) -> tuple[bool | None, bool]:
    """Return whether the target was reached (None where the cells do not tell), and whether a miss is beyond doubt."""
    target, actual = row.target, row.actual
    if target is None or actual is None:
        same = bool(row.target_text) and row.target_text.strip() == row.actual_text.strip()
        return (True if same else None), False
    if target.unit != actual.unit and None not in (target.unit, actual.unit):
        return None, False
    less = target.comparator in ("<=", "<") or (
        target.comparator is None and any(word in row.level1 + row.level2 for word in _LESS_IS_BETTER)
    )
    low, high = _ends(actual)
    wanted = target.value
    if target.comparator in ("<", ">") and actual.value == wanted:
        return (True, False) if actual.comparator == target.comparator else (None, False)
    if less:
        wanted = target.value if target.value_high is None else target.value_high
        return actual.value <= wanted, target.comparator is not None and low is not None and low > wanted
    sure = target.comparator in (">=", ">") or (target.comparator is None and "数量" in row.level2)
    return actual.value >= wanted, sure and high is not None and high < wanted


def _ends(quantity: Quantity) -> tuple[Decimal | None, Decimal | None]:
    return quantity.interval
