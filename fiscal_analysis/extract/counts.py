"""Counts: firms and what happens to them, recipients of programmes, three-public counts, staff, evaluated projects."""

from __future__ import annotations

import re
from functools import cache

from fiscal_analysis.extract.around import After, Before, clause_noun, counted_noun, read_after, read_before
from fiscal_analysis.extract.context import ASIDE, GRANTS, Section, State, Subject
from fiscal_analysis.extract.lexicon import tokens
from fiscal_analysis.extract.phrase import Reading
from fiscal_analysis.extract.uncounted import asks, is_no_result
from fiscal_analysis.quantity import Quantity

__all__ = ["read_count"]

_FIRMS = frozenset(("家", "户", "家次", "户次", "个", None))
_SUPPORTABLE = frozenset(("家", "户", "个", "项"))
_RECIPIENTS = _SUPPORTABLE | {"家次"}
_PERSONS = frozenset(("人", "人次", "名", "位"))
_GROUPS = frozenset(("个", "批", "批次", "次", "团", "团组", "个批次"))
_VEHICLES = frozenset(("辆", "台"))
_EQUIPMENT = frozenset(("台", "套", "台(套)", "台套", "台/套"))
_BESIDE_ACCOUNTS = _PERSONS | _GROUPS | _VEHICLES | _EQUIPMENT
_OFFICES = ("股室", "科室", "处室")
_EVALUABLE = frozenset(("个", "项", "家"))
_UNEVALUATED = frozenset(("duties", "outlook", "rules", "glossary", "contents", "furniture"))
_SKIPPED = frozenset(("duties", "outlook", "method", "problems", "glossary", "contents", "furniture"))
_HIGHTECH = {
    "applied": "hightech_applications",
    "reviewed": "hightech_reviewed",
    "passed": "hightech_passed",
    "certified": "hightech_certified",
    "stock": "hightech_stock",
}
_FUND_NAME = 12  # the words behind a number of projects that may name their fund
_NOT_PAID = frozenset(("stock", "applied", "reviewed", "passed"))  # of firms that a reward need not have reached
_EVENT_OF = {concept: event for event, concept in _HIGHTECH.items()}
_REWARD = re.compile("奖励|奖补|补贴")
_NEGATED = ("未", "尚未", "没有", "不符合", "不属于")
_PAID_TO = frozenset(("家", "户", "个", "项", "家次", "户次"))
_OF_GRANT = re.compile("(?:类|方向|项目|企业|单位)$")
_PAID_TO_THEM = re.compile("(?:拨付|发放|兑付|兑现|支付)(?:至|给|到)$")
_PAID_BEHIND = re.compile("(?:企业|单位|公司|农户|个人)?[一-鿿]{0,4}(?:兑付|兑现|拨付|支付|发放)")
_ALLOTTED = re.compile("核定|批复|下达|安排|拨付|兑现|兑付|发放")
_GRANTED_BEHIND = re.compile("(?:企业|单位|公司)?(?:[一-鿿]{0,12}(?:奖励|补助|奖补|补贴)(?:资金|金额)?各?|分配)[0-9]")
_SELF_EVALUATED = re.compile("(?:重点|一级|二级|预算)?项目(?:支出)?(?:全部|均|都)?(?:已?纳入)?(?:绩效)?自评")
_SUBSIDISED = re.compile("^(?:[^,;。]*:)?(?:补助|奖励|奖补|补贴|资助|支持)[一-鿿“”()]{2,24}(?:数|数量|家数)?$")
_PAID_ONES = ("受补", "受奖", "获补", "获奖补", "受资助", "受扶持", "获资助")
_SUMS = ("共", "共计", "合计", "总计")
_RESIDENTS = re.compile("农户|居民|群众|牧民|脱贫户|贫困户|牧户|家庭|人口|村(?:庄|民|$)|社区|乡镇|学校|老人|儿童")
_EACH_THEN = re.compile(
    "(?:[一-鿿]{0,8}企业|公司|单位|机构|项目)?,(?:按照?)?每[家户个](?:企业)?(?:一次性)?(?:给予|奖励|奖补|补助|补贴)"
)
_INVOLVED = re.compile("涉及(?:预算)?项目(?:共|共计)?$")
_MONEY_INVOLVED = re.compile(",(?:共?涉及)?(?:预算|财政|项目)?(?:金额|资金|支出)")
_GIVEN_TO = re.compile("^(?:并|共|已|用于|主要用于)?对[^,]{2,24}的$")
_GIVEN = ("对", "向", "给", "为")
_INDICATORS = re.compile(
    "(?:设置?|设定|完成|评价|考核|绩效)[一-鿿]{0,2}指标(?:共|有)*$|(?:数量|质量|时效|成本|效益|满意度|[一二三]级)指标(?:共|设置?|有)*$"
)
_INDICATORS_DONE = re.compile("指标(?:共|设置?|有)*[0-9]{1,3}个,未?完成$")
_MET_OR_NOT = frozenset(("完成", "已完成", "未完成", "实际完成", "全部完成", "部分完成", "达标", "未达标"))
_ABOUT = re.compile("^[一-鿿]{0,8}(?:辅导|培训|服务|活动|走访|调研|指导|宣讲|人员|员工|专利|产品|项目|平台|机构)")
_OF_PROJECTS = re.compile(
    "(?:项目|专项|政策)(?:支出)?(?:绩效)?(?:自评|评价)$|绩效管理的?项目(?:共|有|为)*$|(?:自评|评价|绩效目标)(?:范围|对象)?的[一-鿿0-9]{0,8}项目(?:共计|共|有|为)*$"
)
_DASHES = frozenset(("—", "——", "-", "~", "至"))
_STAFF_LEAD = re.compile("^(?:[、(,:]|其中:?|含|和|及)+")
_STAFF_OF = re.compile("^20[0-9]{2}年[度末底初]?(?:本(?:部门|单位)|我(?:局|单位|部门|委))?")
_GRADED_AS = re.compile('为[“"]?(优秀|优良|优|良好|良|中|一般|差|合格|不合格)')
_ONE_NAMED = re.compile("“([^“”]{3,40})”$")
_LACKING = re.compile("(?:项目|指标|单位|部门)(?:尚?未(?!来)|没有)")
_GOALS = frozenset(
    [
        when + aim
        for when in ("", "年度", "年初", "全年")
        for aim in ("目标", "目标值", "目标任务", "指标值", "计划", "任务")
    ]
)
_OF_THOSE = re.compile(r"^的项目(?:有|共)?$|[-—~至][0-9.]+分(?:[(][^()]*[)])?的?项目(?:有|共)?$")
_GRADED = re.compile(
    r"得分在[^,;。]{1,24}$|得分[^,;。]{0,6}分[^,;。]{0,12}$"
    r"|[0-9](?:\([^)]{1,4}\))? ?分(?:\)|以[上下]|\([^)]{1,10}\))*的?(?:项目|单位)?(?:有|共|为)?\s*$"
)
_BOUND = re.compile(
    r"([0-9][0-9. ]*分?(?:\([^)]{1,8}\))?(?:[-—至~][0-9. ]+)?分?(?:\([^)]{1,8}\))?(?:以[上下])?)"
    r"的?(?:项目|单位)?(?:有|共|为)?\s*$"
)
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
    before = read_before(phrase)
    if is_no_result(phrase, right, text, start, quantity, before.clause, state):
        return None
    clause = before.clause
    if quantity.unit == "count":
        known = _beside_accounts(phrase, right, counted, reading, state, section)
        goes_on = state.in_list and state.last is not None and state.last.concept == "staff"
        if (
            known is None
            and counted in _PERSONS
            and (reading.staff or goes_on or (section.kind == "profile" and not before.idle))
        ):
            named = _STAFF_LEAD.sub("", _STAFF_OF.sub("", before.clause)).strip() or reading.staff or None
            known = Subject("staff", item=named, measure="actual")
        if known is not None:
            return known
    if quantity.unit is None and reading.staff and quantity.exponent == 0 and phrase.rstrip(":为共 ").endswith("数"):
        return Subject("staff", item=_STAFF_LEAD.sub("", before.clause).rstrip(":为共 "), measure="actual")
    after = read_after(right)
    if asks(quantity, right, text, start):
        return None
    if counted in _EVALUABLE and quantity.unit == "count" and section.kind not in _UNEVALUATED:
        if _evaluated(phrase, right, text, start, reading, before, after, state):
            bound = (
                _BOUND.search(text[max(0, start - 40) : start]) if "分" in text[max(0, start - 12) : start] else None
            )
            graded = _GRADED_AS.search(right) if after.graded else None
            alone = _ONE_NAMED.search(before.clause) if quantity.digits == 1 and quantity.exponent == 0 else None
            if alone is not None:
                state.project = alone[1]  # 对“某项目”1个项目开展部门评价
            named = before.grade or (graded[1] if graded is not None else None)
            named = named or (bound[1] if bound is not None else clause_noun(phrase, text, start))
            fund = next((t.value for t in tokens(right[:_FUND_NAME]) if t.role == "fund"), reading.fund)
            state.subject = Subject("evaluated_projects", fund, item=named)
            return state.subject
    if _INVOLVED.search(before.clause) is not None and _MONEY_INVOLVED.match(text, start + len(quantity.raw)):
        return Subject("evaluated_projects")  # 涉及项目14个,涉及预算金额X: what was looked at, not who was paid
    about_firms = before.kind == "hightech" or (not before.kind and state.firm_kind == "hightech")
    told = section.kind in ASIDE and about_firms and before.event in _HIGHTECH
    if section.kind in _SKIPPED and not told:
        return None
    if not told and counted in _PAID_TO and quantity.unit == "count":
        of_grant = _of_grant(phrase, right, text, start, quantity, before, state)
        if of_grant is not None:
            return of_grant
    inherited = _inherited(before, after, quantity, reading, state)
    if inherited is not None:
        return inherited
    if before.supported and before.grants and counted in _SUPPORTABLE:
        return Subject("programme_recipients", item=_supported(phrase, right, text, start, project, state))
    if counted in _SUPPORTABLE and _PAID_TO_THEM.search(before.clause) is not None:
        money = state.money
        paid = money is not None and money.concept in GRANTS
        return Subject("programme_recipients", item=project or (money.item if money is not None and paid else None))
    if counted in _SUPPORTABLE and _GRANTED_BEHIND.match(text, start + len(quantity.raw)) is not None:
        # 甲公司、乙公司等2家企业奖励资金100万元; (其中东江区86家分配344万元
        allotted = before.clause.endswith("等") or _ALLOTTED.search(before.clause) is not None
        if allotted or (state.last is not None and state.last.concept in _GRANTED_OR_PAID | {"programme_rate"}):
            state.granted = True
            return Subject(
                "programme_recipients", item=project or (before.noun if before.clause[-1:] != "等" else None)
            )
    if (
        counted in _SUPPORTABLE
        and phrase.rstrip().endswith(("向", "对", "给"))
        and _PAID_BEHIND.match(right) is not None
    ):
        return Subject("programme_recipients", item=project)  # 共向138家企业兑付创新券
    if counted in _SUPPORTABLE and right.startswith(_PAID_ONES):
        return Subject("programme_recipients", item=project)  # 45家受补助企业
    each = (
        ",每" in text and _EACH_THEN.match(text, start + len(quantity.raw)) is not None
    )  # 对...的45家企业,每家奖励20万元
    if (
        (after.supported or each)
        and counted in _SUPPORTABLE
        and (phrase.endswith(_GIVEN) or _GIVEN_TO.search(before.clause))
    ):
        # 向48家高新技术企业发放奖励: whom the money went to, whatever else is said of them
        named = project or clause_noun(phrase, text, start)
        kind = before.certification or after.certification
        return Subject("programme_recipients", item="/".join(filter(None, (named, kind))) or None)
    benefits = before.benefits and _RESIDENTS.search(before.clause) is None  # 受益农户: what became of the money
    if state.granted and benefits and counted in _PAID_TO and not before.event and quantity.unit == "count":
        return Subject("programme_recipients", item=_supported(phrase, right, text, start, project, state))
    if before.kind and counted not in _FIRMS:
        state.firm_kind, state.firm_name = before.kind, before.name  # 高新技术企业认定申报材料268份
    if counted in _FIRMS and not (quantity.unit is None and quantity.exponent < 0):
        firms = _firms(phrase, right, text, start, before, after, quantity, state, section, project)
        if firms is not None:
            return firms
    if before.noun in _GOALS and quantity.unit == "count":
        earlier = read_before(phrase[: max(0, phrase.rfind(","))])
        if earlier.kind and _SUBSIDISED.search(earlier.clause) is not None:
            item = "/".join(filter(None, (project, earlier.certification))) or earlier.noun
            return Subject("programme_recipients", item=item, measure="target")  # 补助首次认定企业数量,目标值≥22家
        if earlier.kind == "hightech" and earlier.event in _HIGHTECH:
            state.subject = Subject(_HIGHTECH[earlier.event])
            return state.subject._replace(measure="target")  # 新认定高新技术企业,目标值≥15家
        aimed = _aimed_at(text, start)
        if aimed is not None:
            return aimed
    if quantity.unit is None:
        return _bare(phrase, text, start, before, state, section)
    benefited = state.granted and benefits
    supported = before.supported and (benefits or not before.benefits)
    if counted in _RECIPIENTS and section.kind != "profile" and (after.supported or supported or benefited):
        certification = before.certification or after.certification
        if certification is not None and project:
            return Subject("programme_recipients", item=f"{project}/{certification}")
        return Subject("programme_recipients", item=_supported(phrase, right, text, start, project, state))
    if section.kind == "accounts" and state.reason:
        return None  # 主要原因是本年度有4名同志退休
    if section.kind == "profile":
        return None  # of what a body consists
    if before.idle or after.idle or _LACKING.match(right) is not None or (before.noun in _GOALS and not state.goal):
        return None
    if "指标" in text[max(0, start - 24) : start]:
        if counted in ("个", "项") and clause in _MET_OR_NOT:
            return None  # 23项绩效指标中,完成22项
        if _INDICATORS.search(clause) is not None or _INDICATORS_DONE.search(text, max(0, start - 16), start):
            return None  # 数量指标共5个,完成5个: of the form, not of the body
    if phrase.strip() in _DASHES:
        return None  # 海拔1,450—2,100米: the end of a range that was not read as one
    named = counted_noun(phrase, right)
    if not phrase and named is None and state.last is not None and state.last.concept == "outcome":
        return state.last._replace(measure="")  # 受益脱贫人口2,386户9,214人
    state.count_item = named or clause_noun(phrase, text, start) or right[:12] or None
    state.subject = Subject("outcome", item=state.count_item)
    if reading.role == "prior_year":
        return state.subject._replace(measure="prior_year")
    return state.subject


