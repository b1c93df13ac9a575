"""Counts: firms and what happens to them, recipients of programmes, three-public counts, staff, evaluated projects."""

from __future__ import annotations

import re
from functools import cache

from fiscal_analysis.extract.around import After, Before, clause_noun, read_after, read_before
from fiscal_analysis.extract.context import Section, State, Subject
from fiscal_analysis.extract.phrase import Reading
from fiscal_analysis.quantity import Quantity

__all__ = ["read_count"]

_FIRMS = frozenset(("家", "户", "家次", "户次", "个", None))
_SUPPORTABLE = frozenset(("家", "户", "个", "项"))
_RECIPIENTS = _SUPPORTABLE | {"家次"}
_PERSONS = frozenset(("人", "人次", "名", "位"))
_GROUPS = frozenset(("个", "批", "批次", "次", "团", "团组", "个批次"))
_VEHICLES = frozenset(("辆", "台"))
_EQUIPMENT = frozenset(("台", "套", "台(套)", "台套", "台/套"))
_DURATIONS = frozenset(("个月", "月", "天", "日", "工作日", "个工作日", "周", "小时"))
_EVALUABLE = frozenset(("个", "项", "家"))
_UNEVALUATED = frozenset(("duties", "outlook", "glossary", "contents", "furniture"))
_SKIPPED = frozenset(("duties", "outlook", "method", "glossary", "contents", "furniture"))
_HIGHTECH = {
    "applied": "hightech_applications",
    "reviewed": "hightech_reviewed",
    "passed": "hightech_passed",
    "certified": "hightech_certified",
    "stock": "hightech_stock",
}
_NOT_PAID = frozenset(("stock", "applied", "reviewed", "passed"))  # of firms that a reward need not have reached
_EVENT_OF = {concept: event for event, concept in _HIGHTECH.items()}
_REWARD = re.compile("奖励|奖补|补贴")
_NEGATED = ("未", "尚未", "没有", "不符合", "不属于")
_GIVEN = ("对", "向", "给", "为")
_GOALS = frozenset(("目标", "目标值", "年度目标", "年度目标值", "目标任务", "指标值", "年初目标", "年初目标值"))
_GRADED = re.compile(r"得分在[^,;。]{1,24}$|得分[^,;。]{0,6}分[^,;。]{0,12}$")
_STOCK_ENDING = re.compile("达|有|数")
_TOTAL_ENDING = re.compile(r"(?:总数|累计|数量)?(?:达到?|为|共)$|总数达?到?$")
_GOAL_ENDING = re.compile(r"(?:目标|达到|家|个)$")
_BODY_ENDING = re.compile(r"(?:机构|中心|平台|企业|基地|项目)(?:数)?(?:达到?|为|共)?$")


def read_count(
    phrase: str, right: str, text: str, start: int, quantity: Quantity, reading: Reading, state: State,
    section: Section, project: str | None,
) -> Subject | None:  # fmt: skip
    """Return what a count is of, or None where it is not claimed.

    Parameters
    ----------
    phrase, right : str
        The words before the number (from the figure before) and behind it (to the end of its clause).
    text, start : str, int
        The paragraph and the number's position in it.
    quantity : Quantity
        A count, or a bare number.
    reading : Reading
        The reading of `phrase`.
    state, section : State, Section
        The context; `state` is brought up to date.
    project : str or None
        The project that the text evaluates.
    """
    counted = quantity.counted
    if counted == "年" and "周期" not in phrase:
        return None
    if counted in _DURATIONS and phrase.endswith("期") and not phrase.endswith("周期"):
        return None
    before = read_before(phrase)
    if quantity.unit == "count":
        known = _beside_accounts(phrase, right, counted, reading, state, section)
        if known is None and counted in _PERSONS and (reading.staff or section.kind == "profile"):
            known = Subject("staff", item=before.clause.strip() or reading.staff or None, measure="actual")
        if known is not None:
            return known
    after = read_after(right)
    if counted in _EVALUABLE and quantity.unit == "count" and section.kind not in _UNEVALUATED:
        if _evaluated(phrase, right, text, start, reading, before, after, state):
            state.subject = Subject("evaluated_projects", item=before.grade or clause_noun(phrase, text, start))
            return state.subject
    if section.kind in _SKIPPED:
        return None
    inherited = _inherited(before, quantity, reading, state)
    if inherited is not None:
        return inherited
    if before.supported and before.grants and counted in _SUPPORTABLE:
        return Subject("programme_recipients", item=clause_noun(phrase, text, start) or project)
    if after.supported and phrase.endswith(_GIVEN) and counted in _SUPPORTABLE:
        # 向48家高新技术企业发放奖励: whom the money went to, whatever else is said of them
        named = project or clause_noun(phrase, text, start)
        kind = before.certification or after.certification
        return Subject("programme_recipients", item="/".join(filter(None, (named, kind))) or None)
    if counted in _FIRMS and not (quantity.unit is None and quantity.exponent < 0):
        firms = _firms(phrase, right, before, after, quantity, state, section, project)
        if firms is not None:
            return firms
    if quantity.unit is None:
        return _bare(phrase, text, start, before, state, section)
    benefited = state.granted and before.benefits
    if counted in _RECIPIENTS and section.kind != "profile" and (after.supported or before.supported or benefited):
        certification = before.certification or after.certification
        if certification is not None and project:
            return Subject("programme_recipients", item=f"{project}/{certification}")
        return Subject("programme_recipients", item=clause_noun(phrase, text, start) or project)
    if section.kind == "accounts" and state.reason:
        return Subject("staff", item=clause_noun(phrase, text, start)) if counted in _PERSONS else None
    if section.kind == "profile" and counted not in ("个", "家"):
        return None
    state.count_item = clause_noun(phrase, text, start) or right[:12] or None
    state.subject = Subject("outcome", item=state.count_item)
    if reading.role == "prior_year":
        return state.subject._replace(measure="prior_year")
    return state.subject


