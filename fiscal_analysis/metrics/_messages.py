"""Why an observation could not be computed, and what its reader must know: each message in English and Chinese."""

from __future__ import annotations

from typing import Any, NamedTuple


class Text(NamedTuple):
    """A message in English and Chinese."""

    en: str
    zh: str


REASONS: dict[str, Text] = {
    "no_figures": Text("no figure about high-tech firms is stated", "没有关于高新技术企业的数字"),
    "no_money": Text(
        "high-tech firms are counted ({what}) but no money of a review, reward or fund programme for them is stated",
        "有高新技术企业数量（{what}），没有对应的评审、奖励或引导资金金额",
    ),
    "no_recipient_money": Text(
        "recipients are counted ({what}) but no money paid to them is stated",
        "有受支持数量（{what}），没有对应的支持金额",
    ),
    "no_count": Text("the money is stated, but no realised count of {what}", "有金额，没有{what}的实际数量"),
    "only_target": Text(
        "only a target is stated for the count of {what} ({figures}); a target is never used as realised",
        "{what}只有目标值（{figures}），目标不作实际数使用",
    ),
    "only_parts": Text(
        "the count of {what} is stated for parts only ({figures}), the money for the whole",
        "{what}只有分项数量（{figures}），金额却是整体的",
    ),
    "times_not_firms": Text(
        "the count is of cases ({figures}), not of firms: a firm may be in it more than once",
        "数量按次计（{figures}），不是企业数，同一企业可能重复",
    ),
    "not_firms": Text(
        "the count is of something else than firms or projects ({figures})", "计数对象不是企业或项目（{figures}）"
    ),
    "part_year": Text(
        "the count covers {count_period}, the money {money_period}",
        "数量的期间是{count_period}，金额的期间是{money_period}",
    ),
    "zero_count": Text("the count is 0", "数量为0"),
    "only_initial": Text(
        "only the initial budget of the programme is stated, neither an outturn nor an adjusted budget",
        "只有年初预算，没有执行数或调整预算",
    ),
    "only_payers": Text(
        "the money is stated by payer only, not for the programme as a whole", "金额只按资金来源分列，没有项目总额"
    ),
    "mixed_grades": Text(
        "the money also pays firms of other grades and is not split", "资金同时支持其他类别企业，未单独列示"
    ),
    "not_certification": Text(
        "the money pays entry in a cultivation register or a filing, not a certification",
        "资金用于入库或备案，不是认定",
    ),
    "no_rate": Text(
        "neither the money nor a fixed rate for this kind of certification is stated",
        "没有这一认定类型的金额或固定奖励标准",
    ),
    "only_cap": Text("only a cap on the rate is stated", "只有奖励上限"),
    "several_rates": Text(
        "several rates are stated for this kind of certification ({figures})", "这一认定类型有多个标准（{figures}）"
    ),
}
WHAT = {
    "applications": Text("applications", "申报"),
    "reviewed": Text("reviewed firms", "参与评审"),
    "certified": Text("firms certified in the year", "当年认定企业"),
    "recipients": Text("firms supported", "受支持企业或项目"),
}
WHOLE_YEAR = Text("the whole year", "全年")


def refusal(code: str, **values: Text | str) -> dict[str, Any]:
    """Return the columns of an observation that could not be computed, with the reason of `code` filled in."""
    pick = [{k: v[i] if isinstance(v, Text) else v for k, v in values.items()} for i in (0, 1)]
    return {
        "status": "not_computed",
        "reason_code": code,
        "reason": REASONS[code].en.format(**pick[0]),
        "reason_zh": REASONS[code].zh.format(**pick[1]),
    }