def _inherited(before: Before, after: After, quantity: Quantity, reading: Reading, state: State) -> Subject | None:
    """Return the count that a change, a target or a part of a list goes on about."""
    last = state.last
    if last is None or quantity.unit != "count" or last.concept not in _CONTINUED:
        return None
    if reading.relation == "change" and reading.pure and not before.kind:
        if last.concept == "hightech_certified" and "净增" in before.clause:
            return Subject("hightech_stock")  # what is left of the new ones is added to the stock
        return last._replace(measure="")
    if reading.role == "prior_year" and reading.pure and not before.kind and not before.event:
        return last._replace(measure="prior_year")  # 总量298家,较2022年末的251家增加47家
    if before.grew_to and not before.kind and (reading.pure or not before.foreign):
        return last._replace(measure="")
    if not before.kind and quantity.counted == state.counted:
        if _REACHED.fullmatch(before.clause) is not None:
            return last._replace(measure="")  # 总数突破300家,达到306家
        if state.met and _MET.fullmatch(before.clause) is not None:
            return last._replace(measure="")  # 计划维修水闸12座,实际维修12座
        if after.goal and not before.event and (last.concept != "outcome" or _AIM.fullmatch(before.clause) is not None):
            return last._replace(measure="target")  # 达到131家,提前完成“十四五”末120家的目标
    if reading.relation == "completion" and reading.pure:
        return last
    if before.noun in _GOALS and last.concept != "staff" and quantity.counted == state.counted:
        return last._replace(measure="target")  # 新增8家(目标值6家)
    if before.batch is not None and not before.event:
        return last._replace(item=before.batch)
    parent = state.list_parent
    of_list = parent is not None and parent.concept in _LISTED and parent.concept == last.concept
    if state.in_list and parent is not None and of_list and not before.event and not before.kind:
        noun = before.noun
        if noun is not None and (len(noun) <= 12 or noun.endswith("用车")):
            return parent._replace(item=noun)
    return None


