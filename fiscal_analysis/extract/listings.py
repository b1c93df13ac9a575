"""Figures that stand in lists: what 分别 deals out, what 、 goes on with, what a list's parts tell of its whole."""

from __future__ import annotations

import re
from copy import copy
from decimal import Decimal

from fiscal_analysis.document import fold
from fiscal_analysis.extract.context import Section, State, Subject, Walk
from fiscal_analysis.extract.lexicon import find_firms, tokens
from fiscal_analysis.extract.phrase import Reading
from fiscal_analysis.facts import Fact
from fiscal_analysis.quantity import Quantity

__all__ = [
    "QUOTED",
    "back_to_whole",
    "count_listed",
    "deal_out",
    "dealt_subject",
    "ends_list",
    "figures_listed",
    "listed_subjects",
    "lists_all",
    "name_all",
    "named_result",
    "periods_of",
    "raise_above",
    "raise_to_total",
    "scored_apart",
    "shared_facts",
    "subject_of",
    "with_unit_of_next",
]

_PERIODS = re.compile(
    "第?([一二三四](?:[、和及][一二三四])+)季度|第?[一二三四]季度|前[一二三]季度|上半年|下半年|全年"
    "|[0-9]{1,2}月(?:[0-9]{1,2}日|末|底|份)?"
)
_LISTED = frozenset(("、", ",", "和", "及", "与"))
_PLACES = re.compile(r"\.([0-9]+)")
_HALVES = frozenset(("personnel_cost", "operating_cost", "expenditure_basic", "expenditure_project"))
QUOTED = re.compile("“([^“”]{3,40})”")


def subject_of(fact: Fact) -> Subject:
    """Return what a fact is of."""
    return Subject(
        fact.concept, fact.fund, fact.subject_code, fact.subject_name, fact.economic_code, fact.scope, fact.item
    )


def periods_of(phrase: str) -> list[str | None]:
    """Return the periods that a phrase lists (``第一、二、三季度``, ``上半年、全年``); none where there is but one."""
    found: list[str | None] = []
    for match in _PERIODS.finditer(phrase):
        if match[1]:
            found += [f"{mark}季度" for mark in match[1] if mark in "一二三四"]
        else:
            found.append(None if match[0].startswith(("全年", "年度")) else match[0])
    return found if len(found) > 1 else []


def raise_to_total(walk: Walk, state: State, section: Section) -> None:
    """Take 总收入, whose parts turn out to be 本年收入 or 年初结转, as the grand total that it then is."""
    whole = walk.facts[state.gross]
    gross = whole.concept
    parts = [f for f in walk.facts[state.gross + 1 :] if f.unit == "CNY" and f.measure == whole.measure]
    if len(parts) > 1 and abs(sum(f.value for f in parts) - whole.value) < Decimal(5).scaleb(-(whole.decimals or 0)):
        return  # 总支出X,其中基本支出Y,项目支出Z make it up already: the carry-over stands beside
    for fact in walk.facts[state.gross :]:
        if fact.concept == gross:
            fact.concept = "appropriation_grand_total" if section.appropriation else "grand_total"
    if state.head is not None and state.head.concept == gross:
        state.head = state.head._replace(concept=whole.concept)
    state.gross, state.raised = -1, whole.concept


def raise_above(walk: Walk, section: Section, part: Decimal) -> None:
    """Take 总收入 and 总支出 of the paragraph above as grand totals, where those below divide the one of them further.

    ``总收入X万元,总支出X万元。`` ``1.本年收入Y万元...`` ``2.年初结转和结余Z万元``: Y is less than X.
    """
    whole = walk.facts[walk.gross[0]]
    if part < whole.value and all(walk.facts[at].value == whole.value for at in walk.gross):
        names = {walk.facts[at].concept for at in walk.gross}
        for fact in walk.facts[walk.gross[0] :]:
            if fact.concept in names:
                fact.concept = "appropriation_grand_total" if section.appropriation else "grand_total"
    walk.gross.clear()


def listed_subjects(state: State, section: Section, phrase: str) -> list[Subject]:
    """Return the subjects that a phrase lists one beside the other, none where anything stands between them."""
    named: list[Subject] = []
    end = -1
    above = state.list_parent
    for token in tokens(phrase):
        concept = token.concept
        if concept is None or concept.note:
            continue
        if named and phrase[end : token.start].strip() not in _LISTED:
            named.clear()  # what is listed begins behind it
        fund = concept.fund
        if fund is None and concept.concept in _HALVES:
            fund = (above.fund if above is not None else None) or section.fund
        named.append(Subject(concept.concept, fund, economic_code=concept.economic_code))
        end = token.end
    return named


def shared_facts(walk: Walk, state: State, section: Section, phrase: str, fact: Fact) -> list[Fact]:
    """Return the facts of the other subjects that a printed number is of (``因公出国费、公务接待费均为0万元``)."""
    named = listed_subjects(state, section, phrase)
    distinct = {(one.concept, one.economic_code) for one in named}
    if len(named) < 2 or len(distinct) != len(named) or fact.concept != named[-1].concept:
        return []
    others = []
    for one in named[:-1]:
        other = copy(fact)
        other.concept, other.fund, other.economic_code = one.concept, one.fund or fact.fund, one.economic_code
        others.append(other)
    return others


def name_all(state: State, section: Section, phrase: str) -> None:
    """Take all the subjects that stand before 分别 (``本年收入、本年支出分别为``), so that each gets its figure."""
    named = listed_subjects(state, section, phrase)
    if len(named) > 1:
        state.sequence[:] = named
        state.dealt = True


