"""Counts: firms and what happens to them, recipients of programmes, three-public counts, staff, evaluated projects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fiscal_analysis.extract.lexicon import firm_patterns
from fiscal_analysis.extract.money import clause_noun
from fiscal_analysis.extract.phrase import Reading
from fiscal_analysis.quantity import Quantity

if TYPE_CHECKING:
    from fiscal_analysis.extract.prose import Section, _State

__all__ = ["Count", "read_count"]


class Count(NamedTuple):
    """What a count is of."""

    concept: str
    item: str | None
    measure: str


_FIRMS = frozenset(("家", "户", "家次", "户次", "个", None))
_PERSONS = frozenset(("人", "人次", "名", "位"))
_GROUPS = frozenset(("个", "批", "批次", "次", "团", "团组", "个批次"))
_VEHICLES = frozenset(("辆", "台"))
_EQUIPMENT = frozenset(("台", "套", "台(套)", "台套", "台/套"))
_SUPPORT = re.compile(r"(?:共|拟|累计)?(?:支持|资助|奖励|扶持|补贴|补助)(?!资金|金额|办法|政策)|涉及|兑付|发放")
_SUPPORTED_RIGHT = re.compile(r"^[一-鿿]{0,14}(?:获得[一-鿿]{0,12}(?:支持|资助|补助|奖励)|享受|领取|申报该项奖励|兑现)")
_GRANT = re.compile(r"资金|奖励|补助|支持|资助|扶持")
_HIGHTECH = {
    "applied": "hightech_applications",
    "reviewed": "hightech_reviewed",
    "passed": "hightech_passed",
    "certified": "hightech_certified",
    "stock": "hightech_stock",
}
_SKIPPED = frozenset(("duties", "outlook", "method", "glossary", "contents", "furniture"))
_CERTIFICATION = re.compile("首次(?:申请)?认定|重新认定|重复申报")
_PROJECTS = frozenset(("个", "项"))


def read_count(
    phrase: str, right: str, left: str, quantity: Quantity, reading: Reading, state: _State, section: Section, item: str | None
) -> Count | None:
    """Return what a count is of, or None where it is not claimed."""
    counted = quantity.counted
    subject = section.subject.concept if section.subject is not None else ""
    inherited = state.subject.concept if state.subject is not None else ""
    context = reading.concept.concept if reading.concept is not None else subject or inherited
    if counted == "年" and "周期" not in phrase:
        return None
    # -- beside the three-public figures, and in the assets section --------------------------------------------------
    if quantity.unit == "count":
        known = _beside_accounts(phrase, counted, reading, context, inherited)
        if known is not None:
            return known
        if counted in _PERSONS and (reading.staff or ("人" in phrase[-6:] and section.kind == "profile")):
            return Count("staff", _staff_item(phrase, reading), "actual")
        if section.kind == "profile" and counted in _PERSONS:
            return Count("staff", clause_noun(phrase, left, quantity.start), "actual")
        if counted in _PROJECTS and section.kind != "duties" and _evaluated(phrase, right, left, reading):
            noun = clause_noun(phrase, left, quantity.start)
            state.subject = _subject("evaluated_projects", noun)
            return Count("evaluated_projects", noun, "")
    if section.kind in _SKIPPED:
        return None
    if counted in _FIRMS:
        firm = _firm(phrase, right, left, quantity, reading, state, section, item)
        if firm is not None:
            return firm
    if quantity.unit is None:
        last = re.split(r"[,;。]", phrase)[-1]
        if state.count_item and re.search(r"(?:总数|累计|数量)?(?:达到?|为|共)$|总数达?到?$", last):
            return Count("outcome", state.count_item, "")
        if state.goal and re.search(r"(?:目标|达到|家|个)$", last):
            return Count("outcome", clause_noun(phrase, left, quantity.start), "")
        if re.search(r"(?:机构|中心|平台|企业|基地|项目)(?:数)?(?:达到?|为|共)?$", last) and section.kind in ("performance", "goals"):
            state.count_item = clause_noun(phrase, left, quantity.start)
            return Count("outcome", state.count_item, "")
        return None
    clause = re.split(r"[,;。:]", phrase)[-1]
    if counted in ("家", "户", "个", "项", "家次") and section.kind != "profile":
        supported = _SUPPORTED_RIGHT.match(right) is not None
        if supported or (_SUPPORT.search(clause) and "支持措施" not in clause and counted != "次"):
            if supported or counted in ("家", "户", "个", "项"):
                return Count("programme_recipients", _recipient_item(phrase, right, left, quantity, item), "")
    if section.kind == "accounts" and state.reason:
        return Count("staff", clause_noun(phrase, left, quantity.start), "") if counted in _PERSONS else None
    if section.kind == "profile" and counted not in ("个", "家"):
        return None
    state.count_item = clause_noun(phrase, left, quantity.start) or right[:12] or None
    state.subject = _subject("outcome", state.count_item)
    return Count("outcome", state.count_item, "prior_year" if reading.role == "prior_year" else "")


def _beside_accounts(phrase: str, counted: str | None, reading: Reading, context: str, inherited: str) -> Count | None:
    if context == "three_public_overseas" or inherited == "three_public_overseas":
        if counted in _PERSONS:
            return Count("overseas_persons", None, "final")
        if reading.counted == "overseas_groups" or (counted in _GROUPS and "团" in phrase):
            return Count("overseas_groups", None, "final")
    if context == "three_public_reception" or inherited == "three_public_reception":
        if counted in _PERSONS:
            return Count("reception_persons", None, "final")
        if counted in _GROUPS:
            return Count("reception_batches", None, "final")
    if reading.counted in ("vehicles_purchased", "vehicles_held", "vehicles") and counted in _VEHICLES:
        concept = reading.counted
        if context.startswith("three_public"):
            concept = "vehicles_held" if concept == "vehicles" else concept
        elif concept == "vehicles_held":
            concept = "vehicles"
        return Count(concept, None, "final")
    if counted == "辆" and context.startswith("three_public_vehicle"):
        return Count("vehicles_held" if "保有" in phrase else "vehicles_purchased", None, "final")
    if counted in _EQUIPMENT and (reading.counted == "large_equipment" or "设备" in phrase):
        return Count("large_equipment", None, "final")
    return None


_EVALUATION = re.compile("绩效(?:运行)?监控|绩效自评|绩效评价")
_GRADED = re.compile(r"得分在[^,;。]{1,24}$|得分[^,;。]{0,6}分[^,;。]{0,12}$")


def _evaluated(phrase: str, right: str, left: str, reading: Reading) -> bool:
    """Tell whether a number of projects is the number of evaluated ones."""
    if "支持" in phrase[-8:]:
        return False
    if "评价项目" in phrase[-8:] or "自评项目" in phrase[-8:] or reading.projects and "项目" in phrase + right[:6]:
        return True
    return _EVALUATION.search(right) is not None or _GRADED.search(left[-40:]) is not None


def _staff_item(phrase: str, reading: Reading) -> str | None:
    clause = re.split(r"[,;。:]", phrase)[-1].strip()
    return clause or reading.staff or None


def _firm(
    phrase: str, right: str, left: str, quantity: Quantity, reading: Reading, state: _State, section: Section, item: str | None
) -> Count | None:
    kinds, events = firm_patterns()
    if quantity.unit is None and quantity.exponent < 0:
        return None
    kind = name = ""
    cut = max(phrase.rfind(","), phrase.rfind("。"), phrase.rfind(";")) + 1
    earlier = last = None
    for found in kinds.finditer(phrase):
        if found.end() > cut:
            last = found
        else:
            earlier = found
    if earlier is not None:
        state.firm_kind, state.firm_name = (earlier.lastgroup or "").rsplit("_", 1)[0], earlier[0]
    match = kinds.match(right) or last or kinds.search(right)
    if match is not None:
        kind, name = (match.lastgroup or "").rsplit("_", 1)[0], match[0]
    own = bool(kind)
    event = _event(events, phrase, right, own)
    reward = item is not None and re.search("奖励|奖补|补贴", item) is not None
    certification = _CERTIFICATION.search(phrase[-8:] + right[:6])
    if certification is not None and state.subject is not None and state.subject.concept.startswith("hightech"):
        event = next((name for name, concept in _HIGHTECH.items() if concept == state.subject.concept), event)
    if kind:
        state.firm_kind, state.firm_name = kind, name
    elif state.firm_kind and _foreign(phrase, events):
        state.firm_kind = ""
    current = kind or state.firm_kind
    if reward and (section.hightech or current == "hightech") and quantity.unit == "count" and current in ("hightech", ""):
        if certification is not None:
            return Count("programme_recipients", f"{item}/{certification[0]}", "")
        if re.search(r"企业", right[:16] + phrase[-6:]) or own:
            return Count("programme_recipients", item, "")
    if not current and section.hightech and event in ("applied", "reviewed", "passed", "certified") and not reward:
        if "企业" in phrase[-12:] + right[:8] or quantity.counted == "家次" or certification is not None:
            current = "hightech"
    if current == "hightech":
        if not event:
            if not own:
                return None
            event = "stock" if state.goal or "目标" in right or re.search("达|有|数", phrase[-4:]) else ""
            if not event:
                return None
        if event == "failed":
            return None
        if not own and not section.hightech and event not in ("stock", "applied", "passed", "certified"):
            return None
        if not own and quantity.unit is None and event != "stock":
            return None
        label = certification[0] if certification is not None else None
        state.subject = _subject(_HIGHTECH[event], label)
        return Count(_HIGHTECH[event], label, "")
    if current == "graded_firms":
        if not own and not event:
            return None
        if own or event in ("stock", "certified", "passed"):
            concept = "firms_stock" if event == "stock" else "firms_added" if event in ("certified", "passed") else "firms_stock"
            if event in ("applied", "reviewed", "failed") or (not event and re.search(r"获得|入选|完成|开展", right[:20])):
                return None
            label = name or state.firm_name
            state.subject = _subject(concept, label)
            return Count(concept, label, "")
    return None


def _event(events: re.Pattern[str], phrase: str, right: str, own: bool) -> str:
    """Return what happens to the firms: the last event word in the number's clause, or what follows the number."""
    event = ""
    clause = re.split(r"[,;。]", phrase)[-1]
    for match in events.finditer(clause):
        if not own and match.lastgroup == "certified" and len(clause) - match.end() > 6:
            continue
        event = match.lastgroup or ""
        if match[0] == "受理":
            return event
    last = None
    for last in events.finditer(right[:24]):
        pass
    if last is not None and (not event or right[:2] in ("企业", "首次", "重新", "公示", "通过", "申报")):
        event = last.lastgroup or ""
    return event


_CONNECTIVE = re.compile(
    r"20[0-9]{2}年度?|年内|今年|全年|其中|截[至止]到?(?:目前|年底|年末)?|目前|共|已|有|达到?|为|和|与|及|等|的|家|个|户|企业|累计|后|[0-9]+|[^一-鿿]"
    r"|力争|争取|实现|完成|超过了?|制定|目标|排除|线上|本年度|实际"
)


def _foreign(phrase: str, events: re.Pattern[str]) -> bool:
    """Tell whether the number's clause names something else than the firms that the text spoke of."""
    clause = re.split(r"[,;。]", phrase)[-1]
    return len(_CONNECTIVE.sub("", events.sub("", clause))) >= 2


def _subject(concept: str, item: str | None) -> object:
    from fiscal_analysis.extract.prose import Subject

    return Subject(concept, item=item)


def _recipient_item(phrase: str, right: str, left: str, quantity: Quantity, item: str | None) -> str | None:
    certification = _CERTIFICATION.search(phrase[-8:] + right[:6])
    if certification is not None and item:
        return f"{item}/{certification[0]}"
    noun = clause_noun(phrase, left, quantity.start)
    return noun or item
