"""What a finding says, in Chinese and English: the figures as printed, the arithmetic, what rounding explains."""

from __future__ import annotations

from functools import cache

from fiscal_analysis import taxonomy
from fiscal_analysis.audit.figures import Figure
from fiscal_analysis.audit.relation import Average, Bound, GrowthCap, Linear, Outcome, Product, Ratio, Relation

__all__ = ["amount", "describe", "name_of"]

_UNITS = {8: "亿元", 4: "万元", 0: "元"}


@cache
def _names() -> dict[str, tuple[str, str]]:
    return {row["relation"]: (row["zh"], row["en"]) for row in taxonomy.table("relations") if row["zh"]}


def name_of(rule: str) -> tuple[str, str]:
    """Return a relation's name in Chinese and English, as ``taxonomy/relations.csv`` has it."""
    return _names().get(rule, (rule, rule))


def amount(value: int, one: int, like: Figure) -> str:
    """Return a value of the document's scale as printed for `like`, in its unit."""
    fact = like.fact
    if fact.unit == "ratio":
        return _plain(value * 100, one, 3) + "%"
    if fact.unit == "CNY":
        places = 0
        for ch in fact.raw.partition(".")[2]:
            if not ch.isdigit():
                break
            places += 1
        power = fact.exponent + places
        if power not in _UNITS:
            power = 4 if power > 4 else 0
        return _plain(value, one * 10**power, 6) + _UNITS[power]
    return _plain(value, one, 4) + (fact.counted or ("分" if fact.unit == "score" else ""))


def _plain(value: int, divisor: int, places: int) -> str:
    """Return a quotient, rounded to some decimal places, without trailing zeros."""
    tens = 10**places
    whole, rest = divmod((2 * abs(value) * tens + divisor) // (2 * divisor), tens)
    text = f"{whole}.{rest:0{places}}".rstrip("0").rstrip(".") if rest else str(whole)
    return "-" + text if value < 0 and text != "0" else text


def _raw(figure: Figure) -> str:
    """Return a figure as printed; one that a correction stands for is marked."""
    fact = figure.fact
    return fact.raw if fact.printed is None else f"{fact.raw}（已更正 corrected）"


def _subject(figure: Figure) -> str:
    fact = figure.fact
    name = fact.subject_name or fact.item
    return f"“{name}”" if name else ""


def describe(relation: Relation, outcome: Outcome, one: int) -> tuple[str, str]:
    """Return what a broken relation says, in Chinese and English."""
    zh, en = name_of(relation.rule)
    figures = relation.figures
    first = figures[0]
    head = f"{_subject(first)}{zh}："
    stated = _raw(first)
    if isinstance(relation, GrowthCap):
        growth, added, stock = figures
        rest = stock.v - added.v
        top = amount(added.v * one // rest, one, growth) if rest > 0 else "?"
        return (
            f"{head}总数{_raw(stock)}、新增{_raw(added)}，增幅至多{top}，文中为{stated}",
            f"{en}: stock {_raw(stock)}, added {_raw(added)}, growth at most {top}, stated {stated}",
        )
    if isinstance(relation, Average):
        _, money, heads = figures
        sums = f"{_raw(money)} ÷ {_raw(heads)} = {amount(money.v * one // heads.v, one, first)}"
        return f"{head}{sums}，文中为{stated}", f"{en}: {sums}, stated {stated}"
    if isinstance(relation, Ratio):
        sums = _ratio_sum(relation, outcome, one)
        return f"{head}{sums}，文中为{stated}", f"{en}: {sums}, stated {stated}"
    if isinstance(relation, Product):
        sums = " + ".join(f"{_raw(n)} × {_raw(r)}" for n, r in zip(figures[1::2], figures[2::2], strict=True))
        total = amount(outcome.rhs // outcome.rhs_divisor, one, first)
        return f"{head}{sums} = {total}，文中为{stated}", f"{en}: {sums} = {total}, stated {stated}"
    total = amount(outcome.rhs, one, first)
    gap = amount(abs(outcome.lhs - outcome.rhs), one, first)
    slack = amount(outcome.slack, one, first)
    if len(figures) == 2 and not isinstance(relation, Bound):
        other = _raw(figures[1])
        return f"{head}{stated}与{other}，相差{gap}", f"{en}: {stated} against {other}, {gap} apart"
    sums = _linear_sum(relation)
    if isinstance(relation, Bound):
        return (
            f"{head}部分{sums} = {total}，多于整体{stated}，多出{gap}",
            f"{en}: the parts {sums} = {total} exceed the whole {stated} by {gap}",
        )
    return (
        f"{head}{sums} = {total}，文中为{stated}，相差{gap}，四舍五入至多解释{slack}",
        f"{en}: {sums} = {total}, stated {stated}, {gap} apart, rounding explains {slack} at most",
    )


def _linear_sum(relation: Relation) -> str:
    signs = relation.signs if isinstance(relation, Linear) and relation.signs else (1,) * (len(relation.figures) - 1)
    text = ""
    for figure, sign in zip(relation.figures[1:], signs, strict=True):
        text += (" + " if sign > 0 else " - ") if text else "" if sign > 0 else "-"
        text += f"({_raw(figure)})" if figure.v < 0 else _raw(figure)
    return text


def _ratio_sum(relation: Ratio, outcome: Outcome, one: int) -> str:
    first, x, y = relation.figures
    left, right = _raw(x), _raw(y)
    change = amount(x.v, one, x)
    if relation.form == "change":
        text = f"{change} ÷ ({right} - {'(' + change + ')' if x.v < 0 else change})"
    elif relation.form == "growth":
        text = f"{left} ÷ {right} - 1"
    elif relation.form == "split":
        text = f"{left} ÷ ({left} + {right})"
    else:
        text = f"{left} ÷ {right}"
    if outcome.reason == "negative_base":
        base = amount(y.v - x.v if relation.form == "change" else y.v, one, y)
        if relation.form == "change":
            return f"{text[:-1]} = {base})"
        return f"{text} ({base} < 0)"
    return f"{text} = {amount(outcome.rhs * one // outcome.rhs_divisor, one, first)}"
