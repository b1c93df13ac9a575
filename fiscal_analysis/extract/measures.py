"""From a subject and a phrase's reading to a measure: level, change, share, completion, rate, score; base and year."""

from __future__ import annotations

import re
from typing import NamedTuple

from fiscal_analysis.extract.around import words_behind
from fiscal_analysis.extract.context import RATES, Section, State, Subject, Walk
from fiscal_analysis.extract.lexicon import tokens
from fiscal_analysis.extract.phrase import Reading
from fiscal_analysis.quantity import Quantity

__all__ = ["COMPLETIONS", "Measured", "measure_figure"]


class Measured(NamedTuple):
    """How a figure measures its subject."""

    measure: str
    unit: str
    digits: int
    exponent: int
    decimals: int | None
    base: str | None
    fiscal_year: int | None
    flag: str


_CHANGES = {
    ("prior_year", "CNY"): "change_on_prior_year",
    ("prior_year", "ratio"): "growth_on_prior_year",
    ("prior_year", "count"): "change_on_prior_year",
    ("prior_year", "score"): "change_on_prior_year",
    ("initial_budget", "CNY"): "change_on_initial_budget",
    ("initial_budget", "ratio"): "growth_on_initial_budget",
    ("adjusted_budget", "CNY"): "change_on_adjusted_budget",
    ("adjusted_budget", "ratio"): "growth_on_adjusted_budget",
}
COMPLETIONS = {
    "initial_budget": "completion_of_initial_budget",
    "adjusted_budget": "completion_of_adjusted_budget",
    "target": "completion_of_target",
}
_BUDGET_ROLES = frozenset(("initial_budget", "adjusted_budget"))
_ANY_BUDGET = _BUDGET_ROLES | {"open_budget"}
_LEVELS = frozenset(("initial_budget", "adjusted_budget", "final", "prior_year"))
_OF_WHAT = re.compile("(?:[一-鿿]{0,2}的)?(?:目标|任务)?|(?:目标|任务)的")  # 占计划40个村的92.5%
_PLANNED = frozenset(("target", "adjusted_budget", "initial_budget", "rate"))
_UNDATED = frozenset(("project_funding", "programme_funding", "programme_rate"))
_STOCKS = frozenset(("fixed_assets", "assets", "liabilities", "net_assets"))
_OPEN_IN_TIME = ("carryover", "outcome", "evaluated")
_SOURCE = re.compile(r"[,、(](?:其中:?)?(?:中央|省级?|市级?|区级?|县级?|地方|上级|本级|自筹|财政|第[一二三四五]批)")
_AHEAD = 44  # how far the words behind a budget tell whether an execution or an outturn follows
_EXECUTED = re.compile("执行数|执行率|实际执行|支出率|使用率|支付率|实际支出|共支出|已使用")
_new = tuple.__new__
_MOVES = re.compile("(?:提[高升]|增[加长]|上升|下降|降低|减少|发展|扩大|压减|压缩|缩短|增|降)(?:到|至|为)")
_OWN_SHARE = re.compile("[一-鿿A-Za-z]占[^,]*(?<!的)(?:比重|比例)")  # X占GDP比重: a result of its own
_THEN_SCORED = re.compile("[,()、]?(?:(?:自评|实际|评价|实)得?分?|得分?)[:为]?[0-9]")
_OF_GOAL = re.compile("(?:目标|指标)值[为是:=]?$|(?:^|[,;。)])(?:年度|预期|绩效|年初)?目标[0-9]{0,2}:")
_ADDED_LATER = re.compile(",(?:年中|中期|执行中)?(?:追加|调增|调减|核减|压减)")
_KEPT_WITHIN = re.compile("[,(](?:稳定|严格|有效)?控制在?(?:目标|年度目标)?[)]?")
_LONGEST_PAST = 3  # a figure of an earlier year is of one of the last years


