"""Money and percentages whose phrase holds no concept of the accounts: projects, programmes, rates per firm, results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fiscal_analysis.extract.phrase import Reading
from fiscal_analysis.quantity import Quantity

if TYPE_CHECKING:
    from fiscal_analysis.extract.prose import Section, _State

__all__ = ["Named", "clause_noun", "name_money"]


class Named(NamedTuple):
    """What a figure is of, by its nouns. `measure` is set where the nouns decide it."""

    concept: str
    item: str | None
    measure: str
    scope: str | None
    inherit: bool


_PROJECT = re.compile(r"项目(?!个|数|支出|经费结)|工程$")
_PROGRAMME = re.compile(
    r"奖励|奖补|补助|补贴|扶持|资助|支持|基金|专项资金|引导资金|资金|经费|服务费|政策|措施|规模|兑|贷款贴息"
)
_RATE_LEFT = re.compile(r"给予|每家|每户|每个|单个|单户|一次性|最高|标准|每企")
_RATE_RIGHT = re.compile(r"^[一-鿿]{0,6}(?:奖励|奖补|补助|补贴|资助|支持|资金支持)")
_OUTCOME = re.compile(r"营收|收入|产值|成交额|投资|投入|贷款|销售|利润|税收|增加值|融资|交易|出口|总额|规模|增量|速")
_NOISE = re.compile(r"^(?:[一二三四五六七八九十]是|同时|此外|其中|并|且|共|已|和|与|及|等|以及|通过|对|将|为|的|[(（]?[0-9一二三四五六七八九十]+[.、)）])+")
_VERBS = re.compile(r"(?:累计|总共|已|共|达到|达|为|约|实现|完成|有|近|新增|同比|增长|下降|增加|减少|预计|计|合计|提升|至|到|的|了)+$")
_EXCLUDED = frozenset(("glossary", "contents", "furniture", "duties", "outlook", "method", "profile"))


def clause_noun(phrase: str, text: str, start: int) -> str | None:
    """Return the nouns that name a figure: the last clause of its phrase that holds any, without its verbs."""
    for source in (phrase, text[max(0, start - 80) : start]):
        for clause in reversed(re.split(r"[,、:;。]", source)):
            noun = _VERBS.sub("", _NOISE.sub("", clause.strip(" “”\"()")))
            noun = re.sub(r"20[0-9]{2}年度?", "", noun).strip()
            if len(noun) >= 2 and not noun.isdigit():
                return noun[-48:]
    return None


def name_money(
    phrase: str, right: str, text: str, quantity: Quantity, reading: Reading, state: _State, section: Section, item: str | None
) -> Named | None:
    """Return what an amount or a percentage is of, or None where nothing is claimed."""
    if section.kind in _EXCLUDED and not (section.kind == "method" and quantity.unit == "CNY" and _PROJECT.search(phrase)):
        return None
    if quantity.unit == "CNY":
        return _money(phrase, right, text, quantity, reading, state, section, item)
    if quantity.unit == "ratio":
        if state.reason and section.kind == "accounts":
            return None
        noun = clause_noun(phrase, text, quantity.start)
        return Named("outcome", noun, "", None, True)
    return None


def _money(
    phrase: str, right: str, text: str, quantity: Quantity, reading: Reading, state: _State, section: Section, item: str | None
) -> Named | None:
    noun = clause_noun(phrase, text, quantity.start)
    clause = re.split(r"[,;。]", phrase)[-1]
    if _RATE_LEFT.search(clause) and (_RATE_RIGHT.search(right) or "最高" in clause or "不超过" in quantity.raw):
        kind = _certification(clause)
        name = f"{item}/{kind}" if item and kind else item or kind or noun
        return Named("programme_rate", name, "rate", None, False)
    if "本项目" in clause or (item is not None and _PART_OF_PROJECT.search(clause)):
        part = _PART.search(clause)
        name = item if part is None or item is None else f"{item}/{part[0]}"
        return Named("project_funding", name, "", None, part is None)
    if "争取" in clause:
        return Named("outcome", noun, "actual", None, False)
    if "追加" in clause:
        return Named("programme_funding", noun, "change_on_initial_budget", None, False)
    if "结转" in text[max(0, quantity.start - 60) : quantity.start] and section.kind in ("accounts", "performance") and reading.part and state.subject is not None and state.subject.concept == "carryover_closing":
        return Named("carryover_closing", noun, "final", state.subject.scope, False)
    if _OUTCOME.search(clause) and not _PROJECT.search(clause[-4:]) and not _PROGRAMME.search(clause[-6:]):
        measure = "change_on_prior_year" if "增量" in clause else ""
        return Named("outcome", noun, measure or ("target" if state.goal else "actual"), None, True)
    if section.kind == "accounts" and state.reason:
        return None
    if item is not None and reading.role and not _PROGRAMME.search(clause):
        return Named("project_funding", item, "", None, False)
    if reading.total and reading.appropriated:
        return Named("programme_funding", item, "", None, False)
    tail = clause[-10:] + "|" + right[:6]
    if _PROJECT.search(clause) and not _PROGRAMME.search(clause[-4:]):
        return Named("project_funding", noun, "", None, True)
    if _PROGRAMME.search(tail) or _PROGRAMME.search(clause) or reading.total:
        if "项目" in clause[-14:] and "安排" in clause:
            return Named("project_funding", noun, "", None, True)
        return Named("programme_funding", noun or item, "", None, True)
    if section.kind == "accounts":
        return None
    return Named("outcome", noun, "target" if state.goal else "actual", None, True)


_PART_OF_PROJECT = re.compile(r"(?:区级|县级|市级|省级|中央|本级|上级|其他|财政|自筹)[一-鿿]{0,4}资金(?:支出)?$|该项支出|此次支出")
_PART = re.compile(r"(?:区级|县级|市级|省级|中央|本级|上级|其他|财政|自筹)[一-鿿]{0,4}资金")


def _certification(clause: str) -> str | None:
    for word in ("首次认定", "重新认定"):
        if word in clause:
            return word
    return None