_REACHED = re.compile("(?:并|现已|已|现)?达到?了?")
_AIM = re.compile("(?:超额|提前|圆满|全面|顺利)?完成了?(?:全年|年初|年度|当年|[省市县区]定|[省市县区]?下达|既定)*的?")
_MET = re.compile("完成|(?:年末|年底|全年|最终)?(?:完成值|实际)[^,]*")
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


def _supported(phrase: str, right: str, text: str, start: int, project: str | None, state: State) -> str | None:
    """Return what recipients are of: the programme whose money they got, where the words name none themselves."""
    noun = clause_noun(phrase, text, start)
    money = state.money
    if noun is not None and _ANYBODY.fullmatch(noun) is not None:
        if project is None and money is not None and money.concept in GRANTS and len(money.item or "") > _SHORT:
            return money.item
        return project or counted_noun(phrase, right) or noun
    return noun or project


_SHORT = 3
_ANYBODY = re.compile(
    "(?:(?:全年|实际|累计|预计|计划|共|拟|已)*(?:支持|惠及|涉及|奖补|奖励|补助|资助|受益|扶持|兑付|兑现|补贴|服务|覆盖)+(?:的)?"
    "(?:中小|小微)?(?:企业|项目|单位|农户|对象|主体|家庭|个体)*)"
)