def measure_figure(
    walk: Walk, state: State, section: Section, subject: Subject, reading: Reading, quantity: Quantity,
    unit: str | None, phrase: str, text: str, end: int, goal: bool, repeated: bool,
) -> Measured | None:  # fmt: skip
    """Return how a figure measures its subject, or None where the words do not say; `state` is brought up to date."""
    concept = subject.concept
    relation, direction, base, base_kind = reading.relation, reading.direction, reading.base, reading.base_kind
    past = reading.base_year is not None and walk.fiscal_year is not None and reading.base_year < walk.fiscal_year
    if repeated:
        relation, direction, base, base_kind = state.relation, state.direction, state.base, state.base_kind
        if relation == "completion":
            base_kind = state.completion
    if unit == "ratio" and not relation and state.completed and _OF_WHAT.fullmatch(phrase.strip(" ,、()")):
        relation, base_kind = "completion", state.completed
    if relation == "completion" and (unit == "count" or concept == "outcome"):
        base_kind = "target"  # 完成市下达的32家: what was set for a result is no budget
    if relation == "completion" and unit != "ratio":
        # 完成预算27万元的63.2%, 完成年度目标8家的112.5%: the base itself, its completion follows
        state.completed = base_kind
    elif not reading.relation and reading.role in _ANY_BUDGET and phrase.lstrip(" ,").startswith("为"):
        state.completed = reading.role
    elif goal and unit != "ratio" and not relation and phrase.lstrip(" ,").startswith(("为", "相当于")):
        state.completed = "target"  # 新增就业3,260人,为年度目标3,000人的108.67%
    elif reading.done:
        if unit != "ratio":
            state.completed = "target" if reading.goal or "目标" in words_behind(text, end) else reading.role
        elif reading.relation == "share":
            state.completed = "target"
    digits, exponent, decimals, flag = quantity.digits, quantity.exponent, quantity.decimals, quantity.flag
    if (
        not relation
        and unit == "ratio"
        and concept == "outcome"
        and reading.role == "prior_year"
        and phrase.endswith("的")
        and "由" not in phrase
        and "从" not in phrase
    ):
        return None  # 恢复至2019年同期的108%
    if not relation and unit == "ratio" and reading.pure and "百分点" in quantity.raw:
        return None  # a difference, of what from what no word says
    if relation == "change":
        if "年均" in phrase[-8:]:
            return None  # 年均增长23.4%: over several years, not on the one before
        if reading.unresolved and digits:
            if unit != "ratio" or state.relation != "change" or not reading.pure:
                state.relation = ""
                return None  # 增加(减少)1.35万元: the form's alternative was left standing
            direction = state.direction  # 减少0.25万元,下降(增长)27.78%: the amount in front of it decides
        if base_kind in ("", "final"):
            base_kind = state.base_kind or ("initial_budget" if state.role == "initial_budget" else "")
            base = base or state.base
        if past:
            base_kind = "prior_year"  # 比2024年年初预算 in a document of 2025
        if base_kind == "open_budget":
            base_kind = "initial_budget"
        measure = _CHANGES.get((base_kind or "prior_year", unit or ""), "change_on_prior_year")
        if unit == "ratio" and ("百分点" in quantity.raw or flag == "percentage_points"):
            measure = measure.replace("growth", "change")  # a difference of two rates, not a growth
        if direction < 0 < digits:
            digits = -digits
        beside = phrase[:1] not in ",、;" and not reading.base_kind and reading.pure
        if beside and walk.facts and walk.facts[-1].measure == "target":
            return None  # 较目标值4,000元增加200元: from the target
        if goal and concept == "outcome":
            measure = "target"
        if base_kind:
            state.base, state.base_kind = base, base_kind
    elif relation == "share" and unit == "ratio":
        measure = "share"
        if concept == "outcome" and _OWN_SHARE.search(phrase) is not None and "占比" not in phrase:
            measure = "target" if goal else "actual"
    elif relation == "completion" and unit == "ratio":
        if base_kind == "open_budget":
            base_kind = state.role if state.role in _BUDGET_ROLES else state.budget_role or base_kind
        measure = COMPLETIONS.get(base_kind, "completion_of_initial_budget")
        state.completion = base_kind
        if walk.default_role == "final":
            state.list_role = "final"  # 支出X,年初预算Y,完成年初预算的Z%,其中基本支出...: of what was spent
    elif relation == "completion" and unit != "score":
        measure = "target" if base_kind == "target" else base_kind
        if measure == "open_budget":
            measure = "initial_budget"
        relation = ""
    elif unit == "score" or concept == "evaluation_score":
        if unit != "ratio":  # 得分率85% stays a ratio
            unit = "score"
        measure = "score"
        if "分值" in phrase or "权重" in phrase or phrase.rstrip().endswith(("满分", "(总分")):
            measure = "weight"
        elif "得" not in phrase and _THEN_SCORED.match(text, end) is not None:
            measure = "weight"  # 产出指标40分,得分39.3分
    elif concept in RATES or unit == "ratio":
        if concept in ("functional_expenditure", "expenditure"):
            return None
        if subject.measure.startswith("completion"):
            goal = False
        measure = "target" if goal else subject.measure or ("prior_year" if reading.role == "prior_year" else "actual")
        if measure == "actual" and quantity.comparator == "<=" and _KEPT_WITHIN.fullmatch(phrase) is not None:
            before = walk.facts[-1] if walk.facts else None
            if before is not None and before.measure == "actual" and before.concept == concept:
                measure = "target"  # 失业率2.9%,控制在4.5%以内
    elif unit == "count":
        prior = reading.role == "prior_year" and concept != "evaluated_projects"
        measure = subject.measure or ("prior_year" if prior else "target" if goal else "actual")
    else:
        measure = subject.measure or _level(walk, state, reading, goal, concept, phrase, text, end)
        if measure == "final" and reading.year is not None and walk.fiscal_year == reading.year + 1:
            if concept not in _UNDATED and not concept.startswith(_OPEN_IN_TIME):
                measure = "prior_year"  # 2022年度支出合计X in a document of 2023
    if measure in ("actual", "final") and relation in ("", "share") and phrase.endswith(("由", "从")):
        if _MOVES.match(words_behind(text, end)) is not None:
            measure = "prior_year"  # 由2.86%提升至3.02%
    if unit is None:
        if concept not in RATES:
            return None
        unit = "ratio"
        if abs(digits) > 2 * 10**-exponent:  # 执行率为99.5: a percentage that lost its sign
            exponent, decimals, flag = exponent - 2, (decimals or 0) + 2, "bare_percent"
        else:
            decimals = None
    if relation in ("", "share") and measure in _LEVELS:
        state.role = measure
        state.money_role = measure if unit == "CNY" else state.money_role
        if measure in _BUDGET_ROLES:
            state.budget_role = measure
            state.budget_phrase = phrase
        if (
            measure != "prior_year"
            and not reading.base_kind
            and (not state.in_list or (reading.appropriated and not state.list_role))
        ):
            state.list_role = measure
        if reading.base_kind and not relation:
            state.base, state.base_kind = reading.base, "prior_year" if past else reading.base_kind
    state.relation, state.direction = relation, direction
    if reading.year is not None and measure in _LEVELS and walk.default_role == "initial_budget":
        if walk.fiscal_year is not None and reading.year < walk.fiscal_year:
            measure = "prior_year"  # last year's figure in a budget document
    if unit == "score" or (unit == "count" and quantity.unit is None):
        decimals = None
    if concept == "execution_rate" and not relation and measure == "actual":
        base = _budget_word(state.budget_phrase)
        return Measured(
            measure, unit, digits, exponent, decimals, base, _fiscal_year(walk, state, reading, measure, concept), flag
        )
    year = _fiscal_year(walk, state, reading, measure, concept)
    if relation == "change" and base_kind == "prior_year" and state.role == "prior_year" and reading.year is None:
        year = walk.fiscal_year  # 2022年度为X,比上年减少Y: a change of this year
    return _new(Measured, (measure, unit, digits, exponent, decimals, base if relation else None, year, flag))