def scored_apart(text: str, quantities: list[Quantity], index: int, shift: int, start: int) -> list[str]:
    """Return the projects that 分别 deals scores to: as many names in quotation marks as scores are listed."""
    listed = count_listed(text, quantities, index, shift)
    names = QUOTED.findall(text[:start])[-listed:]
    return names if listed == len(names) > 1 else []


def figures_listed(text: str, quantities: list[Quantity], index: int, shift: int) -> int:
    """Return how many figures, of whatever units, are listed from this one on."""
    listed = 1
    while index + listed < len(quantities):
        between = text[quantities[index + listed - 1].end - shift : quantities[index + listed].start - shift]
        if between.strip() not in _LISTED:
            break
        listed += 1
    return listed


def named_result(name: str) -> Subject:
    """Return what a name in a list of results is of."""
    firms = next(find_firms(name), None)
    if firms is not None and firms.end() >= len(name) - len("数量"):
        if (firms.lastgroup or "").startswith("hightech"):
            return Subject("hightech_stock")
        return Subject("firms_stock", item=firms[0])
    return Subject("outcome", item=name)


def count_listed(text: str, quantities: list[Quantity], index: int, shift: int) -> int:
    """Return how many figures of a kind are listed from this one on."""
    listed = 1
    while index + listed < len(quantities):
        before = quantities[index + listed - 1]
        after = quantities[index + listed]
        between = text[before.end - shift : after.start - shift]
        if after.unit != before.unit or len(between) > 4 or between[:1] not in "、,和及" or "。" in between:
            break
        listed += 1
    return listed


def deal_out(state: State, text: str, quantities: list[Quantity], index: int, shift: int) -> None:
    """Queue the subjects that 分别 deals figures to: as many of the last ones as figures are listed."""
    listed = count_listed(text, quantities, index, shift)
    distinct = list(dict.fromkeys(state.sequence))
    if 1 < listed <= len(distinct):
        state.queue = distinct[-listed:]


def dealt_subject(state: State, reading: Reading, repeated: bool) -> Subject | None:
    """Return the subject that 分别 deals this figure to."""
    if repeated or reading.apart or reading.pure:
        return state.queue.pop(0)
    return None


def ends_list(text: str, quantities: list[Quantity], index: int, shift: int) -> bool:
    """Tell whether the figure before is the last one of a list with 、 (其中A X、B Y,较上年增加Z: of the whole)."""
    return index > 1 and text[quantities[index - 2].end - shift] == "、"


def lists_all(walk: Walk, state: State, text: str, shift: int, quantity: Quantity) -> bool:
    """Tell whether the parts listed so far, of none of which a change is stated, make up the whole of the list.

    ``预算X,其中接待费Y,运行费Z,较上年减少V``: where Y + Z is X, the change is of X.
    """
    whole = state.list_parent
    if whole is None:
        return False
    parts: list[Decimal] = []
    for fact in reversed(walk.facts[state.first :]):
        if fact.unit != "CNY":
            return False
        if subject_of(fact) == whole._replace(measure=""):
            start = quantity.start - shift
            plain = ";" not in text[max(0, text.rfind("其中", 0, start)) : start]
            return plain and len(parts) > 1 and sum(parts) == fact.value and fact.measure in _STATED
        if fact.measure not in _STATED:
            return False
        parts.append(fact.value)
    return False


_STATED = frozenset(("final", "initial_budget", "adjusted_budget"))


def back_to_whole(walk: Walk, state: State, reading: Reading, quantities: list[Quantity], index: int) -> None:
    """Give a change to the amount of the paragraph that its rate fits, where it does not fit the last subject.

    ``收入总计X,其中年初结转Y,较上年增加Z,增长V%``: Z on X - Z makes V.
    """
    held = state.subject
    whole = state.list_parent
    if held is not None and whole is not None and state.in_list and reading.direction > 0 and walk.facts:
        level = walk.facts[-1]
        if subject_of(level) == held._replace(measure="") and level.measure in ("final", "initial_budget"):
            if 0 < level.value < quantities[index].value:
                state.subject, state.in_list = whole, False  # it cannot have grown by more than it is
                return
    if held is None or index + 1 >= len(quantities):
        return
    rate = quantities[index + 1]
    if rate.unit != "ratio" or rate.decimals is None:
        return
    growth, step, last_place = rate.value, quantities[index].value, Decimal(1).scaleb(-rate.decimals)
    stated = fits = False
    others: dict[Subject, None] = {}
    for fact in walk.facts[state.first :]:
        if fact.unit != "CNY" or fact.measure not in ("final", "initial_budget"):
            continue
        subject = subject_of(fact)
        base = fact.value - reading.direction * step
        fitting = base > 0 and abs(step / base - growth) <= last_place
        if subject == held._replace(measure=""):
            stated, fits = True, fits or fitting
        elif fitting:
            others[subject] = None
    if stated and not fits and len(others) == 1:
        state.subject = next(iter(others))
        state.in_list = False


def with_unit_of_next(text: str, quantities: list[Quantity], index: int, shift: int) -> Quantity:
    """Give a bare number the unit of the number that it is listed with (``各是4125.49,4143.91万元``)."""
    quantity = quantities[index]
    if index + 1 < len(quantities):
        following = quantities[index + 1]
        if following.unit == "CNY" and text[quantity.end - shift : following.start - shift].strip() in _LISTED:
            match = _PLACES.search(fold(following.raw))
            scale = following.exponent + (len(match[1]) if match is not None else 0)
            exponent = quantity.exponent + scale
            return quantity._replace(unit="CNY", exponent=exponent, decimals=-exponent)
    return quantity