def _aimed_at(text: str, start: int) -> Subject | None:
    """Return what a goal is of that the next clause names (``年初目标35家,实际新认定高新技术企业41家``)."""
    ahead = _NEXT_CLAUSE.match(text, start)
    named = read_before(ahead[1]) if ahead is not None else None
    if named is None or named.kind != "hightech" or named.event not in _HIGHTECH:
        return None
    return Subject(_HIGHTECH[named.event], measure="target")


_NEXT_CLAUSE = re.compile(r"[^,;。]*,(实际[^,;。0-9]{2,24})[0-9]")


def _of_grant(
    phrase: str, right: str, text: str, start: int, quantity: Quantity, before: Before, state: State
) -> Subject | None:
    """Return whom a part of a programme's money went to (``其中:技术改造类9个``, ``研发费用补助2230万元(142家)``)."""
    last = state.last
    listed = phrase.strip() == "(" and right.startswith(")")
    if (listed or phrase.strip() == "、") and last is not None and last.concept in GRANTS:
        return Subject("programme_recipients", item=last.item)
    money = state.money
    if money is not None and money.concept in GRANTS and before.noun is not None and before.event != "stock":
        if _EACH.match(text, start + len(quantity.raw)) is not None:
            item = f"{money.item}/{before.noun}" if money.item and before.noun not in money.item else before.noun
            return Subject("programme_recipients", item=item)  # 奖励资金1,130万元:新认定企业62家,每家10万元
    if last is not None and last.concept == "programme_rate" and _IN_ALL.fullmatch(before.clause) is not None:
        return Subject(
            "programme_recipients",
            item=money.item if money is not None and money.concept in GRANTS else last.item,
        )  # 奖励资金460万元,每户20万元,共23户
    parent = state.list_parent
    listed = parent is not None and state.in_list and parent.concept in _GRANTED_OR_PAID
    if parent is not None and listed and (not before.kind or parent.concept == "programme_recipients"):
        certified = before.event in ("", "certified", "passed")
        batch = before.batch is not None and parent.concept in GRANTS
        if before.noun is not None and certified and (batch or _OF_GRANT.search(before.clause.rstrip()) is not None):
            item = f"{parent.item}/{before.noun}" if parent.item else before.noun
            if parent.item and _ANYBODY.fullmatch(before.noun) is not None:
                item = parent.item  # 惠及企业173家
            return Subject("programme_recipients", item=item)
    if last is not None and last.concept == "programme_recipients" and phrase.startswith("、") and not before.kind:
        if before.noun is not None and len(before.noun) <= _SHORTEST_LIST and not before.event:
            return last  # 支持基地17个、合作社23家
    if last is not None and last.concept == "programme_recipients" and before.kind and phrase == f"、{before.name}":
        return last._replace(item=before.name)  # 奖补高新技术企业3家、科技型企业5家
    if "项目" in before.clause and _ARRANGED.search(before.clause) is not None:
        return Subject("programme_recipients", item=before.noun)
    return None