def _budget_word(phrase: str) -> str | None:
    """Return the word by which the phrase in front of a budget calls it."""
    named = [t for t in tokens(phrase) if t.role in ("budget", "appropriated")]
    return phrase[named[-1].start : named[-1].end] if named else None


def _level(
    walk: Walk, state: State, reading: Reading, goal: bool, concept: str, phrase: str, text: str, end: int
) -> str:
    """Return the role of an amount that is no change, share or rate."""
    role = reading.role
    if concept == "evaluated_amount" and (role == "open_budget" or (not role and "预算" in phrase)):
        executed = _EXECUTED.search(text, end, end + _AHEAD) is not None
        budget = executed or (role and "支出" not in phrase) or phrase.endswith("预算金额")
        return "adjusted_budget" if budget else "final"
    if concept in _UNDATED and "到位" in phrase[-8:]:
        return "final"  # 资金到位, 到位资金: received
    if walk.granting and concept in _UNDATED and role in ("", "open_budget"):
        return "adjusted_budget"
    if role == "open_budget":
        if reading.timed and reading.concept is not None and reading.concept.alias == "预算支出":
            return "final"  # 截至6月底,部门预算支出
        if state.in_list and state.list_role in _BUDGET_ROLES:
            return state.list_role
        if _ADDED_LATER.match(text, end) is not None:
            return "initial_budget"
        if concept in _UNDATED and walk.default_role == "final" and phrase.endswith(("预算安排", "安排预算")):
            return "adjusted_budget"
        return (
            "adjusted_budget"
            if walk.default_role == "final"
            and not concept.startswith(("three_public", "procurement"))
            and _EXECUTED.search(text, end, end + _AHEAD) is not None
            else "initial_budget"
        )
    if goal and reading.goal and _OF_GOAL.search(phrase) is not None:
        return "target"  # “贴息资金发放金额”年初设定指标值为320万元
    if role == "adjusted_budget" and walk.default_role == "initial_budget" and "调整" not in phrase:
        return "initial_budget"  # a budget document's own figures
    if role == "adjusted_budget" and reading.appropriated and reading.total:
        # a total of sums that were paid is what was paid, whatever its verb
        if walk.facts and walk.facts[-1].measure == "final":
            return "final"
    if role:
        return role
    if reading.base_kind in _LEVELS:
        return reading.base_kind
    if concept.startswith("carryover"):
        return walk.default_role
    if concept in _STOCKS:
        return "final"  # what a body holds, in a budget document too
    if state.in_list and state.list_role:
        return state.list_role
    if state.role and reading.total and state.role != "prior_year":
        return state.role
    bare = phrase.partition(")")[2] if phrase[:1] == "(" and ")" in phrase else phrase  # behind a document's number
    if state.role and (phrase.strip() == "、" or _SOURCE.match(bare) is not None):
        return state.role
    if text.find("下达", end, end + 10) >= 0:
        return "adjusted_budget"
    if state.intended and concept in _UNDATED:
        return "adjusted_budget"
    return "target" if goal else walk.default_role


def _fiscal_year(walk: Walk, state: State, reading: Reading, measure: str, concept: str) -> int | None:
    """Return the year that a figure is of: the document's, the one before for 上年, or one that its clause names."""
    year = walk.fiscal_year
    if year is None:
        return state.year
    if measure == "prior_year":
        named = reading.year
        return named if named is not None and year - _LONGEST_PAST <= named < year else year - 1
    stated = reading.year or state.year
    if stated is not None and year < stated <= year + 2 and measure in _PLANNED:
        return stated
    if stated is None or not year - _LONGEST_PAST <= stated < year or concept in _UNDATED:
        return year
    if reading.year is not None and reading.concept is None and concept != "outcome" and not reading.lines:
        return year
    return stated