def _inherited(before: Before, quantity: Quantity, reading: Reading, state: State) -> Subject | None:
    """Return the count that a change, a target or a part of a list goes on about."""
    last = state.last
    if last is None or quantity.unit != "count" or last.concept not in _CONTINUED:
        return None
    if reading.relation == "change" and reading.pure and not before.kind:
        return last
    if before.grew_to and not before.kind and (reading.pure or not before.foreign):
        return last._replace(measure="")
    if reading.relation == "completion" and reading.pure:
        return last
    if before.noun in _GOALS and last.concept != "staff":
        return last._replace(measure="target")  # 新增8家(目标值6家)
    if before.batch is not None and not before.event:
        return last._replace(item=before.batch)
    parent = state.list_parent
    if state.in_list and parent is not None and parent.concept in _LISTED and not before.event and not before.kind:
        noun = before.noun
        if noun is not None and (len(noun) <= 12 or noun.endswith("用车")):
            return parent._replace(item=noun)
    return None


_CONTINUED = frozenset(
    [
        "hightech_applications",
        "hightech_reviewed",
        "hightech_passed",
        "hightech_certified",
        "hightech_stock",
        "firms_stock",
        "firms_added",
        "vehicles",
        "vehicles_held",
        "vehicles_purchased",
        "large_equipment",
        "staff",
        "outcome",
        "programme_recipients",
    ]
)
_FLEETS = frozenset(["vehicles", "vehicles_held", "vehicles_purchased"])
_LISTED = _FLEETS | {"hightech_stock", "hightech_applications", "hightech_certified"}
_WHOLE_FLEET = re.compile("公务用车|车辆|保有")


def _bare(phrase: str, text: str, start: int, before: Before, state: State, section: Section) -> Subject | None:
    """Read a number that lost its counter, where a count stands before it or a countable noun names it."""
    if state.count_item and _TOTAL_ENDING.search(before.clause):
        return Subject("outcome", item=state.count_item)
    if state.goal and _GOAL_ENDING.search(before.clause):
        return Subject("outcome", item=clause_noun(phrase, text, start))
    if section.kind in ("performance", "goals", "open") and _BODY_ENDING.search(before.clause):
        state.count_item = clause_noun(phrase, text, start)
        return Subject("outcome", item=state.count_item)
    return None


_FAMILY = {
    "overseas_groups": "three_public_overseas",
    "overseas_persons": "three_public_overseas",
    "reception_batches": "three_public_reception",
    "reception_persons": "three_public_reception",
    "vehicles_purchased": "three_public_vehicle",
    "vehicles_held": "three_public_vehicle",
}


def _beside_accounts(
    phrase: str, right: str, counted: str | None, reading: Reading, state: State, section: Section
) -> Subject | None:
    """Read the counts that stand beside the three-public figures and in the assets section."""
    inherited = (
        state.last.concept if state.last is not None else state.subject.concept if state.subject is not None else ""
    )
    if reading.concept is not None:
        context = reading.concept.concept
    else:
        context = section.subject.concept if section.subject is not None else inherited
    concept = None
    inherited = _FAMILY.get(inherited, inherited)
    held = state.subject.concept if state.subject is not None else ""
    if "three_public_overseas" in (context, inherited, held):
        if counted in _PERSONS:
            concept = "overseas_persons"
        elif reading.counted == "overseas_groups" or (
            counted in _GROUPS and ("团" in phrase or right.startswith("团"))
        ):
            concept = "overseas_groups"
    if concept is None and "three_public_reception" in (context, inherited, held):
        if counted in _PERSONS:
            concept = "reception_persons"
        elif counted in _GROUPS:
            concept = "reception_batches"
    parent = state.list_parent
    if state.in_list and parent is not None and parent.concept in _FLEETS and counted in _VEHICLES:
        if reading.concept is None and reading.counted != "large_equipment" and _WHOLE_FLEET.search(phrase) is None:
            return None  # 其中:轿车1辆, a part of the fleet
    if concept is None and counted in _VEHICLES:
        beside = context.startswith("three_public") or inherited.startswith("three_public")
        if reading.counted in ("vehicles_purchased", "vehicles_held", "vehicles"):
            concept = reading.counted
            if beside and concept == "vehicles":
                concept = "vehicles_held"
            elif not beside and concept == "vehicles_held":
                concept = "vehicles"
        elif counted == "辆" and context.startswith("three_public_vehicle"):
            concept = "vehicles_held" if "保有" in phrase else "vehicles_purchased"
    if concept is None and counted in _EQUIPMENT and (reading.counted == "large_equipment" or "设备" in phrase):
        concept = "large_equipment"
    if concept is None:
        return None
    item = None
    if concept.startswith("reception") and state.subject is not None and state.subject.concept == _FAMILY[concept]:
        item = state.subject.item  # 外事接待0批次
    return Subject(concept, item=item, measure="final")