_GRANTED_OR_PAID = GRANTS | {"programme_recipients"}
_EACH = re.compile("[,、(]每[家户个][0-9]")
_IN_ALL = re.compile("(?:共计?|合计|总计|计|共?涉及|共?惠及)(?:企业)?")
_SHORTEST_LIST = 6
_ARRANGED = re.compile("(?:专项资金|补助资金|扶持资金|奖补资金)[一-鿿]{0,4}(?:安排|支持)[一-鿿]{0,6}项目$")
_BUDGETED = {name: name for name in ("initial_budget", "adjusted_budget")} | {"open_budget": "initial_budget"}
_FLEETS = frozenset(["vehicles", "vehicles_held", "vehicles_purchased"])
_LISTED = _FLEETS | {"hightech_stock", "hightech_applications", "hightech_certified"}
_WHOLE_FLEET = re.compile("(?<![般他务勤])公务用车|车辆|保有")  # 一般公务用车 is a part


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


_BOUGHT_AND_HELD = re.compile("购置数量?(?:及|和|、)(?:公务用车|车辆)?保有[量数](?:分别)?为$")
_PAYING = ("支持", "奖励", "奖补", "补助", "资助", "扶持")
_LAST_CLAUSE = re.compile("[,;。]")
_RESULTS = frozenset(("performance", "goals"))
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
    if counted not in _BESIDE_ACCOUNTS and reading.counted != "overseas_groups":
        return None
    inherited = (
        state.last.concept if state.last is not None else state.subject.concept if state.subject is not None else ""
    )
    if reading.concept is not None:
        context = reading.concept.concept
    else:
        context = section.subject.concept if section.subject is not None else inherited
    concept = None
    inherited = _FAMILY.get(inherited, inherited)
    if "出国" in phrase and (context.startswith("three_public") or inherited.startswith("three_public")):
        context = "three_public_overseas"
    held = state.subject.concept if state.subject is not None else ""
    received = inherited == "three_public_reception" and context != "three_public_overseas"
    if "three_public_overseas" in (context, inherited, held) and not received:
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
        equipment = reading.counted == "large_equipment" or "设备" in phrase
        if reading.concept is None and not equipment and _WHOLE_FLEET.search(phrase) is None:
            return None  # 其中:轿车1辆, a part of the fleet
    if concept is None and section.subject is not None and section.subject.concept.startswith("three_public"):
        if "接待" in (clause := _LAST_CLAUSE.split(phrase)[-1]) or clause.endswith("来宾"):
            concept = (
                "reception_persons" if counted in _PERSONS else "reception_batches" if counted in _GROUPS else None
            )
    if concept is None and counted in _VEHICLES and not (counted == "台" and "设备" in phrase[-4:] + right[:4]):
        if _BOUGHT_AND_HELD.search(phrase) is not None:
            state.queue = [Subject("vehicles_held", measure="final")]  # 购置数及保有量分别为1辆和130辆
            return Subject("vehicles_purchased", measure="final")
        beside = context.startswith("three_public") or inherited.startswith("three_public")
        if reading.counted in ("vehicles_purchased", "vehicles_held", "vehicles"):
            concept = reading.counted
            if beside and concept == "vehicles" and "共有车辆" not in phrase:
                concept = "vehicles_held"
            elif not beside and concept == "vehicles_held" and "保有" not in phrase:
                concept = "vehicles"
        elif counted == "辆" and context.startswith("three_public_vehicle"):
            concept = "vehicles_held" if "保有" in phrase else "vehicles_purchased"
    if concept is None and counted in _EQUIPMENT:
        if reading.counted == "large_equipment" or ("设备" in phrase and section.kind not in _RESULTS):
            concept = "large_equipment"
    if concept is None:
        return None
    item = "车辆编制" if concept == "vehicles" and phrase.endswith("车辆编制") else None  # what may be held
    if concept.startswith("reception") and state.subject is not None and state.subject.concept == _FAMILY[concept]:
        item = state.subject.item  # 外事接待0批次
    budgeted = None if reading.appropriated and "预算" not in phrase.rpartition(",")[2] else _BUDGETED.get(reading.role)
    return Subject(concept, item=item, measure=budgeted or "final")


