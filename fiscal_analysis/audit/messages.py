"""What a finding says, in Chinese and English: the figures as printed, the arithmetic, what rounding explains."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from fiscal_analysis.audit.figures import Figure
from fiscal_analysis.audit.identities import identities
from fiscal_analysis.audit.relation import Average, Bound, GrowthCap, Linear, Outcome, Product, Ratio, Relation

__all__ = ["amount", "describe", "name_of"]

_UNITS = {8: "亿元", 4: "万元", 0: "元"}
_RULES = {
    "class_items": ("上级科目 = 下级科目之和", "class = sum of its lines"),
    "fund_classes": ("财政拨款支出 = 各类支出之和", "expenditure of the fund = sum of its classes"),
    "explained_classes": (
        "财政拨款支出 = 逐类说明的各类支出之和",
        "expenditure of the fund = sum of the classes explained",
    ),
    "all_projects": ("“全部项目”的数量不一致", "the number of all projects differs"),
    "evaluated_amount": ("全部评价项目的金额与项目支出", "money of all evaluated projects and project expenditure"),
    "table_partition": ("表内两组各自之和应相同", "the two groups of the row have one total"),
    "economic_classes": ("支出 = 各经济分类之和", "expenditure = sum of its economic classes"),
    "named_parts": ("总额与所列各部分", "the whole and its named parts"),
    "table_total": ("表内合计 = 各行之和", "total row = sum of the rows"),
    "table_row_sum": ("表内同一行各栏", "columns of one row"),
    "table_rate": ("表内比率 = 同行两栏之比", "rate column = ratio of two columns"),
    "named_rate": ("比率 = 部分 ÷ 总数", "rate = part / whole"),
    "restated": ("上年数与上年文件不一致", "the prior year differs from last year's document"),
    "carried_over": ("年初结转与上年末结转不一致", "the opening carry-over differs from last year's closing one"),
    "weight_sum": ("分值合计", "weights add up to the stated total"),
    "score_sum": ("得分合计", "scores add up to the stated total"),
    "share": ("占比 = 部分 ÷ 总额", "share = part / total"),
    "growth_on_prior_year": ("同比增长率", "growth on the prior year"),
    "growth_on_initial_budget": ("比年初预算增长率", "growth on the initial budget"),
    "change_on_prior_year": ("比上年增减额 = 本年 - 上年", "change = this year - prior year"),
    "change_on_initial_budget": ("比年初预算增减额 = 决算 - 年初预算", "change = outturn - initial budget"),
    "completion_of_initial_budget": ("完成年初预算的比例 = 决算 ÷ 年初预算", "completion = outturn / initial budget"),
    "completion_of_adjusted_budget": ("完成全年预算的比例 = 决算 ÷ 全年预算", "completion = outturn / adjusted budget"),
    "completion_of_target": ("完成目标的比例 = 实际 ÷ 目标", "completion = actual / target"),
    "execution_rate": ("预算执行率 = 执行数 ÷ 预算数", "execution rate = executed / budget"),
    "carryover_rate": ("结转结余率 = 结转结余 ÷ 预算数", "carry-over rate = carry-over / budget"),
    "budget_deviation_rate": ("预决算差异率 =（决算 - 预算）÷ 预算", "deviation rate = (outturn - budget) / budget"),
    "repeat": ("同一数字两处不一致", "one figure stated twice, differently"),
    "table_prose": ("表与正文不一致", "table and prose differ"),
    "recipients_times_rate": ("资金 = 户数 × 标准", "money = recipients x rate"),
    "recipients_by_kind": ("总户数 = 各类户数之和", "recipients = sum of their kinds"),
    "stock_growth": ("存量、新增与增幅不能同时成立", "stock, additions and growth cannot all hold"),
    "average": ("平均数 = 金额 ÷ 数量", "average = amount / number"),
}


@cache
def name_of(rule: str) -> tuple[str, str]:
    """Return a relation's name in Chinese and English."""
    found = _RULES.get(rule)
    if found is not None:
        return found
    return next(((i.zh, i.en) for i in identities() if i.name == rule), (rule, rule))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: int, one: int, like: Figure) -> str:
    """Return a value of the document's scale as printed for `like`, in its unit."""
    fact = like.fact
    number = Decimal(value) / one
    if fact.unit == "ratio":
        return _plain(round(number * 100, 3)) + "%"
    if fact.unit == "CNY":
        places = 0
        for ch in fact.raw.partition(".")[2]:
            if not ch.isdigit():
                break
            places += 1
        power = fact.exponent + places
        if power not in _UNITS:
            power = 4 if power > 4 else 0
        return _plain(round(number.scaleb(-power), 6)) + _UNITS[power]
    return _plain(round(number, 4)) + (fact.counted or ("分" if fact.unit == "score" else ""))


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
    stated = first.fact.raw
    if isinstance(relation, GrowthCap):
        growth, added, stock = figures
        rest = stock.v - added.v
        top = amount(added.v * one // rest, one, growth) if rest > 0 else "?"
        return (
            f"{head}总数{stock.fact.raw}、新增{added.fact.raw}，增幅至多{top}，文中为{stated}",
            f"{en}: stock {stock.fact.raw}, added {added.fact.raw}, growth at most {top}, stated {stated}",
        )
    if isinstance(relation, Average):
        _, money, heads = figures
        sums = f"{money.fact.raw} ÷ {heads.fact.raw} = {amount(money.v * one // heads.v, one, first)}"
        return f"{head}{sums}，文中为{stated}", f"{en}: {sums}, stated {stated}"
    if isinstance(relation, Ratio):
        sums = _ratio_sum(relation, outcome, one)
        return f"{head}{sums}，文中为{stated}", f"{en}: {sums}, stated {stated}"
    if isinstance(relation, Product):
        sums = " + ".join(f"{n.fact.raw} × {r.fact.raw}" for n, r in zip(figures[1::2], figures[2::2], strict=True))
        total = amount(outcome.rhs // outcome.rhs_divisor, one, first)
        return f"{head}{sums} = {total}，文中为{stated}", f"{en}: {sums} = {total}, stated {stated}"
    total = amount(outcome.rhs, one, first)
    gap = amount(abs(outcome.lhs - outcome.rhs), one, first)
    slack = amount(outcome.slack, one, first)
    if len(figures) == 2 and not isinstance(relation, Bound):
        other = figures[1].fact.raw
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
        text += f"({figure.fact.raw})" if figure.v < 0 else figure.fact.raw
    return text


def _ratio_sum(relation: Ratio, outcome: Outcome, one: int) -> str:
    first, x, y = relation.figures
    left, right = x.fact.raw, y.fact.raw
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
        return f"{text}，基数为负（base {base}）"
    return f"{text} = {amount(outcome.rhs * one // outcome.rhs_divisor, one, first)}"