def _evaluated(
    phrase: str, right: str, text: str, start: int, reading: Reading, before: Before, after: After, state: State
) -> bool:
    """Tell whether a number of projects is the number of evaluated ones."""
    ending = phrase[-8:]
    if "支持" in ending:
        return False
    if before.grade is not None and (
        before.graded_words
        or (
            state.last is not None
            and state.last.concept in ("evaluated_projects", "evaluated_amount", "evaluation_score")
        )
    ):
        return True
    clause = before.clause
    if right.startswith("项目") and ("自评" in clause or "评价" in clause):
        return True
    if clause.endswith(("绩效自评", "整体支出自评")):
        return True
    if "评价项目" in ending or "自评项目" in ending or (reading.projects and "项目" in phrase + right[:6]):
        return True
    if after.evaluated:
        return True
    nearby = text[max(0, start - 40) : start]
    return "得分" in nearby and _GRADED.search(nearby) is not None


def _firms(
    phrase: str, right: str, before: Before, after: After, quantity: Quantity, state: State, section: Section,
    project: str | None,
) -> Subject | None:  # fmt: skip
    """Read a number of firms: which firms, and what happened to them."""
    if right.startswith(_NEGATED):
        return None  # 291家未申报某类企业的企业: none of the kind
    if before.earlier_kind:
        state.firm_kind, state.firm_name = before.earlier_kind, before.earlier_name
    if after.kind_at:
        kind, name = after.kind_at, after.name_at
    elif before.kind:
        kind, name = before.kind, before.name
    else:
        kind, name = after.kind, after.name
    own = bool(kind)
    event = before.event if own else before.topic_event
    if after.event and (not event or after.leads) and event != "applied":
        event = after.event
    certification = before.certification or after.certification
    if certification is not None and state.subject is not None:
        event = _EVENT_OF.get(state.subject.concept, event)
    if kind:
        state.firm_kind, state.firm_name = kind, name
    elif state.firm_kind and before.foreign:
        state.firm_kind = ""
    current = kind or state.firm_kind
    rewarded = project is not None and _is_reward(project)
    told = event in _NOT_PAID and own and not after.supported
    if rewarded and not told and (section.hightech or current == "hightech") and quantity.unit == "count":
        if current in ("hightech", ""):
            if certification is not None:
                return Subject("programme_recipients", item=f"{project}/{certification}")
            if own or "企业" in right[:16] + phrase[-6:]:
                return Subject("programme_recipients", item=project)
    elif certification is not None and (
        state.granted or (state.last is not None and state.last.concept.startswith("programme"))
    ):
        return Subject("programme_recipients", item=certification)
    elif not current and section.hightech and event in ("applied", "reviewed", "passed", "certified"):
        if "企业" in phrase[-12:] + right[:8] or quantity.counted == "家次" or certification is not None:
            current = "hightech"
    if current == "hightech":
        return _hightech(phrase, right, event, own, certification, quantity, state, before)
    if current == "graded_firms" and (own or event in ("stock", "certified", "passed")):
        if event in ("applied", "reviewed", "failed", "nurtured") or (not event and after.selected):
            return None
        concept = "firms_added" if event in ("certified", "passed") else "firms_stock"
        state.subject = Subject(concept, item=name or state.firm_name)
        return state.subject
    return None


@cache
def _is_reward(project: str) -> bool:
    """Tell whether a project pays rewards."""
    return _REWARD.search(project) is not None


def _hightech(
    phrase: str, right: str, event: str, own: bool, certification: str | None, quantity: Quantity, state: State,
    before: Before,
) -> Subject | None:  # fmt: skip
    if event == "nurtured":
        return None
    if not event and own and "由" in phrase[-10:]:
        event = "stock"  # 由2021年的33家发展到45家
    if not event and own and before.standing:
        event = "stock"
    if not event and own and (state.goal or "目标" in right or _STOCK_ENDING.search(phrase[-4:])):
        event = "stock"
    if not event or event == "failed":
        return None
    if not own and quantity.unit is None and event != "stock":
        return None
    state.subject = Subject(_HIGHTECH[event], item=certification)
    return state.subject