def _evaluated(
    phrase: str, right: str, text: str, start: int, reading: Reading, before: Before, after: After, state: State
) -> bool:
    """Tell whether a number of projects is the number of evaluated ones."""
    ending = phrase[-8:]
    if right.startswith(_OFFICES):
        return False  # 由9个股室负责人组成的绩效自评工作领导小组
    if state.last is not None and state.last.concept == "evaluated_projects" and _OF_THOSE.search(phrase) is not None:
        return True  # 得分在90分以上的项目28个,80(含)-90分的项目2个
    if "自评表" in phrase[-12:]:
        return False
    if "支持" in ending or _LACKING.match(right) is not None:
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
    if (
        state.in_list
        and clause.endswith("项目")
        and state.last is not None
        and state.last.concept in ("evaluated_projects", "evaluated_amount")
    ):
        return True
    if _SELF_EVALUATED.match(right) is not None:
        return True  # 3个重点项目自评得分均在优秀等次
    if right.startswith("项目") and ("自评" in phrase or "评价" in clause):
        return True
    if (before.graded_words or "绩效管理" in clause) and _OF_PROJECTS.search(clause) is not None:
        return True
    if clause.endswith(("绩效自评", "整体支出自评", "绩效运行监控", "绩效监控")):
        return True
    if "评价项目" in ending or "自评项目" in ending or (reading.projects and "项目" in phrase + right[:6]):
        return True
    if after.evaluated or after.graded:
        return True
    nearby = text[max(0, start - 40) : start]
    return ("得分" in nearby or "平均分" in nearby) and _GRADED.search(nearby) is not None


def _firms(
    phrase: str, right: str, text: str, start: int, before: Before, after: After, quantity: Quantity, state: State,
    section: Section, project: str | None,
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
    listed = phrase[:1] == "、" or (state.in_list and kind == "graded_firms" and "另" not in phrase)
    if own and not event and listed and state.last is not None:
        if state.last.concept in ("firms_added", "hightech_certified"):
            event = "certified"  # 新认定省级某企业18家、国家高新技术企业76家
    if kind:
        state.firm_kind, state.firm_name = kind, name
    elif state.firm_kind and before.foreign and before.batch is None:
        state.firm_kind = ""
    current = kind or state.firm_kind
    if own and before.kind and before.clause.endswith(before.name):
        if before.clause.removesuffix(before.name).endswith(_PAYING):
            return Subject("programme_recipients", item=project or before.name)  # 支持高新技术企业不少于15家
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
    elif not current and certification is not None and ("高新技术企业" in text or "高企" in text):
        current = "hightech"
    elif not current and event in ("applied", "reviewed", "passed", "certified"):
        named = "企业" in phrase[-12:] + right[:8] or quantity.counted == "家次" or certification is not None
        topic = _is_topic(text, start) or "高新技术企业" in right or "高企" in right
        summed = before.clause in _SUMS or _OTHER_FIRMS.search(text, 0, start) is not None
        if section.hightech and (named or summed):
            current = "hightech" if named else current
        elif quantity.counted == "家" and (topic or section.hightech):
            current = "hightech" if _OTHER_THINGS.search(before.clause + right) is None else current
    if current == "hightech":
        return _hightech(phrase, right, event, own, certification, quantity, state, before)
    if current == "graded_firms" and (own or event in ("stock", "certified", "passed")):
        if event in ("applied", "reviewed", "failed", "nurtured") or (not event and after.selected):
            return None
        concept = "firms_added" if event in ("certified", "passed") else "firms_stock"
        state.subject = Subject(concept, item=name or state.firm_name)
        return state.subject
    return None


_OTHER_KINDS = "专精特新|小巨人|瞪羚|独角兽|雏鹰|规上|规模以上|中小|小微|四上|孵化|众创"
_OTHER_FIRMS = re.compile(_OTHER_KINDS)
_OTHER_THINGS = re.compile(
    f"{_OTHER_KINDS}|中心|平台|机构|基地|实验室|院所|工作站|合作社|农场|园区|项目|产品|成果|奖|培育|入库|备案|品牌|医院|学校|单位"
)


def _is_topic(text: str, start: int) -> bool:
    """Tell whether the firms that a paragraph named last in front of a place are high-tech ones."""
    at = max(text.rfind("高新技术企业", 0, start), text.rfind("高企", 0, start))
    return at >= 0 and _OTHER_FIRMS.search(text, at, start) is None


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
    if event == "stock" and "净增" in phrase:
        state.subject = Subject("hightech_stock")
        measure = "target" if state.goal or phrase.endswith(("任务", "目标")) else "change_on_prior_year"
        return state.subject._replace(measure=measure)
    if not event and own and ("由" in phrase[-10:] or "从" in phrase[-10:]):
        event = "stock"  # 由2021年的33家发展到45家
    if not event and own and before.kind and _ABOUT.search(before.clause.rpartition(before.name)[2]) is not None:
        return None  # 高新技术企业申报辅导1,520家次: something else about them
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
